"""What an answer to each operation looks like: anything else is refused before it is read. Pure.

A worker can be rewritten by the code that it runs, so an answer may hold any JSON and any arrays. Whatever relied on
a part that is missing or of another kind would fail on the trusted side, as if the grader were at fault; here it
becomes a fault of the submission instead. How long an answer may be follows from the question, and is compared with
the length that it announces.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.sandbox.wire import MAX_LAYOUT, Bound

MAX_TEXT = 4000  # characters of one string; the longest honest one describes a value
SKETCH = 64  # numbers that stand for the gradient of one tensor, as in derivatives.py
MOST_WEIGHTS = 40  # tensors whose slopes are told, as in derivatives.py
MAX_INTEGER = 1 << 62  # what numpy and floats take
MAX_ITEMS = 3000  # of one list: names of a model's weights, which are told in a header of at most ``NAMES_HEADER``
PIXELS = 784
GRID = 21  # tiles on a side where ``latent_grid`` is left its default

# Bytes of JSON. An error may hold 1,240 characters (``worker._error``), each of which JSON may write with six; the
# longest other honest answer that holds no names of the submission's has 300.
HEADER = 8 << 10
NAMES_HEADER = 64 << 10  # the reference's ``load`` takes 2 kB, the names of a network's weights about 30 bytes each
# bytes of the table of arrays: that of ``staged``, 17 of them, has 1.7 kB; a state's has ``MAX_LAYOUT``
LAYOUT = 4 << 10
STATE_BYTES = 64 << 20  # of one trained state, 16 million weights: the reference has 0.65 million, 2.6 MB
# How many times the numbers that were asked for may come, so that a mistake is seen by its shape and not refused: RGBA
# for grey is four times as many, tiles with a border of 2 pixels 1.2 times. Small answers may have mistakes that grow
# with other sizes: [B, B, 784] of eight images is 50,000 numbers.
PLAUSIBLE = 4
SMALL = 1 << 16
CODES = 4096  # rows of codes, and ENDS of means, that are told of one call, as in worker.py
ENDS = 256

Arrays = Mapping[str, np.ndarray]


def bound(
    op: str, args: Mapping[str, Any], tensors: Arrays, latent_dim: int | None, kept: Arrays | None = None
) -> Bound:
    """What an answer to this question may hold, said before it is asked.

    ``latent_dim`` is that of the model asked, ``kept`` are the arrays that its worker was given to keep.
    """
    header = NAMES_HEADER if op in ("load", "weight_slopes", "paired_gradient") else HEADER
    if op in ("state", "train"):
        size = STATE_BYTES + 8 * _asked(op, args, tensors, 0, kept or {})
        return Bound(header, size, size + MAX_LAYOUT)
    numbers = _asked(op, args, tensors, latent_dim or 0, kept or {})
    if numbers and op not in ("loss", "paired_gradient"):  # in which all that may come is counted
        numbers = PLAUSIBLE * numbers + SMALL
    if op in ("sample", "interpolate", "grid"):
        numbers += (CODES + 2 * ENDS) * (latent_dim or 0)
    return Bound(header, numbers, 8 * numbers + LAYOUT if numbers else 0)


def _asked(op: str, args: Mapping[str, Any], tensors: Arrays, d: int, kept: Arrays) -> int:
    """How many numbers an answer holds that has the shapes that the assignment asks for."""
    match op:
        case "apply" | "chunked":
            rows = len(kept[args["kept"]] if "kept" in args else tensors["a0"])
            return rows * {"encode": 2 * d, "decode": PIXELS, "reparameterize": d}.get(args["method"], PIXELS + 2 * d)
        case "staged":  # ten images and seven codes
            return len(tensors["x"]) * (10 * PIXELS + 7 * d)
        case "encoder_noise":  # one, two, moved; each of means and log-variances
            return 3 * len(tensors["x"]) * 2 * d
        case "noise_gradient":  # z, dmu, dlogvar
            return 3 * tensors["mu"].size
        case "code_gradient":
            return len(tensors["w"]) * tensors["z"].size
        case "pixel_reach":
            return 7
        case "loss":  # the values, with one number for each pixel if they are not reduced, and gradients
            calls = len(tensors["x"]) * len(args["betas"])
            leaves = sum(tensors[n][0].size for n in ("x_hat", "mu", "logvar") if n in tensors)
            values = 1 if args["fn"] == "ae_loss" else 3
            return calls * (values * tensors["x"][0].size + (leaves if args.get("grad") else 0))
        case "train":
            return 3 * int(args["steps"])
        case "sample" | "interpolate":
            return int(args["n"] if op == "sample" else args["steps"]) * PIXELS
        case "grid":
            return max(int(args.get("n", 0)), GRID) ** 2 * PIXELS  # who ignores n makes the grid of its default
        case "slopes" | "weight_slopes":
            # gradients, the call repeated, differences at each length: of each output, or of each tensor of weights
            parts = 2 + len(args["lengths"])
            if op == "weight_slopes":
                return parts * MOST_WEIGHTS * int(args["directions"])
            return parts * sum(k[0] == "w" for k in tensors) * len(tensors["v"])
        case "paired_values":
            return int(args["batch"]) * (PIXELS + 2 * int(args["D"]))
        case "paired_gradient":
            return 2 * MAX_ITEMS * SKETCH
    return 0


class _Row(list[Any]):
    """A list with a place for each of these."""


# Patterns: a type is a value of exactly that type, None is null, a tuple holds alternatives, [p] is a list of p,
# {str: p} any names, {"a": p, "b?": p} these names, those with a question mark if they like.
_SIGNATURE = (None, [_Row([str, str, bool])])  # name, kind, whether it has a default
_META = _Row([[int], str])  # shape, dtype
_NAME = {
    "kind": str, "module?": bool, "methods?": {str: _SIGNATURE}, "signature?": _SIGNATURE, "value?": (float, str),
}  # fmt: skip
_FLOW = {"used": int, "missing": [str], "count": int}
_RECORDED = {"via": str, "encoded": int, "meta": _META}
_INFO: Mapping[str, Any] = {
    "load": {"names": {str: (None, _NAME)}, "backward_calls": int},
    "keep": {},
    "build": {"latent_dim": (int, str), "has_latent_dim": bool, "batch_norm": bool, "parameters": int},
    "state": {},
    "apply": {"changed_input": bool, "meta": [_META], "generator_after": str, "form": str},
    "chunked": {},
    "staged": {"encode_calls": int, "random_input": bool},
    "encoder_noise": {"at_input": bool},
    "noise_gradient": {"detached": [str]},
    "code_gradient": {},
    "pixel_reach": {},
    "parameter_flow": {"loss": _FLOW, "image": _FLOW},
    "loss": {"changed_input": [str], "not_tensor": [str], "no_gradient": [str], "shapes": {str: [int]}},
    "train": {"diverged_at": (None, int)},
    "sample": _RECORDED,
    "interpolate": _RECORDED,
    "grid": _RECORDED,
    "slopes": {"precise": bool},
    "weight_slopes": {"names": [str], "precise": bool},
    "paired_values": {},
    "paired_gradient": {"names": [str]},
}
_STAGES = (
    "mu", "logvar", "z", "staged", "forward", "forward_mu", "forward_logvar", "from_mu", "from_swapped", "from_logvar",
    "from_formula", "forward_other_seed", "frozen", "frozen_other",
)  # fmt: skip


_GIVEN = ("from_given", "given_mu", "given_logvar")


def problem(
    op: str, args: Mapping[str, Any], tensors: Arrays, latent_dim: int | None, info: Any, arrays: Arrays
) -> str | None:
    """What is wrong with the answer to ``op``, or ``None``. ``latent_dim`` is that of the model asked."""
    if not _fits(info, _INFO[op]):
        return f"{op}: not what is told of it"
    states = {k for k in arrays if k.startswith("state:")} if op in ("state", "train") else set()
    expected = _names(op, args, tensors, info, arrays)
    if arrays.keys() - states != expected:
        return f"{op}: other arrays than asked for"
    if op == "loss":
        return _loss(args, tensors, info, arrays)
    if op == "train":
        return _train(args, info, arrays)
    if op in ("sample", "interpolate", "grid"):
        return _recorded(op, args, latent_dim, info, arrays)
    if op in ("weight_slopes", "paired_gradient"):
        return _by_weight(op, args, info, arrays)
    if op == "paired_values":
        return _paired(args, arrays)
    if op == "noise_gradient" and not _gradients(tensors, arrays):
        return f"{op}: gradients of another shape than their inputs"
    return None


def _fits(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, tuple):
        return any(_fits(value, p) for p in pattern)
    if isinstance(pattern, _Row):
        return isinstance(value, list) and len(value) == len(pattern) and all(map(_fits, value, pattern))
    if isinstance(pattern, list):
        return isinstance(value, list) and len(value) <= MAX_ITEMS and all(_fits(v, pattern[0]) for v in value)
    if isinstance(pattern, dict):
        return isinstance(value, dict) and _fits_names(value, pattern)
    if pattern is None:
        return value is None
    if type(value) is not pattern:
        return False
    return not ((pattern is str and len(value) > MAX_TEXT) or (pattern is int and abs(value) > MAX_INTEGER))


def _fits_names(value: dict[str, Any], pattern: dict[Any, Any]) -> bool:
    if str in pattern:
        return all(_fits(k, str) and _fits(v, pattern[str]) for k, v in value.items())
    known = {k.rstrip("?") for k in pattern}
    needed = {k for k in pattern if not k.endswith("?")}
    if not needed <= value.keys() <= known:
        return False
    return all(_fits(v, pattern[k] if k in pattern else pattern[f"{k}?"]) for k, v in value.items())


def _names(op: str, args: Mapping[str, Any], tensors: Arrays, info: Any, arrays: Arrays) -> set[str]:
    """The arrays that this operation answers with, besides a model's state."""
    match op:
        case "apply" | "chunked":
            outs = {"forward": 3, "encode": 2}.get(args["method"], 1)
            # an autoencoder has one of each; the shapes that are expected say which
            return {f"out{i}" for i in range(outs if len(arrays) == outs else 1)}
        case "staged":
            one = args.get("cls") == "Autoencoder"
            given = set() if not info["random_input"] else {"from_given"} if one else set(_GIVEN)
            return given | ({"staged", "forward"} if one else set(_STAGES))
        case "encoder_noise":
            return {"one", "two", "moved"}
        case "noise_gradient":
            return {"z"} | {f"d{n}" for n in ("mu", "logvar") if n not in info["detached"]}
        case "code_gradient":
            return {"grad"}
        case "pixel_reach":
            return {"reach"}
        case "loss":
            values = {"total"} if args["fn"] == "ae_loss" else {"total", "recon", "kl"}
            leaves = {f"d{n}" for n in ("x_hat", "mu", "logvar") if n in tensors}
            return values | (leaves if args.get("grad") else set())
        case "train":
            return {"total", "recon"} | ({"kl"} if args["cls"] == "VAE" else set())
        case "sample" | "interpolate" | "grid":
            return {"codes", "means", "logvars"} if args.get("train") else {"images", "codes"}
        case "slopes" | "weight_slopes":
            return {"gradients", "differences", "repeated"}
        case "paired_values":
            return {"x_hat"} | ({"mu", "logvar"} if args["cls"] == "VAE" else set())
        case "paired_gradient":
            return {"own", "staged"}
    return set()


