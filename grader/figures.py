"""The figures of a report: evidence in, self-contained HTML fragments out.

Charts are inline SVG with real text, coloured by the classes of ``templates/style.css``; image
grids are 8-bit grey PNG. Every figure is numbered in a fixed order, so that "figure 7" means the
same in every report of a class, and one whose evidence is missing keeps its place and says why.
Nothing here reads a clock, a file or a random number: the same evidence gives the same bytes.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal

import numpy as np
from PIL import Image

from .model import Array, Band, Evidence, Plane, Run, Strip

MINUS, THIN = "\u2212", "\u202f"
GAP = 1  # grey value kept for gutters between tiles, declared transparent in the PNG
PNG_LIMIT = 240_000  # bytes; a noisier grid is shown in 16 greys, so that a report stays under 2 MB
SCATTER_LIMIT = 1000  # codes drawn per plane
MAX_IMAGES = 10  # per cell of the gallery
PLANE_KEYS = ("ae_2d", "vae_2d")  # runs with two latent dimensions
ROUGHNESS_BANDS = {"ae": "roughness_ae", "vae": "roughness_beta_1"}

#: Runs trained at the assignment's latent dimension, in the order of the gallery's columns.
STYLES = {"ae": "s0", "beta_0": "s1", "beta_1": "s2", "beta_10": "s3", "tuned": "s4"}


@dataclass(frozen=True)
class Figure:
    """One numbered figure.

    ``body`` is trusted HTML whose images and charts say what is seen; ``title`` and ``caption`` are plain text.
    ``missing`` says why there is nothing to see, and is empty otherwise. ``head`` and ``rows`` are the numbers
    behind the figure as a table of finished strings, its first column naming the row.
    """

    key: str
    title: str
    section: str
    number: int = 0
    body: str = ""
    caption: str = ""
    missing: str = ""
    wide: bool = False
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def anchor(self) -> str:
        return f"fig-{self.key}"


# ---------------------------------------------------------------- numbers and words


def num(value: Any, digits: int = 3) -> str:
    """A measured ``value`` with ``digits`` significant digits; exponents only at the extremes."""
    try:
        x = float(value)
    except (TypeError, ValueError):
        return "–"
    if math.isnan(x):
        return "not a number"
    if math.isinf(x):
        return "∞" if x > 0 else f"{MINUS}∞"
    if x == 0:
        return "0"
    rounded = abs(float(f"{x:.{digits - 1}e}"))  # 9.996 is 10.0 and not 10.00
    if 1e-4 <= rounded < 1e6:
        text = f"{x:.{max(0, digits - 1 - math.floor(math.log10(rounded)))}f}"
    else:
        text = f"{x:.{digits - 1}e}"
    return text.replace("-", MINUS)


def tidy(value: Any, digits: int = 4) -> str:
    """A chosen or exact number: as ``num``, without the zeros that say how well it was measured."""
    text = num(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def percent(share: float | None) -> str:
    return "–" if share is None or not math.isfinite(share) else f"{100 * share:.0f}{THIN}%"


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """Labels of an axis, with as many digits as it takes to tell them apart."""
    texts: list[str] = []
    for digits in range(3, 8):
        texts = [tidy(t, digits) for t in ticks]
        if len(set(texts)) == len(texts):
            break
    return texts


def between(band: Band) -> str:
    """The ends of a band in words; an infinite end is not one."""
    if not math.isfinite(band.low):
        return f"at most {num(band.high)}" if math.isfinite(band.high) else "anything"
    return f"{num(band.low)} to {num(band.high)}" if math.isfinite(band.high) else f"at least {num(band.low)}"


def listing(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _finite(array: Array | None) -> Array:
    if array is None:
        return np.zeros(0)
    flat = np.asarray(array, dtype=np.float64).ravel()
    return flat[np.isfinite(flat)]


def _style(run: Run) -> str:
    return STYLES.get(run.key, "s5")


def short(run: Run) -> str:
    """The run's name where room is scarce."""
    return "tuned" if run.key == "tuned" else run.label


# ---------------------------------------------------------------- images


def png(pixels: Array) -> str:
    """A grey image ``[H, W]`` of uint8 as a ``data:`` address; ``GAP`` is transparent."""

    def encode(values: Array) -> bytes:
        out = io.BytesIO()
        Image.fromarray(values).save(out, "PNG", optimize=False, compress_level=6, transparency=GAP)
        return out.getvalue()

    data = encode(pixels)
    if len(data) > PNG_LIMIT:
        coarse = (pixels & 0xF0) | (pixels >> 4)
        coarse[pixels == GAP] = GAP
        data = encode(coarse)
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


def grey(images: Array) -> Array:
    """Values in ``[0, 1]`` as uint8, what is outside clipped, what is no number black."""
    values = np.nan_to_num(np.asarray(images, dtype=np.float32), nan=0.0, posinf=1.0, neginf=0.0)
    levels = np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)
    levels[levels == GAP] = 0
    return levels


