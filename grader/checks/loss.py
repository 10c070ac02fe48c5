"""Is the loss `total = recon + beta * kl`, in some consistent convention?"""

from __future__ import annotations

import numpy as np

from grader import convention, oracles, probes
from grader import losses as fits
from grader.checks import divergence, reconstruction, slopes, totals
from grader.checks.base import EXACT, Context, Echo, Failed, Passed, Seen, Unobserved, check, number
from grader.convention import Scale
from grader.losses import Losses
from grader.model import Fault

GRADIENT_TOLERANCE = 1e-2  # epsilons up to 1e-4 inside logs move the BCE gradient by less at x_hat in [0.2, 0.8]


@check(
    "loss.returns",
    points=2,
    uses=("vae_loss",),
    passed="three finite scalar tensors at every input",
    oracle="shapes, types, finiteness and gradients of three values at every loss probe; the same call twice, under two seeds",
    tolerance=f"relative {fits.REPEAT_TOLERANCE:g} between two identical calls: float32 rounding gives far less",
)
def returns(losses: Losses, seen: Seen, context: Context) -> None:
    """`vae_loss` returns three finite scalar tensors: total, recon and kl."""
    for name in seen:
        if name.startswith("loss:extremes") and seen.has(name):
            _arguments_are_left_alone("vae_loss", seen[name].info["changed_input"])
        elif name.startswith("loss:") and "extremes" not in name and name != "loss:wide":
            _three_numbers(name, losses, seen, context)
    _repeats(seen)


def _three_numbers(name: str, losses: Losses, seen: Seen, context: Context) -> None:
    """Three finite scalar tensors at one kind of ordinary input."""
    o = seen.observation(name)
    if shapes := {k: s for k, s in o.info["shapes"].items() if np.prod(s, dtype=int) != 1}:
        raise _not_scalar(name, shapes)
    if numbers := o.info["not_tensor"]:
        raise Failed(
            f"vae_loss returns plain numbers for {', '.join(numbers)}, expected scalar tensors",
            hint="Leave out .item() and float(): a number has no gradient.",
            bug="loss_detached",
            not_tensor=numbers,
            expected={"not_tensor": []},
        )
    _arguments_are_left_alone("vae_loss", o.info["changed_input"])
    bad = [part for part in ("total", "recon", "kl") if not np.isfinite(o.arrays[part]).all()]
    if not bad:
        return
    if "kl" in bad and divergence.names(losses, context):
        raise Echo("loss.kl_closed_form")  # the formula is known from where it is finite
    if "recon" in bad and reconstruction.names(losses, context):
        raise Echo("loss.reconstruction")
    raise Failed(
        f"{bad[0]} is not finite at ordinary inputs (x_hat in [0.2, 0.8], |mu| < 6)",
        hint="Look for log(logvar), sqrt(logvar) or a division by zero.",
        bug="nan_output",
        measured={bad[0]: "not finite"},
        expected={bad[0]: "finite"},
    )


def _repeats(seen: Seen) -> None:
    if moving := [p for p in fits.PARTS if not fits.repeatable(seen, p)]:
        first, again = (float(seen.arrays(n)[moving[-1]].reshape(-1)[0]) for n in ("loss:betas", "loss:betas_again"))
        raise Failed(
            f"the same call gives another {moving[-1]} later, after {probes.OFTEN} more calls and under another seed",
            hint="A loss is a function of its arguments: no random numbers and no running state.",
            bug="loss_not_repeatable",
            second=again,
            expected={"first": first},
        )


def _arguments_are_left_alone(fn: str, which: list[str]) -> None:
    if not which:
        return
    raise Failed(
        f"{fn} changes its argument {', '.join(which)} in place",
        hint="Avoid x.clamp_(), mu.pow_(2), logvar.exp_() on arguments; use the forms without underscore.",
        bug="input_changed_in_place",
        changed=which,
        expected={"changed": []},
    )


def _not_scalar(name: str, shapes: dict[str, list[int]]) -> Failed:
    part, shape = list(shapes.items())[-1]  # the total has the shape of its parts
    parts = name.split(":")
    d = int(parts[3]) if len(parts) == 4 else 20
    vector = "kl" in shapes
    over = "latent dimensions were left" if shape and shape[-1] == d else "the batch was left"
    return Failed(
        f"vae_loss returns {part} of shape {shape}, expected a scalar: {over} unreduced",
        hint="Reduce over latent dimensions (dim=1) and over the batch (dim=0): a sum or a mean each.",
        bug="kl_not_reduced_over_latents" if vector else "loss_not_reduced",
        shapes=dict(shapes.items()),
        expected={"shape": []},
    )