def _loss(args: Mapping[str, Any], tensors: Arrays, info: Mapping[str, Any], arrays: Arrays) -> str | None:
    calls = len(tensors["x"]) * len(args["betas"])
    values = {n for n in arrays if not n.startswith("d")}
    if info["shapes"].keys() != values:
        return "loss: shapes of other values than asked for"
    for name, a in arrays.items():
        shape = info["shapes"][name] if name in values else tensors[name[1:]].shape[1:]
        if a.shape != (calls, *shape) or a.dtype.kind != "f":
            return f"loss: {name} has another shape than was told"
    return None


def _train(args: Mapping[str, Any], info: Mapping[str, Any], arrays: Arrays) -> str | None:
    end = info["diverged_at"]
    steps = args["steps"] if end is None else end + 1
    if not 0 < steps <= args["steps"]:
        return "train: it ended at a step that was not asked for"
    for name, a in arrays.items():
        if not name.startswith("state:") and (a.shape != (steps,) or a.dtype.kind != "f"):
            return f"train: the curve of {name} has not one number for each step"
    return None


def _recorded(
    op: str, args: Mapping[str, Any], latent_dim: int | None, info: Mapping[str, Any], arrays: Arrays
) -> str | None:
    if info["via"] not in ("decode", "module", "none") or info["encoded"] < 0:
        return f"{op}: not what is told of it"
    shape = list(info["meta"][0])
    if shape and args.get("rows") is not None:
        shape[0] = min(shape[0], args["rows"])
    if "images" in arrays and arrays["images"].shape != tuple(shape):
        return f"{op}: the images have another shape than was told"
    of_codes = [arrays[k] for k in ("codes", "means", "logvars") if k in arrays]
    if any(c.ndim != 2 or c.shape[1] != latent_dim or c.dtype != np.float32 for c in of_codes):
        return f"{op}: codes that are none of this model"
    return None


