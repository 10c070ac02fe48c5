"""Encoder and decoder are handed in as two classes, and no VAE joins them."""

import torch
from torch import nn

TUNED_BETA = 1.0


class Encoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mu = nn.Linear(400, latent_dim)
        self.logvar = nn.Linear(400, latent_dim)

    def forward(self, x):
        h = torch.relu(self.hidden(x.flatten(1)))
        return self.mu(h), self.logvar(h)


class Decoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.hidden = nn.Linear(latent_dim, 400)
        self.out = nn.Linear(400, 784)

    def forward(self, z):
        return torch.sigmoid(self.out(torch.relu(self.hidden(z))))


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = nn.functional.binary_cross_entropy(x_hat, x.flatten(1), reduction="sum") / len(x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / len(x)
    return recon + beta * kl, recon, kl


def sample(decoder, n, latent_dim=20):
    with torch.no_grad():
        return decoder(torch.randn(n, latent_dim))


DIAGNOSIS = "missing_name"
