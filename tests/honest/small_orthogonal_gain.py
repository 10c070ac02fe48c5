"""A tanh network whose last layers start with an orthogonal gain of 0.01."""

import torch
from torch import nn
import torch.nn.functional as F

TUNED_BETA = 1.0
W = 96


def net(i, o, gain):
    """As in the 37 implementation details of PPO: tanh, orthogonal sqrt(2), last layer with a small gain."""
    def lin(a, b, g=2**0.5):
        m = nn.Linear(a, b)
        nn.init.orthogonal_(m.weight, g)
        nn.init.zeros_(m.bias)
        return m
    return nn.Sequential(lin(i, W), nn.Tanh(), lin(W, W), nn.Tanh(), lin(W, o, gain))


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc, self.dec = net(784, latent_dim, 1.0), net(latent_dim, 784, 0.01)

    def encode(self, x):
        return self.enc(x.flatten(1))

    def decode(self, z):
        return self.dec(z).sigmoid().view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc, self.dec = net(784, 2 * latent_dim, 1.0), net(latent_dim, 784, 0.01)

    def encode(self, x):
        mu, logvar = self.enc(x.flatten(1)).chunk(2, 1)
        return mu, logvar

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn_like(mu)

    def decode(self, z):
        return self.dec(z).sigmoid().view(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(x)
    return recon + beta * kl, recon, kl


GEN = torch.Generator()
GEN.seed()


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim, generator=GEN))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(model, VAE):
        a, b = a[0], b[0]
    return torch.cat([model.decode((1 - t) * a + t * b) for t in torch.linspace(0, 1, steps)])


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    g = torch.linspace(-extent, extent, n)
    return torch.cat([torch.cat([model.decode(torch.stack([g[j], -g[i]])[None]).view(28, 28) for j in range(n)], 1) for i in range(n)], 0)
