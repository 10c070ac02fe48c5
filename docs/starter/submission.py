"""Homework: an autoencoder and a variational autoencoder for 28 x 28 images.

Fill in every TODO. Images are float32, [B, 1, 28, 28], values from 0 to 1; D is the latent dimension.
Check your work with:  grader check .
"""

import torch
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        # TODO: the layers of encoder and decoder

    def encode(self, x):
        """x [B, 1, 28, 28] -> z [B, D]"""
        raise NotImplementedError("TODO: Autoencoder.encode")

    def decode(self, z):
        """z [B, D] -> x_hat [B, 1, 28, 28], values from 0 to 1"""
        raise NotImplementedError("TODO: Autoencoder.decode")

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        # TODO: the layers of encoder and decoder; mu and logvar each need a head of their own

    def encode(self, x):
        """x [B, 1, 28, 28] -> mu [B, D], logvar [B, D]; logvar is the logarithm of the variance"""
        raise NotImplementedError("TODO: VAE.encode")

    def reparameterize(self, mu, logvar):
        """A draw from N(mu, exp(logvar)) that gradients pass through: [B, D]"""
        raise NotImplementedError("TODO: VAE.reparameterize")

    def decode(self, z):
        """z [B, D] -> x_hat [B, 1, 28, 28], values from 0 to 1"""
        raise NotImplementedError("TODO: VAE.decode")

    def forward(self, x):
        """x -> x_hat, mu, logvar; x_hat is decoded from a sample, not from mu"""
        raise NotImplementedError("TODO: VAE.forward")


def ae_loss(x_hat, x):
    """The reconstruction loss: a scalar."""
    raise NotImplementedError("TODO: ae_loss")


def vae_loss(x_hat, x, mu, logvar, beta):
    """The scalars total, recon, kl with total = recon + beta * kl."""
    raise NotImplementedError("TODO: vae_loss")


@torch.no_grad()
def sample(model, n):
    """n images decoded from N(0, I)."""
    raise NotImplementedError("TODO: sample")


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    """steps images along the straight line between the codes of x_start and x_end, both ends included."""
    raise NotImplementedError("TODO: interpolate")


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    """One image [n * 28, n * 28]; the tile in row i, column j decodes (x_j, y_i), with y growing upwards."""
    raise NotImplementedError("TODO: latent_grid")


TUNED_BETA = 1.0  # TODO: the beta you found best, in your own units


if __name__ == "__main__":
    pass  # train, tune and draw your figures here: the grader imports this file and never comes by
