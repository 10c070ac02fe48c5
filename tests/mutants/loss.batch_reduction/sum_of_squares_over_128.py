"""Half of the squared error and the KL, both divided by 128 whatever the batch size is."""

BASE = "sum_sse"
PATCH = [
    (
        """    return Losses(recon + beta * kl, recon, kl)""",
        """    recon, kl = recon / 128, kl / 128
    return Losses(recon + beta * kl, recon, kl)""",
    ),
]
DIAGNOSIS = "batch_size_in_loss"
ALSO = ['loss.gradients', 'betas.kl_falls', 'betas.tuned', 'betas.learns', 'betas.honest_information']
