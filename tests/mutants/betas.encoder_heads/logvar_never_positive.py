"""logvar is minus a ReLU."""

BASE = "mean_mse"
PATCH = [
    (
        "self.logvar_layer(hidden)",
        "-F.relu(self.logvar_layer(hidden))",
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
