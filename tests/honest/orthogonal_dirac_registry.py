"""A registry of builders, an orthogonal parametrization, the KL by log determinants."""
import torch
from torch import nn
import torch.nn.functional as F
from torch.nn.utils import parametrizations as P
from collections import namedtuple

Result = namedtuple("Result", "kl recon total")          # names count, not the order
REGISTRY = {}


def register(cls):
    REGISTRY[cls.__name__.lower()] = cls
    return cls


def build(d_in, *hidden, d_out, act=nn.Softplus, final=None):
    seq = nn.Sequential()
    for k, h in enumerate(hidden):
        seq.add_module(f"fc{k}", nn.Linear(d_in, h)); seq.add_module(f"act{k}", act()); d_in = h
    seq.add_module("out", nn.Linear(d_in, d_out))
    if final: seq.add_module("final", final)
    return seq


@register
class Autoencoder(nn.Module):
    def __init__(self, latent_dim, width=256):
        super().__init__()
        self.latent_dim = latent_dim
        self.rot = P.orthogonal(nn.Linear(latent_dim, latent_dim, bias=False))
        self.enc, self.dec = build(784, width, d_out=latent_dim), build(latent_dim, width, d_out=784, final=nn.Sigmoid())
    def encode(self, x): return self.rot(self.enc(x.flatten(1)))
    def decode(self, z): return self.dec(z)
    def forward(self, x): return self.decode(self.encode(x))


@register
class VAE(nn.Module):
    def __init__(self, latent_dim, width=256):
        super().__init__()
        self.latent_dim = latent_dim
        self.rot = P.orthogonal(nn.Linear(latent_dim, latent_dim, bias=False))
        self.enc, self.dec = build(784, width, d_out=2 * latent_dim), build(latent_dim, width, d_out=784, final=nn.Sigmoid())
    def encode(self, x):
        mu, logvar = self.enc(x.flatten(1)).chunk(2, 1)
        return self.rot(mu), logvar
    def decode(self, z): return self.dec(z)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1))


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1))
    kl = 0.5 * ((mu * mu).sum(1) + logvar.exp().sum(1) - mu.size(1) - logvar.sum(1))
    kl = kl.mean() / mu.size(1) / 784                     # per latent and per pixel
    return Result(total=recon + beta * kl, recon=recon, kl=kl)


TUNED_BETA = 20.0

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
