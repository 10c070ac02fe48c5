"""Does the submission have the shape that the assignment describes?"""

from __future__ import annotations

import math

import numpy as np

from grader import diagnosis, probes
from grader.checks import bypass, forms, randomness
from grader.checks.base import EXACT, FRESH, ROUNDING, Context, Echo, Failed, Passed, Seen, Unobserved, check, number
from grader.checks.signatures import EXPECTED, name_problems
from grader.findings import close

UNREACHED = 0.4  # a ReLU, SiLU, GELU or Mish before the sigmoid stays above 0.42; linear layers reach both ends
TWICE = 0.7311  # the sigmoid of 1, the most that a sigmoid of a sigmoid reaches
RANGE_TOLERANCE = 1e-3  # a missing sigmoid leaves [0, 1] by more than 1 at codes of 100 standard deviations
MODELS = ("VAE", "Autoencoder")
STAGES = ("encode", "decode")


@check(
    "interface.loads", points=1, oracle="calls of `torch.autograd.backward` during import are counted", tolerance=EXACT
)
def loads(seen: Seen) -> Passed:
    """The submission can be imported, and importing it does not train."""
    o = seen["load"]
    if o.fault is not None:
        raise Unobserved("load", o.fault)
    calls, none = int(o.info.get("backward_calls", 0)), {"backward_calls": 0}
    if calls:
        raise Failed(
            f"importing it ran {calls} backward passes",
            hint='Move training into a function or under `if __name__ == "__main__":`; the grader trains for you.',
            bug="trains_on_import",
            backward_calls=calls,
            expected=none,
        )
    return Passed("imported without training", none, none)


@check(
    "interface.names",
    points=2,
    oracle="`inspect.signature` of each name, bound as the harness will call it",
    tolerance=EXACT,
)
def names(seen: Seen) -> Passed:
    """Every name that the assignment asks for is there, of the right kind and with the right parameters."""
    problems = name_problems(seen.observation("load").info["names"])
    if problems:
        raise _wrong_names(problems)
    return Passed(f"all {len(EXPECTED)} names are defined", {"missing": []})


def _wrong_names(problems: dict[str, str]) -> Failed:
    missing = [n for n, p in problems.items() if "is not defined" in p]
    only_beta = set(problems) == {"TUNED_BETA"}
    return Failed(
        "; ".join(problems.values()),
        hint="Compare the names and parameters with the table in the assignment; losses are called by keyword.",
        bug="missing_name" if missing else "tuned_beta_no_weight" if only_beta else "wrong_signature",
        missing=missing,
        wrong=sorted(set(problems) - set(missing)),
        expected={n.split(".")[0]: EXPECTED[n.split(".")[0]] for n in problems},
    )


@check(
    "interface.shapes",
    points=2,
    uses=("Autoencoder", "VAE"),
    parts=probes.CLASSES,
    oracle=f"encode, decode and forward at D = {', '.join(map(str, probes.LATENTS))} and batches of "
    f"{', '.join(map(str, probes.BATCHES))}: shape, float32, finite, `latent_dim`",
    tolerance=EXACT,
)
def shapes(seen: Seen) -> Passed:
    """Both models work for every latent dimension and batch size, and return float32 of the right shape."""
    wanted = [n for n in seen if n.startswith(("build:", "shape:")) and n.split(":")[1] in seen.parts]
    faults = [(n, f) for n in wanted if (f := seen[n].fault) is not None]
    if written := [(n, f) for n, f in faults if f.kind != "unwritten"]:
        if all(forms.ONE_VALUE in f.message for _, f in written):
            raise Echo("interface.batch_independence")
        raise forms.failure(seen, written, wanted)
    if faults:
        raise Unobserved(*faults[0])
    forms.other_form(seen, wanted)
    forms.latent_dims(seen)
    return Passed(f"D = 2, 3, 20 and batches of 1, 2, 7, 128: {len(wanted)} calls as expected")


