"""Everything one image at a time, in Python lists."""

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
            nn.Linear(784, 240),
            nn.Hardswish(),
            nn.Linear(240, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 240),
            nn.Hardswish(),
            nn.Linear(240, 784),
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
            nn.Linear(784, 240),
            nn.Hardswish(),
        )
        self.to_mu = nn.Linear(240, latent_dim)
        self.to_logvar = nn.Linear(240, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 240),
            nn.Hardswish(),
            nn.Linear(240, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x)
        return self.to_mu(h), self.to_logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std)

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


@torch.no_grad()
def sample(model, n):
    return torch.stack([model.decode(torch.randn(1, model.latent_dim))[0] for _ in range(n)])


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    start, end = model.encode(x_start), model.encode(x_end)
    if type(model).__name__ == "VAE":
        start, end = start[0], end[0]
    images = []
    for k in range(steps):
        alpha = k / (steps - 1)
        images.append(model.decode(start + alpha * (end - start))[0])
    return torch.stack(images)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    step = 2 * extent / (n - 1)
    rows = []
    for i in range(n):
        row = []
        for j in range(n):
            z = torch.tensor([[-extent + j * step, extent - i * step]])
            row.append(model.decode(z).view(28, 28))
        rows.append(torch.cat(row, dim=1))
    return torch.cat(rows, dim=0)
