"""The one way to a console: nothing that comes from outside steers the screen, or the system that reads along."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.text import Text

from grader.text import printed

Part = str | tuple[str, str]  # text, or text and its style
INDENT = 8  # of what a part has behind its first line: no line that we did not write begins at the left


def styled(*parts: Part) -> Text:
    """One line of ``parts``, each shown as ``text.printed`` shows it; nothing in them is markup."""
    pairs = [(p, "") if isinstance(p, str) else p for p in parts]
    line = Text.assemble(*((printed(t).replace("\n", "\n" + " " * INDENT), style) for t, style in pairs))
    return line if printed(line.plain) == line.plain else Text(printed(line.plain))  # what only together is a command


def line(*parts: Part, stderr: bool = False, to: Console | None = None) -> None:
    """Print one line."""
    (to or terminal(stderr=stderr)).print(styled(*parts), soft_wrap=True)


def document(text: str, *, stderr: bool = False) -> None:
    """Print many lines as they are, but for what ``text.printed`` shows."""
    stream: TextIO = sys.stderr if stderr else sys.stdout
    stream.write(printed(text))
    stream.flush()


def terminal(*, stderr: bool = False) -> Console:
    """The stream as it is at this moment; only for what ``styled`` made."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def watch() -> None:
    """Have what nobody catches told in this way, too, and no character fail for the want of its code."""

    def told(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        document("".join(traceback.format_exception(kind, error, trace)), stderr=True)

    sys.excepthook = told
    threading.excepthook = lambda args: told(args.exc_type, args.exc_value, args.exc_traceback)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


__all__ = ["Part", "document", "line", "styled", "terminal", "watch"]
