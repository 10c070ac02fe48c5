"""Recovers a submission's loss convention from its numbers: likelihood, reductions, formula of the KL.

Everything here is a fit of observed losses at known inputs, so a submission is free to choose any
consistent reduction and any of three likelihoods, and is never asked for one golden number. The fits are
also what diagnosis reads: a KL that is not the closed form is written in a basis of the terms that occur
in the ways people get it wrong, and the coefficients name the mistake.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader import oracles
from grader.model import Convention

PIXELS = oracles.PIXELS
# float32 sums over 784 pixels or 20 codes agree with float64 to about 1e-6; students may put epsilons up
# to about 1e-4 inside logs, which moves a mean BCE at x_hat in [0.2, 0.8] by less than 1e-3.
KL_TOLERANCE = 1e-3
RECON_TOLERANCE = 4e-3
EXPONENT_TOLERANCE = 0.02


@dataclass(frozen=True)
class Scale:
    """``c = factor * B**batch * D**latent * 784**pixels`` multiplies the canonical quantity."""

    factor: float
    batch: float  # 1 for a sum, 0 for a mean
    latent: int = 0
    pixels: int = 0

    def at(self, batch: int, latent_dim: int) -> float:
        return self.factor * batch**self.batch * latent_dim**self.latent * PIXELS**self.pixels

    def describe(self) -> str:
        parts: dict[float, str] = {0: "mean", 1: "sum"}
        batch = f"{parts.get(self.batch) or f'B^{self.batch:g} ×'} over the batch"
        if self.pixels == -1 and self.latent == 0:
            return f"sum over latent dimensions divided by 784, {batch}"
        latent = {0: "sum over latent dimensions", -1: "mean over latent dimensions"}
        return f"{latent.get(self.latent, f'D^{self.latent} ×')}, {batch}"

    def describe_pixels(self) -> str:
        parts: dict[float, str] = {0: "mean", 1: "sum"}
        batch = f"{parts.get(self.batch) or f'B^{self.batch:g} ×'} over the batch"
        half = "½ · " if math.isclose(self.factor, 0.5, rel_tol=RECON_TOLERANCE) else ""
        return f"{half}{'mean' if self.pixels == -1 else 'sum'} over pixels, {batch}"


@dataclass(frozen=True)
class KlPoint:
    """``vae_loss``'s ``kl`` at one pair of inputs ``[B, D]``."""

    mu: np.ndarray
    logvar: np.ndarray
    kl: float


@dataclass(frozen=True)
class KlFit:
    """``exact``: the KL is a factor times the closed form; ``scale`` its factoring, if it has one.

    ``coefficients`` are those of mu², exp(logvar), 1 and logvar (and of terms that do not belong), divided
    by the reductions, so that the closed form reads ½, ½, −½, −½.
    """

    exact: bool
    scale: Scale | None
    worst: float  # largest relative deviation from the best multiple of the closed form
    coefficients: Mapping[str, float] = field(default_factory=dict)
    residual: float = math.inf  # of the fit in the basis, relative


def _integer(value: float) -> int | None:
    nearest = round(value)
    return nearest if abs(value - nearest) < EXPONENT_TOLERANCE and abs(nearest) <= 3 else None


def _batch_exponent(ratios: Mapping[int, float]) -> float | None:
    """The k with ``ratio ∝ n**k`` for all n, an integer or not, or ``None`` where it is no power."""
    whole = _exponent(ratios)
    if whole is not None:
        return float(whole)
    ns = sorted(ratios)
    values = [ratios[n] / ratios[ns[0]] if ratios[ns[0]] else math.nan for n in ns[1:]]
    if not all(math.isfinite(v) and v > 0 for v in values):
        return None
    powers = [math.log(v) / math.log(n / ns[0]) for v, n in zip(values, ns[1:], strict=True)]
    return round(powers[0], 3) if max(powers) - min(powers) < EXPONENT_TOLERANCE else None


def _exponent(ratios: Mapping[int, float]) -> int | None:
    """The integer k with ``ratio ∝ n**k`` for all n, or ``None``."""
    ns = sorted(ratios)
    base = ns[0]
    found = set()
    if not math.isfinite(ratios[base]) or ratios[base] == 0:
        return None
    for n in ns[1:]:
        q = ratios[n] / ratios[base]
        if not math.isfinite(q) or q <= 0:
            return None
        found.add(_integer(math.log(q) / math.log(n / base)))
    return found.pop() if len(found) == 1 else None


def _multiple(values: np.ndarray, canonical: np.ndarray) -> tuple[float, float]:
    """Best factor c with values ≈ c · canonical, and the largest deviation relative to c · canonical."""
    if not np.isfinite(values).all():
        return math.nan, math.inf
    if not np.abs(canonical).min() > 0:
        return math.nan, math.inf
    c = float(np.median(values / canonical))
    if abs(c) < 1e-12:
        return 0.0, math.inf
    scale = np.maximum(np.abs(c * canonical), 1e-12)
    return c, float((np.abs(values - c * canonical) / scale).max())


