"""Half-written work: what is not written yet is told in one line and is no fault; what is written is judged by itself."""

from __future__ import annotations

import io
import json
import re

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from grader import authors, checks, cli, judge, report
from grader.model import Evidence, Grade
from tests.conftest import ROOT, Exam

SCHEMA = Draft202012Validator(json.loads((ROOT / "grader" / "schema" / "grade.schema.json").read_bytes()))
EXACT = frozenset(checks.IDS) - frozenset(checks.TRAINED)
STARTER = (ROOT / "docs" / "starter" / "submission.py").read_text(encoding="utf-8")
REFERENCE = (ROOT / "reference" / "submission.py").read_text(encoding="utf-8")
FUNCTIONS = ("ae_loss", "vae_loss", "sample", "interpolate", "latent_grid")


def definition(source: str, name: str) -> str:
    """A top-level class or function as it stands."""
    found = re.search(rf"^(?:class|def) {name}\b.*\n(?:(?:    .*|)\n)+", source, re.M)
    assert found is not None
    return found.group(0)


def unwritten(*names: str, body: str = "") -> str:
    """The reference with these as the starter kit has them, or with ``body`` alone in the place of a function's."""
    source = REFERENCE
    for name in names:
        there = definition(source, name)
        head = there.splitlines(keepends=True)[0]
        source = source.replace(there, head + body + "\n\n\n" if body else definition(STARTER, name) + "\n\n")
    return source


def grade(exam: Exam, source: str) -> Grade:
    submission = authors.as_submission("half", {"submission.py": source.encode()})
    out = judge.grade(submission, exam.observe(submission), exam.assignment, None, {}, only=EXACT)
    SCHEMA.validate(judge.to_json(out))
    return out


def faults(g: Grade) -> list[str]:
    return [v.id for v in g.checks if v.status in report.ROOTS]


def points(g: Grade) -> dict[str, tuple[float, float]]:
    return {v.id: (v.points, v.max_points) for v in g.checks}


def test_the_starter_kit_has_no_faults_and_one_line(exam: Exam) -> None:
    g = grade(exam, STARTER)
    assert faults(g) == [] and g.score == sum(
        p for _, p in [points(g)["interface.loads"], points(g)["interface.names"]]
    )
    wanted = {f"Autoencoder.{m}" for m in ("encode", "decode")} | {
        f"VAE.{m}" for m in ("encode", "reparameterize", "decode", "forward")
    }
    assert set(g.unwritten) == wanted | set(FUNCTIONS)
    out = io.StringIO()
    cli.print_grade(g, Console(file=out, width=10_000))
    lines = [line for line in out.getvalue().splitlines() if line.startswith("Not written yet: ")]
    assert len(lines) == 1 and all(name in lines[0] for name in g.unwritten)
    assert "grader check" not in out.getvalue() and "failed" not in out.getvalue()
    page = report.render_report(g, Evidence())
    assert page.count("Not written yet: ") == 1 and "Every check passed" not in page


def test_an_autoencoder_without_a_vae(exam: Exam) -> None:
    g = grade(exam, unwritten("VAE"))
    assert faults(g) == []
    for check in ("interface.shapes", "interface.range", "interface.state", "interface.bottleneck", "interface.batch_independence",
                  "sampling.latent_grid", "interpolation.ends", "interpolation.path"):  # fmt: skip
        got, most = points(g)[check]
        assert got == most / 2, check
    for check in ("loss.ae_reconstruction", "loss.kl_closed_form", "loss.decomposition"):
        assert points(g)[check][0] == points(g)[check][1] > 0
    assert points(g)["reparameterization.formula"][0] == 0


def test_a_vae_without_an_autoencoder(exam: Exam) -> None:
    g = grade(exam, unwritten("Autoencoder"))
    assert faults(g) == []
    assert points(g)["interface.shapes"] == (1.0, 2.0)
    assert all(points(g)[v.id][0] == v.max_points for v in g.checks if v.group in ("loss", "reparameterization"))


def test_losses_without_models(exam: Exam) -> None:
    g = grade(exam, unwritten("Autoencoder", "VAE", "sample", "interpolate", "latent_grid"))
    assert faults(g) == []
    assert all(v.points == v.max_points > 0 for v in g.checks if v.group == "loss")


def test_models_without_losses(exam: Exam) -> None:
    g = grade(exam, unwritten("ae_loss", "vae_loss"))
    assert faults(g) == [] and set(g.unwritten) == {"ae_loss", "vae_loss"}
    assert all(v.points == v.max_points for v in g.checks if v.group != "loss")
    assert all(v.points == 0 for v in g.checks if v.group == "loss")


@pytest.mark.parametrize("body", ["    pass", "    ...", "    return None", "    frames = None\n    return frames",
                                  '    """Still to do."""', "    raise NotImplementedError"])  # fmt: skip
def test_every_form_of_a_function_that_is_not_written(exam: Exam, body: str) -> None:
    g = grade(exam, unwritten("sample", "interpolate", body=body))
    assert faults(g) == [] and set(g.unwritten) == {"sample", "interpolate"}


def test_a_forgotten_return_is_a_fault_and_named(exam: Exam) -> None:
    written = "        return self.decode(self.reparameterize(mu, logvar)), mu, logvar"
    assert REFERENCE.count(written) == 1
    g = grade(exam, REFERENCE.replace(written, written.replace("return ", "out = ")))
    assert g.unwritten == ()
    assert [v.diagnosis for v in g.checks if v.id in faults(g)] == ["returns_nothing"]


def test_an_error_of_torch_is_no_function_that_is_not_written(exam: Exam) -> None:
    """torch raises NotImplementedError as well, from a line that only calls it."""
    g = grade(exam, REFERENCE.replace("    return model.decode(torch.randn(n, model.latent_dim))",
                                      "    nn.Module()(n)\n    return model.decode(torch.randn(n, model.latent_dim))"))  # fmt: skip
    assert g.unwritten == () and faults(g)


def test_a_class_that_is_missing_leaves_the_other_judged(exam: Exam) -> None:
    source = REFERENCE.replace(definition(REFERENCE, "VAE"), "").replace("Autoencoder | VAE", "Autoencoder")
    g = grade(exam, source)
    assert faults(g) == ["interface.names"] and g.unwritten == ()
    assert points(g)["interface.shapes"] == (1.0, 2.0)
    assert points(g)["loss.kl_closed_form"][0] > 0
