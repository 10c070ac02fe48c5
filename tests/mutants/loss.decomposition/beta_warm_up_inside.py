"""beta is warmed up by a counter inside the loss.

No name: what the counter stands at is another number in every call.
"""

BASE = "mlp"
PATCH = [
    (
        """def vae_loss(x_hat, x, mu, logvar, beta):
""",
        """calls = 0


def vae_loss(x_hat, x, mu, logvar, beta):
    global calls
    calls += 1
    beta = beta * min(1.0, calls / 1000)
""",
    ),
]
DIAGNOSIS = None
ALSO = [
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
