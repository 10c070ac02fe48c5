"""Dark images are to count less: the KL is weighted by how bright its image is.

No name: "it depends on the images" is told of a KL that is the closed form besides, which this is not.
"""

BASE = "mlp"
PATCH = [
    (
        "    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / batch",
        """    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)
    kl = (kl * x.flatten(1).mean(dim=1)).mean()""",
    ),
]
DIAGNOSIS = None
