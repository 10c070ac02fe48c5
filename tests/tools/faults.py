"""Kills the grader, its zygotes and its workers at random moments, and compares what comes out in the end.

Run from the top of the project: ``python tests/tools/faults.py [kills] [--seed N]``. A class of three is graded once
undisturbed: the truth. Then it is graded in another folder, and each run is hit by SIGKILLs: at random times, or
just while files are written. A run that lost its grader is started again in the same folder; one that lost only
workers or zygotes has to end with status 0 (no observation is made to lose more than two, nor a sandbox to fail twice
to start: that is told as such). After each run no descendant may stay alive and every file in the output folder must
be whole; what a run completes must be the truth byte for byte, and the folder is begun anew.
Prints a Markdown table of kills by victim and moment. Exit status 1 and a line for each thing that is wrong.
"""

# ruff: noqa: E402
from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "tools")]

import installation
import numpy as np
from hostile_cases import adopted_orphans, descendants

from grader import store

VICTIMS = ("grader", "bwrap", "zygote", "worker")
MOMENTS = ("no sandbox yet", "sandbox starts", "observing", "files written", "no sandbox any more")
GONE_SECONDS = 60.0  # a zygote that imports torch looks at its channel when it is done
FILES = {"grade.json", "report.html", "run.json"}


def write_class(folder: Path) -> int:
    """Work that crashes in one function, a wrong KL with batch statistics (state between questions), no Python."""
    honest = (ROOT / "tests" / "honest" / "mlp.py").read_text(encoding="utf-8")
    norm = (ROOT / "tests" / "honest" / "mlp_batchnorm.py").read_text(encoding="utf-8")
    sources = {
        "bob": norm.replace("-0.5 *", "-1.0 *"),
        "ada": honest.replace(
            "def latent_grid(", "import os\n\n\ndef latent_grid(*a, **k):\n    os._exit(3)\n\n\ndef other("
        ),
        "carol": honest + "\nclass:\n",
    }
    for name, source in sources.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "submission.py").write_bytes(installation.small(name, source, 32))
    return len(sources)


def command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""


def parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def processes(grader: int) -> dict[str, list[int]]:
    """What runs below a grader, by its part; a worker is a process whose parent is a zygote."""
    found: dict[str, list[int]] = {name: [] for name in VICTIMS}
    found["grader"] = [grader]
    below = {pid: command_line(pid) for pid in sorted(descendants(grader))}
    for pid, command in below.items():
        if command.startswith("bwrap "):
            found["bwrap"].append(pid)
        elif "zygote.py" in command:
            above = below.get(parent(pid), "")
            found["worker" if above and not above.startswith("bwrap ") else "zygote"].append(pid)
    return found


