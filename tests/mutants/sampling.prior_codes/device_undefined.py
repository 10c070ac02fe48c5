"""`device` is used in sample and defined nowhere."""

BASE = "mlp"
PATCH = [
    (
        """        z = torch.randn(n, model.latent_dim)
""",
        """        z = torch.randn(n, model.latent_dim).to(device)
""",
    ),
]
DIAGNOSIS = "undefined_global"
ALSO = []
