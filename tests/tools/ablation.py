"""Measures what each layer of the sandbox is worth: which attacks get through with some layers alone.

Run from the top of the project: ``python tests/tools/ablation.py [attack ...]``. Prints a Markdown table
of the attacks that are not contained by each set of layers, then who they are. Attacks are bounded (a few
gigabytes, a few seconds) and aimed at bait, but without layers they do run: use a machine that may be
spoiled.
"""

# ruff: noqa: E402
from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from hostile_cases import Bait, Outcome, adopted_orphans, iter_attacks, run_attack

from grader.sandbox.host import Sandbox, SandboxUnavailable, WorkerDied

SECONDS = 3.0
LAYERS = [
    (),
    ("bwrap",),
    ("rlimits",),
    ("landlock",),
    ("seccomp",),
    ("bwrap", "rlimits"),
    ("rlimits", "landlock"),
    ("rlimits", "seccomp"),
    ("landlock", "seccomp"),
    ("rlimits", "landlock", "seccomp"),
    ("bwrap", "rlimits", "landlock", "seccomp"),
]


def attack(sandbox: Sandbox, path: Path) -> Outcome:
    """One attack with its own bait; an attack that breaks the zygote itself is not contained either."""
    bait = Bait()
    try:
        return run_attack(sandbox, path, bait, SECONDS)
    except (SandboxUnavailable, WorkerDied, EOFError) as e:
        return Outcome(breaches=[f"broke the sandbox: {type(e).__name__}"])
    finally:
        bait.close()
        with contextlib.suppress(OSError):
            os.unlink("/tmp/filling")


def main(names: list[str]) -> int:
    paths = [path for path in iter_attacks() if not names or path.stem in names]
    through: dict[tuple[str, ...], dict[str, Outcome]] = {}
    for layers in LAYERS:
        found: dict[str, Outcome] = {}
        with Sandbox(isolation="none", layers=frozenset(layers)) as sandbox:
            for path in paths:
                outcome = attack(sandbox, path)
                if outcome.breaches:
                    found[path.stem] = outcome
        through[layers] = found
        print(f"{' + '.join(layers) or 'no layer'}: {len(found)}", file=sys.stderr, flush=True)
    print(f"| layers | not contained, of {len(paths)} |\n|---|---|")
    for layers, found in through.items():
        print(f"| {' + '.join(layers) or 'none'} | {len(found)} |")
    for layers, found in through.items():
        print(f"\n{' + '.join(layers) or 'none'}:")
        for name, outcome in found.items():
            print(f"  {name}: {'; '.join(outcome.breaches)}")
    return 0


if __name__ == "__main__":
    with adopted_orphans():
        sys.exit(main(sys.argv[1:]))
