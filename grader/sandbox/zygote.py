"""The zygote: imports and warms the libraries once, then forks one locked-down child per request.

Run as a script by ``host.py``, inside bubblewrap where that works. It is single-threaded, holds nothing
secret (no data, no expected value, no other submission) and takes orders only from its control socket:
one JSON configuration, then requests ``spawn``, ``clock``, ``status``, ``reap`` and ``die``, each answered before the next is read.
When the socket closes it kills its children and exits.

A child goes through, in this order: close descriptors, new session, limits, drop root, not dumpable,
die with the zygote, Landlock, seccomp, seeds; only then does the worker see its first request.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

# Read when numpy and torch are imported; a second thread here would make two-thread children hang.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import contextlib
import faulthandler
import gc
import importlib.util
import io
import itertools
import logging
import random
import signal
import site
import socket
import subprocess
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

HERE = Path(__file__).resolve().parent


def load_by_path(name: str, path: Path) -> ModuleType:
    """Import one file as top-level module ``name``, without making its folder importable."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class CappedOutput(io.RawIOBase):
    """Writes to a descriptor until ``limit`` bytes have been written, then throws the rest away.

    An honest but talkative submission is cut short instead of failing; one that goes round this class
    meets RLIMIT_FSIZE.
    """

    NOTICE = b"\n[output cut here]\n"

    def __init__(self, fd: int, limit: int) -> None:
        self._fd, self._left = fd, limit - len(self.NOTICE)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        if self._left >= 0:
            os.write(self._fd, view[: self._left])
            self._left -= len(view)
            if self._left < 0:
                os.write(self._fd, self.NOTICE)
        return len(view)


def main(control: socket.socket) -> None:
    wire = load_by_path("wire", HERE / "wire.py")
    config, _ = wire.recv_message(control)
    try:
        zygote = Zygote(control, config, wire)
    except Exception as e:
        failure = {"failed": traceback.format_exc(limit=-3), "missing": getattr(e, "layer", None)}
        wire.send_message(control, failure)
        sys.exit(1)
    zygote.serve()


