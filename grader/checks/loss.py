"""Is the loss `total = recon + beta * kl`, in some consistent convention?"""

from __future__ import annotations

import numpy as np

from grader import convention, diagnosis, formulas, oracles, probes
from grader import losses as fits
from grader.checks import slopes
from grader.checks.base import Context, Echo, Finding, Seen, Unobserved, check, number
from grader.convention import ReconFit, ReconPoint, Scale
from grader.losses import Losses
from grader.model import Fault

KL_FORM = "½ Σ (mu² + exp(logvar) − 1 − logvar)"
EDGE_TOLERANCE = 0.03  # at black and white pixels, where an epsilon of 0.01 inside a logarithm moves the error by 1 %
WIDE_TOLERANCE = 1e-2  # of kl far from the prior
GRADIENT_TOLERANCE = 1e-2  # epsilons up to 1e-4 inside logs move the BCE gradient by less at x_hat in [0.2, 0.8]


@check("loss.returns", uses=("vae_loss",))
def returns(losses: Losses, seen: Seen, context: Context) -> Finding:
    """`vae_loss` returns three finite scalar tensors: total, recon and kl."""
    for name in seen:
        if name.startswith("loss:extremes") and seen.has(name) and (changed := seen[name].info["changed_input"]):
            return _changed("vae_loss", changed)
        if name.startswith("loss:") and "extremes" not in name and name != "loss:wide":
            o = seen.observation(name)
            shapes = {k: s for k, s in o.info["shapes"].items() if np.prod(s, dtype=int) != 1}
            if shapes:
                return _not_scalar(name, shapes)
            if o.info["not_tensor"]:
                which = ", ".join(o.info["not_tensor"])
                return Finding(
                    False,
                    f"vae_loss returns plain numbers for {which}, expected scalar tensors",
                    "Leave out .item() and float(): a number has no gradient.",
                    "loss_detached",
                    {"not_tensor": o.info["not_tensor"]},
                    {"not_tensor": []},
                )
            if o.info["changed_input"]:
                return _changed("vae_loss", o.info["changed_input"])
            for part in ("total", "recon", "kl"):
                if not np.isfinite(o.arrays[part]).all():
                    for source, names, owner in (
                        ("kl", _kl_names, "loss.kl_closed_form"),
                        ("recon", _recon_names, "loss.reconstruction"),
                    ):
                        if not np.isfinite(o.arrays[source]).all() and names(losses, context):
                            raise Echo(owner)  # the formula is known from where it is finite
                    return Finding(
                        False, f"{part} is not finite at ordinary inputs (x_hat in [0.2, 0.8], |mu| < 6)",
                        "Look for log(logvar), sqrt(logvar) or a division by zero.",
                        "nan_output", {part: "not finite"}, {part: "finite"},
                    )  # fmt: skip
    moving = [p for p in fits.PARTS if not fits.repeatable(seen, p)]
    if moving:
        first, again = (float(seen.arrays(n)[moving[-1]].reshape(-1)[0]) for n in ("loss:betas", "loss:betas_again"))
        return Finding(
            False, f"the same call gives another {moving[-1]} later, after {probes.OFTEN} more calls and under another seed",
            "A loss is a function of its arguments: no random numbers and no running state.",
            "loss_not_repeatable", {"second": again}, {"first": first},
        )  # fmt: skip
    return Finding(True, "three finite scalar tensors at every input")


def _changed(fn: str, which: list[str]) -> Finding:
    return Finding(
        False, f"{fn} changes its argument {', '.join(which)} in place",
        "Avoid x.clamp_(), mu.pow_(2), logvar.exp_() on arguments; use the forms without underscore.",
        "input_changed_in_place", {"changed": which}, {"changed": []},
    )  # fmt: skip


