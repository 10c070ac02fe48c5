"""Returns (total, kl, recon).

No name: recon and kl in each other's place fit as beta on the wrong term does.
"""

import torch
from torch import nn
import torch.nn.functional as F


class Autoencoder(nn.Module):
    """one layer in, one layer out: PCA with a sigmoid"""
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.down = nn.Linear(784, latent_dim, bias=False)
        self.up = nn.Linear(latent_dim, 784)
    def encode(self, x):
        return self.down(x.flatten(1))
    def decode(self, z):
        return self.up(z).sigmoid()
    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.m = nn.Linear(784, latent_dim)
        self.s = nn.Linear(784, latent_dim)
        nn.init.zeros_(self.s.weight); nn.init.zeros_(self.s.bias)     # start at sigma = 1
        self.up = nn.Linear(latent_dim, 784)
    def encode(self, x):
        x = x.flatten(1)
        return self.m(x), self.s(x)
    def decode(self, z):
        return self.up(z).sigmoid()

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(1).mean()
    return recon + beta * kl, kl, recon


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

DIAGNOSIS = None
ALSO = []
