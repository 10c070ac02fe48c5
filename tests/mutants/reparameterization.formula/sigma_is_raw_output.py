"""The raw second output scales the noise."""

BASE = "mlp"
PATCH = [
    (
        """        return mu + eps * std
""",
        """        return mu + eps * logvar
""",
    ),
]
DIAGNOSIS = "sigma_is_raw_logvar"
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
