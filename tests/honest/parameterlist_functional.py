"""Everything functional: the classes own raw weights only."""
import math

import torch as t
import torch.nn.functional as F
from torch.nn import Module, Parameter, ParameterList

PIX = 784
TUNED_BETA = 0.02


def _weights(sizes):
    out = ParameterList()
    for i, o in zip(sizes[:-1], sizes[1:]):
        out.append(Parameter(t.randn(o, i) * math.sqrt(2.0 / i) * 0.7))
        out.append(Parameter(t.zeros(o)))
    return out


def _run(h, ws):
    n = len(ws) // 2
    for k in range(n):
        h = F.linear(h, ws[2 * k], ws[2 * k + 1])
        if k < n - 1:
            h = F.mish(h)
    return h


class Autoencoder(Module):
    def __init__(self, latent_dim: int, hidden: int = 256):
        super().__init__()
        self.latent_dim = latent_dim
        self.w_in = _weights([PIX, hidden, latent_dim])
        self.w_out = _weights([latent_dim, hidden, PIX])

    def encode(self, x):
        return _run(t.flatten(x, 1), self.w_in)

    def decode(self, z):
        return t.sigmoid(_run(z, self.w_out))

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(Module):
    def __init__(self, latent_dim: int, hidden: int = 256):
        super().__init__()
        self.latent_dim = latent_dim
        self.trunk = _weights([PIX, hidden])
        self.head_mu = _weights([hidden, latent_dim])
        self.head_lv = _weights([hidden, latent_dim])
        self.w_out = _weights([latent_dim, hidden, PIX])

    def encode(self, x):
        h = F.mish(_run(x.reshape(len(x), -1), self.trunk))
        return _run(h, self.head_mu), _run(h, self.head_lv)

    def reparameterize(self, mu, logvar):
        return t.addcmul(mu, t.randn_like(mu), (logvar / 2).exp())

    def decode(self, z):
        return t.sigmoid(_run(z, self.w_out))

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def ae_loss(x_hat, x):
    return F.mse_loss(x_hat.flatten(1), x.flatten(1))


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
    kl = 0.5 * (mu.square() + logvar.exp() - 1.0 - logvar).mean()
    return {"total": recon + beta * kl, "recon": recon, "kl": kl}


@t.no_grad()
def sample(model, n):
    return model.decode(t.empty(n, model.latent_dim).normal_())


@t.no_grad()
def interpolate(model, x_start, x_end, steps):
    codes = model.encode(t.cat([x_start, x_end]))
    codes = codes[0] if isinstance(model, VAE) else codes
    frames = [t.lerp(codes[:1], codes[1:], k / (steps - 1)) for k in range(steps)]
    return t.cat([model.decode(z) for z in frames])


@t.no_grad()
def latent_grid(model, n=21, extent=4.0):
    canvas = t.zeros(n * 28, n * 28)
    axis = t.linspace(-extent, extent, n)
    for i in range(n):
        for j in range(n):
            z = t.tensor([[axis[j], -axis[i]]])
            canvas[i * 28:(i + 1) * 28, j * 28:(j + 1) * 28] = model.decode(z).view(28, 28)
    return canvas
