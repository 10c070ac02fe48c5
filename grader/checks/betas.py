"""Does the VAE train as a VAE, and does beta do what it should?"""

from __future__ import annotations

import itertools
import math

import numpy as np

from grader import diagnosis, oracles, probes
from grader.behaviour import MORE_STEPS, Behaviour, Trained, band_metrics
from grader.checks import heads, slopes
from grader.checks.base import ROUNDING, Context, Echo, Failed, Passed, Seen, Unobserved, check, number
from grader.checks.trained import far_out, inside, near_an_end, run_of
from grader.findings import Wiring, close
from grader.model import Band, Fault

COLLAPSED = 0.1  # nats per image: where nothing is left of a code, what is less and what is more is chance
ONE_SIGN = 64  # values: that so many of either sign have the same one is no chance
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
# What a class is judged by: its band, the runs of which the better counts, and their name.
LEARNS = {
    "Autoencoder": ("explained_ae", ("ae",), "the autoencoder"),
    "VAE": ("explained_vae", ("beta_0", "beta_1"), "the VAE (better of beta 0 and 1)"),
}


@check(
    "betas.trains_on_samples",
    points=3,
    after=("reparameterization.noise",),
    uses=STAGES,
    passed="in train mode x_hat follows the noise",
    oracle="in train mode forward's image against decode(mu) and decode(z), replayed",
    tolerance=ROUNDING,
)
def trains_on_samples(wiring_train: Wiring, seen: Seen) -> None:
    """In training the decoder gets the sampled code, not its mean."""
    seen.staged("train")
    if wiring_train.exact or not (wiring_train.decodes_mu or wiring_train.decodes_logvar):
        return
    what = "mu" if wiring_train.decodes_mu else "logvar"
    raise Failed(
        f"in train mode forward returns decode({what}): the noise never reaches the decoder, so the KL costs nothing in reconstruction",
        hint=diagnosis.hint(["decodes_mu_in_training"]),
        bug="decodes_mu_in_training" if what == "mu" else None,
        decoded=what,
        expected={"decoded": "reparameterize(mu, logvar)"},
    )


@check(
    "betas.encoder_heads",
    points=2,
    uses=("VAE", "VAE.encode"),
    passed="two different heads, both of either sign",
    oracle="signs and affine dependence of mu and logvar over images, with perturbed weights; mu held within ±1 after training at β = 0; "
    f"a value at which four dimensions stop for images {probes.BRIGHT:g} times brighter",
    tolerance=f"a head of one sign over more than {ONE_SIGN} values; correlation within {heads.PROPORTIONAL:g} of ±1; limits of logvar within ±{LIMITS:g}",
)
def encoder_heads(seen: Seen, wiring_train: Wiring) -> None:
    """mu and logvar come from two heads, and both can be positive and negative."""
    a = seen.arrays("encoded:train")
    mu, logvar = a["out0"].astype(np.float64), a["out1"].astype(np.float64)
    swapped = wiring_train.codes_swapped and not wiring_train.codes_in_order
    what, bug = _heads(mu, logvar) or _limits(seen) or _outside(swapped, seen) or ("", None)
    if bug is not None:
        mine, other = ([float(f"{v.min():.4g}"), float(f"{v.max():.4g}")] for v in (mu, logvar))
        signs = {"signs": "both, and different"}
        raise Failed(diagnosis.named(what, bug), bug=bug, mu_range=mine, logvar_range=other, expected=signs)


