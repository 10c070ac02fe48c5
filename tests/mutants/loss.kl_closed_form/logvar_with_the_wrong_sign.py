"""logvar is subtracted where it is added."""

BASE = "residual_prenorm"
PATCH = [
    (
        "    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]",
        "    kl = -0.5 * torch.sum(1 - logvar - mu**2 - logvar.exp()) / x.shape[0]",
    ),
]
DIAGNOSIS = "kl_term_sign"
