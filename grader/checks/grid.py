"""What is wrong with a latent grid: its codes, its tiles, or how they were put together."""

from __future__ import annotations

import numpy as np

from grader import diagnosis, metrics, probes
from grader.checks.base import Failed, Seen, Unobserved, number
from grader.findings import close
from grader.model import Observation

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


def one_grid(seen: Seen, tag: str, cls: str, n: int, extent: float) -> None:
    """Raises ``Failed`` where a tile is not what its code decodes to elsewhere."""
    name = f"grid:{tag}:{cls}"
    o = seen.observation(name)
    call = f"latent_grid(model, n={n}, extent={extent:g})" if tag != "exam" else "latent_grid(model)"
    side = n * 28
    shape = o.info["meta"][0]
    if _squeezed(shape) != [side, side]:
        key = "grid_n_ignored" if _same_size(seen) else _name_shape(_squeezed(shape), n)
        raise Failed(
            diagnosis.named(f"{call} returns shape {shape}, expected [{side}, {side}]", key),
            hint=diagnosis.hint([key]) or "Paste n × n tiles of 28 × 28 into one image.",
            bug=key,
            shape=shape,
            expected={"shape": [side, side]},
            alike=False,
        )
    got = _tiles(o.arrays["images"].reshape(side, side), n)
    want = seen.arrays(f"{name}:tiles")["out0"].reshape(n, n, 28, 28)
    if (by := seen.rescued.get(cls)) is not None and _share(got, by(want)) > _share(got, want):
        want = by(want)
    if np.abs(want).max() <= 1.0 and close(got, want):  # then every tile is close as well
        return
    good = np.array([[close(got[i, j], want[i, j]) for j in range(n)] for i in range(n)])
    if good.all():
        return
    key, text, also = _name_grid(got, want, seen, n, good, o.arrays["codes"], extent)
    text = text or f"no symmetry, extent or missing loop explains it; the first wrong tile is {_first(good)}"
    raise Failed(
        f"{call} of the {cls}: {int((~good).sum())} of {n * n} tiles are not decode(x_j, y_i): {text}",
        hint=" ".join(filter(None, [diagnosis.hint([key]), also])),
        bug=key,
        wrong_tiles=int((~good).sum()),
        expected={"wrong_tiles": 0},
        alike=metrics.resembles(got.reshape(n * n, 784), want.reshape(n * n, 784)),
    )


def of_autoencoder(seen: Seen) -> None:
    """The same of the autoencoder, where it can be built: if not, its own check says so."""
    try:
        one_grid(seen, "exam_small", "Autoencoder", *probes.SMALL_GRID)
    except Unobserved:
        if seen.has("build:Autoencoder:2"):
            raise


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
            where = (
                "only the last column of tiles is filled"
                if columns[-1] and columns.sum() == 1
                else (f"only {int(columns.sum())} of {n} columns of tiles are filled")
            )
            return "grid_pasted_outside_inner_loop", where, _orientation(got, want, filled)
        if rows.sum() < n and columns.all():
            where = (
                "only the last row of tiles is filled"
                if rows[-1] and rows.sum() == 1
                else (f"only {int(rows.sum())} of {n} rows of tiles are filled")
            )
            return "grid_pasted_outside_outer_loop", where, _orientation(got, want, filled)
        return (
            "grid_pasted_outside_outer_loop" if filled.sum() == 1 else None,
            (f"only {int(filled.sum())} of {n * n} tiles are filled"),
            _orientation(got, want, filled),
        )
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


def left_in_train_mode(seen: Seen) -> None:
    """The same codes have to be decoded whatever mode the model is in; where they are not seen, nothing is concluded."""
    if not seen.has("grid:left"):
        return
    n, extent = probes.SMALL_GRID
    there, here = (seen.arrays(k)["codes"] for k in ("grid:exam_small:VAE", "grid:left"))
    if not len(there) or here.shape != there.shape or close(here, there):
        return
    raise Failed(
        f"latent_grid(model, n={n}, extent={extent:g}) decodes other codes on a model that was left in train mode",
        hint="The grid is the same in both modes; call model.eval() for its images.",
        same_codes=False,
        expected={"same_codes": True},
    )
