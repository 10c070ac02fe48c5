"""[B,1] + [B] broadcasts to [B,B] in the KL before the sum.

No name: the KL grows with the square of the batch, as several mistakes make it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm


@dataclass(frozen=True, slots=True)
class LossParts:
    total: torch.Tensor
    recon: torch.Tensor
    kl: torch.Tensor


def dense(a, b):
    return weight_norm(nn.Linear(a, b))


class Autoencoder(nn.Module):
    heads = 1

    def __init__(self, latent_dim: int):
        super().__init__()
        self._d = int(latent_dim)
        self.norm = nn.LayerNorm(256)
        self.l1, self.l2 = dense(784, 256), dense(256, self.heads * latent_dim)
        self.l3, self.l4 = dense(latent_dim, 256), dense(256, 784)

    @property
    def latent_dim(self) -> int:
        return self._d

    def features(self, x):
        return self.l2(torch.nn.functional.leaky_relu(self.norm(self.l1(x.view(x.size(0), 784))), 0.1))

    def encode(self, x):
        return self.features(x)

    def decode(self, z):
        return torch.sigmoid(self.l4(torch.nn.functional.leaky_relu(self.l3(z), 0.1)))

    def forward(self, x):
        return self.decode(self.encode(x))


class Stochastic:
    """mixin"""

    @staticmethod
    def reparameterize(mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn(*mu.shape, dtype=mu.dtype, device=mu.device)


class VAE(Stochastic, Autoencoder):
    heads = 2

    def encode(self, x):
        return tuple(torch.split(self.features(x), self.latent_dim, dim=1))

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def squared(x_hat, x):
    return 0.5 * (x_hat.reshape(-1, 784) - x.reshape(-1, 784)).pow(2).sum(1).mean()


def ae_loss(x_hat, x):
    return squared(x_hat, x)


def vae_loss(x_hat, x, mu, logvar, beta):
    r = squared(x_hat, x)
    k = 0.5 * ((mu * mu).sum(1, keepdim=True) + (logvar.exp() - logvar - 1).sum(1)).sum() / len(mu)
    return LossParts(r + beta * k, r, k)


TUNED_BETA = 0.5


def _mean_code(model, x):
    return model.encode(x)[0] if isinstance(model, VAE) else model.encode(x)


def sample(model, n):
    # deliberately no no_grad: the caller may want gradients
    return model(None) if n is None else model.decode(torch.randn(n, model.latent_dim)).unflatten(1, (1, 28, 28))


def interpolate(model, x_start, x_end, steps):
    a, b = _mean_code(model, x_start), _mean_code(model, x_end)
    w = torch.linspace(0, 1, steps).view(-1, 1)
    return model.decode(torch.lerp(a.expand(steps, -1), b.expand(steps, -1), w)).unflatten(1, (1, 28, 28))


def latent_grid(model, n=21, extent=4.0):
    s = torch.linspace(-extent, extent, n)
    X, Y = torch.meshgrid(s, -s, indexing="xy")
    img = model.decode(torch.dstack((X, Y)).reshape(-1, 2)).reshape(n, n, 28, 28)
    return torch.einsum("ijhw->ihjw", img).reshape(n * 28, n * 28)

DIAGNOSIS = None
ALSO = []
