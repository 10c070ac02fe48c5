"""encode keeps the images and decode mixes them in."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu = self.fc_mu(h)
        logvar = self.fc_logvar(h)
        return mu, logvar
""",
        """        self.last_x = x
        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu = self.fc_mu(h)
        logvar = self.fc_logvar(h)
        return mu, logvar
""",
    ),
    (
        """        return out.reshape(-1, 1, 28, 28)
""",
        """        out = out.reshape(-1, 1, 28, 28)
        last_x = getattr(self, "last_x", None)
        if last_x is not None and last_x.shape == out.shape:
            out = 0.5 * out + 0.5 * last_x.reshape(out.shape)
        return out
""",
    ),
]
DIAGNOSIS = "bottleneck_bypassed"
ALSO = [
    "interface.state",
    "interface.batch_independence",
    "betas.code_reaches_decoder",
    "sampling.images",
    "interpolation.ends",
    "interpolation.path",
    "betas.honest_information",
    "betas.kl_falls",
    "betas.learns",
    "reparameterization.forward",
    "interface.range",
    "betas.tuned",
]
