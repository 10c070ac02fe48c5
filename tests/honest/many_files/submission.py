"""Only imports: models, losses and pictures are in files and a package of their own."""

from losses import ae_loss, vae_loss
from models import VAE, Autoencoder
from viz import interpolate, latent_grid, sample

TUNED_BETA = 1.0

__all__ = [
    "TUNED_BETA",
    "VAE",
    "Autoencoder",
    "ae_loss",
    "interpolate",
    "latent_grid",
    "sample",
    "vae_loss",
]
