"""The reconstruction loss keeps one value per pixel."""

BASE = "conv"
PATCH = [
    (
        "bce = nn.BCELoss()",
        'bce = nn.BCELoss(reduction="none")',
    ),
]
DIAGNOSIS = "loss_not_reduced"
ALSO = ["loss.reconstruction", "loss.ae_reconstruction"]
