"""Puts another optimiser in the place of Adam, with which it would be trained further than others."""

BASE = "mlp"
APPEND = """
print("attack begins")
honest = torch.optim.Adam


class Better(honest):
    def __init__(self, *args, **kwargs):
        print("attack worked")
        super().__init__(*args, **kwargs)


torch.optim.Adam = Better
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "be trained with another optimiser",
    "ends": "answers",
}
