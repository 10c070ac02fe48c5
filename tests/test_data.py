"""Data sets: the same arrays every time, and one clear line wherever a file is not what it should be."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest

from grader import data as datasets
from grader.data import Dataset
from grader.model import UsageError

# torchvision's folder with copies of both sets, for whoever has one; `grader download` makes it in .data
COPIES = Path(os.environ.get("GRADER_DATA_ROOT", Path(__file__).resolve().parent.parent / ".data"))
FILES = {
    "train-images-idx3-ubyte": (60_000, 28, 28),
    "train-labels-idx1-ubyte": (60_000,),
    "t10k-images-idx3-ubyte": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte": (10_000,),
}


def digits(cache: Path, seed: int = 0) -> Dataset:
    return datasets.load("digits", seed=seed, root=cache / "none", cache=cache)


def arrays(d: Dataset) -> list[np.ndarray]:
    return [d.train_x, d.train_y, d.eval_x, d.eval_y]


def same(a: Dataset, b: Dataset) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(arrays(a), arrays(b), strict=True))


# --- digits ---------------------------------------------------------------------------------------------


def test_digits_need_no_file_and_have_the_promised_form(tmp_path: Path) -> None:
    d = digits(tmp_path)
    assert d.train_x.shape == (1397, 1, 28, 28) and d.eval_x.shape == (400, 1, 28, 28)
    assert d.train_x.dtype == d.eval_x.dtype == np.float32 and d.train_y.dtype == d.eval_y.dtype == np.int64
    assert d.train_x.min() == 0.0 and d.train_x.max() == 1.0
    assert set(d.train_y.tolist()) == set(d.eval_y.tolist()) == set(range(10))
    assert d.class_names == tuple("0123456789")
    # real digits: a class is nearer to its own mean than to the others', for most images
    means = np.stack([d.train_x[d.train_y == c].mean(0).ravel() for c in range(10)])
    nearest = ((d.eval_x.reshape(-1, 1, 784) - means) ** 2).sum(2).argmin(1)
    assert (nearest == d.eval_y).mean() > 0.8


def test_no_image_is_in_both_parts(tmp_path: Path) -> None:
    d = digits(tmp_path)
    train = {x.tobytes() for x in d.train_x}
    assert len(train) == len(d.train_x) and not train & {x.tobytes() for x in d.eval_x}


def test_the_same_seed_gives_the_same_bytes_from_the_source_and_from_the_cache(tmp_path: Path) -> None:
    first, again, elsewhere = digits(tmp_path / "a"), digits(tmp_path / "a"), digits(tmp_path / "b")
    assert same(first, again) and same(first, elsewhere)
    assert first.sha256 == again.sha256 == elsewhere.sha256 and len(first.sha256) == 64


def test_another_seed_gives_another_order_and_another_checksum(tmp_path: Path) -> None:
    a, b = digits(tmp_path, 0), digits(tmp_path, 1)
    assert a.sha256 != b.sha256
    assert {x.tobytes() for x in a.eval_x} == {x.tobytes() for x in b.eval_x}  # never an evaluation image in training


def test_the_checksum_covers_every_array(tmp_path: Path) -> None:
    d = digits(tmp_path)
    sums = {d.sha256}
    for i in range(4):
        changed = [a.copy() for a in arrays(d)]
        changed[i].reshape(-1)[0] += 1
        sums.add(datasets._digest(tuple(changed)))  # type: ignore[arg-type]
    assert len(sums) == 5


@pytest.mark.parametrize("damage", ["truncate", "empty", "garbage", "other_arrays", "wrong_numbers", "folder"])
def test_a_damaged_cache_is_made_again(tmp_path: Path, damage: str) -> None:
    want = digits(tmp_path)
    (path,) = tmp_path.glob("*.npz")
    content = path.read_bytes()
    path.unlink()
    if damage == "truncate":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "garbage":
        path.write_bytes(b"PK\x03\x04" + os.urandom(200))
    elif damage == "other_arrays":
        with path.open("wb") as f:
            np.savez(f, train_x=np.zeros(3))
    elif damage == "wrong_numbers":  # one byte inside an image: the archive's own sum notices
        middle = len(content) // 3
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 0x55]) + content[middle + 1 :])
    else:
        path.mkdir()
    assert digits(tmp_path).sha256 == want.sha256
    if damage != "folder":
        assert path.stat().st_size == len(content)
    assert not list(tmp_path.glob("*.tmp"))


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert same(digits(tmp_path / "file" / "cache"), digits(tmp_path))


def test_an_unknown_set_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'cifar': must be one of digits, mnist, fashion"):
        datasets.load("cifar", seed=0, root=tmp_path, cache=tmp_path)


# --- MNIST and FashionMNIST on disk -----------------------------------------------------------------------


def idx(shape: tuple[int, ...], rng: np.random.Generator) -> bytes:
    """An IDX file: magic with the number of axes, the sizes, then bytes."""
    body = rng.integers(0, 10 if len(shape) == 1 else 256, shape, dtype=np.uint8)
    return struct.pack(f">I{len(shape)}I", 0x0800 + len(shape), *shape) + body.tobytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of the right form with random content, once."""
    folder = tmp_path_factory.mktemp("idx")
    rng = np.random.default_rng(0)
    for name, shape in FILES.items():
        (folder / name).write_bytes(idx(shape, rng))
    return folder


