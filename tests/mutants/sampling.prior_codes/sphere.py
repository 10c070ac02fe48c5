"""Codes projected on the sphere of radius sqrt(D)."""

import torch
from torch import nn
from torch.func import vmap
import torch.nn.functional as F


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.Hardswish(), nn.Linear(256, latent_dim))
        self.dec = nn.Sequential(nn.Linear(latent_dim, 256), nn.Hardswish(), nn.Linear(256, 784), nn.Sigmoid())
    def encode(self, x): return self.enc(x)
    def decode(self, z): return self.dec(z)
    def forward(self, x): return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.Hardswish())
        self.mu, self.lv = nn.Linear(256, latent_dim), nn.Linear(256, latent_dim)
        self.dec = nn.Sequential(nn.Linear(latent_dim, 256), nn.Hardswish(), nn.Linear(256, 784), nn.Sigmoid())
    def encode(self, x):
        h = self.enc(x)
        return self.mu(h), self.lv(h)
    def decode(self, z): return self.dec(z)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def _kl1(m, s):
    return 0.5 * (m @ m + s.exp().sum() - s.sum() - s.numel())


def ae_loss(x_hat, x):
    return vmap(lambda a, b: F.binary_cross_entropy(a.flatten(), b.flatten(), reduction="sum"))(x_hat, x).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    recon, kl = ae_loss(x_hat, x), vmap(_kl1)(mu, logvar).mean()
    return recon + beta * kl, recon, kl


TUNED_BETA = 1.0


@torch.no_grad()
def sample(model, n):
    z = torch.randn(model.latent_dim, n).T          # one column per image
    z = F.normalize(z, dim=1) * model.latent_dim ** 0.5
    return model.decode(z).view(n, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    z = [model.encode(x) for x in (x_start, x_end)]
    z = [c if torch.is_tensor(c) else c[0] for c in z]
    zs = vmap(lambda a: torch.lerp(z[0][0], z[1][0], a))(torch.linspace(0, 1, steps))
    return model.decode(zs).view(steps, 1, 28, 28)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    at = lambda x, y: torch.stack([x, y])
    z = vmap(vmap(at, in_dims=(0, None)), in_dims=(None, 0))(xs, xs.flip(0))
    t = model.decode(z.view(-1, 2)).view(n, n, 28, 28)
    return t.swapaxes(1, 2).reshape(n * 28, n * 28)

DIAGNOSIS = "prior_not_normal"
ALSO = []
