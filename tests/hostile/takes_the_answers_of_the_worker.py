"""Looks for answers where its process was made: in the worker, in every module, in everything that the collector knows."""

BASE = "mlp"
APPEND = """
import gc
import sys
import types

ANSWERS = {"canonical_kl", "canonical_recon", "canonical_reparameterize", "kl", "recon", "closed_form", "expected"}
own = set(map(id, globals().values()))


def sample(model, n):
    print("attack begins")
    import worker

    if ANSWERS & set(vars(worker)) or "repairs" in sys.modules:
        print("attack worked")
    for thing in gc.get_objects():
        function = isinstance(thing, types.FunctionType) and id(thing) not in own
        if function and thing.__name__ in ANSWERS and not (thing.__module__ or "").startswith(("torch", "scipy", "numpy")):
            print("attack worked")
    return model.decode(torch.randn(n, 2))
"""
EXPECT = {
    "contained_by": "nothing that is an answer is there",
    "must_not": "find a loss that somebody else has written",
    "ends": "answers",
}
