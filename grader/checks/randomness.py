"""What is random where nothing should be: in the encoder, before it, behind the decoder."""

from __future__ import annotations

import numpy as np

from grader import diagnosis, probes
from grader.checks.base import Context, Failed, Seen, number
from grader.findings import close

MASKED = 0.01  # share of pixels: a ReLU at the end may be at 0 under one seed and not under another at a pixel or two


def random_encoder(seen: Seen, cls: str, context: Context) -> None:
    """Codes have to follow from the image in train mode too, but for torch's own random layers and masks."""
    at_input = False
    if seen.has(f"encoder_noise:{cls}"):  # a failure there is of that question: encode is judged by others
        a = seen.arrays(f"encoder_noise:{cls}")
        at_input = bool(seen[f"encoder_noise:{cls}"].info["at_input"])
        noise = next((n for n in ("two", "moved") if not close(a["one"], a[n])), "")
        gap = float(np.abs(a["one"] - a[noise or "two"]).max())
        if noise and not at_input:
            raise Failed(
                diagnosis.named(
                    f"in train mode {cls}.encode gives other codes of the same images each time, by up to {number(gap)}",
                    "noise_in_encoder",
                ),
                bug="noise_in_encoder",
                difference=gap,
                expected={"difference": 0.0},
                mended=True,
            )
    modes = [m for m in ("train", "eval") if denoises(seen, cls, m, context)]
    if not (at_input or modes) or (context.assignment.denoising and "eval" not in modes):
        return
    where = "encode" if at_input else f"forward, in {' and in '.join(modes)} mode,"
    raise Failed(
        diagnosis.named(
            f"{cls}: {where} puts noise or a mask of its own on the images before they are encoded", "denoising"
        ),
        bug="denoising",
        noise_on_input=True,
        expected={"noise_on_input": False},
        mended=True,
    )


def masked_pixels(seen: Seen, cls: str) -> None:
    """Dropout behind the decoder's last layer: under each seed a pixel is either gone or has the one value that it has under others.

    Dropout between layers moves all that is left, so it is never taken for this, not even where images have exact zeros.
    """
    names = [f"masked:{i}:{cls}" for i in range(probes.MASKS)]
    if not all(map(seen.has, names)):
        return
    values = np.stack([seen.arrays(n)["out0"].reshape(-1) for n in names]).astype(np.float64)
    gone = values == 0.0
    value = np.abs(values).max(0)
    same = (gone | (np.abs(np.abs(values) - value) <= 1e-3 * value)).all(0)
    share = float((gone.any(0) & ~gone.all(0)).mean())
    if not (share > MASKED and same.mean() > 1 - MASKED):
        return
    raise Failed(
        diagnosis.named(
            f"in train mode {cls}.decode sets other pixels of the same images to 0 each time, {number(100 * gone.mean(), 2)} % of them",
            "dropout_on_pixels",
        ),
        bug="dropout_on_pixels",
        masked=share,
        expected={"masked": 0.0},
    )


def denoises(seen: Seen, cls: str, mode: str, context: Context) -> bool:
    if cls == "VAE":
        return (context.wiring_train if mode == "train" else context.wiring_eval).denoises
    o = seen.get("staged:train:Autoencoder")
    if mode == "eval" or o is None or o.fault is not None or "from_given" not in o.arrays:
        return False
    return close(o.arrays["forward"], o.arrays["from_given"])
