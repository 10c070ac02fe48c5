"""Is z = mu + exp(logvar / 2) · eps, with fresh eps ~ N(0, I)?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import special

from grader import diagnosis, findings, metrics, probes
from grader.checks.base import ROUNDING, Context, Echo, Failed, Passed, Seen, check, number
from grader.findings import FORMULA_TOLERANCE, Noise, Wiring, close, varies

CALLS = ("VAE", "VAE.reparameterize")

# Eight kinds of statistical test, each with a false alarm below 1e-6 for true N(0, 1) noise; together (the
# correlations are 20 · 19 / 2 pairs at 7 sigma, 5e-10 in all) below 8e-6 for one submission.
P_VALUE = 1e-6
GRADIENT_TOLERANCE = 5e-3  # z − mu loses digits where sigma is small: of 20 in float32, 2e-6
SIGMAS = 4.9  # two-sided normal quantile of 1e-6


def _noise_seen(seen: Seen) -> None:
    for name in ("big", "big_one", "zero", "zero_again", "zero_eval", "generic", "generic_eval", "other_seed"):
        seen.arrays(f"noise:{name}")


@check(
    "reparameterization.noise",
    points=3,
    uses=CALLS,
    oracle="mu and logvar constant: variation within and between calls, in train and eval mode, under equal and other "
    "seeds of torch's global generator",
    tolerance=f"noise counts as seen where values vary by more than {findings.NOISE_SPREAD:g} of their size, as shared where they do not",
)
def noise(noise: Noise, seen: Seen) -> Passed:
    """Noise is fresh for every element and every call, in train and in eval mode, from torch's global generator."""
    _noise_seen(seen)
    big, one = seen.arrays("noise:big")["out0"], seen.arrays("noise:big_one")["out0"]
    if not np.isfinite(one).all():
        raise _not_finite()
    base = big if varies(big) else one
    spread = float(f"{base.std():.4g}")
    if bugs := _noise_bugs(noise, seen):
        what = f"at mu = 0, logvar = 1, batch {base.shape[0]}, D = {base.shape[1]}"
        raise Failed(
            diagnosis.named(what, *bugs),
            hint=diagnosis.hint(bugs),
            bug=bugs[0],
            std_of_noise=spread,
            bugs=bugs,
            expected={"bugs": []},
        )
    return Passed("every element and every call gets noise of its own", {"std_of_noise": spread})


def _not_finite() -> Failed:
    return Failed(
        "reparameterize returns NaN or infinite values at mu = 0, logvar = 1",
        hint="z = mu + exp(logvar / 2) · eps.",
        bug="nan_output",
        finite=False,
        expected={"finite": True},
    )


def _noise_bugs(noise: Noise, seen: Seen) -> list[str]:
    """All that is wrong with how noise varies."""
    if noise.absent:
        return ["noise_only_in_evaluation" if varies(seen.arrays("noise:zero_eval")["out0"]) else "no_noise"]
    found = {
        "noise_only_in_training": noise.absent_in_eval,
        "noise_shared_across_batch": noise.shared_rows,
        "noise_shared_across_latents": noise.shared_columns,
        "noise_seed_reset": noise.repeats and noise.reset,
        "noise_cached": noise.repeats and not noise.reset,
        "noise_other_generator": noise.unreplayable,
    }
    return [key for key, there in found.items() if there]


@check(
    "reparameterization.normal",
    points=3,
    after=("reparameterization.noise",),
    uses=CALLS,
    oracle="Kolmogorov–Smirnov distance of values and of lengths of rows, mean, variance (means that are too good fail too), "
    "kurtosis, the largest size (is it cut off?), correlation of columns and of rows at every distance, over 4096 × 20 values",
    tolerance=f"p = {P_VALUE:g} per test, or {SIGMAS:g} standard errors; correlations "
    f"{metrics.DEPENDENCE_SIGMAS:g} standard errors: less than 8e-6 false alarms per submission in all",
)
def normal(noise: Noise, seen: Seen) -> Passed:
    """The noise is N(0, 1): distribution, mean, variance, no correlation between rows or columns."""
    big = _values(noise, seen)
    _no_other_distribution(big, noise)
    _unit_moments(big, noise)
    distance = _normal_values(big / big.std())
    _independent(big, noise)
    _the_same_at_rest(noise, seen)
    sentence = f"{big.size:,} values pass all tests (KS distance {number(distance, 2)})"
    return Passed(sentence, {"ks": distance, "std": float(big.std())})


