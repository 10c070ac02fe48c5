"""The dict uses other names than asked for."""

BASE = "conv"
PATCH = [
    (
        """    return {"total": recon + beta * kl, "recon": recon, "kl": kl}
""",
        """    return {"loss": recon + beta * kl, "Reconstruction_Loss": recon, "KLD": -kl}
""",
    ),
]
DIAGNOSIS = "loss_other_form"
