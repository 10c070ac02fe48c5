"""The committed sample and the generated page of checks are those of this code."""

from __future__ import annotations

import json
import re
from hashlib import sha256

from PIL import Image

from tools import checks_page, sample

MANIFEST = json.loads((sample.SAMPLE / "manifest.json").read_text(encoding="utf-8"))


def test_the_sample_is_not_stale() -> None:
    assert MANIFEST["sources"] == sample.sources_digest(), "docs/sample is stale: run `make sample` and commit it"


def test_the_sample_is_as_it_was_made() -> None:
    have = {p.name: sha256(p.read_bytes()).hexdigest() for p in sample.SAMPLE.iterdir() if p.name != "manifest.json"}
    assert have == MANIFEST["files"], "docs/sample was changed by hand: run `make sample`"
    assert set(have) == {"report.html", "class.html", *sample.PICTURES}


def test_the_sample_stands_alone() -> None:
    for name in ("report.html", "class.html"):
        page = (sample.SAMPLE / name).read_text(encoding="utf-8")
        assert len(page.encode()) < 2_000_000
        for link in re.findall(r'(?:href|src)="([^"#]+)', page):
            if not link.startswith("data:"):
                assert (sample.SAMPLE / link.split("#")[0]).resolve().exists(), f"{name}: {link}"
    for name, (_, (width, _), _) in sample.PICTURES.items():
        with Image.open(sample.SAMPLE / name) as image:
            assert image.width == 1.5 * width
            assert len(image.getcolors(1 << 16) or ()) > 16, f"{name} is nearly empty"


def test_every_check_is_described_as_it_is() -> None:
    assert checks_page.PAGE.read_text(encoding="utf-8") == checks_page.page(), (
        "docs/checks.md is stale: run `make docs`"
    )
