"""Runs one hostile submission against a sandbox and says what it achieved.

A file in ``tests/hostile/`` is a whole submission, or literals: ``BASE`` (a file of ``tests/honest/``) with
``APPEND`` (source added at its end) or ``PATCH`` (pairs of old and new text). Its docstring says what
the attack does; ``EXPECT`` says which part of the harness contains it (``contained_by``), what must not happen
(``must_not``) and how the worker ends (``ends``: ``answers``, ``error``, ``died``, ``timeout`` or ``refused``).

An attack prints ``attack begins`` when it starts, and prints or raises ``attack worked`` if it can tell
by itself that it got through; everything else is seen from outside, by what became of the bait.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import math
import os
import secrets
import select
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from grader import answers, assignment, observe, probes
from grader.assignment import Assignment
from grader.sandbox.host import Limits, Reply, Sandbox, Worker, WorkerDied, WorkerTimeout
from grader.sandbox.wire import ProtocolError

TESTS = Path(__file__).resolve().parent
HOSTILE = TESTS / "hostile"
HONEST = TESTS / "honest"

TIME = (
    1 / 20
)  # of grading's limits of time, so that what hangs does not hold up the tests; all others are grading's own
PATIENT_SECONDS = Assignment.call_seconds  # of processor time, as in a grading
WHOLE_SECONDS = probes.cpu_seconds_in_all(assignment.load(TESTS.parent / "reference" / "assignment.toml"), 300)
ZYGOTE_KB = 700 << 10  # of memory that a worker has from the start: torch and what it maps
BEGINS, WORKED = "attack begins", "attack worked"
NOTHING = {  # what the placeholders of a hostile file stand for where no bait is laid
    "@bait@": "/nonexistent/bait",
    "@tcp@": "9",
    "@udp@": "9",
    "@stream@": "grader-no-bait-stream",
    "@datagram@": "grader-no-bait-datagram",
    "@victim@": "999999999",
    "@harness@": "/nonexistent/grader",
}


class Attack(NamedTuple):
    path: Path
    name: str
    description: str
    contained_by: str
    must_not: str
    ends: str
    earns: float | None = None


def iter_attacks(root: Path = HOSTILE) -> Iterator[Path]:
    """The hostile files, sorted by name."""
    yield from sorted(root.glob("*.py"))


def _literals(path: Path) -> dict[str, Any]:
    """The module's top-level constants and its docstring (``__doc__``); the file is never imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    found: dict[str, Any] = {"__doc__": ast.get_docstring(tree) or ""}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            with contextlib.suppress(ValueError):
                found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def read_attack(path: Path) -> Attack:
    """What a hostile file says about itself."""
    literals = _literals(path)
    expect = literals["EXPECT"]
    return Attack(
        path,
        path.stem,
        " ".join(literals["__doc__"].split()),
        expect["contained_by"],
        expect["must_not"],
        expect["ends"],
        expect.get("earns"),
    )


def load_attack(path: Path, bait: Mapping[str, str] = NOTHING) -> dict[str, bytes]:
    """The files of the submission, with the places of the bait filled in."""
    literals = _literals(path)
    text = path.read_text(encoding="utf-8")
    if "BASE" in literals:
        text = (HONEST / f"{literals['BASE']}.py").read_text(encoding="utf-8")
        for old, new in literals.get("PATCH", []):
            if text.count(old) != 1:
                raise ValueError(f"{path.name}: {old!r} occurs {text.count(old)} times in the base")
            text = text.replace(old, new)
        text += literals.get("APPEND", "")
    for placeholder, value in bait.items():
        text = text.replace(placeholder, value)
    return {"submission.py": text.encode()}


# --- the bait ------------------------------------------------------------------------------------------


