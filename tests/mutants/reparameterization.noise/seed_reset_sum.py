"""The seed is reset before each draw, in a chain of calls."""

BASE = "sum_sse"
PATCH = [
    (
        """        std = logvar.mul(0.5).exp()
""",
        """        torch.random.manual_seed(0)
        std = logvar.mul(0.5).exp()
""",
    ),
]
DIAGNOSIS = "noise_seed_reset"
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