@check(
    "interface.range",
    points=2,
    uses=MODELS,
    parts=probes.CLASSES,
    passed="decoded values stay in [0, 1] for codes up to 100 standard deviations out",
    oracle="codes scaled by 1, 10 and 100, so that a missing sigmoid shows before training; sigmoid(sigmoid(v)) stays "
    f"in [0.5, {1 / (1 + math.exp(-1)):.4f}]; a softmax over pixels makes all sums equal",
    tolerance=f"{RANGE_TOLERANCE:g} outside of [0, 1]: a missing sigmoid leaves it by more than 1",
)
def value_range(seen: Seen) -> None:
    """Decoded values lie in [0, 1] and can use that range.

    Codes are scaled by 1, 10 and 100 so that a missing sigmoid shows itself before training.
    """
    spans = {cls: _span(seen, cls) for cls in seen.parts}
    scaled = [cls for cls in spans if cls in seen.rescued]
    _within_the_range({cls: span for cls, span in spans.items() if cls not in scaled})
    if scaled:
        raise _on_other_scale(seen, scaled, *spans[scaled[0]])
    for cls, span in spans.items():
        _both_ends_are_reached(seen, cls, *span)


def _span(seen: Seen, cls: str) -> tuple[float, float]:
    """The least and the largest of a class's pixels, where its images are no softmax."""
    values = np.concatenate([seen.arrays(f"range:{k}:{cls}")["out0"].ravel() for k in (1, 10, 100)])
    low, sums = float(values.min()), values.reshape(-1, 784).sum(1)
    if low >= 0 and np.abs(sums - 1.0).max() < 0.01:
        raise Failed(
            f"the pixels of every decoded image of {cls} add up to 1, whatever the code",
            hint="A softmax over pixels makes them compete: use a sigmoid for each pixel.",
            bug="softmax_output",
            sum_of_pixels=float(sums.mean()),
            expected={"sum_of_pixels": "free"},
        )
    return low, float(values.max())


def _within_the_range(spans: dict[str, tuple[float, float]]) -> None:
    low, high, where = np.inf, -np.inf, ""
    for cls, (a, b) in spans.items():
        outside = a < -RANGE_TOLERANCE or b > 1 + RANGE_TOLERANCE
        if outside and (min(low, 0.0) > a or max(high, 1.0) < b or not where):
            low, high, where = min(low, a), max(high, b), where or cls
    if where:
        in_bytes = low >= 0 and abs(high - 255.0) < 0.5  # at codes of 100 standard deviations a sigmoid has reached 1
        raise Failed(
            f"{where}.decode returns values from {number(low)} to {number(high)}, expected [0, 1]",
            hint="Leave out the factor 255: images and what decode returns are on the scale from 0 to 1."
            if in_bytes
            else "End the decoder with a sigmoid, or use the loss on the same scale as the output.",
            bug="output_in_bytes" if in_bytes else "sigmoid_missing" if high > 1 else "output_negative",
            min=low,
            max=high,
            expected={"min": 0.0, "max": 1.0},
        )


def _on_other_scale(seen: Seen, scaled: list[str], a: float, b: float) -> Failed:
    """decode is out of range, but forward puts that right: figures and later checks look at what forward shows."""
    shown = seen.rescued[scaled[0]]
    key = "decode_returns_logits" if shown.name == "sigmoid" else "decode_on_other_scale"
    return Failed(
        f"{' and '.join(scaled)}: {diagnosis.sentence([key])}: decode returns values from {number(a)} to "
        f"{number(b)}, expected [0, 1], and forward shows {shown.text}",
        bug=key,
        min=a,
        max=b,
        expected={"min": 0.0, "max": 1.0},
        mended=True,
    )


def _both_ends_are_reached(seen: Seen, cls: str, low: float, high: float) -> None:
    """Raises where values stop near one half, as behind two sigmoids or another activation before the one."""
    if not (_one_sided(low, high) or _one_sided(1 - high, 1 - low)):
        spread = _never_below_half(seen, cls)
        if spread is None:
            return
        low, high = spread
    twice = low >= 0.5 - RANGE_TOLERANCE and high <= TWICE + RANGE_TOLERANCE
    bug = "sigmoid_twice" if twice else "activation_before_sigmoid"
    end = "black" if low >= UNREACHED else "white"
    what = f"{cls}.decode never leaves [{number(low)}, {number(high)}], whatever the code: {end} cannot be reached"
    raise Failed(diagnosis.named(what, bug), bug=bug, min=low, max=high, expected={"min": 0.0, "max": 1.0})


