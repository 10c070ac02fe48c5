"""Nothing that a worker can be made to answer is taken for a fault of the grader."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from grader import answers, derivatives

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


def test_a_curve_ends_where_training_did() -> None:
    *asked, info, arrays = HONEST["train"]
    for end in (None, -1, 1, 9, 100):
        assert answers.problem("train", *asked, info | {"diverged_at": end}, arrays) is not None
