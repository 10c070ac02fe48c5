"""Does anything but the code reach the decoder? Reconstructions beside what their codes decode to elsewhere."""

from __future__ import annotations

import numpy as np

from grader.checks.base import Context, Echo, Failed, Seen, Unobserved, number
from grader.checks.randomness import denoises
from grader.findings import close
from grader.model import Fault, Observation
from grader.pointwise import PointMap, point_map


def forward_leaks(seen: Seen, context: Context) -> None:
    """Forward follows the image where its codes stay the same; unknown noise would move it too."""
    if "VAE" in seen.parts and context.wiring_eval.leaks and not context.noise.unreplayable:
        raise _bypassed("VAE", "forward shows another image even where encode is made to give the same codes", np.inf)


def decoded_elsewhere(seen: Seen, context: Context, tag: str, cls: str) -> bool:
    """Whether reconstructions could be compared with what their codes decode to elsewhere; raises where they differ.

    Of trained models (whose ``tag`` is no exam) what could not be observed is passed over: others say why.
    """
    exam = tag.startswith("exam")
    if f"bottleneck:{tag}" not in seen:
        if exam:
            seen.arrays(f"state:exam:{cls}:20")  # without which there was nothing to compare
        return False
    if not exam and not seen.has(f"bottleneck:{tag}"):
        return False
    here = seen.arrays(f"bottleneck:{tag}")
    if f"bottleneck:{tag}:decoded" not in seen and "z" in here:  # codes that are no numbers, which nobody decodes
        if exam:
            raise Echo("reparameterization.formula")
        return False
    elsewhere = _elsewhere(seen, tag, cls)
    # what forward shows is compared where forward is what it should be, else the staged decode
    staged = cls == "VAE" and not context.wiring_eval.exact
    _the_same(cls, here["staged" if staged else "forward"], elsewhere.arrays["out0"], context)
    return True


def _elsewhere(seen: Seen, tag: str, cls: str) -> Observation:
    o = seen.get(f"bottleneck:{tag}:decoded", None)
    if o is None:
        codes = seen.get(f"bottleneck:{tag}:codes", None)
        gone = Fault("missing", "codes were not observed")
        raise Unobserved(f"bottleneck:{tag}:decoded", (codes and codes.fault) or gone)
    if o.fault is not None:
        if o.fault.kind == "raised" and seen.has(f"shape:{cls}:decode:20:4"):
            raise _bypassed(cls, f"decode fails there ({o.fault.message})", np.inf)
        raise Unobserved(o.probe, o.fault)
    return o


def autoencoder_in_training(seen: Seen, context: Context) -> None:
    """In train mode the autoencoder's forward is its stages under the same seed."""
    both = seen.get("staged:train:Autoencoder", None)
    if both is None or both.fault is not None or close(both.arrays["forward"], both.arrays["staged"]):
        return
    found = point_map(both.arrays["staged"], both.arrays["forward"])
    if denoises(seen, "Autoencoder", "train", context):
        return
    if found is None:
        raise Failed(
            "Autoencoder: in train mode forward(x) is not decode(encode(x)) under the same seed, so what is trained is not what "
            "encode and decode do",
            hint="Let forward be decode(encode(x)) in train mode too; dropout and noise belong inside the two.",
            difference=_gap(both.arrays["forward"], both.arrays["staged"]),
            expected={"difference": 0.0},
        )
    if not (found.harmless or found.rescues):
        raise _changed_afterwards(found, context)


def _the_same(cls: str, shown: np.ndarray, elsewhere: np.ndarray, context: Context) -> None:
    """A reconstruction is what its code decodes to elsewhere, but for a map of single values that is charged elsewhere."""
    if close(shown, elsewhere):
        return
    found = point_map(elsewhere, shown)
    if found is None:
        gap = float(np.abs(shown.reshape(len(shown), -1) - elsewhere).max())
        raise _bypassed(cls, f"the two differ by up to {number(gap)}", gap)
    if not (found.harmless or found.rescues):
        raise _changed_afterwards(found, context)


def _changed_afterwards(found: PointMap, context: Context) -> Failed:
    """The autoencoder's forward changes single values; where the VAE's does so too, that is charged there."""
    if context.wiring_eval.shown is not None and not context.wiring_eval.exact:
        raise Echo("reparameterization.forward")
    key = "images_changed_after_decoding"
    return Failed(
        f"Autoencoder: forward(x) is not decode(encode(x)): it shows {found.text}",
        bug=key,
        equal=False,
        expected={"equal": True},
    )


def _gap(a: np.ndarray, b: np.ndarray) -> float | None:
    return float(np.abs(a.reshape(-1) - b.reshape(-1)).max()) if a.size == b.size else None


def _bypassed(cls: str, what: str, gap: float) -> Failed:
    return Failed(
        f"{cls}: a code decoded in a process that never saw the image is not the reconstruction: {what}",
        hint="Something reaches the decoder beside z: a skip connection from the encoder, or an attribute in "
        "which forward or encode leaves the image.",
        bug="bottleneck_bypassed",
        difference=gap if np.isfinite(gap) else None,
        expected={"difference": 0.0},
    )
