"""Returns tensors of a class that raises from every operation the worker may use on them."""

BASE = "mlp"
APPEND = """
print("attack begins")


class Touchy(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        raise SystemExit(0)

    def __reduce_ex__(self, protocol):
        raise SystemExit(0)


def decode(self, z):
    return self.decoder(z).reshape(-1, 1, 28, 28).as_subclass(Touchy)


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "be taken for an answer",
    "ends": "error",
    "earns": 49,
}
