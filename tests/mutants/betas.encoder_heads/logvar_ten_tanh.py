"""logvar ends in 10 tanh(· / 10)."""

BASE = "mlp"
PATCH = [("        logvar = self.fc_logvar(h)\n", "        logvar = 10 * torch.tanh(self.fc_logvar(h) / 10)\n")]
DIAGNOSIS = "logvar_limited"
ALSO = []
