"""Where sigma is above e squared its gradient is cut, against explosions."""

BASE = "mlp"
PATCH = [
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = torch.randn_like(std)
        std = torch.where(logvar > 4, std.detach(), std)
""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