class Bait:
    """Things that an attack would like to reach, laid where it can name them, and watched.

    A folder open to everybody with secrets in it, listening sockets of four kinds, an innocent process,
    and a secret in this process's environment and memory.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self.secret = f"CANARY-{secrets.token_hex(12)}"
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bait-")))
        for name in ("secret.txt", "submissions/other/submission.py", "reports/ada/grade.json"):
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'"{self.secret}"\n')
            file.chmod(0o666)
        for path in (self.folder, *self.folder.rglob("*")):
            if path.is_dir():
                path.chmod(0o777)
        self.listeners: dict[str, socket.socket] = {}
        for name, family, kind in (
            ("tcp", socket.AF_INET, socket.SOCK_STREAM),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM),
            ("stream", socket.AF_UNIX, socket.SOCK_STREAM),
            ("datagram", socket.AF_UNIX, socket.SOCK_DGRAM),
        ):
            sock = self._stack.enter_context(socket.socket(family, kind))
            inet = family == socket.AF_INET
            sock.bind(("127.0.0.1", 0) if inet else f"\0bait-{name}-{secrets.token_hex(8)}")
            if kind == socket.SOCK_STREAM:
                sock.listen()
            self.listeners[name] = sock
        os.environ["GRADER_BAIT"] = self.secret
        self.victim = subprocess.Popen([sys.executable, "-c", f"'{self.secret}'; input()"], stdin=subprocess.PIPE)
        self._before = self._state()

    def places(self) -> dict[str, str]:
        """What the placeholders in a hostile file stand for."""
        return {
            "@bait@": str(self.folder),
            "@victim@": str(self.victim.pid),
            "@harness@": str(TESTS.parent / "grader"),
            "@tcp@": str(self.listeners["tcp"].getsockname()[1]),
            "@udp@": str(self.listeners["udp"].getsockname()[1]),
            "@stream@": self.listeners["stream"].getsockname()[1:].decode(),
            "@datagram@": self.listeners["datagram"].getsockname()[1:].decode(),
        }

    def _state(self) -> dict[str, tuple[int, int, int, bytes]]:
        found = {}
        for path in (self.folder, *sorted(self.folder.rglob("*"))):
            info = path.lstat()
            content = path.read_bytes() if stat.S_ISREG(info.st_mode) else b""
            found[str(path)] = (info.st_mode, info.st_uid, info.st_mtime_ns, content)
        return found

    def touched(self) -> list[str]:
        """What happened to the bait: one line for each thing that is not as it was laid."""
        found = []
        now = self._state()
        for path in sorted(now.keys() | self._before.keys()):
            if now.get(path) != self._before.get(path):
                found.append(f"changed {Path(path).name}")
        reached, _, _ = select.select(self.listeners.values(), [], [], 0)
        found += [f"reached the {n} listener" for n, sock in self.listeners.items() if sock in reached]
        if self.victim.poll() is not None:
            found.append("ended another process")
        elif "\nState:\tT" in Path(f"/proc/{self.victim.pid}/status").read_text():
            found.append("stopped another process")
        return found

    def close(self) -> None:
        os.environ.pop("GRADER_BAIT", None)
        self.victim.kill()
        self.victim.communicate()
        self._stack.close()


# --- one attack ------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What an attack achieved (``breaches``, empty if it was contained) and how its worker ended."""

    ends: str = "answers"
    detail: str = ""
    began: bool = False
    breaches: list[str] = field(default_factory=list)