def _by_weight(op: str, args: Mapping[str, Any], info: Mapping[str, Any], arrays: Arrays) -> str | None:
    count = len(info["names"])
    shapes: dict[str, tuple[int, ...]]
    if op == "paired_gradient":
        shapes = dict.fromkeys(("own", "staged"), (count, SKETCH))
    else:
        shapes = dict.fromkeys(("gradients", "repeated"), (count, args["directions"]))
        shapes["differences"] = (len(args["lengths"]), *shapes["gradients"])
    if any(arrays[k].shape != shape or arrays[k].dtype.kind != "f" for k, shape in shapes.items()):
        return f"{op}: not one row for each of its names"
    return None


def _paired(args: Mapping[str, Any], arrays: Arrays) -> str | None:
    b, d = args["batch"], args["D"]
    good = arrays["x_hat"].size == b * 784 and all(a.shape == (b, d) for k, a in arrays.items() if k != "x_hat")
    return None if good and all(a.dtype.kind == "f" for a in arrays.values()) else "paired_values: not what forward has"


def _gradients(tensors: Arrays, arrays: Arrays) -> bool:
    shape = tensors["mu"].shape
    try:
        together = np.broadcast_shapes(arrays["z"].shape, shape)
    except ValueError:
        return False
    return math.prod(together) == math.prod(shape) and all(
        a.shape == shape for name, a in arrays.items() if name != "z"
    )
