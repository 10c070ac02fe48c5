"""Adds arrays and claims to its answers that nobody asked for."""

BASE = "mlp"
APPEND = """
import worker

print("attack begins")
honest = worker.answer


def answer(session, header, tensors):
    info, out = honest(session, header, tensors)
    more = {"passed": True, "score": 80, "repair": {}, "latent_dim": session.models and 20}
    return info | more, out | {"verdict": torch.ones(1)}


worker.answer = answer
"""
EXPECT = {
    "contained_by": "answers",
    "must_not": "be taken for a fault of the grader",
    "ends": "answers|refused",
    "earns": 3,
}
