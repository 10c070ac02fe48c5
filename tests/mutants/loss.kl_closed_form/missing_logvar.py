"""The logarithm of the variance is missing from the KL."""

BASE = "mean_mse"
PATCH = [
    (
        """    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)))
""",
        """    kl = torch.mean(-0.5 * (1 - mu**2 - torch.exp(logvar)))
""",
    ),
]
DIAGNOSIS = "kl_missing_logvar"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns", "loss.returns"]
