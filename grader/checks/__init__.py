"""All checks, in the order of the report: groups in the order of ``GROUPS``, checks as they stand in their group's file.

What else is known of a check stands in its decorator; every list of checks is made from those.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks import betas, interface, interpolation, loss, reparameterization, sampling
from grader.checks.base import Check

_FILES = (interface, loss, reparameterization, betas, sampling, interpolation)
ALL: tuple[Check, ...] = tuple(c for file in _FILES for c in vars(file).values() if isinstance(c, Check))
IDS: tuple[str, ...] = tuple(c.id for c in ALL)
TRAINED: tuple[str, ...] = tuple(c.id for c in ALL if c.trained)  # they judge what trained models did
POINTS: Mapping[str, float] = {c.id: c.points for c in ALL}  # where a course says nothing else
