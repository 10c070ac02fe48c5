"""Marks as CSV: one row per answer, safe to open in a spreadsheet, and read back whole or not at all."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice

from grader.marking.desk import Desk, Item
from grader.marking.store import COMMENT_CHARS, Mark, check_points, now, said
from grader.model import UsageError
from grader.report import clean

COLUMNS = (
    "submission", "question", "points", "max_points", "comment", "marker", "at", "answered", "answer_sha256",
)  # fmt: skip
REQUIRED = ("submission", "question", "points")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
MAX_PROBLEMS = 20


def to_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula; ``from_cell`` gives it back."""
    text = text.replace("\0", "")
    return "'" + text if text.lstrip(" \n")[:1] in (*_FORMULA, "'") else text


def from_cell(text: str) -> str:
    inner = text[1:].lstrip(" \n")[:1]
    return text[1:] if text.startswith("'") and inner in (*_FORMULA, "'") else text


def export_csv(desk: Desk) -> str:
    """All answers of the class in order of submission and question, marked or not."""
    marks = desk.store.marks()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in desk.items:
        mark = desk.fresh(item, marks)
        given = mark is not None and mark.points is not None
        writer.writerow(
            [
                to_cell(item.submission), to_cell(item.question.id),
                f"{mark.points:.10g}" if mark is not None and given else "",
                f"{item.question.points:.10g}", to_cell(mark.comment) if mark else "",
                to_cell(mark.marker) if mark else "", mark.at if mark else "",
                "yes" if item.text else "no", item.digest,
            ]
        )  # fmt: skip
    return out.getvalue()


@dataclass(frozen=True)
class Imported:
    """How many rows of a file said something new, and how many did not."""

    changed: int
    same: int


def import_csv(desk: Desk, text: str, marker: str) -> Imported:
    """Add the marks of a file in the columns of ``export_csv``, all in one transaction.

    ``comment`` and ``answer_sha256`` may be left out; a row with neither points nor comment changes
    nothing. Semicolons and decimal commas, as some spreadsheets write them, are read too.
    Raises ``UsageError`` naming every wrong row, and then nothing is added.
    """
    text = text.removeprefix("\ufeff")
    head = text.split("\n", 1)[0]
    delimiter = next((d for d in (",", ";", "\t") if d in head), ",")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = list(islice(reader, len(desk.items) + 1))
    except csv.Error as error:
        raise UsageError(f"not a CSV file: {error}") from None
    missing = [c for c in REQUIRED if c not in (reader.fieldnames or ())]
    if missing:
        raise UsageError(f"no column {', '.join(missing)}: needed are {', '.join(REQUIRED)}")
    if len(rows) > len(desk.items):
        raise UsageError(f"more rows than the {len(desk.items)} answers that there are. Nothing was taken over.")
    current = desk.store.marks()
    by_key = {(i.submission, i.question.id): i for i in desk.items}
    marks: list[Mark] = []
    problems: list[str] = []
    taken: set[tuple[str, str]] = set()
    for line, row in enumerate(rows, start=2):
        try:
            mark = _row(row, desk, by_key, current, marker)
            if mark is None:
                continue
            key = (mark.submission, mark.question)
            if key in taken:
                raise ValueError(f"{key[0]}, {key[1]} is there twice")
            taken.add(key)
            marks.append(mark)
        except ValueError as problem:
            problems.append(f"row {line}: {problem}")
    if problems:
        more = f"; and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
        raise UsageError("; ".join(problems[:MAX_PROBLEMS]) + more + ". Nothing was taken over.")
    before = {key: said(mark) for key, mark in current.items()}
    new = [m for m in marks if before.get((m.submission, m.question)) != said(m)]
    desk.store.put_all(new)
    return Imported(len(new), len(rows) - len(new))


def _row(
    row: dict[str, str | None], desk: Desk, by_key: dict[tuple[str, str], Item],
    current: dict[tuple[str, str], Mark], marker: str,
) -> Mark | None:  # fmt: skip
    """The mark that one row says; ``None`` for a row that says nothing. Raises ``ValueError``."""
    if None in row or None in row.values():
        raise ValueError("has more or fewer cells than the first row")
    cells = {k: from_cell(v or "") for k, v in row.items()}
    key = (cells["submission"], cells["question"])
    item = by_key.get(key)
    if item is None:
        raise ValueError(f"there is no answer {key[1]!r} of {key[0]!r}")
    written = cells["points"].strip()
    comment = cells.get("comment")
    if not written and not comment:
        return None
    try:
        number = float(written.replace(",", ".")) if written else None
    except ValueError:
        raise ValueError(f"points {written[:20]!r} are no number") from None
    if cells.get("answer_sha256", "") not in ("", item.digest):
        raise ValueError(f"the answer {key[1]} of {key[0]} is not the one that this file was written for")
    old = desk.fresh(item, current)
    if comment is None:
        comment = old.comment if old else ""
    if len(comment) > COMMENT_CHARS:
        raise ValueError(f"the comment has more than {COMMENT_CHARS} characters")
    comment = clean(comment.replace("\r\n", "\n"), COMMENT_CHARS)
    points = check_points(number, item.question.points)
    return Mark(0, *key, points, comment, item.digest, marker, now())
