"""Exports: every format against a validator written here from what the reading system documents."""

from __future__ import annotations

import csv
import inspect
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grader
from grader import judge
from grader.exports import FORMATS, export, grade_from_json, grades_csv
from grader.exports.base import number, totals
from grader.exports.github import plain
from grader.exports.table import safe_cell
from grader.model import GROUPS, Convention, Grade, GraderError, Status, UsageError, Verdict, WrittenAnswer

SCHEMA = Path(grader.__file__).parent / "schema" / "grade.schema.json"
DIGEST = "0" * 64


def verdict(id: str = "loss.returns", status: Status = "passed", points: float = 2.5, **more: Any) -> Verdict:
    got = points if status in ("passed", "harness_error") else 0.0
    full = {
        "id": id,
        "group": id.split(".")[0],
        "title": "`kl` is the KL | of <q>.",
        "visibility": "public",
        "status": status,
        "points": got,
        "max_points": points,
        "message": "all is well"
        if status == "passed"
        else "kl is 7.1, the closed form 3.6 (submission.py:41 in encode)",
        "hint": "" if status == "passed" else "Multiply by ½.",
        "diagnosis": "kl_missing_half" if status == "failed" else None,
        "blocked_by": "loss.kl_closed_form" if status == "blocked" else None,
    }
    return Verdict(**(full | more))


def grade(*checks: Verdict, id: str = "ada", marks: tuple[float | None, ...] = (None, None)) -> Grade:
    return Grade(
        submission_id=id,
        submission_sha256=DIGEST,
        assignment={"name": "Autoencoders", "version": "1", "dataset": "digits", "seed": 0},
        score=round(sum(v.points for v in checks), 6),
        max_score=round(sum(v.max_points for v in checks), 6),
        isolation="bwrap+landlock+seccomp",
        convention=Convention("bce", "mean over pixels", "sum over latent dimensions", 784.0),
        checks=checks,
        written=tuple(
            WrittenAnswer(f"Q{i}", "", 3.0, True, points=m, comment="good") for i, m in enumerate(marks, 1)
        ),
        environment={
            "python": "3.11", "torch": "2.13", "cpu_capability": "AVX2", "threads": 1, "harness": "1",
            "data_sha256": DIGEST,
        },
    )  # fmt: skip


ALL_STATUSES = (
    verdict("interface.loads"),
    verdict("loss.kl_closed_form", "failed", 4),
    verdict("loss.stability", "error", 1, message="ValueError: <b>|x|</b>\n::error::forged (helper.py:3 in f)"),
    verdict("loss.gradients", "blocked", 2),
    verdict("sampling.images", "timeout", 2, message="no answer within 60 s"),
    verdict("betas.learns", "passed", 3, visibility="hidden"),
    verdict("betas.tuned", "failed", 2, visibility="hidden", message="a secret"),
)
MIXED = grade(*ALL_STATUSES)
ZERO = grade(verdict("loss.kl_closed_form", "failed", 4), id="zoe")
OURS = grade(verdict("interface.loads"), verdict("loss.returns", "harness_error", 2), id="our-fault")
MARKED = grade(*ALL_STATUSES, id="marked", marks=(2.25, 0.0))
HOSTILE = grade(
    verdict("loss.returns", "failed", 2, message="\ud800 \x00\x1b[31m & <script> ``` %0A \r\n| =1+1 ![x](http://x)"),
    id="=HYPERLINK(1)\n<b>\x07é",
)
CLASS = [MIXED, ZERO, OURS, MARKED, HOSTILE]


def run(format: str, out: Path, *grades: Grade, **options: Any) -> list[Path]:
    return export(format, [(g, f"folder-{i}") for i, g in enumerate(grades)], out, **options)


def read(format: str, out: Path, g: Grade, **options: Any) -> Any:
    return json.loads(run(format, out, g, **options)[0].read_bytes())


# --- validators: what each system reads --------------------------------------------------------------

NUMBER = {"type": "number", "minimum": 0}
TEXT = {"type": "string"}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
TEXT_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}


def closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = required | (optional or {})
    return {
        "type": "object", "required": list(required), "properties": properties, "additionalProperties": False,
    }  # fmt: skip


