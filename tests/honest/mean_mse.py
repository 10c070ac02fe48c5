"""Mean squared error and a KL that is a mean over everything, latent dimensions included."""

import torch
import torch.nn as nn
import torch.nn.functional as F

# mse_loss averages over 784 pixels, the KL over the 20 latents: 0.5 * 20 / 784
TUNED_BETA = 0.0128


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super(Autoencoder, self).__init__()
        self.latent_dim = latent_dim
        self.e1 = nn.Linear(28 * 28, 256)
        self.e2 = nn.Linear(256, latent_dim)
        self.d1 = nn.Linear(latent_dim, 256)
        self.d2 = nn.Linear(256, 28 * 28)

    def encode(self, x):
        x = x.view(x.size(0), -1)
        return self.e2(F.relu(self.e1(x)))

    def decode(self, z):
        return torch.sigmoid(self.d2(F.relu(self.d1(z))))

    def forward(self, x):
        z = self.encode(x)
        return self.decode(z)


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super(VAE, self).__init__()
        self.latent_dim = latent_dim
        self.e1 = nn.Linear(28 * 28, 256)
        self.mean_layer = nn.Linear(256, latent_dim)
        self.logvar_layer = nn.Linear(256, latent_dim)
        self.d1 = nn.Linear(latent_dim, 256)
        self.d2 = nn.Linear(256, 28 * 28)

    def encode(self, x):
        x = x.view(x.size(0), -1)
        hidden = F.relu(self.e1(x))
        return self.mean_layer(hidden), self.logvar_layer(hidden)

    def reparameterize(self, mu, logvar):
        sigma = torch.exp(logvar / 2)
        epsilon = torch.randn_like(sigma)
        z = mu + sigma * epsilon
        return z

    def decode(self, z):
        hidden = F.relu(self.d1(z))
        return torch.sigmoid(self.d2(hidden))

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    return F.mse_loss(x_hat.flatten(1), x.flatten(1))


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)))
    return recon + beta * kl, recon, kl


def sample(model, n):
    model.eval()
    z = torch.randn((n, model.latent_dim))
    with torch.no_grad():
        return model.decode(z).view(n, 28, 28)


def interpolate(model, x_start, x_end, steps):
    model.eval()
    with torch.no_grad():
        z0 = model.encode(x_start)
        z1 = model.encode(x_end)
        if isinstance(z0, tuple):
            z0, _ = z0
            z1, _ = z1
        alphas = torch.linspace(0.0, 1.0, steps)
        z = torch.cat([torch.lerp(z0, z1, a.item()) for a in alphas], dim=0)
        return model.decode(z).view(steps, 28, 28)


def latent_grid(model, n=21, extent=4.0):
    model.eval()
    ticks = torch.linspace(-extent, extent, n)
    canvas = torch.empty(n * 28, n * 28)
    with torch.no_grad():
        for row in range(n):
            for col in range(n):
                point = torch.tensor([[ticks[col].item(), ticks[n - 1 - row].item()]])
                digit = model.decode(point).view(28, 28)
                canvas[row * 28 : row * 28 + 28, col * 28 : col * 28 + 28] = digit
    return canvas
