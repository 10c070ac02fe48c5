"""What is read off a training curve: whether more steps would help."""

from __future__ import annotations

import numpy as np
import pytest

from grader.behaviour import Trained

STEPS = np.linspace(0.0, 1.0, 300)
FLOOR, SPAN = 203.0, 130.0  # nats per image: the mean image of digits, and what lies between it and perfection


def noisy(curve: np.ndarray, seed: int) -> np.ndarray:
    """A batch of 128 images tells the mean to about 2 %."""
    return curve * (1 + 0.02 * np.random.default_rng(seed).standard_normal(len(curve)))


def trained(recon: np.ndarray, kl: np.ndarray | None = None, diverged: bool = False) -> Trained:
    return Trained("beta_1", 1.0, 1.0, False, recon, kl, diverged, recon=float(recon[-20:].mean()), span=SPAN)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "curve",
    [760 - 430 * STEPS, FLOOR + 400 * np.exp(-2 * STEPS), FLOOR - 40 * STEPS],
    ids=["steadily", "slower and slower", "past the mean image, slowly"],
)
def test_what_falls_has_not_levelled(curve: np.ndarray, seed: int) -> None:
    assert not trained(noisy(curve, seed)).levelled


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "curve",
    [FLOOR - 60 + 200 * np.exp(-40 * STEPS), np.full(300, FLOOR), FLOOR + 30 * STEPS],
    ids=["fell and stopped", "never moved", "rises"],
)
def test_what_no_longer_falls_has_levelled(curve: np.ndarray, seed: int) -> None:
    few = np.random.default_rng(seed).standard_normal(300) * 0.5
    assert trained(curve + few).levelled


def test_a_diverged_run_and_one_without_numbers_get_no_more_steps() -> None:
    falling = 760 - 430 * STEPS
    assert trained(falling, diverged=True).levelled
    assert Trained("ae", None, None, False, falling, None, False).levelled, "no span: nothing was evaluated"


def test_a_kl_has_levelled_when_it_neither_rises_nor_falls() -> None:
    flat = np.full(300, 150.0)
    assert trained(flat, 20 * (1 - np.exp(-12 * STEPS))).kl_levelled
    assert not trained(flat, 20 * STEPS).kl_levelled
    assert not trained(flat, 1 + 400 * np.exp(-5 * STEPS)).kl_levelled
