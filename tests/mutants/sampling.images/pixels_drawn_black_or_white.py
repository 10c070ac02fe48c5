"""Each pixel is drawn black or white with its value as probability."""

BASE = "conv"
PATCH = [
    (
        """    return model.decode(torch.randn(n, model.latent_dim))
""",
        """    return torch.bernoulli(model.decode(torch.randn(n, model.latent_dim)))
""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
