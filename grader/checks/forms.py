"""What comes back: shapes, types, more or fewer values than asked for, and which sizes a model takes."""

from __future__ import annotations

from grader import diagnosis, probes
from grader.checks.base import Failed, Seen, Unobserved
from grader.model import Fault

ONE_VALUE = "Expected more than 1 value per channel when training"  # batch norm, at a batch of one

_FORMS = {
    ("Autoencoder", "encode"): "z alone",
    ("Autoencoder", "decode"): "x_hat alone",
    ("Autoencoder", "forward"): "x_hat alone",
    ("VAE", "encode"): "(mu, logvar)",
    ("VAE", "decode"): "x_hat alone",
    ("VAE", "forward"): "(x_hat, mu, logvar)",
}


def other_form(seen: Seen, wanted: list[str]) -> None:
    """More values than asked for, or a mapping: what was asked for is there, and is judged."""
    told: dict[str, str] = {}
    for name in wanted:
        if form := seen[name].info.get("form"):
            _, cls, method, *_ = name.split(":")
            told.setdefault(f"{cls}.{method} returns {form}, expected {_FORMS[cls, method]}", str(form))
    if not told:
        return
    many = any("value" in form for form in told.values())
    raise Failed(
        "; ".join(told) + "; the rest was judged with those",
        hint="Return what the assignment names and nothing else; keep what you need besides in another method.",
        bug="surplus_results" if many else "results_not_a_tuple",
        forms=list(told.values()),
        expected={"forms": "as in the assignment"},
    )


def latent_dims(seen: Seen) -> None:
    """The constructor keeps what it was given."""
    for cls in seen.parts:
        for d in probes.LATENTS:
            info = seen.observation(f"build:{cls}:{d}").info
            if info.get("latent_dim") != d:
                got = info.get("latent_dim") if info.get("has_latent_dim") else "missing"
                raise Failed(
                    f"{cls}({d}).latent_dim is {got}, expected {d}",
                    hint="Store it in the constructor: `self.latent_dim = latent_dim`.",
                    bug="latent_dim_ignored" if isinstance(got, int) else "missing_name",
                    latent_dim=got,
                    expected={"latent_dim": d},
                )


def failure(seen: Seen, faults: list[tuple[str, Fault]], wanted: list[str]) -> Failed:
    """What to say of calls that failed, the first of them in words; ``Unobserved`` where it is no matter of shapes."""
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
    return Failed(
        f"{fault.message}{at}{where}",
        hint="",
        bug=key,
        got=fault.got or fault.message,
        failed_calls=len(faults),
        expected={"expected": fault.expected or "no exception", "calls": len(wanted)},
    )


def _only_some_batches(seen: Seen, faults: list[tuple[str, Fault]], wanted: list[str]) -> bool:
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


def _only_one_latent(faults: list[tuple[str, Fault]], wanted: list[str]) -> bool:
    bad = {n for n, _ in faults if n.startswith("shape:")}
    for n in bad:
        _, cls, method, _, b = n.split(":")
        others = [w for w in wanted if w.split(":")[:3] == ["shape", cls, method] and w.split(":")[4] == b]
        if any(w not in bad for w in others):
            return True
    latents = {n.split(":")[3] for n in bad}
    return latents == {"2", "3"} or latents == {"3", "20"} or latents == {"2", "20"}
