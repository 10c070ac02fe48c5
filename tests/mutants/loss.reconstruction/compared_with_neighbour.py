"""Each reconstruction is compared with the next image of the batch."""

BASE = "sum_sse"
PATCH = [
    (
        """    recon = squared_error(x_hat, x)
""",
        """    recon = squared_error(x_hat, torch.roll(x, 1, dims=0))
""",
    ),
]
DIAGNOSIS = "recon_other_images"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.tuned"]
