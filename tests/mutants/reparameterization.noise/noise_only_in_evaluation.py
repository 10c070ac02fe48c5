"""The condition is turned round: noise only in eval mode."""

BASE = "sum_sse"
PATCH = [
    (
        """        std = logvar.mul(0.5).exp()
""",
        """        if self.training:
            return mu
        std = logvar.mul(0.5).exp()
""",
    ),
]
DIAGNOSIS = "noise_only_in_evaluation"
ALSO = [
    "reparameterization.normal",
    "reparameterization.formula",
    "reparameterization.gradients",
    "reparameterization.forward",
    "betas.trains_on_samples",
    "betas.kl_falls",
    "betas.honest_information",
    "betas.learns",
    "betas.tuned",
    "sampling.images",
]
