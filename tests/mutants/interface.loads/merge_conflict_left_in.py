"""Markers of a merge conflict are still in the file."""

BASE = "conv"
PATCH = [
    (
        """    kl = kl_each.sum(dim=1).mean()
""",
        """<<<<<<< HEAD
    kl = kl_each.sum(dim=1).mean()
=======
    kl = kl_each.mean()
>>>>>>> partner
""",
    ),
]
DIAGNOSIS = "syntax_error"
SYNTAX_ERROR = True
