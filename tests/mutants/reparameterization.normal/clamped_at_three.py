"""The noise is clamped to three standard deviations."""

BASE = "mlp"
PATCH = [("        eps = torch.randn_like(std)\n", "        eps = torch.randn_like(std).clamp(-3, 3)\n")]
DIAGNOSIS = "noise_truncated"
ALSO = []
