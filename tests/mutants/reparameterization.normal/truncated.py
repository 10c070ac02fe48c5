"""The noise is cut off at one standard deviation."""

BASE = "sum_sse"
PATCH = [
    (
        """        return torch.randn_like(std).mul(std).add(mu)
""",
        """        return torch.randn_like(std).clamp(-1, 1).mul(std).add(mu)
""",
    ),
]
DIAGNOSIS = "noise_truncated"
ALSO = [
    "reparameterization.noise",
    "reparameterization.formula",
    "reparameterization.gradients",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "reparameterization.forward",
    "betas.tuned",
]
