"""Marks that people give: kept with their history, asked for on a local page, applied to grades.

``main`` starts the page. ``load_marks``, ``apply`` and ``marks_digest`` are all that reports and tables
need, and import no web server.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import tempfile
import webbrowser
from collections.abc import Iterator
from pathlib import Path

from grader import console
from grader.assignment import Assignment
from grader.marking.store import Mark, apply, load_marks, marks_digest
from grader.model import UsageError

HOST = "127.0.0.1"


def main(
    out: Path, *, submissions: Path | None = None, port: int = 0, marker: str, blind: bool = False,
    open_browser: bool = True, assignment: Assignment,
) -> int:  # fmt: skip
    """Serve the marking page of ``out`` until Ctrl-C; returns the exit status.

    ``port`` 0 takes a free one. ``submissions`` is where the submissions are if they have moved since they
    were graded. Raises ``UsageError`` for a folder without reports, a port that is taken, or no name.
    """
    try:
        import uvicorn

        from grader.marking.connection import Connection
        from grader.marking.desk import Desk
        from grader.marking.server import application
    except ImportError as missing:
        raise UsageError(f"`grader mark` needs the package {missing.name}, which is not installed") from None
    if not marker.strip():
        raise UsageError("marker = '': must be the name under which the marks are kept")
    desk = Desk(out, assignment, submissions, blind=blind)
    with contextlib.closing(_listen(port)) as listening:
        taken = listening.getsockname()[1]
        token = secrets.token_urlsafe(24)
        app = application(desk, marker.strip(), token, (f"{HOST}:{taken}", f"localhost:{taken}"))
        address = f"http://{HOST}:{taken}/{token}/"
        console.line(f"marking page, for you alone: {address}")
        console.line("Ctrl-C ends it; marks are kept as they are given")
        config = uvicorn.Config(
            app, http=Connection, log_level="critical", access_log=False, server_header=False, date_header=False,
            lifespan="off", ws="none", timeout_graceful_shutdown=3, proxy_headers=False,
        )  # fmt: skip
        opening = _browser(out, address) if open_browser else contextlib.nullcontext()
        with opening, contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
    return 0


@contextlib.contextmanager
def _browser(out: Path, address: str) -> Iterator[None]:
    """Open the page by way of a file that only this user can read.

    A browser's command line is there for every user of the machine to see, and the token with it.
    """
    with tempfile.NamedTemporaryFile("w", dir=out, prefix="marking-", suffix=".html") as page:
        page.write(f'<!doctype html><title>Marking</title><meta http-equiv="refresh" content="0;url={address}">')
        page.flush()
        if not webbrowser.open(Path(page.name).absolute().as_uri()):
            console.line("no browser was found: open the address above", stderr=True)
        yield


def _listen(port: int) -> socket.socket:
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind((HOST, port))
        s.listen(128)  # before the address is printed: a browser may be faster than the server
    except (OSError, OverflowError) as error:
        s.close()
        raise UsageError(f"--port {port}: cannot be used ({error})") from None
    return s


__all__ = ["Mark", "apply", "load_marks", "main", "marks_digest"]
