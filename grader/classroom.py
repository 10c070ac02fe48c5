"""Grades a class: finds what is new, observes it in parallel, judges, renders, and loses nothing on the way."""

from __future__ import annotations

import json
import math
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from grader import (
    __version__,
    calibrate,
    closure,
    evidence,
    exports,
    intake,
    judge,
    late,
    marking,
    observe,
    report,
    store,
    text,
)
from grader import data as datasets
from grader.assignment import Assignment
from grader.checks.base import Context
from grader.data import Dataset
from grader.intake import Submission
from grader.model import Band, Demand, Evidence, Fault, Grade, GraderError, Observation, Observations, UsageError
from grader.sandbox import host
from grader.sandbox.wire import ProtocolError

PACKAGE = Path(__file__).resolve().parent

T = TypeVar("T")


def reference_folder() -> Path:
    """``reference/`` beside the package in a checkout, or inside it when installed."""
    for folder in (PACKAGE.parent / "reference", PACKAGE / "_reference"):
        if (folder / "assignment.toml").is_file():
            return folder
    raise GraderError("reference/assignment.toml is missing: the installation is not whole")


@cache
def code_digest(root: str | None = None) -> str:
    """Digest of the package, or of what its file ``root`` reaches; worked out once in a process."""
    return closure.digest(PACKAGE, root)


def observing_code() -> str:
    """Digest of the code that decides what is observed."""
    return code_digest("observe.py")


@dataclass
class Progress:
    """What is going on, for a progress bar; called from several threads."""

    say: Callable[[str, str, int, int], None] = lambda submission, probe, done, total: None
    done: int = 0
    total: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def probe(self, submission: str, name: str) -> None:
        with self.lock:
            self.say(submission, name, self.done, self.total)

    def finished(self, submission: str) -> None:
        with self.lock:
            self.done += 1
            self.say(submission, "", self.done, self.total)


@dataclass(frozen=True)
class Course:
    """An assignment with its data, its bands and the places where things are kept."""

    assignment: Assignment
    out: Path
    data_root: Path

    @cached_property
    def data(self) -> Dataset:
        a = self.assignment
        return datasets.load(a.dataset, seed=a.seed, root=self.data_root, cache=self.out / ".cache")

    @cached_property
    def calibration(self) -> tuple[dict[str, Band], list[dict[str, Any]]]:
        return calibrate.load(self.calibration_path, self.assignment)

    @cached_property
    def marks(self) -> Mapping[str, Mapping[str, marking.Mark]]:
        return marking.load_marks(self.out)

    def lateness(self, submission: Submission) -> late.Late | None:
        """What lateness costs; ``None`` without a policy, and where nothing was handed in that could earn points."""
        if self.assignment.late is None or (submission.problem is not None and submission.received is None):
            return None
        return late.late(submission.received, self.assignment.late)

    @property
    def calibration_path(self) -> Path:
        return reference_folder() / "calibration" / f"{self.assignment.dataset}.json"

    @cached_property
    def observing_key(self) -> str:
        parts = [self.assignment.observation_key(), self.data.sha256, observing_code()]
        return sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def judging_key(self) -> str:
        calibration = sha256(self.calibration_path.read_bytes()).hexdigest()
        return sha256(f"{self.assignment.judging_key()} {calibration} {code_digest()}".encode()).hexdigest()

    def observation_digest(self, submission: Submission, isolation: str, environment: Mapping[str, Any]) -> str:
        versions = json.dumps(dict(environment), sort_keys=True)
        parts = [intake.source_digest(submission), self.observing_key, isolation, versions]
        if submission.problem is not None:
            parts += [submission.problem.kind, submission.problem.message]
        return sha256("\n".join(parts).encode()).hexdigest()

    def observation_path(self, digest: str) -> Path:
        return self.out / ".observations" / digest[:2] / f"{digest}.obs"

    def stored(self, digest: str) -> Observations | None:
        """What was observed under this key, if it is there and whole."""
        found = store.read(self.observation_path(digest))
        return found if found is not None and found.digest == digest else None

    def kept(self, base: str) -> Fetch:
        """Demands answered from the disk alone: no student code runs."""
        return lambda demand: self.stored(demand_digest(base, demand))


Fetch = Callable[[Demand], Observations | None]