def _heads(mu: np.ndarray, logvar: np.ndarray) -> tuple[str, str] | None:
    """``(what is seen, bug)`` where numbers of ordinary images tell it."""
    if close(mu, logvar, rtol=1e-5, atol=1e-7) or heads.proportional(mu, logvar):
        return "mu and logvar are the same numbers (up to a factor)", "heads_shared"
    for name, v, bug in (("mu", mu, "relu_on_mu"), ("logvar", logvar, "relu_on_logvar")):
        if v.size > ONE_SIGN and (v.min() >= 0 or v.max() <= 0):
            zeros = float((v == 0).mean())
            sign = "negative" if v.min() >= 0 else "positive"
            share = f", {100 * zeros:.0f} % are exactly 0" if zeros > 0.01 else ""
            return f"{name} is never {sign} over {len(v)} images × {v.shape[1]} dimensions{share}", bug
    # four dimensions with the same largest value: no matter of chance, nor of heads that hardly vary
    edge = float(np.abs(mu).max())
    if heads.shared(np.abs(mu), edge, rtol=1e-3):
        return f"mu is cut off at ±{number(edge, 3)} in several dimensions", "mu_bounded"
    return None


def _limits(seen: Seen) -> tuple[str, str] | None:
    for name, v in zip(("mu", "logvar"), heads.bright(seen), strict=False):
        limit = heads.limit(v)
        if limit is not None and abs(limit) < (LIMITS if name == "logvar" else math.inf):
            what = f"{name} stops at {number(limit, 3)} in several dimensions, however bright the image"
            return what, "mu_bounded" if name == "mu" else "logvar_limited"
    return None


def _outside(swapped: bool, seen: Seen) -> tuple[str, str] | None:
    """What shows outside of encode: in the order of forward's results, and after training."""
    if swapped:
        return "forward returns (x_hat, logvar, mu), encode returns (mu, logvar)", "heads_swapped"
    if seen.has("codes:beta_0"):
        trained = np.abs(seen.arrays("codes:beta_0")["out0"])
        if trained.max() <= 1.0 and (trained > 0.95).mean() > 0.05:
            return "mu never leaves [−1, 1] at beta = 0, where nothing holds it there", "mu_bounded"
    return None


@check(
    "betas.code_reaches_decoder",
    points=2,
    uses=("VAE", "VAE.decode"),
    passed="the gradient of decode is alive in every coordinate, in both modes",
    oracle="gradient of decode in every latent coordinate, in train and eval mode; of the autoencoder too",
    tolerance="exactly 0, over two random projections",
)
def code_reaches_decoder(seen: Seen, wiring_train: Wiring, wiring_eval: Wiring) -> None:
    """Every latent coordinate reaches the image, in training too."""
    _reached(seen, "VAE", "eval", "decode")
    _nothing_dropped(_reached(seen, "VAE", "train", "decode"))
    names = [f"code_gradient:Autoencoder:eval:{i}" for i in range(2)]
    if all(n in seen and not seen.unwritten(n) for n in names) and seen.has("build:Autoencoder:20"):
        _reached(seen, "Autoencoder", "eval", "the autoencoder's decode")
    if wiring_train.observed and wiring_eval.exact and not wiring_train.exact:
        others = wiring_train.decodes_mu or wiring_train.decodes_logvar
        if not others and wiring_train.codes_in_order:
            raise _dropped(
                "forward differs from decode(reparameterize(mu, logvar)) under the same seed, though in eval mode it is the same",
                None,
            )


def _reached(seen: Seen, cls: str, mode: str, what: str) -> np.ndarray:
    """Gradients ``[2, …, D]`` of decode in its codes, where every coordinate has one."""
    g = _code_gradients(seen, cls, mode)
    if dead := int((np.abs(g).max((0, 1, 2)) == 0).sum()):
        raise _ignored(mode, dead, g.shape[-1], what, _moves(seen, cls))
    return g


def _nothing_dropped(g: np.ndarray) -> None:
    """A coordinate that is dropped has gradient exactly 0 in every projection, while others of the same row do not; with
    hidden units of its own such a thing needs all of them dead at once."""
    none = (np.abs(g).max(1) == 0) & (np.abs(g).max((1, 3), keepdims=True)[:, 0] > 0)
    share = float(none.mean())
    if share > 0.005:
        raise _dropped(f"{100 * share:.0f} % of the elements of z have no effect on decode", share)


