"""The parts are Python numbers."""

BASE = "mlp"
PATCH = [
    (
        """    total = recon + beta * kl
    return total, recon, kl
""",
        """    total = recon + beta * kl
    return total.item(), recon.item(), kl.item()
""",
    ),
]
DIAGNOSIS = "loss_detached"
ALSO = ["loss.gradients"]
