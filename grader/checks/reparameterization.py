"""Is z = mu + exp(logvar / 2) · eps, with fresh eps ~ N(0, I)?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import special

from grader import diagnosis, metrics, probes
from grader.checks.base import Context, Echo, Finding, Seen, check, number
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


@check("reparameterization.noise", uses=CALLS)
def noise(noise: Noise, seen: Seen) -> Finding:
    """Noise is fresh for every element and every call, in train and in eval mode, from torch's global generator."""
    _noise_seen(seen)
    big, one = seen.arrays("noise:big")["out0"], seen.arrays("noise:big_one")["out0"]
    base = big if varies(big) else one
    named: list[str] = []
    measured: dict[str, object] = {"std_of_noise": float(f"{base.std():.4g}")}
    if not np.isfinite(one).all():
        return Finding(
            False, "reparameterize returns NaN or infinite values at mu = 0, logvar = 1",
            "z = mu + exp(logvar / 2) · eps.", "nan_output", {"finite": False}, {"finite": True},
        )  # fmt: skip
    if noise.absent:
        named = ["noise_only_in_evaluation" if varies(seen.arrays("noise:zero_eval")["out0"]) else "no_noise"]
    else:
        if noise.absent_in_eval:
            named.append("noise_only_in_training")
        if noise.shared_rows:
            named.append("noise_shared_across_batch")
        if noise.shared_columns:
            named.append("noise_shared_across_latents")
        if noise.repeats:
            named.append("noise_seed_reset" if noise.reset else "noise_cached")
        if noise.unreplayable:
            named.append("noise_other_generator")
    if named:
        text = diagnosis.sentence(named)
        return Finding(
            False, f"at mu = 0, logvar = 1, batch {base.shape[0]}, D = {base.shape[1]}: {text}",
            diagnosis.hint(named), named[0], measured | {"bugs": named}, {"bugs": []},
        )  # fmt: skip
    return Finding(True, "every element and every call gets noise of its own", measured=measured)


