"""Is the loss `total = recon + beta * kl`, in some consistent convention?"""

from __future__ import annotations

import itertools

import numpy as np

from grader import convention, diagnosis, oracles, probes
from grader.checks import derivatives
from grader.checks.base import Context, Echo, Finding, Seen, Unobserved, check, number
from grader.convention import ReconFit, Scale
from grader.findings import Losses
from grader.model import Fault

KL_FORM = "½ Σ (mu² + exp(logvar) − 1 − logvar)"


@check("loss.returns", uses=("vae_loss",))
def returns(seen: Seen) -> Finding:
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
                    return Finding(
                        False, f"{part} is not finite at ordinary inputs (x_hat in [0.2, 0.8], |mu| < 6)",
                        "Look for log(logvar), sqrt(logvar) or a division by zero.",
                        "nan_output", {part: "not finite"}, {part: "finite"},
                    )  # fmt: skip
    first, again = seen.arrays("loss:betas"), seen.arrays("loss:betas_again")
    k = again["total"].size
    if not np.allclose(first["total"].reshape(-1)[:k], again["total"].reshape(-1), rtol=1e-3):
        return Finding(
            False, "the same call gives another loss the second time",
            "A loss is a function of its arguments: no random numbers and no running state.",
            "loss_not_repeatable", {"second": float(again["total"].reshape(-1)[0])},
            {"first": float(first["total"].reshape(-1)[0])},
        )  # fmt: skip
    return Finding(True, "three finite scalar tensors at every input")


def _changed(fn: str, which: list[str]) -> Finding:
    return Finding(
        False, f"{fn} changes its argument {', '.join(which)} in place",
        "Avoid x.clamp_(), mu.pow_(2), logvar.exp_() on arguments; use the forms without underscore.",
        "input_changed_in_place", {"changed": which}, {"changed": []},
    )  # fmt: skip


def _not_scalar(name: str, shapes: dict[str, list[int]]) -> Finding:
    part, shape = next(iter(shapes.items()))
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


def _usable(fit: ReconFit | None, what: str) -> ReconFit:
    if fit is None:
        raise Unobserved(what, Fault("missing", f"{what} gave no numbers"))
    return fit


def _recon_finding(fit: ReconFit, what: str, named: list[str]) -> Finding:
    families = {k: float(f"{v:.3g}") if np.isfinite(v) else None for k, v in fit.deviations.items()}
    if fit.family is None:
        diagnosis_key = named[0] if named else None
        sentence = diagnosis.sentence(named) or (
            "it is no multiple of BCE, squared or absolute error; relative deviations are "
            + ", ".join(f"{k} {number(v, 2)}" for k, v in fit.deviations.items())
        )
        return Finding(
            False, f"{what}: {sentence}",
            diagnosis.hint(named) or "It has to be smallest where x_hat equals x, and compare x_hat with x only.",
            diagnosis_key, {"relative_deviation": families}, {"relative_deviation": convention.RECON_TOLERANCE},
        )  # fmt: skip
    scale = fit.scale
    if scale is None:
        return Finding(
            False, f"{what}: its dependence on the batch size is no sum and no mean",
            "Divide by the batch size once, or not at all.", None,
            {"family": fit.family}, {"batch_exponent": "0 or 1"},
        )  # fmt: skip
    good = convention.allowed_recon_factor(fit.family, scale.factor)
    if not good or scale.pixels not in (0, -1):
        factor = f"{number(scale.factor)} · B^{scale.batch:g} · 784^{scale.pixels}"
        # a factor near 1 that fits no better than to a few thousandths is another formula, not a factor
        other = scale.factor > 0 and abs(scale.factor - 1) < 0.2 and not fit.deviations[fit.family] < 1e-4
        why = "its sign is wrong" if scale.factor < 0 else "a factor that no reduction explains"
        if other:
            why = f"and no multiple of it either (deviations of {number(fit.deviations[fit.family], 2)}): something is added or changed"
        return Finding(
            False, f"{what} is {factor} times the summed {fit.family} error{', ' if other else ': '}{why}",
            "Sums and means over pixels and batch are free (and ½ for squared error); other factors are not.",
            None if other else "recon_extra_factor", {"factor": scale.factor, "batch_exponent": scale.batch},
            {"factor": 1.0, "batch_exponent": "0 or 1"},
        )  # fmt: skip
    return Finding(
        True, f"{what} is {FAMILY_NAMES[fit.family]}, {scale.describe_pixels()}",
        measured={"family": fit.family, "factor": float(f"{scale.factor:.6g}")},
    )  # fmt: skip


