"""Is the gradient that autograd gives the gradient of the value? Parts of the checks that are about gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader import control, diagnosis, losses, oracles, probes
from grader.checks.base import Context, Failed, Seen, number
from grader.convention import ReconFit


@dataclass(frozen=True)
class Tolerance:
    """What honest work may be off by: in float64 kinks lie outside differences of 1e-5, in float32 within those of 0.002."""

    slope: float  # of the least squares slope of autograd's numbers on differences, from 1
    scatter: float  # median distance of the two, over the root mean square of the differences
    weights: float  # of the slope along one tensor of weights, from 1
    faint: float  # of the largest differences: tensors that matter less are not judged


TOLERANCE = {True: Tolerance(0.02, 0.02, 0.05, 1e-3), False: Tolerance(0.15, 0.25, 0.35, 0.02)}
STEPS = (
    1.6  # rms of the shortest differences over that of the longest: about 1 where values are smooth, 4 where rounded
)


@dataclass(frozen=True)
class Slopes:
    """How autograd's numbers ``[N]`` lie on central differences ``[L, N]`` of several lengths."""

    slope: float
    scatter: float
    stepwise: bool
    nothing: bool = False  # autograd gives nothing at all

    def good(self, allowed: Tolerance) -> bool:
        return abs(self.slope - 1.0) < allowed.slope and self.scatter < allowed.scatter


def slopes(gradients: np.ndarray, differences: np.ndarray, repeated: np.ndarray) -> Slopes | None:
    """``None`` where differences say nothing: the same call gives something else, or no value moves and none should."""
    g, d = gradients.astype(np.float64), differences.astype(np.float64)
    size = np.sqrt((d**2).mean(1))
    if not (np.isfinite(g).all() and np.isfinite(d).all()) or np.abs(repeated).max() > 0.01 * size.max():
        return None
    if not size.max() > 0:
        return Slopes(np.inf, np.inf, True) if np.abs(g).max() > 0 else None
    fits = [_fit(g, row, s) for row, s in zip(d, size, strict=True) if s > 0]
    slope, scatter = min(fits, key=lambda f: max(abs(f[0] - 1.0), f[1]))
    stepwise = size[-1] > STEPS * size[0] or not size.min() > 0
    return Slopes(slope, scatter, bool(stepwise), not np.abs(g).max() > 0)


def _fit(g: np.ndarray, d: np.ndarray, size: float) -> tuple[float, float]:
    return float((g * d).sum() / (d * d).sum()), float(np.median(np.abs(g - d))) / size


def _named(found: Slopes) -> str:
    if found.nothing:
        return "loss_detached"
    if found.stepwise:
        return "straight_through"
    return "gradient_reversed" if found.slope < -0.5 else "gradient_not_of_value"


def of_stages(seen: Seen) -> None:
    """``encode`` and ``decode`` of both classes, in both modes; then every tensor of weights."""
    for cls in probes.CLASSES:
        for method in ("decode", "encode"):
            for mode in ("train", "eval"):
                _stage(seen, cls, method, mode)
    for cls in probes.CLASSES:
        _weights(seen, cls)


def _stage(seen: Seen, cls: str, method: str, mode: str) -> None:
    name = f"slopes:{cls}:{method}:{mode}"
    if not seen.has(name):
        return  # a call that fails is judged elsewhere
    a, allowed = seen.arrays(name), TOLERANCE[seen.observation(name).info["precise"]]
    for i, output in enumerate(("mu", "logvar") if cls == "VAE" and method == "encode" else (method,)):
        found = slopes(a["gradients"][i], a["differences"][:, i], a["repeated"][i])
        if found is not None and not found.good(allowed):
            what = f"{cls}.{method}" + (f" ({output})" if output != method else "")
            raise _off(what, "its input", mode, a["gradients"].shape[1], found, allowed)


