"""Carol's VAE homework."""

import torch
from torch import nn
from torch.nn import functional as F

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder_hidden = nn.Linear(784, 256)
        self.encoder_out = nn.Linear(256, latent_dim)
        self.decoder_hidden = nn.Linear(latent_dim, 256)
        self.decoder_out = nn.Linear(256, 784)

    def encode(self, x):
        return self.encoder_out(torch.tanh(self.encoder_hidden(x.flatten(1))))

    def decode(self, z):
        return torch.sigmoid(self.decoder_out(torch.tanh(self.decoder_hidden(z))))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder_hidden = nn.Linear(784, 256)
        self.encoder_mu = nn.Linear(256, latent_dim)
        self.encoder_logvar = nn.Linear(256, latent_dim)
        self.decoder_hidden = nn.Linear(latent_dim, 256)
        self.decoder_out = nn.Linear(256, 784)

    def encode(self, x):
        h = torch.tanh(self.encoder_hidden(x.flatten(1)))
        return self.encoder_mu(h), self.encoder_logvar(h)

    def reparameterize(self, mu, logvar):
        eps = torch.randn_like(mu)
        return mu + eps * torch.exp(0.5 * logvar)

    def decode(self, z):
        return torch.sigmoid(self.decoder_out(torch.tanh(self.decoder_hidden(z))))

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1, dim=1).mean()
    return recon + beta * kl, recon, kl


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim)).view(n, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    alpha = torch.linspace(0, 1, steps).view(steps, 1, 1, 1)
    return (1 - alpha) * x_start + alpha * x_end


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    x = torch.linspace(-extent, extent, n).repeat(n)
    y = torch.linspace(extent, -extent, n).repeat_interleave(n)
    tiles = model.decode(torch.stack((x, y), dim=1)).view(n, n, 28, 28)
    return tiles.permute(0, 2, 1, 3).contiguous().view(n * 28, n * 28)
