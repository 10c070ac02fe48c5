"""The tuple is (recon, kl, total)."""

BASE = "mean_mse"
PATCH = [
    (
        """    return recon + beta * kl, recon, kl
""",
        """    return recon, kl, recon + beta * kl
""",
    ),
]
DIAGNOSIS = "loss_results_order"
ALSO = [
    "loss.kl_closed_form",
    "loss.reconstruction",
    "loss.gradients",
    "loss.batch_reduction",
    "loss.returns",
    "loss.gradients",
    "betas.kl_falls",
    "betas.tuned",
    "betas.learns",
    "betas.honest_information",
]
