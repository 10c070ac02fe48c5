"""The mean is detached, sigma is not."""

BASE = "sum_sse"
PATCH = [
    (
        """        return torch.randn_like(std).mul(std).add(mu)
""",
        """        return torch.randn_like(std).mul(std).add(mu.detach())
""",
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
