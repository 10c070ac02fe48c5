"""forward encodes noisy images in every mode."""

BASE = "mlp"
PATCH = [
    (
        """        mu, logvar = self.encode(x)
""",
        """        mu, logvar = self.encode(x + 0.2 * torch.randn_like(x))
""",
    ),
]
DIAGNOSIS = "denoising"
