"""Without any one line of the lock-down the drill at the start of a run finds something, or a reason says why it cannot."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox import host, policy
from grader.sandbox.host import SandboxUnavailable

pytestmark = [pytest.mark.skipif(not policy.LINUX, reason="the lock-down is Linux's"), pytest.mark.slow]
SOURCES = {name: (host.ZYGOTE.parent / name).read_text(encoding="utf-8") for name in ("zygote.py", "policy.py")}

# Lines without which nothing is let through, and why they are there.
REDUNDANT = {
    "os.dup2(output, 1)": "what is printed would go to the zygote's log, a file that nobody reads",
    "os.dup2(output, 2)": "the same",
    "policy.refuse_tracing()": "the zygote is not dumpable, which its children inherit, and a change of user brings it about",
    "os.dup2(devnull, 0)": "the zygote's own standard input is empty already",
    "self.control.detach()": "keeps this object from closing a descriptor that is used again",
    "faulthandler.enable(file=2)": "tells where a process crashed; denies nothing",
    "_replace_standard_streams(limits['output_bytes'])": "cuts what is printed; the limit on files stops what goes round it",
    "policy.refuse_new_privileges()": "Landlock and seccomp ask for it by themselves",
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)": "makes a full file an error instead of the end",
    "os.setgroups([])": "a grader without groups has none to leave",
    "os.setresgid(uid, uid, uid)": "the files of root's group are denied by Landlock as well",
    "for capability in range(64)": "bounds what a new program could have; none can be started",
}  # fmt: skip


def function(source: str, name: str) -> ast.FunctionDef:
    return next(n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef) and n.name == name)


def lines_of(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that do something, those inside of conditions and loops too."""
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node
        elif isinstance(node, ast.If | ast.For):
            does = ast.unparse(node.test if isinstance(node, ast.If) else node.iter)
            yield from [node] if "capset" in does or does == "range(64)" else lines_of(node.body)


def ablations() -> Iterator[tuple[str, str, str]]:
    """(name of a file, the line that is taken out, the file without it)."""
    zygote, rules = SOURCES["zygote.py"], SOURCES["policy.py"]
    for node in lines_of(function(zygote, "_lock_down").body):
        yield "zygote.py", ast.unparse(node), without(zygote, node)
    for name in ("limit_resources", "drop_privileges"):
        for node in lines_of(function(rules, name).body):
            yield "policy.py", ast.unparse(node).partition(":")[0], without(rules, node)
    limits = next(n for n in ast.walk(function(rules, "limit_resources")) if isinstance(n, ast.For))
    assert isinstance(limits.iter, ast.Tuple)
    for row in limits.iter.elts:
        yield "policy.py", ast.unparse(row), without(rules, row, "")
    for node in lines_of(function(rules, "system_call_filter").body):
        assert isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        call = node.value
        if not ast.unparse(call.func).endswith("add_rule") or ast.unparse(call) == "rules.add_rule(allow, name)":
            continue
        widened = f"rules.add_rule(allow, {ast.unparse(call.args[1])})"
        yield "policy.py", ast.unparse(call), without(rules, node, widened)


def roots() -> set[str]:
    """Lines that do nothing for an ordinary user, who has no rights to leave."""
    inside = lines_of(function(SOURCES["policy.py"], "drop_privileges").body)
    return {
        "policy.drop_privileges(self.config['uid'], search=self.config['search'])",
        *(ast.unparse(n).partition(":")[0] for n in inside),
    }


def without(source: str, node: ast.stmt | ast.expr, instead: str = "pass") -> str:
    lines = source.splitlines()
    indent = lines[node.lineno - 1][: len(lines[node.lineno - 1]) - len(lines[node.lineno - 1].lstrip())]
    lines[node.lineno - 1 : node.end_lineno] = [indent + instead]
    return "\n".join(lines) + "\n"


def noticed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """What the drill says with the files of ``folder`` in place of the zygote's; under each isolation there is."""
    monkeypatch.setattr(host, "ZYGOTE", folder / "zygote.py")
    monkeypatch.setattr(host, "ZYGOTE_PARTS", (folder / "wire.py", folder / "policy.py"))
    said: list[str] = []
    for isolation in ("bwrap+landlock+seccomp", "landlock+seccomp"):
        try:
            said += host._attacks(isolation)  # type: ignore[arg-type]
        except SandboxUnavailable as refusal:
            said.append(str(refusal))
    return said


def laid(folder: Path, name: str = "", source: str = "") -> Path:
    for file in (host.ZYGOTE.parent / n for n in ("zygote.py", "wire.py", "policy.py")):
        (folder / file.name).write_text(
            source if file.name == name else file.read_text(encoding="utf-8"), encoding="utf-8"
        )
    return folder


ABLATIONS = [pytest.param(*a, id=a[1][:60].replace(" ", "")) for a in ablations()]


def test_the_whole_lets_nothing_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert noticed(monkeypatch, laid(tmp_path)) == []


@pytest.mark.parametrize(("file", "line", "source"), ABLATIONS)
def test_a_line_that_is_missing_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: str, line: str, source: str
) -> None:
    if os.getuid() and line in roots():
        pytest.skip("an ordinary user has no rights to leave")
    said = noticed(monkeypatch, laid(tmp_path, file, source))
    if line in REDUNDANT:
        assert said == [], f"{line} is called redundant, and without it: {said}"
    else:
        assert said, f"nothing notices that {line} is missing"


def test_what_is_called_redundant_is_there() -> None:
    assert REDUNDANT.keys() <= {line for _, line, _ in ablations()}