def observe_one(
    course: Course, submission: Submission, digest: str, sandbox: host.Sandbox,
    environment: Mapping[str, Any], say: Callable[[str], None],
) -> Observations:  # fmt: skip
    """The standard observations of one submission, whatever has been observed of it before."""
    seen = observe.Observer(submission, course.assignment, course.data, sandbox, say).observe()
    return Observations(seen, digest, sandbox.isolation, environment, course.data.sha256)


def observe_demand(
    course: Course, submission: Submission, base: Observations, demand: Demand, sandbox: host.Sandbox,
    say: Callable[[str], None],
) -> Observations:  # fmt: skip
    """What the judge demands besides ``base``, under a key of its own."""
    say(str(demand))
    observer = observe.Observer(submission, course.assignment, course.data, sandbox, say)
    seen = observer.observe_run(base.by_probe, demand)
    digest = demand_digest(base.digest, demand)
    return Observations(seen, digest, base.isolation, base.environment, base.data_sha256)


def demand_digest(base: str, demand: Demand) -> str:
    return sha256(f"{base} {demand.run} {demand.seed} {demand.steps}".encode()).hexdigest()


def answered(context: Context, fetch: Fetch) -> judge.Answers:
    """All that judging ``context`` demands and ``fetch`` has; what it has not stays a demand of the grade.

    A demand follows from bands, checks and observations alone, and each is observed by itself: in which order, and
    what was kept from before, makes no difference.
    """
    answers: dict[Demand, Mapping[str, Observation]] = {}
    while demands := judge.demands(context, answers):
        for demand in demands:
            if (found := fetch(demand)) is None:
                return answers
            answers[demand] = found.by_probe
    return answers


def environment_of(sandbox: host.Sandbox) -> dict[str, Any]:
    """Versions as a worker without a submission tells them."""
    try:
        try:
            info = _environment_info(sandbox)
        except host.WorkerDied as death:
            if not death.outside:
                raise
            info = _environment_info(sandbox)
    except (host.WorkerDied, host.WorkerTimeout, ProtocolError) as error:
        raise GraderError(f"the sandbox does not tell its versions: {error}") from None
    return {**info, "harness": __version__}


def _environment_info(sandbox: host.Sandbox) -> dict[str, Any]:
    with sandbox.spawn() as worker:
        return dict(worker.call("environment", cpu_seconds=30.0).header["info"])


@dataclass(frozen=True)
class Graded:
    """One row of a class: where its files are, and what the class page needs of it."""

    grade: Grade
    folder: str
    rate: tuple[float, float] | None
    near: tuple[str, ...]
    late: tuple[float, float] | None = None  # per cent and points taken off, if the course has a policy
    undated: bool = False  # whether lateness would cost points, and when it was handed in is not known

    @property
    def needs_person(self) -> bool:
        return self.grade.needs_person or self.undated


def judged(
    course: Course, submission: Submission, observations: Observations, fetch: Fetch
) -> tuple[Grade, str, Evidence]:
    """The grade, its page and what the page shows: a pure function of the observations and of those demanded."""
    bands, honest = course.calibration
    prepared = Context(observations.by_probe, course.assignment, course.data, bands)
    answers = answered(prepared, fetch)
    written = marking.apply(judge.written_answers(submission, course.assignment), course.marks, submission.id)
    grade = judge.grade(
        submission, observations, course.assignment, course.data, bands, written=written, answers=answers,
        prepared=prepared,
    )  # fmt: skip
    shown = evidence.evidence(observations, prepared, course.data, bands, honest)
    if "![" in submission.answers:
        shown = replace(shown, answer_images=intake.answer_images(submission.path))
    lateness = course.lateness(submission)
    line = lateness.line(exports.totals(grade)[0]) if lateness else None
    return grade, report.render_report(grade, shown, overrides=course.assignment.templates, late=line), shown


def render(
    course: Course, submission: Submission, observations: Observations, seconds: float | None, fetch: Fetch
) -> Graded:
    """Judge and write ``grade.json``, ``report.html`` and ``run.json`` of one submission, each whole.

    Whatever fails for this submission is its own row, which needs a person; raises ``GraderError`` for what would fail
    for every other, too.
    """
    try:
        grade, files, run = _files(course, submission, observations, seconds, fetch)
    except GraderError:
        raise
    except Exception as error:
        failed = _failed(
            course, observations.digest, observations.isolation, observations.environment, "rendering", error
        )
        try:
            grade, files, run = _files(course, submission, failed, seconds, _nothing)
        except GraderError:
            raise
        except Exception as again:  # so it is not the numbers but what was handed in: all of it is left out
            problem = text.shown(f"the grader failed while rendering the answers ({type(again).__name__})")
            bare = replace(submission, source={}, answers="", answers_problem=problem)
            grade, files, run = _files(course, bare, failed, seconds, _nothing)
    folder = course.out / intake.folder_name(submission.id)
    for name, content in files.items():
        store.write_atomic(folder / name, content)
    return _graded(grade, folder.name, run)


