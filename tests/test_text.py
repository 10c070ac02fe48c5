"""Text from outside: names that no two share, consoles that nothing steers, pages that nothing turns."""

from __future__ import annotations

import ast
import html
import io
import json
import os
import re
import subprocess
import sys
import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from grader import cli, console, exports, intake, judge, store, text
from grader.model import Evidence, WrittenAnswer
from grader.report import ClassRow, render_class_page, render_report
from tests.conftest import ROOT
from tests.fixtures_report import BUGGY, grade

# Written down here by their numbers, not taken from the code: Bidi_Control, and marks of no width.
BIDI = [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
UNSEEN = [0xAD, 0x34F, 0x180E, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029, 0x2060, 0x2063, 0x3164, 0xFE0F, 0xFEFF, 0xE0041]
CONTROLS = [n for n in (*range(0x20), *range(0x7F, 0xA0)) if n not in (0x09, 0x0A)]
EVIL = (
    "::error title=x::\x1b]0;t\x07\x1b[2J\x9b31m\r\u202efdp\u2066\u200b\ud800\n  ::warning::y ##[error]z ##vso[task]\n"
)

names = st.binary(min_size=1, max_size=60).filter(lambda b: not {0, 0x2F} & set(b) and b not in (b".", b".."))
lookalikes = st.lists(
    st.sampled_from([b"\\", b"x", b"u", b"ff", b"202e", b"\xff", b"\xc3\xbc", b"\xe2\x80\xae", b"\n", b"a", b":", b"#["]),
    min_size=1, max_size=12,
).map(b"".join)  # fmt: skip
raw_names = st.one_of(names, lookalikes)


def back(name: str) -> bytes:
    """The bytes of which ``name`` is the form: each escape replaced by what it stands for."""

    def one(found: re.Match[str]) -> str:
        digits = found[0][2:]
        n = int(digits, 16)
        return chr(n if found[0][1] != "x" or n < 0x80 else 0xDC00 + n)

    form = re.compile(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}")
    return form.sub(one, name).encode("utf-8", "surrogateescape")


# --- names ------------------------------------------------------------------------------------------------


@given(raw_names)
def test_a_name_says_which_bytes_it_stands_for(raw: bytes) -> None:
    """So no two names are alike: as they are shown, and as files of a submission are called."""
    assert back(text.name(raw)) == raw
    assert back(text.decoded(raw)) == raw


@given(raw_names)
def test_a_name_is_one_line_of_text_that_steers_nothing(raw: bytes) -> None:
    name = text.name(raw)
    name.encode()
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in name)
    assert text.printed(name) == name and text.shown(name) == name
    assert json.loads(store.json_bytes({"id": name}))["id"] == name


@given(st.lists(raw_names, min_size=2, max_size=8, unique=True))
def test_no_two_names_have_one_folder(raws: list[bytes]) -> None:
    folders = [intake.folder_name(text.name(raw)) for raw in raws]
    assert len(set(folders)) == len(raws)
    assert all(len(os.fsencode(f)) <= 200 for f in folders)


def test_plain_names_stay_as_they_are() -> None:
    for name in ("ada", "Jürgen Müller", "李雷", "back\\slash", "a:b", "x # y", "🙂"):
        assert text.name(name.encode()) == name == text.decoded(name.encode())


def test_the_longest_names_have_folders(tmp_path: Path) -> None:
    """62 letters of four bytes and a space: the safe form and its digest have to fit into 255 bytes."""
    for raw in ("𠀀" * 63, "𠀀" * 62 + " ", "ü" * 127, "x" * 255):
        (tmp_path / intake.folder_name(text.name(raw.encode()))).mkdir()


# --- text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [*BIDI, *UNSEEN, *CONTROLS], ids=hex)
def test_what_steers_or_is_not_seen_is_printed_as_its_number(n: int) -> None:
    assert text.printed(f"a{chr(n)}b") in (f"a\\x{n:02x}b", f"a\\u{n:04x}b", f"a\\U{n:08x}b")


