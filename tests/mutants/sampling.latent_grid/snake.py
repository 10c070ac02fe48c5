"""Every second row runs from right to left."""

import torch
import torch.nn as nn

IMAGE = (1, 28, 28)
TUNED_BETA = 1.5


class ConvBlock(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.pad = nn.ReflectionPad2d(1)
        self.conv = nn.Conv2d(cin, cout, 3, stride)
        self.act = nn.Mish()

    def forward(self, x):
        return self.act(self.conv(self.pad(x)))


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = nn.Sequential(ConvBlock(1, 16, 2), ConvBlock(16, 16, 2), nn.Flatten(), nn.Linear(784, latent_dim))
        self.inp = nn.Linear(latent_dim, 16 * 49)
        self.up = nn.Sequential(ConvBlock(16, 32), nn.PixelShuffle(2), nn.Conv2d(8, 4, 3, padding=1), nn.PixelShuffle(2))
        self.to(memory_format=torch.channels_last)

    def encode(self, x):
        return self.enc(x.contiguous(memory_format=torch.channels_last))

    def decode(self, z):
        h = self.inp(z).view(-1, 16, 7, 7).to(memory_format=torch.channels_last)
        return torch.sigmoid(self.up(h))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Autoencoder):
    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.enc[-1] = nn.Linear(784, 2 * latent_dim)

    def encode(self, x):
        return torch.tensor_split(super().encode(x), 2, dim=-1)

    def reparameterize(self, mu, logvar):
        return torch.einsum("bd,bd->bd", torch.randn_like(mu), torch.exp(logvar * 0.5)) + mu

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def _sse(x_hat, x):
    d = x_hat - x
    return torch.einsum("bchw,bchw->b", d, d)


def ae_loss(x_hat, x):
    return _sse(x_hat, x).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = _sse(x_hat, x).mean()
    kl = 0.5 * torch.einsum("bd->b", mu ** 2 + torch.expm1(logvar) - logvar).mean()
    total = recon + beta * kl
    return total, recon, kl


def means(model, x):
    out = model.encode(x)
    return out[0] if isinstance(model, VAE) else out


def sample(model, n):
    model.eval()
    with torch.no_grad():
        return model.decode(torch.randn(n, model.latent_dim))


def interpolate(model, x_start, x_end, steps):
    model.eval()
    with torch.no_grad():
        ends = torch.cat([means(model, x_start), means(model, x_end)])
        a = torch.linspace(0, 1, steps)
        weights = torch.stack([1 - a, a], 1)
        return model.decode(weights @ ends)


def latent_grid(model, n=21, extent=4.0):
    model.eval()
    lin = torch.linspace(extent, -extent, n)
    zs = torch.tensor([[-float(lin[j]), float(lin[i])] for i in range(n) for j in range(n)])
    with torch.no_grad():
        tiles = model.decode(zs)[:, 0]
    return torch.vstack([torch.hstack(list(tiles[r * n:(r + 1) * n])[::(-1 if r % 2 else 1)]) for r in range(n)])

DIAGNOSIS = "grid_rows_alternate"
ALSO = []
