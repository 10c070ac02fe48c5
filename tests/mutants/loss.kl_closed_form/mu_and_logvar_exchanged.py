"""mu and logvar have changed places inside the formula."""

BASE = "mean_mse"
PATCH = [
    (
        """    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)))
""",
        """    kl = torch.mean(-0.5 * (1 + mu - logvar**2 - torch.exp(mu)))
""",
    ),
]
DIAGNOSIS = "kl_mu_logvar_exchanged"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
    "loss.stability",
]
