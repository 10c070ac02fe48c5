"""Are prior samples drawn from the prior, and is the latent grid where it should be?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import special

from grader import diagnosis, metrics, probes
from grader.checks.base import Echo, Finding, Seen, Unobserved, check, number
from grader.findings import close, shows
from grader.model import Observation

# 20 + 4 tests on one draw: false alarm below 3e-6 for true N(0, I) codes; correlations at 7 sigma add 1e-9
P_VALUE = 1e-7
SIGMAS = 5.4
LEFT = 256  # codes of 512: fewer reached the decoder one by one, before something else failed


@check("sampling.prior_codes", uses=("sample", "VAE", "VAE.decode"))
def prior_codes(seen: Seen) -> Finding:
    """`sample` decodes codes drawn from N(0, I), new ones in every call."""
    o = seen.observation("sample:exam:first")
    codes = o.arrays["codes"].astype(np.float64)
    if not len(codes) or (o.info.get("via") == "none" and not _replayed(seen)):
        if o.info.get("encoded"):
            return _wrong("sample encodes images", "samples_from_data", {"encode_calls": o.info["encoded"]})
        return _wrong("no codes of the model's latent dimension reached its decoder", None, {"codes": 0})
    n, d = codes.shape
    measured = {"codes": n, "mean": float(f"{codes.mean():.4g}"), "std": float(f"{codes.std():.4g}")}
    if o.info.get("encoded"):
        return _wrong("sample calls encode", "samples_from_data", measured)
    wrong = _not_prior(codes, measured)
    if wrong is not None:
        return wrong
    second = seen.arrays("sample:exam:second")["codes"]
    if second.shape == codes.shape and close(second, codes):
        return _wrong("two calls under different seeds decode the same codes", "sample_seed_reset", measured)
    return _left_in_train_mode(seen) or Finding(True, f"{n} codes of {d} dimensions pass as N(0, I)", measured=measured)


def _left_in_train_mode(seen: Seen) -> Finding | None:
    """The same of a model that was left in train mode, where its codes are seen."""
    if not seen.has("sample:left"):
        return None  # batch norm in train mode, for one, takes no single image
    o = seen.observation("sample:left")
    codes = o.arrays["codes"].astype(np.float64)
    if o.info["via"] == "none" or len(codes) < LEFT or not np.isfinite(codes).all():
        return None
    wrong = _not_prior(codes, {"codes": len(codes), "mode": "train"})
    return wrong and replace(wrong, message=f"on a model that was left in train mode {wrong.message}")


def _not_prior(codes: np.ndarray, measured: dict[str, object]) -> Finding | None:
    """What tells ``[n, D]`` codes from draws of N(0, I)."""
    n, d = codes.shape
    if codes.std() < 1e-6 or (n > 1 and np.abs(codes - codes[0]).max() < 1e-6):
        return _wrong("all codes are the same", "prior_zero", measured)
    mean, std = float(codes.mean()), float(codes.std())
    size = codes.size
    uniform = min(
        metrics.kolmogorov_smirnov((codes - a) / b, _uniform)[0]
        for a, b in ((0, 1), (-1, 2), (codes.min(), np.ptp(codes)))
    )
    if uniform < 2.5 / np.sqrt(size):
        return _wrong(
            f"codes are uniform from {number(codes.min(), 3)} to {number(codes.max(), 3)}", "prior_uniform", measured
        )
    ends = float(np.isclose(np.abs(codes), np.abs(codes).max(), rtol=1e-3).mean())
    if ends > 0.02:
        return _wrong(
            f"{100 * ends:.0f} % of the codes are ±{number(float(np.abs(codes).max()), 3)}", "prior_truncated", measured
        )
    edge = metrics.cut_off(codes)
    if edge is not None:
        return _wrong(
            f"none of {size:,} elements is beyond {number(edge, 3)} (p < {P_VALUE:g})", "prior_truncated", measured
        )
    if len(np.unique(np.abs(codes))) < 0.9 * size:  # mirrored ones too
        return _wrong("codes repeat across images or dimensions", "prior_repeats", measured)
    if abs(mean) > SIGMAS / np.sqrt(size) or abs(std - 1) > SIGMAS / np.sqrt(2 * size):
        return _wrong(f"codes have mean {number(mean, 3)} and standard deviation {number(std, 3)}",
                      "prior_wrong_scale", measured)  # fmt: skip
    pooled = metrics.kolmogorov_smirnov(codes, special.ndtr)[1]
    if pooled < P_VALUE:
        return _wrong(f"codes are not normal (Kolmogorov–Smirnov p = {pooled:.1g})", "prior_not_normal", measured)
    for j in range(d):
        p = metrics.kolmogorov_smirnov(codes[:, j], special.ndtr)[1]
        if p < P_VALUE:
            return _wrong(f"dimension {j + 1} of the codes is not N(0, 1) (p = {p:.1g})", "prior_not_normal", measured)
    p = metrics.kolmogorov_smirnov((codes**2).sum(1), lambda v: special.chdtr(d, v))[1]
    if p < P_VALUE:
        return _wrong(f"the lengths of codes are not those of N(0, I) (p = {p:.1g})", "prior_not_normal", measured)
    columns, rows, k = metrics.dependence(codes)
    if columns > metrics.DEPENDENCE_SIGMAS / np.sqrt(n):
        return _wrong(f"two dimensions of the codes correlate by {number(columns)}", "prior_correlated", measured)
    if abs(rows) > metrics.DEPENDENCE_SIGMAS / np.sqrt(size):
        return _wrong(f"codes {k} apart correlate by {number(rows)}", "prior_correlated", measured)
    return None


def _uniform(values: np.ndarray) -> np.ndarray:
    return np.clip(values, 0.0, 1.0)


def _replayed(seen: Seen) -> bool:
    """Codes did not show, but torch.randn(n, D) under the same seed decodes to the returned images."""
    images = seen.arrays("sample:exam:first")["images"]
    decoded = seen.arrays("sample:exam:first:decoded")["out0"]
    return shows(images[: len(decoded)], decoded[: len(images)], seen.rescued.get("VAE"))


def _wrong(what: str, key: str | None, measured: dict[str, object]) -> Finding:
    return Finding(
        False, what + (f": {diagnosis.sentence([key])}" if key else ""),
        diagnosis.hint([key]) or "Draw z = torch.randn(n, model.latent_dim) and decode it.", key,
        measured, {"codes": "N(0, I)", "p": P_VALUE},
    )  # fmt: skip


def _count_problem(shape: list[int], n: int) -> bool:
    return not shape or shape[0] != n or int(np.prod(shape)) != n * 784


def name_images(shape: list[int], n: int, codes: np.ndarray) -> str | None:
    """What was returned in place of ``n`` images, where there are ``n`` of it; ``codes`` are those that were decoded."""
    if not shape or shape[0] != n:
        return None
    return "codes_returned" if codes.ndim == 2 and shape == [n, codes.shape[1]] else "wrong_image_shape"


UNSTABLE = ("interface.state", "interface.batch_independence", "interface.bottleneck", "interface.range")


@check("sampling.images", uses=("sample", "VAE", "VAE.decode"), excused_by=UNSTABLE)
def images(seen: Seen) -> Finding:
    """`sample(model, n)` returns n images, each decoded from its code."""
    counts = {"few": 5, "first": 512, "odd": 13}
    for name, n in counts.items():
        shape = seen.observation(f"sample:exam:{name}").info["meta"][0]
        if _count_problem(shape, n):
            key = name_images(shape, n, seen.observation(f"sample:exam:{name}").arrays["codes"]) or "sample_count"
            return Finding(
                False, f"sample(model, {n}) returns shape {shape}, expected [{n}, 1, 28, 28] or [{n}, 784]",
                diagnosis.hint([key]), key, {"shape": shape}, {"shape": [n, 784]}, alike=False,
            )  # fmt: skip
    try:
        shape = seen.observation("sample:exam_2d:first").info["meta"][0]
    except Unobserved as unseen:
        if unseen.fault.kind != "raised" or not seen.has("build:VAE:2"):
            raise
        return Finding(
            False, f"sample works for a model with D = 20, but not with D = 2: {unseen.fault.message}",
            "Use model.latent_dim instead of a number.", "latent_dim_ignored", {"D = 2": "fails"}, {"D": "any"},
            alike=False,
        )  # fmt: skip
    for name in ("few", "first"):
        here = seen.arrays(f"sample:exam:{name}")["images"]
        if not len(seen.arrays(f"sample:exam:{name}")["codes"]):
            if not np.ptp(here, axis=0).max() > 1e-6:
                n = counts[name]
                return Finding(
                    False, f"sample(model, {n}) returns the same image {n} times, and nothing was decoded",
                    diagnosis.hint(["prior_zero"]), None, {"different_images": 1}, {"different_images": n}, alike=False,
                )  # fmt: skip
            raise Echo("sampling.prior_codes")
        there = seen.arrays(f"sample:exam:{name}:decoded")["out0"]
        k = min(len(here), len(there))
        if not k or not shows(here[:k], there[:k], seen.rescued.get("VAE")):
            if seen.observation(f"sample:exam:{name}").info.get("via") == "none":
                raise Echo("sampling.prior_codes")
            gap = float(np.abs(here[:k].reshape(k, -1) - there[:k]).max()) if k else np.nan
            changed = diagnosis.name_change(here[:k], there[:k])
            return Finding(
                False, f"images differ by up to {number(gap)} from their codes decoded in eval mode elsewhere"
                + (f": they are {changed}" if changed else ""),
                "Return decode(z) as it is, in the order of the codes, with the model in eval mode.",
                "images_changed_after_decoding" if changed else None,
                {"difference": gap if k else None}, {"difference": 0.0}, alike=metrics.resembles(here[:k], there[:k]),
            )  # fmt: skip
    return Finding(True, "5 and 512 images, equal to their codes decoded elsewhere")


# --- latent grid ---------------------------------------------------------------------------------------

_SYMMETRIES = {
    "grid_transposed": lambda t: t.transpose(1, 0, 2, 3),
    "grid_flipped_vertically": lambda t: t[::-1],
    "grid_flipped_horizontally": lambda t: t[:, ::-1],
    "grid_rotated": lambda t: t[::-1, ::-1],
    "grid_rotated ": lambda t: t.transpose(1, 0, 2, 3)[::-1],
    "grid_rotated  ": lambda t: t.transpose(1, 0, 2, 3)[:, ::-1],
    "grid_symmetry": lambda t: t.transpose(1, 0, 2, 3)[::-1, ::-1],
}


def _tiles(image: np.ndarray, n: int) -> np.ndarray:
    """[n·28, n·28] as [row, column, 28, 28]."""
    return image.reshape(n, 28, n, 28).transpose(0, 2, 1, 3)


def _share(got: np.ndarray, want: np.ndarray) -> float:
    """Share of pixels that agree, the tiles in any order: what tells on which scale they are."""
    a, b = (np.sort(v.ravel()) for v in (got, want))
    return float((np.abs(a - b) < 1e-3).mean()) if a.size == b.size else 0.0


def _squeezed(shape: list[int]) -> list[int]:
    return [s for s in shape if s != 1]


def _grid_finding(seen: Seen, tag: str, cls: str, n: int, extent: float) -> Finding | None:
    """What is wrong with one grid; ``None`` if nothing is."""
    name = f"grid:{tag}:{cls}"
    o = seen.observation(name)
    call = f"latent_grid(model, n={n}, extent={extent:g})" if tag != "exam" else "latent_grid(model)"
    side = n * 28
    shape = o.info["meta"][0]
    if _squeezed(shape) != [side, side]:
        key = "grid_n_ignored" if _same_size(seen) else _name_shape(_squeezed(shape), n)
        return Finding(
            False, f"{call} returns shape {shape}, expected [{side}, {side}]"
            + (f": {diagnosis.sentence([key])}" if key else ""),
            diagnosis.hint([key]) or "Paste n × n tiles of 28 × 28 into one image.", key,
            {"shape": shape}, {"shape": [side, side]}, alike=False,
        )  # fmt: skip
    got = _tiles(o.arrays["images"].reshape(side, side), n)
    want = seen.arrays(f"{name}:tiles")["out0"].reshape(n, n, 28, 28)
    if (by := seen.rescued.get(cls)) is not None and _share(got, by(want)) > _share(got, want):
        want = by(want)
    if np.abs(want).max() <= 1.0 and close(got, want):  # then every tile is close as well
        return None
    good = np.array([[close(got[i, j], want[i, j]) for j in range(n)] for i in range(n)])
    if good.all():
        return None
    key, text, also = _name_grid(got, want, seen, n, good, o.arrays["codes"], extent)
    text = text or f"no symmetry, extent or missing loop explains it; the first wrong tile is {_first(good)}"
    return Finding(
        False, f"{call} of the {cls}: {int((~good).sum())} of {n * n} tiles are not decode(x_j, y_i): {text}",
        " ".join(filter(None, [diagnosis.hint([key]), also])), key,
        {"wrong_tiles": int((~good).sum())}, {"wrong_tiles": 0},
        alike=metrics.resembles(got.reshape(n * n, 784), want.reshape(n * n, 784)),
    )  # fmt: skip


def _name_shape(shape: list[int], n: int) -> str | None:
    if len(shape) > 2 and int(np.prod(shape)) % (n * n * 784) == 0:
        return "grid_not_one_image"
    return "grid_padded" if len(shape) >= 2 and n * 28 < shape[-1] == shape[-2] < n * 40 else None


def _overlap(whole: np.ndarray, want: np.ndarray) -> int | None:
    """How far apart tiles were pasted, each over the ones before, where that is less than 28 pixels."""
    n = len(want)
    for apart in range(14, 28):
        canvas = np.zeros_like(whole)
        for i in range(n):
            for j in range(n):
                canvas[i * apart : i * apart + 28, j * apart : j * apart + 28] = want[i, j]
        used = slice(0, (n - 1) * apart + 28)
        if close(whole[used, used], canvas[used, used]):
            return apart
    return None


def _first(good: np.ndarray) -> str:
    i, j = np.argwhere(~good)[0]
    return f"row {i + 1}, column {j + 1}"


def _both(seen: Seen) -> tuple[Observation, Observation] | None:
    a, b = seen.get("grid:exam:VAE"), seen.get("grid:exam_small:VAE")
    return None if a is None or b is None or a.fault is not None or b.fault is not None else (a, b)


def _same_size(seen: Seen) -> bool:
    """Both calls, with different n, gave images of one size."""
    both = _both(seen)
    return both is not None and both[0].info["meta"][0] == both[1].info["meta"][0]


def _same_extent(seen: Seen) -> float | None:
    """The extent that both calls decoded at, although different ones were asked for."""
    both = _both(seen)
    if both is None or not all(len(o.arrays["codes"]) for o in both):
        return None
    reach = [float(np.abs(o.arrays["codes"]).max()) for o in both]
    return reach[0] if abs(reach[0] - reach[1]) < 1e-3 * max(reach) else None


def _name_grid(
    got: np.ndarray, want: np.ndarray, seen: Seen, n: int, good: np.ndarray, codes: np.ndarray, extent: float
) -> tuple[str | None, str, str]:
    """``(key, what is seen, orientation of what is there)``."""
    whole, right = (t.transpose(0, 2, 1, 3).reshape(n * 28, n * 28) for t in (got, want))
    if (apart := _overlap(whole, want)) is not None:
        return "grid_tiles_overlap", f"tiles are pasted {apart} pixels apart, over each other", ""
    flat = got.reshape(n, n, -1)
    filled = np.ptp(flat, axis=2) > 1e-6
    if good.any() and not good.all():  # the rest may show anything: an uninitialised or another canvas
        if good[:, -1].all() and not good[:, :-1].all(0).any():
            return (
                "grid_pasted_outside_inner_loop",
                "only the last column of tiles is filled",
                _orientation(got, want, good),
            )
        if good[-1].all() and not good[:-1].all(1).any():
            return (
                "grid_pasted_outside_outer_loop",
                "only the last row of tiles is filled",
                _orientation(got, want, good),
            )
    if not filled.all() and filled.any():
        rows, columns = filled.any(1), filled.any(0)
        if columns.sum() < n and rows.all():
            where = "only the last column of tiles is filled" if columns[-1] and columns.sum() == 1 else (
                f"only {int(columns.sum())} of {n} columns of tiles are filled")  # fmt: skip
            return "grid_pasted_outside_inner_loop", where, _orientation(got, want, filled)
        if rows.sum() < n and columns.all():
            where = "only the last row of tiles is filled" if rows[-1] and rows.sum() == 1 else (
                f"only {int(rows.sum())} of {n} rows of tiles are filled")  # fmt: skip
            return "grid_pasted_outside_outer_loop", where, _orientation(got, want, filled)
        return "grid_pasted_outside_outer_loop" if filled.sum() == 1 else None, (
            f"only {int(filled.sum())} of {n * n} tiles are filled"), _orientation(got, want, filled)  # fmt: skip
    for key, turn in _SYMMETRIES.items():
        if close(turn(got), want):
            return key.strip(), diagnosis.sentence([key.strip()]), ""
    if close(got[::2], want[::2]) and close(got[1::2], want[1::2, ::-1]):
        return "grid_rows_alternate", diagnosis.sentence(["grid_rows_alternate"]), ""
    if turned := diagnosis.name_turn(whole, right):
        return "grid_image_turned", f"the finished image is {turned}", ""
    if close(whole, want.reshape(n * 28, n * 28)):
        return "grid_not_permuted", diagnosis.sentence(["grid_not_permuted"]), ""
    if changed := diagnosis.name_change(got.reshape(n * n, 784), want.reshape(n * n, 784)):
        return "images_changed_after_decoding", f"tiles are {changed}", ""
    same = _same_extent(seen)
    if same is not None:
        return "grid_extent_ignored", f"the extent is ignored: tiles always run over ±{number(same, 3)}", ""
    return *_name_codes(codes.astype(np.float64), n, extent), ""


def _name_codes(codes: np.ndarray, n: int, extent: float) -> tuple[str | None, str]:
    """What is wrong with the codes that were decoded, if they are what is wrong."""
    if len(codes) < n * n or not np.isfinite(codes).all():
        return None, ""
    for axis, name in enumerate("xy"):
        values = np.unique(codes[-n * n :, axis].round(4))
        if len(values) > n:
            return "grid_codes_not_on_grid", f"{len(values)} different {name} reach the decoder, expected {n}"
        if abs(values[0] + extent) > 1e-3 or abs(values[-1] - extent) > 1e-3:
            return (
                "grid_range_wrong",
                f"{name} runs from {number(float(values[0]), 3)} to {number(float(values[-1]), 3)}",
            )
        if len(values) < n:
            return "grid_spacing_wrong", f"only {len(values)} different {name} reach the decoder, expected {n}"
        if np.ptp(np.diff(values)) > 1e-3:
            return "grid_spacing_wrong", f"{name} is not equally spaced"
    return None, ""


def _orientation(got: np.ndarray, want: np.ndarray, filled: np.ndarray) -> str:
    """Which way round the tiles that are there lie: told even where others are missing."""
    rows, columns = np.nonzero(filled)
    names = {"as it should be": lambda t: t} | _SYMMETRIES
    for key, turn in names.items():
        target = turn(want)
        if all(close(got[i, j], target[i, j]) for i, j in zip(rows, columns, strict=True)):
            if key == "as it should be":
                return "The orientation of the tiles that are there is right (y = +extent on top)."
            return f"The tiles that are there also lie the wrong way round: {diagnosis.sentence([key.strip()])}."
    return _column_orientation(got, want, filled)


def _column_orientation(got: np.ndarray, want: np.ndarray, filled: np.ndarray) -> str:
    """Only one line of tiles is left: find which line of the true grid it is, upright or reversed."""
    n = len(got)
    lines = [got[:, j] for j in range(n) if filled[:, j].all()] or [got[i] for i in range(n) if filled[i].all()]
    if not lines:
        return ""
    for line in lines[:1]:
        for k in range(n):
            for name, candidate in (("column", want[:, k]), ("row", want[k])):
                for reverse in (False, True):
                    if close(line, candidate[::-1] if reverse else candidate):
                        order = "in reverse order" if reverse else "in order"
                        return f"The tiles that are there are {name} {k + 1} of the true grid, {order}."
    return ""


def _grid_left_in_train_mode(seen: Seen) -> Finding | None:
    """The same codes have to be decoded whatever mode the model is in; where they are not seen, nothing is concluded."""
    if not seen.has("grid:left"):
        return None
    n, extent = probes.SMALL_GRID
    there, here = (seen.arrays(k)["codes"] for k in ("grid:exam_small:VAE", "grid:left"))
    if not len(there) or here.shape != there.shape or close(here, there):
        return None
    return Finding(
        False, f"latent_grid(model, n={n}, extent={extent:g}) decodes other codes on a model that was left in train mode",
        "The grid is the same in both modes; call model.eval() for its images.", None,
        {"same_codes": False}, {"same_codes": True},
    )  # fmt: skip


@check(
    "sampling.latent_grid",
    uses=("latent_grid", "VAE", "VAE.decode", "Autoencoder", "Autoencoder.decode"),
    excused_by=UNSTABLE,
    parts=probes.CLASSES,
)
def latent_grid(seen: Seen) -> Finding:
    """Tile (i, j) of `latent_grid` decodes (x_j, y_i): x from −extent to +extent, y from +extent on top."""
    n, extent = probes.SMALL_GRID
    for tag, cls, size, wide in (
        ("exam", "VAE", 21, 4.0), ("exam_small", "VAE", n, extent), ("exam_plain", "VAE", n, extent),
        ("exam_small", "Autoencoder", n, extent),
    ):  # fmt: skip
        if cls not in seen.parts:
            continue
        try:
            problem = _grid_finding(seen, tag, cls, size, wide)
        except Unobserved:
            if cls == "Autoencoder" and not seen.has("build:Autoencoder:2"):
                continue  # the autoencoder cannot be built; its own check says so
            raise
        if problem is not None:
            return problem
    left = _grid_left_in_train_mode(seen) if "VAE" in seen.parts else None
    return left or Finding(True, "21 × 21 tiles over ±4 and 5 × 5 over ±1.5 are decode(x_j, y_i)")
