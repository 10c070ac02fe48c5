"""Test reports for continuous integration: JUnit XML (xunit2) and the Common Test Report Format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from grader.exports.base import (
    NEEDS_PERSON,
    Files,
    Rows,
    cap_line,
    clean,
    explanation,
    json_file,
    number,
    seconds,
    totals,
    written,
    written_lines,
)
from grader.model import Grade, Status, Verdict

_JUNIT: Mapping[Status, str | None] = {
    "passed": None,
    "failed": "failure",
    "error": "error",
    "timeout": "error",
    "blocked": "skipped",
    "harness_error": "error",
}
_CTRF: Mapping[Status, str] = {
    "passed": "passed",
    "failed": "failed",
    "error": "failed",
    "timeout": "failed",
    "blocked": "skipped",
    "harness_error": "other",
}


def junit(grades: Rows) -> Files:
    """``junit.xml``: a suite for each submission, a case for each check. Times are not known and say 0."""
    root = ET.Element("testsuites", name="grader", time="0")
    for grade, _ in grades:
        _suite(root, grade)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(s.get(key, "0")) for s in root)))
    ET.indent(root)
    return {"junit.xml": ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"}


def _suite(root: ET.Element, grade: Grade) -> None:
    suite = ET.SubElement(root, "testsuite", name=clean(grade.submission_id), time="0")
    score, most = totals(grade)
    properties = ET.SubElement(suite, "properties")
    cap = {} if grade.cap is None else {"cap": clean(cap_line(grade))}
    for name, value in {
        "score": number(score),
        "max_score": number(most),
        "needs_person": "yes" if grade.needs_person else "no",
        "submission_sha256": grade.submission_sha256,
        "isolation": grade.isolation,
        **cap,
    }.items():
        ET.SubElement(properties, "property", name=name, value=value)
    for v in grade.checks:
        _case(suite, grade, v)
    marks = written(grade)
    if marks is not None:
        named = {"classname": _class(grade, "written"), "name": "written answers"}
        case = ET.SubElement(suite, "testcase", named, time="0")
        text = f"{number(marks[0])} of {number(marks[1])} points\n{written_lines(grade)}"
        ET.SubElement(case, "system-out").text = clean(text)
    kinds = [_JUNIT[v.status] for v in grade.checks]
    suite.set("tests", str(len(kinds) + (marks is not None)))
    for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(kinds.count(kind)))


def _class(grade: Grade, group: str) -> str:
    return clean(f"{grade.submission_id}.{group}")


def _case(suite: ET.Element, grade: Grade, v: Verdict) -> None:
    case = ET.SubElement(suite, "testcase", classname=_class(grade, v.group), name=v.id, time="0")
    kind = _JUNIT[v.status]
    if kind is not None:
        message = f"{NEEDS_PERSON}: {v.message}" if v.status == "harness_error" else v.message
        result = ET.SubElement(case, kind, type=clean(v.diagnosis or v.status), message=clean(message))
        result.text = explanation(v)
    ET.SubElement(case, "system-out").text = f"{number(v.points)} of {number(v.max_points)} points"


def ctrf(grade: Grade, now: float | str = 0.0) -> Files:
    """``ctrf.json``. Durations are not known and say 0; ``now`` is start and stop of the run."""
    moment = int(seconds("now", now) * 1000)
    tests: list[dict[str, Any]] = [
        {
            "name": v.id,
            "status": _CTRF[v.status],
            "duration": 0,
            "suite": [grade.submission_id, v.group],
            "rawStatus": v.status,
            "tags": [v.group, v.visibility],
            "message": explanation(v),
            "extra": {"title": v.title, "points": v.points, "max_points": v.max_points, "diagnosis": v.diagnosis},
        }
        for v in grade.checks
    ]
    marks = written(grade)
    if marks is not None:
        tests.append(
            {
                "name": "written answers",
                "status": "other",
                "duration": 0,
                "suite": [grade.submission_id, "written"],
                "rawStatus": "marked",
                "message": written_lines(grade),
                "extra": {"points": marks[0], "max_points": marks[1]},
            }
        )
    score, most = totals(grade)
    states = [t["status"] for t in tests]
    summary = {k: states.count(k) for k in ("passed", "failed", "skipped", "pending", "other")}
    extra = {"score": score, "max_score": most, "needs_person": grade.needs_person, "cap": cap_line(grade)}
    report = {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "results": {
            "tool": {"name": "grader", "version": str(grade.environment.get("harness", ""))},
            "summary": {"tests": len(tests), **summary, "start": moment, "stop": moment, "extra": extra},
            "tests": tests,
        },
    }
    return {"ctrf.json": json_file(report)}
