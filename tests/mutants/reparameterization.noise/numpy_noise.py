"""The noise comes from NumPy's generator."""

BASE = "mlp"
PATCH = [
    (
        """import torch
""",
        """import numpy as np
import torch
""",
    ),
    (
        """        eps = torch.randn_like(std)
""",
        """        eps = torch.from_numpy(np.random.randn(*std.shape)).float()
""",
    ),
]
DIAGNOSIS = "noise_other_generator"
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
