"""encode and the methods after it were dedented out of the class."""

BASE = "sum_sse"
PATCH = [
    (
        """    def encode(self, x):
        hidden = self.down(x.flatten(start_dim=1))
        return self.mu_head(hidden), self.logvar_head(hidden)
""",
        """
def encode(self, x):
    hidden = self.down(x.flatten(start_dim=1))
    return self.mu_head(hidden), self.logvar_head(hidden)


class VAEDecoder(VAE):
""",
    ),
]
DIAGNOSIS = "missing_name"
