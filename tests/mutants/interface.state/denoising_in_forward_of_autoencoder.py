"""The autoencoder's forward encodes noisy images in train mode."""

BASE = "mlp"
PATCH = [
    (
        """        return self.decode(self.encode(x))
""",
        """        noisy = (x + 0.2 * torch.randn_like(x)).clamp(0, 1) if self.training else x
        return self.decode(self.encode(noisy))
""",
    ),
]
DIAGNOSIS = "denoising"
