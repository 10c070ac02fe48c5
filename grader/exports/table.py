"""Tables: ``grades.csv``, the Canvas gradebook and Moodle's grades, all safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from grader.exports.base import Files, Rows, clean, number, total, totals, written
from grader.model import GROUPS, Grade, UsageError

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # full-width forms count as well


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: such text is prefixed with an apostrophe."""
    text = clean(text.replace("\r", " ").replace("\n", " "))
    return "'" + text if text.startswith("\t") or text.lstrip().startswith(_FORMULA) else text


def _csv(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _by_group(grade: Grade) -> dict[str, float]:
    return {g: total([v.points for v in grade.checks if v.group == g]) for g in GROUPS}


Lateness = tuple[float, float]  # per cent of the points, and the points, that are taken off


def grades_csv(grades: Sequence[Grade], late: Mapping[str, Lateness], undated: frozenset[str] = frozenset()) -> str:
    """Points in all and per group, marks where given, lateness, status, diagnoses and cap of each submission.

    ``late`` is by submission id; empty without a policy. No other column takes lateness into account. What ``undated``
    ones lose is not known: they need a person.
    """
    head = ["written", "written_max", "late_percent", "late_points", "needs_person", "isolation", "diagnoses", "sha256"]
    head += ["cap_check", "cap_points"]  # last: older files have the columns before them
    rows = [["id", "score", "max_score", *GROUPS, *head]]
    for g in grades:
        marks = written(g)
        known = g.submission_id in late and g.submission_id not in undated
        cost = [number(n) for n in late[g.submission_id]] if known else ["", ""]
        person = g.needs_person or g.submission_id in undated
        named = " ".join(dict.fromkeys(v.diagnosis for v in g.checks if v.diagnosis))
        rows.append(
            [
                safe_cell(g.submission_id), number(g.score), number(g.max_score),
                *map(number, _by_group(g).values()), "" if marks is None else number(marks[0]),
                number(total([w.max_points for w in g.written])), *cost, "yes" if person else "no",
                g.isolation, safe_cell(named), g.submission_sha256,
                *(["", ""] if g.cap is None else [g.cap.check, number(g.cap.taken)]),
            ]
        )  # fmt: skip
    return _csv(rows)


def plain_csv(grades: Rows, reports: str | Path | None = None) -> Files:
    """``grades.csv`` as ``grader grade`` writes it; what lateness costs stands in the ``run.json`` of ``reports``."""
    told = {} if reports is None else {g.submission_id: _lateness(Path(reports) / folder) for g, folder in grades}
    late = {k: v[0] for k, v in told.items() if v}
    undated = frozenset(k for k, v in told.items() if v and v[1])
    return {"grades.csv": grades_csv([g for g, _ in grades], late, undated).encode()}


def _lateness(folder: Path) -> tuple[Lateness, bool] | None:
    """What lateness costs, and whether the time is not known; ``None`` without a policy."""
    try:
        late = json.loads((folder / "run.json").read_bytes())["late"]
        return ((float(late["percent"]), float(late["points"])), bool(late.get("unknown"))) if late else None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"reports = {str(folder.parent)!r}: no readable {folder.name}/run.json") from None


# --- gradebooks --------------------------------------------------------------------------------------


def _marked(grades: Rows) -> bool:
    """Whether every submission has all of its written marks: a gradebook's column has one highest score."""
    return all(written(g) is not None for g, _ in grades)


def _score(grade: Grade, marked: bool) -> str:
    """The points for a gradebook; empty, which is no grade, where a person has to look first."""
    if grade.needs_person:
        return ""
    return number(totals(grade)[0] if marked else grade.score)


def read_roster(path: str | Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header; raises ``UsageError`` for a file that cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"roster = {str(path)!r}: must be a CSV file in UTF-8 ({error})") from None
    read = csv.DictReader(io.StringIO(text))
    rows = [{k.strip(): (v or "").strip() for k, v in r.items() if k} for r in read]
    if not rows:
        raise UsageError(f"roster = {str(path)!r}: must be a CSV file with a header and a row per student")
    return rows


def _find(roster: list[dict[str, str]], keys: Sequence[str], wanted: str) -> dict[str, str]:
    """The row in which one of ``keys`` is ``wanted``; empty if there is none, or more than one."""
    for key in keys:
        found = [r for r in roster if r.get(key, "").casefold() == wanted.casefold()]
        if len(found) == 1:
            return found[0]
    return {}


CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def canvas(grades: Rows, roster: str | Path | None = None, column: str = "") -> Files:
    """``canvas.csv``: Canvas's five columns and one for the assignment.

    ``roster`` is the gradebook as Canvas exported it; a submission's id is looked up among login, SIS and
    Canvas ids. Without it, or without a match, the id stands as student and login.
    """
    known = [] if roster is None else read_roster(roster)
    marked = _marked(grades)
    most = max((totals(g)[1] if marked else g.max_score for g, _ in grades), default=0.0)
    name = column or (str(grades[0][0].assignment["name"]) if grades else "Score")
    rows = [[*CANVAS, safe_cell(name)], ["    Points Possible", "", "", "", "", number(most)]]
    for g, _ in grades:
        row = _find(known, ("SIS Login ID", "SIS User ID", "ID"), g.submission_id)
        row = row or {"Student": g.submission_id, "SIS Login ID": g.submission_id}
        rows.append([*(safe_cell(row.get(c, "")) for c in CANVAS), _score(g, marked)])
    return {"canvas.csv": _csv(rows).encode()}


MOODLE_KEYS: Mapping[str, str] = {"idnumber": "ID number", "email": "Email address", "username": "Username"}
_PARTICIPANT = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_file_?")


def moodle(
    grades: Rows, roster: str | Path | None = None, key: str = "idnumber", reports: str | Path | None = None
) -> Files:
    """``moodle.csv`` (key, grade, feedback) and, with ``reports``, the HTML reports in ``moodle-feedback.zip``.

    ``roster`` is the grading worksheet as Moodle exported it. Folders named by Moodle
    (``Full name_<number>_assignsubmission_file_``) are found in it by that number, others by id number,
    e-mail or user name. Feedback stands only beside a grade.
    """
    if key not in MOODLE_KEYS:
        raise UsageError(f"key = {key!r}: must be one of {', '.join(MOODLE_KEYS)}")
    known = [] if roster is None else read_roster(roster)
    marked = _marked(grades)
    rows = [[MOODLE_KEYS[key], "Grade", "Feedback"]]
    folders: list[tuple[str, str]] = []
    for g, folder in grades:
        named = _PARTICIPANT.fullmatch(g.submission_id)
        row = next((r for r in known if named and _participant(r) == named["number"]), {})
        row = row or _find(known, tuple(MOODLE_KEYS.values()), g.submission_id)
        score = _score(g, marked)
        who = row.get(MOODLE_KEYS[key], "") or g.submission_id
        rows.append([safe_cell(who), score, _feedback(g) if score else ""])
        folders.append((folder, _feedback_folder(g, row)))
    files: dict[str, bytes | None] = {"moodle.csv": _csv(rows).encode()}
    if reports is not None:
        files["moodle-feedback.zip"] = _zip(Path(reports), folders)
    return files


def _feedback(grade: Grade) -> str:
    points = [f"{name} {number(p)}" for name, p in _by_group(grade).items()]
    if grade.cap is not None:
        points.append(f"cap −{number(grade.cap.taken)}")
    marks = written(grade)
    if marks is not None:
        points.append(f"written {number(marks[0])}")
    return safe_cell(", ".join(points))


def _participant(row: Mapping[str, str]) -> str:
    """The number in ``Participant 123``, whose word is in the language of the site."""
    found = re.search(r"[0-9]+$", row.get("Identifier", ""))
    return found.group() if found else ""


def _feedback_folder(grade: Grade, row: Mapping[str, str]) -> str:
    """The folder by which Moodle finds a participant; empty where the participant's number is not known."""
    named = _PARTICIPANT.fullmatch(grade.submission_id)
    if named:
        name, participant = named["name"], named["number"]
    else:
        name, participant = row.get("Full name", ""), _participant(row)
    if not participant:
        return ""
    safe = re.sub(r"[/\\:]", "_", clean(name))
    return f"{safe}_{participant}_assignsubmission_file_"


def _zip(reports: Path, folders: Sequence[tuple[str, str]]) -> bytes:
    """The same reports give the same bytes: every entry is dated 1980."""
    unknown = [folder for folder, name in folders if not name]
    if unknown:
        raise UsageError(f"reports: no participant number is known for {', '.join(unknown[:5])}; give roster")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, name in folders:
            try:
                content = (reports / folder / "report.html").read_bytes()
            except OSError as error:
                missing = f"{folder}/report.html: {error.strerror}"
                raise UsageError(f"reports = {str(reports)!r}: {missing}") from None
            archive.writestr(zipfile.ZipInfo(f"{name}/report.html", (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()
