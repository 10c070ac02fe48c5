"""Bands of honest work: measured on honest submissions over seeds, written to one file per data set.

A band's ends are the extremes over all runs, moved outwards by a factor of 1.5. With n runs that are exchangeable
with a new honest one, the chance that the new one lies outside the extremes is at most 2 / (n + 1) (order
statistics; Wilks 1941). Runs of one architecture are not independent, so the factor is what admits architectures
that are not among them; the bugs that these bands are for lie farther out (at beta_c = 1 a KL that does not pull is
ten times that of honest work, a model that does not learn explains nothing).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignment import Assignment
from grader.model import Band, UsageError

FORMAT = 1
FACTOR = 1.5
SLACK = 2.0  # times the error that the worst honest model leaves, once it had the steps that it needed
ENOUGH = 0.6  # share of the mean image's error: who removes it is not slow
GIVEN_TIME = ("explained_ae", "explained_vae")  # bands of honest work that had the steps that it needed
# Which ends count. "share": at most SLACK times the error that the worst leaves, and at least half of what it removes;
# "ratio": between the least divided and the largest multiplied by FACTOR; "above 0": the latter alone; "above 1": the same
# for what exceeds 1; "gap": up to FACTOR times the largest size, or the size given, in which generalisation of
# architectures fits that were not measured; "upper gap": the same from above only.
RULES: Mapping[str, tuple[str, float]] = {
    "explained_ae": ("share", 0.0),
    "explained_vae": ("share", 0.0),
    "kl_1": ("ratio", 0.0),
    "kl_gap": ("gap", 0.3),
    "recon_gap": ("upper gap", 0.15),
    "roughness_ae": ("above 0", 0.0),
    "roughness_beta_1": ("above 0", 0.0),
    "path_ae": ("above 1", 0.0),
    "path_beta_1": ("above 1", 0.0),
}
QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def assignment_digest(assignment: Assignment) -> str:
    """Digest of what bands depend on: the training protocol and the data set, not the seed or the points."""
    keys = ("dataset", "latent_dim", "plane_dim", "betas", "steps", "batch", "learning_rate", "interpolation_steps")
    values = {k: getattr(assignment, k) for k in keys}
    return sha256(json.dumps(values, default=list).encode()).hexdigest()[:16]


def band(name: str, values: Sequence[float]) -> Band:
    """The band of one metric from its honest runs."""
    v = np.sort(np.asarray(values, np.float64))
    least, most = float(v[0]), float(v[-1])
    kind, size = RULES[name]
    infinite = float("inf")
    reach = max(size, FACTOR * max(abs(least), abs(most)))
    ends = {
        "share": (max(1.0 - SLACK * (1.0 - least), least / 2), infinite),
        "ratio": (least / FACTOR, most * FACTOR),
        "above 0": (-infinite, most * FACTOR),
        "above 1": (-infinite, 1.0 + (most - 1.0) * FACTOR),
        "gap": (-reach, reach),
        "upper gap": (-infinite, max(size, FACTOR * most)),
    }[kind]
    return Band(
        name,
        *ends,
        len(v),
        1.0 - 2.0 / (len(v) + 1),
        f"extremes over runs, moved outwards by a factor of {FACTOR:g} ({kind})",
        {f"{q:g}": float(np.quantile(v, q)) for q in QUANTILES},
    )


def document(
    assignment: Assignment, measurements: Sequence[Mapping[str, Any]], environment: Mapping[str, Any]
) -> dict[str, Any]:
    """The calibration file's content. ``measurements``: one per run, with variant, seed and metrics."""
    names = sorted(RULES)
    bands = {}
    for name in names:
        values = [m["metrics"][name] for m in measurements if name in m["metrics"]]
        b = band(name, values)
        bands[name] = {
            "low": _finite(b.low), "high": _finite(b.high), "runs": b.runs, "coverage": round(b.coverage, 6),
            "method": b.method, "factor": FACTOR,
            "quantiles": {k: round(v, 6) for k, v in b.quantiles.items()},
        }  # fmt: skip
    return {
        "format": FORMAT,
        "dataset": assignment.dataset,
        "assignment": assignment_digest(assignment),
        "variants": sorted({m["variant"] for m in measurements}),
        "seeds": sorted({m["seed"] for m in measurements}),
        "environment": dict(environment),
        "bands": bands,
        "runs": [
            {"variant": m["variant"], "seed": m["seed"], "likelihood": m["likelihood"],
             "rate_distortion": m["rate_distortion"], "steps": m["steps"],
             "metrics": {k: round(v, 6) for k, v in sorted(m["metrics"].items())}}
            for m in sorted(measurements, key=lambda m: (m["variant"], m["seed"]))
        ],
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None


def load(path: Path, assignment: Assignment) -> tuple[dict[str, Band], list[dict[str, Any]]]:
    """Bands and honest runs for ``assignment``; ``UsageError`` names the command that mends a bad file."""
    fix = f"run: python -m grader calibrate --data {assignment.dataset}"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _checked(raw, path.name, assignment, fix)
    except FileNotFoundError:
        raise UsageError(f"no calibration for {assignment.dataset} ({path.name} is missing); {fix}") from None
    except (ValueError, OSError, KeyError, TypeError, AttributeError) as error:
        reason = str(error) or type(error).__name__
        raise UsageError(f"calibration {path.name} cannot be read ({reason}); {fix}") from None


def _checked(
    raw: dict[str, Any], name: str, assignment: Assignment, fix: str
) -> tuple[dict[str, Band], list[dict[str, Any]]]:
    if raw.get("format") != FORMAT:
        raise UsageError(f"calibration {name} has format {raw.get('format')!r}, expected {FORMAT}; {fix}")
    if raw.get("dataset") != assignment.dataset:
        raise UsageError(f"calibration {name} is for {raw.get('dataset')!r}, not {assignment.dataset}; {fix}")
    if raw.get("assignment") != assignment_digest(assignment):
        raise UsageError(f"calibration {name} was measured for another training protocol; {fix}")
    runs = raw.get("runs", [])
    bands: dict[str, Band] = {}
    for key, b in raw["bands"].items():
        have = sum(key in r["metrics"] for r in runs)
        if have < b["runs"]:
            raise UsageError(f"calibration {name}: band {key} claims {b['runs']} runs, the file holds {have}; {fix}")
        low = -float("inf") if b["low"] is None else b["low"]
        high = float("inf") if b["high"] is None else b["high"]
        bands[key] = Band(key, low, high, b["runs"], b["coverage"], b["method"], b["quantiles"])
    missing = sorted(set(RULES) - set(bands))
    if missing:
        raise UsageError(f"calibration {name}: there is no band {missing[0]}; {fix}")
    return bands, runs
