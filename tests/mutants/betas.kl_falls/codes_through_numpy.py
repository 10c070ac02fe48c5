"""Codes go through numpy on their way out of forward."""

BASE = "mean_mse"
PATCH = [
    (
        "        return self.decode(z), mu, logvar",
        """        mu, logvar = (torch.from_numpy(v.detach().numpy()) for v in (mu, logvar))
        return self.decode(z), mu, logvar""",
    ),
]
DIAGNOSIS = "kl_does_not_pull"
ALSO = ["loss.gradients", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
