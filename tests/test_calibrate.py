"""Bands: how their ends come from runs, and that no file is used that is not for this assignment."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import assignment as assignments
from grader import calibrate, checks
from grader.model import UsageError
from tests.conftest import ROOT

ASSIGNMENT = assignments.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
COMMAND = "run: python -m grader calibrate --data digits"


def measured() -> list[dict[str, Any]]:
    return [
        {
            "variant": variant, "seed": seed, "likelihood": "bce", "rate_distortion": {"beta_1": [9.0, 80.0]}, "steps": {},
            "metrics": {name: 1.2 + 0.1 * seed + 0.05 * i for i, name in enumerate(sorted(calibrate.RULES))},
        }
        for variant in ("mlp", "conv") for seed in range(4)
    ]  # fmt: skip


def document() -> dict[str, Any]:
    return calibrate.document(ASSIGNMENT, measured(), {"python": "3.11"})


def write(folder: Path, content: object) -> Path:
    path = folder / "digits.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_what_is_measured_is_what_is_loaded(tmp_path: Path) -> None:
    bands, runs = calibrate.load(write(tmp_path, document()), ASSIGNMENT)
    assert set(bands) == set(calibrate.RULES) and len(runs) == 8
    for name, band in bands.items():
        want = calibrate.band(name, [m["metrics"][name] for m in measured()])
        assert (band.low, band.high) == pytest.approx((want.low, want.high), abs=1e-6)
        assert band.runs == 8 and band.coverage == pytest.approx(1 - 2 / 9, abs=1e-6)


def test_the_order_of_runs_does_not_matter() -> None:
    assert calibrate.document(ASSIGNMENT, measured()[::-1], {"python": "3.11"}) == document()


@given(st.sampled_from(sorted(calibrate.RULES)), st.lists(st.floats(0.05, 0.95), min_size=2, max_size=40))
def test_a_band_holds_every_run_with_room_to_spare(name: str, values: list[float]) -> None:
    if not name.startswith("explained"):  # a share is below 1; paths are above it
        values = [1 + 40 * v for v in values]
    band = calibrate.band(name, values)
    assert band.low < min(values) and band.high > max(values)
    assert band.runs == len(values) and band.coverage == 1 - 2 / (len(values) + 1)
    if name == "kl_1":
        assert (band.low, band.high) == pytest.approx((min(values) / calibrate.FACTOR, max(values) * calibrate.FACTOR))


def without(key: str) -> dict[str, Any]:
    d = document()
    del d[key]
    return d


def claiming(runs: int) -> dict[str, Any]:
    d = copy.deepcopy(document())
    d["bands"]["kl_1"]["runs"] = runs
    return d


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (document() | {"format": 0}, "has format 0, expected 1"),
        (document() | {"dataset": "mnist"}, "is for 'mnist', not digits"),
        (document() | {"assignment": "0" * 16}, "was measured for another training protocol"),
        (claiming(9), "band kl_1 claims 9 runs, the file holds 8"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ("3", "cannot be read"),
        (without("format"), "has format None"),
        (without("bands"), "cannot be read"),
        (without("runs"), "claims 8 runs, the file holds 0"),
        (document() | {"bands": {"kl_1": {"low": 0}}}, "cannot be read"),
        (document() | {"bands": {}}, "there is no band"),
    ],
    ids=[
        "format",
        "dataset",
        "protocol",
        "claims",
        "truncated",
        "list",
        "number",
        "keyless",
        "bandless",
        "runless",
        "band",
        "none",
    ],
)
def test_a_bad_file_is_one_line_with_the_command(tmp_path: Path, content: object, says: str) -> None:
    with pytest.raises(UsageError) as error:
        calibrate.load(write(tmp_path, content), ASSIGNMENT)
    text = str(error.value)
    assert says in text and text.endswith(COMMAND) and "\n" not in text


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no calibration for digits \(digits.json is missing\); " + COMMAND):
        calibrate.load(tmp_path / "digits.json", ASSIGNMENT)


@pytest.mark.parametrize("key", ["latent_dim", "betas", "steps", "batch", "learning_rate", "interpolation_steps"])
def test_another_protocol_needs_other_bands(tmp_path: Path, key: str) -> None:
    from dataclasses import replace

    value: Any = {"betas": (0.0, 1.0, 5.0), "learning_rate": 2e-3}.get(
        key, getattr(ASSIGNMENT, key) + 1 if key != "betas" else None
    )
    with pytest.raises(UsageError, match="another training protocol"):
        calibrate.load(write(tmp_path, document()), replace(ASSIGNMENT, **{key: value}))


def test_points_and_seed_do_not_need_other_bands(tmp_path: Path) -> None:
    from dataclasses import replace

    path = write(tmp_path, document())
    for a in (ASSIGNMENT.with_seed(7), replace(ASSIGNMENT, points={}, hidden=frozenset(), version="9")):
        calibrate.load(path, a)


@pytest.mark.parametrize("path", sorted((ROOT / "reference" / "calibration").glob("*.json")), ids=lambda p: p.stem)
def test_the_published_bands_are_their_runs(path: Path) -> None:
    a = ASSIGNMENT.with_dataset(path.stem)
    bands, runs = calibrate.load(path, a)
    assert set(bands) == set(calibrate.RULES)
    for name, band in bands.items():
        values = [r["metrics"][name] for r in runs if name in r["metrics"]]
        want = calibrate.band(name, values)
        assert (band.low, band.high) == pytest.approx((want.low, want.high), abs=1e-5), name
        # at least 12 architectures and 8 seeds; of slow runs only those that were given the steps that they needed
        assert band.runs == len(values) >= (80 if name in calibrate.GIVEN_TIME else 96)
    assert len({r["variant"] for r in runs}) >= 12 and len({r["seed"] for r in runs}) >= 8
