"""Takes a submission in: a folder, a zip or a tar becomes a few named byte strings, within limits.

Nothing is unpacked to disk, no link is followed, and whatever is wrong becomes one line in that
submission's own report (``Submission.problem``), never an exception that stops a class.
"""

from __future__ import annotations

import base64
import bz2
import calendar
import gzip
import io
import lzma
import math
import os
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, cast

from grader import text
from grader.model import Fault, UsageError

MAX_FILES = 200
MAX_DEPTH = 8
MAX_FILE = 4 << 20  # bytes of one source file or notebook
MAX_TOTAL = 32 << 20  # bytes of all files, images of the written part included
MAX_ENTRIES = 2_000  # names looked at before giving up
MAX_DIRECTORY = 1 << 20  # bytes of a zip's list of members: 500 for each of MAX_ENTRIES, of which names take some 100
MAX_ARCHIVE = 64 << 20  # bytes of an archive as it lies there
MAX_UNPACKED = 256 << 20  # bytes that a compressed tar may unpack to, with what is skipped
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
SKIPPED = {"__pycache__", ".git", ".ipynb_checkpoints", ".venv", "__MACOSX", ".DS_Store"}


@dataclass(frozen=True)
class Submission:
    """The bytes of one submission. ``source`` are the files that cross to a worker."""

    id: str
    sha256: str
    main: str = ""
    source: dict[str, bytes] = field(default_factory=dict)
    answers: str = ""
    answers_problem: str = ""
    problem: Fault | None = None
    received: float | None = None  # seconds since 1970 of the newest file, None if not known; for a late policy only
    path: Path | None = None


class _Refused(Exception):
    """One line for the student's report; what names a file shows what cannot be seen of it."""

    def __init__(self, line: str) -> None:
        super().__init__(text.shown(line))


