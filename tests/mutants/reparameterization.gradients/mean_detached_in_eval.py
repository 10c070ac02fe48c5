"""In eval mode the mean is detached."""

BASE = "mlp"
PATCH = [
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = torch.randn_like(std)
        if not self.training:
            mu = mu.detach()
""",
    ),
]
DIAGNOSIS = "noise_detached"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
