"""Codes are halved outside of training, as old dropout did with activations."""

BASE = "mlp"
PATCH = [
    (
        """        logvar = self.fc_logvar(h)
        return mu, logvar
""",
        """        logvar = self.fc_logvar(h)
        if not self.training:
            mu = 0.5 * mu
        return mu, logvar
""",
    ),
]
DIAGNOSIS = "evaluation_differs"
ALSO = ["betas.learns", "betas.kl_falls", "betas.tuned", "interpolation.smoothness"]
