"""Text from outside on its way to people: what would steer a screen, or cannot be seen, is shown as an escape.

Escapes are Python's: ``\\x1b``, ``\\u202e``, ``\\U000e0041``. ``\\x80`` to ``\\xff`` stand for bytes that are no text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# Bidi_Control of Unicode: each may turn the order of what stands beside it.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Default_Ignorable_Code_Point of Unicode without the format characters (Cf): nothing is drawn for these letters and marks.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_ESCAPE = re.compile(r"\\(?=x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")
# A line is a command to GitHub where it begins with "::", behind white space too, and to GitHub, Azure and TeamCity
# where it holds "##[error]", "##vso[" or "##teamcity[", wherever in the line.
_BEGINS = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_HOLDS = re.compile(r"#(?=#[a-z]*\[)", re.IGNORECASE)


def shown(text: str) -> str:
    """``text`` for a page or a file that people open: no controls but line ends and tabs, none that turns the writing.

    Joiners stay: Persian, Hindi and emoji are written with them.
    """
    return text.translate(_SHOWN)


def printed(text: str) -> str:
    """``text`` for a console: as ``shown``, no character that is not seen, and no line that commands a CI system.

    ``printed(printed(text)) == printed(text)``.
    """
    return _HOLDS.sub(r"\\x23", _BEGINS.sub(r"\1\\x3a", text.translate(_PRINTED)))


def decoded(raw: bytes) -> str:
    """A name as text; two names never give the same.

    A byte that is no UTF-8 becomes its escape, and a backslash that begins what looks like one becomes ``\\x5c``; so
    whoever replaces each escape by what it stands for has the name again.
    """
    # the halves of surrogate pairs, by which Python marks such bytes, never come out of UTF-8 itself
    text = _ESCAPE.sub(r"\\x5c", raw.decode("utf-8", "surrogateescape"))
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def name(raw: bytes) -> str:
    """A name as it is shown everywhere, on one line and fit for a console; two names never give the same."""
    return printed(decoded(raw).replace("\n", "\\x0a").replace("\t", "\\x09"))


def json_safe(document: str) -> str:
    """A JSON document that says the same in characters that are seen: JSON has escapes of its own."""
    return _HOLDS.sub(r"\\u0023", document.translate(_JSON))


class _Table(dict[int, str]):
    """For ``str.translate``: what stands for each character, worked out when it is first met."""

    def __init__(self, of: Callable[[str], str]) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, n: int) -> str:
        self[n] = self._of(chr(n))
        return self[n]


def _steers(c: str) -> bool:
    odd = unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t"
    return odd or c in BIDI or c in "\ufffe\uffff"


def _hides(c: str) -> bool:
    return _steers(c) or unicodedata.category(c) == "Cf" or _UNSEEN.match(c) is not None


def _escaped(c: str) -> str:
    n = ord(c)
    return f"\\x{n:02x}" if n < 0x80 else f"\\u{n:04x}" if n < 0x10000 else f"\\U{n:08x}"


def _units(c: str) -> str:
    raw = c.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[i]:02x}{raw[i + 1]:02x}" for i in range(0, len(raw), 2))


_SHOWN = _Table(lambda c: _escaped(c) if _steers(c) else c)
_PRINTED = _Table(lambda c: _escaped(c) if _hides(c) else c)
_JSON = _Table(lambda c: _units(c) if _hides(c) else c)

__all__ = ["BIDI", "decoded", "json_safe", "name", "printed", "shown"]
