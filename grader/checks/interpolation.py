"""Is an interpolation the straight line between two codes, decoded?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import diagnosis, metrics, probes
from grader.behaviour import Behaviour, band_metrics
from grader.checks.base import Context, Echo, Finding, Seen, check, number
from grader.checks.betas import _far, _in, _near, _run
from grader.checks.sampling import name_images
from grader.findings import close
from grader.model import Band


@dataclass(frozen=True)
class Path:
    """One interpolation against the line that it should be."""

    where: str
    frames: np.ndarray | None
    want: np.ndarray
    shape: list[int]
    good: np.ndarray  # [steps] frame equals decode(lerp)
    key: str | None
    text: str

    @property
    def alike(self) -> bool:
        return self.frames is not None and metrics.resembles(self.frames, self.want)

    @property
    def ends_good(self) -> bool:
        return bool(len(self.good) and self.good[0] and self.good[-1])


def _paths(seen: Seen, context: Context) -> list[Path]:
    out = []
    steps = context.assignment.interpolation_steps
    x = probes.exam_images(context.assignment)
    for tag, cls, k, pair in (
        ("exam:VAE", "VAE", steps, x[:2]), ("exam_short:VAE", "VAE", probes.SMALL_STEPS, x[2:4]),
        ("exam:Autoencoder", "Autoencoder", steps, x[:2]),
        ("exam_short:Autoencoder", "Autoencoder", probes.SMALL_STEPS, x[2:4]),
    ):  # fmt: skip
        if cls not in seen.parts:
            continue
        broken = not seen.has(f"ends:{tag}") and not seen.unwritten(f"ends:{tag}")
        if cls == "Autoencoder" and broken and seen.has("ends:exam:VAE"):
            continue  # the autoencoder fails before it is interpolated; its own check says so
        o = seen.observation(f"interpolate:{tag}")
        want = seen.arrays(f"lerp:{tag}")["out0"]
        shape = o.info["meta"][0]
        where = f"{cls}, {k} steps"
        if not shape or shape[0] != k or int(np.prod(shape)) != k * 784:
            text = f"shape {shape}, expected [{k}, 1, 28, 28] or [{k}, 784]"
            what = name_images(shape, k, o.arrays["codes"]) or "frame_count"
            out.append(Path(where, None, want, shape, np.zeros(0, bool), what, text))
            continue
        frames = o.arrays["images"].reshape(k, 784)
        if (by := seen.rescued.get(cls)) is not None and np.ptp(frames) < 1 + 1e-3 < np.ptp(want):
            want = by(want)  # shown as forward shows it
        good = np.array([close(f, w) for f, w in zip(frames, want, strict=True)])
        codes = o.arrays["codes"]
        ends = seen.arrays(f"ends:{tag}")
        key, text = (None, "") if good.all() else _name(frames, want, good, codes, ends, pair)
        out.append(Path(where, frames, want, shape, good, key, text))
    return out


def _name(
    frames: np.ndarray,
    want: np.ndarray,
    good: np.ndarray,
    codes: np.ndarray,
    ends: Mapping[str, np.ndarray],
    pair: np.ndarray,
) -> tuple[str | None, str]:
    """Which known mistake gives these frames."""
    k = len(frames)
    raw = pair.reshape(2, 784).astype(np.float64)
    alpha = np.linspace(0, 1, k)[:, None]
    if close(frames[::-1], want):
        return "ends_swapped", diagnosis.sentence(["ends_swapped"])
    ends_raw = close(frames[0], raw[0]) and close(frames[-1], raw[1])
    if close(frames, (1 - alpha) * raw[0] + alpha * raw[1]):
        return "interpolates_pixels", diagnosis.sentence(["interpolates_pixels"])
    if close(frames, (1 - alpha) * want[0] + alpha * want[-1]):
        return "interpolates_pixels", "frames are blends of the two reconstructions, not of codes"
    straight = (1 - alpha) * frames[0].astype(np.float64) + alpha * frames[-1].astype(np.float64)
    if k > 2 and close(frames, straight) and np.ptp(frames, axis=0).max() > 1e-3:
        return "interpolates_pixels", diagnosis.sentence(["interpolates_pixels"])
    if ends_raw and good[1:-1].all():
        return "ends_are_raw_images", diagnosis.sentence(["ends_are_raw_images"])
    if changed := diagnosis.name_change(frames, want):
        return "images_changed_after_decoding", f"frames are {changed}"
    return _name_codes(codes[-k:].astype(np.float64), ends) if len(codes) >= k else (None, "")


def _name_codes(codes: np.ndarray, ends: Mapping[str, np.ndarray]) -> tuple[str | None, str]:
    """The mistake as the codes show it that reached the decoder. ``ends``: what encode returned for both images."""
    k = len(codes)
    a, b = ends["out0"].astype(np.float64)
    d = b - a
    length = float(d @ d)
    alpha = (codes - a) @ d / length
    off = np.linalg.norm(codes - (a + alpha[:, None] * d), axis=1) / np.sqrt(length)
    shown = ", ".join(number(float(v), 2) for v in alpha[:: max(1, (k - 1) // 4)])
    if off.max() < 1e-3:
        steps = np.diff(alpha)
        if np.allclose(alpha, np.linspace(1, 0, k), atol=1e-3):
            return "ends_swapped", diagnosis.sentence(["ends_swapped"])
        even = np.ptp(steps) < 1e-3
        if even and abs(alpha[0]) < 1e-3 and 1e-3 < alpha[-1] < 1 - 1e-3:
            return "alpha_stops_early", f"α stops at {number(float(alpha[-1]), 3)}"
        if even and abs(alpha[-1] - 1) < 1e-3 and alpha[0] > 1e-3:
            return "alpha_starts_late", f"α starts at {number(float(alpha[0]), 3)}"
        if even and alpha[0] > 1e-3:
            return "alpha_stops_early", f"α runs from {number(float(alpha[0]), 3)} to {number(float(alpha[-1]), 3)}"
        if even and abs(alpha[0]) < 1e-3 and abs(alpha[-1] - 1) < 1e-3:
            return None, ""  # codes are right: frames are not what they decode to
        if np.abs(alpha).max() < 1e-3 or np.abs(alpha - 1).max() < 1e-3:
            return "one_code_only", diagnosis.sentence(["one_code_only"])
        return "alpha_not_linear", f"α is {shown} … in place of equal steps"
    t = np.linspace(0, 1, k)[:, None]
    for sums in (a + t * b, (1 - t) * a + b):
        if np.allclose(codes, sums, atol=1e-3 * (1 + np.abs(sums).max())):
            return "weights_do_not_add_up", diagnosis.sentence(["weights_do_not_add_up"])
    for one in (t * b, (1 - t) * a):
        if np.allclose(codes, one, atol=1e-3 * (1 + np.abs(one).max())):
            return "one_code_only", diagnosis.sentence(["one_code_only"])
    inner = t * (codes[-1] - codes[0]) + codes[0]
    straight = off[0] > 1e-2 and off[-1] > 1e-2 and np.allclose(codes, inner, atol=1e-3 * (1 + np.abs(inner).max()))
    if "out1" in ends and off[0] > 1e-2 and off[-1] > 1e-2:
        logvar = ends["out1"].astype(np.float64)
        other = (1 - t) * logvar[0] + t * logvar[1]
        if np.allclose(codes, other, atol=1e-3 * (1 + np.abs(other).max())):
            return "interpolates_logvar", diagnosis.sentence(["interpolates_logvar"])
        eps = np.stack([(codes[0] - a), (codes[-1] - b)]) / np.exp(logvar / 2)
        if np.abs(eps).max() < 6 and 0.5 < eps.std() < 1.6:  # 40 draws of N(0, 1)
            text = "the ends of the path are not the codes (means): " + diagnosis.sentence(["interpolates_samples"])
            return "interpolates_samples", text
    if straight:
        return "interpolates_other_codes", diagnosis.sentence(["interpolates_other_codes"])
    return "path_not_straight", f"codes leave the straight line by up to {number(float(off.max()), 2)} of its length"


@dataclass(frozen=True)
class Left:
    """The codes of one interpolation on a model that was left in train mode."""

    where: str
    good: np.ndarray  # [steps] the code lies at its α between two codes that encode returned in this call
    key: str | None
    text: str


def _left_in_train_mode(seen: Seen, context: Context) -> list[Left]:
    """Codes only: batch norm and dropout may change images there, and what encode returns from call to call.

    Where codes were not seen, or none that encode returned, nothing is concluded.
    """
    out = []
    k = context.assignment.interpolation_steps
    alpha = np.linspace(0, 1, k)
    for cls in ("VAE", "Autoencoder"):
        name = f"interpolate:left:{cls}"
        if cls not in seen.parts or not seen.has(name):
            continue
        a = seen.arrays(name)
        codes, means = (a[n].astype(np.float64) for n in ("codes", "means"))
        if len(codes) < k or not 2 <= len(means) <= MOST_ENDS or not np.isfinite(codes).all():
            continue
        if not _on_the_line(seen, cls, k):
            continue  # codes of other things come last, or the path is another one in eval mode too
        codes = codes[-k:]
        # [m, m, k, D]: between any two, for a loop may encode both images for every frame
        line = means[:, None, None] * (1 - alpha[:, None]) + means[None, :, None] * alpha[:, None]
        size = 1.0 + np.abs(means).max()
        of = _image_of(seen, cls, means)
        forwards = (of != 1)[:, None, None] & (of != 0)[None, :, None]
        good = ((np.abs(line - codes).max(-1) < 1e-3 * size) & forwards).any((0, 1))
        first, last = (means[of == i][:1] if (of == i).any() else means[i : i + 1] for i in (0, 1))
        ends = {"out0": np.concatenate([first, last])} | ({"out1": a["logvars"][:2]} if len(a["logvars"]) >= 2 else {})
        apart = float(np.abs(np.diff(means[:2], axis=0)).max()) > 1e-6
        key, text = _name_codes(codes, ends) if apart and not good.all() else (None, "")
        out.append(Left(f"{cls}, left in train mode, {k} steps", good, key, text))
    return out


NEARER = 0.5  # times as far from its own image's code as from the other's: dropout and batch norm move codes by less


def _image_of(seen: Seen, cls: str, means: np.ndarray) -> np.ndarray:
    """``[m]``: 0 for codes of x_start, 1 for those of x_end, -1 where eval mode does not tell which."""
    if not seen.has(name := f"ends:left:{cls}"):
        return np.full(len(means), -1)
    z = seen.arrays(name)["out0"].astype(np.float64)
    far = np.linalg.norm(means[:, None] - z[None], axis=2)  # [m, 2]
    return np.where(far.min(1) < NEARER * far.max(1), far.argmin(1), -1)


def _on_the_line(seen: Seen, cls: str, k: int) -> bool:
    """Whether in eval mode the last ``k`` codes are those of the path."""
    names = f"interpolate:exam:{cls}", f"ends:exam:{cls}"
    if not all(map(seen.has, names)):
        return False
    codes, z = seen.arrays(names[0])["codes"], seen.arrays(names[1])["out0"].astype(np.float64)
    return len(codes) >= k and bool(
        np.abs(codes[-k:] - probes.lerp(z[0], z[1], k)).max() < 1e-3 * (1 + np.abs(z).max())
    )


MOST_ENDS = 64  # codes that encode returned in one call of interpolate
SHAPES = ("frame_count", "codes_returned", "wrong_image_shape")
WHOLE = ("interpolates_pixels", *SHAPES)  # mistakes of the whole path, whatever its ends are
UNSTABLE = ("interface.state", "interface.batch_independence", "interface.bottleneck", "interface.range")
USES = ("interpolate", *(name for cls in probes.CLASSES for name in (cls, f"{cls}.encode", f"{cls}.decode")))
# Share of the mean image's error: below it images are all but one, and the bends of a path between them say nothing.
TOLD_APART = 0.1


@check("interpolation.ends", uses=USES, excused_by=UNSTABLE, parts=probes.CLASSES)
def ends(seen: Seen, context: Context) -> Finding:
    """The first frame is the reconstruction of x_start and the last that of x_end."""
    for p in _paths(seen, context):
        if p.ends_good:
            continue
        if p.key in WHOLE:
            raise Echo("interpolation.path")
        return Finding(
            False, f"{p.where}: {p.text or 'the first or last frame is not decode(encode(x))'}",
            diagnosis.hint([p.key]) or "Decode the codes of both ends; α runs from 0 to 1 with both included.",
            p.key, {"first_frame_equal": bool(len(p.good) and p.good[0]), "last_frame_equal": bool(len(p.good) and p.good[-1]),
                    "shape": p.shape},
            {"first_frame_equal": True, "last_frame_equal": True}, alike=p.alike,
        )  # fmt: skip
    for left in _left_in_train_mode(seen, context):
        if not (left.good[0] and left.good[-1]):
            return Finding(
                False, f"{left.where}: {left.text or 'the first or last code is none that encode returned as mu'}",
                diagnosis.hint([left.key]) or "Interpolate between the means in train mode too, or call model.eval() first.",
                left.key, {"first_code_equal": bool(left.good[0]), "last_code_equal": bool(left.good[-1])},
                {"first_code_equal": True, "last_code_equal": True},
            )  # fmt: skip
    return Finding(True, "both ends are the two reconstructions, for AE and VAE")


@check("interpolation.path", uses=USES, excused_by=UNSTABLE, parts=probes.CLASSES)
def path(seen: Seen, context: Context) -> Finding:
    """Every frame decodes (1 − α) z_start + α z_end at equally spaced α; for a VAE z is mu."""
    for p in _paths(seen, context):
        if p.good.all() and len(p.good):
            continue
        if not p.ends_good and p.key not in WHOLE and (p.key or p.alike):
            raise Echo("interpolation.ends")
        if p.key in SHAPES:
            return Finding(False, f"{p.where}: {p.text}", diagnosis.hint([p.key]), p.key, {"shape": p.shape}, {},
                           alike=False)  # fmt: skip
        bad = int((~p.good).sum())
        return Finding(
            False, f"{p.where}: {bad} of {len(p.good)} frames are not decode((1 − α) z_start + α z_end)"
            + (f": {p.text}" if p.text else ""),
            diagnosis.hint([p.key]) or "Encode both images, blend the codes (for a VAE: mu), decode.", p.key,
            {"wrong_frames": bad}, {"wrong_frames": 0}, alike=p.alike,
        )  # fmt: skip
    for left in _left_in_train_mode(seen, context):
        if left.good.all():
            continue
        if not (left.good[0] and left.good[-1]):
            raise Echo("interpolation.ends")
        bad = int((~left.good).sum())
        return Finding(
            False, f"{left.where}: {bad} of {len(left.good)} codes are not (1 − α) z_start + α z_end"
            + (f": {left.text}" if left.text else ""),
            diagnosis.hint([left.key]) or "Blend the codes in train mode as in eval mode.", left.key,
            {"wrong_codes": bad}, {"wrong_codes": 0},
        )  # fmt: skip
    return Finding(True, "every frame equals its code decoded elsewhere, at 5 and 11 steps, for AE and VAE")


@check(
    "interpolation.smoothness",
    after=("betas.learns", "betas.encoder_heads", "betas.code_reaches_decoder", "betas.kl_falls",
           "betas.honest_information", "interface.range", "interface.state"),
    uses=("VAE", "VAE.encode", "VAE.decode"),
)  # fmt: skip
def smoothness(shown: Behaviour, seen: Seen, bands: dict[str, Band]) -> Finding:
    """Paths between codes of the VAE at beta_c = 1 bend no more than those of honest work."""
    run = _run(shown, seen, "beta_1")
    seen.arrays("paths:beta_1")
    values = band_metrics(shown)
    if (run.explained or 0.0) < TOLD_APART or values.get("kl_1", 0.0) < bands["kl_1"].low:
        return Finding(
            True, f"not measured: at beta_c = 1, with {number(run.kl or 0.0, 3)} nats, reconstructions remove only "
            f"{number(100 * (run.explained or 0.0), 2)} % of the squared error of the mean image, so frames hardly differ",
        )  # fmt: skip
    measured: dict[str, Any] = {
        k: float(f"{values[k]:.4g}") for k in ("roughness_beta_1", "path_beta_1", "roughness_ae") if k in values
    }
    for key, what in (("roughness_beta_1", "roughness"), ("path_beta_1", "path length over chord")):
        if key not in values:
            return Finding(False, "the two ends of every path decode to the same image", "Does z reach the decoder?",
                           "decoder_ignores_code", measured, {})  # fmt: skip
        band, value = bands[key], values[key]
        if not _in(band, value):
            return Finding(
                False, f"{what} of paths at beta_c = 1 is {number(value, 3)}, honest work has {number(band.low, 3)} to "
                f"{number(band.high, 3)} ({band.runs} runs)",
                f"A latent space with holes makes images jump: is the KL in the loss that is minimised? {diagnosis.hint(['images_jump'])}",
                "images_jump",
                measured, {key: [band.low, band.high]}, runs=("beta_1",),
                settled=run.levelled or _far(band, value), near=_near(band, value),
            )  # fmt: skip
    return Finding(True, f"roughness {number(values['roughness_beta_1'], 3)}, path over chord {number(values['path_beta_1'], 3)}",
                   measured=measured, expected={k: [bands[k].low, bands[k].high] for k in ("roughness_beta_1", "path_beta_1")})  # fmt: skip
