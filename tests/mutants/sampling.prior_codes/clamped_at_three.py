"""Codes are clamped to three standard deviations."""

BASE = "mlp"
PATCH = [("        z = torch.randn(n, model.latent_dim)\n", "        z = torch.randn(n, model.latent_dim).clamp(-3, 3)\n")]
DIAGNOSIS = "prior_truncated"
ALSO = []
