"""What is read off a training curve: slow is not the same as stuck."""

from __future__ import annotations

import numpy as np
import pytest

from grader.behaviour import Trained

STEPS = np.linspace(0.0, 1.0, 300)
GREY, FLOOR = 543.0, 203.0  # nats per image on MNIST


def noisy(curve: np.ndarray, seed: int = 0) -> np.ndarray:
    """A batch of 128 images tells the mean to about 2 %."""
    return curve * (1 + 0.02 * np.random.default_rng(seed).standard_normal(len(curve)))


def trained(curve: np.ndarray, recon: float | None = None, diverged: bool = False) -> Trained:
    recon = float(curve[-20:].mean()) if recon is None else recon
    return Trained("beta_1", 1.0, 1.0, False, curve, None, diverged, recon=recon, floor=FLOOR, grey=GREY)


@pytest.mark.parametrize("seed", range(20))
def test_falling_steadily_is_unfinished(seed: int) -> None:
    assert trained(noisy(760 - 430 * STEPS, seed)).unfinished
    assert trained(noisy(FLOOR + 400 * np.exp(-2 * STEPS), seed)).unfinished


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "curve",
    [
        FLOOR + 340 * np.exp(-30 * STEPS),  # at the mean image and no further
        FLOOR + 80 + 260 * np.exp(-20 * STEPS),  # stopped above it
        np.full(300, GREY),  # never left
        FLOOR * (1.05 - 0.1 * STEPS),  # past the mean image, and slow
        20_000 - 15_000 * STEPS,  # saturated: falling, but worse than no idea
    ],
    ids=["mean image", "stopped", "never left", "slow with its code", "saturated"],
)
def test_what_is_stuck_is_not(curve: np.ndarray, seed: int) -> None:
    assert not trained(noisy(curve, seed)).unfinished


def test_what_is_evaluated_counts_and_a_diverged_run_does_not() -> None:
    falling = 760 - 430 * STEPS
    assert not trained(falling, recon=GREY).unfinished, "good only in training"
    assert not trained(falling, diverged=True).unfinished