@check("reparameterization.normal", after=("reparameterization.noise",), uses=CALLS)
def normal(noise: Noise, seen: Seen) -> Finding:
    """The noise is N(0, 1): distribution, mean, variance, no correlation between rows or columns."""
    _noise_seen(seen)
    if noise.absent:
        raise Echo("reparameterization.noise")
    big = seen.arrays("noise:big")["out0"].astype(np.float64)
    if not varies(big):
        big = seen.arrays("noise:big_one")["out0"].astype(np.float64)
    if not varies(big):
        raise Echo("reparameterization.formula")  # noise that shows only where mu is not 0
    n, scale = big.size, big.std()
    eps = big / scale
    centred = (eps - eps.mean()) / eps.std()
    uniform = lambda v: np.clip((v / np.sqrt(3) + 1) / 2, 0.0, 1.0)  # noqa: E731
    if metrics.kolmogorov_smirnov(centred, uniform)[1] > 1e-9:
        return _not_normal(f"it is uniform from {number(float(big.min()))} to {number(float(big.max()))}",
                           "noise_uniform", smallest=float(big.min()), largest=float(big.max()))  # fmt: skip
    silent = int((big.std(0) < 1e-3 * big.std()).sum())
    if silent:
        return _not_normal(
            f"{silent} of {big.shape[1]} columns do not vary", "noise_missing_in_dimensions", columns=silent
        )
    unique = len(np.unique(big)) / n
    at_the_ends = float(np.isclose(np.abs(big), np.abs(big).max(), rtol=1e-3).mean())
    if unique < 0.9 and at_the_ends < 0.9 and len(np.unique(big)) > (1 - at_the_ends) * 0.9 * n:
        return _not_normal(
            f"{100 * at_the_ends:.0f} % of {n:,} values are ±{number(float(np.abs(big).max()), 3)}", "noise_truncated",
            largest=float(np.abs(big).max()),
        )  # fmt: skip
    if unique < 0.9:
        return _not_normal(
            f"only {100 * unique:.3g} % of {n:,} values are distinct", "noise_repeats_within", distinct=unique
        )
    edge = metrics.cut_off(big) if noise.formula else None
    if edge is not None:
        return _not_normal(
            f"none of {n:,} values is beyond {number(edge, 3)} (p < {P_VALUE:g})", "noise_truncated", largest=edge
        )
    if noise.formula and abs(scale - 1.0) > SIGMAS / np.sqrt(2 * n):
        return _not_normal(f"its standard deviation is {number(scale)}", "noise_scaled", std=float(scale))
    mean = float(eps.mean())
    if abs(mean) > SIGMAS / np.sqrt(n):
        return _not_normal(f"its mean is {number(mean)} standard deviations", "noise_scaled", mean=mean)
    distance, p = metrics.kolmogorov_smirnov(eps, special.ndtr)
    if p < P_VALUE:
        edge = float(np.abs(eps).max())
        return _not_normal(
            f"Kolmogorov–Smirnov distance {number(distance)} over {n:,} values (p = {p:.1g}), "
            f"largest value {number(edge)}", "noise_not_normal", ks=distance, largest=edge,
        )  # fmt: skip
    kurtosis = float((eps**4).mean()) - 3.0
    if abs(kurtosis) > SIGMAS * np.sqrt(96 / n):
        return _not_normal(f"its kurtosis differs by {number(kurtosis)} from 3", "noise_not_normal", kurtosis=kurtosis)
    columns, rows, k = metrics.dependence(eps)
    if columns > metrics.DEPENDENCE_SIGMAS / np.sqrt(len(eps)):
        return _not_normal(
            f"two latent dimensions correlate by {number(columns)}", "noise_correlated", correlation=columns
        )
    if abs(rows) > metrics.DEPENDENCE_SIGMAS / np.sqrt(n):  # the largest of 2,048 lags
        return _not_normal(f"rows {k} apart correlate by {number(rows)}", "noise_correlated", correlation=rows)
    lengths = metrics.kolmogorov_smirnov((eps**2).sum(1), lambda v: special.chdtr(eps.shape[1], v))[1]
    if lengths < P_VALUE:
        return _not_normal(
            f"the lengths of its rows are not those of normal rows (p = {lengths:.1g})", "noise_not_normal", p=lengths
        )
    # noise that is standardized has means that are too good: the lower tail of chi squared over the columns
    too_good = float(special.chdtr(eps.shape[1], float((eps.mean(0) ** 2).sum()) * len(eps)))
    even = abs(mean) * np.sqrt(n) < 1e-3 and abs(scale - 1.0) * np.sqrt(2 * n) < 1e-3
    if too_good < P_VALUE or (even and noise.formula):
        return _not_normal("its mean and standard deviation over the batch are exact", "noise_standardized", p=too_good)
    resting = seen.arrays("noise:zero_eval")["out0"].astype(np.float64)
    if noise.formula and not close(resting, seen.arrays("noise:zero")["out0"]):  # the same seed, in eval mode
        spread = float(resting.std())
        if abs(spread - 1.0) > SIGMAS / np.sqrt(2 * resting.size):
            return _not_normal(f"in eval mode its standard deviation is {number(spread)}", "noise_scaled", std=spread)
    return Finding(True, f"{n:,} values pass all tests (KS distance {number(distance, 2)})",
                   measured={"ks": distance, "std": float(scale)})  # fmt: skip


def _not_normal(what: str, key: str | None, **measured: float) -> Finding:
    return Finding(
        False, f"at mu = logvar = 0 the noise is not N(0, 1): {what}"
        + (f": {diagnosis.sentence([key])}" if key else ""),
        "eps = torch.randn_like(mu), unscaled.", key, measured, {"distribution": "N(0, 1)", "p": P_VALUE},
    )  # fmt: skip