class Campaign:
    """The kills of one run of this program, and what was wrong."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, random.Random(seed)
        self.submissions, self.out = folder / "class", folder / "out"
        self.number = write_class(self.submissions)
        installation.make(folder / "installation")
        self.kills: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []
        self.compared = self.left_over = self.runs = self.refused = 0
        self.longest = 0.0
        started = time.monotonic()
        process = self.start(folder / "truth", 2)
        if process.wait() != 0:
            raise SystemExit(self.said())
        self.seconds = time.monotonic() - started
        self.truth = installation.results(folder / "truth")
        assert len(self.truth) == 2 * self.number + 2

    def start(self, out: Path, jobs: int) -> subprocess.Popen[bytes]:
        self.runs += 1
        return installation.start(
            self.folder / "installation", self.submissions, out, self.folder / "log", "--jobs", str(jobs)
        )

    def said(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def stored(self) -> int:
        return len(list(self.out.glob(".observations/*/*.obs")))

    # -- one run

    def run(self, left: int) -> int:
        """Grade once, with some kills; returns how many there were."""
        before, killed, jobs = self.stored(), 0, self.random.choice((1, 1, 2))
        process = self.start(self.out, jobs)
        losses: Counter[tuple[int, bool]] = Counter()
        while killed < left:
            victim = "grader" if self.random.random() < 0.25 else self.random.choice(VICTIMS[1:])
            wait = self.random.uniform(0.0, 0.15 * self.seconds)
            hit = self.hit(process, victim, wait, before, losses, jobs, writing=self.random.random() < 0.15)
            killed += hit
            if process.poll() is not None or (hit and victim == "grader"):
                break
        status = process.wait()
        self.gone()
        self.look(complete=status == 0)
        if status == 0:
            self.compare()
            cache = {p.name: p.read_bytes() for p in (self.out / ".cache").iterdir()}
            shutil.rmtree(self.out)
            if self.random.random() < 0.7:  # versions and data are known: the class itself is hit
                (self.out / ".cache").mkdir(parents=True)
                for name, content in cache.items():
                    (self.out / ".cache" / name).write_bytes(content)
        elif status == 3 and "the sandbox" in self.said():
            self.refused += 1
        elif status != -signal.SIGKILL:
            self.wrong.append(f"status {status}: {self.said()}")
            shutil.rmtree(self.out, ignore_errors=True)
        return killed

    def hit(
        self, process: subprocess.Popen[bytes], victim: str, wait: float, before: int,
        losses: Counter[tuple[int, bool]], jobs: int, *, writing: bool,
    ) -> bool:  # fmt: skip
        """Kill a ``victim`` after a while (``writing``: the next time that a file is being written).

        With one job the number of stored observations says which is being made, and each may lose its share;
        with two, all of them together.
        """
        until = time.monotonic() + wait
        while process.poll() is None:
            if time.monotonic() < until or (writing and not self.writing()):
                time.sleep(0.001)
                continue
            part = processes(process.pid)
            which = self.stored() if jobs == 1 else 0
            spent = losses[which, True] + losses[which, False] > 1 or (losses[which, False] and not part["worker"])
            if victim != "grader" and spent:
                return False
            if not part[victim]:
                time.sleep(0.02)
                continue
            pid = self.random.choice(part[victim])
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.kills[victim, self.moment(part, before, writing)] += 1
                losses[which, bool(part["worker"])] += 1
                return True
        return False

    def writing(self) -> bool:
        return any(True for pattern in ("*/.tmp-*", ".observations/*/.tmp-*") for _ in self.out.glob(pattern))

    def moment(self, part: dict[str, list[int]], before: int, writing: bool) -> str:
        if writing:
            return "files written"
        if part["worker"]:
            return "observing"
        if part["zygote"] or part["bwrap"]:
            return "sandbox starts"
        return (
            "no sandbox yet"
            if self.stored() == before and not (self.out / "index.html").exists()
            else "no sandbox any more"
        )

    # -- what must hold

    def gone(self) -> None:
        """No process that the run started may stay; orphans are this program's children, and are seen here."""
        started = time.monotonic()
        while time.monotonic() - started < GONE_SECONDS:
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if not descendants(os.getpid()):
                self.longest = max(self.longest, time.monotonic() - started)
                return
            time.sleep(0.01)
        for pid in descendants(os.getpid()):
            self.wrong.append(f"still alive: {command_line(pid)[:200]}")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def look(self, *, complete: bool) -> None:
        """Every file is whole, of a known name; a killed grader may leave one that nobody reads."""
        for path in sorted(p for p in self.out.rglob("*") if not p.is_dir()):
            name = str(path.relative_to(self.out))
            if path.name.startswith(".tmp-") or path.suffix == ".tmp":
                self.left_over += 1
                if complete:
                    self.wrong.append(f"{name}: left over after a complete run")
            elif not self.whole(path, name):
                self.wrong.append(f"{name}: not whole, or nothing that belongs here")

    def whole(self, path: Path, name: str) -> bool:
        if name in self.truth:
            return path.read_bytes() == self.truth[name]
        if path.suffix == ".obs":
            seen = store.read(path)
            return seen is not None and seen.digest == path.stem
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                return all(arrays[k].size for k in arrays)
        if name == ".cache/environment.json" or (
            path.name == "run.json" and len(path.relative_to(self.out).parts) == 2
        ):
            return bool(json.loads(path.read_bytes()))
        return name == ".lock"

    def compare(self) -> None:
        self.compared += 1
        found = installation.results(self.out)
        for name in sorted(set(found) | set(self.truth)):
            if found.get(name) != self.truth.get(name):
                self.wrong.append(f"{name}: not the truth")
                shutil.copytree(self.out, self.folder / f"wrong-{self.compared}", dirs_exist_ok=True)

    def table(self) -> str:
        lines = ["| killed | " + " | ".join(MOMENTS) + " | in all |", "|---" * (len(MOMENTS) + 2) + "|"]
        for victim in VICTIMS:
            row = [self.kills[victim, moment] for moment in MOMENTS]
            lines.append(f"| {victim} | " + " | ".join(map(str, [*row, sum(row)])) + " |")
        return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Kills the grader and its parts at random and compares the results.")
    parser.add_argument("kills", nargs="?", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="an empty folder to work in, kept afterwards")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = args.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        campaign = Campaign(folder, args.seed)
        done = 0
        while done < args.kills:
            done += campaign.run(args.kills - done)
            print(
                f"{done} kills, {campaign.compared} comparisons, {len(campaign.wrong)} wrong",
                file=sys.stderr,
                flush=True,
            )
        process = campaign.start(campaign.out, 2)
        if process.wait() != 0:
            campaign.wrong.append(f"the last run: {campaign.said()}")
        campaign.gone()
        campaign.look(complete=True)
        campaign.compare()
    print(campaign.table())
    print(
        f"\n{done} kills in {campaign.runs} runs; {campaign.compared} complete results compared, {len(campaign.truth)} files each;"
    )
    print(f"{campaign.refused} runs said that the sandbox was ended twice while it started, and were started again;")
    print(
        f"{campaign.left_over} files half written were seen and swept; the last descendant was gone within {campaign.longest:.1f} s."
    )
    for line in campaign.wrong:
        print(f"WRONG: {line}")
    return 1 if campaign.wrong else 0


if __name__ == "__main__":
    with adopted_orphans():
        sys.exit(main())
