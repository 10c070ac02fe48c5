"""The autoencoder's forward adds noise to images in train mode, beside encode and decode.

No name: forward differs from decode(encode(x)), and a difference alone does not tell noise from another network.
"""

BASE = "mlp"
PATCH = [
    (
        "        return self.decode(self.encode(x))\n",
        "        if self.training:\n            x = x + 0.3 * torch.randn_like(x)\n        return self.decode(self.encode(x))\n",
    )
]
DIAGNOSIS = None
ALSO = []