@check("reparameterization.formula", uses=CALLS)
def formula(noise: Noise, seen: Seen) -> Finding:
    """z is mu + exp(logvar / 2) · eps, checked by replaying the same seed."""
    _noise_seen(seen)
    if noise.absent or noise.unreplayable:
        raise Echo("reparameterization.noise")
    if noise.formula:
        base = seen.arrays("noise:constant:1")["out0"].astype(np.float64)
        asked = [f"constant:{c:g}" for c in probes.CONSTANTS] + [f"wide:{c:g}" for c in probes.WIDE]
        for c, name in zip((*probes.CONSTANTS, *probes.WIDE), asked, strict=True):
            z = seen.arrays(f"noise:{name}")["out0"].astype(np.float64)
            sigma = float((z * base).sum() / (base**2).sum()) * np.exp(0.5)
            if not abs(sigma - np.exp(c / 2)) < 1e-2 * np.exp(c / 2):
                return Finding(
                    False, f"at logvar = {c:g} sigma is {number(sigma)}, expected exp(logvar / 2) = {number(float(np.exp(c / 2)))}, "
                    "although they agree near 0",
                    "Do not clamp logvar inside [−15, 15].", "sigma_clamped", {"sigma": sigma, "logvar": c},
                    {"sigma": float(np.exp(c / 2))},
                )  # fmt: skip
        return Finding(
            True, "the replayed noise gives mu + exp(logvar / 2) · eps to rounding",
            measured={"largest_deviation": noise.worst}, expected={"largest_deviation": FORMULA_TOLERANCE},
        )  # fmt: skip
    named = diagnosis.name_sigma(dict(noise.sigma))
    plain = all(abs(v - np.exp(float(c) / 2)) < 0.1 * np.exp(float(c) / 2) for c, v in noise.sigma.items())
    if not named and plain and noise.absent_in_eval:
        raise Echo("reparameterization.noise")  # right in train mode
    if noise.swapped:
        named = ["mu_logvar_swapped"]
    elif abs(noise.mean_coefficient) < 1e-3:
        named = ["mu_missing"]
    elif abs(noise.mean_coefficient - 1.0) > 1e-3 and not named:
        named = ["mu_scaled"]
    table = ", ".join(f"{number(v, 3)} at {c}" for c, v in sorted(noise.sigma.items(), key=lambda i: float(i[0])))
    text = diagnosis.sentence(named)
    return Finding(
        False,
        f"sigma measured at constant logvar: {table}; expected exp(logvar / 2), that is 0.368 at -2, 1 at 0, "
        "2.72 at 2" + (f": {text}" if text else ""),
        diagnosis.hint(named) or "z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)",
        named[0] if named else None,
        {"sigma": {k: float(f"{v:.4g}") for k, v in noise.sigma.items()},
         "mean_coefficient": float(f"{noise.mean_coefficient:.4g}"), "largest_deviation": noise.worst
         if np.isfinite(noise.worst) else None},
        {"sigma": {"-2": 0.3679, "0": 1.0, "2": 2.718}, "mean_coefficient": 1.0, "largest_deviation": FORMULA_TOLERANCE},
    )  # fmt: skip


@check("reparameterization.gradients", after=("reparameterization.noise", "reparameterization.formula"), uses=CALLS)
def gradients(seen: Seen, context: Context) -> Finding:
    """The gradient flows through the sample: dz/dmu = 1 and dz/dlogvar = ½ σ eps."""
    for probe, where in (("noise_gradient", ""), ("noise_gradient:eval", " in eval mode"),
                         ("noise_gradient:wide", " at logvar up to ±14")):  # fmt: skip
        found = _gradients_at(seen, context, probe, where)
        if not found.passed:
            return found
    return found


