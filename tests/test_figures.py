"""Figures: words, numbers and images that are right, and nothing that breaks on odd evidence."""

from __future__ import annotations

import base64
import io
import re
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from grader.figures import (
    CATALOGUE,
    GAP,
    PNG_LIMIT,
    build_figures,
    grey,
    linear,
    listing,
    logarithmic,
    num,
    percent,
    png,
    symlog,
    tidy,
    tiles,
)
from grader.model import Evidence, Usefulness
from tests.fixtures_report import evidence


@pytest.fixture(scope="module")
def full() -> Evidence:
    return evidence()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (-0.0, "0"),
        (235.219, "235"),
        (18.7, "18.7"),
        (2.70001, "2.70"),
        (0.0012755, "0.00128"),
        (9.996, "10.0"),
        (-3.25, "−3.25"),
        (543210, "543210"),
        (1e9, "1.00e+09"),
        (999999.6, "1.00e+06"),
        (float("nan"), "not a number"),
        (float("-inf"), "−∞"),
        (None, "–"),
        (np.float32(0.5), "0.500"),
    ],
)
def test_numbers_are_rounded_for_readers(value: object, shown: str) -> None:
    assert num(value) == shown


def test_words() -> None:
    assert tidy(784.0) == "784" and tidy(0.00127551) == "0.001276" and tidy(100.0) == "100"
    assert listing([]) == "" and listing(["a"]) == "a" and listing(["a", "b", "c"]) == "a, b and c"
    assert percent(0.934) == "93\u202f%" and percent(None) == "–"


def decoded(address: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))


def test_png_is_grey_plain_and_repeatable() -> None:
    board = tiles(np.linspace(0, 1, 4 * 784).reshape(4, 28, 28), 2)
    assert board.shape == (57, 57) and (board[28] == GAP).all() and (board[:, 28] == GAP).all()
    address = png(board)
    assert address == png(board.copy())
    data = base64.b64decode(address.split(",")[1])
    assert {m for m in (b"tEXt", b"tIME", b"iTXt", b"pHYs") if m in data} == set()
    assert (decoded(address) == board).all() and Image.open(io.BytesIO(data)).mode == "L"


def test_pixels_outside_the_range_are_clipped() -> None:
    odd = np.array([[[np.nan, -3.0, 0.5, 9.0, np.inf, 1 / 255]]])
    assert grey(odd).tolist() == [[[0, 0, 128, 255, 255, 0]]]


def test_noise_does_not_blow_up_a_report() -> None:
    noise = grey(np.random.default_rng(0).random((588, 588)))
    assert len(png(noise)) < PNG_LIMIT * 4 / 3 + 100


def test_scales_survive_anything_finite() -> None:
    for scale in (
        linear(2.0, 2.0),
        logarithmic(np.array([-1.0, 0.0])),
        symlog(np.zeros(0)),
        symlog(np.array([-40.0, 300.0])),
        logarithmic(np.array([80.0, 543.0])),
    ):
        assert scale.high > scale.low and len(scale.ticks) < 9
        assert np.isfinite(scale(np.array([scale.low, scale.high]))).all()
    assert symlog(np.array([235.0])).ticks == (0, 1, 3, 10, 30, 100)


def test_every_figure_is_numbered_captioned_and_described(full: Evidence) -> None:
    figures = build_figures(full)
    assert [f.number for f in figures] == list(range(1, len(CATALOGUE) + 1))
    for figure in figures:
        assert not figure.missing, figure.key
        assert re.search(r"\d", figure.caption), f"{figure.key}: no measured number in the caption"
        assert figure.title and figure.caption.endswith(".")
        for image in re.findall(r"<img[^>]*>", figure.body):
            assert re.search(r'alt="[^"]{8,}"', image), figure.key
        for chart in re.findall(r"<svg[^>]*>", figure.body):
            assert 'role="img"' in chart and re.search(r'aria-label="[^"]{20,}"', chart), figure.key
        assert "nan" not in figure.body.split("base64")[0] and "http" not in figure.body
        assert all(len(row) == len(figure.head) for row in figure.rows), figure.key


def test_series_differ_by_more_than_colour(full: Evidence) -> None:
    body = next(f for f in build_figures(full) if f.key == "kl").body
    lines = set(re.findall(r'class="line (s\d)"', body))
    assert len(lines) == 4 and all(f">{n}</text>" in body for n in ("β = 0", "β = 10", "tuned"))


def test_nothing_observed_says_why_in_the_same_places() -> None:
    figures = build_figures(Evidence(), why_missing=lambda needs: f"of {needs[0]}")
    assert [f.key for f in figures] == [e.key for e in CATALOGUE]
    assert all(f.missing.startswith("Not observed because of ") and not f.body for f in figures)


