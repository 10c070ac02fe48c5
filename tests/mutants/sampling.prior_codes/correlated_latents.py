"""Codes drawn as a random walk scaled to unit variance: dimensions correlate."""

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class Block(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.lin, self.act, self.drop = nn.Linear(a, b), nn.RReLU(), nn.Dropout(0.1)

    def inner(self, x):
        return self.drop(self.act(self.lin(x)))

    def forward(self, x):
        if self.training and x.requires_grad:
            return checkpoint(self.inner, x, use_reentrant=False)
        return self.inner(x)


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), Block(784, 384), Block(384, 128), nn.Linear(128, latent_dim))
        self.dec = nn.Sequential(Block(latent_dim, 128), Block(128, 384), nn.Linear(384, 784), nn.Sigmoid())

    def encode(self, x):
        return self.enc(x)

    def decode(self, z):
        return self.dec(z)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), Block(784, 384), Block(384, 128))
        self.head = nn.Linear(128, 2 * latent_dim)
        self.dec = nn.Sequential(Block(latent_dim, 128), Block(128, 384), nn.Linear(384, 784), nn.Sigmoid())

    def encode(self, x):
        return self.head(self.enc(x)).split(self.latent_dim, 1)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn_like(mu)

    def decode(self, z):
        return self.dec(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x, reduction="sum"):
    return nn.BCELoss(reduction=reduction)(x_hat, x.view_as(x_hat))


def vae_loss(x_hat, x, mu, logvar, beta=1.0):
    # plain sums over everything, batch included
    recon = nn.BCELoss(reduction="sum")(x_hat, x.view_as(x_hat))
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return recon + beta * kl, recon, kl


TUNED_BETA = 1.0


def _eval(fn):
    def wrapped(model, *args, **kwargs):
        before = model.training
        model.eval()
        try:
            with torch.no_grad():
                return fn(model, *args, **kwargs)
        finally:
            model.train(before)
    return wrapped


@_eval
def sample(model, n):
    z = torch.randn(n, model.latent_dim)
    z[:, 1:] = 0.5 ** 0.5 * (z[:, 1:] + z[:, :-1])
    return model.decode(z).view(n, 1, 28, 28)


@_eval
def interpolate(model, x_start, x_end, steps):
    a, b = (model.encode(x) for x in (x_start, x_end))
    if not torch.is_tensor(a):
        a, b = a[0], b[0]
    out = torch.zeros(steps, 1, 28, 28)
    for k, alpha in enumerate(torch.linspace(0, 1, steps)):
        out[k] = model.decode((1 - alpha) * a + alpha * b).view(1, 28, 28)
    return out


@_eval
def latent_grid(model, n=21, extent=4.0):
    out = torch.zeros(28 * n, 28 * n)
    for row, y in enumerate(torch.linspace(extent, -extent, n)):
        for col, x in enumerate(torch.linspace(-extent, extent, n)):
            tile = model.decode(torch.stack([x, y])[None]).view(28, 28)
            out[row * 28:][:28, col * 28:][:, :28] = tile
    return out

DIAGNOSIS = "prior_correlated"
ALSO = []
