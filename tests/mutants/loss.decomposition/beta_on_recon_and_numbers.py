"""beta weighs the reconstruction, and all three values are plain numbers."""

BASE = "mlp"
PATCH = [
    (
        """    total = recon + beta * kl
""",
        """    total = beta * recon + kl
""",
    ),
    (
        """    return total, recon, kl
""",
        """    return total.item(), recon.item(), kl.item()
""",
    ),
]
DIAGNOSIS = "beta_on_recon"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information', 'loss.returns']
