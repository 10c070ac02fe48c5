"""beta is divided by the number of latent dimensions only in the total."""

BASE = "mlp"
PATCH = [
    (
        """    total = recon + beta * kl
""",
        """    total = recon + beta / mu.shape[1] * kl
""",
    ),
]
DIAGNOSIS = "beta_rescaled"
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
