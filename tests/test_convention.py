"""Fitting losses: every allowed convention is recovered, every formula bug is named, nothing honest ever is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader import convention, diagnosis, formulas, oracles
from grader.convention import KlFit, KlPoint, ReconFit, ReconPoint, Scale

SHAPES = ((4, 3), (4, 2), (4, 20), (4, 7), (1, 20), (9, 20), (9, 3), (128, 20))
Terms = Callable[[np.ndarray, np.ndarray], np.ndarray]  # [B, D] and [B, D] to [B, D]


@lru_cache(maxsize=4)
def inputs(seed: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    rng = np.random.default_rng([seed, 60])
    out = []
    for i, (b, d) in enumerate(SHAPES):
        for _ in range(20 if i == 0 else 3):
            mu = rng.normal(0, 1.2, (b, d)) + rng.normal(0, 0.7)
            logvar = rng.uniform(-2.5, 2.0, (b, d)) + rng.uniform(-0.5, 0.5)
            out.append((mu.astype(np.float32), logvar.astype(np.float32)))
    return tuple(out)


def kl_points(terms: Terms, scale: Callable[[int, int], float], seed: int = 0, noise: float = 0.0) -> list[KlPoint]:
    """A loss that multiplies the mean over B of the sum over D of ``terms`` by ``scale(B, D)``, in float32."""
    rng = np.random.default_rng(seed)
    out = []
    for mu, logvar in inputs(seed):
        value = terms(mu.astype(np.float64), logvar.astype(np.float64)).sum(1).mean() * scale(*mu.shape)
        out.append(KlPoint(mu, logvar, float(np.float32(value * (1 + noise * rng.uniform(-1, 1))))))
    return out


def closed(mu: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    return oracles.kl_terms(mu, logvar)


# How people reduce: (name, factor on the canonical mean-over-B sum-over-D, exponents of B, D and 784)
KL_REDUCTIONS: dict[str, tuple[Callable[[int, int], float], tuple[float, int, int]]] = {
    "mean B, sum D": (lambda b, d: 1.0, (0, 0, 0)),
    "sum B, sum D": (lambda b, d: b, (1, 0, 0)),
    "mean B, mean D": (lambda b, d: 1 / d, (0, -1, 0)),
    "sum B, mean D": (lambda b, d: b / d, (1, -1, 0)),
    "mean B, sum D, over pixels": (lambda b, d: 1 / 784, (0, 0, -1)),
    "sum B, sum D, over pixels": (lambda b, d: b / 784, (1, 0, -1)),
    "mean B, mean D, over pixels": (lambda b, d: 1 / (784 * d), (0, -1, -1)),
}
NOISE = st.sampled_from([0.0, 1e-6, 1e-5])  # rounding of float32 sums in whatever order
SEEDS = st.integers(0, 3)


@given(st.sampled_from(sorted(KL_REDUCTIONS)), SEEDS, NOISE)
def test_every_kl_reduction_is_recovered_and_none_is_called_a_bug(name: str, seed: int, noise: float) -> None:
    scale, (batch, latent, pixels) = KL_REDUCTIONS[name]
    fit = convention.fit_kl(kl_points(closed, scale, seed, noise))
    assert fit.exact and fit.scale is not None and fit.worst < 1e-4
    assert (fit.scale.batch, fit.scale.latent, fit.scale.pixels) == (batch, latent, pixels)
    assert fit.scale.factor == pytest.approx(1.0, rel=1e-4)
    assert formulas.name_kl(fit) == []
    for b, d in ((128, 20), (7, 5)):
        assert fit.scale.at(b, d) == pytest.approx(scale(b, d), rel=1e-4)


# Mistakes in the formula, by the key that has to name them.
KL_BUGS: dict[str, Terms] = {
    "kl_missing_exp": lambda m, v: 0.5 * (m**2 + v - 1 - v),
    "kl_variance_as_std": lambda m, v: 0.5 * (m**2 + np.exp(v / 2) - 1 - v),
    "kl_logvar_as_logstd": lambda m, v: 0.5 * (m**2 + np.exp(2 * v) - 1 - 2 * v),
    "kl_missing_one": lambda m, v: 0.5 * (m**2 + np.exp(v) - v),
    "kl_missing_mu": lambda m, v: 0.5 * (np.exp(v) - 1 - v),
    "kl_mu_not_squared": lambda m, v: 0.5 * (m + np.exp(v) - 1 - v),
    "kl_missing_logvar": lambda m, v: 0.5 * (m**2 + np.exp(v) - 1),
    "kl_missing_variance": lambda m, v: 0.5 * (m**2 - 1 - v),
    "kl_reversed": lambda m, v: 0.5 * ((m**2 + 1) * np.exp(-v) - 1 + v),
    "kl_one_sign": lambda m, v: 0.5 * (m**2 + np.exp(v) + 1 - v),
    "kl_term_sign": lambda m, v: 0.5 * (m**2 + np.exp(v) - 1 + v),
}
FACTORS = {
    1.0: [],
    2.0: ["kl_missing_half"],
    -1.0: ["kl_sign_flipped"],
    -2.0: ["kl_sign_flipped", "kl_missing_half"],
    0.5: ["kl_half_too_many"],
}
WHOLE = [n for n, (_, e) in KL_REDUCTIONS.items()]


@pytest.mark.parametrize("bug", KL_BUGS)
@pytest.mark.parametrize("reduction", WHOLE)
def test_every_formula_bug_is_named_in_every_reduction(bug: str, reduction: str) -> None:
    fit = convention.fit_kl(kl_points(KL_BUGS[bug], KL_REDUCTIONS[reduction][0], 1, 1e-6))
    assert not fit.exact
    assert formulas.name_kl(fit) == [bug], (fit.coefficients, fit.scale)


@pytest.mark.parametrize("factor", [f for f in FACTORS if f != 1.0])
@pytest.mark.parametrize("reduction", WHOLE)
def test_every_factor_is_named_in_every_reduction(factor: float, reduction: str) -> None:
    scale = KL_REDUCTIONS[reduction][0]
    fit = convention.fit_kl(kl_points(closed, lambda b, d: factor * scale(b, d), 2))
    assert fit.exact and formulas.name_kl(fit) == FACTORS[factor]


@pytest.mark.parametrize("bug", [b for b in KL_BUGS if b not in ("kl_term_sign", "kl_one_sign")])
@pytest.mark.parametrize("factor", [2.0, -1.0, -2.0])
@pytest.mark.parametrize("reduction", WHOLE[:4])
def test_two_bugs_at_once_are_both_named(bug: str, factor: float, reduction: str) -> None:
    scale = KL_REDUCTIONS[reduction][0]
    fit = convention.fit_kl(kl_points(KL_BUGS[bug], lambda b, d: factor * scale(b, d), 3, 1e-6))
    assert set(formulas.name_kl(fit)) == {bug, *FACTORS[factor]}, fit.coefficients


@given(st.floats(0.003, 300.0), st.sampled_from(WHOLE[:4]))
def test_any_other_factor_is_told_as_a_factor(factor: float, reduction: str) -> None:
    plain = [f * 784.0**p for f in (0.5, 1.0, 2.0) for p in (-1, 0, 1)]
    assume(all(abs(factor / p - 1) > 0.01 for p in plain))
    scale = KL_REDUCTIONS[reduction][0]
    fit = convention.fit_kl(kl_points(closed, lambda b, d: factor * scale(b, d)))
    assert fit.exact and formulas.name_kl(fit) == ["kl_extra_factor"]


@given(st.floats(0.05, 0.95))
def test_a_power_of_the_batch_that_is_no_sum_and_no_mean_is_recovered_as_such(power: float) -> None:
    fit = convention.fit_kl(kl_points(closed, lambda b, d: b**power))
    assert fit.exact and fit.scale is not None
    assert fit.scale.batch == pytest.approx(power, abs=0.025)
    assert fit.scale.at(128, 20) == pytest.approx(128**power, rel=0.12)


def test_what_depends_on_the_batch_in_no_power_has_no_scale() -> None:
    fit = convention.fit_kl(kl_points(closed, lambda b, d: 1 + (b % 3)))
    assert fit.exact and fit.scale is None


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, 3.0])
def test_no_numbers_no_name(value: float) -> None:
    points = [KlPoint(p.mu, p.logvar, value) for p in kl_points(closed, lambda b, d: 1.0)]
    fit = convention.fit_kl(points)
    assert not fit.exact and formulas.name_kl(fit) == []


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_random_formulas_are_not_given_a_name(seed: int) -> None:
    """Coefficients drawn at random are no known mistake, and neither are functions outside the basis."""
    rng = np.random.default_rng(seed)
    a, b, c, e = rng.uniform(0.05, 3, 4)
    odd: list[Terms] = [
        lambda m, v: a * m**2 + b * np.exp(v) - c - e * v,
        lambda m, v: 0.5 * (np.tanh(a * m) ** 2 + np.exp(v) - 1 - v),
        lambda m, v: np.log1p(a * m**2) + b * v**2,
    ]
    for terms in odd:
        named = formulas.name_kl(convention.fit_kl(kl_points(terms, lambda b, d: 1.0)))
        assert named == [], (named, a, b, c, e)


# --- reconstruction ---------------------------------------------------------------------------------------

Loss = Callable[[np.ndarray, np.ndarray], float]


@lru_cache(maxsize=4)
def image_pairs(seed: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    rng = np.random.default_rng([seed, 61])
    out = []
    for b in (4, 1, 9, 128):
        sizes = np.linspace(0.02, 0.25, 6) if b == 4 else (0.05, 0.2)
        for size in sizes:
            x = rng.uniform(0.25, 0.75, (b, 784))
            out.append(((x + size * rng.uniform(-1, 1, x.shape)).astype(np.float32), x.astype(np.float32)))
    return tuple(out)


def recon_points(loss: Loss, seed: int = 0) -> list[ReconPoint]:
    return [ReconPoint(a, x, float(np.float32(loss(a, x)))) for a, x in image_pairs(seed)]


def canonical(family: str, a: np.ndarray, x: np.ndarray) -> float:
    return oracles.recon_per_image(family, a, x)


FAMILIES = st.sampled_from(oracles.FAMILIES)


@given(FAMILIES, st.booleans(), st.booleans(), st.booleans(), SEEDS)
@settings(max_examples=25)
def test_every_reconstruction_is_recovered(family: str, sum_b: bool, mean_pixels: bool, half: bool, seed: int) -> None:
    half = half and family == "squared"

    def loss(a: np.ndarray, x: np.ndarray) -> float:
        return canonical(family, a, x) * (len(x) if sum_b else 1) / (784 if mean_pixels else 1) * (0.5 if half else 1)

    fit = convention.fit_recon(recon_points(loss, seed))
    assert fit.family == family and fit.scale is not None
    assert (fit.scale.batch, fit.scale.pixels) == (float(sum_b), -int(mean_pixels))
    assert fit.scale.factor == pytest.approx(0.5 if half else 1.0, rel=1e-3)
    assert convention.allowed_recon_factor(family, fit.scale.factor)


@given(FAMILIES, st.sampled_from([-300.0, 0.0, 50.0, 392 * math.log(2 * math.pi), 2000.0]), st.booleans())
@settings(max_examples=25)
def test_an_added_constant_pulls_on_nothing(family: str, constant: float, sum_b: bool) -> None:
    """The normaliser of a Gaussian likelihood: ½ · 784 · ln 2π, an image's own entropy, anything."""

    def loss(a: np.ndarray, x: np.ndarray) -> float:
        return (canonical(family, a, x) + constant) * (len(x) if sum_b else 1)

    points = [ReconPoint(a, x, loss(a, x)) for a, x in image_pairs(0)]
    fit = convention.fit_recon(points)
    assert fit.family == family and fit.scale is not None
    assert fit.scale.factor == pytest.approx(1.0, rel=5e-3) and fit.scale.batch == float(sum_b)


