"""Takes three gigabytes in pieces and catches every MemoryError."""

BASE = "mlp"
APPEND = """
def decode(self, z):
    print("attack begins")
    pieces = []
    for _ in range(3 << 10):
        try:
            pieces.append(b"x" * (1 << 20))
        except MemoryError:
            continue
    if len(pieces) == 3 << 10:
        print("attack worked")
    raise RuntimeError("enough")


Autoencoder.decode = decode
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's memory",
    "ends": "error",
}
