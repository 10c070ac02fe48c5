"""The autoencoder's loss carries no gradient."""

BASE = "mean_mse"
PATCH = [
    (
        """    return F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """    return F.mse_loss(x_hat.detach().flatten(1), x.flatten(1))
""",
    ),
]
DIAGNOSIS = "loss_detached"
ALSO = ["betas.learns", "loss.gradients", "loss.returns"]
