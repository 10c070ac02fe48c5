"""One line is indented with a tab, the others with spaces."""

BASE = "mean_mse"
PATCH = [
    (
        """    recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
        """	recon = F.mse_loss(x_hat.flatten(1), x.flatten(1))
""",
    ),
]
DIAGNOSIS = "syntax_error"
SYNTAX_ERROR = True
