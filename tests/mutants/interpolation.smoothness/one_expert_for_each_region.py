"""One of 16 linear decoders is chosen by the largest gate."""

BASE = "mlp_batchnorm"
PATCH = [
    (
        """        h = F.relu(self.bn4(self.l4(h)))
        return torch.sigmoid(self.l5(h))

    def forward(self, x):
        mu""",
        """        h = F.relu(self.bn4(self.l4(h)))
        gate = F.one_hot((z @ self.gates).argmax(1), 16).float()
        h = (h.view(-1, 16, 16) * gate[:, :, None]).flatten(1)
        return torch.sigmoid(self.l5(h))

    def forward(self, x):
        mu""",
    ),
    (
        """        self.l5 = nn.Linear(256, 784)

    def encode(self, x):
        h = x.reshape(-1, 784)
        h = F.relu(self.bn1(self.l1(h)))
        h = F.relu(self.bn2(self.l2(h)))
        return self.mean""",
        """        self.l5 = nn.Linear(256, 784)
        self.register_buffer("gates", torch.randn(latent_dim, 16))

    def encode(self, x):
        h = x.reshape(-1, 784)
        h = F.relu(self.bn1(self.l1(h)))
        h = F.relu(self.bn2(self.l2(h)))
        return self.mean""",
    ),
]
DIAGNOSIS = "images_jump"
