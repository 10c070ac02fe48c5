"""Every attack in ``tests/hostile/`` once more, where the grader is not root: a file of its own, for it takes as long as the other."""

from __future__ import annotations

import sys

import pytest

from tests import ordinary_user
from tests.test_hostile import ATTACKS, isolations

pytestmark = pytest.mark.slow


def test_contained_where_the_grader_is_an_ordinary_user() -> None:
    """By a user made for it, who may do less and has other layers to fall back on than root."""
    try:
        done = ordinary_user.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_hostile.py", "-k", "contained"]
        )
    except ordinary_user.Impossible as reason:
        pytest.skip(str(reason))
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    ran = len(ATTACKS) * len(isolations())
    assert done.stdout.count(".") >= ran > 0, f"{ran} attacks were to run:\n{done.stdout[-4000:]}"
