import torch
from data import nn, HID
class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__(); self.latent_dim = latent_dim
        self.a = nn.Linear(784, HID); self.b = nn.Linear(HID, latent_dim); self.c = nn.Linear(latent_dim, HID); self.d = nn.Linear(HID, 784)
    def encode(self, x): return self.b(torch.relu(self.a(x.flatten(1))))
    def decode(self, z): return torch.sigmoid(self.d(torch.relu(self.c(z))))
    def forward(self, x): return self.decode(self.encode(x))
class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__(); self.latent_dim = latent_dim
        self.a = nn.Linear(784, HID); self.m = nn.Linear(HID, latent_dim); self.v = nn.Linear(HID, latent_dim); self.c = nn.Linear(latent_dim, HID); self.d = nn.Linear(HID, 784)
    def encode(self, x):
        h = torch.relu(self.a(x.flatten(1))); return self.m(h), self.v(h)
    def decode(self, z): return torch.sigmoid(self.d(torch.relu(self.c(z))))

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar
