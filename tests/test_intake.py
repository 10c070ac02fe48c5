"""Taking a submission in: whatever is in a folder or an archive, one line says what is wrong, or its bytes are in."""

from __future__ import annotations

import errno
import gzip
import io
import os
import re
import resource
import shlex
import socket
import stat
import struct
import tarfile
import tempfile
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import intake
from grader.intake import Submission
from grader.model import UsageError

Folder = Callable[[str, Mapping[str, bytes | str]], Path]
CODE = b"TUNED_BETA = 1.0\n"


def refusal(s: Submission) -> str:
    """The one line; nothing of a refused submission goes on to a worker."""
    assert s.problem is not None and s.problem.kind == "missing" and not s.main
    assert "\n" not in s.problem.message and len(s.problem.message) < 600
    return s.problem.message


# --- what a submission is --------------------------------------------------------------------------------


def test_sources_answers_and_digest(folder: Folder) -> None:
    path = folder(
        "ada", {"submission.py": CODE, "layers/conv.py": b"x = 1\n", "answers.md": "## Q1\nβ\n", "a.png": b"\x89"}
    )
    s = intake.read(path)
    assert (s.id, s.main, s.problem) == ("ada", "submission.py", None)
    assert s.source == {"submission.py": CODE, "layers/conv.py": b"x = 1\n"}
    assert s.answers == "## Q1\nβ\n" and s.answers_problem == ""
    assert s.received == pytest.approx(max(p.stat().st_mtime for p in path.rglob("*.*")))
    before, sources = s.sha256, intake.source_digest(s)
    (path / "answers.md").write_text("## Q1\nother\n")
    s = intake.read(path)
    assert s.sha256 != before and intake.source_digest(s) == sources  # answers do not ask for new observations
    (path / "layers" / "conv.py").write_bytes(b"x = 2\n")
    assert intake.source_digest(intake.read(path)) != sources


def test_equal_bytes_give_equal_digests_whatever_the_clock_says(folder: Folder) -> None:
    a, b = (folder(n, {"submission.py": CODE, "answers.md": "x"}) for n in ("a", "b"))
    os.utime(b / "submission.py", (1, 1))
    assert intake.read(a).sha256 == intake.read(b).sha256
    assert intake.source_digest(intake.read(a)) == intake.source_digest(intake.read(b))


def test_moving_bytes_between_files_changes_the_digest(folder: Folder) -> None:
    a = intake.read(folder("a", {"submission.py": b"ab", "x.py": b"c"}))
    b = intake.read(folder("b", {"submission.py": b"a", "x.py": b"bc"}))
    assert a.sha256 != b.sha256 and intake.source_digest(a) != intake.source_digest(b)


def test_no_submission_file(folder: Folder) -> None:
    message = refusal(intake.read(folder("ada", {"main.py": CODE, "answers.md": "x"})))
    assert message == "no submission.py or submission.ipynb in the folder (found: answers.md, main.py)"
    assert "found: no files" in refusal(intake.read(folder("bob", {})))


def test_a_file_too_deep_is_pointed_at(folder: Folder) -> None:
    message = refusal(intake.read(folder("ada", {"hw3/submission.py": CODE, "answers.md": "x"})))
    assert message == "hw3/submission.py is in a sub-folder: put it at the top of the submission"


def test_both_files(folder: Folder) -> None:
    message = refusal(intake.read(folder("ada", {"submission.py": CODE, "submission.ipynb": "{}"})))
    assert message == "there are both submission.py and submission.ipynb: hand in one of them"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00x", b"x = '\xe9'\n"], ids=["empty", "utf-16", "latin-1"])
def test_content_is_not_judged_here(folder: Folder, content: bytes) -> None:
    """An empty file and one that is not UTF-8 cross as they are: importing them is what fails, and says so."""
    s = intake.read(folder("ada", {"submission.py": content}))
    assert s.problem is None and s.source == {"submission.py": content}


def test_answers_missing_not_utf8_with_mark(folder: Folder) -> None:
    s = intake.read(folder("none", {"submission.py": CODE}))
    assert (s.answers, s.answers_problem, s.problem) == ("", "answers.md is missing", None)
    s = intake.read(folder("latin", {"submission.py": CODE, "answers.md": b"## Q1\nna\xefve"}))
    assert s.answers == "" and s.answers_problem == "answers.md is not UTF-8 (byte 8): save it as UTF-8"
    assert s.problem is None and s.main  # the code is graded all the same
    s = intake.read(folder("mark", {"submission.py": CODE, "answers.md": b"\xef\xbb\xbf## Q1\nx"}))
    assert s.answers == "## Q1\nx"


