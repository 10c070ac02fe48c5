"""The wire believes nothing: every damaged frame is a declared error, every good one comes back whole."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.sandbox import wire
from grader.sandbox.wire import Bound, ProtocolError

DTYPES = ["<f4", "<f8", "<i8", "u1", "?"]
FUZZ_FRAMES = int(os.environ.get("GRADER_FUZZ_FRAMES", "20000"))
MOST_CALLS = 200_000  # of functions for one frame: the largest table names 4,000 arrays, of which each takes about 40

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda name: name != "__metadata__")
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
headers = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=10), json_values, max_size=4).filter(
    lambda header: _depth(header) < wire.MAX_DEPTH
)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(v) for v in inner), default=0)


class Bytes:
    """Stands for a socket whose peer sent these bytes and hung up; deals them out in random pieces."""

    def __init__(self, data: bytes, seed: int | None = None) -> None:
        self.data = memoryview(data)
        self.random = random.Random(seed) if seed is not None else None

    def settimeout(self, seconds: float | None) -> None:
        assert seconds is None or seconds > 0

    def recv_into(self, buffer: memoryview) -> int:
        size = min(len(buffer), len(self.data))
        if self.random is not None and size > 1:
            size = self.random.randint(1, size)
        buffer[:size] = self.data[:size]
        self.data = self.data[size:]
        return size


def receive(data: bytes, **options: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    return wire.recv(Bytes(data), **options)  # type: ignore[arg-type]


def frame(header: bytes, body: bytes = b"") -> bytes:
    return wire.MAGIC + struct.pack("<IQ", len(header), len(body)) + header + body


def body(layout: Any, data: bytes = b"") -> bytes:
    text = layout if isinstance(layout, bytes) else json.dumps(layout).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype: str, shape: list[int], start: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


# --- what is sent arrives ------------------------------------------------------------------------------


@given(header=headers, tensors=st.dictionaries(names, arrays, max_size=4), seed=st.integers(0, 99))
def test_a_frame_comes_back_as_it_was_sent(header: dict[str, Any], tensors: dict[str, np.ndarray], seed: int) -> None:
    sock: Any = Bytes(wire.pack(header, tensors), seed)
    got_header, got = wire.recv(sock)
    assert got_header == json.loads(json.dumps(header))
    assert got.keys() == tensors.keys()
    for name, sent in tensors.items():
        assert got[name].dtype == sent.dtype
        assert got[name].shape == sent.shape
        assert got[name].tobytes() == sent.tobytes()
        assert got[name].flags.writeable


@given(tensors=st.dictionaries(names, arrays, min_size=1, max_size=4))
def test_the_body_is_a_safetensors_file(tensors: dict[str, np.ndarray]) -> None:
    data = wire.pack({}, tensors)
    loaded = safetensors.numpy.load(data[struct.calcsize("<4sIQ") + len(b"{}") :])
    assert {k: (v.dtype, v.shape, v.tobytes()) for k, v in loaded.items()} == {
        k: (v.dtype, v.shape, v.tobytes()) for k, v in tensors.items()
    }
    ours = wire.parse_arrays(safetensors.numpy.save(tensors))
    assert {k: v.tobytes() for k, v in ours.items()} == {k: v.tobytes() for k, v in tensors.items()}


def test_large_strided_arrays_cross_a_socket_and_two_frames_stay_apart() -> None:
    left, right = socket.socketpair()
    images = np.random.default_rng(0).random((600, 28, 28), dtype=np.float32)
    sent = {"images": images.transpose(2, 0, 1), "every second": images[::2]}
    with left, right:
        sender = threading.Thread(target=lambda: [wire.send(left, {"n": n}, sent, wait=lambda: 9.0) for n in (1, 2)])
        sender.start()
        for n in (1, 2):
            header, got = wire.recv(right, wait=lambda: 9.0)
            assert header == {"n": n}
            for name, array in sent.items():
                np.testing.assert_array_equal(got[name], array)
        sender.join()


def test_sending_refuses_what_could_not_be_received() -> None:
    with pytest.raises(ValueError):
        wire.pack({"loss": float("nan")})
    with pytest.raises(TypeError, match="float16"):
        wire.pack({}, {"x": np.zeros(2, np.float16)})


def test_text_that_is_not_unicode_is_replaced_when_sent() -> None:
    header, _ = receive(wire.pack({"error": "bad \ud800 text"}))
    assert header == {"error": "bad ? text"}


# --- what must be refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="no magic"),
        pytest.param(wire.MAGIC + struct.pack("<IQ", 2**32 - 1, 0), id="gigantic header"),
        pytest.param(wire.MAGIC + struct.pack("<IQ", 2, 2**64 - 1), id="gigantic body"),
        pytest.param(frame(b""), id="empty header"),
        pytest.param(frame(b"[]"), id="header is a list"),
        pytest.param(frame(b"\xff\xfe{}"), id="header is not UTF-8"),
        pytest.param(frame(b'{"a": NaN}'), id="NaN"),
        pytest.param(frame(b'{"a": -Infinity}'), id="infinity"),
        pytest.param(frame(b'{"a": 1e999}'), id="number that overflows to infinity"),
        pytest.param(frame(b'{"a": ' + b"9" * 5000 + b"}"), id="number of 5000 digits"),
        pytest.param(frame(b'{"a": "\\ud800"}'), id="lone surrogate"),
        pytest.param(frame(b'{"\\ud800": 1}'), id="lone surrogate in a key"),
        pytest.param(frame(b'{"a":' * 30 + b"1" + b"}" * 30), id="nested 30 deep"),
        pytest.param(frame(b'{"a":' + b"[" * 60000 + b"]}"), id="nested 60000 deep"),
        pytest.param(frame(b"{}", b"short"), id="body shorter than its length"),
        pytest.param(frame(b"{}", struct.pack("<Q", 2**63) + b"{}"), id="gigantic table"),
        pytest.param(frame(b"{}", body(b"{" * 100000)), id="table of braces"),
        pytest.param(frame(b"{}", body({"x": entry("F16", [1], 0, 2)}, b"ab")), id="half precision"),
        pytest.param(frame(b"{}", body({"x": entry("F32", [2], 0, 4)}, b"abcd")), id="shape too large"),
        pytest.param(frame(b"{}", body({"x": entry("F32", [1], 4, 8)}, b"abcdefgh")), id="hole"),
        pytest.param(frame(b"{}", body({"x": entry("F32", [1], 0, 400)}, b"abcd")), id="past the end"),
        pytest.param(frame(b"{}", body({"x": entry("F32", [2**62, 4], 0, 0)})), id="shape overflows"),
        pytest.param(frame(b"{}", body({"x": entry("U8", [1] * 40, 0, 1)}, b"a")), id="forty axes"),
        pytest.param(frame(b"{}", body({"x": entry("BOOL", [2], 0, 2)}, b"\0\2")), id="boolean of 2"),
        pytest.param(frame(b"{}", body({"x": entry("U8", [1], 0, 1)}, b"ab")), id="bytes left over"),
        pytest.param(frame(b"{}", body({"x": 5})), id="entry is a number"),
        pytest.param(frame(b"{}", b"\x80\x04\x95" + b"pickle" * 4), id="pickle"),
    ],
)
def test_a_bad_frame_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        receive(data)


@given(tensors=st.dictionaries(names, arrays, max_size=3), cut=st.floats(0, 1, exclude_max=True))
def test_a_frame_that_ends_early_is_an_end_of_file(tensors: dict[str, np.ndarray], cut: float) -> None:
    data = wire.pack({"answer": "text"}, tensors)
    with pytest.raises(EOFError):
        receive(data[: int(cut * len(data))])


def test_the_limits_of_a_call_are_kept() -> None:
    data = wire.pack({"a": "b" * 100}, {"x": np.zeros(100)})
    receive(data, bound=Bound(200, 100, 1000))
    with pytest.raises(ProtocolError, match="header of"):
        receive(data, bound=Bound(100, 100, 1000))
    with pytest.raises(ProtocolError, match="body of"):
        receive(data, bound=Bound(200, 100, 800))
    with pytest.raises(ProtocolError, match="100 numbers"):
        receive(data, bound=Bound(200, 99, 1000))


def test_no_memory_is_taken_for_a_length_that_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    read = wire._read
    monkeypatch.setattr(wire, "_read", lambda s, size, d: sizes.append(size) or read(s, size, d))
    with pytest.raises(ProtocolError):
        receive(wire.MAGIC + struct.pack("<IQ", 10, 2**60) + b"x" * 100)
    assert max(sizes) < 100


# --- patience --------------------------------------------------------------------------------------------


class GaveUp(Exception):
    pass


def patience(times: int) -> wire.Wait:
    """Gives up when it is asked once more than so many times."""
    left = iter(range(times))

    def wait() -> float:
        if next(left, None) is None:
            raise GaveUp
        return 0.001

    return wait


def test_every_byte_that_drips_asks_for_patience() -> None:
    class Drip(Bytes):
        def recv_into(self, buffer: memoryview) -> int:
            return super().recv_into(buffer[:1])

    data = wire.pack({}, {"x": np.zeros(10)})
    dripping: Any = Drip(data)
    with pytest.raises(GaveUp):
        wire.recv(dripping, wait=patience(len(data) - 1))
    patient: Any = Drip(data)
    wire.recv(patient, wait=patience(len(data)))


def test_a_peer_that_neither_reads_nor_writes_uses_patience_up() -> None:
    left, right = socket.socketpair()
    with left, right:
        with pytest.raises(GaveUp):
            wire.send(left, {}, {"x": np.zeros(1 << 22)}, wait=patience(20))
        with pytest.raises(GaveUp):
            wire.recv(left, wait=patience(20))


def test_a_peer_that_has_gone_is_an_end_of_file() -> None:
    left, right = socket.socketpair()
    right.close()
    with left:
        with pytest.raises(EOFError):
            wire.send(left, {}, {"x": np.zeros(1 << 22)})
        with pytest.raises(EOFError):
            wire.recv(left)


# --- damage at random ------------------------------------------------------------------------------------


def _mutate(data: bytes, rng: random.Random) -> bytes:
    """One to four random edits; half of the frames keep a prefix that fits, so that parsing goes deep."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(out)) if out else 0
        match rng.randrange(6):
            case 0:
                out[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                out[at:at] = rng.randbytes(rng.randint(1, 8))
            case 2:
                del out[at : at + rng.randint(1, 8)]
            case 3:
                other = rng.randrange(len(out) + 1)
                out[at:at] = out[min(at, other) : max(at, other)][:64]
            case 4:
                out[at : at + 1] = rng.choice([b'"', b"{", b"}", b"[", b"]", b",", b":", b"0", b"-", b"e"])
            case 5:
                out[at : at + 8] = struct.pack("<Q", rng.choice([0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1]))
    return bytes(out)


def _refit(damaged: bytes, header_length: int) -> bytes:
    """A correct prefix around damaged contents."""
    contents = damaged[struct.calcsize("<4sIQ") :]
    return frame(contents[:header_length], contents[header_length:])


@contextlib.contextmanager
def counted() -> Iterator[list[str]]:
    """A list with an entry for each function that is called, of Python and of C: work, whatever the machine is doing."""
    calls: list[str] = []
    sys.setprofile(lambda frame, event, _: calls.append(event) if event in ("call", "c_call") else None)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def test_mutated_frames_raise_nothing_undeclared_and_take_no_time() -> None:
    rng = random.Random(20240)
    samples = [
        ({"nonce": "0123456789abcdef", "ok": True, "info": {"n": [1, 2.5, None], "t": "é"}}, {}),
        ({"nonce": "0" * 32}, {"x": np.arange(12, dtype=np.float32).reshape(3, 4)}),
        (
            {"ok": False, "error": {"type": "ValueError", "message": "m" * 50}},
            {"a": np.zeros((2, 0)), "b": np.array([True, False]), "c": np.array(7), "d": np.ones(3, "u1")},
        ),
    ]
    originals = [(wire.pack(h, t), len(json.dumps(h, ensure_ascii=False).encode())) for h, t in samples]
    most, outcomes = 0, {"whole": 0, "ProtocolError": 0, "EOFError": 0}
    for _ in range(FUZZ_FRAMES):
        data, header_length = originals[rng.randrange(len(originals))]
        damaged = _mutate(data, rng)
        if rng.random() < 0.5:
            damaged = _refit(damaged, header_length)
        with counted() as calls:
            try:
                receive(damaged)
                outcome = "whole"
            except (ProtocolError, EOFError) as e:
                outcome = type(e).__name__
        most = max(most, len(calls))
        outcomes[outcome] += 1
    assert most < MOST_CALLS
    assert min(outcomes.values()) > FUZZ_FRAMES / 100, outcomes  # every way was tried


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_a_declared_error(data: bytes) -> None:
    for attempt in (data, frame(b"{}", data), frame(data), frame(b"{}", body(data))):
        with contextlib.suppress(ProtocolError, EOFError):
            receive(attempt)


def test_the_largest_allowed_header_and_table_are_quick() -> None:
    worst = [
        frame(b'{"a":[' + b"0," * 32000 + b"0]}"),
        frame(b'{"a":[' + b"[]," * 21000 + b"0]}"),
        frame(b'{"a":"' + b"\\u0061" * 10000 + b'"}'),
        frame(b"{}", body({f"t{i}": entry("U8", [0], 0, 0) for i in range(4000)})),
        frame(b"{}", body(b'{"x":' + b"[" * (wire.MAX_LAYOUT - 20) + b"]}")),
    ]
    for data in worst:
        with counted() as calls, contextlib.suppress(ProtocolError):
            receive(data)
        assert 0 < len(calls) < MOST_CALLS, data[:40]


def test_arrays_come_in_the_order_of_their_names() -> None:
    """The library hands them over in the order of a hash table; stored observations have to be the same bytes."""
    names = [f"array {i}" for i in range(40)]
    frame = wire.pack({}, {n: np.zeros(1, np.float32) for n in reversed(names)})
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(frame)
        _, arrays = wire.recv(theirs)
    assert list(arrays) == sorted(names)
