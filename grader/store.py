"""Observations on disk, by the hash of what they depend on; written whole or not at all.

One file per submission: a JSON header (probe names, info, faults) and one safetensors body. Anything that
is damaged, truncated or of another format reads as "not there", so it is observed again.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from grader import text
from grader.model import Fault, GraderError, Observation, Observations

MAGIC = b"OBS1"
MAX_BYTES = 32 << 20  # of one file; ``observe.KEPT_BYTES`` has what honest ones take
FIXED = 16 << 10  # bytes of a file for its digest, versions and the like: the reference's has 0.7 kB
_ENTRY = 160  # bytes that one array may take in the tables beside its two names, which stand in both
_HEAD = struct.Struct("<4sQ32s")


def write_atomic(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content`` in one step; raises ``GraderError`` if the disk does not take it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    except OSError as error:
        raise GraderError(f"{path.parent}: cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(fd, "wb") as f:
            f.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        raise GraderError(f"{path}: cannot be written: {error.strerror}") from None
    except BaseException:
        os.unlink(temporary)
        raise


def _encode(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def dumps(observations: Observations) -> bytes:
    """One file's content; the same observations in the same order give the same bytes.

    Orders are kept, of probes and inside what they tell: what is read back is judged to the same bytes as what was
    just observed.
    """
    header: dict[str, Any] = {
        "digest": observations.digest,
        "isolation": observations.isolation,
        "environment": dict(observations.environment),
        "data_sha256": observations.data_sha256,
        "probes": {},
    }
    body: dict[str, np.ndarray] = {}
    for name, o in observations.by_probe.items():
        header["probes"][name] = {
            "info": dict(o.info),
            "fault": asdict(o.fault) if o.fault else None,
            "arrays": list(o.arrays),
        }
        for key in o.arrays:
            body[f"{name}\t{key}"] = np.asarray(o.arrays[key], order="C")  # keeps a scalar a scalar
    head = json.dumps(header, default=_encode).encode()
    payload = head + save_arrays(body)
    return _HEAD.pack(MAGIC, len(head), sha256(payload).digest()) + payload


def size(o: Observation) -> tuple[int, int]:
    """At most so many bytes of a file are for what one observation tells, and for its arrays."""
    entry = {"info": dict(o.info), "fault": asdict(o.fault) if o.fault else None, "arrays": list(o.arrays)}
    text = len(json.dumps({o.probe: entry}, default=_encode))
    names = sum(len(json.dumps(f"{o.probe}\t{k}")) + _ENTRY for k in o.arrays)
    return text + names, sum(a.nbytes for a in o.arrays.values())


def loads(content: bytes) -> Observations | None:
    """The observations, or ``None`` for a file that is not whole."""
    try:
        magic, length, digest = _HEAD.unpack_from(content)
        payload = content[_HEAD.size :]
        if magic != MAGIC or sha256(payload).digest() != digest:
            return None
        header = json.loads(payload[:length])
        body = load_arrays(payload[length:])
        by_probe = {
            name: Observation(
                name,
                {k: body[f"{name}\t{k}"] for k in entry["arrays"]},
                entry["info"],
                Fault(**entry["fault"]) if entry["fault"] else None,
            )
            for name, entry in header["probes"].items()
        }
        return Observations(
            by_probe, header["digest"], header["isolation"], header["environment"], header["data_sha256"]
        )
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, SafetensorError):
        return None


def read(path: Path) -> Observations | None:
    try:
        with path.open("rb") as f:
            content = f.read(MAX_BYTES + 1)
        return loads(content) if len(content) <= MAX_BYTES else None
    except OSError:
        return None


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Canonical JSON for files that people read and programs compare, in characters that are seen; any text goes."""
    return (text.json_safe(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)) + "\n").encode()


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep a second grader off ``folder``; raises ``GraderError`` naming the process that holds it."""
    import fcntl

    try:
        folder.mkdir(parents=True, exist_ok=True)
        f = (folder / ".lock").open("a+")
    except OSError as error:
        raise GraderError(f"{folder}: cannot be written: {error.strerror}") from None
    with f:
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            f.seek(0)
            holder = f.read().strip() or "unknown"
            raise GraderError(
                f"{folder}: another grader (process {holder}) is at work here; wait for it or use another --out"
            ) from None
        _sweep(folder)
        try:
            os.ftruncate(f.fileno(), 0)
            os.write(f.fileno(), str(os.getpid()).encode())
        except OSError as error:
            raise GraderError(f"{folder}: cannot be written: {error.strerror}") from None
        yield


def _sweep(folder: Path) -> None:
    """Remove what a grader that was killed while it wrote has left; only for the holder of the lock."""
    for pattern in (".tmp-*", "*/.tmp-*", ".observations/*/.tmp-*", ".cache/*.tmp"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
