"""The sandbox as its caller sees it: what a worker can do, what it cannot, and what is left afterwards."""

from __future__ import annotations

import importlib.util
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.model import GraderError
from grader.sandbox import host, policy, wire
from grader.sandbox.host import LAYERS, Limits, Sandbox, SandboxUnavailable, Worker, WorkerDied, WorkerTimeout
from grader.sandbox.wire import ProtocolError

STANDIN = (Path(__file__).with_name("standin_worker.py"),)
SMALL = Limits(memory_bytes=256 << 20, cpu_seconds=10)
SECONDS = 20.0  # of processor time, far more than anything here takes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="student code needs fork")


def holds(isolation: str) -> bool:
    try:
        return isolation == "none" or bool(host._drill(isolation))  # type: ignore[arg-type]
    except SandboxUnavailable:
        return False


AVAILABLE = [isolation for isolation in LAYERS if holds(isolation)]
ISOLATED = [isolation for isolation in AVAILABLE if isolation != "none"]
needs_isolation = pytest.mark.skipif(not ISOLATED, reason="this machine has no isolation")


def standin(isolation: str, **options: Any) -> Sandbox:
    return Sandbox(isolation=isolation, worker=STANDIN, **options)


@pytest.fixture(scope="module", params=AVAILABLE)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with standin(request.param) as box:
        yield box


