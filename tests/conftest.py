"""What several test files share: one sandbox, and submissions observed once by the exact probes."""

from __future__ import annotations

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


class Exam:
    """Observes submissions without training them, in one sandbox that is started when it is first needed."""

    def __init__(self, folder: Path) -> None:
        from grader import assignment, checks
        from grader.sandbox import host

        self.assignment = assignment.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
        self.isolation = host.detect(unsafe=True)
        self._sandbox = host.Sandbox(isolation=self.isolation)
        self.environment: Mapping[str, object] | None = None
        self._folder = folder

    def observe(self, submission: Submission, *, shared: bool = False) -> Observations:
        """Observations of one submission; what it would be trained for is left out.

        ``shared`` ones are asked for by two test files and kept on disk between them.
        """
        from grader import classroom, observe, store

        kept = self._folder / intake.source_digest(submission)
        if shared and (found := store.read(kept)) is not None:
            kept.unlink()
            return found
        if self.environment is None:
            self.environment = classroom.environment_of(self._sandbox)
        seen = observe.Observer(submission, self.assignment, None, self._sandbox).observe()
        out = Observations(seen, "0" * 64, self.isolation, self.environment, "0" * 64)
        if shared:
            kept.write_bytes(store.dumps(out))
        return out

    def close(self) -> None:
        self._sandbox.close()


@pytest.fixture(scope="session")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exam]:
    e = Exam(tmp_path_factory.mktemp("exam"))
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
