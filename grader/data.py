"""Data sets with a fixed-seed split, prepared once and identified by a checksum.

Images are float32 ``[n, 1, 28, 28]`` in ``[0, 1]``. Data never changes silently: a set that is not there
is an error that names the command to run, never another set.
"""

from __future__ import annotations

import importlib.metadata
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from grader.model import UsageError

PREPARATION = "1"  # raise when the arrays made here change
FASHION_CLASSES = (
    "T-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "boot",
)  # fmt: skip
# Per set: training and evaluation images. The digits' 1,797 are used up; the others are subsets.
SIZES = {"digits": (1397, 400), "mnist": (10_000, 2_000), "fashion": (10_000, 2_000)}
_TORCHVISION = {"mnist": "MNIST", "fashion": "FashionMNIST"}
_RAW = {  # file: bytes of the uncompressed IDX file
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}


@dataclass(frozen=True)
class Dataset:
    """A prepared data set; ``sha256`` covers all four arrays."""

    name: str
    train_x: np.ndarray  # [n, 1, 28, 28] float32
    train_y: np.ndarray  # [n] int64
    eval_x: np.ndarray
    eval_y: np.ndarray
    sha256: str
    class_names: tuple[str, ...]


def load(name: str, *, seed: int, root: Path, cache: Path) -> Dataset:
    """The data set ``name``, split by ``seed``.

    ``root`` is torchvision's folder for ``mnist`` and ``fashion`` (it holds ``MNIST/raw/…``); ``cache``
    keeps the prepared arrays under a name derived from the source's content, so that a second run does
    not import the libraries that read it. Raises ``UsageError`` for a set that is missing or damaged.
    """
    if name not in SIZES:
        raise UsageError(f"data set {name!r}: must be one of {', '.join(SIZES)}")
    source = _source_identity(name, root)
    key = sha256(f"{PREPARATION} {name} {seed} {SIZES[name]} {source}".encode()).hexdigest()[:24]
    path = cache / f"{name}-{key}.npz"
    arrays = _read_cached(path)
    if arrays is None:
        images, labels, held_x, held_y = _read_digits() if name == "digits" else _read_idx(name, root)
        arrays = _split(name, seed, images, labels, held_x, held_y)
        _write_cached(path, arrays)
    classes = FASHION_CLASSES if name == "fashion" else tuple(str(i) for i in range(10))
    return Dataset(name, *arrays, sha256=_digest(arrays), class_names=classes)


Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _digest(arrays: Arrays) -> str:
    h = sha256()
    for a in arrays:
        h.update(f"{a.dtype} {a.shape}".encode())
        h.update(np.ascontiguousarray(a).tobytes())
    return h.hexdigest()


def _source_identity(name: str, root: Path) -> str:
    if name == "digits":
        return "scikit-learn " + importlib.metadata.version("scikit-learn")
    folder = root / _TORCHVISION[name] / "raw"
    h = sha256()
    for file, size in _RAW.items():
        path = folder / file
        fix = f"python -m grader download {name} --data-root {root}"
        try:
            found = path.stat().st_size
        except OSError:
            raise UsageError(f"{name}: {path} is missing; to download it: {fix}") from None
        if found != size:
            raise UsageError(f"{name}: {path} has {found} bytes, expected {size}; delete it, then: {fix}")
        with path.open("rb") as f:
            while block := f.read(1 << 20):
                h.update(block)
    return h.hexdigest()


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)  # an assertion may say nothing


def download(name: str, root: Path) -> None:
    """Fetch ``mnist`` or ``fashion`` into ``root`` through torchvision; raises ``UsageError``."""
    from grader.torchvision_compat import import_torchvision

    if name == "digits":
        return  # comes with scikit-learn
    import_torchvision()
    from torchvision import datasets

    try:
        getattr(datasets, _TORCHVISION[name])(root=str(root), train=True, download=True)
    except Exception as error:
        raise UsageError(f"{name}: download failed: {_first_line(error)}") from None


def _read_digits() -> Arrays:
    from PIL import Image
    from sklearn.datasets import load_digits

    bunch = load_digits()
    small = (bunch.images / 16.0).astype(np.float32)
    resized = [np.asarray(Image.fromarray(im, mode=None).resize((28, 28), Image.Resampling.BILINEAR)) for im in small]
    images = np.stack(resized).clip(0.0, 1.0)[:, None]
    n = SIZES["digits"][0]
    order = np.random.default_rng(1797).permutation(len(images))  # writers are contiguous in the file
    images, labels = images[order], bunch.target[order].astype(np.int64)
    return images[:n], labels[:n], images[n:], labels[n:]


def _read_idx(name: str, root: Path) -> Arrays:
    from grader.torchvision_compat import import_torchvision

    import_torchvision()
    from torchvision import datasets

    out: list[np.ndarray] = []
    for train in (True, False):
        try:
            data = getattr(datasets, _TORCHVISION[name])(root=str(root), train=train, download=False)
        except (RuntimeError, ValueError, OSError, AssertionError) as error:
            fix = f"python -m grader download {name} --data-root {root}"
            raise UsageError(f"{name}: cannot be read ({_first_line(error)}); delete it, then: {fix}") from None
        out += [data.data.numpy()[:, None].astype(np.float32) / 255.0, data.targets.numpy()]
    return out[0], out[1].astype(np.int64), out[2], out[3].astype(np.int64)


def _split(name: str, seed: int, x: np.ndarray, y: np.ndarray, held_x: np.ndarray, held_y: np.ndarray) -> Arrays:
    """A seeded subset of the training part and one of the held-out part."""
    rng = np.random.default_rng([seed, 28])
    n_train, n_eval = SIZES[name]
    a = rng.permutation(len(x))[:n_train]
    b = rng.permutation(len(held_x))[:n_eval]
    return (np.ascontiguousarray(x[a], np.float32), y[a], np.ascontiguousarray(held_x[b], np.float32), held_y[b])


def _read_cached(path: Path) -> Arrays | None:
    try:
        with np.load(path, allow_pickle=False) as f:
            return f["train_x"], f["train_y"], f["eval_x"], f["eval_y"]
    except (OSError, ValueError, KeyError, EOFError):
        return None
    except Exception:  # zipfile.BadZipFile and zlib.error: a damaged cache is made again
        return None


def _write_cached(path: Path, arrays: Arrays) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    except OSError:
        return  # a cache that cannot be written only costs time
    try:
        with os.fdopen(fd, "wb") as f:
            np.savez(f, train_x=arrays[0], train_y=arrays[1], eval_x=arrays[2], eval_y=arrays[3])
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if not isinstance(error, OSError):
            raise
