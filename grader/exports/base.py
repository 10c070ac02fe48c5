"""What the formats share: reading grades back, totals, text that is safe to hand on, a record of a format."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from grader import text
from grader.model import Cap, Convention, Grade, GraderError, UsageError, Verdict, WrittenAnswer

T = TypeVar("T")
R = TypeVar("R")

NEEDS_PERSON = "Needs a person"
Files = Mapping[str, bytes | None]  # file name -> content; None: there must be no such file
Rows = Sequence[tuple[Grade, str]]  # a grade and the name of its report's folder


@dataclass(frozen=True)
class Exporter:
    """One format. Either ``student`` makes the files of one submission, or ``whole`` those of a class.

    ``options`` maps each keyword that the function takes to one line of help.
    """

    title: str
    student: Callable[..., Files] | None = None
    whole: Callable[..., Files] | None = None
    options: Mapping[str, str] = field(default_factory=dict)


def grade_from_json(raw: Mapping[str, Any]) -> Grade:
    """The ``Grade`` of a format-1 ``grade.json``; raises ``ValueError`` for anything else."""
    try:
        if raw["format"] != 1:
            raise ValueError(f"grade.json has format {raw['format']!r}, expected 1")
        return _grade(raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"grade.json is not of format 1: {type(error).__name__}: {error}") from None


def _grade(raw: Mapping[str, Any]) -> Grade:
    c = raw["convention"]
    return Grade(
        submission_id=raw["submission"]["id"],
        submission_sha256=raw["submission"]["sha256"],
        assignment=raw["assignment"],
        score=float(raw["score"]),
        max_score=float(raw["max_score"]),
        isolation=raw["isolation"],
        convention=None if c is None else Convention(**c),
        checks=tuple(Verdict(**{**v, "needs": tuple(v.get("needs", ()))}) for v in raw["checks"]),
        written=tuple(
            WrittenAnswer(
                id=w["id"],
                question="",
                max_points=float(w["max_points"]),
                answered=w["answered"],
                points=None if w["points"] is None else float(w["points"]),
                comment=w["comment"],
            )
            for w in raw["written"]
        ),
        environment=raw["environment"],
        cap=Cap(**raw["cap"]) if raw.get("cap") else None,
    )


# --- one that fails ------------------------------------------------------------------------------------


def set_aside(grade: Grade, why: str) -> Grade:
    """``grade`` for a person to look at: every check says ``why``, and what was found is left out."""
    checks = tuple(
        Verdict(v.id, v.group, v.title, v.visibility, "harness_error", v.points, v.max_points, why)
        for v in grade.checks
    )
    return replace(grade, checks=checks, written=(), convention=None)


def spared(make: Callable[[Sequence[T]], R], rows: Sequence[T], aside: Callable[[T, str], T]) -> R:
    """``make(rows)``; a row at which ``make`` fails is replaced by ``aside(row, why)``, and all others are as they were.

    Raises ``GraderError`` as ``make`` does, and whatever it raises without such a row.
    """
    try:
        return make(rows)
    except GraderError:
        raise
    except Exception:
        return make([row if (why := _fails(make, row)) is None else aside(row, why) for row in rows])


def _fails(make: Callable[[Sequence[T]], R], row: T) -> str | None:
    try:
        make([row])
    except Exception as error:
        return clean(f"the grader failed while it wrote this ({type(error).__name__}: {error})"[:300])
    return None


# --- numbers -----------------------------------------------------------------------------------------


def number(value: float) -> str:
    """A number of points in decimal notation: 71.5, 80, 0; at most six decimals."""
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def total(values: Sequence[float]) -> float:
    return round(math.fsum(values), 6)


def written(grade: Grade) -> tuple[float, float] | None:
    """Marks and most marks of the written part, ``None`` until every question has its mark."""
    marks = [w.points for w in grade.written if w.points is not None]
    if not grade.written or len(marks) < len(grade.written):
        return None
    return total(marks), total([w.max_points for w in grade.written])


def totals(grade: Grade) -> tuple[float, float]:
    """Score and highest score: the automatic points, and the written marks once all are given."""
    marks = written(grade)
    if marks is None:
        return grade.score, grade.max_score
    return total([grade.score, marks[0]]), total([grade.max_score, marks[1]])


def written_lines(grade: Grade) -> str:
    """One line per question: mark, most marks, comment."""
    return "\n".join(
        f"{w.id}: {number(w.points or 0.0)} of {number(w.max_points)}{' – ' if w.comment else ''}{w.comment}"
        for w in grade.written
    )


def split_hidden(grade: Grade, show_hidden: bool) -> tuple[list[Verdict], tuple[float, float] | None]:
    """The checks to show one by one, and points and highest points of the rest taken together."""
    if show_hidden:
        return list(grade.checks), None
    shown = [v for v in grade.checks if v.visibility == "public"]
    rest = [v for v in grade.checks if v.visibility != "public"]
    if not rest:
        return shown, None
    return shown, (total([v.points for v in rest]), total([v.max_points for v in rest]))


def cap_line(grade: Grade, show_hidden: bool = True) -> str:
    """What a cap took off, ``""`` if there is none; the id of a hidden check only where hidden ones are shown."""
    if grade.cap is None:
        return ""
    hidden = any(v.id == grade.cap.check and v.visibility == "hidden" for v in grade.checks)
    return grade.cap.line("a hidden check" if hidden and not show_hidden else "")


# --- text --------------------------------------------------------------------------------------------


def clean(words: str) -> str:
    """Text that every format can carry, with what would steer a screen or turn the writing shown as an escape."""
    return text.shown(words)


def explanation(v: Verdict) -> str:
    """What a student reads about one check."""
    parts = [v.message]
    if v.status == "harness_error":
        what = "the grader needs more observations here" if v.needs else "the grader failed here"
        parts.insert(0, f"{NEEDS_PERSON}: {what}, which costs no points.")
    if v.blocked_by:
        parts.append(f"Comes first: {v.blocked_by}")
    if v.hint:
        parts.append(f"Hint: {v.hint}")
    return clean("\n".join(p for p in parts if p))


def headline(grade: Grade, show_hidden: bool = False) -> str:
    """Score, what a cap took off it, and whether somebody has to look at it."""
    score, most = totals(grade)
    line = f"{number(score)} of {number(most)} points"
    if written(grade) is None and grade.written:
        line += " (automatic checks only; the written answers are marked by a person)"
    if grade.cap is not None:
        line += f". {cap_line(grade, show_hidden)}"
    if grade.needs_person:
        ours = f"{NEEDS_PERSON}: the grader failed at {failed_at(grade)}, so this score is not final."
        line = f"{ours} {line}"
    return line


def failed_at(grade: Grade) -> str:
    ids = [v.id for v in grade.checks if v.status == "harness_error"]
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")


def json_file(value: Any) -> bytes:
    document = json.dumps(_cleaned(value), ensure_ascii=False, indent=2, allow_nan=False)
    return (text.json_safe(document) + "\n").encode()


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(k)): _cleaned(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(v) for v in value]
    return value


# --- options -----------------------------------------------------------------------------------------


def flag(name: str, value: bool | str) -> bool:
    """A yes-or-no option; raises ``UsageError``."""
    if isinstance(value, bool):
        return value
    if value.lower() in ("yes", "true", "1", "no", "false", "0"):
        return value.lower() in ("yes", "true", "1")
    raise UsageError(f"{name} = {value!r}: must be yes or no")


def seconds(name: str, value: float | str) -> float:
    """A time in seconds; raises ``UsageError``."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number < 253402300800:  # the end of the year 9999
        raise UsageError(f"{name} = {value!r}: must be a number of seconds, 0 or more")
    return number