def _values(noise: Noise, seen: Seen) -> np.ndarray:
    """Noise ``[N, D]`` where it is seen to vary."""
    _noise_seen(seen)
    if noise.absent:
        raise Echo("reparameterization.noise")
    for name in ("big", "big_one"):
        values = seen.arrays(f"noise:{name}")["out0"].astype(np.float64)
        if varies(values):
            return values
    raise Echo("reparameterization.formula")  # noise that shows only where mu is not 0


def _no_other_distribution(big: np.ndarray, noise: Noise) -> None:
    """Distributions that are known by a look: uniform, constant in places, cut off, a few values that come back."""
    n, scale = big.size, big.std()
    eps = big / scale
    centred = (eps - eps.mean()) / eps.std()
    uniform = lambda v: np.clip((v / np.sqrt(3) + 1) / 2, 0.0, 1.0)  # noqa: E731
    if metrics.kolmogorov_smirnov(centred, uniform)[1] > 1e-9:
        low, high = float(big.min()), float(big.max())
        what = f"it is uniform from {number(low)} to {number(high)}"
        raise _not_normal(what, "noise_uniform", smallest=low, largest=high)
    silent = int((big.std(0) < 1e-3 * big.std()).sum())
    if silent:
        what = f"{silent} of {big.shape[1]} columns do not vary"
        raise _not_normal(what, "noise_missing_in_dimensions", columns=silent)
    unique, most = len(np.unique(big)) / n, float(np.abs(big).max())
    at_the_ends = float(np.isclose(np.abs(big), np.abs(big).max(), rtol=1e-3).mean())
    if unique < 0.9 and at_the_ends < 0.9 and len(np.unique(big)) > (1 - at_the_ends) * 0.9 * n:
        what = f"{100 * at_the_ends:.0f} % of {n:,} values are ±{number(most, 3)}"
        raise _not_normal(what, "noise_truncated", largest=most)
    if unique < 0.9:
        what = f"only {100 * unique:.3g} % of {n:,} values are distinct"
        raise _not_normal(what, "noise_repeats_within", distinct=unique)
    edge = metrics.cut_off(big) if noise.formula else None
    if edge is not None:
        what = f"none of {n:,} values is beyond {number(edge, 3)} (p < {P_VALUE:g})"
        raise _not_normal(what, "noise_truncated", largest=edge)


def _unit_moments(big: np.ndarray, noise: Noise) -> None:
    """Variance 1, where the formula is the one whose noise this is, and mean 0."""
    n, scale = big.size, big.std()
    if noise.formula and abs(scale - 1.0) > SIGMAS / np.sqrt(2 * n):
        raise _not_normal(f"its standard deviation is {number(scale)}", "noise_scaled", std=float(scale))
    mean = float((big / scale).mean())
    if abs(mean) > SIGMAS / np.sqrt(n):
        raise _not_normal(f"its mean is {number(mean)} standard deviations", "noise_scaled", mean=mean)


def _normal_values(eps: np.ndarray) -> float:
    """The Kolmogorov–Smirnov distance of values from N(0, 1), where that and the kurtosis are those of chance."""
    n = eps.size
    distance, p = metrics.kolmogorov_smirnov(eps, special.ndtr)
    if p < P_VALUE:
        edge = float(np.abs(eps).max())
        what = f"Kolmogorov–Smirnov distance {number(distance)} over {n:,} values (p = {p:.1g}), largest value {number(edge)}"
        raise _not_normal(what, "noise_not_normal", ks=distance, largest=edge)
    kurtosis = float((eps**4).mean()) - 3.0
    if abs(kurtosis) > SIGMAS * np.sqrt(96 / n):
        raise _not_normal(f"its kurtosis differs by {number(kurtosis)} from 3", "noise_not_normal", kurtosis=kurtosis)
    return distance


