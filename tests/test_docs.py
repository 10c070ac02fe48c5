"""Documentation: what it names exists, its links lead somewhere, and its scripts run."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import answers, checks, cli, intake, judge, observe, probes, public, store, worker
from grader import assignment as assignments
from grader.exports import FORMATS
from grader.model import GROUPS
from grader.sandbox.host import AWAKE

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md")) + [p for p in [ROOT / "README.md"] if p.exists()]
TEXTS = PAGES + sorted(p for p in DOCS.rglob("*") if p.suffix in (".yml", ".sh", ".py") or p.name == "run_autograder")
ASSIGNMENT = assignments.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def table(page: str, heading: str, after: str = "") -> list[list[str]]:
    """Cells of the first table below ``heading`` (and below the text ``after``), without its head."""
    below = page[page.index(heading + "\n") :]
    below = below[below.index(after) :]
    rows = re.search(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", below, re.M)
    assert rows, heading
    return [[c.strip() for c in line.strip("|").split("|")] for line in rows[1].splitlines()]


# --- links --------------------------------------------------------------------------------------------


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", "")).replace(" ", "-")


def without_code(page: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)", without_code(text(page))):
        link = target[0] or target[1]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        to = (page.parent / path).resolve() if path else page
        assert to.exists() and to.is_relative_to(ROOT), f"{name(page)}: {link}"
        if anchor:
            anchors = {slug(h) for h in re.findall(r"^#+ (.+)$", text(to), re.M)}
            assert anchor in anchors, f"{name(page)}: {link}"


@pytest.mark.parametrize("page", TEXTS, ids=name)
def test_no_absolute_paths(page: Path) -> None:
    """Gradescope's own /autograder is the one place that is the same everywhere."""
    found = re.findall(r"(?<![\w.}\"/:)~])/(?:work|home|root|tmp|usr|opt|var|etc|mnt|srv|Users)\b\S*", text(page))
    assert not [f for f in found if not f.startswith("/usr/bin/env")], name(page)


# --- names --------------------------------------------------------------------------------------------


def commands() -> dict[str, argparse.ArgumentParser]:
    for action in cli.parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("no commands")


