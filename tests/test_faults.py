"""Faults from outside: processes killed, disks full or damaged, clocks that jump. Each costs nobody points, loses nothing
and leaves nothing half-written; what stops a run is one line and a status. ``tools/faults.py`` does the same at random."""

from __future__ import annotations

import ast
import gc
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader import classroom, cli, intake, observe, store
from grader.model import GraderError, Observation
from grader.sandbox import host
from grader.sandbox.host import WorkerDied
from tests.conftest import ROOT, Exam

Folder = Callable[[str, Mapping[str, bytes | str]], Path]

# --- a worker or a zygote is killed -----------------------------------------------------------------------


class Killer:
    """A sandbox that forwards to a real one and kills what answers, just before some of the calls."""

    def __init__(self, sandbox: host.Sandbox, ops: Mapping[int, str], whom: str) -> None:
        self.sandbox, self.ops, self.whom, self.calls = sandbox, ops, whom, 0

    def spawn(self, limits: host.Limits) -> Any:
        worker = self.sandbox.spawn(limits)
        call = worker.call

        def watched(op: str, *args: Any, **kwargs: Any) -> host.Reply:
            if self.ops.get(self.calls) == op or self.ops.get(-1) == op:
                self.kill(worker)
            self.calls += 1
            return call(op, *args, **kwargs)

        worker.call = watched  # type: ignore[method-assign]
        return worker

    def kill(self, worker: host.Worker) -> None:
        zygote = self.sandbox._zygote.process.pid
        newest = max(descendants(zygote), key=started)  # with bubblewrap the worker's own number is not valid here
        ended = os.pidfd_open(newest)
        if self.whom == "zygote":
            os.killpg(zygote, signal.SIGKILL)
        else:
            os.kill(newest, signal.SIGKILL)
        assert select.select([ended], [], [], 60)[0]
        os.close(ended)


def started(pid: int) -> tuple[int, int]:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]), pid


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, task.read_text().split())
    return [p for c in found for p in (c, *descendants(c))]


def observed(exam: Exam, source: str, sandbox: Any) -> bytes:
    """What the exact probes see, as bytes."""
    submission = intake.Submission("ada", "0" * 64, "submission.py", {"submission.py": source.encode()})
    seen = observe.Observer(submission, exam.assignment, None, sandbox).observe()
    return store.dumps(classroom.Observations(seen, "0" * 64, exam.isolation, {}, ""))


def counted(exam: Exam, source: str) -> tuple[bytes, list[str]]:
    """An undisturbed observation, and its calls in order."""
    ops: list[str] = []
    spawn = exam._sandbox.spawn

    def noting(limits: host.Limits) -> Any:
        worker = spawn(limits)
        call = worker.call
        worker.call = lambda op, *a, **k: (ops.append(op), call(op, *a, **k))[1]  # type: ignore[method-assign, func-returns-value]
        return worker

    return observed(exam, source, SimpleNamespace(spawn=noting)), ops


@pytest.fixture(scope="module")
def stateful() -> str:
    """Work whose answers depend on what its process was asked before: batch statistics."""
    return (ROOT / "tests" / "honest" / "mlp_batchnorm.py").read_text(encoding="utf-8")


linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="finds processes in /proc")


@linux
@pytest.mark.parametrize("whom", ["worker", "zygote"])
def test_what_is_killed_from_outside_is_observed_again_to_the_same_bits(whom: str, exam: Exam, stateful: str) -> None:
    truth, ops = counted(exam, stateful)
    half = len(ops) // 2
    killer = Killer(exam._sandbox, {0: ops[0], 1 + half: ops[half]}, whom)  # at once, then half-way through the second
    assert observed(exam, stateful, killer) == truth
    assert killer.calls == 1 + (half + 1) + len(ops)


@linux
def test_what_dies_every_time_is_the_submissions_own_doing(exam: Exam, stateful: str) -> None:
    killer = Killer(exam._sandbox, {-1: "loss"}, "worker")
    submission = intake.Submission("ada", "0" * 64, "submission.py", {"submission.py": stateful.encode()})
    seen = observe.Observer(submission, exam.assignment, None, killer).observe()  # type: ignore[arg-type]
    faults = {name: o.fault for name, o in seen.items() if o.fault is not None}
    assert faults and {f.kind for f in faults.values()} == {"memory"}
    assert all("loss" in f.message for f in faults.values())
    assert seen["load"].fault is None


