"""A fresh linear layer is made at every call of decode."""

BASE = "mlp"
PATCH = [
    (
        "F.relu(self.fc3(z))",
        "F.relu(nn.Linear(z.shape[1], 400)(z))",
    ),
]
DIAGNOSIS = "random_in_eval_mode"
ALSO = [
    "betas.learns",
    "interface.bottleneck",
    "interface.batch_independence",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.ends",
    "interpolation.path",
    "reparameterization.forward",
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "interpolation.smoothness",
    "reparameterization.noise",
]
