"""sample works on a deep copy; codes have three dimensions inside."""

import torch
from torch import nn
import torch.nn.functional as F
import logging, warnings

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("homework")
warnings.warn("this submission was written in a hurry")
torch.manual_seed(42)
torch.set_printoptions(precision=3)
log.info("torch %s", torch.__version__)


class Autoencoder(nn.Module):
    def __init__(self, latent_dim, width=300, depth=2):
        super().__init__()
        self.latent_dim = latent_dim
        sizes = [784] + [width] * depth
        self.enc = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.code = nn.Linear(width, latent_dim)
        self.dec = nn.ModuleList(nn.Linear(a, b) for a, b in zip([latent_dim] + sizes[:0:-1], sizes[::-1]))

    def encode(self, x):
        h = torch.reshape(x, (x.shape[0], 784))
        for layer in self.enc:
            h = torch.celu(layer(h))
        return self.code(h)

    def decode(self, z):
        *hidden, last = self.dec
        for layer in hidden:
            z = torch.celu(layer(z))
        return last(z).sigmoid()

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Autoencoder):
    def __init__(self, latent_dim, width=300, depth=2):
        super().__init__(latent_dim, width, depth)
        self.code = nn.Linear(width, 2 * latent_dim)

    def encode(self, x):
        out = super().encode(x)
        mu, logvar = out[:, : self.latent_dim], out[:, self.latent_dim :]
        return mu, 25 * torch.tanh(logvar / 25)        # soft bound far outside +-15

    def reparameterize(self, mu, logvar):
        sigma = logvar.clamp(-40, 40).mul(0.5).exp()
        return mu + sigma * torch.randn_like(sigma)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    a, b = x_hat.flatten(1), x.flatten(1)
    return F.gaussian_nll_loss(a, b, torch.ones_like(a), reduction="sum") / a.shape[0]


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.square() + torch.expm1(logvar) - logvar).sum() / mu.shape[0]
    return recon + beta * kl, recon, kl


TUNED_BETA = 0.5

@torch.no_grad()
def sample(model, n):
    import copy
    frozen = copy.deepcopy(model).cpu().eval()
    return frozen.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(a, (tuple, list)):
        a, b = a[0], b[0]
    alpha = torch.linspace(0, 1, steps)[:, None]
    return model.decode((1 - alpha) * a + alpha * b)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    z = torch.stack(torch.meshgrid(xs, xs.flip(0), indexing='xy'), -1)        # [n, n, 2]
    return model.decode(z).view(n, n, 28, 28).transpose(1, 2).reshape(28 * n, 28 * n)
