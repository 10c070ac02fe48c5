"""torch.distributions for noise, likelihood and KL."""

import torch
import torch.distributions as D
from torch import nn

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 384),
            nn.GELU(),
            nn.Linear(384, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 384),
            nn.GELU(),
            nn.Linear(384, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z).view(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 384),
            nn.GELU(),
        )
        self.to_mu = nn.Linear(384, latent_dim)
        self.to_logvar = nn.Linear(384, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 384),
            nn.GELU(),
            nn.Linear(384, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x)
        return self.to_mu(h), self.to_logvar(h)

    def reparameterize(self, mu, logvar):
        return D.Normal(mu, torch.exp(logvar / 2)).rsample()

    def decode(self, z):
        return self.decoder(z).view(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    likelihood = D.Bernoulli(probs=x_hat, validate_args=False)
    return -likelihood.log_prob(x).sum(dim=(1, 2, 3)).mean()


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    q = D.Independent(D.Normal(mu, torch.exp(logvar / 2)), 1)
    p = D.Independent(D.Normal(torch.zeros_like(mu), torch.ones_like(mu)), 1)
    kl = D.kl_divergence(q, p).mean()
    return recon + beta * kl, recon, kl


def code(model, x):
    return model.encode(x)[0] if isinstance(model, VAE) else model.encode(x)


@torch.no_grad()
def sample(model, n):
    prior = D.Normal(0.0, 1.0)
    return model.decode(prior.sample((n, model.latent_dim)))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = code(model, x_start), code(model, x_end)
    return torch.stack([model.decode((1 - t) * a + t * b)[0] for t in torch.linspace(0, 1, steps)])


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    image = torch.zeros(n, 28, n, 28)
    for i in range(n):
        for j in range(n):
            image[i, :, j, :] = model.decode(torch.stack([xs[j], -xs[i]]).view(1, 2))[0, 0]
    return image.view(n * 28, n * 28)
