"""The loss binarizes the images that it is given, in place."""

BASE = "mean_mse"
PATCH = [
    (
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """    x[x > 0.5] = 1.0
    x[x <= 0.5] = 0.0
    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
    ),
]
DIAGNOSIS = "input_changed_in_place"
ALSO = ["loss.reconstruction"]