def _code_gradients(seen: Seen, cls: str, mode: str) -> np.ndarray:
    return np.stack([seen.arrays(f"code_gradient:{cls}:{mode}:{i}")["grad"] for i in range(2)])


def _moves(seen: Seen, cls: str) -> bool:
    """Whether different codes decode to different images, whatever the gradient says."""
    return seen.has(f"range:1:{cls}") and bool(np.ptp(seen.arrays(f"range:1:{cls}")["out0"], axis=0).max() > 1e-3)


def _ignored(mode: str, dead: int, count: int, what: str, moves: bool) -> Failed:
    key = "code_without_gradient" if dead == count and moves else "decoder_ignores_code"
    some = f"only {count - dead} of {count} latent coordinates move" if dead < count else "no latent coordinate moves"
    return Failed(
        diagnosis.named(
            f"in {mode} mode {some} what {what} returns (by its gradient)",
            key if key == "code_without_gradient" else None,
        ),
        bug=key,
        coordinates_without_effect=dead,
        expected={"coordinates_without_effect": 0},
    )


def _dropped(what: str, share: float | None) -> Failed:
    return Failed(
        diagnosis.named(f"in train mode {what}", "dropout_on_code"),
        bug="dropout_on_code",
        dropped_share=share,
        expected={"dropped_share": 0.0},
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
    points=3,
    after=("interface.range", "interface.state"),
    uses=("Autoencoder", *STAGES),
    parts=("Autoencoder", "VAE"),
    trained=True,
    bands=("explained_ae", "explained_vae"),
    oracle="share of the mean image's squared error that reconstructions of evaluation images remove",
    tolerance="calibrated on honest work that had the steps that it needed: `explained_ae`, `explained_vae`",
)
def learns(shown: Behaviour, seen: Seen, bands: dict[str, Band], context: Context) -> Passed:
    """Autoencoder and VAE reconstruct as well as honest work does, with up to five times the steps where they are slow."""
    for cls in seen.parts:
        _sees_the_image(seen, cls)
    runs = {cls: _learned(cls, shown, seen, bands, context) for cls in seen.parts}
    slow = max(r.steps for r in runs.values()) > min(r.steps for r in shown.runs.values())
    removed = "; ".join(
        f"after {r.steps} steps {LEARNS[cls][2]} removes {100 * (r.explained or 0.0):.0f} %" for cls, r in runs.items()
    )
    return Passed(
        f"{removed} of the squared error of the mean image{_why_slow(seen) if slow else ''}",
        {LEARNS[cls][0]: float(f"{r.explained or 0.0:.4g}") for cls, r in runs.items()},
        {LEARNS[cls][0]: f"≥ {bands[LEARNS[cls][0]].low:.4g}" for cls in runs},
    )


def _sees_the_image(seen: Seen, cls: str) -> None:
    blind = int((seen.arrays(f"pixel_reach:{cls}")["reach"] == 0).sum())
    # most of the image: the outer rows of an image may fall outside a convolution without padding
    if blind > 2:
        raise Failed(
            f"{cls}.encode does not see {blind} of 7 bands of rows: inverting them changes no code",
            bug="image_not_seen",
            bands_unseen=blind,
            expected={"bands_unseen": 0},
        )


def _learned(cls: str, shown: Behaviour, seen: Seen, bands: dict[str, Band], context: Context) -> Trained:
    """The run that counts for a class, where it reconstructs well enough."""
    key, names, what = LEARNS[cls]
    run = max((run_of(shown, seen, n) for n in names), key=lambda r: r.explained or 0.0)
    band, value = bands[key], run.explained or 0.0
    if value >= band.low or _on_its_way(run, value, context.assignment.steps):
        return run
    raise Failed(
        f"after {run.steps} steps {what} removes {100 * value:.1f} % of the squared error of the mean image; honest work "
        f"removes at least {100 * band.low:.1f} % ({band.runs} runs)",
        bug="not_learning",
        measured={key: float(f"{value:.4g}")},
        expected={key: f"≥ {band.low:.4g}"},
        runs=(run.key,),
        # near the plateau of the mean image a curve is flat, and may yet fall
        settled=run.levelled and value > PLATEAU and run.steps > context.assignment.steps,
        near=near_an_end(band, value),
    )


