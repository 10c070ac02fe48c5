"""Ae_loss squares the mean difference instead of averaging squares.

No name: the numbers are of no formula that would say more than the message does.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class SE(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(c, c // 4, 1), nn.Conv2d(c // 4, c, 1)

    def forward(self, x):
        s = F.adaptive_avg_pool2d(x, 1)
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(s))))


class Res(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(c, c, 3, padding=1), nn.InstanceNorm2d(c, affine=True), nn.LeakyReLU(0.2), nn.Conv2d(c, c, 3, padding=1), SE(c))

    def forward(self, x):
        return x + self.body(x)


class _Base(nn.Module):
    def __init__(self, latent_dim, k):
        super().__init__()
        self.latent_dim = latent_dim
        self.stem = nn.Conv2d(1, 16, 4, 4)
        self.res = Res(16)
        self.fc = nn.Linear(16 * 49, k * latent_dim)
        self.fc_back = nn.Linear(latent_dim, 16 * 49)
        self.res_back = Res(16)
        self.last = nn.Conv2d(16, 1, 3, padding=1)

    def _h(self, x):
        return self.fc(F.leaky_relu(self.res(self.stem(x)), 0.2).flatten(1))

    def decode(self, z):
        h = self.res_back(self.fc_back(z).view(-1, 16, 7, 7))
        h = F.interpolate(h, scale_factor=4, mode="bilinear", align_corners=False)
        return torch.sigmoid(self.last(h))


class Autoencoder(_Base):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 1)

    def encode(self, x):
        return self._h(x)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(_Base):
    def __init__(self, latent_dim):
        super().__init__(latent_dim, 2)

    def encode(self, x):
        h = self._h(x).view(-1, 2, self.latent_dim)
        return h[:, 0], h[:, 1]

    def reparameterize(self, mu, logvar):
        eps = torch.randn(mu.shape, device=mu.device)
        return mu + logvar.div(2).exp().mul(eps)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


mse = nn.MSELoss(reduction="none")


def ae_loss(x_hat, x):
    return (x_hat.view_as(x) - x).mean(dim=(1, 2, 3)).pow(2).mean() * 784


def vae_loss(x_hat, x, mu, logvar, beta):
    class Out(dict):
        __getattr__ = dict.__getitem__

    recon = mse(x_hat.view_as(x), x).sum(dim=(1, 2, 3)).mean()
    kl = (0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar)).sum(dim=1).mean()
    return Out(total=recon + beta * kl, recon=recon, kl=kl)


TUNED_BETA = 2.0


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim)).squeeze(1)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    z = [model.encode(x) for x in (x_start, x_end)]
    if isinstance(z[0], tuple):
        z = [m for m, _ in z]
    ts = torch.linspace(0, 1, steps, dtype=torch.float64)
    zs = torch.cat([((1 - t) * z[0] + t * z[1]) for t in ts]).float()
    return model.decode(zs).squeeze(1)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    cols = []
    for xj in xs:                                  # column by column
        z = torch.stack([xj.repeat(n), xs.flip(0)], dim=1)
        cols.append(model.decode(z).reshape(n * 28, 28))
    return torch.cat(cols, dim=1)

DIAGNOSIS = None
ALSO = []