def _nothing(demand: Demand) -> None:
    """Demands that nobody answers."""


def _files(
    course: Course, submission: Submission, observations: Observations, seconds: float | None, fetch: Fetch
) -> tuple[Grade, dict[str, bytes], dict[str, Any]]:
    """The grade, the files of its folder, and what ``run.json``, the last of them, says."""
    grade, html, shown = judged(course, submission, observations, fetch)
    files = {"grade.json": store.json_bytes(judge.to_json(grade)), "report.html": html.encode()}
    rate = _rate(shown)
    near = tuple(v.id for v in grade.checks if v.near)
    cost = course.lateness(submission)
    run = {
        "format": 1,
        "id": submission.id,
        "observation": observations.digest,
        "judging": _judged_by(course, submission, observations.digest),
        "files": {n: sha256(c).hexdigest() for n, c in files.items()},
        "source": str(submission.path.resolve()) if submission.path else None,
        "rate": list(rate) if rate else None,
        "near": list(near),
        "late": cost and {
            "percent": cost.percent, "text": cost.text, "points": cost.points(exports.totals(grade)[0]),
            **({"unknown": True} if cost.unknown else {}),
        },
        "seconds_observing": seconds,
        "written_at": time.time(),
    }  # fmt: skip
    return grade, {**files, "run.json": store.json_bytes(run)}, run


def _rate(shown: Evidence) -> tuple[float, float] | None:
    """KL and reconstruction error at beta = 1, if both are numbers that can be drawn."""
    one = next((r for r in shown.runs if r.key == "beta_1"), None)
    if one is None or one.kl_eval is None or one.recon_eval is None:
        return None
    finite = math.isfinite(one.kl_eval) and math.isfinite(one.recon_eval)
    return (one.kl_eval, one.recon_eval) if finite else None


def _failed(
    course: Course, digest: str, isolation: str, environment: Mapping[str, Any], doing: str, error: Exception
) -> Observations:
    """Observations of one submission at which the grader failed: a person has to look."""
    fault = Fault("harness", text.shown(f"the grader failed while {doing} ({type(error).__name__}: {error})"[:300]))
    seen = {"load": Observation("load", fault=fault)}
    return Observations(seen, digest, isolation, environment, course.data.sha256)


def _graded(grade: Grade, folder: str, run: Mapping[str, Any]) -> Graded:
    """The row of a grade whose ``run.json`` is ``run``."""
    rate, cost = run.get("rate"), run.get("late")
    grade = replace(grade, written=tuple(replace(w, text="") for w in grade.written))  # megabytes, if somebody means it
    return Graded(
        grade, folder, (rate[0], rate[1]) if rate else None, tuple(run.get("near", ())),
        (cost["percent"], cost["points"]) if cost else None, bool(cost and cost.get("unknown")),
    )  # fmt: skip


def _judged_by(course: Course, submission: Submission, digest: str) -> str:
    received = submission.received if course.assignment.late else None
    marks = marking.marks_digest(course.marks, submission.id)
    said = f"{digest} {course.judging_key} {submission.id} {submission.sha256} {marks} {received}"
    return sha256(said.encode()).hexdigest()


def unchanged(course: Course, submission: Submission, digest: str) -> Graded | None:
    """The grade on disk, if it was made from the same inputs and nobody has touched the files since."""
    folder = course.out / intake.folder_name(submission.id)
    try:
        run = json.loads((folder / "run.json").read_bytes())
        if run["judging"] != _judged_by(course, submission, digest):
            return None
        for name, digest_of in run["files"].items():
            if sha256((folder / name).read_bytes()).hexdigest() != digest_of:
                return None
        grade = exports.grade_from_json(json.loads((folder / "grade.json").read_bytes()))
        if grade.needs_person:  # the harness failed: perhaps it does not fail again
            return None
        return _graded(grade, folder.name, run)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_class(course: Course, rows: Sequence[Graded]) -> None:
    """``index.html`` and ``grades.csv`` from all rows, in order of their ids; a row that cannot be shown needs a person."""
    rows = sorted(rows, key=lambda r: r.grade.submission_id)

    def page(of: Sequence[Graded]) -> str:
        shown = [
            report.ClassRow(r.grade, f"{r.folder}/report.html", r.rate, r.near, r.late[0] if r.late else 0.0, r.undated)
            for r in of
        ]
        return report.render_class_page(shown, title=course.assignment.name, overrides=course.assignment.templates)

    def table(of: Sequence[Graded]) -> str:
        costs = {r.grade.submission_id: r.late for r in of if r.late}
        undated = frozenset(r.grade.submission_id for r in of if r.undated)
        return exports.grades_csv([r.grade for r in of], costs, undated)

    for name, make in (("index.html", page), ("grades.csv", table)):
        content = exports.spared(make, rows, lambda r, why: Graded(exports.set_aside(r.grade, why), r.folder, None, ()))
        store.write_atomic(course.out / name, content.encode())


