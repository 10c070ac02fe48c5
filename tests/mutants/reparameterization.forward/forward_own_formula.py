"""Forward writes its own noise with exp(logvar); reparameterize itself is right."""

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, latent_dim, heads):
        super().__init__()
        self.latent_dim = latent_dim
        self.to_code = nn.Sequential(nn.Flatten(), nn.Linear(784, 350), nn.Tanh(), nn.Linear(350, heads * latent_dim))
        self.to_logits = nn.Sequential(nn.Linear(latent_dim, 350), nn.Tanh(), nn.Linear(350, 784))

    def decode(self, z):
        return torch.sigmoid(self.to_logits(z))


class Autoencoder(Net):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 1)

    def encode(self, x):
        return self.to_code(x)

    def forward(self, x):
        return torch.sigmoid(self.to_logits(self.to_code(x)))       # never calls encode/decode


class VAE(Net):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 2)

    def encode(self, x):
        return torch.chunk(self.to_code(x), 2, 1)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = torch.chunk(self.to_code(x), 2, 1)
        z = mu + logvar.exp() * torch.randn_like(mu)        # written out again
        return torch.sigmoid(self.to_logits(z)), mu, logvar

def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(1).mean()
    return recon + beta * kl, recon, kl


TUNED_BETA = 1.0


def sample(model, n):
    z = torch.from_numpy(np.random.standard_normal((n, model.latent_dim)).astype("float32"))
    return torch.sigmoid(model.to_logits(z)).view(n, 1, 28, 28)      # gradient kept, decode not called


def interpolate(model, x_start, x_end, steps):
    D = model.latent_dim
    a, b = model.to_code(x_start)[:, :D], model.to_code(x_end)[:, :D]
    w = torch.from_numpy(np.linspace(0, 1, steps).astype(np.float32))[:, None]
    return torch.sigmoid(model.to_logits((1 - w) * a + w * b))


def latent_grid(model, n=21, extent=4.0):
    gx, gy = np.meshgrid(np.linspace(-extent, extent, n), np.linspace(extent, -extent, n))
    z = torch.tensor(np.column_stack([gx.ravel(), gy.ravel()]), dtype=torch.float32)
    return torch.sigmoid(model.to_logits(z)).view(n, n, 28, 28).permute(0, 2, 1, 3).reshape(28 * n, -1)

DIAGNOSIS = "forward_draws_otherwise"
ALSO = []
