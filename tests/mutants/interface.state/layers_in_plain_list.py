"""Decoder layers live in a plain list, so they are neither trained nor saved."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc3 = nn.Linear(latent_dim, 400)
        self.fc4 = nn.Linear(400, 784)
""",
        """        self.layers = [nn.Linear(latent_dim, 400), nn.Linear(400, 784)]
""",
    ),
    (
        "F.relu(self.fc3(z))",
        "F.relu(self.layers[0](z))",
    ),
    (
        "torch.sigmoid(self.fc4(h))",
        "torch.sigmoid(self.layers[1](h))",
    ),
]
DIAGNOSIS = "layers_in_plain_list"
ALSO = [
    "betas.learns",
    "interface.bottleneck",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.ends",
    "interpolation.path",
    "betas.kl_falls",
    "betas.tuned",
    "betas.honest_information",
]
