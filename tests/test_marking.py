"""Marks: kept through kills and crowds, forgotten by nobody, given to the text that was read, told to nobody else."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import csv
import io
import json
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
import webbrowser
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import assignment as assignments
from grader import classroom, marking
from grader.assignment import LatePolicy
from grader.late import late
from grader.marking.store import FILE, ConflictError, Mark, Store, apply, load_marks, marks_digest, text_digest
from grader.model import GraderError, UsageError, WrittenAnswer
from grader.report import Answers, render_report
from tests.fixtures_marking import (
    HERE,
    NAMES,
    QUESTIONS,
    ROOT,
    TOKEN,
    ask,
    assignment,
    make_class,
    plain_answers,
    serving,
    write_submission,
)
from tests.fixtures_report import evidence, grade

pytest.importorskip("starlette", reason="the marking page's web framework is not installed")
import uvicorn
from uvicorn.server import ServerState

from grader.marking import connection
from grader.marking.desk import Desk, beside
from grader.marking.server import application
from grader.marking.table import COLUMNS, export_csv, from_cell, import_csv, to_cell

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def mark(submission: str = "ada", question: str = "Q1", points: float | None = 2.0, **more: Any) -> Mark:
    fields = {
        "comment": "", "text_sha256": text_digest("text"), "marker": "bea", "at": "2026-03-01T10:00:00+00:00",
        **more,
    }  # fmt: skip
    return Mark(0, submission, question, points, **fields)


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of five that tests only read."""
    return make_class(tmp_path_factory.mktemp("class"))


@pytest.fixture
def desk(klass: Path) -> Desk:
    """The class with no marks yet."""
    for old in (klass / FILE).parent.glob("*"):
        old.unlink()
    return Desk(klass, assignment(), None, blind=False)


# ---------------------------------------------------------------- the store


