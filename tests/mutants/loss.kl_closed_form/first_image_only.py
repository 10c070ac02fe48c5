"""An index that was meant for the latents takes the first image of the batch."""

BASE = "conv_batchnorm"
PATCH = [
    (
        "    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(dim=1).mean()",
        "    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(dim=1)[0]",
    ),
]
DIAGNOSIS = "kl_one_image_only"
