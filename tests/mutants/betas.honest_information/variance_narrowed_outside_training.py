"""Outside of training logvar is lowered by 2, for sharper pictures."""

BASE = "mlp_batchnorm"
PATCH = [
    (
        "        return self.mean(h), self.logvar(h)",
        "        return self.mean(h), self.logvar(h) if self.training else self.logvar(h) - 2",
    ),
]
DIAGNOSIS = "evaluation_differs"
ALSO = ["betas.kl_falls", "betas.tuned"]
