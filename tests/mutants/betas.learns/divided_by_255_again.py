"""Images that are in [0, 1] already are divided by 255."""

BASE = "mlp"
PATCH = [
    (
        "x.reshape(x.shape[0], 784)",
        "x.reshape(x.shape[0], 784) / 255",
    ),
]
DIAGNOSIS = None
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
