"""The noise is drawn for batches of 128."""

BASE = "mlp"
PATCH = [
    (
        """eps = torch.randn_like(std)""",
        """eps = torch.randn(128, std.shape[1])""",
    ),
]
DIAGNOSIS = "batch_size_hard_coded"
