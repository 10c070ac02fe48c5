"""The exact mathematics, against other people's: torch.distributions, scikit-learn, scipy, textbook values."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.special import rel_entr
from sklearn import metrics as sk
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeClassifier
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from grader import metrics, oracles

SEEDS = st.integers(0, 2**32 - 1)


def posterior(seed: int, b: int = 7, d: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 2, (b, d)), rng.uniform(-6, 4, (b, d))


# --- losses -------------------------------------------------------------------------------------------


@given(SEEDS, st.integers(1, 9), st.integers(1, 20))
@settings(max_examples=50, deadline=None)
def test_kl_is_that_of_torch_distributions(seed: int, b: int, d: int) -> None:
    mu, logvar = posterior(seed, b, d)
    q = Normal(torch.tensor(mu), torch.tensor(logvar).mul(0.5).exp())
    want = kl_divergence(q, Normal(torch.zeros(b, d).double(), torch.ones(b, d).double())).numpy()
    assert oracles.kl_terms(mu, logvar) == pytest.approx(want, rel=1e-10, abs=1e-12)
    assert oracles.kl_per_image(mu, logvar) == pytest.approx(want.sum(1).mean(), rel=1e-12)


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_gradients_are_those_of_autograd(seed: int) -> None:
    mu, logvar = (torch.tensor(v, requires_grad=True) for v in posterior(seed))
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1).mean()
    for got, want in zip(
        oracles.kl_gradients(mu.detach().numpy(), logvar.detach().numpy()),
        torch.autograd.grad(kl, (mu, logvar)),
        strict=True,
    ):
        assert got == pytest.approx(want.numpy(), rel=1e-10, abs=1e-12)
    rng = np.random.default_rng(seed)
    x = torch.tensor(rng.uniform(0.05, 0.95, (3, 784)))
    x_hat = torch.tensor(rng.uniform(0.05, 0.95, (3, 784)), requires_grad=True)
    losses = {
        "bce": F.binary_cross_entropy(x_hat, x, reduction="sum"),
        "squared": F.mse_loss(x_hat, x, reduction="sum"),
        "absolute": F.l1_loss(x_hat, x, reduction="sum"),
    }
    for family, loss in losses.items():
        a, b = x_hat.detach().numpy(), x.numpy()
        assert oracles.recon_per_image(family, a, b) == pytest.approx(float(loss.detach()) / 3, rel=1e-10)
        (want,) = torch.autograd.grad(loss / 3, x_hat)
        assert oracles.recon_gradient(family, a, b) == pytest.approx(want.numpy(), rel=1e-9, abs=1e-12)


def test_bce_at_the_ends_is_clamped_as_in_torch() -> None:
    x_hat = np.array([[0.0, 1.0, 0.0, 1.0]])
    x = np.array([[0.0, 1.0, 1.0, 0.0]])
    want = F.binary_cross_entropy(torch.tensor(x_hat), torch.tensor(x), reduction="none").numpy()
    assert oracles.recon_terms("bce", x_hat, x) == pytest.approx(want)


def test_flat_and_image_shaped_reconstructions_are_the_same() -> None:
    a, b = np.random.default_rng(0).uniform(0.1, 0.9, (2, 4, 784))
    for family in oracles.FAMILIES:
        assert oracles.recon_per_image(family, a.reshape(4, 1, 28, 28), b) == oracles.recon_per_image(family, a, b)


# --- PCA and the linear VAE -----------------------------------------------------------------------------


def test_pca_is_that_of_scikit_learn() -> None:
    x = np.random.default_rng(3).normal(size=(900, 784)) * np.linspace(2, 0.01, 784)
    values, components, mean = oracles.pca_eigenvalues(x.reshape(900, 1, 28, 28))
    want = PCA(10, svd_solver="full").fit(x)
    assert mean == pytest.approx(x.mean(0))
    assert values[:10] == pytest.approx(want.explained_variance_ * 899 / 900, rel=1e-9)  # over n, not n - 1
    assert np.abs((components[:10] * want.components_).sum(1)) == pytest.approx(np.ones(10), abs=1e-6)
    assert (np.diff(values) <= 1e-12).all() and (values >= 0).all()
    # what D components leave is what a linear autoencoder leaves
    flat = x - mean
    left = ((flat - flat @ components[:10].T @ components[:10]) ** 2).sum(1).mean()
    assert values[10:].sum() == pytest.approx(left, rel=1e-9)


def linear_vae_loss(theta: np.ndarray, s: torch.Tensor, d: int, beta: float) -> tuple[float, np.ndarray]:
    """E over x ~ N(0, S) of a linear VAE's loss and its gradient: decoder W z, encoder mean V x, free variances."""
    n = len(s)
    t = torch.tensor(theta, requires_grad=True)
    w, v, logvar = t[: n * d].reshape(n, d), t[n * d : 2 * n * d].reshape(d, n), t[2 * n * d :]
    error = torch.eye(n).double() - w @ v
    recon = torch.trace(error @ s @ error.T) + (w**2 * logvar.exp()).sum()
    kl = 0.5 * (torch.trace(v @ s @ v.T) + (logvar.exp() - 1 - logvar).sum())
    loss = recon + beta * kl
    loss.backward()
    assert t.grad is not None
    return float(loss.detach()), t.grad.numpy()


