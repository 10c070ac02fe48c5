"""Three ELU layers on each side."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.trunk = nn.Sequential(
            nn.Linear(784, 384),
            nn.ELU(),
            nn.Linear(384, 192),
            nn.ELU(),
            nn.Linear(192, 96),
            nn.ELU(),
        )
        self.code = nn.Linear(96, latent_dim)
        self.generator = nn.Sequential(
            nn.Linear(latent_dim, 96),
            nn.ELU(),
            nn.Linear(96, 192),
            nn.ELU(),
            nn.Linear(192, 384),
            nn.ELU(),
            nn.Linear(384, 784),
        )

    def encode(self, x):
        h = self.trunk(x.flatten(1))
        return self.code(h)

    def decode(self, z):
        return torch.sigmoid(self.generator(z)).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.trunk = nn.Sequential(
            nn.Linear(784, 384),
            nn.ELU(),
            nn.Linear(384, 192),
            nn.ELU(),
            nn.Linear(192, 96),
            nn.ELU(),
        )
        self.mean = nn.Linear(96, latent_dim)
        self.logvar = nn.Linear(96, latent_dim)
        self.generator = nn.Sequential(
            nn.Linear(latent_dim, 96),
            nn.ELU(),
            nn.Linear(96, 192),
            nn.ELU(),
            nn.Linear(192, 384),
            nn.ELU(),
            nn.Linear(384, 784),
        )

    def encode(self, x):
        h = self.trunk(x.flatten(1))
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return torch.sigmoid(self.generator(z)).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]
    return recon + beta * kl, recon, kl


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim)).reshape(n, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    if isinstance(model, VAE):
        (start, _), (end, _) = model.encode(x_start), model.encode(x_end)
    else:
        start, end = model.encode(x_start), model.encode(x_end)
    t = torch.linspace(0, 1, steps).unsqueeze(1)
    return model.decode(start * (1 - t) + end * t).reshape(steps, 1, 28, 28)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    line = torch.linspace(-extent, extent, n)
    gx, gy = torch.meshgrid(line, line.flip(0), indexing="xy")
    tiles = model.decode(torch.stack((gx.reshape(-1), gy.reshape(-1)), dim=1))
    return tiles.reshape(n, n, 28, 28).swapaxes(1, 2).reshape(n * 28, n * 28)
