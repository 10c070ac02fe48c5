"""A hidden layer of only 32 tanh units, squared error."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 0.4


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 32),
            nn.Tanh(),
            nn.Linear(32, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 32),
            nn.Tanh(),
            nn.Linear(32, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 32),
            nn.Tanh(),
        )
        self.to_mu = nn.Linear(32, latent_dim)
        self.to_logvar = nn.Linear(32, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 32),
            nn.Tanh(),
            nn.Linear(32, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x)
        return self.to_mu(h), self.to_logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std)

    def decode(self, z):
        return self.decoder(z).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.mse_loss(x_hat, x, reduction="sum") / x.size(0)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]
    return recon + beta * kl, recon, kl


def to_code(model, x):
    out = model.encode(x)
    return out[0] if isinstance(out, tuple) else out


def sample(model, n):
    with torch.no_grad():
        z = torch.randn(n, model.latent_dim)
        return model.decode(z)


def interpolate(model, x_start, x_end, steps):
    images = []
    with torch.no_grad():
        z_start = to_code(model, x_start)
        z_end = to_code(model, x_end)
        for alpha in torch.linspace(0, 1, steps):
            images.append(model.decode((1 - alpha) * z_start + alpha * z_end))
    return torch.cat(images, dim=0)


def latent_grid(model, n=21, extent=4.0):
    canvas = torch.zeros(n * 28, n * 28)
    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
    with torch.no_grad():
        for i in range(n):
            for j in range(n):
                z = torch.tensor([[xs[j], ys[i]]])
                canvas[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = model.decode(z).view(28, 28)
    return canvas
