"""The image is compared with itself."""

BASE = "sum_sse"
PATCH = [
    (
        """    recon = squared_error(x_hat, x)
""",
        """    recon = squared_error(x, x)
""",
    ),
]
DIAGNOSIS = "recon_against_itself"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.tuned", "loss.returns"]
