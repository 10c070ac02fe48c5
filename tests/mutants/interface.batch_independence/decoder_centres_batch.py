"""The decoder subtracts the mean of the hidden layer over the batch."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
""",
        """        h = F.relu(self.fc3(z))
        h = h - h.mean(dim=0)
""",
    ),
]
DIAGNOSIS = "batch_statistics"
ALSO = [
    "interface.bottleneck",
    "sampling.latent_grid",
    "interpolation.ends",
    "interpolation.path",
    "sampling.images",
    "betas.code_reaches_decoder",
]
