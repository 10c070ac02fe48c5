import torch
import torch.nn as nn

TUNED_BETA = 0.5


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, latent_dim)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 64), nn.ReLU(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 784)
        )

    def encode(self, x):
        return self.encoder(x.reshape(-1, 784))

    def decode(self, z):
        return self.decoder(z).reshape(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU())
        self.mean = nn.Linear(64, latent_dim)
        self.logvar = nn.Linear(64, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 64), nn.ReLU(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 784)
        )

    def encode(self, x):
        h = self.encoder(x.reshape(-1, 784))
        return self.mean(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std)

    def decode(self, z):
        return self.decoder(z).reshape(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    return ((x_hat - x) ** 2).sum(dim=(1, 2, 3)).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ((x_hat - x) ** 2).sum(dim=(1, 2, 3)).mean()
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(dim=1).mean()
    return recon + beta * kl, recon, kl


def sample(model, n):
    with torch.no_grad():
        return model.decode(torch.randn(n, model.latent_dim))


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        first, last = model.encode(x_start), model.encode(x_end)
        if isinstance(model, VAE):
            first, last = first[0], last[0]
        alpha = torch.linspace(0, 1, steps).reshape(-1, 1)
        return model.decode((1 - alpha) * first + alpha * last)


def latent_grid(model, n=21, extent=4.0):
    ticks = torch.linspace(-extent, extent, n)
    big = torch.zeros(28 * n, 28 * n)
    with torch.no_grad():
        for row, y in enumerate(ticks.flip(0)):
            for col, x in enumerate(ticks):
                code = torch.tensor([[x.item(), y.item()]])
                big[28 * row : 28 * (row + 1), 28 * col : 28 * (col + 1)] = model.decode(code)[0, 0]
    return big
