"""forward returns mu and logvar detached, "for the loss only": the KL is right and pulls on nothing."""

BASE = "mlp"
PATCH = [
    (
        """        return x_hat, mu, logvar


def ae_loss""",
        """        return x_hat, mu.detach(), logvar.detach()


def ae_loss""",
    ),
]
DIAGNOSIS = "kl_does_not_pull"
ALSO = ["loss.gradients", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
