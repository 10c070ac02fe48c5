"""The KL has the wrong sign and is subtracted: training is right, the reported KL negative."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
    total = recon + beta * kl
""",
        """    kl = 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
    total = recon - beta * kl
""",
    ),
]
DIAGNOSIS = "reported_kl_negated"
ALSO = [ "loss.returns"]
