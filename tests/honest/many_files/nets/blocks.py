"""The two halves, used by both models."""

from torch import nn

WIDTH = 320


def trunk():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, WIDTH), nn.LeakyReLU())


def decoder(latent_dim):
    return nn.Sequential(
        nn.Linear(latent_dim, WIDTH),
        nn.LeakyReLU(),
        nn.Linear(WIDTH, 784),
        nn.Sigmoid(),
        nn.Unflatten(1, (1, 28, 28)),
    )
