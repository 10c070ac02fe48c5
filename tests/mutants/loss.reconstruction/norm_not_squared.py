"""The Euclidean distance of each image, not squared."""

BASE = "sum_sse"
PATCH = [
    (
        """    recon = squared_error(x_hat, x)
""",
        """    recon = (x_hat.flatten(1) - x.flatten(1)).norm(dim=1).sum()
""",
    ),
]
DIAGNOSIS = "recon_root"
ALSO = ["loss.gradients", "loss.stability"]
