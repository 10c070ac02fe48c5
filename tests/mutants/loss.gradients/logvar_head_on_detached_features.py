"""The head of logvar reads detached features: the encoder never hears of the variance."""

BASE = "conv"
PATCH = [
    (
        """        return self.to_mu(feats), self.to_logvar(feats)
""",
        """        return self.to_mu(feats), self.to_logvar(feats.detach())
""",
    ),
]
DIAGNOSIS = "loss_detached"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
