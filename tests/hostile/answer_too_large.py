"""Answers with a tensor larger than any answer may be."""

BASE = "mlp"
APPEND = """
def encode(self, x):
    print("attack begins")
    return torch.zeros(1, 1).expand(8_000_000, 1)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "worker, wire",
    "must_not": "take the grader's memory",
    "ends": "error",
}
