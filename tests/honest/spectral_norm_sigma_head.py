"""Spectral norm, and a head that gives log sigma."""

import torch, torch.nn as nn, torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm

# The network predicts sigma through a softplus; logvar = 2 log sigma.


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.e1 = spectral_norm(nn.Linear(784, 256)); self.e2 = nn.Linear(256, latent_dim)
        self.d1 = nn.Linear(latent_dim, 256); self.d2 = nn.Linear(256, 784)

    def encode(self, x):
        return self.e2(F.elu(self.e1(x.flatten(1))))

    def decode(self, z):
        return (torch.tanh(self.d2(F.elu(self.d1(z)))) + 1) / 2

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.e1 = spectral_norm(nn.Linear(784, 256))
        self.mean = nn.Linear(256, latent_dim)
        self.scale = nn.Linear(256, latent_dim)
        self.d1 = nn.Linear(latent_dim, 256); self.d2 = nn.Linear(256, 784)

    def encode(self, x):
        h = F.elu(self.e1(x.flatten(1)))
        sigma = F.softplus(self.scale(h)) + 1e-5
        return self.mean(h), 2 * torch.log(sigma)

    def reparameterize(self, mu, logvar):
        sigma = torch.sqrt(torch.exp(logvar))
        return torch.randn(mu.size(), dtype=mu.dtype) * sigma + mu

    def decode(self, z):
        return (torch.tanh(self.d2(F.elu(self.d1(z)))) + 1) / 2

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return ((x_hat.flatten(1) - x.flatten(1)) ** 2).sum(1).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    var = logvar.exp()
    kl = 0.5 * torch.sum(var + mu ** 2 - 1 - logvar, 1).mean()
    return recon + beta * kl, recon, kl


TUNED_BETA = 1.0


def sample(model, n):
    with torch.no_grad():
        if isinstance(model, VAE):
            z = model.reparameterize(torch.zeros(n, model.latent_dim), torch.zeros(n, model.latent_dim))
        else:
            z = torch.randn(n, model.latent_dim)
        return model.decode(z)


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        if isinstance(model, VAE):
            (z0, _), (z1, _) = model.encode(x_start), model.encode(x_end)
        else:
            z0, z1 = model.encode(x_start), model.encode(x_end)
        a = torch.linspace(0, 1, steps)
        return model.decode(torch.outer(1 - a, z0[0]) + torch.outer(a, z1[0]))


def latent_grid(model, n=21, extent=4.0):
    import numpy as np
    big = np.zeros((28 * n, 28 * n), dtype=np.float32)
    xs = np.linspace(-extent, extent, n)
    ys = np.linspace(-extent, extent, n)[::-1]
    with torch.no_grad():
        for i, yi in enumerate(ys):
            for j, xj in enumerate(xs):
                z = torch.tensor([[xj, yi]], dtype=torch.float32)
                big[28 * i:28 * i + 28, 28 * j:28 * j + 28] = model.decode(z).numpy().reshape(28, 28)
    return torch.from_numpy(big)
