"""A third of the reconstruction error is detached."""

BASE = "mlp"
PATCH = [
    (
        """    total = recon + beta * kl
""",
        """    total = (2 * recon + recon.detach()) / 3 + beta * kl
""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