def find(folder: Path, only: tuple[str, ...] = ()) -> list[Path]:
    """The submissions of a class folder, in order of their names.

    Raises ``UsageError`` for a folder that is missing or empty, or an id in ``only`` that is not there.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of submissions")
    found: dict[str, Path] = {}
    for p in sorted(folder.iterdir(), key=lambda p: os.fsencode(p.name)):
        if not p.name.startswith(".") and (p.is_dir() or _archive(p)) and p.name not in SKIPPED:
            other = found.setdefault(submission_id(p), p)
            if other != p:
                names = " and ".join(text.name(os.fsencode(q.name)) for q in (other, p))
                raise UsageError(f"{folder}: {names} are two submissions of one name: remove one")
    if not found:
        raise UsageError(f"{folder}: holds no submissions (one folder each)")
    wanted = {name if name in found else text.name(os.fsencode(name)) for name in only}
    for name in only:
        if not {name, text.name(os.fsencode(name))} & found.keys():
            raise UsageError(f"{folder}: no submission {name!r}")
    return [p for i, p in found.items() if not only or i in wanted]


def _archive(path: Path) -> bool:
    return path.name.lower().endswith(ARCHIVES) and path.is_file() and not path.is_symlink()


def submission_id(path: Path) -> str:
    """The folder's (or archive's) name as ``text.name`` shows it: no two names of folders have one id."""
    name = text.name(os.fsencode(path.name))
    if not path.is_dir():
        for ending in ARCHIVES:
            if name.lower().endswith(ending):
                return name[: -len(ending)]
    return name


RESERVED = ("index.html", "grades.csv", "exports")
# Nobody finds a second name with a digest of 64 bits; with one of 32 bits that takes minutes.
_DIGEST = re.compile(r"-[0-9a-f]{16}$")  # what looks like a safe form gets a digest of its own
_UNSAFE = re.compile(r"[^\w.@+=,-]|^[.-]+", re.UNICODE)


def folder_name(submission: str) -> str:
    """A folder name for reports: the id itself where it is plain, else a safe form with a short digest.

    It has at most 100 characters and 200 bytes: a file system takes 255 bytes.
    """
    safe = _UNSAFE.sub("_", submission)[:80].encode("utf-8", "replace")[:180].decode("utf-8", "ignore")
    if safe and safe == submission and safe not in RESERVED and not _DIGEST.search(safe):
        return safe
    return f"{safe or '_'}-{sha256(submission.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def read(path: Path) -> Submission:
    """Read one submission; never raises, whatever it contains."""
    name = submission_id(path)
    try:
        return replace(_read(path, name), path=path)
    except Exception as error:  # ours, and only this submission's: a person has to look
        reason = text.shown(f"the grader failed while reading it ({type(error).__name__}: {error})"[:300])
        digest = sha256(f"failed {reason}".encode()).hexdigest()
        return Submission(name, digest, problem=Fault("harness", reason), path=path)


def _read(path: Path, name: str) -> Submission:
    try:
        files, newest = _collect(path)
    except _Refused as refusal:
        digest = sha256(f"refused {refusal}".encode()).hexdigest()
        return Submission(name, digest, problem=Fault("missing", str(refusal)))
    except OSError as error:
        reason = f"the submission cannot be read: {error.strerror or error}"
        digest = sha256(reason.encode()).hexdigest()
        return Submission(name, digest, problem=Fault("missing", reason))
    h = sha256()
    for key in sorted(files):
        h.update(f"{key}\0{len(files[key])}\0".encode() + files[key])
    answers, answers_problem = _answers(files)
    mains: list[str] = [m for m in ("submission.py", "submission.ipynb") if m in files]
    source = {k: v for k, v in files.items() if k.endswith(".py") or k in mains}
    main, problem = (mains[0], None) if len(mains) == 1 else ("", _no_main(files, mains))
    return Submission(name, h.hexdigest(), main, source, answers, answers_problem, problem, newest)


def _no_main(files: dict[str, bytes], mains: list[str]) -> Fault:
    expected = "one file submission.py or submission.ipynb"
    if mains:
        message = "there are both submission.py and submission.ipynb: hand in one of them"
    else:
        deeper = sorted(k for k in files if k.rsplit("/", 1)[-1] in ("submission.py", "submission.ipynb"))
        seen = ", ".join(sorted(files)[:5]) or "no files"
        message = f"no submission.py or submission.ipynb in the folder (found: {seen})"
        if deeper:
            message = f"{deeper[0]} is in a sub-folder: put it at the top of the submission"
    return Fault("missing", message[:400], expected=expected)


def source_digest(submission: Submission) -> str:
    """Digest of what decides the observations: the sources, not the written answers nor the id."""
    h = sha256(submission.main.encode())
    for key in sorted(submission.source):
        h.update(f"{key}\0{len(submission.source[key])}\0".encode())
        h.update(submission.source[key])
    return h.hexdigest()


_IMAGES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp"}
MAX_IMAGE = 200_000  # bytes of one image in an answer; reports have their own budget for all


def answer_images(path: Path | None) -> dict[str, str]:
    """The image files of a submission as ``data:`` addresses, by their path as ``answers.md`` links to them.

    Nothing is decoded here: what is no image is refused where it would be shown.
    """
    try:
        files, _ = _collect(path) if path is not None else ({}, None)
    except (OSError, _Refused):
        return {}
    kinds = {name: _IMAGES.get(PurePosixPath(name).suffix.lower()) for name in files}
    return {
        name: f"data:image/{kinds[name]};base64,{base64.b64encode(content).decode('ascii')}"
        for name, content in files.items()
        if kinds[name] and len(content) <= MAX_IMAGE
    }


def _answers(files: dict[str, bytes]) -> tuple[str, str]:
    raw = files.get("answers.md")
    if raw is None:
        return "", "answers.md is missing"
    try:
        return raw.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        return "", f"answers.md is not UTF-8 (byte {error.start}): save it as UTF-8"


def _collect(path: Path) -> tuple[dict[str, bytes], float | None]:
    if path.is_symlink():
        raise _Refused("the submission is a symbolic link: hand in the files themselves")
    if path.is_dir():
        return _bounded(_walk(path))
    if path.stat().st_size > MAX_ARCHIVE:
        raise _Refused(f"the archive has more than {MAX_ARCHIVE >> 20} MB: hand in the sources and answers only")
    try:
        if zipfile.is_zipfile(path):
            with _Listed(path) as file, zipfile.ZipFile(file) as archive:
                file.listing = False
                return _bounded(_unzip(archive))
        with _Unpacked(path) as unpacked:
            tar = _tar(unpacked)
            if tar is not None:
                with tar:
                    return _bounded(_untar(tar, unpacked))
    except (_Refused, OSError):
        raise
    except Exception as e:  # whatever the libraries make of a damaged directory of members
        raise _Refused(f"the archive is damaged: {str(e)[:120]}") from None
    raise _Refused("the archive cannot be opened: it is damaged or not a zip or tar file")


class _Listed(io.FileIO):
    """A zip file, of which no list of members is read that is longer than ``MAX_DIRECTORY``.

    The library reads the list in one piece and makes an object of each member before anybody can count them: a million
    folders took 24 s and 520 MB.
    """

    listing = True

    def read(self, size: int | None = -1, /) -> bytes:
        if self.listing and size is not None and size > MAX_DIRECTORY:
            raise _Refused(f"more than {MAX_ENTRIES} entries in the archive: its list of them has {size:,} bytes")
        return super().read(-1 if size is None else size) or b""


class _Unpacked:
    """The bytes of a tar, unpacked while they are read, and never many at once.

    The library reads a member's extended header or long name in one piece, whatever its length, and unpacks all that
    it skips: a megabyte of zeros, packed, would cost a gigabyte and a minute.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as f:
            head = f.read(6)
        opens = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
        way = next((o for magic, o in opens.items() if head.startswith(magic)), open)
        self.before_member = 0  # bytes read since the last member that was given out
        self._file = cast(IO[bytes], way(path, "rb"))  # type: ignore[operator]

    def read(self, size: int) -> bytes:
        if size > MAX_FILE + tarfile.RECORDSIZE:
            raise _Refused(f"the archive holds a header of {size:,} bytes")
        self.before_member += size  # a header may go on for ever: a map of holes, by two bytes each
        if self.before_member > MAX_DIRECTORY:
            raise _Refused(f"the archive holds a header of more than {MAX_DIRECTORY:,} bytes")
        self._within(self._file.tell() + size)
        return self._file.read(size)

    def seek(self, position: int) -> int:
        self._within(position)
        return self._file.seek(position)

    def tell(self) -> int:
        return self._file.tell()

    @staticmethod
    def _within(position: int) -> None:
        if position > MAX_UNPACKED:
            raise _Refused(
                f"the archive unpacks to more than {MAX_UNPACKED >> 20} MB: hand in the sources and answers only"
            )

    def __enter__(self) -> _Unpacked:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()


