from torch import nn
from .layers import Encoder, Decoder
class Autoencoder(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encode = Encoder(latent_dim)     # submodules ARE encode and decode
        self.decode = Decoder(latent_dim)
    def forward(self, x):
        return self.decode(self.encode(x))