def descendants(pid: int) -> set[int]:
    """Process ids below ``pid``, as the kernel has them now."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return set(found[1:])


@contextlib.contextmanager
def adopted_orphans() -> Iterator[None]:
    """Be the parent of daemons that this process's descendants leave behind, so that they are seen."""
    subreaper = 36  # PR_SET_CHILD_SUBREAPER
    libc = ctypes.CDLL(None)
    libc.prctl(subreaper, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(subreaper, 0, 0, 0, 0)


def _noise(seed: int) -> np.ndarray:
    """[8, 1, 28, 28] images that no two numbers can describe."""
    return np.random.default_rng(seed).random((8, 1, 28, 28), dtype=np.float32)


def _session(worker: Worker, files: Mapping[str, bytes], record: list[Reply], seconds: float) -> dict[str, np.ndarray]:
    """Put the submission through everything that a grading does; returns the state of its autoencoder.

    As in a grading, the state is taken after training images were seen and before evaluation images are.
    """

    def call(op: str, tensors: Mapping[str, np.ndarray] | None = None, **args: Any) -> Reply:
        reply = worker.call(
            op, args, dict(tensors or {}), cpu_seconds=seconds, bound=answers.bound(op, args, tensors or {}, 2)
        )
        record.append(reply)
        return reply

    source = {f"file:{name}": np.frombuffer(data, np.uint8) for name, data in files.items()}
    call("load", source, main="submission.py")
    call("build", key="ae", cls="Autoencoder", D=2, seed=1)
    call("build", key="vae", cls="VAE", D=2, seed=1)
    train, x = _noise(1), _noise(2)
    call("apply", {"a0": train}, key="ae", method="encode", seed=2)
    state = call("state", key="ae").tensors
    codes = call("apply", {"a0": x}, key="ae", method="encode", seed=2).tensors.get("out0")
    call("apply", {"a0": _codes(codes)}, key="ae", method="decode", seed=2)
    call("apply", {"a0": x}, key="vae", method="encode", seed=2)
    mu = _noise(3)[:, 0, 0, :2]
    call("apply", {"a0": mu, "a1": mu}, key="vae", method="reparameterize", seed=2)
    call("apply", {"a0": x}, key="vae", method="forward", seed=2, train=True)
    point = {"x_hat": x[None], "x": x[None], "mu": mu[None], "logvar": mu[None]}
    call("loss", point, fn="vae_loss", betas=[1.0], grad=True)
    call("loss", {"x_hat": x[None], "x": x[None]}, fn="ae_loss", betas=[1.0])
    call("sample", key="vae", n=4, rows=4, seed=3)
    call("interpolate", {"x_start": x[:1], "x_end": x[1:2]}, key="ae", steps=3, seed=3)
    call("grid", key="vae", n=2, extent=4.0, seed=3)
    call("keep", {"train_x": train, "order": np.arange(8).reshape(2, 4)})
    call("train", key="run", cls="VAE", D=2, seed=1, beta=1.0, steps=2, learning_rate=1e-3)
    return state | {"codes": _codes(codes)}


def _codes(claimed: Any) -> np.ndarray:
    """Codes as a worker claims them, if they are codes at all."""
    good = isinstance(claimed, np.ndarray) and claimed.shape == (8, 2) and claimed.dtype == np.float32
    return claimed if good else np.zeros((8, 2), np.float32)


def _decode_elsewhere(
    worker: Worker, files: Mapping[str, bytes], learned: dict[str, np.ndarray], record: list[Reply], seconds: float
) -> np.ndarray | None:
    """Decode the codes in a worker that has never been sent an image."""
    source = {f"file:{name}": np.frombuffer(data, np.uint8) for name, data in files.items()}
    state = {k: v for k, v in learned.items() if k.startswith("state:")}
    record.append(worker.call("load", {"main": "submission.py"}, source, cpu_seconds=seconds))
    args = {"key": "ae", "cls": "Autoencoder", "D": 2, "seed": 1}
    record.append(worker.call("build", args, state, cpu_seconds=seconds))
    args = {"key": "ae", "method": "decode", "seed": 2}
    codes = {"a0": learned["codes"]}
    record.append(worker.call("apply", args, codes, cpu_seconds=seconds, bound=answers.bound("apply", args, codes, 2)))
    return record[-1].tensors.get("out0")


def _same_images(a: np.ndarray, b: np.ndarray) -> bool:
    return a.size == b.size and bool(np.abs(a.reshape(-1) - b.reshape(-1)).max() < 0.05)


def limits(time: float) -> Limits:
    """What a worker may use in a grading, with so much of the time."""
    patience = time * observe.LIMITS.patience
    return replace(observe.LIMITS, cpu_seconds=math.ceil(time * WHOLE_SECONDS), patience=patience)


def run_attack(
    sandbox: Sandbox, path: Path, bait: Bait, seconds: float | None = None, *, time: float = TIME
) -> Outcome:
    """Load a hostile submission, use it as a grading would, and say what it got."""
    if seconds is None:
        seconds = PATIENT_SECONDS * (time if "timeout" in read_attack(path).ends else 1.0)
    outcome, said = Outcome(), b""
    record: list[Reply] = []
    files = load_attack(path, bait.places())
    processes, restarts = descendants(os.getpid()), sandbox.restarts
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(sandbox.spawn(limits(time)))
        try:
            learned = _session(first, files, record, seconds)
            second = stack.enter_context(sandbox.spawn(limits(time)))
            decoded = _decode_elsewhere(second, files, learned, record, seconds)
            said += second.close().output
            if decoded is not None and _same_images(decoded, _noise(2)):
                outcome.breaches.append("decoded images that its code cannot hold")
        except (WorkerTimeout, WorkerDied, ProtocolError) as e:
            outcome.ends = {"WorkerTimeout": "timeout", "WorkerDied": "died"}.get(type(e).__name__, "refused")
            outcome.detail = str(e)
        end = first.close()
        said += end.output
    for reply in record:
        if not reply.header.get("ok", True) and outcome.ends == "answers":
            outcome.ends, outcome.detail = "error", str(reply.header.get("error"))
    text = said.decode("utf-8", "replace") + str([r.header for r in record])
    text += "".join(_as_text(a) for r in record for a in r.tensors.values())
    outcome.began = BEGINS in text
    if WORKED in text:
        outcome.breaches.append("said that it worked")
    if bait.secret in text:
        outcome.breaches.append("read a secret")
    if end.max_rss_kb > (observe.LIMITS.memory_bytes >> 10) + ZYGOTE_KB:
        outcome.breaches.append(f"used {end.max_rss_kb >> 10} MB")
    if left := descendants(os.getpid()) - processes:
        if sandbox.restarts == restarts and sandbox._zygote.process.poll() is None:
            outcome.breaches.append(f"left {len(left)} processes")
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, 9)
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)
    outcome.breaches += bait.touched()
    with sandbox.spawn(limits(time)) as fresh:
        source = {"file:submission.py": np.frombuffer((HONEST / "mlp.py").read_bytes(), np.uint8)}
        if not fresh.call("load", {"main": "submission.py"}, source, cpu_seconds=20).header.get("ok"):
            outcome.breaches.append("spoiled the next worker")
    if sandbox.restarts != restarts:
        outcome.breaches.append("ended the zygote")
    return outcome


def _as_text(array: np.ndarray) -> str:
    """An array read as bytes and as pixel values: a way to carry text out in an image."""
    raw = array.tobytes()[: 1 << 20].decode("latin-1")
    if array.dtype.kind != "f" or not array.size:
        return raw
    pixels = np.nan_to_num(array.reshape(-1)[: 1 << 20].astype(np.float64) * 255, posinf=0, neginf=0)
    return raw + pixels.clip(0, 255).round().astype(np.uint8).tobytes().decode("latin-1")
