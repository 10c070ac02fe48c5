"""Half of the autoencoder's code is detached inside decode."""

BASE = "mlp"
PATCH = [
    (
        """        return self.decoder(z).reshape""",
        """        return self.decoder(z / 2 + z.detach() / 2).reshape""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
