"""Every mutant applies to its base, compiles, and expects what the harness has names for."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import checks, diagnosis
from tests import mutation

CASES = list(mutation.iter_cases())
HONEST = list(mutation.iter_honest())


def _label(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", CASES, ids=_label)
def test_mutant_is_well_formed(path: Path) -> None:
    case = mutation.read_case(path)
    assert case.check in checks.IDS
    assert set(case.also) <= set(checks.IDS) - {case.check}
    assert case.named <= set(diagnosis.CATALOGUE)
    assert case.named or "No name: " in case.description, "why is no name demanded?"

    source = mutation.load_case(path)["submission.py"]
    if case.syntax_error:
        with pytest.raises(SyntaxError):
            compile(source, "submission.py", "exec")
    else:
        compile(source, "submission.py", "exec")
    if case.base is not None:
        base = mutation.load_honest(mutation.HONEST / f"{case.base}.py")
        assert source != base["submission.py"]


@pytest.mark.parametrize("path", HONEST, ids=_label)
def test_honest_submission_says_what_is_unusual(path: Path) -> None:
    files = mutation.load_honest(path)
    assert files.keys() & {"submission.py", "submission.ipynb"}
    if "submission.py" in files:
        text = files["submission.py"].decode("utf-8-sig").lstrip()
        assert text.startswith('"""') and text.splitlines()[0].endswith(('."""', '。"""'))
        compile(files["submission.py"], "submission.py", "exec")


def test_every_check_has_a_mutant() -> None:
    """The list of checks is the one that grades, so a check without a folder of mutants cannot join it."""
    assert {path.parent.name for path in CASES} == set(checks.IDS) == {c.id for c in checks.ALL}


# What is not written yet fails no check; a KL that takes the images is told only where it is the closed form besides.
WITHOUT_MUTANT = {"not_written", "kl_depends_on_images"}


def test_every_name_is_demanded_of_a_mutant_that_could_bear_no_other() -> None:
    cases = [mutation.read_case(path) for path in CASES]
    alone = {case.diagnosis for case in cases if len(case.named) == 1}
    assert set(diagnosis.CATALOGUE) - alone == WITHOUT_MUTANT


def test_nearly_every_mutant_has_a_name() -> None:
    named = sum(bool(mutation.read_case(path).named) for path in CASES)
    assert named >= 0.95 * len(CASES)


def test_no_two_mutants_are_the_same_submission() -> None:
    seen: dict[bytes, Path] = {}
    for path in CASES:
        source = mutation.load_case(path)["submission.py"]
        assert source not in seen, f"{path} repeats {seen.get(source)}"
        seen[source] = path


def test_patches_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    mutant = tmp_path / "case.py"
    mutant.write_text('"""x"""\nBASE = "mlp"\nPATCH = [("torch", "t")]\nDIAGNOSIS = None\n')
    with pytest.raises(ValueError, match="not once"):
        mutation.load_case(mutant)
    mutant.write_text('"""x"""\nBASE = "mlp"\nDIAGNOSIS = None\n')
    with pytest.raises(ValueError, match="belong together"):
        mutation.read_case(mutant)
