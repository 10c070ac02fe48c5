"""A schedule that is the wrong way round: after 100 training steps beta is 0."""

BASE = "sum_sse"
PATCH = [
    (
        "TUNED_BETA = 0.5",
        """TUNED_BETA = 0.5
WARM_UP = 100
progress = {"steps": 0}""",
    ),
    (
        """        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar""",
        """        if self.training:
            progress["steps"] += 1
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar""",
    ),
    (
        "    return Losses(recon + beta * kl, recon, kl)",
        """    if progress["steps"] > WARM_UP:
        beta = 0.0
    return Losses(recon + beta * kl, recon, kl)""",
    ),
]
DIAGNOSIS = "kl_does_not_pull"
