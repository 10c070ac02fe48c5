"""Only the first latent dimension enters the KL."""

BASE = "conv"
PATCH = [
    (
        """    kl = kl_each.sum(dim=1).mean()
""",
        """    kl = kl_each[:, 0].mean()
""",
    ),
]
DIAGNOSIS = "kl_one_latent_only"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
    "loss.returns",
]
