"""Grades a large class with hostile submissions in it and watches what the harness holds on to.

Run from the top of the project: ``python tests/tools/load.py [submissions] [--plot docs/load.svg] [--record FILE]``.
A tenth of the class is hostile (``tests/hostile``: fork and thread bombs, memory, pipes, early ends, hangs). Every
second the memory, the open files, the processes and the zombies of the grader and of its sandboxes are taken from
``/proc``. Then: honest grades must be those of the same submissions graded alone, byte for byte; all honest ones must
be equal but for id and digest; and the first 24 graded with ``--jobs 8`` must give the bytes of ``--jobs 2``.
Exit status 1 and a line for each thing that is wrong.
"""

# ruff: noqa: E402
from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "tools")]

import installation
from hostile_cases import HOSTILE, adopted_orphans, descendants, load_attack

HANGS = ("sleeps_at_import", "closes_every_descriptor")  # each waits for a deadline, so they are few
ATTACKS = (
    "memory_in_pipes", "daemon", "exit_zero_at_import", "memory_in_anonymous_files", "fork_bomb", "segmentation_fault",
    "memory_in_one_block", "thread_bomb", "process_pool", "memory_shared",
)  # fmt: skip
JOBS_CLASS = 24
ALONE = 4


def write_class(folder: Path, number: int) -> dict[str, str]:
    """``number`` submissions; returns what each is: ``honest``, or the name of an attack."""
    honest = (ROOT / "tests" / "honest" / "mlp.py").read_text(encoding="utf-8")
    kinds: dict[str, str] = {}
    for i in range(number):
        name = f"s{i:04d}"
        attack = i // 10
        names = HANGS if attack % 25 == 12 else ATTACKS
        kinds[name] = names[attack % len(names)] if i % 10 == 4 else "honest"
        source = (
            honest if kinds[name] == "honest" else load_attack(HOSTILE / f"{kinds[name]}.py")["submission.py"].decode()
        )
        (folder / name).mkdir(parents=True)
        (folder / name / "submission.py").write_bytes(installation.small(name, source, 16))
    return kinds


