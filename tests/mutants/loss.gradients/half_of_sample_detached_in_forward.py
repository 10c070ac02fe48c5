"""forward decodes a code of which half is detached."""

BASE = "mlp"
PATCH = [
    (
        """        x_hat = self.decode(z)
""",
        """        x_hat = self.decode(0.5 * z + 0.5 * z.detach())
""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
