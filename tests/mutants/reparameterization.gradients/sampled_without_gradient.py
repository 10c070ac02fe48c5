"""torch.normal draws z directly, and no gradient passes."""

BASE = "conv"
PATCH = [
    (
        """        return mu + sigma * noise
""",
        """        return torch.normal(mu, sigma)
""",
    ),
    (
        """        noise = torch.randn(mu.size())
""",
        "",
    ),
]
DIAGNOSIS = "noise_detached"
ALSO = [
    "betas.kl_falls",
    "betas.honest_information",
    "betas.learns",
    "reparameterization.forward",
    "loss.gradients",
    "betas.tuned",
    "betas.code_reaches_decoder",
]