def _independent(big: np.ndarray, noise: Noise) -> None:
    """Elements do not follow each other, nor are they tied together by a sum over the batch."""
    n, scale = big.size, big.std()
    eps = big / scale
    columns, rows, k = metrics.dependence(eps)
    if columns > metrics.DEPENDENCE_SIGMAS / np.sqrt(len(eps)):
        what = f"two latent dimensions correlate by {number(columns)}"
        raise _not_normal(what, "noise_correlated", correlation=columns)
    if abs(rows) > metrics.DEPENDENCE_SIGMAS / np.sqrt(n):  # the largest of 2,048 lags
        raise _not_normal(f"rows {k} apart correlate by {number(rows)}", "noise_correlated", correlation=rows)
    lengths = metrics.kolmogorov_smirnov((eps**2).sum(1), lambda v: special.chdtr(eps.shape[1], v))[1]
    if lengths < P_VALUE:
        what = f"the lengths of its rows are not those of normal rows (p = {lengths:.1g})"
        raise _not_normal(what, "noise_not_normal", p=lengths)
    # noise that is standardized has means that are too good: the lower tail of chi squared over the columns
    too_good = float(special.chdtr(eps.shape[1], float((eps.mean(0) ** 2).sum()) * len(eps)))
    even = abs(float(eps.mean())) * np.sqrt(n) < 1e-3 and abs(scale - 1.0) * np.sqrt(2 * n) < 1e-3
    if too_good < P_VALUE or (even and noise.formula):
        raise _not_normal("its mean and standard deviation over the batch are exact", "noise_standardized", p=too_good)


def _the_same_at_rest(noise: Noise, seen: Seen) -> None:
    """In eval mode its size is 1 too."""
    resting = seen.arrays("noise:zero_eval")["out0"].astype(np.float64)
    if noise.formula and not close(resting, seen.arrays("noise:zero")["out0"]):  # the same seed, in eval mode
        spread = float(resting.std())
        if abs(spread - 1.0) > SIGMAS / np.sqrt(2 * resting.size):
            raise _not_normal(f"in eval mode its standard deviation is {number(spread)}", "noise_scaled", std=spread)


def _not_normal(what: str, bug: str, **measured: float) -> Failed:
    return Failed(
        diagnosis.named(f"at mu = logvar = 0 the noise is not N(0, 1): {what}", bug),
        hint="eps = torch.randn_like(mu), unscaled.",
        bug=bug,
        measured=measured,
        expected={"distribution": "N(0, 1)", "p": P_VALUE},
    )


@check(
    "reparameterization.formula",
    points=4,
    uses=CALLS,
    oracle="the noise seen at mu = logvar = 0 is replayed under the same seed at random mu and logvar; σ is measured at constants",
    tolerance=f"{FORMULA_TOLERANCE:g} relative to 1 + \\|z\\|: rounding gives 1e-6, the mildest wrong σ more than 0.1",
)
def formula(noise: Noise, seen: Seen) -> Passed:
    """z is mu + exp(logvar / 2) · eps, checked by replaying the same seed."""
    _noise_seen(seen)
    if noise.absent or noise.unreplayable:
        raise Echo("reparameterization.noise")
    if not noise.formula:
        raise _other_formula(noise)
    _no_clamp(seen)
    return Passed(
        "the replayed noise gives mu + exp(logvar / 2) · eps to rounding",
        {"largest_deviation": noise.worst},
        {"largest_deviation": FORMULA_TOLERANCE},
    )


