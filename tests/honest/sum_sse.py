"""Squared error and KL are both summed over everything, the batch too; results in a NamedTuple."""

from typing import NamedTuple

import torch
import torch.nn as nn

TUNED_BETA = 0.5


class Losses(NamedTuple):
    total: torch.Tensor
    recon: torch.Tensor
    kl: torch.Tensor


class Autoencoder(nn.Module):
    def __init__(self, latent_dim: int):
        super().__init__()
        self.latent_dim = latent_dim
        self.down = nn.Sequential(nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, latent_dim))
        self.up = nn.Sequential(nn.Linear(latent_dim, 300), nn.ReLU(), nn.Linear(300, 784))

    def encode(self, x):
        return self.down(x.flatten(start_dim=1))

    def decode(self, z):
        return self.up(z).sigmoid()

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim: int):
        super().__init__()
        self.latent_dim = latent_dim
        self.down = nn.Sequential(nn.Linear(784, 300), nn.ReLU())
        self.mu_head = nn.Linear(300, latent_dim)
        self.logvar_head = nn.Linear(300, latent_dim)
        self.up = nn.Sequential(nn.Linear(latent_dim, 300), nn.ReLU(), nn.Linear(300, 784))

    def encode(self, x):
        hidden = self.down(x.flatten(start_dim=1))
        return self.mu_head(hidden), self.logvar_head(hidden)

    def reparameterize(self, mu, logvar):
        std = logvar.mul(0.5).exp()
        return torch.randn_like(std).mul(std).add(mu)

    def decode(self, z):
        return self.up(z).sigmoid()

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def squared_error(x_hat, x):
    return ((x_hat.flatten() - x.flatten()) ** 2).sum()


def ae_loss(x_hat, x):
    return squared_error(x_hat, x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = squared_error(x_hat, x)
    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
    return Losses(recon + beta * kl, recon, kl)


def _mean_code(model, image):
    code = model.encode(image)
    return code[0] if isinstance(model, VAE) else code


@torch.no_grad()
def sample(model, n):
    z = torch.randn(n, model.latent_dim)
    return model.decode(z).reshape(n, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    z_start = _mean_code(model, x_start)
    z_end = _mean_code(model, x_end)
    alpha = torch.linspace(0, 1, steps)[:, None]
    return model.decode((1 - alpha) * z_start + alpha * z_end).reshape(steps, 1, 28, 28)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    x = torch.linspace(-extent, extent, n)
    y = torch.linspace(extent, -extent, n)
    yy, xx = torch.meshgrid(y, x, indexing="ij")
    tiles = model.decode(torch.stack([xx.flatten(), yy.flatten()], dim=1))
    return tiles.reshape(n, n, 28, 28).permute(0, 2, 1, 3).reshape(n * 28, n * 28)
