"""What lies before a marker: the answers of a class, their questions, and the evidence of their reports."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

from grader import intake, judge
from grader.assignment import Assignment, Question
from grader.intake import Submission
from grader.marking.store import Mark, Store, text_digest
from grader.model import UsageError
from grader.report import EVIDENCE_BESIDE, slug

Order = Literal["question", "student"]
ORDERS: tuple[Order, ...] = ("question", "student")


@dataclass(frozen=True)
class Item:
    """One answer of one submission, as handed in; ``key`` stands for the submission in addresses."""

    submission: str
    key: str
    name: str  # the id, or "Student 3" if blind
    question: Question
    text: str
    digest: str
    report: Path
    source: Path | None = None
    problem: str = ""  # why there is no text


class Desk:
    """All answers of a class in the order in which they are marked."""

    def __init__(self, out: Path, assignment: Assignment, submissions: Path | None, *, blind: bool) -> None:
        """Raises ``UsageError`` for a folder without reports, without questions, or without submissions."""
        if not assignment.questions:
            raise UsageError("the assignment has no [[questions]]: there is nothing to mark")
        found = [(folder, _submission(folder, submissions)) for folder in _reports(out)]
        self.out, self.assignment, self.blind = out, assignment, blind
        self.store = Store(out)
        found.sort(key=lambda pair: pair[1].id)
        self._keys = {s.id: self._key(s.id, "key") for _, s in found}
        if blind:  # so that the place in the alphabet tells nothing
            found.sort(key=lambda pair: self._key(pair[1].id, "order"))
        names = {s.id: f"Student {n}" if blind else s.id for n, (_, s) in enumerate(found, start=1)}
        self.students = [(self._keys[s.id], names[s.id]) for _, s in found]
        self.items = [
            item
            for folder, s in sorted(found, key=lambda pair: pair[1].id)
            for item in self._items(folder, s, names[s.id])
        ]
        self._at = {(i.key, i.question.id): i for i in self.items}

    def _key(self, submission: str, use: str) -> str:
        text = f"{self.store.salt} {use} {submission}"
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def _items(self, folder: Path, submission: Submission, name: str) -> list[Item]:
        page = folder / "report.html"
        problem = submission.answers_problem or (submission.problem.message if submission.problem else "")
        return [
            Item(
                submission.id, self._keys[submission.id], name, q, w.text, text_digest(w.text), page,
                submission.path, "" if w.answered else problem,
            )
            for q, w in zip(
                self.assignment.questions,
                judge.written_answers(submission, self.assignment),
                strict=True,
            )
        ]  # fmt: skip

    def item(self, key: str, question: str) -> Item | None:
        return self._at.get((key, question))

    def sequence(self, order: Order, also: Item | None = None) -> list[Item]:
        """The answers that there are, question by question or student by student; ``also`` even if empty."""
        by_question = {q.id: [self._at[key, q.id] for key, _ in self.students] for q in self.assignment.questions}
        if order == "question":
            items = [i for column in by_question.values() for i in column]
        else:
            items = [self._at[key, q] for key, _ in self.students for q in by_question]
        return [i for i in items if i.text or i is also]

    def empty(self) -> list[Item]:
        return [i for i in self.items if not i.text]

    def fresh(self, item: Item, marks: Mapping[tuple[str, str], Mark]) -> Mark | None:
        """The mark that was given to this very text."""
        mark = marks.get((item.submission, item.question.id))
        return mark if mark is not None and mark.text_sha256 == item.digest else None

    def done(self, item: Item, marks: Mapping[tuple[str, str], Mark]) -> bool:
        mark = self.fresh(item, marks)
        return mark is not None and mark.points is not None


def _reports(out: Path) -> list[Path]:
    folders = sorted(p.parent for p in out.glob("*/run.json"))
    if not folders:
        raise UsageError(f"{out}: holds no reports; run `grader grade` first")
    return folders


def _submission(folder: Path, submissions: Path | None) -> Submission:
    try:
        run = json.loads((folder / "run.json").read_bytes())
        name, source = run["id"], Path(run["source"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{folder}: no readable run.json; run `grader grade` again") from None
    path = submissions / source.name if submissions is not None else source
    if not path.exists():
        raise UsageError(f"{name}: its submission is no longer at {path}; say where with --submissions")
    return intake.read(path)


# ---------------------------------------------------------------- evidence out of a report


@dataclass(frozen=True)
class Beside:
    """The parts of a report that stand beside one answer: HTML made and escaped by ``report.py``."""

    numbers: str
    figures: tuple[str, ...]


def beside(item: Item) -> Beside:
    """The evidence for an answer, cut out of the student's own report; empty if that is not there."""
    try:
        stamp = item.report.stat().st_mtime_ns
        html, parts = _parts(str(item.report), stamp)
    except (OSError, UnicodeDecodeError):
        return Beside("", ())
    cut = lambda name: html[slice(*parts[name])] if name in parts else ""  # noqa: E731
    figures = [cut(f"fig-{key}") for key in EVIDENCE_BESIDE.get(item.question.id, ())]
    return Beside(cut(f"answer-{slug(item.question.id)} evidence"), tuple(f for f in figures if f))


@lru_cache(maxsize=8)
def _parts(path: str, stamp: int) -> tuple[str, dict[str, tuple[int, int]]]:
    html = Path(path).read_text(encoding="utf-8")
    cutter = _Cutter(html)
    cutter.feed(html)
    return html, cutter.parts


class _Cutter(HTMLParser):
    """Where the figures of a page, and the evidence of its answers, begin and end."""

    _CUT = ("figure", "article", "div")

    def __init__(self, html: str) -> None:
        super().__init__()
        starts = [0]
        for line in html.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        self._starts: Sequence[int] = starts
        self._open: list[tuple[str, str, int]] = []  # tag, name or "", offset
        self.parts: dict[str, tuple[int, int]] = {}

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._CUT:
            return
        named = dict(attrs)
        name = named.get("id") or ""
        if tag == "div":
            article = next((n for t, n, _ in self._open if t == "article"), "")
            evidence = article.startswith("answer-") and named.get("class") == "evidence"
            name = f"{article} evidence" if evidence else ""
        self._open.append((tag, name, self._offset()))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._CUT or not self._open or self._open[-1][0] != tag:
            return
        _, name, start = self._open.pop()
        if name:
            self.parts.setdefault(name, (start, self._offset() + len(tag) + 3))
