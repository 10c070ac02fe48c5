"""Whole pages, byte for byte: what changes them shows up as a diff of ``tests/golden``.

The style sheet, the same in every page, stands there as its digest.

After a change that is meant, ``python -m tests.test_golden`` writes the files again; read the diff, then commit it.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.marking.store import FILE, Mark, Store, text_digest
from grader.model import Band, Evidence, Plane, Run, Strip, Usefulness
from grader.report import ClassRow, render_class_page, render_report
from tests.fixtures_marking import ask, assignment, make_class
from tests.fixtures_report import BUGGY, grade

GOLDEN = Path(__file__).parent / "golden"
STYLE = Path(__file__).parent.parent / "grader" / "templates" / "style.css"
PAGES = ("report.html", "nothing-observed.html", "class.html", "marking-overview.html", "marking-answer.html")
LATE = "Handed in 2026-03-02 08:00 (UTC+01:00), due 2026-03-01 23:59 (UTC+01:00): 10 % of the points are taken off."
ANSWERS = """# Answers

## Q1
*Noise*, and <script>alert(1)</script> [a link](javascript:alert(1)).

## Q2
| β | KL |
|---|---|
| 0 | 40 |
"""


def small_evidence() -> Evidence:
    """Every figure, from a handful of numbers that any machine computes alike."""
    corner, middle = np.indices((28, 28), np.float32) / 32
    images = np.stack([corner, middle]).astype(np.float32)
    steps, falling, rising = np.array([1, 101, 201]), np.array([512.0, 256.0, 192.0]), np.array([0.0, 8.0, 16.0])
    run = Run(
        "ae", "AE", "ae", 4, None, None, steps, falling, None, 192.0, None, None, None, 1.5, 1.0, images, images[::-1]
    )
    vae = replace(
        run, kind="vae", curve_kl=rising, kl_eval=16.0, kl_per_dim=np.array([8.0, 4.0, 4.0, 0.0]),
        active=np.array([True, True, True, False]),
    )  # fmt: skip
    runs = [run]
    for key, label, beta, weight in (
        ("beta_0", "β = 0", 0.0, 4),
        ("beta_1", "β = 1", 1.0, 1),
        ("tuned", "tuned β = 0.5", 0.5, 2),
    ):
        runs.append(
            replace(
                vae,
                key=key,
                label=label,
                beta_c=beta,
                beta_student=beta / 4,
                kl_eval=16.0 * weight,
                recon_eval=256.0 - 16 * weight,
                curve_kl=rising * weight,
                kl_per_dim=vae.kl_per_dim * weight,
            )
        )
    kinds: tuple[Any, ...] = ("ae", "vae")
    lengths = np.array([1.0, 2.0, 1.0])
    return Evidence(
        originals=images, original_labels=np.array([0, 1]), class_names=("0", "1"), runs=tuple(runs),
        strips=tuple(Strip("0–1", k, np.stack([*images, *images]), lengths, 0.25, 1.25, 1.5) for k in kinds),
        planes=tuple(
            Plane(k, np.tile(corner, (2, 2)), np.array([[0.0, 1.0], [3.0, -1.0], [0.5, 0.5]]), np.array([0, 1, 0]),
                  images, images, images, np.array([[1.0, 0.0], [0.0, -1.0]]))
            for k in kinds
        ),
        usefulness={k: Usefulness(0.75, 0.875, np.array([1.0, 2.0, 4.0]), np.array([4.0, 8.0, 64.0])) for k in kinds},
        ae_codes=np.array([[-2.0, 4.0], [6.0, 0.0]]), ae_samples=images, sample_distance={"ae": 4.0, "tuned": 2.0},
        linear_vae=np.array([[1.0, 250.0], [8.0, 200.0], [32.0, 180.0]]),
        honest_rate_distortion={"β = 1": np.array([[12.0, 236.0], [16.0, 244.0], [20.0, 232.0]])},
        bands={k: Band(k, 0.125, 0.5, 100, 0.999, "tolerance interval") for k in ("roughness_ae", "roughness_beta_1")},
        mean_image_recon=300.0, likelihood="squared",
    )  # fmt: skip


@lru_cache(maxsize=1)
def pages() -> Mapping[str, bytes]:
    shown = small_evidence()
    marked = tuple(replace(w, points=2.0, comment="Say how you measured it.") for w in grade().written[:2])
    buggy = grade("grace", BUGGY, written=(*marked, *grade().written[2:]))
    nothing = {v.id: {"status": "blocked", "blocked_by": "interface.loads"} for v in buggy.checks[1:]}
    nothing["interface.loads"] = {"status": "error", "message": "SyntaxError (submission.py:3)"}
    rows = [
        ClassRow(grade("ada"), "ada/report.html", (16.0, 240.0)),
        ClassRow(buggy, "grace/report.html", (20.0, 236.0), ("betas.learns",), late=10.0),
        ClassRow(grade("<b>eve", nothing, convention=None), "eve/report.html"),
    ]
    made = {
        "report.html": render_report(buggy, shown, late=LATE),
        "nothing-observed.html": render_report(grade("<b>eve", nothing, convention=None), Evidence()),
        "class.html": render_class_page(rows, title="Autoencoders and VAEs"),
    }
    with tempfile.TemporaryDirectory() as scratch:
        made |= marking_pages(Path(scratch), shown)
    return {name: _without_style(html).encode() for name, html in made.items()}


def _without_style(html: str) -> str:
    sheet = STYLE.read_text(encoding="utf-8").strip()
    assert html.count(sheet) == 1, "every page carries the whole style sheet, once"
    return html.replace(sheet, f"/* {STYLE.name}, SHA-256 {sha256(sheet.encode()).hexdigest()} */")


def marking_pages(scratch: Path, shown: Evidence) -> dict[str, str]:
    """The overview, and an answer that was marked twice, one time before it was changed."""
    from grader.marking.desk import Desk

    out = make_class(scratch, {"ada": ANSWERS, "bob": ANSWERS, "eve": None}, shown)
    store = Store(out)
    with closing(sqlite3.connect(out / FILE)) as db, db:
        db.execute("UPDATE facts SET value = 'salt' WHERE name = 'salt'")
    at = "2026-03-01T10:00:00+00:00"
    desk = Desk(out, assignment(), None, blind=False)
    item = next(i for i in desk.items if i.text)
    store.put(Mark(0, item.submission, item.question.id, 1.0, "", text_digest("an earlier answer"), "bea", at))
    store.put(Mark(0, item.submission, item.question.id, 2.0, "Told from <what>?", item.digest, "carl", at))
    store.put(Mark(0, "bob", "Q1", 1.0, "", text_digest("an earlier answer"), "bea", at))
    return {
        "marking-overview.html": ask(desk, "").text,
        "marking-answer.html": ask(desk, f"answer/{item.key}/{item.question.id}").text,
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_it_was(name: str) -> None:
    pytest.importorskip("starlette", reason="the marking page's web framework is not installed")
    old, new = (GOLDEN / name).read_bytes(), pages()[name]
    differs = next((k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    where = slice(max(0, differs - 80), differs + 80)
    assert old == new, (
        f"byte {differs}: was {old[where]!r}, is {new[where]!r}; python -m tests.test_golden writes it again"
    )


def test_the_golden_pages_show_everything() -> None:
    report = (GOLDEN / "report.html").read_text(encoding="utf-8")
    assert report.count("<figcaption") == 14 and "Not observed" not in report
    assert {p.name for p in GOLDEN.iterdir()} == set(PAGES)
    assert sum(p.stat().st_size for p in GOLDEN.iterdir()) < 500_000


def main() -> int:
    GOLDEN.mkdir(exist_ok=True)
    for name, content in pages().items():
        (GOLDEN / name).write_bytes(content)
        print(f"tests/golden/{name}: {len(content) / 1000:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
