"""Two sigmoids in a row, so that nothing is darker than one half."""

BASE = "mlp"
PATCH = [
    (
        """        return out.reshape(-1, 1, 28, 28)
""",
        """        return torch.sigmoid(out).reshape(-1, 1, 28, 28)
""",
    ),
]
DIAGNOSIS = "sigmoid_twice"
ALSO = ["betas.learns"]
