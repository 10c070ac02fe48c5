"""The weight of the KL rises over the first five thousand calls of the loss; the KL itself is returned."""

BASE = "conv"
PATCH = [
    (
        """def vae_loss(x_hat, x, mu, logvar, beta):
""",
        """def vae_loss(x_hat, x, mu, logvar, beta):
    vae_loss.calls = getattr(vae_loss, "calls", 0) + 1
    weight = min(1.0, vae_loss.calls / 5000)
""",
    ),
    (
        """    return {"total": recon + beta * kl,""",
        """    return {"total": recon + beta * weight * kl,""",
    ),
]
DIAGNOSIS = "loss_not_repeatable"
