"""The squared error of a pixel counts for 0.4 at most."""

BASE = "sum_sse"
PATCH = [
    (
        """    recon = squared_error(x_hat, x)
""",
        """    recon = (x_hat.flatten(1) - x.flatten(1)).square().clamp(max=0.4).sum()
""",
    ),
]
DIAGNOSIS = "recon_cut_off"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