@pytest.fixture(scope="module", params=ISOLATED)
def isolated(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with standin(request.param) as box:
        yield box


def run(box: Sandbox, source: str, limits: Limits = SMALL, cpu_seconds: float = SECONDS) -> Any:
    """The value that ``source`` computes in a fresh worker."""
    with box.spawn(limits) as worker:
        header = execute(worker, source, cpu_seconds)
    assert "raised" not in header, header
    return header["value"]


def execute(worker: Worker, source: str, cpu_seconds: float = SECONDS) -> dict[str, Any]:
    return worker.call("exec", {"source": textwrap.dedent(source)}, cpu_seconds=cpu_seconds).header


def raised(box: Sandbox, source: str) -> str:
    """The name of the exception that ``source`` raises in a fresh worker."""
    with box.spawn(SMALL) as worker:
        return str(execute(worker, source)["raised"])


def descendants(pid: int) -> list[int]:
    """Process ids below ``pid``, as the kernel has them now."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        parents[int(status.parent.name)] = int(fields["PPid"])
    found = [pid]
    for ancestor in found:
        found += [child for child, parent in parents.items() if parent == ancestor]
    return found[1:]


# --- answers -------------------------------------------------------------------------------------------


def test_a_worker_answers_with_the_tensors_it_was_sent(sandbox: Sandbox) -> None:
    images = np.random.default_rng(0).random((300, 784), dtype=np.float32)
    with sandbox.spawn() as worker:
        for _ in range(2):
            reply = worker.call("echo", tensors={"images": images}, cpu_seconds=SECONDS)
            np.testing.assert_array_equal(reply.tensors["images"], images)
        assert worker.alive
    assert not worker.alive


def test_workers_share_nothing(sandbox: Sandbox) -> None:
    source = "import random, builtins\nvalue = [random.random(), hasattr(builtins, 'mark')]\n"
    with sandbox.spawn(SMALL) as first, sandbox.spawn(SMALL) as second:
        before = execute(first, source + "builtins.mark = 1")["value"]
        assert execute(first, source)["value"][1] is True
        assert execute(second, source)["value"] == before  # the same seed, and no mark


def test_closing_says_how_the_worker_ended_and_what_it_used(sandbox: Sandbox) -> None:
    worker = sandbox.spawn(SMALL)
    execute(worker, "x = bytearray(30 << 20)\nfor i in range(10**6): pass\nprint('said')")
    end = worker.close()
    assert end.killed and end.status == -signal.SIGKILL
    assert 0 < end.user_seconds + end.system_seconds < SECONDS
    assert end.max_rss_kb > 30 << 10
    assert end.output == b"said\n"
    assert worker.close() is end


def test_the_environment_holds_nothing_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    with standin(AVAILABLE[0]) as box:
        environment = run(box, "import os; value = dict(os.environ)")
    assert "secret" not in str(environment)
    assert environment["ATEN_CPU_CAPABILITY"] == "default"
    assert environment["OMP_NUM_THREADS"] == environment["MKL_NUM_THREADS"] == "1"
    assert environment["PYTHONHASHSEED"] == "0"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_a_sandbox_keeps_to_its_core() -> None:
    core = max(os.sched_getaffinity(0))
    with standin(AVAILABLE[0], core=core) as box:
        assert run(box, "import os; value = sorted(os.sched_getaffinity(0))") == [core]


def test_hashing_is_the_same_in_every_zygote() -> None:
    values = []
    for _ in range(2):
        with standin(AVAILABLE[0]) as box:
            values.append(run(box, "value = hash('reproducible')"))
    assert values[0] == values[1]


def test_the_trusted_side_does_not_import_torch() -> None:
    program = "import sys, grader.sandbox.host; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=host.PACKAGE.parent)


# --- ends ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("import os; os._exit(0)", "exit status 0"),
        ("import os; os._exit(9)", "exit status 9"),
        ("raise SystemExit(4)", "exit status"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("sock.close()\nwhile True: pass", "channel was closed"),
        ("import os; os.closerange(3, 64)\nwhile True: pass", "channel was closed"),
    ],
)
def test_an_early_end_is_a_crash(sandbox: Sandbox, source: str, detail: str) -> None:
    worker = sandbox.spawn(SMALL)
    with pytest.raises(WorkerDied, match=detail) as caught:
        execute(worker, source)
    assert caught.value.kind == "crashed" and not caught.value.outside
    assert not worker.alive
    with pytest.raises(WorkerDied, match="already ended"):
        execute(worker, "value = 1")
    assert run(sandbox, "value = 1") == 1


SLEEPS = Limits(memory_bytes=256 << 20, cpu_seconds=10, patience=1.0)  # grading's patience, sixty times shorter
ASLEEP = "asleep: less than 0.0166667 s of processor time in 1 s"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("while True: pass", id="loop"),
        pytest.param(
            "import signal\nfor s in range(1, 32):\n"
            "  try: signal.signal(s, signal.SIG_IGN)\n  except (OSError, ValueError): pass\n"
            "while True: pass",
            id="ignores signals",
        ),
        pytest.param("import re; re.match('(a*)*b', 'a' * 60)", id="holds the GIL"),
        pytest.param(
            "import threading\ndef spin():\n  while True: pass\n"
            "for _ in range(3): threading.Thread(target=spin).start()\nthreading.Event().wait()",
            id="threads",
        ),
    ],
)
def test_whatever_keeps_the_processor_busy_is_ended_after_its_seconds(sandbox: Sandbox, source: str) -> None:
    worker = sandbox.spawn(SMALL)
    with pytest.raises(WorkerTimeout, match=r"^used more than 0\.3 s of processor time$") as caught:
        execute(worker, source, cpu_seconds=0.3)
    assert not caught.value.asleep
    assert worker.close().killed and 0.3 < worker.used < 5.0
    assert run(sandbox, "value = 1") == 1


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import time; time.sleep(3600)", id="sleep"),
        pytest.param("import threading; a = threading.Lock(); a.acquire(); a.acquire()", id="lock"),
        pytest.param("import os; os.read(os.pipe()[0], 1)", id="pipe"),
        pytest.param(
            "import os\nfor _ in range(9999): sock.send(b'AEG1'); __import__('time').sleep(0.2)", id="no frame"
        ),
        pytest.param(
            "import time, wire\nfor b in wire.pack({'nonce': nonce, 'value': 'x' * 1000}):\n"
            "  sock.send(bytes([b])); time.sleep(0.05)",
            id="drips a good frame",
        ),
    ],
)
def test_whatever_leaves_the_processor_alone_is_asleep(sandbox: Sandbox, source: str) -> None:
    worker = sandbox.spawn(SLEEPS)
    with pytest.raises((WorkerTimeout, ProtocolError)) as caught:
        execute(worker, source)
    assert isinstance(caught.value, ProtocolError) or (caught.value.asleep and str(caught.value) == ASLEEP)
    assert worker.close().killed and worker.used < 1.0
    assert run(sandbox, "value = 1") == 1


@pytest.mark.skipif(not policy.LINUX, reason="stops a process by its id")
def test_a_stopped_process_is_asleep() -> None:
    with standin(AVAILABLE[-1]) as box, box.spawn(SLEEPS) as worker:
        pid = execute(worker, "import os; value = os.getpid()")["value"]
        if AVAILABLE[-1].startswith("bwrap"):
            pytest.skip("its id means nothing here")
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(WorkerTimeout, match="asleep"):
            execute(worker, "value = 1")


def test_many_short_sleeps_are_one_long_one(sandbox: Sandbox) -> None:
    with sandbox.spawn(SLEEPS) as worker, pytest.raises(WorkerTimeout, match="asleep"):
        for _ in range(100):
            execute(worker, "import time; time.sleep(0.3)")


def test_a_worker_that_reads_nothing_is_asleep(sandbox: Sandbox) -> None:
    with sandbox.spawn(SLEEPS) as worker:
        execute(worker, "import time, wire; wire.recv = lambda sock: time.sleep(99)")
        with pytest.raises(WorkerTimeout, match="asleep"):
            worker.call("echo", tensors={"x": np.zeros(1 << 20)}, cpu_seconds=SECONDS)


def test_an_answer_that_came_before_anybody_looked_is_late_all_the_same(sandbox: Sandbox) -> None:
    source = "import time\nend = time.process_time() + 0.1\nwhile time.process_time() < end: pass"
    with sandbox.spawn(SMALL) as worker:
        assert execute(worker, source, cpu_seconds=0.2)["value"] is None
        assert 0.1 <= worker.used < 0.2
        with pytest.raises(WorkerTimeout, match=r"used more than 0\.05 s"):
            execute(worker, source, cpu_seconds=0.05)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("  0:00.05\n", 0.05), ("00:00:07", 7.0), ("1:02:03", 3723.0), ("2-01:00:00", 176400.0), ("", 0.0)],
)
def test_processor_time_as_ps_tells_it_where_the_kernel_has_no_clock_for_it(told: str, seconds: float) -> None:
    program = f"from grader.sandbox import zygote; assert zygote.seconds_of({told!r}) == {seconds}"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=host.PACKAGE.parent)


class Machine:
    """A worker's clocks on a machine whose time is a variable."""

    def __init__(self) -> None:
        self.now, self.usage = 100.0, host.Usage(0.0)

    def watch(self) -> host.Watch:
        return host.Watch(lambda closely: self.usage, 60.0, lambda: self.now)

    def pass_by(self, watch: host.Watch, seconds: float, cpu: float = 0.0, queued: float = 0.0) -> None:
        """``seconds`` of wall time, looked at as often as the watch asks, with a share of processor and of queueing."""
        end = self.now + seconds
        while self.now < end:
            step = watch()
            self.now += step
            self.usage = host.Usage(self.usage.cpu + step * cpu, self.usage.queued + step * queued, self.usage.held)


@pytest.mark.parametrize("share", [1.0, 0.5, 1 / 9, 1 / 50])
def test_how_much_of_the_processor_a_worker_gets_decides_nothing(share: float) -> None:
    machine = Machine()
    watch = machine.watch()
    watch.open(allowed=20.0)
    machine.pass_by(watch, 19.9 / share, cpu=share)
    with pytest.raises(WorkerTimeout, match=r"^used more than 20 s of processor time$"):
        machine.pass_by(watch, 0.5 / share, cpu=share)


def test_asleep_is_less_than_a_second_in_sixty() -> None:
    machine = Machine()
    watch = machine.watch()
    watch.open(allowed=20.0)
    machine.pass_by(watch, 30.0, cpu=1.0 / 29)  # a second, and it is awake
    machine.pass_by(watch, 58.0, cpu=0.01)
    with pytest.raises(WorkerTimeout, match=r"^asleep: less than 1 s of processor time in 60 s$"):
        machine.pass_by(watch, 4.0, cpu=0.01)


def test_who_waits_for_a_processor_or_for_the_kernel_is_not_asleep() -> None:
    machine = Machine()
    watch = machine.watch()
    watch.open(allowed=20.0)
    machine.pass_by(watch, 3600.0, cpu=0.0001, queued=0.9999)
    machine.usage = host.Usage(machine.usage.cpu, machine.usage.queued, held=True)
    machine.pass_by(watch, 3600.0)
    machine.usage = host.Usage(machine.usage.cpu, machine.usage.queued)
    with pytest.raises(WorkerTimeout, match="asleep"):
        machine.pass_by(watch, 61.0)


def test_time_in_which_nobody_looked_or_nothing_was_asked_is_nobodys_sleep() -> None:
    machine = Machine()
    watch = machine.watch()
    for _ in range(10):
        watch.open(allowed=20.0)
        machine.now += 3600.0  # the grader itself was stopped, or judged somebody
        watch()
        watch.end()
        machine.now += 3600.0


def test_processor_time_is_limited_by_the_kernel_too(sandbox: Sandbox) -> None:
    worker = sandbox.spawn(Limits(cpu_seconds=1))
    with pytest.raises(WorkerTimeout, match="processor time"):
        execute(worker, "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass")


@pytest.mark.skipif(not policy.LINUX, reason="macOS cannot limit the address space")
def test_memory_is_limited(sandbox: Sandbox) -> None:
    with sandbox.spawn(SMALL) as worker:
        assert execute(worker, "x = bytearray(200 << 20)").get("raised") is None
        assert execute(worker, "y = bytearray(300 << 20)")["raised"] == "MemoryError"


def test_running_out_of_memory_in_the_worker_itself_is_told_apart(sandbox: Sandbox) -> None:
    worker = sandbox.spawn(SMALL)
    with pytest.raises(WorkerDied) as caught:
        execute(worker, "import wire\ndef send(*a): raise MemoryError\nwire.send = send")
    assert caught.value.kind == "memory" and not caught.value.outside


# --- forged answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import wire; wire.send(sock, {'nonce': '0' * 32, 'value': 1})", id="forged nonce"),
        pytest.param("import wire; wire.send(sock, {'value': 1})", id="no nonce"),
        pytest.param("sock.sendall(b'AEG1' + b'\\xff' * 12)", id="gigantic length"),
        pytest.param("import pickle; sock.sendall(pickle.dumps(print) * 9)", id="pickle"),
        pytest.param(
            'import struct; h = b\'{"nonce": "\' + nonce.encode() + b\'", "value": NaN}\'\n'
            "sock.sendall(b'AEG1' + struct.pack('<IQ', len(h), 0) + h)",
            id="NaN",
        ),
    ],
)
def test_a_forged_answer_is_a_protocol_error(sandbox: Sandbox, source: str) -> None:
    worker = sandbox.spawn(SMALL)
    with pytest.raises(ProtocolError):
        execute(worker, source)
    assert not worker.alive


