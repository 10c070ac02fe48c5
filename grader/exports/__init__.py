"""Files for other systems, each generated from ``Grade`` records alone.

Formats for one student write ``<out>/<folder>/<file>``; formats for a class write ``<out>/<file>``. None
of them reads a clock: where a format asks for a time it takes ``now`` (seconds since 1970, default 0).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader import store
from grader.exports import autograders, github, table, testreports
from grader.exports.base import Exporter, Files, Rows, grade_from_json, set_aside, spared, totals
from grader.exports.table import grades_csv
from grader.model import Grade, GraderError, UsageError

__all__ = ["FORMATS", "Exporter", "export", "grade_from_json", "grades_csv", "set_aside", "spared", "totals"]

_HIDDEN = {"show_hidden": "yes: hidden checks one by one; no (default): their points as one sum"}
_NOW = {"now": "time of grading in seconds since 1970"}
_ROSTER = {"roster": "CSV file that the system itself exported, to find each student's row"}

FORMATS: Mapping[str, Exporter] = {
    "gradescope": Exporter(
        "Gradescope results.json",
        student=autograders.gradescope,
        options={"execution_time": "seconds that grading took"},
    ),
    "classroom50": Exporter(
        "Classroom 50 result.json",
        student=autograders.classroom50,
        options={
            **_NOW,
            **_HIDDEN,
            "classroom": "short name of the classroom",
            "assignment": "slug of the assignment",
            "submission": "tag of the submission",
            "commit": "address of the commit",
            "release": "address of the release",
            "review": "address of the review; default: that of the commit",
        },
    ),
    "summary": Exporter("GitHub step summary in Markdown", student=github.step_summary, options=_HIDDEN),
    "annotations": Exporter(
        "GitHub annotations, to be printed by a step",
        student=github.step_annotations,
        options={**_HIDDEN, "prefix": "folder of the submission inside its repository"},
    ),
    "canvas": Exporter(
        "Canvas gradebook CSV",
        whole=table.canvas,
        options={**_ROSTER, "column": "name of the assignment's column, for example 'Homework 2 (4711)'"},
    ),
    "moodle": Exporter(
        "Moodle grades CSV, and a zip of feedback files",
        whole=table.moodle,
        options={
            **_ROSTER,
            "key": "idnumber (default), email or username",
            "reports": "folder of the reports, to make moodle-feedback.zip",
        },
    ),
    "junit": Exporter("JUnit XML, one suite for each submission", whole=testreports.junit),
    "ctrf": Exporter("Common Test Report Format", student=testreports.ctrf, options=_NOW),
    "prairielearn": Exporter("PrairieLearn results.json", student=autograders.prairielearn, options=_HIDDEN),
    "csv": Exporter(
        "grades.csv", whole=table.plain_csv, options={"reports": "folder of the reports, for the columns on lateness"}
    ),
}


def export(format: str, grades: Rows, out: Path, **options: Any) -> list[Path]:
    """Write ``grades`` in ``format`` below ``out`` and return the files.

    Options may be strings, as a command line has them. Raises ``UsageError`` for an unknown format or
    option and for a value that is not allowed, ``GraderError`` where the disk does not take a file.
    """
    chosen = FORMATS.get(format)
    if chosen is None:
        raise UsageError(f"{format}: no such format; there are {', '.join(FORMATS)}")
    for key in options:
        if key not in chosen.options:
            allowed = ", ".join(chosen.options) or "none"
            raise UsageError(f"{format}: {key}: no such option; there are: {allowed}")
    return list(_write(chosen, grades, out, options))


def _write(chosen: Exporter, grades: Rows, out: Path, options: Mapping[str, Any]) -> Iterator[Path]:
    def aside(row: tuple[Grade, str], why: str) -> tuple[Grade, str]:
        return set_aside(row[0], why), row[1]

    if (whole := chosen.whole) is not None:
        yield from _files(spared(lambda rows: whole(rows, **options), grades, aside), out)
    if (student := chosen.student) is not None:
        for row in grades:
            folder = row[1]
            if folder in ("", ".", "..") or os.path.basename(folder) != folder:
                raise GraderError(f"{folder!r}: not the name of a report's folder")
            yield from _files(spared(lambda rows: student(rows[0][0], **options), [row], aside), out / folder)


def _files(files: Files, folder: Path) -> Iterator[Path]:
    for name, content in files.items():
        if content is None:
            (folder / name).unlink(missing_ok=True)
        else:
            store.write_atomic(folder / name, content)
            yield folder / name