def _gradients_at(seen: Seen, context: Context, probe: str, where: str) -> Finding:
    o = seen.observation(probe)
    if o.info["detached"]:
        which = " and ".join(o.info["detached"])
        return Finding(
            False, f"z has no gradient with respect to {which}{where}", diagnosis.hint(["noise_detached"]),
            "noise_detached", {"without_gradient": o.info["detached"]}, {"without_gradient": []},
        )  # fmt: skip
    t = context.plan[probe].tensors
    w, mu, z = t["w"], t["mu"], o.arrays["z"]
    for name, got, want in (("mu", o.arrays["dmu"], w), ("logvar", o.arrays["dlogvar"], w * 0.5 * (z - mu))):
        # each element against its own size: at logvar = 14 one is a thousand times another
        gap = float((np.abs(got - want) / (np.abs(want) + 0.5 * np.abs(w))).max())
        if not gap < GRADIENT_TOLERANCE:
            zero = not np.abs(got).max() > 0
            return Finding(
                False, f"dz/d{name}{where} " + ("is zero" if zero else f"is off by {number(100 * gap, 3)} %"),
                diagnosis.hint(["noise_detached" if zero else "gradient_not_of_value"]),
                "noise_detached" if zero else "gradient_not_of_value",
                {"relative_error": gap}, {"relative_error": GRADIENT_TOLERANCE},
            )  # fmt: skip
    return Finding(True, f"autograd gives 1 and ½ σ eps{where}")


@check(
    "reparameterization.forward",
    after=("betas.trains_on_samples",),
    uses=("VAE", "VAE.forward", "VAE.encode", "VAE.decode", "VAE.reparameterize"),
    excused_by=("interface.state", "interface.batch_independence"),
)
def forward(wiring_eval: Wiring, wiring_train: Wiring, seen: Seen, noise: Noise) -> Finding:
    """forward returns decode(reparameterize(mu, logvar)) and encode's mu and logvar, in train and in eval mode."""
    seen.staged("train")
    seen.staged("eval")
    if wiring_train.codes_swapped and not wiring_train.codes_in_order:
        raise Echo("betas.encoder_heads")
    for mode, w in (("train", wiring_train), ("eval", wiring_eval)):
        if not w.codes_in_order:
            key = _name_codes(seen.arrays(f"staged:{mode}"))
            return Finding(
                False, f"in {mode} mode forward returns another mu or logvar than encode does"
                + (f": {diagnosis.sentence([key])}" if key else ""),
                "Return what encode returned: (x_hat, mu, logvar).", key,
                {"same_codes": False}, {"same_codes": True},
            )  # fmt: skip
    if wiring_eval.leaks and not wiring_eval.exact:
        raise Echo("interface.bottleneck")
    if wiring_eval.exact and wiring_train.exact:
        return Finding(True, "forward equals its stages under a replayed seed, in both modes")
    if wiring_eval.exact:
        raise Echo("betas.code_reaches_decoder")
    a = seen.arrays("staged:eval")
    changed = diagnosis.name_change(a["forward"], a["staged"])
    if not changed and wiring_eval.shown is not None:
        changed = f"not what decode returns but {wiring_eval.shown.text}"
    if wiring_eval.decodes_mu and wiring_train.exact:
        key = "noise_only_in_training"
    elif wiring_eval.call_swapped:
        key = "mu_logvar_swapped"
    else:
        other_draw = wiring_eval.varies_with_seed and not wiring_eval.decodes_logvar
        key = "images_changed_after_decoding" if changed else "forward_draws_otherwise" if other_draw else None
    if wiring_eval.formula_inline and not noise.formula:
        raise Echo("reparameterization.formula")  # forward is right, reparameterize is not
    if wiring_eval.decodes_logvar:
        text = "the decoder gets logvar"
    elif key == "images_changed_after_decoding":
        text = f"its images are {changed}"
    else:
        text = diagnosis.sentence([key]) or "no order of the stages reproduces it"
    return Finding(
        False, f"in eval mode forward is not decode(reparameterize(encode(x))) under the same seed: {text}",
        diagnosis.hint([key]) or "x_hat = self.decode(self.reparameterize(mu, logvar)), nothing else.", key,
        {"equal": False}, {"equal": True},
    )  # fmt: skip


def _name_codes(a: Mapping[str, np.ndarray]) -> str | None:
    """What forward returned in place of encode's mu and logvar."""
    mu, logvar = a["forward_mu"], a["forward_logvar"]
    if any(v.size == len(v) * 784 for v in (mu, logvar)):
        return "forward_results_order"
    if any(close(v, a["z"]) for v in (mu, logvar)):
        return "forward_returns_code"
    return "forward_returns_sigma" if close(logvar, np.exp(a["logvar"] / 2)) else None
