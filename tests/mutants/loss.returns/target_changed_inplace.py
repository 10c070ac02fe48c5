"""Images clamped in place inside the loss (label smoothing that leaks)."""

import torch
from torch import nn
import torch.nn.functional as F


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.net = nn.ModuleDict({"enc": nn.Sequential(nn.Linear(784, 256), nn.Softsign(), nn.Linear(256, latent_dim)),
                                  "dec": nn.Sequential(nn.Linear(latent_dim, 256), nn.Softsign(), nn.Linear(256, 784))})
    def encode(self, x): return self.net["enc"](x.view(-1, 784))
    def decode(self, z): return self.net["dec"](z).sigmoid().view(-1, 1, 28, 28)
    def forward(self, x): return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.net = nn.ModuleDict({"enc": nn.Sequential(nn.Linear(784, 256), nn.Softsign(), nn.Linear(256, 2 * latent_dim)),
                                  "dec": nn.Sequential(nn.Linear(latent_dim, 256), nn.Softsign(), nn.Linear(256, 784))})
    def encode(self, x):
        logvar, mu = self.net["enc"](x.view(-1, 784)).chunk(2, 1)     # second half is the mean: allowed, only the order returned counts
        return mu, logvar
    def decode(self, z): return self.net["dec"](z).sigmoid().view(-1, 1, 28, 28)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    x.data.clamp_(0.05, 0.95)
    p = x_hat.flatten(1).clamp(1e-6, 1 - 1e-6)
    return F.binary_cross_entropy_with_logits(torch.logit(p), x.flatten(1), reduction="sum") / p.size(0)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = torch.sum(-0.5 * (1 + logvar - mu ** 2 - torch.exp(logvar)), -1)
    return recon + beta * kl.mean(), recon, torch.mean(kl)


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

DIAGNOSIS = "input_changed_in_place"
ALSO = ["loss.reconstruction", "loss.ae_reconstruction"]
