"""What the exact probes say about a submission, as fits: shared by the observer, which decides from them
how to train what can still be trained, and by the checks, which judge them. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grader import convention, probes
from grader.convention import KlFit, KlPoint, ReconFit, ReconPoint
from grader.metrics import ieee
from grader.model import Observation

By = Mapping[str, Observation]


def close(a: np.ndarray, b: np.ndarray, *, rtol: float = 5e-4, atol: float = 3e-5) -> bool:
    """Equality up to float32 rounding of networks of any width: sizes agree and all elements are near.

    Rounding gives relative differences of about 1e-6 per layer; ``rtol`` also admits what another processor or
    release may change (docs/reproducibility.md), ``atol`` (times the largest value, at least 1) cancellation.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.size != b.size:
        return False
    x, y = a.reshape(-1), b.reshape(-1)
    reach = np.abs(y)
    size = max(1.0, float(reach.max(initial=0.0)))
    # comparisons with NaN are false, and an infinite difference exceeds every finite bound
    return size < np.inf and bool((np.abs(x - y) <= atol * size + rtol * reach).all())


def arrays(by: By, name: str) -> Mapping[str, np.ndarray] | None:
    o = by.get(name)
    return None if o is None or o.fault is not None else o.arrays


def inputs(probe: probes.Probe) -> dict[str, np.ndarray]:
    return {k: np.asarray(v, np.float64) for k, v in probe.tensors.items()}


# --- losses ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Losses:
    """Fits of ``vae_loss`` and ``ae_loss``; ``None`` where a probe has no numbers or no scalars."""

    scalars: bool = False
    kl: KlFit | None = None
    recon: ReconFit | None = None
    ae: ReconFit | None = None
    total: str | None = None  # "exact", the key of a formula that fits, or None
    total_repaired: bool = False  # exact once a reported KL with a wrong sign is put right
    kl_depends_on_beta: bool = False
    recon_depends_on_beta: bool = False
    recon_depends_on_codes: bool = False
    kl_depends_on_images: bool = False
    coefficients: Mapping[str, float] = field(default_factory=dict)
    gradients_reach: bool = False

    @property
    def trainable(self) -> bool:
        """Whether minimising this loss is minimising some canonical recon + beta_c · KL, exactly."""
        return bool(
            self.scalars
            and self.total == "exact"
            and self.gradients_reach
            and self.kl is not None
            and self.kl.exact
            and self.kl.scale is not None
            and self.kl.scale.factor > 0
            and self.recon is not None
            and self.recon.scale is not None
            and self.recon.scale.factor > 0
        )

    @property
    def ae_trainable(self) -> bool:
        return bool(self.ae is not None and self.ae.scale is not None and self.ae.scale.factor > 0)


def _scalars(o: Observation | None, names: tuple[str, ...]) -> bool:
    if o is None or o.fault is not None:
        return False
    return all(math.prod(o.info.get("shapes", {}).get(n, [])) == 1 for n in names)


def losses(by: By, plan: Mapping[str, probes.Probe]) -> Losses:
    """Fit everything that the loss probes observed; ``plan`` holds the probes as they were asked."""
    vae_names = [n for n in plan if n.startswith("loss:")]
    names = ("total", "recon", "kl")
    ae = _fit_recon(by, plan, "ae_loss:recon:", "total")
    if not all(_scalars(by.get(n), names) for n in vae_names if "extremes" not in n):
        return Losses(ae=ae)
    points: list[KlPoint] = []
    for name in vae_names:
        a = arrays(by, name)
        if not name.startswith("loss:kl:") or a is None:
            continue
        t = inputs(plan[name])
        kl = a["kl"].reshape(-1)
        points += [KlPoint(t["mu"][i], t["logvar"][i], float(kl[i])) for i in range(len(kl))]
    kl_fit = convention.fit_kl(points)
    total, repaired, on_kl, on_recon, coefficients = _decompose(by["loss:betas"])
    o = by["loss:betas"]
    return Losses(
        scalars=True,
        kl=kl_fit,
        recon=_fit_recon(by, plan, "loss:recon:", "recon"),
        ae=ae,
        total=total,
        total_repaired=repaired,
        kl_depends_on_beta=on_kl,
        recon_depends_on_beta=on_recon,
        recon_depends_on_codes=_moves(by, "loss:other_codes", "recon"),
        kl_depends_on_images=_moves(by, "loss:other_images", "kl"),
        coefficients=coefficients,
        gradients_reach=_gradients_reach(o),
    )


