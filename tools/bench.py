"""Speed and memory as ratios from one run, each beside its target: ``make bench``, or by name.

    python -m tools.bench                               # everything
    python -m tools.bench judge render                  # some of it
    python -m tools.bench mnist --data-root DIR         # DIR holds torchvision's MNIST/

Nothing here passes or fails: machines differ and are shared. The load average is printed because a figure
that was measured beside other work says little.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from grader import assignment, checks, classroom, evidence, intake, judge, observe, report, store
from grader.checks.base import Context
from grader.model import Observations, UsageError
from grader.sandbox import host

ROOT = Path(__file__).resolve().parent.parent
CLASS = ROOT / "submissions"
REFERENCE = ROOT / "reference"


@dataclass(frozen=True)
class Row:
    """One line of the table. ``target`` is empty for a figure that is only told."""

    what: str
    measured: str
    target: str = ""


class Skip(Exception):
    """Why a measurement cannot be made here."""


@dataclass(frozen=True)
class Bench:
    """What all measurements share; ``scratch`` is removed at the end."""

    scratch: Path
    data_root: Path

    def course(self, dataset: str = "digits", name: str = "out") -> classroom.Course:
        a = assignment.load(REFERENCE / "assignment.toml", check_ids=checks.IDS).with_dataset(dataset)
        return classroom.Course(a, self.scratch / f"{name}-{dataset}", self.data_root)

    def reference(self) -> intake.Submission:
        """The reference solution as a submission folder of its own."""
        folder = self.scratch / "class" / "reference"
        if not folder.exists():
            folder.mkdir(parents=True)
            shutil.copyfile(REFERENCE / "submission.py", folder / "submission.py")
        return intake.read(folder)


@cache
def isolation() -> str:
    return host.detect()


# --- meters -------------------------------------------------------------------------------------------------


@dataclass
class Meter:
    """What the workers of a block of code used. CPU and memory are the kernel's account of each ended worker."""

    waited: float = 0.0  # wall seconds from the end of a question to the first byte of its answer
    cpu: float = 0.0  # user and system seconds of workers
    peak_mb: float = 0.0
    seen: set[int] = field(default_factory=set)


@contextlib.contextmanager
def metered() -> Iterator[Meter]:
    """Watches every worker of this process from outside, without touching what it does."""
    meter = Meter()
    receive, reap = host.wire.recv, host.Worker._reap

    def waiting(sock: Any, **limits: Any) -> Any:
        started = time.perf_counter()
        select.select([sock], [], [], 600)
        meter.waited += time.perf_counter() - started
        return receive(sock, **limits)

    def counting(worker: host.Worker, grace: float) -> host.Exit:
        end = reap(worker, grace)
        if id(end) not in meter.seen:
            meter.seen.add(id(end))
            meter.cpu += end.user_seconds + end.system_seconds
            meter.peak_mb = max(meter.peak_mb, end.max_rss_kb / 1024)
        return end

    host.wire.recv, host.Worker._reap = waiting, counting  # type: ignore[method-assign]
    try:
        yield meter
    finally:
        host.wire.recv, host.Worker._reap = receive, reap  # type: ignore[method-assign]


@dataclass(frozen=True)
class Graded:
    """One submission, graded from its files to its report in this process."""

    wall: float
    parent_cpu: float
    meter: Meter
    observations: Observations


def grade_once(course: classroom.Course, submission: intake.Submission, sandbox: host.Sandbox) -> Graded:
    course.data, course.calibration, course.judging_key  # noqa: B018  (once for a class, so not counted)
    environment = classroom.environment_of(sandbox)
    with metered() as meter:
        wall, cpu = time.perf_counter(), time.process_time()
        seen = classroom.observe_one(course, submission, "bench", sandbox, environment, lambda probe: None)
        classroom.render(course, submission, seen, None)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Graded(wall, cpu, meter, seen)


