"""A softmax runs over the batch instead of the features."""

BASE = "mean_mse"
PATCH = [
    (
        """        hidden = F.relu(self.e1(x))
""",
        """        hidden = F.relu(self.e1(x))
        hidden = hidden * torch.softmax(hidden, dim=0)
""",
    ),
]
DIAGNOSIS = "batch_statistics"
ALSO = ["interface.bottleneck", "interpolation.ends", "betas.learns", "betas.kl_falls"]
