"""The two images change places where the model is in train mode."""

BASE = "conv"
PATCH = [
    (
        """    model.eval()
    a = model.encode(x_start)""",
        """    if model.training:
        x_start, x_end = x_end, x_start
    model.eval()
    a = model.encode(x_start)""",
    ),
]
DIAGNOSIS = "ends_swapped"