def run_grader(*arguments: str) -> tuple[float, float]:
    """``(wall seconds, peak MB of the grading process itself)`` of one command in a process of its own."""
    code = (
        "import resource, sys, json; from grader.cli import main; status = main(sys.argv[1:]); "
        "print(json.dumps([status, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - started
    if done.returncode != 0:
        raise Skip(f"grader {arguments[0]} ended with {done.stderr.strip()[-200:]}")
    status, peak = json.loads(done.stdout.strip().splitlines()[-1])
    if status != 0:
        raise Skip(f"grader {arguments[0]} ended with status {status}: {done.stderr.strip()[-200:]}")
    return wall, peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


# --- measurements -------------------------------------------------------------------------------------------


def training(bench: Bench) -> Iterator[Row]:
    """Achieved arithmetic of training the reference VAE over what sgemm reaches at its shapes, one thread."""
    code = TRAINING.replace("STEPS", "300")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    train, gemm = json.loads(done.stdout)
    yield Row("training, FLOP/s over sgemm at its shapes", f"{train / gemm:.2f}", "≥ 0.70")
    yield Row("  training; sgemm", f"{train / 1e9:.1f}; {gemm / 1e9:.1f} GFLOP/s")


# Runs in a process of its own, because the number of threads is fixed when torch is imported. The products of one
# step at batch 128, D = 20: for each layer out = x w, dw = x' dout, and dx = dout w' except for the first layer.
TRAINING = """
import json, time
from pathlib import Path
import numpy as np, torch
from grader import worker
torch.set_num_threads(1)
B, D, H, P = 128, 20, 400, 784
layers = [(P, H, False), (H, D, True), (H, D, True), (D, H, True), (H, P, True)]
flop = sum(2 * B * i * o * (3 if back else 2) for i, o, back in layers)
session = worker.Session()
source = Path("reference/submission.py").read_bytes()
session.op_load({"main": "submission.py"}, {"file:submission.py": torch.from_numpy(np.frombuffer(source, np.uint8).copy())})
g = torch.Generator().manual_seed(0)
session.kept = {"train_x": torch.rand(1397, 1, 28, 28, generator=g), "order": torch.randint(0, 1397, (STEPS, B), generator=g)}
arguments = {"key": "m", "cls": "VAE", "D": D, "seed": 0, "beta": 1.0, "steps": STEPS, "learning_rate": 1e-3}
products = []
for i, o, back in layers:
    x, w, d = torch.rand(B, i, generator=g), torch.rand(o, i, generator=g), torch.rand(B, o, generator=g)
    products += [(x, w.t()), (d.t(), x)] + ([(d, w)] if back else [])
def train():
    session.op_train(arguments, {})
def gemm():
    for _ in range(STEPS):
        for a, b in products:
            torch.mm(a, b)
best = {}
for name, run in [("train", train), ("gemm", gemm)] * 4:  # alternating, best of four (the first warms up)
    started = time.perf_counter()
    run()
    best[name] = min(best.get(name, 1e9), time.perf_counter() - started)
print(json.dumps([flop * STEPS / best["train"], flop * STEPS / best["gemm"]]))
"""


def overhead(bench: Bench) -> Iterator[Row]:
    """Grading the reference on digits: what the harness adds to the time spent inside workers, and what isolation adds."""
    course, submission = bench.course(), bench.reference()
    started = time.perf_counter()
    kinds = {"isolated": isolation(), "open": "none"}
    best: dict[str, Graded] = {}
    beyond: list[float] = []
    with contextlib.ExitStack() as stack:
        sandboxes = {k: stack.enter_context(host.Sandbox(isolation=i)) for k, i in kinds.items()}
        for sandbox in sandboxes.values():
            classroom.environment_of(sandbox)
        start = (time.perf_counter() - started) / 2
        for _ in range(3):
            for kind, sandbox in sandboxes.items():
                done = grade_once(course, submission, sandbox)
                if kind not in best or done.wall < best[kind].wall:
                    best[kind] = done
                if kind == "isolated":
                    beyond.append(done.wall - done.meter.waited)
    one = best["isolated"]
    yield Row("grading the reference, beyond the time in workers", f"{min(beyond):.2f} s", "≤ 0.5 s")
    yield Row("  in all; waiting for workers", f"{one.wall:.2f}; {one.meter.waited:.2f} s")
    yield Row("  CPU of the harness; of its workers", f"{one.parent_cpu:.2f}; {one.meter.cpu:.2f} s")
    yield Row("  once for a class: start of a sandbox", f"{start:.2f} s")
    added = one.wall / best["open"].wall - 1
    yield Row(f"  what {one.observations.isolation} adds to the whole", f"{100 * added:+.1f} %", "≤ 5 %")
    yield Row("peak memory of a worker", f"{one.meter.peak_mb:.0f} MB", "≤ 900 MB")


def jobs(bench: Bench) -> Iterator[Row]:
    """Two workers against one on the demonstration class, everything observed again."""
    walls, peaks = [], []
    for n in ("1", "2"):
        out = bench.scratch / f"jobs-{n}"
        wall, peak = run_grader("grade", str(CLASS), "--out", str(out), "--jobs", n)
        walls.append(wall)
        peaks.append(peak)
    yield Row("two workers against one, demonstration class", f"{walls[0] / walls[1]:.2f} times", "≥ 1.7 times")
    yield Row("  one worker; two workers", f"{walls[0]:.0f}; {walls[1]:.0f} s")
    yield Row(f"peak memory of the harness, {len(intake.find(CLASS))} submissions", f"{max(peaks):.0f} MB", "≤ 600 MB")


def unchanged(bench: Bench, copies: int = 100) -> Iterator[Row]:
    """A class of copies of the reference, graded again with nothing changed."""
    source, folder = bench.reference().path, bench.scratch / "copies"
    assert source is not None
    out = str(bench.scratch / "out-copies")
    peaks = []
    for n in (copies // 4, copies):
        for i in range(n):
            shutil.copytree(source, folder / f"copy-{i:03d}", dirs_exist_ok=True)
        peaks.append(run_grader("grade", str(folder), "--out", out)[1])
    again = min(run_grader("grade", str(folder), "--out", out)[0] for _ in range(2))
    yield Row(f"{copies} unchanged submissions graded again", f"{again:.2f} s", "≤ 3 s")
    yield Row(
        f"peak memory of the harness, {copies // 4} and {copies} submissions",
        f"{peaks[0]:.0f} and {peaks[1]:.0f} MB",
        "≤ 600 MB",
    )


def mnist(bench: Bench) -> Iterator[Row]:
    """The reference on MNIST, from its files to its report, in seconds of processor time."""
    course = bench.course("mnist")
    try:
        course.data, course.calibration  # noqa: B018
    except UsageError as missing:
        raise Skip(str(missing)) from None
    with host.Sandbox(isolation=isolation()) as sandbox:
        done = min(
            (grade_once(course, bench.reference(), sandbox) for _ in range(2)), key=lambda g: g.parent_cpu + g.meter.cpu
        )
    yield Row("full grade of the reference on MNIST", f"{done.parent_cpu + done.meter.cpu:.1f} CPU-s", "≤ 12 CPU-s")
    yield Row("  workers; harness; wall", f"{done.meter.cpu:.1f}; {done.parent_cpu:.1f}; {done.wall:.1f} s")


@cache
def stored(bench: Bench) -> tuple[Path, ...]:
    """Stored observations of the demonstration class: those in ``reports`` if they are there, else made now."""
    course = bench.course()
    found = sorted((ROOT / "reports" / ".observations").rglob("*.obs"))
    if not found:
        run_grader("grade", str(CLASS), "--out", str(course.out))
        found = sorted((course.out / ".observations").rglob("*.obs"))
    usable = []
    for path in found:
        seen = store.read(path)
        if seen is not None and "train:beta_1" in seen.by_probe and seen.data_sha256 == course.data.sha256:
            usable.append(path)
    if not usable:
        raise Skip("no stored observations of digits")
    return tuple(usable[:10])


def cpu_of(work: Callable[[], object], times: int = 3) -> float:
    """Least processor seconds of this thread over a few runs."""
    best = float("inf")
    for _ in range(times):
        started = time.thread_time()
        work()
        best = min(best, time.thread_time() - started)
    return best


def judging(bench: Bench) -> Iterator[Row]:
    """The judge alone: all checks on observations of trained submissions."""
    course, submission = bench.course(), bench.reference()
    bands, _ = course.calibration
    observations = [o for p in stored(bench) if (o := store.read(p)) is not None]
    judge.grade(
        submission, observations[0], course.assignment, course.data, bands
    )  # what is worked out once for a class
    seconds = [
        cpu_of(lambda o=o: judge.grade(submission, o, course.assignment, course.data, bands)) for o in observations
    ]
    reading = [cpu_of(lambda p=p: store.read(p)) for p in stored(bench)]
    mean = statistics.mean(seconds)
    yield Row("judge alone, one core", f"{1 / mean:.0f} submissions/s", "≥ 20 submissions/s")
    yield Row("  with reading the observations from disk", f"{1 / (mean + statistics.mean(reading)):.0f} submissions/s")


def rendering(bench: Bench) -> Iterator[Row]:
    """Figures and rendering of one report, from judged observations to HTML."""
    course, submission = bench.course(), bench.reference()
    bands, honest = course.calibration
    seconds, sizes = [], []
    for path in stored(bench):
        observations = store.read(path)
        assert observations is not None
        grade = judge.grade(submission, observations, course.assignment, course.data, bands)
        grade = replace(grade, written=judge.written_answers(submission, course.assignment))
        context = Context(observations.by_probe, course.assignment, course.data, bands)
        context.found, context.shown  # noqa: B018  (the judge has already worked these out)

        def page(o: Observations = observations, c: Any = context, g: Any = grade) -> str:
            return report.render_report(g, evidence.evidence(o, c, course.data, bands, honest))

        sizes.append(len(page().encode()))
        seconds.append(cpu_of(page))
    yield Row("figures and rendering, median report", f"{statistics.median(seconds):.2f} CPU-s", "≤ 0.5 CPU-s")
    yield Row("largest report", f"{max(sizes) / 1e6:.2f} MB", "≤ 2 MB")


def spawning(bench: Bench) -> Iterator[Row]:
    """Spawn, lock down, load the reference, build, one encode, kill and reap."""
    submission = bench.reference()
    import numpy as np

    files = {f"file:{k}": np.frombuffer(v, np.uint8) for k, v in submission.source.items()}
    x = np.zeros((1, 1, 28, 28), np.float32)
    milliseconds, seconds = [], []
    with host.Sandbox(isolation=isolation()) as sandbox:
        for _ in range(33):
            started = time.perf_counter()
            with sandbox.spawn(observe.LIMITS) as worker:
                worker.call("load", {"main": submission.main}, files, cpu_seconds=30)
                worker.call("build", {"key": "m", "cls": "VAE", "D": 20, "seed": 0, "jiggle": 0.0}, cpu_seconds=30)
                worker.call("apply", {"key": "m", "method": "encode", "seed": 0}, {"a0": x}, cpu_seconds=30)
            milliseconds.append(1e3 * (time.perf_counter() - started))
            seconds.append(worker.used)
    yield Row(
        "spawn, lock down, load, one encode, kill: median", f"{statistics.median(milliseconds[3:]):.0f} ms", "≤ 80 ms"
    )
    yield Row(
        "  of the processor: what one room more costs; five look at a submission",
        f"{statistics.median(seconds[3:]):.3f} s",
    )


BENCHES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "spawn": spawning,
    "training": training,
    "overhead": overhead,
    "judge": judging,
    "render": rendering,
    "unchanged": unchanged,
    "jobs": jobs,
    "mnist": mnist,
}


def main(argv: Sequence[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m tools.bench", description=(__doc__ or "").split("\n")[0])
    p.add_argument("names", nargs="*", metavar="NAME", help="some of: " + ", ".join(BENCHES))
    p.add_argument(
        "--data-root", type=Path, default=Path(".data"), metavar="DIR", help="folder with torchvision's MNIST/"
    )
    args = p.parse_args(argv)
    unknown = [n for n in args.names if n not in BENCHES]
    if unknown:
        p.error(f"{', '.join(unknown)}: must be among {', '.join(BENCHES)}")
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}, {isolation()}", flush=True)
    print(f"{'':58}{'measured':>24}   target", flush=True)
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as scratch:
        bench = Bench(Path(scratch), args.data_root.resolve())
        for name in args.names or BENCHES:
            try:
                for row in BENCHES[name](bench):
                    print(f"{row.what:58}{row.measured:>24}   {row.target}".rstrip(), flush=True)
            except Skip as reason:
                print(f"{name:58}{'skipped':>24}   {reason}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
