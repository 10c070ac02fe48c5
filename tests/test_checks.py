"""What a check is: everything in its decorator, a failure raised, a pass by falling off the end; and no long ones."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator

import pytest

from grader import assignment, checks, diagnosis
from grader.checks.base import Context, Echo, Failed, Passed, Unobserved, check
from grader.model import GROUPS, Band, Fault, Observation
from tests.conftest import ROOT

ASSIGNMENT = assignment.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
SAID = {"points": 1.0, "oracle": "o", "tolerance": "t"}
LOAD = Observation("load", {}, {})
FAULTY = Observation("gone", fault=Fault("raised", "ValueError: x"))
BANDS = {n: Band(n, 0.0, 1.0, 9, 0.9, "by hand", {}) for n in ("kl_1", "kl_gap")}
CONTEXT = Context({"load": LOAD, "gone": FAULTY}, ASSIGNMENT, None, BANDS)


def test_a_check_passes_by_falling_off_its_end() -> None:
    @check("loss.x", passed="all is well", **SAID)  # type: ignore[arg-type]
    def quiet(seen: object) -> None:
        """A title
        over two lines.

        And a reason.
        """

    assert quiet.title == "A title over two lines." and quiet.group == "loss"
    assert quiet.judge(CONTEXT) == Passed("all is well")


def test_what_a_check_returns_is_told_in_place_of_its_sentence() -> None:
    @check("loss.x", passed="all is well", **SAID)  # type: ignore[arg-type]
    def telling(seen: object) -> Passed:
        return Passed("7 of 7", {"count": 7}, {"count": 7})

    assert telling.judge(CONTEXT) == Passed("7 of 7", {"count": 7}, {"count": 7})


def test_a_failure_is_raised_with_its_numbers() -> None:
    @check("loss.x", **SAID)  # type: ignore[arg-type]
    def failing(seen: object) -> None:
        raise Failed("no", bug="beta_ignored", measured={"at 0.3": 2}, expected={"gap": 0}, near=True, gap=1.5)

    found = failing.judge(CONTEXT)
    assert isinstance(found, Failed) and found.sentence == "no" and found.near and found.settled and found.alike
    assert found.measured == {"at 0.3": 2, "gap": 1.5} and found.expected == {"gap": 0}
    assert found.bug == "beta_ignored" and found.hint == diagnosis.CATALOGUE["beta_ignored"][1] != ""
    assert Failed("no", bug="beta_ignored", hint="look again").hint == "look again"
    assert Failed("no").hint == "" and Failed("no").bug is None


@pytest.mark.parametrize("error", [Echo("loss.returns"), ZeroDivisionError()])
def test_what_else_is_raised_is_the_judges(error: Exception) -> None:
    @check("loss.x", **SAID)  # type: ignore[arg-type]
    def raising(seen: object) -> None:
        raise error

    with pytest.raises(type(error)):
        raising.judge(CONTEXT)


def test_numbers_that_are_not_there_name_their_probe() -> None:
    with pytest.raises(Unobserved) as told:
        CONTEXT.seen.arrays("gone")
    assert told.value.probe == "gone" and told.value.fault == FAULTY.fault


def test_only_the_bands_that_it_names_reach_a_check() -> None:
    @check("betas.x", trained=True, bands=("kl_1",), **SAID)  # type: ignore[arg-type]
    def banded(shown: object, bands: dict[str, Band]) -> Passed:
        return Passed(",".join(bands))

    context = Context(CONTEXT.observations, ASSIGNMENT, None, BANDS, whole=_Shown())  # type: ignore[arg-type]
    assert banded.judge(context) == Passed("kl_1")


class _Shown:
    shown = None  # of models that nobody trained


def test_a_decorator_says_what_its_function_reads() -> None:
    with pytest.raises(TypeError, match=r"betas\.x: trained=False"):

        @check("betas.x", **SAID)  # type: ignore[arg-type]
        def trained(shown: object) -> None: ...

    with pytest.raises(TypeError, match="bands=\\('kl_1',\\)"):

        @check("betas.y", bands=("kl_1",), **SAID)  # type: ignore[arg-type]
        def unread(seen: object) -> None: ...


def test_the_list_of_checks_is_theirs_in_the_order_of_groups() -> None:
    assert len(set(checks.IDS)) == len(checks.ALL) > 30
    groups = [c.group for c in checks.ALL]
    assert groups == sorted(groups, key=GROUPS.index) and set(groups) == set(GROUPS)
    for c in checks.ALL:
        assert c.function.__module__ == f"grader.checks.{c.group}"
        assert set(c.after) | set(c.excused_by) <= set(checks.IDS) - {c.id}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted((ROOT / "grader" / "checks").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path.stem, node


def lines(node: ast.FunctionDef) -> int:
    start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return (node.end_lineno or start) - start + 1


def test_a_check_is_short_and_no_function_long() -> None:
    """The median check has at most 20 lines with its decorator and its sentences."""
    decorated = [n for _, n in functions() if any(ast.unparse(d).startswith("check(") for d in n.decorator_list)]
    assert len(decorated) == len(checks.ALL) and statistics.median(map(lines, decorated)) <= 20
    long = [f"{file}.{n.name}" for file, n in functions() if lines(n) > 60]
    assert not long
