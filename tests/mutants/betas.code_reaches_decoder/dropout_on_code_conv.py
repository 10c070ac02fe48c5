"""A dropout layer is the first layer of the decoder."""

BASE = "conv"
PATCH = [
    (
        """    return nn.Sequential(
        nn.Linear(latent_dim, 16 * 7 * 7),""",
        """    return nn.Sequential(
        nn.Dropout(0.3),
        nn.Linear(latent_dim, 16 * 7 * 7),""",
    ),
]
DIAGNOSIS = "dropout_on_code"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.honest_information",
    "betas.tuned",
    "loss.gradients",
    "interface.state",
    "interface.bottleneck",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.path",
    "interpolation.ends",
    "reparameterization.forward",
    "interface.range",
    "interface.batch_independence",
    "interpolation.smoothness",
]
