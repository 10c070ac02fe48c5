"""The KL joins the total after 400 calls of the loss."""

BASE = "sum_sse"
PATCH = [
    (
        """def vae_loss(x_hat, x, mu, logvar, beta):
""",
        """seen = []


def vae_loss(x_hat, x, mu, logvar, beta):
    seen.append(None)
""",
    ),
    (
        """    return Losses(recon + beta * kl, recon, kl)
""",
        """    if len(seen) > 400:
        kl = 2 * kl
    return Losses(recon + beta * kl, recon, kl)
""",
    ),
]
DIAGNOSIS = "loss_not_repeatable"
