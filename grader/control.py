"""The paired control: the harness's loss in a submission's own convention, beside the submission's. Pure.

Where every closed form agrees, the loss that training followed is known exactly: recon and KL in the fitted convention,
of what ``decode(reparameterize(encode(x)))`` returns. At the same weights, batch and noise its gradient is that of
training to rounding, whatever the architecture; what differs no closed form has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader import oracles
from grader.convention import Scale

# Where a product of float32 saturates, 0/0 is 0: torch divides by a(1 − a), but by no less than this.
LEAST = 1e-12


@dataclass(frozen=True)
class Loss:
    """The harness's loss at one batch, and its gradient with respect to what the stages return."""

    value: float
    gradients: Mapping[str, np.ndarray]


def loss(
    family: str, recon: Scale, kl: Scale | None, beta: float, outputs: Mapping[str, np.ndarray], x: np.ndarray
) -> Loss:
    """``c_r · R + beta · c_k · K`` of ``outputs`` (x_hat, and mu and logvar ``[B, D]`` of a VAE) for images ``x``."""
    b = len(x)
    x_hat, x = (v.reshape(b, -1).astype(np.float64) for v in (outputs["x_hat"], x))
    d = outputs["mu"].shape[1] if kl is not None else 1
    c_r = recon.at(b, d)
    value = c_r * oracles.recon_per_image(family, x_hat, x)
    if family == "bce":
        slope = (x_hat - x) / np.maximum(x_hat * (1.0 - x_hat), LEAST) / b
    else:
        slope = oracles.recon_gradient(family, x_hat, x)
    gradients = {"x_hat": c_r * slope}
    if kl is not None:
        mu, logvar = (outputs[k].astype(np.float64) for k in ("mu", "logvar"))
        c_k = beta * kl.at(b, d)
        value += c_k * oracles.kl_per_image(mu, logvar)
        gradients |= {k: c_k * g for k, g in zip(("mu", "logvar"), oracles.kl_gradients(mu, logvar), strict=True)}
    return Loss(float(value), {k: g.astype(np.float32) for k, g in gradients.items()})


@dataclass(frozen=True)
class Gap:
    """How far two gradients are apart: as a share of the whole, and the tensor of weights that is worst."""

    share: float
    ratio: float  # length of the student's over that of the harness's
    worst: str
    worst_share: float  # of that tensor's own gradient


# Tensors whose gradient is less than this share of the whole are rounding: biases before batch norm have none.
FAINT = 1e-2


def gap(own: np.ndarray, staged: np.ndarray, names: Sequence[str]) -> Gap:
    """Of sketches ``[T, P]``: ``own`` is the gradient that training followed, ``staged`` that of the control."""
    a, b = own.astype(np.float64), staged.astype(np.float64)
    lengths = np.linalg.norm(np.stack([a, b]), axis=2).max(0)
    whole = max(float(np.linalg.norm(b)), 1e-300)
    off = np.linalg.norm(a - b, axis=1)
    shares = np.where(lengths > FAINT * lengths.max(initial=0.0), off / np.maximum(lengths, 1e-300), 0.0)
    i = int(np.argmax(shares)) if len(shares) else 0
    return Gap(
        share=float(np.linalg.norm(a - b)) / whole,
        ratio=float(np.linalg.norm(a)) / whole,
        worst=names[i] if names else "",
        worst_share=float(shares[i]) if len(shares) else 0.0,
    )
