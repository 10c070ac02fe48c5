"""A counter in the loss adds to the total."""

BASE = "mlp"
PATCH = [
    (
        """def vae_loss(x_hat, x, mu, logvar, beta):
""",
        """calls = 0


def vae_loss(x_hat, x, mu, logvar, beta):
    global calls
    calls += 1
""",
    ),
    (
        """    total = recon + beta * kl
""",
        """    total = recon + beta * kl + 10.0 * calls
""",
    ),
]
DIAGNOSIS = "loss_not_repeatable"
ALSO = ['betas.tuned']
