"""Turns observations into a grade: runs the checks, follows blocks to their root, gives points. Pure."""

from __future__ import annotations

import re
import traceback
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader import behaviour, checks, diagnosis, metrics
from grader.assignment import Assignment
from grader.checks.base import Check, Context, Echo, Failed, Passed, Unobserved
from grader.checks.signatures import name_problems
from grader.convention import convention
from grader.data import Dataset
from grader.intake import Submission
from grader.model import (
    Band,
    Cap,
    Convention,
    Demand,
    Fault,
    Grade,
    Observation,
    Observations,
    Status,
    Verdict,
    WrittenAnswer,
)

Answers = Mapping[Demand, Mapping[str, Observation]]  # what was observed because a judgement demanded it

OTHER_SEEDS = (1, 2)  # added to the assignment's, for results near the end of a band
_FAULT_STATUS: Mapping[str, Status] = {
    "timeout": "timeout",
    "harness": "harness_error",
    "wrong_shape": "failed",
    "wrong_value": "failed",
    "missing": "failed",
}


def _after(steps: int, base: int) -> int | None:
    """The next length of a run that had ``steps``; ``None`` where it had as many as it may have."""
    return next((factor * base for factor in behaviour.MORE_STEPS if factor * base > steps), None)


class _Demanded(Exception):
    """A check cannot be judged without these observations."""

    def __init__(self, demands: Sequence[Demand]) -> None:
        super().__init__(", ".join(map(str, demands)))
        self.demands = demands


