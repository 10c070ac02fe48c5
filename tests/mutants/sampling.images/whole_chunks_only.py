"""Images are decoded eight at a time, and what is left over is forgotten."""

BASE = "mlp"
PATCH = [
    (
        "        images = model.decode(z)\n",
        "        images = torch.cat([model.decode(z[i : i + 8]) for i in range(0, max(n - 7, 1), 8)])\n",
    )
]
DIAGNOSIS = "sample_count"
ALSO = []
