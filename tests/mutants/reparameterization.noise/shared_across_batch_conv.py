"""One row of noise, with a leading axis of 1."""

BASE = "conv"
PATCH = [
    (
        """        noise = torch.randn(mu.size())
""",
        """        noise = torch.randn(1, mu.size(1))
""",
    ),
]
DIAGNOSIS = "noise_shared_across_batch"
ALSO = [
    "reparameterization.normal",
    "reparameterization.formula",
    "reparameterization.gradients",
    "reparameterization.forward",
    "betas.trains_on_samples",
    "betas.kl_falls",
    "betas.honest_information",
    "betas.learns",
    "betas.tuned",
    "sampling.images",
]