@pytest.mark.parametrize("beta", [0.05, 0.4, 3.0])
@pytest.mark.parametrize("d", [1, 2, 4])
def test_linear_vae_is_what_direct_optimisation_finds(beta: float, d: int) -> None:
    rng = np.random.default_rng([17, d])
    x = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5)) * [1.0, 0.8, 0.5, 0.3, 0.1]
    s = np.cov(x, rowvar=False, bias=True)
    start = rng.normal(0, 0.5, 11 * d)
    found = optimize.minimize(
        linear_vae_loss, start, args=(torch.tensor(s), d, beta), jac=True, method="L-BFGS-B",
        options={"maxiter": 800, "ftol": 1e-13},
    )  # fmt: skip
    kl, recon = oracles.linear_vae(np.linalg.eigvalsh(s)[::-1], beta, d)
    assert recon + beta * kl == pytest.approx(found.fun, rel=1e-3)
    assert recon + beta * kl <= found.fun * (1 + 1e-9)  # and nothing is below it


def test_linear_vae_collapses_exactly_at_twice_the_largest_eigenvalue() -> None:
    values = np.array([5.1, 2.0, 0.5, 0.1])
    assert oracles.linear_vae(values, 2 * 5.1, 3) == (0.0, pytest.approx(values.sum()))
    kl, recon = oracles.linear_vae(values, 2 * 5.0, 3)
    assert kl > 0 and recon < values.sum()
    # without pressure all that is left is what D components cannot hold
    assert oracles.linear_vae(values, 1e-9, 3)[1] == pytest.approx(0.1, rel=1e-6)


@given(st.lists(st.floats(1e-3, 50), min_size=2, max_size=30), st.floats(1e-3, 100), st.floats(1.01, 10))
def test_linear_vae_trades_kl_against_reconstruction(values: list[float], beta: float, factor: float) -> None:
    spectrum = np.sort(values)[::-1]
    d = (len(values) + 1) // 2
    (kl, recon), (kl_more, recon_more) = (oracles.linear_vae(spectrum, b, d) for b in (beta, beta * factor))
    assert kl_more <= kl + 1e-9 and recon_more >= recon - 1e-9
    # each is optimal at its own weight
    assert recon + beta * kl <= recon_more + beta * kl_more + 1e-6


# --- information --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("accuracy", "nats"), [(0.8, 1.36), (0.9, 1.76), (0.95, 1.99)])
def test_fano_has_the_values_of_the_table(accuracy: float, nats: float) -> None:
    assert oracles.fano_nats(accuracy) == pytest.approx(nats, abs=0.005)


def test_fano_at_its_ends() -> None:
    assert oracles.fano_nats(1.0) == pytest.approx(math.log(10))
    assert oracles.fano_nats(0.1) == pytest.approx(0.0, abs=1e-12)
    assert oracles.fano_nats(0.0) == pytest.approx(0.0, abs=1e-12)  # worse than chance asks for nothing
    assert oracles.fano_nats(0.5, classes=2) == pytest.approx(0.0, abs=1e-12)


@given(st.integers(2, 12), st.floats(0.0, 1.0))
def test_fano_is_reached_by_the_symmetric_channel(k: int, q: float) -> None:
    """A channel that keeps a label or replaces it evenly meets the bound with equality."""
    accuracy = 1 / k + (1 - 1 / k) * q
    joint = np.full((k, k), (1 - accuracy) / (k - 1) / k)
    np.fill_diagonal(joint, accuracy / k)
    information = rel_entr(joint, np.full((k, k), 1 / k**2)).sum()
    assert oracles.fano_nats(accuracy, k) == pytest.approx(information, abs=1e-9)


# --- measures ------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40), st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_auroc_is_that_of_scikit_learn_with_ties(normal: list[int], odd: list[int]) -> None:
    labels = [0] * len(normal) + [1] * len(odd)
    want = sk.roc_auc_score(labels, normal + odd)
    assert metrics.auroc(np.array(normal, float), np.array(odd, float)) == pytest.approx(want, abs=1e-12)