class Interrupted(Exception):
    """Ctrl-C or a termination signal; what was finished is on disk."""


def grade_class(
    course: Course, folders: Sequence[Path], *, jobs: int, isolation: str, fresh: bool, progress: Progress
) -> list[Graded]:
    """Grade every submission; returns the rows of the class page.

    Equal sources are observed once. Raises ``GraderError`` for the harness's own problems after the others
    are finished.
    """
    course.data, course.calibration, course.judging_key  # noqa: B018  (fail before anything starts)
    submissions = [intake.read(f) for f in folders]
    progress.total = len(submissions)
    environment = _environment(course, isolation, fresh)
    rows: dict[str, Graded] = {}
    todo: dict[str, list[Submission]] = {}
    for s in submissions:
        digest = course.observation_digest(s, isolation, environment)
        old = None if fresh else unchanged(course, s, digest)
        if old is not None:
            rows[s.id] = old
            progress.finished(s.id)
        else:
            todo.setdefault(digest, []).append(s)
    if todo:
        pool = _Pool(course, isolation, environment, fresh, progress)
        rows |= pool.run(todo, min(jobs, len(todo)))
    out = [rows[s.id] for s in submissions if s.id in rows]
    write_class(course, _with_others(course, out))
    return out


def stored_grades(out: Path) -> list[tuple[Grade, str]]:
    """Every grade of an output folder with its folder's name, in order of ids."""
    found = []
    for path in sorted(out.glob("*/grade.json")):
        try:
            found.append((exports.grade_from_json(json.loads(path.read_bytes())), path.parent.name))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GraderError(f"{path}: not a grade ({error}); run `grader report {out}`") from None
    return sorted(found, key=lambda pair: pair[0].submission_id)


def _stored(course: Course, folder: Path, submissions: Path | None) -> tuple[Submission, Observations]:
    """The submission behind a report folder and its stored observations."""
    try:
        run = json.loads((folder / "run.json").read_bytes())
        source, digest, name = run["source"], run["observation"], run["id"]
    except (OSError, ValueError, KeyError, TypeError):
        raise GraderError(f"{folder}: no readable run.json; run `grader grade` again") from None
    path = submissions / Path(source).name if submissions else Path(source)
    if not path.exists():
        raise UsageError(f"{name}: its submission is no longer at {path}; say where with --submissions")
    observations = course.stored(digest)
    if observations is None:
        raise GraderError(f"{name}: its observations are missing or damaged; run `grader grade` again")
    return intake.read(path), observations


def rejudge(course: Course, submissions: Path | None) -> list[Graded]:
    """Judge and render every report of the output folder again; no student code runs."""
    folders = sorted(p.parent for p in course.out.glob("*/run.json"))
    if not folders:
        raise UsageError(f"{course.out}: holds no reports; run `grader grade` first")
    rows = []
    for folder in folders:
        if (old := _unobserved(course, folder)) is not None:
            rows.append(old)
            continue
        submission, observations = _stored(course, folder, submissions)
        rows.append(render(course, submission, observations, None, course.kept(observations.digest)))
    write_class(course, rows)
    return rows


def _unobserved(course: Course, folder: Path) -> Graded | None:
    """The row of a submission at which the harness failed: what it saw then is not kept, so there is nothing to judge."""
    try:
        run = json.loads((folder / "run.json").read_bytes())
        if course.stored(run["observation"]) is not None:
            return None
        grade = exports.grade_from_json(json.loads((folder / "grade.json").read_bytes()))
        return _graded(grade, folder.name, run) if grade.needs_person else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # told where it is read again


