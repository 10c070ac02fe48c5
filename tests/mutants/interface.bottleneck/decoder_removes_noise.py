"""decode takes the noise out again while training, so the KL says less than the code carries."""

BASE = "mlp"
PATCH = [
    (
        """        return mu + eps * std
""",
        """        self.last = (mu + eps * std, mu)
        return self.last[0]
""",
    ),
    (
        """        h = F.relu(self.fc3(z))
""",
        """        last = getattr(self, "last", None)
        if last is not None and last[0] is z:
            z = last[1]
        h = F.relu(self.fc3(z))
""",
    ),
]
DIAGNOSIS = "bottleneck_bypassed"
ALSO = [
    "betas.trains_on_samples",
    "reparameterization.forward",
    "interface.state",
    "betas.kl_falls",
    "betas.learns",
    "interface.batch_independence",
    "betas.code_reaches_decoder",
    "sampling.images",
    "sampling.latent_grid",
    "interpolation.path",
    "interpolation.ends",
    "betas.tuned",
    "reparameterization.gradients",
    "reparameterization.noise",
]
