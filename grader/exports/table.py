"""``grades.csv``: one row per submission, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from grader.model import GROUPS, Grade


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: such text is prefixed with an apostrophe."""
    text = text.replace("\r", " ").replace("\n", " ").replace("\0", "")
    return "'" + text if text.lstrip()[:1] in ("=", "+", "-", "@", "\t") else text


def number(value: float) -> str:
    return f"{value:.10g}"


def grades_csv(grades: Sequence[Grade]) -> str:
    """Points in all and per group, marks where given, status, and the first diagnosis of each submission."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["id", "score", "max_score", *GROUPS, "written", "written_max", "needs_person", "isolation", "diagnoses", "sha256"]
    )
    for g in grades:
        groups = [number(sum(v.points for v in g.checks if v.group == name)) for name in GROUPS]
        marks = [w.points for w in g.written]
        given = "" if any(m is None for m in marks) or not marks else number(sum(m for m in marks if m is not None))
        named = " ".join(dict.fromkeys(v.diagnosis for v in g.checks if v.diagnosis))
        writer.writerow(
            [
                safe_cell(g.submission_id), number(g.score), number(g.max_score), *groups, given,
                number(sum(w.max_points for w in g.written)), "yes" if g.needs_person else "no",
                g.isolation, safe_cell(named), g.submission_sha256,
            ]
        )  # fmt: skip
    return out.getvalue()
