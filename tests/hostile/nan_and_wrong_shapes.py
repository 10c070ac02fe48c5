"""Returns codes of NaN in a shape that nobody asked for."""

BASE = "mlp"
APPEND = """
def encode(self, x):
    print("attack begins")
    return torch.full((3, 1, 4), float("nan"))


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "trusted side",
    "must_not": "be taken for codes",
    "ends": "answers|error",
}
