"""No numbers make the grader fail. What an observation may hold behind the observer's border is replaced by what is absurd; the
checks, the diagnosis, the figures, the pages, the exports and the file that observations are kept in have to take it,
without an exception and without a warning, to the same bytes each time, and without giving a point for it.

GRADER_EXAMPLES says how many replacements are tried (each takes about a second).
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grader import answers, calibrate, checks, classroom, data, evidence, exports, intake, judge, observe, report, store
from grader.assignment import Assignment
from grader.checks.base import Context
from grader.data import Dataset
from grader.model import Band, Demand, Grade, Observation, Observations
from grader.observe import _half, _not_finite, _numbers
from grader.probes import STAGES, Probe
from tests.conftest import ROOT, Exam

SCHEMA = Draft202012Validator(json.loads((ROOT / "grader" / "schema" / "grade.schema.json").read_bytes()))
EXAMPLES = int(os.environ.get("GRADER_EXAMPLES", "8"))
EXACT = frozenset(checks.IDS) - frozenset(checks.TRAINED)
STEPS = 10  # of training: enough for curves, codes and images of every kind
NO_NUMBER = re.compile(r'\s(?:d|x|y|x1|y1|cx|cy|r|width|height)="[^"]*(?:nan|inf)')


@dataclass(frozen=True)
class Whole:
    """The reference solution, observed whole, with what it is judged by."""

    submission: intake.Submission
    assignment: Assignment
    data: Dataset
    bands: Mapping[str, Band]
    honest: list[dict[str, Any]]
    seen: Observations
    plan: Mapping[str, Probe]

    def may(self, probe: str, array: str, value: np.ndarray) -> bool:
        """Whether the border lets numbers through that are not finite: nothing is stored that it refuses."""
        finite = self.plan[probe].finite
        infinite = not finite if isinstance(finite, bool) else array not in finite or array == "z"
        return infinite or bool(np.isfinite(value).all())


@pytest.fixture(scope="module")
def whole(exam: Exam, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    source = (ROOT / "reference" / "submission.py").read_bytes()
    submission = intake.Submission("ada", "0" * 64, "submission.py", {"submission.py": source})
    short = replace(exam.assignment, steps=STEPS)
    images = data.load(short.dataset, seed=short.seed, root=ROOT, cache=tmp_path_factory.mktemp("data"))
    observer = observe.Observer(submission, short, images, exam._sandbox)
    seen = observer.observe()
    bands, honest = calibrate.load(ROOT / "reference" / "calibration" / f"{short.dataset}.json", exam.assignment)
    kept = Observations(seen, "0" * 64, exam.isolation, classroom.environment_of(exam._sandbox), images.sha256)
    return Whole(submission, short, images, bands, honest, kept, observer.plan)


# --- replacements -------------------------------------------------------------------------------------------


def _one(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def put(a: np.ndarray) -> np.ndarray:
        a = a.copy()
        a.reshape(-1)[a.size // 2 : a.size // 2 + 1] = value
        return a

    return put


def _alternating(a: np.ndarray) -> np.ndarray:
    out = np.full(a.size, 1e38)
    out[::2] *= -1
    return out.reshape(a.shape)


KINDS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "NaN": lambda a: np.full_like(a, np.nan),
    "one NaN": _one(np.nan),
    "inf": lambda a: np.full_like(a, np.inf),
    "-inf": lambda a: np.full_like(a, -np.inf),
    "one inf": _one(np.inf),
    "one 1e38": _one(6e4),
    "1e38": lambda a: np.full(a.shape, 1e38),
    "-1e38": lambda a: np.full(a.shape, -1e38),
    "both 1e38": _alternating,
    "1e-45": lambda a: np.full(a.shape, 1e-45),
    "zeros": np.zeros_like,
    "constant": lambda a: np.full_like(a, 0.5),
    "permuted": lambda a: np.random.default_rng(0).permutation(a.reshape(-1)).reshape(a.shape),
    "wrong sign": lambda a: -a,
    "times 1000": lambda a: a * 1000,
}


def replaced(whole: Whole, probe: str, kind: str, only: str | None = None) -> Observation:
    """An observation with its arrays (or ``only`` one of them) replaced, as far as the border lets that through."""
    o = whole.seen.by_probe[probe]
    out = {}
    for name, a in o.arrays.items():
        new = KINDS[kind](a.astype(np.float64)) if only in (None, name) else a
        new = _half(new) if a.dtype == np.float16 and np.isfinite(new).all() else new.astype(a.dtype)
        out[name] = new if whole.may(probe, name, new) else a
    return replace(o, arrays=out)


# --- what has to hold ---------------------------------------------------------------------------------------


def again(seen: Observations, demand: Demand) -> Observations:
    """What is observed of a run that is demanded: the same."""
    return replace(seen, by_probe={n: o for n, o in seen.by_probe.items() if demand.run in n.split(":")})


def pages(whole: Whole, seen: Observations, tmp: Path) -> tuple[Grade, bytes, str]:
    """All that is made of one submission's observations."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        context = Context(seen.by_probe, whole.assignment, whole.data, whole.bands)
        found = classroom.answered(context, lambda demand: again(seen, demand))
        grade = judge.grade(
            whole.submission, seen, whole.assignment, whole.data, whole.bands, answers=found, prepared=context
        )
        shown = evidence.evidence(seen, context, whole.data, whole.bands, whole.honest)
        page = report.render_report(grade, shown)
        row = report.ClassRow(grade, "ada/report.html", classroom._rate(shown))
        page += report.render_class_page([row, row], title="class")
        for format in exports.FORMATS:
            exports.export(format, [(grade, "ada")], tmp)
        return grade, store.json_bytes(judge.to_json(grade)), page


