"""The condition is turned round: the mean is decoded while training."""

BASE = "mlp"
PATCH = [
    (
        """        z = self.reparameterize(mu, logvar)
        x_hat = self.decode(z)
        return x_hat, mu, logvar
""",
        """        z = mu if self.training else self.reparameterize(mu, logvar)
        x_hat = self.decode(z)
        return x_hat, mu, logvar
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