def test_an_answer_sent_ahead_does_not_answer_the_next_question(sandbox: Sandbox) -> None:
    worker = sandbox.spawn(SMALL)
    twice = "import wire; wire.send(sock, {'nonce': nonce, 'value': 'early'})"
    assert execute(worker, twice)["value"] == "early"
    with pytest.raises(ProtocolError, match="not asked"):
        execute(worker, "value = 'second'")


def test_an_answer_larger_than_asked_for_is_refused(sandbox: Sandbox) -> None:
    worker = sandbox.spawn(SMALL)
    with pytest.raises(ProtocolError, match="at most 1000"):
        worker.call("echo", tensors={"x": np.zeros(1000)}, cpu_seconds=SECONDS, bound=wire.Bound(body=1000))


# --- output -----------------------------------------------------------------------------------------------


def test_a_flood_of_output_is_cut_and_not_kept(sandbox: Sandbox) -> None:
    worker = sandbox.spawn(SMALL)
    execute(worker, "for i in range(20000): print(i, 'x' * 100)")
    output = worker.close().output
    assert output.startswith(b"0 xxx") and output.endswith(b"[output cut here]\n")
    assert len(output) <= SMALL.output_bytes


def test_output_that_goes_round_python_is_cut_as_well(sandbox: Sandbox) -> None:
    worker = sandbox.spawn(SMALL)
    header = execute(worker, "import os\nwhile True: os.write(1, b'y' * 65536)")
    assert header["raised"] == "OSError"
    assert worker.close().output == b"y" * SMALL.output_bytes


