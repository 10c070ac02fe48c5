"""Nearest-neighbour upsampling and convolutions with batch norm in the decoder."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 0.0012


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.conv1 = nn.Conv2d(1, 16, 4, stride=2, padding=1)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 16, 4, stride=2, padding=1)
        self.norm2 = nn.BatchNorm2d(16)
        self.code = nn.Linear(16 * 7 * 7, latent_dim)
        self.unproject = nn.Linear(latent_dim, 16 * 7 * 7)
        self.conv3 = nn.Conv2d(16, 16, 3, padding=1)
        self.norm3 = nn.BatchNorm2d(16)
        self.conv4 = nn.Conv2d(16, 1, 3, padding=1)

    def encode(self, x):
        h = F.leaky_relu(self.norm1(self.conv1(x)), 0.1)
        h = F.leaky_relu(self.norm2(self.conv2(h)), 0.1)
        h = h.flatten(1)
        return self.code(h)

    def decode(self, z):
        h = F.leaky_relu(self.unproject(z).view(-1, 16, 7, 7), 0.1)
        h = F.interpolate(h, scale_factor=2, mode="nearest")
        h = F.leaky_relu(self.norm3(self.conv3(h)), 0.1)
        h = F.interpolate(h, scale_factor=2, mode="nearest")
        return torch.sigmoid(self.conv4(h))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.conv1 = nn.Conv2d(1, 16, 4, stride=2, padding=1)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 16, 4, stride=2, padding=1)
        self.norm2 = nn.BatchNorm2d(16)
        self.mean = nn.Linear(16 * 7 * 7, latent_dim)
        self.logvar = nn.Linear(16 * 7 * 7, latent_dim)
        self.unproject = nn.Linear(latent_dim, 16 * 7 * 7)
        self.conv3 = nn.Conv2d(16, 16, 3, padding=1)
        self.norm3 = nn.BatchNorm2d(16)
        self.conv4 = nn.Conv2d(16, 1, 3, padding=1)

    def encode(self, x):
        h = F.leaky_relu(self.norm1(self.conv1(x)), 0.1)
        h = F.leaky_relu(self.norm2(self.conv2(h)), 0.1)
        h = h.flatten(1)
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        h = F.leaky_relu(self.unproject(z).view(-1, 16, 7, 7), 0.1)
        h = F.interpolate(h, scale_factor=2, mode="nearest")
        h = F.leaky_relu(self.norm3(self.conv3(h)), 0.1)
        h = F.interpolate(h, scale_factor=2, mode="nearest")
        return torch.sigmoid(self.conv4(h))

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x)


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
