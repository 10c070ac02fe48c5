"""A softplus after the logvar head."""

BASE = "sum_sse"
PATCH = [
    (
        "self.logvar_head(hidden)",
        "nn.functional.softplus(self.logvar_head(hidden))",
    ),
]
DIAGNOSIS = "relu_on_logvar"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "loss.gradients",
    "betas.tuned",
    "betas.code_reaches_decoder",
    "betas.honest_information",
    "interpolation.ends",
]
