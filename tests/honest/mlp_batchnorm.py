"""Batch norm between the linear layers of both halves."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.l1 = nn.Linear(784, 256)
        self.bn1 = nn.BatchNorm1d(256)
        self.l2 = nn.Linear(256, 128)
        self.bn2 = nn.BatchNorm1d(128)
        self.code = nn.Linear(128, latent_dim)
        self.l3 = nn.Linear(latent_dim, 128)
        self.bn3 = nn.BatchNorm1d(128)
        self.l4 = nn.Linear(128, 256)
        self.bn4 = nn.BatchNorm1d(256)
        self.l5 = nn.Linear(256, 784)

    def encode(self, x):
        h = x.reshape(-1, 784)
        h = F.relu(self.bn1(self.l1(h)))
        h = F.relu(self.bn2(self.l2(h)))
        return self.code(h)

    def decode(self, z):
        h = F.relu(self.bn3(self.l3(z)))
        h = F.relu(self.bn4(self.l4(h)))
        return torch.sigmoid(self.l5(h))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.l1 = nn.Linear(784, 256)
        self.bn1 = nn.BatchNorm1d(256)
        self.l2 = nn.Linear(256, 128)
        self.bn2 = nn.BatchNorm1d(128)
        self.mean = nn.Linear(128, latent_dim)
        self.logvar = nn.Linear(128, latent_dim)
        self.l3 = nn.Linear(latent_dim, 128)
        self.bn3 = nn.BatchNorm1d(128)
        self.l4 = nn.Linear(128, 256)
        self.bn4 = nn.BatchNorm1d(256)
        self.l5 = nn.Linear(256, 784)

    def encode(self, x):
        h = x.reshape(-1, 784)
        h = F.relu(self.bn1(self.l1(h)))
        h = F.relu(self.bn2(self.l2(h)))
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        h = F.relu(self.bn3(self.l3(z)))
        h = F.relu(self.bn4(self.l4(h)))
        return torch.sigmoid(self.l5(h))

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
