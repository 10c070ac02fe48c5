"""Residual blocks with layer norm before each of them."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x):
        return x + self.down(F.silu(self.up(self.norm(x))))


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.stem = nn.Linear(784, 128)
        self.enc_blocks = nn.Sequential(Block(128), Block(128))
        self.enc_norm = nn.LayerNorm(128)
        self.code = nn.Linear(128, latent_dim)
        self.lift = nn.Linear(latent_dim, 128)
        self.dec_blocks = nn.Sequential(Block(128), Block(128), nn.LayerNorm(128))
        self.to_pixels = nn.Linear(128, 784)

    def encode(self, x):
        h = self.enc_norm(self.enc_blocks(self.stem(x.flatten(1))))
        return self.code(h)

    def decode(self, z):
        return torch.sigmoid(self.to_pixels(self.dec_blocks(self.lift(z)))).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.stem = nn.Linear(784, 128)
        self.enc_blocks = nn.Sequential(Block(128), Block(128))
        self.enc_norm = nn.LayerNorm(128)
        self.mean = nn.Linear(128, latent_dim)
        self.logvar = nn.Linear(128, latent_dim)
        self.lift = nn.Linear(latent_dim, 128)
        self.dec_blocks = nn.Sequential(Block(128), Block(128), nn.LayerNorm(128))
        self.to_pixels = nn.Linear(128, 784)

    def encode(self, x):
        h = self.enc_norm(self.enc_blocks(self.stem(x.flatten(1))))
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return torch.sigmoid(self.to_pixels(self.dec_blocks(self.lift(z)))).view(-1, 1, 28, 28)

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


def to_code(model, x):
    out = model.encode(x)
    return out[0] if isinstance(out, tuple) else out


def sample(model, n):
    with torch.no_grad():
        z = torch.randn(n, model.latent_dim)
        return model.decode(z)


def interpolate(model, x_start, x_end, steps):
    images = []
    with torch.no_grad():
        z_start = to_code(model, x_start)
        z_end = to_code(model, x_end)
        for alpha in torch.linspace(0, 1, steps):
            images.append(model.decode((1 - alpha) * z_start + alpha * z_end))
    return torch.cat(images, dim=0)


def latent_grid(model, n=21, extent=4.0):
    canvas = torch.zeros(n * 28, n * 28)
    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
    with torch.no_grad():
        for i in range(n):
            for j in range(n):
                z = torch.tensor([[xs[j], ys[i]]])
                canvas[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = model.decode(z).view(28, 28)
    return canvas