def _gradients_reach(o: Observation) -> bool:
    """Whether the total at beta = 1 has a gradient in every input (at beta = 0 it may have none in mu)."""
    n, one = len(probes.LOSS_BETAS), probes.LOSS_BETAS.index(1.0)
    leaves = [o.arrays.get(k) for k in ("dx_hat", "dmu", "dlogvar")]
    return all(g is not None and np.abs(g.reshape(-1, n, *g.shape[1:])[:, one]).max() > 0 for g in leaves)


def _fit_recon(by: By, plan: Mapping[str, probes.Probe], prefix: str, output: str) -> ReconFit | None:
    points: list[ReconPoint] = []
    for name, probe in plan.items():
        if not name.startswith(prefix):
            continue
        o = by.get(name)
        if not _scalars(o, (output,)) or o is None:
            return None
        t, values = inputs(probe), o.arrays[output].reshape(-1)
        k, b = t["x"].shape[:2]
        for i in range(k):
            points.append(ReconPoint(t["x_hat"][i].reshape(b, -1), t["x"][i].reshape(b, -1), float(values[i])))
    return convention.fit_recon(points) if points else None


# Relative to |total| + |recon| + beta |kl|. float32 sums agree to 1e-6; another processor or release is granted 1e-4 of
# each term (docs/reproducibility.md), three terms of it here.
DECOMPOSITION_TOLERANCE = 4e-4


def _moves(by: By, name: str, part: str) -> bool:
    values = by[name].arrays[part].reshape(-1)
    return not np.allclose(values, values[0], rtol=DECOMPOSITION_TOLERANCE, atol=1e-9)


def _near(a: np.ndarray, b: np.ndarray, size: np.ndarray) -> bool:
    return bool(
        np.isfinite(a).all() and np.isfinite(b).all() and (np.abs(a - b) <= DECOMPOSITION_TOLERANCE * size + 1e-9).all()
    )


def _decompose(o: Observation) -> tuple[str | None, bool, bool, bool, dict[str, float]]:
    """Which formula in recon, kl and beta gives the total, over all points and betas."""
    betas = np.array(probes.LOSS_BETAS)
    n = len(betas)
    total, r, k = (o.arrays[name].reshape(-1, n).astype(np.float64) for name in ("total", "recon", "kl"))
    beta = np.broadcast_to(betas, r.shape)
    size = np.abs(r) + np.abs(beta * k) + np.abs(k) + np.abs(beta * r)
    on_kl = not np.allclose(k, k[:, 2:3], rtol=2e-3, atol=1e-9)
    on_recon = not np.allclose(r, r[:, 2:3], rtol=2e-3, atol=1e-9)
    # where a reported part itself carries beta, the value at beta = 1 is the plain one
    r1, k1 = np.broadcast_to(r[:, 2:3], r.shape), np.broadcast_to(k[:, 2:3], k.shape)
    formulas = {
        "exact": r + beta * k,
        "beta_ignored": r1 + k1,
        "beta_on_recon": beta * r1 + k1,
        "beta_on_both": beta * (r1 + k1),
        "beta_squared": r1 + beta**2 * k1,
        "kl_subtracted": r1 - beta * k1,
        "kl_left_out": r1,
        "recon_left_out": beta * k1,
        "beta_as_mixture": (1 - beta) * r1 + beta * k1,
        "beta_divides": r1 + k1 / np.where(beta == 0, np.inf, beta),
        "parts_as_if_plain": r1 + beta * k1,
    }
    fitting = [key for key, value in formulas.items() if _near(total, value, size)]
    repaired = "kl_subtracted" in fitting
    found = fitting[0] if fitting else None
    columns = {"recon": r1, "beta_kl": beta * k1, "kl": k1, "beta_recon": beta * r1}
    design = np.stack([c.ravel() for c in columns.values()], 1)
    coefficients: dict[str, float] = {}
    if np.isfinite(design).all() and np.isfinite(total).all() and np.abs(design).max() > 0:
        c, *_ = np.linalg.lstsq(design, total.ravel(), rcond=None)
        if np.abs(design @ c - total.ravel()).max() < 1e-3 * max(float(np.abs(total).max()), 1e-9):
            coefficients = {n: round(float(v), 6) for n, v in zip(columns, c, strict=True)}
    return found, repaired, on_kl, on_recon, coefficients