def hold(whole: Whole, seen: Observations, tmp: Path, *, twice: bool = False) -> Grade:
    """Judge and render; what comes out is whole, and the same ``twice``, from the file that observations are kept in."""
    grade, content, page = pages(whole, seen, tmp)
    ours = [f"{v.id}: {v.message}" for v in grade.checks if v.status == "harness_error"]
    assert not ours, ours
    raw = json.loads(content)
    SCHEMA.validate(raw)
    assert 0 <= grade.score <= grade.max_score
    assert exports.grade_from_json(raw).score == raw["score"]
    bad = NO_NUMBER.search(page)
    assert bad is None, page[bad.start() - 200 : bad.end() + 100]
    if twice:
        kept = store.loads(store.dumps(seen))
        assert kept is not None
        assert pages(whole, kept, tmp)[1:] == (content, page)
    return grade


def _info(pattern: Any) -> st.SearchStrategy[Any]:
    """Values of a pattern of ``answers``, most of them at an end."""
    if isinstance(pattern, tuple):
        return st.one_of(*map(_info, pattern))
    if isinstance(pattern, answers._Row):
        return st.tuples(*map(_info, pattern)).map(list)
    if isinstance(pattern, list):
        return st.lists(_info(pattern[0]), max_size=3)
    if isinstance(pattern, dict) and str in pattern:
        return st.dictionaries(_info(str), _info(pattern[str]), max_size=3)
    if isinstance(pattern, dict):
        needed = {k: _info(p) for k, p in pattern.items() if not k.endswith("?")}
        return st.fixed_dictionaries(needed, optional={k[:-1]: _info(p) for k, p in pattern.items() if k.endswith("?")})
    if pattern is None:
        return st.none()
    ends: Mapping[type, list[Any]] = {
        int: [0, 1, -1, 20, answers.MAX_INTEGER, -answers.MAX_INTEGER],
        float: [0.0, -1.0, 1e-320, 1e308, -1e308],
        str: ["", "x" * answers.MAX_TEXT, "<b>&\x00\u202e", "POSITIONAL_OR_KEYWORD", "function", "class"],
        bool: [True, False],
    }
    return st.sampled_from(ends[pattern])


