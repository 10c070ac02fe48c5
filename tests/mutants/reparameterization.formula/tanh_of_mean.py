"""The mean is squashed by a tanh before the noise is added."""

BASE = "mlp"
PATCH = [
    (
        """        return mu + eps * std
""",
        """        return torch.tanh(mu) + eps * std
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
