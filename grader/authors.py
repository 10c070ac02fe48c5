"""For authors of the harness: calibration of bands, and the self-check that measures both error rates.

Both read the cases of a checkout (``tests/honest``, ``tests/mutants``, ``tests/hostile``); neither is needed to grade.
"""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from grader import behaviour, checks, classroom, console, intake, judge, observe, store
from grader import calibrate as bands_of
from grader import data as datasets
from grader.assignment import Assignment
from grader.checks.base import Context
from grader.data import Dataset
from grader.intake import Submission
from grader.model import Band, Demand, Grade, Observations, UsageError
from grader.sandbox import host

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "authors"  # caches; safe to delete

# Architectures, likelihoods and reductions that span what honest work does on the budget of the assignment.
CALIBRATION = (
    "mlp", "conv", "mean_mse", "sum_sse", "l1_sum", "half_mse_means", "narrow_tanh_64", "wide_1024",
    "deep_elu", "residual_prenorm", "mlp_batchnorm", "dropout_both", "tied_weights", "conv_upsample_batchnorm",
)  # fmt: skip
CALIBRATION_RUNS = frozenset({"ae", "beta_0", "beta_1"})

T = TypeVar("T")
R = TypeVar("R")


def _from_tests(name: str) -> ModuleType:
    """A module of ``tests/``, which reads the cases there."""
    path = ROOT / "tests" / f"{name}.py"
    if not path.exists():
        raise UsageError(f"this command needs a checkout: tests/{name}.py is not there")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def as_submission(name: str, files: Mapping[str, bytes]) -> Submission:
    """A submission from files in memory."""
    main = "submission.py" if "submission.py" in files else "submission.ipynb"
    digest = sha256(b"".join(k.encode() + v for k, v in sorted(files.items()))).hexdigest()
    source = {k: v for k, v in files.items() if k.endswith((".py", ".ipynb"))}
    return Submission(name, digest, main, source)


def honest_cases() -> dict[str, Submission]:
    cases = _from_tests("mutation")
    folder = ROOT / "tests" / "honest"
    paths = [p for p in sorted(folder.iterdir()) if p.suffix == ".py" or (p.is_dir() and p.name != "__pycache__")]
    return {p.stem: as_submission(p.stem, cases.load_honest(p)) for p in paths}


def judged_runs(assignment: Assignment) -> frozenset[str]:
    """The trained runs that checks read; the planes are there for figures."""
    return frozenset({"ae", "tuned"} | {f"beta_{b:g}" for b in assignment.betas})


def parallel(items: Iterable[T], jobs: int, isolation: str, work: Callable[[T, host.Sandbox], R]) -> list[R]:
    """Apply ``work`` to all items, each thread with a sandbox of its own; results in order of the items."""
    todo: queue.SimpleQueue[tuple[int, T]] = queue.SimpleQueue()
    for pair in enumerate(items):
        todo.put(pair)
    results: dict[int, R] = {}
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with host.Sandbox(isolation=isolation) as sandbox:
                while not errors:
                    try:
                        i, item = todo.get_nowait()
                    except queue.Empty:
                        return
                    results[i] = work(item, sandbox)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(jobs)]
    for t in threads:
        t.start()
    for t in threads:
        while t.is_alive():
            t.join(0.5)
    if errors:
        raise errors[0]
    return [results[i] for i in sorted(results)]


