"""The second output is taken as σ: its square is the variance, the logarithm of its square the log-variance."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + torch.log(logvar.pow(2) + 1e-10) - mu.pow(2) - logvar.pow(2)) / batch
""",
    ),
]
DIAGNOSIS = "kl_log_of_logvar"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information', 'loss.stability']
