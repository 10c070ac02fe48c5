"""sigma is detached: the noise level gets no gradient from the reconstruction."""

BASE = "mlp"
PATCH = [
    (
        """        return mu + eps * std
""",
        """        return mu + eps * std.detach()
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