def test_half_of_the_evidence_still_draws(full: Evidence) -> None:
    """A VAE that never trained leaves the autoencoder's half of each figure."""
    bare = {
        "reconstructions": None,
        "samples": None,
        "curve_recon": None,
        "curve_kl": None,
        "kl_per_dim": None,
        "recon_eval": None,
        "kl_eval": None,
        "sharpness": None,
    }
    runs = tuple(r if r.kind == "ae" else replace(r, **bare) for r in full.runs)  # type: ignore[arg-type]
    half = replace(
        full,
        runs=runs,
        strips=tuple(s for s in full.strips if s.kind == "ae"),
        planes=tuple(p for p in full.planes if p.kind == "ae"),
        usefulness={"ae": Usefulness(0.9)},
    )
    figures = {f.key: f for f in build_figures(half)}
    assert not figures["gallery"].missing and "not observed" in figures["gallery"].body
    for key in ("recon", "interpolation", "grids", "scatter", "traversals", "probe", "ae-samples"):
        assert not figures[key].missing, key
    for key in ("kl", "terms", "rate-distortion", "units", "anomaly"):
        assert figures[key].missing, key


def test_numbers_that_are_not_finite_leave_no_trace(full: Evidence) -> None:
    runs = []
    for run in full.runs:
        curve = np.array(run.curve_recon, np.float64)
        curve[10:] = np.nan
        runs.append(replace(run, curve_recon=curve, recon_eval=float("nan"), kl_eval=float("inf")))
    plane = replace(full.planes[0], codes=np.full((50, 2), np.nan))
    for figure in build_figures(replace(full, runs=tuple(runs), planes=(plane,))):
        assert not re.search(r'[ "ML-](nan|inf)', re.sub(r'base64,[^"]*|alt="[^"]*"', "", figure.body))


def test_same_evidence_same_bytes(full: Evidence) -> None:
    assert build_figures(full) == build_figures(evidence())


def bars(chart: str, css: str) -> list[float]:
    """The distinct heights of one outlined histogram, in pixels from its base."""
    path = re.search(rf'class="hist {css}" d="M[\d.]+ ([\d.]+)([^"]*)"', chart)
    assert path is not None
    return [float(path[1]) - float(v) for v in re.findall(r"V([\d.]+)H", path[2])]


def test_a_histogram_keeps_its_shape_beside_a_model_that_is_far_worse(full: Evidence) -> None:
    rng = np.random.default_rng(0)
    fine, far = rng.gamma(9, 1, 400), rng.gamma(9, 100, 400)
    far[0] = 1e9
    use = {"ae": Usefulness(0.9, 0.9, fine, 2 * fine), "vae": Usefulness(0.9, 0.9, far, 2 * far)}
    body = next(f for f in build_figures(replace(full, usefulness=use)) if f.key == "anomaly").body
    for chart in body.split("</svg>")[:2]:
        for css in ("s1", "s5"):
            assert sum(h > 1 for h in bars(chart, css)) > 5, "nearly everything is in one bin"


@pytest.mark.parametrize("scores", [np.zeros(9), np.full(9, 3.0), np.array([0.0, 1e30])])
def test_a_histogram_of_odd_scores_is_drawn(full: Evidence, scores: np.ndarray) -> None:
    use = {"ae": Usefulness(None, 0.5, scores, scores)}
    figure = next(f for f in build_figures(replace(full, usefulness=use)) if f.key == "anomaly")
    assert "hist s1" in figure.body and "nan" not in figure.body


def test_strips_stand_beside_the_bands_of_their_own_models(full: Evidence) -> None:
    bands = {k: replace(b, high=h) for (k, b), h in zip(sorted(full.bands.items()), (0.4, 0.7), strict=True)}
    figure = next(f for f in build_figures(replace(full, bands=bands)) if f.key == "interpolation")
    assert figure.body.count("honest work 0.100 to 0.400 (AE) and 0.100 to 0.700 (VAE)") == 3
    assert {row[2] for row in figure.rows} == {"0.100 to 0.400", "0.100 to 0.700"}


def test_the_plane_shows_where_honest_work_lands(full: Evidence) -> None:
    figure = next(f for f in build_figures(full) if f.key == "rate-distortion")
    assert (
        'class="bar band"' in figure.body
        and ">honest β = 1</text>" in figure.body
        and 'class="line oracle"' in figure.body
    )
    bce = replace(full, linear_vae=None, likelihood="bce")
    figure = next(f for f in build_figures(bce) if f.key == "rate-distortion")
    assert "oracle" not in figure.body and "known for squared error only" in figure.caption


def test_figures_take_half_a_second_at_most(full: Evidence) -> None:
    began = time.process_time()
    build_figures(full)
    assert time.process_time() - began < 0.5
