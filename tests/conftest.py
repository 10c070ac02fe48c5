"""What several test files share: one sandbox, and submissions observed once by the exact probes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from grader import intake
from grader.intake import Submission
from grader.model import Observations

# Nothing here may depend on how busy the machine is, nor on the day.
settings.register_profile("project", deadline=None, derandomize=True, print_blob=False)
settings.load_profile("project")

ROOT = Path(__file__).resolve().parent.parent


# Which tests run in one process, one after the other, where `make test` uses several. A file is together, for its fixtures.
# TOGETHER do what shows in each other: they use up threads, processes, memory or the whole processor, or count them.
# What SPREAD holds needs the exam alone, which every process has, and fills up whichever has less to do.
TOGETHER = ("test_clock", "test_faults", "test_hostile", "test_sandbox")
SPREAD = ("test_bad_submissions", "test_denoising", "test_handout", "test_judge", "test_selfcheck", "test_unwritten")


# LONG is what takes minutes: it goes first, SPREAD last.
LONG = (*TOGETHER, "test_ordinary_user")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:  # what `make quick` leaves out: students' code that is run, a browser, loops of processes
        if {"exam", "browser"} & set(getattr(item, "fixturenames", ())) or item.path.stem in TOGETHER:
            item.add_marker(pytest.mark.slow)
    if not config.pluginmanager.hasplugin("xdist"):
        return
    items.sort(key=lambda item: (item.path.stem not in LONG, item.path.stem in SPREAD))
    for item in items:
        if item.path.stem not in SPREAD:
            group = "together" if item.path.stem in TOGETHER else item.path.stem
            item.add_marker(pytest.mark.xdist_group(group))


class Exam:
    """Observes submissions without training them, in one sandbox that is started when it is first needed."""

    def __init__(self, folder: Path) -> None:
        from grader import assignment, checks
        from grader.sandbox import host

        self.assignment = assignment.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
        self.isolation = host.detect(unsafe=True)
        self._sandbox = host.Sandbox(isolation=self.isolation)
        self.environment: Mapping[str, object] | None = None
        self._folder, self._kept = folder, list[Path]()

    def observe(self, submission: Submission, *, shared: bool = False) -> Observations:
        """Observations of one submission; what it would be trained for is left out.

        ``shared`` ones are asked for by several test files, and kept on disk for all processes of one run of the tests.
        """
        from grader import classroom, observe, store

        kept = self._folder / intake.source_digest(submission)
        if shared and (found := store.read(kept)) is not None:
            return found
        if self.environment is None:
            self.environment = classroom.environment_of(self._sandbox)
        seen = observe.Observer(submission, self.assignment, None, self._sandbox).observe()
        out = Observations(seen, "0" * 64, self.isolation, self.environment, "0" * 64)
        if shared:
            store.write_atomic(kept, store.dumps(out))
            self._kept.append(kept)
        return out

    def close(self) -> None:
        self._sandbox.close()
        for kept in self._kept:  # a dozen megabytes each; who asks later observes again
            kept.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exam]:
    own = tmp_path_factory.getbasetemp()
    e = Exam((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "exam")
    yield e
    e.close()


@pytest.fixture(scope="session")
def reference_source() -> str:
    return (ROOT / "reference" / "submission.py").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str, Mapping[str, bytes | str]], Path]:
    """Writes a submission's files into a class folder and returns its path."""

    def write(name: str, files: Mapping[str, bytes | str]) -> Path:
        path = tmp_path / "class" / name
        path.mkdir(parents=True)
        for file, content in files.items():
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            (path / file).write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
