"""Observations on disk: whole or not there at all, and one grader at a time in a folder."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import store
from grader.model import Fault, GraderError, Observation, Observations

ROOT = Path(__file__).resolve().parent.parent


def observations(seed: int = 0) -> Observations:
    rng = np.random.default_rng(seed)
    by = {
        "load": Observation("load", {}, {"names": {"VAE": {"kind": "class", "module": True}}, "backward_calls": 0}),
        "shape:VAE:decode:20:4": Observation(
            "shape:VAE:decode:20:4",
            {"out0": rng.normal(size=(4, 1, 28, 28)).astype(np.float32)},
            {"meta": [[4], "float32"]},
        ),
        "half": Observation("half", {"z": rng.normal(size=(3, 2)).astype(np.float16), "n": np.arange(5)}, {}),
        "flags": Observation("flags", {"on": np.array([True, False]), "none": np.zeros((0, 7)), "one": np.array(3.5)}),
        "broken": Observation(
            "broken", fault=Fault("raised", "ValueError: β\nno", "submission.py:3 in encode", "a", "b")
        ),
        "extremes": Observation("extremes", {"v": np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])}),
    }
    return Observations(by, "ab" * 32, "landlock+seccomp", {"python": "3.11", "threads": 1}, "cd" * 32)


def equal(a: Observations, b: Observations) -> bool:
    if (a.digest, a.isolation, a.data_sha256, dict(a.environment)) != (
        b.digest,
        b.isolation,
        b.data_sha256,
        dict(b.environment),
    ):
        return False
    if set(a.by_probe) != set(b.by_probe):
        return False
    for name, o in a.by_probe.items():
        p = b.by_probe[name]
        if (o.probe, dict(o.info), o.fault, set(o.arrays)) != (p.probe, dict(p.info), p.fault, set(p.arrays)):
            return False
        for key, v in o.arrays.items():
            w = p.arrays[key]
            if (v.dtype, v.shape, v.tobytes()) != (w.dtype, w.shape, w.tobytes()):
                return False
    return True


def test_what_is_written_is_read() -> None:
    content = store.dumps(observations())
    again = store.loads(content)
    assert again is not None and equal(again, observations())
    assert store.dumps(again) == content == store.dumps(observations())


names = st.text(max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | names,
    lambda v: st.lists(v, max_size=4) | st.dictionaries(names, v, max_size=4),
)
shapes = st.lists(st.integers(0, 5), max_size=4).map(tuple)
dtypes = st.sampled_from([np.float16, np.float32, np.float64, np.int64, np.uint8, np.bool_])
kept = st.builds(
    Observation, names, st.dictionaries(names, st.builds(np.zeros, shapes, dtypes), max_size=4),
    st.dictionaries(names, values, max_size=3),
    st.none() | st.builds(Fault, st.just("raised"), names, names, names, names),
)  # fmt: skip


@given(st.lists(kept, max_size=4, unique_by=lambda o: o.probe))
def test_a_file_is_no_larger_than_its_observations_say(seen: list[Observation]) -> None:
    """By this sum the observer ends what would grow beyond ``MAX_BYTES``."""
    content = store.dumps(replace(observations(), by_probe={o.probe: o for o in seen}))
    assert len(content) <= store.FIXED + sum(sum(store.size(o)) for o in seen)


def test_a_file_that_is_larger_than_any_is_not_read(tmp_path: Path) -> None:
    o = Observation("x", {"x": np.zeros(store.MAX_BYTES, np.uint8)})
    whole = replace(observations(), by_probe={"x": o})
    (tmp_path / "a").write_bytes(store.dumps(whole))
    assert store.loads((tmp_path / "a").read_bytes()) is not None and store.read(tmp_path / "a") is None


def test_orders_are_kept() -> None:
    """Checks name the first thing they meet: what comes back from disk has to be met in the same order."""
    o = observations()
    names = list(o.by_probe)[::-1]
    o = Observations(
        {n: o.by_probe[n] for n in names} | {"x": Observation("x", {"b": np.ones(1), "a": np.ones(2)}, {"z": 1, "y": {"d": 1, "c": 2}})},
        o.digest, o.isolation, {"z": 1, "a": 2}, o.data_sha256,
    )  # fmt: skip
    again = store.loads(store.dumps(o))
    assert again is not None and list(again.by_probe) == [*names, "x"]
    x = again.by_probe["x"]
    assert (list(x.arrays), list(x.info), list(x.info["y"]), list(again.environment)) == (
        ["b", "a"],
        ["z", "y"],
        ["d", "c"],
        ["z", "a"],
    )


def test_memory_layout_does_not_matter() -> None:
    o = observations()
    half = Observation("half", {k: np.asfortranarray(v) for k, v in o.by_probe["half"].arrays.items()}, {})
    turned = Observations({**o.by_probe, "half": half}, o.digest, o.isolation, o.environment, o.data_sha256)
    assert store.dumps(turned) == store.dumps(o)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert store.read(tmp_path / "none.obs") is None
    assert store.read(tmp_path) is None


CONTENT = store.dumps(observations())


@given(st.integers(0, len(CONTENT) - 1))
def test_a_truncated_file_is_not_there(length: int) -> None:
    assert store.loads(CONTENT[:length]) is None


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_file_with_one_byte_changed_is_not_there(at: int, flip: int) -> None:
    assert store.loads(CONTENT[:at] + bytes([CONTENT[at] ^ flip]) + CONTENT[at + 1 :]) is None


def test_more_than_the_file_is_not_there() -> None:
    assert store.loads(CONTENT + b"\0") is None
    assert store.loads(b"") is None


def sealed(header: object, body: bytes = b"", *, magic: bytes = store.MAGIC, length: int | None = None) -> bytes:
    """A file whose checksum is right, whatever it says."""
    from hashlib import sha256

    text = json.dumps(header).encode()
    payload = text + body
    return struct.pack("<4sQ32s", magic, len(text) if length is None else length, sha256(payload).digest()) + payload


WHOLE = {"digest": "", "isolation": "none", "environment": {}, "data_sha256": "", "probes": {}}


@pytest.mark.parametrize(
    "content",
    [
        sealed(WHOLE, magic=b"OBS0"),
        sealed(WHOLE, length=1 << 40),
        sealed([]),
        sealed(None),
        sealed({"probes": {}}),
        sealed(WHOLE | {"probes": []}),
        sealed(WHOLE | {"probes": {"a": {}}}),
        sealed(WHOLE | {"probes": {"a": {"info": {}, "fault": None, "arrays": ["gone"]}}}),
        sealed(WHOLE | {"probes": {"a": {"info": {}, "fault": {"kind": "raised", "colour": "red"}, "arrays": []}}}),
        sealed(WHOLE, b"no safetensors"),
    ],
    ids=["magic", "length", "list", "null", "keys", "probes", "entry", "array", "fault", "body"],
)
def test_an_older_or_foreign_format_is_not_there(content: bytes) -> None:
    """Observed again, not an exception: what an earlier version wrote must not stop a class."""
    assert store.loads(content) is None


@given(st.binary(max_size=300))
def test_anything_else_is_not_there(content: bytes) -> None:
    assert store.loads(content) is None
    assert store.loads(store.MAGIC + content) is None


# --- writing --------------------------------------------------------------------------------------------


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "a.json"
    store.write_atomic(path, b"one")
    before = path.stat().st_ino
    held = path.open("rb")
    store.write_atomic(path, b"two")
    with held:
        assert held.read() == b"one"  # a reader of the old file keeps the old file, whole
    assert path.read_bytes() == b"two" and path.stat().st_ino != before
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(path.parent.iterdir()) == [path]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from grader import store
from grader.model import GraderError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    store.write_atomic(Path(sys.argv[1]), b"x" * 100_000)
except GraderError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "grade.json"
    path.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == f"{path}: cannot be written: {os.strerror(errno.EFBIG)}", done.stderr
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_full_disk(tmp_path: Path) -> None:
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], capture_output=True
    ).returncode:
        pytest.skip("no right to mount a small file system")
    try:
        path = tmp_path / "grade.json"
        store.write_atomic(path, b"old")
        with pytest.raises(GraderError, match=f"{path}: cannot be written: {os.strerror(errno.ENOSPC)}"):
            store.write_atomic(path, b"x" * 1_000_000)
        assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def stop(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGXFSZ, stop)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
        with pytest.raises((KeyboardInterrupt, GraderError)):
            store.write_atomic(path, b"x" * (2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def in_the_way(folder: Path) -> Path:
    """A folder that nobody can be made a folder in: not even root."""
    (folder / "file").write_text("")
    return folder / "file" / "out"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = in_the_way(tmp_path) / "a.json"
    with pytest.raises(GraderError, match=f"{path.parent}: cannot be written: "):
        store.write_atomic(path, b"x")
    with pytest.raises(GraderError, match="cannot be written"), store.lock(path.parent):
        pass
    (tmp_path / "taken").mkdir()
    with pytest.raises(GraderError, match=r"taken: cannot be written"):
        store.write_atomic(tmp_path / "taken", b"x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "taken"]


def test_a_read_only_folder(tmp_path: Path) -> None:
    """A read-only bind mount where that can be made, permissions for ordinary users."""
    folder = tmp_path / "out"
    folder.mkdir()
    mounted = False
    if os.geteuid() == 0:
        mounted = not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)], capture_output=True
        ).returncode
        if not mounted:
            pytest.skip("root may write everywhere, and cannot mount here")
    else:
        folder.chmod(0o555)
    try:
        for work in (lambda: store.write_atomic(folder / "a", b"x"), lambda: store.lock(folder).__enter__()):
            with pytest.raises(GraderError) as error:
                work()
            assert str(error.value).startswith(f"{folder}: cannot be written: ") and error.value.exit_status == 3
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
        else:
            folder.chmod(0o755)


# --- the lock ---------------------------------------------------------------------------------------------

HOLDER = """
import sys
from pathlib import Path
from grader import store
with store.lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path / "out")],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        return process

    return start


def test_a_second_grader_is_kept_off_and_told_who_is_there(
    tmp_path: Path, holder: Callable[[], subprocess.Popen[str]]
) -> None:
    with holder() as other:
        with pytest.raises(GraderError) as error, store.lock(tmp_path / "out"):
            pass
        text = str(error.value)
        assert f"(process {other.pid})" in text and "another grader" in text and "--out" in text and "\n" not in text
        assert error.value.exit_status == 3
        with store.lock(tmp_path / "elsewhere"):
            pass
        other.communicate("")
    with store.lock(tmp_path / "out"):
        assert (tmp_path / "out" / ".lock").read_text() == str(os.getpid())


def test_a_killed_grader_leaves_no_lock(tmp_path: Path, holder: Callable[[], subprocess.Popen[str]]) -> None:
    with holder() as other:
        other.kill()
    with store.lock(tmp_path / "out"):
        pass


def test_json_for_people_is_canonical() -> None:
    assert store.json_bytes({"a": 1, "β": [1.5, None]}) == '{\n "a": 1,\n "β": [\n  1.5,\n  null\n ]\n}\n'.encode()
    with pytest.raises(ValueError):
        store.json_bytes({"a": float("nan")})
