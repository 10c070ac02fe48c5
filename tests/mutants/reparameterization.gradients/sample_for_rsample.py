"""Normal(...).sample() in place of rsample()."""

BASE = "distributions"
PATCH = [
    (
        ".rsample()",
        ".sample()",
    ),
]
DIAGNOSIS = "noise_detached"
ALSO = [
    "betas.kl_falls",
    "betas.honest_information",
    "betas.learns",
    "reparameterization.forward",
    "loss.gradients",
    "betas.tuned",
    "betas.code_reaches_decoder",
]
