"""Never comes back from the loss."""

BASE = "mlp"
APPEND = """
def vae_loss(x_hat, x, mu, logvar, beta):
    print("attack begins")
    while True:
        pass
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
