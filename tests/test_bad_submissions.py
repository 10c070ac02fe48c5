"""Bad input, one folder each: a clear line in that student's report, and nobody else touched."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from grader import checks, intake, judge, store
from grader.model import Grade, Verdict
from tests.conftest import ROOT, Exam

SCHEMA = Draft202012Validator(json.loads((ROOT / "grader" / "schema" / "grade.schema.json").read_bytes()))
EXACT = frozenset(checks.IDS) - frozenset(checks.TRAINED)
Folder = Callable[[str, Mapping[str, bytes | str]], Path]


@dataclass(frozen=True)
class Bad:
    """One bad submission. ``edits`` are made to the reference; ``says`` must be in the message of ``check``."""

    check: str
    says: tuple[str, ...]
    edits: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, bytes | str] | None = None
    status: tuple[str, ...] = ("failed", "error")
    sound: tuple[str, ...] = ()  # groups or checks that must not lose anything
    diagnosis: str | None = None
    blocks: tuple[str, ...] = field(default=())  # checks that wait for it


SIGMOID_VAE = "        x_hat = torch.sigmoid(self.dec_pixels(h))  # [B, 400] -> [B, 784]\n"
FORWARD = "        return self.decode(self.reparameterize(mu, logvar)), mu, logvar"
NEW_SAMPLE = "    return model.decode(torch.randn(n, model.latent_dim))"
MU = "        return self.enc_mu(h), self.enc_logvar(h)"

CASES: dict[str, Bad] = {
    "no file": Bad("interface.loads", ("no submission.py or submission.ipynb", "notes.txt"), files={"notes.txt": "x"}),
    "both files": Bad("interface.loads", ("both submission.py and submission.ipynb",),
                      files={"submission.py": "x = 1", "submission.ipynb": "{}"}),
    "syntax error": Bad("interface.loads", ("SyntaxError", "submission.py:1"), files={"submission.py": "def f(:\n"},
                        diagnosis="syntax_error"),
    "null byte": Bad("interface.loads", ("null byte",), files={"submission.py": b"x = 1\0\n"}),
    "missing package": Bad("interface.loads", ("No module named 'torchinfo'", "submission.py:1"),
                           files={"submission.py": "import torchinfo\n"}, diagnosis="missing_package"),
    "missing part of a package": Bad("interface.loads", ("No module named 'helpers.layers'",),
                                     files={"submission.py": "import helpers.layers\n", "helpers/__init__.py": ""}),
    "empty file": Bad("interface.names", ("Autoencoder is not defined", "class Autoencoder(nn.Module)", "ae_loss(x_hat, x)"),
                      files={"submission.py": ""}, diagnosis="missing_name"),
    "not UTF-8": Bad("interface.loads", ("submission.py is not UTF-8 (byte 8)",), files={"submission.py": b"name = '\xe9t\xe9'\n"}),
    "not a notebook": Bad("interface.loads", ("submission.ipynb is not a Jupyter notebook",),
                          files={"submission.ipynb": "not json"}),
    "symlink": Bad("interface.loads", ("helper.py is a symbolic link",), files={"submission.py": "x = 1", "helper.py": "->"}),
    "exception on import": Bad("interface.loads", ("ValueError: too early", "submission.py:2"),
                               files={"submission.py": "x = 1\nraise ValueError('too early')\n"}),
    "missing class": Bad("interface.names", ("Autoencoder is not defined", "class Autoencoder(nn.Module) with __init__(self, latent_dim)"),
                         (("class Autoencoder(nn.Module):", "class AutoEncoder(nn.Module):"),
                          ("def code(model: Autoencoder | VAE,", "def code(model: VAE,"),
                          ("def sample(model: Autoencoder | VAE,", "def sample(model: VAE,"),
                          ("def interpolate(model: Autoencoder | VAE,", "def interpolate(model: VAE,"),
                          ("def latent_grid(model: Autoencoder | VAE,", "def latent_grid(model: VAE,")),
                         sound=("loss.kl_closed_form", "reparameterization", "sampling.prior_codes"), diagnosis="missing_name"),
    "missing function": Bad("interface.names", ("interpolate is not defined", "interpolate(model, x_start, x_end, steps)"),
                            (("def interpolate(", "def interpolation("),), sound=("loss", "reparameterization", "sampling"),
                            diagnosis="missing_name", blocks=("interpolation.ends", "interpolation.path")),
    "missing method": Bad("interface.names", ("VAE.reparameterize is not defined",),
                          (("    def reparameterize(self,", "    def sample_code(self,"), ("self.reparameterize(mu", "self.sample_code(mu")),
                          sound=("loss", "sampling"), blocks=("reparameterization.noise",)),
    "wrong signature": Bad("interface.names", ("vae_loss(", "cannot be called as vae_loss(x_hat, x, mu, logvar, beta)"),
                           (("def vae_loss(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float)",
                             "def vae_loss(recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float)"),
                            ("recon = ae_loss(x_hat, x)", "recon = ae_loss(recon, x)")),
                           sound=("reparameterization", "sampling", "interpolation"), diagnosis="wrong_signature",
                           blocks=("loss.kl_closed_form",)),
    "argument too many": Bad("interface.names", ("sample(model, n, device) cannot be called as sample(model, n)",),
                             (("def sample(model: Autoencoder | VAE, n: int)", "def sample(model: Autoencoder | VAE, n: int, device: str)"),),
                             sound=("loss", "reparameterization"), blocks=("sampling.prior_codes",)),
    "function for a class": Bad("interface.names", ("Autoencoder is a function", "class Autoencoder(nn.Module)"),
                                (("class VAE(nn.Module):", "_Model = Autoencoder\n\n\ndef Autoencoder(latent_dim: int) -> nn.Module:\n"
                                  "    return _Model(latent_dim)\n\n\nclass VAE(nn.Module):"),), sound=("loss.kl_closed_form", "reparameterization")),
    "class that is no module": Bad("interface.names", ("VAE is a class that is no nn.Module",),
                                   (("class VAE(nn.Module):", "class VAE:"),), sound=("loss.kl_closed_form",)),
    "number for a function": Bad("interface.names", ("sample is a", "sample(model, n)"),
                                 (("@torch.no_grad()\ndef interpolate", "sample = 3\n\n\n@torch.no_grad()\ndef interpolate"),),
                                 sound=("loss", "reparameterization", "interpolation")),
    "text for a number": Bad("interface.names", ("TUNED_BETA is", "number"),
                             (("TUNED_BETA = 1.0 ", 'TUNED_BETA = "one" '),), sound=("loss", "reparameterization", "sampling")),
    "nan outputs": Bad("interface.shapes", ("VAE.encode returned NaN",),
                       ((MU, "        return self.enc_mu(h) / 0 * 0, self.enc_logvar(h)"),), sound=("loss",), diagnosis="nan_output"),
    "wrong shape": Bad("interface.shapes", ("VAE.encode returned shape [4, 4]", "expected [4, 2]", "D = 2"),
                       ((MU, "        return torch.cat([self.enc_mu(h)] * 2, 1), self.enc_logvar(h)"),), sound=("loss",)),
    "one output for two": Bad("interface.shapes", ("VAE.encode",), ((MU, "        return self.enc_mu(h)"),), sound=("loss",)),
    "wrong dtype": Bad("interface.shapes", ("VAE.encode returned float64, expected float32",),
                       ((MU, "        return self.enc_mu(h).double(), self.enc_logvar(h).double()"),), sound=("loss",),
                       diagnosis="wrong_dtype"),
    "other range": Bad("interface.range", ("VAE.decode returns values from", "expected [0, 1]"),
                       ((SIGMOID_VAE, "        x_hat = 255 * torch.sigmoid(self.dec_pixels(h))\n"),), sound=("loss", "reparameterization")),
    "raises in forward": Bad("interface.shapes", ("RuntimeError: not yet", "submission.py:", "in forward"),
                             ((FORWARD, '        raise RuntimeError("not yet")'),), sound=("loss",)),
    "returns nothing": Bad("sampling.prior_codes", ("sample returned NoneType, expected a tensor of images",), ((NEW_SAMPLE, "    model.decode(torch.randn(n, model.latent_dim))"),),
                           sound=("loss", "reparameterization", "interpolation")),
}  # fmt: skip


def write(folder: Folder, name: str, case: Bad, reference: str) -> Path:
    if case.files is not None:
        path = folder(name, {k: v for k, v in case.files.items() if v != "->"})
        for file in (k for k, v in case.files.items() if v == "->"):
            (path / file).symlink_to("submission.py")
        return path
    source = reference
    for old, new in case.edits:
        assert source.count(old) >= 1, old
        head, _, tail = source.rpartition(old)  # the VAE comes after the autoencoder
        source = head + new + tail
    return folder(name, {"submission.py": source})


def by_id(grade: Grade) -> dict[str, Verdict]:
    return {v.id: v for v in grade.checks}


@pytest.mark.parametrize("name", list(CASES))
def test_one_bad_submission(name: str, folder: Folder, reference_source: str, exam: Exam) -> None:
    case = CASES[name]
    submission = intake.read(write(folder, "ada", case, reference_source))
    grade = judge.grade(submission, exam.observe(submission), exam.assignment, None, {}, only=EXACT)
    rows = by_id(grade)
    SCHEMA.validate(judge.to_json(grade))
    assert not grade.needs_person, [(v.id, v.message) for v in grade.checks if v.status == "harness_error"]
    v = rows[case.check]
    told = f"{v.status}: {v.message} | " + "; ".join(
        f"{o.id} {o.status} {o.message}" for o in grade.checks if o.status != "passed"
    )
    assert v.status in case.status, told
    for part in case.says:
        assert part in v.message, told
    assert "\n" not in v.message and str(ROOT) not in v.message and len(v.message) < 1500
    if case.diagnosis:
        assert v.diagnosis == case.diagnosis, told
    for sound in case.sound:
        lost = [o.id for o in grade.checks if (o.id == sound or o.group == sound) and o.points < o.max_points]
        assert not lost, told
    for waiting in case.blocks:
        assert rows[waiting].status == "blocked" and rows[waiting].blocked_by == case.check, told
    if case.check == "interface.loads":
        assert grade.score == 0.0


# --- a whole class, once -----------------------------------------------------------------------------------

IDS = {
    "ada lovelace": Bad("interface.loads", ("SyntaxError",), files={"submission.py": "def f(:\n", "answers.md": b"## Q1\n\xff"}),
    "<b>o'neil": Bad("interface.loads", ("No module named 'torchinfo'",), files={"submission.py": "import torchinfo\n"}),
    "-rf": Bad("interface.names", ("Autoencoder is not defined",), files={"submission.py": ""}),
    "=1+1": Bad("interface.loads", ("no submission.py",), files={}),
}  # fmt: skip


def grader(*args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "grader", *map(str, args)], capture_output=True, text=True, timeout=500,
        env=environment, cwd=cwd or ROOT,
    )  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, subprocess.CompletedProcess[str]]:
    """A class of bad submissions through the command line; nothing of it gets as far as training."""
    top = tmp_path_factory.mktemp("class")
    for name, case in IDS.items():
        (top / "class" / name).mkdir(parents=True)
        for file, content in (case.files or {}).items():
            (top / "class" / name / file).write_bytes(content.encode() if isinstance(content, str) else content)
    done = grader("grade", top / "class", "--out", top / "out", "--jobs", "1", "--data", "digits")
    return top / "class", top / "out", done


Class = tuple[Path, Path, subprocess.CompletedProcess[str]]


def stored(out: Path, name: str) -> dict[str, object]:
    return dict(json.loads((out / intake.folder_name(name) / "grade.json").read_bytes()))


def test_a_class_of_bad_submissions_is_graded(graded: Class) -> None:
    _, out, done = graded
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    for name, case in IDS.items():
        assert name in done.stdout
        grade = stored(out, name)
        SCHEMA.validate(grade)
        assert grade["submission"]["id"] == name  # type: ignore[index]
        row = next(c for c in grade["checks"] if c["id"] == case.check)  # type: ignore[attr-defined]
        assert row["status"] in ("failed", "error")
        assert all(part in row["message"] for part in case.says)


def test_reports_show_names_and_reasons_as_text(graded: Class) -> None:
    _, out, _ = graded
    page = (out / intake.folder_name("<b>o'neil") / "report.html").read_text()
    assert "&lt;b&gt;o" in page and "<b>o" not in page and "torchinfo" in page
    index = (out / "index.html").read_text()
    assert "&lt;b&gt;o" in index and "<b>o" not in index
    page = (out / intake.folder_name("ada lovelace") / "report.html").read_text()
    assert "SyntaxError" in page
    for name in IDS:
        assert intake.folder_name(name) in index


def test_the_table_has_a_row_for_each_and_no_formula(graded: Class) -> None:
    _, out, _ = graded
    rows = list(csv.reader(io.StringIO((out / "grades.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(IDS) + 1
    cells = [c for row in rows for c in row]
    assert not [c for c in cells if c[:1] in ("=", "+", "@") or (c.startswith("-") and not c[1:2].isdigit())]
    for name in IDS:
        assert any(name in c for c in cells), name


def test_grading_again_runs_nothing_and_changes_nothing(graded: Class) -> None:
    folder, out, _ = graded
    names = ("grade.json", "report.html", "run.json")
    paths = [out / intake.folder_name(n) / f for n in IDS for f in names] + [out / "index.html", out / "grades.csv"]
    before = {p: p.read_bytes() for p in paths}
    done = grader("grade", folder, "--out", out, "--jobs", "2")
    assert done.returncode == 0 and {p: p.read_bytes() for p in paths} == before


def test_judged_again_it_is_the_same(graded: Class) -> None:
    _, out, _ = graded
    pages = {p: p.read_bytes() for p in [*out.glob("*/report.html"), *out.glob("*/grade.json"), out / "index.html"]}
    done = grader("report", out)
    assert done.returncode == 0, done.stderr
    assert {p: p.read_bytes() for p in pages} == pages


def test_observed_again_it_is_the_same(graded: Class) -> None:
    _, out, _ = graded
    done = grader("verify", out / intake.folder_name("-rf"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the same bytes" in done.stdout


def test_a_damaged_observation_is_made_again(graded: Class) -> None:
    folder, out, _ = graded
    files = sorted((out / ".observations").rglob("*.obs"))
    assert files and all(store.read(f) is not None for f in files)
    page = out / intake.folder_name("-rf") / "grade.json"
    want = page.read_bytes()
    for f in files:
        f.write_bytes(f.read_bytes()[:-1])
    page.unlink()
    done = grader("grade", folder, "--out", out, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert page.read_bytes() == want


# --- nothing to grade ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["empty", "missing", "file"])
def test_a_class_that_is_none_is_one_line_and_status_2(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "class"
    if kind == "empty":
        path.mkdir()
    elif kind == "file":
        path.write_text("x")
    done = grader("grade", path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stdout == "" and len(done.stderr.strip().splitlines()) == 1
    assert str(path) in done.stderr and "no s" in done.stderr
    assert not (tmp_path / "out" / "index.html").exists()
