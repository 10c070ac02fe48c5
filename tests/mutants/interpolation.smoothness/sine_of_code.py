"""The decoder sees fast sines of the code only, so that nearby codes give unrelated images."""

BASE = "mlp"
PATCH = [
    (
        "F.relu(self.fc3(z))",
        "F.relu(self.fc3(torch.sin(40 * z)))",
    ),
]
DIAGNOSIS = None
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
    "betas.honest_information",
    "betas.code_reaches_decoder",
    "betas.encoder_heads",
    "loss.gradients",
]
