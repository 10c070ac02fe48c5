"""Half the mean squared error and a KL averaged over latents."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 0.0064


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 350),
            nn.ReLU(),
            nn.Linear(350, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 350),
            nn.ReLU(),
            nn.Linear(350, 784),
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
            nn.Linear(784, 350),
            nn.ReLU(),
        )
        self.to_mu = nn.Linear(350, latent_dim)
        self.to_logvar = nn.Linear(350, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 350),
            nn.ReLU(),
            nn.Linear(350, 784),
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
    return 0.5 * F.mse_loss(x_hat, x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).mean()
    return recon + beta * kl, recon, kl


def sample(model, n):
    model.eval()
    with torch.no_grad():
        codes = torch.randn(n, model.latent_dim)
        return model.decode(codes).view(n, 1, 28, 28)


def interpolate(model, x_start, x_end, steps):
    model.eval()
    with torch.no_grad():
        first, last = model.encode(x_start), model.encode(x_end)
        if isinstance(model, VAE):
            first, last = first[0], last[0]
        path = [torch.lerp(first, last, float(a)) for a in torch.linspace(0, 1, steps)]
        return model.decode(torch.cat(path)).view(steps, 1, 28, 28)


def latent_grid(model, n=21, extent=4.0):
    model.eval()
    strips = []
    xs = torch.linspace(-extent, extent, n)
    with torch.no_grad():
        for y in torch.linspace(extent, -extent, n):
            row = model.decode(torch.stack([xs, torch.full_like(xs, y.item())], dim=-1))
            strips.append(torch.cat(row.view(n, 28, 28).unbind(0), dim=1))
    return torch.cat(strips, dim=0)
