"""Average pooling on the way down, pixel shuffle on the way up."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.a = nn.Conv2d(1, 8, 3, padding=1)
        self.b = nn.Conv2d(8, 16, 3, padding=1)
        self.code = nn.Linear(784, latent_dim)
        self.c = nn.Linear(latent_dim, 16 * 7 * 7)
        self.d = nn.Conv2d(16, 16, 3, padding=1)
        self.e = nn.Conv2d(4, 4, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)

    def encode(self, x):
        h = F.avg_pool2d(F.gelu(self.a(x)), 2)
        h = F.max_pool2d(F.gelu(self.b(h)), 2)
        h = torch.flatten(h, 1)
        return self.code(h)

    def decode(self, z):
        h = F.gelu(self.c(z)).unflatten(1, (16, 7, 7))
        h = F.gelu(self.shuffle(self.d(h)))
        return torch.sigmoid(self.shuffle(self.e(h)))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.a = nn.Conv2d(1, 8, 3, padding=1)
        self.b = nn.Conv2d(8, 16, 3, padding=1)
        self.mean = nn.Linear(784, latent_dim)
        self.logvar = nn.Linear(784, latent_dim)
        self.c = nn.Linear(latent_dim, 16 * 7 * 7)
        self.d = nn.Conv2d(16, 16, 3, padding=1)
        self.e = nn.Conv2d(4, 4, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)

    def encode(self, x):
        h = F.avg_pool2d(F.gelu(self.a(x)), 2)
        h = F.max_pool2d(F.gelu(self.b(h)), 2)
        h = torch.flatten(h, 1)
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        h = F.gelu(self.c(z)).unflatten(1, (16, 7, 7))
        h = F.gelu(self.shuffle(self.d(h)))
        return torch.sigmoid(self.shuffle(self.e(h)))

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(dim=1).mean()
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