# Families of formulas per element; each list is one linear basis with independent columns.
_TERMS = {
    "mu2": lambda m, v: m**2,
    "var": lambda m, v: np.exp(v),
    "one": lambda m, v: np.ones_like(m),
    "logvar": lambda m, v: v,
    "sigma": lambda m, v: np.exp(v / 2),
    "var2": lambda m, v: np.exp(2 * v),
    "mu": lambda m, v: m,
    "logvar2": lambda m, v: v**2,
    "absmu": lambda m, v: np.abs(m),
    "invvar": lambda m, v: np.exp(-v),
    "mu2_invvar": lambda m, v: m**2 * np.exp(-v),
}


def fit_kl(points: Sequence[KlPoint]) -> KlFit:
    """Fit the KL over several ``(B, D)``; needs ≥ 14 points at one of them for the basis."""
    by_shape: dict[tuple[int, int], list[KlPoint]] = {}
    for p in points:
        by_shape.setdefault((p.mu.shape[0], p.mu.shape[1]), []).append(p)
    factors: dict[tuple[int, int], float] = {}
    worst = 0.0
    for shape, group in by_shape.items():
        values = np.array([p.kl for p in group])
        canonical = np.array([oracles.kl_per_image(p.mu, p.logvar) for p in group])
        c, deviation = _multiple(values, canonical)
        factors[shape] = c
        worst = max(worst, deviation)
    exact = worst < KL_TOLERANCE
    if exact:
        return KlFit(True, _factor(factors), worst)
    scale, coefficients, residual = _basis_fit(by_shape)
    return KlFit(False, scale, worst, coefficients, residual)


def _factor(factors: Mapping[tuple[int, int], float]) -> Scale | None:
    shapes = sorted(factors)
    sign = math.copysign(1.0, factors[shapes[0]])
    by_batch: dict[int, float] = {}
    by_latent: dict[int, float] = {}
    common_d = max({d for _, d in shapes}, key=lambda d: sum(s[1] == d for s in shapes))
    common_b = max({b for b, _ in shapes}, key=lambda b: sum(s[0] == b for s in shapes))
    for (b, d), c in factors.items():
        if d == common_d:
            by_batch[b] = c * sign
        if b == common_b:
            by_latent[d] = c * sign
    batch, latent = _batch_exponent(by_batch), _exponent(by_latent)
    if batch is None or latent is None:
        return None
    b, d = common_b, common_d
    return _with_pixels(factors[b, d] / (b**batch * d**latent), batch, latent)


def _with_pixels(rest: float, batch: float, latent: int) -> Scale:
    """Split ``rest`` into 784**r and a plain factor, preferring the plain factor closest to 1."""
    r = min((0, -1, 1), key=lambda k: abs(math.log(abs(rest) / PIXELS**k)) if rest else 0.0)
    return Scale(rest / PIXELS**r, batch, latent, r)


def _basis_fit(by_shape: Mapping[tuple[int, int], Sequence[KlPoint]]) -> tuple[Scale | None, dict[str, float], float]:
    shape = max(by_shape, key=lambda s: len(by_shape[s]))
    group = by_shape[shape]
    values = np.array([p.kl for p in group])
    if not np.isfinite(values).all() or len(group) < len(_TERMS) + 2:
        return None, {}, math.inf

    def design(points: Sequence[KlPoint]) -> np.ndarray:
        return np.array(
            [[t(p.mu.astype(float), p.logvar.astype(float)).sum(1).mean() for t in _TERMS.values()] for p in points]
        )

    a = design(group)
    coefficients = _sparse_lstsq(a, values)
    size = max(float(np.abs(values).max()), 1e-12)
    residual = float(np.abs(a @ coefficients - values).max()) / size
    # the same coefficients must hold at the other shapes up to that shape's reduction
    factors = {shape: 1.0}
    for other, points in by_shape.items():
        if other == shape or residual > KL_TOLERANCE:
            continue
        predicted = design(points) @ coefficients
        c, deviation = _multiple(np.array([p.kl for p in points]), predicted)
        if deviation > 5e-3 or c == 0 or not math.isfinite(c):
            return None, dict(zip(_TERMS, coefficients.tolist(), strict=True)), residual
        factors[other] = c
    scale = _factor(factors) if len(factors) == len(by_shape) else None
    if scale is not None:
        coefficients = coefficients * _unit(shape, scale)
    named = {k: float(v) for k, v in zip(_TERMS, coefficients, strict=True) if abs(v) > 1e-4}
    return scale, named, residual


def _unit(shape: tuple[int, int], scale: Scale) -> float:
    """Multiplier that turns coefficients fitted at ``shape`` into canonical (mean over B, sum over D) ones."""
    b, d = shape
    return 1.0 / (b**scale.batch * d**scale.latent)


