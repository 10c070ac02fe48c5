"""``assignment.toml``: every bad value is one line that names the key, the value and what is allowed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from grader import assignment as assignments
from grader import checks
from grader.assignment import Assignment
from grader.model import UsageError

FILE = Path(__file__).resolve().parent.parent / "reference" / "assignment.toml"
TEXT = FILE.read_text(encoding="utf-8")


def load(folder: Path, text: str) -> Assignment:
    path = folder / "assignment.toml"
    path.write_text(text, encoding="utf-8")
    return assignments.load(path, check_ids=checks.IDS)


def edited(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, f"{old!r} occurs {TEXT.count(old)} times"
    return TEXT.replace(old, new)


def test_the_reference_assignment_is_valid() -> None:
    a = assignments.load(FILE, check_ids=checks.IDS)
    raw = tomllib.loads(TEXT)
    assert a.max_score == raw["automatic"]["points"] == 80
    assert sum(q.points for q in a.questions) == raw["written"]["points"] == 20
    assert a.betas == (0.0, 1.0, 10.0) and a.pairs == ((4, 6), (3, 7), (5, 8))
    assert set(a.points) == set(checks.IDS) and a.hidden < set(checks.IDS)
    assert [q.id for q in a.questions] == [f"Q{i}" for i in range(1, 8)]


# (what is edited, into what, key as the message names it, value as it names it, a part of what is allowed)
BAD = [
    ('dataset = "digits" ', 'dataset = "cifar" ', "assignment.dataset", "'cifar'", "digits, mnist, fashion"),
    ('dataset = "digits" ', "dataset = 3 ", "assignment.dataset", "3", "non-empty string"),
    ('version = "1"', 'version = " "', "assignment.version", "' '", "non-empty string"),
    ('version = "1"', "version = 1", "assignment.version", "1", "non-empty string"),
    ("seed = 0", "seed = -1", "assignment.seed", "-1", "a whole number from 0 to"),
    ("seed = 0", "seed = 1.5", "assignment.seed", "1.5", "a whole number"),
    ("seed = 0", "seed = true", "assignment.seed", "True", "a whole number"),
    ("latent_dim = 20", "latent_dim = 0", "models.latent_dim", "0", "a whole number from 3 to 512"),
    ("latent_dim = 20", 'latent_dim = "20"', "models.latent_dim", "'20'", "a whole number"),
    ("plane_dim = 2 ", "plane_dim = 3 ", "models.plane_dim", "3", "a whole number from 2 to 2"),
    ("betas = [0.0, 1.0, 10.0]", "betas = 1", "models.betas", "1", "a list of at least three numbers"),
    ("betas = [0.0, 1.0, 10.0]", "betas = [0.0, 1.0]", "models.betas", "[0.0, 1.0]", "at least three"),
    ("betas = [0.0, 1.0, 10.0]", "betas = [0.0, 1.0, -1]", "models.betas[2]", "-1", "a number from 0 to"),
    ("betas = [0.0, 1.0, 10.0]", "betas = [0.0, 1.0, nan]", "models.betas[2]", "nan", "a number from 0 to"),
    ("betas = [0.0, 1.0, 10.0]", 'betas = [0.0, 1.0, "x"]', "models.betas[2]", "'x'", "a number from 0 to"),
    ("betas = [0.0, 1.0, 10.0]", "betas = [0.0, 10.0, 1.0]", "models.betas", "[0.0, 10.0, 1.0]", "increasing"),
    ("betas = [0.0, 1.0, 10.0]", "betas = [0.0, 1.0, 1.0]", "models.betas", "[0.0, 1.0, 1.0]", "increasing"),
    ("betas = [0.0, 1.0, 10.0]", "betas = [0.1, 1.0, 10.0]", "models.betas", "[0.1, 1.0, 10.0]", "starting with 0"),
    ("betas = [0.0, 1.0, 10.0]", "betas = [0.0, 2.0, 10.0]", "models.betas", "[0.0, 2.0, 10.0]", "containing 1"),
    ("steps = 300", "steps = 3", "training.steps", "3", "a whole number from 50 to"),
    ("steps = 300", "steps = 1000000000", "training.steps", "1000000000", "a whole number from 50 to"),
    ("batch = 128", "batch = 1", "training.batch", "1", "a whole number from 16 to 1024"),
    ("learning_rate = 1e-3", "learning_rate = 0", "training.learning_rate", "0", "a number from 1e-06 to 1"),
    ("learning_rate = 1e-3", "learning_rate = inf", "training.learning_rate", "inf", "a number from"),
    ("learning_rate = 1e-3", "learning_rate = true", "training.learning_rate", "True", "a number from"),
    ("pairs = [[4, 6], [3, 7], [5, 8]]", "pairs = []", "interpolation.pairs", "[]", "pairs of different classes 0 to 9"),
    ("[3, 7]", "[3, 3]", "interpolation.pairs", "[3, 3]", "different classes"),
    ("[3, 7]", "[3, 10]", "interpolation.pairs", "[3, 10]", "0 to 9"),
    ("[3, 7]", "[3]", "interpolation.pairs", "[3]", "a list of pairs"),
    ("[3, 7]", '[3, "7"]', "interpolation.pairs", "'7'", "a list of pairs"),
    ("[3, 7]", "[3, true]", "interpolation.pairs", "True", "a list of pairs"),
    ("step_seconds = 2 ", "step_seconds = 0 ", "limits.step_seconds", "0", "a number from 0.01 to 86400"),
    ("call_seconds = 20", "call_seconds = nan", "limits.call_seconds", "nan", "a number from"),
    ("load_seconds = 30", 'load_seconds = "30"', "limits.load_seconds", "'30'", "a number from"),
    ("steps = 11", "steps = 2", "interpolation.steps", "2", "a whole number from 3 to 101"),
    ("n = 21", "n = 1", "grid.n", "1", "a whole number from 2 to 41"),
    ("extent = 4.0", "extent = -4.0", "grid.extent", "-4.0", "a number from 0.1 to 100"),
    ("points = 80", "points = 79", "automatic.points", "79", "the sum of [points], 80"),
    ("points = 20", "points = 21", "written.points", "21", "the sum of the questions' points"),
    ('"loss.stability" = 1', '"loss.stability" = -1', 'points."loss.stability"', "-1", "a number from 0 to"),
    ('"loss.stability" = 1', '"loss.stability" = "1"', 'points."loss.stability"', "'1'", "a number from 0 to"),
    ('    "betas.learns",\n', '    "betas.learn",\n', "visibility.hidden", "'betas.learn'", "a list of check ids"),
    ('    "betas.learns",\n', "    3,\n", "visibility.hidden", "3", "a list of check ids"),
    ('id = "Q2"', 'id = "Q1"', "questions[1].id", "'Q1'", "a string that is used once"),
    ('id = "Q2"', "id = 2", "questions[1].id", "2", "a string"),
    ('id = "Q2"', 'id = "Q2"\nweight = 2', "questions[1]", "'weight': 2", "a table of id, text, points"),
    ('"1: says for which task",', '"",', "questions[4].rubric", "['',", "a list of non-empty strings"),
    ('"1: says for which task",', "1,", "questions[4].rubric", "[1,", "a list of non-empty strings"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "value", "allowed"), BAD, ids=[f"{b[2]}={b[3]}" for b in BAD])
def test_a_bad_value_names_key_value_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, key: str, value: str, allowed: str
) -> None:
    with pytest.raises(UsageError) as error:
        load(tmp_path, edited(old, new))
    text = str(error.value)
    assert "\n" not in text and text.startswith("assignment.toml: ")
    assert f"{key} = " in text and value in text and allowed in text.split("must be ")[1]
    assert error.value.exit_status == 2


ADDED = [
    ('templates = "nowhere"\n', "templates", "'nowhere'", "a folder beside this file"),
    ("templates = 3\n", "templates", "3", "a folder beside this file"),
    ("late = 3\n", "late", "3", "a table of deadline"),
]
LATE = [
    ('deadline = "soon"\npercent_per_day = 10', "late.deadline", "'soon'", "a date and time with an offset"),
    ("deadline = 2026-11-20T23:59:00\npercent_per_day = 10", "late.deadline", "2026-11-20", "an offset from UTC"),
    ("deadline = 3\npercent_per_day = 10", "late.deadline", "3", "a date and time"),
    ("deadline = 2026-11-20T23:59:00Z\npercent_per_day = 101", "late.percent_per_day", "101", "from 0 to 100"),
    ("deadline = 2026-11-20T23:59:00Z\npercent_per_day = 5\nmax_percent = -1", "late.max_percent", "-1", "from 0 to 100"),
    ("deadline = 2026-11-20T23:59:00Z\npercent_per_day = 5\ngrace_minutes = 0.5", "late.grace_minutes", "0.5", "whole"),
    ("deadline = 2026-11-20T23:59:00Z\npercent_per_day = 5\nfree_days = 2", "late", "'free_days': 2", "a table of"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key", "value", "allowed"),
    [(t + TEXT, *rest) for t, *rest in ADDED] + [(f"{TEXT}\n[late]\n{t}\n", *rest) for t, *rest in LATE],
    ids=[r[1] + "=" + r[2] for r in ADDED + LATE],
)
def test_optional_tables_are_held_to_the_same(tmp_path: Path, text: str, key: str, value: str, allowed: str) -> None:
    with pytest.raises(UsageError) as error:
        load(tmp_path, text)
    said = str(error.value)
    assert "\n" not in said and f"{key} = " in said and value in said and allowed in said.split("must be ")[1]


REQUIRED = [
    "assignment.name", "assignment.version", "assignment.dataset", "assignment.seed", "models.latent_dim",
    "models.plane_dim", "models.betas", "training.steps", "training.batch", "training.learning_rate",
    "interpolation.pairs", "interpolation.steps", "grid.n", "grid.extent", "written.points", "automatic.points",
]  # fmt: skip


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    table, name = key.split(".")
    lines, here = [], ""
    for line in TEXT.splitlines():
        here = line.strip("[]") if line.startswith("[") and not line.startswith("[[") else here
        if not (here == table and line.split(" = ")[0] == name):
            lines.append(line)
    with pytest.raises(UsageError, match=f"{key} is missing"):
        load(tmp_path, "\n".join(lines))


@pytest.mark.parametrize("check", checks.IDS)
def test_every_check_needs_its_points(tmp_path: Path, check: str) -> None:
    lines = [line for line in TEXT.splitlines() if not line.startswith(f'"{check}" =')]
    with pytest.raises(UsageError, match=f'points."{check}" is missing; 0 leaves a check unscored'):
        load(tmp_path, "\n".join(lines))


@pytest.mark.parametrize("name", ["loss.everything", "style.comments", "loss"])
def test_a_check_that_does_not_exist_is_named(tmp_path: Path, name: str) -> None:
    text = edited('"loss.stability" = 1', f'"loss.stability" = 1\n"{name}" = 0')
    with pytest.raises(UsageError, match=f'points."{name}": there is no such check'):
        load(tmp_path, text)


@pytest.mark.parametrize("text", ["[modles]\nlatent_dim = 3\n", "extra = 1\n"])
def test_an_unknown_table_is_named_with_those_that_are_known(tmp_path: Path, text: str) -> None:
    where = TEXT + "\n" + text if text.startswith("[") else text + TEXT
    with pytest.raises(UsageError, match=r"(modles|extra): unknown; allowed are .*models"):
        load(tmp_path, where)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("latent_dim = 20", "latent_dim = 20\nlatent_dims = 3", "models.latent_dims"),
        ("steps = 300", "steps = 300\nepochs = 3", "training.epochs"),
        ("seed = 0", "seed = 0\nauthor = 3", "assignment.author"),
        ("n = 21", "n = 21\nm = 3", "grid.m"),
        ("steps = 11", "steps = 11\nstep = 3", "interpolation.step"),
        ("step_seconds = 2 ", "train_seconds = 2 ", "limits.train_seconds"),
        ("[visibility]", "[visibility]\nhide = []", "visibility.hide"),
        ('echoes = "keep"', 'echoes = "keep"\ncap = 3', "grading.cap"),
    ],
)
def test_a_misspelled_key_inside_a_table_is_not_ignored(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(UsageError, match=f"{key}: unknown"):
        load(tmp_path, edited(old, new))


@pytest.mark.parametrize(
    "table", ["assignment", "models", "training", "limits", "interpolation", "grid", "points", "automatic"]
)
def test_a_table_that_is_a_number(tmp_path: Path, table: str) -> None:
    lines, here = [f"{table} = 3"], ""
    for line in TEXT.splitlines():
        here = line if line.startswith("[") else here
        if here != f"[{table}]":
            lines.append(line)
    with pytest.raises(UsageError, match=table):
        load(tmp_path, "\n".join(lines))


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ('echoes = "loose"', "grading.echoes = 'loose': must be keep or lose"),
        ("echoes = true", "grading.echoes = True: must be keep or lose"),
        ("caps = 3", "grading.caps = 3: must be a table"),
        ('caps = {"loss.nothing" = 3}', 'grading.caps."loss.nothing": no such check'),
        ("caps = {loss.stability = 3}", 'grading.caps."loss": no such check'),
        ('caps = {"loss.stability" = 80.5}', 'grading.caps."loss.stability" = 80.5: must be a number from 0 to 80'),
        ('caps = {"loss.stability" = -1}', 'grading.caps."loss.stability" = -1: must be a number from 0 to 80'),
        ('caps = {"loss.stability" = nan}', 'grading.caps."loss.stability" = nan: must be'),
        ('caps = {"loss.stability" = true}', 'grading.caps."loss.stability" = True: must be'),
        ('caps = {"loss.stability" = "40"}', "grading.caps.\"loss.stability\" = '40': must be"),
    ],
)
def test_a_wrong_policy_says_what_is_allowed(tmp_path: Path, policy: str, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        load(tmp_path, edited('echoes = "keep"', policy))


def test_a_policy_is_read_and_may_be_left_out(tmp_path: Path) -> None:
    text = edited('echoes = "keep"', 'echoes = "lose"\ncaps = {"loss.stability" = 0, "loss.returns" = 80}')
    a = load(tmp_path, text)
    assert a.echoes == "lose" and a.caps == {"loss.stability": 0.0, "loss.returns": 80.0}
    without = load(tmp_path, edited('[grading]\nechoes = "keep"', ""))
    assert without.echoes == load(tmp_path, TEXT).echoes == "keep" and without.caps == {}
    assert without.judging_key() == load(tmp_path, TEXT).judging_key()


def test_questions_that_are_no_tables(tmp_path: Path) -> None:
    head = TEXT[: TEXT.index("[[questions]]")]
    for value in ("3", '["one"]', '"Q1"'):
        with pytest.raises(UsageError, match="questions"):
            load(tmp_path, f"questions = {value}\n" + head)


@pytest.mark.parametrize("content", [b"[assignment\n", b"\xff\xfe[\x00", b"a = 1\na = 2\n"])
def test_what_is_not_toml_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "assignment.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not a TOML file"):
        assignments.load(path)


def test_no_file_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such assignment file"):
        assignments.load(tmp_path / "none.toml")
    with pytest.raises(UsageError, match=tmp_path.name):
        assignments.load(tmp_path)


def test_points_and_texts_do_not_ask_for_new_observations(tmp_path: Path) -> None:
    """What decides the observations changes their key; all else changes the judging key alone."""
    a = load(tmp_path, TEXT)
    judged = [
        edited('version = "1"', 'version = "2"'),
        edited('id = "Q2"', 'id = "Q2b"'),
        edited('    "betas.learns",\n', ""),
        edited('"loss.stability" = 1', '"loss.stability" = 2').replace('"loss.returns" = 2', '"loss.returns" = 1'),
        TEXT + "\n[late]\ndeadline = 2026-11-20T23:59:00Z\npercent_per_day = 5\n",
        edited('echoes = "keep"', 'echoes = "lose"'),
        TEXT + '\n[grading.caps]\n"loss.stability" = 70\n',
        TEXT + '\n[grading.caps]\n"loss.stability" = 60\n',
    ]
    assert len({load(tmp_path, text).judging_key() for text in judged}) == len(judged)
    for text in judged:
        b = load(tmp_path, text)
        assert b.observation_key() == a.observation_key() and b.judging_key() != a.judging_key(), text
    observed = [
        edited("seed = 0", "seed = 1"), edited("latent_dim = 20", "latent_dim = 21"),
        edited("betas = [0.0, 1.0, 10.0]", "betas = [0.0, 1.0, 5.0]"), edited("steps = 300", "steps = 301"),
        edited("batch = 128", "batch = 64"), edited("learning_rate = 1e-3", "learning_rate = 2e-3"),
        edited("[3, 7]", "[3, 8]"), edited("steps = 11", "steps = 9"), edited("n = 21", "n = 11"),
        edited("extent = 4.0", "extent = 3.0"), edited("load_seconds = 30", "load_seconds = 31"),
        edited("call_seconds = 20", "call_seconds = 21"), edited("step_seconds = 2 ", "step_seconds = 3 "),
    ]  # fmt: skip
    keys = {load(tmp_path, text).observation_key() for text in [*observed, TEXT]}
    assert len(keys) == len(observed) + 1
    assert a.with_dataset("mnist").observation_key() != a.observation_key()
    assert a.with_seed(5).observation_key() != a.observation_key()


def test_limits_that_are_not_stated_are_the_usual_ones(tmp_path: Path) -> None:
    start, end = TEXT.index("[limits]"), TEXT.index("[interpolation]")
    assert load(tmp_path, TEXT[:start] + TEXT[end:]) == load(tmp_path, TEXT)


def test_every_field_is_in_one_of_the_two_keys(tmp_path: Path) -> None:
    """A new field that is in neither key would leave stale grades behind."""
    observed = {
        "dataset", "seed", "latent_dim", "plane_dim", "betas", "steps", "batch", "learning_rate", "pairs",
        "interpolation_steps", "grid_n", "grid_extent", "load_seconds", "call_seconds", "step_seconds",
        "denoising",
    }  # fmt: skip
    judged = {"name", "version", "points", "hidden", "questions", "templates", "late", "echoes", "caps"}
    assert {f.name for f in fields(Assignment)} == observed | judged


def test_templates_are_part_of_the_judging_key_by_content(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    page = tmp_path / "pages" / "report.html"
    page.write_text("one")
    before = load(tmp_path, 'templates = "pages"\n' + TEXT)
    assert before.templates == tmp_path / "pages"
    key = before.judging_key()
    page.write_text("two")
    assert load(tmp_path, 'templates = "pages"\n' + TEXT).judging_key() != key