GRADESCOPE = closed(
    {
        "score": NUMBER,
        "tests": {
            "type": "array",
            "items": closed(
                {"score": NUMBER, "max_score": NUMBER, "name": TEXT, "visibility": VISIBILITY},
                {
                    "status": {"enum": ["passed", "failed"]}, "name_format": TEXT_FORMAT, "number": TEXT,
                    "output": TEXT, "output_format": TEXT_FORMAT, "extra_data": {"type": "object"},
                    "tags": {"type": "array", "items": TEXT},
                },
            ),
        },
    },
    {
        "execution_time": NUMBER, "output": TEXT, "output_format": TEXT_FORMAT, "visibility": VISIBILITY,
        "test_output_format": TEXT_FORMAT, "test_name_format": TEXT_FORMAT, "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"}, "leaderboard": {"type": "array"},
    },
)  # fmt: skip
WHOLE = {"type": "integer", "minimum": 0}
FILLED = {"type": "string", "minLength": 1}
CLASSROOM50 = closed(
    {
        "schema": {"const": "classroom50/result/v1"},
        **dict.fromkeys(("classroom", "assignment", "submission", "commit", "release", "review"), FILLED),
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "score": WHOLE,
        "max-score": WHOLE,
        "tests": {
            "type": "array",
            "items": closed({"test-name": FILLED, "passed": {"type": "boolean"}, "score": WHOLE, "max-score": WHOLE}),
        },
    }
)
PRAIRIELEARN = {
    **closed(
        {
            "gradable": {"type": "boolean"},
            "tests": {
                "type": "array",
                "items": closed(
                    {"name": TEXT, "points": NUMBER, "max_points": NUMBER},
                    {"description": TEXT, "message": TEXT, "output": TEXT, "images": {"type": "array"}},
                ),
            },
        },
        {
            "score": {"type": "number", "minimum": 0, "maximum": 1},
            "message": TEXT,
            "output": TEXT,
            "format_errors": {"type": "array", "items": TEXT},
        },
    ),
    "if": {"properties": {"gradable": {"const": True}}},
    "then": {"required": ["score"]},
    "else": {"not": {"required": ["score"]}},
}
INTEGER = {"type": "integer"}
CTRF = closed(
    {
        "reportFormat": {"const": "CTRF"},
        "specVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "results": closed(
            {
                "tool": closed({"name": FILLED}, {"version": TEXT}),
                "summary": closed(
                    dict.fromkeys(
                        ("tests", "passed", "failed", "skipped", "pending", "other", "start", "stop"), INTEGER
                    ),
                    {"extra": {"type": "object"}},
                ),
                "tests": {
                    "type": "array",
                    "items": closed(
                        {
                            "name": FILLED,
                            "status": {"enum": ["passed", "failed", "skipped", "pending", "other"]},
                            "duration": INTEGER,
                        },
                        {
                            "suite": {"type": "array", "items": TEXT, "minItems": 1},
                            "tags": {"type": "array", "items": TEXT},
                            "message": TEXT,
                            "rawStatus": TEXT,
                            "extra": {"type": "object"},
                        },
                    ),
                },
            }
        ),
    }
)


def check_junit(path: Path) -> ET.Element:
    """The structure of xunit2: names and order of elements, known attributes, counts that add up."""
    root = ET.fromstring(path.read_bytes())
    assert root.tag == "testsuites"
    allowed = {
        "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
        "testcase": {"classname", "name", "time"},
        "failure": {"type", "message"}, "error": {"type", "message"}, "skipped": {"type", "message"},
        "property": {"name", "value"}, "properties": set(), "system-out": set(),
    }  # fmt: skip
    for element in root.iter():
        if element is not root:
            assert set(element.attrib) <= allowed[element.tag], element.tag
    for suite in root:
        assert next(e.tag for e in suite) == "properties"
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases) == len(suite) - 1
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == sum(c.find(tag) is not None for c in cases)
        for case in cases:
            assert {"classname", "name", "time"} == set(case.attrib)
            assert sum(e.tag in ("failure", "error", "skipped") for e in case) <= 1
    assert int(root.attrib["tests"]) == sum(int(s.attrib["tests"]) for s in root)
    return root


def schema_of(schema: dict[str, Any]) -> Callable[[Path], Any]:
    return lambda path: jsonschema.validate(json.loads(path.read_bytes()), schema)


def check_summary(path: Path) -> None:
    content = path.read_bytes()
    assert len(content) < 1024 * 1024
    text = content.decode("utf-8")
    assert "<" not in text and "http://" not in text and "\x1b" not in text
    for block in text.split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in rows}) <= 1


ANNOTATION = re.compile(r"::(error|warning) ((?:\w+=[^:,\s][^:,]*)(?:,\w+=[^:,]+)*)::[^\r\n]+")


