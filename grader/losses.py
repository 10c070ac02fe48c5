"""What the loss probes say about ``vae_loss`` and ``ae_loss``: each returned value by itself, then how they add up. Pure.

A value is fitted wherever it was observed, whatever is wrong with the others or with the form it came in: a plain number
has a value, an unreduced tensor has a sum. What cannot be told apart from such a flaw is left to the check of the flaw.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from grader import convention, oracles, probes
from grader.convention import KlFit, KlPoint, ReconFit, ReconPoint
from grader.model import Observation

By = Mapping[str, Observation]
Plan = Mapping[str, probes.Probe]
PARTS = ("total", "recon", "kl")
# Relative to the terms that a formula adds up and the total. float32 sums agree to 1e-6; another processor or release is
# granted 1e-4 of each value (docs/reproducibility.md), and three of them meet here. Where beta · kl is small beside recon
# this says nothing about it: the probe `loss:faint` is where recon is next to nothing.
DECOMPOSITION_TOLERANCE = 4e-4
# Of the largest KL of a probe, times beta: what float32 leaves of a KL near 0, a difference of twenty terms near 1 each.
KL_ROUNDING = 2e-7
REPEAT_TOLERANCE = 1e-3  # relative, between two identical calls


@dataclass(frozen=True)
class Total:
    """How the total is made of its parts.

    ``key``: "exact", the diagnosis of another formula that reproduces every total, or ``None``. ``coefficients``: of the
    fewest terms that do, where any do.
    """

    key: str | None
    kl_depends_on_beta: bool = False
    recon_depends_on_beta: bool = False
    coefficients: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Losses:
    """Fits of ``vae_loss`` and ``ae_loss``; ``None`` where a value was not observed.

    ``flaws`` are those of the form in which total, recon and kl are returned: "number" (no tensor), "unreduced",
    "not_finite", "unrepeatable". ``order`` is the order in which the three come.
    """

    observed: bool = False
    flaws: Mapping[str, frozenset[str]] = field(default_factory=dict)
    changes_inputs: bool = False
    order: tuple[str, ...] = PARTS
    kl: KlFit | None = None
    recon: ReconFit | None = None
    ae: ReconFit | None = None
    total: Total | None = None
    recon_depends_on_codes: bool = False
    kl_depends_on_images: bool = False
    gradients_reach: bool = False
    ae_sound: bool = False  # ae_loss is a tensor of one element with a gradient

    @property
    def sound(self) -> bool:
        """Whether three tensors come back in a form that training can use."""
        return self.observed and not self.changes_inputs and not any(self.flaws.values()) and self.order == PARTS

    @property
    def adds_up(self) -> bool:
        t = self.total
        return t is not None and t.key == "exact" and not t.kl_depends_on_beta and not t.recon_depends_on_beta

    @property
    def trainable(self) -> bool:
        """Whether minimising this loss is minimising some canonical recon + beta_c · KL, exactly."""
        return bool(
            self.sound
            and self.total is not None
            and self.total.key == "exact"
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
        return bool(self.ae_sound and self.ae is not None and self.ae.scale is not None and self.ae.scale.factor > 0)


def losses(by: By, plan: Plan) -> Losses:
    """Fit everything that the loss probes observed; ``plan`` holds the probes as they were asked."""
    with np.errstate(all="ignore"):  # numbers of a submission may be any: what is not finite fits nothing
        return _losses(by, plan)


def _losses(by: By, plan: Plan) -> Losses:
    ae = fit_recon(by, plan, "ae_loss:recon:", "total")
    seen = {n: o for n in plan if n.startswith("loss:") and (o := by.get(n)) is not None and o.fault is None}
    ae_sound = _ae_sound(by, plan)
    if not seen:
        return Losses(ae=ae, ae_sound=ae_sound)
    order = _order(seen, plan)
    seen = {n: _renamed(o, order) for n, o in seen.items()}
    total = fit_total(seen)
    if order != PARTS and total is not None:
        total = replace(total, key="loss_results_order")
    kl, recon = _same_divisor(_fit_kl(seen, plan), fit_recon(seen, plan, "loss:recon:", "recon"))
    return Losses(
        observed=True,
        flaws={p: _flaws(seen, p) for p in PARTS},
        changes_inputs=any(o.info.get("changed_input") for o in seen.values()),
        order=order,
        kl=kl,
        recon=recon,
        ae=ae,
        total=total,
        recon_depends_on_codes=_moves(seen, "loss:other_codes", "recon") or _moves_when_faint(seen),
        kl_depends_on_images=_moves(seen, "loss:other_images", "kl"),
        gradients_reach=_gradients_reach(seen.get("loss:betas")),
        ae_sound=ae_sound,
    )


def _ae_sound(by: By, plan: Plan) -> bool:
    seen = [o for n in plan if n.startswith("ae_loss:") and (o := by.get(n)) is not None and o.fault is None]
    gradient = by.get("ae_loss:gradient")
    return (
        not any(o.info["not_tensor"] or math.prod(o.info["shapes"]["total"]) != 1 for o in seen)
        and gradient is not None
        and gradient.fault is None
        and float(np.abs(gradient.arrays["dx_hat"]).max()) > 0
    )


def part(o: Observation, name: str) -> np.ndarray:
    """One number for each call, float64: the value, or the sum of what was not reduced."""
    a = np.asarray(o.arrays[name], np.float64)
    return a.reshape(len(a), -1).sum(1)


def _renamed(o: Observation, order: tuple[str, ...]) -> Observation:
    """``o`` with each value under the name of what it is."""
    if order == PARTS:
        return o
    names = dict(zip(PARTS, order, strict=True))
    info = dict(o.info)
    info["shapes"] = {names.get(k, k): v for k, v in o.info["shapes"].items()}
    info["not_tensor"] = [names.get(k, k) for k in o.info["not_tensor"]]
    return replace(o, arrays={names.get(k, k): v for k, v in o.arrays.items()}, info=info)


def _order(seen: By, plan: Plan) -> tuple[str, ...]:
    """Which of the three values is which: told by what they are where they fit in another order only."""
    for order in itertools.permutations(PARTS):
        renamed = {n: _renamed(o, order) for n, o in seen.items()}
        _, worst = convention.fit_formula(_kl_points(renamed, plan), oracles.kl_per_image)
        if worst < convention.KL_TOLERANCE:
            recon = fit_recon(renamed, plan, "loss:recon:", "recon")
            if recon is not None and recon.family is not None:
                total = fit_total(renamed)
                if order == PARTS or (total is not None and total.key == "exact"):
                    return order
    return PARTS


def _flaws(seen: By, name: str) -> frozenset[str]:
    out = set()
    for probe, o in seen.items():
        if "extremes" in probe or probe == "loss:wide":
            continue
        if name in o.info["not_tensor"]:
            out.add("number")
        if math.prod(o.info["shapes"][name]) != 1:
            out.add("unreduced")
        if not np.isfinite(o.arrays[name]).all():
            out.add("not_finite")
    if not repeatable(seen, name):
        out.add("unrepeatable")
    return frozenset(out)


def repeatable(seen: By, name: str) -> bool:
    """Whether the same call gives the same value, in hundreds of calls and under another seed."""
    pairs = []
    if "loss:betas" in seen and "loss:betas_again" in seen:
        again = part(seen["loss:betas_again"], name)
        pairs.append((part(seen["loss:betas"], name)[: len(again)], again))
    if "loss:often" in seen:
        often = part(seen["loss:often"], name)
        pairs.append((often[:1], often))
    return all(
        np.allclose(first, again, rtol=REPEAT_TOLERANCE, atol=1e-9)
        for first, again in pairs
        if np.isfinite(first).all() and np.isfinite(again).all()  # else another flaw
    )


def _gradients_reach(o: Observation | None) -> bool:
    """Whether the total at beta = 1 has a gradient in every input (at beta = 0 it may have none in mu)."""
    if o is None:
        return False
    n, one = len(probes.LOSS_BETAS), probes.LOSS_BETAS.index(1.0)
    leaves = [o.arrays.get(k) for k in ("dx_hat", "dmu", "dlogvar")]
    return all(g is not None and np.abs(g.reshape(-1, n, *g.shape[1:])[:, one]).max() > 0 for g in leaves)


def _moves(seen: By, name: str, what: str) -> bool:
    if name not in seen:
        return False
    values = part(seen[name], what)
    return not np.allclose(values, values[0], rtol=DECOMPOSITION_TOLERANCE, atol=1e-9)


def _moves_when_faint(seen: By) -> bool:
    """Whether recon changes with the codes where it is next to nothing: the images are the same at all points."""
    if "loss:faint" not in seen:
        return False
    values = part(seen["loss:faint"], "recon").reshape(-1, len(probes.FAINT_BETAS))[:, 0]  # beta = 0
    return bool(np.isfinite(values).all() and np.ptp(values) > 1e-2 * np.abs(values).min() + 1e-7)


def _kl_points(seen: By, plan: Plan) -> list[KlPoint]:
    points: list[KlPoint] = []
    for name, o in seen.items():
        if name.startswith(("loss:kl:", "loss:near:")):
            mu, logvar = (np.asarray(plan[name].tensors[k], np.float64) for k in ("mu", "logvar"))
            points += [KlPoint(mu[i], logvar[i], float(v)) for i, v in enumerate(part(o, "kl"))]
    return points


def kl_points(by: By, plan: Plan, found: Losses) -> list[KlPoint]:
    """Every pair of codes that was asked, with the KL that came back, where that is a number."""
    seen = {n: _renamed(o, found.order) for n, o in by.items() if n.startswith("loss:") and o.fault is None}
    return [p for p in _kl_points(seen, plan) if math.isfinite(p.kl)]


def _fit_kl(seen: By, plan: Plan) -> KlFit | None:
    points = _kl_points(seen, plan)
    finite = [p for p in points if math.isfinite(p.kl)]  # the others are a flaw, and may be the formula's only trace
    return convention.fit_kl(finite or points) if points else None


def fit_recon(by: By, plan: Plan, prefix: str, output: str) -> ReconFit | None:
    points = recon_points(by, plan, prefix, output)
    return convention.fit_recon(points) if points else None


def recon_points(by: By, plan: Plan, prefix: str, output: str) -> list[ReconPoint]:
    """Every pair of images that was asked, with the reconstruction error that came back."""
    points: list[ReconPoint] = []
    for name in plan:
        o = by.get(name)
        if not name.startswith(prefix) or o is None or o.fault is not None:
            continue
        x_hat, x = (np.asarray(plan[name].tensors[k], np.float64) for k in ("x_hat", "x"))
        b = x.shape[1]
        points += [
            ReconPoint(x_hat[i].reshape(b, -1), x[i].reshape(b, -1), float(v)) for i, v in enumerate(part(o, output))
        ]
    return points


def _same_divisor(kl: KlFit | None, recon: ReconFit | None) -> tuple[KlFit | None, ReconFit | None]:
    """Where both terms are divided by a number and one by twice the other's, it is one number and a factor.

    Half of a squared error over 64 reads as the whole over 128; twice a KL over 128 as the KL over 64.
    """
    if kl is None or recon is None or kl.scale is None or recon.scale is None:
        return kl, recon
    k, r = kl.scale, recon.scale
    if 1 in (k.divisor, r.divisor) or k.divisor == r.divisor:
        return kl, recon
    if recon.family == "squared" and r.divisor == 2 * k.divisor:
        return kl, replace(recon, scale=replace(r, factor=0.5 * r.factor, divisor=k.divisor))
    if r.divisor in (2 * k.divisor, k.divisor / 2):
        return replace(kl, scale=replace(k, factor=k.factor * r.divisor / k.divisor, divisor=r.divisor)), recon
    return kl, recon


# --- how the total is made -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rows:
    """Values at each point and beta, ``[points, betas]`` flattened; ``recon1`` and ``kl1`` are those at beta = 1."""

    total: np.ndarray
    recon: np.ndarray
    kl: np.ndarray
    beta: np.ndarray
    recon1: np.ndarray
    kl1: np.ndarray
    noise: np.ndarray  # what float32 leaves of beta · kl where kl vanishes

    def joined(self, other: _Rows) -> _Rows:
        return _Rows(*(np.concatenate([getattr(self, f), getattr(other, f)]) for f in self.__dataclass_fields__))

    def made_of(self, *terms: np.ndarray) -> bool:
        """Whether the total is the sum of these terms in every row, up to rounding of the terms."""
        want, size = sum(terms), sum(np.abs(t) for t in terms) + np.abs(self.total)
        return bool(
            np.isfinite(want).all()
            and np.isfinite(self.total).all()
            and (np.abs(self.total - want) <= DECOMPOSITION_TOLERANCE * size + self.noise + 1e-12).all()
        )


def fit_total(seen: By) -> Total | None:
    """Which formula in recon, kl and beta gives the total at every point and beta that was asked."""
    scalar = all(o.arrays[p].size == len(o.arrays[p]) for o in seen.values() for p in PARTS)
    found = None
    for how in (("sum", "sum"), ("mean", "mean"), ("sum", "mean"), ("mean", "sum")):
        groups = [
            rows
            for name, betas in (("loss:betas", probes.LOSS_BETAS), ("loss:faint", probes.FAINT_BETAS))
            if name in seen and (rows := _rows(seen[name], betas, how)) is not None
        ]
        if not groups:
            return None
        fit = _fit_rows(groups[0] if len(groups) == 1 else groups[0].joined(groups[1]))
        if scalar or fit.key == "exact":
            return fit
        found = found or fit
    return found


def _rows(o: Observation, betas: Sequence[float], how: tuple[str, str]) -> _Rows | None:
    """Rows of one probe: element by element where the total is no scalar, else with both parts reduced as ``how`` says."""
    n = len(betas)
    t, r, k = (np.asarray(o.arrays[p], np.float64) for p in PARTS)
    calls = len(t)
    if t.size > calls:
        try:
            r, k = (np.broadcast_to(v.reshape(calls, *v.shape[1:]), t.shape) for v in (_padded(r, t), _padded(k, t)))
        except ValueError:
            return None
    else:
        r, k = (getattr(v.reshape(calls, -1), f)(1) for v, f in zip((r, k), how, strict=True))
    t, r, k = (v.reshape(calls // n, n, -1) for v in (t, r, k))
    one = betas.index(1.0)
    beta = np.broadcast_to(np.array(betas)[None, :, None], t.shape)
    reach = np.abs(k[np.isfinite(k)]).max(initial=0.0)
    r1, k1 = (np.broadcast_to(v[:, one : one + 1], t.shape) for v in (r, k))
    noise = KL_ROUNDING * (1.0 + beta) * reach
    return _Rows(*(np.ravel(v) for v in (t, r, k, beta, r1, k1, noise)))


def _padded(v: np.ndarray, like: np.ndarray) -> np.ndarray:
    """``[calls, …]`` with axes of one after the first, so that the rest is broadcast as torch would."""
    return v.reshape(len(v), *(1,) * (like.ndim - v.ndim), *v.shape[1:])


def _fit_rows(s: _Rows) -> Total:
    beta, r, k = s.beta, s.recon1, s.kl1
    # where a reported part itself carries beta, its value at beta = 1 is the plain one
    formulas = {
        "exact": (s.recon, beta * s.kl),
        "beta_ignored": (r, k),
        "beta_on_recon": (beta * r, k),
        "beta_on_both": (beta * r, beta * k),
        "beta_squared": (r, beta**2 * k),
        "kl_subtracted": (r, -beta * k),
        "kl_left_out": (r,),
        "recon_left_out": (beta * k,),
        "beta_as_mixture": ((1 - beta) * r, beta * k),
        "beta_divides": (r, k / np.where(beta == 0, np.inf, beta)),
        "parts_as_if_plain": (r, beta * k),
    }
    fitting = [key for key, terms in formulas.items() if s.made_of(*terms)]
    on_kl = not np.allclose(s.kl, k, rtol=2e-3, atol=1e-9 + float(s.noise.min()))
    on_recon = not np.allclose(s.recon, r, rtol=2e-3, atol=1e-9)
    exact = fitting[:1] == ["exact"]
    coefficients = {} if exact else _fewest_terms(s)
    key = fitting[0] if fitting else _threshold(s) or _named(s, coefficients)
    return Total(key, on_kl, on_recon, coefficients)


def _fewest_terms(s: _Rows) -> dict[str, float]:
    """The sum of the fewest terms that gives every total, by their coefficients; empty where there is none."""
    columns = {
        "recon": s.recon1, "beta_kl": s.beta * s.kl1, "kl": s.kl1, "beta_recon": s.beta * s.recon1,
        "beta": s.beta, "one": np.ones_like(s.beta),
    }  # fmt: skip
    if not all(np.isfinite(v).all() for v in (*columns.values(), s.total)):
        return {}
    for count in (1, 2, 3):
        for names in itertools.combinations(columns, count):
            design = np.stack([columns[n] for n in names], 1)
            weight = 1.0 / np.maximum(np.abs(design).sum(1) + np.abs(s.total), 1e-12)
            c, *_ = np.linalg.lstsq(design * weight[:, None], s.total * weight, rcond=None)
            if np.abs(c).min() > 1e-9 and s.made_of(*(design * c).T):
                return {n: round(float(v), 9) for n, v in zip(names, c, strict=True)}
    return {}


def _threshold(s: _Rows) -> str | None:
    """A threshold on the KL inside the total: ``beta · |kl − C|``, ``beta · max(kl, λ)`` and the like."""
    weighed = s.beta > 0
    if not (np.isfinite(s.total).all() and np.isfinite(s.kl1).all() and weighed.any()):
        return None
    inside = np.where(weighed, (s.total - s.recon1) / np.where(weighed, s.beta, 1.0), 0.0)
    # beta is largest where recon counts least
    heavy = s.beta == s.beta.max()
    least, most = (int(f(np.where(heavy, s.kl1, fill))) for f, fill in ((np.argmin, np.inf), (np.argmax, -np.inf)))
    level, cut = inside[least], s.kl1[most] - inside[most]
    if level > 1e-4 * abs(s.kl1[most]):
        for key, value in (("kl_capacity", np.abs(s.kl1 - level)), ("kl_free_bits", np.maximum(s.kl1, level))):
            if s.made_of(s.recon1, s.beta * value):
                return key
    if cut > 1e-3 * abs(s.kl1[most]):
        for key, value in (
            ("kl_capacity", np.maximum(s.kl1 - cut, 0.0)),
            ("kl_capacity", np.abs(s.kl1 - cut)),
            ("kl_capped", np.minimum(s.kl1, inside[most])),
        ):
            if s.made_of(s.recon1, s.beta * value):
                return key
    return None


def _named(s: _Rows, c: Mapping[str, float]) -> str | None:
    """Which mistake the terms of the total are, or the weight of the KL is; ``None`` where it is none that has a name."""
    one = {k for k, v in c.items() if abs(v - 1.0) < 2 * DECOMPOSITION_TOLERANCE}
    match sorted(c):
        case ["beta_kl", "recon"]:
            return "recon_rescaled_in_total" if "beta_kl" in one else "beta_rescaled" if "recon" in one else None
        case ["kl", "recon"]:
            return "beta_constant" if "recon" in one else None
        case ["beta_kl", "kl", "recon"]:
            return "beta_not_linear" if "recon" in one else None
        case ["beta", "beta_kl", "recon"]:
            return "kl_constant_added" if {"recon", "beta_kl"} <= one else None
        case ["beta_kl", "one", "recon"]:
            return "total_has_another_term" if {"recon", "beta_kl"} <= one else None
    excess = s.total - s.recon1 - s.beta * s.kl1
    weight = (s.total - s.recon1) / s.kl1
    if not np.isfinite(excess).all():
        return None
    error = DECOMPOSITION_TOLERANCE * (np.abs(s.total) + np.abs(s.recon1) + s.beta * np.abs(s.kl1)) + s.noise
    if _depends_only_on(s.kl1, excess, error):
        return "total_has_another_term"
    return "beta_not_linear" if _depends_only_on(s.beta, weight, error / np.abs(s.kl1)) else None


def _depends_only_on(what: np.ndarray, values: np.ndarray, error: np.ndarray) -> bool:
    """Whether rows with one ``what`` have one value within their errors, and some value is more than its error."""
    for v in np.unique(what):
        at = (what == v) & np.isfinite(values)
        if at.any() and (values[at] - error[at]).max() > (values[at] + error[at]).min():
            return False
    return bool((np.abs(values) > 3 * error).any())