@pytest.mark.parametrize("constant", [2.5, 3.0, 4.0])
def test_a_small_added_constant_is_no_factor(constant: float) -> None:
    fit = convention.fit_recon(recon_points(lambda a, x: canonical("bce", a, x) + constant))
    assert fit.scale is not None and convention.allowed_recon_factor("bce", fit.scale.factor)


@given(FAMILIES, st.floats(1e-9, 1e-5))
@settings(max_examples=25)
def test_small_epsilons_inside_logs_are_nobodys_bug(family: str, epsilon: float) -> None:
    def loss(a: np.ndarray, x: np.ndarray) -> float:
        if family != "bce":
            return canonical(family, a, x)
        return float(-(x * np.log(a + epsilon) + (1 - x) * np.log(1 - a + epsilon)).sum(1).mean())

    fit = convention.fit_recon(recon_points(loss))
    assert fit.family == family and fit.scale is not None and fit.scale.factor == pytest.approx(1.0, rel=4e-3)


@given(FAMILIES, st.floats(0.01, 100))
@settings(max_examples=25)
def test_a_factor_is_measured(family: str, factor: float) -> None:
    assume(all(abs(factor / p - 1) > 0.02 for p in (1.0, 0.5, 784.0, 1 / 784)))
    fit = convention.fit_recon(recon_points(lambda a, x: factor * canonical(family, a, x)))
    assert fit.family == family and fit.scale is not None
    total = fit.scale.at(4, 20)
    assert total == pytest.approx(factor, rel=1e-3)
    assert not (convention.allowed_recon_factor(family, fit.scale.factor) and fit.scale.pixels in (0, -1))


