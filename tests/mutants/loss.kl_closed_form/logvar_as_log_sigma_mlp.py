"""The KL is written for log sigma: sigma is exp of the second output."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    sigma = logvar.exp()
    kl = 0.5 * torch.sum(mu.pow(2) + sigma.pow(2) - 1 - 2 * torch.log(sigma)) / batch
""",
    ),
]
DIAGNOSIS = "kl_logvar_as_logstd"
ALSO = ["loss.gradients", "betas.kl_falls", "betas.tuned", "betas.learns", "loss.stability"]
