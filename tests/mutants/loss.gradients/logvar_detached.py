"""logvar is detached from its head, so nothing trains it."""

BASE = "mlp"
PATCH = [
    (
        """        logvar = self.fc_logvar(h)
""",
        """        logvar = self.fc_logvar(h).detach()
""",
    ),
]
DIAGNOSIS = "loss_detached"