def sigmoid(v: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-v))


RECON_BUGS: dict[str, Loss] = {
    "recon_against_itself": lambda a, x: canonical("bce", a, a),
    "bce_swapped": lambda a, x: canonical("bce", x, a),
    "bce_with_logits_on_probabilities": lambda a, x: canonical("bce", sigmoid(a), x),
    "bce_one_sided": lambda a, x: float(-(x * np.log(a)).sum(1).mean()),
    "recon_root": lambda a, x: float(np.sqrt(((a - x) ** 2).sum())),
    "recon_constant": lambda a, x: 3.0,
}


@pytest.mark.parametrize(
    ("bug", "sum_b"), [(b, s) for b in RECON_BUGS for s in (False, True) if (b, s) != ("recon_constant", True)]
)
@pytest.mark.parametrize("scale", [1.0, 1 / 784, 0.5])
def test_every_wrong_reconstruction_is_named(bug: str, scale: float, sum_b: bool) -> None:
    def loss(a: np.ndarray, x: np.ndarray) -> float:
        return RECON_BUGS[bug](a, x) * scale * (len(x) if sum_b else 1)

    points = recon_points(loss)
    assert convention.fit_recon(points).family is None
    assert formulas.name_recon(points) == [bug]


@given(FAMILIES, st.sampled_from([1.0, 1 / 784, 0.5]), st.booleans())
@settings(max_examples=25)
def test_no_honest_reconstruction_is_named(family: str, scale: float, sum_b: bool) -> None:
    points = recon_points(lambda a, x: canonical(family, a, x) * scale * (len(x) if sum_b else 1))
    assert formulas.name_recon(points) == []


