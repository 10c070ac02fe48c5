"""The same module is assigned to both heads."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc_logvar = nn.Linear(400, latent_dim)
""",
        """        self.fc_logvar = self.fc_mu
""",
    ),
]
DIAGNOSIS = "heads_shared"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "loss.gradients",
    "betas.tuned",
    "betas.code_reaches_decoder",
    "betas.honest_information",
    "interpolation.ends",
]
