"""No nn.Linear at all: parameters, orthogonal initialization and matrix products."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


def matrix(rows, cols):
    w = torch.empty(rows, cols)
    nn.init.orthogonal_(w, gain=2**0.5)
    return nn.Parameter(w)


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.W = nn.ParameterDict(
            {
                "in": matrix(784, 300),
                "code": matrix(300, latent_dim),
                "back": matrix(latent_dim, 300),
                "out": matrix(300, 784),
            }
        )
        self.b = nn.ParameterList(
            [nn.Parameter(torch.zeros(k)) for k in (300, latent_dim, 300, 784)]
        )

    def encode(self, x):
        h = (torch.einsum("bp,ph->bh", x.flatten(1), self.W["in"]) + self.b[0]).relu()
        return h @ self.W["code"] + self.b[1]

    def decode(self, z):
        h = (z @ self.W["back"] + self.b[2]).relu()
        return (h @ self.W["out"] + self.b[3]).sigmoid()

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Autoencoder):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.W["logvar"] = nn.Parameter(0.01 * torch.randn(300, latent_dim))

    def encode(self, x):
        h = (torch.einsum("bp,ph->bh", x.flatten(1), self.W["in"]) + self.b[0]).relu()
        return h @ self.W["code"] + self.b[1], h @ self.W["logvar"]

    def reparameterize(self, mu, logvar):
        return mu + (logvar / 2).exp() * torch.randn(mu.shape)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(dim=1).mean()
    return recon + beta * kl, recon, kl


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim)).reshape(n, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    if isinstance(model, VAE):
        (start, _), (end, _) = model.encode(x_start), model.encode(x_end)
    else:
        start, end = model.encode(x_start), model.encode(x_end)
    t = torch.linspace(0, 1, steps).unsqueeze(1)
    return model.decode(start * (1 - t) + end * t).reshape(steps, 1, 28, 28)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    line = torch.linspace(-extent, extent, n)
    gx, gy = torch.meshgrid(line, line.flip(0), indexing="xy")
    tiles = model.decode(torch.stack((gx.reshape(-1), gy.reshape(-1)), dim=1))
    return tiles.reshape(n, n, 28, 28).swapaxes(1, 2).reshape(n * 28, n * 28)
