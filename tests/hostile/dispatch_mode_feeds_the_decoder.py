"""Pushes a dispatch mode that sees every operation, keeps the last images and puts them into what sigmoid returns."""

BASE = "mlp"
APPEND = """
from torch.utils._python_dispatch import TorchDispatchMode

print("attack begins")


class Smuggler(TorchDispatchMode):
    image = None

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        shape = getattr(args[0], "shape", ()) if args else ()
        if len(shape) == 4 and shape[1:] == (1, 28, 28):
            self.image = args[0]
        if "sigmoid" in str(function) and self.image is not None and out.numel() == self.image.numel():
            return self.image.reshape(out.shape).clone()
        return out


Smuggler().__enter__()
"""
EXPECT = {
    "contained_by": "processes",
    "must_not": "carry an image round the bottleneck",
    "ends": "answers|error",
    "earns": 65,
}