class Cache:
    """Observations of cases, so that a long self-check or calibration can be resumed."""

    def __init__(self, assignment: Assignment, data: Dataset | None, isolation: str) -> None:
        self.assignment, self.data, self.isolation = assignment, data, isolation
        code = classroom.observing_code()
        kernels = os.environ.get("ATEN_CPU_CAPABILITY", "")
        self.key = f"{assignment.observation_key()} {data.sha256 if data else ''} {code} {kernels}"

    def observe(
        self, submission: Submission, sandbox: host.Sandbox, runs: frozenset[str] | None = None
    ) -> Observations:
        text = f"{self.key} {intake.source_digest(submission)} {sorted(runs) if runs is not None else ''}"
        path = WORK / "observations" / f"{sha256(text.encode()).hexdigest()[:32]}.obs"
        old = store.read(path)
        if old is not None:
            return old
        seen = observe.Observer(submission, self.assignment, self.data, sandbox, only_runs=runs).observe()
        sha = self.data.sha256 if self.data else ""
        out = Observations(seen, path.stem, self.isolation, {}, sha)
        store.write_atomic(path, store.dumps(out))
        return out

    def demanded(
        self, submission: Submission, base: Observations, demand: Demand, sandbox: host.Sandbox
    ) -> Observations:
        """What a judgement of ``base`` demands besides it."""
        path = WORK / "observations" / f"{classroom.demand_digest(base.digest, demand)[:32]}.obs"
        old = store.read(path)
        if old is not None:
            return old
        observer = observe.Observer(submission, self.assignment, self.data, sandbox)
        seen = observer.observe_run(base.by_probe, demand)
        out = Observations(seen, path.stem, self.isolation, {}, base.data_sha256)
        store.write_atomic(path, store.dumps(out))
        return out


# --- calibration ---------------------------------------------------------------------------------------


def calibrate(assignment: Assignment, data_root: Path, seeds: int, jobs: int) -> int:
    """Measure honest variants over seeds and write the calibration file of one data set."""
    isolation = host.detect()
    cases = honest_cases()
    todo = [(name, seed) for seed in range(seeds) for name in CALIBRATION]
    path = classroom.reference_folder() / "calibration" / f"{assignment.dataset}.json"
    started = time.monotonic()

    def work(item: tuple[str, int], sandbox: host.Sandbox) -> dict[str, Any]:
        name, seed = item
        seeded = replace(assignment, seed=seed)
        kept = WORK / "calibration" / _run_key(seeded, cases[name])
        try:
            return dict(json.loads(kept.read_bytes()))
        except (OSError, ValueError):
            pass
        data = datasets.load(assignment.dataset, seed=seed, root=data_root, cache=WORK / "data")
        observer = observe.Observer(cases[name], seeded, data, sandbox, only_runs=CALIBRATION_RUNS)
        context = Context(observer.observe(), seeded, data, {})
        found, shown = context.found, context.shown
        metrics, steps = behaviour.band_metrics(shown), {}
        for factor in behaviour.MORE_STEPS:
            for run in _slow(context.shown):
                steps[run] = factor * seeded.steps
                context = context.with_runs(observer.observe_run(context.observations, Demand(run, 0, steps[run])))
        metrics |= {k: v for k, v in behaviour.band_metrics(context.shown).items() if k in bands_of.GIVEN_TIME}
        record = {
            "variant": name,
            "seed": seed,
            "likelihood": shown.family,
            "metrics": metrics,
            "steps": steps,
            "rate_distortion": {
                k: [round(r.kl, 4), round(r.recon, 4)]
                for k, r in sorted(shown.runs.items())
                if r.kl is not None and r.recon is not None
            },
            "repaired": sorted(found.repair()),
        }
        store.write_atomic(kept, json.dumps(record).encode())
        done = time.monotonic() - started
        values = ", ".join(f"{k} {v:.3g}" for k, v in (metrics | steps).items())
        console.line(f"{assignment.dataset} {name} seed {seed}: {values}  [{done:.0f} s]")
        return record

    measured = parallel(todo, jobs, isolation, work)
    broken = [m for m in measured if m["repaired"] or not set(bands_of.RULES) <= set(m["metrics"])]
    if broken:
        raise UsageError(f"honest variants that cannot be measured: {sorted({m['variant'] for m in broken})}")
    with host.Sandbox(isolation=isolation) as sandbox:
        environment = classroom.environment_of(sandbox)
    document = bands_of.document(assignment, measured, environment)
    store.write_atomic(path, store.json_bytes(document))
    console.line(f"wrote {path.relative_to(ROOT)}: {len(measured)} runs")
    return 0


def _slow(shown: behaviour.Behaviour) -> tuple[str, ...]:
    """The runs of honest work that have yet to get where they go: they are given more steps."""
    vae = [shown.runs[k] for k in ("beta_0", "beta_1")]
    runs = (shown.runs["ae"], max(vae, key=lambda r: r.explained or 0.0))
    return tuple(r.key for r in runs if not (r.explained or 0.0) >= bands_of.ENOUGH)


