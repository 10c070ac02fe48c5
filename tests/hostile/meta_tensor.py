"""Returns a tensor that has a shape and no values."""

BASE = "mlp"
APPEND = """
def decode(self, z):
    print("attack begins")
    return torch.zeros(len(z), 784, device="meta")


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "crash the grader",
    "ends": "error",
}
