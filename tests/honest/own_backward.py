"""Kinks and a backward pass of its own: max pooling, hard sigmoid, torch.where, and a Swish written as a Function."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 2.0  # in units of half the summed squared error


class Swish(torch.autograd.Function):
    """x · sigmoid(x), which keeps x only."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return g * s * (1 + x * (1 - s))


def bend(x):
    return torch.where(x > 0, x, 0.2 * x)


class Pooled(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.first = nn.Conv2d(1, 12, 3, padding=1)
        self.second = nn.Conv2d(12, 24, 3, padding=1)
        self.out = nn.Linear(24 * 49, outputs)

    def forward(self, x):
        h = F.max_pool2d(bend(self.first(x)), 2)
        h = F.max_pool2d(Swish.apply(self.second(h)), 2)
        return self.out(h.flatten(1))


class Painter(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.wide = nn.Linear(latent_dim, 300)
        self.pixels = nn.Linear(300, 784)

    def forward(self, z):
        return F.hardsigmoid(self.pixels(Swish.apply(self.wide(z)))).view(-1, 1, 28, 28)


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encode = Pooled(latent_dim)
        self.decode = Painter(latent_dim)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.pooled = Pooled(2 * latent_dim)
        self.painter = Painter(latent_dim)

    def encode(self, x):
        both = self.pooled(x)
        return both[:, : self.latent_dim], both[:, self.latent_dim :]

    def reparameterize(self, mu, logvar):
        return torch.addcmul(mu, (0.5 * logvar).exp(), torch.randn_like(mu))

    def decode(self, z):
        return self.painter(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return 0.5 * F.mse_loss(x_hat, x, reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]
    return {"total": recon + beta * kl, "recon": recon, "kl": kl}


def code_of(model, x):
    return model.encode(x)[0] if isinstance(model, VAE) else model.encode(x)


def sample(model, n):
    model.eval()
    with torch.no_grad():
        return model.decode(torch.randn(n, model.latent_dim))


def interpolate(model, x_start, x_end, steps):
    model.eval()
    with torch.no_grad():
        a, b = code_of(model, x_start), code_of(model, x_end)
        t = torch.linspace(0, 1, steps)[:, None]
        return model.decode(a + t * (b - a))


def latent_grid(model, n=21, extent=4.0):
    model.eval()
    axis = torch.linspace(-extent, extent, n)
    y, x = torch.meshgrid(axis.flip(0), axis, indexing="ij")
    with torch.no_grad():
        tiles = model.decode(torch.stack([x.flatten(), y.flatten()], 1)).view(n, n, 28, 28)
    return tiles.permute(0, 2, 1, 3).reshape(28 * n, 28 * n)