@pytest.fixture(params=["mnist", "fashion"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def raw(tmp_path: Path, whole: Path, name: str) -> Path:
    """torchvision's ``raw`` folder with a link to every file, so that one can be replaced."""
    folder = tmp_path / "root" / {"mnist": "MNIST", "fashion": "FashionMNIST"}[name] / "raw"
    folder.mkdir(parents=True)
    for file in FILES:
        os.link(whole / file, folder / file)
    return folder


def load(name: str, tmp_path: Path, seed: int = 0) -> Dataset:
    return datasets.load(name, seed=seed, root=tmp_path / "root", cache=tmp_path / "cache")


def problem(name: str, tmp_path: Path) -> str:
    with pytest.raises(UsageError) as error:
        load(name, tmp_path)
    text = str(error.value)
    assert "\n" not in text and text.startswith(f"{name}: ")
    assert text.endswith(f"python -m grader download {name} --data-root {tmp_path / 'root'}")
    assert not (tmp_path / "cache").exists()  # nothing is remembered of what was not there
    return text


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named_with_the_command_that_fetches_it(
    tmp_path: Path, raw: Path, name: str, file: str
) -> None:
    (raw / file).unlink()
    assert f"{raw / file} is missing" in problem(name, tmp_path)


def test_no_folder_at_all(tmp_path: Path, name: str) -> None:
    assert "is missing" in problem(name, tmp_path)


@pytest.mark.parametrize("file", FILES)
def test_a_truncated_file_is_named_with_both_sizes(tmp_path: Path, raw: Path, name: str, file: str) -> None:
    size = (raw / file).stat().st_size
    (raw / file).unlink()
    (raw / file).write_bytes(b"\0" * 1000)
    text = problem(name, tmp_path)
    assert f"{raw / file} has 1000 bytes, expected {size}; delete it, then: " in text


@pytest.mark.parametrize("file", ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"])
def test_a_file_of_the_right_size_that_is_not_idx(tmp_path: Path, raw: Path, name: str, file: str) -> None:
    size = (raw / file).stat().st_size
    (raw / file).unlink()
    with (raw / file).open("wb") as f:  # sparse zeros
        f.truncate(size)
    assert "cannot be read" in problem(name, tmp_path)


def test_a_folder_in_place_of_a_file(tmp_path: Path, raw: Path, name: str) -> None:
    (raw / "t10k-labels-idx1-ubyte").unlink()
    (raw / "t10k-labels-idx1-ubyte").mkdir()
    problem(name, tmp_path)


def test_whole_files_load_and_split_by_seed(tmp_path: Path, raw: Path, name: str) -> None:
    a, b = load(name, tmp_path), load(name, tmp_path)
    assert same(a, b) and a.sha256 == b.sha256
    assert a.train_x.shape == (10_000, 1, 28, 28) and a.eval_x.shape == (2_000, 1, 28, 28)
    assert a.train_x.dtype == np.float32 and a.train_x.min() == 0 and a.train_x.max() == 1
    assert ("boot" in a.class_names) == (name == "fashion")
    other = load(name, tmp_path, seed=1)
    assert other.sha256 != a.sha256 and not np.array_equal(other.eval_x, a.eval_x)


def test_other_content_of_the_same_size_is_noticed(tmp_path: Path, raw: Path) -> None:
    """The cache is under the source's content, so data that changed on disk is never served from before."""
    name = "mnist" if raw.parent.name == "MNIST" else "fashion"
    before = load(name, tmp_path)
    file = raw / "train-labels-idx1-ubyte"
    content = bytearray(file.read_bytes())
    content[8:] = bytes((v + 1) % 10 for v in content[8:])
    file.unlink()
    file.write_bytes(content)
    after = load(name, tmp_path)
    assert after.sha256 != before.sha256 and np.array_equal(after.train_y, (before.train_y + 1) % 10)


@pytest.mark.parametrize("real", ["mnist", "fashion"])
def test_real_copies_on_disk_load(tmp_path: Path, real: str) -> None:
    folder = COPIES / {"mnist": "MNIST", "fashion": "FashionMNIST"}[real] / "raw"
    if not folder.is_dir():
        pytest.skip(f"no copy of {real} here: set GRADER_DATA_ROOT, or run `grader download {real}`")
    d = datasets.load(real, seed=0, root=COPIES, cache=tmp_path)
    assert d.train_x.shape == (10_000, 1, 28, 28) and len(d.eval_x) == 2_000
    # squared error of the mean image, per image: 52.7 on MNIST, 68.2 on FashionMNIST
    error = ((d.eval_x - d.train_x.mean(0)) ** 2).sum((1, 2, 3)).mean()
    assert error == pytest.approx({"mnist": 52.7, "fashion": 68.2}[real], rel=0.02)
    assert np.bincount(d.eval_y, minlength=10).min() > 140
