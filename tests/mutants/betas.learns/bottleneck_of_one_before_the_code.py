"""A layer of one unit stands before the code: 20 dimensions carry one number."""

BASE = "deep_elu"
PATCH = [
    (
        """            nn.Linear(192, 96),
            nn.ELU(),
        )
        self.code = nn.Linear(96, latent_dim)""",
        """            nn.Linear(192, 1),
            nn.ELU(),
        )
        self.code = nn.Linear(1, latent_dim)""",
    ),
]
DIAGNOSIS = "not_learning"
