"""Does the submission have the shape that the assignment describes?"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader import diagnosis, probes
from grader.checks.base import Context, Echo, Finding, Seen, Unobserved, check, number
from grader.findings import close
from grader.model import Fault
from grader.pointwise import PointMap, point_map

SIGNATURES = {"ae_loss": ("x_hat", "x"), "vae_loss": ("x_hat", "x", "mu", "logvar", "beta")}
POSITIONAL = {"sample": 2, "interpolate": 4, "Autoencoder": 1, "VAE": 1}
EXPECTED = {
    "Autoencoder": "class Autoencoder(nn.Module) with __init__(self, latent_dim)",
    "VAE": "class VAE(nn.Module) with __init__(self, latent_dim)",
    "ae_loss": "ae_loss(x_hat, x)",
    "vae_loss": "vae_loss(x_hat, x, mu, logvar, beta)",
    "sample": "sample(model, n)",
    "interpolate": "interpolate(model, x_start, x_end, steps)",
    "latent_grid": "latent_grid(model, n=21, extent=4.0)",
    "TUNED_BETA": "a number, TUNED_BETA = …",
}
METHODS = {"Autoencoder": ("encode", "decode", "forward"), "VAE": ("encode", "reparameterize", "decode", "forward")}


@check("interface.loads")
def loads(seen: Seen) -> Finding:
    """The submission can be imported, and importing it does not train."""
    o = seen["load"]
    if o.fault is not None:
        raise Unobserved("load", o.fault)
    calls = int(o.info.get("backward_calls", 0))
    return Finding(
        calls == 0,
        "imported without training" if calls == 0 else f"importing it ran {calls} backward passes",
        'Move training into a function or under `if __name__ == "__main__":`; the grader trains for you.',
        None if calls == 0 else "trains_on_import",
        {"backward_calls": calls},
        {"backward_calls": 0},
    )


def name_problems(info: dict[str, Any]) -> dict[str, str]:
    """What is wrong with each required name, as a clause; empty where all is well."""
    out: dict[str, str] = {}
    for name, expected in EXPECTED.items():
        entry = info.get(name)
        if entry is None:
            out[name] = f"{name} is not defined (expected {expected})"
        elif name == "TUNED_BETA":
            value = entry.get("value")
            if not isinstance(value, int | float) or value < 0 or entry.get("kind") == "str":
                shown = value if value is not None and entry.get("kind") != "str" else f"a {entry.get('kind')}"
                out[name] = f"TUNED_BETA is {shown}, expected one finite number ≥ 0"
        elif name in METHODS:
            out |= _class_problems(name, entry)
        elif entry.get("kind") != "function":
            out[name] = f"{name} is a {entry.get('kind')}, expected a function {expected}"
        elif not _callable_as(name, entry.get("signature")):
            out[name] = f"{name}({_shown(entry['signature'])}) cannot be called as {expected}"
    return out


def _class_problems(name: str, entry: dict[str, Any]) -> dict[str, str]:
    if entry.get("kind") != "class" or not entry.get("module"):
        kind = "class that is no nn.Module" if entry.get("kind") == "class" else entry.get("kind")
        return {name: f"{name} is a {kind}, expected {EXPECTED[name]}"}
    out: dict[str, str] = {}
    for method in METHODS[name]:
        if method not in entry.get("methods", {}):
            out[f"{name}.{method}"] = f"{name}.{method} is not defined"
    if not _callable_as(name, entry.get("signature")):
        out[name] = f"{name}({_shown(entry['signature'])}) cannot be called as {name}(latent_dim)"
    return out


def _shown(signature: Any) -> str:
    return ", ".join(str(p[0]) for p in signature or [])[:120]


def _callable_as(name: str, signature: Any) -> bool:
    """Whether a call as the harness makes it binds; unknown signatures are given the benefit of the doubt."""
    if signature is None:
        return True
    positional = [p for p in signature if p[1] in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")]
    var_positional = any(p[1] == "VAR_POSITIONAL" for p in signature)
    var_keyword = any(p[1] == "VAR_KEYWORD" for p in signature)
    keyword = {p[0] for p in signature if p[1] in ("KEYWORD_ONLY", "POSITIONAL_OR_KEYWORD")}
    required = [p for p in signature if not p[2] and not p[1].startswith("VAR_")]
    if name in SIGNATURES:
        wanted = set(SIGNATURES[name])
        return (var_keyword or wanted <= keyword) and all(p[0] in wanted for p in required)
    if name == "latent_grid":
        takes = var_keyword or {"n", "extent"} <= keyword
        return takes and (bool(positional) or var_positional) and len(required) <= 1
    count = POSITIONAL[name]
    enough = len(positional) >= count or var_positional
    return enough and all(p in positional[:count] for p in required)


@check("interface.names")
def names(seen: Seen) -> Finding:
    """Every name that the assignment asks for is there, of the right kind and with the right parameters."""
    problems = name_problems(seen.observation("load").info["names"])
    if not problems:
        return Finding(True, f"all {len(EXPECTED)} names are defined", measured={"missing": []})
    text = "; ".join(problems.values())
    missing = [n for n, p in problems.items() if "is not defined" in p]
    return Finding(
        False,
        text,
        "Compare the names and parameters with the table in the assignment; losses are called by keyword.",
        "missing_name" if missing else "tuned_beta_no_weight" if set(problems) == {"TUNED_BETA"} else "wrong_signature",
        {"missing": missing, "wrong": sorted(set(problems) - set(missing))},
        {n.split(".")[0]: EXPECTED[n.split(".")[0]] for n in problems},
    )


@check("interface.shapes", uses=("Autoencoder", "VAE"), parts=probes.CLASSES)
def shapes(seen: Seen) -> Finding:
    """Both models work for every latent dimension and batch size, and return float32 of the right shape."""
    wanted = [n for n in seen if n.startswith(("build:", "shape:")) and n.split(":")[1] in seen.parts]
    faults = [(n, f) for n in wanted if (f := seen[n].fault) is not None]
    written = [(n, f) for n, f in faults if f.kind != "unwritten"]
    if faults and not written:
        raise Unobserved(*faults[0])
    faults = written
    if faults and all(ONE_VALUE in f.message for _, f in faults):
        raise Echo("interface.batch_independence")
    if faults:
        return _shape_failure(seen, faults, wanted)
    if (other := _other_form(seen, wanted)) is not None:
        return other
    for cls in seen.parts:
        for d in probes.LATENTS:
            info = seen.observation(f"build:{cls}:{d}").info
            if info.get("latent_dim") != d:
                got = info.get("latent_dim") if info.get("has_latent_dim") else "missing"
                return Finding(
                    False,
                    f"{cls}({d}).latent_dim is {got}, expected {d}",
                    "Store it in the constructor: `self.latent_dim = latent_dim`.",
                    "latent_dim_ignored" if isinstance(got, int) else "missing_name",
                    {"latent_dim": got},
                    {"latent_dim": d},
                )
    return Finding(True, f"D = 2, 3, 20 and batches of 1, 2, 7, 128: {len(wanted)} calls as expected")


_FORMS = {
    ("Autoencoder", "encode"): "z alone", ("Autoencoder", "decode"): "x_hat alone", ("Autoencoder", "forward"): "x_hat alone",
    ("VAE", "encode"): "(mu, logvar)", ("VAE", "decode"): "x_hat alone", ("VAE", "forward"): "(x_hat, mu, logvar)",
}  # fmt: skip


def _other_form(seen: Seen, wanted: list[str]) -> Finding | None:
    """More values than asked for, or a mapping: what was asked for is there, and is judged."""
    told: dict[str, str] = {}
    for name in wanted:
        if form := seen[name].info.get("form"):
            _, cls, method, *_ = name.split(":")
            told.setdefault(f"{cls}.{method} returns {form}, expected {_FORMS[cls, method]}", str(form))
    if not told:
        return None
    many = any("value" in form for form in told.values())
    return Finding(
        False, "; ".join(told) + "; the rest was judged with those",
        "Return what the assignment names and nothing else; keep what you need besides in another method.",
        "surplus_results" if many else "results_not_a_tuple",
        {"forms": list(told.values())}, {"forms": "as in the assignment"},
    )  # fmt: skip


def _shape_failure(seen: Seen, faults: list[tuple[str, Any]], wanted: list[str]) -> Finding:
    name, fault = faults[0]
    if fault.kind not in ("wrong_shape", "wrong_value"):
        only = [f for f in faults if f[1].kind in ("wrong_shape", "wrong_value")]
        if not only and not _only_some_batches(seen, faults, wanted):
            raise Unobserved(name, fault)
    parts = name.split(":")
    at = f" (D = {parts[-2]}, batch {parts[-1]})" if name.startswith("shape:") else ""
    if fit := _works_for(seen, parts[1]):
        at += f"; {parts[1]} works for {fit}"
    key = diagnosis.name_fault(fault)
    if fault.kind == "wrong_value":
        key = "nan_output"
    elif "float" in fault.got and fault.expected == "float32":
        key = "wrong_dtype"
    elif _only_some_batches(seen, faults, wanted):
        lost = fault.kind == "wrong_shape" and all(n.endswith(":1") for n, _ in faults)
        key = "batch_axis_lost" if lost else "batch_size_hard_coded"
    elif _only_one_latent(faults, wanted):
        key = "latent_dim_ignored"
    elif fault.kind == "wrong_shape" and fault.got.startswith("["):
        key = "wrong_image_shape" if "784" in fault.expected else "wrong_code_shape"
    where = f", {fault.where}" if fault.where else ""
    return Finding(
        False,
        f"{fault.message}{at}{where}",
        "",
        key,
        {"got": fault.got or fault.message, "failed_calls": len(faults)},
        {"expected": fault.expected or "no exception", "calls": len(wanted)},
    )


def _only_some_batches(seen: Seen, faults: list[tuple[str, Any]], wanted: list[str]) -> bool:
    """For some method at D = 20 one batch size works and another does not."""
    bad = {n for n, _ in faults}
    if any(n.split(":")[1] in seen.fits for n in bad):
        return True
    for n in bad:
        if n.startswith("shape:"):
            prefix = n.rsplit(":", 1)[0]
            if any(w.rsplit(":", 1)[0] == prefix and w not in bad for w in wanted):
                return True
    return False


def _works_for(seen: Seen, cls: str) -> str:
    """Which batches a class takes, in words, if only some; "" else."""
    rows = seen.fits.get(cls)
    if rows is None:
        return ""
    least, most = rows
    if least == most:
        return f"batches of {least} only"
    return f"batches of {least} or more" if not most else f"batches of {least} to {most}"


def _only_one_latent(faults: list[tuple[str, Any]], wanted: list[str]) -> bool:
    bad = {n for n, _ in faults if n.startswith("shape:")}
    for n in bad:
        _, cls, method, _, b = n.split(":")
        others = [w for w in wanted if w.split(":")[:3] == ["shape", cls, method] and w.split(":")[4] == b]
        if any(w not in bad for w in others):
            return True
    latents = {n.split(":")[3] for n in bad}
    return latents == {"2", "3"} or latents == {"3", "20"} or latents == {"2", "20"}


UNREACHED = 0.4  # a ReLU, SiLU, GELU or Mish before the sigmoid stays above 0.42; linear layers reach both ends
TWICE = 0.7311  # the sigmoid of 1, the most that a sigmoid of a sigmoid reaches
MASKED = 0.01  # share of pixels: a ReLU at the end may be at 0 under one seed and not under another at a pixel or two
RANGE_TOLERANCE = 1e-3  # a missing sigmoid leaves [0, 1] by more than 1 at codes of 100 standard deviations


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


@check("interface.range", uses=("VAE", "Autoencoder"), parts=probes.CLASSES)
def value_range(seen: Seen) -> Finding:
    """Decoded values lie in [0, 1] and can use that range.

    Codes are scaled by 1, 10 and 100 so that a missing sigmoid shows itself before training.
    """
    low, high, where = np.inf, -np.inf, ""
    squeezed: list[tuple[str, float, float]] = []
    scaled: list[tuple[str, float, float]] = []
    for cls in seen.parts:
        values = np.concatenate([seen.arrays(f"range:{k}:{cls}")["out0"].ravel() for k in (1, 10, 100)])
        a, b = float(values.min()), float(values.max())
        sums = values.reshape(-1, 784).sum(1)
        if a >= 0 and np.abs(sums - 1.0).max() < 0.01:
            return Finding(
                False, f"the pixels of every decoded image of {cls} add up to 1, whatever the code",
                "A softmax over pixels makes them compete: use a sigmoid for each pixel.", "softmax_output",
                {"sum_of_pixels": float(sums.mean())}, {"sum_of_pixels": "free"},
            )  # fmt: skip
        if cls in seen.rescued:
            scaled.append((cls, a, b))
        elif a < -RANGE_TOLERANCE or b > 1 + RANGE_TOLERANCE:
            if min(low, 0.0) > a or max(high, 1.0) < b or not where:
                low, high, where = min(low, a), max(high, b), where or cls
        elif _one_sided(a, b) or _one_sided(1 - b, 1 - a):
            squeezed.append((cls, a, b))
        elif (spread := _never_below_half(seen, cls)) is not None:
            squeezed.append((cls, *spread))
    if where:
        in_bytes = low >= 0 and abs(high - 255.0) < 0.5  # at codes of 100 standard deviations a sigmoid has reached 1
        key = "output_in_bytes" if in_bytes else "sigmoid_missing" if high > 1 else "output_negative"
        return Finding(
            False,
            f"{where}.decode returns values from {number(low)} to {number(high)}, expected [0, 1]",
            "Leave out the factor 255: images and what decode returns are on the scale from 0 to 1."
            if in_bytes
            else "End the decoder with a sigmoid, or use the loss on the same scale as the output.",
            key,
            {"min": low, "max": high},
            {"min": 0.0, "max": 1.0},
        )
    if scaled:
        return _on_other_scale(seen, scaled)
    if squeezed:
        cls, a, b = squeezed[0]
        twice = a >= 0.5 - RANGE_TOLERANCE and b <= TWICE + RANGE_TOLERANCE
        key = "sigmoid_twice" if twice else "activation_before_sigmoid"
        return Finding(
            False,
            f"{cls}.decode never leaves [{number(a)}, {number(b)}], whatever the code: "
            f"{'black' if a >= UNREACHED else 'white'} cannot be reached: {diagnosis.sentence([key])}",
            diagnosis.hint([key]),
            key,
            {"min": a, "max": b},
            {"min": 0.0, "max": 1.0},
        )
    return Finding(True, "decoded values stay in [0, 1] for codes up to 100 standard deviations out")


def _on_other_scale(seen: Seen, scaled: list[tuple[str, float, float]]) -> Finding:
    """decode is out of range, but forward puts that right: figures and later checks look at what forward shows."""
    cls, a, b = scaled[0]
    shown = seen.rescued[cls]
    key = "decode_returns_logits" if shown.name == "sigmoid" else "decode_on_other_scale"
    return Finding(
        False,
        f"{' and '.join(c for c, *_ in scaled)}: {diagnosis.sentence([key])}: decode returns values from {number(a)} to "
        f"{number(b)}, expected [0, 1], and forward shows {shown.text}",
        diagnosis.hint([key]), key, {"min": a, "max": b}, {"min": 0.0, "max": 1.0}, mended=True,
    )  # fmt: skip


def _batch(seen: Seen, cls: str, method: str, b: int) -> dict[str, np.ndarray]:
    """The numbers for a batch of this size, if there are any."""
    o = seen.get(f"shape:{cls}:{method}:20:{b}") or seen.get(f"batch:{cls}:{method}:20:{b}")
    return dict(o.arrays) if o is not None else {}


ONE_VALUE = "Expected more than 1 value per channel when training"  # batch norm, at a batch of one


@check(
    "interface.batch_independence", uses=("VAE", "Autoencoder"), excused_by=("interface.state",), parts=probes.CLASSES
)
def batch_independence(seen: Seen) -> Finding:
    """In eval mode, what a model says about one image does not depend on the others in the batch."""
    worst, where = 0.0, ""
    for name, o in seen.items():
        mine = name.startswith(("shape:", "row:")) and any(p in name.split(":") for p in seen.parts)
        if mine and o.fault is not None and ONE_VALUE in o.fault.message:
            return Finding(
                False, f"in eval mode a batch of one stops with: {o.fault.message} ({o.fault.where})",
                "Batch norm is left in train mode, or has no running statistics: in eval mode it has to use those of "
                "training.",
                "batch_norm_in_train_mode", {"batch": 1}, {"batch": "any"},
            )  # fmt: skip
    for cls in seen.parts:
        for method in ("encode", "decode"):
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
    if where:
        return Finding(
            False,
            f"{where} of the same image differs by up to {number(worst)} between batches, expected 0 ± 1e-4",
            "Does something call `.train()` inside, normalise over the batch by hand, or keep what an earlier call "
            "saw? In eval mode batch norm has to use its running statistics.",
            "batch_norm_in_train_mode"
            if any(seen[f"build:{c}:20"].info.get("batch_norm") for c in seen.parts)
            else "batch_statistics",
            {"largest_difference": worst},
            {"largest_difference": 0.0},
        )
    return Finding(True, "rows agree with the same rows in batches of 7 and 128")


@check("interface.state", uses=("VAE", "Autoencoder"), parts=probes.CLASSES)
def state(seen: Seen, context: Context) -> Finding:
    """All of a model is in its state dict, calls repeat, and inputs are left alone."""
    for cls in seen.parts:
        for name, o in seen.items():
            if o.fault is None and o.info.get("changed_input") is True and name.split(":")[-1] in (cls,):
                return _changed(f"{cls}: {name.split(':')[1]}")
        for name, o in seen.items():
            if name.startswith(f"shape:{cls}:") and o.fault is None and o.info.get("changed_input") is True:
                return _changed(f"{cls}.{name.split(':')[2]}")
    for cls in seen.parts:
        for method in ("encode", "decode"):
            old = seen.arrays(f"state:{method}:old:{cls}")["out0"]
            again = seen.arrays(f"state:{method}:again:{cls}")["out0"]
            if not close(old, again):
                gap = float(np.abs(old - again).max())
                return Finding(
                    False,
                    f"{cls}.{method} called twice on the same input in eval mode differs by {number(gap)}",
                    "In eval mode encode and decode are functions of their input: use nn.Dropout (not "
                    "F.dropout without training=self.training) and draw noise in reparameterize only.",
                    "random_in_eval_mode",
                    {"difference": gap},
                    {"difference": 0.0},
                )
    for cls in seen.parts:
        for method in ("encode", "decode"):
            old = seen.arrays(f"state:{method}:old:{cls}")["out0"]
            new = seen.arrays(f"state:{method}:new:{cls}")["out0"]
            if not close(old, new):
                gap = float(np.abs(old - new).max())
                return Finding(
                    False,
                    f"a new {cls} with the old one's state dict differs in {method} by {number(gap)}",
                    "Layers in a plain list or dict are invisible to state_dict and to the optimizer: use "
                    "nn.ModuleList, nn.Parameter or register_buffer.",
                    "layers_in_plain_list",
                    {"difference": gap},
                    {"difference": 0.0},
                )
    for cls in seen.parts:
        if (random := _random_encoder(seen, cls, context)) is not None:
            return random
        if (masked := _masked_pixels(seen, cls)) is not None:
            return masked
    return Finding(True, "state dicts reproduce both models; repeated calls agree; inputs are unchanged")


def _random_encoder(seen: Seen, cls: str, context: Context) -> Finding | None:
    """Codes have to follow from the image in train mode too, but for torch's own random layers and masks."""
    at_input = False
    if seen.has(f"encoder_noise:{cls}"):  # a failure there is of that question: encode is judged by others
        a = seen.arrays(f"encoder_noise:{cls}")
        at_input = bool(seen[f"encoder_noise:{cls}"].info["at_input"])
        noise = next((n for n in ("two", "moved") if not close(a["one"], a[n])), "")
        gap = float(np.abs(a["one"] - a[noise or "two"]).max())
        if noise and not at_input:
            return Finding(
                False, f"in train mode {cls}.encode gives other codes of the same images each time, by up to {number(gap)}: "
                f"{diagnosis.sentence(['noise_in_encoder'])}",
                diagnosis.hint(["noise_in_encoder"]), "noise_in_encoder", {"difference": gap}, {"difference": 0.0},
                mended=True,
            )  # fmt: skip
    modes = [m for m in ("train", "eval") if _denoises(seen, cls, m, context)]
    if not (at_input or modes) or (context.assignment.denoising and "eval" not in modes):
        return None
    where = "encode" if at_input else f"forward, in {' and in '.join(modes)} mode,"
    return Finding(
        False, f"{cls}: {where} puts noise or a mask of its own on the images before they are encoded: "
        f"{diagnosis.sentence(['denoising'])}",
        diagnosis.hint(["denoising"]), "denoising", {"noise_on_input": True}, {"noise_on_input": False}, mended=True,
    )  # fmt: skip