def test_what_was_printed_before_a_kill_is_kept(sandbox: Sandbox) -> None:
    worker = sandbox.spawn(SMALL)
    with pytest.raises(WorkerTimeout):
        source = "import sys\nprint('out \\udc80')\nprint('err', file=sys.stderr)\nwhile True: pass"
        execute(worker, source, cpu_seconds=0.5)
    assert worker.close().output == b"out \\udc80\nerr\n"


def test_standard_input_is_empty(sandbox: Sandbox) -> None:
    assert run(sandbox, "import sys; value = sys.stdin.read()") == ""
    assert raised(sandbox, "input()") == "EOFError"


# --- what a locked-down child cannot do -------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "open('/etc/passwd').read()",
        "import os; os.listdir('/')",
        "import os; os.listdir('/proc')",
        "open('/proc/self/environ').read()",
        "import os; open(f'/proc/{os.getppid()}/mem', 'rb')",
        "open('/tmp/left-behind', 'w')",
        "open('/dev/shm/left-behind', 'w')",
        "import os; os.mkdir('/tmp/left-behind')",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.kill(os.getppid(), 0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import os; os.memfd_create('hidden')",
        "import os; os.sched_setaffinity(0, {0})",
        "import os; os.chmod(os.__file__, 0o777)",
        "import os; os.setsid()",
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "import fcntl; fcntl.flock(0, fcntl.LOCK_EX)",
    ],
)
@needs_isolation
def test_denied(isolated: Sandbox, source: str) -> None:
    assert raised(isolated, source) in ("PermissionError", "FileNotFoundError", "OSError")


@needs_isolation
def test_limits_cannot_be_lifted(isolated: Sandbox) -> None:
    lift = "import resource as r; r.setrlimit(r.RLIMIT_AS, (r.RLIM_INFINITY,) * 2)"
    assert raised(isolated, lift) in ("ValueError", "PermissionError")
    libc = "import ctypes; value = ctypes.CDLL(None, use_errno=True).prctl({}, {}, 0, 0, 0)"
    assert run(isolated, libc.format(1, 0)) == -1  # PR_SET_PDEATHSIG
    assert run(isolated, libc.format(4, 1)) == -1  # PR_SET_DUMPABLE


