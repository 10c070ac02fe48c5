"""The weight of the KL rises over the first thousand calls of the loss."""

BASE = "mlp"
PATCH = [
    (
        """def vae_loss(x_hat, x, mu, logvar, beta):
""",
        """calls = 0


def vae_loss(x_hat, x, mu, logvar, beta):
    global calls
    calls += 1
""",
    ),
    (
        """    total = recon + beta * kl
""",
        """    kl = kl * min(1.0, calls / 1000)
    total = recon + beta * kl
""",
    ),
]
DIAGNOSIS = "loss_not_repeatable"
