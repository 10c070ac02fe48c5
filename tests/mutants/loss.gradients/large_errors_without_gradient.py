"""Pixels that are off by more than 0.6 count, but pull on nothing.

No name: the gradient is zero here and right there, as behind many a clamp.
"""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    pulled = torch.where((x_hat - x).abs() > 0.6, x_hat.detach(), x_hat)
    recon = F.binary_cross_entropy(pulled, x, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = None
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
