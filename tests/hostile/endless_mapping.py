"""Returns a mapping that never stops handing out keys."""

BASE = "mlp"
APPEND = """
import collections.abc


def vae_loss(x_hat, x, mu, logvar, beta):
    class Endless(collections.abc.Mapping):
        def __getitem__(self, key):
            return self

        def __len__(self):
            return 3

        def __iter__(self):
            while True:
                yield "total"

    print("attack begins")
    return Endless()
"""
EXPECT = {
    "contained_by": "worker, host",
    "must_not": "hold up the grader",
    "ends": "error|timeout",
}
