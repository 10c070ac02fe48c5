"""A bracket is never closed."""

BASE = "mlp"
PATCH = [
    (
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch
""",
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp() / batch
""",
    ),
]
DIAGNOSIS = "syntax_error"
SYNTAX_ERROR = True
