"""What the formats share: reading grades back, totals, text that is safe to hand on, a record of a format."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.model import Cap, Convention, Grade, UsageError, Verdict, WrittenAnswer

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


# --- numbers -----------------------------------------------------------------------------------------


def number(value: float) -> str:
    """A number of points in decimal notation: 71.5, 80, 0; at most six decimals."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


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

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def clean(text: str) -> str:
    """Text that every format can carry: no control characters, no halves of surrogate pairs."""
    return _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


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
    text = f"{number(score)} of {number(most)} points"
    if written(grade) is None and grade.written:
        text += " (automatic checks only; the written answers are marked by a person)"
    if grade.cap is not None:
        text += f". {cap_line(grade, show_hidden)}"
    if grade.needs_person:
        ours = f"{NEEDS_PERSON}: the grader failed at {failed_at(grade)}, so this score is not final."
        text = f"{ours} {text}"
    return text


def failed_at(grade: Grade) -> str:
    ids = [v.id for v in grade.checks if v.status == "harness_error"]
    return ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")


def json_file(value: Any) -> bytes:
    return (json.dumps(_cleaned(value), ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


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