def test_what_editors_and_systems_leave_is_skipped(folder: Folder) -> None:
    left = ["__pycache__/submission.cpython-311.pyc", ".git/config", ".ipynb_checkpoints/submission.py", ".DS_Store"]
    path = folder("ada", {"submission.py": CODE} | dict.fromkeys(left, b"x"))
    (path / ".venv").mkdir()
    (path / ".venv" / "link").symlink_to("/")
    s = intake.read(path)
    assert s.problem is None and list(s.source) == ["submission.py"]
    assert s.sha256 == intake.read(folder("bob", {"submission.py": CODE})).sha256


# --- links, pipes, devices --------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/etc/passwd", "../eve/submission.py", "submission.py", "nowhere", "."])
def test_symlinks_are_refused_not_followed(folder: Folder, target: str) -> None:
    folder("eve", {"submission.py": "secret = 1\n"})
    path = folder("ada", {"submission.py": CODE})
    (path / "helper.py").symlink_to(target)
    assert refusal(intake.read(path)) == "helper.py is a symbolic link: hand in the file itself"


def test_the_submission_itself_as_a_link(folder: Folder, tmp_path: Path) -> None:
    folder("eve", {"submission.py": "secret = 1\n"})
    link = tmp_path / "class" / "ada"
    link.symlink_to("eve")
    assert "is a symbolic link" in refusal(intake.read(link))
    assert not intake.read(link).source


def test_a_pipe_is_refused_without_waiting_for_a_writer(folder: Folder) -> None:
    path = folder("ada", {"submission.py": CODE})
    os.mkfifo(path / "data.py")
    assert refusal(intake.read(path)) == "data.py is not a regular file"


def test_a_socket_is_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder("ada", {"submission.py": CODE})
    monkeypatch.chdir(path)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as s:
        s.bind("s.py")
        assert "s.py cannot be read" in refusal(intake.read(path))


@pytest.mark.skipif(os.geteuid() != 0, reason="devices need root to be made")
def test_a_device_is_refused(folder: Folder) -> None:
    path = folder("ada", {"submission.py": CODE})
    try:
        os.mknod(path / "zero.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:
        pytest.skip("this machine lets nobody make devices")
    assert re.match(r"zero\.py (is not a regular file|cannot be read)", refusal(intake.read(path)))


def test_an_unreadable_file_is_named() -> None:
    """As an ordinary user: a child of this process gives up root where the tests run as root."""
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        path = Path(top) / "ada"
        path.mkdir()
        (path / "submission.py").write_bytes(CODE)
        (path / "notes.py").write_bytes(CODE)
        (path / "notes.py").chmod(0)
        assert as_user(lambda: refusal(intake.read(path))) == f"notes.py cannot be read: {os.strerror(errno.EACCES)}"
        path.chmod(0)
        said = as_user(lambda: refusal(intake.read(path)))
        assert said == f"the submission cannot be read: {os.strerror(errno.EACCES)}"
        path.chmod(0o755)


def as_user(work: Callable[[], str]) -> str:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            os.write(writing, work().encode())
        except BaseException as error:
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as f:
        said = f.read().decode()
    os.waitpid(pid, 0)
    return said


# --- limits ---------------------------------------------------------------------------------------------


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as f:
        f.truncate(size)


def test_a_huge_file_is_refused_before_it_is_read(folder: Folder) -> None:
    """One gigabyte with no bytes behind it: refusing must not read it, nor hold it."""
    path = folder("ada", {"submission.py": CODE})
    sparse(path / "model.pt", 1 << 30)
    before = resource.getrusage(resource.RUSAGE_SELF)
    message = refusal(intake.read(path))
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert message == f"model.pt has {1 << 30:,} bytes: at most {intake.MAX_FILE:,} are allowed"
    assert after.ru_maxrss - before.ru_maxrss < 64 << 10  # kB


def test_a_file_at_the_limit_is_taken(folder: Folder) -> None:
    path = folder("ada", {"submission.py": CODE})
    sparse(path / "a.bin", intake.MAX_FILE)
    assert intake.read(path).problem is None
    sparse(path / "a.bin", intake.MAX_FILE + 1)
    assert "a.bin has" in refusal(intake.read(path))


def test_too_much_in_all(folder: Folder) -> None:
    path = folder("ada", {"submission.py": CODE})
    for i in range(intake.MAX_TOTAL // intake.MAX_FILE + 1):
        sparse(path / f"{i}.bin", intake.MAX_FILE)
    assert refusal(intake.read(path)).startswith("more than 32 MB in all")


def test_too_many_files_and_too_many_names(folder: Folder) -> None:
    path = folder("ada", {"submission.py": CODE} | {f"{i}.py": b"" for i in range(intake.MAX_FILES)})
    assert refusal(intake.read(path)).startswith(f"more than {intake.MAX_FILES} files")
    path = folder("bob", {"submission.py": CODE})
    for i in range(intake.MAX_ENTRIES):
        (path / f"d{i}").mkdir()
    assert refusal(intake.read(path)).startswith(f"more than {intake.MAX_ENTRIES} entries")


def test_too_deep(folder: Folder) -> None:
    deep = "/".join("abcdefghijk")
    assert "nested deeper than" in refusal(intake.read(folder("ada", {"submission.py": CODE, f"{deep}/x.py": CODE})))


# --- archives -------------------------------------------------------------------------------------------


def zipped(path: Path, files: Mapping[str, bytes], **options: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = options.get("mode", 0o644) << 16
            z.writestr(info, content)
    return path


def tarred(path: Path, members: Mapping[str, bytes | tuple[bytes, str]]) -> Path:
    """Members are content, or ``(type of a tar member, link target)``."""
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as t:
        for name, what in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(what, tuple):
                info.type, info.linkname = what
                t.addfile(info)
            else:
                info.size = len(what)
                t.addfile(info, io.BytesIO(what))
    return path


PACK: dict[str, Callable[..., Path]] = {".zip": zipped, ".tar": tarred, ".tar.gz": tarred, ".tgz": tarred}


@pytest.mark.parametrize("ending", PACK)
def test_an_archive_is_the_folder_it_holds(tmp_path: Path, folder: Folder, ending: str) -> None:
    files = {"submission.py": CODE, "lib/a.py": b"x = 1\n", "answers.md": b"## Q1\nx"}
    want = intake.read(folder("ada", files))
    for prefix in ("", "ada_hw3/", "./"):
        s = intake.read(PACK[ending](tmp_path / f"ada{ending}", {prefix + k: v for k, v in files.items()}))
        assert (s.id, s.main, s.source, s.answers) == ("ada", "submission.py", want.source, want.answers), prefix
        assert s.sha256 == want.sha256
    assert intake.read(PACK[ending](tmp_path / f"Bob.V2{ending.upper()}", files)).id == "Bob.V2"


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
@pytest.mark.parametrize("name", ["../evil.py", "a/../../evil.py", "/etc/evil.py", "..\\evil.py", "C:/evil.py", "a/.."])
def test_archives_that_climb_out_are_refused(tmp_path: Path, ending: str, name: str) -> None:
    (tmp_path / "in").mkdir()
    path = PACK[ending](tmp_path / "in" / f"ada{ending}", {"submission.py": CODE, name: CODE})
    assert "points outside of it" in refusal(intake.read(path))
    assert [p.name for p in tmp_path.rglob("*")] == ["in", path.name]  # nothing was unpacked anywhere


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "submission.py"),
        (tarfile.CHRTYPE, ""),
        (tarfile.FIFOTYPE, ""),
    ],
    ids=["symlink", "hard link", "device", "pipe"],
)
def test_links_and_devices_in_a_tar(tmp_path: Path, kind: bytes, target: str) -> None:
    path = tarred(tmp_path / "ada.tar", {"submission.py": CODE, "x.py": (kind, target)})
    assert refusal(intake.read(path)) == "x.py is a link or a device: hand in the file itself"


def test_a_symlink_in_a_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path / "ada.zip", {"submission.py": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777)
    assert refusal(intake.read(path)) == "submission.py is a symbolic link: hand in the file itself"


def test_a_zip_bomb_costs_no_more_than_one_file(tmp_path: Path) -> None:
    path = tmp_path / "ada.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        with z.open("zeros.bin", "w") as f:
            for _ in range(256):
                f.write(b"\0" * (1 << 20))
        z.writestr("submission.py", CODE)
    assert path.stat().st_size < 1 << 20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(intake.read(path)) == f"zeros.bin has more than {intake.MAX_FILE:,} bytes"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_a_zip_that_understates_its_sizes(tmp_path: Path) -> None:
    """The directory says ten bytes, the data say more: the data are what counts."""
    path = zipped(tmp_path / "ada.zip", {"submission.py": b"x" * 5_000})
    content = path.read_bytes().replace((5_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(content)
    s = intake.read(path)
    assert s.problem is not None or len(s.source["submission.py"]) <= intake.MAX_FILE


def test_many_small_bombs(tmp_path: Path) -> None:
    files = {f"{i}.bin": b"\0" * intake.MAX_FILE for i in range(9)}
    assert refusal(intake.read(zipped(tmp_path / "ada.zip", files))).startswith("more than 32 MB in all")
    big = tmp_path / "eve.tar.gz"
    with gzip.open(big, "wb", compresslevel=1) as f:
        info = tarfile.TarInfo("zeros.bin")
        info.size = 1 << 28
        f.write(info.tobuf())
        for _ in range(32):  # cut off: the header alone is enough to refuse it
            f.write(b"\0" * (1 << 20))
    assert refusal(intake.read(big)).startswith(f"zeros.bin has {1 << 28:,} bytes")


def test_many_entries(tmp_path: Path) -> None:
    files = {f"d/{i}.txt": b"" for i in range(intake.MAX_ENTRIES + 1)}
    for ending in (".zip", ".tar"):
        message = refusal(intake.read(PACK[ending](tmp_path / f"ada{ending}", files)))
        assert message.startswith(f"more than {intake.MAX_FILES} files") or "entries in the archive" in message


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.6, 0.95])
def test_damaged_archives(tmp_path: Path, ending: str, keep: float) -> None:
    files = {"submission.py": os.urandom(3000), "b.py": os.urandom(3000)}
    path = PACK[ending](tmp_path / f"ada{ending}", files)
    content = path.read_bytes()
    if ending == ".tar":
        content = content[:7000]  # behind that a tar is padding
    path.write_bytes(content[: int(len(content) * keep)])
    refusal(intake.read(path))


@given(data=st.data())
def test_no_mutation_of_an_archive_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("mutated")
    ending = data.draw(st.sampled_from(sorted(PACK)))
    path = PACK[ending](folder / f"ada{ending}", {"submission.py": CODE, "lib/a.py": b"y = 2\n" * 40})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    s = intake.read(path)
    assert s.problem is not None or s.main == "submission.py"


def test_an_encrypted_zip_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "ada.zip", {"submission.py": CODE})
    content = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    path.write_bytes(content)
    assert "encrypted" in refusal(intake.read(path))


# --- names ----------------------------------------------------------------------------------------------

