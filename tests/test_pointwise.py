"""Which function of single values turns what is decoded into what is shown: against scipy's formulas, and against all that mixes pixels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage, special, stats

from grader.pointwise import BREAKS, HARMLESS, point_map

SHAPE = (48, 28, 28)  # as many pixels as the harness compares
Map = Callable[[np.ndarray], np.ndarray]


def decoded(low: float, high: float, seed: int = 0) -> np.ndarray:
    """Images of uncorrelated pixels, all of whose values lie between ``low`` and ``high``."""
    return np.random.default_rng(seed).uniform(low, high, SHAPE).astype(np.float32)


# name: (what it is, by another formula than the one under test; where decoded values lie; whether only the result is an image)
FORMULAS: dict[str, tuple[Map, float, float, bool]] = {
    "sigmoid": (special.expit, -6, 6, True),
    "tanh_to_unit": (lambda v: special.expit(2 * v), -3, 3, True),
    "to_unit": (lambda v: v / 2 + 0.5, -1, 1, True),
    "tanh": (lambda v: 2 * special.expit(2 * v) - 1, -3, 3, False),
    "by_255": (lambda v: v * (1 / 255), 0, 255, True),
    "times_255": (lambda v: v / (1 / 255), 0, 1, False),
    "from_unit": (lambda v: v - (1 - v), 0, 1, False),
    "negative": (lambda v: -(v - 1), 0, 1, False),
    "threshold": (lambda v: np.heaviside(v - 0.5, 0.0), 0, 1, False),
    "relu": (lambda v: (v + np.abs(v)) / 2, -1, 1, True),
    "hard_sigmoid": (lambda v: stats.uniform.cdf(v, -3, 6), -6, 6, True),
    "softplus": (lambda v: -special.log_expit(-v), -4, 4, False),
    "exp": (lambda v: np.power(np.e, v), -3, 0, True),
    "square": (lambda v: v * np.abs(v), 0.1, 1.5, False),
    "root": (lambda v: v**0.5, 0, 4, False),
    "logit": (special.logit, 0.02, 0.98, False),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_known_formula_is_named_and_can_be_applied_elsewhere(name: str) -> None:
    f, low, high, rescues = FORMULAS[name]
    a = decoded(low, high)
    found = point_map(a, f(a.astype(np.float64)).astype(np.float32))
    assert found is not None
    assert (found.name, found.rescues, found.harmless) == (name, rescues, False)
    fresh = decoded(low, high, seed=1)
    np.testing.assert_allclose(found(fresh), f(fresh.astype(np.float64)), rtol=1e-5, atol=1e-6)


def test_a_formula_nobody_has_named_is_known_between_the_pixels_that_were_seen() -> None:
    f = lambda v: 0.5 + 0.5 * np.sin(v)  # noqa: E731  neither rises nor falls everywhere
    a = decoded(-4, 4)
    found = point_map(a, f(a).astype(np.float32))
    assert found is not None and found.name == "" and found.rescues
    fresh = decoded(-3.9, 3.9, seed=1)
    np.testing.assert_allclose(found(fresh), f(fresh), atol=1e-3)


@pytest.mark.parametrize(
    ("low", "high", "harmless"), [(1e-4, 1 - 1e-4, True), (HARMLESS, 1 - HARMLESS, True), (0.01, 1.0, False)]
)
def test_a_clamp_is_harmless_up_to_half_a_grey_level(low: float, high: float, harmless: bool) -> None:
    a = decoded(0, 1)
    found = point_map(a, np.minimum(np.maximum(a, np.float32(low)), np.float32(high)))
    assert found is not None and (found.harmless, found.rescues) == (harmless, False)
    assert harmless or found.name == "clamp"
    assert float(found(np.array([-3.0]))[0]) == pytest.approx(low, abs=3e-4)


def test_a_clamp_of_unbounded_values_makes_images_of_them() -> None:
    a = decoded(-0.2, 1.2)
    found = point_map(a, np.maximum(0, np.minimum(a, 1)))
    assert found is not None and found.name == "clamp" and found.rescues and not found.harmless


def test_a_line_is_told_with_its_slope_and_shift() -> None:
    a = decoded(0, 1)
    found = point_map(a, 0.7 * a + 0.1)
    assert found is not None and found.name == "affine" and found.text == "0.7 times it, shifted by 0.1"


def each_to_its_own_range(a: np.ndarray) -> np.ndarray:
    low, high = (f(a, axis=(1, 2), keepdims=True) for f in (np.min, np.max))
    return (a - low) / (high - low) * np.linspace(0.5, 1, len(a)).reshape(-1, 1, 1)


MIXES: dict[str, Map] = {
    "a blur": lambda a: ndimage.gaussian_filter(a, (0, 0.6, 0.6)),
    "another image": lambda a: a[::-1],
    "pixels in another order": lambda a: a.reshape(len(a), -1)[:, ::-1].reshape(a.shape),
    "another axis first": lambda a: a.transpose(0, 2, 1),
    "a blend with the input": lambda a: 0.9 * a + 0.1 * decoded(0, 1, seed=9),
    "noise": lambda a: a + np.random.default_rng(5).normal(0, 0.02, a.shape),
    "each image to its own range": each_to_its_own_range,
    "a mask over the corner": lambda a: a * (np.indices((28, 28)).sum(0) > 8),
}


@pytest.mark.parametrize("name", MIXES)
def test_what_mixes_pixels_or_images_is_no_map_of_single_values(name: str) -> None:
    a = decoded(0, 1)
    assert point_map(a, MIXES[name](a).astype(np.float32)) is None


@pytest.mark.parametrize("share", [0.2, 10.0])
def test_a_few_pixels_may_break_the_rule(share: float) -> None:
    """A threshold does at a pixel or two; ten times the allowed share of other values is another image."""
    a = decoded(0, 1)
    b = special.expit(a).ravel()
    off = np.random.default_rng(2).choice(a.size, int(share * BREAKS * a.size), replace=False)
    b[off] = np.random.default_rng(3).uniform(0.5, 0.73, len(off))
    assert (point_map(a, b.astype(np.float32)) is not None) is (share < 1)


@pytest.mark.parametrize(("pixels", "rescues"), [(1, False), (0.1 * BREAKS, False), (10 * BREAKS, True)])
def test_as_few_pixels_as_may_break_the_rule_make_no_rescue(pixels: float, rescues: bool) -> None:
    """One absurd pixel among decoded images, and forward shows something else there: that is no scale of its own."""
    a = decoded(0, 1)
    b = np.sin(a)
    count = int(pixels) or int(pixels * a.size)
    a.reshape(-1)[:count] = 6e4
    b.reshape(-1)[:count] = 0.5
    found = point_map(a, b)
    assert found is None or found.rescues is rescues


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.full(SHAPE, 0.5), decoded(0, 1)),
        (decoded(0, 1), np.full(SHAPE, 0.5)),
        (np.where(decoded(0, 1) > 0.9, np.nan, 0.1), decoded(0, 1)),
        (decoded(0, 1), np.where(decoded(0, 1) > 0.9, np.inf, 0.1)),
        (decoded(0, 1)[:1, :7, :9], decoded(0, 1)[:1, :7, :9]),
        (decoded(0, 1), decoded(0, 1)[:-1]),
    ],
    ids=["constant decoded", "constant shown", "NaN", "inf", "63 pixels", "other sizes"],
)
def test_what_cannot_tell_anything_tells_nothing(a: np.ndarray, b: np.ndarray) -> None:
    assert point_map(a, b) is None
