"""Dropout of 0.998 in the decoder's hidden layer."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
""",
        """        h = F.dropout(F.relu(self.fc3(z)), p=0.998, training=self.training)
""",
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
]