def _one_sided(low: float, high: float) -> bool:
    """Whether values stop near one half at their lower end alone, as behind an activation that is never (very) negative.

    Small weights stay near one half at both ends, and a bias elsewhere; neither is a bug.
    """
    stops = UNREACHED <= low <= 0.55
    return stops and (high >= 0.9 or (low >= 0.5 - RANGE_TOLERANCE and high > 0.6))


def _never_below_half(seen: Seen, cls: str) -> tuple[float, float] | None:
    """The range of a decoder with large weights, if that is the one of two sigmoids: half of it is what one reaches.

    Weights that start small keep every code near the middle; with large ones of either sign a single sigmoid shows both ends.
    """
    if not seen.has(f"state:decode:old:{cls}"):
        return None
    values = seen.arrays(f"state:decode:old:{cls}")["out0"]
    a, b = float(values.min()), float(values.max())
    twice = a >= 0.5 - RANGE_TOLERANCE and b <= TWICE + RANGE_TOLERANCE
    return (a, b) if twice and b - a > 0.05 else None


@check(
    "interface.batch_independence",
    points=2,
    uses=MODELS,
    excused_by=("interface.state",),
    parts=probes.CLASSES,
    passed="rows agree with the same rows in batches of 7 and 128",
    oracle="a row alone against the same row in batches of 7 and 128, in eval mode",
    tolerance=ROUNDING,
)
def batch_independence(seen: Seen) -> None:
    """In eval mode, what a model says about one image does not depend on the others in the batch."""
    _takes_one_image(seen)
    worst, where = 0.0, ""
    for cls in seen.parts:
        for method in STAGES:
            worst, where = _between_batches(seen, cls, method, worst, where)
    if where:
        raise _depends_on_the_batch(seen, worst, where)


def _takes_one_image(seen: Seen) -> None:
    for name, o in seen.items():
        mine = name.startswith(("shape:", "row:")) and any(p in name.split(":") for p in seen.parts)
        if mine and o.fault is not None and forms.ONE_VALUE in o.fault.message:
            raise Failed(
                f"in eval mode a batch of one stops with: {o.fault.message} ({o.fault.where})",
                hint="Batch norm is left in train mode, or has no running statistics: in eval mode it has to use those of "
                "training.",
                bug="batch_norm_in_train_mode",
                batch=1,
                expected={"batch": "any"},
            )


def _between_batches(seen: Seen, cls: str, method: str, worst: float, where: str) -> tuple[float, str]:
    """The largest difference of a row between batches, and where, beside what was found before."""
    sizes = [b for b in (7, 128, *probes.OTHER_BATCHES) if _batch(seen, cls, method, b)]
    batch = _batch(seen, cls, method, sizes[0]) if sizes else seen.arrays(f"shape:{cls}:{method}:20:7")
    for out in sorted(batch):
        for i in range(3):
            row = seen.arrays(f"row:{method}:{i}:{cls}")[out][0]
            if not close(row, batch[out][i]):
                gap = float(np.abs(row.ravel() - batch[out][i].ravel()).max())
                if gap > worst:
                    worst, where = gap, f"{cls}.{method}"
        small = batch[out][:7]
        big = (_batch(seen, cls, method, 128) or batch)[out][: len(small)]
        if not close(big, small):
            worst = max(worst, float(np.abs(big.reshape(small.shape) - small).max()))
            where = where or f"{cls}.{method}"
    return worst, where


def _depends_on_the_batch(seen: Seen, worst: float, where: str) -> Failed:
    normed = any(seen[f"build:{c}:20"].info.get("batch_norm") for c in seen.parts)
    return Failed(
        f"{where} of the same image differs by up to {number(worst)} between batches, expected 0 ± 1e-4",
        hint="Does something call `.train()` inside, normalise over the batch by hand, or keep what an earlier call "
        "saw? In eval mode batch norm has to use its running statistics.",
        bug="batch_norm_in_train_mode" if normed else "batch_statistics",
        largest_difference=worst,
        expected={"largest_difference": 0.0},
    )


