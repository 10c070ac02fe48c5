"""What the exact probes say about a submission, as fits: shared by the observer, which decides from them
how to train what can still be trained, and by the checks, which judge them. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grader import convention, losses, probes
from grader.losses import Losses
from grader.metrics import ieee
from grader.model import Observation
from grader.pointwise import PointMap, point_map

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
    # of the smaller of the two: one absurd value must not make everything else near
    size = max(1.0, min(float(reach.max(initial=0.0)), float(np.abs(x).max(initial=0.0))))
    # comparisons with NaN are false, and an infinite difference exceeds every finite bound
    return size < np.inf and bool((np.abs(x - y) <= atol * size + rtol * reach).all())


def arrays(by: By, name: str) -> Mapping[str, np.ndarray] | None:
    o = by.get(name)
    return None if o is None or o.fault is not None else o.arrays


def inputs(probe: probes.Probe) -> dict[str, np.ndarray]:
    return {k: np.asarray(v, np.float64) for k, v in probe.tensors.items()}


# --- batches ----------------------------------------------------------------------------------------------


def usable(o: Observation | None, rows: int, sizes: Mapping[str, int]) -> bool:
    """Whether an answer holds the numbers that were asked for: so many of them, one row for each of ``rows``."""
    if o is None or (o.fault is not None and o.fault.kind not in ("wrong_shape", "wrong_value", "unwritten")):
        return False
    if o.fault is None or o.fault.kind == "unwritten":
        return True
    shapes = [m[0] for m in o.info.get("meta", [])]
    return len(shapes) == len(sizes) and all(
        s[:1] == [rows] and math.prod(s) == size for s, size in zip(shapes, sizes.values(), strict=True)
    )


def fit(by: By, plan: Mapping[str, probes.Probe], cls: str) -> tuple[int, int] | None:
    """The least and the most rows (0: any number) that all methods of ``cls`` take at a time; ``None`` if any number does.

    Of the batch sizes that were tried it is the longest row of neighbours that work; of equally long ones the largest.
    """
    d = probes.LATENTS[-1]
    works: dict[int, bool] = {}
    for name, probe in plan.items():
        kind, *rest = name.split(":")
        if (
            name not in by
            or kind not in ("shape", "batch")
            or rest[0] != cls
            or rest[2] != str(d)
            or probe.op != "apply"
        ):
            continue
        b = int(rest[3])
        works[b] = works.get(b, True) and usable(by.get(name), b, probes.sizes(probe))
    tried = sorted(works)
    if all(works.values()) or not any(works.values()):
        return None
    runs: list[list[int]] = [[]]
    for b in tried:
        if works[b]:
            runs[-1].append(b)
        elif runs[-1]:
            runs.append([])
    best = max(runs, key=lambda run: (len(run), run))
    return best[0], 0 if best[-1] == tried[-1] and len(best) > 1 else best[-1]


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
    """How ``forward`` relates to its stages in one mode: equal, or up to a map of single values that is no fault here.

    A map is none where it moves nothing that could be shown, and where it brings to [0, 1] what ``decode`` does not
    (which the check of the range says).
    """

    observed: bool = False
    exact: bool = False
    codes_in_order: bool = False
    codes_swapped: bool = False
    decodes_mu: bool = False
    decodes_logvar: bool = False
    call_swapped: bool = False
    formula_inline: bool = False
    varies_with_seed: bool = False
    shown: PointMap | None = None  # what forward makes of single values that the stages decode to, if that is all
    denoises: bool = False  # forward encodes its images with noise of its own, and is right otherwise
    leaks: bool = False  # forward shows the image although encode is made to give the same codes


def wiring(by: By, mode: str) -> Wiring:
    a = arrays(by, f"staged:{mode}")
    if a is None or not np.isfinite(a["z"]).all():  # what NaN is decoded to equals nothing, and tells nothing
        return Wiring()
    forward = a["forward"]

    def same(stages: np.ndarray) -> bool:
        if close(forward, stages):
            return True
        found = point_map(stages, forward)
        return found is not None and (found.harmless or found.rescues)

    exact = close(forward, a["staged"])
    if "from_given" in a and not exact and same(a["from_given"]):
        told = close(a["forward_mu"], a["given_mu"]) and close(a["forward_logvar"], a["given_logvar"])
        return Wiring(observed=True, exact=True, codes_in_order=told, varies_with_seed=True, denoises=True)
    return Wiring(
        observed=True,
        exact=exact or same(a["staged"]),
        shown=None if exact else point_map(a["staged"], forward),
        codes_in_order=close(a["forward_mu"], a["mu"]) and close(a["forward_logvar"], a["logvar"]),
        codes_swapped=close(a["forward_mu"], a["logvar"]) and close(a["forward_logvar"], a["mu"]),
        decodes_mu=same(a["from_mu"]),
        decodes_logvar=same(a["from_logvar"]),
        call_swapped=same(a["from_swapped"]),
        formula_inline=same(a["from_formula"]),
        varies_with_seed=not close(forward, a["forward_other_seed"]),
        leaks=by[f"staged:{mode}"].info.get("encode_calls", 0) > 0
        and bool(np.isfinite(a["frozen"]).all() and np.isfinite(a["frozen_other"]).all())
        and not close(a["frozen"], a["frozen_other"]),
    )


def rescued(by: By) -> dict[str, PointMap]:
    """Classes whose ``decode`` is on another scale than images, with what their ``forward`` makes of it."""
    out = {}
    for cls, name in (("Autoencoder", "staged:train:Autoencoder"), ("VAE", "staged:eval")):
        a = arrays(by, name)
        found = None if a is None or close(a["forward"], a["staged"]) else point_map(a["staged"], a["forward"])
        if found is not None and found.rescues:
            out[cls] = found
    return out


def shows(shown: np.ndarray, decoded: np.ndarray, by: PointMap | None) -> bool:
    """Whether images are what was decoded elsewhere, as it is or as ``forward`` shows it."""
    return close(shown, decoded) or (by is not None and close(shown, by(decoded), atol=SHOWN))


SHOWN = 1e-3  # a map without a formula is known between pixels that lie as close as this


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
    return Findings(losses.losses(by, plan), noise(by, plan), wiring(by, "train"), wiring(by, "eval"))


def flat_images(by: By) -> bool:
    """Whether this submission's decoder returns ``[B, 784]`` (else images of two axes or more)."""
    for b in (4, *probes.BATCHES, *probes.OTHER_BATCHES):
        for name in (f"VAE:decode:20:{b}", f"VAE:forward:20:{b}", f"Autoencoder:decode:20:{b}"):
            o = by.get(f"shape:{name}") or by.get(f"batch:{name}")
            shape = o.info["meta"][0][0] if o is not None and o.info.get("meta") else []
            if shape[:1] == [b] and math.prod(shape) == b * 784:
                return len(shape) == 2
    return True
