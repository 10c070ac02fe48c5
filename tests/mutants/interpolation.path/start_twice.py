"""First frame twice, then steps-1 frames."""

import torch
import torch.nn as nn


class Encoder(nn.Module):
    def __init__(self, n_out):
        super().__init__()
        self.c1 = nn.Conv2d(1, 16, 4, stride=2, padding=1)
        self.n1 = nn.GroupNorm(4, 16)
        self.c2 = nn.Conv2d(16, 32, 4, stride=2, padding=1)
        self.n2 = nn.GroupNorm(4, 32)
        self.out = nn.Linear(32 * 49, n_out)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x):
        x = self.act(self.n1(self.c1(x)))
        x = self.act(self.n2(self.c2(x)))
        return self.out(x.flatten(start_dim=1))


class Decoder(nn.Module):
    def __init__(self, n_in):
        super().__init__()
        self.inp = nn.Linear(n_in, 32 * 49)
        self.t1 = nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1)
        self.n1 = nn.GroupNorm(2, 16)
        self.t2 = nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1)
        self.act = nn.SiLU(inplace=True)

    def forward(self, z):
        h = self.act(self.inp(z)).unflatten(1, (32, 7, 7))
        h = self.act(self.n1(self.t1(h)))
        return self.t2(h).sigmoid()


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super(Autoencoder, self).__init__()
        self.latent_dim = latent_dim
        self.encoder = Encoder(latent_dim)
        self.decoder = Decoder(latent_dim)

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        z = self.encode(x)
        return self.decode(z)


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super(VAE, self).__init__()
        self.latent_dim = latent_dim
        self.encoder = Encoder(latent_dim * 2)
        self.decoder = Decoder(latent_dim)

    def encode(self, x):
        h = self.encoder(x)
        return h[:, 0::2], h[:, 1::2]       # interleaved halves, strided views

    def reparameterize(self, mu, logvar):
        std = logvar.mul(0.5).exp()
        return mu + torch.normal(torch.zeros_like(std), torch.ones_like(std)) * std

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        x_hat = self.decode(z)
        return x_hat, mu, logvar


def ae_loss(x_hat, x):
    return (x_hat - x).abs().sum() / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    rec = torch.nn.L1Loss(reduction="sum")(x_hat.reshape(x.shape), x) / x.shape[0]
    kl = (-0.5 * (1 + logvar - mu ** 2 - torch.exp(logvar))).sum(dim=-1).mean()
    return rec + beta * kl, rec, kl


TUNED_BETA = 1.0


@torch.no_grad()
def sample(model, n):
    was = model.training
    model.eval()
    z = torch.randn((n, model.latent_dim), device=next(model.parameters()).device)
    imgs = model.decode(z).cpu()
    model.train(was)
    return imgs


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    model.eval()
    enc = lambda x: model.encode(x)[0] if hasattr(model, "reparameterize") else model.encode(x)
    z0, z1 = enc(x_start), enc(x_end)
    out = []
    for alpha in [0.0] + torch.linspace(0.0, 1.0, steps - 1).tolist():
        out.append(model.decode(z0 * (1 - alpha) + z1 * alpha).squeeze(0))
    return torch.stack(out)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    model.eval()
    rows = []
    for y in torch.linspace(extent, -extent, n):
        x = torch.linspace(-extent, extent, n)
        z = torch.stack((x, y.expand(n)), dim=1)
        row = model.decode(z)
        rows.append(torch.cat(list(row[:, 0]), dim=1))
    return torch.cat(rows, dim=0)

DIAGNOSIS = "alpha_not_linear"
ALSO = []