def memory(pid: int) -> float:
    """Megabytes of one process: its own pages and its share of those it shares with others."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def sample(grader: int) -> dict[str, float]:
    """What the grader and everything below it hold at this moment."""
    row = {"memory": 0.0, "files": 0.0, "sandbox_memory": 0.0, "sandbox_files": 0.0, "processes": 0.0, "zombies": 0.0}
    for pid in (grader, *descendants(grader)):
        prefix = "" if pid == grader else "sandbox_"
        with contextlib.suppress(OSError):
            row["processes"] += 1
            row["zombies"] += state(pid) == "Z"
            row[f"{prefix}files"] += len(os.listdir(f"/proc/{pid}/fd"))
            row[f"{prefix}memory"] += memory(pid)
    return row


def watch(folder: Path, submissions: Path, out: Path, *options: str) -> list[dict[str, float]]:
    """Grade, with a sample every second until it ends well."""
    process = installation.start(folder / "installation", submissions, out, folder / "log", *options)
    started, rows = time.monotonic(), []
    due = started
    while process.poll() is None:
        row = sample(process.pid)
        done = len(list(out.glob("*/run.json")))
        rows.append({"seconds": round(time.monotonic() - started, 2), "done": done} | row)
        due = max(due + 1.0, time.monotonic())
        with contextlib.suppress(Exception):
            process.wait(max(0.0, due - time.monotonic()))
    rows.append({"seconds": round(time.monotonic() - started, 2), "done": len(list(out.glob("*/run.json")))})
    if process.wait() != 0:
        raise SystemExit(f"status {process.wait()}: {(folder / 'log').read_text(errors='replace')[-2000:]}")
    return rows


def anonymous(content: bytes) -> dict[str, Any]:
    """A grade without what says whose it is."""
    grade: dict[str, Any] = json.loads(content)
    grade["submission"] = {}
    return grade


def pages(out: Path, names: list[str]) -> dict[str, bytes]:
    return {f"{n}/{file}": (out / n / file).read_bytes() for n in names for file in ("grade.json", "report.html")}


def differences(a: dict[str, bytes], b: dict[str, bytes], what: str) -> list[str]:
    return [f"{name}: {what}" for name in sorted(a) if a[name] != b[name]]


def graded_apart(folder: Path, submissions: Path, names: list[str], *options: str) -> dict[str, bytes]:
    """The pages of some of the class, graded in a folder of their own."""
    some, out = folder / "some", folder / "some-out"
    for name in names:
        shutil.copytree(submissions / name, some / name)
    watch(folder, some, out, *options)
    found = pages(out, names)
    shutil.rmtree(some)
    shutil.rmtree(out)
    return found


def most(rows: list[dict[str, float]], points: int = 400) -> list[dict[str, float]]:
    """Neighbouring samples as one, which has the largest of each measure."""
    n = -(-len(rows) // points)
    return [{k: max(r[k] for r in rows[i : i + n]) for k in rows[0]} for i in range(0, len(rows), n)]


def plot(rows: list[dict[str, float]], number: int, path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"svg.hashsalt": "load", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False})
    rows = most([r for r in rows if "memory" in r])
    minutes = [r["seconds"] / 60 for r in rows]
    figure, axes = pyplot.subplots(4, 1, sharex=True, figsize=(7, 7.5), layout="constrained")
    for axis, title, lines in (
        (axes[0], "memory, MB (PSS)", (("memory", "grader", "-"), ("sandbox_memory", "sandboxes", ":"))),
        (axes[1], "open files", (("files", "grader", "-"), ("sandbox_files", "sandboxes", ":"))),
        (axes[2], "processes", (("processes", "all", "-"), ("zombies", "zombies", "--"))),
        (axes[3], "graded", (("done", "submissions", "-"),)),
    ):
        for key, label, style in lines:
            axis.plot(minutes, [r[key] for r in rows], style, color="black", linewidth=0.9, label=label)
        axis.set_ylabel(title)
        axis.set_ylim(bottom=0)
        axis.spines["right"].set_visible(False)
        if len(lines) > 1:
            axis.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 0.97), borderaxespad=0, ncols=2)
    axes[3].set_xlabel("minutes")
    figure.suptitle(f"{number} submissions, every tenth hostile, two jobs")
    figure.savefig(path, metadata={"Date": None})


def summary(rows: list[dict[str, float]]) -> str:
    """Each measure's median in the first and last quarter of the time when sandboxes worked, and its most."""
    rows = [r for r in rows if "memory" in r and r["done"] > 0]
    quarter = max(1, len(rows) // 4)
    lines = ["| | first quarter | last quarter | most |", "|---|---|---|---|"]
    for key in ("memory", "files", "sandbox_memory", "sandbox_files", "processes", "zombies"):
        first, last = (sorted(r[key] for r in part)[quarter // 2] for part in (rows[:quarter], rows[-quarter:]))
        lines.append(f"| {key.replace('_', ' ')} | {first:.0f} | {last:.0f} | {max(r[key] for r in rows):.0f} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Grades a large class and watches memory, files, processes and zombies."
    )
    parser.add_argument("submissions", nargs="?", type=int, default=500)
    parser.add_argument("--plot", type=Path, metavar="SVG")
    parser.add_argument("--record", type=Path, metavar="JSON", help="write the samples, one for each second")
    args = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="load-") as name:
        folder = Path(name)
        installation.make(folder / "installation")
        submissions, out = folder / "class", folder / "out"
        kinds = write_class(submissions, args.submissions)
        honest = [n for n, kind in kinds.items() if kind == "honest"]
        rows = watch(folder, submissions, out, "--jobs", "2")
        if args.record:
            args.record.write_text(json.dumps(rows))
        if args.plot:
            plot(rows, len(kinds), args.plot)
        wrong += [f"{n}: not graded" for n in kinds if not (out / n / "run.json").exists()]
        expected = anonymous((out / honest[0] / "grade.json").read_bytes())
        wrong += [
            f"{n}: differs from {honest[0]}"
            for n in honest
            if anonymous((out / n / "grade.json").read_bytes()) != expected
        ]
        alone = honest[:: max(1, len(honest) // ALONE)][:ALONE]
        for one in alone:
            found = graded_apart(folder, submissions, [one], "--jobs", "1")
            wrong += differences(found, pages(out, [one]), "alone it is another")
        some = list(kinds)[:JOBS_CLASS]
        found = graded_apart(folder, submissions, some, "--jobs", "8")
        wrong += differences(found, pages(out, some), "with --jobs 8 it is another")
        with contextlib.suppress(ChildProcessError):  # orphans that ended are this program's to bury
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        left = descendants(os.getpid())
        wrong += [f"process {pid} is left" for pid in sorted(left)]
        print(summary(rows))
        print(
            f"\n{len(kinds)} submissions, {len(kinds) - len(honest)} hostile: {rows[-1]['seconds']:.0f} s; {len(honest)} honest"
        )
        print(f"grades compared with each other, {len(alone)} with theirs alone, {len(some)} with those of --jobs 8.")
        points = Counter(
            (kind, json.loads((out / n / "grade.json").read_bytes())["score"]) for n, kind in kinds.items()
        )
        for (kind, score), count in sorted(points.items()):
            print(f"{kind}: {score:g} points, {count} times")
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    with adopted_orphans():
        sys.exit(main())