class Judge:
    """One submission's verdicts, each worked out once, prerequisites first."""

    def __init__(self, context: Context, answers: Answers, only: frozenset[str] | None = None) -> None:
        self.context, self.answers = context, answers
        self.by_id: Mapping[str, Check] = {c.id: c for c in checks.ALL}
        self.verdicts: dict[str, Verdict] = {}
        self.demands: dict[Demand, None] = {}  # what has to be observed before all can be judged
        self._again: dict[tuple[Demand, ...], Context] = {}
        self._blamed: dict[tuple[str, str, str], str] = {}
        self._working: list[str] = []
        self._only = only

    def run(self) -> tuple[Verdict, ...]:
        wanted = [c for c in checks.ALL if self._only is None or c.id in self._only]
        for c in wanted:
            self.verdict(c.id)
        self._settle()
        return tuple(self._with_points(self.verdicts[c.id]) for c in wanted)

    def verdict(self, check_id: str) -> Verdict:
        if check_id not in self.verdicts:
            self._working.append(check_id)
            try:
                self.verdicts[check_id] = self._judge(self.by_id[check_id])
            finally:
                self._working.pop()
        return self.verdicts[check_id]

    def _judge(self, check: Check) -> Verdict:
        blocked = self._prerequisites(check)
        if blocked is not None:
            return blocked
        named, why = self._named_parts(check)
        parts, unwritten = self._written_parts(check, named)
        if unwritten and not parts:
            return self._not_written(check, unwritten)
        verdict = self._found(check, self.context.of(parts) if check.parts else self.context)
        if parts == check.parts:
            return verdict
        why += [f"{name} is not written yet" for name in unwritten]
        note = f"{verdict.message}; judged for {' and '.join(parts)} only: {', '.join(why)}"
        return replace(verdict, message=note, unwritten=unwritten, share=len(parts) / len(check.parts))

    def _found(self, check: Check, context: Context) -> Verdict:
        try:
            found = self._ask(check, context)
        except Unobserved as gap:
            return self._unobserved(check, gap)
        except Echo as echo:
            return self._echo(check, echo.check)
        except Exception:
            last = traceback.format_exc().strip().splitlines()[-1]
            return self._row(check, "harness_error", f"the grader failed here ({last[:200]}); this costs you nothing")
        near = False
        if isinstance(found, Failed) and found.runs:
            try:
                found, near = self._look_again(check, context, found)
            except _Demanded as demanded:
                return self._undecided(check, demanded.demands)
        if isinstance(found, Passed):
            return self._row(
                check, "passed", found.sentence, measured=found.measured, expected=found.expected, near=near
            )
        excuses = check.excused_by if found.alike else ()
        for other in excuses:
            if other not in self._working and self.verdict(other).status not in ("passed", "blocked"):
                return self._echo(check, other)
        row = self._row(
            check,
            "failed",
            found.sentence,
            found.hint,
            found.bug,
            measured=found.measured,
            expected=found.expected,
            near=near,
        )
        return replace(row, mended=found.mended)

    def _named_parts(self, check: Check) -> tuple[tuple[str, ...], list[str]]:
        """Those parts of a check whose names are all there, and what is wrong with the names of the others."""
        problems = name_problems(self.context.seen["load"].info["names"]) if check.uses else {}
        lost = {p: [problems[u] for u in check.uses if u in problems and u.split(".")[0] == p] for p in check.parts}
        return tuple(p for p in check.parts if not lost[p]), [text for texts in lost.values() for text in texts]

    def _written_parts(self, check: Check, parts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Those parts of a check that are written, and the functions that are not."""
        if all(o.fault is None or o.fault.kind != "unwritten" for o in self.context.observations.values()):
            return parts, ()
        unwritten = self._missing_functions(check, self.context.of(parts) if check.parts else self.context)
        if not unwritten or not check.parts:
            return parts, unwritten
        each = {p: self._missing_functions(check, self.context.of((p,))) for p in parts}
        names = dict.fromkeys(name for found in each.values() for name in found)
        return tuple(p for p in parts if not each[p]), tuple(names)

    def _missing_functions(self, check: Check, context: Context) -> tuple[str, ...]:
        try:
            self._ask(check, context)
        except Unobserved as gap:
            return (gap.fault.got,) if gap.fault.kind == "unwritten" else ()
        except Exception:
            return ()  # this is not the question: it comes up again when the check is judged
        return ()

    def _not_written(self, check: Check, names: tuple[str, ...]) -> Verdict:
        text = ", ".join(names)
        message = f"not written yet: {text}"
        return replace(self._row(check, "blocked", message, key="not_written"), unwritten=names)

    @staticmethod
    @metrics.ieee
    def _ask(check: Check, context: Context) -> Passed | Failed:
        return check.judge(context)

    def _look_again(self, check: Check, context: Context, found: Passed | Failed) -> tuple[Passed | Failed, bool]:
        """What is found once the runs that ``found`` rests on had what they may have, and whether seeds were asked.

        More steps until the check passes or more of them would not help; then, where the result is near the end of a
        band, other seeds, of which most decide. Raises ``_Demanded`` for what is not there.
        """
        base = self.context.assignment.steps
        longer: dict[str, int] = {}  # steps of each run that was given more of them
        while isinstance(found, Failed) and not found.settled:
            more = {run: _after(longer.get(run, base), base) for run in found.runs}
            if None in more.values():
                break
            longer |= {run: steps for run, steps in more.items() if steps is not None}
            again = self._asked(check, context, [Demand(run, 0, steps) for run, steps in longer.items()])
            if again is None:
                break
            found = again
        if isinstance(found, Passed) or not found.near:
            return found, False
        rest = [Demand(run, 0, steps) for run, steps in longer.items() if run not in found.runs]
        wanted = {
            seed: [*rest, *(Demand(run, seed, longer.get(run, base)) for run in found.runs)] for seed in OTHER_SEEDS
        }
        if missing := [d for demands in wanted.values() for d in demands if d not in self.answers]:
            raise _Demanded(missing)
        others = [self._asked(check, context, demands) for demands in wanted.values()]
        passed, seeds = sum(isinstance(o, Passed) for o in others), len(OTHER_SEEDS)
        sentence = f"{found.sentence} (near the end of the band, so {seeds} other seeds were asked: {passed} of {seeds} within)"
        if 2 * passed > seeds:
            return Passed(sentence, found.measured, found.expected), True
        found.sentence = sentence
        return found, True

    def _asked(self, check: Check, context: Context, demands: Sequence[Demand]) -> Passed | Failed | None:
        """What ``check`` finds with these observations of some runs; ``None`` where they have no numbers."""
        key = tuple(sorted(demands))
        if missing := [d for d in key if d not in self.answers]:
            raise _Demanded(missing)
        if key not in self._again:
            observed = {n: o for d in key for n, o in self.answers[d].items()}
            self._again[key] = self.context.with_runs(observed)
        try:
            return self._ask(check, self._again[key].of(context.parts))
        except (Unobserved, Echo):
            return None

    def _undecided(self, check: Check, demands: Sequence[Demand]) -> Verdict:
        names = tuple(str(d) for d in demands)
        row = self._row(
            check,
            "harness_error",
            f"not decided yet: {', '.join(names)} must be observed first; `grader grade` does it",
        )
        self.demands.update(dict.fromkeys(demands))
        return replace(row, needs=names)

    def _prerequisites(self, check: Check) -> Verdict | None:
        if check.id != "interface.loads":
            loads = self.verdict("interface.loads")
            if self.context.seen["load"].fault is not None:
                return self._row(check, "blocked", f"not judged: {loads.id} comes first", blocked_by=loads.id)
        if check.uses:
            problems = name_problems(self.context.seen["load"].info["names"])
            parts, _ = self._named_parts(check)
            for used in check.uses:
                if used in problems and not (parts and used.split(".")[0] in check.parts):
                    why = f"not judged: {problems[used]}"
                    return self._row(check, "blocked", why, blocked_by="interface.names")
        for before in check.after:
            if before in self._working:
                continue
            v = self.verdict(before)
            if v.status == "harness_error":
                return self._row(check, "harness_error", f"not judged, because the grader failed at {before}")
            if v.unwritten and v.status == "blocked":
                return self._not_written(check, v.unwritten)
            if v.status != "passed" and not v.mended:
                return self._echo(check, before) if self._observed(check) else self._unrun(check, before)
        return None

    def _observed(self, check: Check) -> bool:
        """Whether all that ``check`` reads was observed, whatever it says."""
        try:
            self._ask(check, self.context)
        except Unobserved:
            return False
        except Exception:  # numbers are there, but not such as the check counts on: that is what comes before it
            return True
        return True

    def _unrun(self, check: Check, target: str) -> Verdict:
        return self._row(check, "blocked", f"could not be observed: {target} comes first", blocked_by=target)

    def _unobserved(self, check: Check, gap: Unobserved) -> Verdict:
        fault = gap.fault
        signature = (fault.kind, fault.message, fault.where)
        owner = self._blamed.get(signature) or self._owner(check, gap)
        if owner is not None and owner != check.id:
            return self._row(check, "blocked", f"could not be observed: {_line(fault)}", blocked_by=owner)
        self._blamed[signature] = check.id
        status = _FAULT_STATUS.get(fault.kind, "error")
        return self._row(
            check,
            status,
            _line(fault),
            diagnosis.fault_hint(fault),
            diagnosis.name_fault(fault, check.id == "interface.loads"),
            measured={"got": fault.got} if fault.got else {},
            expected={"expected": fault.expected} if fault.expected else {},
        )

    def _owner(self, check: Check, gap: Unobserved) -> str | None:
        """A fault in a call that an interface check judges belongs to that check."""
        if check.id == "interface.shapes" or "interface.shapes" in self._working or check.id == "interface.loads":
            return None
        shapes = self.verdict("interface.shapes")
        if shapes.status in ("passed", "harness_error") or shapes.unwritten:
            return None
        exam = gap.probe.startswith(("loss:", "ae_loss:"))
        return None if exam else "interface.shapes"

    def _echo(self, check: Check, target: str) -> Verdict:
        if target not in self._working:
            self.verdict(target)
        return self._row(
            check, "blocked", f"not judged: its numbers would repeat what {target} says", blocked_by=target, echo=True
        )

    def _settle(self) -> None:
        """Follow blocks to their roots; a block without a failed root is a failure of its own."""
        for check_id, v in list(self.verdicts.items()):
            root, seen = v, {check_id}
            while root.status == "blocked" and root.blocked_by is not None and root.blocked_by not in seen:
                seen.add(root.blocked_by)
                root = self.verdicts.get(root.blocked_by) or self.verdict(root.blocked_by)
            if v.status != "blocked" or v.unwritten:
                continue
            if root.unwritten:
                self.verdicts[check_id] = self._not_written(self.by_id[check_id], root.unwritten)
            elif root.status in ("passed", "blocked"):
                message = "the numbers contradict each other: " + v.message
                self.verdicts[check_id] = replace(v, status="failed", blocked_by=None, message=message)
            elif root.status == "harness_error":
                self.verdicts[check_id] = replace(v, status="harness_error", blocked_by=None)
            else:
                self.verdicts[check_id] = replace(v, blocked_by=root.id)

    def _row(
        self,
        check: Check,
        status: Status,
        message: str,
        hint: str = "",
        key: str | None = None,
        blocked_by: str | None = None,
        measured: Mapping[str, Any] | None = None,
        expected: Mapping[str, Any] | None = None,
        echo: bool = False,
        near: bool = False,
    ) -> Verdict:
        a = self.context.assignment
        return Verdict(
            check.id,
            check.group,
            check.title,
            "hidden" if check.id in a.hidden else "public",
            status,
            0.0,
            float(a.points.get(check.id, 0.0)),
            message,
            hint,
            key,
            blocked_by,
            measured or {},
            expected or {},
            echo=echo,
            near=near,
        )

    def _with_points(self, v: Verdict) -> Verdict:
        """Full points for a pass, for a fault of ours, and for an echo of a failure charged elsewhere.

        An echo is a check that ran, or could have, and would have repeated its root's numbers; a course may let it
        lose its points all the same. What could not be run at all earns nothing.
        """
        if v.status in ("passed", "harness_error"):
            return replace(v, points=v.max_points * v.share)
        if self.context.assignment.echoes == "lose":
            return v
        if v.status == "blocked" and v.blocked_by is not None and v.echo:
            root = self.verdicts[v.blocked_by]
            if root.status == "failed" and root.max_points > 0:
                return replace(v, points=v.max_points * v.share)
        return v


def _line(fault: Fault) -> str:
    return f"{fault.message} ({fault.where})" if fault.where else fault.message


def demands(context: Context, answers: Answers) -> tuple[Demand, ...]:
    """The runs that have to be observed, besides those of ``answers``, before the trained checks can be judged."""
    if context.seen["load"].fault is not None:
        return ()
    judge = Judge(context, answers, frozenset(checks.TRAINED))
    judge.run()
    return tuple(judge.demands)


def grade(
    submission: Submission,
    observations: Observations,
    assignment: Assignment,
    data: Dataset | None,
    bands: Mapping[str, Band],
    *,
    only: frozenset[str] | None = None,
    written: tuple[WrittenAnswer, ...] | None = None,
    answers: Answers | None = None,
    prepared: Context | None = None,
) -> Grade:
    """Judge one submission from its stored observations.

    ``only`` restricts to some checks (the public ones). ``answers`` are observations that earlier judgements demanded;
    a verdict that would hang on others says so and needs a person. ``prepared`` is the context of the same
    observations, if it has been made. The same arguments give the same grade.
    """
    context = prepared or Context(observations.by_probe, assignment, data, bands)
    verdicts = Judge(context, answers or {}, only).run()
    earned = round(sum(v.points for v in verdicts), 6)
    cap = lowest_cap(verdicts, assignment.caps, earned)
    return Grade(
        submission_id=submission.id,
        submission_sha256=submission.sha256,
        assignment={
            "name": assignment.name,
            "version": assignment.version,
            "dataset": assignment.dataset,
            "seed": assignment.seed,
        },
        score=earned if cap is None else cap.most,
        max_score=round(sum(v.max_points for v in verdicts), 6),
        isolation=observations.isolation,
        convention=_convention(context),
        checks=verdicts,
        written=written if written is not None else written_answers(submission, assignment),
        environment={**observations.environment, "data_sha256": observations.data_sha256},
        unwritten=_unwritten(context.observations),
        cap=cap,
    )


def _unwritten(by: Mapping[str, Observation]) -> tuple[str, ...]:
    faults = [o.fault for o in by.values() if o.fault is not None]
    return tuple(dict.fromkeys(f.got for f in faults if f.kind == "unwritten"))


def lowest_cap(verdicts: Sequence[Verdict], caps: Mapping[str, float], earned: float) -> Cap | None:
    """The lowest cap of a check that failed of itself, if it is below what was ``earned``."""
    failed = [v.id for v in verdicts if v.id in caps and v.status in ("failed", "error", "timeout")]
    check = min(failed, key=lambda i: caps[i], default=None)
    if check is None or caps[check] >= earned:
        return None
    return Cap(check, caps[check], round(earned - caps[check], 6))


def _convention(context: Context) -> Convention | None:
    if context.seen["load"].fault is not None:
        return None
    losses, a = context.losses, context.assignment
    if losses.recon is None or losses.kl is None:
        return None
    return convention(losses.recon, losses.kl, a.batch, a.latent_dim)


_HEADING = re.compile(r"^##[ \t]+([Qq]\w+)\b[^\n]*$", re.M)


def written_answers(submission: Submission, assignment: Assignment) -> tuple[WrittenAnswer, ...]:
    """The ``## Q<n>`` sections of ``answers.md``, one for each question of the assignment."""
    parts = _HEADING.split(submission.answers)
    sections: defaultdict[str, list[str]] = defaultdict(list)
    for key, text in zip(parts[1::2], parts[2::2], strict=True):
        if text := text.strip():
            sections[key.upper()].append(text)
    texts = {q.id: "\n\n".join(sections[q.id.upper()]) for q in assignment.questions}
    return tuple(WrittenAnswer(q.id, q.text, q.points, bool(texts[q.id]), texts[q.id]) for q in assignment.questions)


def to_json(grade: Grade) -> dict[str, Any]:
    """``grade.json``, format 1."""
    c, cap = grade.convention, grade.cap
    return {
        "format": 1,
        "submission": {"id": grade.submission_id, "sha256": grade.submission_sha256},
        "assignment": dict(grade.assignment),
        "score": _plain(grade.score),
        "max_score": _plain(grade.max_score),
        "cap": None if cap is None else {"check": cap.check, "most": _plain(cap.most), "taken": _plain(cap.taken)},
        "isolation": grade.isolation,
        "convention": None if c is None else {
            "likelihood": c.likelihood, "recon_reduction": c.recon_reduction,
            "kl_reduction": c.kl_reduction, "beta_c_per_beta": _plain(c.beta_c_per_beta),
        },
        "checks": [
            {
                "id": v.id, "group": v.group, "title": v.title, "visibility": v.visibility,
                "status": v.status, "points": _plain(v.points), "max_points": _plain(v.max_points),
                "message": v.message, "hint": v.hint, "diagnosis": v.diagnosis, "blocked_by": v.blocked_by,
                "measured": _plain(dict(v.measured)), "expected": _plain(dict(v.expected)),
                **({"unwritten": list(v.unwritten)} if v.unwritten else {}),
                "echo": v.echo, "near": v.near, "needs": list(v.needs),
            }
            for v in grade.checks
        ],
        "written": [
            {"id": w.id, "answered": w.answered, "max_points": _plain(w.max_points),
             "points": None if w.points is None else _plain(w.points), "comment": w.comment}
            for w in grade.written
        ],
        "environment": _plain(dict(grade.environment)),
        **({"unwritten": list(grade.unwritten)} if grade.unwritten else {}),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """JSON values only: numbers rounded to nine digits and finite, containers by value."""
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        return None
    rounded = float(f"{number:.9g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded
