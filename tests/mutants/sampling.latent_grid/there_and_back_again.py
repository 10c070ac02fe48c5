"""Rows are filled to and fro, as one ploughs."""

BASE = "mean_mse"
PATCH = [
    (
        "                point = torch.tensor([[ticks[col].item(), ticks[n - 1 - row].item()]])",
        """                at = col if row % 2 == 0 else n - 1 - col
                point = torch.tensor([[ticks[at].item(), ticks[n - 1 - row].item()]])""",
    ),
]
DIAGNOSIS = "grid_rows_alternate"
