"""Huber's loss with delta 0.5: half the squared error where it is small, straight beyond."""

BASE = "half_sse"
PATCH = [
    (
        """    recon = ae_loss(x_hat, x)
""",
        """    recon = nn.functional.huber_loss(x_hat.flatten(1), x.flatten(1), reduction="sum", delta=0.5) / len(x)
""",
    ),
]
DIAGNOSIS = "recon_cut_off"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