def _off(what: str, of: str, mode: str, count: int, found: Slopes, allowed: Tolerance) -> Failed:
    key = _named(found)
    slope = number(found.slope, 3) if np.isfinite(found.slope) else "infinitely many"
    text = (
        f"in {mode} mode autograd gives {slope} times the slope of what {what} returns, along {count} directions of {of}, "
        f"expected 1 ± {allowed.slope:g}"
        if not abs(found.slope - 1.0) < allowed.slope
        else f"in {mode} mode autograd's slopes of {what} along {count} directions of {of} are off by {number(100 * found.scatter, 2)} % "
        f"in the median, expected less than {100 * allowed.scatter:g} %"
    )
    return Failed(
        diagnosis.named(text, key),
        bug=key,
        slope=_shown(found.slope),
        scatter=_shown(found.scatter),
        expected={"slope": 1.0, "scatter": 0.0},
    )


def _shown(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None


def _weights(seen: Seen, cls: str) -> None:
    name = f"slopes:{cls}:weights"
    if not seen.has(name):
        return
    o = seen.observation(name)
    allowed = TOLERANCE[o.info["precise"]]
    g, d, again = o.arrays["gradients"], o.arrays["differences"], o.arrays["repeated"]
    if not g.size or not np.isfinite(d).all():
        return
    size = np.sqrt((d**2).mean(2)).max(0)  # [T]
    wrong = []
    for t, weight in enumerate(o.info["names"]):
        found = slopes(g[t], d[:, t], again[t]) if size[t] > allowed.faint * size.max() else None
        if found is not None and not abs(found.slope - 1.0) < allowed.weights and not found.nothing:
            wrong.append((weight, found))  # that there is none at all is told of weights by name, elsewhere
    if not wrong:
        return
    weight, worst = max(wrong, key=lambda w: abs(w[1].slope - 1.0))
    key = _named(worst)
    what = (
        f"in train mode autograd gives {number(worst.slope, 3)} times the slope of what {cls}.forward returns along {weight} "
        f"({len(wrong)} of {len(size)} weight tensors are off), expected 1 ± {allowed.weights:g}"
    )
    raise Failed(
        diagnosis.named(what, key),
        bug=key,
        slope=_shown(worst.slope),
        weights=[w for w, _ in wrong[:12]],
        expected={"slope": 1.0, "weights": []},
    )


# --- losses ------------------------------------------------------------------------------------------------

FAR_VALUE = 0.03  # an epsilon of 1e-4 inside a log moves the BCE at x_hat = 0.999 by 1.4 %
# Where an epsilon of 1e-4 inside a log moves the gradient by less than 0.1 %; as in loss.gradients itself.
FAR_GRADIENT, SAFE = 0.01, 0.9


def far_values(fit: ReconFit, context: Context, seen: Seen, fn: str, part: str) -> Failed | None:
    """The error has to be the same formula where every pixel is confident and wrong: thousands of nats an image."""
    for b in (4, 128):
        name = f"{fn}:far:{b}"
        if not seen.has(name) or fit.family is None or fit.scale is None:
            continue
        t, values = context.plan[name].tensors, losses.part(seen.observation(name), part)
        closed = np.array(
            [
                oracles.recon_per_image(fit.family, *(t[k][i].reshape(b, -1) for k in ("x_hat", "x")))
                for i in range(len(values))
            ]
        )
        want = fit.scale.at(b, 1) * closed
        if not np.isfinite(values).all():
            continue  # a matter of stability
        # what a fit may add as a constant is left out: every point is compared with the first
        off = np.abs((values - values[0]) - (want - want[0]))
        bad = np.flatnonzero(~(off <= FAR_VALUE * np.abs(want)))
        if not len(bad):
            continue
        i = int(bad[0])
        what = "recon" if fn == "loss" else "ae_loss"
        flat = np.ptp(values[i:]) < 1e-3 * abs(values[-1]) if len(values) - i > 1 else False
        limit = f"does not go beyond {number(float(values[-1]))}" if flat else f"is {number(float(values[i]))}"
        text = (
            f"where every pixel is wrong by {probes.FAR[i]:g} (batch {b}) {what} {limit}, the closed form is "
            f"{number(float(want[i]))}, although they agree where x_hat is near x"
        )
        return Failed(
            diagnosis.named(text, "recon_cut_off"),
            bug="recon_cut_off",
            measured={what: float(values[i]), "error": probes.FAR[i]},
            expected={what: float(want[i]), "relative_tolerance": FAR_VALUE},
        )
    return None


def of_recon(fit: ReconFit | None, context: Context, seen: Seen, fn: str) -> None:
    """The gradient in x_hat of ``ae_loss`` near x, and of both losses where every pixel is wrong."""
    if fit is None or fit.family is None or fit.scale is None:
        return
    for name in ("ae_loss:gradient",) * (fn == "ae_loss") + (f"{fn}:far:4",):
        if not seen.has(name) or "dx_hat" not in seen.arrays(name):
            continue
        t, got = context.plan[name].tensors, seen.arrays(name)["dx_hat"]
        for i in range(len(got)):
            if name.endswith("far:4") and probes.FAR[i] > SAFE:
                continue
            x_hat, x = (t[k][i].reshape(len(t[k][i]), -1) for k in ("x_hat", "x"))
            want = fit.scale.at(len(x), 1) * oracles.recon_gradient(fit.family, x_hat, x)
            gap = float(np.abs(got[i].reshape(want.shape) - want).max() / np.abs(want).max())
            if not gap < FAR_GRADIENT:
                where = f"where every pixel is wrong by {probes.FAR[i]:g}" if "far" in name else "near x"
                what = "d total / d x_hat" if fn == "loss" else "d ae_loss / d x_hat"
                key = "gradient_not_of_value" if np.abs(got[i]).max() > 0 else "loss_detached"
                off = f"{what} {where} is off by {number(100 * gap, 2)} % of its largest element, while the value is right"
                raise Failed(
                    diagnosis.named(off, key),
                    bug=key,
                    relative_error=_shown(gap),
                    expected={"relative_error": FAR_GRADIENT},
                )


# --- beside training ---------------------------------------------------------------------------------------

PAIR_VALUE = 0.01
PAIR_GRADIENT = 0.03


def paired(seen: Seen) -> None:
    """What training followed at a few steps, beside the harness's loss through the stages."""
    for run, what in (("beta_1", "the VAE at beta_c = 1"), ("ae", "the autoencoder")):
        for step in probes.PAIRED_STEPS:
            if not seen.has(name := f"paired:{run}:{step}"):
                continue
            o = seen.observation(name)
            value, total = o.info["value"], o.info["total"]
            when = f"at step {step} of training {what}"
            if not abs(total - value) <= PAIR_VALUE * abs(value):
                raise Failed(
                    f"{when} the total was {number(total, 5)}; recon and KL in the submission's own convention, for the same "
                    f"weights, batch and noise, give {number(value, 5)}, although the exact checks found the same formula",
                    bug="training_differs",
                    total=total,
                    step=step,
                    expected={"total": value, "relative_tolerance": PAIR_VALUE},
                )
            apart = control.gap(o.arrays["own"], o.arrays["staged"], o.info["names"])
            if not max(apart.share, apart.worst_share) < PAIR_GRADIENT:
                raise Failed(
                    f"{when} the gradient of the loss through forward is {number(apart.ratio, 3)} times as long as that of the same "
                    f"loss through decode(reparameterize(encode(x))), and off by {number(100 * apart.share, 2)} % of it; most for "
                    f"{apart.worst}, by {number(100 * apart.worst_share, 2)} %",
                    bug="training_differs",
                    off=_shown(apart.share),
                    step=step,
                    weights=apart.worst,
                    expected={"off": PAIR_GRADIENT},
                )