def calls(page: str) -> Iterator[list[str]]:
    """Every ``grader COMMAND …`` in code."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```$", page, re.M | re.S)
    inline = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S))
    for line in [line for b in blocks for line in b.splitlines()] + inline:
        if m := re.match(r"\s*(?:\$ )?(?:python -m )?grader +([a-z].*)", line):
            yield shlex.split(m[1], comments=True)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_their_options_exist(page: Path) -> None:
    have = commands()
    for words in calls(text(page)):
        assert words[0] in have, f"{name(page)}: grader {words[0]}"
        options = have[words[0]]._option_string_actions
        for word in words[1:]:
            assert not word.startswith("--") or word.split("=")[0] in options, f"{name(page)}: {words}"
        if words[0] == "export" and len(words) > 1 and words[1].isalnum() and words[1].islower():
            assert words[1] in FORMATS, words


@pytest.mark.parametrize("script", [p for p in TEXTS if p.suffix in (".yml", ".sh") or not p.suffix], ids=name)
def test_scripts_call_commands_that_exist(script: Path) -> None:
    have = commands()
    for command, rest in re.findall(r"(?:^|/|\s)grader (grade|check|export|[a-z]+) ([^\n|>]*)", text(script), re.M):
        if command in ("check", "grade", "export"):
            for option in re.findall(r"--[a-z-]+", rest):
                assert option in have[command]._option_string_actions, f"{name(script)}: {command} {option}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_checks_that_are_named_exist(page: Path) -> None:
    for found in re.findall(r"`((?:" + "|".join(GROUPS) + r")\.[a-z_]+)`", text(page)):
        assert found in checks.IDS, f"{name(page)}: {found}"


def test_students_page_lists_the_public_checks() -> None:
    rows = table(text(DOCS / "students.md"), "## What is checked")
    listed = [i for row in rows for i in re.findall(r"`([\w.]+)`", row[0])]
    assert listed == [c.id for c in checks.ALL if c.id not in ASSIGNMENT.hidden]


def test_students_page_quotes_messages_that_exist() -> None:
    source = "".join(text(p) for p in (ROOT / "grader").rglob("*.py"))
    for row in table(text(DOCS / "students.md"), "## Messages you may meet"):
        assert row[0] in source, row[0]


def test_students_page_states_the_limits_as_they_are() -> None:
    rows = {r[0]: r[1] for r in table(text(DOCS / "students.md"), "## Where your code runs", "| limit |")}
    a, patience = ASSIGNMENT, observe.LIMITS.patience
    assert rows["import"] == f"{a.load_seconds:g} s on a processor"
    assert rows["one call of a function"] == f"{a.call_seconds:g} s on a processor"
    training = rows[f"one training run of {a.steps} steps"]
    assert training.startswith(f"{a.step_seconds * a.steps:g} s on a processor: {a.step_seconds:g} s a step;")
    assert rows["sleeping"].startswith(f"less than {AWAKE * patience:g} s on a processor in {patience:g} s")
    assert rows["memory"].startswith(f"{observe.LIMITS.memory_bytes >> 30} GB")
    assert f"{observe.LIMITS.output_bytes >> 10} KB" in rows["output"]
    state = f"{answers.STATE_BYTES >> 20} MB"
    assert rows["a model"].startswith(state) and f"A model may have {state} of weights" in text(DOCS / "assignment.md")
    assert answers.PLAUSIBLE == 4 and f"{store.MAX_BYTES >> 20} MB" in rows["what a function returns"]
    packages = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["dependencies"]
    have = {re.split(r"[=<>]", p)[0] for p in packages}
    assert {"torch", "torchvision", "numpy", "scipy", "scikit-learn", "pillow", "matplotlib", "tqdm"} <= have


# --- the handout --------------------------------------------------------------------------------------

HANDOUT = text(DOCS / "assignment.md")


def test_the_handout_states_the_limits_of_time() -> None:
    a = ASSIGNMENT
    said = " ".join(HANDOUT.split())
    for limit in (
        f"{a.step_seconds:g} s for each step of training ({a.step_seconds * a.steps:g} s for {a.steps} steps;",
        f"{a.call_seconds:g} s for one call of a function with at most {max(probes.BATCHES)} images",
        f"{probes.VIEW * a.call_seconds:g} s for the calls that look at a trained model",
        f"{a.load_seconds:g} s for the import",
    ):
        assert limit in said, limit


def test_the_handout_names_everything_that_is_required() -> None:
    for required in worker.REQUIRED:
        assert re.search(rf"`(?:class )?{required}\b", HANDOUT) or f"`class {required}" in HANDOUT, required
    for method in ("encode", "decode", "forward", "reparameterize", "__init__"):
        assert f"`{method}(self" in HANDOUT
    for number in (ASSIGNMENT.batch, ASSIGNMENT.steps, ASSIGNMENT.grid_n, intake.MAX_FILES):
        assert str(number) in HANDOUT
    assert f"n={ASSIGNMENT.grid_n}, extent={ASSIGNMENT.grid_extent}" in HANDOUT
    assert f"{intake.MAX_FILE >> 20} MB each, {intake.MAX_TOTAL >> 20} MB together" in HANDOUT


def test_the_handout_asks_the_questions_of_the_assignment() -> None:
    rows = table(HANDOUT, "## Questions")
    assert [(r[0], r[1], float(r[2])) for r in rows] == [(q.id, q.text, q.points) for q in ASSIGNMENT.questions]


def test_the_handout_gives_the_points_of_the_assignment() -> None:
    points = {r[0]: float(r[2]) for r in table(HANDOUT, "## Points")}
    assert points.pop("answers") == sum(q.points for q in ASSIGNMENT.questions)
    want = {g: sum(p for k, p in ASSIGNMENT.points.items() if k.startswith(g + ".")) for g in GROUPS}
    assert points == want
    assert f"{sum(want.values()):g} points for code" in HANDOUT


def test_the_handouts_table_of_units_is_right() -> None:
    """beta_c = beta c_k / c_r, with the factors that the words in the table mean."""
    d, beta = 20, 3.0
    recon = {"sum over pixels": 1, "mean over pixels": 1 / 784, "½ · sum of squares": 0.5}
    kl = {"sum over latent dimensions": 1, "mean over latent dimensions": 1 / d}
    rows = table(HANDOUT, "## One unit for β")
    assert len(rows) == 5
    for r, k, formula in rows:
        value = eval(formula.replace(" β", "*β").replace("D", "d"), {"β": beta, "d": d})
        assert value == pytest.approx(beta * kl[k] / recon[r])


# --- formats ------------------------------------------------------------------------------------------


def test_the_formats_page_has_every_format_and_key() -> None:
    import json

    page = text(DOCS / "formats.md")
    assert sorted(r[0].strip("`") for r in table(page, "## Exports")) == sorted(FORMATS)
    assert set(re.findall(r"^\*\*(\w+)\.\*\*", page, re.M)) == set(FORMATS)
    schema = json.loads(text(ROOT / "grader" / "schema" / "grade.schema.json"))
    for properties in (schema["properties"], schema["$defs"]["check"]["properties"]):
        for key in properties:
            assert f"`{key}`" in page, key
    for status in schema["$defs"]["check"]["properties"]["status"]["enum"]:
        assert f"`{status}`" in page
    for exporter in FORMATS.values():
        for option in exporter.options:
            assert f"`{option}`" in page or f'{option}="' in page, option


# --- starter kit --------------------------------------------------------------------------------------


def test_the_starter_kit_has_every_name_and_nothing_else_passes_by_accident() -> None:
    grade = public.check_submission(DOCS / "starter")
    by_id = {v.id: v for v in grade.checks}
    assert by_id["interface.loads"].status == by_id["interface.names"].status == "passed"
    rest = [v for v in grade.checks if v.id not in ("interface.loads", "interface.names")]
    assert not [v.id for v in rest if v.status in ("passed", "harness_error", "timeout")]
    assert "not written yet" in by_id["interface.shapes"].message


def test_the_starters_answers_have_every_question_and_none_answered() -> None:
    answers = judge.written_answers(intake.read(DOCS / "starter"), ASSIGNMENT)
    assert not [a.id for a in answers if a.answered]
    page = text(DOCS / "starter" / "answers.md")
    for q in ASSIGNMENT.questions:
        assert f"## {q.id}: {q.text}\n" in page


# --- scripts ------------------------------------------------------------------------------------------


def fake_grader(folder: Path, body: str) -> Path:
    folder.mkdir(parents=True)
    path = folder / "grader"
    path.write_text(f"#!/usr/bin/env bash\n{body}\n")
    path.chmod(0o755)
    return path


GRADES = """
echo "$*" >> "$LOG"
if [ "$1" = export ]; then mkdir -p "$5/submission" && echo '{"score": 1}' > "$5/submission/results.json"; fi
exit "$STATUS"
"""


@pytest.mark.parametrize(
    ("body", "status", "ends"),
    [(GRADES, "0", 0), (GRADES, "3", 0), ('exit "$STATUS"', "3", 1)],
    ids=["graded", "needs a person", "no isolation"],
)
def test_the_gradescope_script_hands_over_results_or_fails(body: str, status: str, ends: int, tmp_path: Path) -> None:
    fake_grader(tmp_path / "venv" / "bin", body)
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "submission.py").write_text("")
    script = text(DOCS / "ci" / "gradescope" / "run_autograder").replace("/autograder", str(tmp_path))
    env = {**os.environ, "STATUS": status, "LOG": str(tmp_path / "log"), "TMPDIR": str(tmp_path)}
    done = subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True)
    assert done.returncode == ends, done.stderr
    assert (tmp_path / "results" / "results.json").exists() == (ends == 0)


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_gradescope_scripts_are_bash_and_executable(script: str) -> None:
    path = DOCS / "ci" / "gradescope" / script
    assert os.access(path, os.X_OK) and text(path).startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", str(path)], check=True)


def step(workflow: str, title: str) -> str:
    """The script of one step of the workflow."""
    block = re.search(rf"- name: {title}\n(?:        \S.*\n)*?        run: \|\n((?:          .*\n|\n)+)", workflow)
    assert block, title
    return re.sub(r"^ {10}", "", block[1], flags=re.M)


@pytest.mark.slow
def test_the_workflows_check_step_runs(tmp_path: Path) -> None:
    script = step(text(DOCS / "ci" / "github-actions.yml"), "Check")
    fake_grader(tmp_path / "bin", f'exec {shlex.quote(sys.executable)} -m grader "$@"')
    env = {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "SUBMISSION": "./hw/bob-kl",
    }
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "bob-kl").symlink_to(ROOT / "submissions" / "bob-kl")
    done = subprocess.run(["bash", "-e", "-c", script], env=env, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "loss.kl_closed_form" in (tmp_path / "summary.md").read_text()
    assert "::error file=hw/bob-kl/submission.py,title=loss.kl_closed_form::" in done.stdout
    assert (tmp_path / "temp" / "files" / "junit.xml").exists()
    env["SUBMISSION"] = "nowhere"
    done = subprocess.run(["bash", "-e", "-c", script], env=env, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and "no such folder" in done.stderr