@check(
    "betas.kl_falls",
    points=2,
    after=("betas.encoder_heads", "betas.code_reaches_decoder", "interface.range", "interface.state"),
    uses=STAGES,
    trained=True,
    bands=("kl_1", "kl_gap"),
    oracle="the KL of mu and logvar on evaluation images, recomputed by the harness, at each β",
    tolerance=f"falling: exact, but for less than {COLLAPSED:g} nats; at β = 1 calibrated from above: `kl_1`",
)
def kl_falls(shown: Behaviour, seen: Seen, bands: dict[str, Band], context: Context) -> Passed:
    """The KL on evaluation images falls as beta grows, and at beta_c = 1 is no more than honest work has.

    Less is no bug: a deep network may not have begun to use its code when the budget ends.
    """
    kl = {b: run_of(shown, seen, f"beta_{b:g}").kl for b in context.assignment.betas}
    measured = {f"kl_at_{b:g}": float(f"{v:.4g}") for b, v in kl.items() if v is not None}
    _falling({b: v or 0.0 for b, v in kl.items()}, measured, shown, bands)
    _no_more_than_honest(kl[1.0] or 0.0, measured, shown, bands)
    table = ", ".join(f"{number(v, 3)} at {b:g}" for b, v in kl.items() if v)
    return Passed(f"KL in nats per image: {table}", measured, {"kl_at_1": [0.0, bands["kl_1"].high]})


def _falling(kl: dict[float, float], measured: dict[str, float], shown: Behaviour, bands: dict[str, Band]) -> None:
    rising = [pair for pair in itertools.pairwise(kl) if kl[pair[1]] >= max(kl[pair[0]], COLLAPSED)]
    if rising:
        runs = tuple(f"beta_{b:g}" for b in rising[0])
        text = ", ".join(f"{number(v, 3)} at {b:g}" for b, v in kl.items())
        raise Failed(
            f"KL in nats per image does not fall with beta: {text}",
            hint="The KL has to be weighted by beta in the loss that training minimises.",
            bug=_not_held(shown.runs[f"beta_{list(kl)[-1]:g}"], bands),
            measured=measured,
            expected={"order": "falling"},
            runs=runs,
            settled=all(shown.runs[k].kl_levelled for k in runs),
        )


def _no_more_than_honest(value: float, measured: dict[str, float], shown: Behaviour, bands: dict[str, Band]) -> None:
    band = bands["kl_1"]
    if value > band.high:
        raise Failed(
            f"at beta_c = 1 the KL is {number(value, 3)} nats per image, honest work has at most {number(band.high, 3)} "
            f"({band.runs} runs)",
            hint="Does the KL pull on mu and logvar at all in the loss that training minimises?",
            bug=_not_held(shown.runs["beta_1"], bands),
            measured=measured,
            expected={"kl_at_1": [0.0, band.high]},
            runs=("beta_1",),
            settled=shown.runs["beta_1"].kl_levelled or far_out(band, value),
            near=near_an_end(band, value),
        )


def _not_held(run: Trained, bands: dict[str, Band]) -> str:
    """Why a KL is too large: it is another one outside of training, or nothing held it back there."""
    kl, end = run.kl or 0.0, run.kl_end
    same = kl > 0 and end > 0 and inside(bands["kl_gap"], math.log(kl) - math.log(end))
    return "kl_does_not_pull" if same else "evaluation_differs"