def _masked_pixels(seen: Seen, cls: str) -> Finding | None:
    """Dropout behind the decoder's last layer: under each seed a pixel is either gone or has the one value that it has under others.

    Dropout between layers moves all that is left, so it is never taken for this, not even where images have exact zeros.
    """
    names = [f"masked:{i}:{cls}" for i in range(probes.MASKS)]
    if not all(map(seen.has, names)):
        return None
    values = np.stack([seen.arrays(n)["out0"].reshape(-1) for n in names]).astype(np.float64)
    gone = values == 0.0
    value = np.abs(values).max(0)
    same = (gone | (np.abs(np.abs(values) - value) <= 1e-3 * value)).all(0)
    share = float((gone.any(0) & ~gone.all(0)).mean())
    if not (share > MASKED and same.mean() > 1 - MASKED):
        return None
    return Finding(
        False, f"in train mode {cls}.decode sets other pixels of the same images to 0 each time, {number(100 * gone.mean(), 2)} % of them: "
        f"{diagnosis.sentence(['dropout_on_pixels'])}",
        diagnosis.hint(["dropout_on_pixels"]), "dropout_on_pixels", {"masked": share}, {"masked": 0.0},
    )  # fmt: skip


def _denoises(seen: Seen, cls: str, mode: str, context: Context) -> bool:
    if cls == "VAE":
        return (context.wiring_train if mode == "train" else context.wiring_eval).denoises
    o = seen.get("staged:train:Autoencoder")
    if mode == "eval" or o is None or o.fault is not None or "from_given" not in o.arrays:
        return False
    return close(o.arrays["forward"], o.arrays["from_given"])