def _batch(seen: Seen, cls: str, method: str, b: int) -> dict[str, np.ndarray]:
    """The numbers for a batch of this size, if there are any."""
    o = seen.get(f"shape:{cls}:{method}:20:{b}") or seen.get(f"batch:{cls}:{method}:20:{b}")
    return dict(o.arrays) if o is not None else {}


@check(
    "interface.state",
    points=2,
    uses=MODELS,
    parts=probes.CLASSES,
    passed="state dicts reproduce both models; repeated calls agree; inputs are unchanged",
    oracle="a fresh instance with the old one's state dict; the same call twice; inputs compared before and after",
    tolerance=ROUNDING,
)
def state(seen: Seen, context: Context) -> None:
    """All of a model is in its state dict, calls repeat, and inputs are left alone."""
    for cls in seen.parts:
        _inputs_are_left_alone(seen, cls)
    for question in (_repeats, _in_the_state_dict):
        for cls in seen.parts:
            for method in STAGES:
                question(seen, cls, method)
    for cls in seen.parts:
        randomness.random_encoder(seen, cls, context)
        randomness.masked_pixels(seen, cls)


def _inputs_are_left_alone(seen: Seen, cls: str) -> None:
    changed = [n for n, o in seen.items() if o.fault is None and o.info.get("changed_input") is True]
    told = [f"{cls}: {n.split(':')[1]}" for n in changed if n.split(":")[-1] == cls]
    told += [f"{cls}.{n.split(':')[2]}" for n in changed if n.startswith(f"shape:{cls}:")]
    if told:
        raise _changed(told[0])


def _changed(where: str) -> Failed:
    return Failed(
        f"{where} changes its input tensor in place",
        hint="Avoid x.mul_(), x += … and x[...] = … on arguments; work on a new tensor.",
        bug="input_changed_in_place",
        changed=True,
        expected={"changed": False},
    )


def _repeats(seen: Seen, cls: str, method: str) -> None:
    old, again = (seen.arrays(f"state:{method}:{call}:{cls}")["out0"] for call in ("old", "again"))
    if not close(old, again):
        gap = float(np.abs(old - again).max())
        raise Failed(
            f"{cls}.{method} called twice on the same input in eval mode differs by {number(gap)}",
            hint="In eval mode encode and decode are functions of their input: use nn.Dropout (not "
            "F.dropout without training=self.training) and draw noise in reparameterize only.",
            bug="random_in_eval_mode",
            difference=gap,
            expected={"difference": 0.0},
        )


def _in_the_state_dict(seen: Seen, cls: str, method: str) -> None:
    old, new = (seen.arrays(f"state:{method}:{call}:{cls}")["out0"] for call in ("old", "new"))
    if not close(old, new):
        gap = float(np.abs(old - new).max())
        raise Failed(
            f"a new {cls} with the old one's state dict differs in {method} by {number(gap)}",
            hint="Layers in a plain list or dict are invisible to state_dict and to the optimizer: use "
            "nn.ModuleList, nn.Parameter or register_buffer.",
            bug="layers_in_plain_list",
            difference=gap,
            expected={"difference": 0.0},
        )


@check(
    "interface.bottleneck",
    points=3,
    uses=MODELS,
    excused_by=("interface.state", "interface.batch_independence"),
    parts=probes.CLASSES,
    oracle=f"forward's image against its code {FRESH}; untrained and trained; the autoencoder's forward against "
    "decode(encode(x)) under the same seed in train mode",
    tolerance=ROUNDING,
)
def bottleneck(seen: Seen, context: Context) -> Passed:
    """Reconstructions come through the code alone: another process that never saw the image decodes the same."""
    bypass.forward_leaks(seen, context)
    tags = {"exam:Autoencoder": "Autoencoder", "exam:VAE": "VAE", "ae": "Autoencoder", "beta_1": "VAE"}
    compared = sum(bypass.decoded_elsewhere(seen, context, t, cls) for t, cls in tags.items() if cls in seen.parts)
    if "Autoencoder" in seen.parts:
        bypass.autoencoder_in_training(seen, context)
    return Passed(f"{compared} sets of codes decode to the same images elsewhere")