def test_each_observation_begins_no_more_often_than_it_may(exam: Exam) -> None:
    begun = []

    def spawn(limits: host.Limits) -> Any:
        begun.append(limits)

        def call(*args: Any, **kwargs: Any) -> host.Reply:
            raise WorkerDied("memory", "gone", outside=True)

        end = SimpleNamespace(output=b"")
        return SimpleNamespace(call=call, close=lambda: end, used=0.0)

    submission = intake.Submission("ada", "0" * 64, "submission.py", {"submission.py": b""})
    seen = observe.Observer(submission, exam.assignment, None, SimpleNamespace(spawn=spawn)).observe()  # type: ignore[arg-type]
    assert len(begun) == observe.STARTS
    assert seen["load"].fault is not None and seen["load"].fault.kind == "memory"


@linux
def test_an_observation_is_let_go_at_once(exam: Exam, stateful: str) -> None:
    """Not when the garbage collector comes: that counts objects, and these few hold 25 MB."""
    submission = intake.Submission("ada", "0" * 64, "submission.py", {"submission.py": stateful.encode()})
    gc.collect()
    gc.disable()
    try:
        killer = Killer(exam._sandbox, {3: "apply"}, "worker")
        observer = observe.Observer(submission, exam.assignment, None, killer)  # type: ignore[arg-type]
        observer.observe()
        kept = weakref.ref(observer)
        del observer
        assert kept() is None
    finally:
        gc.enable()


# --- the versions -----------------------------------------------------------------------------------------


def test_versions_are_asked_again_and_then_it_is_one_line() -> None:
    class Box:
        def __init__(self, *answers: Any) -> None:
            self.answers = list(answers)

        def spawn(self) -> Any:
            return self

        def __enter__(self) -> Box:
            return self

        def __exit__(self, *exc: object) -> None:
            pass

        def call(self, op: str, cpu_seconds: float) -> host.Reply:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return host.Reply({"info": {"torch": "1"}}, {})

    killed = WorkerDied("memory", "environment ran out of memory", outside=True)
    box: Any = Box(killed, None)
    assert classroom.environment_of(box)["torch"] == "1" and not box.answers
    for answers in ((killed, killed), (WorkerDied("crashed", "no"),), (host.WorkerTimeout("no answer"),)):
        with pytest.raises(GraderError, match="does not tell its versions"):
            classroom.environment_of(Box(*answers))  # type: ignore[arg-type]


# --- whole runs of the grader -----------------------------------------------------------------------------

