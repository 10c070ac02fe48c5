"""The encoder's hidden layer runs under no_grad and never learns."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
        """        with torch.no_grad():
            h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
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