ODD = [
    "ada lovelace", "o'neil", 'say "hi"', "новый", "李雷", "-rf", "--help", "<b>", "a&b", "new\nline", "tab\there",
    "back\\slash", "$(reboot)", "`id`", "a;b", "=1+1", "+1", "@cmd", "a|b", "%2e%2e", "con", "café", "cafe\u0301", "🙂",
    "trailing.", " leading", "‮rtl", "index.html", "grades.csv", "x" * 200, "a*b?", "{a,b}", "#1", "~root",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_odd_names_are_read_as_they_are(folder: Folder, name: str) -> None:
    """But for what steers a console or turns the writing, which is shown; either form finds the submission."""
    path = folder(name, {"submission.py": CODE})
    s = intake.read(path)
    unseen = {"new\nline": "new\\x0aline", "tab\there": "tab\\x09here", "\u202ertl": "\\u202ertl"}
    assert s.id == unseen.get(name, name) and s.problem is None
    assert intake.find(path.parent) == [path]
    assert intake.find(path.parent, (name,)) == intake.find(path.parent, (s.id,)) == [path]


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    raw = os.path.join(os.fsencode(tmp_path), b"class", b"ad\xff\xfea")
    os.makedirs(raw)
    with open(os.path.join(raw, b"submission.py"), "wb") as f:
        f.write(CODE)
    with open(os.path.join(raw, b"h\xe9.py"), "wb") as f:
        f.write(b"x = 1\n")
    (path,) = intake.find(tmp_path / "class")
    s = intake.read(path)
    assert s.id == "ad\\xff\\xfea" and s.main == "submission.py" and "h\\xe9.py" in s.source
    s.id.encode()  # printable everywhere
    intake.source_digest(s)
    plain(intake.folder_name(s.id))


def plain(name: str) -> None:
    """Safe as one path component, unquoted in a shell, in HTML and as a cell of a table."""
    assert 0 < len(name) <= 100 and name not in (".", "..") and "/" not in name and "\0" not in name
    assert not name.startswith((".", "-")) and name.isprintable()
    assert escape(name) == name
    words = shlex.split(f"cat {name}")
    assert words == ["cat", name] and not set(name) & set(" \t\n'\"\\$`;|&<>*?[]{}()!#~%:")


@pytest.mark.parametrize("name", [*ODD, "<b>bold</b>", "..x", ".", "..", "-", "/", ""], ids=ascii)
def test_report_folders_of_odd_names_are_safe(name: str) -> None:
    safe = intake.folder_name(name)
    plain(safe)
    assert safe not in ("index.html", "grades.csv")
    if re.fullmatch(r"[a-z]{1,80}", name):
        assert safe == name


@given(st.text(min_size=1, max_size=300))
def test_report_folders_are_safe(name: str) -> None:
    plain(intake.folder_name(name))


def test_report_folders_do_not_collide() -> None:
    pairs = [
        ("a b", "a_b"),
        ("a b", "a\tb"),
        ("é", "e\u0301"),
        ("x" * 90, "x" * 91),
        ("..a", ".a"),
        ("-a", "_a"),
        ("a/b", "a_b"),
    ]
    for a, b in pairs:
        assert intake.folder_name(a) != intake.folder_name(b), (a, b)


@given(st.lists(st.text("aAbB_ -.é/", min_size=1, max_size=6), min_size=2, max_size=60, unique=True))
def test_report_folders_of_a_class_do_not_collide(names: list[str]) -> None:
    assert len({intake.folder_name(n) for n in names}) == len(names)


def test_an_id_cannot_take_the_place_of_anothers_digest() -> None:
    """A student whose folder is called like the safe form of a neighbour's must not write over it."""
    victim = intake.folder_name("ada lovelace")
    assert intake.folder_name(victim) != victim


# --- a class ---------------------------------------------------------------------------------------------


def test_find_takes_folders_and_archives_in_order(folder: Folder, tmp_path: Path) -> None:
    for name in ("bob", "Ada", "Émile", ".hidden", "__pycache__", ".git"):
        folder(name, {"submission.py": CODE})
    top = tmp_path / "class"
    zipped(top / "zoe.zip", {"submission.py": CODE})
    (top / "README.md").write_text("about this class")
    (top / "roster.csv").write_text("x")
    found = [intake.submission_id(p) for p in intake.find(top)]
    assert found == sorted(["bob", "Ada", "Émile", "zoe"], key=str.encode)
    assert [p.name for p in intake.find(top, ("zoe", "bob"))] == ["bob", "zoe.zip"]


def test_a_folder_and_an_archive_of_the_same_student(folder: Folder, tmp_path: Path) -> None:
    """Two submissions under one id are a mistake to report, not one to choose from silently."""
    folder("ada", {"submission.py": CODE})
    zipped(tmp_path / "class" / "ada.zip", {"submission.py": CODE})
    with pytest.raises(UsageError, match=r"ada.*ada\.zip"):
        intake.find(tmp_path / "class")


def test_classes_that_are_none(tmp_path: Path, folder: Folder) -> None:
    with pytest.raises(UsageError, match="no such folder of submissions"):
        intake.find(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no submissions"):
        intake.find(tmp_path / "empty")
    (tmp_path / "empty" / "notes.txt").write_text("x")
    with pytest.raises(UsageError, match="holds no submissions"):
        intake.find(tmp_path / "empty")
    with pytest.raises(UsageError, match="no such folder of submissions"):
        intake.find(tmp_path / "empty" / "notes.txt")
    folder("ada", {"submission.py": CODE})
    with pytest.raises(UsageError, match="no submission 'eve'"):
        intake.find(tmp_path / "class", ("ada", "eve"))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.REGTYPE])
