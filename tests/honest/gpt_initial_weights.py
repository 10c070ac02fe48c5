"""Weights of σ = 0.02 and a last layer norm in the encoder, as GPT starts: stands at the mean image for long, then learns."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.5


def start_small(model):
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)


def trunk():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.GELU(), nn.Linear(256, 256), nn.GELU(), nn.LayerNorm(256)
    )


def image_of(latent_dim):
    return nn.Sequential(
        nn.Linear(latent_dim, 256), nn.GELU(), nn.Linear(256, 256), nn.GELU(), nn.Linear(256, 784), nn.Sigmoid()
    )


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.trunk, self.head, self.image = trunk(), nn.Linear(256, latent_dim), image_of(latent_dim)
        start_small(self)

    def encode(self, x):
        return self.head(self.trunk(x))

    def decode(self, z):
        return self.image(z)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.trunk, self.image = trunk(), image_of(latent_dim)
        self.mu, self.logvar = nn.Linear(256, latent_dim), nn.Linear(256, latent_dim)
        start_small(self)

    def encode(self, x):
        h = self.trunk(x)
        return self.mu(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def decode(self, z):
        return self.image(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x.flatten(1), reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - 1 - logvar) / len(x)
    return recon + beta * kl, recon, kl


@torch.no_grad()
def sample(model, n):
    model.eval()
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    model.eval()

    def code(x):
        z = model.encode(x)
        return z[0] if isinstance(z, tuple) else z

    start, end = code(x_start), code(x_end)
    alpha = torch.linspace(0, 1, steps).unsqueeze(1)
    return model.decode((1 - alpha) * start + alpha * end)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    model.eval()
    axis = torch.linspace(-extent, extent, n)
    y, x = torch.meshgrid(axis.flip(0), axis, indexing="ij")
    tiles = model.decode(torch.stack([x.flatten(), y.flatten()], 1)).reshape(n, n, 28, 28)
    return tiles.permute(0, 2, 1, 3).reshape(n * 28, n * 28)
