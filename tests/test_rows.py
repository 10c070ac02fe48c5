"""Whatever fails for one submission is that submission's row: nobody disappears, and the others' bytes stay the same."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import assignment as assignments
from grader import checks, classroom, cli, exports, intake, judge, late, observe, report, store
from grader.model import Fault, Grade, Observation, Observations
from tests.conftest import ROOT
from tests.test_text import EVIL, commands, raw_names, steered

RAISES = b"raise RuntimeError(" + repr(EVIL).encode() + b")\nprint('\\n::error::x\\x1b[2J')\n"


def hand_in(folder: bytes, name: bytes, files: Mapping[bytes, bytes]) -> None:
    path = os.path.join(folder, name)
    os.mkdir(path)
    for file, content in files.items():
        with open(os.path.join(path, file), "wb") as f:
            f.write(content)


def table(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((out / "grades.csv").read_text())))


def everybody_has_a_row(out: Path, count: int) -> None:
    """In the table, on the class page, and with a folder whose files are whole."""
    rows, page = table(out), (out / "index.html").read_text()
    assert len(rows) == len({r["id"] for r in rows}) == count
    links = set(re.findall(r'<th scope="row"><a href="\./([^"]+)/report.html"><bdi>', page)) or set(
        re.findall(r'<th scope="row"><a href="([^"]+)/report.html"><bdi>', page)
    )
    assert len(links) == count
    ids = {exports.table.safe_cell(json.loads(p.read_bytes())["submission"]["id"]) for p in out.glob("*/grade.json")}
    assert ids == {r["id"] for r in rows}
    for path in out.glob("*/grade.json"):
        assert json.loads((path.parent / "run.json").read_bytes())["id"]
        shown = report.clean(json.loads(path.read_bytes())["submission"]["id"], report.ID_CHARS)
        assert shown in html.unescape((path.parent / "report.html").read_text())
        assert shown in html.unescape(page)


# --- names --------------------------------------------------------------------------------------------------


def course(out: Path, **more: Any) -> classroom.Course:
    a = assignments.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
    return classroom.Course(replace(a, **more), out, Path(".data"))


def unobserved(digest: str) -> Observations:
    seen = {"load": Observation("load", fault=Fault("raised", EVIL, EVIL))}
    return Observations(seen, digest, "none", {"torch": EVIL}, "0" * 64)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(raw_names.filter(lambda b: not b.startswith(b".")), min_size=1, max_size=4, unique=True))
def test_any_names_of_folders(tmp_path_factory: pytest.TempPathFactory, raws: list[bytes]) -> None:
    """From the folder to the tables, without running anything."""
    folder, out = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("out")
    raws = [raw for raw in raws if os.fsdecode(raw) not in (*intake.SKIPPED, "honest")]
    for raw in [b"honest", *raws]:
        hand_in(
            os.fsencode(folder),
            raw,
            {b"submission.py": RAISES, b"answers.md": b"## Q1\n" + EVIL.encode("utf-8", "replace")},
        )
    here = course(out)
    rows = []
    for path in intake.find(folder):
        submission = intake.read(path)
        observations = unobserved(submission.sha256)
        rows.append(classroom.render(here, submission, observations, 0.0, lambda demand: None))
        run = json.loads((out / rows[-1].folder / "run.json").read_bytes())
        assert intake.read(Path(run["source"])).id == submission.id
    classroom.write_class(here, rows)
    everybody_has_a_row(out, len(raws) + 1)


ODD = [
    b"M\xfcller_Hei\xdf",  # Latin-1, as old archives are unpacked
    b"M\xc3\xbcller_Hei\xc3\x9f",
    b"M\\xfcller_Hei\\xdf",
    b"\xff" * 255,
    b"\x1b[2J\x1b]0;owned\x07",
    b"::error file=x::owned",
    b"a\n::error::owned\r##[error]owned",
    "\u202egpj.exe".encode(),
    "ho\u200bnest".encode(),
    b"=HYPERLINK(1)",
    b"<img src=x onerror=alert(1)>",
    b"\xed\xa0\x80",  # half of a surrogate pair
]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    for raw in ODD:
        hand_in(
            os.fsencode(folder), raw, {b"submission.py": RAISES, b"h\xe9lp\x1b[2J.py": b"x = 1\n", b"\xff.png": b"\x89"}
        )
    hand_in(os.fsencode(folder), b"link", {})
    os.symlink(b"/etc/\xff\x1b[2J", os.path.join(os.fsencode(folder), b"link", b"a\x1b[2J\n::error::b"))
    shutil.copytree(ROOT / "docs" / "starter", folder / "honest")
    return folder


@pytest.mark.slow
def test_a_class_of_odd_names_from_end_to_end(odd: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Graded, judged again, exported and verified, with everything that reaches the console."""
    out, alone = tmp_path / "out", tmp_path / "alone"
    ran = [cli.main(["grade", str(odd), "--out", str(out), "--jobs", "2"])]
    everybody_has_a_row(out, len(ODD) + 2)
    ran.append(cli.main(["report", str(out)]))
    for format in exports.FORMATS:
        ran.append(cli.main(["export", format, str(out)]))
    first = intake.folder_name(intake.submission_id(intake.find(odd)[0]))
    ran.append(cli.main(["verify", str(out / first)]))
    ran.append(cli.main(["grade", str(odd), "--out", str(out), "--jobs", "2"]))  # nothing has changed
    ran.append(cli.main(["grade", str(odd), "--out", str(alone), "--only", "honest"]))
    assert set(ran) == {0}
    for name in ("grade.json", "report.html"):
        assert (out / "honest" / name).read_bytes() == (alone / "honest" / name).read_bytes()
    for path in intake.find(odd)[:2]:
        assert cli.main(["check", str(path)]) in (0, 1)
        assert cli.main(["check", "--json", str(path)]) in (0, 1)
    assert cli.main(["grade", str(odd), "--only", EVIL.replace("\ud800", "")]) == 2
    said, complained = capfd.readouterr()
    assert "\\u202egpj.exe" in said and "M\\xfcller_Hei\\xdf" in said and "M\\x5cxfcller_Hei\\x5cxdf" in said
    assert steered(said + complained) == [] and commands(said + complained) == []