def _no_clamp(seen: Seen) -> None:
    """σ follows the formula at every constant logvar, also far from 0."""
    base = seen.arrays("noise:constant:1")["out0"].astype(np.float64)
    asked = [f"constant:{c:g}" for c in probes.CONSTANTS] + [f"wide:{c:g}" for c in probes.WIDE]
    for c, name in zip((*probes.CONSTANTS, *probes.WIDE), asked, strict=True):
        z = seen.arrays(f"noise:{name}")["out0"].astype(np.float64)
        sigma, want = float((z * base).sum() / (base**2).sum()) * np.exp(0.5), float(np.exp(c / 2))
        if not abs(sigma - want) < 1e-2 * want:
            raise Failed(
                f"at logvar = {c:g} sigma is {number(sigma)}, expected exp(logvar / 2) = {number(want)}, "
                "although they agree near 0",
                hint="Do not clamp logvar inside [−15, 15].",
                bug="sigma_clamped",
                sigma=sigma,
                logvar=c,
                expected={"sigma": want},
            )


def _other_formula(noise: Noise) -> Failed:
    """What σ and the factor of mu were measured to be, and which mistake they are."""
    bugs = diagnosis.name_sigma(dict(noise.sigma))
    plain = all(abs(v - np.exp(float(c) / 2)) < 0.1 * np.exp(float(c) / 2) for c, v in noise.sigma.items())
    if not bugs and plain and noise.absent_in_eval:
        raise Echo("reparameterization.noise")  # right in train mode
    if noise.swapped:
        bugs = ["mu_logvar_swapped"]
    elif abs(noise.mean_coefficient) < 1e-3:
        bugs = ["mu_missing"]
    elif abs(noise.mean_coefficient - 1.0) > 1e-3 and not bugs:
        bugs = ["mu_scaled"]
    table = ", ".join(f"{number(v, 3)} at {c}" for c, v in sorted(noise.sigma.items(), key=lambda i: float(i[0])))
    what = (
        f"sigma measured at constant logvar: {table}; expected exp(logvar / 2), that is 0.368 at -2, 1 at 0, 2.72 at 2"
    )
    return Failed(
        diagnosis.named(what, *bugs),
        hint=diagnosis.hint(bugs) or "z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)",
        bug=bugs[0] if bugs else None,
        sigma={k: float(f"{v:.4g}") for k, v in noise.sigma.items()},
        mean_coefficient=float(f"{noise.mean_coefficient:.4g}"),
        largest_deviation=noise.worst if np.isfinite(noise.worst) else None,
        expected={
            "sigma": {"-2": 0.3679, "0": 1.0, "2": 2.718},
            "mean_coefficient": 1.0,
            "largest_deviation": FORMULA_TOLERANCE,
        },
    )


@check(
    "reparameterization.gradients",
    points=2,
    after=("reparameterization.noise", "reparameterization.formula"),
    uses=CALLS,
    passed="autograd gives 1 and ½ σ eps at logvar up to ±14",
    oracle="autograd against 1 and ½ (z − mu), in both modes, and at logvar up to ±14",
    tolerance=f"relative {GRADIENT_TOLERANCE:g}: z − mu loses digits where sigma is small",
)
def gradients(seen: Seen, context: Context) -> None:
    """The gradient flows through the sample: dz/dmu = 1 and dz/dlogvar = ½ σ eps."""
    _gradients_at(seen, context, "noise_gradient", "")
    _gradients_at(seen, context, "noise_gradient:eval", " in eval mode")
    _gradients_at(seen, context, "noise_gradient:wide", " at logvar up to ±14")


def _gradients_at(seen: Seen, context: Context, probe: str, where: str) -> None:
    o = seen.observation(probe)
    if lost := o.info["detached"]:
        raise Failed(
            f"z has no gradient with respect to {' and '.join(lost)}{where}",
            bug="noise_detached",
            without_gradient=lost,
            expected={"without_gradient": []},
        )
    t = context.plan[probe].tensors
    w, mu, z = t["w"], t["mu"], o.arrays["z"]
    for name, got, want in (("mu", o.arrays["dmu"], w), ("logvar", o.arrays["dlogvar"], w * 0.5 * (z - mu))):
        # each element against its own size: at logvar = 14 one is a thousand times another
        gap = float((np.abs(got - want) / (np.abs(want) + 0.5 * np.abs(w))).max())
        if not gap < GRADIENT_TOLERANCE:
            zero = not np.abs(got).max() > 0
            raise Failed(
                f"dz/d{name}{where} " + ("is zero" if zero else f"is off by {number(100 * gap, 3)} %"),
                bug="noise_detached" if zero else "gradient_not_of_value",
                relative_error=gap,
                expected={"relative_error": GRADIENT_TOLERANCE},
            )


