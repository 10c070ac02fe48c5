"""The KL beside its closed form: where they part, and which mistake that is."""

from __future__ import annotations

import numpy as np

from grader import convention, diagnosis, formulas, oracles, probes
from grader import losses as fits
from grader.checks.base import Context, Echo, Failed, Seen, number
from grader.checks.reconstruction import scale_text
from grader.convention import Scale
from grader.losses import Losses

KL_FORM = "½ Σ (mu² + exp(logvar) − 1 − logvar)"
WIDE_TOLERANCE = 1e-2  # of kl far from the prior


def names(losses: Losses, context: Context) -> list[str]:
    """The mistakes in the KL's formula that reproduce its numbers."""
    if losses.kl is None:
        return []
    named = formulas.name_kl(losses.kl, fits.kl_points(context.seen.by, context.plan, losses))
    negated = losses.total is not None and losses.total.key == "kl_subtracted"
    return ["reported_kl_negated"] if negated and named == ["kl_sign_flipped"] else named


def scale_allowed(scale: Scale) -> bool:
    one = abs(scale.factor - 1.0) < convention.KL_TOLERANCE
    return one and scale.latent in (0, -1) and scale.pixels in (0, -1)


def other(losses: Losses, seen: Seen, context: Context, bugs: list[str]) -> Failed:
    """Where the KL is farthest from a multiple of the closed form, and why."""
    fit = losses.kl
    assert fit is not None
    values, closed = at_random_points(context, seen)
    at = _worst(values, closed)
    value, canonical = float(values[at]), float(closed[at])
    measured = {"kl": value, "worst_relative_deviation": fit.worst if np.isfinite(fit.worst) else None}
    expected = {"kl_times_a_reduction": canonical, "relative_tolerance": convention.KL_TOLERANCE}
    text = diagnosis.sentence(bugs)
    if (not text or bugs == ["kl_extra_factor"]) and fit.exact and fit.scale is not None:
        text = f"it is the closed form times {scale_text(fit.scale)}, which no reduction explains"
    if not text and fit.exact:
        text = "it is a multiple of the closed form, but depends on batch or latent size like no sum or mean"
    where = f"at point {at + 1} of {probes.KL_POINTS} random ones (B = 4, D = 3) kl is {number(value)}, the closed form {number(canonical)}"
    if abs(value - canonical) < convention.KL_TOLERANCE * abs(canonical):
        zero = float(fits.part(seen.observation("loss:near:4:3"), "kl")[0]) if seen.has("loss:near:4:3") else 0.0
        where = "kl agrees with the closed form at random points (B = 4, D = 3), but " + (
            f"at mu = logvar = 0 it is {number(zero)}, expected 0"
            if abs(zero) > 1e-4 * 3
            else "not at every size of batch and latent space"
        )
        text = text or "near 0 a clamp or free bits show, elsewhere sizes that are written as numbers"
    if not text:
        pairs = (f"{number(float(v))} for {number(float(c))}" for v, c in zip(values[:3], closed[:3], strict=True))
        text = "no known formula fits; measured for closed form at three points: " + ", ".join(pairs)
    return Failed(
        f"{where}: {text}",
        hint=diagnosis.hint(bugs)
        or f"Compare term by term with {KL_FORM}, at mu = logvar = 0 and then with one of them changed.",
        bug=bugs[0] if bugs else None,
        measured=measured | ({"coefficients": dict(fit.coefficients)} if fit.coefficients else {}),
        expected=expected,
    )


def far_from_zero(context: Context, seen: Seen, scale: Scale) -> None:
    """The closed form has to hold wherever clamping is not free."""
    t, values = context.plan["loss:wide"].tensors, fits.part(seen.observation("loss:wide"), "kl")
    b, d = t["mu"].shape[1:]
    for i, logvar in enumerate(probes.WIDE):
        want = scale.at(b, d) * oracles.kl_per_image(t["mu"][i], t["logvar"][i])
        if not np.isfinite(values[i]):
            raise Echo("loss.stability")
        if not abs(values[i] - want) < WIDE_TOLERANCE * abs(want):
            raise Failed(
                f"at logvar = {logvar:g} everywhere kl is {number(float(values[i]))}, the closed form {number(want)}, "
                "although they agree near 0",
                hint="Do not clamp logvar inside [−15, 15]: beyond a clamp it gets no gradient.",
                bug="kl_logvar_clamped",
                kl=float(values[i]),
                logvar=logvar,
                expected={"kl": want, "relative_tolerance": WIDE_TOLERANCE},
            )


def at_random_points(context: Context, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """``kl`` at the random points of B = 4, D = 3, and the closed form there."""
    t = context.plan["loss:kl:4:3"].tensors
    closed = [oracles.kl_per_image(mu, logvar) for mu, logvar in zip(t["mu"], t["logvar"], strict=True)]
    return fits.part(seen.observation("loss:kl:4:3"), "kl"), np.array(closed)


def _worst(values: np.ndarray, closed: np.ndarray) -> int:
    """The point where ``values`` are farthest from a multiple of ``closed``: the first where none stands out."""
    ratios = values / closed
    if not np.isfinite(ratios).all():
        return int(np.argmin(np.isfinite(ratios)))
    off = np.abs(ratios - np.median(ratios))
    return int(np.argmax(off)) if off.max() > convention.KL_TOLERANCE * abs(np.median(ratios)) else 0
