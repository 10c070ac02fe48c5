"""vae_loss calls its first argument recon_x, so keyword calls fail."""

BASE = "mlp"
PATCH = [
    (
        """def vae_loss(x_hat, x, mu, logvar, beta):
    batch = x.shape[0]
    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """def vae_loss(recon_x, x, mu, logvar, beta):
    batch = x.shape[0]
    recon = F.binary_cross_entropy(recon_x, x, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "wrong_signature"
ALSO = ["loss.returns"]
