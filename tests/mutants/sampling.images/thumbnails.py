"""Samples are halved in size for the page."""

BASE = "l1_sum"
PATCH = [
    (
        """    return model.decode(torch.randn(n, model.latent_dim))
""",
        """    return torch.nn.functional.avg_pool2d(model.decode(torch.randn(n, model.latent_dim)), 2)
""",
    ),
]
DIAGNOSIS = "wrong_image_shape"
