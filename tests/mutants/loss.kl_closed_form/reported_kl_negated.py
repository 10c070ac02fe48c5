"""Only the reported KL is negated; the total is right."""

BASE = "conv"
PATCH = [
    (
        """    return {"total": recon + beta * kl, "recon": recon, "kl": kl}
""",
        """    return {"total": recon + beta * kl, "recon": recon, "kl": -kl}
""",
    ),
]
DIAGNOSIS = "reported_kl_negated"
ALSO = [ "loss.gradients", "loss.returns"]