WORK = {"ada": "import torch\n", "bob": "class:\n", "eve": None}


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A class that takes a moment (nothing in it can be trained) and its output, undisturbed."""
    submissions = tmp_path_factory.mktemp("class")
    for name, text in WORK.items():
        (submissions / name).mkdir()
        if text is not None:
            (submissions / name / "submission.py").write_text(text)
    out = tmp_path_factory.mktemp("truth") / "out"
    done = grade(submissions, out)
    assert done.returncode == 0, done.stderr
    return submissions, out


def grade(submissions: Path, out: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [environment.pop("PYTHONPATH", ""), str(ROOT)]))
    return subprocess.run(
        [sys.executable, "-m", "grader", "grade", str(submissions), "--out", str(out), "--jobs", "1", *options],
        cwd=ROOT, capture_output=True, text=True, timeout=600, env={**os.environ, "PYTHONPATH": path, **environment},
    )  # fmt: skip


def results(out: Path) -> dict[str, bytes]:
    found = [*out.glob("*/grade.json"), *out.glob("*/report.html"), out / "index.html", out / "grades.csv"]
    return {str(p.relative_to(out)): p.read_bytes() for p in found if p.exists()}


def a_copy(truth: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    out = tmp_path / "out"
    shutil.copytree(truth[1], out)
    return truth[0], out


def one_line(done: subprocess.CompletedProcess[str], status: int, says: str) -> None:
    """The run ended with ``status``, and its last and only complaint says ``says``."""
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    complaints = [line for line in done.stderr.splitlines() if line.startswith("grader: ")]
    assert len(complaints) == 1 and says in complaints[0], done.stderr
    assert done.stderr.splitlines()[-1] == complaints[0]


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("kilobytes", [0, 40, 22_000])
def test_a_disk_that_fills_during_a_run(kilobytes: int, truth: tuple[Path, Path], tmp_path: Path) -> None:
    """Full from the start, full while caches are written, full while reports are: later there is room, and all is there."""
    submissions, _ = truth
    disk = tmp_path / "disk"
    with small_disk(disk, "size=30m"):
        filling = disk / "filling"
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        if kilobytes == 22_000:  # all but the last files fit
            used = sum(p.stat().st_size for p in truth[1].rglob("*") if p.is_file())
            kilobytes = max(0, used - 60_000) // 1024
        with filling.open("wb") as f:
            f.write(b"x" * (free - (kilobytes << 10)))
        done = grade(submissions, disk / "out")
        one_line(done, 3, f"cannot be written: {os.strerror(28)}")
        there = results(disk / "out")
        assert all(content == results(truth[1])[name] for name, content in there.items())
        assert not [p for p in (disk / "out").rglob("*") if ".tmp" in p.name]
        filling.unlink()
        again = grade(submissions, disk / "out")
        assert again.returncode == 0, again.stderr
        assert results(disk / "out") == results(truth[1])


def test_an_output_folder_that_cannot_be_written(truth: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with small_disk(out, "ro"):
        one_line(grade(truth[0], out), 3, f"{out}: cannot be written: ")


@pytest.mark.parametrize(
    "error",
    [OSError(28, os.strerror(28), "a/canary"), FileNotFoundError(2, "No usable temporary directory"), OSError("odd")],
)
def test_what_the_system_refuses_anywhere_is_one_line(
    error: OSError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(args: object) -> int:
        raise error

    monkeypatch.setitem(cli.COMMANDS, "grade", fails)
    assert cli.main(["grade"]) == 3
    said = capsys.readouterr().err
    where = f"{error.filename}: " if error.filename else ""
    assert said == f"grader: {where}{error.strerror or error}\n"


# --- damage ------------------------------------------------------------------------------------------------


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a byte": flipped,
    "cut off": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "an older format": lambda content: b"OBS0" + content[4:],
    "zeros": lambda content: bytes(len(content)),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
@pytest.mark.parametrize("name", ["grade.json", "report.html", "run.json"])
def test_damaged_results_are_made_again(
    name: str,
    damage: Callable[[bytes], bytes],
    truth: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submissions, out = a_copy(truth, tmp_path)
    (out / "ada" / name).write_bytes(damage((out / "ada" / name).read_bytes()))
    monkeypatch.setattr(
        host, "detect", lambda unsafe: json.loads((truth[1] / "bob" / "grade.json").read_bytes())["isolation"]
    )
    monkeypatch.setattr(host.Sandbox, "__init__", lambda *a, **k: pytest.fail("nothing has to be observed again"))
    assert cli.main(["grade", str(submissions), "--out", str(out)]) == 0
    assert results(out) == results(truth[1])


def test_damaged_observations_and_caches_are_made_again(truth: tuple[Path, Path], tmp_path: Path) -> None:
    """All kinds of damage at once: one run mends them."""
    submissions, out = a_copy(truth, tmp_path)
    stored = sorted((out / ".observations").rglob("*.obs"))
    before = [p.read_bytes() for p in stored]
    assert len(stored) == len(WORK)
    for path, damage in zip(stored, DAMAGE.values(), strict=False):
        path.write_bytes(damage(path.read_bytes()))
    for path in out.glob("*/run.json"):  # or the stored observations would not be asked for
        path.unlink()
    for path in (out / ".cache").iterdir():
        path.write_bytes(flipped(path.read_bytes()))
    done = grade(submissions, out)
    assert done.returncode == 0, done.stderr
    assert results(out) == results(truth[1]) and [p.read_bytes() for p in stored] == before


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_observation_is_told_where_nothing_may_be_observed(
    damage: Callable[[bytes], bytes], truth: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out = a_copy(truth, tmp_path)
    stored = sorted((out / ".observations").rglob("*.obs"))
    stored[0].write_bytes(damage(stored[0].read_bytes()))
    assert cli.main(["report", str(out)]) == 3
    said = capsys.readouterr().err
    assert (
        len(said.strip().splitlines()) == 1 and "observations are missing or damaged; run `grader grade` again" in said
    )
    assert results(out) == results(truth[1])


@pytest.mark.parametrize("name", ["grade.json", "run.json"])
def test_nobody_disappears_from_the_table_because_a_file_is_damaged(
    name: str, truth: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--only`` takes the rows of the others from their files."""
    submissions, out = a_copy(truth, tmp_path)
    (out / "bob" / name).write_bytes(b"{")
    assert cli.main(["grade", str(submissions), "--out", str(out), "--only", "ada"]) == 3
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith(f"grader: {out / 'bob' / name}: damaged (") and said.endswith(
        "; grade it again, or remove its folder"
    )
    assert (out / "grades.csv").read_bytes() == (truth[1] / "grades.csv").read_bytes()
    assert cli.main(["grade", str(submissions), "--out", str(out), "--only", "bob"]) == 0
    assert results(out) == results(truth[1])


