"""sigma is computed under no_grad."""

BASE = "mean_mse"
PATCH = [
    (
        """        sigma = torch.exp(logvar / 2)
""",
        """        with torch.no_grad():
            sigma = torch.exp(logvar / 2)
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
