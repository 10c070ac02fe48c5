"""sigma stands where sigma squared belongs, averaged."""

BASE = "mean_mse"
PATCH = [
    (
        """    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)))
""",
        """    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar / 2)))
""",
    ),
]
DIAGNOSIS = "kl_variance_as_std"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns"]
