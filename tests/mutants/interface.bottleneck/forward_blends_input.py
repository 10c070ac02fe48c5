"""forward averages the reconstruction with the image."""

BASE = "mlp"
PATCH = [
    (
        """        return self.decode(self.encode(x))
""",
        """        return 0.5 * self.decode(self.encode(x)) + 0.5 * x
""",
    ),
]
DIAGNOSIS = "bottleneck_bypassed"
ALSO = ["interface.state", "interface.shapes"]