@needs_isolation
def test_the_harness_cannot_be_read_and_libraries_can(isolated: Sandbox) -> None:
    source = f"""
    import os
    value = []
    for folder, _, files in os.walk({str(host.PACKAGE.parent)!r}):
        value += [os.path.join(folder, f) for f in files]
    for path in {[str(p) for p in (host.ZYGOTE, *host.ZYGOTE_PARTS, *host.WORKER)]}:
        try:
            value.append(open(path).read())
        except OSError:
            pass
    """
    assert run(isolated, source) == []
    assert run(isolated, "import safetensors; value = open(safetensors.__file__).read() > ''") is True
    assert run(isolated, "import decimal, sqlite3, asyncio; value = asyncio.run(asyncio.sleep(0, 7))") == 7


@needs_isolation
def test_an_installed_harness_is_hidden_inside_its_site_packages(tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    shutil.copytree(host.PACKAGE, site / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "neighbour.py").write_text("VALUE = 'importable'\n")
    source = f"""
    import os, neighbour
    value = [neighbour.VALUE]
    for path in {[str(site / "grader" / p) for p in ("model.py", "sandbox/host.py", "worker.py")]}:
        try:
            value.append(open(path).read())
        except OSError:
            value.append("hidden")
    try:
        value.append(os.listdir({str(site / "grader")!r}))
    except OSError:
        value.append("hidden")
    try:
        import grader.model
    except (ImportError, PermissionError):
        value.append("hidden")
    """
    program = f"""
    import sys
    sys.path.insert(0, {str(site)!r})
    from pathlib import Path
    from grader.sandbox import host
    assert host.PACKAGE == Path({str(site / "grader")!r}), host.PACKAGE
    folders = host.import_folders
    host.import_folders = lambda: [*folders(), {str(site)!r}]
    for isolation in {ISOLATED}:
        with host.Sandbox(isolation=isolation, worker=[Path({str(STANDIN[0])!r})]) as box:
            with box.spawn() as worker:
                header = worker.call("exec", {{"source": {textwrap.dedent(source)!r}}}, cpu_seconds=20).header
                assert header["value"] == ["importable"] + ["hidden"] * 5, header
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_cover_leaves_out_the_hidden_folder_and_links(tmp_path: Path) -> None:
    for name in ("a/x", "a/grader/checks", "a/grader/sandbox", "b"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a" / "module.py").touch()
    (tmp_path / "a" / "link").symlink_to(tmp_path / "b")
    root, hidden = str(tmp_path / "a"), str(tmp_path / "a" / "grader")
    assert list(host.cover(root, hidden)) == [f"{root}/module.py", f"{root}/x"]
    assert list(host.cover(str(tmp_path / "b"), hidden)) == [str(tmp_path / "b")]
    assert list(host.cover(hidden, hidden)) == []


@needs_isolation
def test_the_kernel_confirms_the_lock_down(isolated: Sandbox) -> None:
    before = set(descendants(os.getpid()))
    with isolated.spawn(SMALL) as worker:
        execute(worker, "value = 1")
        (pid,) = set(descendants(os.getpid())) - before
        status = Path(f"/proc/{pid}/status").read_text()
    kept = 1 << policy.CAP_DAC_READ_SEARCH if isolated._zygote.searches else 0  # where Python lies in root's home
    for line in (f"CapEff:\t{kept:016x}", f"CapPrm:\t{kept:016x}", "NoNewPrivs:\t1", "Seccomp:\t2"):
        assert line in status, status
    assert "Uid:\t0" not in status or isolated._zygote.user is None
    assert "CapBnd:\t0000000000000000" in status or os.getuid() != 0 or "Uid:\t0" not in status
    assert re.search(r"^Threads:\t1$", status, re.MULTILINE)


LIBRARIES = """
import collections, dataclasses, math, typing
import numpy as np
import scipy.stats
import sklearn.manifold
import torch, torch.distributions, torch.nn.functional
import torchvision, torchvision.transforms
import matplotlib.pyplot as plt
from torch.utils.data import DataLoader, TensorDataset

plt.figure()
plt.plot([1, 2])
plt.gcf().canvas.draw()
list(DataLoader(TensorDataset(torch.zeros(4, 2)), batch_size=2, shuffle=True))
"""


@pytest.mark.skipif(not importlib.util.find_spec("torchvision"), reason="no torchvision")
@pytest.mark.parametrize("isolation", AVAILABLE)
def test_a_submission_imports_the_usual_libraries_without_a_word(isolation: str) -> None:
    source = {"file:submission.py": np.frombuffer(LIBRARIES.encode(), np.uint8)}
    with Sandbox(isolation=isolation) as box, box.spawn() as worker:
        reply = worker.call("load", {"main": "submission.py"}, source, cpu_seconds=60.0)
        assert reply.header["ok"], reply.header
        assert worker.close().output == b""


@needs_isolation
@pytest.mark.skipif("bwrap+landlock+seccomp" not in AVAILABLE, reason="no bubblewrap")
def test_bubblewrap_hides_that_files_and_processes_exist(tmp_path: Path) -> None:
    places = ["/etc/passwd", "/home", str(tmp_path), str(host.PACKAGE / "model.py"), f"/proc/{os.getpid()}"]
    source = f"import os; value = [os.path.exists(p) for p in {places}]"
    with standin("bwrap+landlock+seccomp") as box:
        assert run(box, source) == [False] * len(places)
        (tmp_path / "link").symlink_to("/etc")
        for ask in ("os.readlink(p)", "os.open(p, os.O_PATH)", "os.stat(p)"):
            source = f"""
import os, errno
value = []
for p in {[*places, str(tmp_path / "link"), "/nonexistent"]}:
    try:
        value.append({ask})
    except OSError as e:
        value.append(errno.errorcode[e.errno])
"""
            told = run(box, source)
            assert set(told) == {told[-1]}, "what is there is told apart from what is not"


# --- nothing is left behind -------------------------------------------------------------------------------


def _open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not policy.LINUX, reason="counts in /proc")
def test_no_descriptor_and_no_zombie_is_left(sandbox: Sandbox) -> None:
    run(sandbox, "value = 1")
    files, processes = _open_descriptors(), set(descendants(os.getpid()))
    for i in range(30):
        worker = sandbox.spawn(SMALL)
        if i % 3 == 0:
            execute(worker, "value = 1")
        elif i % 3 == 1:
            with pytest.raises(WorkerDied):
                execute(worker, "import os; os._exit(1)")
        worker.close()
    assert _open_descriptors() == files
    assert set(descendants(os.getpid())) == processes


@pytest.mark.skipif(not policy.LINUX, reason="counts in /proc")
@pytest.mark.parametrize("isolation", AVAILABLE)
def test_closing_the_sandbox_ends_its_workers(isolation: str) -> None:
    files, processes = _open_descriptors(), set(descendants(os.getpid()))
    box = standin(isolation)
    workers = [box.spawn(SMALL) for _ in range(3)]
    started = set(descendants(os.getpid())) - processes  # other tests' browsers come and go beside them
    assert len(started) >= 4
    box.close()
    box.close()
    deadline = time.monotonic() + 20.0  # inside bubblewrap the kernel ends them, in its own time
    while started & set(descendants(os.getpid())) and time.monotonic() < deadline:
        os.sched_yield()
    assert not started & set(descendants(os.getpid()))
    assert not any(worker.alive for worker in workers)
    for worker in workers:
        assert worker.close().killed
    assert _open_descriptors() == files
    with pytest.raises(ValueError, match="closed"):
        box.spawn()


@pytest.mark.skipif(not policy.LINUX, reason="pidfds and /proc")
@pytest.mark.parametrize("isolation", AVAILABLE)
def test_killing_the_grader_ends_everything_it_started(isolation: str) -> None:
    program = f"""
    import sys, threading
    from pathlib import Path
    from grader.sandbox.host import Sandbox
    boxes = []
    def start():
        box = Sandbox(isolation={isolation!r}, worker=[Path({str(STANDIN[0])!r})])
        boxes.append((box, [box.spawn() for _ in range(2)]))
    threads = [threading.Thread(target=start) for _ in range(2)]
    for t in threads: t.start()
    for t in threads: t.join()
    for _, workers in boxes:
        for w in workers: w.call("echo", cpu_seconds=20)  # though the threads that started them have ended
    print("ready", flush=True)
    sys.stdin.read()
    """
    grader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=host.PACKAGE.parent,
    )
    assert grader.stdin and grader.stdout
    with grader.stdin, grader.stdout:
        assert grader.stdout.readline() == b"ready\n"
        watched = [os.pidfd_open(pid) for pid in descendants(grader.pid)]
        assert len(watched) >= 6
        grader.kill()
        grader.wait()
        deadline = time.monotonic() + SECONDS
        alive = set(watched)
        while alive and time.monotonic() < deadline:
            alive -= set(select.select(alive, [], [], deadline - time.monotonic())[0])
        for fd in watched:
            os.close(fd)
        assert not alive


@pytest.mark.skipif(not policy.LINUX, reason="finds the zygote in /proc")
@pytest.mark.parametrize("isolation", AVAILABLE)
def test_a_dead_zygote_is_replaced(isolation: str) -> None:
    with standin(isolation) as box:
        worker = box.spawn(SMALL)
        files = _open_descriptors()
        os.killpg(box._zygote.process.pid, signal.SIGKILL)
        with pytest.raises(WorkerDied) as caught:
            execute(worker, "while True: pass")
        assert caught.value.outside
        assert run(box, "value = 1") == 1
        assert box.restarts == 1
        assert run(box, "value = 2") == 2
        assert box.restarts == 1
        assert _open_descriptors() <= files


@pytest.mark.skipif(not policy.LINUX, reason="finds the worker in /proc")
@pytest.mark.parametrize("isolation", AVAILABLE)
def test_a_worker_that_somebody_else_kills_is_told_apart(isolation: str) -> None:
    with standin(isolation) as box:
        before = set(descendants(os.getpid()))
        worker = box.spawn(SMALL)
        execute(worker, "value = 1")
        (pid,) = set(descendants(os.getpid())) - before
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerDied) as caught:
            execute(worker, "value = 1")
        assert caught.value.outside
        assert run(box, "value = 1") == 1
        assert box.restarts == 0


@pytest.mark.skipif(not policy.LINUX, reason="finds the zygote in /proc")
@pytest.mark.parametrize("isolation", AVAILABLE)
def test_a_zygote_that_is_killed_while_it_starts_is_started_again(
    isolation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    popen, started = subprocess.Popen, []

    def kills_the_first(*args: Any, **kwargs: Any) -> Any:
        started.append(popen(*args, **kwargs))
        if len(started) == 1:
            os.killpg(started[0].pid, signal.SIGKILL)
        return started[-1]

    with monkeypatch.context() as patch:
        patch.setattr(host.subprocess, "Popen", kills_the_first)
        box = standin(isolation)
    with box:
        assert run(box, "value = 1") == 1 and len(started) == 2


def test_a_drill_that_somebody_ended_is_held_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once: what cannot be tested is no isolation. What got through is told at once."""
    answers: list[Any] = [host._Gone("ended"), []]

    def attacks(isolation: str) -> list[str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return list(answer)

    monkeypatch.setattr(host, "_attacks", attacks)
    assert host._drill("landlock+seccomp") == "landlock+seccomp" and not answers
    answers += [host._Gone("ended"), host._Gone("ended")]
    with pytest.raises(SandboxUnavailable, match="ended"):
        host._drill("landlock+seccomp")
    answers += [["write", "fork"]]
    with pytest.raises(SandboxUnavailable, match="let through write, fork"):
        host._drill("landlock+seccomp")


def test_an_interrupted_conversation_is_not_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any, **kwargs: Any) -> Any:
        raise KeyboardInterrupt

    with standin(AVAILABLE[0]) as box:
        worker = box.spawn(SMALL)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(host.wire, "recv_message", interrupted)
            worker.close()
        assert worker.close().killed
        assert run(box, "value = 1") == 1
        assert box.restarts == 1


def test_sandboxes_work_side_by_side_in_threads() -> None:
    def grade(number: int) -> list[Any]:
        with standin(AVAILABLE[number % len(AVAILABLE)]) as box:
            return [run(box, f"value = {number} * 100 + {i}") for i in range(5)]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(grade, range(4))) == [[n * 100 + i for i in range(5)] for n in range(4)]