@check(
    "loss.reconstruction",
    points=3,
    uses=("vae_loss",),
    oracle="closed forms of cross-entropy, squared and absolute error at random points and several batch sizes; the "
    "factor is factored into pixels and batch, what is left must be 1 (or ½ for squared error); then black and white images, and pixels that are wrong by up to "
    f"{probes.FAR[-1]:g} (5,400 nats an image)",
    tolerance=f"relative {convention.RECON_TOLERANCE:g}, at black and white {reconstruction.EDGE_TOLERANCE:g}, far out {slopes.FAR_VALUE:g}: epsilons up "
    "to 1e-4 inside logarithms move a mean cross-entropy at x_hat in [0.2, 0.8] by less than 1e-3 and far out by 1.4 %, and one of "
    "0.01 moves it at black and white by 1 %",
)
def recon(losses: Losses, seen: Seen, context: Context) -> Passed:
    """`recon` is a reconstruction error: smallest at x_hat = x, a sum or mean of BCE, squared or absolute error."""
    seen.arrays("loss:recon:4")
    fit = reconstruction.usable(losses.recon, "loss:recon:4")
    if losses.order != fits.PARTS:
        raise Echo("loss.decomposition")  # its numbers are under another name
    found = reconstruction.judged(fit, "recon", fits.recon_points(seen.by, context.plan, "loss:recon:", "recon"))
    if isinstance(found, Failed):
        raise Echo("loss.returns") if found.bug is None and totals.explained(losses, "recon") else found
    _of_images_alone(losses, seen)
    reconstruction.far_out(fit, context, seen, "loss", "recon")
    _not_of_beta(losses, seen)
    return found


def _of_images_alone(losses: Losses, seen: Seen) -> None:
    if losses.recon_depends_on_codes:
        r = fits.part(seen.observation("loss:other_codes"), "recon")
        if not np.ptp(r) > 1e-4 * np.abs(r).max():
            r = fits.part(seen.observation("loss:faint"), "recon")[:: len(probes.FAINT_BETAS)]
        raise Failed(
            f"recon depends on mu or logvar: {', '.join(number(v, 6) for v in r)} for the same images with other codes",
            hint="recon compares x_hat with x and nothing else.",
            bug="recon_depends_on_codes",
            recon=[float(v) for v in r],
            expected={"recon": "equal"},
        )


def _not_of_beta(losses: Losses, seen: Seen) -> None:
    if losses.total is not None and losses.total.recon_depends_on_beta:
        r = fits.part(seen.observation("loss:betas"), "recon")
        raise Failed(
            f"recon changes with beta: {number(r[1])} at 0.3, {number(r[4])} at 7",
            hint="beta weighs the KL only, and only in total.",
            bug="beta_on_recon",
            measured={"recon_at_0.3": float(r[1]), "recon_at_7": float(r[4])},
            expected={"recon": "independent of beta"},
        )


@check(
    "loss.ae_reconstruction",
    points=2,
    uses=("ae_loss",),
    oracle="the same for `ae_loss`",
    tolerance=f"relative {convention.RECON_TOLERANCE:g}, for the same reason",
)
def ae_recon(losses: Losses, seen: Seen, context: Context) -> Passed:
    """`ae_loss` is a reconstruction error of the same kinds."""
    _one_number(seen)
    fit = reconstruction.usable(losses.ae, "ae_loss:recon:4")
    points = fits.recon_points(seen.by, context.plan, "ae_loss:recon:", "total")
    found = reconstruction.judged(fit, "ae_loss", points)
    if isinstance(found, Failed):
        # one helper, used by both losses
        raise Echo("loss.reconstruction") if reconstruction.as_wrong(fit, losses.recon) else found
    reconstruction.far_out(fit, context, seen, "ae_loss", "total")
    _has_a_gradient(seen)
    return found


def _one_number(seen: Seen) -> None:
    """A scalar tensor, and arguments that are left alone."""
    for name in ("ae_loss:recon:4", "ae_loss:gradient", "ae_loss:extremes"):
        if name == "ae_loss:extremes" and not seen.has(name):
            continue
        o = seen.observation(name)
        _arguments_are_left_alone("ae_loss", o.info["changed_input"])
        bad = [s for s in o.info["shapes"].values() if np.prod(s, dtype=int) != 1]
        if bad or o.info["not_tensor"]:
            got = f"a tensor of shape {bad[0]}" if bad else "a plain number"
            raise Failed(
                f"ae_loss returns {got}, expected a scalar tensor",
                hint="Reduce over pixels and batch.",
                bug="loss_not_reduced" if bad else "loss_detached",
                got=got,
                expected={"shape": []},
            )


