"""Writes ``docs/checks.md``: every check with its oracle, its tolerance, and where the tolerance comes from.

    python -m tools.checks_page           # or: make docs

All that is said of a check stands in its decorator, with numbers from the constants that decide; points and visibility come
from the assignment, bands from the calibration files, so the page cannot say something else than what is done. A test compares.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from grader import assignment, calibrate, checks
from grader.model import GROUPS
from grader.report import GROUP_TITLES

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "checks.md"


HEAD = """\
# Checks

Made by `make docs` from the code, the assignment and the calibration; do not edit it.

Order of trust: exact oracles before statistics, statistics before training. An exact check asks an untrained model or a
loss for numbers that have a closed form, or compares two ways of computing the same thing. A statistical check has a
stated rate of false alarms. Only what cannot be told otherwise is judged on trained models, against bands that were measured
on honest work. Before such a check costs a point the models that it reads are trained with up to five times the steps, and
within a tenth of a band's end under two other seeds.

Which mistakes each check catches is measured by `make selfcheck`; which bugs have a name, and the formula behind each, is
in [`grader/diagnosis.py`](../grader/diagnosis.py).
"""


def page() -> str:
    """The whole page."""
    a = assignment.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
    lines = [HEAD]
    for group in GROUPS:
        lines += [
            f"## {GROUP_TITLES[group]}",
            "",
            "| check | asks | oracle | tolerance | points |",
            "|---|---|---|---|---|",
        ]
        for c in checks.ALL:
            if c.group != group:
                continue
            hidden = "<br>hidden" if c.id in a.hidden else ""
            title = c.title.rstrip(".").replace("|", "\\|")
            lines.append(f"| `{c.id}`{hidden} | {title} | {c.oracle} | {c.tolerance} | {a.points[c.id]:g} |")
        lines.append("")
    lines += _waiting() + _bands(a)
    return "\n".join(lines)


def _waiting() -> list[str]:
    out = [
        "## What waits for what",
        "",
        "A check whose numbers would only repeat a failure is blocked by it and keeps its points. **After**: not looked at "
        "once the other failed. **Excused by**: still run; a failure of its own does not count if the other failed.",
        "",
        "| check | after | excused by |",
        "|---|---|---|",
    ]
    for c in checks.ALL:
        if c.after or c.excused_by:
            cells = [", ".join(f"`{i}`" for i in ids) or "–" for ids in (c.after, c.excused_by)]
            out.append(f"| `{c.id}` | {cells[0]} | {cells[1]} |")
    return [*out, ""]


def _bands(a: assignment.Assignment) -> list[str]:
    out = [
        "## Calibrated bands",
        "",
        f"Measured on {_count()} by `make calibrate`; a band's ends are the extremes over all runs, moved outwards by a factor of "
        f"{calibrate.FACTOR:g} (from 1, for a ratio that is at least 1). With n exchangeable runs a new honest one lies outside the "
        "extremes themselves with a chance of at most 2 / (n + 1) (Wilks 1941); the factor admits architectures that are not among "
        "them. See [authors](authors.md#calibration).",
        "",
    ]
    documents = {}
    for name in assignment.DATASETS:
        path = ROOT / "reference" / "calibration" / f"{name}.json"
        if path.exists():
            documents[name] = json.loads(path.read_text(encoding="utf-8"))
    out += ["| band | " + " | ".join(documents) + " |", "|---|" + "---|" * len(documents)]
    for band in calibrate.RULES:
        cells = []
        for document in documents.values():
            b = document["bands"][band]
            low, high = b["low"], b["high"]
            ends = (
                f"at least {low:.3g}"
                if high is None
                else f"at most {high:.3g}"
                if low is None
                else f"{low:.3g} to {high:.3g}"
            )
            cells.append(f"{ends} ({b['runs']} runs)")
        out.append(f"| `{band}` | " + " | ".join(cells) + " |")
    return [*out, ""]


def _count() -> str:
    from grader.authors import CALIBRATION

    return f"{len(CALIBRATION)} honest variants over several seeds"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    sys.exit(0)
