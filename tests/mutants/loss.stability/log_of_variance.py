"""log(exp(logvar) - 1e-6) to recover the logarithm.

No name: that a value is not finite does not tell why.
"""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    variance = logvar.exp()
    kl = 0.5 * torch.sum(mu.pow(2) + variance - 1 - torch.log(variance - 1e-6)) / batch
""",
    ),
]
DIAGNOSIS = None
ALSO = ["loss.kl_closed_form", "loss.gradients"]