def _tar(unpacked: _Unpacked) -> tarfile.TarFile | None:
    try:
        return tarfile.open(fileobj=cast(IO[bytes], unpacked), mode="r:")
    except (tarfile.TarError, EOFError):
        return None


Entry = tuple[str, bytes, float | None]  # path, content, time if there is one that can be


def _bounded(entries: Iterator[Entry]) -> tuple[dict[str, bytes], float | None]:
    files: dict[str, bytes] = {}
    times: set[float | None] = set()
    total = 0
    for name, content, time in entries:
        files[name] = content
        total += len(content)  # archives may hold one name many times
        times.add(time)
        if len(files) > MAX_FILES:
            raise _Refused(f"more than {MAX_FILES} files: hand in the sources and answers only")
        if total > MAX_TOTAL:
            raise _Refused(f"more than {MAX_TOTAL >> 20} MB in all: hand in the sources and answers only")
    # the newest of all is not known where one is not
    newest = None if None in times else max((t for t in times if t is not None), default=None)
    return _without_wrapper(files), newest


# The end of the year 9999 in UTC, less a day for zones of time: what a calendar has.
_LAST = 253402300800.0 - 86400


def _time(seconds: float) -> float | None:
    """A file's time if it can be one; ``None`` for what is no number and for 1970 and before, where clocks begin."""
    return float(seconds) if math.isfinite(seconds) and 0 < seconds < _LAST else None


def _without_wrapper(files: dict[str, bytes]) -> dict[str, bytes]:
    """An archive of one folder is that folder."""
    tops = {k.split("/", 1)[0] for k in files}
    if len(tops) == 1 and files and all("/" in k for k in files):
        return {k.split("/", 1)[1]: v for k, v in files.items()}
    return files


def _wanted(parts: tuple[str, ...]) -> bool:
    return not any(p in SKIPPED for p in parts)


def _walk(root: Path) -> Iterator[Entry]:
    looked = 0
    pending: list[tuple[Path, tuple[str, ...]]] = [(root, ())]
    while pending:
        folder, parts = pending.pop()
        entries: list[os.DirEntry[str]] = []
        with os.scandir(folder) as scan:
            for entry in scan:
                looked += 1
                if looked > MAX_ENTRIES:
                    raise _Refused(f"more than {MAX_ENTRIES} entries: hand in the sources and answers only")
                entries.append(entry)
        for entry in sorted(entries, key=lambda e: os.fsencode(e.name)):
            here = (*parts, text.decoded(os.fsencode(entry.name)))
            if not _wanted(here):
                continue
            name = "/".join(here)
            if entry.is_symlink():
                raise _Refused(f"{name} is a symbolic link: hand in the file itself")
            if entry.is_dir(follow_symlinks=False):
                if len(here) > MAX_DEPTH:
                    raise _Refused(f"{name}: folders are nested deeper than {MAX_DEPTH}")
                pending.append((Path(entry.path), here))
                continue
            yield name, *_read_regular(Path(entry.path), name)