@check(
    "betas.honest_information",
    points=2,
    after=(
        "betas.encoder_heads",
        "betas.code_reaches_decoder",
        "betas.learns",
        "interface.bottleneck",
        "interface.range",
        "interface.state",
    ),
    uses=STAGES,
    trained=True,
    bands=("recon_gap", "kl_gap", "kl_1"),
    oracle="reconstruction from codes that the harness draws from mu and logvar, and their KL, against the end of the "
    "training curve; Fano's inequality: a classifier that reads the reconstructions bounds the nats from below; at steps "
    f"{', '.join(map(str, probes.PAIRED_STEPS))} of training the total and its gradient against those of the harness's loss in the "
    "submission's convention, through the stages, at the same weights, batch and noise",
    tolerance=f"calibrated: `recon_gap`, `kl_gap`; Fano with {READER_ERRORS} standard errors of the classifier in the student's favour; "
    f"{100 * slopes.PAIR_VALUE:g} % of the total, {100 * slopes.PAIR_GRADIENT:g} % of the gradient",
)
def honest_information(shown: Behaviour, seen: Seen, bands: dict[str, Band], context: Context) -> Passed:
    """Codes sampled from mu and logvar reconstruct as well as the training loss said, and carry no more than the KL.

    Recomputed in other processes from evaluation images, so that what was trained is what is handed in; and at a few
    steps of training its gradient beside that of the harness's own loss through the stages.
    """
    run = run_of(shown, seen, "beta_1")
    slopes.paired(seen)
    gaps = {k: v for k, v in band_metrics(shown).items() if k in ("recon_gap", "kl_gap")}
    _no_gap("recon_gap", "the reconstruction error", run.recon, run.curve_end, run, gaps, bands)
    if (
        max(run.kl or 0.0, run.kl_end) >= bands["kl_1"].low
    ):  # else its code only begins to be used, and changes at every step
        _no_gap("kl_gap", "the KL", run.kl, run.kl_end, run, gaps, bands)
    for beta in context.assignment.betas:
        _no_more_is_read(shown.runs.get(f"beta_{beta:g}"))
    return Passed(
        f"training and evaluation agree: reconstruction within {number(100 * abs(gaps['recon_gap']), 2)} % of its "
        f"range, KL within a factor of {number(math.exp(abs(gaps.get('kl_gap', 0.0))), 3)}",
        {k: float(f"{gaps[k]:.4g}") for k in ("recon_gap", "kl_gap") if k in gaps},
        {k: [bands[k].low, bands[k].high] for k in ("recon_gap", "kl_gap") if k in gaps},
    )


def _no_gap(
    key: str, what: str, now: float | None, before: float, run: Trained, gaps: dict[str, float], bands: dict[str, Band]
) -> None:
    """What was measured on evaluation images is what training saw at its end."""
    if key not in gaps:
        raise Unobserved("codes:beta_1", Fault("wrong_value", f"{what} at beta = 1 is not a positive number"))
    band, value = bands[key], gaps[key]
    if inside(band, value):
        return
    by = (
        f"{number(100 * value, 3)} % of what lies between the mean image and perfection, honest work at most "
        f"{number(100 * band.high, 3)} %"
        if key == "recon_gap"
        else f"a factor of {number(math.exp(value), 3)}, honest work {number(math.exp(band.low), 3)} to "
        f"{number(math.exp(band.high), 3)}"
    )
    raise Failed(
        f"{what} was {number(before)} at the end of training at beta_c = 1, but is {number(now or 0.0)} on "
        f"evaluation images with z drawn from the encoder's mu and logvar: {by}",
        hint="Does training use the same mu, logvar and decoder that encode and decode show?",
        bug="evaluation_differs",
        measured={key: float(f"{value:.4g}")},
        expected={key: [band.low, band.high]},
        runs=("beta_1",),
        settled=(run.levelled and run.kl_levelled) or far_out(band, value),
        near=near_an_end(band, value),
    )


