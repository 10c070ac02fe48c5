"""The logvar head has one output for all latent dimensions."""

BASE = "mlp"
PATCH = [
    (
        "self.fc_logvar = nn.Linear(400, latent_dim)",
        "self.fc_logvar = nn.Linear(400, 1)",
    ),
]
DIAGNOSIS = "wrong_code_shape"
