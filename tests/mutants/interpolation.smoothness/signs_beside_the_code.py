"""The decoder gets the signs of the code beside the code: where one changes the image jumps."""

BASE = "sum_sse"
PATCH = [
    (
        """        self.up = nn.Sequential(nn.Linear(latent_dim, 300), nn.ReLU(), nn.Linear(300, 784))

    def encode(self, x):
        hidden""",
        """        self.up = nn.Sequential(nn.Linear(2 * latent_dim, 300), nn.ReLU(), nn.Linear(300, 784))

    def encode(self, x):
        hidden""",
    ),
    (
        """    def decode(self, z):
        return self.up(z).sigmoid()

    def forward(self, x):
        mu""",
        """    def decode(self, z):
        return self.up(torch.cat([z, 3 * z.sign()], dim=1)).sigmoid()

    def forward(self, x):
        mu""",
    ),
]
DIAGNOSIS = "images_jump"
