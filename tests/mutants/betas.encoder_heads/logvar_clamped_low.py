"""logvar is clamped to at most -4, so the noise never covers the prior."""

BASE = "conv"
PATCH = [
    (
        "self.to_logvar(feats)",
        "self.to_logvar(feats).clamp(max=-4)",
    ),
]
DIAGNOSIS = "relu_on_logvar"
ALSO = [
    "betas.learns",
    "betas.honest_information",
    "betas.tuned",
    "interpolation.smoothness",
    "loss.gradients",
    "betas.code_reaches_decoder",
]