def _run_key(assignment: Assignment, submission: Submission) -> str:
    text = f"{assignment.observation_key()} {intake.source_digest(submission)} {classroom.observing_code()}"
    return sha256(text.encode()).hexdigest()[:32] + ".json"


# --- self-check ----------------------------------------------------------------------------------------

SHAKE = 1e-4  # relative: far more than processors and releases of torch change


@dataclass(frozen=True)
class Outcome:
    """What one case came to. ``kind`` is ``honest`` or ``mutant``."""

    kind: str
    name: str
    wanted: str  # the check that must fail; "" for honest work
    failed: tuple[str, ...]  # checks with a failure of their own, in order
    diagnoses: Mapping[str, str | None]
    named: frozenset[str]  # diagnoses of which the case asks for one
    score: float
    max_score: float
    messages: Mapping[str, str]
    moved: tuple[str, ...] = ()  # checks whose verdict changed when every observed float was shaken

    @property
    def good(self) -> bool:
        return not self.failed if self.kind == "honest" else self.wanted in self.failed

    @property
    def rightly_named(self) -> bool | None:
        """``None`` where nothing was asked; else whether the diagnosis is among those of failed checks."""
        if not self.named or not self.good:
            return None
        return bool(self.named & set(self.diagnoses.values()))


@dataclass(frozen=True)
class Contained:
    """What one hostile submission came to: ``breaches`` is empty if it was contained."""

    name: str
    contained_by: str
    ends: str
    breaches: tuple[str, ...]
    seconds: float


def selfcheck(
    assignment: Assignment, data_root: Path, *, quick: bool, jobs: int, only: tuple[str, ...], write: Path | None
) -> int:
    """Run all cases; print the detection matrix; exit status 1 on a miss, a false alarm or an escape.

    ``UsageError`` if no case has one of the texts of ``only`` in its path.
    """
    todo = _todo(quick, only)
    isolation = host.detect()
    data = None
    bands: dict[str, Band] = {}
    if not quick:
        data = datasets.load(assignment.dataset, seed=assignment.seed, root=data_root, cache=WORK / "data")
        path = classroom.reference_folder() / "calibration" / f"{assignment.dataset}.json"
        bands, _ = bands_of.load(path, assignment)
    exact, full = Cache(assignment, None, isolation), Cache(assignment, data, isolation)
    done = 0

    def work(item: Case, sandbox: host.Sandbox) -> Outcome:
        nonlocal done
        kind, name, wanted, named, submission, trained = item
        cache = full if trained else exact
        observations = cache.observe(submission, sandbox, judged_runs(assignment))

        def fetch(demand: Demand) -> Observations:
            return cache.demanded(submission, observations, demand, sandbox)

        with_data = data if trained else None
        grade = _judge(submission, observations, assignment, with_data, bands, fetch)
        again = _judge(
            submission, shaken(observations, 1), assignment, with_data, bands, lambda demand: shaken(fetch(demand), 1)
        )
        outcome = replace(_outcome(kind, name, wanted, named, grade), moved=_moved(grade, again))
        done += 1
        mark = "ok  " if outcome.good else "MISS"
        extra = "" if outcome.good and outcome.rightly_named is not False else "  " + _explain(outcome)
        extra += f"  shaken, another verdict: {', '.join(outcome.moved)}" if outcome.moved else ""
        console.line(f"{done}/{len(todo)} {mark} {name}{extra}")
        return outcome

    outcomes = parallel(todo, jobs, isolation, work)
    attacks = [] if quick else _hostile(isolation, only)
    text = matrix(outcomes, assignment, quick, attacks)
    console.document(text + "\n")
    if write is not None:
        store.write_atomic(write, text.encode())
    good = all(o.good and not o.moved for o in outcomes) and not any(a.breaches for a in attacks)
    return 0 if good else 1


Case = tuple[
    str, str, str, frozenset[str], Submission, bool
]  # kind, name, check, diagnoses, files, whether it is trained