def test_a_failure_of_the_harness_is_not_kept(
    truth: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submissions, out = truth[0], tmp_path / "out"

    def fails(*args: Any) -> Mapping[str, Observation]:
        raise RuntimeError("ours")

    with monkeypatch.context() as patch:
        patch.setattr(observe.Observer, "observe", fails)
        assert cli.main(["grade", str(submissions), "--out", str(out), "--jobs", "1"]) == 3
    assert cli.main(["grade", str(submissions), "--out", str(out), "--jobs", "1"]) == 0
    assert results(out) == results(truth[1])


def test_an_unreadable_submission_is_one_line_of_its_own_report(tmp_path: Path) -> None:
    """Root reads everything, so root becomes nobody for this."""
    submissions = tmp_path / "class"
    for name in ("ada", "bob"):
        (submissions / name).mkdir(parents=True)
        (submissions / name / "submission.py").write_text("import torch\n")
    tmp_path.chmod(0o755)
    (submissions / "ada").chmod(0)
    (submissions / "bob" / "submission.py").chmod(0)
    program = f"""
    import os, sys
    from pathlib import Path
    sys.path.insert(0, {str(ROOT)!r})
    from grader import intake
    if os.geteuid() == 0:
        os.seteuid(65534)
    for p in intake.find(Path("class")):
        s = intake.read(p)
        print(s.id, s.problem.message if s.problem else "was read")
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
    finally:
        (submissions / "ada").chmod(0o755)
    assert done.returncode == 0, done.stderr
    why = f"cannot be read: {os.strerror(13)}"
    assert done.stdout.splitlines() == [f"ada the submission {why}", f"bob submission.py {why}"]


# --- the lock ----------------------------------------------------------------------------------------------


def test_the_lock_of_a_dead_process_is_taken_and_its_rests_are_swept(truth: tuple[Path, Path], tmp_path: Path) -> None:
    submissions, out = a_copy(truth, tmp_path)
    (out / ".lock").write_text("4194304")
    rests = [
        out / ".tmp-a",
        out / "ada" / ".tmp-b",
        next((out / ".observations").iterdir()) / ".tmp-c",
        out / ".cache" / "d.tmp",
    ]
    for path in rests:
        path.write_bytes(b"half")
    kept = out / "ada" / "notes.tmp"
    kept.write_text("a person's")
    assert cli.main(["grade", str(submissions), "--out", str(out)]) == 0
    assert not [p for p in rests if p.exists()] and kept.exists()
    assert results(out) == results(truth[1])
    assert (out / ".lock").read_text() == str(os.getpid())


def test_what_another_grader_is_writing_is_not_swept(tmp_path: Path) -> None:
    with store.lock(tmp_path):
        (tmp_path / ".tmp-a").write_bytes(b"half")
        with pytest.raises(GraderError, match="another grader"), store.lock(tmp_path):
            pass
        assert (tmp_path / ".tmp-a").exists()


# --- the clock ---------------------------------------------------------------------------------------------

JUMPING = """
import time
_YEAR = 365.25 * 86400
_steps = [0]
_true = time.time
def _jumps():
    _steps[0] += 1
    return _true() + (-1) ** _steps[0] * 30 * _YEAR
time.time = _jumps
"""


def test_a_clock_that_jumps_by_decades_changes_no_byte(truth: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(JUMPING)
    done = grade(truth[0], tmp_path / "out", PYTHONPATH=str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    assert results(tmp_path / "out") == results(truth[1])
    times = [json.loads(p.read_bytes())["written_at"] for p in (tmp_path / "out").glob("*/run.json")]
    assert times and all(abs(t - time.time()) > 10 * 365 * 86400 for t in times)  # the clock did jump


def test_deadlines_do_not_look_at_the_clock() -> None:
    """Where the time of day is read: when a grade was written, and when a mark was given. Nothing waits for it."""
    wall = {"time", "now", "today", "utcnow", "ctime"}
    found = set()
    for path in sorted((ROOT / "grader").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in wall:
                module = node.func.value
                if isinstance(module, ast.Name) and module.id in ("time", "datetime", "date"):
                    found.add(f"{path.relative_to(ROOT / 'grader').as_posix()}: {module.id}.{node.func.attr}")
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                found.add(f"{path.name}: from time import")
    assert found == {"classroom.py: time.time", "marking/store.py: datetime.now"}
