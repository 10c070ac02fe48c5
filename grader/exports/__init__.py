"""Files for other systems, each generated from ``Grade`` records alone."""

from __future__ import annotations

from grader.exports.base import grade_from_json
from grader.exports.table import grades_csv

__all__ = ["grade_from_json", "grades_csv"]
