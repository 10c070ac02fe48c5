"""Wrong sign and no ½, and the parts are returned by .item()."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
    ),
    (
        """    return total, recon, kl
""",
        """    return total, recon.item(), kl.item()
""",
    ),
]
DIAGNOSIS = "kl_sign_flipped"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information', 'loss.returns']
