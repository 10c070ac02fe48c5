import torch
from torch import nn
from .layers import Encoder, Decoder
class TwoHeads(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.net = Encoder(2 * d)
    def forward(self, x):
        return self.net(x).chunk(2, 1)
class Reparameterize(nn.Module):
    def forward(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn_like(logvar)
class VAE(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encode = TwoHeads(latent_dim)
        self.reparameterize = Reparameterize()
        self.decode = Decoder(latent_dim)
    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar
