"""The variance is computed in half precision."""

BASE = "mean_mse"
PATCH = [
    (
        """    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)))
""",
        """    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar.half()).float()))
""",
    ),
]
DIAGNOSIS = "large_logvar_overflow"
ALSO = ["loss.kl_closed_form", "loss.gradients"]
