"""The reconstruction is divided by the square root of the batch size.

No name: an exponent of one half is no mixture of a sum and a mean.
"""

BASE = "sum_sse"
PATCH = [
    (
        """    recon = squared_error(x_hat, x)
""",
        """    recon = squared_error(x_hat, x) / len(x) ** 0.5
""",
    ),
]
DIAGNOSIS = None
ALSO = [
    "loss.kl_closed_form",
    "loss.reconstruction",
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
]
