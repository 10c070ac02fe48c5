"""Exports things whose class claims to be whatever is asked, with attributes made up on the spot."""

BASE = "mlp"
APPEND = """
print("attack begins")


class Anything(type):
    def __instancecheck__(cls, thing):
        return True

    def __subclasscheck__(cls, other):
        return True

    def __getattr__(cls, name):
        return lambda *a, **k: torch.zeros(1)


class Pretender(metaclass=Anything):
    __class__ = nn.Module

    def __init__(self, latent_dim=2):
        self.latent_dim = latent_dim

    def __getattr__(self, name):
        return lambda *a, **k: torch.zeros(1)


Autoencoder = VAE = Pretender
"""
EXPECT = {
    "contained_by": "worker, checks",
    "must_not": "pass for a model",
    "ends": "error",
    "earns": 1,
}
