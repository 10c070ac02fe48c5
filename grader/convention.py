"""Recovers a submission's loss convention from its numbers: likelihood, reductions, formula of the KL.

Everything here is a fit of observed losses at known inputs, so a submission is free to choose any
consistent reduction and any of three likelihoods, and is never asked for one golden number. The fits are
also what diagnosis reads: a KL that is not the closed form is written in a basis of the terms that occur
in the ways people get it wrong, and the coefficients name the mistake.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader import oracles
from grader.model import Convention

PIXELS = oracles.PIXELS
LATENT_DIM = 20  # the largest that is asked: a divisor of this size is the latent dimension's, not the batch's
Formula = Callable[[np.ndarray, np.ndarray], float]  # [B, D] and [B, D] to a number
# float32 sums over 784 pixels or 20 codes agree with float64 to about 1e-6; students may put epsilons up
# to about 1e-4 inside logs, which moves a mean BCE at x_hat in [0.2, 0.8] by less than 1e-3.
KL_TOLERANCE = 1e-3
RECON_TOLERANCE = 4e-3
EXPONENT_TOLERANCE = 0.02
OTHER_MACHINES = 1e-4  # relative: what another processor or release may move a value by (docs/reproducibility.md)
# Factors that stand beside a reduction: none, the half of a squared error, a half forgotten. Only beside one of these is
# a power of 784 told; any other number is told as the number it is.
PLAIN_FACTORS = (1.0, 0.5, 2.0)
# Batch sizes that people write into a loss are 16 and more; smaller divisors are factors (0.1 is 1/10).
LEAST_DIVISOR, LARGEST_DIVISOR = 16, 1000


@dataclass(frozen=True)
class Scale:
    """``c = factor * B**batch * D**latent * 784**pixels / divisor`` multiplies the canonical quantity.

    ``divisor`` is a number that stands where the batch size belongs; 1 where none does.
    """

    factor: float
    batch: float  # 1 for a sum, 0 for a mean
    latent: int = 0
    pixels: int = 0
    divisor: int = 1

    def at(self, batch: int, latent_dim: int) -> float:
        reductions = batch**self.batch * latent_dim**self.latent * PIXELS**self.pixels
        return self.factor * reductions / self.divisor

    def _over_batch(self) -> str:
        parts: dict[float, str] = {0: "mean", 1: "sum"}
        batch = f"{parts.get(self.batch) or f'B^{self.batch:g} ×'} over the batch"
        return batch if self.divisor == 1 else f"{batch} divided by {self.divisor}"

    def describe(self) -> str:
        batch = self._over_batch()
        if self.pixels == -1 and self.latent == 0:
            return f"sum over latent dimensions divided by 784, {batch}"
        latent = {0: "sum over latent dimensions", -1: "mean over latent dimensions"}
        return f"{latent.get(self.latent, f'D^{self.latent} ×')}, {batch}"

    def describe_pixels(self) -> str:
        batch = self._over_batch()
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


def multiple(values: np.ndarray, canonical: np.ndarray, floor: float = 0.0) -> tuple[float, float]:
    """Best factor c with values ≈ c · canonical, and the largest deviation relative to c · (canonical + ``floor``).

    c comes from points where ``canonical`` is larger than ``floor``, or near its largest.
    """
    if not np.isfinite(values).all() or not np.isfinite(canonical).all() or not np.abs(canonical).max() > 0:
        return math.nan, math.inf
    large = np.abs(canonical) > min(floor, 0.5 * float(np.abs(canonical).max()))
    c = float(np.median(values[large] / canonical[large]))
    if abs(c) < 1e-12:
        return 0.0, math.inf
    scale = np.maximum(np.abs(c) * (np.abs(canonical) + floor), 1e-300)
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


# Nats per latent dimension that are granted beside the relative tolerance, times KL_TOLERANCE: near the prior, where the
# KL vanishes, an epsilon of 1e-4 inside a logarithm moves each dimension by up to 1e-4 nats, and float32 by 1e-7.
KL_FLOOR = 0.1


def by_shapes(points: Sequence[KlPoint]) -> dict[tuple[int, int], list[KlPoint]]:
    out: dict[tuple[int, int], list[KlPoint]] = {}
    for p in points:
        out.setdefault((p.mu.shape[0], p.mu.shape[1]), []).append(p)
    return out


def fit_kl(points: Sequence[KlPoint]) -> KlFit:
    """Fit the KL over several ``(B, D)``; needs ≥ 14 points at one of them for the basis."""
    scale, worst = fit_formula(points, oracles.kl_per_image)
    if worst < KL_TOLERANCE:
        return KlFit(True, scale, worst)
    scale, coefficients, residual = _basis_fit(by_shapes(points))
    return KlFit(False, scale, worst, coefficients, residual)


def fit_formula(points: Sequence[KlPoint], formula: Formula) -> tuple[Scale | None, float]:
    """The scale whose multiple of ``formula(mu, logvar)`` the values are, and the largest relative deviation."""
    factors: dict[tuple[int, int], float] = {}
    worst = 0.0
    for shape, group in by_shapes(points).items():
        values = np.array([p.kl for p in group])
        wanted = np.array([formula(p.mu.astype(float), p.logvar.astype(float)) for p in group])
        factors[shape], deviation = multiple(values, wanted, KL_FLOOR * shape[1])
        worst = max(worst, deviation)
    return (scale_of(factors) if factors and worst < math.inf else None), worst


def scale_of(factors: Mapping[tuple[int, int], float]) -> Scale | None:
    """Factors a constant by ``(B, D)`` into powers of both and of 784; ``None`` where it is no product of powers."""
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
    b, d = (common_b, common_d) if (common_b, common_d) in factors else shapes[0]
    return _with_pixels(factors[b, d] / (b**batch * d**latent), batch, latent)


def _with_pixels(rest: float, batch: float, latent: int) -> Scale:
    """Split ``rest`` into a power of 784, a number in the batch size's place, and what is left over."""
    for r in (0, -1, 1):
        factor = rest / PIXELS**r
        if any(math.isclose(abs(factor), plain, rel_tol=RECON_TOLERANCE) for plain in PLAIN_FACTORS):
            return Scale(factor, batch, latent, r)
    for r in (0, -1):
        if batch == 1 and rest and (n := hard_coded(abs(PIXELS**r / rest))):
            return Scale(math.copysign(1.0, rest), batch, latent, r, n)
    return Scale(rest, batch, latent)


