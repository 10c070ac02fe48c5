"""The autoencoder's encode adds noise to z in train mode."""

BASE = "mlp"
PATCH = [
    (
        """        return self.encoder(x)
""",
        """        z = self.encoder(x)
        return z + 0.05 * torch.randn_like(z) if self.training else z
""",
    ),
]
DIAGNOSIS = "noise_in_encoder"