def test_losses_of_no_family_are_of_no_family() -> None:
    for loss in (
        lambda a, x: float((np.abs(a - x) ** 1.5).sum(1).mean()),
        lambda a, x: float(np.log(np.cosh(5 * (a - x))).sum(1).mean()),
        lambda a, x: math.nan,
        lambda a, x: float((a**2).sum(1).mean()),
    ):
        fit = convention.fit_recon(recon_points(loss))
        assert fit.family is None, fit.deviations


# --- the convention of a submission ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recon", "kl", "beta_c"),
    [
        # docs/assignment.md: the table of canonical units, D = 20, 784 pixels
        ((1.0, 0, 0), (0, 0), 1.0),
        ((1.0, 0, -1), (0, 0), 784.0),
        ((1.0, 0, -1), (0, -1), 784 / 20),
        ((0.5, 0, 0), (0, 0), 2.0),
        ((1.0, 0, 0), (0, -1), 1 / 20),
        ((1.0, 1, 0), (1, 0), 1.0),
        ((1.0, 1, -1), (1, -1), 784 / 20),
    ],
)
def test_canonical_weight_of_the_table(recon: tuple[float, int, int], kl: tuple[int, int], beta_c: float) -> None:
    r = ReconFit("squared", Scale(recon[0], recon[1], 0, recon[2]))
    k = KlFit(True, Scale(1.0, *kl), 0.0)
    found = convention.convention(r, k, 128, 20)
    assert found is not None and found.beta_c_per_beta == pytest.approx(beta_c)
    assert found.likelihood == "squared"


