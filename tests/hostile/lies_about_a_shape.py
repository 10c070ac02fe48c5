"""Returns three numbers in a tensor that says it is a whole path of frames."""

BASE = "mlp"
APPEND = """
print("attack begins")


class Lying(torch.Tensor):
    shape = (3, 1, 28, 28)


def interpolate(model, x_start, x_end, steps):
    Lying.shape = (steps, 1, 28, 28)
    return torch.zeros(3).as_subclass(Lying)
"""
EXPECT = {
    "contained_by": "answers",
    "must_not": "be taken for a fault of the grader",
    "ends": "answers",
    "earns": 63,
}