def _todo(quick: bool, only: tuple[str, ...]) -> list[Case]:
    """The honest submissions and mutants to run; a text of ``only`` that no case has in its path is refused."""
    cases = _from_tests("mutation")
    todo: list[Case] = []
    for name, submission in honest_cases().items():
        todo.append(("honest", f"honest/{name}", "", frozenset(), submission, not quick))
    for path in cases.iter_cases():
        case = cases.read_case(path)
        trained = case.check in checks.TRAINED
        if trained and quick:
            continue
        files = as_submission(case.name, cases.load_case(path))
        todo.append(("mutant", f"{case.check}/{case.name}", case.check, case.named, files, trained))
    attacks = [] if quick else [f"hostile/{p.stem}" for p in _from_tests("hostile_cases").iter_attacks()]
    for text in only:
        if not any(text in name for name in [*(t[1] for t in todo), *attacks]):
            raise UsageError(f"--only {text}: no case{' that needs no training' if quick else ''} has this in its path")
    return [t for t in todo if not only or any(text in t[1] for text in only)]


def _hostile(isolation: str, only: tuple[str, ...]) -> list[Contained]:
    """Every attack of ``tests/hostile``, one after the other: some use all the processes and memory they can get."""
    cases = _from_tests("hostile_cases")
    paths = [p for p in cases.iter_attacks() if not only or any(o in f"hostile/{p.stem}" for o in only)]
    found = []
    with cases.adopted_orphans(), host.Sandbox(isolation=isolation) as sandbox:
        for i, path in enumerate(paths, 1):
            attack, bait, started = cases.read_attack(path), cases.Bait(), time.monotonic()
            try:
                outcome = cases.run_attack(sandbox, path, bait, time=1.0)
            finally:
                bait.close()
            breaches = [*outcome.breaches] if outcome.began else ["did not run"]
            seconds = time.monotonic() - started
            found.append(Contained(attack.name, attack.contained_by, outcome.ends, tuple(breaches), seconds))
            console.line(
                f"{i}/{len(paths)} {'MISS' if breaches else 'ok  '} hostile/{attack.name} {'; '.join(breaches)}"
            )
    return found


def shaken(observations: Observations, seed: int) -> Observations:
    """Every observed float times 1 ± ``SHAKE``, signs at random."""
    rng = np.random.default_rng(seed)

    def shake(v: np.ndarray) -> np.ndarray:
        return (v * (1.0 + SHAKE * rng.choice([-1.0, 1.0], v.shape))).astype(v.dtype) if v.dtype.kind == "f" else v

    by = {
        n: replace(o, arrays={k: shake(np.asarray(v)) for k, v in o.arrays.items()})
        for n, o in observations.by_probe.items()
    }
    return replace(observations, by_probe=by)


def _moved(grade: Grade, again: Grade) -> tuple[str, ...]:
    pairs = zip(grade.checks, again.checks, strict=True)
    return tuple(a.id for a, b in pairs if (a.status, a.blocked_by) != (b.status, b.blocked_by))


def _judge(
    submission: Submission,
    observations: Observations,
    assignment: Assignment,
    data: Dataset | None,
    bands: Mapping[str, Band],
    fetch: classroom.Fetch,
) -> Grade:
    only = frozenset(checks.IDS) - (frozenset() if data is not None else frozenset(checks.TRAINED))
    context = Context(observations.by_probe, assignment, data, bands)
    answers = classroom.answered(context, fetch) if data is not None else {}
    return judge.grade(submission, observations, assignment, data, bands, only=only, answers=answers, prepared=context)


def _outcome(kind: str, name: str, wanted: str, named: frozenset[str], grade: Grade) -> Outcome:
    bad = [v for v in grade.checks if v.status not in ("passed", "blocked")]
    if kind == "honest":
        bad = [v for v in grade.checks if v.status != "passed"]
    return Outcome(
        kind, name, wanted, tuple(v.id for v in bad), {v.id: v.diagnosis for v in bad}, named,
        grade.score, grade.max_score, {v.id: f"{v.status}: {v.message}" for v in bad},
    )  # fmt: skip


