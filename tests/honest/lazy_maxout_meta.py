"""Lazy layers, maxout units and a metaclass."""

import abc
import torch
from torch import nn
import torch.nn.functional as F


class Maxout(nn.Module):
    def __init__(self, out, k=2):
        super().__init__()
        self.lin, self.k = nn.LazyLinear(out * k), k
    def forward(self, x):
        return self.lin(x).unflatten(1, (-1, self.k)).amax(-1)


class Generative(nn.Module, metaclass=abc.ABCMeta):
    latent_dim: int

    def __init__(self, latent_dim, outs):
        nn.Module.__init__(self)
        self.latent_dim = latent_dim
        self.recognise = nn.Sequential(nn.Flatten(), Maxout(200), nn.LazyLinear(outs))
        self.generate = nn.Sequential(Maxout(200), nn.LazyLinear(784), nn.Sigmoid())
        with torch.no_grad():                              # lazy layers get their shapes here
            self.recognise(torch.zeros(1, 1, 28, 28))
            self.generate(torch.zeros(1, latent_dim))

    @abc.abstractmethod
    def encode(self, x): ...

    def decode(self, z):
        return self.generate(z)


class Autoencoder(Generative):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, latent_dim)
    def encode(self, x):
        return self.recognise(x)
    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Generative):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 2 * latent_dim)
    def encode(self, x):
        mu, raw = self.recognise(x).chunk(2, 1)
        return mu, 3 * raw - 2                           # any map to log sigma^2 is architecture

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

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
        tiles = model.decode(torch.stack([xs, y.repeat(n)], 1)).reshape(n, 28, 28)
        rows.append(torch.cat(list(tiles), 1))
    return torch.cat(rows, 0)
