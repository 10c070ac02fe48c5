"""Puts formulas, escape sequences and markup into every name and text that reaches a report."""

BASE = "mlp"
APPEND = """
print("attack begins")
EVIL = "=HYPERLINK(1)\\u202e\\x1b[2J</pre><script>alert(1)</script>{{7*7}}[red]bold[/]|`$(id)`\\r\\n,;\\t@"


class Named:
    def __repr__(self):
        return EVIL

    __str__ = __repr__


Named.__name__ = Named.__qualname__ = EVIL
TUNED_BETA = Named()
build = Autoencoder.__init__


def __init__(self, latent_dim):
    build(self, latent_dim)
    setattr(self, EVIL.replace(".", ""), nn.Linear(2, 2))
    self.latent_dim = Named()


def encode(self, x):
    raise type(EVIL, (Exception,), {})(EVIL)


Autoencoder.__init__, Autoencoder.encode = __init__, encode
"""
EXPECT = {
    "contained_by": "report, exports",
    "must_not": "be anything but text",
    "ends": "error",
    "earns": 59,
}
