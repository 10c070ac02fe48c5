"""Bands of honest work: measured on honest submissions over seeds, written to one file per data set.

A band's ends are the extremes over all runs, moved outwards by a margin. With n runs that are exchangeable
with a new honest one, the chance that the new one lies outside the extremes is at most 2 / (n + 1)
(order statistics; Wilks 1941); runs of one architecture are not independent, so the margin, half of the
measured range, is what admits architectures that are not among them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from grader import probes
from grader.assignment import Assignment
from grader.model import Band, UsageError

FORMAT = 1
MARGIN = 0.5  # of the measured range, on either side
# Physical limits that a margin must not cross: a share of error removed is judged from below only.
LIMITS: Mapping[str, tuple[float, float]] = {
    "explained_ae": (0.05, float("inf")),
    "explained_vae": (0.05, float("inf")),
    "kl_1": (0.05, float("inf")),
    "kl_gap": (-float("inf"), float("inf")),
    "recon_gap": (-float("inf"), float("inf")),
    "recon_gap_0": (-float("inf"), float("inf")),
    "roughness_ae": (0.0, float("inf")),
    "roughness_beta_1": (0.0, float("inf")),
    "path_ae": (1.0, float("inf")),
    "path_beta_1": (1.0, float("inf")),
}
QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def assignment_digest(assignment: Assignment) -> str:
    """Digest of what bands depend on: the training protocol and the data set, not the seed or the points."""
    keys = ("dataset", "latent_dim", "plane_dim", "betas", "steps", "batch", "learning_rate", "interpolation_steps")
    values = {k: getattr(assignment, k) for k in keys}
    return sha256(json.dumps({**values, "probes": probes.VERSION}, default=list).encode()).hexdigest()[:16]


def band(name: str, values: Sequence[float]) -> Band:
    """The band of one metric from its honest runs."""
    v = np.sort(np.asarray(values, np.float64))
    width = float(v[-1] - v[0]) or 0.1 * abs(float(v[0]))
    low, high = LIMITS.get(name, (-float("inf"), float("inf")))
    return Band(
        name,
        max(low, float(v[0]) - MARGIN * width),
        min(high, float(v[-1]) + MARGIN * width),
        len(v),
        1.0 - 2.0 / (len(v) + 1),
        "extremes over runs, widened by half of their range",
        {f"{q:g}": float(np.quantile(v, q)) for q in QUANTILES},
    )


def document(
    assignment: Assignment,
    measurements: Sequence[Mapping[str, Any]],
    environment: Mapping[str, Any],
) -> dict[str, Any]:
    """The calibration file's content. ``measurements``: one per run, with variant, seed and metrics."""
    names = sorted({k for m in measurements for k in m["metrics"]})
    bands = {}
    for name in names:
        values = [m["metrics"][name] for m in measurements if name in m["metrics"]]
        b = band(name, values)
        bands[name] = {
            "low": _finite(b.low), "high": _finite(b.high), "runs": b.runs, "coverage": round(b.coverage, 6),
            "method": b.method, "margin": MARGIN,
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
             "rate_distortion": m["rate_distortion"],
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
    except FileNotFoundError:
        raise UsageError(f"no calibration for {assignment.dataset} ({path.name} is missing); {fix}") from None
    except (ValueError, OSError) as error:
        raise UsageError(f"calibration {path.name} cannot be read ({error}); {fix}") from None
    if raw.get("format") != FORMAT:
        raise UsageError(f"calibration {path.name} has format {raw.get('format')!r}, expected {FORMAT}; {fix}")
    if raw.get("dataset") != assignment.dataset:
        raise UsageError(f"calibration {path.name} is for {raw.get('dataset')!r}, not {assignment.dataset}; {fix}")
    if raw.get("assignment") != assignment_digest(assignment):
        raise UsageError(f"calibration {path.name} was measured for another training protocol; {fix}")
    runs = raw.get("runs", [])
    bands: dict[str, Band] = {}
    for name, b in raw["bands"].items():
        have = sum(name in r["metrics"] for r in runs)
        if have < b["runs"]:
            raise UsageError(f"calibration {path.name}: band {name} claims {b['runs']} runs, the file holds {have}; {fix}")
        low = -float("inf") if b["low"] is None else b["low"]
        high = float("inf") if b["high"] is None else b["high"]
        bands[name] = Band(name, low, high, b["runs"], b["coverage"], b["method"], b["quantiles"])
    return bands, runs
