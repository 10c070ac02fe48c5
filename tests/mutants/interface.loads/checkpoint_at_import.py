"""A trained model that was not handed in is loaded at import."""

BASE = "conv"
PATCH = [
    (
        """bce = nn.BCELoss()
""",
        """bce = nn.BCELoss()
best_model = torch.load("best_vae.pt")
""",
    ),
]
DIAGNOSIS = "data_at_import"
