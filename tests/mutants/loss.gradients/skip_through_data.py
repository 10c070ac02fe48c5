"""Residual blocks add x.data, so that nothing flows through the skip."""

BASE = "residual_prenorm"
PATCH = [
    (
        """        return x + self.down(""",
        """        return x.data + self.down(""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