def test_one_sandbox_serves_several_threads(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(4) as pool:
        values = list(pool.map(lambda i: run(sandbox, f"value = {i}"), range(12)))
    assert values == list(range(12))


# --- detection --------------------------------------------------------------------------------------------


def test_an_unknown_isolation_is_refused() -> None:
    with pytest.raises(ValueError, match="firejail"):
        Sandbox(isolation="firejail")


@needs_isolation
def test_detection_returns_the_strongest_isolation_that_holds() -> None:
    assert host.detect() == ISOLATED[0]


@needs_isolation
def test_without_bubblewrap_landlock_and_seccomp_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *a, **k: None)
    assert host.detect() == "landlock+seccomp"


@needs_isolation
def test_a_bubblewrap_that_does_not_start_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *a, **k: "/bin/true")
    monkeypatch.setattr(host, "_bwrap_command", lambda files: ["/bin/false"])
    assert host.detect() == "landlock+seccomp"


@needs_isolation
@pytest.mark.parametrize(("missing", "let_through"), [("landlock", "read"), ("seccomp", "fork"), ("rlimits", "memory")])
def test_a_layer_that_does_not_act_is_noticed(monkeypatch: pytest.MonkeyPatch, missing: str, let_through: str) -> None:
    for isolation in ("bwrap+landlock+seccomp", "landlock+seccomp"):
        monkeypatch.setitem(LAYERS, isolation, LAYERS["landlock+seccomp"] - {missing})
    with pytest.raises(SandboxUnavailable, match=let_through) as caught:
        host.detect()
    assert caught.value.exit_status == 3
    assert isinstance(caught.value, GraderError)
    assert host.detect(unsafe=True) == "none"


