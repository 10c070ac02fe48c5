"""Answers each question with the first good answer to that operation, under the new nonce."""

BASE = "mlp"
APPEND = """
import worker

print("attack begins")
honest, kept = worker.answer, {}


def answer(session, header, tensors):
    if header["op"] not in kept:
        kept[header["op"]] = honest(session, header, tensors)
    return kept[header["op"]]


worker.answer = answer
"""
EXPECT = {
    "contained_by": "checks",
    "must_not": "pass for an answer to another question",
    "ends": "answers|error|refused",
    "earns": 13,
}
