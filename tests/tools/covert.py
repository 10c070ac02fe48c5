"""Measures what could carry something from a room that saw images to one that decodes codes, in bits.

Run from the top of the project: ``python tests/tools/covert.py``. Prints a Markdown table. What outlives a room is
measured between two workers of one sandbox, one after the other; what two submissions that are graded at the same time
have in common, between two sandboxes. Senders and receivers are written for the purpose, in the open: what a hostile
submission could do at best is what these do.
"""

# ruff: noqa: E402
from __future__ import annotations

import ctypes
import math
import mmap
import os
import secrets
import statistics
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from grader import observe
from grader.sandbox import host

SECONDS = 10.0  # of each measurement between living rooms
THREADS = 2000

TELLS_BY_NUMBERS = f"""
import os, threading, time
began, clock = time.process_time(), 0
for _ in range({THREADS}):
    threading.Thread(target=int).start()
print(os.getpid(), (time.process_time() - began) / {THREADS}, flush=True)
"""
READS_NUMBERS = "import os; print(os.getpid(), flush=True)"
READS_FILE = "print(len(open(TARGET, 'rb').read()), flush=True)"
# A name that is not there is found faster where somebody has looked for it before. Both know the bits here, so that the
# receiver can say how many it gets right with the best of all thresholds.
NAMES = 4000
TELLS_BY_NAMES = f"""
import os, random, time
random.seed(SEED)
bits = [random.random() < 0.5 for _ in range({NAMES})]
began = time.process_time()
for n, bit in enumerate(bits):
    if bit:
        os.path.lexists(os.path.dirname(os.__file__) + f"/covert-SEED-{{n}}")
print((time.process_time() - began) / {NAMES}, flush=True)
"""
READS_NAMES = f"""
import os, random, time
random.seed(SEED)
bits, took = [random.random() < 0.5 for _ in range({NAMES})], []
for n in range({NAMES}):
    path = os.path.dirname(os.__file__) + f"/covert-SEED-{{n}}"
    began = time.perf_counter()
    os.path.lexists(path)
    took.append(time.perf_counter() - began)
bounds = sorted(took)[:: {NAMES} // 100]
print(max(sum((t < b) == bit for t, bit in zip(took, bits)) for b in bounds) / {NAMES}, flush=True)
"""
COUNTS_INODES = """
import os, time
began = time.process_time()
for _ in range(20000):
    pair = os.pipe()
    os.close(pair[0]), os.close(pair[1])
print((time.process_time() - began) / 20000, flush=True)
"""
SENDS_BY_WORK = """
import time
import numpy as np
block = np.zeros(1 << 24)
end = time.monotonic() + SECONDS + 1
while time.monotonic() < end:
    if int(time.monotonic() / SLOT) % 2:
        block += 1.0
    else:
        time.sleep(SLOT / 20)
"""
RECEIVES_BY_WORK = """
import time
import numpy as np
block, slots = np.zeros(1 << 20), {}
end = time.monotonic() + SECONDS
while time.monotonic() < end:
    began = time.perf_counter()
    block += 1.0
    took = time.perf_counter() - began
    slots.setdefault(int(time.monotonic() / SLOT), []).append(took)
print([[k % 2, sorted(v)[len(v) // 2]] for k, v in sorted(slots.items())], flush=True)
"""


def told(sandbox: host.Sandbox, source: str, seconds: float = 120.0) -> str:
    """What a submission of this text prints while it is loaded."""
    with sandbox.spawn(observe.LIMITS) as worker:
        files = {"file:submission.py": np.frombuffer(source.encode(), np.uint8)}
        worker.call("load", {"main": "submission.py"}, files, cpu_seconds=seconds)
        return worker.close().output.decode()


def process_numbers(sandbox: host.Sandbox) -> tuple[str, str]:
    """The next process is numbered after the threads of the last."""
    before, cost = told(sandbox, TELLS_BY_NUMBERS).split()
    after = int(told(sandbox, READS_NUMBERS))
    if after - int(before) < THREADS:
        return "numbers of processes", "0 bits"
    affordable = observe.LIMITS.cpu_seconds / float(cost)
    return (
        "numbers of processes",
        f"{math.log2(affordable):.0f} bits: {affordable:.0f} threads in the time of one worker",
    )


