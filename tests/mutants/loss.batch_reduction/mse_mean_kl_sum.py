"""nn.MSELoss averages over everything, the KL is summed over everything."""

BASE = "mean_mse"
PATCH = [
    (
        """    kl = torch.mean(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)))
""",
        """    kl = torch.sum(-0.5 * (1 + logvar - mu**2 - torch.exp(logvar)))
""",
    ),
]
DIAGNOSIS = "batch_sum_and_mean_mixed"
ALSO = [
    "loss.kl_closed_form",
    "loss.reconstruction",
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
]
