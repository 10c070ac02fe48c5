"""The first layer lives in a plain dict."""

BASE = "mean_mse"
PATCH = [
    (
        """        self.e1 = nn.Linear(28 * 28, 256)
        self.mean_layer""",
        """        self.parts = {"e1": nn.Linear(28 * 28, 256)}
        self.mean_layer""",
    ),
    (
        """        hidden = F.relu(self.e1(x))
""",
        """        hidden = F.relu(self.parts["e1"](x))
""",
    ),
]
DIAGNOSIS = "layers_in_plain_list"
ALSO = [
    "betas.learns",
    "interface.bottleneck",
    "interpolation.ends",
    "interpolation.path",
    "betas.kl_falls",
]
