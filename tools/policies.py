"""Prints the demonstration class scored under three policies, as the table of docs/teaching-assistants.md.

    python -m tools.policies

Observes the class once; each policy then judges again what was observed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "policies"  # observations of the class; safe to delete
POLICIES = {  # heading -> what stands for the [grading] of reference/assignment.toml
    "as shipped": 'echoes = "keep"',
    "echoes lose": 'echoes = "lose"',
    "caps": 'echoes = "keep"\ncaps = { "loss.kl_closed_form" = 60, "reparameterization.noise" = 50, "interface.range" = 60 }',
}


def scores(policy: str) -> dict[str, str]:
    """Submission -> its score under one policy, with the check whose cap applied."""
    from grader import classroom, cli

    text = (ROOT / "reference" / "assignment.toml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "assignment.toml"
        path.write_text(text.replace('echoes = "keep"', policy, 1), encoding="utf-8")
        args = ["grade", str(ROOT / "submissions"), "--out", str(WORK), "--assignment", str(path)]
        status = cli.main(args)
    if status != 0:
        raise SystemExit(status)
    grades = [g for g, _ in classroom.stored_grades(WORK)]
    return {g.submission_id: f"{g.score:g}" + (f" ({g.cap.check})" if g.cap else "") for g in grades}


def table() -> str:
    columns = {name: scores(policy) for name, policy in POLICIES.items()}
    lines = [f"| submission | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for submission in columns["as shipped"]:
        lines.append(f"| `{submission}` | {' | '.join(c[submission] for c in columns.values())} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