# --- noise -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Noise:
    """The noise of ``reparameterize`` as replayed seeds show it."""

    observed: bool = False
    absent: bool = False
    absent_in_eval: bool = False
    repeats: bool = False  # the same under another seed
    unreplayable: bool = False  # differs under the same seed: not torch's global generator
    shared_rows: bool = False
    shared_columns: bool = False
    formula: bool = False  # z = mu + exp(logvar/2) eps, in train and in eval mode
    sigma: Mapping[str, float] = field(default_factory=dict)  # logvar -> measured sigma
    swapped: bool = False  # z = logvar + exp(mu/2) eps
    reset: bool = False  # the generator is left in the same state whatever the seed was
    mean_coefficient: float = math.nan
    worst: float = math.inf

    @property
    def sound(self) -> bool:
        return self.observed and self.formula and not (
            self.absent or self.absent_in_eval or self.repeats or self.unreplayable
            or self.shared_rows or self.shared_columns
        )  # fmt: skip


NOISE_SPREAD = 1e-3  # of the size of z; another processor changes 1e-4 of it at most


def varies(z: np.ndarray) -> bool:
    """Whether there is noise in ``z``: a spread beyond rounding, and beyond what other processors change."""
    return bool(z.std() > max(1e-6, NOISE_SPREAD * float(np.sqrt((z.astype(np.float64) ** 2).mean()))))


FORMULA_TOLERANCE = 1e-3  # relative to 1 + |z|; rounding gives 1e-6, the mildest wrong sigma tried more than 1e-1


def noise(by: By, plan: Mapping[str, probes.Probe]) -> Noise:
    names = ("big", "big_one", "zero", "zero_again", "zero_eval", "generic", "generic_eval", "other_seed")
    got = {n: arrays(by, f"noise:{n}") for n in names}
    constants = {c: arrays(by, f"noise:constant:{c:g}") for c in probes.CONSTANTS}
    if any(a is None for a in got.values()) or any(a is None for a in constants.values()):
        return Noise()
    z = {n: a["out0"].astype(np.float64) for n, a in got.items() if a is not None}
    at = {c: a["out0"].astype(np.float64) for c, a in constants.items() if a is not None}
    at[0.0] = z["zero"]
    if not all(np.isfinite(v).all() for v in z.values()):
        return Noise(observed=True, worst=math.inf, sigma=_sigma(at))
    # the noise where it is best seen: at logvar 0, or at 1 where a wrong sigma vanishes at 0
    base = z["big"] if varies(z["big"]) else z["big_one"]
    reference = at[0.0] if varies(at[0.0]) else at[1.0]
    following = arrays(by, "noise:generic_next")
    changes = following is not None and not _same(z["generic"], following["out0"])
    absent = not varies(base) and not changes
    eval_absent = not absent and varies(z["zero"]) and not varies(z["zero_eval"])
    t = inputs(plan["noise:generic"])
    expected = t["a0"] + np.exp(t["a1"] / 2) * z["zero"]
    expected_eval = t["a0"] + np.exp(t["a1"] / 2) * z["zero_eval"]
    size = 1.0 + np.abs(expected)
    worst = float(np.max(np.abs(z["generic"] - expected) / size))
    worst_eval = float(np.max(np.abs(z["generic_eval"] - expected_eval) / size))
    means = arrays(by, "noise:mu_only"), arrays(by, "noise:mu_doubled")
    coefficient = math.nan
    if means[0] is not None and means[1] is not None:
        difference = (means[1]["out0"] - means[0]["out0"]).astype(np.float64)
        coefficient = float((difference * t["a0"]).sum() / (t["a0"] ** 2).sum())
    spread = max(float(np.sqrt((base**2).mean())), 1e-12)
    return Noise(
        observed=True,
        absent=bool(absent),
        absent_in_eval=bool(eval_absent),
        repeats=not absent and _same(z["other_seed"], at[1.0]),
        unreplayable=not absent and not close(z["zero"], z["zero_again"]),
        shared_rows=not absent and float(base.std(0).max()) < NOISE_SPREAD * spread,
        shared_columns=not absent and float(base.std(1).max()) < NOISE_SPREAD * spread,
        formula=max(worst, worst_eval) < FORMULA_TOLERANCE,
        sigma=_sigma(at, reference),
        swapped=bool(np.max(np.abs(z["generic"] - (t["a1"] + np.exp(t["a0"] / 2) * z["zero"])) / size) < 1e-3),
        reset=_reset(by),
        mean_coefficient=coefficient,
        worst=max(worst, worst_eval),
    )


def _reset(by: By) -> bool:
    a, b = (by["noise:" + n].info.get("generator_after") for n in ("other_seed", "constant:1"))
    return a is not None and a == b


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-3, atol=1e-6))


