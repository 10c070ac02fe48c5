"""DCGAN's initial weights and batch norm, and (tanh + 1) / 2 at the end."""

import os, sys, random
import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
import torchvision
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from torch.distributions import Normal, Independent, kl_divergence
from torchvision.utils import make_grid

SEED = 42
random.seed(SEED); np.random.seed(SEED); torch.manual_seed(SEED)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("Using device", device)
TUNED_BETA = np.float64(0.5)

def weights_init(m):
    name = m.__class__.__name__
    if name.find("Conv") != -1:
        nn.init.normal_(m.weight, 0.0, 0.02)
    elif name.find("BatchNorm") != -1:
        nn.init.normal_(m.weight, 1.0, 0.02)
        nn.init.constant_(m.bias, 0)

class Enc(nn.Module):
    def __init__(self, nz_out, ndf=16):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(1, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, ndf*2, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf*2), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf*2, ndf*4, 3, 2, 1, bias=False), nn.BatchNorm2d(ndf*4), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf*4, nz_out, 4, 1, 0))
    def forward(self, x):
        return self.main(x).flatten(1)

class Dec(nn.Module):
    def __init__(self, nz, ngf=16):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf*4, 4, 1, 0, bias=False), nn.BatchNorm2d(ngf*4), nn.ReLU(True),
            nn.ConvTranspose2d(ngf*4, ngf*2, 3, 2, 1, bias=False), nn.BatchNorm2d(ngf*2), nn.ReLU(True),
            nn.ConvTranspose2d(ngf*2, ngf, 4, 2, 1, bias=False), nn.BatchNorm2d(ngf), nn.ReLU(True),
            nn.ConvTranspose2d(ngf, 1, 4, 2, 1, bias=False), nn.Tanh())
    def forward(self, z):
        return (self.main(z[:, :, None, None]) + 1) / 2

class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = Enc(latent_dim); self.dec = Dec(latent_dim)
        self.apply(weights_init)
    def encode(self, x): return self.enc(x)
    def decode(self, z): return self.dec(z)
    def forward(self, x): return self.decode(self.encode(x))

class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.enc = Enc(2*latent_dim); self.dec = Dec(latent_dim)
        self.apply(weights_init)
    def encode(self, x):
        h = self.enc(x)
        return h[:, :self.latent_dim], h[:, self.latent_dim:]
    def reparameterize(self, mu, logvar):
        return Normal(mu, torch.exp(0.5*logvar)).rsample()
    def decode(self, z): return self.dec(z)
    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar

def ae_loss(x_hat, x):
    return 0.5 * ((x_hat - x)**2).view(x.size(0), -1).sum(1).mean()

def vae_loss(x_hat, x, mu, logvar, beta):
    recon = 0.5 * ((x_hat - x)**2).view(x.size(0), -1).sum(1).mean()
    q = Independent(Normal(mu, torch.exp(0.5*logvar)), 1)
    p = Independent(Normal(torch.zeros_like(mu), torch.ones_like(mu)), 1)
    kl = kl_divergence(q, p).mean()
    return recon + beta*kl, recon, kl

def sample(model, n):
    model.eval()
    with torch.no_grad():
        return model.decode(torch.randn(n, model.latent_dim, device=device)).cpu()

def interpolate(model, x_start, x_end, steps):
    model.eval()
    with torch.no_grad():
        z0, z1 = model.encode(x_start.to(device)), model.encode(x_end.to(device))
        if isinstance(model, VAE): z0, z1 = z0[0], z1[0]
        zs = [z0*(1-a) + z1*a for a in np.linspace(0, 1, steps)]
        return model.decode(torch.cat(zs, 0)).cpu()

def latent_grid(model, n=21, extent=4.0):
    model.eval()
    xs = np.linspace(-extent, extent, n); ys = np.linspace(extent, -extent, n)
    with torch.no_grad():
        z = torch.tensor([[x, y] for y in ys for x in xs], dtype=torch.float32, device=device)
        return make_grid(model.decode(z).cpu(), nrow=n, padding=0)[0]

if __name__ == "__main__":
    import argparse
    p = argparse.ArgumentParser(); p.add_argument("--epochs", type=int, default=5)
    args = p.parse_args()
    ds = torchvision.datasets.MNIST("data", download=True, transform=torchvision.transforms.ToTensor())
    fig = plt.figure()