@needs_isolation
@pytest.mark.parametrize(
    ("module", "text", "remedy"),
    [
        ("pyseccomp", "raise RuntimeError('Unable to find libseccomp')", "apt install libseccomp2"),
        ("pyseccomp", "raise ImportError('no module')", "pyseccomp is missing"),
        ("landlockpy", "def abi_version(): return 0", "Linux 5.13"),
        ("landlockpy", "raise ImportError('no module')", "landlockpy is missing"),
    ],
)
def test_the_refusal_names_what_is_missing_and_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str, text: str, remedy: str
) -> None:
    (tmp_path / f"{module}.py").write_text(text + "\n")
    folders = host.import_folders()
    monkeypatch.setattr(host, "import_folders", lambda: [str(tmp_path), *folders])
    with pytest.raises(SandboxUnavailable, match=re.escape(remedy)):
        host.detect()


def test_a_bubblewrap_that_is_not_there_is_a_declared_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "_bwrap_command", lambda files: ["/nonexistent/bwrap"])
    with pytest.raises(SandboxUnavailable, match="nonexistent"):
        standin("bwrap+landlock+seccomp")


@pytest.mark.parametrize(("platform", "remedy"), [("darwin", "virtual machine"), ("win32", "WSL")])
def test_other_systems_are_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch, platform: str, remedy: str) -> None:
    monkeypatch.setattr(policy, "LINUX", False)
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(SandboxUnavailable, match=remedy):
        host.detect()
    assert host.detect(unsafe=True) == "none"


