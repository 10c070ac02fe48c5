"""Both outputs come from the same layer."""

BASE = "mean_mse"
PATCH = [
    (
        """        return self.mean_layer(hidden), self.logvar_layer(hidden)
""",
        """        return self.mean_layer(hidden), self.mean_layer(hidden)
""",
    ),
]
DIAGNOSIS = "heads_shared"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "loss.gradients",
    "betas.tuned",
    "betas.code_reaches_decoder",
    "betas.honest_information",
    "interpolation.ends",
]