def _not_scalar(name: str, shapes: dict[str, list[int]]) -> Finding:
    part, shape = list(shapes.items())[-1]  # the total has the shape of its parts
    parts = name.split(":")
    d = int(parts[3]) if len(parts) == 4 else 20
    vector = "kl" in shapes
    over = "latent dimensions were left" if shape and shape[-1] == d else "the batch was left"
    return Finding(
        False,
        f"vae_loss returns {part} of shape {shape}, expected a scalar: {over} unreduced",
        "Reduce over latent dimensions (dim=1) and over the batch (dim=0): a sum or a mean each.",
        "kl_not_reduced_over_latents" if vector else "loss_not_reduced",
        {"shapes": dict(shapes.items())},
        {"shape": []},
    )


def _explained(losses: Losses, *parts: str) -> bool:
    """Whether numbers that fit nothing may be what the form in which these parts are returned has made of them."""
    return any(losses.flaws.get(p, frozenset()) & {"unreduced", "not_finite", "unrepeatable"} for p in parts)


def _kl_names(losses: Losses, context: Context) -> list[str]:
    """The mistakes in the KL's formula that reproduce its numbers."""
    if losses.kl is None:
        return []
    named = formulas.name_kl(losses.kl, fits.kl_points(context.seen.by, context.plan, losses))
    negated = losses.total is not None and losses.total.key == "kl_subtracted"
    return ["reported_kl_negated"] if negated and named == ["kl_sign_flipped"] else named


def _recon_names(losses: Losses, context: Context) -> list[str]:
    """The mistakes in the reconstruction error's formula that reproduce its numbers."""
    if losses.recon is None or losses.recon.family is not None:
        return []
    return formulas.name_recon(fits.recon_points(context.seen.by, context.plan, "loss:recon:", "recon"))


def _usable(fit: ReconFit | None, what: str) -> ReconFit:
    if fit is None:
        raise Unobserved(what, Fault("missing", f"{what} gave no numbers"))
    return fit


def _recon_finding(fit: ReconFit, what: str, points: list[ReconPoint]) -> Finding:
    deviations = {k: float(f"{v:.3g}") if np.isfinite(v) else None for k, v in fit.deviations.items()}
    if fit.family is None:
        named = formulas.name_recon(points)
        sentence = diagnosis.sentence(named) or (
            "it is no multiple of BCE, squared or absolute error; relative deviations are "
            + ", ".join(f"{k} {number(v, 2)}" for k, v in fit.deviations.items())
        )
        return Finding(
            False, f"{what}: {sentence}",
            diagnosis.hint(named) or "It has to be smallest where x_hat equals x, and compare x_hat with x only.",
            named[0] if named else None, {"relative_deviation": deviations},
            {"relative_deviation": convention.RECON_TOLERANCE},
        )  # fmt: skip
    scale = fit.scale
    if scale is None:
        return Finding(
            False, f"{what}: its dependence on the batch size is no sum and no mean",
            "Divide by the batch size once, or not at all.", None,
            {"family": fit.family}, {"batch_exponent": "0 or 1"},
        )  # fmt: skip
    if convention.allowed_recon_factor(fit.family, scale.factor) and scale.pixels in (0, -1):
        return Finding(
            True, f"{what} is {FAMILY_NAMES[fit.family]}, {scale.describe_pixels()}",
            measured={"family": fit.family, "factor": float(f"{scale.factor:.6g}")},
        )  # fmt: skip
    return _recon_factor(fit, fit.family, scale, what, points)


def _recon_factor(fit: ReconFit, family: str, scale: Scale, what: str, points: list[ReconPoint]) -> Finding:
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
    return Finding(
        False, f"{what} is {_scale_text(scale)} times the summed {family} error{by_mean}{why}",
        diagnosis.hint(named)
        or "Sums and means over pixels and batch are free (and ½ for squared error); other factors are not.",
        named[0] if named else None if other else "recon_extra_factor",
        {"factor": scale.factor, "batch_exponent": scale.batch}, {"factor": 1.0, "batch_exponent": "0 or 1"},
    )  # fmt: skip


