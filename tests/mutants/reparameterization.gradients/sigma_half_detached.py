"""Half of sigma is detached."""

BASE = "mlp"
PATCH = [
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = torch.randn_like(std)
        std = 0.5 * std + 0.5 * std.detach()
""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
