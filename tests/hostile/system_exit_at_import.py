"""Raises SystemExit(0) at import."""

BASE = "mlp"
APPEND = """
print("attack begins")
raise SystemExit(0)
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "count as an answer, or end the grading of others",
    "ends": "error",
}
