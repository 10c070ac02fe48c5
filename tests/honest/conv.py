"""Small convolutions with transposed ones on the way back; mean over pixels; a dict of losses."""

import torch
from torch import nn

TUNED_BETA = 1 / 784  # the reconstruction is a mean over pixels, the KL a sum over latents


def conv_encoder():
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=4, stride=2, padding=1),  # 14 x 14
        nn.ReLU(),
        nn.Conv2d(8, 16, kernel_size=4, stride=2, padding=1),  # 7 x 7
        nn.ReLU(),
        nn.Flatten(),
    )


def conv_decoder(latent_dim):
    return nn.Sequential(
        nn.Linear(latent_dim, 16 * 7 * 7),
        nn.ReLU(),
        nn.Unflatten(1, (16, 7, 7)),
        nn.ConvTranspose2d(16, 8, kernel_size=4, stride=2, padding=1),  # 14 x 14
        nn.ReLU(),
        nn.ConvTranspose2d(8, 1, kernel_size=4, stride=2, padding=1),  # 28 x 28
        nn.Sigmoid(),
    )


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.features = conv_encoder()
        self.to_code = nn.Linear(16 * 7 * 7, latent_dim)
        self.generator = conv_decoder(latent_dim)

    def encode(self, x):
        return self.to_code(self.features(x))

    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.features = conv_encoder()
        self.to_mu = nn.Linear(16 * 7 * 7, latent_dim)
        self.to_logvar = nn.Linear(16 * 7 * 7, latent_dim)
        self.generator = conv_decoder(latent_dim)

    def encode(self, x):
        feats = self.features(x)
        return self.to_mu(feats), self.to_logvar(feats)

    def reparameterize(self, mu, logvar):
        sigma = (logvar / 2).exp()
        noise = torch.randn(mu.size())
        return mu + sigma * noise

    def decode(self, z):
        return self.generator(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


bce = nn.BCELoss()


def ae_loss(x_hat, x):
    return bce(x_hat, x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = bce(x_hat, x)
    kl_each = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
    kl = kl_each.sum(dim=1).mean()
    return {"total": recon + beta * kl, "recon": recon, "kl": kl}


@torch.no_grad()
def sample(model, n):
    model.eval()
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    model.eval()
    a = model.encode(x_start)
    b = model.encode(x_end)
    if isinstance(model, VAE):
        a, b = a[0], b[0]
    weights = torch.linspace(0, 1, steps).view(-1, 1)
    codes = a * (1 - weights) + b * weights
    return model.decode(codes)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    model.eval()
    values = torch.linspace(-extent, extent, n)
    rows = []
    for y in values.flip(0):
        codes = torch.stack([values, y.expand(n)], dim=1)
        tiles = model.decode(codes)
        rows.append(torch.cat(list(tiles.view(n, 28, 28)), dim=1))
    return torch.cat(rows, dim=0)
