"""Does the VAE train as a VAE, and does beta do what it should?"""

from __future__ import annotations

import itertools
import math

import numpy as np

from grader import diagnosis, oracles, probes
from grader.behaviour import MORE_STEPS, Behaviour, Trained, band_metrics
from grader.checks import slopes
from grader.checks.base import Context, Echo, Finding, Seen, Unobserved, check, number
from grader.findings import Noise, Wiring, close
from grader.model import Band, Fault

COLLAPSED = 0.1  # nats per image: where nothing is left of a code, what is less and what is more is chance
ONE_SIGN = 64  # values: that so many of either sign have the same one is no chance
PROPORTIONAL = 1e-6  # below a correlation of 1: float32 rounding
READER_ERRORS, READER_ERROR = 4, 0.03  # standard errors in favour of the student, and one of them, on 256 images
TUNED_NATS = 0.5  # less is taken for a collapse
TUNED_SHARE = 0.7  # of the KL at beta = 0; more is taken for a weight that does nothing
# Of the loss at TUNED_BETA, the part that is the weighted KL: honest weights make it 1 % and more, and what is under
# 0.2 % is less than the loss changes from one batch to the next.
TUNED_PART = 0.002
TUNED_FREE = 0.9  # of the KL at beta = 0; beyond it no more steps are bought
# Of their size: untrained codes of honest work differ by 9 % and more, by 0.6 % where images are divided by 255.
HARDLY = 0.02
AT_THE_MEAN_IMAGE = 0.03  # share of its error: how far from it a network is that has learned it and nothing else yet
READABLE = 0.3  # of ten classes: chance is 0.1, one pixel tells 0.2
PLATEAU = 0.25  # share of the mean image's error removed: below it a network stands near the mean image
LIMITS = 14.9  # logvar may be held within [-15, 15] or wider
STAGES = ("VAE", "VAE.forward", "VAE.encode", "VAE.decode", "VAE.reparameterize")


@check("betas.trains_on_samples", after=("reparameterization.noise",), uses=STAGES)
def trains_on_samples(wiring_train: Wiring, seen: Seen, noise: Noise) -> Finding:
    """In training the decoder gets the sampled code, not its mean."""
    seen.staged("train")
    if wiring_train.exact or not (wiring_train.decodes_mu or wiring_train.decodes_logvar):
        return Finding(True, "in train mode x_hat follows the noise")
    what = "mu" if wiring_train.decodes_mu else "logvar"
    return Finding(
        False,
        f"in train mode forward returns decode({what}): the noise never reaches the decoder, so the KL "
        "costs nothing in reconstruction",
        diagnosis.hint(["decodes_mu_in_training"]), "decodes_mu_in_training" if what == "mu" else None,
        {"decoded": what}, {"decoded": "reparameterize(mu, logvar)"},
    )  # fmt: skip


@check("betas.encoder_heads", uses=("VAE", "VAE.encode"))
def encoder_heads(seen: Seen, wiring_train: Wiring, context: Context) -> Finding:
    """mu and logvar come from two heads, and both can be positive and negative."""
    a = seen.arrays("encoded:train")
    mu, logvar = a["out0"].astype(np.float64), a["out1"].astype(np.float64)
    if close(mu, logvar, rtol=1e-5, atol=1e-7) or _proportional(mu, logvar):
        return _head("mu and logvar are the same numbers (up to a factor)", "heads_shared", mu, logvar)
    for name, v, key in (("mu", mu, "relu_on_mu"), ("logvar", logvar, "relu_on_logvar")):
        if v.size > ONE_SIGN and (v.min() >= 0 or v.max() <= 0):
            zeros = float((v == 0).mean())
            sign = "negative" if v.min() >= 0 else "positive"
            share = f", {100 * zeros:.0f} % are exactly 0" if zeros > 0.01 else ""
            return _head(f"{name} is never {sign} over {len(v)} images × {v.shape[1]} dimensions{share}",
                         key, mu, logvar)  # fmt: skip
    # four dimensions with the same largest value: no matter of chance, nor of heads that hardly vary
    edge = float(np.abs(mu).max())
    if _shared(np.abs(mu), edge, rtol=1e-3):
        return _head(f"mu is cut off at ±{number(edge, 3)} in several dimensions", "mu_bounded", mu, logvar)
    for name, v in zip(("mu", "logvar"), _bright(seen), strict=False):
        limit = _limit(v)
        if limit is not None and abs(limit) < (LIMITS if name == "logvar" else math.inf):
            key = "mu_bounded" if name == "mu" else "logvar_limited"
            what = f"{name} stops at {number(limit, 3)} in several dimensions, however bright the image"
            return _head(what, key, mu, logvar)
    if wiring_train.codes_swapped and not wiring_train.codes_in_order:
        return _head("forward returns (x_hat, logvar, mu), encode returns (mu, logvar)", "heads_swapped", mu, logvar)
    if "codes:beta_0" in seen and seen.has("codes:beta_0"):
        trained = np.abs(seen.arrays("codes:beta_0")["out0"])
        if trained.max() <= 1.0 and (trained > 0.95).mean() > 0.05:
            return _head("mu never leaves [−1, 1] at beta = 0, where nothing holds it there", "mu_bounded", mu, logvar)
    return Finding(True, "two different heads, both of either sign")


