"""``pytest tests/public --submission DIR``: where the submission is, and its grade, made once per session."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.model import Grade, GraderError
from grader.text import printed


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--submission", metavar="DIR", default=None, help="folder of the submission to check")


@pytest.fixture(scope="session")
def grade(request: pytest.FixtureRequest) -> Grade:
    """The public checks of the submission; all items share this one run."""
    # Where these tests run among others, this file is read too late for its option to exist.
    folder = request.config.getoption("submission", default=None)
    if folder is None:
        pytest.skip("no submission named: pytest tests/public --submission DIR")
    from grader import public

    try:
        return public.check_submission(Path(folder))
    except GraderError as error:
        pytest.exit(printed(f"grader: {error}"), returncode=error.exit_status)
