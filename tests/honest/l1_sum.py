"""Absolute error, summed over pixels."""

import functools

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 0.7


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 400),
            nn.ReLU(),
            nn.Linear(400, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 400),
            nn.ReLU(),
            nn.Linear(400, 784),
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
            nn.Linear(784, 400),
            nn.ReLU(),
        )
        self.to_mu = nn.Linear(400, latent_dim)
        self.to_logvar = nn.Linear(400, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 400),
            nn.ReLU(),
            nn.Linear(400, 784),
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
    return (x_hat - x).abs().sum(dim=(1, 2, 3)).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]
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
