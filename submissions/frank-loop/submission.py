import torch
import torch.nn as nn
import torch.nn.functional as F

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc1 = nn.Linear(784, 400)
        self.enc2 = nn.Linear(400, latent_dim)
        self.dec1 = nn.Linear(latent_dim, 400)
        self.dec2 = nn.Linear(400, 784)

    def encode(self, x):
        return self.enc2(F.relu(self.enc1(x.flatten(1))))

    def decode(self, z):
        return torch.sigmoid(self.dec2(F.relu(self.dec1(z)))).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc1 = nn.Linear(784, 400)
        self.enc_mu = nn.Linear(400, latent_dim)
        self.enc_logvar = nn.Linear(400, latent_dim)
        self.dec1 = nn.Linear(latent_dim, 400)
        self.dec2 = nn.Linear(400, 784)

    def encode(self, x):
        h = F.relu(self.enc1(x.flatten(1)))
        return self.enc_mu(h), self.enc_logvar(h)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def decode(self, z):
        return torch.sigmoid(self.dec2(F.relu(self.dec1(z)))).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        x_hat = torch.zeros_like(x)
        start = 0
        # decode in pieces, my laptop has little memory
        while start < x.shape[0]:
            x_hat[start : start + 32] = self.decode(z[start : start + 32]).detach()
        return x_hat, mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]
    return recon + beta * kl, recon, kl


@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(model, VAE):
        a, b = a[0], b[0]
    alpha = torch.linspace(0, 1, steps).unsqueeze(1)
    return model.decode((1 - alpha) * a + alpha * b)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    axis = torch.linspace(-extent, extent, n)
    rows = []
    for y in reversed(axis):
        row = [model.decode(torch.stack([x, y]).unsqueeze(0)).view(28, 28) for x in axis]
        rows.append(torch.cat(row, dim=1))
    return torch.cat(rows)