@check(
    "reparameterization.forward",
    points=2,
    after=("betas.trains_on_samples",),
    uses=("VAE", "VAE.forward", "VAE.encode", "VAE.decode", "VAE.reparameterize"),
    excused_by=("interface.state", "interface.batch_independence"),
    passed="forward equals its stages under a replayed seed, in both modes",
    oracle="forward against decode(reparameterize(encode(x))) under the same seed, in both modes",
    tolerance=ROUNDING,
)
def forward(wiring_eval: Wiring, wiring_train: Wiring, seen: Seen, noise: Noise) -> None:
    """forward returns decode(reparameterize(mu, logvar)) and encode's mu and logvar, in train and in eval mode."""
    _codes_are_passed_on(wiring_eval, wiring_train, seen)
    if wiring_eval.leaks and not wiring_eval.exact:
        raise Echo("interface.bottleneck")
    if not wiring_eval.exact:
        raise _other_wiring(wiring_eval, wiring_train, seen, noise)
    if not wiring_train.exact:
        raise Echo("betas.code_reaches_decoder")


def _codes_are_passed_on(wiring_eval: Wiring, wiring_train: Wiring, seen: Seen) -> None:
    stages = {mode: seen.staged(mode) for mode in ("train", "eval")}
    if wiring_train.codes_swapped and not wiring_train.codes_in_order:
        raise Echo("betas.encoder_heads")
    for mode, w in (("train", wiring_train), ("eval", wiring_eval)):
        if not w.codes_in_order:
            bug = _name_codes(stages[mode])
            raise Failed(
                diagnosis.named(f"in {mode} mode forward returns another mu or logvar than encode does", bug),
                hint="Return what encode returned: (x_hat, mu, logvar).",
                bug=bug,
                same_codes=False,
                expected={"same_codes": True},
            )


def _other_wiring(wiring_eval: Wiring, wiring_train: Wiring, seen: Seen, noise: Noise) -> Failed:
    """What forward does in place of its stages, in eval mode."""
    a = seen.arrays("staged:eval")
    changed = diagnosis.name_change(a["forward"], a["staged"])
    if not changed and wiring_eval.shown is not None:
        changed = f"not what decode returns but {wiring_eval.shown.text}"
    bug = None
    if wiring_eval.decodes_mu and wiring_train.exact:
        bug = "noise_only_in_training"
    elif wiring_eval.call_swapped:
        bug = "mu_logvar_swapped"
    elif changed:
        bug = "images_changed_after_decoding"
    elif wiring_eval.varies_with_seed and not wiring_eval.decodes_logvar:
        bug = "forward_draws_otherwise"
    if wiring_eval.formula_inline and not noise.formula:
        raise Echo("reparameterization.formula")  # forward is right, reparameterize is not
    if wiring_eval.decodes_logvar:
        text = "the decoder gets logvar"
    elif bug == "images_changed_after_decoding":
        text = f"its images are {changed}"
    else:
        text = diagnosis.sentence([bug]) or "no order of the stages reproduces it"
    return Failed(
        f"in eval mode forward is not decode(reparameterize(encode(x))) under the same seed: {text}",
        hint=diagnosis.hint([bug]) or "x_hat = self.decode(self.reparameterize(mu, logvar)), nothing else.",
        bug=bug,
        equal=False,
        expected={"equal": True},
    )


def _name_codes(a: Mapping[str, np.ndarray]) -> str | None:
    """What forward returned in place of encode's mu and logvar."""
    mu, logvar = a["forward_mu"], a["forward_logvar"]
    if any(v.size == len(v) * 784 for v in (mu, logvar)):
        return "forward_results_order"
    if any(close(v, a["z"]) for v in (mu, logvar)):
        return "forward_returns_code"
    return "forward_returns_sigma" if close(logvar, np.exp(a["logvar"] / 2)) else None