def verify(course: Course, folder: Path, submissions: Path | None, isolation: str) -> list[str]:
    """Observe one submission again and compare; each difference is a line."""
    submission, old = _stored(course, folder, submissions)
    with host.Sandbox(isolation=isolation) as sandbox:
        environment = environment_of(sandbox)
        if environment != dict(old.environment):
            changed = sorted(k for k in environment if environment[k] != old.environment.get(k))
            return [
                f"{k}: was {old.environment.get(k)}, is {environment[k]}; not comparable bit for bit" for k in changed
            ]
        new = observe_one(course, submission, old.digest, sandbox, environment, lambda probe: None)
        out = _differences(old, new)

        def fetch(demand: Demand) -> Observations:
            found = observe_demand(course, submission, new, demand, sandbox, lambda probe: None)
            before = course.stored(found.digest)
            if before is not None:
                out.extend(f"{demand}: {line}" for line in _differences(before, found))
            return found

        grade, html = judged(course, submission, replace(new, isolation=old.isolation), fetch)[:2]
    for file, content in (("grade.json", store.json_bytes(judge.to_json(grade))), ("report.html", html.encode())):
        if (folder / file).read_bytes() != content:
            out.append(f"{file}: differs")
    return out


def _differences(old: Observations, new: Observations) -> list[str]:
    out = []
    for name in sorted(set(old.by_probe) | set(new.by_probe)):
        a, b = old.by_probe.get(name), new.by_probe.get(name)
        if a is None or b is None:
            out.append(f"{name}: observed only {'now' if a is None else 'before'}")
        elif store.dumps(_only(old, name)) != store.dumps(_only(new, name)):
            out.append(f"{name}: observed differently")
    return out


def _only(observations: Observations, name: str) -> Observations:
    """One probe alone, its arrays by name: what was stored before they came in order compares too."""
    o = observations.by_probe[name]
    arrays = {k: o.arrays[k] for k in sorted(o.arrays)}
    return replace(observations, by_probe={name: replace(o, arrays=arrays)}, isolation="", environment={})


def _with_others(course: Course, rows: Sequence[Graded]) -> list[Graded]:
    """The rows just graded and those of earlier runs in the same output folder (``--only``)."""
    have, ids = {r.folder for r in rows}, {r.grade.submission_id for r in rows}
    out = list(rows)
    for path in sorted(course.out.glob("*/grade.json")):
        if path.parent.name in have:
            continue
        beside = path.parent / "run.json"
        if not beside.exists():  # a run was stopped before it had finished this one
            continue
        grade, run = _kept(path, exports.grade_from_json), _kept(beside, dict)
        if grade.assignment.get("dataset") == course.assignment.dataset and grade.submission_id not in ids:
            out.append(_graded(grade, path.parent.name, run))
    return out


