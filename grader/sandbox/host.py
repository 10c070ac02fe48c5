"""The trusted end: starts zygotes, hands out workers, and believes nothing they say.

``detect`` finds out what isolation this machine really gives. ``Sandbox`` is one zygote; ``spawn`` forks
a worker from it in a few milliseconds; ``Worker.call`` asks one question, for which the worker has so many
seconds of processor time. How busy the machine is decides nothing. Imports neither torch nor any student code.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

from grader.model import GraderError
from grader.sandbox import policy, wire
from grader.sandbox.wire import Arrays, ProtocolError

Isolation = Literal["bwrap+landlock+seccomp", "landlock+seccomp", "none"]

PACKAGE = Path(__file__).resolve().parents[1]
ZYGOTE = PACKAGE / "sandbox" / "zygote.py"
ZYGOTE_PARTS = (PACKAGE / "sandbox" / "wire.py", PACKAGE / "sandbox" / "policy.py")
WORKER = tuple(PACKAGE / name for name in ("torchvision_compat.py", "derivatives.py", "worker.py"))  # in this order
LAYERS: dict[str, frozenset[str]] = {
    "bwrap+landlock+seccomp": frozenset({"bwrap", "rlimits", "landlock", "seccomp"}),
    "landlock+seccomp": frozenset({"rlimits", "landlock", "seccomp"}),
    "none": frozenset({"rlimits"}),
}
START_SECONDS = 180.0  # importing torch from a cold network disk
ANSWER_SECONDS = 180.0  # of a zygote: it forks, or waits until the kernel has freed a killed child's memory
# glibc hands large blocks back to the kernel with each free and gets them, zeroed, with each malloc: an upsampling
# network spent a third of its training there. Here it keeps them; the address space is bounded all the same.
ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
    "MALLOC_ARENA_MAX": "1",  # another for each thread would take 128 MB of the address space
}
LOOK_SECONDS = 0.2  # between two looks at a worker's processor clock; a look costs about 0.6 ms
HANG_UP_SECONDS = 0.25  # between the end of the channel and the end of its process
# libraries that the worker or a submission imports; their folders are readable in the sandbox
LIBRARIES = ("torch", "numpy", "safetensors", "scipy", "landlockpy", "pyseccomp")


class SandboxUnavailable(GraderError):
    """This machine gives no isolation; the message says what is missing and how to get it."""


class WorkerTimeout(Exception):
    """The worker used up its processor time or fell asleep, and was killed. ``reason`` says which.

    ``sum_spent`` says that it was the limit on all of its calls together.
    """

    def __init__(self, reason: str, *, asleep: bool = False, sum_spent: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.asleep, self.sum_spent = reason, asleep, sum_spent


class _Gone(SandboxUnavailable):
    """The sandbox ended before it had said anything: killed, or unable to start and to say why."""


class WorkerDied(Exception):
    """The worker ended before it had answered. ``kind`` is ``"crashed"`` or ``"memory"``.

    ``outside`` says that neither the submission, as far as can be seen, nor a limit or this module ended it:
    a SIGKILL came from elsewhere (the kernel's when the machine runs out of memory looks the same), or
    its zygote died.
    """

    def __init__(self, kind: Literal["crashed", "memory"], detail: str, *, outside: bool = False) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.outside = kind, detail, outside


@dataclass(frozen=True)
class Limits:
    """What one worker may use. ``memory_bytes`` is address space above the zygote's own.

    ``cpu_seconds`` are processor seconds of all its calls together; what one call may use is said with the call.
    While a call is open, a worker that needs more than ``patience`` seconds of wall time for a sixtieth of that on
    the processor is asleep.
    """

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 120
    patience: float = 60.0
    file_bytes: int = 1 << 20
    output_bytes: int = 1 << 16
    nofile: int = 64
    threads: int = 64


@dataclass(frozen=True)
class Reply:
    header: dict[str, Any]
    tensors: dict[str, Any]  # name -> numpy.ndarray


@dataclass(frozen=True)
class Exit:
    """How a worker ended: exit status (negative: the signal), what it used, what it printed.

    ``killed`` says that it was still running and was ended by ``Worker.close``.
    """

    status: int
    user_seconds: float
    system_seconds: float
    max_rss_kb: int
    output: bytes
    killed: bool


# --- how long a call may last ---------------------------------------------------------------------------

AWAKE = 1 / 60  # of wall time, on a processor: less is asleep


@dataclass(frozen=True)
class Usage:
    """A worker's clocks, in seconds since it started: see ``clock`` in ``zygote.py``."""

    cpu: float
    queued: float = 0.0
    held: bool = False


class Watch:
    """Ends a call by what its worker did with the processor, never by how long it took.

    Wall time counts against a worker only while a call is open and only while it could have run: not while other
    processes had the processor (where the kernel tells), not while the kernel held it, and not while this process
    did not look. It goes on counting from call to call, or many short sleeps would pass.
    """

    def __init__(
        self, read: Callable[[bool], Usage], patience: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._patience, self._now = read, patience, now
        self._between = min(LOOK_SECONDS, patience / 20)
        self.used = 0.0  # processor seconds at the last look
        self._wall, self._mark, self._queued = 0.0, 0.0, 0.0  # since it was last seen to be awake

    def open(self, allowed: float) -> None:
        """A call begins, for which the worker has ``allowed`` processor seconds."""
        self._start, self._allowed, self._looked = self.used, allowed, self._now()

    def __call__(self) -> float:
        """Seconds until the next look, which is now if they have passed; raises ``WorkerTimeout``."""
        passed = self._now() - self._looked
        if passed < self._between:
            return max(self._between - passed, 1e-3)  # a timeout of nothing would be no timeout
        usage, second = self._look(closely=True), AWAKE * self._patience
        if usage.cpu - self._mark >= second:
            self._wall, self._mark, self._queued = 0.0, usage.cpu, usage.queued
        elif self._wall - (usage.queued - self._queued) >= self._patience:
            little = f"less than {second:g} s of processor time in {self._patience:g} s"
            raise WorkerTimeout(f"asleep: {little}", asleep=True)
        return self._between

    def end(self) -> None:
        """The answer is there: whether it is in time does not depend on when somebody looked."""
        self._look(closely=False)

    def _look(self, *, closely: bool) -> Usage:
        passed = min(self._now() - self._looked, 2 * self._between)
        usage = self._read(closely)
        self.used, self._looked = usage.cpu, self._now()
        if not usage.held:
            self._wall += passed
        if usage.cpu - self._start > self._allowed:
            raise WorkerTimeout(f"used more than {self._allowed:g} s of processor time")
        return usage


# --- what the sandbox may read ---------------------------------------------------------------------------


def import_folders() -> list[str]:
    """The zygote's ``sys.path``: the standard library and the folders that hold the libraries."""
    paths = sysconfig.get_paths()
    folders = [paths["stdlib"], os.path.join(paths["stdlib"], "lib-dynload")]
    folders += [paths["purelib"], paths["platlib"]]
    folders += [str(file.parents[1 if file.stem == "__init__" else 0]) for file in _library_files()]
    return _existing(folders)


def _library_files() -> list[Path]:
    """The main file of each library that is installed."""
    specs = [importlib.util.find_spec(name) for name in LIBRARIES]
    return [Path(spec.origin) for spec in specs if spec is not None and spec.origin is not None]


def readable_roots() -> list[str]:
    """Everything that a locked-down child may read, before the harness itself is taken out."""
    roots = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo"]
    roots += ["/etc/ld.so.cache", "/dev/null", "/dev/zero", "/dev/urandom"]
    roots += [os.path.join(prefix, "lib") for prefix in (sys.base_prefix, sys.prefix)]
    return _outermost(_existing([*roots, *import_folders()]))


def cover(root: str, hidden: str) -> Iterator[str]:
    """Yield paths that together hold all of ``root`` but nothing of the folder ``hidden``.

    Symbolic links are left out: what they name is either covered itself or not meant to be read.
    """
    if root == hidden:
        return
    if not _inside(hidden, root):
        yield root
        return
    for entry in sorted(os.scandir(root), key=lambda e: e.name):
        if not entry.is_symlink():
            yield from cover(entry.path, hidden)


def _existing(paths: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(os.path.realpath(p) for p in paths if os.path.exists(p)))


def _outermost(paths: Sequence[str]) -> list[str]:
    """``paths`` without those that lie inside another of them."""
    return [p for p in paths if not any(p != q and _inside(p, q) for q in paths)]


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")


def _others_can_read(paths: Sequence[str], layers: frozenset[str]) -> bool:
    """Whether a child that gave up its uid could import what lies in ``paths``: each folder on the way lets others pass.

    False where Python lies in root's home, but for bubblewrap, in which the folders on the way are its own.
    """
    if not all(os.stat(path).st_mode & stat.S_IROTH for path in paths):
        return False
    ways = [] if "bwrap" in layers else {folder for path in paths for folder in Path(path).parents}
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in ways)


def _environment() -> dict[str, str]:
    """The whole environment of a zygote; nothing of the host's but the choice of CPU kernels."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join(import_folders()),
        "PYTHONHASHSEED": "0",
        "PYTHONSAFEPATH": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        **ALLOCATOR,
        "TORCHDYNAMO_DISABLE": "1",  # torch.compile returns what it is given: nothing here can start a compiler
        "JOBLIB_MULTIPROCESSING": "0",  # or joblib warns that it got no semaphores
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": "/tmp",  # passes matplotlib's test for a writable folder; nothing is written
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",  # macOS: the zygote forks after importing torch
    }
    if "ATEN_CPU_CAPABILITY" in os.environ:
        variables["ATEN_CPU_CAPABILITY"] = os.environ["ATEN_CPU_CAPABILITY"]
    return variables


# Root is exempt from limits on threads, whatever it is inside a namespace, and who shares a user shares its limit. So
# root gives each zygote a user of its own; these numbers are nobody's (systemd's table of users leaves them free).
USERS = range(65520, 65534)


def _tasks() -> Counter[int]:
    """How many threads each user runs now; nothing where the system does not say."""
    count: Counter[int] = Counter()
    for process in Path("/proc").glob("[0-9]*"):
        said = policy.process_status(process.name)  # the owner of the folder is root where a process is not dumpable
        if "Uid" in said and "Threads" in said:
            count[int(said["Uid"].split()[0])] += int(said["Threads"])
    return count


def _take_user() -> tuple[int, socket.socket] | None:
    """A user of ``USERS`` that no other zygote of this machine has, and what keeps it until it is closed.

    ``None`` where all are taken, or in a container that has no such users: there root stays what it is, without any
    capability.
    """
    with contextlib.suppress(OSError):
        ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
        if not any(first <= USERS[0] and USERS[-1] < first + count for first, _, count in ranges):
            return None
    for user in USERS:
        token = socket.socket(socket.AF_UNIX)
        try:
            token.bind(f"\0grader-user-{user}")  # a name that one process has, and that goes with it
            return user, token
        except OSError:
            token.close()
    return None


def _bwrap_command(files: Sequence[Path]) -> list[str]:
    """The ``bwrap`` prefix: no network, own processes, and a file system of the readable roots only."""
    # No --die-with-parent: it means the thread that started bwrap. Closing the control socket ends all.
    command = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    command += ["--cap-drop", "ALL"]
    if os.getuid() == 0:
        # No namespace of users: there root would have one user for all, which no limit on threads binds.
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):  # to give each child another user, and to end it
            command += ["--cap-add", capability]
    else:
        command += ["--unshare-user", "--uid", "1000", "--gid", "1000"]
    command += ["--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev", "--chdir", "/"]
    command += ["--size", str(1 << 20), "--perms", "1777", "--tmpfs", "/tmp"]
    for folder in ("/lib", "/lib64"):
        if os.path.islink(folder):
            command += ["--symlink", os.readlink(folder), folder]
    roots = _outermost([*readable_roots(), os.path.realpath(sys.executable)])
    roots = [path for path in roots if not path.startswith("/dev/")]
    for folder in sorted({str(folder) for path in [*roots, *map(str, files)] for folder in Path(path).parents}):
        command += ["--dir", folder]  # which lets others pass; what bubblewrap makes by itself does not
    for path in roots:
        command += ["--ro-bind", path, path]
    ldconfig = os.path.realpath("/sbin/ldconfig")  # ctypes asks it where libseccomp is
    command += ["--ro-bind-try", ldconfig, "/sbin/ldconfig"]
    if any(_inside(str(PACKAGE), root) for root in roots):
        command += ["--tmpfs", str(PACKAGE)]
    for file in files:
        command += ["--ro-bind", str(file), str(file)]
    return [*command, "--remount-ro", "/", "--"]


# --- one zygote and its workers --------------------------------------------------------------------------


class _Zygote:
    """A running zygote process and the conversation with it; not shared between sandboxes."""

    def __init__(self, layers: frozenset[str], core: int | None, worker: Sequence[Path]) -> None:
        if not hasattr(os, "fork"):
            raise SandboxUnavailable(f"student code cannot run on this system: {REMEDY['win32']}")
        readable = [path for root in readable_roots() for path in cover(root, str(PACKAGE))]
        # The interpreter itself, not a link in a virtual environment; PYTHONPATH names the libraries.
        command = [os.path.realpath(sys.executable), "-s", "-S", "-B", "-X", "utf8", str(ZYGOTE)]
        if "bwrap" in layers:
            command = _bwrap_command([ZYGOTE, *ZYGOTE_PARTS, *worker]) + command
        taken = _take_user() if os.getuid() == 0 and layers & {"landlock", "seccomp"} else None
        self.user: int | None = taken[0] if taken else None
        self._token: socket.socket | None = taken[1] if taken else None
        self.searches = self.user is not None and not _others_can_read(readable, layers)
        self.runs_as = os.getuid() if self.user is None else self.user
        config = {
            "layers": sorted(layers),
            "core": core,
            "worker": [str(file) for file in worker],
            "readable": readable,
            "sys_path": import_folders(),
            "uid": self.user,
            "search": self.searches,
            "tasks": _tasks()[self.runs_as] if self.user is None else 0,
        }
        self.lock = threading.Lock()
        self.control, theirs = socket.socketpair()
        with theirs, tempfile.TemporaryFile() as log:
            try:
                self.process = subprocess.Popen(
                    [*command, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=_environment(),
                    cwd="/",
                    start_new_session=True,
                )
            except OSError as e:
                self.control.close()
                self._give_back()
                raise SandboxUnavailable(f"the sandbox did not start: {e}") from e
            theirs.close()
            try:
                self.control.settimeout(START_SECONDS)
                wire.send_message(self.control, config)
                hello, _ = wire.recv_message(self.control)
            except BaseException as e:
                self.kill()
                self.close()
                if not isinstance(e, EOFError | OSError):
                    raise
                log.seek(0)
                said = log.read()[-2000:].decode("utf-8", "replace").strip()
                kind = SandboxUnavailable if isinstance(e, TimeoutError) else _Gone
                raise kind(f"the sandbox did not start: {said or e}") from e
        if "failed" in hello:
            self.close()
            layer = hello["missing"]
            detail = f"{layer} is missing: {REMEDY[layer]}" if layer else hello["failed"].strip()
            raise SandboxUnavailable(f"the sandbox did not start: {detail}")
        self.tasks: int = hello["tasks"]  # that count against the limit on threads, of others

    def ask(self, request: Mapping[str, Any], fds: Sequence[int] = ()) -> dict[str, Any]:
        """One request, one answer. Raises ``EOFError`` if the zygote is gone or does not answer."""
        with self.lock:
            try:
                self.control.settimeout(ANSWER_SECONDS)
                wire.send_message(self.control, request, fds)
                answer, _ = wire.recv_message(self.control)
            except BaseException as e:  # Ctrl-C too: the answer would be taken for the next one's
                self.kill()
                if isinstance(e, OSError):
                    raise EOFError(f"the zygote is gone: {e}") from e
                raise
        return answer

    def kill(self) -> None:
        """Kill the zygote (and bubblewrap around it); its children ask to die with it."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the zygote and everything it started; wait until it is gone."""
        self.control.close()
        try:
            self.process.wait(timeout=ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
        self._give_back()

    def _give_back(self) -> None:
        if self._token is not None:
            self._token.close()


class Sandbox:
    """One zygote, from which workers are forked. A context manager; may be used from several threads.

    ``isolation`` is what ``detect`` returned; ``core`` binds all workers to one processor. ``worker``
    (files to load in the zygote, the last with ``warm`` and ``serve``) and ``layers`` are for tests.
    ``restarts`` counts how often a zygote that had died was replaced.
    """

    def __init__(
        self,
        *,
        isolation: str,
        core: int | None = None,
        worker: Sequence[Path] = WORKER,
        layers: frozenset[str] | None = None,
    ) -> None:
        if isolation not in LAYERS:
            raise ValueError(f"isolation {isolation!r} is none of {', '.join(LAYERS)}")
        self.isolation, self.core, self.restarts = isolation, core, 0
        self._layers = LAYERS[isolation] if layers is None else layers
        self._worker = tuple(worker)
        self._lock = threading.Lock()
        self._closed = False
        self._zygote = self._start()

    def _start(self) -> _Zygote:
        try:
            return _Zygote(self._layers, self.core, self._worker)
        except _Gone:  # killed by somebody, perhaps; a reason that lasts is told by the second time
            return _Zygote(self._layers, self.core, self._worker)

    def spawn(self, limits: Limits = Limits()) -> Worker:
        """Fork a worker in a few milliseconds; replaces the zygote first if it has died."""
        return self._spawn(limits, {"run": "serve"})

    def _spawn(self, limits: Limits, run: Mapping[str, Any]) -> Worker:
        ours, theirs = socket.socketpair()
        output = _output_file()
        try:
            with theirs:
                message = {"do": "spawn", "limits": asdict(limits), **run}
                zygote, answer = self._ask_to_spawn(message, [theirs.fileno(), output.fileno()])
        except BaseException:
            ours.close()
            output.close()
            raise
        return Worker(zygote, answer["pid"], ours, output, limits)

    def _ask_to_spawn(self, message: dict[str, Any], fds: Sequence[int]) -> tuple[_Zygote, dict[str, Any]]:
        with self._lock:
            if self._closed:
                raise ValueError("the sandbox is closed")
            try:
                return self._zygote, self._zygote.ask(message, fds)
            except EOFError:
                self._zygote.close()
                self.restarts += 1
                self._zygote = self._start()
            try:
                return self._zygote, self._zygote.ask(message, fds)
            except EOFError as e:
                raise SandboxUnavailable(f"the sandbox cannot start a process: {e}") from e

    def close(self) -> None:
        """End the zygote and all its workers. Safe to call twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._zygote.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Worker:
    """One locked-down process. After any exception from ``call`` it is dead; ``close`` says how it ended."""

    def __init__(self, zygote: _Zygote, pid: int, channel: socket.socket, output: IO[bytes], limits: Limits) -> None:
        self._zygote, self.pid = zygote, pid
        self._channel, self._output, self._limits = channel, output, limits
        self._watch = Watch(self._look, limits.patience)
        self._exit: Exit | None = None
        self._orphaned = False

    @property
    def used(self) -> float:
        """Its processor seconds until the end of the last call."""
        end = self._exit
        return max(self._watch.used, end.user_seconds + end.system_seconds if end is not None else 0.0)

    @property
    def alive(self) -> bool:
        """Whether the worker has neither been closed nor hung up."""
        if self._exit is not None:
            return False
        self._channel.settimeout(0)
        try:
            return self._channel.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def call(
        self,
        op: str,
        args: Mapping[str, Any] | None = None,
        tensors: Arrays | None = None,
        *,
        cpu_seconds: float,
        bound: wire.Bound = wire.WIDEST,
    ) -> Reply:
        """Ask the worker to do ``op`` and return its answer.

        ``cpu_seconds`` are what it may use of the processor since its last answer, by the kernel's clock of its
        process; ``bound`` is the most that it may answer with, which it is told. Raises ``WorkerTimeout``,
        ``WorkerDied`` or ``ProtocolError``; the worker has then been killed, whatever it was doing.
        """
        if self._exit is not None:
            raise WorkerDied("crashed", "the worker has already ended")
        nonce = secrets.token_hex(16)
        self._watch.open(cpu_seconds)
        request = {"op": op, "args": dict(args or {}), "nonce": nonce, "bound": asdict(bound)}
        try:
            wire.send(self._channel, request, tensors, wait=self._watch)
            header, arrays = wire.recv(self._channel, wait=self._watch, bound=bound)
            if header.pop("nonce", None) != nonce:
                raise ProtocolError("an answer to a question that was not asked")
            self._watch.end()
            return Reply(header, arrays)
        except EOFError as e:
            raise self._obituary(op) from e
        except (WorkerTimeout, ProtocolError):
            self.close()
            raise

    def status(self) -> dict[str, str]:
        """What the kernel says of its process now, by the names of ``/proc/PID/status``; empty where it does not say."""
        return self._zygote.ask({"do": "status", "pid": self.pid})

    def crowded(self) -> bool:
        """Whether others use up the threads that its user may have, by the kernel's count, and not it itself."""
        base, own = self._zygote.tasks, int(self.status().get("Threads", "0"))
        return base > 0 and _tasks()[self._zygote.runs_as] - own >= base + self._limits.threads // 2

    def _look(self, closely: bool) -> Usage:
        return Usage(**self._zygote.ask({"do": "clock", "pid": self.pid, "closely": closely}))

    def _obituary(self, op: str) -> Exception:
        """The exception for a worker that hung up during ``op``: out of time, of memory, or crashed."""
        end, seconds = self._reap(HANG_UP_SECONDS), self._limits.cpu_seconds
        by_kernel = end.status == -signal.SIGKILL and not end.killed
        used_up = by_kernel and end.user_seconds + end.system_seconds >= seconds
        if end.status == -signal.SIGXCPU or used_up:
            return WorkerTimeout(f"used more than {seconds} s of processor time in all", sum_spent=True)
        tail = end.output[-4000:]
        told = b"bad_alloc" in tail or b"MemoryError" in tail
        if self._orphaned:
            return WorkerDied("crashed", f"the zygote died during {op}", outside=True)
        if by_kernel or end.status == policy.EXIT_MEMORY or (end.status != 0 and told):
            return WorkerDied("memory", f"{op} ran out of memory", outside=by_kernel)
        if end.killed:
            return WorkerDied("crashed", f"the channel was closed during {op}")
        if end.status < 0:
            return WorkerDied("crashed", f"{_signal_name(-end.status)} ended the process during {op}")
        return WorkerDied("crashed", f"the process left with exit status {end.status} during {op}")

    def close(self) -> Exit:
        """Kill the worker if it lives, reap it and release everything; the same ``Exit`` every time."""
        return self._reap(grace=0.0)

    def _reap(self, grace: float) -> Exit:
        if self._exit is None:
            try:
                end = self._zygote.ask({"do": "reap", "pid": self.pid, "grace": grace})
            except EOFError:  # the zygote died and took its children along
                self._orphaned = True
                end = dict.fromkeys(("user_seconds", "system_seconds", "max_rss_kb"), 0)
                end |= {"status": -signal.SIGKILL, "killed": True}
            self._channel.close()
            with self._output as file:
                file.seek(0)
                output = file.read(self._limits.output_bytes)
            self._exit = Exit(output=output, **end)
        return self._exit

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _signal_name(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _output_file() -> IO[bytes]:
    """An anonymous file for what a worker prints, in memory where the system has that."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("output"), "r+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


# --- does this machine isolate? ---------------------------------------------------------------------------

DRILL_LIMITS = Limits(cpu_seconds=5)
REMEDY = {
    "darwin": "macOS has no Landlock: grade in a Linux virtual machine or container",
    "win32": "use WSL 2 (Windows Subsystem for Linux) with kernel 5.13 or newer",
    "landlockpy": "install the harness with its requirements (make does)",
    "pyseccomp": "install the harness with its requirements (make does)",
    "landlock": "it needs Linux 5.13 or newer with Landlock enabled (lsm=landlock,... at boot)",
    "libseccomp": "install libseccomp2 (Debian, Ubuntu: apt install libseccomp2)",
}


def detect(*, unsafe: bool = False) -> Isolation:
    """Find out, by trying, which isolation this machine gives; the strongest that holds is returned.

    A drill of harmless attacks runs in a locked-down child. If any of them works, that is no isolation,
    whatever the versions say. A drill that somebody ended is held again: it must not make a weaker isolation be
    chosen. With ``unsafe`` the answer is then ``"none"`` instead of
    ``SandboxUnavailable``.
    """
    try:
        if not policy.LINUX:
            remedy = REMEDY.get(sys.platform, "grade on Linux")
            raise SandboxUnavailable(f"no isolation on this system: {remedy}")
        if shutil.which("bwrap", path=_environment()["PATH"]):
            with contextlib.suppress(SandboxUnavailable):
                return _drill("bwrap+landlock+seccomp")
        return _drill("landlock+seccomp")
    except SandboxUnavailable:
        if unsafe and hasattr(os, "fork"):
            return "none"
        raise


def _drill(isolation: Isolation) -> Isolation:
    """Attack ``isolation`` from inside; return it if nothing worked, else raise ``SandboxUnavailable``."""
    try:
        worked = _attacks(isolation)
    except _Gone:
        worked = _attacks(isolation)
    if worked:
        raise SandboxUnavailable(f"{isolation} does not hold here: it let through {', '.join(worked)}")
    return isolation


def _attacks(isolation: Isolation) -> list[str]:
    """The attacks of one drill that worked; ``_Gone`` if it ended before it could tell."""
    with _targets() as targets, Sandbox(isolation=isolation, worker=()) as sandbox:
        if os.getuid() == 0 and sandbox._zygote.user is None:
            targets["limits"]["threads"] = None  # root is exempt, and could not be left here: see docs/security.md
        worker = sandbox._spawn(DRILL_LIMITS, {"run": "drill", "targets": targets})
        try:
            worker._watch.open(DRILL_LIMITS.cpu_seconds)
            header, _ = wire.recv(worker._channel, wait=worker._watch)
            return [*header["escapes"], *_rights_left(worker), *_outlives_its_parent(worker)]
        except (EOFError, WorkerTimeout, ProtocolError, KeyError) as e:
            said = worker.close().output.decode("utf-8", "replace").strip()
            kind = _Gone if isinstance(e, EOFError) else SandboxUnavailable
            raise kind(f"the isolation could not be tested: {said or e}") from e
        finally:
            worker.close()


def _rights_left(worker: Worker) -> list[str]:
    """What the kernel says that a locked-down process may still do."""
    status, kept = worker.status(), 1 << policy.CAP_DAC_READ_SEARCH if worker._zygote.searches else 0
    held = {
        "capabilities": any(int(status.get(k, "1"), 16) & ~kept for k in ("CapInh", "CapPrm", "CapEff", "CapAmb")),
        "new privileges": status.get("NoNewPrivs") != "1",
        "system calls": status.get("Seccomp") != "2",
        "rights of root": worker._zygote.user is not None and set(status["Uid"].split()) != {str(worker._zygote.user)},
    }
    return [name for name, is_held in held.items() if is_held]


def _outlives_its_parent(worker: Worker) -> list[str]:
    """Kills the zygote alone and looks whether its child goes with it."""
    with contextlib.suppress(EOFError):
        worker._zygote.ask({"do": "die"})
    worker._channel.settimeout(DRILL_LIMITS.cpu_seconds)
    try:
        gone = worker._channel.recv(1) == b""
    except ConnectionResetError:
        gone = True
    except TimeoutError:
        gone = False
    return [] if gone else ["outliving its parent"]


@contextlib.contextmanager
def _targets() -> Iterator[dict[str, Any]]:
    """Things of the host within reach of the drill: a file, its folder, a TCP port, an abstract socket."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-drill-"))
        os.chmod(folder, 0o755)
        file = os.path.join(folder, "canary")
        Path(file).write_bytes(b"canary")
        os.chmod(file, 0o666)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        name = f"grader-drill-{secrets.token_hex(8)}"
        abstract.bind("\0" + name)
        abstract.listen()
        yield {
            "file": file,
            "folder": folder,
            "tcp": tcp.getsockname()[1],
            "abstract": name,
            "limits": asdict(DRILL_LIMITS),
        }