@pytest.mark.parametrize("n", [*BIDI, 0x2028, 0x2029, *CONTROLS], ids=hex)
def test_what_turns_or_steers_is_shown_as_its_number(n: int) -> None:
    assert text.shown(f"a{chr(n)}b") in (f"a\\x{n:02x}b", f"a\\u{n:04x}b")


def test_joiners_are_writing() -> None:
    for word in ("می‌خواهم", "क्‍ष", "👩‍🔬"):
        assert text.shown(word) == word


@given(st.text())
def test_printing_twice_is_printing_once(words: str) -> None:
    assert text.printed(text.printed(words)) == text.printed(words)


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5))
def test_json_says_the_same_in_characters_that_are_seen(value: object) -> None:
    content = store.json_bytes({"value": value})
    assert json.loads(content) == {"value": value}
    assert commands(content.decode()) == [] and text.printed(content.decode()) == content.decode()


def commands(output: str) -> list[str]:
    """The lines that GitHub, Azure or TeamCity would obey: as actions/runner reads them, in ActionCommand.cs."""
    return [
        x
        for x in re.split("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", output)
        if x.lstrip().startswith("::") or "##[" in x or "##vso[" in x
    ]


@given(st.text(st.sampled_from(":# \t\n[]ev\u00a0\u200b\r"), max_size=40))
def test_no_line_commands(words: str) -> None:
    assert commands(text.printed(words)) == []


@given(st.lists(st.text(st.sampled_from(":# \n[]ev\u200b"), max_size=8), max_size=4))
def test_no_line_of_several_parts_commands(parts: list[str]) -> None:
    assert commands(console.styled(*parts).plain) == []


