"""Maps of single values: is one array a function of another, element by element, and which function? Pure.

``forward`` may show ``g(decode(z))`` for some g: the sigmoid, where ``decode`` returns logits, or a clamp that keeps a
logarithm finite. That is told apart from all that mixes pixels, codes or images by sorting: pixels that decode to
the same value then show the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

# Half a grey level of an 8-bit image: a clamp at 1e-4 or 1e-3 moves images by less, and nobody could show more.
HARMLESS = 1 / 510
OUTSIDE = 1e-3  # beyond [0, 1]: as in the check of the range
# Of the values shown, in shares of their range. Neighbours of 37,632 pixels in order differ by 1e-4; half of a grey level
# is allowed where the map is steep. A threshold breaks the rule at a pixel or two, a blend with the image at most of them.
BEND, BREAKS = 2e-3, 1e-3
SAME = 3e-4  # of a formula that is known: float32 rounding of logits up to a hundred

_KNOWN: Mapping[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "sigmoid": (lambda v: 1 / (1 + np.exp(-v)), "the sigmoid of it"),
    "tanh_to_unit": (lambda v: (np.tanh(v) + 1) / 2, "(tanh(…) + 1) / 2 of it"),
    "to_unit": (lambda v: (v + 1) / 2, "(… + 1) / 2 of it"),
    "tanh": (np.tanh, "the tanh of it"),
    "by_255": (lambda v: v / 255, "it divided by 255"),
    "times_255": (lambda v: v * 255, "255 times it"),
    "from_unit": (lambda v: 2 * v - 1, "2 · … − 1 of it"),
    "negative": (lambda v: 1 - v, "the negative of it, 1 − …"),
    "threshold": (lambda v: (v > 0.5) * 1.0, "black and white, cut at 0.5"),
    "relu": (lambda v: np.maximum(v, 0), "its positive part (ReLU)"),
    "hard_sigmoid": (lambda v: np.clip(v / 6 + 0.5, 0, 1), "the hard sigmoid of it"),
    "softplus": (lambda v: np.logaddexp(0, v), "the softplus of it"),
    "exp": (np.exp, "exp of it"),
    "square": (np.square, "its square"),
    "root": (lambda v: np.sqrt(np.abs(v)), "its root"),
    "logit": (lambda v: np.log(v / (1 - v)), "its logit"),
}


@dataclass(frozen=True)
class PointMap:
    """What is shown as a function of what was decoded.

    ``rescues``: only what is shown lies in [0, 1], and that by a known formula, or at more pixels than may break the rule.
    """

    name: str  # of a known formula, "clamp", "affine", or "" where none fits
    text: str  # completes "forward shows …"
    harmless: bool
    rescues: bool
    formula: Callable[[np.ndarray], np.ndarray]

    def __call__(self, values: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.asarray(self.formula(np.asarray(values, np.float64)), np.float64).astype(np.float32)


def point_map(decoded: np.ndarray, shown: np.ndarray) -> PointMap | None:
    """The function of single values that turns ``decoded`` into ``shown``, or ``None`` if there is none."""
    a, b = (np.asarray(v, np.float64).ravel() for v in (decoded, shown))
    if a.size != b.size or a.size < 64 or not (np.isfinite(a).all() and np.isfinite(b).all()):
        return None
    order = np.argsort(a, kind="stable")
    s, f = a[order], b[order]
    span = float(np.ptp(f))
    if span < 1e-6 or np.ptp(s) < 1e-6:
        return None  # everything is a function of what does not vary, and the other way round
    gap = s[2:] - s[:-2]
    along = np.divide(s[1:-1] - s[:-2], gap, out=np.full_like(gap, 0.5), where=gap > 0)
    bend = np.abs(f[1:-1] - (f[:-2] + along * (f[2:] - f[:-2])))
    if (bend > BEND * span).mean() > BREAKS:
        return None
    outside = lambda v: float(((v < -OUTSIDE) | (v > 1 + OUTSIDE)).mean())  # noqa: E731
    name, text, formula = _named(s, f, span)
    harmless = not outside(s) and bool(np.abs(f - s).max() <= HARMLESS)
    rescues = not outside(f) and outside(s) > (0.0 if name else BREAKS)
    return PointMap(name, text, harmless, rescues, formula)


def _named(s: np.ndarray, f: np.ndarray, span: float) -> tuple[str, str, Callable[[np.ndarray], np.ndarray]]:
    low, high = float(f.min()), float(f.max())
    with np.errstate(all="ignore"):
        for name, (formula, text) in _KNOWN.items():
            if np.abs(formula(s) - f).max() <= SAME * span:
                return name, text, formula
        if np.abs(np.clip(s, low, high) - f).max() <= SAME * span:
            return "clamp", f"it clamped to [{low:.3g}, {high:.3g}]", lambda v: np.clip(v, low, high)
    slope = float(((s - s.mean()) * (f - f.mean())).sum() / max(float(((s - s.mean()) ** 2).sum()), 1e-300))
    shift = float(f.mean() - slope * s.mean())
    if np.abs(slope * s + shift - f).max() <= SAME * span:
        return "affine", f"{slope:.3g} times it, shifted by {shift:.3g}", lambda v: slope * v + shift
    return "", "another function of each of its values", lambda v: np.interp(v, s, f)
