"""Burgess capacity: beta*|kl - 5|."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Core(nn.Module):
    """registers things by hand, counts calls in a buffer, keeps statistics with hooks"""

    def __init__(self, latent_dim, heads):
        super().__init__()
        self.latent_dim = latent_dim
        self.register_buffer("mean", torch.tensor(0.1307))
        self.register_buffer("std", torch.tensor(0.3081))
        self.register_buffer("calls", torch.zeros((), dtype=torch.long), persistent=False)
        for name, shape in {"A": (256, 784), "B": (heads * latent_dim, 256), "C": (256, latent_dim), "E": (784, 256)}.items():
            w = torch.empty(shape)
            nn.init.xavier_uniform_(w)
            self.register_parameter(name, nn.Parameter(w))
        self.register_parameter("a", nn.Parameter(torch.zeros(256)))
        self.register_parameter("c", nn.Parameter(torch.zeros(256)))
        self.register_parameter("e", nn.Parameter(torch.zeros(784)))
        self.register_parameter("unused_bias", None)
        self.last_norm = None
        self.tap = nn.Identity()
        self.tap.register_forward_hook(self._remember)

    def _remember(self, module, args, output):
        self.last_norm = float(output.detach().norm())
        self.calls += 1

    def _encode(self, x):
        h = (x - self.mean) / self.std
        h = F.selu(F.linear(h.flatten(1), self.A, self.a))
        return self.tap(F.linear(h, self.B))

    def decode(self, z):
        h = F.selu(F.linear(z, self.C, self.c))
        return F.linear(h, self.E, self.e).sigmoid().view(-1, 1, 28, 28)


class Autoencoder(Core):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 1)

    def encode(self, x):
        return self._encode(x)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Core):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 2)

    def encode(self, x):
        return self._encode(x).unflatten(1, (2, self.latent_dim)).unbind(1)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn(mu.size())

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.mse_loss(x_hat, x, reduction="sum") / len(x)


class Terms:
    def __init__(self, recon, kl, beta):
        self.recon, self.kl, self.beta = recon, kl, beta

    @property
    def total(self):
        return self.recon + self.beta * (self.kl - 5.0).abs()


def vae_loss(x_hat, x, mu, logvar, beta):
    return Terms(ae_loss(x_hat, x), 0.5 * (mu ** 2 + logvar.exp() - logvar - 1).sum() / len(x), beta)


TUNED_BETA = 1.0


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.distributions.MultivariateNormal(torch.zeros(model.latent_dim), torch.eye(model.latent_dim)).sample((n,)))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    first = (lambda t: t) if isinstance(model, Autoencoder) else (lambda t: t[0])
    z0, z1 = first(model.encode(x_start)), first(model.encode(x_end))
    return model.decode(torch.stack([z0[0] + (z1 - z0)[0] * k / (steps - 1) for k in range(steps)]))


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    v = torch.linspace(-1, 1, n) * extent
    z = torch.empty(n, n, 2)
    z[..., 0] = v
    z[..., 1] = -v[:, None]
    t = model.decode(z.view(-1, 2)).view(n, n, 28, 28)
    return torch.cat([torch.cat([t[i, j] for j in range(n)], 1) for i in range(n)], 0)

DIAGNOSIS = "kl_capacity"
ALSO = []
