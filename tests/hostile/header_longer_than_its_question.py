"""Tells 60 kB of text where a few words were asked for."""

BASE = "mlp"
APPEND = """
import worker

print("attack begins")
honest = worker.answer


def answer(session, header, tensors):
    info, out = honest(session, header, tensors)
    return info | ({"form": "x" * 60_000} if "form" in info else {}), out


worker.answer = answer
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "take the grader's memory",
    "ends": "refused",
}
