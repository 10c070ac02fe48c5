"""Which known mistake in a loss reproduces its numbers to rounding. Pure; nothing here decides a verdict.

A name is given only where its formula gives every number that was observed, at every batch size and latent dimension: a
wrong name is worse than none. Keys are those of ``diagnosis.CATALOGUE``.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from grader import convention, oracles
from grader.convention import Formula, KlFit, KlPoint, ReconPoint, Scale

# Rounding of float32 sums is 1e-6; what another processor may change is 1e-4 (docs/reproducibility.md).
EXACTLY = 5e-4


def _is(a: float, b: float, tolerance: float = 2e-3) -> bool:
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)


# --- the KL --------------------------------------------------------------------------------------------


def name_kl(fit: KlFit, points: Sequence[KlPoint] = ()) -> list[str]:
    """The mistakes that turn the closed form into what was observed; several may hold at once."""
    if fit.exact:
        return _kl_factor(fit.scale) if fit.scale is not None else []
    return _name_in_basis(fit) or _name_at_points(points)


def _name_in_basis(fit: KlFit) -> list[str]:
    """Mistakes that a sum of terms shows, up to the factors that reductions leave."""
    if fit.residual > 1e-4 or not fit.coefficients or fit.scale is None:
        return []
    units = [1.0, 784.0]
    if fit.scale.batch == 1:
        units += [n for v in fit.coefficients.values() if v and (n := convention.hard_coded(0.5 / abs(v)))]
    for unit in units:
        for overall in (1.0, 2.0, -1.0, 0.5, -2.0):
            named = _kl_terms({k: v * unit / overall for k, v in fit.coefficients.items()})
            if named is not None:
                return named + _kl_factor(Scale(overall, 0))
    return []


def _kl_factor(scale: Scale) -> list[str]:
    factor = scale.factor
    known: dict[float, list[str]] = {
        1.0: [],
        2.0: ["kl_missing_half"],
        0.5: ["kl_half_too_many"],
        -1.0: ["kl_sign_flipped"],
        -2.0: ["kl_sign_flipped", "kl_missing_half"],
        -0.5: ["kl_sign_flipped", "kl_half_too_many"],
    }
    for value, keys in known.items():
        if _is(factor, value):
            return keys
    if scale.latent == 0 and _is(factor * convention.LATENT_DIM, 1.0):
        return ["kl_latent_size_hard_coded"]
    return ["kl_extra_factor"]


# Terms of one mistake each, in the basis of ``convention``; the closed form is mu2 ½, var ½, one −½, logvar −½.
_FORMULAS: dict[str, dict[str, float]] = {
    "kl_variance_as_std": {"mu2": 0.5, "sigma": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_logvar_as_logstd": {"mu2": 0.5, "var2": 0.5, "one": -0.5, "logvar": -1.0},
    "kl_logvar_as_logstd ": {"mu2": 0.5, "var2": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_missing_exp": {"mu2": 0.5, "one": -0.5},
    "kl_missing_one": {"mu2": 0.5, "var": 0.5, "logvar": -0.5},
    "kl_one_sign": {"mu2": 0.5, "var": 0.5, "one": 0.5, "logvar": -0.5},
    "kl_missing_mu": {"var": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_mu_not_squared": {"mu": 0.5, "var": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_mu_not_squared ": {"absmu": 0.5, "var": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_missing_logvar": {"mu2": 0.5, "var": 0.5, "one": -0.5},
    "kl_missing_variance": {"mu2": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_term_sign": {"mu2": 0.5, "var": 0.5, "one": -0.5, "logvar": 0.5},
    "kl_term_sign ": {"mu2": -0.5, "var": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_term_sign  ": {"mu2": 0.5, "var": -0.5, "one": -0.5, "logvar": -0.5},
    "kl_reversed": {"mu2_invvar": 0.5, "invvar": 0.5, "one": -0.5, "logvar": 0.5},
    "kl_missing_one+kl_missing_exp": {"mu2": 0.5},
    "kl_missing_one+kl_variance_as_std": {"mu2": 0.5, "sigma": 0.5, "logvar": -0.5},
    "kl_missing_one+kl_logvar_as_logstd": {"mu2": 0.5, "var2": 0.5, "logvar": -1.0},
    "kl_variance_as_std ": {"mu2": 0.5, "sigma": 0.5, "one": -0.5, "logvar": -0.25},
    "kl_missing_mu+kl_missing_one": {"var": 0.5, "logvar": -0.5},
    "kl_missing_logvar+kl_missing_one": {"mu2": 0.5, "var": 0.5},
    "kl_mu_not_squared+kl_missing_one": {"mu": 0.5, "var": 0.5, "logvar": -0.5},
}


def _kl_terms(c: dict[str, float]) -> list[str] | None:
    for key, want in _FORMULAS.items():
        terms = {k for k, v in c.items() if abs(v) > 1e-3}
        if terms == set(want) and all(_is(c[k], v) for k, v in want.items()):
            return [k.strip() for k in key.split("+")]
    if _other_prior(c):
        return ["kl_other_prior"]
    # one term of the closed form with a factor of its own
    closed = {"mu2": 0.5, "var": 0.5, "one": -0.5, "logvar": -0.5}
    if set(c) == set(closed):
        off = [k for k, v in closed.items() if not _is(c[k], v)]
        halves = [k for k in off if _is(c[k], 2 * closed[k])]
        if off and halves == off:
            return ["kl_half_on_one_part"]
        if len(off) == 1:
            return ["kl_one_sign" if off == ["one"] else "kl_term_factor"]
    return None


def _other_prior(c: dict[str, float]) -> bool:
    """The closed form against N(m, s²): ½ ((mu − m)² / s² + exp(logvar) / s² − 1 − logvar + log s²)."""
    if not {"mu2", "var", "logvar"} <= set(c) <= {"mu2", "var", "one", "logvar", "mu"}:
        return False
    precision = 2 * c["mu2"]
    if not precision > 0 or not _is(c["var"], c["mu2"]) or not _is(c["logvar"], -0.5):
        return False
    mean = -c.get("mu", 0.0) / precision
    one = 0.5 * (mean**2 * precision - 1.0 - math.log(precision))
    return _is(c.get("one", 0.0), one) and (abs(precision - 1) > 0.01 or abs(mean) > 0.01)


Term = Callable[[np.ndarray], np.ndarray]


def _terms(mu: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    return 0.5 * (mu**2 + np.exp(logvar) - 1.0 - logvar)


def _log(v: np.ndarray) -> np.ndarray:
    return np.log(np.abs(v))


def _each(terms: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Formula:
    return lambda m, v: float(terms(m, v).sum(1).mean())


def _log_kl(log: Term, var: Term, m: np.ndarray, v: np.ndarray) -> np.ndarray:
    return 0.5 * (m**2 + var(v) - 1 - log(v))


def _clamped(lo: float, hi: float, m: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _terms(m, v.clip(lo, hi))


def _one_latent(j: int, m: np.ndarray, v: np.ndarray) -> float:
    return float(_terms(m, v)[:, min(j, m.shape[1] - 1)].mean())


def _formulas() -> Iterator[tuple[str, Formula]]:
    """Mistakes that no basis of terms holds, as means over the batch of sums over latent dimensions."""
    yield "kl_mu_logvar_exchanged", _each(lambda m, v: _terms(v, m))
    variances: tuple[Term, ...] = (np.exp, np.asarray, np.square, np.abs)
    # the logarithm of its absolute value, or that of its square
    for log, var in itertools.product((_log, lambda v: 2 * _log(v)), variances):
        yield "kl_log_of_logvar", _each(functools.partial(_log_kl, log, var))
    for j in (0, 1, 2, -1):
        yield "kl_one_latent_only", functools.partial(_one_latent, j)
    yield "kl_one_image_only", lambda m, v: float(_terms(m, v)[0].sum())
    yield "kl_one_image_only", lambda m, v: float(_terms(m, v)[-1].sum())
    for c in (1.0, 2.0, 3.0, 4.0, 5.0, 10.0):
        for lo, hi in ((-c, c), (-c, np.inf), (-np.inf, c)):
            yield "kl_logvar_clamped", _each(functools.partial(_clamped, lo, hi))
    yield "kl_root", lambda m, v: math.sqrt(_terms(m, v).sum(1).mean())
    yield "kl_root", lambda m, v: float(np.sqrt(_terms(m, v).sum(1)).mean())


def _name_at_points(points: Sequence[KlPoint]) -> list[str]:
    if not points or not np.isfinite([p.kl for p in points]).all():
        return []
    # at logvar = 0 the logarithm of logvar is what a small number beside it is
    apart = [p for p in points if np.abs(p.logvar).min() > 1e-2]
    plain = [oracles.kl_per_image(p.mu, p.logvar) for p in points]
    with np.errstate(all="ignore"):
        for key, formula in _formulas():
            used = apart if key == "kl_log_of_logvar" else points
            wanted = [formula(p.mu.astype(float), p.logvar.astype(float)) for p in used]
            if used is points and np.allclose(wanted, plain, rtol=1e-3):
                continue  # a clamp that these points do not reach
            scale, worst = convention.fit_formula(used, formula)
            if worst < EXACTLY and scale is not None:
                return [key, *_kl_factor(scale)]
    return _name_parts(points) or _name_threshold(points)


def _name_parts(points: Sequence[KlPoint]) -> list[str]:
    """Two parts of the closed form, each with a factor or a reduction of its own."""
    columns: tuple[Formula, ...] = (
        _each(lambda m, v: 0.5 * m**2),
        _each(lambda m, v: 0.5 * np.exp(v)),
        _each(lambda m, v: -0.5 * np.ones_like(v)),
        _each(lambda m, v: -0.5 * v),
    )
    shapes = {
        shape: (
            np.array([[f(p.mu.astype(float), p.logvar.astype(float)) for f in columns] for p in group]),
            np.array([p.kl for p in group]),
        )
        for shape, group in convention.by_shapes(points).items()
    }
    for count, only in ((1, (0, 1, 2, 3)), (2, (0,))):
        for first in itertools.combinations(range(4), count):
            if first[0] not in only:
                continue
            scales = _two_scales(shapes, first)
            if scales is not None and (key := _differ(*scales)):
                return [key]
    return []


def _two_scales(
    shapes: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]], first: tuple[int, ...]
) -> tuple[Scale, Scale] | None:
    rest = [i for i in range(4) if i not in first]
    found: tuple[dict[tuple[int, int], float], dict[tuple[int, int], float]] = ({}, {})
    for shape, (design, values) in shapes.items():
        two = np.stack([design[:, list(first)].sum(1), design[:, rest].sum(1)], 1)
        c, *_ = np.linalg.lstsq(two, values, rcond=None)
        if np.abs(two @ c - values).max() > EXACTLY * np.abs(two * c).sum(1).max() or not np.abs(c).min() > 1e-12:
            return None
        found[0][shape], found[1][shape] = float(c[0]), float(c[1])
    a, b = convention.scale_of(found[0]), convention.scale_of(found[1])
    return None if a is None or b is None else (a, b)


def _differ(a: Scale, b: Scale) -> str | None:
    same = (a.batch, a.latent, a.pixels, a.divisor) == (b.batch, b.latent, b.pixels, b.divisor)
    if same and any(
        _is(x.factor, 1.0) and _is(y.factor / x.factor, f) for x, y in ((a, b), (b, a)) for f in (2.0, 0.5)
    ):
        return "kl_half_on_one_part"
    return "kl_parts_reduced_differently" if not same and _is(a.factor, 1.0) and _is(b.factor, 1.0) else None


def _name_threshold(points: Sequence[KlPoint]) -> list[str]:
    """A constant added, free bits, a capacity or a cap: a known reduction of the closed form and one number, read at one point."""
    zero = next((p for p in points if not p.mu.any() and not p.logvar.any()), None)
    if zero is None:
        return []
    terms = [_terms(p.mu.astype(float), p.logvar.astype(float)) for p in points]
    values = np.array([p.kl for p in points])
    most = int(np.argmax([t.sum(1).mean() for t in terms]))
    for factor, batch, latent, pixels in itertools.product((1.0, 2.0, 0.5, -1.0), (0, 1), (0, -1), (0, -1)):
        scale = Scale(factor, batch, latent, pixels)
        c = np.array([scale.at(*t.shape) for t in terms])
        for key, wanted in _with_threshold(terms, c, scale.at(*zero.mu.shape), zero, values, most):
            size = np.abs(wanted) + np.abs(c) * convention.KL_FLOOR * np.array([t.shape[1] for t in terms])
            if (np.abs(values - wanted) <= EXACTLY * size).all():
                return [key, *_kl_factor(Scale(factor, 0))]
    return []


def _with_threshold(
    terms: Sequence[np.ndarray], c: np.ndarray, at_zero: float, zero: KlPoint, values: np.ndarray, most: int
) -> Iterator[tuple[str, np.ndarray]]:
    """Every formula with one number that is read at the prior, or at the largest KL, with what it gives at every point."""
    images = [t.sum(1) for t in terms]
    whole = c * np.array([i.mean() for i in images])
    sign = math.copysign(1.0, at_zero)
    if abs(zero.kl) > abs(at_zero) * 1e-4 * zero.mu.shape[1]:
        level, image = zero.kl, zero.kl / at_zero
        dimension = image / zero.mu.shape[1]
        yield "kl_constant_added", whole + level
        yield "kl_free_bits", sign * np.maximum(sign * whole, sign * level)
        yield "kl_capacity", sign * np.abs(whole - level)
        yield "kl_free_bits", c * np.array([np.maximum(i, image).mean() for i in images])
        yield "kl_capacity", c * np.array([np.abs(i - image).mean() for i in images])
        yield "kl_free_bits", c * np.array([np.maximum(t, dimension).sum(1).mean() for t in terms])
        yield "kl_free_bits", c * np.array([np.maximum(t.mean(0), dimension).sum() for t in terms])
        yield "kl_capacity", c * np.array([np.abs(t - dimension).sum(1).mean() for t in terms])
        return
    cut = whole[most] - values[most]
    yield "kl_capacity", sign * np.maximum(sign * (whole - cut), 0.0)
    yield "kl_capacity", c * np.array([np.maximum(i - cut / c[most], 0.0).mean() for i in images])
    yield "kl_capped", sign * np.minimum(sign * whole, sign * values[most])


# --- reconstruction --------------------------------------------------------------------------------------

Images = Callable[[np.ndarray, np.ndarray], float]  # x_hat and x, [B, 784] each, to a number


def _sigmoid(v: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-v))


def _bce(p: np.ndarray, y: np.ndarray) -> float:
    return oracles.recon_per_image("bce", p, y)


def _normaliser(a: np.ndarray) -> np.ndarray:
    """log C of the continuous Bernoulli (Loaiza-Ganem & Cunningham 2019): 2 artanh(1 − 2a) / (1 − 2a), 2 at a = ½."""
    u = 1.0 - 2.0 * a
    near = np.abs(u) < 1e-3
    safe = np.where(near, 0.5, u)
    return np.where(near, np.log(2.0 + 2.0 * u**2 / 3.0), np.log(2.0 * np.arctanh(safe) / safe))


def _huber(d: float, a: np.ndarray, x: np.ndarray) -> float:
    e = np.abs(a - x)
    return float(np.where(e < d, 0.5 * e**2 / d, e - 0.5 * d).sum(1).mean())


def _other(error: Images, k: int, a: np.ndarray, x: np.ndarray) -> float:
    return error(a, np.roll(x, k, 0))


def _all_others(error: Images, a: np.ndarray, x: np.ndarray) -> float:
    return float(np.mean([error(a, np.roll(x, k, 0)) for k in range(len(x))]))


def _cut(error: Images, threshold: float, a: np.ndarray, x: np.ndarray) -> float:
    return error(a, (x > threshold).astype(float))


def _recon_formulas() -> Iterator[tuple[str, str, Images]]:
    """``(key, variant, formula)``; of one variant any may fit."""
    yield "recon_against_itself", "", lambda a, x: _bce(a, a)
    yield "recon_against_itself", "", lambda a, x: _bce(x, x)
    yield "bce_swapped", "", lambda a, x: _bce(x, a)
    yield "bce_with_logits_on_probabilities", "", lambda a, x: _bce(_sigmoid(a), x)
    yield "bce_one_sided", "", lambda a, x: float(-(x * np.log(a)).sum(1).mean())
    yield "recon_continuous_bernoulli", "", lambda a, x: _bce(a, x) - float(_normaliser(a).sum(1).mean())
    yield "recon_root", "", lambda a, x: float(np.sqrt(((a - x) ** 2).mean()))
    yield "recon_root", "", lambda a, x: float(np.sqrt(((a - x) ** 2).sum()))
    yield "recon_root", "", lambda a, x: float(np.sqrt(((a - x) ** 2).sum(1)).mean())
    yield "recon_root", "", lambda a, x: float(np.sqrt(((a - x) ** 2).mean(1)).mean())
    yield "recon_difference_not_squared", "", lambda a, x: float((a - x).mean())
    yield "recon_difference_not_squared", "", lambda a, x: abs(float((a - x).mean()))
    for d in (0.01, 0.02, 0.05, 0.1, 0.2):
        yield "recon_huber", "", functools.partial(_huber, d)
    for family in oracles.FAMILIES:
        error: Images = functools.partial(oracles.recon_per_image, family)
        yield "recon_other_images", f"{family} pairs", functools.partial(_all_others, error)
        for k in (1, -1):
            yield "recon_other_images", f"{family} next", functools.partial(_other, error, k)
        for t in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
            yield "recon_target_rounded", family, functools.partial(_cut, error, t)


def name_recon(points: Sequence[ReconPoint]) -> list[str]:
    """The formula whose constant multiple reproduces a reconstruction loss that is of no allowed family."""
    values = np.array([p.value for p in points])
    if not len(values) or not np.isfinite(values).all():
        return []
    if np.ptp(values) <= 1e-7 * max(1.0, float(np.abs(values).max())):
        return ["recon_against_itself"] if np.abs(values).max() < 1e-9 else ["recon_constant"]
    batch = np.array([len(p.x) for p in points])
    double = [(p.x_hat.astype(np.float64), p.x.astype(np.float64)) for p in points]
    few = batch <= 9  # looked at first: some formulas pair all images of a batch
    spread: dict[tuple[str, str], float] = {}
    with np.errstate(all="ignore"):
        for key, variant, f in _recon_formulas():
            for at in (few, few | True):
                wanted = np.array([f(a, x) for (a, x), now in zip(double, at, strict=True) if now])
                relative = _spread(values[at], wanted, batch[at])
                if not relative < 2e-3:
                    break
            else:
                spread[key, variant] = min(spread.get((key, variant), math.inf), relative)
    best = min(spread.values(), default=math.inf)
    # formulas that agree to first order fit nearly as well: only those as good as the best are told
    named = [k for (k, _), v in spread.items() if v < 2e-3 and v <= max(10 * best, 1e-5)]
    return list(dict.fromkeys(named)) or name_mixture(points)


def _spread(values: np.ndarray, wanted: np.ndarray, batch: np.ndarray) -> float:
    """How far ``values`` are from one multiple of ``wanted``, or of it times the batch size."""
    least = math.inf
    for p in (0, 1):
        r = values / wanted / batch**p
        if r.size and np.isfinite(r).all():
            least = min(least, float(np.ptp(r)) / max(abs(float(np.median(r))), 1e-12))
    return least


def name_mixture(points: Sequence[ReconPoint]) -> list[str]:
    """Sums of two known terms, and functions of the squared error."""
    values = np.array([p.value for p in points])
    if not len(values) or not np.isfinite(values).all():
        return []
    batch = np.array([len(p.x) for p in points])
    images = [(p.x_hat.astype(np.float64), p.x.astype(np.float64)) for p in points]
    columns: dict[str, np.ndarray] = {
        "light": np.array([-(x * np.log(a)).sum(1).mean() for a, x in images]),
        "dark": np.array([-((1 - x) * np.log(1 - a)).sum(1).mean() for a, x in images]),
        "half": np.array([_bce(a, np.full_like(a, 0.5)) for a, _ in images]),
        "log of all": np.array([np.log(((a - x) ** 2).mean()) for a, x in images]),
        "log of each": np.array([np.log(((a - x) ** 2).mean(1)).mean() for a, x in images]),
        "one": np.ones(len(values)),
    } | {f: np.array([oracles.recon_per_image(f, a, x) for a, x in images]) for f in oracles.FAMILIES}
    for key, names in (
        ("bce_weighted", ("light", "dark")),
        ("recon_target_smoothed", ("bce", "half")),
        ("recon_sigma_learned", ("log of all", "one")),
        ("recon_sigma_learned", ("log of each", "one")),
        ("recon_two_errors", ("bce", "squared")),
        ("recon_two_errors", ("bce", "absolute")),
        ("recon_two_errors", ("squared", "absolute")),
    ):
        design = np.stack([columns[n] for n in names], 1)
        for p in (0, 1):
            y = values / batch**p
            c, *_ = np.linalg.lstsq(design, y, rcond=None)
            residual = float(np.abs(design @ c - y).max())
            matter = np.abs(c) * np.ptp(design, axis=0) > 0.01 * np.ptp(y)
            if key == "bce_weighted" and _is(float(c[0]), float(c[1]), 0.01):
                continue  # the cross-entropy itself
            if residual < EXACTLY * float(np.ptp(y)) and (matter | (np.array(names) == "one")).all() and c[0] > 0:
                return [key]
    return []


def name_gaussian(points: Sequence[ReconPoint], family: str) -> list[str]:
    """A squared or absolute error with a factor: the likelihood of a Gaussian or Laplace whose scale is fixed and not 1.

    Told by its normaliser: 784 (½ log σ² [+ ½ log 2π]), or 784 log 2b, for the σ or b that the factor means.
    """
    if family not in ("squared", "absolute") or not points:
        return []
    error = np.array([oracles.recon_per_image(family, p.x_hat, p.x) for p in points])
    batch = np.array([len(p.x) for p in points])
    for p in (0, 1):
        y = np.array([q.value for q in points]) / batch**p
        if not np.isfinite(y).all():
            return []
        (slope, shift), *_ = np.linalg.lstsq(np.stack([error, np.ones_like(error)], 1), y, rcond=None)
        if not slope > 0 or np.abs(slope * error + shift - y).max() > EXACTLY * np.abs(y).max():
            continue
        for c in (1.0, 1 / 784):
            if family == "squared":
                variance = c / (2 * slope)
                known = [0.5 * math.log(variance), 0.5 * math.log(2 * math.pi * variance)]
            else:
                variance = c / slope
                known = [math.log(2 * variance), math.log(variance)]
            if abs(variance - 1) > 0.01 and any(
                abs(shift - c * 784 * k) < 2e-3 * max(abs(shift), float(np.ptp(y))) for k in known
            ):
                return ["recon_sigma_fixed"]
    return []
