"""``models.denoising`` in an assignment: noise on images before they are encoded in training is allowed, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import assignment, authors, checks, judge
from grader.model import Verdict
from tests import mutation
from tests.conftest import ROOT, Exam

EXACT = frozenset(checks.IDS) - frozenset(checks.TRAINED)
OFF = "denoising = false"
NOISY = ("in_forward", "in_forward_of_autoencoder", "in_encode", "by_masks")


def judged(exam: Exam, mutant: str, tmp_path: Path, *, allowed: bool) -> list[Verdict]:
    """The exact checks that a mutant does not pass, under the reference assignment with the flag set so."""
    text = (ROOT / "reference" / "assignment.toml").read_text(encoding="utf-8")
    assert text.count(OFF) == 1
    file = tmp_path / "assignment.toml"
    file.write_text(text.replace(OFF, f"denoising = {str(allowed).lower()}"), encoding="utf-8")
    course = assignment.load(file, check_ids=checks.IDS)
    submission = authors.as_submission("noisy", mutation.load_case(mutation.MUTANTS / f"{mutant}.py"))
    grade = judge.grade(submission, exam.observe(submission, shared=True), course, None, {}, only=EXACT)
    return [v for v in grade.checks if v.status != "passed"]


@pytest.mark.parametrize("mutant", NOISY)
def test_noise_on_images_in_training_is_the_courses_choice(mutant: str, exam: Exam, tmp_path: Path) -> None:
    (charged,) = judged(exam, f"interface.state/denoising_{mutant}", tmp_path, allowed=False)
    assert (charged.id, charged.diagnosis, charged.points) == ("interface.state", "denoising", 0.0)
    assert judged(exam, f"interface.state/denoising_{mutant}", tmp_path, allowed=True) == []


@pytest.mark.parametrize(
    ("mutant", "told"),
    [
        ("interface.state/denoising_in_every_mode", "denoising"),
        ("interface.state/noise_on_input", "random_in_eval_mode"),
        ("interface.state/noise_on_mean_in_training", "noise_in_encoder"),
        ("betas.code_reaches_decoder/dropout_on_code", "dropout_on_code"),
    ],
)
def test_what_is_no_denoising_in_training_is_charged_all_the_same(
    mutant: str, told: str, exam: Exam, tmp_path: Path
) -> None:
    charged = judged(exam, mutant, tmp_path, allowed=True)
    assert [(v.id, v.diagnosis) for v in charged if v.status == "failed"] == [(mutant.split("/")[0], told)]
