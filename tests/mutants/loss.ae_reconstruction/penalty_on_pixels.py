"""A penalty on bright pixels is added, so x itself is not the best answer.

No name: the numbers are of no formula that would say more than the message does.
"""

BASE = "conv"
PATCH = [
    (
        """    return bce(x_hat, x)
""",
        """    return bce(x_hat, x) + 0.1 * x_hat.mean()
""",
    ),
]
DIAGNOSIS = None
ALSO = ["loss.gradients", "betas.learns"]
