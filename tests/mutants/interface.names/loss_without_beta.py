"""vae_loss takes no beta and uses a constant."""

BASE = "conv"
PATCH = [
    (
        """def vae_loss(x_hat, x, mu, logvar, beta):
""",
        """BETA = 1 / 784


def vae_loss(x_hat, x, mu, logvar):
""",
    ),
    (
        "recon + beta * kl",
        "recon + BETA * kl",
    ),
]
DIAGNOSIS = "wrong_signature"
ALSO = ["loss.returns"]
