"""Lets callbacks of the garbage collector and finalizers raise while the worker writes its answer."""

BASE = "mlp"
APPEND = """
import gc
import weakref

print("attack begins")


def object_to(phase, info):
    raise SystemExit(0)


class Bomb:
    def __del__(self):
        raise KeyboardInterrupt


gc.callbacks.append(object_to)
gc.set_threshold(1, 1, 1)
weakref.finalize(Bomb(), exit)
"""
EXPECT = {
    "contained_by": "host, wire",
    "must_not": "be taken for an answer",
    "ends": "answers|error|died",
}
