"""reparameterize returns the mean."""

BASE = "mlp"
PATCH = [
    (
        """        return mu + eps * std
""",
        """        return mu
""",
    ),
]
DIAGNOSIS = "no_noise"
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
