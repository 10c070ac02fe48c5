"""The trusted end: starts zygotes, hands out workers, and believes nothing they say.

``detect`` finds out what isolation this machine really gives. ``Sandbox`` is one zygote; ``spawn`` forks
a worker from it in a few milliseconds; ``Worker.call`` asks one question under a deadline that the worker
cannot stretch. Imports neither torch nor any student code.
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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal

from grader.model import GraderError
from grader.sandbox import policy, wire
from grader.sandbox.wire import Arrays, ProtocolError

Isolation = Literal["bwrap+landlock+seccomp", "landlock+seccomp", "none"]
ISOLATIONS: tuple[Isolation, ...] = ("bwrap+landlock+seccomp", "landlock+seccomp", "none")

PACKAGE = Path(__file__).resolve().parents[1]
WORKER = PACKAGE / "worker.py"
CHILD_SIDE = (
    PACKAGE / "sandbox" / "zygote.py",
    PACKAGE / "sandbox" / "wire.py",
    PACKAGE / "sandbox" / "policy.py",
)
START_SECONDS = 180.0  # importing torch from a cold network disk
REAP_SECONDS = 30.0  # the kernel frees a killed child's memory
# libraries that the worker or a submission imports; their folders are readable in the sandbox
LIBRARIES = ("torch", "numpy", "safetensors", "scipy", "landlockpy", "pyseccomp")


class SandboxUnavailable(GraderError):
    """This machine gives no isolation; the message says what is missing and how to get it."""


class WorkerTimeout(Exception):
    """The worker did not answer before the deadline, or used up its processor time; it was killed."""


class WorkerDied(Exception):
    """The worker ended before it had answered. ``kind`` is ``"crashed"`` or ``"memory"``."""

    def __init__(self, kind: Literal["crashed", "memory"], detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True)
class Limits:
    """What one worker may use. ``memory_bytes`` is address space above the zygote's own."""

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 120
    file_bytes: int = 1 << 20
    output_bytes: int = 1 << 16
    nofile: int = 64
    max_reply_bytes: int = 256 << 20


@dataclass(frozen=True)
class Reply:
    header: dict[str, Any]
    tensors: dict[str, Any]  # name -> numpy.ndarray


@dataclass(frozen=True)
class Exit:
    """How a worker ended: exit status (negative: the signal), seconds of processor time, memory, prints."""

    status: int
    user_seconds: float
    system_seconds: float
    max_rss_kb: int
    output: bytes


# --- what the sandbox may read ---------------------------------------------------------------------------


def import_folders() -> list[str]:
    """The zygote's ``sys.path``: the standard library and the folders that hold the libraries."""
    paths = sysconfig.get_paths()
    folders = [paths["stdlib"], os.path.join(paths["stdlib"], "lib-dynload")]
    folders += [paths["purelib"], paths["platlib"]]
    for name in LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            origin = Path(spec.origin)
            folders.append(str(origin.parents[1] if spec.submodule_search_locations else origin.parent))
    return _existing(folders)


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
    if not hidden.startswith(root.rstrip("/") + "/"):
        yield root
        return
    for entry in sorted(os.scandir(root), key=lambda e: e.name):
        if not entry.is_symlink():
            yield from cover(entry.path, hidden)


def _existing(paths: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(os.path.realpath(p) for p in paths if os.path.exists(p)))


def _outermost(paths: Sequence[str]) -> list[str]:
    """``paths`` without those that lie inside another of them."""
    return [p for p in paths if not any(p != q and p.startswith(q.rstrip("/") + "/") for q in paths)]


def _readable_by_all(paths: Sequence[str]) -> bool:
    """Whether a user without rights could read ``paths``: each folder on the way lets others pass."""
    for path in paths:
        if not os.stat(path).st_mode & stat.S_IROTH:
            return False
        for folder in Path(path).parents:
            if not folder.stat().st_mode & stat.S_IXOTH:
                return False
    return True