def _far_from_the_middle(fit: ReconFit, context: Context, seen: Seen, fn: str, part: str) -> Finding | None:
    """The error has to be the same formula at black and white pixels: between a perfect guess and an arbitrary one.

    An epsilon of 1e-4 inside a log moves it by 0.1 %, of 0.01 by 1 %; the tolerance is 3 %.
    """
    name = f"{fn}:extremes"
    if not seen.has(name) or fit.family is None or fit.scale is None:
        return None
    t, values = context.plan[name].tensors, seen.arrays(name)[part].reshape(-1)
    b = t["x"].shape[1]
    x_hat, x = (t[k].reshape(len(values), b, -1) for k in ("x_hat", "x"))
    at = [0, 3]
    closed = [oracles.recon_per_image(fit.family, x_hat[i], x[i]) for i in at]
    got, want = float(values[3] - values[0]), fit.scale.at(b, 1) * (closed[1] - closed[0])
    if not np.isfinite(values[at]).all() or abs(got - want) < 0.03 * abs(want):
        return None  # what is not finite is a matter of stability
    what = "recon" if fn == "loss" else "ae_loss"
    return Finding(
        False, f"on black and white images {what} rises by {number(got)} from a perfect guess to an arbitrary one, "
        f"expected {number(want)}, although it is right in between",
        "Compare x_hat with x as they are: no clamp inside [0.01, 0.99], no smoothing of x.", "recon_values_clamped",
        {"rise": got}, {"rise": want, "relative_tolerance": 0.03},
    )  # fmt: skip


def _far_out(fit: ReconFit, context: Context, seen: Seen, fn: str, part: str) -> Finding | None:
    """What is wrong where x_hat is far from x. Clamped or smoothed images show at black and white; an error that is cut
    off is too small well before."""
    ends, cut = (f(fit, context, seen, fn, part) for f in (_far_from_the_middle, derivatives.far_values))
    if ends is None or cut is None:
        return ends or cut
    got, want = (float(d["recon" if fn == "loss" else "ae_loss"]) for d in (cut.measured, cut.expected))
    return cut if got < want and cut.measured["error"] <= derivatives.SAFE else ends


FAMILY_NAMES = {"bce": "binary cross-entropy", "squared": "squared error", "absolute": "absolute error"}


def _recon_points(context: Context, prefix: str, output: str) -> list[tuple[np.ndarray, np.ndarray, float]]:
    out = []
    for name in sorted(context.plan):
        if name.startswith(prefix) and context.seen.has(name):
            t = context.plan[name].tensors
            values = context.seen.arrays(name)[output].reshape(-1)
            for i, v in enumerate(values):
                b = t["x"].shape[1]
                out.append((t["x_hat"][i].reshape(b, -1), t["x"][i].reshape(b, -1), float(v)))
    return out


