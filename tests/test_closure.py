"""Keys cover the code that they have to: compared with what Python runs, not with a second reading of the imports."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader import closure

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = ("report", "figures", "exports", "marking", "checks", "judge", "templates", "schema", "evidence", "cli")

OBSERVE = """
from dataclasses import replace
from pathlib import Path
from grader import assignment, intake, observe
from grader.sandbox import host
reference = Path("reference")
a = assignment.load(reference / "assignment.toml")
with host.Sandbox(isolation="none") as sandbox:
    seen = observe.Observer(intake.read(reference), a, None, sandbox).observe()
assert seen["load"].fault is None and sum(o.fault is None for o in seen.values()) > 50
"""

KEYS = """
import json
from pathlib import Path
from grader import assignment, authors, classroom, closure
a = assignment.load(Path("reference/assignment.toml"))
data = classroom.Course(a, Path("out"), Path("data")).data

def keys():
    classroom.code_digest.cache_clear()
    course = classroom.Course(a, Path("out"), Path("data"))
    course.__dict__["data"] = data
    return course.observing_key, authors.Cache(a, data, "none").key, course.judging_key

before, out = keys(), {}
for name in closure.contents(classroom.PACKAGE):
    path = classroom.PACKAGE / name
    content = path.read_bytes()
    path.write_bytes(content + b"\\n# edited\\n")
    out[name] = [new != old for new, old in zip(keys(), before, strict=True)]
    path.write_bytes(content)
assert keys() == before
print(json.dumps(out))
"""


def copied(folder: Path) -> Path:
    """The package and what it needs beside it, to be edited."""
    shutil.copytree(ROOT / "grader", folder / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "reference", folder / "reference", ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "grader"


def run(program: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of the package that an observation runs, in this process and in the sandbox: each leaves its name."""
    folder = tmp_path_factory.mktemp("traced")
    package = copied(folder)
    trace = folder / "trace"
    future = "from __future__ import annotations\n"
    for path in package.rglob("*.py"):
        mark = f"open({str(trace)!r}, 'a').write({path.relative_to(package).as_posix() + chr(10)!r})\n"
        text = path.read_text(encoding="utf-8")
        text = text.replace(future, future + mark, 1) if future in text else mark + text
        path.write_text(text, encoding="utf-8")
    run(OBSERVE, folder)
    return set(trace.read_text().split())


def test_the_closure_is_what_an_observation_runs(executed: set[str]) -> None:
    assert {"worker.py", "sandbox/zygote.py", "oracles.py", "model.py"} <= executed
    assert set(closure.reached(ROOT / "grader", "observe.py")) == executed


def test_an_edit_changes_the_keys_of_what_depends_on_the_file(tmp_path: Path, executed: set[str]) -> None:
    copied(tmp_path)
    changed = json.loads(run(KEYS, tmp_path))
    assert {"report.py", "judge.py", "checks/loss.py", "templates/report.html", "schema/grade.schema.json"} <= set(
        changed
    )
    for name, (observing, cached, judging) in changed.items():
        assert observing == cached == (name in executed), f"{name}: observing key changed: {observing}"
        assert judging, f"{name}: judging key did not change"
        assert not (observing and name.removesuffix(".py").split("/")[0] in OUTSIDE), name


def package(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "p" / name).write_text(text)
    return folder / "p"


@pytest.mark.parametrize(
    "text",
    [
        "import p.inner.far", "from p.inner import far", "from p.inner.far import thing", "from .inner import far",
        "from . import inner\nfrom .inner.far import thing", "def f():\n    from p.inner import far",
        "if False:\n    import p.inner.far as q", "async def f():\n    class C:\n        from .inner.far import thing",
    ],
)  # fmt: skip
def test_every_way_to_import_is_followed(tmp_path: Path, text: str) -> None:
    files = {
        "__init__.py": "",
        "a.py": text,
        "inner/__init__.py": "",
        "inner/far.py": "import p.b",
        "b.py": "import os",
    }
    p = package(tmp_path, files | {"c.py": "import p.a"})
    assert closure.reached(p, "a.py") == ("__init__.py", "a.py", "b.py", "inner/__init__.py", "inner/far.py")


def test_files_that_are_loaded_by_path_are_followed(tmp_path: Path) -> None:
    files = {"a.py": 'HERE / "inner" / "far.py"', "inner/far.py": "from .near import x", "inner/near.py": "'page.html'"}
    p = package(tmp_path, files | {"page.html": "", "far.html": "", "near.py": ""})
    assert closure.reached(p, "a.py") == ("a.py", "inner/far.py", "inner/near.py", "page.html")


def test_circles_end_and_what_is_not_there_is_passed_over(tmp_path: Path) -> None:
    p = package(tmp_path, {"a.py": "import p.b, numpy, p.none", "b.py": "from p import a, nothing"})
    assert closure.reached(p, "a.py") == ("a.py", "b.py")


def test_the_digest_depends_on_names_and_bytes(tmp_path: Path) -> None:
    one = package(tmp_path / "1", {"a.py": "x = 1", "b.py": ""})
    two = package(tmp_path / "2", {"a.py": "", "b.py": "x = 1"})
    (two / "__pycache__").mkdir()
    assert closure.digest(one) != closure.digest(two)
    before = closure.digest(two)
    (two / "__pycache__" / "a.pyc").write_bytes(b"made by Python")
    assert closure.digest(two) == before
