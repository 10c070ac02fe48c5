"""encode moves the images to the GPU."""

BASE = "mlp"
PATCH = [
    (
        "x.reshape(x.shape[0], 784)",
        "x.cuda().reshape(x.shape[0], 784)",
    ),
]
DIAGNOSIS = "cuda_hard_coded"
