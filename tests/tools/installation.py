"""A copy of the harness whose assignment trains little, so that whole classes can be graded again and again.

Bands measured for the real number of steps would refuse a smaller one: the copy's calibration file is given the
digest of the smaller protocol and bands without ends. So its points mean nothing; that they repeat does.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from grader import assignment, calibrate

ROOT = Path(__file__).resolve().parents[2]
STEPS, BATCH = 50, 16  # the least that an assignment may have


def make(folder: Path) -> Path:
    """Copy ``grader/`` and ``reference/`` into ``folder``; returns the copy's assignment file."""
    ignore = shutil.ignore_patterns("__pycache__", "_reference")
    for name in ("grader", "reference"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    file = folder / "reference" / "assignment.toml"
    text = file.read_text(encoding="utf-8")
    for key, value in (("steps = 300", f"steps = {STEPS}"), ("batch = 128", f"batch = {BATCH}")):
        if text.count(key) != 1:
            raise ValueError(f"{file.name}: {key!r} is not there once")
        text = text.replace(key, value)
    file.write_text(text, encoding="utf-8")
    bands = folder / "reference" / "calibration" / "digits.json"
    document = json.loads(bands.read_bytes())
    document["assignment"] = calibrate.assignment_digest(assignment.load(file))
    for band in document["bands"].values():
        band["low"] = band["high"] = None
    bands.write_text(json.dumps(document), encoding="utf-8")
    return file


def start(
    installation: Path, submissions: Path, out: Path, log: Path, *options: str, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """``grader grade`` of the copy, what it says in ``log``."""
    command = [sys.executable, "-m", "grader", "grade", str(submissions), "--out", str(out)]
    command += ["--assignment", str(installation / "reference" / "assignment.toml"), *options]
    with log.open("wb") as said:
        return subprocess.Popen(
            command,
            cwd=installation,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**os.environ, **(env or {})},
        )


def small(name: str, source: str, hidden: int) -> bytes:
    """A submission with narrower layers than ``tests/honest/mlp.py``, and a comment that makes it one of its kind."""
    narrow = re.sub(r"\b(?:256|400)\b", str(hidden), source)
    if narrow == source:
        raise ValueError(f"{name}: has no layer of 256 or 400 units")
    return f"# {name}\n{narrow}".encode()


def results(out: Path) -> dict[str, bytes]:
    """What has to be the same bytes whenever a class is graded, by its path."""
    found = [*out.glob("*/grade.json"), *out.glob("*/report.html"), *out.glob("index.html"), *out.glob("grades.csv")]
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(found)}
