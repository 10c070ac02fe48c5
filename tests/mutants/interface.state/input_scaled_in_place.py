"""The autoencoder scales the caller's images to [-1, 1] in place."""

BASE = "sum_sse"
PATCH = [
    (
        "        return self.down(x.flatten(start_dim=1))",
        "        return self.down(x.mul_(2).sub_(1).flatten(start_dim=1))",
    ),
]
DIAGNOSIS = "input_changed_in_place"
ALSO = ["betas.learns", "interpolation.ends"]