def _no_more_is_read(run: Trained | None) -> None:
    """A classifier reads no more from reconstructions than mu and logvar hold (Fano)."""
    if run is None or run.accuracy is None or run.kl is None:
        return
    need = oracles.fano_nats(max(0.0, run.accuracy - READER_ERRORS * READER_ERROR))
    if run.kl < need:
        raise Failed(
            f"at beta_c = {run.beta_c:g} a classifier reads {100 * run.accuracy:.0f} % of the sampled reconstructions, which "
            f"takes at least {number(need, 3)} nats, but mu and logvar hold {number(run.kl, 3)}",
            hint="Something beside the sampled code reaches the decoder, or the noise is smaller than logvar says.",
            kl=run.kl,
            accuracy=run.accuracy,
            expected={"kl": f"≥ {need:.3g}"},
        )


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


@check(
    "betas.tuned",
    points=2,
    after=("betas.learns", "betas.kl_falls"),
    uses=("TUNED_BETA", *STAGES),
    trained=True,
    oracle="the KL and the active units (Burda et al. 2016) at `TUNED_BETA`, against those at β = 0",
    tolerance=f"at least {TUNED_NATS:g} nats and one active unit, at most {100 * TUNED_SHARE:g} % of the KL without any weight: what collapse and doing nothing "
    "are taken to mean",
)
def tuned(shown: Behaviour, seen: Seen, context: Context) -> Passed:
    """TUNED_BETA regularises without collapsing the posterior.

    Collapse: under half a nat of KL, or no active unit (Burda et al. 2016). Doing nothing: more than 70 % of
    the KL that is there without any weight.
    """
    run = _tuned_run(shown, seen, context)
    kl, free = run.kl or 0.0, run_of(shown, seen, "beta_0").kl or 0.0
    active = int(run.active.sum()) if run.active is not None else 0
    measured = {
        "beta": run.beta,
        "beta_c": float(f"{run.beta_c:.4g}"),
        "kl": float(f"{kl:.4g}"),
        "active_units": active,
        "kl_at_0": float(f"{free:.4g}"),
    }
    expected = {"kl": f"{TUNED_NATS:g} to {TUNED_SHARE * free:.3g}", "active_units": "≥ 1"}
    what = f"at TUNED_BETA = {run.beta:g} (β_c = {number(run.beta_c or 0.0, 3)}) the KL is {number(kl, 3)} nats"
    bug = _wrong_weight(run, kl, free, active)
    if bug is None:
        return Passed(f"{what}, {active} units are active", measured, expected)
    collapses = bug == "tuned_beta_collapses"
    raise Failed(
        diagnosis.named(f"{what} with {active} active units, against {number(free, 3)} nats at beta = 0", bug),
        bug=bug,
        measured=measured,
        expected=expected,
        runs=(run.key,) if collapses else ("beta_0", run.key),
        # a slow network has yet to begin to use its code; and what nothing holds back goes on growing
        settled=not collapses and kl > TUNED_FREE * free,
    )


def _tuned_run(shown: Behaviour, seen: Seen, context: Context) -> Trained:
    run = shown.runs.get("tuned")
    if run is None:
        if "train:tuned" in seen:
            seen.arrays("train:tuned")
        if context.found.repair().get("loss"):
            raise Echo(_broken_loss(context))
        raise Unobserved("train:tuned", Fault("missing", "no model was trained at TUNED_BETA"))
    if run.diverged or run.kl is None:
        raise Unobserved("train:tuned", Fault("wrong_value", "training at TUNED_BETA diverged"))
    return run


def _wrong_weight(run: Trained, kl: float, free: float, active: int) -> str | None:
    """At a weight of 1 and below nobody's code collapses: where it does, the network is slow, and not the weight too large."""
    beta_c = run.beta_c or 0.0
    if (kl < TUNED_NATS or active == 0) and beta_c > 1.0:
        return "tuned_beta_collapses"
    part = beta_c * kl / (beta_c * kl + run.recon) if run.recon is not None and run.recon > 0.0 else 1.0
    return "tuned_beta_does_nothing" if kl > TUNED_SHARE * free or part < TUNED_PART else None
