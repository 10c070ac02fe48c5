"""Is an interpolation the straight line between two codes, decoded?"""

from __future__ import annotations

from typing import Any

from grader import diagnosis, probes
from grader.behaviour import Behaviour, Trained, band_metrics
from grader.checks.base import FRESH, ROUNDING, Context, Echo, Failed, Passed, Seen, check, number
from grader.checks.paths import Left, Path, left_in_train_mode, paths
from grader.checks.sampling import UNSTABLE
from grader.checks.trained import far_out, inside, near_an_end, run_of
from grader.model import Band

SHAPES = ("frame_count", "codes_returned", "wrong_image_shape")
WHOLE = ("interpolates_pixels", *SHAPES)  # mistakes of the whole path, whatever its ends are
USES = ("interpolate", *(name for cls in probes.CLASSES for name in (cls, f"{cls}.encode", f"{cls}.decode")))
# Share of the mean image's error: below it images are all but one, and the bends of a path between them say nothing.
TOLD_APART = 0.1


@check(
    "interpolation.ends",
    points=3,
    uses=USES,
    excused_by=UNSTABLE,
    parts=probes.CLASSES,
    passed="both ends are the two reconstructions, for AE and VAE",
    oracle=f"first and last frame against the codes of both ends {FRESH}; on a model left in train mode the codes alone, against what encode "
    "returned in that call",
    tolerance=ROUNDING,
)
def ends(seen: Seen, context: Context) -> None:
    """The first frame is the reconstruction of x_start and the last that of x_end."""
    for p in paths(seen, context):
        if not p.ends_good:
            raise Echo("interpolation.path") if p.key in WHOLE else _other_ends(p)
    for left in left_in_train_mode(seen, context):
        if not left.ends_good:
            raise _other_ends_in_training(left)


def _other_ends(p: Path) -> Failed:
    return Failed(
        f"{p.where}: {p.text or 'the first or last frame is not decode(encode(x))'}",
        hint=diagnosis.hint([p.key]) or "Decode the codes of both ends; α runs from 0 to 1 with both included.",
        bug=p.key,
        first_frame_equal=p.first,
        last_frame_equal=p.last,
        shape=p.shape,
        expected={"first_frame_equal": True, "last_frame_equal": True},
        alike=p.alike,
    )


def _other_ends_in_training(left: Left) -> Failed:
    return Failed(
        f"{left.where}: {left.text or 'the first or last code is none that encode returned as mu'}",
        hint=diagnosis.hint([left.key])
        or "Interpolate between the means in train mode too, or call model.eval() first.",
        bug=left.key,
        first_code_equal=bool(left.good[0]),
        last_code_equal=bool(left.good[-1]),
        expected={"first_code_equal": True, "last_code_equal": True},
    )


@check(
    "interpolation.path",
    points=4,
    uses=USES,
    excused_by=UNSTABLE,
    parts=probes.CLASSES,
    passed="every frame equals its code decoded elsewhere, at 5 and 11 steps, for AE and VAE",
    oracle=f"every frame against the straight line of codes {FRESH}, at 5 and 11 steps; on a model left in train mode the codes alone",
    tolerance=ROUNDING,
)
def path(seen: Seen, context: Context) -> None:
    """Every frame decodes (1 − α) z_start + α z_end at equally spaced α; for a VAE z is mu."""
    for p in paths(seen, context):
        if not (p.good.all() and len(p.good)):
            raise _other_path(p)
    for left in left_in_train_mode(seen, context):
        if not left.good.all():
            raise _other_path_in_training(left)


def _other_path(p: Path) -> Failed:
    if not p.ends_good and p.key not in WHOLE and (p.key or p.alike):
        raise Echo("interpolation.ends")
    if p.key in SHAPES:
        return Failed(f"{p.where}: {p.text}", bug=p.key, shape=p.shape, alike=False)
    bad = int((~p.good).sum())
    what = f"{p.where}: {bad} of {len(p.good)} frames are not decode((1 − α) z_start + α z_end)"
    return Failed(
        f"{what}: {p.text}" if p.text else what,
        hint=diagnosis.hint([p.key]) or "Encode both images, blend the codes (for a VAE: mu), decode.",
        bug=p.key,
        wrong_frames=bad,
        expected={"wrong_frames": 0},
        alike=p.alike,
    )