def _explain(o: Outcome) -> str:
    parts = [f"{i} [{o.diagnoses[i]}] {o.messages[i][:160]}" for i in o.failed] or ["nothing failed"]
    return f"(wanted {o.wanted or 'no failure'}, {' or '.join(sorted(o.named)) or 'no name'}) " + " | ".join(parts)


def upper_bound(misses: int, n: int) -> float:
    """Exact 95 % upper bound of a rate from ``misses`` in ``n`` (Clopper & Pearson 1934)."""
    from scipy.stats import beta

    return 1.0 if n == 0 or misses >= n else float(beta.ppf(0.95, misses + 1, n - misses))


def matrix(outcomes: Sequence[Outcome], assignment: Assignment, quick: bool, attacks: Sequence[Contained] = ()) -> str:
    """Both error rates, what each bug set off and what it costs, and the attacks, as Markdown."""
    honest = [o for o in outcomes if o.kind == "honest"]
    mutants = [o for o in outcomes if o.kind == "mutant"]
    killed = sum(o.good for o in mutants)
    alarms = sum(not o.good for o in honest)
    asked = [o for o in mutants if o.rightly_named is not None]
    named = sum(bool(o.rightly_named) for o in asked)
    any_name = sum(any(o.diagnoses.values()) for o in mutants if o.good)
    other = sum(o.good and o.diagnoses[o.wanted] is not None and o.rightly_named is False for o in mutants)
    moved = sum(bool(o.moved) for o in outcomes)
    lines = [
        f"Data set `{assignment.dataset}`, seed {assignment.seed}, "
        + ("exact checks only." if quick else "all checks."),
        "",
        f"- mutants killed by the check they are filed under: {killed} of {len(mutants)}",
        f"- honest submissions that lost a point: {alarms} of {len(honest)} (95 % upper bound "
        f"{100 * upper_bound(alarms, len(honest)):.1f} %)",
        f"- kills that name the bug, where a name is asked for: {named} of {len(asked)}; that name another: {other}",
        f"- kills with any diagnosis: {any_name} of {killed}",
        f"- cases with another verdict when every observed float is multiplied by 1 ± {SHAKE:g}: {moved} of {len(outcomes)}",
    ]
    if attacks:
        contained = sum(not a.breaches for a in attacks)
        lines.append(f"- hostile submissions contained: {contained} of {len(attacks)}")
    lines += ["", *_groups(mutants)]
    lines += ["", "| mutant | killed | diagnosis | also failed | score |", "|---|---|---|---|---|"]
    for o in mutants:
        also = ", ".join(i for i in o.failed if i != o.wanted) or "–"
        diagnosis = o.diagnoses.get(o.wanted) or "–"
        lines.append(
            f"| {o.name} | {'yes' if o.good else '**no**'} | {diagnosis} | {also} | {o.score:g} / {o.max_score:g} |"
        )
    lines += ["", "| honest submission | score | failed |", "|---|---|---|"]
    for o in honest:
        lines.append(f"| {o.name.split('/')[1]} | {o.score:g} / {o.max_score:g} | {', '.join(o.failed) or '–'} |")
    if attacks:
        lines += ["", "| attack | contained | by | its worker | seconds |", "|---|---|---|---|---|"]
    for a in attacks:
        kept = "yes" if not a.breaches else f"**no**: {'; '.join(a.breaches)}"
        lines.append(f"| {a.name} | {kept} | {a.contained_by} | {a.ends} | {a.seconds:.1f} |")
    return "\n".join(lines) + "\n"


def _groups(mutants: Sequence[Outcome]) -> list[str]:
    """Bugs by the check they are filed under, against the groups in which anything failed."""
    groups = list(dict.fromkeys(i.split(".")[0] for i in checks.IDS))
    lines = [f"| filed under | bugs | killed | {' | '.join(groups)} |", "|---|---|---|" + "---|" * len(groups)]
    for check_id in checks.IDS:
        mine = [o for o in mutants if o.wanted == check_id]
        if mine:
            counts = [sum(any(i.startswith(f"{g}.") for i in o.failed) for o in mine) for g in groups]
            cells = " | ".join(str(c) if c else "–" for c in counts)
            lines.append(f"| {check_id} | {len(mine)} | {sum(o.good for o in mine)} | {cells} |")
    return lines
