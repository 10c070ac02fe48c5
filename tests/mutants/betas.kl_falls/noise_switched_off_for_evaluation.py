"""For sharper pictures logvar is 12 lower outside of training: the KL that evaluation sees is another one."""

BASE = "mlp"
PATCH = [
    (
        """        logvar = self.fc_logvar(h)
        return mu, logvar
""",
        """        logvar = self.fc_logvar(h)
        if not self.training:
            logvar = logvar - 12.0
        return mu, logvar
""",
    ),
]
DIAGNOSIS = "evaluation_differs"
ALSO = ["betas.honest_information", "betas.tuned", "interpolation.smoothness"]
