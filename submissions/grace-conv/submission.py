"""Convolutional AE and VAE. All losses are plain means, so beta counts per pixel and per latent."""

import torch
import torch.nn as nn
import torch.nn.functional as F

# With 20 latents the bound itself would be 20 / 784 = 0.0255; a little below looked best.
TUNED_BETA = 0.02


def down(c_in, c_out):
    return nn.Sequential(nn.Conv2d(c_in, c_out, 3, stride=2, padding=1), nn.SiLU())


def up(c_in, c_out):
    return nn.Sequential(nn.ConvTranspose2d(c_in, c_out, 4, stride=2, padding=1), nn.SiLU())


class ConvEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(down(1, 12), down(12, 24))

    def forward(self, x):
        return self.blocks(x).flatten(1)  # 24 * 7 * 7


class ConvDecoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.linear = nn.Linear(latent_dim, 24 * 7 * 7)
        self.blocks = nn.Sequential(up(24, 12), nn.ConvTranspose2d(12, 1, 4, stride=2, padding=1))

    def forward(self, z):
        h = F.silu(self.linear(z)).unflatten(1, (24, 7, 7))
        return torch.sigmoid(self.blocks(h))


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = ConvEncoder()
        self.head = nn.Linear(24 * 7 * 7, latent_dim)
        self.decoder = ConvDecoder(latent_dim)

    def encode(self, x):
        return self.head(self.encoder(x))

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = ConvEncoder()
        self.mu_head = nn.Linear(24 * 7 * 7, latent_dim)
        self.logvar_head = nn.Linear(24 * 7 * 7, latent_dim)
        self.decoder = ConvDecoder(latent_dim)

    def encode(self, x):
        h = self.encoder(x)
        return self.mu_head(h), self.logvar_head(h)

    def reparameterize(self, mu, logvar):
        return torch.addcmul(mu, (logvar / 2).exp(), torch.randn_like(mu))

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.binary_cross_entropy(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).mean()
    return {"total": recon + beta * kl, "recon": recon, "kl": kl}


def encode_mean(model, x):
    out = model.encode(x)
    return out[0] if isinstance(out, tuple) else out


@torch.no_grad()
def sample(model, n):
    model.eval()
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    model.eval()
    z = torch.cat([encode_mean(model, x_start), encode_mean(model, x_end)])  # [2, D]
    alpha = torch.linspace(0, 1, steps)
    weights = torch.stack([1 - alpha, alpha], dim=1)  # [steps, 2]
    return model.decode(weights @ z)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    model.eval()
    axis = torch.linspace(-extent, extent, n)
    z = torch.cartesian_prod(axis.flip(0), axis).flip(1)  # y falls in the outer loop, x rises within
    tiles = model.decode(z).reshape(n, n, 28, 28)
    return torch.cat([torch.cat(list(row), dim=1) for row in tiles], dim=0)
