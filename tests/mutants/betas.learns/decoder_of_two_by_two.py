"""The decoder paints 2 × 2 pixels and blows them up."""

BASE = "mean_mse"
PATCH = [
    (
        """        self.d1 = nn.Linear(latent_dim, 256)
        self.d2 = nn.Linear(256, 28 * 28)

    def encode(self, x):
        x = x.view(x.size(0), -1)
        return""",
        """        self.d1 = nn.Linear(latent_dim, 256)
        self.d2 = nn.Linear(256, 4)

    def encode(self, x):
        x = x.view(x.size(0), -1)
        return""",
    ),
    (
        "        return torch.sigmoid(self.d2(F.relu(self.d1(z))))",
        """        small = torch.sigmoid(self.d2(F.relu(self.d1(z)))).view(-1, 1, 2, 2)
        return F.interpolate(small, size=28, mode="bilinear").flatten(1)""",
    ),
]
DIAGNOSIS = "not_learning"
