"""The wire between the two sides: a JSON header and named arrays, never pickle.

A frame is ``magic (4) | header length u32 | body length u64 | header | body``, little-endian; the header is
a JSON object, the body one safetensors file (absent if there are no arrays). Both sides use this module,
so it imports neither torch nor anything of ``grader``: arrays are numpy arrays, and the untrusted side
wraps them with ``torch.from_numpy``, which copies nothing.

The receiver trusts no byte. Whatever is wrong with a frame is a ``ProtocolError``; a closed peer is an
``EOFError``. How long a frame may take is decided by the caller's ``wait``, which is asked before every read
and write, and again when one has lasted as long as it said; to give up it raises.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import socket
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from safetensors import deserialize

MAGIC = b"AEG1"
MAX_HEADER = 1 << 16  # bytes of JSON that a reply may carry
MAX_BODY = 256 << 20  # bytes of safetensors
MAX_LAYOUT = 1 << 18  # bytes of the safetensors table of contents: bounds the number of arrays too
MAX_DEPTH = 16  # nesting of the JSON header
MAX_RANK = 8

_PREFIX = struct.Struct("<4sIQ")
_LAYOUT_LENGTH = struct.Struct("<Q")
_MESSAGE_LENGTH = struct.Struct("<I")
_FIRST_ROOM = 1 << 20  # bytes of memory that a length alone can make the receiver take

_DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}


@dataclass(frozen=True)
class Bound:
    """The most that an answer may hold: bytes of the header, numbers in all arrays together, bytes of the body."""

    header: int = MAX_HEADER
    numbers: int = MAX_BODY
    body: int = MAX_BODY


WIDEST = Bound()  # of questions, and of answers where nobody says less
Arrays = Mapping[str, "np.ndarray[Any, Any]"]
Wait = Callable[[], float]  # seconds (more than 0) that the next read or write may last before it is asked again
T = TypeVar("T")


class ProtocolError(Exception):
    """The peer sent something that is no frame, or not a frame that was allowed."""


# --- sending -------------------------------------------------------------------------------------------


def pack(header: Mapping[str, Any], arrays: Arrays | None = None) -> bytes:
    """Return one frame as bytes; ``send`` does the same without copying the arrays."""
    return b"".join(_buffers(header, arrays))


def send(
    sock: socket.socket, header: Mapping[str, Any], arrays: Arrays | None = None, *, wait: Wait | None = None
) -> None:
    """Send one frame, for as long as ``wait`` allows, or however long it takes.

    Raises what ``wait`` raises; ``EOFError`` if the peer is gone; ``ValueError`` or ``TypeError`` if the header
    is not finite JSON or an array has a dtype that the wire does not carry.
    """
    pending = [memoryview(b) for b in _buffers(header, arrays)]
    while pending:
        try:  # not sendmsg, which a worker is denied
            sent = _patiently(sock, wait, partial(sock.send, pending[0]))
        except (BrokenPipeError, ConnectionResetError) as e:
            raise EOFError("the peer closed the channel") from e
        pending[0] = pending[0][sent:]
        if not pending[0]:
            pending.pop(0)


def _buffers(header: Mapping[str, Any], arrays: Arrays | None) -> list[bytes | memoryview]:
    """One frame as a list of buffers: a short head, then the memory of each array as it lies."""
    said = json.dumps(dict(header), allow_nan=False, ensure_ascii=False)
    text = said.encode("utf-8", "replace")  # a lone surrogate in an error message becomes "?"
    layout: dict[str, Any] = {}
    chunks: list[bytes | memoryview] = []
    offset = 0
    for name, given in sorted((arrays or {}).items()):
        array = np.ascontiguousarray(given).reshape(given.shape)  # which makes no axis out of none
        code = _CODES.get(array.dtype)
        if code is None:
            raise TypeError(f"{name}: the wire carries {', '.join(_DTYPES)}, not {array.dtype}")
        layout[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
        if array.nbytes:
            chunks.append(array.reshape(-1).view(np.uint8).data)
    if not layout:
        return [_PREFIX.pack(MAGIC, len(text), 0) + text]
    table = json.dumps(layout, separators=(",", ":")).encode("utf-8")
    table += b" " * (-len(table) % 8)  # arrays start on an 8-byte boundary
    body = _LAYOUT_LENGTH.size + len(table) + offset
    head = _PREFIX.pack(MAGIC, len(text), body) + text + _LAYOUT_LENGTH.pack(len(table)) + table
    return [head, *chunks]


# --- receiving -----------------------------------------------------------------------------------------


def recv(
    sock: socket.socket, *, wait: Wait | None = None, bound: Bound = WIDEST
) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """Receive one frame and return its header and its arrays (each owns its memory and is writable).

    Lengths are compared with ``bound`` before any memory is taken. Raises ``ProtocolError``, ``EOFError`` (also when the
    peer stops in the middle of a frame) and what ``wait`` raises.
    """
    magic, header_length, body_length = _PREFIX.unpack(_read(sock, _PREFIX.size, wait))
    if magic != MAGIC:
        raise ProtocolError("the bytes on the channel are no frame")
    if header_length > bound.header:
        raise ProtocolError(f"header of {header_length} bytes, at most {bound.header} allowed")
    if body_length > bound.body:
        raise ProtocolError(f"body of {body_length} bytes, at most {bound.body} allowed")
    header = parse_header(_read(sock, header_length, wait))
    arrays = parse_arrays(_read(sock, body_length, wait)) if body_length else {}
    # truth values take a byte each, and more as soon as anybody calculates with them
    if (numbers := sum(a.size for a in arrays.values())) > bound.numbers:
        raise ProtocolError(f"{numbers} numbers, at most {bound.numbers} allowed")
    return header, arrays


def _read(sock: socket.socket, size: int, wait: Wait | None) -> bytes:
    """Exactly ``size`` bytes, received in place: the buffer of a BytesIO becomes the result uncopied.

    The buffer is at most four times as long as what has arrived, whatever length was announced.
    """
    stream = io.BytesIO()
    have = room = 0
    while have < size:
        room = min(size, max(_FIRST_ROOM, 4 * room))
        stream.seek(room - 1)
        stream.write(b"\0")
        with stream.getbuffer() as view:
            while have < room:
                try:
                    got = _patiently(sock, wait, partial(sock.recv_into, view[have:]))
                except ConnectionResetError as e:
                    raise EOFError("the peer closed the channel") from e
                if got == 0:
                    raise EOFError("the peer closed the channel")
                have += got
    return stream.getvalue()


def _patiently(sock: socket.socket, wait: Wait | None, transfer: Callable[[], T]) -> T:
    """One read or write, tried again for as long as ``wait`` does not raise."""
    if wait is None:
        sock.settimeout(None)
        return transfer()
    while True:
        sock.settimeout(wait())
        with contextlib.suppress(TimeoutError):
            return transfer()


def parse_header(text: bytes) -> dict[str, Any]:
    """Parse a JSON object; refuse NaN, infinities, deep nesting and text that is not valid Unicode."""
    try:
        header = json.loads(text.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as e:
        raise ProtocolError(f"the header is not JSON: {type(e).__name__}") from e
    if not isinstance(header, dict):
        raise ProtocolError("the header is not a JSON object")
    level: list[Any] = [header]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return header
    raise ProtocolError(f"the header is nested deeper than {MAX_DEPTH}")


def _children(value: Any) -> Iterator[Any]:
    """The values inside one JSON value; refuses lone surrogates, which no file could be written with."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as e:
            raise ProtocolError("the header holds text that is not Unicode") from e
    elif isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number in the header is too large")
    return value


