"""From observations to what figures are drawn from. Pure; nothing here decides a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader import metrics, oracles, probes
from grader.assignment import Assignment
from grader.behaviour import Behaviour, Trained, reference
from grader.checks.base import Context
from grader.data import Dataset
from grader.model import Band, Evidence, Observations, Plane, Run, Strip, Usefulness

LINEAR_BETAS = np.geomspace(0.02, 100.0, 40)


def _images(array: np.ndarray | None, n: int | None = None) -> np.ndarray | None:
    return None if array is None else array[:n].reshape(-1, 28, 28).astype(np.float32)


def _out(context: Context, name: str, key: str = "out0") -> np.ndarray | None:
    o = context.observations.get(name)
    return None if o is None or o.fault is not None else o.arrays.get(key)


@metrics.ieee
def evidence(
    observations: Observations,
    context: Context,
    data: Dataset | None,
    bands: Mapping[str, Band],
    honest: Sequence[Mapping[str, Any]] = (),
) -> Evidence:
    """Everything that a report shows of one submission; parts that were never observed stay ``None``.

    ``honest`` are the runs of the calibration file, for the cloud in the rate-distortion plane.
    """
    if data is None or context.seen["load"].fault is not None:
        return Evidence()
    shown, a, base = context.shown, context.assignment, reference(data)
    chosen = probes.select(a, data)
    family = shown.family if shown.runs else None
    floor = np.broadcast_to(base.mean_image, (probes.RECON_IMAGES, 784))
    x = data.eval_x[: probes.RECON_IMAGES].reshape(-1, 784)
    linear = [oracles.linear_vae(base.eigenvalues, b, a.latent_dim) for b in LINEAR_BETAS]
    alike = [r["rate_distortion"] for r in honest if r["likelihood"] == family]
    clouds = {b: [r[f"beta_{b:g}"] for r in alike if f"beta_{b:g}" in r] for b in a.betas}
    return Evidence(
        originals=_images(data.eval_x[chosen.originals]),
        original_labels=data.eval_y[chosen.originals],
        class_names=data.class_names,
        runs=tuple(_runs(context, shown, a, data, chosen)),
        strips=tuple(_strips(context, a)),
        planes=tuple(_planes(context, a, data)),
        usefulness=_usefulness(context, data),
        ae_codes=shown.runs["ae"].mu if "ae" in shown.runs else None,
        ae_samples=_images(_out(context, "prior:ae"), 64),
        sample_distance=_distances(context, shown, data),
        linear_vae=np.array(linear) if family == "squared" else None,
        honest_rate_distortion={f"β = {b:g}": np.array(runs) for b, runs in clouds.items() if runs},
        bands=bands,
        mean_image_recon=oracles.recon_per_image(family, floor, x[: len(floor)]) if family else None,
        likelihood=family,
    )


def _label(run: Trained, key: str) -> str:
    if key in ("ae", "ae_2d"):
        return "AE" if key == "ae" else "AE, D = 2"
    if key == "vae_2d":
        return "VAE, D = 2"
    shown = f"{run.beta_c:.3g}" if run.beta_c is not None else "?"
    return f"tuned β = {shown}" if key == "tuned" else f"β = {shown}"


def _runs(context: Context, shown: Behaviour, a: Assignment, data: Dataset, chosen: probes.Selection) -> list[Run]:
    real = metrics.sharpness(data.eval_x[:256])
    out = []
    order = ["ae", *(f"beta_{b:g}" for b in a.betas), "tuned", "ae_2d", "vae_2d"]
    for key in order:
        run = shown.runs.get(key)
        if run is None:
            continue
        samples = _images(_out(context, f"prior:{run.key}"), probes.SAMPLES)
        recon = _out(context, f"recon:{run.key}")
        inside = chosen.originals[chosen.originals < probes.RECON_IMAGES]
        shown_recon = _images(recon[inside]) if recon is not None and len(inside) == len(chosen.originals) else None
        every = max(1, len(run.curve_recon) // 100)
        steps = np.arange(len(run.curve_recon))[::every] + 1
        vae = run.curve_kl is not None
        out.append(
            Run(
                key=key,
                label=_label(run, key),
                kind="vae" if vae else "ae",
                latent_dim=a.plane_dim if key.endswith("_2d") else a.latent_dim,
                beta_c=run.beta_c,
                beta_student=run.beta,
                steps=steps,
                curve_recon=_smoothed(run.curve_recon, every),
                curve_kl=_smoothed(run.curve_kl, every) if run.curve_kl is not None else None,
                recon_eval=run.recon,
                kl_eval=run.kl,
                kl_per_dim=run.kl_per_dim,
                active=run.active,
                sharpness=metrics.sharpness(samples) / real if samples is not None else None,
                sharpness_recon=metrics.sharpness(shown_recon) / real if shown_recon is not None else None,
                reconstructions=shown_recon,
                samples=samples,
                repaired=tuple(sorted(context.found.repair() if vae else context.found.ae_repair())),
            )
        )
    return out


def _smoothed(curve: np.ndarray, every: int) -> np.ndarray:
    """Means over ``every`` neighbouring steps, so that one batch does not make a spike."""
    n = -(-len(curve) // every)
    starts = np.arange(n) * every
    return np.add.reduceat(curve, starts) / np.minimum(every, len(curve) - starts)


def _strips(context: Context, a: Assignment) -> list[Strip]:
    out = []
    for p, (first, second) in enumerate(a.pairs):
        for kind, key in (("ae", "ae"), ("vae", "beta_1")):
            frames = _out(context, f"interpolate:{key}:{p}", "images")
            if frames is None or frames.size != a.interpolation_steps * 784 or not np.isfinite(frames).all():
                continue
            frames = frames.reshape(-1, 28, 28)
            steps = metrics.step_lengths(frames)
            mean = float(steps.mean())
            out.append(
                Strip(
                    f"{first}–{second}",
                    "ae" if kind == "ae" else "vae",
                    frames.astype(np.float32),
                    steps,
                    metrics.roughness(frames),
                    metrics.path_ratio(frames),
                    float(steps.max() / mean) if mean > 0 else float("nan"),
                )
            )
    return out


def _planes(context: Context, a: Assignment, data: Dataset) -> list[Plane]:
    out = []
    for kind, key in (("ae", "ae_2d"), ("vae", "vae_2d")):
        cls = "Autoencoder" if kind == "ae" else "VAE"
        grid = _out(context, f"grid:{key}:{cls}", "images")
        codes, walks = _out(context, f"codes:{key}"), _images(_out(context, f"walks:{key}"))
        if codes is None and grid is None:
            continue
        side = 28 * a.grid_n
        if grid is not None and (grid.size != side * side or not np.isfinite(grid).all()):
            grid = None
        out.append(
            Plane(
                "ae" if kind == "ae" else "vae",
                grid=None if grid is None else grid.reshape(side, side).astype(np.float32),
                extent=a.grid_extent,
                codes=codes,
                labels=data.eval_y if codes is not None else None,
                traversal_1=None if walks is None else walks[:9],
                traversal_2=None if walks is None else walks[9:18],
                walk=None if walks is None else walks[18:],
                walk_ends=probes.walk_ends(a),
            )
        )
    return out


def _usefulness(context: Context, data: Dataset) -> dict[str, Usefulness]:
    out = {}
    for kind, key in (("ae", "ae"), ("vae", "beta_1")):
        train, test = _out(context, f"train_codes:{key}"), _out(context, f"codes:{key}")
        accuracy = None
        if train is not None and test is not None and np.isfinite(train).all() and np.isfinite(test).all():
            probe = metrics.RidgeClassifier(train, data.train_y[: len(train)])
            accuracy = probe.accuracy(test, data.eval_y[: len(test)])
        scores = {}
        for name, x in (("plain", data.eval_x[: probes.ODD_IMAGES]), ("odd", probes.odd_images(data))):
            decoded = _out(context, f"{name}:{key}:decoded")
            if decoded is not None:
                scores[name] = ((decoded.astype(np.float64) - x.reshape(len(x), -1)) ** 2).sum(1)
        auroc = metrics.auroc(scores["plain"], scores["odd"]) if len(scores) == 2 else None
        if accuracy is not None or auroc is not None:
            out[kind] = Usefulness(accuracy, auroc, scores.get("plain"), scores.get("odd"))
    return out


def _distances(context: Context, shown: Behaviour, data: Dataset) -> dict[str, float]:
    out = {}
    for key, run in shown.runs.items():
        samples = _out(context, f"prior:{run.key}")
        if samples is not None and not key.endswith("_2d"):
            out[key] = metrics.nearest_distance(samples.astype(np.float32), data.train_x[:1000])
    return out
