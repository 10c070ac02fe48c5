"""The command line: what it understands, how it ends, and that an interruption leaves nothing behind."""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from grader import assignment, checks, classroom, cli, exports, intake, store
from grader.model import Grade, GraderError, UsageError, Verdict
from tests.conftest import ROOT
from tests.fixtures_report import BUGGY, grade

SCHEMA = Draft202012Validator(json.loads((ROOT / "grader" / "schema" / "grade.schema.json").read_bytes()))
Folder = Callable[[str, Mapping[str, bytes | str]], Path]


def run(*argv: str | Path) -> int:
    return cli.main([str(a) for a in argv])


# --- parser ----------------------------------------------------------------------------------------------


def test_every_command_has_a_parser_and_every_parser_a_command() -> None:
    (commands,) = [a for a in cli.parser()._actions if a.dest == "command"]
    assert set(commands.choices or ()) == set(cli.COMMANDS)


@pytest.mark.parametrize("command", ["", *cli.COMMANDS])
def test_help_is_one_page_and_ends_well(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(*([command] if command else []), "--help")
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: grader") and len(text.splitlines()) < 60


def test_defaults_of_grade() -> None:
    a = cli.parser().parse_args(["grade"])
    assert (a.submissions, a.out, a.only, a.fresh, a.unsafe_no_isolation) == (
        Path("submissions"),
        Path("reports"),
        [],
        False,
        False,
    )
    assert a.jobs == (os.cpu_count() or 1) and a.data is None and a.seed is None and a.assignment is None
    a = cli.parser().parse_args(
        shlex.split("grade c --out o --data mnist --data-root d --jobs 3 --only a b --fresh --seed 4")
    )
    assert (a.submissions, a.out, a.data, a.data_root) == (Path("c"), Path("o"), "mnist", Path("d"))
    assert (a.jobs, a.only, a.fresh, a.seed) == (3, ["a", "b"], True, 4)


@pytest.mark.parametrize(
    "argv",
    [
        [], ["grad"], ["grade", "--job", "x"], ["grade", "--jobs", "0"], ["grade", "--jobs", "-1"], ["grade", "--data", "cifar"],
        ["grade", "a", "b"], ["grade", "--only"], ["check"], ["report"], ["verify"], ["export", "csv"], ["export", "word", "out"],
        ["download", "svhn"], ["calibrate", "--seeds", "0"], ["grade", "--seed", "one"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_is_not_understood_ends_with_status_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(*argv)
    assert end.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "usage: grader" in captured.err


# --- errors become one line and a status ------------------------------------------------------------------


def line(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    (only,) = captured.err.strip().splitlines()
    assert only.startswith("grader: ")
    return str(only)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["grade", "nowhere"], "nowhere: no such folder of submissions"),
        (["grade", "empty"], "empty: holds no submissions"),
        (["grade", "class", "--only", "eve"], "class: no submission 'eve'"),
        (["grade", "class", "--assignment", "none.toml"], "none.toml: no such assignment file"),
        (["grade", "class", "--assignment", "bad.toml"], "bad.toml: not a TOML file"),
        (["grade", "class", "--assignment", "class"], "class: cannot be read"),
        (["check", "nowhere"], "nowhere: no such folder"),
        (["report", "empty"], "empty: holds no reports; run `grader grade` first"),
        (["export", "junit", "empty"], "empty: holds no grades; run `grader grade` first"),
        (["selfcheck", "--only", "honest/mlp", "no such"], "--only no such: no case has this in its path"),
        (["selfcheck", "--quick", "--only", "betas.tuned/"], "betas.tuned/: no case that needs no training has this"),
        (["selfcheck", "--quick", "--only", "hostile/"], "hostile/: no case that needs no training has this"),
        (["verify", "empty/ada"], "empty/ada: no readable run.json; run `grader grade` again"),
    ],
)
def test_usage_errors(
    argv: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "60")  # long lines are not folded
    (tmp_path / "empty").mkdir()
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "bad.toml").write_text("[assignment")
    if argv[0] == "export":
        argv = ["export", sorted(exports.FORMATS)[0], "empty"]
    status = run(*argv)
    assert says in line(capsys)
    assert status == (3 if argv[0] == "verify" else 2)
    assert not list(tmp_path.glob("**/grade.json"))


@pytest.mark.parametrize("name", ["mnist", "fashion"])
def test_missing_data_name_the_command(
    name: str, tmp_path: Path, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder("ada", {"submission.py": ""})
    assert run("grade", path.parent, "--out", tmp_path / "out", "--data", name, "--data-root", tmp_path / "d") == 2
    said = line(capsys)
    assert f"python -m grader download {name} --data-root {tmp_path / 'd'}" in said
    assert not list((tmp_path / "out").glob("**/grade.json"))


def test_a_second_grader_is_told_who_is_at_work(
    tmp_path: Path, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder("ada", {"submission.py": ""})
    with store.lock(tmp_path / "out"):
        assert run("grade", path.parent, "--out", tmp_path / "out") == 3
    assert f"another grader (process {os.getpid()}) is at work here" in line(capsys)


@pytest.mark.parametrize("error", [GraderError("[bold]a[/] b"), UsageError("[/]")])
def test_messages_are_printed_as_they_are(
    error: GraderError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(args: object) -> int:
        raise error

    monkeypatch.setitem(cli.COMMANDS, "grade", fails)
    assert run("grade") == error.exit_status
    assert line(capsys) == f"grader: {error}"


def test_an_interruption_has_its_own_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(args: object) -> int:
        os.kill(os.getpid(), signal.SIGTERM)  # a termination signal counts as Ctrl-C
        raise AssertionError("not interrupted")

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setitem(cli.COMMANDS, "grade", interrupted)
    assert run("grade") == 130
    assert "what was finished is kept" in line(capsys)
    assert signal.getsignal(signal.SIGTERM) is before


# --- check -------------------------------------------------------------------------------------------------


def test_check_of_sound_work(folder: Folder, reference_source: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder("ada", {"submission.py": reference_source})
    before = {p: p.stat().st_mtime_ns for p in path.parent.rglob("*")}
    assert run("check", path) == 0
    out = capsys.readouterr().out
    file = classroom.reference_folder() / "assignment.toml"
    n = len(checks.IDS) - len(assignment.load(file).hidden)
    assert f"{n} of {n} public checks passed" in out and "failed" not in out
    assert {p: p.stat().st_mtime_ns for p in path.parent.rglob("*")} == before  # nothing is written


def test_check_of_a_bug_says_what_and_what_to_try(
    folder: Folder, reference_source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = reference_source.replace("torch.exp(0.5 * logvar) * eps", "torch.exp(logvar) * eps")
    assert source != reference_source
    assert run("check", folder("ada", {"submission.py": source})) == 1
    out = capsys.readouterr().out
    assert "noise does not use exp(logvar/2): σ is exp(logvar), the variance" in out and "try:" in out
    assert "1 failed" in out


def test_check_as_json(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder("[b]ada", {"submission.py": "import torchinfo\n"})
    assert run("check", path, "--json") == 1
    grade = json.loads(capsys.readouterr().out)
    SCHEMA.validate(grade)
    assert grade["submission"]["id"] == "[b]ada" and grade["score"] == 0
    assert not {c["id"] for c in grade["checks"] if c["visibility"] == "hidden"}
    loads = grade["checks"][0]
    assert loads["id"] == "interface.loads" and "torchinfo" in loads["message"]


def test_text_with_brackets_is_shown_as_it_is() -> None:
    rows = tuple(
        Verdict(f"loss.{s}", "loss", "a [bold]title[/]", "public", s, 0.0, 1.0, "got [4, 2], expected [/x]", "use [0]", None,
                "loss.x" if s == "blocked" else None)
        for s in ("passed", "failed", "error", "timeout", "blocked", "harness_error")
    )  # fmt: skip
    grade = Grade("a", "", {}, 0, 6, "none", None, rows, (), {})
    text = io.StringIO()
    cli.print_grade(grade, Console(file=text, width=200))
    assert text.getvalue().count("got [4, 2], expected [/x]") == 4 and "a [bold]title[/]" in text.getvalue()
    assert "without isolation" in text.getvalue() and "1 of 6 public checks passed, 4 failed" in text.getvalue()


def test_the_terminal_report_lists_causes_and_counts_the_rest() -> None:
    text = io.StringIO()
    cli.print_grade(grade("grace", BUGGY), Console(file=text, width=200))
    out = text.getvalue()
    assert "loss.kl_closed_form" in out and "z − mu is eps" in out and "try:" in out
    assert "– 1 not run: loss.kl_closed_form comes first" in out
    assert "fix first: loss.kl_closed_form, and then the 2 that could not run" in out
    assert "Samples are decoded from N(0, I)" not in out, "what passed is counted, not listed"
    assert len(out.splitlines()) < 25


# --- interruption --------------------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return [p for c in found for p in (c, *children(c))]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs process descriptors")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_grade_leaves_no_child_and_keeps_what_was_finished(
    number: signal.Signals, folder: Folder, reference_source: str, tmp_path: Path
) -> None:
    folder("a", {"notes.txt": "no submission here"})
    path = folder("b", {"submission.py": reference_source + "\nwhile True:\n    pass\n"})  # never finishes loading
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", str(path.parent), "--out", str(out), "--jobs", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT,
    )  # fmt: skip
    assert process.stderr is not None
    first = process.stderr.readline()  # "1/2 a"
    assert first.startswith("1/2 a"), first + process.stderr.read()
    below = children(process.pid)
    assert below  # at least the zygote
    descriptors = {p: os.pidfd_open(p) for p in below if Path(f"/proc/{p}").exists()}
    process.send_signal(number)
    _, said = process.communicate(timeout=100)
    assert process.returncode == 130 and "interrupted; what was finished is kept" in said and "Traceback" not in said
    for p, descriptor in descriptors.items():
        ended, _, _ = select.select([descriptor], [], [], 30)
        os.close(descriptor)
        assert ended, f"process {p} is still alive"
    finished = out / "a"
    assert sorted(p.name for p in finished.iterdir()) == ["grade.json", "report.html", "run.json"]
    SCHEMA.validate(json.loads((finished / "grade.json").read_bytes()))
    assert not (out / "b" / "grade.json").exists()
    assert not [p for p in out.rglob("*") if p.name.startswith(".tmp-") or p.suffix == ".tmp"]
    for stored in (out / ".observations").rglob("*.obs"):
        assert store.read(stored) is not None
    with store.lock(out):
        pass
    assert intake.folder_name("b") == "b"
