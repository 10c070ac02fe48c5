"""Two-dimensional convolutional VAE.

After the convolutional VAE in the Keras examples (two strided 3 x 3 convolutions, a dense layer of 16, two
latent dimensions, three transposed convolutions), written again for PyTorch and with half the filters
because I have no GPU.
"""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0


class Encoder(nn.Module):
    """Images to 16 features."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.dense = nn.Linear(32 * 7 * 7, 16)

    def forward(self, x):
        x = F.relu(self.conv1(x))  # 16 x 14 x 14
        x = F.relu(self.conv2(x))  # 32 x 7 x 7
        return F.relu(self.dense(x.flatten(1)))


class Decoder(nn.Module):
    """Codes to images."""

    def __init__(self, latent_dim):
        super().__init__()
        self.dense = nn.Linear(latent_dim, 32 * 7 * 7)
        self.deconv1 = nn.ConvTranspose2d(32, 32, 3, stride=2, padding=1, output_padding=1)
        self.deconv2 = nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1)
        self.deconv3 = nn.ConvTranspose2d(16, 1, 3, padding=1)

    def forward(self, z):
        x = F.relu(self.dense(z)).view(-1, 32, 7, 7)
        x = F.relu(self.deconv1(x))  # 32 x 14 x 14
        x = F.relu(self.deconv2(x))  # 16 x 28 x 28
        return torch.sigmoid(self.deconv3(x))  # 1 x 28 x 28


class Autoencoder(nn.Module):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = Encoder()
        self.z = nn.Linear(16, latent_dim)
        self.decoder = Decoder(latent_dim)

    def encode(self, x):
        return self.z(self.encoder(x))

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim=2):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = Encoder()
        self.z_mean = nn.Linear(16, latent_dim)
        self.z_log_var = nn.Linear(16, latent_dim)
        self.decoder = Decoder(latent_dim)

    def encode(self, x):
        features = self.encoder(x)
        return self.z_mean(features), self.z_log_var(features)

    def reparameterize(self, mu, logvar):
        epsilon = torch.randn_like(mu)
        return mu + torch.exp(0.5 * logvar) * epsilon

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        z_mean, z_log_var = self.encode(x)
        z = self.reparameterize(z_mean, z_log_var)
        return self.decode(z), z_mean, z_log_var


def ae_loss(x_hat, x):
    per_pixel = F.binary_cross_entropy(x_hat, x, reduction="none")
    return per_pixel.sum(dim=(1, 2, 3)).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    reconstruction = ae_loss(x_hat, x)
    kl = -0.5 * (1 + logvar - mu.square() - logvar.exp())
    kl = kl.sum(dim=1).mean()
    return {"total": reconstruction + beta * kl, "recon": reconstruction, "kl": kl}


def walk(model, z_start, z_end, steps):
    """Images along the straight line between two codes [1, D]."""
    weight = torch.linspace(0, 1, steps).unsqueeze(1)
    return model.decode(z_start + weight * (z_end - z_start))


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    z_start, z_end = model.encode(x_start), model.encode(x_end)
    if isinstance(model, VAE):
        z_start, z_end = z_start[0], z_end[0]
    return walk(model, z_start, z_end, steps)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    figure = torch.zeros(28 * n, 28 * n)
    grid_x = torch.linspace(-extent, extent, n)
    grid_y = torch.linspace(-extent, extent, n).flip(0)
    for i, yi in enumerate(grid_y):
        for j, xj in enumerate(grid_x):
            digit = model.decode(torch.stack([xj, yi]).view(1, 2))
            figure[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = digit.view(28, 28)
    return figure


def anomaly_score(model, x):
    """Squared reconstruction error per image [B]; high means unlike the training data."""
    with torch.no_grad():
        x_hat = model.decode(model.encode(x)[0]) if isinstance(model, VAE) else model(x)
    return (x_hat - x).square().sum(dim=(1, 2, 3))
