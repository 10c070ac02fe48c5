"""Patches the worker's send, so that each answer arrives twice and the second waits for the next question."""

BASE = "mlp"
APPEND = """
import worker

print("attack begins")
honest = worker.wire.send


def send(sock, header, arrays=None, **more):
    honest(sock, header, arrays, **more)
    honest(sock, header, arrays, **more)


worker.wire.send = send
"""
EXPECT = {
    "contained_by": "wire",
    "must_not": "answer a question that was not asked",
    "ends": "refused",
}
