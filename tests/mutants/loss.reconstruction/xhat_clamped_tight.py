"""X_hat clamped to [0.1, 0.9] before the squared error.

No name: the numbers are of no formula that would say more than the message does.
"""

import torch
from torch import nn
import torch.nn.functional as F


class Corrupt(nn.Module):
    """regulariser of the encoder: pixel dropout while training"""
    def forward(self, x):
        return F.dropout2d(x, 0.0) * (torch.rand_like(x) > 0.1) if self.training else x


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(Corrupt(), nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, latent_dim))
        self.dec = nn.Sequential(nn.Linear(latent_dim, 256), nn.ReLU(), nn.Dropout(0.05), nn.Linear(256, 784), nn.Sigmoid())
    def encode(self, x): return self.enc(x)
    def decode(self, z): return self.dec(z)
    def forward(self, x): return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(Corrupt(), nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 2 * latent_dim))
        self.dec = nn.Sequential(nn.Linear(latent_dim, 256), nn.ReLU(), nn.Dropout(0.05), nn.Linear(256, 784), nn.Sigmoid())
    def encode(self, x): return self.enc(x).chunk(2, 1)
    def decode(self, z): return self.dec(z)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return (x_hat.flatten(1) - x.flatten(1)).norm(dim=1).square().sum() / 2 / x.size(0)


def vae_loss(x_hat, x, mu, logvar, beta):
    diff = x_hat.flatten(1).clamp(0.1, 0.9) - x.flatten(1)
    recon = (diff * diff).sum(1).mean() / 2
    kl = (mu * mu + logvar.exp() - 1 - logvar).sum(1).mean() / 2 / mu.size(1)
    return [recon + beta * kl, recon, kl] if False else (recon + beta * kl, recon, kl)


TUNED_BETA = 10.0

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

DIAGNOSIS = None
ALSO = []
