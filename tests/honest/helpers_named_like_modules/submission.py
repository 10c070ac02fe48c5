"""Helper files with the names of modules of the grader."""

from data import *
from judge import *
from worker import latent_grid
from harness import interpolate, sample
from observe import ae_loss, vae_loss
TUNED_BETA = 1.0
print("loaded", __name__, "\u2713")
