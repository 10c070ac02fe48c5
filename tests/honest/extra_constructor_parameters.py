"""Constructors take more parameters, all with defaults, some keyword-only."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(
        self, latent_dim: int = 2, hidden: int = 400, *, activation=nn.ReLU, image_size=28
    ):
        super().__init__()
        self.latent_dim = latent_dim
        self.image_size = image_size
        pixels = image_size**2
        self.encoder = nn.Sequential(
            nn.Linear(pixels, hidden), activation(), nn.Linear(hidden, latent_dim)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden), activation(), nn.Linear(hidden, pixels)
        )

    def encode(self, x):
        return self.encoder(x.flatten(1))

    def decode(self, z):
        return self.decoder(z).sigmoid().view(-1, 1, self.image_size, self.image_size)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(
        self, latent_dim: int = 2, hidden: int = 400, *, activation=nn.ReLU, image_size=28, **unused
    ):
        super().__init__()
        self.latent_dim = latent_dim
        self.image_size = image_size
        pixels = image_size**2
        self.trunk = nn.Sequential(nn.Linear(pixels, hidden), activation())
        self.heads = nn.ModuleDict(
            {"mu": nn.Linear(hidden, latent_dim), "logvar": nn.Linear(hidden, latent_dim)}
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden), activation(), nn.Linear(hidden, pixels)
        )

    def encode(self, x, return_hidden: bool = False):
        h = self.trunk(x.flatten(1))
        mu, logvar = self.heads["mu"](h), self.heads["logvar"](h)
        return (mu, logvar, h) if return_hidden else (mu, logvar)

    def reparameterize(self, mu, logvar, temperature: float = 1.0):
        return mu + temperature * torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def decode(self, z):
        return self.decoder(z).sigmoid().view(-1, 1, self.image_size, self.image_size)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x, reduction="sum"):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction=reduction) / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta=1.0):
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
