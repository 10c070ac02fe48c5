"""σ is exp(2 · logvar): the half is on the wrong side."""

BASE = "deep_elu"
PATCH = [
    (
        "        std = torch.exp(0.5 * logvar)",
        "        std = torch.exp(logvar / 0.5)",
    ),
]
DIAGNOSIS = "sigma_is_logstd"