@check("loss.reconstruction", after=("loss.returns",), uses=("vae_loss",))
def reconstruction(losses: Losses, seen: Seen, context: Context) -> Finding:
    """`recon` is a reconstruction error: smallest at x_hat = x, a sum or mean of BCE, squared or absolute error."""
    seen.arrays("loss:recon:4")
    fit = _usable(losses.recon, "loss:recon:4")
    named: list[str] = []
    if fit.family is None:
        named = diagnosis.name_recon(_recon_points(context, "loss:recon:", "recon"))
    found = _recon_finding(fit, "recon", named)
    if found.passed and losses.recon_depends_on_codes:
        r = seen.arrays("loss:other_codes")["recon"].reshape(-1)
        return Finding(
            False, f"recon depends on mu or logvar: {', '.join(number(v, 6) for v in r)} for the same images with other codes",
            "recon compares x_hat with x and nothing else.", "recon_depends_on_codes",
            {"recon": [float(v) for v in r]}, {"recon": "equal"},
        )  # fmt: skip
    far = _far_out(fit, context, seen, "loss", "recon") if found.passed else None
    if far is not None:
        return far
    if found.passed and losses.recon_depends_on_beta:
        r = seen.arrays("loss:betas")["recon"].reshape(-1)
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
    named: list[str] = []
    if fit.family is None:
        named = diagnosis.name_recon(_recon_points(context, "ae_loss:recon:", "total"))
    found = _recon_finding(fit, "ae_loss", named)
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
    return f"{number(scale.factor)} · B^{scale.batch} · D^{scale.latent} · 784^{scale.pixels}"


def kl_scale_allowed(scale: Scale) -> bool:
    one = abs(scale.factor - 1.0) < convention.KL_TOLERANCE
    return one and scale.latent in (0, -1) and scale.pixels in (0, -1)


@check("loss.kl_closed_form", after=("loss.returns",), uses=("vae_loss",))
def kl_closed_form(losses: Losses, seen: Seen, context: Context) -> Finding:
    """`kl` is the KL divergence of N(mu, exp(logvar)) from N(0, I): ½ Σ (mu² + exp(logvar) − 1 − logvar)."""
    for name in (f"loss:kl:{b}:{d}" for b, d in probes.KL_SHAPES):
        seen.arrays(name)
    fit = losses.kl
    if fit is None:
        raise Unobserved("loss:kl:4:3", Fault("missing", "kl gave no numbers"))
    values, closed = _at_random_points(context, seen)
    at = _worst(values, closed)
    value, canonical = float(values[at]), float(closed[at])
    measured = {"kl": value, "worst_relative_deviation": fit.worst if np.isfinite(fit.worst) else None}
    expected = {"kl_times_a_reduction": canonical, "relative_tolerance": convention.KL_TOLERANCE}
    zero = float(np.abs(seen.arrays("loss:zero")["kl"]).max())
    if losses.kl_depends_on_images and fit.exact:
        k = seen.arrays("loss:other_images")["kl"].reshape(-1)
        return Finding(
            False, f"kl depends on the images: {', '.join(number(v, 6) for v in k)} for the same mu and logvar",
            "kl is a function of mu and logvar only.", "kl_depends_on_images", {"kl": [float(v) for v in k]}, {"kl": "equal"},
        )  # fmt: skip
    if fit.exact and fit.scale is not None and kl_scale_allowed(fit.scale):
        far = _far_from_zero(context, seen, fit.scale)
        if far is not None:
            return far
    if fit.exact and fit.scale is not None and kl_scale_allowed(fit.scale) and zero < 1e-5:
        return Finding(True, f"kl is the closed form, {fit.scale.describe()}", measured=measured, expected=expected)
    if losses.kl_depends_on_beta and fit.exact and fit.scale is not None and kl_scale_allowed(fit.scale):
        raise Echo("loss.decomposition")
    named = diagnosis.name_kl(fit)
    if named == ["kl_sign_flipped"] and losses.total_repaired:
        named = ["reported_kl_negated"]
    if not named and not fit.exact:
        t = context.plan["loss:kl:4:3"].tensors
        named = diagnosis.name_kl_points(t["mu"], t["logvar"], values.astype(np.float64))
    text = diagnosis.sentence(named)
    if not text and fit.exact and fit.scale is not None:
        text = f"it is the closed form times {_scale_text(fit.scale)}, which no reduction explains"
    if not text and fit.exact:
        text = "it is a multiple of the closed form, but depends on batch or latent size like no sum or mean"
    agrees = abs(value - canonical) < convention.KL_TOLERANCE * abs(canonical)
    if agrees and not named:
        where = (
            f"at mu = logvar = 0 kl is {number(zero)}, expected 0"
            if zero > 1e-5
            else "at other batch or latent sizes kl is not"
        )
        return Finding(
            False, f"kl agrees with the closed form at random points (B = 4, D = 3), but {where}",
            "Near 0 a clamp or free bits show; elsewhere sizes that are written as numbers.", None, measured, expected,
        )  # fmt: skip
    if not text:
        pairs = (f"{number(float(v))} for {number(float(c))}" for v, c in zip(values[:3], closed[:3], strict=True))
        text = "no known formula fits; measured for closed form at three points: " + ", ".join(pairs)
    return Finding(
        False,
        f"at point {at + 1} of {probes.KL_POINTS} random ones (B = 4, D = 3) kl is {number(value)}, the closed "
        f"form {number(canonical)}: {text}",
        diagnosis.hint(named)
        or f"Compare term by term with {KL_FORM}, at mu = logvar = 0 and then with one of them changed.",
        named[0] if named else None,
        measured | ({"coefficients": dict(fit.coefficients)} if fit.coefficients else {}),
        expected,
    )


