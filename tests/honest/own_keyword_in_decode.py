"""decode names its parameter otherwise and is called by keyword."""

import torch
from torch import nn
import torch.nn.functional as F

TUNED_BETA = 1.0


def _encoder(out):
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.GELU(), nn.Linear(400, out))


def _decoder(d):
    return nn.Sequential(nn.Linear(d, 400), nn.GELU(), nn.Linear(400, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = _encoder(latent_dim)
        self.dec = _decoder(latent_dim)

    def encode(self, x):
        return self.enc(x)

    def decode(self, code):
        return self.dec(code)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = _encoder(2 * latent_dim)
        self.dec = _decoder(latent_dim)

    def encode(self, x):
        mu, logvar = self.enc(x).chunk(2, dim=1)
        return mu, logvar

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, code):
        return self.dec(code)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(code=z), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.size(0)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / x.size(0)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / x.size(0)
    return recon + beta * kl, recon, kl


def sample(model, n):
    with torch.no_grad():
        z = torch.randn(n, model.latent_dim)
        return model.decode(code=z)


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        a = model.encode(x_start)
        b = model.encode(x_end)
        if isinstance(a, tuple):
            a, b = a[0], b[0]
        alphas = torch.linspace(0, 1, steps).unsqueeze(1)
        z = (1 - alphas) * a + alphas * b
        return model.decode(z)


def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
    yy, xx = torch.meshgrid(ys, xs, indexing="ij")
    codes = torch.stack([xx.flatten(), yy.flatten()], dim=1)
    with torch.no_grad():
        tiles = model.decode(codes).view(n, n, 28, 28)
    return tiles.permute(0, 2, 1, 3).reshape(n * 28, n * 28)
