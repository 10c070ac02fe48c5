"""Sigma floored at 0.1."""

from types import SimpleNamespace
import torch
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, latent_dim))
        self.dec = nn.Sequential(nn.Linear(latent_dim, 256), nn.ReLU(), nn.Linear(256, 784), nn.Hardsigmoid())
    def encode(self, x): return self.enc(x)
    def decode(self, z): return self.dec(z)
    def forward(self, x): return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 2 * latent_dim))
        self.dec = nn.Sequential(nn.Linear(latent_dim, 256), nn.ReLU(), nn.Linear(256, 784), nn.Hardsigmoid())
    def encode(self, x):
        h = self.enc(x)
        return h.narrow(1, 0, self.latent_dim), h.narrow(1, self.latent_dim, self.latent_dim)
    def decode(self, z): return self.dec(z)
    def reparameterize(self, mu, logvar):
        eps = torch.randn(mu.shape, dtype=torch.float64).to(mu.dtype)
        return mu + torch.exp(0.5 * logvar).clamp(min=0.1) * eps
    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return (x_hat.double().flatten(1) - x.double().flatten(1)).pow(2).sum(1).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    m, v = mu.double(), logvar.double()
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (m * m + v.exp() - 1 - v).sum(1).mean()
    return SimpleNamespace(total=recon + beta * kl, recon=recon, kl=kl)


TUNED_BETA = 1.0

@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(a, (tuple, list)):
        a, b = a[0], b[0]
    alpha = torch.linspace(0, 1, steps)[:, None]
    return model.decode((1 - alpha) * a + alpha * b)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    rows = []
    for y in xs.flip(0):
        tiles = model.decode(torch.stack([xs, y.repeat(n)], 1)).reshape(n, 28, 28)
        rows.append(torch.cat(list(tiles), 1))
    return torch.cat(rows, 0)

DIAGNOSIS = "sigma_clamped"
ALSO = []
