"""An offset of 3 is added to mu and nothing can learn it away at ten times the rate."""

BASE = "sum_sse"
PATCH = [
    (
        """        return self.mu_head(hidden), self.logvar_head(hidden)
""",
        """        return 3 + torch.tanh(self.mu_head(hidden)), self.logvar_head(hidden)
""",
    ),
]
DIAGNOSIS = "relu_on_mu"
ALSO = [
    "betas.learns",
    "betas.honest_information",
    "betas.tuned",
    "interpolation.smoothness",
    "loss.gradients",
    "betas.code_reaches_decoder",
]
