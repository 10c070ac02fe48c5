"""For batches of a hundred and more forward decodes a code of which half is detached."""

BASE = "mlp"
PATCH = [
    (
        """        x_hat = self.decode(z)
""",
        """        if len(x) > 100:
            z = (z + z.detach()) / 2
        x_hat = self.decode(z)
""",
    ),
]
DIAGNOSIS = "training_differs"
ALSO = ["betas.learns", "betas.kl_falls", "betas.tuned", "interpolation.smoothness"]
