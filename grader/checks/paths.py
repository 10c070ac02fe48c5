"""Interpolations beside the straight lines of codes that they should be, and the mistakes that they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader import diagnosis, metrics, probes
from grader.checks.base import Context, Seen, number
from grader.checks.sampling import name_images
from grader.findings import close

MOST_ENDS = 64  # codes that encode returned in one call of interpolate


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
    def first(self) -> bool:
        return bool(len(self.good) and self.good[0])

    @property
    def last(self) -> bool:
        return bool(len(self.good) and self.good[-1])

    @property
    def ends_good(self) -> bool:
        return self.first and self.last


def paths(seen: Seen, context: Context) -> list[Path]:
    out = []
    steps = context.assignment.interpolation_steps
    x = probes.exam_images(context.assignment)
    for tag, cls, k, pair in (
        ("exam:VAE", "VAE", steps, x[:2]),
        ("exam_short:VAE", "VAE", probes.SMALL_STEPS, x[2:4]),
        ("exam:Autoencoder", "Autoencoder", steps, x[:2]),
        ("exam_short:Autoencoder", "Autoencoder", probes.SMALL_STEPS, x[2:4]),
    ):
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

    @property
    def ends_good(self) -> bool:
        return bool(self.good[0] and self.good[-1])


def left_in_train_mode(seen: Seen, context: Context) -> list[Left]:
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
