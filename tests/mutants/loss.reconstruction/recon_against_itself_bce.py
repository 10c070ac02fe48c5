"""Cross-entropy of the reconstruction with a detached copy of itself."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy(x_hat, x_hat.detach(), reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "recon_against_itself"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.tuned"]