def _bright(seen: Seen) -> tuple[np.ndarray, ...]:
    """mu and logvar of images far brighter than any; nothing where that was too much for the submission."""
    o = seen.get("encoded:wide", None)
    if o is None or o.fault is not None or not all(np.isfinite(a).all() for a in o.arrays.values()):
        return ()
    return tuple(o.arrays[k].astype(np.float64) for k in ("out0", "out1"))


def _limit(v: np.ndarray) -> float | None:
    """The value at which a head stops: the largest, or the least, of at least four dimensions alike.

    Hidden units that saturate stop each dimension elsewhere, so a linear head behind them has no such value.
    """
    if np.ptp(v) < 1e-3:
        return None
    for end in (float(v.max()), float(v.min())):
        if _shared(v, end, rtol=1e-6):
            return end
    return None


def _shared(v: np.ndarray, end: float, rtol: float) -> bool:
    """Whether at least four dimensions reach the value ``end``."""
    return int((np.abs(v - end) <= rtol * abs(end)).any(0).sum()) >= 4


def _proportional(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether every column of ``b`` is one multiple of the same column of ``a`` plus a constant."""
    if len(a) < 8 or a.std() < 1e-9 or b.std() < 1e-9:
        return False
    x, y = (a - a.mean(0)).ravel(), (b - b.mean(0)).ravel()
    if x.std() < 1e-9 or y.std() < 1e-9:
        return False
    return bool(abs(float(np.corrcoef(x, y)[0, 1])) > 1 - PROPORTIONAL)


def _head(what: str, key: str, mu: np.ndarray, logvar: np.ndarray) -> Finding:
    span = lambda v: [float(f"{v.min():.4g}"), float(f"{v.max():.4g}")]  # noqa: E731
    return Finding(
        False, f"{what}: {diagnosis.sentence([key])}", diagnosis.hint([key]), key,
        {"mu_range": span(mu), "logvar_range": span(logvar)}, {"signs": "both, and different"},
    )  # fmt: skip


@check("betas.code_reaches_decoder", uses=("VAE", "VAE.decode"))
def code_reaches_decoder(seen: Seen, wiring_train: Wiring, wiring_eval: Wiring) -> Finding:
    """Every latent coordinate reaches the image, in training too."""
    for mode in ("eval", "train"):
        g = _code_gradients(seen, "VAE", mode)
        reach = np.abs(g).max((0, 1, 2))  # [D]
        dead = int((reach == 0).sum())
        if dead:
            return _ignored(mode, dead, len(reach), "decode", _moves(seen, "VAE"))
        # A coordinate that is dropped has gradient exactly 0 in every projection, while others of the same
        # row do not; with hidden units of its own such a thing needs all of them dead at once.
        none = (np.abs(g).max(1) == 0) & (np.abs(g).max((1, 3), keepdims=True)[:, 0] > 0)
        share = float(none.mean())
        if mode == "train" and share > 0.005:
            return _dropped(f"{100 * share:.0f} % of the elements of z have no effect on decode", share)
    names = [f"code_gradient:Autoencoder:eval:{i}" for i in range(2)]
    if all(n in seen and not seen.unwritten(n) for n in names) and seen.has("build:Autoencoder:20"):
        g = _code_gradients(seen, "Autoencoder", "eval")
        if dead := int((np.abs(g).max((0, 1, 2)) == 0).sum()):
            return _ignored("eval", dead, g.shape[-1], "the autoencoder's decode", _moves(seen, "Autoencoder"))
    if wiring_train.observed and wiring_eval.exact and not wiring_train.exact:
        others = wiring_train.decodes_mu or wiring_train.decodes_logvar
        if not others and wiring_train.codes_in_order:
            return _dropped("forward differs from decode(reparameterize(mu, logvar)) under the same seed, though "
                            "in eval mode it is the same", None)  # fmt: skip
    return Finding(True, "the gradient of decode is alive in every coordinate, in both modes")


def _code_gradients(seen: Seen, cls: str, mode: str) -> np.ndarray:
    return np.stack([seen.arrays(f"code_gradient:{cls}:{mode}:{i}")["grad"] for i in range(2)])


def _moves(seen: Seen, cls: str) -> bool:
    """Whether different codes decode to different images, whatever the gradient says."""
    return seen.has(f"range:1:{cls}") and bool(np.ptp(seen.arrays(f"range:1:{cls}")["out0"], axis=0).max() > 1e-3)


def _ignored(mode: str, dead: int, count: int, what: str, moves: bool) -> Finding:
    key = "code_without_gradient" if dead == count and moves else "decoder_ignores_code"
    some = f"only {count - dead} of {count} latent coordinates move" if dead < count else "no latent coordinate moves"
    return Finding(
        False, f"in {mode} mode {some} what {what} returns (by its gradient)"
        + (f": {diagnosis.sentence([key])}" if key == "code_without_gradient" else ""),
        diagnosis.hint([key]), key,
        {"coordinates_without_effect": dead}, {"coordinates_without_effect": 0},
    )  # fmt: skip


def _dropped(what: str, share: float | None) -> Finding:
    return Finding(
        False, f"in train mode {what}: {diagnosis.sentence(['dropout_on_code'])}",
        diagnosis.hint(["dropout_on_code"]), "dropout_on_code",
        {"dropped_share": share}, {"dropped_share": 0.0},
    )  # fmt: skip


def _run(shown: Behaviour, seen: Seen, key: str) -> Trained:
    """The trained run, or whatever stopped it."""
    seen.arrays(f"train:{key}")
    run = shown.runs[key]
    if run.diverged:
        raise Unobserved(f"train:{key}", Fault("wrong_value", f"training of {key} diverged: the loss is not finite"))
    for name in ("codes", "recon"):
        seen.arrays(f"{name}:{key}")
    if run.kl is not None and not math.isfinite(run.kl):
        raise Unobserved(f"codes:{key}", Fault("wrong_value", f"the KL of evaluation images at {key} is not finite"))
    return run


def _in(band: Band, value: float) -> bool:
    return band.low <= value <= band.high


def _near(band: Band, value: float) -> bool:
    """Within a tenth of an end (of the band's width, if it has one): other seeds are asked before it costs a point."""
    width = band.high - band.low
    margins = [(e, 0.1 * (width if math.isfinite(width) else max(abs(e), 1.0 - e))) for e in (band.low, band.high)]
    return any(math.isfinite(e) and abs(value - e) < m for e, m in margins)


def _far(band: Band, value: float) -> bool:
    """Beyond twice the band: no more steps are bought for what lies there."""
    return bool(value > 2 * band.high if band.high > 0 else value > band.high) or bool(
        band.low < 0 and value < 2 * band.low
    )


def _on_its_way(run: Trained, value: float, standard: int) -> bool:
    """Whether a run that had all the steps it may have is slow, and not wrong.

    It has left the mean image and still falls; or it stands there, as small initial weights and layers of sigmoids do for
    long, and its codes tell the images apart, which those of a network that has died, or sees next to nothing, do not.
    """
    waits = abs(value) < AT_THE_MEAN_IMAGE and (run.readable or 0.0) >= READABLE
    return run.steps >= MORE_STEPS[-1] * standard and (waits or (value > PLATEAU and run.falls))


def _why_slow(seen: Seen) -> str:
    """What is told, and costs nothing, of models that needed more steps than others: codes that hardly differ."""
    for cls in seen.parts:
        codes = seen.arrays(f"shape:{cls}:encode:{probes.LATENTS[-1]}:{max(probes.BATCHES)}")["out0"].astype(np.float64)
        spread, size = float(codes.std(0).mean()), float(np.sqrt((codes**2).mean()))
        if spread < HARDLY * size:
            return (
                f"; it is slow because the {cls}'s encoder hardly reacts to its input: at the start the codes of different images "
                f"differ by {number(100 * spread / size, 2)} % of their size (are images scaled twice?)"
            )
    return "; it is slower than other work, which costs nothing"


@check(
    "betas.learns",
    after=("interface.range", "interface.state"),
    uses=("Autoencoder", *STAGES),
    parts=("Autoencoder", "VAE"),
)
def learns(shown: Behaviour, seen: Seen, bands: dict[str, Band], context: Context) -> Finding:
    """Autoencoder and VAE reconstruct as well as honest work does, with up to five times the steps where they are slow."""
    for cls in seen.parts:
        blind = int((seen.arrays(f"pixel_reach:{cls}")["reach"] == 0).sum())
        # most of the image: the outer rows of an image may fall outside a convolution without padding
        if blind > 2:
            return Finding(
                False, f"{cls}.encode does not see {blind} of 7 bands of rows: inverting them changes no code",
                diagnosis.hint(["image_not_seen"]), "image_not_seen",
                {"bands_unseen": blind}, {"bands_unseen": 0},
            )  # fmt: skip
    told = []
    of = {
        "Autoencoder": ("explained_ae", ("ae",), "the autoencoder"),
        "VAE": ("explained_vae", ("beta_0", "beta_1"), "the VAE (better of beta 0 and 1)"),
    }
    for key, names, what in (of[cls] for cls in seen.parts):
        run = max((_run(shown, seen, n) for n in names), key=lambda r: r.explained or 0.0)
        band, value = bands[key], run.explained or 0.0
        if not value >= band.low and not _on_its_way(run, value, context.assignment.steps):
            return Finding(
                False,
                f"after {run.steps} steps {what} removes {100 * value:.1f} % of the squared error of the mean image; honest work "
                f"removes at least {100 * band.low:.1f} % ({band.runs} runs)",
                diagnosis.hint(["not_learning"]), "not_learning",
                {key: float(f"{value:.4g}")}, {key: f"≥ {band.low:.4g}"}, runs=(run.key,),
                # near the plateau of the mean image a curve is flat, and may yet fall
                settled=run.levelled and value > PLATEAU and run.steps > context.assignment.steps,
                near=_near(band, value),
            )  # fmt: skip
        told.append((key, what, value, run.steps))
    slow = max(n for *_, n in told) > min(r.steps for r in shown.runs.values())
    return Finding(
        True, "; ".join(f"after {n} steps {what} removes {100 * value:.0f} %" for _, what, value, n in told)
        + " of the squared error of the mean image" + (_why_slow(seen) if slow else ""),
        measured={key: float(f"{value:.4g}") for key, _, value, _ in told},
        expected={key: f"≥ {bands[key].low:.4g}" for key, *_ in told},
    )  # fmt: skip


@check(
    "betas.kl_falls",
    after=("betas.encoder_heads", "betas.code_reaches_decoder", "interface.range", "interface.state"),
    uses=STAGES,
)
def kl_falls(shown: Behaviour, seen: Seen, bands: dict[str, Band], context: Context) -> Finding:
    """The KL on evaluation images falls as beta grows, and at beta_c = 1 is no more than honest work has.

    Less is no bug: a deep network may not have begun to use its code when the budget ends.
    """
    betas = context.assignment.betas
    kl = {b: _run(shown, seen, f"beta_{b:g}").kl for b in betas}
    measured = {f"kl_at_{b:g}": float(f"{v:.4g}") for b, v in kl.items() if v is not None}
    values = [kl[b] or 0.0 for b in betas]
    rising = [i for i, (a, b) in enumerate(itertools.pairwise(values)) if b >= max(a, COLLAPSED)]
    if rising:
        pair = tuple(f"beta_{b:g}" for b in betas[rising[0] : rising[0] + 2])
        text = ", ".join(f"{number(v, 3)} at {b:g}" for b, v in zip(betas, values, strict=True))
        return Finding(
            False, f"KL in nats per image does not fall with beta: {text}",
            "The KL has to be weighted by beta in the loss that training minimises.",
            _not_held(shown.runs[f"beta_{betas[-1]:g}"], bands),
            measured, {"order": "falling"}, runs=pair, settled=all(shown.runs[k].kl_levelled for k in pair),
        )  # fmt: skip
    band, value = bands["kl_1"], kl[1.0] or 0.0
    if value > band.high:
        return Finding(
            False,
            f"at beta_c = 1 the KL is {number(value, 3)} nats per image, honest work has at most {number(band.high, 3)} "
            f"({band.runs} runs)",
            "Does the KL pull on mu and logvar at all in the loss that training minimises?",
            _not_held(shown.runs["beta_1"], bands),
            measured, {"kl_at_1": [0.0, band.high]}, runs=("beta_1",),
            settled=shown.runs["beta_1"].kl_levelled or _far(band, value), near=_near(band, value),
        )  # fmt: skip
    return Finding(True, "KL in nats per image: " + ", ".join(f"{number(v, 3)} at {b:g}" for b, v in kl.items() if v),
                   measured=measured, expected={"kl_at_1": [0.0, band.high]})  # fmt: skip


def _not_held(run: Trained, bands: dict[str, Band]) -> str:
    """Why a KL is too large: it is another one outside of training, or nothing held it back there."""
    kl, end = run.kl or 0.0, run.kl_end
    same = kl > 0 and end > 0 and _in(bands["kl_gap"], math.log(kl) - math.log(end))
    return "kl_does_not_pull" if same else "evaluation_differs"


@check(
    "betas.honest_information",
    after=("betas.encoder_heads", "betas.code_reaches_decoder", "betas.learns", "interface.bottleneck",
           "interface.range", "interface.state"),
    uses=STAGES,
)  # fmt: skip
def honest_information(shown: Behaviour, seen: Seen, bands: dict[str, Band], context: Context) -> Finding:
    """Codes sampled from mu and logvar reconstruct as well as the training loss said, and carry no more than the KL.

    Recomputed in other processes from evaluation images, so that what was trained is what is handed in; and at a few
    steps of training its gradient beside that of the harness's own loss through the stages.
    """
    run = _run(shown, seen, "beta_1")
    apart = slopes.paired(seen)
    if apart is not None:
        return apart
    values = band_metrics(shown)
    for key, what, now, before in (
        ("recon_gap", "the reconstruction error", run.recon, run.curve_end),
        ("kl_gap", "the KL", run.kl, run.kl_end),
    ):
        if key == "kl_gap" and max(run.kl or 0.0, run.kl_end) < bands["kl_1"].low:
            continue  # a code that only begins to be used has another KL at every step
        if key not in values:
            raise Unobserved("codes:beta_1", Fault("wrong_value", f"{what} at beta = 1 is not a positive number"))
        band, value = bands[key], values[key]
        if not _in(band, value):
            by = (
                f"{number(100 * value, 3)} % of what lies between the mean image and perfection, honest work at most "
                f"{number(100 * band.high, 3)} %"
                if key == "recon_gap"
                else f"a factor of {number(math.exp(value), 3)}, honest work {number(math.exp(band.low), 3)} to "
                f"{number(math.exp(band.high), 3)}"
            )
            return Finding(
                False,
                f"{what} was {number(before)} at the end of training at beta_c = 1, but is {number(now or 0.0)} on "
                f"evaluation images with z drawn from the encoder's mu and logvar: {by}",
                "Does training use the same mu, logvar and decoder that encode and decode show?", "evaluation_differs",
                {key: float(f"{value:.4g}")}, {key: [band.low, band.high]}, runs=("beta_1",),
                settled=(run.levelled and run.kl_levelled) or _far(band, value), near=_near(band, value),
            )  # fmt: skip
    for key in [f"beta_{b:g}" for b in context.assignment.betas]:
        r = shown.runs.get(key)
        if r is None or r.accuracy is None or r.kl is None:
            continue
        need = oracles.fano_nats(max(0.0, r.accuracy - READER_ERRORS * READER_ERROR))
        if r.kl < need:
            return Finding(
                False,
                f"at beta_c = {r.beta_c:g} a classifier reads {100 * r.accuracy:.0f} % of the sampled reconstructions, which "
                f"takes at least {number(need, 3)} nats, but mu and logvar hold {number(r.kl, 3)}",
                "Something beside the sampled code reaches the decoder, or the noise is smaller than logvar says.",
                None, {"kl": r.kl, "accuracy": r.accuracy}, {"kl": f"≥ {need:.3g}"},
            )  # fmt: skip
    return Finding(
        True, f"training and evaluation agree: reconstruction within {number(100 * abs(values['recon_gap']), 2)} % of its "
        f"range, KL within a factor of {number(math.exp(abs(values.get('kl_gap', 0.0))), 3)}",
        measured={k: float(f"{values[k]:.4g}") for k in ("recon_gap", "kl_gap") if k in values},
        expected={k: [bands[k].low, bands[k].high] for k in ("recon_gap", "kl_gap") if k in values},
    )  # fmt: skip


def _broken_loss(context: Context) -> str:
    """The check that says why the submission's own beta has no weight in canonical units."""
    losses = context.losses
    if not losses.observed or losses.changes_inputs or any(losses.flaws.values()):
        return "loss.returns"
    if losses.recon is None or losses.recon.scale is None or losses.recon.scale.factor <= 0:
        return "loss.reconstruction"
    if losses.kl is None or not losses.kl.exact or losses.kl.scale is None or losses.kl.scale.factor <= 0:
        return "loss.kl_closed_form"
    return "loss.gradients" if losses.adds_up else "loss.decomposition"


@check("betas.tuned", after=("betas.learns", "betas.kl_falls"), uses=("TUNED_BETA", *STAGES))
def tuned(shown: Behaviour, seen: Seen, context: Context) -> Finding:
    """TUNED_BETA regularises without collapsing the posterior.

    Collapse: under half a nat of KL, or no active unit (Burda et al. 2016). Doing nothing: more than 70 % of
    the KL that is there without any weight.
    """
    run = shown.runs.get("tuned")
    if run is None:
        if "train:tuned" in seen:
            seen.arrays("train:tuned")
        if context.found.repair().get("loss"):
            raise Echo(_broken_loss(context))
        raise Unobserved("train:tuned", Fault("missing", "no model was trained at TUNED_BETA"))
    if run.diverged or run.kl is None:
        raise Unobserved("train:tuned", Fault("wrong_value", "training at TUNED_BETA diverged"))
    free = _run(shown, seen, "beta_0").kl or 0.0
    active = int(run.active.sum()) if run.active is not None else 0
    measured = {"beta": run.beta, "beta_c": float(f"{run.beta_c:.4g}"), "kl": float(f"{run.kl:.4g}"),
                "active_units": active, "kl_at_0": float(f"{free:.4g}")}  # fmt: skip
    expected = {"kl": f"{TUNED_NATS:g} to {TUNED_SHARE * free:.3g}", "active_units": "≥ 1"}
    weighted = (run.beta_c or 0.0) * run.kl
    part = weighted / (weighted + run.recon) if run.recon is not None and run.recon > 0.0 else 1.0
    at = f"at TUNED_BETA = {run.beta:g} (β_c = {number(run.beta_c or 0.0, 3)})"
    # a slow network has yet to begin to use its code; and what nothing holds back goes on growing
    for bad, key, settled in (
        # at a weight of 1 and below nobody's code collapses: where it does, the network is slow, and not the weight too large
        ((run.kl < TUNED_NATS or active == 0) and (run.beta_c or 0.0) > 1.0, "tuned_beta_collapses", False),
        (run.kl > TUNED_SHARE * free or part < TUNED_PART, "tuned_beta_does_nothing", run.kl > TUNED_FREE * free),
    ):
        if bad:
            return Finding(
                False, f"{at} the KL is {number(run.kl, 3)} nats with {active} active units, against {number(free, 3)} nats at "
                f"beta = 0: {diagnosis.sentence([key])}",
                diagnosis.hint([key]), key, measured, expected,
                runs=(run.key,) if key == "tuned_beta_collapses" else ("beta_0", run.key), settled=settled,
            )  # fmt: skip
    return Finding(
        True, f"{at} the KL is {number(run.kl, 3)} nats, {active} units are active", "", None, measured, expected
    )
