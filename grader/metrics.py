"""Measures of images, paths and codes: numbers that reports show and calibrated checks compare."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

# What a submission returns may be anything that float32 holds, and NaN. IEEE's rules say what follows: what overflows is
# infinite, 0 / 0 is NaN, and no comparison with NaN holds, so that no tolerance admits one. Everything that calculates with
# such numbers runs under them, silently; linear algebra and logarithms of ``math``, which raise, are asked finite numbers only.
ieee = np.errstate(all="ignore")


def step_lengths(frames: np.ndarray) -> np.ndarray:
    """L2 distance between neighbouring frames of ``[k, …]``: ``[k - 1]``."""
    flat = frames.reshape(len(frames), -1).astype(np.float64)
    return np.linalg.norm(np.diff(flat, axis=0), axis=1)


def _chord(flat: np.ndarray) -> float:
    return float(np.linalg.norm(flat[-1] - flat[0]))


def path_ratio(frames: np.ndarray) -> float:
    """Length of the path over its chord; 1 for a straight line in pixel space, nan if the ends coincide."""
    flat = frames.reshape(len(frames), -1).astype(np.float64)
    chord = _chord(flat)
    return float(step_lengths(frames).sum() / chord) if chord > 1e-9 else float("nan")


def roughness(frames: np.ndarray) -> float:
    """Sum of the norms of second differences over the chord; 0 for a straight line, nan without a chord."""
    flat = frames.reshape(len(frames), -1).astype(np.float64)
    chord = _chord(flat)
    bends = np.linalg.norm(flat[2:] - 2 * flat[1:-1] + flat[:-2], axis=1).sum()
    return float(bends / chord) if chord > 1e-9 else float("nan")


def sharpness(images: np.ndarray) -> float:
    """Mean absolute response of the 4-neighbour Laplacian inside ``[n, 28, 28]``."""
    a = images.reshape(-1, 28, 28).astype(np.float64)
    lap = 4 * a[:, 1:-1, 1:-1] - a[:, :-2, 1:-1] - a[:, 2:, 1:-1] - a[:, 1:-1, :-2] - a[:, 1:-1, 2:]
    return float(np.abs(lap).mean())


def active_units(mu: np.ndarray, threshold: float = 0.01) -> np.ndarray:
    """Which latent coordinates carry information: Var_x(E[z|x]) > 0.01 (Burda et al. 2016, section 5.2)."""
    return np.asarray(mu, np.float64).var(axis=0) > threshold


def kolmogorov_smirnov(values: np.ndarray, cdf: Callable[[np.ndarray], np.ndarray]) -> tuple[float, float]:
    """``(distance, p)`` of a sample from a distribution; p by Kolmogorov's limit, which is no smaller than the exact one
    for the few hundred values and more that are tested here, so false alarms are no more frequent than stated."""
    v = np.sort(np.asarray(values, np.float64).ravel())
    n, expected = len(v), cdf(v)
    steps = np.arange(n + 1) / n
    distance = float(max((steps[1:] - expected).max(), (expected - steps[:-1]).max()))
    return distance, float(special.kolmogorov(np.sqrt(n) * distance))


def resembles(got: np.ndarray, want: np.ndarray) -> bool:
    """Whether images ``got [k, …]`` are nearer, by 1 % or more, to their own counterparts in ``want`` than to others of them."""
    a, b = (v.reshape(len(v), -1).astype(np.float64) for v in (got, want))
    if a.shape != b.shape or len(a) < 2 or not np.isfinite(a).all():
        return False
    own, other = (np.linalg.norm(a - v, axis=1).mean() for v in (b, np.roll(b, len(b) // 2, axis=0)))
    return bool(own < 0.99 * other)


DEPENDENCE_SIGMAS = 7.0  # of a correlation that is the largest of 190 pairs or 2,048 lags: 5e-9 by chance


def dependence(values: np.ndarray) -> tuple[float, float, int]:
    """Largest correlation of two columns of ``values [n, D]``; that of all rows with the rows ``k`` further on; ``k``.

    For independent N(0, 1) they are of order ``1 / sqrt(n)`` and ``1 / sqrt(n D)``.
    """
    n, d = values.shape
    if n < 2:
        return 0.0, 0.0, 1
    columns = float(np.abs(np.corrcoef(values.T) - np.eye(d)).max()) if d > 1 else 0.0
    spectrum = np.abs(np.fft.rfft(values, axis=0)) ** 2
    lags = np.fft.irfft(spectrum.sum(1), n=n)[1 : n // 2 + 1] / values.size
    k = int(np.abs(lags).argmax())
    return columns, float(lags[k]), k + 1


def nearest_distance(images: np.ndarray, real: np.ndarray) -> float:
    """Mean over ``images`` of the L2 distance to the nearest of ``real``."""
    a = images.reshape(len(images), -1).astype(np.float64)
    b = real.reshape(len(real), -1).astype(np.float64)
    d2 = (a**2).sum(1)[:, None] - 2 * a @ b.T + (b**2).sum(1)[None]
    return float(np.sqrt(d2.min(1).clip(min=0.0)).mean())


def auroc(normal: np.ndarray, odd: np.ndarray) -> float:
    """Probability that an odd score exceeds a normal one, ties counted half."""
    known = np.sort(normal)
    below = np.searchsorted(known, odd, "left") + np.searchsorted(known, odd, "right")
    return float(below.mean() / (2 * len(known)))


ROUNDING = 1e-6  # relative: sixteen units in the last place of float32, in which features are observed


class RidgeClassifier:
    """One-hot ridge regression on standardised features: a linear probe in closed form, no randomness.

    Features that vary by no more than rounding are left out; all others count alike, however large or small they are.
    """

    def __init__(self, features: np.ndarray, labels: np.ndarray, *, ridge: float = 1e-2) -> None:
        x = features.reshape(len(features), -1).astype(np.float64)
        self._mean, spread = x.mean(0), x.std(0)
        self._scale = np.where(spread > ROUNDING * np.abs(self._mean), spread, np.inf)
        x = np.hstack([(x - self._mean) / self._scale, np.ones((len(x), 1))])
        self._classes = np.unique(labels)
        target = (labels[:, None] == self._classes[None]).astype(np.float64)
        gram = x.T @ x + ridge * len(x) * np.eye(x.shape[1])
        self._weights = np.linalg.solve(gram, x.T @ target)

    def accuracy(self, features: np.ndarray, labels: np.ndarray) -> float:
        """Share of rows whose label is the class of the largest response."""
        x = features.reshape(len(features), -1).astype(np.float64)
        x = np.hstack([(x - self._mean) / self._scale, np.ones((len(x), 1))])
        return float((self._classes[(x @ self._weights).argmax(1)] == labels).mean())


def cut_off(values: np.ndarray, p_value: float = 1e-9) -> float | None:
    """Where values that are normal within it are cut off or clamped; ``None`` where none need be.

    The largest size of n independent N(0, 1) numbers is below m with probability (1 - 2 Phi(-m))^n. That alone would also
    hold for noise of another scale or shape: inside the edge, the distribution has to be the normal's.
    """
    v = values.ravel().astype(np.float64)
    m = float(np.abs(v).max())
    if not 0.5 < m < 6.0 or len(v) * np.log1p(-2 * special.ndtr(-m)) > np.log(p_value):
        return None
    inside = v[np.abs(v) < m * (1 - 1e-6)]
    if len(inside) < 100:
        return None
    low, high = special.ndtr(-m), special.ndtr(m)
    p = kolmogorov_smirnov(inside, lambda x: np.clip((special.ndtr(x) - low) / (high - low), 0.0, 1.0))[1]
    return m if p > 1e-4 else None
