"""What kind of reconstruction error numbers are, and where they leave it."""

from __future__ import annotations

import numpy as np

from grader import convention, diagnosis, formulas, oracles
from grader import losses as fits
from grader.checks import slopes
from grader.checks.base import Context, Failed, Passed, Seen, Unobserved, number
from grader.convention import ReconFit, ReconPoint, Scale
from grader.losses import Losses
from grader.model import Fault

EDGE_TOLERANCE = 0.03  # at black and white pixels, where an epsilon of 0.01 inside a logarithm moves the error by 1 %
FAMILY_NAMES = {"bce": "binary cross-entropy", "squared": "squared error", "absolute": "absolute error"}


def names(losses: Losses, context: Context) -> list[str]:
    """The mistakes in the reconstruction error's formula that reproduce its numbers."""
    if losses.recon is None or losses.recon.family is not None:
        return []
    return formulas.name_recon(fits.recon_points(context.seen.by, context.plan, "loss:recon:", "recon"))


def usable(fit: ReconFit | None, what: str) -> ReconFit:
    if fit is None:
        raise Unobserved(what, Fault("missing", f"{what} gave no numbers"))
    return fit


def judged(fit: ReconFit, what: str, points: list[ReconPoint]) -> Passed | Failed:
    deviations = {k: float(f"{v:.3g}") if np.isfinite(v) else None for k, v in fit.deviations.items()}
    if fit.family is None:
        named = formulas.name_recon(points)
        sentence = diagnosis.sentence(named) or (
            "it is no multiple of BCE, squared or absolute error; relative deviations are "
            + ", ".join(f"{k} {number(v, 2)}" for k, v in fit.deviations.items())
        )
        return Failed(
            f"{what}: {sentence}",
            hint=diagnosis.hint(named) or "It has to be smallest where x_hat equals x, and compare x_hat with x only.",
            bug=named[0] if named else None,
            relative_deviation=deviations,
            expected={"relative_deviation": convention.RECON_TOLERANCE},
        )
    scale = fit.scale
    if scale is None:
        return Failed(
            f"{what}: its dependence on the batch size is no sum and no mean",
            hint="Divide by the batch size once, or not at all.",
            family=fit.family,
            expected={"batch_exponent": "0 or 1"},
        )
    if convention.allowed_recon_factor(fit.family, scale.factor) and scale.pixels in (0, -1):
        return Passed(
            f"{what} is {FAMILY_NAMES[fit.family]}, {scale.describe_pixels()}",
            measured={"family": fit.family, "factor": float(f"{scale.factor:.6g}")},
        )
    return _other_factor(fit, fit.family, scale, what, points)


def _other_factor(fit: ReconFit, family: str, scale: Scale, what: str, points: list[ReconPoint]) -> Failed:
    """What to say of a reconstruction error that is right but for a factor."""
    # a factor that fits no better than this is another formula, not a factor, the more so near one of the reductions
    whole = abs(scale.factor) * np.array([1.0, convention.PIXELS])
    near = min(abs(np.log2(w / p)) for w in whole for p in (0.5, 1.0)) < 0.25
    other = scale.factor > 0 and not fit.deviations[family] < (1e-4 if near else 3e-4)
    named = formulas.name_gaussian(points, family) or (formulas.name_mixture(points) if other else [])
    if named:
        why = f": {diagnosis.sentence(named)}"
    elif scale.factor < 0:
        why = ": its sign is wrong"
    elif other:
        why = f", and no multiple of it either (deviations of {number(fit.deviations[family], 2)}): something is added or changed"
    else:
        why = ": a factor that no reduction explains"
    by_mean = f" ({number(scale.factor * convention.PIXELS)} times its mean over pixels)" if scale.pixels == 0 else ""
    return Failed(
        f"{what} is {scale_text(scale)} times the summed {family} error{by_mean}{why}",
        hint=diagnosis.hint(named)
        or "Sums and means over pixels and batch are free (and ½ for squared error); other factors are not.",
        bug=named[0] if named else None if other else "recon_extra_factor",
        factor=scale.factor,
        batch_exponent=scale.batch,
        expected={"factor": 1.0, "batch_exponent": "0 or 1"},
    )


def scale_text(scale: Scale) -> str:
    powers = {"B": scale.batch, "D": scale.latent, "784": scale.pixels}
    text = number(scale.factor) + "".join(f" · {k}" + (f"^{v:g}" if v != 1 else "") for k, v in powers.items() if v)
    return text if scale.divisor == 1 else f"{text} / {scale.divisor}"


def _far_from_the_middle(fit: ReconFit, context: Context, seen: Seen, fn: str, part: str) -> Failed | None:
    """The error has to be the same formula at black and white pixels: between a perfect guess and an arbitrary one.

    An epsilon of 1e-4 inside a log moves it by 0.1 %, of 0.01 by 1 %; the tolerance is 3 %.
    """
    name = f"{fn}:extremes"
    if not seen.has(name) or fit.family is None or fit.scale is None:
        return None
    t, values = context.plan[name].tensors, fits.part(seen.observation(name), part)
    b = t["x"].shape[1]
    x_hat, x = (t[k].reshape(len(values), b, -1) for k in ("x_hat", "x"))
    at = [0, 3]
    closed = [oracles.recon_per_image(fit.family, x_hat[i], x[i]) for i in at]
    got, want = float(values[3] - values[0]), fit.scale.at(b, 1) * (closed[1] - closed[0])
    if not np.isfinite(values[at]).all() or abs(got - want) < EDGE_TOLERANCE * abs(want):
        return None  # what is not finite is a matter of stability
    what = "recon" if fn == "loss" else "ae_loss"
    return Failed(
        f"on black and white images {what} rises by {number(got)} from a perfect guess to an arbitrary one, "
        f"expected {number(want)}, although it is right in between",
        hint="Compare x_hat with x as they are: no clamp inside [0.01, 0.99], no smoothing of x.",
        bug="recon_values_clamped",
        rise=got,
        expected={"rise": want, "relative_tolerance": EDGE_TOLERANCE},
    )


def far_out(fit: ReconFit, context: Context, seen: Seen, fn: str, part: str) -> None:
    """Raises ``Failed`` where it is another formula far from x. Clamped or smoothed images show at black and white; an error
    that is cut off is too small well before."""
    ends, cut = (f(fit, context, seen, fn, part) for f in (_far_from_the_middle, slopes.far_values))
    if ends is not None and cut is not None:
        got, want = (float(d["recon" if fn == "loss" else "ae_loss"]) for d in (cut.measured, cut.expected))
        raise cut if got < want and cut.measured["error"] <= slopes.SAFE else ends
    if (off := ends or cut) is not None:
        raise off


def as_wrong(fit: ReconFit, other: ReconFit | None) -> bool:
    """Whether another error is wrong too, and by the same numbers."""
    if other is None or isinstance(judged(other, "recon", []), Passed):
        return False
    mine, theirs = ({f: round(v, 6) for f, v in e.deviations.items()} for e in (fit, other))
    return mine == theirs
