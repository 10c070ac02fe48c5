"""z = mu + sigma, without any random number."""

BASE = "mean_mse"
PATCH = [
    (
        """        z = mu + sigma * epsilon
""",
        """        z = mu + sigma
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
