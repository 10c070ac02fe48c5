"""The data set is opened at import, from a folder on the student's machine."""

BASE = "mlp"
PATCH = [
    (
        """TUNED_BETA = 1.0
""",
        """TUNED_BETA = 1.0

with open("data/MNIST/raw/train-images-idx3-ubyte", "rb") as file:
    train_images = torch.frombuffer(bytearray(file.read()[16:]), dtype=torch.uint8)
train_images = train_images.reshape(-1, 1, 28, 28) / 255
""",
    ),
]
DIAGNOSIS = "data_at_import"
