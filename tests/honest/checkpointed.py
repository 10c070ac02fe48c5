"""Activations are not kept but computed again for the backward pass, by both kinds of checkpoints; dropout inside."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

TUNED_BETA = 1.0


class Coder(nn.Module):
    def __init__(self, latent_dim, heads, reentrant):
        super().__init__()
        self.latent_dim = latent_dim
        self.reentrant = reentrant
        self.stem = nn.Linear(784, 256)
        self.trunk = nn.Sequential(nn.SiLU(), nn.Dropout(0.1), nn.Linear(256, 128), nn.SiLU())
        self.head = nn.Linear(128, heads * latent_dim)
        self.lift = nn.Sequential(nn.Linear(latent_dim, 256), nn.SiLU(), nn.Dropout(0.1), nn.Linear(256, 784))

    def again(self, part, x):
        return checkpoint(part, x, use_reentrant=self.reentrant)

    def codes(self, x):
        return self.head(self.again(self.trunk, self.stem(x.flatten(1))))

    def decode(self, z):
        return torch.sigmoid(self.again(self.lift, z)).view(-1, 1, 28, 28)


class Autoencoder(Coder):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 1, reentrant=False)

    def encode(self, x):
        return self.codes(x)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Coder):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 2, reentrant=True)

    def encode(self, x):
        return self.codes(x).chunk(2, dim=1)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(x)
    return recon + beta * kl, recon, kl


def point(model, x):
    out = model.encode(x)
    return out[0] if isinstance(model, VAE) else out


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    z = [torch.lerp(point(model, x_start), point(model, x_end), float(a)) for a in torch.linspace(0, 1, steps)]
    return torch.cat([model.decode(code) for code in z])


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    line = torch.linspace(-extent, extent, n)
    rows = [model.decode(torch.stack([line, y.expand(n)], 1)).view(n, 28, 28) for y in line.flip(0)]
    return torch.cat([torch.cat(list(row), 1) for row in rows])