def _far_from_the_middle(fit: ReconFit, context: Context, seen: Seen, fn: str, part: str) -> Finding | None:
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
    return Finding(
        False, f"on black and white images {what} rises by {number(got)} from a perfect guess to an arbitrary one, "
        f"expected {number(want)}, although it is right in between",
        "Compare x_hat with x as they are: no clamp inside [0.01, 0.99], no smoothing of x.", "recon_values_clamped",
        {"rise": got}, {"rise": want, "relative_tolerance": EDGE_TOLERANCE},
    )  # fmt: skip


def _far_out(fit: ReconFit, context: Context, seen: Seen, fn: str, part: str) -> Finding | None:
    """What is wrong where x_hat is far from x. Clamped or smoothed images show at black and white; an error that is cut
    off is too small well before."""
    ends, cut = (f(fit, context, seen, fn, part) for f in (_far_from_the_middle, slopes.far_values))
    if ends is None or cut is None:
        return ends or cut
    got, want = (float(d["recon" if fn == "loss" else "ae_loss"]) for d in (cut.measured, cut.expected))
    return cut if got < want and cut.measured["error"] <= slopes.SAFE else ends


FAMILY_NAMES = {"bce": "binary cross-entropy", "squared": "squared error", "absolute": "absolute error"}


@check("loss.reconstruction", uses=("vae_loss",))
def reconstruction(losses: Losses, seen: Seen, context: Context) -> Finding:
    """`recon` is a reconstruction error: smallest at x_hat = x, a sum or mean of BCE, squared or absolute error."""
    seen.arrays("loss:recon:4")
    fit = _usable(losses.recon, "loss:recon:4")
    if losses.order != fits.PARTS:
        raise Echo("loss.decomposition")  # its numbers are under another name
    found = _recon_finding(fit, "recon", fits.recon_points(seen.by, context.plan, "loss:recon:", "recon"))
    if not found.passed and found.diagnosis is None and _explained(losses, "recon"):
        raise Echo("loss.returns")
    if found.passed and losses.recon_depends_on_codes:
        r = fits.part(seen.observation("loss:other_codes"), "recon")
        if not np.ptp(r) > 1e-4 * np.abs(r).max():
            r = fits.part(seen.observation("loss:faint"), "recon")[:: len(probes.FAINT_BETAS)]
        return Finding(
            False, f"recon depends on mu or logvar: {', '.join(number(v, 6) for v in r)} for the same images with other codes",
            "recon compares x_hat with x and nothing else.", "recon_depends_on_codes",
            {"recon": [float(v) for v in r]}, {"recon": "equal"},
        )  # fmt: skip
    far = _far_out(fit, context, seen, "loss", "recon") if found.passed else None
    if far is not None:
        return far
    if found.passed and losses.total is not None and losses.total.recon_depends_on_beta:
        r = fits.part(seen.observation("loss:betas"), "recon")
        return Finding(
            False, f"recon changes with beta: {number(r[1])} at 0.3, {number(r[4])} at 7",
            "beta weighs the KL only, and only in total.", "beta_on_recon",
            {"recon_at_0.3": float(r[1]), "recon_at_7": float(r[4])}, {"recon": "independent of beta"},
        )  # fmt: skip
    return found


