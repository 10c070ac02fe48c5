"""A synthetic class for the tests of figures and pages: real digits, invented numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.model import Band, Convention, Evidence, Grade, Plane, Run, Strip, Usefulness, Verdict, WrittenAnswer

CHECKS: tuple[tuple[str, str, float], ...] = (
    ("interface.loads", "The file loads and does not train on import", 2),
    ("interface.names", "Every required name is there with its signature", 2),
    ("interface.shapes", "Shapes, types and latent sizes are right", 4),
    ("interface.range", "Decoded values lie in [0, 1] and use that range", 2),
    ("loss.reconstruction", "The reconstruction loss is smallest at the image itself", 4),
    ("loss.kl_closed_form", "The KL is the closed form", 8),
    ("loss.decomposition", "total = recon + beta * kl", 4),
    ("reparameterization.noise", "Noise is fresh for every element and call", 6),
    ("reparameterization.formula", "z = mu + exp(logvar / 2) * eps", 8),
    ("betas.learns", "Both models reconstruct as well as honest work", 6),
    ("betas.kl_falls", "The KL falls as beta grows", 6),
    ("betas.tuned", "TUNED_BETA neither collapses nor does nothing", 4),
    ("sampling.prior_codes", "Samples are decoded from N(0, I)", 6),
    ("sampling.latent_grid", "Every tile of the latent grid decodes its point", 6),
    ("interpolation.ends", "An interpolation starts and ends at the reconstructions", 6),
    ("interpolation.path", "Every frame decodes a point on the straight line", 6),
)

QUESTIONS = {
    "Q1": "What do images decoded from N(0, I) through a plain autoencoder look like, and why?",
    "Q2": "What happens to reconstructions and samples at β = 0 and at β = 10?",
    "Q3": "Characterize reconstructions and samples of a well-tuned VAE.",
    "Q4": "How do AE and VAE interpolations between the same images differ?",
    "Q5": "Which embedding is more useful downstream?",
    "Q6": "Which loss term dominates, early and late?",
    "Q7": "Compare the 2-D latent spaces of AE and VAE.",
}

ANSWERS = {
    "Q1": "They look like **ink without a digit**: strokes that belong to no class.\n\nThe encoder "
    "never had a reason to put codes near 0, so N(0, I) mostly hits places "
    "the decoder has *never seen*.",
    "Q2": "- At β = 0 it is an autoencoder: sharp reconstructions, useless samples.\n"
    "- At β = 10 the KL is almost 0 and every sample is the same grey blob.\n\n"
    "| β | KL | samples |\n|---|---|---|\n| 0 | 235 | noise |\n| 10 | 2.7 | blob |",
    "Q3": "Slightly blurred reconstructions, samples that are mostly digits.",
    "Q4": "The AE *crossfades*; the VAE bends one digit into the other:\n\n```python\nz = (1 - a) * z0 + a * z1\n```",
    "Q6": "Early the reconstruction, late too: the KL stays at about 7 % of the loss.",
}


def digits() -> tuple[Any, Any]:
    """Real digits ``[1797, 28, 28]`` in [0, 1], enlarged from 8 by 8, and their labels."""
    from PIL import Image
    from sklearn.datasets import load_digits

    raw = load_digits()
    images = np.stack(
        [
            np.asarray(Image.fromarray((im * 15.9).astype(np.uint8)).resize((28, 28), Image.Resampling.BICUBIC))
            for im in raw.images[:400]
        ]
    )
    return images.astype(np.float32) / 255, raw.target[:400]


def _blur(images: Any, times: int) -> Any:
    for _ in range(times):
        pad = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
        images = pad[:, 1:-1, 1:-1] * 0.4 + 0.15 * (
            pad[:, :-2, 1:-1] + pad[:, 2:, 1:-1] + pad[:, 1:-1, :-2] + pad[:, 1:-1, 2:]
        )
    return images


def evidence(seed: int = 0) -> Evidence:
    """Everything a report can show; drawn from a seeded generator."""
    rng = np.random.default_rng(seed)
    images, labels = digits()
    order = np.array([int(np.flatnonzero(labels == k)[0]) for k in range(10)])
    originals = images[order]
    other = images[np.array([int(np.flatnonzero(labels == k)[2]) for k in range(10)])]
    steps = np.arange(0, 401, 10)
    gone = 1 - np.exp(-steps / 90)
    mean = images.mean(axis=0)
    plan: list[tuple[str, str, str, float | None, float, float, int, float]] = [
        ("ae", "AE", "ae", None, 227.5, 0.0, 0, 0.93),
        ("beta_0", "β = 0", "vae", 0.0, 229.0, 235.2, 0, 0.91),
        ("beta_1", "β = 1", "vae", 1.0, 235.0, 18.7, 1, 0.71),
        ("beta_10", "β = 10", "vae", 10.0, 287.8, 2.7, 3, 0.38),
        ("tuned", "tuned β = 0.784", "vae", 0.784, 233.1, 21.4, 1, 0.74),
    ]
    runs = []
    for key, label, kind, beta, recon, kl, blur, sharp in plan:
        per = np.sort(rng.gamma(1.2, 1.0, 20))[::-1]
        per[{"beta_1": 15, "beta_10": 3, "tuned": 17}.get(key, 20) :] *= 0.004
        per = per / per.sum() * kl if kl else per * 0
        mixed = 0.5 * originals + 0.5 * other
        samples = {
            "ae": np.clip(np.abs(rng.normal(0, 0.5, mixed.shape)) * _blur(mixed, 1) * 2, 0, 1),
            "beta_0": np.clip(np.abs(rng.normal(0, 0.5, mixed.shape)) * _blur(other, 1) * 2, 0, 1),
            "beta_10": 0.85 * mean + 0.15 * _blur(other, 4),
        }.get(key, _blur(other, 2))
        growth = gone * (1 + 0.25 * steps / 400) / 1.25 if key == "beta_0" else gone
        runs.append(
            Run(
                key,
                label,
                kind,
                20,
                beta,
                None if beta is None else beta / 784,  # type: ignore[arg-type]
                steps=steps,
                curve_recon=recon + (543 - recon) * np.exp(-steps / 60) + rng.normal(0, 2, steps.size),
                curve_kl=None if kind == "ae" else kl * growth / growth[-1],
                recon_eval=recon,
                kl_eval=None if kind == "ae" else kl,
                kl_per_dim=None if kind == "ae" else per,
                active=None if kind == "ae" else per > 0.05,
                sharpness=sharp * 0.9,
                sharpness_recon=sharp,
                reconstructions=_blur(originals, blur),
                samples=samples,
            )
        )
    for kind, beta in (("ae", None), ("vae", 1.0)):
        runs.append(
            Run(
                f"{kind}_2d",
                f"2-D {kind.upper()}",
                kind,
                2,
                beta,
                None,
                steps=steps,  # type: ignore[arg-type]
                curve_recon=262 + 280 * np.exp(-steps / 70),
                curve_kl=None if kind == "ae" else 6.1 * gone,
                recon_eval=262.0,
                kl_eval=None if kind == "ae" else 6.1,
            )
        )
    strips = []
    for a, b in ((4, 6), (3, 7), (5, 8)):
        for kind, soft in (("ae", 0), ("vae", 2)):
            t = np.linspace(0, 1, 11)[:, None, None]
            t = t if kind == "ae" else 3 * t**2 - 2 * t**3
            frames = _blur(((1 - t) * originals[a] + t * originals[b]).astype(np.float32), soft)
            d = np.diff(frames.reshape(11, -1), axis=0)
            length = np.linalg.norm(d, axis=1)
            chord = float(np.linalg.norm(frames[-1] - frames[0]))
            strips.append(
                Strip(
                    f"{a}–{b}",
                    kind,
                    frames,
                    length,
                    (0.297 if kind == "ae" else 0.243) + 0.01 * a,  # type: ignore[arg-type]
                    float(length.sum()) / chord + (0.16 if kind == "ae" else 0.09),
                    float(length.max() / length.mean()),
                )
            )
    planes = []
    angle = np.linspace(0, 2 * np.pi, 11)[:10]
    for kind, far in (("ae", 9.0), ("vae", 1.35)):
        centre = np.stack([np.cos(angle), np.sin(angle)], 1) * far * (0.6 + 0.4 * (np.arange(10) % 2))[:, None]
        codes = centre[labels] + rng.normal(0, far * 0.22, (len(labels), 2))
        at = np.linspace(-4, 4, 21)
        board = np.zeros((588, 588), np.float32)
        for i, y in enumerate(at[::-1]):
            for j, x in enumerate(at):
                near = np.exp(-((centre[:, 0] - x) ** 2 + (centre[:, 1] - y) ** 2) / (0.9 if kind == "vae" else 30))
                tile = np.tensordot(near / (near.sum() + 1e-9), _blur(originals, 1), 1)
                board[28 * i : 28 * i + 28, 28 * j : 28 * j + 28] = tile

        def walk(n: int, first: int, last: int) -> Any:
            t = np.linspace(0, 1, n)[:, None, None]
            return _blur(((1 - t) * originals[first] + t * originals[last]).astype(np.float32), 1)

        planes.append(
            Plane(
                kind,
                board,
                codes,
                labels,
                walk(11, 1, 9),
                walk(11, 0, 7),
                walk(20, 2, 5),  # type: ignore[arg-type]
                np.array([[-1.21, 0.4], [0.93, -1.7]]),
            )
        )
    cloud_kl = np.exp(rng.normal(2.6, 0.7, 60))
    rate = np.exp(np.linspace(-2, 5, 40))
    return Evidence(
        originals=originals,
        original_labels=np.arange(10),
        class_names=tuple(str(k) for k in range(10)),
        runs=tuple(runs),
        strips=tuple(strips),
        planes=tuple(planes),
        usefulness={
            "ae": Usefulness(0.93, 0.81, rng.gamma(9, 22, 400), rng.gamma(12, 27, 300)),
            "vae": Usefulness(0.93, 0.88, rng.gamma(10, 20, 400), rng.gamma(14, 27, 300)),
        },
        ae_codes=rng.normal(0.8, 4.7, (300, 20)),
        ae_samples=runs[0].samples,
        sample_distance={"ae": 7.41, "beta_1": 5.02, "tuned": 4.87},
        linear_vae=np.stack([rate, 225 + 85 * np.exp(-rate / 12)], 1),
        honest_rate_distortion={
            "β = 1": np.stack([cloud_kl, 226 + 80 * np.exp(-cloud_kl / 9) + rng.normal(0, 4, 60)], 1)
        },
        bands={k: Band(k, 0.1, 0.62, 102, 0.999, "tolerance interval") for k in ("roughness_ae", "roughness_beta_1")},
        mean_image_recon=309.0,
    )


def verdict(check: str, status: str = "passed", **more: Any) -> Verdict:
    """One verdict of ``CHECKS``; points follow the status unless given."""
    title, top = next((t, p) for i, t, p in CHECKS if i == check)
    got = top if status in ("passed", "harness_error") else 0.0
    fields: dict[str, Any] = {"message": "As it should be." if status == "passed" else "Not as it should be.", **more}
    return Verdict(check, check.split(".")[0], title, "public" if top < 6 else "hidden", status, got, top, **fields)  # type: ignore[arg-type]


#: A submission with two named bugs, one crash and what follows from them.
BUGGY: dict[str, dict[str, Any]] = {
    "loss.kl_closed_form": {
        "status": "failed",
        "diagnosis": "kl_missing_half",
        "message": "Your KL is 2.000 times the closed form ½ Σ (mu² + exp(logvar) − 1 − logvar) "
        "at all 48 points tried. The ½ in front of the sum is missing.",
        "hint": "Compute the KL of mu = 1, logvar = 0 by hand: it is 0.5.",
        "measured": {"factor": 2.0000001, "kl_at_mu_1": 1.0, "points": 48},
        "expected": {"factor": 1.0, "kl_at_mu_1": 0.5},
    },
    "reparameterization.formula": {
        "status": "failed",
        "diagnosis": "sigma_is_variance",
        "message": "z − mu is eps · exp(logvar), so the noise has standard deviation exp(logvar) "
        "where exp(logvar / 2) belongs: 4.000 in place of 2.000 at logvar = 1.386.",
        "hint": "logvar is the logarithm of the variance; the noise is scaled by its square root.",
        "measured": {"sigma": [0.25, 1.0, 4.0]},
        "expected": {"sigma": [0.5, 1.0, 2.0]},
    },
    "betas.kl_falls": {"status": "blocked", "blocked_by": "loss.kl_closed_form"},
    "betas.tuned": {"status": "blocked", "blocked_by": "betas.kl_falls"},
    "sampling.latent_grid": {
        "status": "error",
        "message": "IndexError: index 21 is out of bounds for axis 0 with size 21 (submission.py:112 in latent_grid)",
        "hint": "With n = 21 the last row is row 20.",
    },
}


def grade(submission_id: str = "ada", faults: dict[str, dict[str, Any]] | None = None, **more: Any) -> Grade:
    faults = faults or {}
    checks = tuple(verdict(i, **faults.get(i, {})) for i, _, _ in CHECKS)
    written = tuple(WrittenAnswer(q, text, 20 / 7, q in ANSWERS, ANSWERS.get(q, "")) for q, text in QUESTIONS.items())
    fields: dict[str, Any] = {
        "isolation": "bwrap+landlock+seccomp",
        "convention": Convention("bce", "mean over pixels", "sum over latent dimensions", 784.0),
        "written": written,
        **more,
    }
    return Grade(
        submission_id=submission_id,
        submission_sha256="9f" * 32,
        assignment={"name": "Autoencoders and VAEs", "version": "1", "dataset": "digits", "seed": 0},
        score=sum(v.points for v in checks),
        max_score=sum(v.max_points for v in checks),
        checks=checks,
        environment={
            "python": "3.11.7",
            "torch": "2.13.0",
            "cpu_capability": "AVX2",
            "threads": 1,
            "harness": "1.0.0",
            "data_sha256": "3c" * 32,
        },
        **fields,
    )
