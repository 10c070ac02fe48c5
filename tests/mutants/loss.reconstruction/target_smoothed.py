"""BCE target clamped to [0.1, 0.9] (label smoothing)."""

import torch
from torch import nn
import torch.nn.functional as F


class Broadcast(nn.Module):
    """spatial broadcast decoder: z beside the coordinates of every pixel, 1x1 convolutions"""
    def __init__(self, d):
        super().__init__()
        g = torch.linspace(-1, 1, 28)
        y, x = torch.meshgrid(g, g, indexing="ij")
        f = [x, y] + [fn(k * 3.14159 * c) for k in (1, 2, 3) for c in (x, y) for fn in (torch.sin, torch.cos)]
        self.register_buffer("coords", torch.stack(f)[None], persistent=False)
        self.net = nn.Sequential(nn.Conv2d(d + 14, 48, 1), nn.SiLU(), nn.Conv2d(48, 48, 1), nn.SiLU(), nn.Conv2d(48, 1, 1))
    def forward(self, z):
        b = z.size(0)
        zz = z[:, :, None, None].expand(-1, -1, 28, 28)
        return self.net(torch.cat([zz, self.coords.expand(b, -1, -1, -1)], 1)).sigmoid()


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Conv2d(1, 16, 5, 2, 2), nn.SiLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.SiLU(), nn.AvgPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(512, latent_dim))
        self.dec = Broadcast(latent_dim)
    def encode(self, x): return self.enc(x)
    def decode(self, z): return self.dec(z)
    def forward(self, x): return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(nn.Conv2d(1, 16, 5, 2, 2), nn.SiLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.SiLU(), nn.AvgPool2d(2, ceil_mode=True), nn.Flatten(), nn.Linear(512, 2 * latent_dim))
        self.dec = Broadcast(latent_dim)
    def encode(self, x): return self.enc(x).chunk(2, 1)
    def decode(self, z): return self.dec(z)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar

def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1).clamp(0.1, 0.9), reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(1).mean()
    return recon + beta * kl, recon, kl


TUNED_BETA = 1.0

@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(a, (tuple, list)):
        a, b = a[0], b[0]
    alpha = torch.linspace(0, 1, steps)[:, None]
    return model.decode((1 - alpha) * a + alpha * b)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    rows = []
    for y in xs.flip(0):
        tiles = model.decode(torch.stack([xs, y.repeat(n)], 1)).reshape(n, 28, 28)
        rows.append(torch.cat(list(tiles), 1))
    return torch.cat(rows, 0)

DIAGNOSIS = "recon_values_clamped"
ALSO = []
