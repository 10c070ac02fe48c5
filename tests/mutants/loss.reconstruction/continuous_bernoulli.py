"""The continuous Bernoulli's likelihood in place of the cross-entropy."""

BASE = "mlp"
PATCH = [
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = -torch.distributions.ContinuousBernoulli(probs=x_hat).log_prob(x).sum() / batch
""",
    ),
]
DIAGNOSIS = "recon_continuous_bernoulli"
ALSO = ['loss.gradients', 'betas.learns', 'betas.tuned']
