"""Marks on disk: an SQLite file to which every mark is added and from which nothing is taken away.

The newest row of a (submission, question) is its mark; the rows before it are its history. A row is
on disk before the page says "saved", so a kill at any moment loses at most what was never sent.
Several markers may work on one file at once from several processes of one machine.
"""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from grader.model import GraderError, WrittenAnswer

FILE = Path(".marks") / "marks.sqlite"  # no submission's folder of reports begins with a dot
BUSY_SECONDS = 10.0
COMMENT_CHARS = 10_000
PHRASE_CHARS = 2_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS marks (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    submission TEXT NOT NULL,
    question TEXT NOT NULL,
    points REAL,
    comment TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    marker TEXT NOT NULL,
    at TEXT NOT NULL,
    edit TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS marks_by_answer ON marks (submission, question, n);
CREATE TABLE IF NOT EXISTS phrases (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    marker TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (question, text)
);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_COLUMNS = "n, submission, question, points, comment, text_sha256, marker, at"
_NEWEST = f"SELECT {_COLUMNS} FROM marks WHERE n IN (SELECT max(n) FROM marks GROUP BY submission, question)"


@dataclass(frozen=True)
class Mark:
    """What one marker said about one answer, at one time.

    ``points`` is ``None`` for a comment without points; ``text_sha256`` is the answer that was read;
    ``at`` is UTC, ISO 8601; ``n`` counts all rows of the file.
    """

    n: int
    submission: str
    question: str
    points: float | None
    comment: str
    text_sha256: str
    marker: str
    at: str


@dataclass(frozen=True)
class Phrase:
    """A comment kept for reuse under one question."""

    n: int
    question: str
    text: str


class ConflictError(Exception):
    """Someone else marked the answer since the page was opened; ``mark`` is what they said."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(f"{mark.marker} has marked this answer in the meantime")
        self.mark = mark


def text_digest(text: str) -> str:
    """SHA-256 of an answer as the student wrote it."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_points(value: object, top: float) -> float | None:
    """Points as a marker gave them; raises ``ValueError`` with what is allowed."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("points are a number")
    if not 0 <= value <= top + 1e-9:
        raise ValueError(f"points are between 0 and {top:.10g}")
    return min(round(float(value), 4), top)


class Store:
    """The marks of one output folder. Every call opens, commits and closes: nothing is held back."""

    def __init__(self, out: Path, *, read_only: bool = False) -> None:
        """Raises ``GraderError`` for a file that is damaged or cannot be written."""
        self.path, self._mode = out / FILE, "ro" if read_only else "rwc"
        if not read_only:
            self._make()
        with self._open() as db:
            facts = dict(db.execute("SELECT name, value FROM facts"))
        if facts.get("format") != "1":
            raise GraderError(f"{self.path}: has format {facts.get('format')}, expected 1")
        self.salt = str(facts["salt"])

    def _make(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise GraderError(f"{self.path.parent}: cannot be written: {error.strerror}") from None
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA)
            db.execute("INSERT OR IGNORE INTO facts VALUES ('format', '1')")
            db.execute("INSERT OR IGNORE INTO facts VALUES ('salt', ?)", (os.urandom(16).hex(),))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        address = f"{self.path.absolute().as_uri()}?mode={self._mode}"
        try:
            opened = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
            with closing(opened) as db:
                db.execute("PRAGMA synchronous = FULL")
                yield db
        except sqlite3.Error as error:
            raise GraderError(f"{self.path}: {error}") from None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing, alone among writers."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def marks(self) -> dict[tuple[str, str], Mark]:
        with self._open() as db:
            return {(m.submission, m.question): m for m in _rows(db, _NEWEST)}

    def history(self, submission: str, question: str) -> list[Mark]:
        """All that was said of one answer, newest first."""
        query = f"SELECT {_COLUMNS} FROM marks WHERE submission = ? AND question = ? ORDER BY n DESC"
        with self._open() as db:
            return _rows(db, query, submission, question)

    def put(self, mark: Mark, *, seen: int | None = None, edit: str = "") -> Mark:
        """Add a mark; returns it as stored.

        ``seen`` is the row that the marker had before them (0 for none): raises ``ConflictError`` if another
        marker has added one since. Saving again while typing (the same ``edit``, the same points)
        replaces the comment of the row just added, so that a history holds edits and not key strokes.
        """
        return self.put_all([mark], seen=seen, edit=edit)[0]

    def put_all(self, marks: Sequence[Mark], *, seen: int | None = None, edit: str = "") -> list[Mark]:
        """Add several marks in one transaction; those that say nothing new are passed over."""
        out = []
        with self._writing() as db:
            for mark in marks:
                where = "WHERE submission = ? AND question = ? ORDER BY n DESC LIMIT 1"
                key = (mark.submission, mark.question)
                old = next(iter(_rows(db, f"SELECT {_COLUMNS} FROM marks {where}", *key)), None)
                if seen is not None and old is not None and old.n > seen and old.marker != mark.marker:
                    raise ConflictError(old)
                out.append(self._add(db, mark, old, edit))
        return out

    @staticmethod
    def _add(db: sqlite3.Connection, mark: Mark, old: Mark | None, edit: str) -> Mark:
        if old is None and mark.points is None and not mark.comment:
            return replace(mark, n=0)
        if old is not None and said(old) == said(mark):
            return old
        if old is not None and edit and (old.points, old.text_sha256) == (mark.points, mark.text_sha256):
            update = "UPDATE marks SET comment = ?, at = ? WHERE n = ? AND edit = ? AND marker = ?"
            if db.execute(update, (mark.comment, mark.at, old.n, edit, mark.marker)).rowcount:
                return replace(mark, n=old.n)
        values = (
            mark.submission, mark.question, mark.points, mark.comment, mark.text_sha256,
            mark.marker, mark.at, edit,
        )  # fmt: skip
        insert = (
            "INSERT INTO marks (submission, question, points, comment, text_sha256, marker, at, edit)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        return replace(mark, n=db.execute(insert, values).lastrowid or 0)

    def phrases(self, question: str) -> list[Phrase]:
        """The comments kept for a question, in the order in which they were kept."""
        with self._open() as db:
            query = "SELECT n, question, text FROM phrases WHERE question = ? ORDER BY n"
            return [Phrase(*row) for row in db.execute(query, (question,))]

    def keep_phrase(self, question: str, text: str, marker: str) -> None:
        insert = "INSERT OR IGNORE INTO phrases (question, text, marker, at) VALUES (?, ?, ?, ?)"
        with self._writing() as db:
            db.execute(insert, (question, text[:PHRASE_CHARS], marker, now()))

    def drop_phrase(self, n: int) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM phrases WHERE n = ?", (n,))


def said(mark: Mark) -> tuple[float | None, str, str]:
    """What a mark says, apart from who said it and when."""
    return mark.points, mark.comment, mark.text_sha256


def _rows(db: sqlite3.Connection, query: str, *values: str) -> list[Mark]:
    return [Mark(*row) for row in db.execute(query, values)]


def load_marks(out: Path) -> Mapping[str, Mapping[str, Mark]]:
    """The marks given so far, by submission id and question id; empty if nobody has marked.

    Raises ``GraderError`` for a file that is damaged.
    """
    if not (out / FILE).is_file():
        return {}
    found: dict[str, dict[str, Mark]] = {}
    for (submission, question), mark in sorted(Store(out, read_only=True).marks().items()):
        found.setdefault(submission, {})[question] = mark
    return found


def apply(
    written: tuple[WrittenAnswer, ...], marks: Mapping[str, Mapping[str, Mark]], submission_id: str
) -> tuple[WrittenAnswer, ...]:
    """The written answers with points and comment where a mark fits.

    A mark given to another text than the present one counts for nothing: the answer is unmarked
    again, and the marking page shows what was said of the old text.
    """
    mine = marks.get(submission_id, {})
    out = []
    for answer in written:
        mark = mine.get(answer.id)
        if mark is not None and mark.text_sha256 == text_digest(answer.text):
            points = None if mark.points is None else min(mark.points, answer.max_points)
            answer = replace(answer, points=points, comment=mark.comment)
        out.append(answer)
    return tuple(out)


def marks_digest(marks: Mapping[str, Mapping[str, Mark]], submission_id: str) -> str:
    """Digest of what a submission's marks say; part of what its report was made from. Empty without marks."""
    mine = marks.get(submission_id, {})
    told = "\n".join(f"{q} {said(m)!r}" for q, m in sorted(mine.items()))
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest() if mine else ""
