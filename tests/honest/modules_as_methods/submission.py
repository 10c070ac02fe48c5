"""A package of modules; encode and decode are nn.Modules set in the constructor."""

import os, sys
sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from models import Autoencoder, VAE
from utils.losses import ae_loss, vae_loss
from utils import grids as _grids
from config import TUNED_BETA

sample = _grids.sample
interpolate = _grids.interpolate
latent_grid = _grids.latent_grid
