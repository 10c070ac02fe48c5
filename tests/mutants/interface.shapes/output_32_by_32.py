"""The decoder draws 32 x 32 pixels."""

BASE = "conv"
PATCH = [
    (
        """        nn.Linear(latent_dim, 16 * 7 * 7),
        nn.ReLU(),
        nn.Unflatten(1, (16, 7, 7)),""",
        """        nn.Linear(latent_dim, 16 * 8 * 8),
        nn.ReLU(),
        nn.Unflatten(1, (16, 8, 8)),""",
    ),
]
DIAGNOSIS = "wrong_image_shape"
