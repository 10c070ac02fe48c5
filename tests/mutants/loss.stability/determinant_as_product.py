"""The log-determinant is taken after multiplying all variances, which overflows."""

BASE = "sum_sse"
PATCH = [
    (
        """    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
""",
        """    variance = logvar.exp()
    log_det = torch.log(variance.prod(dim=1))
    kl = 0.5 * torch.sum((mu**2 + variance).sum(dim=1) - mu.shape[1] - log_det)
""",
    ),
]
DIAGNOSIS = "large_logvar_overflow"
ALSO = ["loss.gradients"]
