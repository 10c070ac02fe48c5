"""Only the reported KL is a plain number."""

BASE = "mlp"
PATCH = [
    (
        """    return total, recon, kl
""",
        """    return total, recon, kl.item()
""",
    ),
]
DIAGNOSIS = "loss_detached"
ALSO = ['betas.tuned']