def parse_arrays(body: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """Parse a safetensors file into arrays of the five dtypes of the wire; raises ``ProtocolError``."""
    if len(body) < _LAYOUT_LENGTH.size:
        raise ProtocolError("the body is shorter than its own length field")
    (layout_length,) = _LAYOUT_LENGTH.unpack_from(body)
    if layout_length > MAX_LAYOUT:
        raise ProtocolError(f"table of {layout_length} bytes, at most {MAX_LAYOUT} allowed")
    try:
        entries = deserialize(body)
        # the library's order is that of a hash table, another one in every process
        return {name: _array(entry) for name, entry in sorted(entries, key=lambda pair: pair[0])}
    except ProtocolError:
        raise
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as e:  # a panic of the Rust parser is no Exception
        raise ProtocolError(f"the body is not safetensors: {type(e).__name__}") from e


def _array(entry: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    dtype = _DTYPES.get(entry["dtype"])
    if dtype is None:
        raise ProtocolError(f"an array of dtype {str(entry['dtype'])[:20]}, none of the wire's")
    shape = entry["shape"]
    if len(shape) > MAX_RANK:
        raise ProtocolError(f"an array with {len(shape)} axes, at most {MAX_RANK} allowed")
    flat = np.frombuffer(entry["data"], dtype=np.uint8)
    if dtype.kind == "b" and flat.size and flat.max() > 1:
        raise ProtocolError("a boolean that is neither 0 nor 1")
    return flat.view(dtype).reshape(shape)


# --- control messages between the trusted host and the zygote --------------------------------------------


def send_message(sock: socket.socket, message: Mapping[str, Any], fds: Sequence[int] = ()) -> None:
    """Send a small JSON message, with file descriptors, between two trusted ends."""
    text = json.dumps(dict(message)).encode("ascii")
    data = _MESSAGE_LENGTH.pack(len(text)) + text
    sent = socket.send_fds(sock, [data], list(fds)) if fds else sock.send(data)
    sock.sendall(data[sent:])


def recv_message(sock: socket.socket, *, max_fds: int = 0) -> tuple[dict[str, Any], list[int]]:
    """Receive what ``send_message`` sent; ``EOFError`` if the peer is gone."""
    fds: list[int] = []
    head = b""
    while len(head) < _MESSAGE_LENGTH.size:
        missing = _MESSAGE_LENGTH.size - len(head)
        if max_fds:
            data, new_fds, _, _ = socket.recv_fds(sock, missing, max_fds)
            fds += new_fds
        else:
            data = sock.recv(missing)
        if not data:
            raise EOFError("the peer closed the channel")
        head += data
    text = b""
    (length,) = _MESSAGE_LENGTH.unpack(head)
    while len(text) < length:
        data = sock.recv(length - len(text))
        if not data:
            raise EOFError("the peer closed the channel")
        text += data
    message: dict[str, Any] = json.loads(text)
    return message, fds
