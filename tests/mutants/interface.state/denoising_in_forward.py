"""forward encodes noisy images in train mode."""

BASE = "mlp"
PATCH = [
    (
        """        mu, logvar = self.encode(x)
""",
        """        noisy = (x + 0.2 * torch.randn_like(x)).clamp(0, 1) if self.training else x
        mu, logvar = self.encode(noisy)
""",
    ),
]
DIAGNOSIS = "denoising"