def steered(output: str) -> list[str]:
    return [hex(ord(c)) for c in output if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"]


def test_a_grade_on_a_console() -> None:
    worst = grade(EVIL, BUGGY)
    verdicts = tuple(
        v if v.status == "passed" else replace(v, message=EVIL, hint=EVIL, title=EVIL) for v in worst.checks
    )
    out = io.StringIO()
    cli.print_grade(replace(worst, checks=verdicts, unwritten=(EVIL,)), Console(file=out, width=200))
    assert out.getvalue().count("\\u202efdp") > 3
    assert steered(out.getvalue()) == [] and commands(out.getvalue()) == []


def test_pages_and_exports_show_what_would_turn_them(tmp_path: Path) -> None:
    said = f"{EVIL}\n\n&#x202e;entity &rlm; `&#8238;` [a\u202eb](http://x/\u202e) ![c\u202ed](e)"
    written = (WrittenAnswer("Q1", said, 3, True, said, 1.0, said),)
    worst = grade(text.name(EVIL.encode("utf-8", "surrogatepass")), BUGGY, written=written)
    verdicts = tuple(
        replace(v, message=said, hint=said, title=said, diagnosis=said[:20], measured={said: said})
        for v in worst.checks
    )
    worst = replace(worst, checks=verdicts, unwritten=(said,))
    pages = {
        "report.html": render_report(worst, Evidence(answer_images={"e": "data:image/png;base64,AAAA"}), late=said),
        "index.html": render_class_page([ClassRow(worst, "x/report.html", (1.0, 2.0), (said,))], title=said),
        "grade.json": store.json_bytes(judge.to_json(worst)).decode(),
    }
    for format in exports.FORMATS:
        all_of_it = {"show_hidden": "yes"} if "show_hidden" in exports.FORMATS[format].options else {}
        for path in exports.export(format, [(worst, "x")], tmp_path / format, **all_of_it):
            pages[f"{format}/{path.name}"] = path.read_bytes().decode()
    for name, page in pages.items():
        found = {hex(ord(c)) for c in page if ord(c) in (*BIDI, *CONTROLS)}
        assert not found, name
        assert name in ("grade.json", "moodle/moodle.csv", "junit/junit.xml") or "\\u202e" in html.unescape(page), name


# --- who prints -------------------------------------------------------------------------------------------

# These run inside the sandbox, where nothing they print reaches a console.
INSIDE = {"worker.py", "sandbox/zygote.py"}
WAYS = {"print", "input", "breakpoint"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
MODULES = {"rich", "logging", "warnings", "pprint", "getpass", "click", "tqdm"}


def ways_to_a_console(source: str) -> Iterator[str]:
    """What in ``source`` could write to a console, whatever it is called there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in WAYS:
            yield f"{node.lineno}: {node.id}"
        elif isinstance(node, ast.Attribute) and (node.attr in STREAMS or re.match(r"print(_|$)", node.attr)):
            yield f"{node.lineno}: .{node.attr}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            imported = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (f"{node.lineno}: {name}" for name in imported if name.split(".")[0] in MODULES)
            if isinstance(node, ast.ImportFrom):
                yield from (f"{node.lineno}: {a.name}" for a in node.names if a.name in STREAMS)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.write", "os.fdopen", "open"):
            first = node.args[0]
            yield from (
                [f"{node.lineno}: descriptor"]
                if isinstance(first, ast.Constant) and isinstance(first.value, int)
                else []
            )


# Why each stands there: types and names, a stream that is closed, a login.
ADMITTED = {"cli.py": {"getpass", "rich.console", ".stdout"}}


@pytest.mark.parametrize("path", sorted((ROOT / "grader").rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_everything_printed_goes_through_one_function(path: Path) -> None:
    name = path.relative_to(ROOT / "grader").as_posix()
    if name in INSIDE or name == "console.py":
        return
    found = [
        way
        for way in ways_to_a_console(path.read_text(encoding="utf-8"))
        if way.split(": ")[1] not in ADMITTED.get(name, ())
    ]
    assert found == [], f"grader/{name}: say it with grader.console"


def test_the_console_module_prints_only_what_it_has_shown() -> None:
    """Its two calls that write take ``printed`` or ``styled`` text."""
    tree = ast.parse((ROOT / "grader" / "console.py").read_text(encoding="utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    written = [ast.unparse(c.args[0]) for c in calls if c.func.attr in ("write", "print")]  # type: ignore[attr-defined]
    assert written == ["styled(*parts)", "printed(text)"]


def test_what_cli_prints_by_a_terminal_of_its_own_is_styled() -> None:
    """The bar of ``grade`` is the one place with a terminal in its hands."""
    tree = ast.parse((ROOT / "grader" / "cli.py").read_text(encoding="utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    shown = [c for c in calls if c.func.attr in ("update", "print", "status", "log", "rule")]  # type: ignore[attr-defined]
    for call in shown:
        said = call.args[0]
        assert isinstance(said, ast.Constant) or ast.unparse(said).startswith("console.styled("), ast.unparse(call)
    assert len(shown) == 2


@pytest.mark.parametrize("name", ["conftest.py", "test_submission.py"])
def test_the_public_tests_say_only_what_is_printed(name: str) -> None:
    tree = ast.parse((ROOT / "tests" / "public" / name).read_text(encoding="utf-8"))
    said = [
        n.args[0]
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and ast.unparse(n.func) in ("pytest.fail", "pytest.skip", "pytest.exit")
    ]
    assert said
    for words in said:
        assert isinstance(words, ast.Constant) or ast.unparse(words).startswith("printed("), ast.unparse(words)


def test_an_error_that_nobody_catches_is_printed_in_the_same_way() -> None:
    program = f"""
    import sys, threading
    sys.path.insert(0, {str(ROOT)!r})
    from grader import console
    console.watch()
    def fail():
        raise RuntimeError("a\\x1b[2J\\n::error::b\\u202e")
    t = threading.Thread(target=fail)
    t.start()
    t.join()
    fail()
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("a\\x1b[2J\n\\x3a:error::b\\u202e") == 2
    assert steered(done.stderr) == [] and commands(done.stderr) == []