class Zygote:
    """State of the parent of all children: the rules they get, and their process ids."""

    def __init__(self, control: socket.socket, config: dict[str, Any], wire: ModuleType) -> None:
        self.control, self.config, self.wire = control, config, wire
        if config["core"] is not None and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {config["core"]})  # children inherit it
        sys.path[:] = config["sys_path"]
        for add_builtins in (site.setquit, site.setcopyright, site.sethelper):  # -S left them out
            add_builtins()
        self.policy: Any = load_by_path("policy", HERE / "policy.py")
        self.worker: Any = None
        layers = set(config["layers"])
        self.landlock: Any = None
        self.filter: Any = None
        self.limited = "rlimits" in layers
        self.isolated = bool(layers & {"landlock", "seccomp"})
        if "landlock" in layers:
            self.landlock = self.policy.landlock_rules(config["readable"])
        if "seccomp" in layers:
            self.filter = self.policy.system_call_filter()
        self.worker = self._load_worker([Path(p) for p in config["worker"]])
        _fill_import_caches()
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it cannot save its cache
        if self.isolated:
            self.policy.refuse_tracing()
        if self.policy.LINUX:
            threads = len(os.listdir("/proc/self/task"))
            if threads != 1:
                raise RuntimeError(f"the zygote has {threads} threads; forking it would hang children")
        self.pid = os.getpid()
        if processor_seconds(self.pid) <= 0.0:  # importing took more than nothing
            raise RuntimeError("the processor time of a process cannot be read here")
        self.memory = _virtual_memory()
        own_users = "bwrap" in layers and os.getuid() != 0  # a namespace of users: see host.py
        self.tasks = 0 if own_users and self.limited and not _others_count() else config["tasks"]
        self.children: set[int] = set()
        gc.collect()
        gc.freeze()  # collections in children then touch none of the shared pages
        wire.send_message(control, {"ready": self.pid, "memory": self.memory, "tasks": self.tasks})

    @staticmethod
    def _load_worker(files: list[Path]) -> Any:
        """Load the child-side modules in order; the last is the worker, which is warmed."""
        modules = [load_by_path(file.stem, file) for file in files]
        if not modules:
            return None
        modules[-1].warm()
        return modules[-1]

    def serve(self) -> None:
        """Answer requests until the host closes the control socket or dies."""
        try:
            while True:
                request, fds = self.wire.recv_message(self.control, max_fds=2)
                if request["do"] == "spawn":
                    answer = self.spawn(request, *fds)
                elif request["do"] == "clock":
                    answer = clock(request["pid"], closely=request["closely"])
                elif request["do"] == "status":
                    answer = self.policy.process_status(request["pid"])
                elif request["do"] == "die":  # for the drill: what it leaves behind has to end
                    os.kill(os.getpid(), signal.SIGKILL)
                else:
                    answer = self.reap(request["pid"], request["grace"])
                self.wire.send_message(self.control, answer)
        except (EOFError, OSError):
            for pid in list(self.children):
                self.reap(pid)

    def spawn(self, request: dict[str, Any], channel: int, output: int) -> dict[str, Any]:
        pid = os.fork()
        if pid == 0:
            self._child(request, channel, output)
        os.close(channel)
        os.close(output)
        self.children.add(pid)
        return {"pid": pid}

    def reap(self, pid: int, grace: float = 0.0) -> dict[str, Any]:
        """Kill one child and what is left of its process group; return how it ended and what it used.

        A child that has closed its channel gets ``grace`` seconds to end by itself, so that its own exit
        status is seen, and one that is already ending whatever it needs for that. ``killed`` says that it had to be killed. The zygote is the parent: until it has
        waited for a child, that id cannot be given to another process.
        """
        self.children.discard(pid)
        deadline = time.monotonic() + grace
        ended = _has_ended(pid)
        while not ended and grace and (time.monotonic() < deadline or _is_ending(pid)):
            time.sleep(0.002)
            ended = _has_ended(pid)
        for kill in (os.killpg, os.kill):  # it may not have reached setsid
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        unit = 1 if sys.platform.startswith("linux") else 1024  # macOS counts bytes
        return {
            "status": code,
            "killed": not ended and code == -signal.SIGKILL,
            "user_seconds": usage.ru_utime,
            "system_seconds": usage.ru_stime,
            "max_rss_kb": usage.ru_maxrss // unit,
        }

    def _child(self, request: dict[str, Any], channel: int, output: int) -> NoReturn:
        """Everything a child does; it leaves only through ``os._exit``."""
        status = self.policy.EXIT_SETUP
        try:
            self._lock_down(request, channel, output)
            status = 70
            sock = socket.socket(fileno=channel)  # closed by the end of the process alone
            self._run(request, sock)
            status = 0
        except MemoryError:
            status = self.policy.EXIT_MEMORY
        except BaseException:
            with contextlib.suppress(OSError):
                os.write(2, traceback.format_exc().encode("utf-8", "replace"))
        finally:
            os._exit(status)

    def _lock_down(self, request: dict[str, Any], channel: int, output: int) -> None:
        limits, policy = request["limits"], self.policy
        devnull = os.open(os.devnull, os.O_RDONLY)
        os.dup2(devnull, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        self.control.detach()  # or this object would close whatever gets its number
        keep = {channel} | ({self.landlock.fileno()} if self.landlock else set())
        low = 3
        for fd in [*sorted(keep), os.sysconf("SC_OPEN_MAX")]:
            os.closerange(low, fd)
            low = fd + 1
        os.setsid()
        if self.limited:
            policy.limit_resources(limits, self.memory, self.tasks)
        if self.isolated:
            policy.drop_privileges(self.config["uid"], search=self.config["search"])
            policy.refuse_tracing()
            policy.refuse_new_privileges()
        if policy.LINUX:
            policy.die_with(self.pid)
        faulthandler.enable(file=2)
        _replace_standard_streams(limits["output_bytes"])
        if self.landlock is not None:
            self.landlock.restrict()
            self.landlock.close()
        if self.filter is not None:
            self.filter.load()

    def _run(self, request: dict[str, Any], sock: socket.socket) -> None:
        if request["run"] == "drill":
            self.wire.send(sock, {"escapes": self.policy.escapes(request["targets"], sock.fileno())})
            sock.recv(1)  # until it has been looked at from outside
            return
        _seed()
        self.worker.serve(sock)


def clock(pid: int, *, closely: bool) -> dict[str, Any]:
    """What a child has used of the processor; ``closely``, whether it could have used more as well.

    ``cpu`` are the seconds of all its threads. ``queued`` are the seconds that one of its threads was ready to
    run and another process had the processor; ``held`` says that the kernel holds it in a sleep that it cannot
    leave (its memory is being read back from a disk). Neither is its own doing.
    """
    answer: dict[str, Any] = {"cpu": processor_seconds(pid), "queued": 0.0, "held": False}
    if closely:
        with contextlib.suppress(OSError, ValueError, IndexError):  # no /proc, or a thread that has just ended
            for task in itertools.islice(Path(f"/proc/{pid}/task").iterdir(), THREADS_LOOKED_AT):
                queued = int((task / "schedstat").read_text().split()[1]) / 1e9
                answer["queued"] = max(answer["queued"], queued)
                state = (task / "stat").read_text().rpartition(")")[2].split()[0]
                answer["held"] = answer["held"] or state == "D"
    return answer


THREADS_LOOKED_AT = 16  # torch runs with one here; a submission that starts thousands shall not keep us busy


def processor_seconds(pid: int) -> float:
    """Processor seconds of a process that has not been waited for, of all its threads, ended ones too."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(3) makes of a process id on Linux
    except OSError:
        pass
    told = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return seconds_of(told)


def seconds_of(told: str) -> float:
    """What ``ps`` means by ``[[days-]hours:]minutes:seconds``."""
    days, _, rest = told.strip().rpartition("-")
    seconds = 0.0
    for part in rest.split(":"):
        seconds = 60 * seconds + float(part or 0)
    return 86400 * int(days or 0) + seconds


def _has_ended(pid: int) -> bool:
    """Whether a child can be waited for; never where the system cannot look without waiting (macOS)."""
    if not hasattr(os, "waitid"):
        return False
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _is_ending(pid: int) -> bool:
    """Whether a process that is still there is on its way out: all of its threads are (PF_EXITING, linux/sched.h).

    A first thread that has left alone shows as ending for as long as another one likes.
    """
    try:
        threads = [(task / "stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
        return bool(threads) and all(int(t.rpartition(")")[2].split()[6]) & 4 for t in threads)
    except (OSError, ValueError, IndexError):
        return False


def _replace_standard_streams(limit: int) -> None:
    """Line-buffered, capped text streams: what was printed before a SIGKILL is not lost."""
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - stays open as long as the process
    raw = CappedOutput(1, limit)
    text = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)
    for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
        setattr(sys, name, text)


def _seed() -> None:
    """After the fork: torch's default seed differs from process to process."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def _fill_import_caches() -> None:
    """Let every path finder list its folder now: a child may read modules, yet not list all folders."""
    importlib.invalidate_caches()
    importlib.util.find_spec("a_module_that_does_not_exist")


def _others_count() -> bool:
    """Whether the limit on threads counts those outside this namespace of users: not since Linux 5.14.

    Found out by trying, under a limit that leaves room for what runs inside and one process more.
    """
    import resource

    inside = sum(len(os.listdir(folder)) for folder in Path("/proc").glob("[0-9]*/task"))
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (inside + 1, before[1]))
    try:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        return False
    except BlockingIOError:
        return True
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, before)


def _virtual_memory() -> int:
    """Bytes of address space of this process; 0 where that is not known."""
    try:
        with open("/proc/self/statm") as f:
            return int(f.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
