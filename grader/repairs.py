"""What stands in for parts of a submission that exact checks found broken, so that the others can be judged.

These are answers. The file is sent as text with a question that needs it, after the submission's own parts were judged;
no process of a submission holds it before.
"""

from __future__ import annotations

import torch
from torch.nn import functional as F


def recon(family: str, x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Reconstruction error per image, summed over pixels, averaged over the batch."""
    a, b = x_hat.reshape(len(x), -1), x.reshape(len(x), -1)
    if family == "squared":
        return F.mse_loss(a, b, reduction="sum") / len(x)
    if family == "absolute":
        return F.l1_loss(a, b, reduction="sum") / len(x)
    return F.binary_cross_entropy(a, b, reduction="sum") / len(x)


def kl(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    """KL(N(mu, exp(logvar)) || N(0, I)) in nats per image (Kingma & Welling 2014, appendix B)."""
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum() / len(mu)


def reparameterize(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
