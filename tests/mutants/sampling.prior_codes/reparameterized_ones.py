"""reparameterize(zeros, ones) has standard deviation exp(1/2), not 1."""

BASE = "mlp"
PATCH = [
    (
        """        z = torch.randn(n, model.latent_dim)
""",
        """        zeros = torch.zeros(n, model.latent_dim)
        z = zeros + torch.exp(0.5 * torch.ones_like(zeros)) * torch.randn_like(zeros)
""",
    ),
]
DIAGNOSIS = "prior_wrong_scale"
ALSO = ["sampling.images"]
