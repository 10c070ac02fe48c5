"""Codes rounded to whole numbers."""

"""A small ViT-like pair: 16 patches of 7x7."""
import torch
from torch import nn
import torch.nn.functional as F

P, T, W = 7, 16, 48


def patchify(x):
    return x.reshape(-1, 4, P, 4, P).permute(0, 1, 3, 2, 4).reshape(-1, T, P * P)


def unpatchify(t):
    return t.reshape(-1, 4, 4, P, P).permute(0, 1, 3, 2, 4).reshape(-1, 1, 28, 28)


class Attn(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(W), nn.LayerNorm(W)
        self.mha = nn.MultiheadAttention(W, 4, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(W, 2 * W), nn.GELU(), nn.Linear(2 * W, W))

    def forward(self, x):
        h = self.n1(x)
        x = x + self.mha(h, h, h, need_weights=False)[0]
        return x + self.ff(self.n2(x))


class Enc(nn.Module):
    def __init__(self, out):
        super().__init__()
        self.emb = nn.Linear(P * P, W)
        self.pos = nn.Parameter(torch.randn(1, T, W) * 0.02)
        self.blocks = nn.ModuleList([Attn(), Attn()])
        self.out = nn.Linear(T * W, out)

    def forward(self, x):
        h = self.emb(patchify(x)) + self.pos
        for b in self.blocks:
            h = b(h)
        return self.out(h.flatten(1))


class Dec(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.inp = nn.Linear(d, T * W)
        self.pos = nn.Parameter(torch.randn(1, T, W) * 0.02)
        self.blocks = nn.ModuleList([Attn()])
        self.out = nn.Linear(W, P * P)

    def forward(self, z):
        h = self.inp(z).view(-1, T, W) + self.pos
        for b in self.blocks:
            h = b(h)
        return unpatchify(torch.sigmoid(self.out(h)))


class Autoencoder(nn.Module):
    def __init__(self, latent_dim: int):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc, self.dec = Enc(latent_dim), Dec(latent_dim)

    def encode(self, x):
        return self.enc(x)

    def decode(self, z):
        return self.dec(z)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim: int):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc, self.dec = Enc(latent_dim * 2), Dec(latent_dim)

    def encode(self, x):
        mu, logvar = torch.chunk(self.enc(x), 2, -1)
        return mu, torch.clamp(logvar, -30.0, 20.0)

    def reparameterize(self, mu, logvar):
        std = torch.exp(logvar / 2)
        eps = torch.empty_like(std).normal_()
        return mu + std * eps

    def decode(self, z):
        return self.dec(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="mean")


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="mean")
    kl = torch.mean(-0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1), dim=0)
    return recon + beta * kl, recon, kl


TUNED_BETA = 1 / 784


@torch.no_grad()
def sample(model, n):
    return torch.stack([model.decode(torch.randn(1, model.latent_dim))[0] for _ in range(n)])


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(model, VAE):
        a, b = a[0], b[0]
    alpha = torch.linspace(0, 1, steps)[:, None]
    return model.decode((1 - alpha) * a + alpha * b)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    step = 2 * extent / (n - 1)
    img = torch.empty(n, 28, n, 28)
    for i in range(n):
        codes = torch.tensor([[round(-extent + j * step), round(extent - i * step)] for j in range(n)]).float()
        img[i] = model.decode(codes)[:, 0].transpose(0, 1)
    return img.reshape(n * 28, n * 28)

DIAGNOSIS = "grid_spacing_wrong"
ALSO = []
