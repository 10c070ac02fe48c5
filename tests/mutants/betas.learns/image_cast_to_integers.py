"""The image is cast to integers, and everything below 1 becomes 0."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
        """        x = x.long().float()
        h = F.relu(self.fc1(x.reshape(x.shape[0], 784)))
        mu""",
    ),
]
DIAGNOSIS = "not_learning"
ALSO = [
    "betas.kl_falls",
    "betas.tuned",
    "betas.code_reaches_decoder",
    "betas.encoder_heads",
    "loss.gradients",
    "betas.honest_information",
    "interface.range",
    "interface.bottleneck",
    "interpolation.smoothness",
    "interpolation.ends",
]
