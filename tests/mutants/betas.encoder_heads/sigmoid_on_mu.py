"""A sigmoid after the mu head."""

BASE = "conv"
PATCH = [
    (
        """        return self.to_mu(feats), self.to_logvar(feats)
""",
        """        return torch.sigmoid(self.to_mu(feats)), self.to_logvar(feats)
""",
    ),
]
DIAGNOSIS = "relu_on_mu"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "loss.gradients",
    "betas.tuned",
    "betas.code_reaches_decoder",
    "betas.honest_information",
    "interpolation.ends",
]