def _changed(where: str) -> Finding:
    return Finding(
        False,
        f"{where} changes its input tensor in place",
        "Avoid x.mul_(), x += … and x[...] = … on arguments; work on a new tensor.",
        "input_changed_in_place",
        {"changed": True},
        {"changed": False},
    )


@check(
    "interface.bottleneck",
    uses=("VAE", "Autoencoder"),
    excused_by=("interface.state", "interface.batch_independence"),
    parts=probes.CLASSES,
)
def bottleneck(seen: Seen, context: Context) -> Finding:
    """Reconstructions come through the code alone: another process that never saw the image decodes the same."""
    tags = [("exam:Autoencoder", "Autoencoder"), ("exam:VAE", "VAE"), ("ae", "Autoencoder"), ("beta_1", "VAE")]
    tags = [(tag, cls) for tag, cls in tags if cls in seen.parts]
    compared = 0
    if (
        "VAE" in seen.parts and context.wiring_eval.leaks and not context.noise.unreplayable
    ):  # unknown noise moves forward too
        return _bypassed("VAE", "forward shows another image even where encode is made to give the same codes", np.inf)
    for tag, cls in tags:
        if f"bottleneck:{tag}" not in seen:
            if tag.startswith("exam"):
                seen.arrays(f"state:exam:{cls}:20")  # without which there was nothing to compare
            continue
        try:
            here = seen.arrays(f"bottleneck:{tag}")
        except Unobserved:
            if tag.startswith("exam"):
                raise
            continue
        elsewhere = seen.get(f"bottleneck:{tag}:decoded", None)
        if elsewhere is None and "z" in here:  # codes that are no numbers, which nobody decodes
            if tag.startswith("exam"):
                raise Echo("reparameterization.formula")
            continue
        if elsewhere is None:
            codes = seen.get(f"bottleneck:{tag}:codes", None)
            raise Unobserved(f"bottleneck:{tag}:decoded", (codes and codes.fault) or _gone())
        if elsewhere.fault is not None:
            if elsewhere.fault.kind == "raised" and seen.has(f"shape:{cls}:decode:20:4"):
                return _bypassed(cls, f"decode fails there ({elsewhere.fault.message})", np.inf)
            raise Unobserved(elsewhere.probe, elsewhere.fault)
        # what forward shows is compared where forward is what it should be, else the staged decode
        shown = here["forward"]
        if cls == "VAE" and not context.wiring_eval.exact:
            shown = here["staged"]
        if (changed := _not_the_same(cls, shown, elsewhere.arrays["out0"], context)) is not None:
            return changed
        compared += 1
    both = seen.get("staged:train:Autoencoder", None) if "Autoencoder" in seen.parts else None
    if both is not None and both.fault is None and not close(both.arrays["forward"], both.arrays["staged"]):
        found = point_map(both.arrays["staged"], both.arrays["forward"])
        if _denoises(seen, "Autoencoder", "train", context):
            return Finding(True, f"{compared} sets of codes decode to the same images elsewhere")
        if found is not None and (found.harmless or found.rescues):
            return Finding(True, f"{compared} sets of codes decode to the same images elsewhere")
        if found is not None:
            return _changed_afterwards(found, context)
        return Finding(
            False,
            "Autoencoder: in train mode forward(x) is not decode(encode(x)) under the same seed, so what is trained is not what "
            "encode and decode do",
            "Let forward be decode(encode(x)) in train mode too; dropout and noise belong inside the two.", None,
            {"difference": _gap(both.arrays["forward"], both.arrays["staged"])}, {"difference": 0.0},
        )  # fmt: skip
    return Finding(True, f"{compared} sets of codes decode to the same images elsewhere")


