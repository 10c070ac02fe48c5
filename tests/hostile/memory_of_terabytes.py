"""Asks torch for a tensor of four terabytes."""

BASE = "mlp"
APPEND = """
print("attack begins")
torch.zeros(10**12)
print("attack worked")
"""
EXPECT = {
    "contained_by": "rlimits",
    "must_not": "take the machine's memory",
    "ends": "error",
}