def names_not_there(sandbox: host.Sandbox) -> tuple[str, str]:
    """The kernel remembers which names it has looked for in vain, and anybody may look for any name."""
    seed = str(secrets.randbelow(1 << 30))
    cost = float(told(sandbox, TELLS_BY_NAMES.replace("SEED", seed)))
    right = float(told(sandbox, READS_NAMES.replace("SEED", seed)))
    each = f"{1e6 * cost:.0f} µs of processor time each"
    return "names that are not there", f"as many bits as one likes, {each}, {right:.1%} right"


def inode_numbers(sandbox: host.Sandbox) -> tuple[str, str]:
    """Pipes and sockets of all processes are numbered from one counter, which tells how many there were."""
    affordable = observe.LIMITS.cpu_seconds / float(told(sandbox, COUNTS_INODES))
    return "numbers of pipes", f"{math.log2(affordable):.0f} bits: {affordable:.0f} pipes in the time of one worker"


def access_times(sandbox: host.Sandbox) -> tuple[str, str]:
    """Reading a file may change its time of access, once a day or after it was written."""
    files = [f for folder in host.import_folders() for f in Path(folder).rglob("*.py")][:20000]
    probe = files[len(files) // 2]
    os.utime(probe, (1.0, probe.stat().st_mtime))
    told(sandbox, READS_FILE.replace("TARGET", repr(str(probe))))
    moved = probe.stat().st_atime != 1.0
    return "times of access", f"one bit for each of {len(files)} files" if moved else "0 bits"


def cached_pages() -> tuple[str, str]:
    """A page of a library that nobody has read yet is slower to read the first time."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    missing = total = 0
    for folder in host.import_folders():
        for path in Path(folder).rglob("*"):
            if path.is_file() and not path.is_symlink() and (size := path.stat().st_size):
                pages = -(-size // mmap.PAGESIZE)
                with open(path, "rb") as file:
                    start = libc.mmap(None, ctypes.c_size_t(size), mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
                seen = (ctypes.c_ubyte * pages)()
                if libc.mincore(ctypes.c_void_p(start), ctypes.c_size_t(size), seen) == 0:
                    missing, total = missing + sum(not b & 1 for b in seen), total + pages
                libc.munmap(ctypes.c_void_p(start), ctypes.c_size_t(size))
    return "pages in the cache", f"one bit for each of {missing} pages that are not in memory, of {total}"


def contention(isolation: str, slot: float) -> tuple[str, str]:
    """How busy the memory is that both use: a bit in each ``slot`` seconds, if it can be told."""
    words = {"SECONDS": str(SECONDS), "SLOT": str(slot)}

    def filled(text: str) -> str:
        for name, value in words.items():
            text = text.replace(name, value)
        return text

    with host.Sandbox(isolation=isolation) as one, host.Sandbox(isolation=isolation) as other:
        sender = threading.Thread(target=told, args=(one, filled(SENDS_BY_WORK)))
        sender.start()
        measured: list[Any] = eval(told(other, filled(RECEIVES_BY_WORK)))
        sender.join()
    bound = statistics.median(v for _, v in measured)
    right = statistics.fmean((v > bound) == bool(bit) for bit, v in measured)
    wrong = min(max(1 - right, 1e-9), 0.5)
    bits = 1 + wrong * math.log2(wrong) + (1 - wrong) * math.log2(1 - wrong)  # of a channel that errs so often
    return f"how busy the memory is, {1e3 * slot:.0f} ms a bit", f"{bits / slot:.1f} bits a second ({right:.0%} right)"


def main() -> int:
    isolation = host.detect()
    rows = []
    with host.Sandbox(isolation=isolation) as sandbox:
        rows += [
            process_numbers(sandbox),
            inode_numbers(sandbox),
            names_not_there(sandbox),
            access_times(sandbox),
            cached_pages(),
        ]
    rows += [contention(isolation, slot) for slot in (0.2, 0.05, 0.01)]
    print(f"{isolation}\n\n| by | at most |\n|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
