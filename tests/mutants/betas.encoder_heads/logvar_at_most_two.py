"""encode lets no logvar be larger than 2."""

BASE = "mean_mse"
PATCH = [("self.logvar_layer(hidden)\n", "self.logvar_layer(hidden).clamp(max=2.0)\n")]
DIAGNOSIS = "logvar_limited"
ALSO = []
