"""AE and VAE with a two-dimensional latent space on FashionMNIST."""

import torch
import torch.nn as nn
import torch.nn.functional as F

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc1 = nn.Linear(784, 512)
        self.enc2 = nn.Linear(512, 128)
        self.enc3 = nn.Linear(128, latent_dim)
        self.dec1 = nn.Linear(latent_dim, 128)
        self.dec2 = nn.Linear(128, 512)
        self.dec3 = nn.Linear(512, 784)

    def encode(self, x):
        h = torch.flatten(x, 1)
        h = F.leaky_relu(self.enc1(h))
        h = F.leaky_relu(self.enc2(h))
        return self.enc3(h)

    def decode(self, z):
        h = F.leaky_relu(self.dec1(z))
        h = F.leaky_relu(self.dec2(h))
        return torch.sigmoid(self.dec3(h)).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc1 = nn.Linear(784, 512)
        self.enc2 = nn.Linear(512, 128)
        self.enc_mu = nn.Linear(128, latent_dim)
        self.enc_logvar = nn.Linear(128, latent_dim)
        self.dec1 = nn.Linear(latent_dim, 128)
        self.dec2 = nn.Linear(128, 512)
        self.dec3 = nn.Linear(512, 784)

    def encode(self, x):
        h = torch.flatten(x, 1)
        h = F.leaky_relu(self.enc1(h))
        h = F.leaky_relu(self.enc2(h))
        return self.enc_mu(h), self.enc_logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(logvar / 2)
        return mu + std * torch.randn_like(std)

    def decode(self, z):
        h = F.leaky_relu(self.dec1(z))
        h = F.leaky_relu(self.dec2(h))
        return torch.sigmoid(self.dec3(h)).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / len(x)
    return recon + beta * kl, recon, kl


def code_of(model, x):
    z = model.encode(x)
    return z[0] if isinstance(z, tuple) else z


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    z_start = code_of(model, x_start)
    z_end = code_of(model, x_end)
    return torch.cat([model.decode(torch.lerp(z_start, z_end, a)) for a in torch.linspace(0, 1, steps)])


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(-extent, extent, n)
    canvas = torch.zeros(28 * n, 28 * n)
    for i, y in enumerate(reversed(ys.tolist())):  # largest y in the first row
        for j, x in enumerate(xs.tolist()):
            item = model.decode(torch.tensor([[x, y]]))
            canvas[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = item[0, 0]
    return canvas
