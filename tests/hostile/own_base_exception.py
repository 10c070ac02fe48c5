"""Raises an exception that is no Exception and whose text cannot be made."""

BASE = "mlp"
APPEND = """
def sample(model, n):
    class Unprintable(BaseException):
        def __str__(self):
            raise SystemExit(0)

        __repr__ = __str__

    print("attack begins")
    raise Unprintable
"""
EXPECT = {
    "contained_by": "worker",
    "must_not": "count as an answer, or end the grading of others",
    "ends": "died",
}
