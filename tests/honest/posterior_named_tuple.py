"""The posterior is a named tuple, and forward reads it by name."""

from typing import NamedTuple
import torch
from torch import nn
import torch.nn.functional as F

TUNED_BETA = 0.5


class Gaussian(NamedTuple):
    mu: torch.Tensor
    logvar: torch.Tensor

    @property
    def std(self):
        return torch.exp(self.logvar / 2)

    def kl(self):
        return 0.5 * (self.mu**2 + self.logvar.exp() - 1 - self.logvar).sum(1).mean()


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, latent_dim))
        self.dec = nn.Sequential(nn.Linear(latent_dim, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid())

    def encode(self, x):
        return self.enc(x)

    def decode(self, z):
        return self.dec(z)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU())
        self.heads = nn.Linear(256, 2 * latent_dim)
        self.dec = nn.Sequential(nn.Linear(latent_dim, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid())

    def encode(self, x):
        return Gaussian(*self.heads(self.enc(x)).chunk(2, 1))

    def reparameterize(self, mu, logvar):
        q = Gaussian(mu, logvar)
        return q.mu + q.std * torch.randn_like(q.mu)

    def decode(self, z):
        return self.dec(z)

    def forward(self, x):
        q = self.encode(x)
        return self.decode(self.reparameterize(q.mu, q.logvar)), *q


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x.flatten(1), reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon, kl = ae_loss(x_hat, x), Gaussian(mu, logvar).kl()
    return recon + beta * kl, recon, kl


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(model, VAE):
        a, b = a.mu, b.mu
    t = torch.linspace(0, 1, steps)[:, None]
    return model.decode((1 - t) * a + t * b)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    g = torch.linspace(-extent, extent, n)
    z = torch.stack([g.repeat(n), -g.repeat_interleave(n)], 1)
    return model.decode(z).view(n, n, 28, 28).transpose(1, 2).reshape(28 * n, 28 * n)
