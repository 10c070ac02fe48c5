"""mu and logvar are swapped in the method's parameters."""

BASE = "mlp"
PATCH = [
    (
        "    def reparameterize(self, mu, logvar):",
        "    def reparameterize(self, logvar, mu):",
    ),
]
DIAGNOSIS = "mu_logvar_swapped"
ALSO = [
    "reparameterization.gradients",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "reparameterization.forward",
    "reparameterization.noise",
    "reparameterization.normal",
    "betas.tuned",
    "interface.names",
]
