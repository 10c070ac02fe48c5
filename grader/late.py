"""What a submission loses for being late: a pure function of when it was received and of the policy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from grader.assignment import LatePolicy


@dataclass(frozen=True)
class Late:
    """``percent`` of the points (0 to 100) is taken off; ``text`` is the line that says why."""

    percent: float
    text: str
    unknown: bool = False  # when it was handed in: a person has to find out

    def points(self, earned: float) -> float:
        """The points that are taken off ``earned`` ones, never negative."""
        return round(max(0.0, earned) * self.percent / 100, 6)

    def line(self, earned: float) -> str:
        """``text`` and, where something is taken off, what is left of ``earned`` points."""
        off = self.points(earned)
        return f"{self.text} So {earned - off:.6g} of {earned:.6g} points remain." if off else self.text


def late(received: float | None, policy: LatePolicy) -> Late:
    """The deduction for a submission whose newest file is from ``received`` (seconds since 1970, UTC).

    Within the deadline and its grace nothing is lost. After that every day begun since the *deadline*
    costs ``percent_per_day``, up to ``max_percent``. A time that is not known, or that no calendar has, costs nothing
    before a person has looked.
    """
    zone = policy.deadline.tzinfo
    try:
        at = None if received is None else datetime.fromtimestamp(math.floor(received), UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        at = None
    due = _clock(policy.deadline)
    if at is None:
        line = f"When it was handed in is not known (due {due}): nothing is taken off before a person has looked."
        return Late(0.0, line, unknown=True)
    over = at - policy.deadline
    when = f"Handed in {_clock(at)}, due {due}"
    if over <= timedelta(0):
        return Late(0.0, f"{when}: in time.")
    if over <= timedelta(minutes=policy.grace_minutes):
        grace = _span(timedelta(minutes=policy.grace_minutes))
        return Late(0.0, f"{when}: {_span(over)} late, within the {grace} of grace.")
    days = math.ceil(over / timedelta(days=1))
    percent = min(round(days * policy.percent_per_day, 6), policy.max_percent)
    begun = "1 day begun" if days == 1 else f"{days} days begun"
    most = ", the most there is" if days * policy.percent_per_day > policy.max_percent else ""
    rate = f"{begun} at {policy.percent_per_day:g} % each"
    return Late(percent, f"{when}: {_span(over)} late, {rate}: {percent:g} % of the points are taken off{most}.")


def _clock(at: datetime) -> str:
    """To the minute, with its offset from UTC; seconds only where there are any."""
    seconds = "%H:%M:%S" if at.second else "%H:%M"
    return at.strftime(f"%Y-%m-%d {seconds}") + f" (UTC{at.isoformat()[-6:]})"


def _span(time: timedelta) -> str:
    """The two largest units of a length of time, rounded up to minutes."""
    minutes = math.ceil(time / timedelta(minutes=1))
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    units = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    words = [f"{n} {name if n == 1 else name + 's'}" for n, name in units if n]
    return " ".join(words[:2]) or "0 minutes"


__all__ = ["Late", "late"]
