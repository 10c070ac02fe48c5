"""A class of five for the marking page: submissions on disk, and their reports as `grader grade` leaves them."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.assignment import Assignment, load
from grader.intake import folder_name, read
from grader.judge import written_answers
from grader.model import Evidence
from grader.report import render_report
from tests.fixtures_report import BUGGY, evidence, grade

ROOT = Path(__file__).parent.parent
QUESTIONS = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7")
TOKEN = "t" * 32
HERE = "127.0.0.1:4000"
NAMES = ("ada", "bob", "carol", "dan", "erin")


def assignment() -> Assignment:
    return load(ROOT / "reference" / "assignment.toml")


def plain_answers(name: str) -> str:
    """Seven short answers that differ from student to student."""
    told = "".join(
        f"## {q}\nThis is what *{name}* says to {q}: the KL is `{k + len(name)}` nats.\n\n"
        for k, q in enumerate(QUESTIONS)
    )
    return "# Answers\n\n" + told


def write_submission(folder: Path, answers: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "submission.py").write_text("import torch\n", encoding="utf-8")
    if answers is not None:
        (folder / "answers.md").write_text(answers, encoding="utf-8")


def make_class(root: Path, answers: Mapping[str, str | None] | None = None, shown: Evidence | None = None) -> Path:
    """``root/submissions`` and ``root/reports``; returns the latter. Reports show ``shown`` or the report fixture."""
    answers = answers if answers is not None else {name: plain_answers(name) for name in NAMES}
    a, shown, out = assignment(), shown or evidence(), root / "reports"
    for k, (name, text) in enumerate(answers.items()):
        source = root / "submissions" / name
        write_submission(source, text)
        s = read(source)
        made = grade(s.id, BUGGY if k % 2 else None, written=written_answers(s, a))
        folder = out / folder_name(s.id)
        folder.mkdir(parents=True)
        (folder / "report.html").write_text(render_report(made, shown), encoding="utf-8")
        run = {"format": 1, "id": s.id, "source": str(source), "observation": "", "files": {}}
        (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return out


class Reply:
    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {k.decode().lower(): v.decode() for k, v in messages[0]["headers"]}
        self.text = b"".join(m.get("body", b"") for m in messages[1:]).decode()


def ask(
    desk: Any, path: str, body: Any = None, *, headers: dict[str, str] | None = None, token: str = TOKEN,
    raw: bytes | None = None, method: str = "",
) -> Reply:  # fmt: skip
    """One request without a network, from the page itself unless ``headers`` say otherwise."""
    from grader.marking.server import application

    app = application(desk, "bea", TOKEN, (HERE, "localhost:4000"))
    content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    named = {"host": HERE, "sec-fetch-site": "same-origin"}
    if body is not None or raw is not None:
        named |= {"origin": f"http://{HERE}", "content-type": "application/json"}
    named |= headers or {}
    path, _, query = path.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": method or ("POST" if content else "GET"),
        "path": f"/{token}/{path}", "raw_path": b"", "query_string": query.encode(), "root_path": "",
        "scheme": "http", "server": ("127.0.0.1", 4000), "client": ("127.0.0.1", 5000),
        "headers": [(k.encode(), v.encode()) for k, v in named.items() if v],
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return Reply(sent)


_SERVE = """
import sys
from pathlib import Path
from grader import marking
from tests.fixtures_marking import assignment
out, marker, blind = sys.argv[1:4]
sys.exit(marking.main(Path(out), marker=marker, blind=blind == "blind", open_browser=False, assignment=assignment()))
"""


@contextmanager
def serving(out: Path, marker: str = "bea", *, blind: bool = False) -> Iterator[tuple[str, Any]]:
    """The marking page in a process of its own: its address, and the process."""
    command = [sys.executable, "-c", _SERVE, str(out), marker, "blind" if blind else "named"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + process.stderr.read()
        yield found[0], process
    finally:
        process.kill()
        process.communicate()
