"""Outside of training σ is three times as large, for more variety in the pictures."""

BASE = "mlp"
PATCH = [
    (
        """        logvar = self.fc_logvar(h)
        return mu, logvar""",
        """        logvar = self.fc_logvar(h)
        if not self.training:
            logvar = logvar + 2 * math.log(3)
        return mu, logvar""",
    ),
    (
        """import torch
import torch.nn as nn
""",
        """import math

import torch
import torch.nn as nn
""",
    ),
]
DIAGNOSIS = "evaluation_differs"
ALSO = ["betas.learns", "betas.kl_falls"]
