"""partialmethod, closures and aliases in place of plain methods."""

import torch
from torch import nn
import torch.nn.functional as F
from functools import partialmethod


class Both(nn.Module):
    outs = 1

    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.f = nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, self.outs * latent_dim))
        self.g = nn.Sequential(nn.Linear(latent_dim, 300), nn.ReLU(), nn.Linear(300, 784), nn.Sigmoid())

    def _apply_net(self, t, net):
        return getattr(self, net)(t)

    encode = partialmethod(_apply_net, net="f")
    decode = partialmethod(_apply_net, net="g")
    to_image = decode


class Autoencoder(Both):
    def forward(self, x):
        return self.to_image(self.encode(x))


def reparameterize(self, mu, logvar):
    return mu + torch.exp(logvar / 2) * torch.randn_like(mu)


class VAE(Both):
    outs = 2

    def encode(self, x):
        return self.f(x).chunk(2, 1)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.to_image(self.reparameterize(mu, logvar)), mu, logvar


VAE.reparameterize = reparameterize       # added to the class afterwards

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
        tiles = model.decode(torch.stack([xs, y.repeat(n)], 1)).reshape(n, 28, 28)
        rows.append(torch.cat(list(tiles), 1))
    return torch.cat(rows, 0)