def _far_from_zero(context: Context, seen: Seen, scale: Scale) -> Finding | None:
    """The closed form has to hold wherever clamping is not free."""
    t, values = context.plan["loss:wide"].tensors, seen.arrays("loss:wide")["kl"].reshape(-1)
    b, d = t["mu"].shape[1:]
    for i, logvar in enumerate(probes.WIDE):
        want = scale.at(b, d) * oracles.kl_per_image(t["mu"][i], t["logvar"][i])
        if not np.isfinite(values[i]):
            raise Echo("loss.stability")
        if not abs(values[i] - want) < 1e-2 * abs(want):
            return Finding(
                False, f"at logvar = {logvar:g} everywhere kl is {number(float(values[i]))}, the closed form {number(want)}, "
                "although they agree near 0",
                "Do not clamp logvar inside [−15, 15]: beyond a clamp it gets no gradient.", "kl_logvar_clamped",
                {"kl": float(values[i]), "logvar": logvar}, {"kl": want, "relative_tolerance": 0.01},
            )  # fmt: skip
    return None


def _at_random_points(context: Context, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """``kl`` at the random points of B = 4, D = 3, and the closed form there."""
    t = context.plan["loss:kl:4:3"].tensors
    closed = [oracles.kl_per_image(mu, logvar) for mu, logvar in zip(t["mu"], t["logvar"], strict=True)]
    return seen.arrays("loss:kl:4:3")["kl"].reshape(-1), np.array(closed)


def _worst(values: np.ndarray, closed: np.ndarray) -> int:
    """The point where ``values`` are farthest from a multiple of ``closed``: the first where none stands out."""
    ratios = values / closed
    if not np.isfinite(ratios).all():
        return int(np.argmin(np.isfinite(ratios)))
    off = np.abs(ratios - np.median(ratios))
    return int(np.argmax(off)) if off.max() > convention.KL_TOLERANCE * abs(np.median(ratios)) else 0


@check("loss.decomposition", after=("loss.returns",), uses=("vae_loss",))
def decomposition(losses: Losses, seen: Seen) -> Finding:
    """`total` is `recon + beta * kl` for every beta."""
    a = seen.arrays("loss:betas")
    n = len(probes.LOSS_BETAS)
    rows = {k: a[k].reshape(-1, n)[0] for k in ("total", "recon", "kl")}
    off = np.abs(rows["total"] - rows["recon"] - np.array(probes.LOSS_BETAS) * rows["kl"])
    i = probes.LOSS_BETAS.index(2.5)
    i = i if off[i] > 1e-3 * off.max() else int(np.argmax(off))  # shown where it shows
    beta = probes.LOSS_BETAS[i]
    total, recon, kl = (float(rows[k][i]) for k in ("total", "recon", "kl"))
    measured = {"beta": beta, "total": total, "recon": recon, "kl": kl} | dict(losses.coefficients)
    expected = {"total": recon + beta * kl, "recon": 1.0, "beta_kl": 1.0}
    if losses.total == "exact" and not losses.kl_depends_on_beta and not losses.recon_depends_on_beta:
        return Finding(True, "total = recon + beta · kl at five betas", "", None, measured, expected)
    negated = losses.kl is not None and losses.kl.exact and losses.kl.scale is not None and losses.kl.scale.factor < 0
    if losses.total_repaired and negated:
        raise Echo("loss.kl_closed_form")  # only the reported KL has the wrong sign
    if losses.recon_depends_on_beta and losses.total == "exact" and not losses.kl_depends_on_beta:
        raise Echo("loss.reconstruction")
    key = losses.total if losses.total not in (None, "exact", "parts_as_if_plain") else None
    parts = [a[k].reshape(-1, n).astype(np.float64) for k in ("total", "recon", "kl")]
    if _in_another_order(*parts):
        key = "loss_results_order"
    elif losses.kl_depends_on_beta and (key is None or losses.total == "parts_as_if_plain"):
        key = "kl_prescaled_by_beta"
    key = key or _name_total(*parts)
    text = diagnosis.sentence([key]) if key else ""
    if losses.coefficients and key in (None, "beta_rescaled", "beta_constant", "recon_rescaled_in_total"):
        text += "; " if text else ""
        text += "the numbers fit " + " + ".join(
            f"{number(v)} · {k.replace('_', '·')}" for k, v in losses.coefficients.items() if abs(v) > 1e-5
        )
    what = f"at beta = {beta:g} total is {number(total, 6)}, but recon + beta · kl is {number(recon + beta * kl, 6)}"
    if number(total, 6) == number(recon + beta * kl, 6) and losses.kl_depends_on_beta:
        what = "kl of the same mu and logvar is " + ", ".join(
            f"{number(float(k))} at beta = {b:g}" for k, b in zip(rows["kl"], probes.LOSS_BETAS, strict=True)
        )
    return Finding(
        False,
        what + (f": {text}" if text else ""),
        (diagnosis.hint([key]) if key else "") or "Return the three numbers that you add up, before weighting.",
        key, measured, expected,
    )  # fmt: skip


def _in_another_order(*parts: np.ndarray) -> bool:
    """Whether the three values satisfy total = recon + beta · kl once they are put into another order."""
    betas = np.array(probes.LOSS_BETAS)
    for total, recon, kl in list(itertools.permutations(parts))[2:]:  # total in its place: another bug's formula
        plain = np.isfinite(total).all() and np.ptp(recon, axis=1).max() == 0 == np.ptp(kl, axis=1).max()
        if plain and np.allclose(total, recon + betas * kl, rtol=1e-4) and np.ptp(total, axis=1).min() > 0:
            return True
    return False


def _name_total(total: np.ndarray, recon: np.ndarray, kl: np.ndarray) -> str | None:
    """Which mistake the totals show; all ``[points, betas]``, the betas being ``probes.LOSS_BETAS``."""
    betas = np.array(probes.LOSS_BETAS)
    with np.errstate(all="ignore"):
        weight = (total - recon) / kl
        scale = (total - betas * kl) / recon
        excess = total - recon - betas * kl
    size = float(np.abs(total).max())
    if np.isfinite(scale).all() and np.ptp(scale) < 1e-3 * abs(float(np.median(scale))):
        return "recon_rescaled_in_total"
    if np.isfinite(excess).all() and np.ptp(excess, axis=1).max() < 1e-5 * size:
        return "total_has_another_term"
    if np.isfinite(weight).all() and np.ptp(weight, axis=0).max() < 1e-3 * max(1.0, float(np.abs(weight).max())):
        mean = weight.mean(0)
        ratio = mean[betas > 0] / betas[betas > 0]
        if np.ptp(ratio) < 1e-3 * abs(float(ratio.mean())) and np.abs(mean[betas == 0]).max() < 1e-3 * float(
            ratio.mean()
        ):
            return "beta_rescaled"
        return "beta_constant" if np.ptp(mean) < 1e-3 * abs(float(mean.mean())) else "beta_not_linear"
    return None


@check("loss.batch_reduction", after=("loss.returns",), uses=("vae_loss",))
def batch_reduction(losses: Losses, seen: Seen) -> Finding:
    """Both terms are summed, or both averaged, over the batch, so that beta means the same for any batch size."""
    seen.arrays("loss:recon:9")
    recon, kl = losses.recon, losses.kl
    if recon is None or recon.family is None or recon.scale is None:
        raise Echo("loss.reconstruction")
    if kl is None or kl.scale is None:
        raise Echo("loss.kl_closed_form")
    p, q = recon.scale.batch, kl.scale.batch
    if p == q and p in (0, 1):
        return Finding(True, f"both terms are {'sums' if p == 1 else 'means'} over the batch",
                       measured={"recon_exponent": p, "kl_exponent": q})  # fmt: skip
    if p not in (0, 1) or q not in (0, 1):
        return Finding(
            False, f"recon scales with the batch size as B^{p:g}, kl as B^{q:g}; a sum has exponent 1, a mean 0",
            "Divide both by the batch size once, or neither.", "batch_sum_and_mean_mixed" if p != q else None,
            {"recon_exponent": p, "kl_exponent": q}, {"recon_exponent": "0 or 1", "kl_exponent": "the same"},
        )  # fmt: skip
    word = {0.0: "averaged", 1.0: "summed"}
    return Finding(
        False,
        f"recon is {word[p]} and kl is {word[q]} over the batch: at batch 128 beta counts "
        f"{128 if q else '1/128 of'}{' times' if q else ''} what it counts at batch 1",
        "Divide both by the batch size, or neither.",
        "batch_sum_and_mean_mixed",
        {"recon_exponent": p, "kl_exponent": q},
        {"recon_exponent": "equal", "kl_exponent": "equal"},
    )


@check(
    "loss.gradients",
    after=("loss.returns", "loss.reconstruction", "loss.kl_closed_form", "loss.decomposition"),
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
                # 1 %: epsilons up to 1e-4 inside logs move the BCE gradient by less at x_hat in [0.2, 0.8]
                if not gap < 1e-2 and float(np.abs(want).max()) > 0:
                    zero = not np.abs(got).max() > 0
                    return Finding(
                        False,
                        f"d total / d {key[1:]} at beta = {beta:g} "
                        + ("is zero" if zero else f"is off by {number(100 * gap, 2)} % of its largest element"),
                        "Leave out .detach(), .data, .item() and torch.no_grad() on the way to the loss."
                        if zero
                        else "total has a term beside recon and kl, or a factor, clamp or detached part on the way to it.",
                        "loss_detached" if zero else "gradient_not_of_value",
                        {"relative_error": gap}, {"relative_error": 0.01},
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
        off = derivatives.of_recon(fit, context, seen, fn)
        if off is not None:
            return off
    off = derivatives.of_stages(seen)
    return off or Finding(
        True, "gradients agree with the closed forms and with differences of values, and reach every weight"
    )


@check("loss.stability", after=("loss.returns",), uses=("vae_loss", "ae_loss"), parts=("vae_loss", "ae_loss"))
def stability(seen: Seen) -> Finding:
    """Losses and gradients stay finite where x_hat is exactly 0 or 1 and where logvar is ±15."""
    asked = {"vae_loss": ("loss:extremes", "loss:extremes_soft"), "ae_loss": ("ae_loss:extremes",)}
    for name in (name for fn in seen.parts for name in asked[fn]):
        o = seen.observation(name)
        bad = [k for k in sorted(o.arrays) if not np.isfinite(o.arrays[k]).all()]
        if not bad:
            continue
        fn = "ae_loss" if name.startswith("ae") else "vae_loss"
        pixel = fn == "ae_loss" or any(k in bad for k in ("recon", "dx_hat"))
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
