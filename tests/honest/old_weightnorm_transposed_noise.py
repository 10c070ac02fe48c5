"""The old weight_norm, and noise drawn transposed."""

import torch
from torch import nn
import torch.nn.functional as F
from torch.nn.utils import weight_norm      # the deprecated one, most tutorials use it


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), weight_norm(nn.Linear(784, 300)), nn.ELU(), nn.Linear(300, latent_dim))
        self.dec = nn.Sequential(weight_norm(nn.Linear(latent_dim, 300)), nn.ELU(), nn.Linear(300, 784))
    def encode(self, x): return self.enc(x)
    def decode(self, z): return torch.sigmoid(self.dec(z)).T.contiguous().T        # strides are unusual
    def forward(self, x): return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), weight_norm(nn.Linear(784, 300)), nn.ELU())
        self.heads = nn.ModuleList([nn.Linear(300, latent_dim), nn.Linear(300, latent_dim)])
        self.dec = nn.Sequential(weight_norm(nn.Linear(latent_dim, 300)), nn.ELU(), nn.Linear(300, 784))
    def encode(self, x):
        h = self.enc(x)
        return tuple(head(h) for head in self.heads)
    def reparameterize(self, mu, logvar):
        b, d = mu.shape
        eps = torch.randn(d, b).t()                       # column by column
        return mu + eps * torch.exp(logvar / 2)
    def decode(self, z): return torch.sigmoid(self.dec(z)).T.contiguous().T
    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x.reshape(x_hat.shape))


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.binary_cross_entropy(x_hat, x.reshape(x_hat.shape))                    # mean over everything
    kl = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())                    # mean over everything
    return recon + beta * kl, recon, kl


TUNED_BETA = 20 / 784

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
