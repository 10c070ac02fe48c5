"""Six narrow highway blocks: at this budget the VAE hardly uses its code."""

from collections import OrderedDict
import torch
import torch.nn as nn

TUNED_BETA = 1.0


class Highway(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.h, self.t = nn.Linear(n, n), nn.Linear(n, n)
        self.t.bias.data.fill_(-1.0)

    def forward(self, x):
        t = torch.sigmoid(self.t(x))
        return t * torch.relu(self.h(x)) + (1 - t) * x


def tower(i, o, n=64, k=6):
    return nn.Sequential(nn.Linear(i, n), nn.ReLU(), *(Highway(n) for _ in range(k)), nn.Linear(n, o))


class _Common(nn.Module):
    def decode(self, z):
        return torch.clamp(torch.sigmoid(self.dec(z)), 1e-6, 1 - 1e-6)


class Autoencoder(_Common):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = tower(784, latent_dim)
        self.dec = tower(latent_dim, 784)

    def encode(self, x):
        return self.enc(torch.reshape(x, (-1, 784)))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(_Common):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc_mu = tower(784, latent_dim)
        self.enc_lv = tower(784, latent_dim)
        self.dec = tower(latent_dim, 784)

    def encode(self, x):
        x = torch.reshape(x, (-1, 784))
        return self.enc_mu(x), self.enc_lv(x)

    def reparameterize(self, mu, logvar):
        eps = torch.randn_like(logvar, requires_grad=False)
        return mu + eps * torch.pow(torch.e, logvar / 2)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu=mu, logvar=logvar)
        return self.decode(z), mu, logvar


class Recon(nn.Module):
    def __init__(self):
        super().__init__()
        self.bce = nn.BCELoss(reduction="sum")

    def forward(self, p, t):
        return self.bce(p, t.reshape(p.shape))


_recon = Recon()


def ae_loss(x_hat, x):
    return _recon(x_hat, x)


def vae_loss(x_hat, x, mu, logvar, beta):
    kl = -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum()
    r = _recon(x_hat, x)
    return OrderedDict(kl=kl, total=r + beta * kl, recon=r)


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.zeros(n, model.latent_dim).normal_(mean=0, std=1)).reshape(-1, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    enc = model.enc_mu if isinstance(model, VAE) else model.enc
    ends = enc(torch.cat([x_start, x_end]).reshape(2, 784))
    w = torch.linspace(0, 1, steps)
    return model.decode(torch.outer(1 - w, ends[0]) + torch.outer(w, ends[1])).reshape(-1, 1, 28, 28)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    axis = torch.linspace(-1, 1, n).mul(extent)
    decoded = {(i, j): model.decode(torch.tensor([[axis[j], axis[-1 - i]]])).view(28, 28) for j in range(n) for i in range(n)}
    return torch.cat([torch.cat([decoded[i, j] for j in range(n)], dim=1) for i in range(n)], dim=0)
