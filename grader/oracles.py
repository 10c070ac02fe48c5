"""Exact mathematics that a submission's numbers are held against. Pure numpy, float64.

Units: nats (or summed squared / absolute error) per image; ``B`` is the batch, ``D`` the latent dimension.
"""

from __future__ import annotations

import math

import numpy as np

PIXELS = 784
FAMILIES = ("bce", "squared", "absolute")


def kl_terms(mu: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    """KL(N(mu, exp(logvar)) || N(0, 1)) of each element, in nats (Kingma & Welling 2014, appendix B)."""
    mu, logvar = np.asarray(mu, np.float64), np.asarray(logvar, np.float64)
    return 0.5 * (mu**2 + np.exp(logvar) - 1.0 - logvar)


def kl_per_image(mu: np.ndarray, logvar: np.ndarray) -> float:
    """Mean over the batch of the KL summed over ``[B, D]``'s second axis."""
    return float(kl_terms(mu, logvar).sum(1).mean())


def recon_terms(family: str, x_hat: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Reconstruction error of each pixel; BCE logs are clamped at -100 as torch does."""
    a, b = np.asarray(x_hat, np.float64), np.asarray(x, np.float64)
    if family == "squared":
        return (a - b) ** 2
    if family == "absolute":
        return np.abs(a - b)
    with np.errstate(divide="ignore"):
        log_a = np.maximum(np.log(np.clip(a, 0.0, 1.0)), -100.0)
        log_1 = np.maximum(np.log1p(-np.clip(a, 0.0, 1.0)), -100.0)
    return -(b * log_a + (1.0 - b) * log_1)


def recon_per_image(family: str, x_hat: np.ndarray, x: np.ndarray) -> float:
    """Mean over the batch of the error summed over pixels."""
    n = len(x)
    return float(recon_terms(family, x_hat.reshape(n, -1), x.reshape(n, -1)).sum(1).mean())


def recon_gradient(family: str, x_hat: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Gradient of ``recon_per_image`` with respect to ``x_hat`` (away from kinks)."""
    a, b = np.asarray(x_hat, np.float64), np.asarray(x, np.float64).reshape(np.shape(x_hat))
    n = len(a)
    if family == "squared":
        return 2.0 * (a - b) / n
    if family == "absolute":
        return np.sign(a - b) / n
    return (a - b) / (a * (1.0 - a)) / n


def kl_gradients(mu: np.ndarray, logvar: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of ``kl_per_image`` with respect to ``mu`` and ``logvar``."""
    mu, logvar = np.asarray(mu, np.float64), np.asarray(logvar, np.float64)
    return mu / len(mu), 0.5 * (np.exp(logvar) - 1.0) / len(mu)


def pca_eigenvalues(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``(eigenvalues descending [784], components [784, 784] as rows, mean [784])`` of training images."""
    flat = images.reshape(len(images), -1).astype(np.float64)
    mean = flat.mean(0)
    values, vectors = np.linalg.eigh(np.cov(flat - mean, rowvar=False, bias=True))
    return values[::-1].clip(min=0.0), vectors.T[::-1], mean


def linear_vae(eigenvalues: np.ndarray, beta_c: float, latent_dim: int) -> tuple[float, float]:
    """``(kl, recon)`` of the optimal linear VAE under squared error at ``beta_c > 0``.

    Reverse water-filling: a component is active where its eigenvalue exceeds ``beta_c / 2``
    (Lucas et al. 2019, "Don't blame the ELBO!", section 4; Cover & Thomas, section 10.3.3).
    """
    level = beta_c / 2.0
    kept, rest = eigenvalues[:latent_dim], eigenvalues[latent_dim:]
    active = kept[kept > level]
    kl = 0.5 * float(np.log(active / level).sum())
    return kl, float(np.minimum(kept, level).sum() + rest.sum())


def fano_nats(accuracy: float, classes: int = 10) -> float:
    """Least mutual information (nats) that lets anyone read balanced classes at ``accuracy``.

    Fano's inequality (Cover & Thomas, section 2.10): H(Y|Z) <= h(e) + e log(K - 1).
    """
    e = min(max(1.0 - accuracy, 0.0), 1.0 - 1.0 / classes)
    h = 0.0 if e in (0.0, 1.0) else -(e * math.log(e) + (1 - e) * math.log(1 - e))
    return max(0.0, math.log(classes) - h - e * math.log(classes - 1))
