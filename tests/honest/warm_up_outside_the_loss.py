"""The weight of the KL warms up in the training loop, outside the loss; a page of samples is pasted with gaps by make_grid."""

import torch
import torch.nn as nn
import torch.nn.functional as F

TUNED_BETA = 1.0


class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 400),
            nn.ReLU(),
            nn.Linear(400, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 400),
            nn.ReLU(),
            nn.Linear(400, 784),
            nn.Sigmoid(),
        )

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z).reshape(z.shape[0], 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.fc1 = nn.Linear(784, 400)
        self.fc_mu = nn.Linear(400, latent_dim)
        self.fc_logvar = nn.Linear(400, latent_dim)
        self.fc3 = nn.Linear(latent_dim, 400)
        self.fc4 = nn.Linear(400, 784)

    def encode(self, x):
        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu = self.fc_mu(h)
        logvar = self.fc_logvar(h)
        return mu, logvar

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, z):
        h = F.relu(self.fc3(z))
        out = torch.sigmoid(self.fc4(h))
        return out.reshape(-1, 1, 28, 28)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        x_hat = self.decode(z)
        return x_hat, mu, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    batch = x.shape[0]
    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
    total = recon + beta * kl
    return total, recon, kl


def encode_point(model, x):
    code = model.encode(x)
    if isinstance(code, tuple):
        code = code[0]
    return code


def sample(model, n):
    with torch.no_grad():
        z = torch.randn(n, model.latent_dim)
        images = model.decode(z)
    return images


def interpolate(model, x_start, x_end, steps):
    with torch.no_grad():
        z_start = encode_point(model, x_start)
        z_end = encode_point(model, x_end)
        frames = []
        for alpha in torch.linspace(0, 1, steps):
            z = (1 - alpha) * z_start + alpha * z_end
            frames.append(model.decode(z))
    return torch.cat(frames)


def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
    image = torch.zeros(n * 28, n * 28)
    with torch.no_grad():
        for i in range(n):
            for j in range(n):
                z = torch.stack([xs[j], ys[i]]).reshape(1, 2)
                tile = model.decode(z).reshape(28, 28)
                image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
    return image


def beta_at(step, warm_up=1000):
    return min(1.0, step / warm_up)


def page(model, path="samples.png"):
    from torchvision.utils import make_grid, save_image

    save_image(make_grid(sample(model, 64), nrow=8, padding=2, normalize=True), path)


def train(model, batches, epochs=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    step = 0
    for _ in range(epochs):
        for x in batches:
            total, _, _ = vae_loss(*_arguments(model, x), beta=beta_at(step))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            step += 1


def _arguments(model, x):
    x_hat, mu, logvar = model(x)
    return x_hat, x, mu, logvar