def _environment() -> dict[str, str]:
    """The whole environment of a zygote; nothing of the host's but the choice of CPU kernels."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONSAFEPATH": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "JOBLIB_MULTIPROCESSING": "0",  # or joblib warns that it got no semaphores
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": "/tmp",  # passes matplotlib's test for a writable folder; nothing is written
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",  # macOS: the zygote forks after importing torch
    }
    for name in ("ATEN_CPU_CAPABILITY",):
        if name in os.environ:
            variables[name] = os.environ[name]
    return variables


def _bwrap_command(files: Sequence[Path]) -> list[str]:
    """The ``bwrap`` prefix: no network, own processes, and a file system of the readable roots only."""
    command = ["bwrap", "--unshare-user", "--unshare-all", "--new-session", "--cap-drop", "ALL"]
    command += ["--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev", "--chdir", "/"]
    command += ["--size", str(1 << 20), "--tmpfs", "/tmp"]
    if os.getuid() == 0:
        command += ["--uid", "1000", "--gid", "1000"]
    for folder in ("/lib", "/lib64"):
        if os.path.islink(folder):
            command += ["--symlink", os.readlink(folder), folder]
    programs = [os.path.dirname(sys.executable), os.path.join(sys.base_prefix, "bin")]
    roots = readable_roots() + _existing([*programs, os.path.join(sys.prefix, "pyvenv.cfg")])
    for path in _outermost(roots):
        if not path.startswith("/dev/"):
            command += ["--ro-bind", path, path]
    ldconfig = os.path.realpath("/sbin/ldconfig")  # ctypes asks it where libseccomp is
    command += ["--ro-bind-try", ldconfig, "/sbin/ldconfig"]
    if any(str(PACKAGE).startswith(root.rstrip("/") + "/") for root in roots):
        command += ["--tmpfs", str(PACKAGE)]
    for file in files:
        command += ["--ro-bind", str(file), str(file)]
    return [*command, "--remount-ro", "/", "--"]


# --- one zygote and its workers --------------------------------------------------------------------------


class _Zygote:
    """A running zygote process and the conversation with it; not shared between sandboxes."""

    def __init__(self, isolation: Isolation, core: int | None, worker: Path | None) -> None:
        files = [*CHILD_SIDE, *([worker] if worker else [])]
        readable = [path for root in readable_roots() for path in cover(root, str(PACKAGE))]
        command = [sys.executable, "-s", "-B", "-X", "utf8", str(CHILD_SIDE[0])]
        if isolation == "bwrap+landlock+seccomp":
            command = _bwrap_command(files) + command
        drop_uid = os.getuid() == 0 and "bwrap" not in isolation and _readable_by_all(readable)
        config = {
            "isolation": isolation,
            "core": core,
            "worker": str(worker) if worker else None,
            "readable": readable,
            "sys_path": import_folders(),
            "uid": policy.NOBODY if drop_uid else None,
        }
        self.lock = threading.Lock()
        self.log: IO[bytes] = tempfile.TemporaryFile()
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                env=_environment(),
                cwd="/",
                start_new_session=True,
            )
        try:
            self.control.settimeout(START_SECONDS)
            wire.send_message(self.control, config)
            hello, _ = wire.recv_message(self.control)
        except (EOFError, OSError) as e:
            self.close()
            raise SandboxUnavailable(f"the sandbox did not start: {self.said() or e}") from e
        if "failed" in hello:
            self.close()
            raise SandboxUnavailable(f"the sandbox did not start: {hello['failed'].strip()}")

    def said(self) -> str:
        """The last lines that the zygote wrote to its standard error."""
        with contextlib.suppress(ValueError):
            self.log.seek(0)
            return self.log.read()[-2000:].decode("utf-8", "replace").strip()
        return ""

    def ask(self, request: Mapping[str, Any], fds: Sequence[int] = ()) -> dict[str, Any]:
        """One request, one answer. Raises ``EOFError`` if the zygote is gone or does not answer."""
        with self.lock:
            try:
                self.control.settimeout(REAP_SECONDS)
                wire.send_message(self.control, request, fds)
                answer, _ = wire.recv_message(self.control)
            except OSError as e:
                self.kill()
                raise EOFError(f"the zygote is gone: {e}") from e
        return answer

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the zygote and everything it started; wait until it is gone."""
        self.control.close()
        try:
            self.process.wait(timeout=REAP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()


class Sandbox:
    """One zygote, from which workers are forked. A context manager; may be used from several threads.

    ``restarts`` counts how often a zygote that had died was replaced.
    """

    def __init__(
        self, *, isolation: str, core: int | None = None, worker: Path | None = WORKER
    ) -> None:
        if isolation not in ISOLATIONS:
            raise ValueError(f"isolation {isolation!r} is none of {', '.join(ISOLATIONS)}")
        self.isolation: Isolation = isolation  # type: ignore[assignment]
        self.core = core
        self.restarts = 0
        self._worker = worker
        self._lock = threading.Lock()
        self._closed = False
        self._zygote = _Zygote(self.isolation, core, worker)

    def spawn(self, limits: Limits = Limits(), **request: Any) -> Worker:
        """Fork a worker; replaces the zygote first if it has died."""
        ours, theirs = socket.socketpair()
        output = _output_file()
        try:
            with theirs:
                message = {"do": "spawn", "run": "serve", "limits": asdict(limits), **request}
                zygote, answer = self._ask_to_spawn(message, [theirs.fileno(), output.fileno()])
        except BaseException:
            ours.close()
            output.close()
            raise
        return Worker(zygote, answer["pid"], ours, output, limits)

    def _ask_to_spawn(
        self, message: dict[str, Any], fds: Sequence[int]
    ) -> tuple[_Zygote, dict[str, Any]]:
        with self._lock:
            if self._closed:
                raise ValueError("the sandbox is closed")
            try:
                return self._zygote, self._zygote.ask(message, fds)
            except EOFError:
                self._zygote.close()
                self.restarts += 1
                self._zygote = _Zygote(self.isolation, self.core, self._worker)
                return self._zygote, self._zygote.ask(message, fds)

    def close(self) -> None:
        """End the zygote and all its workers. Safe to call twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._zygote.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Worker:
    """One locked-down process. After any exception from ``call`` it is dead; ``close`` says how it ended."""

    def __init__(
        self, zygote: _Zygote, pid: int, channel: socket.socket, output: IO[bytes], limits: Limits
    ) -> None:
        self._zygote, self.pid = zygote, pid
        self._channel, self._output, self._limits = channel, output, limits
        self._exit: Exit | None = None

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
        timeout: float,
        max_bytes: int | None = None,
    ) -> Reply:
        """Ask the worker to do ``op`` and return its answer.

        ``timeout`` (seconds) covers the whole exchange, sending included; ``max_bytes`` bounds the body of
        the answer. Raises ``WorkerTimeout``, ``WorkerDied`` or ``ProtocolError``; the worker has then been
        killed, whatever it was doing.
        """
        if self._exit is not None:
            raise WorkerDied("crashed", "the worker has already ended")
        nonce = secrets.token_hex(16)
        deadline = time.monotonic() + timeout
        request = {"op": op, "args": dict(args or {}), "nonce": nonce}
        try:
            wire.send(self._channel, request, tensors, deadline=deadline)
            header, arrays = wire.recv(
                self._channel,
                deadline=deadline,
                max_body=self._limits.max_reply_bytes if max_bytes is None else max_bytes,
            )
            if header.pop("nonce", None) != nonce:
                raise ProtocolError("an answer to a question that was not asked")
            return Reply(header, arrays)
        except TimeoutError as e:
            self.close()
            raise WorkerTimeout(f"no answer to {op} within {timeout:g} s") from e
        except EOFError as e:
            raise self._obituary(op) from e
        except ProtocolError:
            self.close()
            raise

    def _obituary(self, op: str) -> Exception:
        """The exception for a worker that hung up during ``op``: out of time, of memory, or crashed."""
        end = self.close()
        used = end.user_seconds + end.system_seconds
        if end.status == -signal.SIGXCPU or (
            end.status == -signal.SIGKILL and used >= self._limits.cpu_seconds
        ):
            return WorkerTimeout(f"{op} used more than {self._limits.cpu_seconds} s of processor time")
        tail = end.output[-4000:]
        if end.status == policy.EXIT_MEMORY or b"bad_alloc" in tail or b"MemoryError" in tail:
            return WorkerDied("memory", f"{op} ran out of memory")
        if end.status < 0:
            name = signal.Signals(-end.status).name if -end.status in set(signal.Signals) else "a signal"
            return WorkerDied("crashed", f"the process was ended by {name} during {op}")
        return WorkerDied("crashed", f"the process left with exit status {end.status} during {op}")

    def close(self) -> Exit:
        """Kill the worker if it lives, reap it and release everything; the same ``Exit`` every time."""
        if self._exit is None:
            try:
                end = self._zygote.ask({"do": "reap", "pid": self.pid})
            except EOFError:  # the zygote died and took its children along
                end = {"status": -signal.SIGKILL, "user_seconds": 0.0, "system_seconds": 0.0, "max_rss_kb": 0}
            self._channel.close()
            with self._output as file:
                file.seek(0)
                output = file.read(self._limits.output_bytes)
            self._exit = Exit(output=output, **end)
        return self._exit

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


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
    "landlock": "it needs Linux 5.13 or newer with Landlock enabled (lsm=landlock,... at boot)",
    "libseccomp": "install libseccomp2 (Debian, Ubuntu: apt install libseccomp2)",
    "bwrap": "bubblewrap hides more (Debian, Ubuntu: apt install bubblewrap), but is optional",
}


def detect(*, unsafe: bool = False) -> Isolation:
    """Find out, by trying, which isolation this machine gives; the strongest that holds is returned.

    A drill of harmless attacks runs in a locked-down child. If any of them works, that is no isolation,
    whatever the versions say. With ``unsafe`` the answer is then ``"none"`` instead of
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
        if unsafe:
            return "none"
        raise


def _drill(isolation: Isolation) -> Isolation:
    """Attack ``isolation`` from inside; return it if nothing worked, else raise ``SandboxUnavailable``."""
    with _targets() as targets, Sandbox(isolation=isolation, worker=None) as sandbox:
        worker = sandbox.spawn(DRILL_LIMITS, run="drill", targets=targets)
        try:
            header, _ = wire.recv(worker._channel, deadline=time.monotonic() + 10.0)
            worked = header["escapes"]
        except (EOFError, TimeoutError, ProtocolError, KeyError) as e:
            said = worker.close().output.decode("utf-8", "replace").strip()
            raise SandboxUnavailable(f"the isolation could not be tested: {said or e}") from e
        finally:
            worker.close()
    if worked:
        raise SandboxUnavailable(f"{isolation} does not hold here; it let through: {', '.join(worked)}")
    return isolation


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
            "memory_bytes": DRILL_LIMITS.memory_bytes,
        }
