"""The total holds max(kl, 3), the plain KL is returned."""

BASE = "mlp"
PATCH = [
    (
        """    total = recon + beta * kl
""",
        """    total = recon + beta * torch.clamp(kl, min=3.0)
""",
    ),
]
DIAGNOSIS = "kl_free_bits"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
