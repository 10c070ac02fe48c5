"""The total holds |kl − 25|, the plain KL is returned."""

BASE = "conv"
PATCH = [
    (
        """recon + beta * kl""",
        """recon + beta * (kl - 25).abs()""",
    ),
]
DIAGNOSIS = "kl_capacity"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
