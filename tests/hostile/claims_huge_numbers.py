"""Claims integers that no float can hold, and shapes whose product overflows."""

BASE = "mlp"
APPEND = """
import worker

print("attack begins")
honest = worker.answer


def answer(session, header, tensors):
    info, out = honest(session, header, tensors)
    if header["op"] == "load":
        info["names"]["TUNED_BETA"] = {"kind": "int", "value": 10**4000}
        info["backward_calls"] = 10**4000
    if "meta" in info:
        info["meta"] = [[2**40, 2**40], "float32"]
    return info, out


worker.answer = answer
"""
EXPECT = {
    "contained_by": "answers",
    "must_not": "change a figure that the grader computes",
    "ends": "answers",
    "earns": 3,
}
