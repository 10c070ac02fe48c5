"""Nothing that a worker can be made to answer is taken for a fault of the grader."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import answers, assignment, checks, derivatives, probes, worker
from grader.sandbox import wire
from tests.test_wire import Bytes

ONE = np.zeros(1)
X = {
    "x": np.zeros((2, 4, 784)),
    "x_hat": np.zeros((2, 4, 784)),
    "mu": np.zeros((2, 4, 3)),
    "logvar": np.zeros((2, 4, 3)),
}
CODES = np.zeros((5, 2), np.float32)
RECORDED = {"via": "decode", "encoded": 0, "meta": [[5, 1, 28, 28], "float32"]}
SIGNATURE = [["x_hat", "POSITIONAL_OR_KEYWORD", False]]
FLOW = {"used": 2, "missing": ["fc1.weight"], "count": 1}
# op -> args, tensors, latent dimension, info, arrays: one honest answer each
HONEST: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], int | None, dict[str, Any], dict[str, Any]]] = {
    "load": ({}, {}, None, {"names": {"VAE": {"kind": "class", "module": True, "methods": {"encode": SIGNATURE},
             "signature": None}, "ae_loss": None, "TUNED_BETA": {"kind": "float", "value": 1.0}}, "backward_calls": 0}, {}),
    "build": ({}, {}, 2, {"latent_dim": 2, "has_latent_dim": True, "batch_norm": False, "parameters": 9}, {}),
    "state": ({}, {}, 2, {}, {"state:fc1.weight": ONE}),
    "apply": ({"method": "encode"}, {}, 2, {"changed_input": False, "meta": [[[5, 2], "float32"]], "generator_after": "ab", "form": ""},
              {"out0": CODES}),
    "chunked": ({"method": "decode"}, {}, 2, {}, {"out0": ONE}),
    "staged": ({}, {}, 2, {"encode_calls": 2, "random_input": False}, dict.fromkeys(answers._STAGES, ONE)),
    "noise_gradient": ({}, {"mu": CODES}, 2, {"detached": ["mu"]}, {"z": CODES, "dlogvar": CODES}),
    "code_gradient": ({}, {}, 2, {}, {"grad": ONE}),
    "pixel_reach": ({}, {}, 2, {}, {"reach": ONE}),
    "parameter_flow": ({}, {}, 2, {"loss": FLOW, "image": FLOW}, {}),
    "loss": ({"fn": "vae_loss", "betas": [0.0, 1.0], "grad": True}, X, None,
             {"changed_input": [], "not_tensor": [], "no_gradient": ["mu"], "shapes": {"total": [], "recon": [], "kl": [4]}},
             {"total": np.zeros(4), "recon": np.zeros(4), "kl": np.zeros((4, 4)), "dx_hat": np.zeros((4, 4, 784)),
              "dmu": np.zeros((4, 4, 3)), "dlogvar": np.zeros((4, 4, 3))}),
    "train": ({"cls": "VAE", "steps": 9}, {}, None, {"diverged_at": 2},
              {"total": np.zeros(3), "recon": np.zeros(3), "kl": np.zeros(3), "state:fc1.weight": ONE}),
    "sample": ({"rows": 64}, {}, 2, RECORDED, {"images": np.zeros((5, 1, 28, 28)), "codes": CODES}),
    "interpolate": ({}, {}, 2, RECORDED, {"images": np.zeros((5, 1, 28, 28)), "codes": CODES}),
    "grid": ({}, {}, 2, RECORDED, {"images": np.zeros((5, 1, 28, 28)), "codes": CODES}),
    "slopes": ({}, {}, 2, {"precise": True}, {"gradients": ONE, "differences": ONE, "repeated": ONE}),
    "weight_slopes": ({"lengths": [0.1, 0.2, 0.3], "directions": 2}, {}, 2, {"names": ["a", "b", "c", "d"], "precise": False},
                      {"gradients": np.zeros((4, 2)), "differences": np.zeros((3, 4, 2)), "repeated": np.zeros((4, 2))}),
    "paired_values": ({"cls": "VAE", "batch": 5, "D": 2}, {}, None, {},
                      {"x_hat": np.zeros((5, 1, 28, 28)), "mu": CODES, "logvar": CODES}),
    "paired_gradient": ({}, {}, None, {"names": ["a", "b"]}, {"own": np.zeros((2, 64)), "staged": np.zeros((2, 64))}),
}  # fmt: skip
LEFT = {"codes": CODES, "means": CODES, "logvars": CODES}
LENGTHS = (
    "loss",
    "train",
    "sample",
    "interpolate",
    "grid",
    "noise_gradient",
    "weight_slopes",
    "paired_values",
    "paired_gradient",
)
WRONG = (None, True, -1, 1 << 70, 0.5, "x", "x" * 5000, [], {}, [[]], {"x": 1}, ["x", "y"])


@pytest.mark.parametrize("op", HONEST)
def test_an_honest_answer_is_taken(op: str) -> None:
    assert answers.problem(op, *HONEST[op]) is None


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    out = copy.deepcopy(value)
    inner = out
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = by
    return out


@pytest.mark.parametrize("op", HONEST)
def test_no_part_of_it_can_be_of_another_kind(op: str) -> None:
    *asked, info, arrays = HONEST[op]
    for path in places(info):
        kinds = set()
        for wrong in WRONG:
            if answers.problem(op, *asked, replaced(info, path, wrong), arrays) is None:
                kinds.add(type(wrong))
        assert len(kinds - {type(None)}) <= 2, (path, kinds)  # a shape, a text, a number or its description
    for wrong in WRONG:
        if wrong != info:
            assert answers.problem(op, *asked, wrong, arrays) is not None


@pytest.mark.parametrize("op", HONEST)
def test_nothing_is_missing_and_nothing_is_there_beside_it(op: str) -> None:
    *asked, info, arrays = HONEST[op]
    optional = {"module", "methods", "signature", "value"}
    for key in set(info) - optional:
        assert answers.problem(op, *asked, {k: v for k, v in info.items() if k != key}, arrays) is not None, key
    assert answers.problem(op, *asked, info | {"repair": {}}, arrays) is not None
    assert answers.problem(op, *asked, info, arrays | {"more": ONE}) is not None
    for key in arrays:
        if not key.startswith("state:"):
            assert answers.problem(op, *asked, info, {k: v for k, v in arrays.items() if k != key}) is not None, key


@pytest.mark.parametrize("op", ["sample", "interpolate", "grid"])
def test_of_a_model_left_in_train_mode_codes_are_told_and_no_images(op: str) -> None:
    args, tensors, d, info, arrays = HONEST[op]
    assert answers.problem(op, args | {"train": True}, tensors, d, info, LEFT) is None
    assert answers.problem(op, args | {"train": True}, tensors, d, info, arrays) is not None
    for key in LEFT:
        wrong = LEFT | {key: np.zeros((5, 3), np.float32)}
        assert answers.problem(op, args | {"train": True}, tensors, d, info, wrong) is not None


def test_a_sketch_has_one_length() -> None:
    assert answers.SKETCH == derivatives.SKETCH


@pytest.mark.parametrize("op", LENGTHS)
@pytest.mark.parametrize("shape", [(), (0,), (7, 2, 2), (1, 784)])
def test_arrays_are_as_long_as_was_told(op: str, shape: tuple[int, ...]) -> None:
    *asked, info, arrays = HONEST[op]
    for key in arrays:
        if not key.startswith("state:") and key != "z":
            wrong = arrays | {key: np.zeros(shape, arrays[key].dtype)}
            assert answers.problem(op, *asked, info, wrong) is not None, key


# --- how much may come back


def asked() -> list[probes.Probe]:
    """Every question of the exam that is data, and those that the observer makes up, as large as it makes them."""
    a = assignment.load(Path(__file__).parents[1] / "reference" / "assignment.toml", check_ids=checks.IDS)
    fixed = [
        *probes.build_probes(a), *probes.batch_probes(a), *probes.wiring_probes(a), *probes.noise_probes(a),
        *probes.loss_probes(a, flat=True), *probes.slope_probes(a),
    ]  # fmt: skip
    run = probes.TrainRun("beta_1", "VAE", a.latent_dim, 1.0, 1.0)
    m = probes.Model("m", "VAE", a.latent_dim, 0)
    rest = {
        "sample": {"n": 512, "rows": probes.SAMPLES}, "interpolate": {"steps": a.interpolation_steps}, "grid": {},
        "chunked": {"method": "decode"},
    }  # fmt: skip
    codes = np.zeros((probes.GRID[0] ** 2, a.latent_dim), np.float32)
    made = [
        probes.Probe(op, "decode", op, args, {"a0": codes} if op == "chunked" else {}, {}, m)
        for op, args in rest.items()
    ]
    return [*fixed, *made, probes.train_probe(a, run, {}, 4 * a.steps), *probes.paired_probes(a, run, 0)]


def bound(p: probes.Probe) -> answers.Bound:
    return answers.bound(p.op, p.args, p.tensors, p.model.latent_dim if p.model else None)


def test_every_operation_says_before_how_much_may_come_back() -> None:
    assert {p.op for p in asked()} | {"load", "keep", "build"} == set(answers._INFO)
    for p in asked():
        b = bound(p)
        expected = sum(math.prod(shapes[0]) for shapes in p.expect.values() if shapes)
        assert b.header <= answers.NAMES_HEADER and b.body <= 8 * b.numbers + answers.MAX_LAYOUT, p.name
        if p.op in ("state", "train"):
            assert b.body <= (64 << 20) + (1 << 20), p.name
        else:
            assert 4 * expected <= b.numbers and b.body <= 15 << 20, (p.name, b)


@pytest.mark.parametrize("op", HONEST)
def test_an_honest_answer_is_within_its_bound(op: str) -> None:
    args, tensors, d, info, arrays = HONEST[op]
    more = {"sample": {"n": 5}, "interpolate": {"steps": 5}, "slopes": {"lengths": [0.1]}}.get(op, {})
    given = dict.fromkeys(("a0", "x", "w", "z", "v", "mu", "logvar"), np.zeros((5, 784))) | dict(tensors)
    b = answers.bound(op, args | more, given, d)
    frame = wire.pack({"nonce": "0" * 32, "ok": True, "info": info}, arrays)
    assert wire.recv(Bytes(frame), bound=b)[0]["ok"]  # type: ignore[arg-type]
    assert sum(a.size for a in arrays.values()) <= b.numbers


@pytest.mark.parametrize(
    "shape", [(640, 640), (21 * 30 + 2,) * 2, (588, 588, 4), (3, 632, 632), (1, 1, 588, 588), (441, 1, 28, 28)]
)
def test_a_grid_of_another_plausible_shape_is_within_the_bound(shape: tuple[int, ...]) -> None:
    assert math.prod(shape) + 441 * 2 <= answers.bound("grid", {}, {}, 2).numbers


def test_an_error_fits_whatever_characters_it_has() -> None:
    lengths = {"type": 80, "message": 400, "where": 200, "got": 200, "expected": 200, "package": 80, "unwritten": 80}
    error = {k: "\x01" * n for k, n in lengths.items()} | {"contract": True}
    frame = wire.pack({"nonce": "0" * 32, "ok": False, "error": error})
    wire.recv(Bytes(frame), bound=answers.Bound(answers.HEADER, 0, 0))  # type: ignore[arg-type]


def test_worker_and_bound_have_the_same_limits() -> None:
    assert (answers.CODES, answers.ENDS) == (worker.MAX_CODES, worker.MAX_ENDS)
    assert answers.MOST_WEIGHTS == derivatives.MOST_WEIGHTS and probes.GRID[0] == answers.GRID


def test_a_curve_ends_where_training_did() -> None:
    *asked, info, arrays = HONEST["train"]
    for end in (None, -1, 1, 9, 100):
        assert answers.problem("train", *asked, info | {"diverged_at": end}, arrays) is not None