TIED = {
    "loss": ("shapes",),
    "train": ("diverged_at",),
    "noise_gradient": ("detached",),
    "weight_slopes": ("names",),
    "paired_gradient": ("names",),
}  # told of arrays: the border compares


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[int, int, str, Any]]:
    """Places (by number, for the observations are not known yet), what is put there, and numbers to draw information from."""
    one = st.tuples(st.integers(0, 10**6), st.integers(0, 6), st.sampled_from(sorted(KINDS)), st.integers(0, 2))
    return [(*c[:3], c[3] == 0) for c in draw(st.lists(one, min_size=1, max_size=2))]


@given(changes=changes(), data=st.data())
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_any_one_or_two_observations(changes: Any, data: st.DataObject, whole: Whole, tmp_path_factory: Any) -> None:
    by = dict(whole.seen.by_probe)
    names = list(by)
    for place, part, kind, told in changes:
        name = names[place % len(names)]
        if by[name].arrays:
            keys = list(by[name].arrays)
            by[name] = replaced(whole, name, kind, keys[part] if part < len(keys) else None)
        if told or not by[name].arrays:
            op = whole.plan[name].op if name in whole.plan else "load"
            pattern = answers._INFO[op]
            new = data.draw(_info(pattern), label=name)
            by[name] = replace(by[name], info={**by[name].info, **_as_told(op, by[name], new)})
    hold(whole, replace(whole.seen, by_probe=by), tmp_path_factory.mktemp("out"))


def _as_told(op: str, o: Observation, new: dict[str, Any]) -> dict[str, Any]:
    """Information as the border compares it with the arrays."""
    new = {k: v for k, v in new.items() if k not in TIED.get(op, ())}
    if "names" in new:  # of the assignment's own names, for others are not looked at
        new["names"] = {**o.info["names"], **dict(zip(o.info["names"], new["names"].values(), strict=False))}
    if "meta" in new and op != "apply":
        new["meta"] = [list(o.info["meta"][0]), new["meta"][1]]
    if "via" in new:
        new |= {"via": "none", "encoded": abs(new["encoded"])}
    return new


@pytest.mark.parametrize("kind", ["NaN", "both 1e38", "1e-45"])
def test_every_observation_at_once(kind: str, whole: Whole, tmp_path: Path) -> None:
    by = dict(whole.seen.by_probe)
    by |= {name: replaced(whole, name, kind) for name, o in by.items() if o.arrays}
    grade = hold(whole, replace(whole.seen, by_probe=by), tmp_path, twice=True)
    assert sum(v.status == "passed" for v in grade.checks) < 0.8 * len(grade.checks)