def _has_a_gradient(seen: Seen) -> None:
    gradient = seen.arrays("ae_loss:gradient")["dx_hat"]
    if not 0 < np.abs(gradient).max() < np.inf:
        zero = np.isfinite(gradient).all()
        raise Failed(
            "ae_loss gives x_hat no gradient" if zero else "the gradient of ae_loss in x_hat is not finite",
            hint="Leave out .detach(), .item() and torch.no_grad().",
            bug="loss_detached",
            gradient=0.0,
            expected={"gradient": "not zero"},
        )


@check(
    "loss.kl_closed_form",
    points=4,
    uses=("vae_loss",),
    oracle=f"½ Σ (mu² + exp(logvar) − 1 − logvar) at {probes.KL_POINTS} random points, {len(probes.NEAR_PRIOR) + 2} near the prior and "
    f"{len(probes.KL_SHAPES)} shapes, times one factor that is a product of powers of B, D and 784",
    tolerance=f"relative {convention.KL_TOLERANCE:g} beside {convention.KL_TOLERANCE * convention.KL_FLOOR:g} nats per dimension: float32 "
    "sums agree with float64 to about 1e-6, the rest is room for epsilons up to 1e-4 inside logarithms; exponents to "
    f"{convention.EXPONENT_TOLERANCE:g}",
)
def kl_closed_form(losses: Losses, seen: Seen, context: Context) -> Passed:
    """`kl` is the KL divergence of N(mu, exp(logvar)) from N(0, I): ½ Σ (mu² + exp(logvar) − 1 − logvar)."""
    seen.arrays("loss:kl:4:3")
    fit = losses.kl
    if fit is None:
        raise Unobserved("loss:kl:4:3", Fault("missing", "kl gave no numbers"))
    if losses.order != fits.PARTS:
        raise Echo("loss.decomposition")  # its numbers are under another name
    _not_of_images(losses, seen)
    if not (fit.exact and fit.scale is not None and divergence.scale_allowed(fit.scale)):
        bugs = divergence.names(losses, context)
        if not bugs and totals.explained(losses, "kl"):
            raise Echo("loss.returns")
        raise divergence.other(losses, seen, context, bugs)
    divergence.far_from_zero(context, seen, fit.scale)
    values, closed = divergence.at_random_points(context, seen)
    return Passed(
        f"kl is the closed form, {fit.scale.describe()}",
        {"kl": float(values[0]), "worst_relative_deviation": fit.worst},
        {"kl_times_a_reduction": float(closed[0]), "relative_tolerance": convention.KL_TOLERANCE},
    )


def _not_of_images(losses: Losses, seen: Seen) -> None:
    if losses.kl_depends_on_images and losses.kl is not None and losses.kl.exact:
        k = fits.part(seen.observation("loss:other_images"), "kl")
        raise Failed(
            f"kl depends on the images: {', '.join(number(v, 6) for v in k)} for the same mu and logvar",
            hint="kl is a function of mu and logvar only.",
            bug="kl_depends_on_images",
            kl=[float(v) for v in k],
            expected={"kl": "equal"},
        )


@check(
    "loss.decomposition",
    points=4,
    uses=("vae_loss",),
    oracle=f"total against recon + β · kl at β = {', '.join(f'{b:g}' for b in probes.LOSS_BETAS)} among ordinary images, and at "
    f"β = {', '.join(f'{b:g}' for b in probes.FAINT_BETAS)} where images are met to {probes.FAINT:g}, so that recon hides nothing",
    tolerance=f"{fits.DECOMPOSITION_TOLERANCE:g} of the terms and the total: four values, each of which another processor may move by 1e-4",
)
def decomposition(losses: Losses, seen: Seen) -> Passed:
    """`total` is `recon + beta * kl` for every beta."""
    seen.arrays("loss:betas")
    if losses.total is not None and losses.adds_up:
        count = len({*probes.LOSS_BETAS, *probes.FAINT_BETAS})
        sentence = f"total = recon + beta · kl at {count} betas"
        return Passed(sentence, totals.measured(losses, seen), totals.expected(seen))
    if (check := totals.echoed(losses)) is not None:
        raise Echo(check)
    raise totals.other(losses, seen)