@check("loss.ae_reconstruction", uses=("ae_loss",))
def ae_reconstruction(losses: Losses, seen: Seen, context: Context) -> Finding:
    """`ae_loss` is a reconstruction error of the same kinds."""
    for name in ("ae_loss:recon:4", "ae_loss:gradient", "ae_loss:extremes"):
        if name == "ae_loss:extremes" and not seen.has(name):
            continue
        o = seen.observation(name)
        if o.info["changed_input"]:
            return _changed("ae_loss", o.info["changed_input"])
        bad = [s for s in o.info["shapes"].values() if np.prod(s, dtype=int) != 1]
        if bad or o.info["not_tensor"]:
            got = f"a tensor of shape {bad[0]}" if bad else "a plain number"
            return Finding(
                False, f"ae_loss returns {got}, expected a scalar tensor", "Reduce over pixels and batch.",
                "loss_not_reduced" if bad else "loss_detached", {"got": got}, {"shape": []},
            )  # fmt: skip
    fit = _usable(losses.ae, "ae_loss:recon:4")
    found = _recon_finding(fit, "ae_loss", fits.recon_points(seen.by, context.plan, "ae_loss:recon:", "total"))
    vae = losses.recon
    if not found.passed and vae is not None and not _recon_finding(vae, "recon", []).passed:
        mine = {f: round(v, 6) for f, v in fit.deviations.items()}
        if mine == {f: round(v, 6) for f, v in vae.deviations.items()}:
            raise Echo("loss.reconstruction")  # one helper, used by both losses
    far = _far_out(fit, context, seen, "ae_loss", "total") if found.passed else None
    if far is not None:
        return far
    gradient = seen.arrays("ae_loss:gradient")["dx_hat"]
    if found.passed and not 0 < np.abs(gradient).max() < np.inf:
        zero = np.isfinite(gradient).all()
        return Finding(
            False, "ae_loss gives x_hat no gradient" if zero else "the gradient of ae_loss in x_hat is not finite", "Leave out .detach(), .item() and torch.no_grad().",
            "loss_detached", {"gradient": 0.0}, {"gradient": "not zero"},
        )  # fmt: skip
    return found


def _scale_text(scale: Scale) -> str:
    powers = {"B": scale.batch, "D": scale.latent, "784": scale.pixels}
    text = number(scale.factor) + "".join(f" · {k}" + (f"^{v:g}" if v != 1 else "") for k, v in powers.items() if v)
    return text if scale.divisor == 1 else f"{text} / {scale.divisor}"


def kl_scale_allowed(scale: Scale) -> bool:
    one = abs(scale.factor - 1.0) < convention.KL_TOLERANCE
    return one and scale.latent in (0, -1) and scale.pixels in (0, -1)


@check("loss.kl_closed_form", uses=("vae_loss",))
def kl_closed_form(losses: Losses, seen: Seen, context: Context) -> Finding:
    """`kl` is the KL divergence of N(mu, exp(logvar)) from N(0, I): ½ Σ (mu² + exp(logvar) − 1 − logvar)."""
    seen.arrays("loss:kl:4:3")
    fit = losses.kl
    if fit is None:
        raise Unobserved("loss:kl:4:3", Fault("missing", "kl gave no numbers"))
    if losses.order != fits.PARTS:
        raise Echo("loss.decomposition")  # its numbers are under another name
    allowed = fit.exact and fit.scale is not None and kl_scale_allowed(fit.scale)
    if losses.kl_depends_on_images and fit.exact:
        k = fits.part(seen.observation("loss:other_images"), "kl")
        return Finding(
            False, f"kl depends on the images: {', '.join(number(v, 6) for v in k)} for the same mu and logvar",
            "kl is a function of mu and logvar only.", "kl_depends_on_images", {"kl": [float(v) for v in k]}, {"kl": "equal"},
        )  # fmt: skip
    if allowed and fit.scale is not None:
        far = _far_from_zero(context, seen, fit.scale)
        if far is not None:
            return far
        values, closed = _at_random_points(context, seen)
        return Finding(
            True, f"kl is the closed form, {fit.scale.describe()}",
            measured={"kl": float(values[0]), "worst_relative_deviation": fit.worst},
            expected={"kl_times_a_reduction": float(closed[0]), "relative_tolerance": convention.KL_TOLERANCE},
        )  # fmt: skip
    named = _kl_names(losses, context)
    if not named and _explained(losses, "kl"):
        raise Echo("loss.returns")
    return _kl_finding(losses, seen, context, named)


