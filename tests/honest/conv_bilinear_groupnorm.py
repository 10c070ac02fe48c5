"""Bilinear upsampling and group norm; squared error."""

import functools

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 0.5


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.features = nn.Sequential(
            nn.Conv2d(1, 12, 5, stride=2, padding=2),
            nn.GroupNorm(3, 12),
            nn.SiLU(),
            nn.Conv2d(12, 12, 5, stride=2, padding=2),
            nn.GroupNorm(3, 12),
            nn.SiLU(),
        )
        self.code = nn.Linear(588, latent_dim)
        self.expand = nn.Linear(latent_dim, 588)
        self.render = nn.Sequential(
            nn.SiLU(),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            nn.Conv2d(12, 8, 3, padding=1),
            nn.SiLU(),
            nn.Upsample(size=(28, 28), mode="bilinear", align_corners=False),
            nn.Conv2d(8, 1, 3, padding=1),
        )

    def encode(self, x):
        h = self.features(x).reshape(x.shape[0], 588)
        return self.code(h)

    def decode(self, z):
        return self.render(self.expand(z).reshape(-1, 12, 7, 7)).sigmoid()

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.features = nn.Sequential(
            nn.Conv2d(1, 12, 5, stride=2, padding=2),
            nn.GroupNorm(3, 12),
            nn.SiLU(),
            nn.Conv2d(12, 12, 5, stride=2, padding=2),
            nn.GroupNorm(3, 12),
            nn.SiLU(),
        )
        self.mean = nn.Linear(588, latent_dim)
        self.logvar = nn.Linear(588, latent_dim)
        self.expand = nn.Linear(latent_dim, 588)
        self.render = nn.Sequential(
            nn.SiLU(),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            nn.Conv2d(12, 8, 3, padding=1),
            nn.SiLU(),
            nn.Upsample(size=(28, 28), mode="bilinear", align_corners=False),
            nn.Conv2d(8, 1, 3, padding=1),
        )

    def encode(self, x):
        h = self.features(x).reshape(x.shape[0], 588)
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return self.render(self.expand(z).reshape(-1, 12, 7, 7)).sigmoid()

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    return (x_hat - x).square().sum(dim=(1, 2, 3)).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(dim=1).mean()
    return recon + beta * kl, recon, kl


def without_training(function):
    """Runs a function of a model in eval mode without gradients and puts the mode back after."""

    @functools.wraps(function)
    def wrapper(model, *args, **kwargs):
        mode = model.training
        model.eval()
        try:
            with torch.no_grad():
                return function(model, *args, **kwargs)
        finally:
            model.train(mode)

    return wrapper


@without_training
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@without_training
def interpolate(model, x_start, x_end, steps):
    ends = []
    for x in (x_start, x_end):
        code = model.encode(x)
        ends.append(code if torch.is_tensor(code) else code[0])
    alphas = torch.linspace(0, 1, steps)
    return torch.cat([model.decode((1 - a) * ends[0] + a * ends[1]) for a in alphas])


@without_training
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    rows = []
    for i in range(n):
        y = xs[n - 1 - i]
        tiles = [model.decode(torch.stack([x, y])[None]).reshape(28, 28) for x in xs]
        rows.append(torch.hstack(tiles))
    return torch.vstack(rows)
