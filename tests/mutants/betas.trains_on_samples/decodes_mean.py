"""forward decodes the mean, in training too."""

BASE = "mlp"
PATCH = [
    (
        """        x_hat = self.decode(z)
        return x_hat, mu""",
        """        x_hat = self.decode(mu)
        return x_hat, mu""",
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