def _read_regular(path: Path, name: str) -> tuple[bytes, float | None]:
    """Open without following links or waiting for a pipe, and only then trust what it is."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        fd = os.open(path, flags)
    except OSError as error:
        raise _Refused(f"{name} cannot be read: {error.strerror}") from None
    with os.fdopen(fd, "rb") as f:
        info = os.fstat(f.fileno())
        if not stat.S_ISREG(info.st_mode):
            raise _Refused(f"{name} is not a regular file")
        if info.st_size > MAX_FILE:
            raise _Refused(f"{name} has {info.st_size:,} bytes: at most {MAX_FILE:,} are allowed")
        content = f.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise _Refused(f"{name} has more than {MAX_FILE:,} bytes")
    return content, _time(info.st_mtime)


def _member(name: str) -> str | None:
    """A member's path inside the archive, ``None`` for what is skipped; refuses to climb out."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise _Refused(f"the archive holds {name[:80]!r}, which points outside of it")
    if len(path.parts) > MAX_DEPTH:
        raise _Refused(f"{name[:80]!r}: folders are nested deeper than {MAX_DEPTH}")
    # after the backslashes of Windows became slashes: those of an escape are none
    parts = tuple(text.decoded(p.encode("utf-8", "surrogateescape")) for p in path.parts)
    return "/".join(parts) if parts and _wanted(parts) else None


def _unzip(archive: zipfile.ZipFile) -> Iterator[Entry]:
    members = archive.infolist()
    if len(members) > MAX_ENTRIES:
        raise _Refused(f"more than {MAX_ENTRIES} entries in the archive")
    for info in members:
        name = _member(info.filename)
        if name is None or info.is_dir():
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _Refused(f"{name} is a symbolic link: hand in the file itself")
        if info.flag_bits & 1:
            raise _Refused(f"{name} in the archive is encrypted: hand in an archive without a password")
        try:
            with archive.open(info) as f:
                content = f.read(MAX_FILE + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError, OSError) as e:
            raise _Refused(f"{name} in the archive cannot be read: {str(e)[:120]}") from None
        except Exception as e:  # zlib.error, lzma.LZMAError: damaged data
            raise _Refused(f"{name} in the archive is damaged: {str(e)[:120]}") from None
        if len(content) > MAX_FILE:
            raise _Refused(f"{name} has more than {MAX_FILE:,} bytes")
        yield name, content, _zip_time(info)


_NO_DATE = (1980, 1, 1, 0, 0, 0)  # where the dates of zip begin, and what programs write that have none


def _zip_time(info: zipfile.ZipInfo) -> float | None:
    try:
        return None if info.date_time == _NO_DATE else _time(calendar.timegm((*info.date_time, 0, 0, 0)))
    except (ValueError, OverflowError):
        return None


def _untar(archive: tarfile.TarFile, unpacked: _Unpacked) -> Iterator[Entry]:
    looked = 0
    try:
        for info in archive:
            looked, unpacked.before_member = looked + 1, 0
            if looked > MAX_ENTRIES:
                raise _Refused(f"more than {MAX_ENTRIES} entries in the archive")
            name = _member(info.name)
            if name is None or info.isdir():
                continue
            if not info.isfile():
                raise _Refused(f"{name} is a link or a device: hand in the file itself")
            if info.size > MAX_FILE:
                raise _Refused(f"{name} has {info.size:,} bytes: at most {MAX_FILE:,} are allowed")
            f = archive.extractfile(info)
            unpacked.before_member = -info.size  # what is read now is no header
            content = f.read(MAX_FILE + 1) if f else b""
            unpacked.before_member = 0
            yield name, content, _time(info.mtime)
    except (tarfile.TarError, EOFError, OSError) as e:
        raise _Refused(f"the archive is damaged: {str(e)[:120]}") from None
    except _Refused:
        raise
    except Exception as e:  # zlib.error, lzma.LZMAError
        raise _Refused(f"the archive is damaged: {str(e)[:120]}") from None
