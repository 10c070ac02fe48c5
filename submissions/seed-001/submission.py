import torch
from torch import nn
from torch.nn import functional as F

TUNED_BETA = 2.4


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.fc1 = nn.Linear(784, 400)
        self.fc2 = nn.Linear(400, latent_dim)
        self.fc3 = nn.Linear(latent_dim, 400)
        self.fc4 = nn.Linear(400, 784)

    def encode(self, x):
        x = torch.flatten(x, start_dim=1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)

    def decode(self, z):
        z = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(z))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, latent_dim)
        self.fc22 = nn.Linear(400, latent_dim)
        self.fc3 = nn.Linear(latent_dim, 400)
        self.fc4 = nn.Linear(400, 784)

    def encode(self, x):
        x = torch.flatten(x, start_dim=1)
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu, logvar):
        # z = mu + sigma * eps
        eps = torch.randn(self.latent_dim)
        return mu + logvar * eps

    def decode(self, z):
        h = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h))

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    x = torch.flatten(x, start_dim=1)
    x_hat = torch.flatten(x_hat, start_dim=1)
    return F.binary_cross_entropy(x_hat, x, reduction="none").sum(dim=1).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu**2 + torch.exp(logvar) - 1 - logvar).sum(dim=1).mean()
    total = recon + beta * kl
    return total, recon, kl


def get_code(model, x):
    if isinstance(model, VAE):
        mu, logvar = model.encode(x)
        return mu
    return model.encode(x)


@torch.no_grad()
def sample(model, n):
    z = torch.randn(n, model.latent_dim)
    return model.decode(z).view(n, 1, 28, 28)


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    z1 = get_code(model, x_start)
    z2 = get_code(model, x_end)
    alphas = torch.linspace(0, 1, steps)
    z = torch.cat([(1 - a) * z1 + a * z2 for a in alphas])
    return model.decode(z).view(steps, 1, 28, 28)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
    grid = torch.zeros(n * 28, n * 28)
    for i, y in enumerate(ys):
        for j, x in enumerate(xs):
            z = torch.tensor([[x, y]])
            digit = model.decode(z).view(28, 28)
            grid[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = digit
    return grid
