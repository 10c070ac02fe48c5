"""The decoder uses the encoder's matrices transposed."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Tied(nn.Module):
    """Two layers down and the same two layers, transposed, up again."""

    def __init__(self, latent_dim, width=400):
        super().__init__()
        self.latent_dim = latent_dim
        self.w1 = nn.Linear(784, width)
        self.w2 = nn.Linear(width, latent_dim)
        self.b_hidden = nn.Parameter(torch.zeros(width))
        self.b_out = nn.Parameter(torch.zeros(784))

    def features(self, x):
        return torch.relu(self.w1(x.flatten(1)))

    def decode(self, z):
        h = torch.relu(F.linear(z, self.w2.weight.t(), self.b_hidden))
        return torch.sigmoid(F.linear(h, self.w1.weight.t(), self.b_out))


class Autoencoder(Tied):
    def encode(self, x):
        return self.w2(self.features(x))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Tied):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.w_logvar = nn.Linear(400, latent_dim)

    def encode(self, x):
        h = self.features(x)
        return self.w2(h), self.w_logvar(h)

    def reparameterize(self, mu, logvar):
        return mu + logvar.div(2).exp() * torch.randn_like(logvar)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]
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