def _not_the_same(cls: str, shown: np.ndarray, elsewhere: np.ndarray, context: Context) -> Finding | None:
    """What is wrong if a reconstruction is not what its code decodes to elsewhere; ``None`` if nothing is."""
    if close(shown, elsewhere):
        return None
    found = point_map(elsewhere, shown)
    if found is None:
        gap = float(np.abs(shown.reshape(len(shown), -1) - elsewhere).max())
        return _bypassed(cls, f"the two differ by up to {number(gap)}", gap)
    return None if found.harmless or found.rescues else _changed_afterwards(found, context)


def _changed_afterwards(found: PointMap, context: Context) -> Finding:
    """The autoencoder's forward changes single values; where the VAE's does so too, that is charged there."""
    if context.wiring_eval.shown is not None and not context.wiring_eval.exact:
        raise Echo("reparameterization.forward")
    key = "images_changed_after_decoding"
    return Finding(
        False, f"Autoencoder: forward(x) is not decode(encode(x)): it shows {found.text}",
        diagnosis.hint([key]), key, {"equal": False}, {"equal": True},
    )  # fmt: skip


def _gap(a: np.ndarray, b: np.ndarray) -> float | None:
    return float(np.abs(a.reshape(-1) - b.reshape(-1)).max()) if a.size == b.size else None


def _gone() -> Fault:
    return Fault("missing", "codes were not observed")


def _bypassed(cls: str, what: str, gap: float) -> Finding:
    return Finding(
        False,
        f"{cls}: a code decoded in a process that never saw the image is not the reconstruction: {what}",
        "Something reaches the decoder beside z: a skip connection from the encoder, or an attribute in "
        "which forward or encode leaves the image.",
        "bottleneck_bypassed",
        {"difference": gap if np.isfinite(gap) else None},
        {"difference": 0.0},
    )
