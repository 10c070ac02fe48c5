"""How a head of the encoder is held back: signs, limits, one layer in place of two."""

from __future__ import annotations

import numpy as np

from grader.checks.base import Seen

PROPORTIONAL = 1e-6  # below a correlation of 1: float32 rounding


def bright(seen: Seen) -> tuple[np.ndarray, ...]:
    """mu and logvar of images far brighter than any; nothing where that was too much for the submission."""
    o = seen.get("encoded:wide", None)
    if o is None or o.fault is not None or not all(np.isfinite(a).all() for a in o.arrays.values()):
        return ()
    return tuple(o.arrays[k].astype(np.float64) for k in ("out0", "out1"))


def limit(v: np.ndarray) -> float | None:
    """The value at which a head stops: the largest, or the least, of at least four dimensions alike.

    Hidden units that saturate stop each dimension elsewhere, so a linear head behind them has no such value.
    """
    if np.ptp(v) < 1e-3:
        return None
    for end in (float(v.max()), float(v.min())):
        if shared(v, end, rtol=1e-6):
            return end
    return None


def shared(v: np.ndarray, end: float, rtol: float) -> bool:
    """Whether at least four dimensions reach the value ``end``."""
    return int((np.abs(v - end) <= rtol * abs(end)).any(0).sum()) >= 4


def proportional(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether every column of ``b`` is one multiple of the same column of ``a`` plus a constant."""
    if len(a) < 8 or a.std() < 1e-9 or b.std() < 1e-9:
        return False
    x, y = (a - a.mean(0)).ravel(), (b - b.mean(0)).ravel()
    if x.std() < 1e-9 or y.std() < 1e-9:
        return False
    return bool(abs(float(np.corrcoef(x, y)[0, 1])) > 1 - PROPORTIONAL)
