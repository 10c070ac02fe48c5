"""What a GitHub Actions run shows: the step summary and the annotations beside the code."""

from __future__ import annotations

import re

from grader.exports.base import (
    NEEDS_PERSON,
    Files,
    cap_line,
    clean,
    explanation,
    flag,
    headline,
    number,
    split_hidden,
    total,
    written,
    written_lines,
)
from grader.model import GROUPS, Grade, Verdict

SUMMARY_BYTES = 1000 * 1024  # GitHub drops a summary of more than 1024 KB
LINE_CHARS = 2000  # of one message; longer ones are whole in the report
PER_KIND = 10  # annotations of one kind that GitHub shows for a step
_MARK = {"passed": "✅", "failed": "❌", "error": "❌", "timeout": "⏱️", "blocked": "⏸️", "harness_error": "⚠️"}
_SPECIAL = re.compile(r"[&<>\"'|`*_~\[\]\\$#!:@^=+\-{}()]")


def plain(text: str) -> str:
    """Text of a student or of Python as one line that Markdown shows as it is: no markup, links or HTML."""
    cut = text if len(text) <= LINE_CHARS else text[:LINE_CHARS] + " …"
    return _SPECIAL.sub(lambda m: f"&#{ord(m.group())};", " ".join(clean(cut).split()))


def step_summary(grade: Grade, show_hidden: bool | str = False) -> Files:
    """``summary.md``, for ``$GITHUB_STEP_SUMMARY``; what does not fit is counted in its last line."""
    hidden_too = flag("show_hidden", show_hidden)
    shown, rest = split_hidden(grade, hidden_too)
    title = f"{plain(str(grade.assignment['name']))}: {plain(grade.submission_id)}"
    head = [f"## {title}", "", f"**{plain(headline(grade, hidden_too))}**", ""]
    head += ["| group | passed | points |", "|---|---|---|"]
    for group in GROUPS:
        of = [v for v in shown if v.group == group]
        if of:
            passed = sum(v.status == "passed" for v in of)
            points, most = total([v.points for v in of]), total([v.max_points for v in of])
            head.append(f"| {group} | {passed} of {len(of)} | {number(points)} of {number(most)} |")
    if rest is not None:
        head.append(f"| hidden checks | | {number(rest[0])} of {number(rest[1])} |")
    if grade.cap is not None:
        head.append(f"| {plain(cap_line(grade, hidden_too))} | | −{number(grade.cap.taken)} |")
    marks = written(grade)
    if marks is not None:
        head.append(f"| written answers | | {number(marks[0])} of {number(marks[1])} |")
    if grade.convention is not None:
        factor = f"{grade.convention.beta_c_per_beta:.4g}"
        head += ["", f"Your β of 1 weighs as much as β_c = {factor} in the handout's units."]
    sections = [_section(v) for v in shown if v.status not in ("passed", "blocked")]
    if marks is not None:
        rows = [f"- {plain(line)}" for line in written_lines(grade).splitlines()]
        sections.append("\n".join(["### Written answers", *rows]))
    blocked = [v for v in shown if v.status == "blocked"]
    if blocked:
        rows = [f"- `{v.id}`: {plain(v.message)}" for v in blocked]
        sections.append("\n".join(["### Not judged until something else is mended", *rows]))
    return {"summary.md": _fit("\n".join(head), sections).encode()}


def _section(v: Verdict) -> str:
    points = f"{number(v.points)} of {number(v.max_points)} points"
    what = NEEDS_PERSON if v.status == "harness_error" else points
    lines = [f"### {_MARK[v.status]} `{v.id}`", f"{plain(v.title)} ({what})", "", plain(v.message)]
    if v.hint:
        lines += ["", f"Hint: {plain(v.hint)}"]
    return "\n".join(lines)


def _fit(head: str, sections: list[str]) -> str:
    """Whole sections as long as they fit, each cut to a hundredth of the room."""
    out, size = [head], len(head.encode())
    left = len(sections)
    for section in sections:
        cut = section.encode()[: SUMMARY_BYTES // 100].decode("utf-8", "ignore")
        cut = re.sub(r"&#?\d*$", "", cut) + (" …" if cut != section else "")
        size += len(cut.encode()) + 2
        if size > SUMMARY_BYTES - 200:
            break
        out.append(cut)
        left -= 1
    if left:
        out.append(f"… and {left} more; all of them are in the report.")
    return "\n\n".join(out) + "\n"


_PLACE = re.compile(r"(?<![\w./-])((?:[\w-]+/)*[\w-]+\.py):(\d+)")


def step_annotations(grade: Grade, show_hidden: bool | str = False, prefix: str = "") -> Files:
    """``annotations.txt``, for a step to print: errors, and warnings for what is ours, at most ten of each."""
    shown, _ = split_hidden(grade, flag("show_hidden", show_hidden))
    lines: list[str] = []
    ours = [v for v in shown if v.status == "harness_error"]
    theirs = [v for v in shown if v.status in ("failed", "error", "timeout")]
    for kind, verdicts in (("error", theirs), ("warning", ours)):
        most = PER_KIND if len(verdicts) <= PER_KIND else PER_KIND - 1
        lines += [_annotation(kind, v, prefix) for v in verdicts[:most]]
        if len(verdicts) > most:
            lines.append(f"::{kind} title=grader::{len(verdicts) - most} more checks are in the step summary")
    return {"annotations.txt": "".join(line + "\n" for line in lines).encode()}


def _annotation(kind: str, v: Verdict, prefix: str) -> str:
    place = _PLACE.search(v.message)
    folder = prefix.strip("/") + "/" if prefix.strip("/.") else ""
    properties = {"file": folder + (place.group(1) if place else "submission.py")}
    if "submission.ipynb" in v.message:  # cells have no line in the file that GitHub shows
        properties["file"] = folder + "submission.ipynb"
    elif place:
        properties["line"] = place.group(2)
    properties["title"] = v.id
    told = ",".join(f"{k}={_property(x)}" for k, x in properties.items())
    return f"::{kind} {told}::{_data(explanation(v))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
