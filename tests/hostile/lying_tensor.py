"""Returns a tensor subclass that shows other values than it holds."""

BASE = "mlp"
APPEND = """
def encode(self, x):
    class Lying(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return torch.zeros(8, 2)

        shape = (8, 2)

    print("attack begins")
    return self.encoder(x).as_subclass(Lying)


Autoencoder.encode = encode
"""
EXPECT = {
    "contained_by": "worker, wire",
    "must_not": "change a figure that the grader computes",
    "ends": "answers|error",
}
