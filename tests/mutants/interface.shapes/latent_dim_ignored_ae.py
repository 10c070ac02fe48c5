"""The autoencoder's code has 2 numbers whatever the constructor is told."""

BASE = "conv"
PATCH = [
    (
        """        self.to_code = nn.Linear(16 * 7 * 7, latent_dim)
        self.generator = conv_decoder(latent_dim)
""",
        """        self.to_code = nn.Linear(16 * 7 * 7, 2)
        self.generator = conv_decoder(2)
""",
    ),
]
DIAGNOSIS = "latent_dim_ignored"