# Where an absurd number stands in what a check reads (or in the array that is named), that check does not pass.
SCORED: list[tuple[str, ...]] = [
    ("range:1:VAE", "both 1e38", "interface.range"),
    ("range:100:Autoencoder", "1e38", "interface.range"),
    ("row:decode:1:VAE", "one 1e38", "interface.batch_independence"),
    ("state:encode:new:VAE", "both 1e38", "interface.state"),
    ("loss:kl:4:3", "NaN", "loss.returns"),
    ("loss:kl:4:3", "1e38", "loss.kl_closed_form"),
    ("loss:kl:9:20", "one inf", "loss.returns"),
    ("loss:wide", "1e38", "loss.kl_closed_form"),
    ("loss:recon:9", "one NaN", "loss.returns"),
    ("loss:recon:9", "1e38", "loss.reconstruction"),
    ("loss:betas", "one inf", "loss.returns"),
    ("loss:extremes", "one NaN", "loss.stability"),
    ("ae_loss:recon:4", "one NaN", "loss.ae_reconstruction"),
    ("ae_loss:gradient", "one inf", "loss.ae_reconstruction"),
    ("noise:big", "NaN", "reparameterization.formula"),
    ("noise:big_one", "one inf", "reparameterization.noise"),
    ("noise:zero", "one NaN", "reparameterization.formula"),
    ("noise:generic_eval", "both 1e38", "reparameterization.formula"),
    ("noise:constant:-2", "NaN", "reparameterization.formula"),
    ("noise:wide:14", "inf", "reparameterization.formula"),
    ("noise_gradient", "1e38", "reparameterization.gradients"),
    ("noise_gradient:wide", "one NaN", "reparameterization.gradients"),
    ("loss:far:4", "1e38", "loss.reconstruction"),
    ("ae_loss:far:128", "zeros", "loss.ae_reconstruction"),
    ("slopes:VAE:decode:train", "permuted", "loss.gradients"),
    ("paired:ae:0", "permuted", "betas.honest_information"),
    ("interpolate:left:VAE", "permuted", "interpolation.ends"),
    ("sample:left", "both 1e38", "sampling.prior_codes"),
    ("grid:left", "permuted", "sampling.latent_grid"),
    ("slopes:Autoencoder:weights", "wrong sign", "loss.gradients", "gradients"),
    ("bottleneck:exam:VAE:decoded", "one 1e38", "interface.bottleneck"),
    ("sample:exam:first", "both 1e38", "sampling.prior_codes"),
    ("sample:exam:few:decoded", "one 1e38", "sampling.images"),
    ("grid:exam:VAE", "both 1e38", "sampling.latent_grid"),
    ("grid:exam_small:Autoencoder:tiles", "1e38", "sampling.latent_grid"),
    ("interpolate:exam:VAE", "both 1e38", "interpolation.ends"),
    ("lerp:exam_short:Autoencoder", "1e38", "interpolation.ends"),
    ("train:ae", "NaN", "betas.learns"),
    ("train:beta_1", "one inf", "betas.learns"),
    ("recon:beta_1", "both 1e38", "betas.honest_information"),
    ("codes:beta_1", "1e38", "betas.kl_falls"),
]  # fmt: skip


AGREES = "slopes:Autoencoder:weights"


def test_no_absurd_number_earns_its_point(whole: Whole) -> None:
    """... and the reference with its own numbers does, or nothing would be said."""

    def verdicts(seen: Observations, *only: str) -> Mapping[str, str]:
        grade = judge.grade(
            whole.submission, seen, whole.assignment, whole.data, whole.bands, only=frozenset(only), written=()
        )
        return {v.id: v.status for v in grade.checks}

    sound = verdicts(whole.seen, *checks.IDS)
    free = []
    for probe, kind, check, *only in SCORED:
        by = {**whole.seen.by_probe, probe: replaced(whole, probe, kind, *only)}
        assert any(not np.array_equal(by[probe].arrays[k], a) for k, a in whole.seen.by_probe[probe].arrays.items()), (
            probe
        )
        status = verdicts(replace(whole.seen, by_probe=by), check)[check]
        if status == "passed" and sound[check] == "passed":
            free.append((probe, kind, check))
    assert not free
    # another network's slopes: what autograd says and what values do have both turned
    turned = {**whole.seen.by_probe, AGREES: replaced(whole, AGREES, "wrong sign")}
    assert verdicts(replace(whole.seen, by_probe=turned), "loss.gradients") == {"loss.gradients": "passed"}


# --- the border ---------------------------------------------------------------------------------------------


def _probe(op: str = "apply", **more: Any) -> Probe:
    return Probe("p", "exam", op, **more)


@given(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]),
    st.sampled_from(["apply", "slopes"]),
    st.data(),
)
@settings(max_examples=200)
def test_nothing_is_stored_whose_square_does_not_fit(dtype: Any, op: str, data: st.DataObject) -> None:
    values = [0, 1, *(() if dtype == np.bool_ else (np.iinfo(dtype).max,) if np.dtype(dtype).kind in "iu" else (
        np.finfo(dtype).max, -np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal, np.inf, -np.inf, np.nan))]  # fmt: skip
    a = np.array(data.draw(st.lists(st.sampled_from(values), max_size=6)), dtype)
    with np.errstate(over="raise", invalid="raise"):
        out = _numbers(_probe(op), "out0", a)
        known = out[np.isfinite(out)].astype(np.float64)
        assert out.dtype == (np.float64 if op == "slopes" and dtype == np.float64 else np.float32)
        assert out.shape == a.shape and np.isfinite((known**2).sum())
        assert np.array_equal(np.isnan(out), np.isnan(a)) if a.dtype.kind == "f" else np.isfinite(out).all()
        if known.size == out.size:
            assert np.isfinite(_half(out)).all()
    fault = _not_finite(_probe(), {"out0": out})
    assert (fault is None) == (known.size == out.size)
    assert _not_finite(_probe(finite=False), {"out0": out}) is None


