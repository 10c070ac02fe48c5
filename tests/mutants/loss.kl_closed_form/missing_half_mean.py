"""The half in front of a KL averaged over everything is missing."""

BASE = "mean_mse"
PATCH = [
    (
        """    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)))
""",
        """    kl = torch.mean(-(1 + logvar - mu**2 - torch.exp(logvar)))
""",
    ),
]
DIAGNOSIS = "kl_missing_half"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
