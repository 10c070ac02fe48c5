"""Kl_divergence(p, q) in place of (q, p)."""

from typing import NamedTuple
import torch
from torch import nn, Tensor
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence


class Loss(NamedTuple):
    total: Tensor
    recon: Tensor
    kl: Tensor


class Autoencoder(nn.Module):
    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.f = nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.Softplus(), nn.Linear(300, latent_dim))
        self.g = nn.Sequential(nn.Linear(latent_dim, 300), nn.Softplus(), nn.Linear(300, 784), nn.Sigmoid())

    def encode(self, x: Tensor) -> Tensor:
        return self.f(x)

    def decode(self, z: Tensor) -> Tensor:
        return self.g(z)

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.Softplus())
        self.loc = nn.Linear(300, latent_dim)
        self.log_scale = nn.Linear(300, latent_dim)
        self.g = nn.Sequential(nn.Linear(latent_dim, 300), nn.Softplus(), nn.Linear(300, 784), nn.Sigmoid())

    def posterior(self, mu: Tensor, logvar: Tensor) -> Independent:
        return Independent(Normal(mu, torch.exp(logvar / 2)), 1)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.body(x)
        return self.loc(h), 2.0 * self.log_scale(h)   # the layer predicts log sigma

    def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return self.posterior(mu, logvar).rsample()

    def decode(self, z: Tensor) -> Tensor:
        return self.g(z)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def _nll(x_hat: Tensor, x: Tensor) -> Tensor:
    p = x_hat.flatten(1)
    return -Independent(Bernoulli(probs=p, validate_args=False), 1, validate_args=False).log_prob(x.flatten(1)).mean()


def ae_loss(x_hat: Tensor, x: Tensor) -> Tensor:
    return _nll(x_hat, x)


def vae_loss(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float) -> Loss:
    q = Normal(mu, (0.5 * logvar).exp(), validate_args=False)
    p = Normal(torch.zeros_like(mu), torch.ones_like(mu))
    recon = _nll(x_hat, x)
    kl = kl_divergence(p, q).sum(-1).mean(0)
    return Loss(total=recon + beta * kl, recon=recon, kl=kl)


TUNED_BETA: float = 1.2


@torch.inference_mode()
def sample(model: nn.Module, n: int) -> Tensor:
    prior = Normal(torch.tensor(0.0), torch.tensor(1.0))
    return model.decode(prior.sample((n, model.latent_dim)))


@torch.inference_mode()
def interpolate(model: nn.Module, x_start: Tensor, x_end: Tensor, steps: int) -> Tensor:
    def code(x: Tensor) -> Tensor:
        out = model.encode(x)
        return out[0] if isinstance(out, (tuple, list)) else out

    z_start, z_end = code(x_start), code(x_end)
    alpha = (torch.arange(steps, dtype=torch.float32) / max(steps - 1, 1))[:, None]
    return model.decode(z_start + alpha * (z_end - z_start)).reshape(steps, 28, 28)


@torch.inference_mode()
def latent_grid(model: nn.Module, n: int = 21, extent: float = 4.0) -> Tensor:
    t = torch.linspace(-extent, extent, n)
    z = torch.cartesian_prod(t.flip(0), t).flip(1)          # (y, x) pairs -> (x, y)
    tiles = model.decode(z).reshape(n, n, 28, 28)
    return tiles.transpose(1, 2).reshape(28 * n, 28 * n)

DIAGNOSIS = "kl_reversed"
ALSO = []