@check(
    "loss.batch_reduction",
    points=2,
    uses=("vae_loss",),
    oracle="exponents of the batch size in both factors, from the fits above, and numbers that stand in the batch size's place",
    tolerance=f"{convention.EXPONENT_TOLERANCE:g} around 0 or 1; whole numbers from {convention.LEAST_DIVISOR} to {convention.LARGEST_DIVISOR}",
)
def batch_reduction(losses: Losses, seen: Seen) -> Passed:
    """Both terms are summed, or both averaged, over the batch, so that beta means the same for any batch size."""
    recon, kl = _scales(losses, seen)
    p, q = recon.batch, kl.batch
    measured = {"recon_exponent": p, "kl_exponent": q}
    if recon.divisor != 1 or kl.divisor != 1:
        raise _batch_size_written(recon, kl, measured)
    if p != q and "unreduced" in losses.flaws["recon"] | losses.flaws["kl"]:
        raise Echo("loss.returns")  # how the batch is reduced is open where a reduction is missing
    if p not in (0, 1) or q not in (0, 1):
        raise _neither_sum_nor_mean(p, q, measured)
    if p != q:
        raise _mixed(p, q, measured)
    return Passed(f"both terms are {'sums' if p == 1 else 'means'} over the batch", measured)


def _scales(losses: Losses, seen: Seen) -> tuple[Scale, Scale]:
    """The factors of recon and kl, where both are known."""
    shapes = seen.observation("loss:recon:9").info["shapes"]
    if any(9 in shapes[p] for p in ("recon", "kl")):
        raise Echo("loss.returns")  # the batch was left unreduced
    recon, kl = losses.recon, losses.kl
    if recon is None or recon.family is None or recon.scale is None:
        raise Echo("loss.reconstruction")
    if kl is None or kl.scale is None:
        raise Echo("loss.kl_closed_form")
    return recon.scale, kl.scale


def _batch_size_written(recon: Scale, kl: Scale, measured: dict[str, float]) -> Failed:
    written = {k: s.divisor for k, s in (("recon", recon), ("kl", kl)) if s.divisor != 1}
    terms = " and ".join(f"{k} is divided by {v}" for k, v in written.items())
    if recon.divisor == kl.divisor:
        terms = f"both terms are divided by {kl.divisor}"
    return Failed(
        f"{terms} whatever the batch size is",
        bug="batch_size_in_loss",
        measured=measured | {f"{k}_divisor": v for k, v in written.items()},
        expected={"divisor": "the batch size, or none"},
    )


def _neither_sum_nor_mean(p: float, q: float, measured: dict[str, float]) -> Failed:
    return Failed(
        f"recon scales with the batch size as B^{p:g}, kl as B^{q:g}; a sum has exponent 1, a mean 0",
        hint="Divide both by the batch size once, or neither.",
        bug="batch_sum_and_mean_mixed" if p != q else None,
        measured=measured,
        expected={"recon_exponent": "0 or 1", "kl_exponent": "the same"},
    )


def _mixed(p: float, q: float, measured: dict[str, float]) -> Failed:
    word = {0.0: "averaged", 1.0: "summed"}
    return Failed(
        f"recon is {word[p]} and kl is {word[q]} over the batch: at batch 128 beta counts "
        f"{128 if q else '1/128 of'}{' times' if q else ''} what it counts at batch 1",
        hint="Divide both by the batch size, or neither.",
        bug="batch_sum_and_mean_mixed",
        measured=measured,
        expected={"recon_exponent": "equal", "kl_exponent": "equal"},
    )


@check(
    "loss.gradients",
    points=2,
    after=("loss.reconstruction", "loss.kl_closed_form", "loss.decomposition"),
    uses=("vae_loss", "ae_loss"),
    excused_by=(
        "loss.ae_reconstruction",
        "interface.state",
        "interface.batch_independence",
        "betas.code_reaches_decoder",
        "reparameterization.gradients",
    ),
    passed="gradients agree with the closed forms and with differences of values, and reach every weight",
    oracle="analytic gradients of the fitted losses at all β, near x and far from it; every weight that encode or decode use gets a "
    "gradient; autograd's derivatives of encode, decode and (in every weight) forward against central differences of "
    "their values under a replayed seed, in train and eval mode",
    tolerance=f"{GRADIENT_TOLERANCE:g} of the largest element: an epsilon of 1e-4 inside a logarithm moves the gradient by less; slopes "
    f"{slopes.TOLERANCE[True].slope:g} around 1, {slopes.TOLERANCE[True].weights:g} for one tensor of weights, in "
    f"float64; {slopes.TOLERANCE[False].slope:g} and {slopes.TOLERANCE[False].weights:g} for code that asks for float32",
)
def gradients(losses: Losses, seen: Seen, context: Context) -> None:
    """Gradients are those of the values: of the losses, of encode and decode, in every weight that is used."""
    _closed_forms(losses, seen, context)
    for cls in probes.CLASSES:
        _reach_every_weight(seen, cls)
    slopes.of_recon(losses.recon, context, seen, "loss")
    slopes.of_recon(losses.ae, context, seen, "ae_loss")
    slopes.of_stages(seen)


