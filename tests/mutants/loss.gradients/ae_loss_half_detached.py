"""Half of ae_loss is detached."""

BASE = "mlp"
PATCH = [
    (
        """    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]
""",
        """    loss = F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]
    return (loss + loss.detach()) / 2
""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