def _kl_finding(losses: Losses, seen: Seen, context: Context, named: list[str]) -> Finding:
    """Where the KL is farthest from a multiple of the closed form, and why."""
    fit = losses.kl
    assert fit is not None
    values, closed = _at_random_points(context, seen)
    at = _worst(values, closed)
    value, canonical = float(values[at]), float(closed[at])
    measured = {"kl": value, "worst_relative_deviation": fit.worst if np.isfinite(fit.worst) else None}
    expected = {"kl_times_a_reduction": canonical, "relative_tolerance": convention.KL_TOLERANCE}
    text = diagnosis.sentence(named)
    if (not text or named == ["kl_extra_factor"]) and fit.exact and fit.scale is not None:
        text = f"it is the closed form times {_scale_text(fit.scale)}, which no reduction explains"
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
    return Finding(
        False, f"{where}: {text}",
        diagnosis.hint(named)
        or f"Compare term by term with {KL_FORM}, at mu = logvar = 0 and then with one of them changed.",
        named[0] if named else None,
        measured | ({"coefficients": dict(fit.coefficients)} if fit.coefficients else {}),
        expected,
    )  # fmt: skip


def _far_from_zero(context: Context, seen: Seen, scale: Scale) -> Finding | None:
    """The closed form has to hold wherever clamping is not free."""
    t, values = context.plan["loss:wide"].tensors, fits.part(seen.observation("loss:wide"), "kl")
    b, d = t["mu"].shape[1:]
    for i, logvar in enumerate(probes.WIDE):
        want = scale.at(b, d) * oracles.kl_per_image(t["mu"][i], t["logvar"][i])
        if not np.isfinite(values[i]):
            raise Echo("loss.stability")
        if not abs(values[i] - want) < WIDE_TOLERANCE * abs(want):
            return Finding(
                False, f"at logvar = {logvar:g} everywhere kl is {number(float(values[i]))}, the closed form {number(want)}, "
                "although they agree near 0",
                "Do not clamp logvar inside [−15, 15]: beyond a clamp it gets no gradient.", "kl_logvar_clamped",
                {"kl": float(values[i]), "logvar": logvar}, {"kl": want, "relative_tolerance": WIDE_TOLERANCE},
            )  # fmt: skip
    return None


