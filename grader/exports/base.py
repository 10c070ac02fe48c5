"""Reading grades back from ``grade.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.model import Convention, Grade, Verdict, WrittenAnswer


def grade_from_json(raw: Mapping[str, Any]) -> Grade:
    """The ``Grade`` of a format-1 ``grade.json``; raises ``KeyError`` or ``ValueError`` for anything else."""
    if raw["format"] != 1:
        raise ValueError(f"grade.json has format {raw['format']!r}, expected 1")
    c = raw["convention"]
    return Grade(
        submission_id=raw["submission"]["id"],
        submission_sha256=raw["submission"]["sha256"],
        assignment=raw["assignment"],
        score=float(raw["score"]),
        max_score=float(raw["max_score"]),
        isolation=raw["isolation"],
        convention=None if c is None else Convention(**c),
        checks=tuple(Verdict(**v) for v in raw["checks"]),
        written=tuple(
            WrittenAnswer(
                id=w["id"],
                question="",
                max_points=float(w["max_points"]),
                answered=w["answered"],
                points=w["points"],
                comment=w["comment"],
            )
            for w in raw["written"]
        ),
        environment=raw["environment"],
    )
