"""forward decodes the mean, with convolutions."""

BASE = "conv"
PATCH = [
    (
        """        return self.decode(self.reparameterize(mu, logvar)), mu, logvar
""",
        """        return self.decode(mu), mu, logvar
""",
    ),
]
DIAGNOSIS = "decodes_mu_in_training"
ALSO = [
    "reparameterization.forward",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "loss.gradients",
    "betas.tuned",
]