def hard_coded(value: float) -> int | None:
    """The batch size that ``value`` may be, ``None`` if it is no such number.

    Values are known to 1e-4 (docs/reproducibility.md), so that above 1,000 nearly every number is near a whole one.
    """
    if not math.isfinite(value):
        return None
    n = round(value)
    if not LEAST_DIVISOR <= n <= LARGEST_DIVISOR or n == LATENT_DIM:
        return None
    return n if abs(value - n) < 0.01 + 5e-4 * n else None


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
        c, deviation = multiple(np.array([p.kl for p in points]), predicted)
        if deviation > 5e-3 or c == 0 or not math.isfinite(c):
            return None, dict(zip(_TERMS, coefficients.tolist(), strict=True)), residual
        factors[other] = c
    found = scale_of(factors) if len(factors) == len(by_shape) else None
    # what multiplies a wrong formula is in its coefficients: only the exponents mean anything
    scale = None if found is None else Scale(1.0, found.batch, found.latent)
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
    """Whether the factor at one batch size is a reduction's, up to the sum or mean over the batch, or over a number."""
    b = min(factors)
    tries = ((factors[b] / b**p, p) for p in (0, 1))
    return any(r > 0 and allowed_recon_factor(family, _with_pixels(r, p, 0).factor) for r, p in tries)


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
            factors[b], deviation = multiple(values, canonical)
        else:
            if not np.isfinite(values).all() or np.ptp(canonical) == 0:
                return math.inf, {}
            design = np.stack([canonical, np.ones_like(canonical)], 1)
            (slope, shift), *_ = np.linalg.lstsq(design, values, rcond=None)
            if np.ptp(values) < 1e-6 * max(1e-12, float(np.abs(values).max())):
                return math.inf, {}
            factors[b] = float(slope)
            residual, reach = (
                float(np.abs(slope * canonical + shift - values).max()),
                abs(slope) * float(np.ptp(canonical)),
            )
            # where a constant makes up most of a value, what OTHER_MACHINES may do to it must not hide the rest
            size = float(np.abs(values).max())
            granted = 2 * OTHER_MACHINES * size if abs(shift) > 0.5 * size else 0.0
            if reach < 10 * granted:  # or anything would fit
                granted = 0.0
            deviation = max(residual - granted, 0.0) / max(reach, 1e-12)
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
