"""Means only where the model is in eval mode, which it is not made to be."""

BASE = "conv"
PATCH = [
    (
        """    model.eval()
    a = model.encode(x_start)
    b = model.encode(x_end)
    if isinstance(model, VAE):
        a, b = a[0], b[0]
""",
        """    a = model.encode(x_start)
    b = model.encode(x_end)
    if isinstance(model, VAE):
        a, b = (model.reparameterize(*c) if model.training else c[0] for c in (a, b))
""",
    ),
]
DIAGNOSIS = "interpolates_samples"
ALSO = ["interpolation.path"]
