"""Has itself interrupted as often as the kernel can while it works and answers."""

BASE = "mlp"
APPEND = """
import signal

hits = []


def sample(model, n):
    print("attack begins")
    for number, timer in ((signal.SIGALRM, signal.ITIMER_REAL), (signal.SIGPROF, signal.ITIMER_PROF)):
        signal.signal(number, lambda *a: hits.append(1))
        signal.setitimer(timer, 1e-6, 1e-6)
    return model.decode(torch.randn(n, 2))
"""
EXPECT = {
    "contained_by": "host",
    "must_not": "hide from the clock what it uses",
    "ends": "answers|timeout|error|refused|died",
}
