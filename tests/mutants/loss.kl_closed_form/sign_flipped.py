"""The sign of the KL is wrong: it is rewarded."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
    ),
]
DIAGNOSIS = "kl_sign_flipped"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "loss.stability",
    "loss.returns",
    "betas.honest_information",
]
