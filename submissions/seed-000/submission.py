"""Homework: autoencoder and VAE on MNIST.

Run `python submission.py` to train both models and save the figures; importing only defines things.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

IMAGE_SIZE = 28 * 28
HIDDEN = 512

# I tried 0, 10 and 0.001. The reconstruction loss is a mean over pixels, so 0.001 is not as
# small as it looks.
BETAS = [0, 10, 0.001]
TUNED_BETA = 0.001


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Linear(IMAGE_SIZE, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, 256),
            nn.ReLU(),
            nn.Linear(256, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 256),
            nn.ReLU(),
            nn.Linear(256, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, IMAGE_SIZE),
            nn.Sigmoid(),
        )

    def encode(self, x):
        return self.encoder(x.view(x.size(0), -1))

    def decode(self, z):
        return self.decoder(z).view(z.size(0), 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Linear(IMAGE_SIZE, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, 256),
            nn.ReLU(),
        )
        self.mu = nn.Linear(256, latent_dim)
        self.logvar = nn.Linear(256, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 256),
            nn.ReLU(),
            nn.Linear(256, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, IMAGE_SIZE),
            nn.Sigmoid(),
        )

    def encode(self, x):
        h = self.encoder(x.view(x.size(0), -1))
        return self.mu(h), self.logvar(h)

    def reparameterize(self, mu, logvar):
        sigma = torch.exp(0.5 * logvar)
        eps = torch.randn_like(sigma)
        return mu + sigma * eps

    def decode(self, z):
        return self.decoder(z).view(z.size(0), 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.binary_cross_entropy(x_hat, x)  # mean over the pixels and the batch
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - torch.exp(logvar), dim=1)  # one per image
    kl = kl.mean()
    return recon + beta * kl, recon, kl


def sample(model, n):
    with torch.no_grad():
        return model.decode(torch.randn(n, model.latent_dim))


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        if isinstance(model, VAE):
            z_start, _ = model.encode(x_start)
            z_end, _ = model.encode(x_end)
        else:
            z_start = model.encode(x_start)
            z_end = model.encode(x_end)
        images = []
        for t in torch.linspace(0, 1, steps):
            images.append(model.decode((1 - t) * z_start + t * z_end))
        return torch.cat(images, dim=0)


def latent_grid(model, n=21, extent=4.0):
    x = torch.linspace(-extent, extent, n)
    y = torch.linspace(extent, -extent, n)
    picture = torch.zeros(28 * n, 28 * n)
    with torch.no_grad():
        for i in range(n):
            for j in range(n):
                z = torch.tensor([[x[j], y[i]]])
                picture[28 * i : 28 * i + 28, 28 * j : 28 * j + 28] = model.decode(z)[0, 0]
    return picture


def train(model, loader, beta=None, epochs=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = []
    for epoch in range(epochs):
        for x, _ in loader:
            if beta is None:
                loss = ae_loss(model(x), x)
            else:
                x_hat, mu, logvar = model(x)
                loss, recon, kl = vae_loss(x_hat, x, mu, logvar, beta)
                history.append((recon.item(), kl.item()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())
    return history


def main():
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    data = datasets.MNIST("data", train=True, download=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=128, shuffle=True)
    train(Autoencoder(20), loader)
    for beta in BETAS:
        train(VAE(20), loader, beta=beta)


if __name__ == "__main__":
    main()
