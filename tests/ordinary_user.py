"""Runs a command as a user who was made for it: no password, no home, nothing of his own, no way back to root."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UID = 47114  # in no file of users: a number is all that the kernel asks for


class Impossible(Exception):
    """Why no ordinary user can be made here."""


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run ``command`` in the project's folder as an ordinary user, and wait for it.

    The project or its interpreter may lie where only root may pass (root's home, a private temporary folder). They are
    shown at the same paths in a mount namespace of the command's own; nothing changes outside it.

    Raises
    ------
    Impossible
        Without root, without ``unshare`` and ``setpriv``, where mounting is not allowed, or files are closed to others.
    """
    if os.geteuid() != 0:
        raise Impossible("only root can make a user")
    for tool in ("unshare", "setpriv"):
        if shutil.which(tool) is None:
            raise Impossible(f"{tool} is missing (Debian's package util-linux)")
    with tempfile.TemporaryDirectory(prefix="ordinary-") as name:
        home = Path(name)
        home.chmod(0o755)
        (home / "home").mkdir()
        os.chown(home / "home", UID, UID)
        unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-ec"]
        leave = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--inh-caps=-all"]
        shown = _show([ROOT, Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()], home)
        if subprocess.run([*unshare, shown], capture_output=True).returncode != 0:
            raise Impossible("root may not mount here")
        enter = f"{shown}\ncd {shlex.quote(str(ROOT))}\nexec {shlex.join(leave)} "
        environment = {"PATH": os.environ["PATH"], "HOME": str(home / "home"), "USER": "ordinary"}
        able = [*unshare, enter + shlex.join([sys.executable, "-c", "import tests.conftest"])]
        if subprocess.run(able, env=environment, capture_output=True).returncode != 0:
            raise Impossible("the project's files or its interpreter cannot be read by others")
        return subprocess.run([*unshare, enter + shlex.join(command)], env=environment, capture_output=True, text=True)


def _show(needed: Sequence[Path], scratch: Path) -> str:
    """Shell lines that put an empty open folder over each closed one, and what is needed of it back in its place."""
    closed: dict[Path, list[Path]] = {}
    for path in dict.fromkeys(needed):
        outermost = next((p for p in reversed([path, *path.parents]) if not _open(p)), None)
        if outermost is not None:  # a folder that is itself closed stays so wherever it is shown: what is in it is not
            closed.setdefault(outermost, []).extend([path] if _open(path) else sorted(path.iterdir()))
    lines = [":"]
    for folder, inside in closed.items():
        kept = [(shlex.quote(str(p)), f"{scratch}/kept-{len(lines)}-{i}", p.is_dir()) for i, p in enumerate(inside)]
        lines += [f"{_empty(keep, is_dir)}; mount --rbind {p} {keep}" for p, keep, is_dir in kept]
        lines.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}")
        lines += [f"{_empty(p, is_dir)}; mount --move {keep} {p}" for p, keep, is_dir in kept]
    return "\n".join(lines)


def _open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)


def _empty(path: str, is_dir: bool) -> str:
    return f"mkdir -p {path}" if is_dir else f"touch {path}"
