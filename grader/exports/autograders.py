"""Result files that autograding systems read: Gradescope, Classroom 50, PrairieLearn."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from grader.exports.base import (
    NEEDS_PERSON,
    Files,
    cap_line,
    explanation,
    failed_at,
    flag,
    headline,
    json_file,
    seconds,
    split_hidden,
    totals,
    written,
    written_lines,
)
from grader.model import GROUPS, Grade, Verdict


def gradescope(grade: Grade, execution_time: float | str | None = None) -> Files:
    """``results.json`` in points as they are; a grade that needs a person stays unpublished as a whole."""
    score, _ = totals(grade)
    tests = [_gradescope_test(v, n) for v, n in zip(grade.checks, _numbers(grade.checks), strict=True)]
    marks = written(grade)
    if marks is not None:
        tests.append(
            {
                "name": "Written answers",
                "number": f"{len(GROUPS) + 1}",
                "score": marks[0],
                "max_score": marks[1],
                "output": written_lines(grade),
                "tags": ["written"],
                "visibility": "visible",
            }
        )
    result: dict[str, Any] = {
        "score": score,
        "output": headline(grade),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "after_published" if grade.needs_person else "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "needs_person": grade.needs_person,
            "submission_sha256": grade.submission_sha256,
            "isolation": grade.isolation,
            "cap": grade.cap and {"check": grade.cap.check, "most": grade.cap.most, "taken": grade.cap.taken},
            "beta_c_per_beta": grade.convention.beta_c_per_beta if grade.convention else None,
        },
        "tests": tests,
    }
    if execution_time is not None:
        result["execution_time"] = seconds("execution_time", execution_time)
    return {"results.json": json_file(result)}


def _numbers(checks: Sequence[Verdict]) -> list[str]:
    """``2.5``: the fifth check of the second group."""
    seen = dict.fromkeys(GROUPS, 0)
    out = []
    for v in checks:
        seen[v.group] += 1
        out.append(f"{GROUPS.index(v.group) + 1}.{seen[v.group]}")
    return out


def _gradescope_test(v: Verdict, number: str) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": f"{v.id}: {v.title}",
        "number": number,
        "score": v.points,
        "max_score": v.max_points,
        "output": explanation(v),
        "tags": [v.group],
        "visibility": "visible" if v.visibility == "public" else "after_published",
        "extra_data": {"id": v.id, "status": v.status, "diagnosis": v.diagnosis, "blocked_by": v.blocked_by},
    }
    if v.status != "harness_error":  # without a status Gradescope colours by points and says neither
        test["status"] = "passed" if v.status == "passed" else "failed"
    return test


def classroom50(
    grade: Grade,
    now: float | str = 0.0,
    show_hidden: bool | str = False,
    classroom: str = "",
    assignment: str = "",
    submission: str = "",
    commit: str = "",
    release: str = "",
    review: str = "",
) -> Files:
    """``result.json``. The format knows whole points only, so all are multiplied by what makes them whole.

    A grade that needs a person has no ``result.json``: the format has no way to say so, and whatever stands
    there is collected as a final score.
    """
    moment = time.gmtime(seconds("now", now))
    if grade.needs_person:
        note = f"{NEEDS_PERSON}: {grade.submission_id}: the grader failed at {failed_at(grade)}\n"
        return {"result.json": None, "needs-person.txt": note.encode("utf-8", "replace")}
    hidden_too = flag("show_hidden", show_hidden)
    shown, rest = split_hidden(grade, hidden_too)
    rows = [(f"{v.id}: {v.title}", v.status == "passed", v.points, v.max_points) for v in shown]
    if rest is not None:
        rows.append(("hidden checks", rest[0] >= rest[1], *rest))
    marks = written(grade)
    if marks is not None:
        rows.append(("written answers", marks[0] >= marks[1], *marks))
    taken = grade.cap.taken if grade.cap else 0.0
    if taken:  # the format has no score below 0: this row says what the total lacks to the sum of the others
        rows.append((cap_line(grade, hidden_too), False, 0.0, 0.0))
    scale = math.lcm(*(_exact(x).denominator for x in [taken, *(x for row in rows for x in row[2:])]))
    tests = [
        {
            "test-name": name,
            "passed": passed,
            "score": int(_exact(points) * scale),
            "max-score": int(_exact(most) * scale),
        }
        for name, passed, points, most in rows
    ]
    result = {
        "schema": "classroom50/result/v1",
        "classroom": classroom or "unknown",
        "assignment": assignment or str(grade.assignment["name"]),
        "submission": submission or grade.submission_id,
        "commit": commit or "unknown",
        "release": release or "unknown",
        "review": review or commit or "unknown",
        "datetime": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
        "score": sum(t["score"] for t in tests) - int(_exact(taken) * scale),  # type: ignore[misc]
        "max-score": sum(t["max-score"] for t in tests),  # type: ignore[misc]
        "tests": tests,
    }
    return {"result.json": json_file(result), "needs-person.txt": None}


def _exact(points: float) -> Fraction:
    return Fraction(f"{points:.6f}")


def prairielearn(grade: Grade, show_hidden: bool | str = False) -> Files:
    """``results.json``, score in 0 to 1; a grade that needs a person is not gradable and does not count."""
    score, most = totals(grade)
    hidden_too = flag("show_hidden", show_hidden)
    shown, rest = split_hidden(grade, hidden_too)
    tests: list[dict[str, Any]] = [
        {
            "name": v.id,
            "description": v.title,
            "points": v.points,
            "max_points": v.max_points,
            "message": explanation(v),
        }
        for v in shown
    ]
    if rest is not None:
        tests.append({"name": "hidden checks", "points": rest[0], "max_points": rest[1]})
    marks = written(grade)
    if marks is not None:
        entry = {"name": "written answers", "points": marks[0], "max_points": marks[1]}
        tests.append({**entry, "message": written_lines(grade)})
    result: dict[str, Any] = {
        "gradable": not grade.needs_person,
        "message": headline(grade, hidden_too),
        "tests": tests,
    }
    if grade.needs_person:
        result["format_errors"] = [headline(grade, hidden_too)]
    else:
        result["score"] = min(1.0, score / most) if most > 0 else 0.0
    return {"results.json": json_file(result)}
