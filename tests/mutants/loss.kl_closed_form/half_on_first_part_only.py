"""The factor ½ is taken on the first part of the formula only."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = torch.sum(-0.5 * (1 + logvar) + mu.pow(2) + logvar.exp()) / batch
""",
    ),
]
DIAGNOSIS = "kl_half_on_one_part"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
