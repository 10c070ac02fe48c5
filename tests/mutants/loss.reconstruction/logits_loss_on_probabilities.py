"""The loss for logits is given probabilities."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy_with_logits(x_hat, x, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "bce_with_logits_on_probabilities"
ALSO = ["loss.gradients", "betas.learns", "betas.kl_falls", "betas.tuned"]
