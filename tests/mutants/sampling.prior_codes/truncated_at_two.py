"""Codes come from a normal distribution that is cut off at two."""

BASE = "mlp"
PATCH = [
    (
        "        z = torch.randn(n, model.latent_dim)\n",
        "        z = nn.init.trunc_normal_(torch.empty(n, model.latent_dim), a=-2.0, b=2.0)\n",
    )
]
DIAGNOSIS = "prior_truncated"
ALSO = []
