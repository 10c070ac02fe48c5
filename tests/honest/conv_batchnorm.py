"""Convolutions with batch norm and in-place ReLUs, transposed convolutions back."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.conv = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            nn.Flatten(),
        )
        self.code = nn.Linear(16 * 49, latent_dim)
        self.project = nn.Linear(latent_dim, 16 * 49)
        self.deconv = nn.Sequential(
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(16, 8, 2, stride=2),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(8, 1, 2, stride=2),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.conv(x)
        return self.code(h)

    def decode(self, z):
        return self.deconv(self.project(z).view(-1, 16, 7, 7))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.conv = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            nn.Flatten(),
        )
        self.mean = nn.Linear(16 * 49, latent_dim)
        self.logvar = nn.Linear(16 * 49, latent_dim)
        self.project = nn.Linear(latent_dim, 16 * 49)
        self.deconv = nn.Sequential(
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(16, 8, 2, stride=2),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(8, 1, 2, stride=2),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.conv(x)
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return self.deconv(self.project(z).view(-1, 16, 7, 7))

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


def sample(model, n):
    model.eval()
    with torch.no_grad():
        codes = torch.randn(n, model.latent_dim)
        return model.decode(codes).view(n, 1, 28, 28)


def interpolate(model, x_start, x_end, steps):
    model.eval()
    with torch.no_grad():
        first, last = model.encode(x_start), model.encode(x_end)
        if isinstance(model, VAE):
            first, last = first[0], last[0]
        path = [torch.lerp(first, last, float(a)) for a in torch.linspace(0, 1, steps)]
        return model.decode(torch.cat(path)).view(steps, 1, 28, 28)


def latent_grid(model, n=21, extent=4.0):
    model.eval()
    strips = []
    xs = torch.linspace(-extent, extent, n)
    with torch.no_grad():
        for y in torch.linspace(extent, -extent, n):
            row = model.decode(torch.stack([xs, torch.full_like(xs, y.item())], dim=-1))
            strips.append(torch.cat(row.view(n, 28, 28).unbind(0), dim=1))
    return torch.cat(strips, dim=0)
