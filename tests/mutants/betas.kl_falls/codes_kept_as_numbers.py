"""Codes are kept for a plot, without gradient, and what is kept is returned."""

BASE = "residual_prenorm"
PATCH = [
    (
        "        return self.decode(z), mu, logvar",
        """        self.last = mu.data, logvar.data
        return self.decode(z), *self.last""",
    ),
]
DIAGNOSIS = "kl_does_not_pull"
ALSO = ["loss.gradients", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