def test_a_small_archive_of_gigabytes_is_refused_unread(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("__pycache__/x")
    member.size, member.type = 4 << 30, kind
    path = tmp_path / "ada.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as f:
        f.write(member.tobuf() + bytes(1 << 20))
    started = time.process_time()
    problem = intake.read(path).problem
    assert problem is not None and "archive" in problem.message
    assert time.process_time() - started < 5


@pytest.mark.parametrize("kind", ["a map of holes by numbers", "a chain of maps"])
def test_a_header_without_end_is_refused(tmp_path: Path, kind: str) -> None:
    member = tarfile.TarInfo("submission.py")
    if kind == "a chain of maps":  # of GNU's first form: each block says that another one follows
        head = bytearray(member.tobuf(tarfile.GNU_FORMAT))
        head[156:157], head[482] = b"S", 1
        head[148:156] = b" " * 8
        head[148:156] = b"%06o\0 " % sum(head)
        more = (b"00000000001\0" * 42 + b"\1" + bytes(7)) * 8192
    else:
        member.size = 64 << 20
        member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "10"}
        head, more = bytearray(member.tobuf(tarfile.PAX_FORMAT) + b"9999999\n"), b"0\n" * (2 << 20)
    path = tmp_path / "ada.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as f:
        f.write(bytes(head) + more)
    assert refusal(intake.read(path)).startswith("the archive holds a header of more than")


def test_one_name_many_times_counts_every_time(tmp_path: Path) -> None:
    path = tmp_path / "ada.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(9):
            archive.writestr("submission.py", bytes(intake.MAX_FILE))
    problem = intake.read(path).problem
    assert problem is not None and "MB in all" in problem.message


# --- names inside ----------------------------------------------------------------------------------------

INSIDE = st.lists(
    st.binary(min_size=1, max_size=20).filter(lambda b: not {0, 0x2F} & set(b) and b not in (b".", b"..")),
    min_size=1, max_size=6, unique=True,
)  # fmt: skip


@given(INSIDE)
def test_any_file_names_inside(tmp_path_factory: pytest.TempPathFactory, names: list[bytes]) -> None:
    """Each file is there under a name of its own, and every name can be digested, sent and shown."""
    folder = tmp_path_factory.mktemp("inside") / "ada"
    folder.mkdir()
    names = [n for n in names if os.fsdecode(n) not in intake.SKIPPED and n != b"submission.py"]
    for name in [*names, b"submission.py"]:
        with open(os.path.join(os.fsencode(folder), name), "wb") as f:
            f.write(name)
    files, _ = intake._collect(folder)
    assert sorted(files.values()) == sorted([*names, b"submission.py"])
    s = intake.read(folder)
    assert s.problem is None or "both submission.py" in s.problem.message
    for name in s.source:
        name.encode()


@given(INSIDE)
def test_any_names_in_a_tar(tmp_path_factory: pytest.TempPathFactory, names: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("tar") / "ada.tar"
    with tarfile.open(path, "w", encoding="utf-8", errors="surrogateescape") as t:
        for name in names:
            info = tarfile.TarInfo("d/" + os.fsdecode(name))
            info.size = len(name)
            t.addfile(info, io.BytesIO(name))
        info = tarfile.TarInfo("submission.py")
        t.addfile(info)
    s = intake.read(path)
    assert s.problem is None or "points outside" in s.problem.message
    if s.problem is None:
        files, _ = intake._collect(path)
        for content in files.values():
            assert not content or content in names
        wanted = [n for n in names if b"\\" not in n and os.fsdecode(n) not in intake.SKIPPED]
        assert len({k for k, v in files.items() if v in wanted}) == len(wanted)
    s.id.encode()
    for name in s.source:
        name.encode()


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), min_size=1, max_size=5, unique=True))
def test_any_names_in_a_zip(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    path = tmp_path_factory.mktemp("zip") / "ada.zip"
    with zipfile.ZipFile(path, "w") as z, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in [*names, "submission.py"]:
            z.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), b"")
    s = intake.read(path)
    for name in s.source:
        name.encode()
    if s.problem is not None:
        s.problem.message.encode()


