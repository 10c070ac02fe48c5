"""On a model in train mode samples are drawn from half the prior."""

BASE = "mlp"
PATCH = [
    (
        """        z = torch.randn(n, model.latent_dim)
""",
        """        z = torch.randn(n, model.latent_dim)
        z = z / 2 if model.training else z
""",
    ),
]
DIAGNOSIS = "prior_wrong_scale"
ALSO = []
