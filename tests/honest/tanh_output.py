"""Images are scaled to [-1, 1] inside the network and a tanh output is scaled back."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 0.5


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.fc1 = nn.Linear(784, 300)
        self.code = nn.Linear(300, latent_dim)
        self.fc3 = nn.Linear(latent_dim, 300)
        self.fc4 = nn.Linear(300, 784)

    def encode(self, x):
        h = F.leaky_relu(self.fc1(2 * x.flatten(1) - 1))
        return self.code(h)

    def decode(self, z):
        h = F.leaky_relu(self.fc3(z))
        return (torch.tanh(self.fc4(h)) + 1) / 2

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.fc1 = nn.Linear(784, 300)
        self.mean = nn.Linear(300, latent_dim)
        self.logvar = nn.Linear(300, latent_dim)
        self.fc3 = nn.Linear(latent_dim, 300)
        self.fc4 = nn.Linear(300, 784)

    def encode(self, x):
        h = F.leaky_relu(self.fc1(2 * x.flatten(1) - 1))
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        h = F.leaky_relu(self.fc3(z))
        return (torch.tanh(self.fc4(h)) + 1) / 2

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    return ((x_hat.flatten(1) - x.flatten(1)) ** 2).sum(1).mean()


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
