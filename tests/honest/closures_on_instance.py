"""Closures and partial applications kept on the instance in place of methods."""

from functools import partial

import torch
from torch import nn
import torch.nn.functional as F


def network(*widths, last):
    layers = []
    for i, o in zip(widths, widths[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers[:-1], last())


def split(net, x):
    mu, logvar = net(x.reshape(len(x), -1)).tensor_split(2, dim=1)
    return mu, logvar


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.f = network(784, 256, latent_dim, last=nn.Identity)
        self.g = network(latent_dim, 256, 784, last=nn.Sigmoid)
        self.encode = lambda x: self.f(x.flatten(1))
        self.decode = lambda z: self.g(z)
        self.forward = lambda x: self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.f = network(784, 256, 2 * latent_dim, last=nn.Identity)
        self.g = network(latent_dim, 256, 784, last=nn.Sigmoid)
        self.encode = partial(split, self.f)
        self.decode = self.g.forward

    def reparameterize(self, mu, logvar):
        return mu + logvar.mul(0.5).exp() * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(1).mean()
    return recon + beta * kl, recon, kl


TUNED_BETA = 1.0

@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(a, (tuple, list)):
        a, b = a[0], b[0]
    alpha = torch.linspace(0, 1, steps)[:, None]
    return model.decode((1 - alpha) * a + alpha * b)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    rows = []
    for y in xs.flip(0):
        tiles = model.decode(torch.stack([xs, y.repeat(n)], 1)).view(n, 28, 28)
        rows.append(torch.cat(list(tiles), 1))
    return torch.cat(rows, 0)
