"""encode clamps logvar to [-4, 4]."""

BASE = "mlp"
PATCH = [("        logvar = self.fc_logvar(h)\n", "        logvar = self.fc_logvar(h).clamp(-4, 4)\n")]
DIAGNOSIS = "logvar_limited"
ALSO = []