def _closed_forms(losses: Losses, seen: Seen, context: Context) -> None:
    """The gradient of the total in x_hat, mu and logvar at every beta."""
    a, t = seen.arrays("loss:betas"), context.plan["loss:betas"].tensors
    n = len(probes.LOSS_BETAS)
    assert losses.recon and losses.recon.family and losses.recon.scale and losses.kl and losses.kl.scale
    if losses.flaws["total"] & {"number", "unreduced"}:
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
                _agrees(key, beta, got, want, losses)


def _agrees(key: str, beta: float, got: np.ndarray, want: np.ndarray, losses: Losses) -> None:
    most = float(np.abs(want).max())
    gap = float(np.abs(got - want).max()) / max(most, 1e-12)
    if gap < GRADIENT_TOLERANCE or not most > 0:
        return
    zero = not np.abs(got).max() > 0
    if zero and "number" in losses.flaws["recon" if key == "dx_hat" else "kl"]:
        raise Echo("loss.returns")
    off = "is zero" if zero else f"is off by {number(100 * gap, 2)} % of its largest element"
    raise Failed(
        f"d total / d {key[1:]} at beta = {beta:g} {off}",
        hint="Leave out .detach(), .data, .item() and torch.no_grad() on the way to the loss."
        if zero
        else "total has a term beside recon and kl, or a factor, clamp or detached part on the way to it.",
        bug="loss_detached" if zero else "gradient_not_of_value",
        relative_error=gap,
        expected={"relative_error": GRADIENT_TOLERANCE},
    )


def _reach_every_weight(seen: Seen, cls: str) -> None:
    if not seen.has(f"parameter_flow:{cls}"):
        return  # the call that failed is judged elsewhere
    info = seen.observation(f"parameter_flow:{cls}").info
    for key, what in (("loss", "the loss"), ("image", "the image that forward returns")):
        part = info[key]
        if part["count"]:
            raise Failed(
                f"{part['count']} of {part['used']} weight tensors of {cls} that matter get no gradient from {what}: "
                f"{', '.join(part['missing'][:4])}",
                hint="Look for .detach(), torch.no_grad(), requires_grad = False or a part that forward does not call.",
                bug="loss_detached",
                without_gradient=part["missing"],
                expected={"without_gradient": []},
            )


EXTREMES = {"vae_loss": ("loss:extremes", "loss:extremes_soft"), "ae_loss": ("ae_loss:extremes",)}


@check(
    "loss.stability",
    points=1,
    uses=("vae_loss", "ae_loss"),
    parts=("vae_loss", "ae_loss"),
    passed="finite at x_hat in {0, 1} and at logvar = ±15",
    oracle=f"x_hat exactly 0 and 1, logvar = ±{probes.EXTREME_LOGVAR:g}: values and gradients finite",
    tolerance=EXACT,
)
def stability(losses: Losses, seen: Seen) -> None:
    """Losses and gradients stay finite where x_hat is exactly 0 or 1 and where logvar is ±15."""
    for fn in seen.parts:
        for name in EXTREMES[fn]:
            o = seen.observation(name)
            if bad := [k for k in sorted(o.arrays) if not np.isfinite(o.arrays[k]).all()]:
                raise _not_finite(fn, bad, losses)


def _not_finite(fn: str, bad: list[str], losses: Losses) -> Failed:
    if fn == "vae_loss" and any("not_finite" in f for f in losses.flaws.values()):
        raise Echo("loss.returns")  # it is not finite at ordinary inputs either
    pixel = fn == "ae_loss" or any(k in bad for k in ("recon", "dx_hat"))
    fit = losses.ae if fn == "ae_loss" else losses.recon
    if pixel and fit is not None and fit.family is None:  # another formula, which has logs of its own
        raise Echo("loss.ae_reconstruction" if fn == "ae_loss" else "loss.reconstruction")
    words = {f"d{k}": f"its gradient in {k}" for k in ("x_hat", "mu", "logvar")}
    at = "x_hat in {0, 1}" if pixel else f"logvar = ±{probes.EXTREME_LOGVAR:g}"
    return Failed(
        f"{fn} at {at}: not finite: {', '.join(words.get(k, k) for k in bad)}",
        hint="Use F.binary_cross_entropy, or clamp x_hat away from 0 and 1 before the log."
        if pixel
        else "Keep to exp(logvar): no log of a variance, no division by it.",
        bug="log_of_zero" if pixel else "large_logvar_overflow",
        not_finite=bad,
        expected={"not_finite": []},
    )