def _other_path_in_training(left: Left) -> Failed:
    if not left.ends_good:
        raise Echo("interpolation.ends")
    bad = int((~left.good).sum())
    what = f"{left.where}: {bad} of {len(left.good)} codes are not (1 − α) z_start + α z_end"
    return Failed(
        f"{what}: {left.text}" if left.text else what,
        hint=diagnosis.hint([left.key]) or "Blend the codes in train mode as in eval mode.",
        bug=left.key,
        wrong_codes=bad,
        expected={"wrong_codes": 0},
    )


@check(
    "interpolation.smoothness",
    points=1,
    after=(
        "betas.learns",
        "betas.encoder_heads",
        "betas.code_reaches_decoder",
        "betas.kl_falls",
        "betas.honest_information",
        "interface.range",
        "interface.state",
    ),
    uses=("VAE", "VAE.encode", "VAE.decode"),
    trained=True,
    bands=("roughness_beta_1", "path_beta_1", "kl_1"),
    oracle="second differences over the chord, and length over chord, median of many paths at β = 1; measured where "
    f"reconstructions remove {100 * TOLD_APART:g} % of the mean image's error or more, and the KL reaches `kl_1`",
    tolerance="calibrated: `roughness_beta_1`, `path_beta_1`",
)
def smoothness(shown: Behaviour, seen: Seen, bands: dict[str, Band]) -> Passed:
    """Paths between codes of the VAE at beta_c = 1 bend no more than those of honest work."""
    run = run_of(shown, seen, "beta_1")
    seen.arrays("paths:beta_1")
    values = band_metrics(shown)
    if (run.explained or 0.0) < TOLD_APART or values.get("kl_1", 0.0) < bands["kl_1"].low:
        return Passed(
            f"not measured: at beta_c = 1, with {number(run.kl or 0.0, 3)} nats, reconstructions remove only "
            f"{number(100 * (run.explained or 0.0), 2)} % of the squared error of the mean image, so frames hardly differ"
        )
    told = ("roughness_beta_1", "path_beta_1", "roughness_ae")
    measured = {k: float(f"{values[k]:.4g}") for k in told if k in values}
    _as_even_as_honest("roughness_beta_1", "roughness", run, values, bands, measured)
    _as_even_as_honest("path_beta_1", "path length over chord", run, values, bands, measured)
    return Passed(
        f"roughness {number(values['roughness_beta_1'], 3)}, path over chord {number(values['path_beta_1'], 3)}",
        measured,
        {k: [bands[k].low, bands[k].high] for k in ("roughness_beta_1", "path_beta_1")},
    )


def _as_even_as_honest(
    key: str, what: str, run: Trained, values: dict[str, float], bands: dict[str, Band], measured: dict[str, Any]
) -> None:
    if key not in values:
        raise Failed(
            "the two ends of every path decode to the same image",
            hint="Does z reach the decoder?",
            bug="decoder_ignores_code",
            measured=measured,
        )
    band, value = bands[key], values[key]
    if not inside(band, value):
        raise Failed(
            f"{what} of paths at beta_c = 1 is {number(value, 3)}, honest work has {number(band.low, 3)} to "
            f"{number(band.high, 3)} ({band.runs} runs)",
            hint=f"A latent space with holes makes images jump: is the KL in the loss that is minimised? {diagnosis.hint(['images_jump'])}",
            bug="images_jump",
            measured=measured,
            expected={key: [band.low, band.high]},
            runs=("beta_1",),
            settled=run.levelled or far_out(band, value),
            near=near_an_end(band, value),
        )