def _kept(path: Path, read: Callable[[Any], T]) -> T:
    """A file of an earlier run; nobody is left out of a table because theirs is damaged."""
    try:
        return read(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GraderError(f"{path}: damaged ({type(error).__name__}); grade it again, or remove its folder") from None


def _environment(course: Course, isolation: str, fresh: bool) -> dict[str, Any]:
    """Versions that observations depend on, without starting torch when nothing has changed.

    They are asked of a worker once and kept under a key of everything that could change them.
    """
    import importlib.metadata
    import platform
    import sys

    names = ("torch", "numpy", "safetensors")
    key = {
        "python": sys.version,
        "machine": platform.machine(),
        "processor": _processor(),
        "capability": os.environ.get("ATEN_CPU_CAPABILITY", ""),
        "isolation": isolation,
        "harness": __version__,
        "code": observing_code(),
        "packages": {n: importlib.metadata.version(n) for n in names},
    }
    path = course.out / ".cache" / "environment.json"
    try:
        kept = json.loads(path.read_bytes())
        if kept["key"] == key and not fresh:
            return dict(kept["environment"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with host.Sandbox(isolation=isolation) as sandbox:
        environment = environment_of(sandbox)
    store.write_atomic(path, store.json_bytes({"key": key, "environment": environment}))
    return environment


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        import platform

        return platform.processor()
    return sha256("".join(x for x in lines if x.startswith(("model name", "flags"))).encode()).hexdigest()[:16]


class _Pool:
    """Threads that each drive one sandbox; a queue of distinct sources."""

    def __init__(
        self, course: Course, isolation: str, environment: Mapping[str, Any], fresh: bool, progress: Progress
    ) -> None:
        self.course, self.isolation, self.environment = course, isolation, environment
        self.fresh, self.progress = fresh, progress
        self.rows: dict[str, Graded] = {}
        self.errors: list[BaseException] = []
        self.stop = threading.Event()
        self.sandboxes: list[host.Sandbox] = []

    def run(self, todo: Mapping[str, list[Submission]], jobs: int) -> dict[str, Graded]:
        work: queue.SimpleQueue[tuple[str, list[Submission]]] = queue.SimpleQueue()
        for item in sorted(todo.items(), key=lambda item: _looks_slow(item[1][0]), reverse=True):
            work.put(item)
        threads = [threading.Thread(target=self._work, args=(work,), daemon=True) for _ in range(jobs)]
        for t in threads:
            t.start()
        try:
            for t in threads:
                while t.is_alive():
                    t.join(0.2)
        except KeyboardInterrupt:
            self.stop.set()
            for s in list(self.sandboxes):
                s.close()
            for t in threads:
                t.join(5.0)
            raise Interrupted from None
        if self.errors:
            raise self.errors[0]
        return self.rows

    def _work(self, work: queue.SimpleQueue[tuple[str, list[Submission]]]) -> None:
        sandbox: host.Sandbox | None = None
        try:
            while not self.stop.is_set():
                try:
                    digest, submissions = work.get_nowait()
                except queue.Empty:
                    return
                started, driver = time.monotonic(), _Driver(self, submissions[0], digest, sandbox)
                try:
                    observations = driver.base()
                    if self.stop.is_set():
                        return
                    for s in submissions:
                        self.rows[s.id] = render(self.course, s, observations, driver.seconds(started), driver.demanded)
                        self.progress.finished(s.id)
                finally:
                    sandbox = driver.sandbox
        except BaseException as error:
            if not self.stop.is_set():
                self.errors.append(error)
                self.stop.set()
        finally:
            if sandbox is not None:
                sandbox.close()


class _Driver:
    """Gets one submission's observations, from the disk where they are, else from a sandbox started when it is needed."""

    def __init__(self, pool: _Pool, submission: Submission, digest: str, sandbox: host.Sandbox | None) -> None:
        self.pool, self.submission, self.digest, self.sandbox = pool, submission, digest, sandbox
        self.observed = False  # whether student code has run
        self._base: Observations | None = None
        self._demanded: dict[Demand, Observations] = {}

    def base(self) -> Observations:
        self._base = self._get(self.digest, lambda box: self._observe_base(box))
        return self._base

    def demanded(self, demand: Demand) -> Observations:
        """Each demand once, also for others with the same sources."""
        base = self._base
        assert base is not None
        if demand not in self._demanded:
            self._demanded[demand] = self._get(
                demand_digest(base.digest, demand),
                lambda box: observe_demand(self.pool.course, self.submission, base, demand, box, self._say),
            )
        return self._demanded[demand]

    def seconds(self, started: float) -> float | None:
        return round(time.monotonic() - started, 3) if self.observed else None

    def _say(self, probe: str) -> None:
        self.pool.progress.probe(self.submission.id, probe)

    def _get(self, digest: str, observe: Callable[[host.Sandbox], Observations]) -> Observations:
        course = self.pool.course
        found = None if self.pool.fresh else course.stored(digest)
        if found is None:
            if self.sandbox is None:
                self.sandbox = host.Sandbox(isolation=self.pool.isolation)
                self.pool.sandboxes.append(self.sandbox)
            self.observed = True
            found = observe(self.sandbox)
            if not self.pool.stop.is_set() and not _ours(found):
                store.write_atomic(course.observation_path(digest), store.dumps(found))
        return found

    def _observe_base(self, sandbox: host.Sandbox) -> Observations:
        pool = self.pool
        try:
            seen = observe_one(pool.course, self.submission, self.digest, sandbox, pool.environment, self._say)
            store.dumps(seen)  # what cannot be kept is a failure here, where it is this submission's alone
            return seen
        except GraderError:
            raise
        except Exception as error:  # ours, and only this submission's: a person has to look
            if pool.stop.is_set():
                raise
            return _failed(pool.course, self.digest, pool.isolation, pool.environment, "observing", error)


def _looks_slow(submission: Submission) -> bool:
    """Whether to begin with it, so that no core idles while the last one trains: convolutions take three times as long."""
    return any(b"Conv" in source for source in submission.source.values())


def _ours(observations: Observations) -> bool:
    load = observations.by_probe.get("load")  # which a demanded run does not have
    return load is not None and load.fault is not None and load.fault.kind == "harness"