def _sigma(at: Mapping[float, np.ndarray], reference: np.ndarray | None = None) -> dict[str, float]:
    """Sigma at each constant logvar: exact ratios to the reference draw, scaled by its own moment."""
    if reference is None or not np.isfinite(reference).all() or not varies(reference):
        return {f"{c:g}": float(np.std(v)) for c, v in sorted(at.items()) if np.isfinite(v).all()}
    unit = float(np.sqrt((reference**2).mean()))
    # the reference draw has the true noise's moment; its own sigma is known to about 2 %
    return {
        f"{c:g}": float((v * reference).sum() / (reference**2).sum()) * unit
        for c, v in sorted(at.items())
        if np.isfinite(v).all()
    }


# --- wiring of forward ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wiring:
    """How ``forward`` relates to its stages in one mode."""

    observed: bool = False
    exact: bool = False
    codes_in_order: bool = False
    codes_swapped: bool = False
    decodes_mu: bool = False
    decodes_logvar: bool = False
    call_swapped: bool = False
    formula_inline: bool = False
    varies_with_seed: bool = False
    leaks: bool = False  # forward shows the image although encode is made to give the same codes


def wiring(by: By, mode: str) -> Wiring:
    a = arrays(by, f"staged:{mode}")
    if a is None or not np.isfinite(a["z"]).all():  # what NaN is decoded to equals nothing, and tells nothing
        return Wiring()
    forward = a["forward"]
    return Wiring(
        observed=True,
        exact=close(forward, a["staged"]),
        codes_in_order=close(a["forward_mu"], a["mu"]) and close(a["forward_logvar"], a["logvar"]),
        codes_swapped=close(a["forward_mu"], a["logvar"]) and close(a["forward_logvar"], a["mu"]),
        decodes_mu=close(forward, a["from_mu"]),
        decodes_logvar=close(forward, a["from_logvar"]),
        call_swapped=close(forward, a["from_swapped"]),
        formula_inline=close(forward, a["from_formula"]),
        varies_with_seed=not close(forward, a["forward_other_seed"]),
        leaks=by[f"staged:{mode}"].info.get("encode_calls", 0) > 0
        and bool(np.isfinite(a["frozen"]).all() and np.isfinite(a["frozen_other"]).all())
        and not close(a["frozen"], a["frozen_other"]),
    )


@dataclass(frozen=True)
class Findings:
    losses: Losses
    noise: Noise
    train: Wiring
    eval: Wiring

    def repair(self) -> dict[str, object]:
        """What training replaces so that the rest can be judged; empty for sound work."""
        out: dict[str, object] = {}
        if not self.losses.trainable:
            family = self.losses.recon.family if self.losses.recon else None
            out["loss"] = family or (self.losses.ae.family if self.losses.ae else None) or "bce"
        wired = self.train.exact and self.train.codes_in_order
        if not (self.noise.sound and wired):
            out["forward"] = True
        return out

    def ae_repair(self) -> dict[str, object]:
        if self.losses.ae_trainable:
            return {}
        return {"loss": (self.losses.ae.family if self.losses.ae else None) or "bce"}

    def likelihood(self) -> str:
        """The likelihood that the trained VAEs were trained with."""
        family = self.repair().get("loss") or (self.losses.recon.family if self.losses.recon else None)
        return str(family or "bce")

    def beta(self, beta_c: float, assignment_batch: int, latent_dim: int) -> float:
        """The submission's own beta whose canonical weight is ``beta_c``."""
        if "loss" in self.repair():
            return beta_c
        assert self.losses.recon and self.losses.recon.scale and self.losses.kl and self.losses.kl.scale
        unit = convention.beta_c_per_beta(self.losses.recon.scale, self.losses.kl.scale, assignment_batch, latent_dim)
        return beta_c / unit

    def beta_c(self, beta: float, assignment_batch: int, latent_dim: int) -> float | None:
        """Canonical weight of the submission's own ``beta``; ``None`` where its losses do not tell."""
        if "loss" in self.repair():
            return None
        return beta / self.beta(1.0, assignment_batch, latent_dim)


@ieee
def find(by: By, plan: Mapping[str, probes.Probe]) -> Findings:
    return Findings(losses(by, plan), noise(by, plan), wiring(by, "train"), wiring(by, "eval"))


def flat_images(by: By) -> bool:
    """Whether this submission's decoder returns ``[B, 784]`` (else ``[B, 1, 28, 28]``)."""
    for name in ("shape:VAE:decode:20:4", "shape:VAE:forward:20:4", "shape:Autoencoder:decode:20:4"):
        a = arrays(by, name)
        if a is not None:
            return a["out0"].ndim == 2
    return True
