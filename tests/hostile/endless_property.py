"""Makes looking at a model's latent_dim take forever."""

BASE = "mlp"
APPEND = """
print("attack begins")


def latent_dim(self):
    while True:
        pass


VAE.latent_dim = property(latent_dim, lambda self, value: None)
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hold up the grader",
    "ends": "timeout",
}
