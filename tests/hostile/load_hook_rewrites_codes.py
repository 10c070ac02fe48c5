"""Lets a hook of load_state_dict search the process for images, and a forward hook replace what decode gets."""

BASE = "mlp"
APPEND = """
import gc

print("attack begins")
build = Autoencoder.__init__


def __init__(self, latent_dim):
    build(self, latent_dim)
    self._register_load_state_dict_pre_hook(self.look)


def look(self, *loaded):
    self.found = [t for t in gc.get_objects() if type(t) is torch.Tensor and t.shape[1:] == (1, 28, 28)]


def decode(self, z):
    for image in getattr(self, "found", []):
        if len(image) == len(z):
            return image.clone()
    return self.decoder(z).reshape(-1, 1, 28, 28)


Autoencoder.__init__, Autoencoder.look, Autoencoder.decode = __init__, look, decode
"""
EXPECT = {
    "contained_by": "processes",
    "must_not": "find an image where none was sent",
    "ends": "answers",
}