# --- what fails ---------------------------------------------------------------------------------------------

WORK = {"ada": b"import torch\n", "bad": b"raise ValueError\n", "eve": b"class:\n"}


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder, out = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("truth") / "out"
    for name, source in WORK.items():
        hand_in(os.fsencode(folder), name.encode(), {b"submission.py": source, b"answers.md": b"## Q1\nwritten\n"})
    assert cli.main(["grade", str(folder), "--out", str(out), "--jobs", "1"]) == 0
    return folder, out


def failing(function: Callable[..., Any], when: Callable[..., bool]) -> Callable[..., Any]:
    def fails(*args: Any, **more: Any) -> Any:
        if when(*args):
            raise RuntimeError(EVIL)
        return function(*args, **more)

    return fails


def is_bad(grade: Grade) -> bool:
    return grade.submission_id == "bad"


def sound(grade: Grade) -> bool:
    return not grade.needs_person


# Where it fails, and for what: everything of the submission, its numbers, its answers, its row of a table.
STAGES: dict[str, tuple[Any, str, Callable[..., bool]]] = {
    "reading": (intake, "_collect", lambda path: path.name == "bad"),
    "observing": (observe.Observer, "observe", lambda self: self.submission.id == "bad"),
    "keeping": (
        store,
        "dumps",
        lambda o: o.by_probe["load"].fault and "ValueError" in o.by_probe["load"].fault.message,
    ),
    "judging": (judge, "grade", lambda s, o, *rest: s.id == "bad" and o.by_probe["load"].fault.kind != "harness"),
    "writing": (judge, "to_json", lambda g: is_bad(g) and sound(g)),
    "drawing": (report, "render_report", lambda g, e: is_bad(g) and sound(g)),
    "answers": (report, "render_report", lambda g, e: is_bad(g) and any(w.answered for w in g.written)),
    "class page": (report, "render_class_page", lambda rows: any(is_bad(r.grade) and sound(r.grade) for r in rows)),
    "table": (exports, "grades_csv", lambda grades, *rest: any(is_bad(g) and sound(g) for g in grades)),
}


