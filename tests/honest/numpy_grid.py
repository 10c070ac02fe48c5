"""latent_grid is put together in NumPy and turned into a tensor at the end; paths in NumPy too."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 320),
            nn.Tanh(),
            nn.Linear(320, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 320),
            nn.Tanh(),
            nn.Linear(320, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 320),
            nn.Tanh(),
        )
        self.to_mu = nn.Linear(320, latent_dim)
        self.to_logvar = nn.Linear(320, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 320),
            nn.Tanh(),
            nn.Linear(320, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x)
        return self.to_mu(h), self.to_logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std)

    def decode(self, z):
        return self.decoder(z).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]
    return recon + beta * kl, recon, kl


def mean_code(model, x):
    code = model.encode(x)
    return code[0] if isinstance(code, tuple) else code


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    z0 = mean_code(model, x_start).numpy()
    z1 = mean_code(model, x_end).numpy()
    path = np.concatenate([z0 + a * (z1 - z0) for a in np.linspace(0.0, 1.0, steps)])
    return model.decode(torch.as_tensor(path, dtype=torch.float32))


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    figure = np.zeros((28 * n, 28 * n), dtype=np.float32)
    grid = np.linspace(-extent, extent, n)
    for i, yi in enumerate(grid[::-1]):
        for j, xj in enumerate(grid):
            code = torch.tensor([[xj, yi]], dtype=torch.float32)
            figure[28 * i : 28 * (i + 1), 28 * j : 28 * (j + 1)] = model.decode(code).reshape(
                28, 28
            )
    return torch.from_numpy(figure)
