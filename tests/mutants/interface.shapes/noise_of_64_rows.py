"""The noise is drawn for batches of 64, which no batch of the grader has."""

BASE = "mlp"
PATCH = [
    (
        """eps = torch.randn_like(std)""",
        """eps = torch.randn(64, std.shape[1])""",
    ),
]
DIAGNOSIS = "batch_size_hard_coded"
