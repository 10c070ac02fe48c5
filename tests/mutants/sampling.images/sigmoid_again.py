"""sample applies another sigmoid."""

BASE = "conv"
PATCH = [
    (
        """    return model.decode(torch.randn(n, model.latent_dim))
""",
        """    return torch.sigmoid(model.decode(torch.randn(n, model.latent_dim)))
""",
    ),
]
DIAGNOSIS = "images_changed_after_decoding"
ALSO = ["sampling.prior_codes"]
