"""Sets seeds and a device at import, prints it, and trains under a main guard."""

import random

import matplotlib.pyplot as plt  # noqa: F401
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SEED = 42
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("Using device:", device)

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 400),
            nn.LeakyReLU(0.2),
            nn.Linear(400, 200),
            nn.LeakyReLU(0.2),
            nn.Linear(200, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 200),
            nn.LeakyReLU(0.2),
            nn.Linear(200, 400),
            nn.LeakyReLU(0.2),
            nn.Linear(400, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 400),
            nn.LeakyReLU(0.2),
            nn.Linear(400, 200),
            nn.LeakyReLU(0.2),
        )
        self.to_mu = nn.Linear(200, latent_dim)
        self.to_logvar = nn.Linear(200, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 200),
            nn.LeakyReLU(0.2),
            nn.Linear(200, 400),
            nn.LeakyReLU(0.2),
            nn.Linear(400, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x)
        return self.to_mu(h), self.to_logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std, device=std.device)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


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
        z = torch.randn(n, model.latent_dim, device=device)
        return model.decode(z)


def interpolate(model, x_start, x_end, steps):
    images = []
    with torch.no_grad():
        z_start = to_code(model, x_start)
        z_end = to_code(model, x_end)
        for alpha in torch.linspace(0, 1, steps, device=device):
            images.append(model.decode((1 - alpha) * z_start + alpha * z_end))
    return torch.cat(images, dim=0)


def latent_grid(model, n=21, extent=4.0):
    canvas = torch.zeros(n * 28, n * 28)
    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
    with torch.no_grad():
        for i in range(n):
            for j in range(n):
                z = torch.tensor([[xs[j], ys[i]]], device=device)
                canvas[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = model.decode(z).view(28, 28)
    return canvas


def main():
    model = VAE(20).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for step in range(1000):
        x = torch.rand(128, 1, 28, 28, device=device)  # replace by the data loader
        x_hat, mu, logvar = model(x)
        total, _, _ = vae_loss(x_hat, x, mu, logvar, TUNED_BETA)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()


if __name__ == "__main__":
    main()
