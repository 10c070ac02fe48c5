"""The convolutions do not fit together."""

BASE = "conv"
PATCH = [
    (
        "        self.to_mu = nn.Linear(16 * 7 * 7, latent_dim)",
        "        self.to_mu = nn.Linear(16 * 6 * 6, latent_dim)",
    ),
]
DIAGNOSIS = "layers_do_not_fit"