def test_descriptions_say_what_was_done() -> None:
    words: dict[str, set[str]] = {}
    for batch, latent in itertools.product((0, 1), (0, -1)):
        text = Scale(1.0, batch, latent).describe()
        words.setdefault(text, set())
        assert ("sum over the batch" in text) == bool(batch) and ("mean over latent" in text) == bool(latent)
    assert len(words) == 4
    assert Scale(0.5, 0, 0, -1).describe_pixels() == "½ · mean over pixels, mean over the batch"
    assert Scale(1.0, 1).describe_pixels() == "sum over pixels, sum over the batch"


def test_the_description_of_a_fractional_power() -> None:
    assert "B^0.5" in Scale(1.0, 0.5).describe()
    assert "B^0.5" in Scale(1.0, 0.5).describe_pixels()


@pytest.mark.parametrize(
    ("recon", "kl"),
    [
        (ReconFit(None, None), KlFit(True, Scale(1.0, 0), 0.0)),
        (ReconFit("bce", None), KlFit(True, Scale(1.0, 0), 0.0)),
        (ReconFit("bce", Scale(1.0, 0)), KlFit(False, Scale(1.0, 0), 1.0)),
        (ReconFit("bce", Scale(1.0, 0)), KlFit(True, None, 0.0)),
        (ReconFit("bce", Scale(1.0, 0)), KlFit(True, Scale(-1.0, 0), 0.0)),
        (ReconFit("bce", Scale(-1.0, 0)), KlFit(True, Scale(1.0, 0), 0.0)),
    ],
)
def test_no_convention_where_there_is_none(recon: ReconFit, kl: KlFit) -> None:
    assert convention.convention(recon, kl, 128, 20) is None


# --- sigma ------------------------------------------------------------------------------------------------

AT = (-2.0, -1.0, 0.0, 1.0, 2.0)
SIGMAS: dict[str, Callable[[float], float]] = {
    "sigma_is_variance": math.exp,
    "sigma_is_raw_logvar": lambda c: c,
    "sigma_is_half_logvar": lambda c: c / 2,
    "sigma_is_logstd": lambda c: math.exp(2 * c),
    "sigma_is_precision": lambda c: math.exp(-c / 2),
    "sigma_is_softplus": lambda c: math.log1p(math.exp(c)),
    "sigma_is_one": lambda c: 1.0,
}


@pytest.mark.parametrize("bug", SIGMAS)
@pytest.mark.parametrize("off", [-0.03, 0.0, 0.03])
@pytest.mark.parametrize("sign", [1, -1])
def test_every_sigma_is_named_up_to_the_moment_of_one_draw(bug: str, off: float, sign: int) -> None:
    measured = {f"{c:g}": sign * SIGMAS[bug](c) * (1 + off) for c in AT}
    assert diagnosis.name_sigma(measured) == [bug]


@pytest.mark.parametrize("off", [-0.03, 0.0, 0.03])
def test_the_right_sigma_is_not_named(off: float) -> None:
    assert diagnosis.name_sigma({f"{c:g}": math.exp(c / 2) * (1 + off) for c in AT}) == []
    assert diagnosis.name_sigma({}) == [] and diagnosis.name_sigma(None) == []


def test_every_name_has_a_sentence_and_a_hint() -> None:
    named = {*KL_BUGS, *RECON_BUGS, *SIGMAS, *itertools.chain(*FACTORS.values()), "kl_extra_factor"}
    for key in named:
        sentence, hint = diagnosis.CATALOGUE[key]
        assert sentence and hint.endswith(".") and "\n" not in sentence + hint
