"""Codes of random images through the encoder in place of the prior."""

BASE = "mlp"
PATCH = [
    (
        """        z = torch.randn(n, model.latent_dim)
""",
        """        z = encode_point(model, torch.rand(n, 1, 28, 28))
""",
    ),
]
DIAGNOSIS = "samples_from_data"
ALSO = ["sampling.images"]
