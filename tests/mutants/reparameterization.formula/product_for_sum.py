"""z = mu * eps + sigma."""

BASE = "conv"
PATCH = [
    (
        """        return mu + sigma * noise
""",
        """        return mu * noise + sigma
""",
    ),
]
DIAGNOSIS = "mu_scaled"
ALSO = [
    "reparameterization.gradients",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "reparameterization.forward",
    "reparameterization.noise",
    "reparameterization.normal",
    "betas.tuned",
]
