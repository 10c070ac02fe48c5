"""Autoencoder and VAE."""

import torch
from nets import decoder, trunk
from nets.blocks import WIDTH
from torch import nn


class Base(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.trunk = trunk()
        self.decoder = decoder(latent_dim)

    def decode(self, z):
        return self.decoder(z)


class Autoencoder(Base):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.head = nn.Linear(WIDTH, latent_dim)

    def encode(self, x):
        return self.head(self.trunk(x))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Base):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.mu = nn.Linear(WIDTH, latent_dim)
        self.logvar = nn.Linear(WIDTH, latent_dim)

    def encode(self, x):
        h = self.trunk(x)
        return self.mu(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar
