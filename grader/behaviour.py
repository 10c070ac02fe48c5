"""What the trained models did, in canonical units: the numbers that figures show and bands are made of. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from grader import findings, metrics, oracles, probes
from grader.assignment import Assignment
from grader.data import Dataset
from grader.model import Observation

By = Mapping[str, Observation]
# Before a trained check costs a point, the runs that it reads are observed with so many times the steps of the
# assignment, one after the other. A narrow tanh network and one whose images are divided by 255 twice remove half
# of the mean image's error only after five times the 300 steps of the reference assignment (docs/detection.md).
MORE_STEPS = (2, 5)
END = 20  # steps at the end of a curve that are averaged


@dataclass(frozen=True)
class Trained:
    """One trained model. Curves in canonical units; ``recon`` is stochastic for a VAE (one draw an image)."""

    key: str
    beta_c: float | None
    beta: float | None
    repaired: bool
    curve_recon: np.ndarray
    curve_kl: np.ndarray | None
    diverged: bool
    recon: float | None = None  # evaluation images, in the likelihood of training
    squared: float | None = None  # the same as squared error
    explained: float | None = None  # 1 - squared error / that of the mean image
    kl: float | None = None
    kl_per_dim: np.ndarray | None = None
    active: np.ndarray | None = None
    mu: np.ndarray | None = None
    logvar: np.ndarray | None = None
    readable: float | None = None  # accuracy of a linear probe of its codes, on half of the evaluation images
    span: float | None = None  # reconstruction error of the mean image above that of the images themselves
    accuracy: float | None = None  # a classifier of real images, reading the reconstructions

    @property
    def steps(self) -> int:
        return len(self.curve_recon)

    @property
    def curve_end(self) -> float:
        return float(self.curve_recon[-END:].mean())

    @property
    def levelled(self) -> bool:
        """Whether more steps would hardly lower the error: a fifth of the steps gained less than 0.5 % of its range.

        The range is what lies between the mean image and perfection. Means over a fifth of 300 batches of 128 scatter by as
        much, so that one in four that has levelled is given more steps all the same; one that falls is hardly taken for level.
        """
        if self.diverged or not self.span or not self.span > 0:
            return True
        gain = _gain(self.curve_recon)
        return not gain > 0.005 * self.span

    @property
    def falls(self) -> bool:
        """Whether the error falls beyond doubt: a fifth of the steps gained more than 1 % of its range."""
        return not self.diverged and bool(self.span and _gain(self.curve_recon) > 0.01 * self.span)

    @property
    def kl_levelled(self) -> bool:
        """The same for the KL, which may rise or fall: it changed by less than 3 % within a fifth of the steps."""
        if self.diverged or self.curve_kl is None:
            return True
        return not abs(_gain(self.curve_kl)) > 0.03 * self.kl_end

    @property
    def kl_end(self) -> float:
        return float(self.curve_kl[-END:].mean()) if self.curve_kl is not None else math.nan


def _gain(curve: np.ndarray) -> float:
    """By how much the last fifth of a curve lies below the fifth before it."""
    fifth = max(1, len(curve) // 5)
    return float(curve[-2 * fifth : -fifth].mean() - curve[-fifth:].mean()) if len(curve) > fifth else 0.0


@dataclass(frozen=True)
class Behaviour:
    family: str
    runs: Mapping[str, Trained] = field(default_factory=dict)
    roughness: Mapping[str, float] = field(default_factory=dict)
    path_ratio: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def tuned(self) -> Trained | None:
        return self.runs.get("tuned")


@dataclass(frozen=True)
class Reference:
    """What is derived from a data set alone, once for a class."""

    mean_image: np.ndarray
    mean_squared: float  # squared error of the mean image on the judged evaluation images
    eigenvalues: np.ndarray
    reader: metrics.RidgeClassifier
    reader_accuracy: float


@lru_cache(maxsize=4)
def _reference(sha: str, holder: _Holder) -> Reference:
    data = holder.data
    flat = data.train_x.reshape(len(data.train_x), -1)
    values, _, mean = oracles.pca_eigenvalues(flat[:4000])
    x = data.eval_x[: probes.RECON_IMAGES].reshape(-1, 784)
    reader = metrics.RidgeClassifier(flat[:4000], data.train_y[:4000])
    return Reference(
        mean,
        float(((x - mean) ** 2).sum(1).mean()),
        values,
        reader,
        reader.accuracy(x, data.eval_y[: probes.RECON_IMAGES]),
    )


class _Holder:
    """Passes a data set through a cache that is keyed by the checksum beside it."""

    def __init__(self, data: Dataset) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder) and other.data.sha256 == self.data.sha256

    def __hash__(self) -> int:
        return hash(self.data.sha256)


def reference(data: Dataset) -> Reference:
    return _reference(data.sha256, _Holder(data))


def _arrays(by: By, name: str) -> Mapping[str, np.ndarray] | None:
    return findings.arrays(by, name)


@metrics.ieee
def behaviour(by: By, found: findings.Findings, assignment: Assignment, data: Dataset) -> Behaviour:
    """Measure every trained run of one submission. Runs that failed are left out."""
    base = reference(data)
    family = found.likelihood()
    runs: dict[str, Trained] = {}
    for name, o in by.items():
        if name.startswith("train:") and o.fault is None:
            key = name.removeprefix("train:")
            runs[key] = _trained(key, o, by, found, assignment, data, base)
    info = by["load"].info.get("names", {}).get("TUNED_BETA") if "load" in by else None
    if "tuned" not in runs and isinstance(info, dict) and isinstance(info.get("value"), int | float):
        # the tuned weight is one of the assignment's own: that run is the tuned one
        beta_c = found.beta_c(float(info["value"]), assignment.batch, assignment.latent_dim)
        for run in list(runs.values()):
            if beta_c is not None and run.key.startswith("beta_") and abs(run.beta_c - beta_c) <= 1e-2 * run.beta_c:  # type: ignore[operator]
                runs["tuned"] = run
    rough: dict[str, float] = {}
    ratio: dict[str, float] = {}
    for key in ("ae", "beta_1"):
        a = _arrays(by, f"paths:{key}")
        if a is None:
            continue
        frames = a["out0"].reshape(-1, assignment.interpolation_steps, 784)
        rough[key] = _median([metrics.roughness(f) for f in frames])
        ratio[key] = _median([metrics.path_ratio(f) for f in frames])
    return Behaviour(family, runs, rough, ratio)


def _median(values: list[float]) -> float:
    """Of those that are numbers: a path that does not move has no roughness."""
    known = [v for v in values if not np.isnan(v)]
    return float(np.median(known)) if known else float("nan")


def _trained(
    key: str, o: Observation, by: By, found: findings.Findings, assignment: Assignment,
    data: Dataset, base: Reference,
) -> Trained:  # fmt: skip
    vae = "kl" in o.arrays
    d = int(o.info["latent_dim"])
    repair = o.info.get("repair", {})
    unit_r = unit_k = 1.0
    fit = found.losses.recon if vae else found.losses.ae
    # a loss that was trained as it is has these scales: the observer trained it because of them
    if "loss" not in repair and fit is not None and fit.scale is not None:
        unit_r = fit.scale.at(assignment.batch, d)
    if "loss" not in repair and vae and found.losses.kl is not None and found.losses.kl.scale is not None:
        unit_k = found.losses.kl.scale.at(assignment.batch, d)
    curve, curve_kl = o.arrays["recon"] / unit_r, o.arrays["kl"] / unit_k if vae else None
    family = repair.get("loss") or (fit.family if fit is not None else None)
    base_run = Trained(
        key, o.info.get("beta_c"), o.info.get("beta"), bool(repair), curve, curve_kl,
        o.info.get("diverged_at") is not None or not all(np.isfinite(c).all() for c in (curve, curve_kl) if c is not None),
    )  # fmt: skip
    return Trained(**{**base_run.__dict__, **_evaluated(key, vae, str(family or "bce"), by, data, base)})


def _evaluated(key: str, vae: bool, family: str, by: By, data: Dataset, base: Reference) -> dict[str, object]:
    out: dict[str, object] = {}
    codes = _arrays(by, f"codes:{key}")
    if codes is not None:
        mu = codes["out0"].astype(np.float64)
        out["mu"] = mu
        out["readable"] = _readable(mu, data.eval_y)
        if vae:
            logvar = codes["out1"].astype(np.float64)
            with np.errstate(over="ignore"):
                terms = oracles.kl_terms(mu, logvar)
            out |= {
                "logvar": logvar,
                "kl": float(terms.sum(1).mean()),
                "kl_per_dim": terms.mean(0),
                "active": metrics.active_units(mu),
            }
    recon = _arrays(by, f"recon:{key}")
    if recon is not None:
        n = len(recon["out0"])
        x_hat, x = recon["out0"].astype(np.float64), data.eval_x[:n].reshape(n, -1)
        squared = float(((x_hat - x) ** 2).sum(1).mean())
        floor = oracles.recon_per_image(family, np.broadcast_to(base.mean_image, x.shape), x)
        out |= {
            "recon": oracles.recon_per_image(family, x_hat, x),
            "span": floor - oracles.recon_per_image(family, x, x),
            "squared": squared,
            "explained": 1.0 - squared / base.mean_squared,
            "accuracy": base.reader.accuracy(x_hat, data.eval_y[:n]),
        }
    return out


def _readable(mu: np.ndarray, labels: np.ndarray) -> float:
    """How well classes can be told from codes, whatever their size: 0.1 where codes know nothing of the image."""
    if not np.isfinite(mu).all():
        return 0.0
    half = len(mu) // 2
    return metrics.RidgeClassifier(mu[:half], labels[:half]).accuracy(mu[half:], labels[half : len(mu)])


def band_metrics(shown: Behaviour) -> dict[str, float]:
    """The numbers that calibrated bands are about, by band name; missing where a run failed.

    ``explained_*``: share of the mean image's squared error that reconstructions remove.
    ``kl_1``: nats at beta_c = 1. ``recon_gap``: reconstruction error at evaluation less that at the end of training, as
    a share of what lies between the mean image and perfection; ``kl_gap``: log of evaluation over training KL; both
    at beta_c = 1. ``roughness_*``, ``path_*``: medians over paths.
    """
    out: dict[str, float] = {}
    ae, b0, b1 = (shown.runs.get(k) for k in ("ae", "beta_0", "beta_1"))
    if ae is not None and ae.explained is not None:
        out["explained_ae"] = ae.explained
    if b0 is not None and b1 is not None and b0.explained is not None and b1.explained is not None:
        out["explained_vae"] = max(b0.explained, b1.explained)
    if b1 is not None and b1.kl is not None and b1.kl > 0:
        out["kl_1"] = b1.kl
        if 0 < b1.kl_end < math.inf:
            out["kl_gap"] = math.log(b1.kl / b1.kl_end)
    if b1 is not None and b1.recon is not None and b1.span:
        out["recon_gap"] = (b1.recon - b1.curve_end) / b1.span
    for key in ("ae", "beta_1"):
        if key in shown.roughness and math.isfinite(shown.roughness[key]):
            out[f"roughness_{key}"] = shown.roughness[key]
            out[f"path_{key}"] = shown.path_ratio[key]
    return out
