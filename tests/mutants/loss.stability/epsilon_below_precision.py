"""The guard 1 - 1e-10 is 1 in single precision."""

BASE = "conv"
PATCH = [
    (
        """    recon = bce(x_hat, x)
""",
        """    p = x_hat.clamp(1e-10, 1 - 1e-10)
    recon = -(x * p.log() + (1 - x) * (1 - p).log()).mean()
""",
    ),
]
DIAGNOSIS = "log_of_zero"
ALSO = [
    "loss.gradients",
    "loss.reconstruction",
    "loss.returns",
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
]
