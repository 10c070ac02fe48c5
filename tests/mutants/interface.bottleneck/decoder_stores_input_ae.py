"""The autoencoder's decoder returns a blend with the image that was encoded last."""

BASE = "mean_mse"
PATCH = [
    (
        """        x = x.view(x.size(0), -1)
        return self.e2(F.relu(self.e1(x)))

    def decode(self, z):
        return torch.sigmoid(self.d2(F.relu(self.d1(z))))
""",
        """        x = x.view(x.size(0), -1)
        self.seen = x
        return self.e2(F.relu(self.e1(x)))

    def decode(self, z):
        out = torch.sigmoid(self.d2(F.relu(self.d1(z))))
        if hasattr(self, "seen") and len(self.seen) == len(z):
            out = 0.7 * out + 0.3 * self.seen
        return out
""",
    ),
]
DIAGNOSIS = "bottleneck_bypassed"
ALSO = [
    "interface.state",
    "interface.batch_independence",
    "sampling.images",
    "interpolation.ends",
    "interpolation.path",
    "interface.range",
    "betas.learns",
]