def test_linear_probe_is_ridge_regression() -> None:
    rng = np.random.default_rng(8)
    centres = rng.normal(0, 1.2, (4, 6))
    y = rng.integers(0, 4, 700) + 3
    x = centres[y - 3] + rng.normal(0, 1.0, (700, 6)) * [1, 5, 0.1, 1, 1, 30]
    probe = metrics.RidgeClassifier(x[:500], y[:500], ridge=1e-6)
    scaled = (x - x[:500].mean(0)) / x[:500].std(0)
    want = RidgeClassifier(alpha=5e-4).fit(scaled[:500], y[:500])
    assert probe.accuracy(x[500:], y[500:]) == pytest.approx(want.score(scaled[500:], y[500:]), abs=1e-12)
    assert 0.4 < probe.accuracy(x[500:], y[500:]) < 1.0  # a task at which errors could show
    # labels without signal are read at chance
    noise = metrics.RidgeClassifier(x[:500], rng.permutation(y[:500]))
    assert noise.accuracy(x[500:], rng.permutation(y[500:])) < 0.45


@pytest.mark.parametrize("size", [1e-9, 1e-3, 1e6])
def test_a_linear_probe_reads_codes_of_any_size_and_not_their_rounding(size: float) -> None:
    rng = np.random.default_rng(3)
    y = np.arange(400) % 4
    x = rng.normal(0, 1.2, (4, 6))[y] + rng.normal(0, 1.0, (400, 6))
    want = metrics.RidgeClassifier(x[:300], y[:300]).accuracy(x[300:], y[300:])
    # a constant that tells the class in the last place of float32
    rounding = np.nextafter(np.float32(0.7), np.float32(1)) - np.float32(0.7)
    odd = size * np.column_stack([x, 0.7 + rounding * (y % 2)])
    assert metrics.RidgeClassifier(odd[:300], y[:300]).accuracy(odd[300:], y[300:]) == want < 1.0


def path(points: np.ndarray) -> np.ndarray:
    """Frames whose pixels hold the coordinates, the rest zero."""
    out = np.zeros((len(points), 784))
    out[:, : points.shape[1]] = points
    return out.reshape(-1, 1, 28, 28)


def test_a_straight_line_is_smooth_and_short() -> None:
    line = path(np.linspace([0, 1], [3, 5], 11))
    assert metrics.path_ratio(line) == pytest.approx(1.0)
    assert metrics.roughness(line) == pytest.approx(0.0, abs=1e-12)
    assert metrics.step_lengths(line) == pytest.approx(np.full(10, 0.5))


def test_a_half_circle_is_pi_over_two() -> None:
    t = np.linspace(0, np.pi, 2001)
    arc = path(np.stack([np.cos(t), np.sin(t)], 1))
    assert metrics.path_ratio(arc) == pytest.approx(np.pi / 2, rel=1e-5)
    # second differences have norm step² (unit curvature), over a chord of 2
    assert metrics.roughness(arc) == pytest.approx(1999 * (np.pi / 2000) ** 2 / 2, rel=1e-5)


def test_one_corner_counts_once() -> None:
    corner = path(np.array([[0, 0], [1, 0], [2, 0], [2, 1], [2, 2]], float))
    assert metrics.roughness(corner) == pytest.approx(math.sqrt(2) / math.sqrt(8))
    assert metrics.path_ratio(corner) == pytest.approx(4 / math.sqrt(8))


@given(SEEDS, st.floats(0.01, 100))
def test_paths_do_not_depend_on_scale_direction_or_position(seed: int, scale: float) -> None:
    frames = np.random.default_rng(seed).normal(size=(7, 784))
    for measure in (metrics.path_ratio, metrics.roughness):
        want = measure(frames)
        assert measure(frames * scale + 3.0) == pytest.approx(want, rel=1e-6)
        assert measure(frames[::-1]) == pytest.approx(want, rel=1e-6)


def test_a_closed_path_has_no_ratio() -> None:
    loop = path(np.array([[0, 0], [1, 0], [0, 0]], float))
    assert math.isnan(metrics.path_ratio(loop)) and math.isnan(metrics.roughness(loop))


def test_sharpness_of_known_images() -> None:
    ramp = np.broadcast_to(np.linspace(0, 1, 28), (3, 28, 28))
    assert metrics.sharpness(ramp) == pytest.approx(0.0, abs=1e-12)  # a plane has no Laplacian
    checker = np.indices((28, 28)).sum(0) % 2
    assert metrics.sharpness(checker[None].astype(float)) == pytest.approx(4.0)


def test_active_units_of_known_variances() -> None:
    mu = np.random.default_rng(1).normal(size=(4000, 4)) * np.sqrt([0.0, 0.005, 0.02, 1.0]) + 7
    assert metrics.active_units(mu).tolist() == [False, False, True, True]


def test_nearest_distance_by_hand() -> None:
    real = np.random.default_rng(2).uniform(size=(40, 784))
    images = real[:5] + 0.0
    images[:, 0] += 0.25
    assert metrics.nearest_distance(images.reshape(5, 28, 28), real) == pytest.approx(0.25, abs=1e-6)
    want = np.mean([min(np.linalg.norm(i - r) for r in real[10:]) for i in images])
    assert metrics.nearest_distance(images, real[10:]) == pytest.approx(want)