@pytest.mark.parametrize("bad", STAGES)
def test_the_first_stage_without_numbers_is_named(bad: str) -> None:
    """Noise has probes of its own, which say more; what is decoded from NaN is no fault of the decoder."""
    arrays = {n: np.full(3, np.nan if i >= STAGES.index(bad) else 0.5) for i, n in enumerate(STAGES)}
    fault = _not_finite(_probe("staged", finite=STAGES), {**arrays, "from_mu": np.full(3, np.nan)})
    assert (fault is None) == (bad == "z")
    assert fault is None or (fault.kind == "wrong_value" and fault.message.endswith("returned NaN"))


# --- submissions ----------------------------------------------------------------------------------------------

X_HAT = "        x_hat = torch.sigmoid(self.dec_pixels(h))  # [B, 400] -> [B, 784]\n"
CODES = "        return self.enc_mu(h), self.enc_logvar(h)"
# name: edits of the reference, and the check that says what its numbers are
SUBMISSIONS = {
    "decode NaN": ((X_HAT, X_HAT.replace("torch.sigmoid", 'float("nan") * torch.sigmoid')), "interface.shapes", "VAE.decode returned NaN"),
    "decode 1e38": ((X_HAT, X_HAT.replace("torch.sigmoid", "1e38 * torch.sigmoid")), "interface.range", "VAE.decode returns values"),
    "decode NaN in places": ((X_HAT, X_HAT + "        x_hat = torch.where(z[:, :1] > 2.0, x_hat / 0.0 * 0.0, x_hat)\n"), "interface.shapes", "returned NaN"),
    "logvar 1e4": ((CODES, "        return self.enc_mu(h), 1e4 * self.enc_logvar(h)"), "interface.shapes", "VAE.forward returned NaN"),
    "loss in float64": (("    recon = ae_loss(x_hat, x)", "    recon = ae_loss(x_hat, x).double() * 1e300"), "loss.returns", "is not finite at ordinary inputs"),
    "samples in float64": (("    return model.decode(torch.randn(n, model.latent_dim))", "    return model.decode(torch.randn(n, model.latent_dim)).double() * 1e300"),
                           "sampling.prior_codes", "sample returned infinite values"),
    "one code": (("    return model.decode(torch.randn(n, model.latent_dim))", "    return model.decode(torch.randn(1, model.latent_dim)).expand(n, -1)"),
                 "sampling.prior_codes", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SUBMISSIONS))
def test_a_submission_is_told_what_its_numbers_are(name: str, exam: Exam, reference_source: str) -> None:
    (old, new), check, says = SUBMISSIONS[name]
    head, found, tail = reference_source.rpartition(old)  # the VAE comes after the autoencoder
    assert found
    submission = intake.Submission("ada", "0" * 64, "submission.py", {"submission.py": (head + new + tail).encode()})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grade = judge.grade(submission, exam.observe(submission), exam.assignment, None, {}, only=EXACT)
    SCHEMA.validate(json.loads(store.json_bytes(judge.to_json(grade))))
    rows = {v.id: v for v in grade.checks}
    told = "; ".join(f"{v.id} {v.status} {v.message}" for v in grade.checks if v.status != "passed")
    assert not grade.needs_person, told
    assert rows[check].status in ("failed", "error") and says in rows[check].message, told
    assert sum(v.status in ("failed", "error") for v in grade.checks) <= 2, told