def tiles(images: Array, columns: int, gap: int = 1) -> Array:
    """Images ``[n, 28, 28]`` as one grey array, ``columns`` wide, read in lines."""
    images = grey(images)
    n, height, width = images.shape
    lines = -(-n // columns)
    board = np.full((lines * (height + gap) - gap, columns * (width + gap) - gap), GAP, dtype=np.uint8)
    for k in range(n):
        top, left = (k // columns) * (height + gap), (k % columns) * (width + gap)
        board[top : top + height, left : left + width] = images[k]
    return board


def picture(board: Array, alt: str, scale: float = 2, css: str = "pixels") -> str:
    height, width = board.shape
    return (
        f'<img class="{css}" src="{png(board)}" width="{round(width * scale)}"'
        f' height="{round(height * scale)}" alt="{escape(alt)}">'
    )


# ---------------------------------------------------------------- charts


@dataclass(frozen=True)
class Scale:
    """Maps data to ``[0, 1]``; ``symlog`` is ``sign(v) log(1 + |v|)``: a log axis that shows 0."""

    kind: Literal["linear", "log", "symlog"]
    low: float
    high: float
    ticks: tuple[float, ...]

    def __call__(self, value: Any) -> Any:
        a, b, v = (self._warp(np.asarray(u, dtype=np.float64)) for u in (self.low, self.high, value))
        return (v - a) / (b - a)

    def _warp(self, v: Array) -> Array:
        if self.kind == "log":
            return np.log(np.maximum(v, min(1e-9, self.low)))
        if self.kind == "symlog":
            return np.sign(v) * np.log1p(np.abs(v))
        return v


def linear(low: float, high: float, count: int = 5) -> Scale:
    if not high - low > 1e-12 * max(abs(low), abs(high), 1e-12):  # no more than rounding apart
        low, high = (low - 0.5 * max(1.0, abs(low)), low + 0.5 * max(1.0, abs(low)))
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return Scale("linear", low, high, tuple(k * step for k in range(first, last + 1)))


def logarithmic(values: Array) -> Scale:
    positive = values[values > 0]
    low, high = (float(positive.min()), float(positive.max())) if positive.size else (1.0, 10.0)
    low, high = low / 1.08, high * 1.08
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    for marks in ((1, 1.5, 2, 2.5, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        ticks = tuple(m * 10.0**e for e in decades for m in marks if low <= m * 10.0**e <= high)
        if len(ticks) <= 6:
            break
    ticks = ticks[:: -(-len(ticks) // 8)] if ticks else ()
    return Scale("log", low, high, ticks)


def symlog(values: Array) -> Scale:
    low = min(0.0, float(values.min())) if values.size else 0.0
    high = max(1.0, float(values.max())) if values.size else 1.0
    steps = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0, 1e5, 1e6)
    ticks = [t for t in steps if t <= high * 1.05]
    ticks = [-t for t in reversed(steps[1:]) if -t >= low] + ticks
    high = max(high * 1.06, 1.0)
    return Scale("symlog", low * 1.06, high, tuple(ticks[-8:]))


class Plot:
    """One SVG chart: axes first, marks after, text last; coordinates rounded to 0.1 px."""

    def __init__(
        self,
        x: Scale,
        y: Scale,
        *,
        width: int = 380,
        height: int = 250,
        xlabel: str = "",
        ylabel: str = "",
        margins: tuple[int, int, int, int] = (26, 62, 40, 44),
        grid: bool = True,
    ) -> None:
        self.x, self.y, self.width, self.height = x, y, width, height
        self.top, self.right, self.bottom, self.left = margins
        self.parts: list[str] = []
        x0, x1, y0, y1 = self.left, width - self.right, height - self.bottom, self.top
        for tick, said in zip(y.ticks, tick_texts(y.ticks), strict=True):
            h = self.py(tick)
            if grid:
                self.parts.append(f'<path class="grid" d="M{x0} {h:.1f}H{x1}"/>')
            self.text(x0 - 6, h + 4, said, anchor="end", css="tick")
        for tick, said in zip(x.ticks, tick_texts(x.ticks), strict=True):
            v = self.px(tick)
            self.parts.append(f'<path class="axis" d="M{v:.1f} {y0}v4"/>')
            self.text(v, y0 + 17, said, anchor="middle", css="tick")
        self.parts.append(f'<path class="axis" d="M{x0} {y1}V{y0}H{x1}"/>')
        if xlabel:
            self.text((x0 + x1) / 2, height - 5, xlabel, anchor="middle", css="label")
        if ylabel:
            self.text(2, 13, ylabel, css="label")

    def px(self, value: Any) -> Any:
        return self.left + self.x(value) * (self.width - self.left - self.right)

    def py(self, value: Any) -> Any:
        return self.height - self.bottom - self.y(value) * (self.height - self.top - self.bottom)

    def text(self, px: float, py: float, words: str, *, anchor: str = "start", css: str = "") -> None:
        kind = f' class="{css}"' if css else ""
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        inner = escape(words)
        if "β_c" in inner:  # a subscript, and back to the line
            before, after = inner.split("β_c", 1)
            inner = f'{before}β<tspan class="sub" dy="3">c</tspan><tspan dy="-3">{after}</tspan>'
        self.parts.append(f'<text x="{px:.1f}" y="{py:.1f}"{where}{kind}>{inner}</text>')

    def _inside(self, xs: Array, ys: Array) -> tuple[Array, Array]:
        keep = np.isfinite(xs) & np.isfinite(ys)
        px = np.clip(self.px(xs[keep]), self.left - 1, self.width - self.right + 1)
        py = np.clip(self.py(ys[keep]), self.top - 1, self.height - self.bottom + 1)
        return px, py

    def line(self, xs: Any, ys: Any, css: str, marks: int = 0) -> float | None:
        """A polyline with ``marks`` markers along it; gives the height of its last point."""
        px, py = self._inside(np.asarray(xs, np.float64), np.asarray(ys, np.float64))
        if not px.size:
            return None
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(px.tolist(), py.tolist(), strict=True))
        self.parts.append(f'<path class="line {css}" d="M{path}"/>')
        if marks:
            for k in np.unique(np.linspace(0, px.size - 1, min(marks, px.size)).astype(int)):
                self.mark(float(px[k]), float(py[k]), css)
        return float(py[-1])

    def mark(self, px: float, py: float, css: str, size: float = 3.6) -> None:
        """The marker of a series, at a place in pixels: shape and not only colour tells it."""
        s = size
        shape = {
            "s0": f"M{px - s:.1f} {py - s:.1f}h{2 * s:.1f}v{2 * s:.1f}h{-2 * s:.1f}z",
            "s2": f"M{px:.1f} {py - 1.2 * s:.1f}l{1.2 * s:.1f} {2.1 * s:.1f}h{-2.4 * s:.1f}z",
            "s3": f"M{px:.1f} {py - 1.3 * s:.1f}l{1.3 * s:.1f} {1.3 * s:.1f}"
            f"l{-1.3 * s:.1f} {1.3 * s:.1f}l{-1.3 * s:.1f} {-1.3 * s:.1f}z",
            "s4": f"M{px:.1f} {py + 1.2 * s:.1f}l{1.2 * s:.1f} {-2.1 * s:.1f}h{-2.4 * s:.1f}z",
        }.get(css)
        if shape:
            self.parts.append(f'<path class="mark {css}" d="{shape}"/>')
        else:
            self.parts.append(f'<circle class="mark {css}" cx="{px:.1f}" cy="{py:.1f}" r="{s}"/>')

    def dots(self, xs: Any, ys: Any, css: str) -> None:
        """Many points in one path: each a zero-length line with round caps."""
        px, py = self._inside(np.asarray(xs, np.float64), np.asarray(ys, np.float64))
        if px.size:
            path = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(px.tolist(), py.tolist(), strict=True))
            self.parts.append(f'<path class="dots {css}" d="{path}"/>')

    def glyphs(self, xs: Any, ys: Any, glyph: str, css: str) -> None:
        """Many points drawn as one character each, so that they differ without colour too."""
        px, py = self._inside(np.asarray(xs, np.float64), np.asarray(ys, np.float64))
        if px.size:
            x, y = (" ".join(f"{v:.0f}" for v in side.tolist()) for side in (px - 2.6, py + 3.3))
            self.parts.append(f'<text class="glyph {css}" x="{x}" y="{y}">{glyph * px.size}</text>')

    def rect(self, x0: float, y0: float, x1: float, y1: float, css: str) -> None:
        """A filled rectangle between two corners in data coordinates."""
        px, py = self._inside(np.array([x0, x1]), np.array([y0, y1]))
        if px.size < 2:
            return
        (a, c), (b, d) = px.tolist(), py.tolist()
        self.parts.append(f'<path class="bar {css}" d="M{a:.1f} {b:.1f}V{d:.1f}H{c:.1f}V{b:.1f}z"/>')

    def rule(self, value: float, css: str) -> None:
        """A level across the chart."""
        self.parts.append(f'<path class="{css}" d="M{self.left} {self.py(value):.1f}H{self.width - self.right}"/>')

    def ends(self, labels: Iterable[tuple[float | None, str, str]], gap: float = 15) -> None:
        """Names at the right ends of lines, pushed apart where they would meet."""
        rows = sorted((y, text, css) for y, text, css in labels if y is not None)
        heights: list[float] = []
        for y, _, _ in rows:
            heights.append(max(y, heights[-1] + gap) if heights else y)
        floor = float(self.height - self.bottom - 3)
        for k in reversed(range(len(heights))):
            heights[k] = min(heights[k], floor)
            floor = heights[k] - gap
        for h, (_, text, css) in zip(heights, rows, strict=True):
            self.text(self.width - self.right + 8, h + 4, text, css=f"end {css}")

    def svg(self, alt: str, css: str = "chart") -> str:
        return (
            f'<svg class="{css}" viewBox="0 0 {self.width} {self.height}" role="img"'
            f' aria-label="{escape(alt)}">{"".join(self.parts)}</svg>'
        )


# ---------------------------------------------------------------- the figures


@dataclass(frozen=True)
class Context:
    """What a figure is drawn from, with the unit in which reconstruction is measured."""

    evidence: Evidence
    recon_unit: str  # "nats per image", "squared error per image", …

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(r for r in self.evidence.runs if r.key not in PLANE_KEYS)

    @property
    def vaes(self) -> tuple[Run, ...]:
        return tuple(r for r in self.runs if r.kind == "vae")

    def run(self, key: str) -> Run | None:
        return next((r for r in self.evidence.runs if r.key == key), None)

    def plane(self, kind: str) -> Plane | None:
        return next((p for p in self.evidence.planes if p.kind == kind), None)


def scroll(label: str, inner: str) -> str:
    """A box that scrolls by itself, so that the page never does; reachable by keyboard."""
    return f'<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0">{inner}</div>'


def _cell(images: Array | None, alt: str) -> str:
    if images is None or not len(images):
        return '<td class="none">not observed</td>'
    return f"<td>{picture(tiles(images[:MAX_IMAGES], 2), alt, 2)}</td>"


def gallery(c: Context) -> dict[str, Any] | None:
    runs = [r for r in c.runs if r.reconstructions is not None or r.samples is not None]
    if not runs:
        return None
    seen = c.evidence.originals
    count = 0 if seen is None else min(len(seen), MAX_IMAGES)
    heads = ["originals", *(r.label for r in c.runs)]
    rows = [
        '<th scope="row">recon&shy;structed</th>'
        + _cell(seen, f"{count} original images")
        + "".join(_cell(r.reconstructions, f"the same {count} images reconstructed by {r.label}") for r in c.runs),
        '<th scope="row">drawn from N(0,&nbsp;I)</th>'
        '<td class="aside"><span>the same codes for every model</span></td>'
        + "".join(_cell(r.samples, f"images decoded by {r.label} from prior codes, the same for all") for r in c.runs),
    ]
    measures: list[tuple[str, str, Callable[[Run], str]]] = [
        ("recon", "", lambda r: num(r.recon_eval)),
        ("KL", "", lambda r: "–" if r.kind == "ae" else num(r.kl_eval)),
        ("sharpness, recon", "1", lambda r: num(r.sharpness_recon, 2)),
        ("sharpness, samples", "1", lambda r: num(r.sharpness, 2)),
    ]
    numbers = "".join(
        f'<tr class="number"><th scope="row">{escape(name)}</th><td>{real}</td>'
        + "".join(f"<td>{show(r)}</td>" for r in c.runs)
        + "</tr>"
        for name, real, show in measures
    )
    table = (
        '<table class="gallery"><thead><tr><td></td>'
        + "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
        + "</tr></thead><tbody>"
        + "".join(f"<tr>{row}</tr>" for row in rows)
        + numbers
        + "</tbody></table>"
    )
    told = [
        f"{num(r.recon_eval)} with {num(r.kl_eval)} nats of KL at {r.label}"
        for r in runs
        if r.kind == "vae" and r.recon_eval is not None and r.kl_eval is not None
    ]
    caption = "Compare across: the same place in every block is the same image, or the same prior code. "
    if told:
        caption += f"Reconstruction costs {listing(told)}. "
    caption += f"Recon in {c.recon_unit}, KL in nats per image, sharpness relative to real images, with noise as sharp as detail."
    return {"body": scroll("β gallery", table), "caption": caption, "wide": True}


def ae_samples(c: Context) -> dict[str, Any] | None:
    run = c.run("ae")
    images = c.evidence.ae_samples
    if images is None and run is not None:
        images = run.samples
    if images is None or not len(images):
        return None
    rows = [("AE", images, c.evidence.sample_distance.get("ae"))]
    vae = c.run("tuned") or c.run("beta_1")
    if vae is not None and vae.samples is not None:
        rows.append((vae.label, vae.samples, c.evidence.sample_distance.get(vae.key)))
    body = "".join(
        f'<div><p class="strip-name">{escape(name)}</p>'
        + picture(tiles(shown[:MAX_IMAGES], 5), f"images decoded from N(0, I) by {name}", 3)
        + "</div>"
        for name, shown, _ in rows
    )
    far = [f"{num(d)} for {name}" for name, _, d in rows if d is not None]
    caption = (
        "Both decoders were given the same codes from N(0, I)."
        if len(rows) > 1
        else "The decoder was given codes from N(0, I), where no training code need lie."
    )
    if far:
        caption += f" Mean distance (L2) from a sample to the nearest real image: {listing(far)}."
    return {"body": f'<div class="strips">{body}</div>', "caption": caption}


def ae_codes(c: Context) -> dict[str, Any] | None:
    codes = _finite(c.evidence.ae_codes)
    if codes.size < 2:
        return None
    spread, mean = float(codes.std()), float(codes.mean())
    reach = max(4.0, float(np.quantile(np.abs(codes), 0.995)))
    edges = np.linspace(-reach, reach, 41)
    counts, _ = np.histogram(codes, edges)
    density = counts / (codes.size * (edges[1] - edges[0]))
    z = np.linspace(-reach, reach, 121)
    normal = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    plot = Plot(
        linear(-reach, reach, 6),
        linear(0.0, 1.08 * max(float(density.max()), float(normal.max())), 4),
        xlabel="value of a code coordinate",
        ylabel="density",
        margins=(26, 14, 40, 44),
    )
    for k, d in enumerate(density.tolist()):
        if d > 0:
            plot.rect(edges[k], 0.0, edges[k + 1], d, "s0")
    plot.line(z, normal, "s2")
    at = 1.15
    plot.text(plot.px(at) + 4, plot.py(math.exp(-at * at / 2) / 2.5066), "N(0, 1)", css="end s2")
    caption = (
        f"The autoencoder's codes have mean {num(mean, 2)} and standard deviation {num(spread)}; "
        "the prior that samples are drawn from has 0 and 1."
    )
    alt = (
        f"Histogram of code values with standard deviation {num(spread)}, "
        f"{'wider' if spread > 1 else 'narrower'} than the curve of N(0, 1) drawn over it."
    )
    return {"body": plot.svg(alt), "caption": caption}


def _curves(c: Context, what: str, series: list[tuple[Run, Array, Array]], y: Scale, ylabel: str) -> str:
    last = max(float(steps[-1]) for _, steps, _ in series)
    plot = Plot(linear(0.0, last, 4), y, xlabel="optimizer step", ylabel=ylabel)
    ends = []
    told = []
    for run, steps, values in series:
        ends.append((plot.line(steps, values, _style(run), marks=5), short(run), _style(run)))
        told.append(f"{run.label} goes from {num(values[0])} to {num(values[-1])}")
    plot.ends(ends)
    return plot.svg(f"Line chart of {what} against the optimizer step: {listing(told)}.")


def _table(runs: list[tuple[Run, Array, Array]]) -> dict[str, Any]:
    rows = []
    for run, _steps, values in runs:
        n = len(values)
        at = [values[min(n - 1, round(q * (n - 1)))] for q in (0.0, 0.25, 0.5, 1.0)]
        rows.append((run.label, *(num(v) for v in at)))
    return {"head": ("run", "first", "at 25 %", "at 50 %", "last"), "rows": tuple(rows)}


def _series(runs: Iterable[Run], name: str) -> list[tuple[Run, Array, Array]]:
    found = []
    for run in runs:
        steps, values = run.steps, getattr(run, name)
        if steps is None or values is None or not len(values) or not _finite(values).size:
            continue
        found.append((run, np.asarray(steps, np.float64), np.asarray(values, np.float64)))
    return found


def curve_recon(c: Context) -> dict[str, Any] | None:
    series = _series(c.runs, "curve_recon")
    if not series:
        return None
    y = logarithmic(_finite(np.concatenate([v for _, _, v in series])))
    body = _curves(c, "reconstruction error", series, y, f"reconstruction, {c.recon_unit} (log)")
    last = listing([f"{num(v[-1])} ({r.label})" for r, _, v in series])
    caption = f"Reconstruction at the last step: {last}."
    return {"body": body, "caption": caption, **_table(series)}


def curve_kl(c: Context) -> dict[str, Any] | None:
    series = _series(c.vaes, "curve_kl")
    if not series:
        return None
    y = symlog(_finite(np.concatenate([v for _, _, v in series])))
    body = _curves(c, "KL", series, y, "KL, nats per image (log above 1)")
    growth = []
    for run, _, values in series:
        quarter = float(values[len(values) // 4])
        growth.append(f"{num(quarter)} → {num(values[-1])} ({run.label})")
    caption = f"KL from a quarter of training to its end, in nats: {listing(growth)}."
    return {"body": body, "caption": caption, **_table(series)}


def terms(c: Context) -> dict[str, Any] | None:
    """Both terms as the optimizer weighs them, early and late."""
    runs = [r for r in c.evidence.runs if r.kind == "vae" and r.beta_c]
    both = [
        (run, steps, recon, (run.beta_c or 0.0) * np.asarray(run.curve_kl, np.float64))
        for run, steps, recon in _series(runs, "curve_recon")
        if run.curve_kl is not None and len(run.curve_kl) == len(recon)
    ]
    if not both:
        return None
    values = _finite(np.concatenate([np.concatenate(row[2:]) for row in both]))
    y = symlog(values)
    panels, told, rows = [], [], []
    for run, steps, recon, kl in both:
        early = len(kl) // 10
        shares = [float(kl[k] / (recon[k] + kl[k])) for k in (early, -1)]
        plot = Plot(
            linear(0.0, float(steps[-1]), 2),
            y,
            width=250,
            height=205,
            xlabel="optimizer step",
            ylabel=run.label,
            margins=(26, 46, 40, 32),
        )
        plot.ends(
            [
                (plot.line(steps, recon, "s0", marks=4), "recon", "s0"),
                (plot.line(steps, kl, "s5", marks=4), "β·KL", "s5"),
            ]
        )
        alt = f"{run.label}: β times KL is {percent(shares[0])} of the loss early and {percent(shares[1])} at the end."
        panels.append(plot.svg(alt, "chart small"))
        told.append(f"{percent(shares[0])} → {percent(shares[1])} ({run.label})")
        rows.append((run.label, num(recon[early]), num(kl[early]), num(recon[-1]), num(kl[-1])))
    return {
        "body": f'<div class="panels">{"".join(panels)}</div>',
        "caption": "Share of β·KL in the loss, after a tenth of training and at its end: " + "; ".join(told) + ".",
        "wide": True,
        "head": ("run", "recon, early", "β·KL, early", "recon, end", "β·KL, end"),
        "rows": tuple(rows),
    }


def rate_distortion(c: Context) -> dict[str, Any] | None:
    own = [r for r in c.vaes if r.kl_eval is not None and r.recon_eval is not None]
    own = [r for r in own if math.isfinite(r.kl_eval or 0.0) and math.isfinite(r.recon_eval or 0.0)]
    if not own:
        return None
    clouds = {beta: _pairs(points) for beta, points in c.evidence.honest_rate_distortion.items()}
    cloud = np.concatenate([np.zeros((0, 2)), *clouds.values()])
    curve = _pairs(c.evidence.linear_vae)
    ae = c.run("ae")
    levels = [  # named at the ends where runs seldom lie
        (float(level), css, words, anchor)
        for level, css, words, anchor in (
            (c.evidence.mean_image_recon, "rule", "the mean image for everything", "end"),
            (ae.recon_eval if ae else None, "rule ae", "the autoencoder, which has no KL", "start"),
        )
        if level is not None and math.isfinite(level)
    ]
    widest = np.concatenate([[r.kl_eval for r in own], cloud[:, 0]])
    curve = curve[curve[:, 0] <= widest.max() * 1.05]
    curve = curve[np.argsort(curve[:, 0], kind="stable")]
    every = np.concatenate([[r.recon_eval for r in own], cloud[:, 1], curve[:, 1], [v for v, *_ in levels]])
    low, high = float(every.min()), float(every.max())
    pad = 0.06 * (high - low or 1.0)
    plot = Plot(
        symlog(1.3 * widest),
        linear(max(0.0, low - pad) if low >= 0 else low - pad, high + pad, 5),
        width=760,
        height=400,
        xlabel="rate: KL, nats per image (log above 1)",
        ylabel=f"distortion: reconstruction, {c.recon_unit}",
        margins=(28, 16, 40, 48),
    )
    taken: list[Box] = []
    for level, css, words, anchor in levels:
        h, long = float(plot.py(level)), 6.2 * len(words)
        x = float(plot.width - 20 if anchor == "end" else plot.left + 6)
        plot.rule(level, css)
        plot.text(x, h - 5, words, anchor=anchor, css="note")
        left = x - long if anchor == "end" else x
        taken += [(plot.left, h - 1, plot.width, h + 1), (left, h - 17, left + long, h)]
    places = [(float(plot.px(r.kl_eval)), float(plot.py(r.recon_eval))) for r in own]
    taken += [(x - 7, y - 7, x + 7, y + 7) for x, y in places]
    corners = []
    for beta, points in clouds.items():
        low, high = np.quantile(points, (0.05, 0.95), axis=0)
        plot.rect(low[0], low[1], high[0], high[1], "band")
        plot.dots(points[:, 0], points[:, 1], "cloud")
        (x0, x1), (y1, y0) = plot.px(np.array([low[0], high[0]])), plot.py(np.array([low[1], high[1]]))
        taken += [(x, y0, x, y1) for x in (x0, x1)] + [(x0, y, x1, y) for y in (y0, y1)]
        corners.append((f"honest {beta}", [x0, x1], [y0, y1]))
    if len(curve):
        plot.line(curve[:, 0], curve[:, 1], "oracle")
        at = np.linspace(0, len(curve) - 1, 120)
        fine = [np.interp(at, np.arange(len(curve)), curve[:, k]) for k in (0, 1)]
        pixels = zip(plot.px(fine[0]).tolist(), plot.py(fine[1]).tolist(), strict=True)
        taken += [(a - 1, b - 1, a + 1, b + 1) for a, b in pixels]
    for run, (x, y) in zip(own, places, strict=True):
        plot.mark(x, y, _style(run), 5.5)
    for run, (x, y) in zip(own, places, strict=True):
        _place(plot, [x], [y], short(run), f"end {_style(run)}", taken)
    for words, xs, ys in corners:
        _place(plot, xs, ys, words, "note", taken)
    if len(curve):
        spots = curve[[len(curve) * q // 10 for q in (3, 5, 7, 2, 8, 6, 4)]]
        _place(plot, plot.px(spots[:, 0]), plot.py(spots[:, 1]), "best linear VAE", "note", taken)
    told = listing([f"{r.label} at ({num(r.kl_eval)}, {num(r.recon_eval)})" for r in own])
    caption = f"Your runs, as (KL, reconstruction): {told}."
    if clouds:
        caption += f" Grey: {len(cloud)} honest runs with your reconstruction loss; a band holds 90{THIN}% each way."
    if len(curve):
        caption += " Line: the best a linear VAE can do, exactly."
    elif c.evidence.likelihood not in (None, "squared"):
        caption += " The best a linear VAE can do is known for squared error only."
    alt = f"Scatter plot, KL across and reconstruction up: {told}."
    return {
        "body": scroll("rate–distortion plane", plot.svg(alt, "chart large")),
        "caption": caption,
        "wide": True,
        "head": ("run", "KL, nats", "reconstruction"),
        "rows": tuple((r.label, num(r.kl_eval), num(r.recon_eval)) for r in own),
    }


Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


def _place(plot: Plot, xs: Sequence[float], ys: Sequence[float], words: str, css: str, taken: list[Box]) -> None:
    """Writes ``words`` beside one of the places, on the first of the sides where least stands yet."""
    wide = 7.2 * len(words)
    sides: list[tuple[float, float, str, float]] = []  # text at x, y; anchor; left end
    for x, y in zip(map(float, xs), map(float, ys), strict=True):
        sides += [
            (x + 10, y + 4, "start", x + 10),
            (x - 10, y + 4, "end", x - 10 - wide),
            (x, y - 12, "middle", x - wide / 2),
            (x, y + 21, "middle", x - wide / 2),
            (x + 8, y - 12, "start", x + 8),
            (x - 8, y + 20, "end", x - 8 - wide),
        ]

    def box(side: tuple[float, float, str, float]) -> Box:
        return (side[3], side[1] - 11, side[3] + wide, side[1] + 3)

    def trouble(side: tuple[float, float, str, float]) -> int:
        a, b, c, d = box(side)
        outside = a < plot.left or c > plot.width
        return 100 * outside + sum(not (c < t[0] or a > t[2] or d < t[1] or b > t[3]) for t in taken)

    side = min(sides, key=trouble)
    taken.append(box(side))
    plot.text(side[0], side[1], words, anchor=side[2], css=css)


def _pairs(array: Array | None) -> Array:
    if array is None or not len(array):
        return np.zeros((0, 2))
    pairs = np.asarray(array, np.float64)
    return pairs[np.isfinite(pairs).all(axis=1)]


def units(c: Context) -> dict[str, Any] | None:
    runs = [r for r in c.vaes if r.kl_per_dim is not None and _finite(r.kl_per_dim).size]
    if not runs:
        return None
    y = symlog(_finite(np.concatenate([_finite(r.kl_per_dim) for r in runs])))
    panels, told, rows = [], [], []
    for run in runs:
        kl = np.nan_to_num(np.asarray(run.kl_per_dim, np.float64))
        active = np.ones(kl.size, bool) if run.active is None else np.asarray(run.active, bool)
        order = np.argsort(-kl, kind="stable")
        count = int(active.sum())
        plot = Plot(
            Scale("linear", 0.0, float(kl.size), ()),
            y,
            width=240,
            height=190,
            ylabel=f"{run.label}: KL, nats",
            margins=(26, 8, 26, 34),
            xlabel=f"{kl.size} dimensions, sorted",
        )
        for k, d in enumerate(order.tolist()):
            plot.rect(k + 0.14, 0.0, k + 0.86, kl[d], _style(run) + ("" if active[d] else " hollow"))
        of = f"{count} of {kl.size}"
        plot.text(plot.width - 8, 40, f"{of} active", anchor="end", css="label")
        span = f"from {num(kl.max())} down to {num(kl.min())} nats"
        alt = f"{run.label}: KL per dimension {span}; {of} active."
        panels.append(plot.svg(alt, "chart small"))
        told.append(f"{of} at {run.label}" if run.key != "tuned" else f"{of} ({run.label})")
        rows.append((run.label, of, num(kl.max()), num(np.median(kl)), num(kl.min())))
    return {
        "body": f'<div class="panels">{"".join(panels)}</div>',
        "caption": "Active units (the mean code varies by more than 0.01 over images): "
        f"{listing(told)}. Hollow bars are inactive; heights are nats of KL per image.",
        "wide": True,
        "head": ("run", "active", "largest KL, nats", "median", "smallest"),
        "rows": tuple(rows),
    }


def interpolation(c: Context) -> dict[str, Any] | None:
    pairs: dict[str, list[Strip]] = {}
    for strip in c.evidence.strips:
        pairs.setdefault(strip.label, []).append(strip)
    if not pairs:
        return None
    lengths = _finite(np.concatenate([np.ravel(s.step_lengths) for s in c.evidence.strips]))
    top = float(lengths.max()) * 1.12 if lengths.size else 1.0
    blocks, rows = [], []
    for label, strips in pairs.items():
        strips = sorted(strips, key=lambda s: s.kind)
        lines = "".join(
            f'<p class="strip-name">{s.kind.upper()}</p>'
            + picture(
                tiles(s.frames, len(s.frames)),
                f"{len(s.frames)} frames from {label} by the {s.kind.upper()}, start at the left",
                2,
            )
            for s in strips
        )
        count = max(len(s.step_lengths) for s in strips)
        plot = Plot(
            Scale("linear", 0.5, count + 0.5, ()),
            linear(0.0, top, 3),
            width=250,
            height=126,
            ylabel="length of each step",
            margins=(26, 40, 8, 34),
        )
        plot.ends(
            [
                (
                    plot.line(np.arange(1, len(s.step_lengths) + 1), s.step_lengths, style, marks=count),
                    s.kind.upper(),
                    style,
                )
                for s in strips
                if (style := {"ae": "s0", "vae": "s2"}[s.kind])
            ]
        )
        told = listing([f"{num(round(s.roughness, 4))} ({s.kind.upper()})" for s in strips])
        alt = f"Line chart of the distance between neighbouring frames for {label}; roughness {told}."
        bands = [c.evidence.bands.get(ROUGHNESS_BANDS[s.kind]) for s in strips]
        usual = listing([f"{between(b)} ({s.kind.upper()})" for s, b in zip(strips, bands, strict=True) if b])
        blocks.append(
            f'<div class="pair"><p class="pair-name">{escape(label)}</p>'
            f'<div class="strips">{lines}</div><div>{plot.svg(alt, "chart small")}'
            f'<p class="beneath">roughness {told}{usual and "; honest work " + usual}</p></div></div>'
        )
        for s, band in zip(strips, bands, strict=True):
            inside = "–" if band is None else between(band)
            rows.append(
                (
                    f"{label}, {s.kind.upper()}",
                    num(round(s.roughness, 4)),
                    inside,
                    num(s.path_ratio),
                    num(s.largest_step),
                )
            )
    means = []
    for kind in ("ae", "vae"):
        mine = [s for s in c.evidence.strips if s.kind == kind]
        if mine:
            path, rough = (
                num(round(float(np.mean([getattr(s, n) for s in mine])), 4)) for n in ("path_ratio", "roughness")
            )
            means.append(f"the {kind.upper()}'s path is {path} times its chord, roughness {rough}")
    caption = f"On average over the pairs {listing(means)}. A straight crossfade has 1 and 0."
    return {
        "body": "".join(blocks),
        "caption": caption,
        "wide": True,
        "head": ("strip", "roughness", "honest work", "path / chord", "largest / mean step"),
        "rows": tuple(rows),
    }


def grids(c: Context) -> dict[str, Any] | None:
    shown = [p for p in c.evidence.planes if p.grid is not None]
    if not shown:
        return None
    parts, steps = [], []
    for plane in sorted(shown, key=lambda p: p.kind):
        name = plane.kind.upper()
        board = np.asarray(plane.grid, np.float32)
        n = max(1, board.shape[0] // 28)
        alt = f"{n} by {n} images decoded by the {name}, as the submission's latent_grid gave them"
        parts.append(
            f'<div class="half"><p class="strip-name">{name}</p>{picture(grey(board), alt, 0.75, "grid-image")}</div>'
        )
        if board.shape == (28 * n, 28 * n) and n > 1:
            split = np.nan_to_num(board).reshape(n, 28, n, 28)
            jump = np.sqrt(((split[:, :, 1:] - split[:, :, :-1]) ** 2).sum(axis=(1, 3)))
            steps.append(f"{num(jump.mean())} ({name})")
    reach = f"{shown[0].extent:g}"
    caption = f"Your latent_grid over [−{reach}, {reach}]², z₁ to the right, z₂ upwards."
    if steps:
        caption += f" Neighbouring tiles differ by {listing(steps)} on average (L2)."
    caption += f" The prior keeps 95{THIN}% of its mass within 2.45 of the centre."
    return {"body": f'<div class="halves">{"".join(parts)}</div>', "caption": caption, "wide": True}


def scatter(c: Context) -> dict[str, Any] | None:
    shown = [p for p in c.evidence.planes if p.codes is not None and len(p.codes) > 1]
    if not shown:
        return None
    names = c.evidence.class_names
    parts, told, rows = [], [], []
    for plane in sorted(shown, key=lambda p: p.kind):
        name = plane.kind.upper()
        codes = np.asarray(plane.codes, np.float64)[:SCATTER_LIMIT]
        given = plane.labels is not None and len(plane.labels) >= len(codes)
        labels = np.asarray(plane.labels)[: len(codes)] if given else np.zeros(len(codes), int)
        keep = np.isfinite(codes).all(axis=1)
        codes, labels = codes[keep], labels[keep]
        if not len(codes):
            continue
        radius = np.sqrt((codes**2).sum(axis=1))
        # one scale for both axes, with 99 % of each coordinate and the circle of radius 2 inside
        low = np.minimum(np.quantile(codes, 0.005, axis=0), -2.0)
        high = np.maximum(np.quantile(codes, 0.995, axis=0), 2.0)
        half, middle = 0.54 * float((high - low).max()), (low + high) / 2
        low, high = middle - half, middle + half
        inside = ((codes >= low) & (codes <= high)).all(axis=1)
        plot = Plot(
            linear(float(low[0]), float(high[0]), 5),
            linear(float(low[1]), float(high[1]), 5),
            width=400,
            height=400,
            xlabel="z₁",
            ylabel=f"{name}: z₂",
            margins=(24, 12, 38, 36),
            grid=False,
        )
        for label in np.unique(labels):
            mine = codes[inside & (labels == label)]
            glyph = str(int(label) % 10) if given else "·"
            plot.glyphs(mine[:, 0], mine[:, 1], glyph, f"c{int(label) % 10}")
        for r in (1.0, 2.0):
            a = float(plot.px(r) - plot.px(0.0))
            plot.parts.append(f'<circle class="prior" cx="{plot.px(0):.1f}" cy="{plot.py(0):.1f}" r="{a:.1f}"/>')
        if given:
            for label in np.unique(labels):
                x, y = np.clip(np.median(codes[labels == label], axis=0), low, high)
                plot.text(plot.px(x), plot.py(y) + 6, str(int(label)), anchor="middle", css="centre")
        within = float((radius <= 2.0).mean())
        alt = (
            f"Scatter plot of {len(codes)} {name} codes by class, class numbers at the medians; "
            f"{percent(within)} lie within the prior's circle of radius 2."
        )
        parts.append(f'<div class="half">{plot.svg(alt, "chart square")}</div>')
        told.append(f"{percent(within)} of the {name}'s codes")
        rows.append((name, percent(within), num(np.median(radius)), num(radius.max()), str(int((~inside).sum()))))
    if not parts:
        return None
    caption = (
        f"Within radius 2 lie {listing(told)}; N(0, I) has 86{THIN}% there. "
        "Circles: 1 and 2 standard deviations of the prior."
    )
    if names and any(names[k] != str(k) for k in range(len(names))):
        caption += " Classes: " + ", ".join(f"{k} {n}" for k, n in enumerate(names)) + "."
    return {
        "body": f'<div class="halves">{"".join(parts)}</div>',
        "caption": caption,
        "wide": True,
        "head": ("model", "within radius 2", "median radius", "largest radius", "not drawn"),
        "rows": tuple(rows),
    }


def traversals(c: Context) -> dict[str, Any] | None:
    blocks, lengths = [], []
    for plane in sorted(c.evidence.planes, key=lambda p: p.kind):
        name = plane.kind.upper()
        lines = [
            ("z₁ from −3 to 3", plane.traversal_1, "along z1 from −3 to 3 with z2 = 0"),
            ("z₂ from −3 to 3", plane.traversal_2, "along z2 from −3 to 3 with z1 = 0"),
            ("walk between two random codes", plane.walk, "on a straight line between two codes"),
        ]
        inner = ""
        for words, frames, where in lines:
            if frames is None or not len(frames):
                continue
            alt = f"{len(frames)} images decoded by the {name} {where}"
            long = len(frames) > 13
            strip = picture(tiles(frames, len(frames)), alt, 1.5 if long else 2)
            inner += f'<p class="strip-name">{escape(words)}</p>'
            inner += scroll(f"{name}, {words}", strip) if long else strip
        if inner:
            blocks.append(f'<p class="pair-name">{name}</p><div class="strips">{inner}</div>')
        if plane.walk_ends is not None:
            a, b = np.asarray(plane.walk_ends, np.float64)
            ends = f"({num(a[0], 2)}, {num(a[1], 2)}) to ({num(b[0], 2)}, {num(b[1], 2)})"
            lengths.append((name, ends))
    if not blocks:
        return None
    walk = next((len(p.walk) for p in c.evidence.planes if p.walk is not None), 20)
    caption = "Each axis of the plane alone, the other at 0"
    if len({ends for _, ends in lengths}) == 1:
        caption += f"; the {walk}-step walk runs from {lengths[0][1]}."
    elif lengths:
        told = listing([f"{ends} ({name})" for name, ends in lengths])
        caption += f"; the {walk}-step walk runs from {told}."
    else:
        caption += "."
    return {"body": "".join(blocks), "caption": caption, "wide": True}


def probe(c: Context) -> dict[str, Any] | None:
    found = [
        (kind.upper(), style, u.linear_probe)
        for kind, style in (("ae", "s0"), ("vae", "s2"))
        if (u := c.evidence.usefulness.get(kind)) is not None and u.linear_probe is not None
    ]
    if not found:
        return None
    what = "accuracy of a linear classifier on the codes"
    plot = Plot(
        linear(0.0, 1.0, 5),
        Scale("linear", 0.0, float(len(found)), ()),
        height=62 + 56 * len(found),
        xlabel=what,
        margins=(10, 24, 40, 44),
    )
    for row, (name, css, value) in enumerate(reversed(found)):
        plot.rect(0.0, row + 0.18, value, row + 0.82, css)
        end, h = float(plot.px(value)), float(plot.py(row + 0.5)) + 4
        plot.text(plot.left - 7, h, name, anchor="end", css=f"end {css}")
        if end < plot.width - 80:
            plot.text(end + 6, h, percent(value), css="label")
        else:
            plot.text(end - 6, h, percent(value), anchor="end", css="inbar")
    told = listing([f"{percent(v)} on {name} codes" for name, _, v in found])
    guess = percent(1 / max(2, len(c.evidence.class_names) or 10))
    return {
        "body": plot.svg(f"Bar chart, {what}: {told}."),
        "caption": f"A linear classifier reads the class of evaluation images: {told} (guessing: {guess}).",
    }


def anomaly(c: Context) -> dict[str, Any] | None:
    told, rows, seen = [], [], []
    for kind in ("ae", "vae"):
        use = c.evidence.usefulness.get(kind)
        if use is None or use.anomaly_auroc is None:
            continue
        name = kind.upper()
        told.append(f"{num(use.anomaly_auroc)} ({name})")
        good, odd = _finite(use.anomaly_scores_normal), _finite(use.anomaly_scores_odd)
        if good.size and odd.size:
            seen.append((name, good, odd))
            rows.append((name, num(use.anomaly_auroc), num(np.median(good)), num(np.median(odd))))
    if not told:
        return None
    panels = []
    if seen:
        # equal ratios, so that one model or one outlier a hundred times worse leaves the others their shape
        both = np.concatenate([np.concatenate(row[1:]) for row in seen])
        low, high = (max(float(q), 1e-6) for q in np.quantile(both, (0.005, 0.995)))
        scale = logarithmic(np.array([max(low, high / 1e3), high]))
        for name, good, odd in seen:
            panels.append(_histograms(name, good, odd, scale, last=name == seen[-1][0]))
    return {
        "body": "".join(panels),
        "caption": "Area under the ROC curve when reconstruction error is the alarm: "
        f"{listing(told)}; 0.5 is guessing, 1 is perfect.",
        "head": ("model", "AUROC", "median error, seen kind", "median error, odd ones") if rows else (),
        "rows": tuple(rows),
    }


def _histograms(name: str, good: Array, odd: Array, scale: Scale, *, last: bool) -> str:
    """Two outlined histograms over each other; errors beyond an end are drawn in its bin."""
    edges = np.geomspace(scale.low, scale.high, 31)
    shares = [np.histogram(np.clip(v, edges[0], edges[-1]), edges)[0] / v.size for v in (good, odd)]
    plot = Plot(
        scale,
        linear(0.0, 1.25 * max(float(v.max()) for v in shares), 2),
        height=176 if last else 158,
        xlabel="reconstruction error of an image (log)" if last else "",
        ylabel=f"{name}: share of images",
        margins=(26, 14, 40 if last else 22, 44),
    )
    base = plot.py(0.0)
    peaks = []
    for share, css in zip(shares, ("s1", "s5"), strict=True):
        path = f"M{plot.px(edges[0]):.1f} {base:.1f}" + "".join(
            f"V{plot.py(v):.1f}H{plot.px(e):.1f}" for v, e in zip(share.tolist(), edges[1:].tolist(), strict=True)
        )
        plot.parts.append(f'<path class="hist {css}" d="{path}V{base:.1f}"/>')
        k = int(np.argmax(share))
        peaks.append((float(plot.px((edges[k] + edges[k + 1]) / 2)), float(plot.py(share[k])) - 6))
    (ax, ay), (bx, by) = peaks
    right = bx >= ax
    room = 60  # px that the longer name takes
    a, b = (
        (max(ax, plot.left + room), min(bx, plot.width - room))
        if right
        else (min(ax, plot.width - room), max(bx, plot.left + room))
    )
    plot.text(a, ay, "seen kind", anchor="end" if right else "start", css="end s1")
    plot.text(b, by, "odd ones", anchor="start" if right else "end", css="end s5")
    medians = f"{num(np.median(good))} for the seen kind, {num(np.median(odd))} for odd images"
    return plot.svg(f"Histograms of the {name}'s reconstruction error: medians {medians}.")


@dataclass(frozen=True)
class Entry:
    """A figure's fixed place: key, section, title, how it is drawn, and the checks that feed it."""

    key: str
    section: str
    title: str
    draw: Callable[[Context], dict[str, Any] | None]
    needs: tuple[str, ...]
    own: bool = False  # drawn by the submission's own function, so that these checks judge what is seen


SECTIONS = {
    "draw": "What your models draw",
    "training": "What training did",
    "rate": "What the code costs and carries",
    "path": "Between two images",
    "plane": "The two-dimensional latent space",
    "use": "What the codes are good for",
}

CATALOGUE: tuple[Entry, ...] = (
    Entry("gallery", "draw", "What β keeps", gallery, ("betas.learns", "betas.kl_falls")),
    Entry(
        "ae-samples", "draw", "Prior codes through a plain autoencoder", ae_samples, ("betas.learns", "sampling.images")
    ),
    Entry("ae-codes", "draw", "The autoencoder's codes and the prior", ae_codes, ("betas.learns", "interface.shapes")),
    Entry("recon", "training", "Reconstruction over training", curve_recon, ("betas.learns",)),
    Entry("kl", "training", "KL over training", curve_kl, ("betas.kl_falls",)),
    Entry("terms", "training", "Which term dominates", terms, ("betas.kl_falls", "betas.learns")),
    Entry("rate-distortion", "rate", "Rate against distortion", rate_distortion, ("betas.kl_falls", "betas.learns")),
    Entry("units", "rate", "Which latent dimensions are in use", units, ("betas.kl_falls",)),
    Entry(
        "interpolation",
        "path",
        "Interpolations, AE over VAE",
        interpolation,
        ("interpolation.path", "interpolation.ends"),
        own=True,
    ),
    Entry("grids", "plane", "Both latent grids", grids, ("sampling.latent_grid",), own=True),
    Entry("scatter", "plane", "Where the classes lie", scatter, ("betas.learns",)),
    Entry("traversals", "plane", "Along each axis, and one walk", traversals, ("betas.learns",)),
    Entry("probe", "use", "A linear classifier on the codes", probe, ("betas.learns",)),
    Entry("anomaly", "use", "Reconstruction error as an alarm", anomaly, ("betas.learns",)),
)


def build_figures(
    evidence: Evidence,
    *,
    recon_unit: str = "nats per image",
    why_missing: Callable[[Sequence[str]], str] = lambda needs: "there is no observation of it",
    what_is_wrong: Callable[[Sequence[str]], str] = lambda needs: "",
) -> tuple[Figure, ...]:
    """All figures of one report in their fixed order.

    Both callbacks get the ids of the checks that share a figure's evidence: ``why_missing`` says, as the end
    of a sentence, what kept it from being observed, ``what_is_wrong``, as a sentence, what is wrong with what
    the submission itself drew.
    """
    context = Context(evidence, recon_unit)
    made = []
    for number, entry in enumerate(CATALOGUE, start=1):
        figure = Figure(entry.key, entry.title, entry.section, number)
        drawn = entry.draw(context)
        if drawn is None:
            reason = f"Not observed because {why_missing(entry.needs)}."
            figure = replace(figure, missing=reason, caption=reason)
        else:
            figure = replace(figure, **drawn)
            wrong = what_is_wrong(entry.needs) if entry.own else ""
            if wrong:
                figure = replace(figure, caption=f"{figure.caption} {wrong}")
        made.append(figure)
    return tuple(made)
