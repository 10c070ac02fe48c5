"""Which batches a model takes, found from those that were tried: against runs of letters that a regular expression finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import assignment, checks, findings, probes
from grader.model import Fault, Observation
from tests.conftest import ROOT

ASSIGNMENT = assignment.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
PLAN = {p.name: p for p in probes.batch_probes(ASSIGNMENT)}
TRIED = sorted({1, 2, 4, 7, 128} | {16, 32, 50, 64, 100, 256})
RAISED = Fault("raised", "RuntimeError: shape '[128, 784]' is invalid")
Answer = Callable[[str, str, int], Fault | None]


def observed(answer: Answer) -> dict[str, Observation]:
    """What the probes of shapes and batches see of a model that answers so to (class, method, batch)."""
    out = {}
    for name in PLAN:
        _, cls, method, _, b = name.split(":")
        out[name] = Observation(name, fault=answer(cls, method, int(b)))
    return out


def only(*rows: int) -> Answer:
    return lambda cls, method, b: None if b in rows else RAISED


@pytest.mark.parametrize(
    ("rows", "fits"),
    [
        (tuple(TRIED), None),  # any number
        ((), None),  # none at all: then nothing is known, and probes are put as they are
        ((128,), (128, 128)),  # view(128, -1)
        ((100,), (100, 100)),
        (tuple(b for b in TRIED if b >= 2), (2, 0)),  # squeeze(), or batch norm in train mode
        (tuple(b for b in TRIED if b <= 64), (1, 64)),  # noise of 64 rows, cut to the batch
        ((1,), (1, 1)),
        ((256,), (256, 256)),  # the largest that was tried alone says nothing about larger ones
        ((16, 64), (64, 64)),  # of runs of the same length the larger rows
        ((1, 2, 64), (1, 2)),  # the longer run before the larger rows
    ],
)
def test_examples(rows: tuple[int, ...], fits: tuple[int, int] | None) -> None:
    for cls in probes.CLASSES:
        assert findings.fit(observed(only(*rows)), PLAN, cls) == fits


@given(st.sets(st.sampled_from(TRIED)))
def test_the_longest_run_of_batches_that_work(rows: set[int]) -> None:
    letters = "".join("y" if b in rows else "n" for b in TRIED)
    runs = sorted(re.finditer("y+", letters), key=lambda m: (m.end() - m.start(), m.start()))
    want = None
    if runs and len(rows) < len(TRIED):
        first, last = runs[-1].start(), runs[-1].end() - 1
        open_ended = last == len(TRIED) - 1 and first < last
        want = TRIED[first], 0 if open_ended else TRIED[last]
    assert findings.fit(observed(only(*rows)), PLAN, "VAE") == want


@pytest.mark.parametrize("method", ["encode", "decode", "forward"])
def test_a_batch_works_where_every_method_takes_it_and_classes_are_apart(method: str) -> None:
    def answer(cls: str, m: str, b: int) -> Fault | None:
        return RAISED if (cls, m) == ("VAE", method) and b != 64 else None

    assert findings.fit(observed(answer), PLAN, "VAE") == (64, 64)
    assert findings.fit(observed(answer), PLAN, "Autoencoder") is None


@pytest.mark.parametrize(
    ("kind", "shape", "works"),
    [
        ("wrong_shape", lambda b: [b, 1, 784], True),  # the numbers are there, one row for each image
        ("wrong_shape", lambda b: [1, b * 784], False),
        ("wrong_shape", lambda b: [b, 783], False),
        ("wrong_value", lambda b: [b, 784], True),  # not a number, or out of range: judged elsewhere
        ("timeout", lambda b: [b, 784], False),
        ("memory", lambda b: [b, 784], False),
    ],
)
def test_wrong_in_form_is_not_unusable(kind: str, shape: Callable[[int], list[int]], works: bool) -> None:
    by: Mapping[str, Observation] = {
        name: Observation(name, {}, {"meta": [[shape(int(name.split(":")[4])), "float32"]]}, Fault(kind, "…"))  # type: ignore[arg-type]
        if name.split(":")[2] == "decode" and name.endswith(":2")
        else Observation(name)
        for name in PLAN
    }
    assert findings.fit(by, PLAN, "Autoencoder") == (None if works else (4, 0))