def _sparse_lstsq(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares on as few columns as reproduce ``y``: the simplest formula that fits is reported."""
    import itertools

    norm = np.linalg.norm(a, axis=0)
    scaled = a / norm
    size = max(float(np.abs(y).max()), 1e-12)
    best = np.zeros(a.shape[1])
    for k in range(1, 6):
        winner, least = None, 2e-5 * size
        for columns in itertools.combinations(range(a.shape[1]), k):
            sub = scaled[:, columns]
            c, *_ = np.linalg.lstsq(sub, y, rcond=None)
            r = float(np.abs(sub @ c - y).max())
            if r < least:
                winner, least = (columns, c), r
        if winner is not None:
            best[list(winner[0])] = winner[1] / norm[list(winner[0])]
            return best
    c, *_ = np.linalg.lstsq(scaled, y, rcond=None)
    return c / norm


@dataclass(frozen=True)
class ReconPoint:
    """A reconstruction loss at one pair of images ``[B, 784]``."""

    x_hat: np.ndarray
    x: np.ndarray
    value: float


@dataclass(frozen=True)
class ReconFit:
    """``family`` is the likelihood whose multiple the loss is, ``None`` where none fits."""

    family: str | None
    scale: Scale | None
    deviations: Mapping[str, float] = field(default_factory=dict)


def fit_recon(points: Sequence[ReconPoint]) -> ReconFit:
    """Which of three likelihoods reproduces the loss at points of several batch sizes, and its scale.

    A constant may be added (the normaliser of a Gaussian likelihood, say): it pulls on nothing.
    """
    by_batch: dict[int, list[ReconPoint]] = {}
    for p in points:
        by_batch.setdefault(len(p.x), []).append(p)
    best: dict[str, tuple[float, dict[int, float], bool]] = {}
    for family in oracles.FAMILIES:
        plain = _family_fit(family, by_batch, offset=False)
        shifted = _family_fit(family, by_batch, offset=True)
        use_offset = shifted[0] < RECON_TOLERANCE / 10 and not (
            plain[0] < RECON_TOLERANCE and _allowed(family, plain[1])
        )
        best[family] = (*(shifted if use_offset else plain), use_offset)
    deviations = {f: b[0] for f, b in best.items()}
    family = min(deviations, key=lambda f: deviations[f])
    if not deviations[family] < RECON_TOLERANCE:
        return ReconFit(None, None, deviations)
    factors = best[family][1]
    sign = math.copysign(1.0, next(iter(factors.values())))
    batch = _batch_exponent({b: c * sign for b, c in factors.items()})
    if batch is None:
        return ReconFit(family, None, deviations)
    b = min(factors)
    return ReconFit(family, _with_pixels(factors[b] / b**batch, batch, 0), deviations)


def _allowed(family: str, factors: Mapping[int, float]) -> bool:
    """Whether the factor at one batch size is a reduction's, up to the sum or mean over the batch."""
    b = min(factors)
    tries = (factors[b] / b**p for p in (0, 1))
    return any(r > 0 and allowed_recon_factor(family, _with_pixels(r, 0, 0).factor) for r in tries)


def _family_fit(
    family: str, by_batch: Mapping[int, Sequence[ReconPoint]], *, offset: bool
) -> tuple[float, dict[int, float]]:
    """``(largest relative deviation, factor by batch size)``; with ``offset`` relative to the values' range."""
    worst = 0.0
    factors: dict[int, float] = {}
    for b, group in by_batch.items():
        values = np.array([p.value for p in group])
        canonical = np.array([oracles.recon_per_image(family, p.x_hat, p.x) for p in group])
        if not offset:
            factors[b], deviation = _multiple(values, canonical)
        else:
            if not np.isfinite(values).all() or np.ptp(canonical) == 0:
                return math.inf, {}
            design = np.stack([canonical, np.ones_like(canonical)], 1)
            (slope, shift), *_ = np.linalg.lstsq(design, values, rcond=None)
            if np.ptp(values) < 1e-6 * max(1e-12, float(np.abs(values).max())):
                return math.inf, {}
            factors[b] = float(slope)
            residual = np.abs(slope * canonical + shift - values).max()
            deviation = float(residual / max(abs(slope) * np.ptp(canonical), 1e-12))
        worst = max(worst, deviation)
    return worst, factors


def allowed_recon_factor(family: str, factor: float) -> bool:
    """1, and for squared error ½ too."""
    close = math.isclose(factor, 1.0, rel_tol=RECON_TOLERANCE)
    return close or (family == "squared" and math.isclose(factor, 0.5, rel_tol=RECON_TOLERANCE))


def beta_c_per_beta(recon: Scale, kl: Scale, batch: int, latent_dim: int) -> float:
    """Canonical weight of the KL for a student's beta of 1, at one batch size and latent dimension."""
    return kl.at(batch, latent_dim) / recon.at(batch, latent_dim)


def convention(recon: ReconFit, kl: KlFit, batch: int, latent_dim: int) -> Convention | None:
    """The convention as a grade tells it; ``None`` where the losses are not of the allowed forms."""
    if recon.family is None or recon.scale is None or kl.scale is None or not kl.exact:
        return None
    if not kl.scale.factor > 0 or not recon.scale.factor > 0:
        return None
    return Convention(
        likelihood=recon.family,
        recon_reduction=recon.scale.describe_pixels(),
        kl_reduction=kl.scale.describe(),
        beta_c_per_beta=beta_c_per_beta(recon.scale, kl.scale, batch, latent_dim),
    )
