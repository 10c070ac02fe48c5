"""Renders ``docs/sample/``: one student's report, a class page, and pictures of both: ``make sample``.

Grades the demonstration class into ``reports`` first, which observes nothing if nothing has changed. Pictures need
Chromium; without it they are left as they are, and it is said.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "docs" / "sample"
REPORTS = ROOT / "reports"
CLASS = ROOT / "submissions"
SUBMISSION = "seed-001"  # two bugs that have names, so the page shows everything it can
TITLE = "Autoencoders and variational autoencoders"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")

# What the sample is made from; judging is left out, because the numbers of one sample do not matter.
SOURCES = (
    "grader/templates",
    "grader/report.py",
    "grader/figures.py",
    "grader/evidence.py",
    f"submissions/{SUBMISSION}",
)

# picture: (page, width and height in CSS pixels, what is hidden for it)
PICTURES = {
    "report.png": ("report.html", (1160, 900), ""),
    "figures.png": ("report.html", (1160, 1010), ".top, .toc, #fix, #checks, #convention, .notice { display: none !important; } "
                    ".frame { display: block !important; } h2 { margin-top: 0 !important; }"),
    "class.png": ("class.html", (1160, 1000), ""),
}  # fmt: skip


def sources_digest() -> str:
    """Digest of the templates, the code and the submission behind the sample."""
    h = sha256()
    for name in SOURCES:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                h.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return h.hexdigest()


def render() -> None:
    """Grade the demonstration class and write the two pages."""
    from grader import classroom, cli
    from grader.report import ClassRow, render_class_page

    status = cli.main(["grade", str(CLASS), "--out", str(REPORTS)])
    if status != 0:
        raise SystemExit(f"sample: grading ended with status {status}")
    members = {p.name for p in CLASS.iterdir() if p.is_dir()}
    rows = []
    for grade, folder in classroom.stored_grades(REPORTS):
        if grade.submission_id not in members:
            continue
        run = json.loads((REPORTS / folder / "run.json").read_bytes())
        mine = grade.submission_id == SUBMISSION
        href = "report.html" if mine else f"../../submissions/{grade.submission_id}"
        late = run["late"]["percent"] if run["late"] else 0.0
        rows.append(ClassRow(grade, href, tuple(run["rate"]) if run["rate"] else None, tuple(run["near"]), late))
    SAMPLE.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(REPORTS / SUBMISSION / "report.html", SAMPLE / "report.html")
    (SAMPLE / "class.html").write_text(render_class_page(rows, title=TITLE), encoding="utf-8")


def pictures() -> bool:
    """Photograph both pages; whether there was a browser to do it."""
    browser = os.environ.get("GRADER_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        return False
    from PIL import Image

    with tempfile.TemporaryDirectory() as scratch:
        for name, (page, (width, height), style) in PICTURES.items():
            html = (SAMPLE / page).read_text(encoding="utf-8")
            # a copy without its content security policy, which forbids added styles
            html = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", html, flags=re.I)
            copy, shot = Path(scratch) / "page.html", Path(scratch) / "shot.png"
            copy.write_text(html.replace("</head>", f"<style>{style}</style></head>", 1), encoding="utf-8")
            shot.unlink(missing_ok=True)
            command = [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5",
                f"--user-data-dir={scratch}/profile", f"--window-size={width},{height}", f"--screenshot={shot}", copy.as_uri(),
            ]  # fmt: skip
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            with Image.open(shot) as image:
                image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(SAMPLE / name, optimize=True)
    return True


def manifest() -> dict[str, object]:
    files = sorted(p for p in SAMPLE.iterdir() if p.suffix in (".html", ".png"))
    return {"sources": sources_digest(), "files": {p.name: sha256(p.read_bytes()).hexdigest() for p in files}}


def main() -> int:
    render()
    if not pictures():
        print("sample: no Chromium here, so the pictures stay as they are", file=sys.stderr)
    (SAMPLE / "manifest.json").write_text(json.dumps(manifest(), indent=1) + "\n", encoding="utf-8")
    for path in sorted(SAMPLE.iterdir()):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
