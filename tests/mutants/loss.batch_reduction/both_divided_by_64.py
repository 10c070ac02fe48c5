"""Both terms are divided by 64 whatever the batch size is."""

BASE = "mlp"
PATCH = [
    (
        """    batch = x.shape[0]
""",
        """    batch = 64
""",
    ),
]
DIAGNOSIS = "batch_size_in_loss"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