@pytest.mark.parametrize("stage", STAGES)
def test_what_fails_for_one_is_its_row(
    stage: str, truth: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder, out = truth[0], tmp_path / "out"
    where, name, when = STAGES[stage]
    if stage not in ("reading", "observing", "keeping"):  # for the rest nothing has to be observed again
        for kept in (".observations", ".cache"):
            shutil.copytree(truth[1] / kept, out / kept)
    with monkeypatch.context() as patch:
        patch.setattr(where, name, failing(getattr(where, name), when))
        status = cli.main(["grade", str(folder), "--out", str(out), "--jobs", "1"])
    of_a_table = stage in ("class page", "table")
    assert status == (0 if of_a_table else 3)
    everybody_has_a_row(out, len(WORK))
    rows, before = table(out), table(truth[1])
    for now, then in zip(rows, before, strict=True):
        if now["id"] != "bad":
            assert now == then
            for file in ("grade.json", "report.html"):
                assert (out / now["id"] / file).read_bytes() == (truth[1] / now["id"] / file).read_bytes()
        elif stage != "class page":
            assert now["needs_person"] == "yes"
    if stage != "table":
        assert "needs a person" in (out / "index.html").read_text()
    said = "".join(capsys.readouterr())
    assert steered(said) == [] and commands(said) == []
    assert cli.main(["report", str(out)]) == (
        0 if stage in ("judging", "writing", "drawing", "answers", "class page", "table") else 3
    )
    everybody_has_a_row(out, len(WORK))
    assert cli.main(["grade", str(folder), "--out", str(out), "--jobs", "1"]) == 0
    for file in ("index.html", "grades.csv", "bad/grade.json", "bad/report.html"):
        assert (out / file).read_bytes() == (truth[1] / file).read_bytes(), "the next run mends it"


@pytest.mark.parametrize("format", sorted(exports.FORMATS))
def test_what_cannot_be_exported_needs_a_person(
    format: str, truth: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = classroom.stored_grades(truth[1])
    exports.export(format, pairs, tmp_path / "whole")
    chosen = exports.FORMATS[format]
    fails = replace(
        chosen,
        student=chosen.student and failing(chosen.student, lambda g: is_bad(g) and sound(g)),
        whole=chosen.whole and failing(chosen.whole, lambda rows: any(is_bad(g) and sound(g) for g, _ in rows)),
    )
    monkeypatch.setattr(exports, "FORMATS", {format: fails})
    exports.export(format, pairs, tmp_path / "spared")
    whole = {p.relative_to(tmp_path / "whole"): p for p in (tmp_path / "whole").rglob("*") if p.is_file()}
    for name, path in whole.items():
        now = tmp_path / "spared" / name
        if chosen.student is not None and "bad" not in name.parts:
            assert now.read_bytes() == path.read_bytes()
        elif chosen.whole is not None and path.suffix == ".csv":
            assert len(now.read_text().splitlines()) == len(path.read_text().splitlines())
    bad = [p.read_text() for p in (tmp_path / "spared").rglob("*") if p.is_file()]
    assert any(re.search(r"[Nn]eeds a person|needs_person|bad,,", content) for content in bad)


def test_nothing_is_observed_twice_for_a_row_that_was_not_kept(
    truth: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``report`` runs no student code: where the harness failed, the row stays what it is."""
    folder, out = truth[0], tmp_path / "out"
    with monkeypatch.context() as patch:
        when = STAGES["observing"][2]
        patch.setattr(observe.Observer, "observe", failing(observe.Observer.observe, when))
        assert cli.main(["grade", str(folder), "--out", str(out), "--jobs", "1"]) == 3
    before = (out / "bad" / "grade.json").read_bytes()
    assert cli.main(["report", str(out)]) == 3
    assert (out / "bad" / "grade.json").read_bytes() == before


# --- when it was handed in ----------------------------------------------------------------------------------

POLICY = assignments.LatePolicy(datetime(2026, 3, 1, 22, 59, tzinfo=UTC), 0, 10.0, 100.0)


@pytest.mark.parametrize("received", [None, float("nan"), float("inf"), -float("inf"), 1e300])
def test_a_time_that_is_not_known_is_never_in_time(received: float | None) -> None:
    found = late.late(received, POLICY)
    assert found.unknown and found.percent == 0 and "not known" in found.text and "in time" not in found.text


@pytest.mark.parametrize("received", [0.0, 1.7e9, 1.8e9])
def test_a_time_that_is_known(received: float) -> None:
    assert not late.late(received, POLICY).unknown


@pytest.mark.parametrize("when", [0, 1_700_000_000])
def test_who_handed_in_at_no_time_needs_a_person(when: int, tmp_path: Path) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    hand_in(os.fsencode(folder), b"ada", {b"submission.py": b"import torch\n"})
    os.utime(folder / "ada" / "submission.py", (when, when))
    here = course(out, late=POLICY)
    row = classroom.render(here, intake.read(folder / "ada"), unobserved("0" * 64), 0.0, lambda demand: None)
    classroom.write_class(here, [row])
    unknown = when == 0
    assert row.needs_person is row.undated is unknown and not row.grade.needs_person
    assert table(out)[0]["needs_person"] == ("yes" if unknown else "no")
    assert table(out)[0]["late_percent"] == ("" if unknown else "0")
    assert ("Handed in at a time that is not known" in (out / "index.html").read_text()) is unknown
    assert ("is not known" in (out / "ada" / "report.html").read_text()) is unknown
    again = exports.FORMATS["csv"].whole
    assert again is not None
    files = again([(row.grade, row.folder)], reports=out)
    assert files["grades.csv"] == (out / "grades.csv").read_bytes()
