"""recon is divided by a running mean of itself, so that both terms are of one size."""

BASE = "sum_sse"
PATCH = [
    (
        "TUNED_BETA = 0.5",
        """TUNED_BETA = 0.5
running = [100.0]""",
    ),
    (
        """    recon = squared_error(x_hat, x)
    kl""",
        """    recon = squared_error(x_hat, x)
    running[0] = 0.99 * running[0] + 0.01 * float(recon)
    recon = recon / running[0]
    kl""",
    ),
]
DIAGNOSIS = "loss_not_repeatable"
