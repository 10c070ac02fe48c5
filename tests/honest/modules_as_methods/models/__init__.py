from .ae import Autoencoder
from .vae import VAE
__all__ = ["Autoencoder", "VAE"]
