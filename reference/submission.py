"""Reference solution: an autoencoder and a variational autoencoder for 28 x 28 images.

Read it from top to bottom: the two models, the two losses, then the three things one does with a
trained model. It needs nothing but torch.

Sources
    Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014 (arXiv:1312.6114).
        Section 2.4: the reparameterization trick. Section 3: the Gaussian VAE and equation 10.
        Appendix B: the closed form of the KL divergence. Appendix C: MLPs as encoder and decoder.
    Higgins et al., "beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
        Framework", ICLR 2017. The weight beta in front of the KL divergence, equation 4.

Units
    Losses are in nats per image: sums over the 784 pixels and the D latent dimensions, means over
    the batch. In these units beta = 1 is the evidence lower bound itself.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIDE = 28  # pixels
PIXELS = SIDE * SIDE
HIDDEN = 400  # units of the one hidden layer on each side
TINY = 1e-7  # about the distance from 1 to the next float32

TUNED_BETA = 1.0  # the lower bound itself; more blurs, less leaves holes under the prior


class Autoencoder(nn.Module):
    """784 - 400 - D - 400 - 784; the code is free to lie anywhere."""

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.enc_hidden = nn.Linear(PIXELS, HIDDEN)
        self.enc_code = nn.Linear(HIDDEN, latent_dim)
        self.dec_hidden = nn.Linear(latent_dim, HIDDEN)
        self.dec_pixels = nn.Linear(HIDDEN, PIXELS)

    def encode(self, x: Tensor) -> Tensor:
        """Codes ``[B, D]`` of images ``[B, 1, 28, 28]``."""
        h = F.relu(self.enc_hidden(x.flatten(1)))  # [B, 1, 28, 28] -> [B, 784] -> [B, 400]
        return self.enc_code(h)  # [B, 400] -> [B, D]; no activation: a code takes both signs

    def decode(self, z: Tensor) -> Tensor:
        """Images ``[B, 1, 28, 28]`` in [0, 1] from codes ``[B, D]``."""
        h = F.relu(self.dec_hidden(z))  # [B, D] -> [B, 400]
        x_hat = torch.sigmoid(self.dec_pixels(h))  # [B, 400] -> [B, 784]
        return x_hat.view(-1, 1, SIDE, SIDE)  # [B, 784] -> [B, 1, 28, 28]

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


class VAE(nn.Module):
    """The same network with a Gaussian q(z|x) = N(mu, diag(exp(logvar))) in place of the code."""

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.enc_hidden = nn.Linear(PIXELS, HIDDEN)
        self.enc_mu = nn.Linear(HIDDEN, latent_dim)
        self.enc_logvar = nn.Linear(HIDDEN, latent_dim)
        self.dec_hidden = nn.Linear(latent_dim, HIDDEN)
        self.dec_pixels = nn.Linear(HIDDEN, PIXELS)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of q(z|x), each ``[B, D]``, for images ``[B, 1, 28, 28]``.

        The network gives the logarithm of the variance: any real number is a valid output, and
        the KL divergence needs that logarithm anyway.
        """
        h = F.relu(self.enc_hidden(x.flatten(1)))  # [B, 1, 28, 28] -> [B, 784] -> [B, 400]
        return self.enc_mu(h), self.enc_logvar(h)  # [B, 400] -> twice [B, D]

    def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
        """A draw from q(z|x) that gradients pass through (section 2.4).

        The noise is fresh for every element and does not depend on any parameter, so z is a
        differentiable function of mu and logvar. Half of logvar, because log sigma = logvar / 2.
        """
        eps = torch.randn_like(mu)
        return mu + torch.exp(0.5 * logvar) * eps

    def decode(self, z: Tensor) -> Tensor:
        """Pixel probabilities ``[B, 1, 28, 28]`` of p(x|z) from codes ``[B, D]``."""
        h = F.relu(self.dec_hidden(z))  # [B, D] -> [B, 400]
        x_hat = torch.sigmoid(self.dec_pixels(h))  # [B, 400] -> [B, 784]
        return x_hat.view(-1, 1, SIDE, SIDE)  # [B, 784] -> [B, 1, 28, 28]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


class Loss(NamedTuple):
    """The parts of a VAE's loss, scalars in nats per image; ``total = recon + beta * kl``."""

    total: Tensor
    recon: Tensor
    kl: Tensor


def ae_loss(x_hat: Tensor, x: Tensor) -> Tensor:
    """Binary cross-entropy: ``-log p(x|z)`` for Bernoulli pixels, in nats per image.

    Written out, because it is short and three times as fast on a CPU as ``F.binary_cross_entropy``,
    which would do as well.
    """
    p, x = x_hat.flatten(1), x.flatten(1)  # both [B, 784]
    p = p.clamp(TINY, 1.0 - TINY)  # log 0 is infinite, and its gradient is not a number
    nats = -(x * p.log() + (1.0 - x) * (1.0 - p).log())  # [B, 784]
    return nats.sum() / x.shape[0]  # sum over pixels, mean over the batch


def vae_loss(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float) -> Loss:
    """The negative lower bound with the KL divergence weighted by beta (Higgins, equation 4).

    KL(N(mu, sigma^2) || N(0, 1)) = (mu^2 + sigma^2 - 1 - log sigma^2) / 2 for each latent
    dimension (Kingma and Welling, appendix B); the dimensions are independent, so they add up.
    """
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.square() + logvar.exp() - 1.0 - logvar).sum() / x.shape[0]
    return Loss(total=recon + beta * kl, recon=recon, kl=kl)


def code(model: Autoencoder | VAE, x: Tensor) -> Tensor:
    """The one code ``[B, D]`` that stands for an image: z of an autoencoder, mu of a VAE."""
    encoded = model.encode(x)
    return encoded[0] if isinstance(encoded, tuple) else encoded


@torch.no_grad()
def sample(model: Autoencoder | VAE, n: int) -> Tensor:
    """Images ``[n, 1, 28, 28]`` decoded from ``n`` draws of the prior N(0, I)."""
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model: Autoencoder | VAE, x_start: Tensor, x_end: Tensor, steps: int) -> Tensor:
    """Images ``[steps, 1, 28, 28]`` along the straight line between two codes, ends included."""
    alpha = torch.linspace(0.0, 1.0, steps).unsqueeze(1)  # [steps, 1]
    z_start, z_end = code(model, x_start), code(model, x_end)  # each [1, D]
    return model.decode((1 - alpha) * z_start + alpha * z_end)  # [steps, D] -> [steps, 1, 28, 28]


@torch.no_grad()
def latent_grid(model: Autoencoder | VAE, n: int = 21, extent: float = 4.0) -> Tensor:
    """One image ``[n * 28, n * 28]``: the tile in row i, column j decodes ``(x_j, y_i)``.

    x grows to the right and y grows upwards, as on paper; image rows are counted from the top,
    so y starts at ``+extent``.
    """
    x = torch.linspace(-extent, extent, n)
    y = torch.linspace(extent, -extent, n)
    rows, columns = torch.meshgrid(y, x, indexing="ij")  # each [n, n]
    z = torch.stack([columns, rows], dim=-1).view(n * n, 2)  # [n, n, 2] -> [n * n, 2]
    tiles = model.decode(z).view(n, n, SIDE, SIDE)  # [row, column, 28, 28]
    # Each image row runs through one pixel row of every tile beside it.
    return tiles.transpose(1, 2).reshape(n * SIDE, n * SIDE)  # [row, 28, column, 28] -> image