def check_annotations(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    for line in lines:
        assert ANNOTATION.fullmatch(line), line
    for kind in ("error", "warning"):
        assert sum(line.startswith(f"::{kind}") for line in lines) <= 10


def check_csv(path: Path) -> list[dict[str, str]]:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert len({len(r) for r in rows}) == 1
    for cell in (c for r in rows for c in r):
        assert not cell.lstrip().startswith(("=", "+", "-", "@")) and "\n" not in cell
    return [dict(zip(rows[0], r, strict=True)) for r in rows[1:]]


VALIDATORS: dict[str, Callable[[Path], Any]] = {
    "gradescope": schema_of(GRADESCOPE), "classroom50": schema_of(CLASSROOM50), "prairielearn": schema_of(PRAIRIELEARN),
    "ctrf": schema_of(CTRF), "junit": check_junit, "summary": check_summary, "annotations": check_annotations,
    "canvas": check_csv, "moodle": check_csv, "csv": check_csv,
}  # fmt: skip


def test_every_format_has_a_validator() -> None:
    assert VALIDATORS.keys() == FORMATS.keys()
    for e in FORMATS.values():
        assert (e.student is None) != (e.whole is None)
        function = e.student or e.whole
        assert function is not None
        assert set(e.options) == set(list(inspect.signature(function).parameters)[1:])


@pytest.mark.parametrize("format", FORMATS)
def test_files_are_valid_and_repeat(format: str, tmp_path: Path) -> None:
    files = run(format, tmp_path / "a", *CLASS)
    for path in files:
        if path.name != "needs-person.txt":
            VALIDATORS[format](path)
    if FORMATS[format].student:
        assert {p.parent.name for p in files} == {f"folder-{i}" for i in range(len(CLASS))}
    else:
        assert len(files) == 1
    again = run(format, tmp_path / "b", *CLASS)
    assert [p.read_bytes() for p in files] == [p.read_bytes() for p in again]


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_class_is_no_error(format: str, tmp_path: Path) -> None:
    for path in run(format, tmp_path):
        VALIDATORS[format](path)


# --- points ------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 400), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_fractional_points_survive_everywhere(tmp_path_factory: pytest.TempPathFactory, quarters: list[int]) -> None:
    out = tmp_path_factory.mktemp("points")
    points = [q / 4 for q in quarters]
    g = grade(*(verdict(f"loss.c{i}", points=p) for i, p in enumerate(points)), verdict("loss.z", "failed", 1))
    score, most = sum(points), sum(points) + 1
    scope = read("gradescope", out, g)
    assert scope["score"] == score == sum(t["score"] for t in scope["tests"])
    result = read("classroom50", out, g)
    assert result["score"] * most == pytest.approx(result["max-score"] * score)
    assert sum(t["score"] for t in result["tests"]) == result["score"]
    assert read("prairielearn", out, g)["score"] == pytest.approx(score / most)
    assert float(check_csv(run("csv", out, g)[0])[0]["score"]) == score
    assert float(check_csv(run("canvas", out, g)[0])[1]["Autoencoders"]) == score
    assert float(check_csv(run("moodle", out, g)[0])[0]["Grade"]) == score
    properties = check_junit(run("junit", out, g)[0]).findall(".//property")
    assert {p.get("name"): p.get("value") for p in properties}["score"] == number(score)
    assert read("ctrf", out, g)["results"]["summary"]["extra"]["score"] == score


def test_a_score_of_zero_stays_zero(tmp_path: Path) -> None:
    assert read("gradescope", tmp_path, ZERO)["score"] == 0
    assert read("classroom50", tmp_path, ZERO)["score"] == 0
    assert read("prairielearn", tmp_path, ZERO)["score"] == 0
    assert check_csv(run("canvas", tmp_path, ZERO)[0])[1]["Autoencoders"] == "0"
    assert check_csv(run("moodle", tmp_path, ZERO)[0])[0]["Grade"] == "0"
    assert check_csv(run("csv", tmp_path, ZERO)[0])[0]["score"] == "0"
    assert "0 of 4 points" in run("summary", tmp_path, ZERO)[0].read_text()


def test_a_harness_error_needs_a_person_and_is_never_zero(tmp_path: Path) -> None:
    scope = read("gradescope", tmp_path, OURS)
    ours = next(t for t in scope["tests"] if t["extra_data"]["id"] == "loss.returns")
    assert scope["visibility"] == "after_published" and "Needs a person" in scope["output"]
    assert "status" not in ours and ours["score"] == 2 and "Needs a person" in ours["output"]
    learn = read("prairielearn", tmp_path, OURS)
    assert not learn["gradable"] and "score" not in learn and "Needs a person" in learn["message"]
    assert check_csv(run("canvas", tmp_path, OURS)[0])[1]["Autoencoders"] == ""
    row = check_csv(run("moodle", tmp_path, OURS)[0])[0]
    assert row["Grade"] == row["Feedback"] == ""
    assert check_csv(run("csv", tmp_path, OURS)[0])[0]["needs_person"] == "yes"
    error = check_junit(run("junit", tmp_path, OURS)[0]).find(".//error")
    assert error is not None and error.attrib["type"] == "harness_error" and "Needs a person" in error.attrib["message"]
    assert read("ctrf", tmp_path, OURS)["results"]["summary"]["other"] == 1
    assert "Needs a person" in run("summary", tmp_path, OURS)[0].read_text()
    assert run("annotations", tmp_path, OURS)[0].read_text().startswith("::warning ")


def test_classroom50_withdraws_a_result_that_needs_a_person(tmp_path: Path) -> None:
    assert [p.name for p in run("classroom50", tmp_path, MIXED)] == ["result.json"]
    files = run("classroom50", tmp_path, OURS)
    assert [p.name for p in files] == ["needs-person.txt"] and not (tmp_path / "folder-0" / "result.json").exists()
    assert "Needs a person" in files[0].read_text()
    run("classroom50", tmp_path, MIXED)
    assert not files[0].exists()


def test_classroom50_takes_times_and_addresses_as_arguments(tmp_path: Path) -> None:
    got = read("classroom50", tmp_path, MIXED, now="1700000000", commit="https://host/c", classroom="ml")
    assert got["datetime"] == "2023-11-14T22:13:20Z"
    assert got["commit"] == got["review"] == "https://host/c" and got["classroom"] == "ml"
    assert read("classroom50", tmp_path, MIXED)["datetime"] == "1970-01-01T00:00:00Z"
    assert read("ctrf", tmp_path, MIXED, now=12.5)["results"]["summary"]["start"] == 12500


def test_written_marks_join_the_total_once_all_are_given(tmp_path: Path) -> None:
    assert totals(MARKED) == (MARKED.score + 2.25, MARKED.max_score + 6)
    assert totals(grade(*ALL_STATUSES, marks=(2.25, None))) == (MIXED.score, MIXED.max_score)
    scope = read("gradescope", tmp_path, MARKED)
    assert scope["score"] == sum(t["score"] for t in scope["tests"]) == totals(MARKED)[0]
    assert scope["tests"][-1]["score"] == 2.25 and "Q2: 0 of 3" in scope["tests"][-1]["output"]
    assert read("gradescope", tmp_path, MIXED)["score"] == MIXED.score
    row = check_csv(run("csv", tmp_path, MARKED)[0])[0]
    assert (row["written"], row["written_max"], row["score"]) == ("2.25", "6", number(MARKED.score))
    mixed = check_csv(run("canvas", tmp_path, MARKED, MIXED)[0])  # one column has one highest score
    assert mixed[0]["Autoencoders"] == number(MIXED.max_score)
    assert mixed[1]["Autoencoders"] == mixed[2]["Autoencoders"] == number(MIXED.score)
    alone = check_csv(run("canvas", tmp_path, MARKED)[0])
    assert alone[0]["Autoencoders"] == number(totals(MARKED)[1])


# --- hidden checks ------------------------------------------------------------------------------------


def test_gradescope_shows_hidden_checks_after_publication(tmp_path: Path) -> None:
    tests = read("gradescope", tmp_path, MIXED)["tests"]
    late = {t["extra_data"]["id"] for t in tests if t["visibility"] == "after_published"}
    assert late == {"betas.learns", "betas.tuned"}


@pytest.mark.parametrize("format", ["classroom50", "prairielearn", "summary", "annotations"])
def test_students_formats_say_nothing_about_one_hidden_check(format: str, tmp_path: Path) -> None:
    text = run(format, tmp_path, MIXED)[0].read_text()
    assert "betas" not in text and "secret" not in text
    assert "secret" in run(format, tmp_path, MIXED, show_hidden="yes")[0].read_text() or format == "classroom50"


# --- single formats -----------------------------------------------------------------------------------


def test_annotations_point_at_the_line(tmp_path: Path) -> None:
    text = run("annotations", tmp_path, MIXED)[0].read_text()
    lines = text.splitlines()
    assert lines[0].startswith("::error file=submission.py,line=41,title=loss.kl_closed_form::")
    assert lines[1].startswith("::error file=helper.py,line=3,") and "%0A::error::forged" in lines[1]
    assert lines[2].startswith("::error file=submission.py,title=sampling.images::")
    inside = run("annotations", tmp_path, MIXED, prefix="hw2/")[0].read_text()
    assert inside.startswith("::error file=hw2/submission.py,line=41,")
    cell = grade(verdict("loss.returns", "error", message="NameError: x (submission.ipynb cell 3:12 in f)"))
    got = run("annotations", tmp_path, cell)[0].read_text()
    assert got.startswith("::error file=submission.ipynb,title=loss.returns::")


def test_at_most_ten_annotations_of_a_kind(tmp_path: Path) -> None:
    many = grade(*(verdict(f"loss.c{i}", "failed") for i in range(12)))
    lines = run("annotations", tmp_path, many)[0].read_text().splitlines()
    assert len(lines) == 10 and "3 more checks" in lines[-1]
    ten = grade(*(verdict(f"loss.c{i}", "failed") for i in range(10)))
    assert "more" not in run("annotations", tmp_path, ten)[0].read_text()


def test_a_summary_stays_below_the_limit_and_counts_what_is_left_out(tmp_path: Path) -> None:
    many = grade(*(verdict(f"loss.c{i}", "failed", message="β<" * 200_000) for i in range(300)))
    path = run("summary", tmp_path, many)[0]
    check_summary(path)
    text = path.read_text()
    assert "more; all of them are in the report" in text and "&#6\n" not in text


def test_markdown_shows_text_as_it_is() -> None:
    import html

    from markdown_it import MarkdownIt

    for text in ("a | b", "**x** _y_ ~~z~~", "[a](http://b) ![c](d)", "<img src=x>", "`q` $x$", "# h", "- a", "\\"):
        shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render("p " + plain(text))
        assert html.unescape(re.sub(r"</?p>", "", shown)).strip() == "p " + text
        assert set(re.findall(r"<(\w+)", shown)) == {"p"}


ROSTER = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Old (1)
    Points Possible,,,,,10
"Lovelace, Ada",77,s1,ADA,A,3
"Zed, Zoe",78,s2,zoe2,B,
"""


def test_canvas_takes_students_from_its_own_export(tmp_path: Path) -> None:
    (tmp_path / "canvas.in.csv").write_text(ROSTER, encoding="utf-8")
    path = run("canvas", tmp_path, MIXED, ZERO, roster=tmp_path / "canvas.in.csv", column="HW 2 (4711)")[0]
    lines = path.read_text().splitlines()
    assert lines[0] == "Student,ID,SIS User ID,SIS Login ID,Section,HW 2 (4711)"
    assert lines[1] == f"    Points Possible,,,,,{number(MIXED.max_score)}"
    assert lines[2] == f'"Lovelace, Ada",77,s1,ADA,A,{number(MIXED.score)}'
    assert lines[3] == "zoe,,,zoe,,0"


def test_moodle_keys_rows_and_files_as_moodle_does(tmp_path: Path) -> None:
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_text(
        "Identifier,Full name,ID number,Email address\nParticipant 5,Ada L.,i5,ada@x.org\nTeilnehmer/in 6,Zoe: Z,zoe,z@x.org\n"
    )
    ada = replace(MIXED, submission_id="Ada L._5_assignsubmission_file_")
    for i in range(2):
        (tmp_path / f"folder-{i}").mkdir()
        (tmp_path / f"folder-{i}" / "report.html").write_text(f"report {i}")
    files = run("moodle", tmp_path / "out", ada, ZERO, roster=worksheet, key="email", reports=tmp_path)
    rows = check_csv(files[0])
    assert [r["Email address"] for r in rows] == ["ada@x.org", "z@x.org"]
    assert rows[0]["Feedback"].startswith("interface 2.5, loss 0,")
    archive = zipfile.ZipFile(files[1])
    assert archive.namelist() == [
        "Ada L._5_assignsubmission_file_/report.html",
        "Zoe_ Z_6_assignsubmission_file_/report.html",
    ]
    assert archive.read(archive.namelist()[1]) == b"report 1"
    with pytest.raises(UsageError, match="participant number"):
        run("moodle", tmp_path / "out", ZERO, reports=tmp_path)


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_cell_is_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not cell.startswith(("\t", "\r", "\n"))
    cell.encode("utf-8")


def test_grades_csv_in_points_per_group() -> None:
    row = next(csv.DictReader(io.StringIO(grades_csv([MIXED], {}))))
    assert list(row) == [
        "id", "score", "max_score", *GROUPS, "written", "written_max", "late_percent", "late_points",
        "needs_person", "isolation", "diagnoses", "sha256", "cap_check", "cap_points",
    ]  # fmt: skip
    assert row["late_percent"] == row["late_points"] == ""
    assert row["interface"] == "2.5" and row["betas"] == "3" and row["diagnoses"] == "kl_missing_half"
    assert row["written"] == "" and row["needs_person"] == "no"


def test_grades_csv_says_what_lateness_costs(tmp_path: Path) -> None:
    def read(**options: str) -> dict[str, str]:
        export("csv", [(MIXED, "mixed")], tmp_path / "out", **options)
        return next(csv.DictReader((tmp_path / "out" / "grades.csv").open(encoding="utf-8")))

    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"late": {"percent": 10.0, "points": 7.3, "text": ""}}))
    row = read(reports=str(tmp_path))
    assert (row["late_percent"], row["late_points"]) == ("10", "7.3")
    assert row["score"] == read()["score"], "the score is that of the work"
    (folder / "run.json").write_text(json.dumps({"late": None}))
    assert read(reports=str(tmp_path))["late_percent"] == ""
    with pytest.raises(UsageError, match=r"no readable mixed/run\.json"):
        (folder / "run.json").write_text("[]")
        read(reports=str(tmp_path))


# --- usage --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "options", "named"),
    [
        ("excel", {}, "no such format; there are gradescope"),
        ("junit", {"now": 1}, "no such option; there are: none"),
        ("ctrf", {"now": "soon"}, "now = 'soon'"),
        ("ctrf", {"now": "nan"}, "now = 'nan'"),
        ("summary", {"show_hidden": "perhaps"}, "must be yes or no"),
        ("canvas", {"roster": "missing.csv"}, "must be a CSV file"),
        ("moodle", {"key": "name"}, "idnumber, email, username"),
    ],
)
def test_wrong_options_are_named(format: str, options: dict[str, Any], named: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=re.escape(named)):
        run(format, tmp_path, MIXED, **options)


@pytest.mark.parametrize("folder", ["", "..", "a/b"])
def test_no_file_leaves_the_folder(folder: str, tmp_path: Path) -> None:
    with pytest.raises(GraderError):
        export("ctrf", [(MIXED, folder)], tmp_path)


# --- grade.json ---------------------------------------------------------------------------------------


def validate(value: Any) -> None:
    jsonschema.validate(value, json.loads(SCHEMA.read_bytes()), cls=jsonschema.Draft202012Validator)


def test_the_published_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_bytes()))


@pytest.mark.parametrize("g", CLASS, ids=lambda g: repr(g.submission_id))
def test_grade_json_is_valid_and_reads_back(g: Grade) -> None:
    raw = judge.to_json(g)
    validate(raw)
    back = grade_from_json(json.loads(json.dumps(raw)))
    assert judge.to_json(back) == raw
    assert back.score == g.score and [v.id for v in back.checks] == [v.id for v in g.checks]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r.update(format=2),
        lambda r: r.update(extra=1),
        lambda r: r.pop("score"),
        lambda r: r.update(score=-1),
        lambda r: r["checks"][0].update(status="maybe"),
        lambda r: r["checks"][0].update(blocked_by="loss.returns"),
        lambda r: r["checks"][3].update(blocked_by=None),
        lambda r: r["checks"][0].update(id="loss"),
        lambda r: r["submission"].update(sha256="abc"),
        lambda r: r["written"][0].pop("points"),
        lambda r: r.update(isolation="some"),
    ],
)
def test_the_schema_refuses_what_is_not_a_grade(spoil: Callable[[Any], Any]) -> None:
    raw = judge.to_json(MIXED)
    spoil(raw)
    with pytest.raises(jsonschema.ValidationError):
        validate(raw)


@pytest.mark.parametrize("raw", [{}, {"format": 2}, {"format": 1}, [], None, {**judge.to_json(MIXED), "checks": [1]}])
def test_reading_refuses_what_is_not_a_grade(raw: Any) -> None:
    with pytest.raises(ValueError, match=r"grade\.json"):
        grade_from_json(raw)