def _at_random_points(context: Context, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
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


@check("loss.decomposition", uses=("vae_loss",))
def decomposition(losses: Losses, seen: Seen) -> Finding:
    """`total` is `recon + beta * kl` for every beta."""
    seen.arrays("loss:betas")
    if losses.total is None:
        raise Echo("loss.returns")  # the three values have shapes that do not fit together
    total = losses.total
    point = _point(seen)
    measured = {k: point[k] for k in ("beta", "total", "recon", "kl")} | dict(total.coefficients)
    expected = {"total": point["sum"], "recon": 1.0, "beta_kl": 1.0}
    if losses.adds_up:
        count = len({*probes.LOSS_BETAS, *probes.FAINT_BETAS})
        return Finding(True, f"total = recon + beta · kl at {count} betas", "", None, measured, expected)
    if _only_reported(losses, "kl"):
        raise Echo("loss.kl_closed_form")  # the total holds the right KL, and the reported one is charged
    if _only_reported(losses, "recon"):
        raise Echo("loss.reconstruction")
    if total.recon_depends_on_beta and total.key == "exact" and not total.kl_depends_on_beta:
        raise Echo("loss.reconstruction")
    if any("unrepeatable" in flaws for flaws in losses.flaws.values()):
        raise Echo("loss.returns")  # a total of other calls than those whose terms are compared with it
    key = total.key if total.key not in ("exact", "parts_as_if_plain") else None
    if total.kl_depends_on_beta and key is None and total.key is not None:
        key = "kl_prescaled_by_beta"
    if key is None and _explained(losses, *fits.PARTS):
        raise Echo("loss.returns")
    text = diagnosis.sentence([key]) if key else ""
    if total.coefficients and key in (
        None,
        "beta_rescaled",
        "beta_constant",
        "recon_rescaled_in_total",
        "kl_constant_added",
    ):
        text += "; " if text else ""
        text += "the numbers fit " + " + ".join(
            f"{number(v)} · {k.replace('_', ' · ')}" if k != "one" else number(v) for k, v in total.coefficients.items()
        )
    what = f"at beta = {point['beta']:g} total is {number(point['total'], 6)}, but recon + beta · kl is {number(point['sum'], 6)}"
    if any("unreduced" in f for f in losses.flaws.values()):
        what = "element by element, total is not recon + beta · kl"
    elif total.kl_depends_on_beta and total.key in ("exact", "parts_as_if_plain"):
        k = fits.part(seen.observation("loss:betas"), "kl")
        what = "kl of the same mu and logvar is " + ", ".join(
            f"{number(float(v))} at beta = {b:g}" for v, b in zip(k, probes.LOSS_BETAS, strict=False)
        )
    return Finding(
        False,
        what + (f": {text}" if text else ""),
        (diagnosis.hint([key]) if key else "") or "Return the three numbers that you add up, before weighting.",
        key, measured, expected,
    )  # fmt: skip


def _only_reported(losses: Losses, part: str) -> bool:
    """Whether the total holds the right term and only the reported one has a factor that its own check charges."""
    c = losses.total.coefficients if losses.total is not None else {}
    if set(c) != {"recon", "beta_kl"}:
        return False
    k, r = losses.kl, losses.recon
    factors = {"recon": 1.0, "beta_kl": 1.0}
    if part == "kl" and k is not None and k.exact and k.scale is not None and not kl_scale_allowed(k.scale):
        factors["beta_kl"] = 1.0 / k.scale.factor
    elif part == "recon" and r is not None and r.family is not None and r.scale is not None:
        if not convention.allowed_recon_factor(r.family, r.scale.factor):
            factors["recon"] = 1.0 / r.scale.factor
    else:
        return False
    return max(factors.values()) != min(factors.values()) and all(abs(c[k] / f - 1) < 2e-3 for k, f in factors.items())


def _point(seen: Seen) -> dict[str, float]:
    """Where the total is shown: at beta = 2.5 among ordinary images, or where it is farthest from the sum."""
    shown: list[tuple[float, dict[str, float]]] = []
    for name, betas in (("loss:betas", probes.LOSS_BETAS), ("loss:faint", probes.FAINT_BETAS)):
        if not seen.has(name):
            continue
        total, recon, kl = (fits.part(seen[name], p) for p in fits.PARTS)
        for i, (t, r, k) in enumerate(zip(total.tolist(), recon.tolist(), kl.tolist(), strict=True)):
            beta = betas[i % len(betas)]
            want = r + beta * k
            off = abs(t - want) / max(abs(r) + abs(beta * k), 1e-12)
            values = {"beta": beta, "total": t, "recon": r, "kl": k, "sum": want}
            shown.append((off if np.isfinite(off) else 0.0, values))
    first = shown[probes.LOSS_BETAS.index(2.5)]
    return first[1] if first[0] > 1e-2 else max(shown, key=lambda s: s[0])[1]


@check("loss.batch_reduction", uses=("vae_loss",))
def batch_reduction(losses: Losses, seen: Seen) -> Finding:
    """Both terms are summed, or both averaged, over the batch, so that beta means the same for any batch size."""
    shapes = seen.observation("loss:recon:9").info["shapes"]
    if any(9 in shapes[p] for p in ("recon", "kl")):
        raise Echo("loss.returns")  # the batch was left unreduced
    recon, kl = losses.recon, losses.kl
    if recon is None or recon.family is None or recon.scale is None:
        raise Echo("loss.reconstruction")
    if kl is None or kl.scale is None:
        raise Echo("loss.kl_closed_form")
    p, q = recon.scale.batch, kl.scale.batch
    divisors = {"recon": recon.scale.divisor, "kl": kl.scale.divisor}
    measured = {"recon_exponent": p, "kl_exponent": q}
    written = {k: v for k, v in divisors.items() if v != 1}
    if written:
        terms = " and ".join(f"{k} is divided by {v}" for k, v in written.items())
        if len(written) == 2 and len(set(written.values())) == 1:
            terms = f"both terms are divided by {divisors['kl']}"
        return Finding(
            False, f"{terms} whatever the batch size is",
            diagnosis.hint(["batch_size_in_loss"]), "batch_size_in_loss",
            measured | {f"{k}_divisor": v for k, v in written.items()}, {"divisor": "the batch size, or none"},
        )  # fmt: skip
    if p != q and "unreduced" in losses.flaws["recon"] | losses.flaws["kl"]:
        raise Echo("loss.returns")  # how the batch is reduced is open where a reduction is missing
    if p == q and p in (0, 1):
        return Finding(True, f"both terms are {'sums' if p == 1 else 'means'} over the batch", measured=measured)
    if p not in (0, 1) or q not in (0, 1):
        return Finding(
            False, f"recon scales with the batch size as B^{p:g}, kl as B^{q:g}; a sum has exponent 1, a mean 0",
            "Divide both by the batch size once, or neither.", "batch_sum_and_mean_mixed" if p != q else None,
            measured, {"recon_exponent": "0 or 1", "kl_exponent": "the same"},
        )  # fmt: skip
    word = {0.0: "averaged", 1.0: "summed"}
    return Finding(
        False,
        f"recon is {word[p]} and kl is {word[q]} over the batch: at batch 128 beta counts "
        f"{128 if q else '1/128 of'}{' times' if q else ''} what it counts at batch 1",
        "Divide both by the batch size, or neither.",
        "batch_sum_and_mean_mixed",
        measured,
        {"recon_exponent": "equal", "kl_exponent": "equal"},
    )


@check(
    "loss.gradients",
    after=("loss.reconstruction", "loss.kl_closed_form", "loss.decomposition"),
    uses=("vae_loss", "ae_loss"),
    excused_by=(
        "loss.ae_reconstruction",
        "interface.state",
        "interface.batch_independence",
        "betas.code_reaches_decoder",
        "reparameterization.gradients",
    ),
)
def gradients(losses: Losses, seen: Seen, context: Context) -> Finding:
    """Gradients are those of the values: of the losses, of encode and decode, in every weight that is used."""
    a, t = seen.arrays("loss:betas"), context.plan["loss:betas"].tensors
    n = len(probes.LOSS_BETAS)
    assert losses.recon and losses.recon.family and losses.recon.scale and losses.kl and losses.kl.scale
    form = {p: losses.flaws[p] & {"number", "unreduced"} for p in fits.PARTS}
    if form["total"]:
        raise Echo("loss.returns")  # a number has no gradient, and of a tensor none was taken
    b, d = t["mu"].shape[1:]
    c_r, c_k = losses.recon.scale.at(b, d), losses.kl.scale.at(b, d)
    for i in range(len(t["x"])):
        x_hat = t["x_hat"][i].reshape(b, -1)
        g_r = c_r * oracles.recon_gradient(losses.recon.family, x_hat, t["x"][i].reshape(b, -1))
        g_mu, g_lv = oracles.kl_gradients(t["mu"][i], t["logvar"][i])
        for j, beta in enumerate(probes.LOSS_BETAS):
            for key, want in (("dx_hat", g_r), ("dmu", beta * c_k * g_mu), ("dlogvar", beta * c_k * g_lv)):
                got = a[key].reshape(-1, n, *a[key].shape[1:])[i, j].reshape(want.shape)
                size = max(float(np.abs(want).max()), 1e-12)
                gap = float(np.abs(got - want).max()) / size
                if not gap < GRADIENT_TOLERANCE and float(np.abs(want).max()) > 0:
                    zero = not np.abs(got).max() > 0
                    if zero and "number" in form["recon" if key == "dx_hat" else "kl"]:
                        raise Echo("loss.returns")
                    return Finding(
                        False,
                        f"d total / d {key[1:]} at beta = {beta:g} "
                        + ("is zero" if zero else f"is off by {number(100 * gap, 2)} % of its largest element"),
                        "Leave out .detach(), .data, .item() and torch.no_grad() on the way to the loss."
                        if zero
                        else "total has a term beside recon and kl, or a factor, clamp or detached part on the way to it.",
                        "loss_detached" if zero else "gradient_not_of_value",
                        {"relative_error": gap}, {"relative_error": GRADIENT_TOLERANCE},
                    )  # fmt: skip
    for cls in probes.CLASSES:
        try:
            o = seen.observation(f"parameter_flow:{cls}")
        except Unobserved:
            continue  # the call that failed is judged elsewhere
        for key, what in (("loss", "the loss"), ("image", "the image that forward returns")):
            part = o.info[key]
            if part["count"]:
                names = ", ".join(part["missing"][:4])
                return Finding(
                    False,
                    f"{part['count']} of {part['used']} weight tensors of {cls} that matter get no gradient from {what}: "
                    f"{names}",
                    "Look for .detach(), torch.no_grad(), requires_grad = False or a part that forward does not call.",
                    "loss_detached",
                    {"without_gradient": part["missing"]}, {"without_gradient": []},
                )  # fmt: skip
    for fit, fn in ((losses.recon, "loss"), (losses.ae, "ae_loss")):
        off = slopes.of_recon(fit, context, seen, fn)
        if off is not None:
            return off
    off = slopes.of_stages(seen)
    return off or Finding(
        True, "gradients agree with the closed forms and with differences of values, and reach every weight"
    )


@check("loss.stability", uses=("vae_loss", "ae_loss"), parts=("vae_loss", "ae_loss"))
def stability(losses: Losses, seen: Seen) -> Finding:
    """Losses and gradients stay finite where x_hat is exactly 0 or 1 and where logvar is ±15."""
    asked = {"vae_loss": ("loss:extremes", "loss:extremes_soft"), "ae_loss": ("ae_loss:extremes",)}
    for name in (name for fn in seen.parts for name in asked[fn]):
        o = seen.observation(name)
        bad = [k for k in sorted(o.arrays) if not np.isfinite(o.arrays[k]).all()]
        if not bad:
            continue
        if name.startswith("loss:") and any("not_finite" in f for f in losses.flaws.values()):
            raise Echo("loss.returns")  # it is not finite at ordinary inputs either
        fn = "ae_loss" if name.startswith("ae") else "vae_loss"
        pixel = fn == "ae_loss" or any(k in bad for k in ("recon", "dx_hat"))
        fit = losses.ae if fn == "ae_loss" else losses.recon
        if pixel and fit is not None and fit.family is None:  # another formula, which has logs of its own
            raise Echo("loss.ae_reconstruction" if fn == "ae_loss" else "loss.reconstruction")
        what = ", ".join({"dx_hat": "its gradient in x_hat", "dmu": "its gradient in mu",
                          "dlogvar": "its gradient in logvar"}.get(k, k) for k in bad)  # fmt: skip
        at = "x_hat in {0, 1}" if pixel else f"logvar = ±{probes.EXTREME_LOGVAR:g}"
        return Finding(
            False,
            f"{fn} at {at}: not finite: {what}",
            "Use F.binary_cross_entropy, or clamp x_hat away from 0 and 1 before the log."
            if pixel else "Keep to exp(logvar): no log of a variance, no division by it.",
            "log_of_zero" if pixel else "large_logvar_overflow",
            {"not_finite": bad}, {"not_finite": []},
        )  # fmt: skip
    return Finding(True, "finite at x_hat in {0, 1} and at logvar = ±15")
