"""Deutsche Kommentare, Namen und Umlaute."""

import torch
import torch.nn.functional as F
from torch import nn

TUNED_BETA = 1.0

BILDGRÖSSE = 784


class Autoencoder(nn.Module):
    """Einfacher Autoencoder: drückt ein Bild auf wenige Zahlen zusammen und zeichnet es neu."""

    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.schicht1 = nn.Linear(BILDGRÖSSE, 256)
        self.schicht2 = nn.Linear(256, latent_dim)
        self.schicht3 = nn.Linear(latent_dim, 256)
        self.schicht4 = nn.Linear(256, BILDGRÖSSE)

    def encode(self, x):
        """Vom Bild zum Code."""
        größe = x.size(0)
        return self.schicht2(F.relu(self.schicht1(x.reshape(größe, BILDGRÖSSE))))

    def decode(self, z):
        """Vom Code zurück zum Bild; die Sigmoidfunktion hält alles zwischen 0 und 1."""
        return torch.sigmoid(self.schicht4(F.relu(self.schicht3(z)))).reshape(-1, 1, 28, 28)

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Autoencoder):
    """Wie oben, nur mit Mittelwert und Logarithmus der Varianz statt eines einzelnen Codes."""

    def __init__(self, latent_dim):
        super().__init__(latent_dim)
        self.schicht_logvar = nn.Linear(256, latent_dim)

    def encode(self, x):
        h = F.relu(self.schicht1(x.reshape(x.size(0), BILDGRÖSSE)))
        return self.schicht2(h), self.schicht_logvar(h)

    def reparameterize(self, mu, logvar):
        ε = torch.randn_like(mu)
        σ = torch.exp(logvar / 2)
        return mu + σ * ε

    def forward(self, x):
        μ, logvar = self.encode(x)
        return self.decode(self.reparameterize(μ, logvar)), μ, logvar


def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / x.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]
    return recon + beta * kl, recon, kl


def to_code(model, x):
    out = model.encode(x)
    return out[0] if isinstance(out, tuple) else out


def sample(model, n):
    with torch.no_grad():
        z = torch.randn(n, model.latent_dim)
        return model.decode(z)


def interpolate(model, x_start, x_end, steps):
    images = []
    with torch.no_grad():
        z_start = to_code(model, x_start)
        z_end = to_code(model, x_end)
        for alpha in torch.linspace(0, 1, steps):
            images.append(model.decode((1 - alpha) * z_start + alpha * z_end))
    return torch.cat(images, dim=0)


def latent_grid(model, n=21, extent=4.0):
    canvas = torch.zeros(n * 28, n * 28)
    xs = torch.linspace(-extent, extent, n)
    ys = torch.linspace(extent, -extent, n)
    with torch.no_grad():
        for i in range(n):
            for j in range(n):
                z = torch.tensor([[xs[j], ys[i]]])
                canvas[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = model.decode(z).view(28, 28)
    return canvas