def test_the_newest_mark_counts_and_the_others_are_history(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(mark(points=1.0))
    store.put(mark(points=2.5, comment="better on second reading", marker="carl"))
    assert store.marks()["ada", "Q1"].points == 2.5
    assert [(m.marker, m.points) for m in store.history("ada", "Q1")] == [("carl", 2.5), ("bea", 1.0)]
    loaded = load_marks(tmp_path)
    assert loaded["ada"]["Q1"].comment == "better on second reading"


def test_saying_the_same_again_adds_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = store.put(mark())
    assert store.put(mark(at="2026-03-01T11:00:00+00:00")).n == first.n
    assert len(store.history("ada", "Q1")) == 1
    assert store.put(mark(question="Q2", points=None)).n == 0, "nothing said of an unmarked answer is no mark"
    assert store.history("ada", "Q2") == []


def test_typing_a_comment_is_one_edit(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(mark(comment="T"), edit="e1")
    store.put(mark(comment="Two"), edit="e1")
    assert [m.comment for m in store.history("ada", "Q1")] == ["Two"]
    store.put(mark(comment="Two words"), edit="e2")
    store.put(mark(comment="Two words", points=3.0), edit="e2")
    assert [(m.comment, m.points) for m in store.history("ada", "Q1")] == [
        ("Two words", 3.0), ("Two words", 2.0), ("Two", 2.0),
    ]  # fmt: skip
    store.put(mark(comment="not yours", points=3.0, marker="carl"), edit="e2")
    assert store.history("ada", "Q1")[1].marker == "bea", "nobody writes over another marker's row"


def test_a_marker_who_has_not_seen_the_newest_mark_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = store.put(mark(points=1.0), seen=0)
    store.put(mark(points=2.0, marker="carl"), seen=first.n)
    with pytest.raises(ConflictError) as told:
        store.put(mark(points=3.0), seen=first.n)
    assert told.value.mark.marker == "carl" and told.value.mark.points == 2.0
    assert store.marks()["ada", "Q1"].points == 2.0


def test_several_markers_at_once_lose_nothing(tmp_path: Path) -> None:
    Store(tmp_path)
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.test_marking import mark; from grader.marking.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for k in range(25): store.put(mark(f's{k}', points=float(k % 4), marker=sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    markers = [subprocess.Popen([*command, f"m{k}"], cwd=ROOT) for k in range(3)]
    assert [p.wait(120) for p in markers] == [0, 0, 0]
    store = Store(tmp_path)
    assert len(store.marks()) == 25
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_kill_at_any_moment_keeps_all_that_was_acknowledged(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.test_marking import mark; from grader.marking.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for k in range(10**6):\n"
        "    store.put(mark(f's{k}', comment='x' * 2000)); print(k, flush=True)\n"
    )
    for _ in range(2):
        command = [sys.executable, "-c", code, str(tmp_path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in range(40)]
            process.send_signal(signal.SIGKILL)
            told += process.stdout.readlines()
        acknowledged = {f"s{int(line)}" for line in told if line.endswith("\n")}
        kept = load_marks(tmp_path)
        assert acknowledged <= set(kept)
        assert all(m["Q1"].comment == "x" * 2000 for m in kept.values())


def test_a_damaged_file_is_our_fault_and_named(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    with pytest.raises(GraderError, match=r"marks\.sqlite: file is not a database"):
        load_marks(tmp_path)


def test_marks_are_for_the_grader_alone(tmp_path: Path) -> None:
    Store(tmp_path)
    assert (tmp_path / FILE).parent.stat().st_mode & 0o077 == 0


def test_no_marks_is_an_empty_mapping_and_leaves_no_file(tmp_path: Path) -> None:
    assert load_marks(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- marks in grades


def written(text: str = "text", question: str = "Q1") -> WrittenAnswer:
    return WrittenAnswer(question, "Why?", 3.0, bool(text), text)


def test_marks_reach_the_answers_that_they_were_given_to(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(mark(points=2.5, comment="good"))
    store.put(mark("bob", points=1.0))
    first, second = apply((written(), written("other", "Q2")), load_marks(tmp_path), "ada")
    assert (first.points, first.comment) == (2.5, "good")
    assert second.points is None


def test_a_changed_answer_is_unmarked_again(tmp_path: Path) -> None:
    Store(tmp_path).put(mark(points=2.5, comment="good"))
    (changed,) = apply((written("text, and more"),), load_marks(tmp_path), "ada")
    assert changed.points is None and changed.comment == ""


def test_points_never_exceed_what_the_question_is_worth_now(tmp_path: Path) -> None:
    Store(tmp_path).put(mark(points=5.0))
    (answer,) = apply((written(),), load_marks(tmp_path), "ada")
    assert answer.points == 3.0


def test_the_digest_of_marks_follows_what_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert marks_digest(load_marks(tmp_path), "ada") == ""
    seen = set()
    for say in ({"points": 1.0}, {"points": 2.0}, {"points": 2.0, "comment": "c"}):
        store.put(mark(**say))  # type: ignore[arg-type]
        seen.add(marks_digest(load_marks(tmp_path), "ada"))
    assert len(seen) == 3
    assert marks_digest(load_marks(tmp_path), "bob") == ""


def test_the_report_shows_marks_comment_and_the_late_line(tmp_path: Path) -> None:
    made = grade("ada")
    given = tuple(WrittenAnswer(w.id, w.question, 3.0, True, w.text, 2.5, "Say how <far>.") for w in made.written)
    html = render_report(grade("ada", written=given), evidence(), late="Handed in <late>: 10 % off.")
    assert "2.5 of 3" in html and "Say how &lt;far&gt;." in html
    assert '<p class="late">Handed in &lt;late&gt;: 10 % off.</p>' in html
    assert 'class="late"' not in render_report(made, evidence())


# ---------------------------------------------------------------- tables


def test_a_table_names_every_answer_and_reads_back(desk: Desk) -> None:
    text = export_csv(desk)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert [(r["submission"], r["question"]) for r in rows] == [(n, q) for n in NAMES for q in QUESTIONS]
    rows[0] |= {"points": "2.5", "comment": "=HYPERLINK(1)\nsecond line"}
    rows[8] |= {"points": "1"}
    taken = import_csv(desk, table(rows), "carl")
    assert (taken.changed, taken.same) == (2, 33)
    kept = desk.store.marks()["ada", "Q1"]
    assert (kept.points, kept.comment, kept.marker) == (2.5, "=HYPERLINK(1)\nsecond line", "carl")
    again = export_csv(desk)
    cell = next(csv.DictReader(io.StringIO(again)))["comment"]
    assert cell == "'=HYPERLINK(1)\nsecond line"
    assert import_csv(desk, again, "dora").changed == 0, "what was exported says nothing new"


def table(rows: list[dict[str, str]], **how: Any) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), **how)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_a_table_as_a_european_spreadsheet_writes_it(desk: Desk) -> None:
    rows = [{"submission": "ada", "question": "Q1", "points": "2,5"}]
    assert import_csv(desk, "\ufeff" + table(rows, delimiter=";"), "carl").changed == 1
    assert desk.store.marks()["ada", "Q1"].points == 2.5


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"points": "4"}, "row 2: points are between 0 and 3"),
        ({"points": "-1"}, "row 2: points are between 0 and 3"),
        ({"points": "nan"}, "row 2: points are a number"),
        ({"points": "two"}, "row 2: points 'two' are no number"),
        ({"submission": "zoe"}, "row 2: there is no answer 'Q1' of 'zoe'"),
        ({"question": "Q2"}, "row 3: ada, Q2 is there twice"),
        ({"answer_sha256": "0" * 64}, "row 2: the answer Q1 of ada is not the one"),
        ({"comment": "x" * 10_001}, "row 2: the comment has more than 10000 characters"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_taken(desk: Desk, change: dict[str, str], problem: str) -> None:
    rows = [
        {"submission": "ada", "question": q, "points": "1", "comment": "", "answer_sha256": ""} for q in ("Q1", "Q2")
    ]
    rows[0] |= change
    with pytest.raises(UsageError, match=re.escape(problem)):
        import_csv(desk, table(rows), "carl")
    assert desk.store.marks() == {}


def test_a_table_of_more_rows_than_answers_is_not_read_to_its_end(desk: Desk) -> None:
    row = {"submission": "ada", "question": "Q1", "points": ""}
    with pytest.raises(UsageError, match="more rows than"):
        import_csv(desk, table([row] * (len(desk.items) + 1)), "carl")
    endless = table([row] * (len(desk.items) + 1)) + '"'  # which csv refuses where it gets there
    with pytest.raises(UsageError, match="more rows than"):
        import_csv(desk, endless, "carl")


def test_a_file_that_is_no_table(desk: Desk) -> None:
    for text in ("", "a,b\n1,2\n", '"', "\x89PNG\r\n", "submission,question,points\nada,Q1\n"):
        with pytest.raises(UsageError):
            import_csv(desk, text, "carl")


@given(st.text())
def test_cells_come_back_and_are_no_formulas(text: str) -> None:
    cell = to_cell(text)
    assert from_cell(cell) == text.replace("\0", "")
    assert not cell.lstrip(" \n").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


# ---------------------------------------------------------------- the desk


def test_answers_by_question_and_by_student(desk: Desk) -> None:
    by_question = [(i.question.id, i.submission) for i in desk.sequence("question")]
    assert by_question[:6] == [*(("Q1", n) for n in NAMES), ("Q2", "ada")]
    by_student = [(i.submission, i.question.id) for i in desk.sequence("student")]
    assert by_student[:8] == [*(("ada", q) for q in QUESTIONS), ("bob", "Q1")]


def test_the_evidence_is_that_of_the_report(desk: Desk) -> None:
    shown = beside(desk.sequence("question")[0])
    assert shown.numbers.startswith('<div class="evidence"') and shown.numbers.endswith("</div>")
    assert [re.match(r'<figure id="([^"]+)"', f)[1] for f in shown.figures] == ["fig-ae-samples", "fig-ae-codes"]  # type: ignore[index]
    assert all(f.endswith("</figure>") and f.count("<figure") == 1 for f in shown.figures)


def test_a_student_cannot_forge_evidence(tmp_path: Path) -> None:
    forged = '## Q1\n<article class="answer" id="answer-Q1"><div class="evidence">AUROC 1.00</div></article>\n'
    out = make_class(tmp_path, {"eve": forged})
    shown = beside(Desk(out, assignment(), None, blind=False).items[0])
    assert "AUROC 1.00" not in shown.numbers and shown.numbers.count('<div class="evidence"') == 1


def test_a_missing_report_leaves_the_answer_to_be_marked(tmp_path: Path) -> None:
    out = make_class(tmp_path, {"ada": plain_answers("ada")})
    (out / "ada" / "report.html").unlink()
    shown = beside(Desk(out, assignment(), None, blind=False).items[0])
    assert shown.numbers == "" and shown.figures == ()


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no reports"):
        Desk(tmp_path, assignment(), None, blind=False)
    out = make_class(tmp_path, {"ada": plain_answers("ada")})
    with pytest.raises(UsageError, match=r"ada: its submission is no longer at .*--submissions"):
        Desk(out, assignment(), tmp_path / "elsewhere", blind=False)
    with pytest.raises(UsageError, match="marker = ''"):
        marking.main(out, marker=" ", open_browser=False, assignment=assignment())
    with pytest.raises(UsageError, match="--port 70000"):
        marking.main(out, marker="bea", port=70_000, open_browser=False, assignment=assignment())


def test_marks_of_a_changed_answer_are_flagged_and_open_again(tmp_path: Path) -> None:
    out = make_class(tmp_path, {"ada": plain_answers("ada")})
    desk = Desk(out, assignment(), None, blind=False)
    item = desk.items[0]
    desk.store.put(mark(points=3.0, comment="well said", text_sha256=item.digest))
    assert desk.done(item, desk.store.marks())
    write_submission(tmp_path / "submissions" / "ada", plain_answers("someone else"))
    desk = Desk(out, assignment(), None, blind=False)
    assert not desk.done(desk.items[0], desk.store.marks())
    page = ask(desk, f"answer/{desk.items[0].key}/Q1").text
    assert "The answer has changed since it was marked" in page and "well said" in page
    assert ">changed</a>" in ask(desk, "").text


# ---------------------------------------------------------------- the server


def saving(**more: Any) -> dict[str, Any]:
    return {"points": 2, "comment": "", "seen": 0, "edit": "e", **more}


def place(desk: Desk, submission: str = "ada", question: str = "Q1") -> str:
    item = next(i for i in desk.items if (i.submission, i.question.id) == (submission, question))
    return f"answer/{item.key}/{question}"


REFUSED: list[dict[str, Any]] = [
    {"token": ""},
    {"token": "u" * 32},
    {"token": TOKEN + "t"},
    {"token": "\udce9"},
    {"headers": {"host": "evil.example"}},
    {"headers": {"host": ""}},
    {"headers": {"host": "127.0.0.1:4001"}},
    {"headers": {"sec-fetch-site": "cross-site"}},
    {"headers": {"sec-fetch-site": "same-site"}},
    {"headers": {"origin": "http://evil.example"}},
    {"headers": {"origin": "null"}},
]


@pytest.mark.parametrize("how", REFUSED)
def test_strangers_get_nothing(desk: Desk, how: dict[str, Any]) -> None:
    for path, body in (("", None), (place(desk), None), ("mark.js", None), (place(desk), saving())):
        reply = ask(desk, path, body, **how)
        assert (reply.status, reply.text) == (404, "")
        assert "access-control-allow-origin" not in reply.headers
    assert desk.store.marks() == {}


def test_an_address_opened_from_elsewhere_is_a_page_and_saves_nothing(desk: Desk) -> None:
    coming = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert ask(desk, "", headers=coming).status == 200
    assert ask(desk, "", headers={**coming, "sec-fetch-dest": "iframe"}).status == 404
    assert ask(desk, place(desk), saving(), headers=coming).status == 404
    assert ask(desk, place(desk), saving(), headers=coming, token="u" * 32).status == 404
    assert desk.store.marks() == {}


def test_only_this_machine_is_served_and_ctrl_c_ends_it(klass: Path) -> None:
    with serving(klass) as (address, process):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[A-Za-z0-9_-]{32}/", address)
        port = int(address.split(":")[2].split("/")[0])
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        assert [a for a in listening if a.endswith(f":{port:04X}") and not a.startswith("0100007F")] == []
        with urllib.request.urlopen(address, timeout=30) as page:
            assert page.status == 200
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(address[:-2] + "/", timeout=30)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    "said", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"]
)
def test_who_does_not_ask_in_full_is_hung_up_on(desk: Desk, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.05)
    app = application(desk, "bea", TOKEN, (HERE,))

    async def ended() -> None:
        config = uvicorn.Config(app, http=connection.Connection, log_level="critical", lifespan="off", ws="none")
        config.load()
        state = ServerState()
        loop = asyncio.get_running_loop()
        made = lambda: connection.Connection(config, state, {}, loop)  # noqa: E731
        server = await loop.create_server(made, "127.0.0.1", 0)
        reading, writing = await asyncio.open_connection(*server.sockets[0].getsockname())
        writing.write(said)
        with contextlib.suppress(ConnectionResetError):
            async with asyncio.timeout(30):
                while await reading.read(1000):
                    pass
        writing.close()
        assert not state.connections
        server.close()

    asyncio.run(ended())


def test_no_command_line_shows_the_token(klass: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def browser(address: str) -> bool:
        page = Path(url2pathname(urlsplit(address).path))
        assert page.stat().st_mode & 0o077 == 0 and TOKEN in page.read_text()
        opened.append(address)
        return False

    monkeypatch.setattr(webbrowser, "open", browser)
    with marking._browser(klass, f"http://{HERE}/{TOKEN}/"):
        assert opened and TOKEN not in opened[0]
    assert list(klass.glob("marking-*")) == []


@pytest.mark.parametrize("missing", [{"origin": ""}, {"content-type": "text/plain"}, {"content-type": ""}])
def test_a_form_of_another_page_saves_nothing(desk: Desk, missing: dict[str, str]) -> None:
    assert ask(desk, place(desk), saving(), headers=missing).status == 404
    assert desk.store.marks() == {}


def test_every_page_has_a_policy_and_is_not_kept(desk: Desk) -> None:
    for path in ("", place(desk), "mark.js", "marks.csv", place(desk).replace("answer", "report")[:-3]):
        reply = ask(desk, path)
        assert reply.status == 200, path
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy.replace("style-src 'unsafe-inline'", "")
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["cache-control"] == "no-store"
    report = ask(desk, place(desk).replace("answer", "report")[:-3])
    assert report.headers["content-security-policy"].startswith("sandbox")


def test_saving_and_what_is_refused(desk: Desk) -> None:
    at = place(desk)
    reply = ask(desk, at, saving(points=2.5, comment="fine"))
    assert reply.status == 200 and json.loads(reply.text)["progress"] == "1 of 35 marked"
    kept = desk.store.marks()["ada", "Q1"]
    assert (kept.points, kept.comment, kept.marker) == (2.5, "fine", "bea")
    bad = [
        {"points": 3.5}, {"points": -1}, {"points": "2"}, {"points": True}, {"points": [2]}, {"seen": None},
        {"seen": "0"}, {"comment": 3}, {"comment": "x" * 10_001}, {"edit": "x" * 65}, {"edit": "\ud800"},
    ]  # fmt: skip
    for wrong in bad:
        reply = ask(desk, at, saving(**wrong))
        assert reply.status == 400 and json.loads(reply.text)["problem"], wrong
    for raw in (b"[]", b"no json", b"{", b'{"points": NaN, "seen": 0}', b"\xff"):
        assert ask(desk, at, raw=raw).status == 400
    assert ask(desk, "answer/000000000000/Q1", saving()).status == 404
    assert ask(desk, at.replace("Q1", "Q9"), saving()).status == 404
    assert ask(desk, at, raw=b"x" * (16 << 20) + b"xx").status == 413
    assert len(desk.store.history("ada", "Q1")) == 1


def test_what_no_file_can_hold_is_shown_as_what_it_is(desk: Desk) -> None:
    odd = "a\ud800b\0c\x1bd"
    assert ask(desk, place(desk), saving(comment=odd)).status == 200
    assert desk.store.marks()["ada", "Q1"].comment == r"a\ud800b\x00c\x1bd"
    assert ask(desk, "phrases", {"question": "Q1", "text": odd}).status == 200
    row = table([{"submission": "ada", "question": "Q2", "points": "1", "comment": odd.replace("\0", "")}])
    assert ask(desk, "import", {"text": row}).status == 200
    assert desk.store.marks()["ada", "Q2"].comment == r"a\ud800bc\x1bd"


def test_a_mark_that_the_disk_does_not_take_is_said_to_be_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.marking.store.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(desk.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        reply = ask(desk, place(desk), saving())
        assert reply.status == 500 and "database is locked" in json.loads(reply.text)["problem"]
        other.execute("ROLLBACK")
    assert ask(desk, place(desk), saving()).status == 200


def test_marks_are_read_without_a_web_server() -> None:
    code = (
        "import sys; sys.modules['starlette'] = sys.modules['uvicorn'] = None\n"
        "from grader import marking; from pathlib import Path\n"
        "assert marking.load_marks(Path('/nonexistent')) == {}\n"
        "assert 'grader.report' not in sys.modules and 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)


def test_another_marker_in_between_is_told_of(desk: Desk) -> None:
    item = desk.items[0]
    desk.store.put(mark(points=1.0, marker="carl", text_sha256=item.digest))
    reply = ask(desk, place(desk), saving(seen=0))
    assert reply.status == 409
    assert "carl gave this answer 1 points meanwhile" in json.loads(reply.text)["problem"]


def test_comments_kept_for_reuse(desk: Desk) -> None:
    add = {"question": "Q1", "text": "Say <how> far."}
    (kept,) = json.loads(ask(desk, "phrases", add).text)["phrases"]
    assert kept["text"] == "Say <how> far."
    page = ask(desk, place(desk)).text
    assert "Say &lt;how&gt; far." in page
    assert "Say &lt;how&gt; far." not in ask(desk, place(desk, question="Q2")).text
    assert json.loads(ask(desk, "phrases", {"question": "Q1", "drop": kept["n"]}).text)["phrases"] == []
    for wrong in ({"question": "Q9", "text": "x"}, {"question": "Q1", "text": " "}, {"question": "Q1", "drop": "1"}):
        assert ask(desk, "phrases", wrong).status == 400


def test_empty_answers_are_passed_over_and_given_0_at_once(tmp_path: Path) -> None:
    out = make_class(tmp_path, {"ada": "## Q1\nWords.\n", "bob": None})
    desk = Desk(out, assignment(), None, blind=False)
    assert [(i.submission, i.question.id) for i in desk.sequence("question")] == [("ada", "Q1")]
    assert "Give 0 points to 13 empty answers" in ask(desk, "").text
    assert "answers.md is missing" in ask(desk, place(desk, "bob")).text
    assert "13 empty answers" in json.loads(ask(desk, "empty", {}).text)["message"]
    marks = desk.store.marks()
    assert len(marks) == 13 and {m.points for m in marks.values()} == {0.0}
    assert ("ada", "Q1") not in marks


def test_tables_over_the_page(desk: Desk) -> None:
    text = ask(desk, "marks.csv").text
    changed = text.replace("ada,Q1,,3,", "ada,Q1,3,3,", 1)
    reply = ask(desk, "import", {"text": changed})
    assert json.loads(reply.text)["message"] == "1 mark taken over, 34 already there or blank."
    reply = ask(desk, "import", {"text": text.replace("ada,Q1,,3,", "ada,Q1,9,3,", 1)})
    assert reply.status == 400 and "row 2" in json.loads(reply.text)["problem"]


def test_blind_pages_name_nobody(klass: Path, desk: Desk) -> None:
    hidden = Desk(klass, assignment(), None, blind=True)
    pages = [ask(hidden, "").text] + [
        ask(hidden, f"answer/{i.key}/{i.question.id}?by={by}").text
        for by in ("question", "student")
        for i in hidden.sequence("question")[:10]
    ]
    for page in pages:
        outside = re.sub(r'<div class="prose".*?</div>', "", page, flags=re.S)  # what a student says is theirs
        assert not re.search(r"\b(" + "|".join(NAMES) + r")\b", outside)
    assert "Student 1" in pages[1]
    assert ask(hidden, "marks.csv").status == 404
    assert ask(hidden, f"report/{hidden.items[0].key}").status == 404
    order = [i.submission for i in hidden.sequence("question")[:5]]
    again = Desk(klass, assignment(), None, blind=True)
    assert [i.submission for i in again.sequence("question")[:5]] == order, "the order outlives a restart"


def test_answers_stand_as_in_the_report(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> **bold**"
    out = make_class(tmp_path, {"eve": f"## Q1\n{hostile}\n"})
    page = ask(desk := Desk(out, assignment(), None, blind=False), place(desk, "eve")).text
    html, _ = Answers(1).render(hostile, "Q1")
    assert str(html) in page and "<script>alert" not in page and "<img src=x" not in page


def test_images_of_the_submission_stand_in_its_answers(tmp_path: Path) -> None:
    out = make_class(tmp_path, {"ada": "## Q1\n![KL](kl.png) ![gone](gone.png) ![up](../bob/kl.png)\n", "bob": None})
    for name in ("ada", "bob"):
        (tmp_path / "submissions" / name / "kl.png").write_bytes(base64.b64decode(PIXEL))
    desk = Desk(out, assignment(), None, blind=False)
    prose = re.search(r'<div class="prose".*?</div>', ask(desk, place(desk)).text, re.S)
    assert prose is not None
    assert prose[0].count("<img") == 1 and f"data:image/png;base64,{PIXEL}" in prose[0]
    assert "image not shown: gone" in prose[0] and "image not shown: up" in prose[0]


# ---------------------------------------------------------------- late


DUE = datetime.fromisoformat("2026-03-01T23:59:00+01:00")


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("received", "percent", "says"),
    [
        ("2026-03-01T20:00:00+01:00", 0, "in time"),
        ("2026-03-01T23:59:00+01:00", 0, "in time"),
        ("2026-03-01T22:59:00+00:00", 0, "Handed in 2026-03-01 23:59 (UTC+01:00)"),
        ("2026-03-01T23:59:01+01:00", 0, "1 minute late, within the 15 minutes of grace"),
        ("2026-03-02T00:14:00+01:00", 0, "within the 15 minutes of grace"),
        ("2026-03-02T00:14:01+01:00", 10, "1 day begun at 10 % each: 10 % of the points are taken off."),
        ("2026-03-02T23:59:00+01:00", 10, "1 day late, 1 day begun"),
        ("2026-03-02T23:59:01+01:00", 20, "2 days begun"),
        ("2026-03-20T12:00:00+01:00", 50, "50 % of the points are taken off, the most there is."),
    ],
)
def test_what_lateness_costs(received: str, percent: float, says: str) -> None:
    found = late(at(received), LatePolicy(DUE, 15, 10.0, 50.0))
    assert found.percent == percent and says in found.text
    assert found.points(80.0) == pytest.approx(0.8 * percent)


@pytest.mark.parametrize("received", [None, float("nan"), float("inf"), 1e300])
def test_an_unknown_time_costs_nothing_and_is_said(received: float | None) -> None:
    found = late(received, LatePolicy(DUE, 0, 10.0, 100.0))
    assert found.percent == 0 and "not known" in found.text


@given(st.floats(-1e9, 4e9), st.floats(0, 1e8))
def test_later_never_costs_less(received: float, more: float) -> None:
    policy = LatePolicy(datetime.fromtimestamp(1e9, UTC), 30, 7.5, 60.0)
    assert 0 <= late(received, policy).percent <= late(received + more, policy).percent <= 60


def toml(tmp_path: Path, more: str, **replaced: str) -> Path:
    text = (ROOT / "reference" / "assignment.toml").read_text(encoding="utf-8")
    for old, new in replaced.items():
        text = text.replace(old, new)
    path = tmp_path / "assignment.toml"
    path.write_text(text + "\n" + more, encoding="utf-8")
    return path


def test_a_late_policy_is_read(tmp_path: Path) -> None:
    assert assignments.load(toml(tmp_path, "")).late is None
    full = '[late]\ndeadline = "2026-03-01T23:59:00+01:00"\ngrace_minutes = 15\npercent_per_day = 10\nmax_percent = 50'
    a = assignments.load(toml(tmp_path, full))
    assert a.late == LatePolicy(DUE, 15, 10.0, 50.0)
    b = assignments.load(toml(tmp_path, "[late]\ndeadline = 2026-03-01T22:59:00Z\npercent_per_day = 2.5"))
    assert b.late is not None and (b.late.grace_minutes, b.late.max_percent) == (0, 100.0)
    assert b.late.deadline == DUE
    assert len({x.judging_key() for x in (a, b, assignments.load(toml(tmp_path, "")))}) == 3


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("percent_per_day = 1", "late.deadline is missing"),
        ('deadline = "tomorrow"\npercent_per_day = 1', "late.deadline = 'tomorrow': must be a date and time"),
        ('deadline = "2026-03-01T23:59:00"\npercent_per_day = 1', "with an offset from UTC"),
        ("deadline = 2026-03-01\npercent_per_day = 1", "late.deadline = '2026-03-01': must be"),
        ("deadline = 5\npercent_per_day = 1", "late.deadline = '5': must be"),
        ("deadline = 2026-03-01T00:00:00Z", "late.percent_per_day is missing"),
        ("deadline = 2026-03-01T00:00:00Z\npercent_per_day = -1", "a number from 0 to 100"),
        ("deadline = 2026-03-01T00:00:00Z\npercent_per_day = 1\nmax_percent = 101", "a number from 0 to 100"),
        ("deadline = 2026-03-01T00:00:00Z\npercent_per_day = 1\ngrace_minutes = 1.5", "a whole number"),
        ("deadline = 2026-03-01T00:00:00Z\npercent_per_day = 1\nper_week = 1", "must be a table of deadline"),
    ],
)
def test_a_wrong_late_policy_is_named(tmp_path: Path, table: str, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        assignments.load(toml(tmp_path, f"[late]\n{table}"))


def test_a_rubric_is_a_list_of_lines(tmp_path: Path) -> None:
    more = '[[questions]]\nid = "Q8"\ntext = "?"\npoints = 0.5\n'
    points = {"points = 20\n": "points = 20.5\n"}
    a = assignments.load(toml(tmp_path, more + 'rubric = ["1: this", "2: that"]', **points))
    assert a.questions[-1].rubric == ("1: this", "2: that")
    assert assignments.load(toml(tmp_path, more, **points)).questions[-1].rubric == ()
    for wrong in ('"text"', '["", "x"]', "[1]"):
        with pytest.raises(UsageError, match=r"questions\[7\]\.rubric = .*: must be a list of non-empty strings"):
            assignments.load(toml(tmp_path, more + f"rubric = {wrong}", **points))


def test_the_reference_has_a_rubric_worth_its_points() -> None:
    """Every question's lines add up to its points, so that a marker can follow them."""
    for q in assignment().questions:
        assert sum(float(line.split(":")[0]) for line in q.rubric) == q.points, q.id


def test_a_rubric_changes_no_observation_and_no_report(tmp_path: Path) -> None:
    a, old = assignment(), {'    "1: hardly any': '    "1: next to no'}
    b = assignments.load(toml(tmp_path, "", **old))
    assert a.questions != b.questions
    assert (a.observation_key(), a.judging_key()) == (b.observation_key(), b.judging_key())


def test_the_late_policy_in_the_reference_is_an_example_that_works(tmp_path: Path) -> None:
    text = (ROOT / "reference" / "assignment.toml").read_text(encoding="utf-8")
    example = re.sub(r"^# (?=\[late\]|deadline|grace|percent|max)", "", text, flags=re.M)
    (tmp_path / "assignment.toml").write_text(example, encoding="utf-8")
    policy = assignments.load(tmp_path / "assignment.toml").late
    assert policy is not None and policy.percent_per_day == 10


def test_what_is_left_after_lateness_is_said() -> None:
    found = late(at("2026-03-02T08:00:00+01:00"), LatePolicy(DUE, 15, 10.0, 50.0))
    assert found.line(73.0).endswith("10 % of the points are taken off. So 65.7 of 73 points remain.")
    assert late(at("2026-03-01T08:00:00+01:00"), LatePolicy(DUE, 15, 10.0, 50.0)).line(73.0).endswith("in time.")


def test_lateness_reaches_the_table_and_the_class_page(tmp_path: Path) -> None:
    course = classroom.Course(assignment(), tmp_path, tmp_path)
    rows = [
        classroom.Graded(grade("ada"), "ada", None, (), (10.0, 7.3)),
        classroom.Graded(grade("bob"), "bob", None, (), (0.0, 0.0)),
    ]
    classroom.write_class(course, rows)
    table = list(csv.DictReader((tmp_path / "grades.csv").open(encoding="utf-8")))
    assert [(r["late_percent"], r["late_points"]) for r in table] == [("10", "7.3"), ("0", "0")]
    assert ">−10 %</td>" in (tmp_path / "index.html").read_text(encoding="utf-8")
