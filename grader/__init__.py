"""A reproducible grading harness for autoencoder and VAE homework."""

__version__ = "1.0.0"
