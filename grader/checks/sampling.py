"""Are prior samples drawn from the prior, and is the latent grid where it should be?"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from grader import diagnosis, metrics, probes
from grader.checks import grid
from grader.checks.base import FRESH, ROUNDING, Echo, Failed, Passed, Seen, Unobserved, check, number
from grader.findings import close, shows

# 20 + 4 tests on one draw: false alarm below 3e-6 for true N(0, I) codes; correlations at 7 sigma add 1e-9
P_VALUE = 1e-7
SIGMAS = 5.4
LEFT = 256  # codes of 512: fewer reached the decoder one by one, before something else failed
ASKED = {"few": 5, "first": 512, "odd": 13}  # images, by the probe's name
UNSTABLE = ("interface.state", "interface.batch_independence", "interface.bottleneck", "interface.range")


@check(
    "sampling.prior_codes",
    points=3,
    uses=("sample", "VAE", "VAE.decode"),
    oracle="the codes that reach `decode` inside `sample`, 512 of them: Kolmogorov–Smirnov per dimension, "
    "pooled and of lengths, mean, variance, the largest size, correlations; once more on a model left in train mode",
    tolerance=f"p = {P_VALUE:g} per test, or {SIGMAS:g} standard errors; correlations "
    f"{metrics.DEPENDENCE_SIGMAS:g}: less than 3e-6 false alarms per submission",
)
def prior_codes(seen: Seen) -> Passed:
    """`sample` decodes codes drawn from N(0, I), new ones in every call."""
    codes = _codes(seen)
    measured: dict[str, Any] = {
        "codes": len(codes),
        "mean": float(f"{codes.mean():.4g}"),
        "std": float(f"{codes.std():.4g}"),
    }
    if seen.observation("sample:exam:first").info.get("encoded"):
        raise _wrong("sample calls encode", "samples_from_data", measured)
    _normal(codes, measured)
    second = seen.arrays("sample:exam:second")["codes"]
    if second.shape == codes.shape and close(second, codes):
        raise _wrong("two calls under different seeds decode the same codes", "sample_seed_reset", measured)
    _left_in_train_mode(seen)
    return Passed(f"{len(codes)} codes of {codes.shape[1]} dimensions pass as N(0, I)", measured)


def _codes(seen: Seen) -> np.ndarray:
    """The codes ``[n, D]`` of the first call."""
    o = seen.observation("sample:exam:first")
    codes = o.arrays["codes"].astype(np.float64)
    if len(codes) and (o.info.get("via") != "none" or _replayed(seen)):
        return codes
    if o.info.get("encoded"):
        raise _wrong("sample encodes images", "samples_from_data", {"encode_calls": o.info["encoded"]})
    raise _wrong("no codes of the model's latent dimension reached its decoder", None, {"codes": 0})


def _left_in_train_mode(seen: Seen) -> None:
    """The same of a model that was left in train mode, where its codes are seen."""
    if not seen.has("sample:left"):
        return  # batch norm in train mode, for one, takes no single image
    o = seen.observation("sample:left")
    codes = o.arrays["codes"].astype(np.float64)
    if o.info["via"] == "none" or len(codes) < LEFT or not np.isfinite(codes).all():
        return
    _normal(codes, {"codes": len(codes), "mode": "train"}, "on a model that was left in train mode ")


def _normal(codes: np.ndarray, measured: dict[str, Any], where: str = "") -> None:
    """Raises ``Failed`` where something tells ``[n, D]`` codes from draws of N(0, I)."""
    for look in (_other_distribution, _other_moments, _dependent):
        what, bug = look(codes)
        if what:
            raise _wrong(where + what, bug, measured)


def _other_distribution(codes: np.ndarray) -> tuple[str, str]:
    """Distributions that are known by a look: ``(what is seen, bug)``."""
    size = codes.size
    if codes.std() < 1e-6 or (len(codes) > 1 and np.abs(codes - codes[0]).max() < 1e-6):
        return "all codes are the same", "prior_zero"
    uniform = min(
        metrics.kolmogorov_smirnov((codes - a) / b, _uniform)[0]
        for a, b in ((0, 1), (-1, 2), (codes.min(), np.ptp(codes)))
    )
    if uniform < 2.5 / np.sqrt(size):
        return f"codes are uniform from {number(codes.min(), 3)} to {number(codes.max(), 3)}", "prior_uniform"
    most = float(np.abs(codes).max())
    ends = float(np.isclose(np.abs(codes), most, rtol=1e-3).mean())
    if ends > 0.02:
        return f"{100 * ends:.0f} % of the codes are ±{number(most, 3)}", "prior_truncated"
    edge = metrics.cut_off(codes)
    if edge is not None:
        return f"none of {size:,} elements is beyond {number(edge, 3)} (p < {P_VALUE:g})", "prior_truncated"
    if len(np.unique(np.abs(codes))) < 0.9 * size:  # mirrored ones too
        return "codes repeat across images or dimensions", "prior_repeats"
    return "", ""


def _other_moments(codes: np.ndarray) -> tuple[str, str]:
    mean, std, size = float(codes.mean()), float(codes.std()), codes.size
    if abs(mean) > SIGMAS / np.sqrt(size) or abs(std - 1) > SIGMAS / np.sqrt(2 * size):
        return f"codes have mean {number(mean, 3)} and standard deviation {number(std, 3)}", "prior_wrong_scale"
    return "", ""


def _dependent(codes: np.ndarray) -> tuple[str, str]:
    """Values that are not normal, pooled or by dimension, and codes that depend on each other."""
    n, d = codes.shape
    pooled = metrics.kolmogorov_smirnov(codes, special.ndtr)[1]
    if pooled < P_VALUE:
        return f"codes are not normal (Kolmogorov–Smirnov p = {pooled:.1g})", "prior_not_normal"
    for j in range(d):
        p = metrics.kolmogorov_smirnov(codes[:, j], special.ndtr)[1]
        if p < P_VALUE:
            return f"dimension {j + 1} of the codes is not N(0, 1) (p = {p:.1g})", "prior_not_normal"
    p = metrics.kolmogorov_smirnov((codes**2).sum(1), lambda v: special.chdtr(d, v))[1]
    if p < P_VALUE:
        return f"the lengths of codes are not those of N(0, I) (p = {p:.1g})", "prior_not_normal"
    columns, rows, k = metrics.dependence(codes)
    if columns > metrics.DEPENDENCE_SIGMAS / np.sqrt(n):
        return f"two dimensions of the codes correlate by {number(columns)}", "prior_correlated"
    if abs(rows) > metrics.DEPENDENCE_SIGMAS / np.sqrt(codes.size):
        return f"codes {k} apart correlate by {number(rows)}", "prior_correlated"
    return "", ""


def _uniform(values: np.ndarray) -> np.ndarray:
    return np.clip(values, 0.0, 1.0)


def _replayed(seen: Seen) -> bool:
    """Codes did not show, but torch.randn(n, D) under the same seed decodes to the returned images."""
    images = seen.arrays("sample:exam:first")["images"]
    decoded = seen.arrays("sample:exam:first:decoded")["out0"]
    return shows(images[: len(decoded)], decoded[: len(images)], seen.rescued.get("VAE"))


def _wrong(what: str, bug: str | None, measured: dict[str, Any]) -> Failed:
    return Failed(
        diagnosis.named(what, bug),
        hint=diagnosis.hint([bug]) or "Draw z = torch.randn(n, model.latent_dim) and decode it.",
        bug=bug,
        measured=measured,
        expected={"codes": "N(0, I)", "p": P_VALUE},
    )


@check(
    "sampling.images",
    points=2,
    uses=("sample", "VAE", "VAE.decode"),
    excused_by=UNSTABLE,
    passed="5 and 512 images, equal to their codes decoded elsewhere",
    oracle=f"the images against those codes {FRESH}; 5, 13 and 512 are asked for",
    tolerance=ROUNDING,
)
def images(seen: Seen) -> None:
    """`sample(model, n)` returns n images, each decoded from its code."""
    for name, n in ASKED.items():
        _as_many_as_asked(seen, name, n)
    _for_every_latent_dimension(seen)
    for name in ("few", "first"):
        _decoded_elsewhere(seen, name, ASKED[name])


def _as_many_as_asked(seen: Seen, name: str, n: int) -> None:
    o = seen.observation(f"sample:exam:{name}")
    shape = o.info["meta"][0]
    if not shape or shape[0] != n or int(np.prod(shape)) != n * 784:
        raise Failed(
            f"sample(model, {n}) returns shape {shape}, expected [{n}, 1, 28, 28] or [{n}, 784]",
            bug=name_images(shape, n, o.arrays["codes"]) or "sample_count",
            shape=shape,
            expected={"shape": [n, 784]},
            alike=False,
        )


def _for_every_latent_dimension(seen: Seen) -> None:
    try:
        seen.observation("sample:exam_2d:first")
    except Unobserved as unseen:
        if unseen.fault.kind != "raised" or not seen.has("build:VAE:2"):
            raise
        raise Failed(
            f"sample works for a model with D = 20, but not with D = 2: {unseen.fault.message}",
            hint="Use model.latent_dim instead of a number.",
            bug="latent_dim_ignored",
            measured={"D = 2": "fails"},
            expected={"D": "any"},
            alike=False,
        ) from None


def _decoded_elsewhere(seen: Seen, name: str, n: int) -> None:
    """Images are what their codes decode to in another process."""
    o = seen.observation(f"sample:exam:{name}")
    here = o.arrays["images"]
    if not len(o.arrays["codes"]):
        if not np.ptp(here, axis=0).max() > 1e-6:
            raise Failed(
                f"sample(model, {n}) returns the same image {n} times, and nothing was decoded",
                hint=diagnosis.hint(["prior_zero"]),
                different_images=1,
                expected={"different_images": n},
                alike=False,
            )
        raise Echo("sampling.prior_codes")
    there = seen.arrays(f"sample:exam:{name}:decoded")["out0"]
    k = min(len(here), len(there))
    here, there = here[:k], there[:k]
    if k and shows(here, there, seen.rescued.get("VAE")):
        return
    if o.info.get("via") == "none":
        raise Echo("sampling.prior_codes")
    gap = float(np.abs(here.reshape(k, -1) - there).max()) if k else np.nan
    changed = diagnosis.name_change(here, there)
    raise Failed(
        f"images differ by up to {number(gap)} from their codes decoded in eval mode elsewhere"
        + (f": they are {changed}" if changed else ""),
        hint="Return decode(z) as it is, in the order of the codes, with the model in eval mode.",
        bug="images_changed_after_decoding" if changed else None,
        difference=gap if k else None,
        expected={"difference": 0.0},
        alike=metrics.resembles(here, there),
    )


def name_images(shape: list[int], n: int, codes: np.ndarray) -> str | None:
    """What was returned in place of ``n`` images, where there are ``n`` of it; ``codes`` are those that were decoded."""
    if not shape or shape[0] != n:
        return None
    return "codes_returned" if codes.ndim == 2 and shape == [n, codes.shape[1]] else "wrong_image_shape"


@check(
    "sampling.latent_grid",
    points=3,
    uses=("latent_grid", "VAE", "VAE.decode", "Autoencoder", "Autoencoder.decode"),
    excused_by=UNSTABLE,
    parts=probes.CLASSES,
    passed="21 × 21 tiles over ±4 and 5 × 5 over ±1.5 are decode(x_j, y_i)",
    oracle=f"all tiles against (x_j, y_i) {FRESH}, at 21 × 21 over ±4 and {probes.SMALL_GRID[0]} × {probes.SMALL_GRID[0]} over "
    f"±{probes.SMALL_GRID[1]:g}; on failure all symmetries of the square are tried; the codes again on a model left in train mode",
    tolerance=ROUNDING,
)
def latent_grid(seen: Seen) -> None:
    """Tile (i, j) of `latent_grid` decodes (x_j, y_i): x from −extent to +extent, y from +extent on top."""
    if "VAE" in seen.parts:
        grid.one_grid(seen, "exam", "VAE", 21, 4.0)
        grid.one_grid(seen, "exam_small", "VAE", *probes.SMALL_GRID)
        grid.one_grid(seen, "exam_plain", "VAE", *probes.SMALL_GRID)
    if "Autoencoder" in seen.parts:
        grid.of_autoencoder(seen)
    if "VAE" in seen.parts:
        grid.left_in_train_mode(seen)
