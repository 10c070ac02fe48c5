"""Returns tensors of layouts and dtypes that no file format holds."""

BASE = "mlp"
APPEND = """
def decode(self, z):
    print("attack begins")
    return torch.zeros(len(z), 784, dtype=torch.complex64).to_sparse()


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "worker, wire",
    "must_not": "crash the grader",
    "ends": "error|answers",
}
