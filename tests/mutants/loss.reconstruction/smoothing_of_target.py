"""The target is pulled towards one half.

No name: the numbers are of no formula that would say more than the message does.
"""

BASE = "conv"
PATCH = [
    (
        """    recon = bce(x_hat, x)
""",
        """    recon = bce(x_hat, 0.9 * x + 0.05)
""",
    ),
]
DIAGNOSIS = None
ALSO = ["loss.gradients", "betas.learns"]