def test_a_worker_that_cannot_be_loaded_is_explained(tmp_path: Path) -> None:
    broken = tmp_path / "worker.py"
    broken.write_text("def warm(): raise RuntimeError('torch is not what it was')\n")
    with pytest.raises(SandboxUnavailable, match="torch is not what it was"):
        Sandbox(isolation=AVAILABLE[0], worker=[broken])


@pytest.mark.skipif(not policy.LINUX, reason="counts threads in /proc")
def test_a_zygote_with_two_threads_is_refused(tmp_path: Path) -> None:
    threaded = tmp_path / "worker.py"
    threaded.write_text(
        "import threading\ndef warm(): threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    with pytest.raises(SandboxUnavailable, match="2 threads"):
        Sandbox(isolation=AVAILABLE[0], worker=[threaded])


# --- neighbours -------------------------------------------------------------------------------------------

HOG = """
import threading
end, value = threading.Event(), 0
try:
    while True:
        threading.Thread(target=end.wait, daemon=True).start()
        value += 1
except RuntimeError:
    pass
"""
POOL = """
import threading
threads = [threading.Thread(target=int) for _ in range(8)]
value = 0
for t in threads:
    t.start()
for t in threads:
    t.join()
    value += 1
"""


@needs_isolation
@pytest.mark.parametrize("isolation", AVAILABLE)
def test_who_uses_up_its_threads_takes_none_from_others_or_is_found_out(isolation: str) -> None:
    with standin(isolation) as one, standin(isolation) as other, one.spawn() as hog, other.spawn() as worker:
        if one._zygote.tasks and os.getuid() == 0:
            pytest.skip("no limit on threads holds here")
        assert 0 < execute(hog, HOG)["value"] < host.Limits.threads
        if one._zygote.tasks:  # those of a user are counted together: whose doing it is, is told
            assert execute(worker, POOL)["raised"] == "RuntimeError"
            assert worker.crowded() and not hog.crowded()
        else:
            assert execute(worker, POOL)["value"] == 8


@pytest.mark.skipif(not policy.LINUX or os.getuid() != 0, reason="only root has users to give")
def test_no_two_zygotes_of_the_machine_have_one_user() -> None:
    program = f"""
    import sys
    from pathlib import Path
    from grader.sandbox.host import Sandbox
    with Sandbox(isolation={ISOLATED[-1]!r}, worker=[Path({str(STANDIN[0])!r})]) as box:
        print(box._zygote.user, flush=True)
        sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with (
        standin(ISOLATED[-1]) as one,
        standin(ISOLATED[-1]) as other,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=host.PACKAGE.parent
        ) as elsewhere,
    ):
        assert elsewhere.stdout is not None
        users = [one._zygote.user, other._zygote.user, int(elsewhere.stdout.readline())]
        assert len(set(users)) == 3
    with standin(ISOLATED[-1]) as later:
        assert later._zygote.user in users  # given back


@needs_isolation
@pytest.mark.parametrize("isolation", AVAILABLE)
def test_nobody_is_crowded_by_itself(isolation: str) -> None:
    with standin(isolation) as box, box.spawn() as worker:
        execute(worker, HOG)
        assert not worker.crowded()
