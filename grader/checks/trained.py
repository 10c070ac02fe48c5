"""A trained run, or whatever stopped it, and where its numbers lie in a calibrated band."""

from __future__ import annotations

import math

from grader.behaviour import Behaviour, Trained
from grader.checks.base import Seen, Unobserved
from grader.model import Band, Fault


def run_of(shown: Behaviour, seen: Seen, key: str) -> Trained:
    """The trained run, or whatever stopped it."""
    seen.arrays(f"train:{key}")
    run = shown.runs[key]
    if run.diverged:
        raise Unobserved(f"train:{key}", Fault("wrong_value", f"training of {key} diverged: the loss is not finite"))
    for name in ("codes", "recon"):
        seen.arrays(f"{name}:{key}")
    if run.kl is not None and not math.isfinite(run.kl):
        raise Unobserved(f"codes:{key}", Fault("wrong_value", f"the KL of evaluation images at {key} is not finite"))
    return run


def inside(band: Band, value: float) -> bool:
    return band.low <= value <= band.high


def near_an_end(band: Band, value: float) -> bool:
    """Within a tenth of an end (of the band's width, if it has one): other seeds are asked before it costs a point."""
    width = band.high - band.low
    margins = [(e, 0.1 * (width if math.isfinite(width) else max(abs(e), 1.0 - e))) for e in (band.low, band.high)]
    return any(math.isfinite(e) and abs(value - e) < m for e, m in margins)


def far_out(band: Band, value: float) -> bool:
    """Beyond twice the band: no more steps are bought for what lies there."""
    return bool(value > 2 * band.high if band.high > 0 else value > band.high) or bool(
        band.low < 0 and value < 2 * band.low
    )
