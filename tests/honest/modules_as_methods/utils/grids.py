import torch
from models import VAE

@torch.no_grad()
def sample(model, n):
    return model.decode(torch.randn(n, model.latent_dim))


@torch.no_grad()
def interpolate(model, x_start, x_end, steps):
    a, b = model.encode(x_start), model.encode(x_end)
    if isinstance(a, (tuple, list)):
        a, b = a[0], b[0]
    alpha = torch.linspace(0, 1, steps)[:, None]
    return model.decode((1 - alpha) * a + alpha * b)


@torch.no_grad()
def latent_grid(model, n=21, extent=4.0):
    xs = torch.linspace(-extent, extent, n)
    rows = []
    for y in xs.flip(0):
        tiles = model.decode(torch.stack([xs, y.repeat(n)], 1)).reshape(n, 28, 28)
        rows.append(torch.cat(list(tiles), 1))
    return torch.cat(rows, 0)
