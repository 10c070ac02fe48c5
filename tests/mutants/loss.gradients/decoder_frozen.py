"""Parameters of the decoder were frozen for an experiment and stayed so."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc4 = nn.Linear(400, 784)
""",
        """        self.fc4 = nn.Linear(400, 784)
        for p in self.fc4.parameters():
            p.requires_grad = False
""",
    ),
]
DIAGNOSIS = "loss_detached"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
    "loss.returns",
    "betas.honest_information",
    "betas.code_reaches_decoder",
]
