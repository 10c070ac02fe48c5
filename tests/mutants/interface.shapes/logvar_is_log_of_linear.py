"""The second head is taken as the variance and its logarithm returned, but nothing keeps it positive: half of it is NaN."""

BASE = "mlp"
PATCH = [("        logvar = self.fc_logvar(h)\n", "        logvar = torch.log(self.fc_logvar(h))\n")]
DIAGNOSIS = "nan_output"
ALSO = ()
