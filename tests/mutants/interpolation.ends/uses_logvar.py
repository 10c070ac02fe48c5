"""Interpolates logvar instead of mu."""

#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Übungsblatt 5 – Autoencoder und VAE."""
import argparse
import torch
from torch import nn
import torch.nn.functional as F
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from functools import partial, lru_cache

try:
    from torchvision import datasets, transforms
except ImportError:
    datasets = transforms = None

relu = partial(F.relu, inplace=True)


@lru_cache(maxsize=None)
def gitter(n: int, extent: float):
    xs = torch.linspace(-extent, extent, n)
    return tuple((float(x), float(y)) for y in reversed(xs) for x in xs)


class Autoencoder(nn.Module):
    def __init__(self, latent_dim=20):
        super().__init__()
        self.latent_dim = latent_dim
        self.fc1 = nn.Linear(28 * 28, 512)
        self.fc2 = nn.Linear(512, latent_dim)
        self.fc3 = nn.Linear(latent_dim, 512)
        self.fc4 = nn.Linear(512, 28 * 28)

    def encode(self, x):
        return self.fc2(relu(self.fc1(x.view(-1, 28 * 28))))

    def decode(self, z):
        return torch.sigmoid(self.fc4(relu(self.fc3(z)))).reshape(-1, 1, 28, 28)

    def __call__(self, *args, **kwargs):
        return super().__call__(*args, **kwargs)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim=20):
        super().__init__()
        self.latent_dim = latent_dim
        self.fc1 = nn.Linear(28 * 28, 512)
        self.fc21 = nn.Linear(512, latent_dim)
        self.fc22 = nn.Linear(512, latent_dim)
        self.fc3 = nn.Linear(latent_dim, 512)
        self.fc4 = nn.Linear(512, 28 * 28)

    def encode(self, x):
        h = relu(self.fc1(x.view(-1, 28 * 28)))
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu, logvar):
        # reuse of the storage of std: in place, but on our own tensor
        std = logvar.mul(0.5).exp_()
        eps = torch.randn_like(std)
        return eps.mul(std).add_(mu)

    def decode(self, z):
        return torch.sigmoid(self.fc4(relu(self.fc3(z)))).reshape(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    if x_hat.dim() == 2:
        x_hat = x_hat.view(-1, 1, 28, 28)
    return F.l1_loss(x_hat, x, reduction="mean")


def vae_loss(x_hat, x, mu, logvar, beta):
    if x_hat.dim() == 2:
        x_hat = x_hat.view(-1, 1, 28, 28)
    recon = F.l1_loss(x_hat, x, reduction="mean")
    kl = torch.mean(torch.sum(0.5 * (mu ** 2 + logvar.exp() - logvar - 1.0), dim=1))
    return recon + beta * kl, recon, kl


TUNED_BETA = 0.001


@torch.no_grad()
def sample(model, n):
    print(f"sampling {n} images")
    return model.decode(torch.distributions.Normal(0.0, 1.0).sample(torch.Size([n, model.latent_dim])))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    codes = [model.encode(x) for x in (x_start, x_end)]
    if isinstance(model, VAE):
        codes = [c[1] for c in codes]
    delta = (codes[1] - codes[0]) / (steps - 1)
    return torch.cat([model.decode(codes[0] + k * delta) for k in range(steps)])


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    tiles = iter(model.decode(torch.tensor(gitter(n, extent)))[:, 0])
    return torch.cat([torch.cat([next(tiles) for _ in range(n)], dim=1) for _ in range(n)], dim=0)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=10)
    args = ap.parse_args()
    fig, ax = plt.subplots()
    ax.imshow(latent_grid(VAE(2)))
    fig.savefig("grid.png")

DIAGNOSIS = "interpolates_logvar"
ALSO = []