@given(st.binary(max_size=60))
def test_raw_names_in_a_zip(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """Bytes that its own flag calls UTF-8, and are not: one line, or the file."""
    path = zipped(tmp_path_factory.mktemp("zip") / "ada.zip", {"submission.py": CODE, "é" + "x" * 60: b"y"})
    content = path.read_bytes()
    old = ("é" + "x" * 60).encode()
    path.write_bytes(content.replace(old, raw.ljust(len(old), b"x")))
    s = intake.read(path)
    assert s.problem is not None or s.main == "submission.py"
    if s.problem is not None:
        s.problem.message.encode()


def test_two_names_of_which_one_looks_like_the_other(tmp_path: Path) -> None:
    for name in (b"submission.py", b"h\xe9.py", b"h\\xe9.py"):
        (tmp_path / os.fsdecode(name)).write_bytes(name)
    s = intake.read(tmp_path)
    assert sorted(s.source) == ["h\\x5cxe9.py", "h\\xe9.py", "submission.py"]


# --- too many --------------------------------------------------------------------------------------------


def cost(path: Path) -> tuple[str, int, float]:
    """The refusal of a submission, and what it cost: most bytes of Python at a time, seconds of the processor."""
    tracemalloc.start()
    started = time.process_time()
    message = refusal(intake.read(path))
    spent, most = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return message, most, spent


def test_a_zip_of_very_many_folders_is_refused_before_its_list_is_read(tmp_path: Path) -> None:
    """A million of them took 24 s and 520 MB. The list is written by hand: a library takes a minute for it."""
    path, count = tmp_path / "ada.zip", 1_000_000
    one = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0x5C21, 0, 0, 0, 2, 0, 0, 0, 0, 0x10, 0) + b"d/"
    size = len(one) * count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size, 0, 0)
    path.write_bytes(one * count + end)
    message, most, _ = cost(path)
    assert message.startswith(f"more than {intake.MAX_ENTRIES} entries in the archive")
    assert most < 8 << 20


def test_a_zip_of_as_many_files_as_are_allowed_is_read(tmp_path: Path) -> None:
    files = {f"{'d' * 100}/{i}.txt": b"" for i in range(intake.MAX_FILES - 1)}
    assert intake.read(zipped(tmp_path / "ada.zip", {"submission.py": CODE, **files})).problem is None


def test_a_stored_file_is_read_whole(tmp_path: Path) -> None:
    """What bounds the list of members does not bound a member."""
    path = tmp_path / "ada.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
        z.writestr("submission.py", CODE)
        z.writestr("data.py", bytes(intake.MAX_FILE))
    assert len(intake.read(path).source["data.py"]) == intake.MAX_FILE


def test_a_folder_of_very_many_folders_is_refused_while_it_is_read(tmp_path: Path) -> None:
    for i in range(5_000):
        os.mkdir(tmp_path / str(i))
    message, most, _ = cost(tmp_path)
    assert message.startswith(f"more than {intake.MAX_ENTRIES} entries") and most < 2 << 20


def test_a_tar_of_very_many_folders_is_refused_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ada.tar.gz"
    info = tarfile.TarInfo("d")
    info.type = tarfile.DIRTYPE
    with gzip.open(path, "wb", compresslevel=1) as f:
        f.write(info.tobuf() * 100_000)
    message, most, _ = cost(path)
    assert message.startswith(f"more than {intake.MAX_ENTRIES} entries") and most < 16 << 20


# --- when it was handed in -------------------------------------------------------------------------------


def dated(path: Path, **times: str) -> Path:
    """A tar in which each file has a time as text, as its extended header may hold it."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as t:
        for name, when in times.items():
            info = tarfile.TarInfo(f"{name}.py")
            info.pax_headers = {"mtime": when}
            t.addfile(info)
    return path


@pytest.mark.parametrize("when", ["nan", "inf", "-inf", "-1", "0", "1e300", "x", "-nan", "253402300800"])
def test_a_time_that_is_none_is_not_known(tmp_path: Path, when: str) -> None:
    """Whatever the other files say: the newest may be this one."""
    assert intake.read(dated(tmp_path / "a.tar", submission="1000", b=when)).received is None
    assert intake.read(dated(tmp_path / "b.tar", submission=when, b="1000")).received is None
    assert intake.read(dated(tmp_path / "c.tar", submission="1000.5", b="999")).received == 1000.5


@pytest.mark.parametrize("when", [(1980, 1, 1, 0, 0, 0), (1980, 0, 0, 0, 0, 0), (2026, 2, 31, 0, 0, 0)])
def test_a_zip_without_a_date(tmp_path: Path, when: tuple[int, int, int, int, int, int]) -> None:
    path = tmp_path / "ada.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr(zipfile.ZipInfo("submission.py", when), CODE)
    known = intake.read(path).received
    assert known is None if when[0] == 1980 else known is not None


def test_a_file_from_before_clocks_begin(folder: Folder) -> None:
    path = folder("ada", {"submission.py": CODE})
    for when in (0, -86400):
        os.utime(path / "submission.py", (when, when))
        assert intake.read(path).received is None
