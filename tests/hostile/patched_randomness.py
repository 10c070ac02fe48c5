"""Makes seeding do nothing and noise be zero."""

BASE = "mlp"
APPEND = """
print("attack begins")
torch.manual_seed = lambda seed: torch.default_generator
torch.randn_like = lambda x, **k: torch.zeros_like(x)
torch.randn = torch.zeros
"""
EXPECT = {
    "contained_by": "trusted side",
    "must_not": "affect the next worker",
    "ends": "answers",
}
