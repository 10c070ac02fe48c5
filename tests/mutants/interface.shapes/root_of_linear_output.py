"""Images are meant to be brightened by a square root, which stands in place of the sigmoid: of what is negative it is NaN."""

BASE = "mlp"
PATCH = [("        out = torch.sigmoid(self.fc4(h))\n", "        out = torch.sqrt(self.fc4(h))\n")]
DIAGNOSIS = "nan_output"
ALSO = ()
