"""Writes ``docs/checks.md``: every check with its oracle, its tolerance, and where the tolerance comes from.

    python -m tools.checks_page           # or: make docs

Sentences, points and visibility come from the code and the assignment, numbers from the constants that decide
and from the calibration files, so the page cannot say something else than what is done. A test compares.
"""

from __future__ import annotations

import inspect
import json
import math
import sys
from pathlib import Path

from grader import assignment, calibrate, checks, convention, findings, losses, metrics, probes
from grader.checks import betas, interface, interpolation, loss, reparameterization, sampling, slopes
from grader.model import GROUPS
from grader.report import GROUP_TITLES

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "checks.md"


def _close() -> str:
    default = {k: p.default for k, p in inspect.signature(findings.close).parameters.items()}
    return f"rtol {default['rtol']:g}, atol {default['atol']:g} × largest value"


CLOSE = _close()
ROUNDING = (
    f"{CLOSE}: float32 rounding of networks of any width is about 1e-6 per layer; the rest is room for other "
    "processors and releases ([reproducibility](reproducibility.md))"
)
EXACT = "none: a matter of yes and no"
FRESH = "decoded by a process that has never seen an image"

# id: (oracle, tolerance and its origin)
ORACLES: dict[str, tuple[str, str]] = {
    "interface.loads": ("calls of `torch.autograd.backward` during import are counted", EXACT),
    "interface.names": ("`inspect.signature` of each name, bound as the harness will call it", EXACT),
    "interface.shapes": (
        f"encode, decode and forward at D = {', '.join(map(str, probes.LATENTS))} and batches of "
        f"{', '.join(map(str, probes.BATCHES))}: shape, float32, finite, `latent_dim`",
        EXACT,
    ),
    "interface.range": (
        "codes scaled by 1, 10 and 100, so that a missing sigmoid shows before training; sigmoid(sigmoid(v)) stays "
        f"in [0.5, {1 / (1 + math.exp(-1)):.4f}]; a softmax over pixels makes all sums equal",
        f"{interface.RANGE_TOLERANCE:g} outside of [0, 1]: a missing sigmoid leaves it by more than 1",
    ),
    "interface.batch_independence": (
        "a row alone against the same row in batches of 7 and 128, in eval mode",
        ROUNDING,
    ),
    "interface.state": (
        "a fresh instance with the old one's state dict; the same call twice; inputs compared before and after",
        ROUNDING,
    ),
    "interface.bottleneck": (
        f"forward's image against its code {FRESH}; untrained and trained; the autoencoder's forward against "
        "decode(encode(x)) under the same seed in train mode",
        ROUNDING,
    ),
    "loss.returns": (
        "shapes, types, finiteness and gradients of three values at every loss probe; the same call twice, under two seeds",
        f"relative {losses.REPEAT_TOLERANCE:g} between two identical calls: float32 rounding gives far less",
    ),
    "loss.reconstruction": (
        "closed forms of cross-entropy, squared and absolute error at random points and several batch sizes; the "
        "factor is factored into pixels and batch, what is left must be 1 (or ½ for squared error); then black and white images, and pixels that are wrong by up to "
        f"{probes.FAR[-1]:g} (5,400 nats an image)",
        f"relative {convention.RECON_TOLERANCE:g}, at black and white {loss.EDGE_TOLERANCE:g}, far out {slopes.FAR_VALUE:g}: epsilons up "
        "to 1e-4 inside logarithms move a mean cross-entropy at x_hat in [0.2, 0.8] by less than 1e-3 and far out by 1.4 %, and one of "
        "0.01 moves it at black and white by 1 %",
    ),
    "loss.ae_reconstruction": (
        "the same for `ae_loss`",
        f"relative {convention.RECON_TOLERANCE:g}, for the same reason",
    ),
    "loss.kl_closed_form": (
        f"½ Σ (mu² + exp(logvar) − 1 − logvar) at {probes.KL_POINTS} random points, {len(probes.NEAR_PRIOR) + 2} near the prior and "
        f"{len(probes.KL_SHAPES)} shapes, times one factor that is a product of powers of B, D and 784",
        f"relative {convention.KL_TOLERANCE:g} beside {convention.KL_TOLERANCE * convention.KL_FLOOR:g} nats per dimension: float32 "
        "sums agree with float64 to about 1e-6, the rest is room for epsilons up to 1e-4 inside logarithms; exponents to "
        f"{convention.EXPONENT_TOLERANCE:g}",
    ),
    "loss.decomposition": (
        f"total against recon + β · kl at β = {', '.join(f'{b:g}' for b in probes.LOSS_BETAS)} among ordinary images, and at "
        f"β = {', '.join(f'{b:g}' for b in probes.FAINT_BETAS)} where images are met to {probes.FAINT:g}, so that recon hides nothing",
        f"{losses.DECOMPOSITION_TOLERANCE:g} of the terms and the total: four values, each of which another processor may move by 1e-4",
    ),
    "loss.batch_reduction": (
        "exponents of the batch size in both factors, from the fits above, and numbers that stand in the batch size's place",
        f"{convention.EXPONENT_TOLERANCE:g} around 0 or 1; whole numbers from {convention.LEAST_DIVISOR} to {convention.LARGEST_DIVISOR}",
    ),
    "loss.gradients": (
        "analytic gradients of the fitted losses at all β, near x and far from it; every weight that encode or decode use gets a "
        "gradient; autograd's derivatives of encode, decode and (in every weight) forward against central differences of "
        "their values under a replayed seed, in train and eval mode",
        f"{loss.GRADIENT_TOLERANCE:g} of the largest element: an epsilon of 1e-4 inside a logarithm moves the gradient by less; slopes "
        f"{slopes.TOLERANCE[True].slope:g} around 1, {slopes.TOLERANCE[True].weights:g} for one tensor of weights, in "
        f"float64; {slopes.TOLERANCE[False].slope:g} and {slopes.TOLERANCE[False].weights:g} for code that asks for float32",
    ),
    "loss.stability": (
        f"x_hat exactly 0 and 1, logvar = ±{probes.EXTREME_LOGVAR:g}: values and gradients finite",
        EXACT,
    ),
    "reparameterization.noise": (
        "mu and logvar constant: variation within and between calls, in train and eval mode, under equal and other "
        "seeds of torch's global generator",
        f"noise counts as seen where values vary by more than {findings.NOISE_SPREAD:g} of their size, as shared where they do not",
    ),
    "reparameterization.normal": (
        "Kolmogorov–Smirnov distance of values and of lengths of rows, mean, variance (means that are too good fail too), "
        "kurtosis, the largest size (is it cut off?), correlation of columns and of rows at every distance, over 4096 × 20 values",
        f"p = {reparameterization.P_VALUE:g} per test, or {reparameterization.SIGMAS:g} standard errors; correlations "
        f"{metrics.DEPENDENCE_SIGMAS:g} standard errors: less than 8e-6 false alarms per submission in all",
    ),
    "reparameterization.formula": (
        "the noise seen at mu = logvar = 0 is replayed under the same seed at random mu and logvar; σ is measured at constants",
        f"{findings.FORMULA_TOLERANCE:g} relative to 1 + \\|z\\|: rounding gives 1e-6, the mildest wrong σ more than 0.1",
    ),
    "reparameterization.gradients": (
        "autograd against 1 and ½ (z − mu), in both modes, and at logvar up to ±14",
        f"relative {reparameterization.GRADIENT_TOLERANCE:g}: z − mu loses digits where sigma is small",
    ),
    "reparameterization.forward": (
        "forward against decode(reparameterize(encode(x))) under the same seed, in both modes",
        ROUNDING,
    ),
    "betas.trains_on_samples": ("in train mode forward's image against decode(mu) and decode(z), replayed", ROUNDING),
    "betas.encoder_heads": (
        "signs and affine dependence of mu and logvar over images, with perturbed weights; mu held within ±1 after training at β = 0; "
        f"a value at which four dimensions stop for images {probes.BRIGHT:g} times brighter",
        f"a head of one sign over more than {betas.ONE_SIGN} values; correlation within {betas.PROPORTIONAL:g} of ±1; limits of logvar within ±{betas.LIMITS:g}",
    ),
    "betas.code_reaches_decoder": (
        "gradient of decode in every latent coordinate, in train and eval mode; of the autoencoder too",
        "exactly 0, over two random projections",
    ),
    "betas.learns": (
        "share of the mean image's squared error that reconstructions of evaluation images remove",
        "calibrated on honest work that had the steps that it needed: `explained_ae`, `explained_vae`",
    ),
    "betas.kl_falls": (
        "the KL of mu and logvar on evaluation images, recomputed by the harness, at each β",
        f"falling: exact, but for less than {betas.COLLAPSED:g} nats; at β = 1 calibrated from above: `kl_1`",
    ),
    "betas.honest_information": (
        "reconstruction from codes that the harness draws from mu and logvar, and their KL, against the end of the "
        "training curve; Fano's inequality: a classifier that reads the reconstructions bounds the nats from below; at steps "
        f"{', '.join(map(str, probes.PAIRED_STEPS))} of training the total and its gradient against those of the harness's loss in the "
        "submission's convention, through the stages, at the same weights, batch and noise",
        f"calibrated: `recon_gap`, `kl_gap`; Fano with {betas.READER_ERRORS} standard errors of the classifier in the student's favour; "
        f"{100 * slopes.PAIR_VALUE:g} % of the total, {100 * slopes.PAIR_GRADIENT:g} % of the gradient",
    ),
    "betas.tuned": (
        "the KL and the active units (Burda et al. 2016) at `TUNED_BETA`, against those at β = 0",
        f"at least {betas.TUNED_NATS:g} nats and one active unit, at most {100 * betas.TUNED_SHARE:g} % of the KL without any weight: what collapse and doing nothing "
        "are taken to mean",
    ),
    "sampling.prior_codes": (
        "the codes that reach `decode` inside `sample`, 512 of them: Kolmogorov–Smirnov per dimension, "
        "pooled and of lengths, mean, variance, the largest size, correlations; once more on a model left in train mode",
        f"p = {sampling.P_VALUE:g} per test, or {sampling.SIGMAS:g} standard errors; correlations "
        f"{metrics.DEPENDENCE_SIGMAS:g}: less than 3e-6 false alarms per submission",
    ),
    "sampling.images": (f"the images against those codes {FRESH}; 5, 13 and 512 are asked for", ROUNDING),
    "sampling.latent_grid": (
        f"all tiles against (x_j, y_i) {FRESH}, at 21 × 21 over ±4 and {probes.SMALL_GRID[0]} × {probes.SMALL_GRID[0]} over "
        f"±{probes.SMALL_GRID[1]:g}; on failure all symmetries of the square are tried; the codes again on a model left in train mode",
        ROUNDING,
    ),
    "interpolation.ends": (
        f"first and last frame against the codes of both ends {FRESH}; on a model left in train mode the codes alone, against what encode "
        "returned in that call",
        ROUNDING,
    ),
    "interpolation.path": (
        f"every frame against the straight line of codes {FRESH}, at 5 and 11 steps; on a model left in train mode the codes alone",
        ROUNDING,
    ),
    "interpolation.smoothness": (
        "second differences over the chord, and length over chord, median of many paths at β = 1; measured where "
        f"reconstructions remove {100 * interpolation.TOLD_APART:g} % of the mean image's error or more, and the KL reaches `kl_1`",
        "calibrated: `roughness_beta_1`, `path_beta_1`",
    ),
}

HEAD = """\
# Checks

Made by `make docs` from the code, the assignment and the calibration; do not edit it.

Order of trust: exact oracles before statistics, statistics before training. An exact check asks an untrained model or a
loss for numbers that have a closed form, or compares two ways of computing the same thing. A statistical check has a
stated rate of false alarms. Only what cannot be told otherwise is judged on trained models, against bands that were measured
on honest work. Before such a check costs a point the models that it reads are trained with up to five times the steps, and
within a tenth of a band's end under two other seeds.

Which mistakes each check catches is measured by `make selfcheck`; which bugs have a name, and the formula behind each, is
in [`grader/diagnosis.py`](../grader/diagnosis.py).
"""


def page() -> str:
    """The whole page. Raises ``KeyError`` for a check that is not described, or described but gone."""
    a = assignment.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
    gone = set(ORACLES) - set(checks.IDS)
    if gone:
        raise KeyError(f"described in tools/checks_page.py, but no check: {sorted(gone)}")
    lines = [HEAD]
    for group in GROUPS:
        lines += [
            f"## {GROUP_TITLES[group]}",
            "",
            "| check | asks | oracle | tolerance | points |",
            "|---|---|---|---|---|",
        ]
        for c in checks.ALL:
            if c.group != group:
                continue
            oracle, tolerance = ORACLES[c.id]
            hidden = "<br>hidden" if c.id in a.hidden else ""
            title = c.title.rstrip(".").replace("|", "\\|")
            lines.append(f"| `{c.id}`{hidden} | {title} | {oracle} | {tolerance} | {a.points[c.id]:g} |")
        lines.append("")
    lines += _waiting() + _bands(a)
    return "\n".join(lines)


def _waiting() -> list[str]:
    out = [
        "## What waits for what",
        "",
        "A check whose numbers would only repeat a failure is blocked by it and keeps its points. **After**: not looked at "
        "once the other failed. **Excused by**: still run; a failure of its own does not count if the other failed.",
        "",
        "| check | after | excused by |",
        "|---|---|---|",
    ]
    for c in checks.ALL:
        if c.after or c.excused_by:
            cells = [", ".join(f"`{i}`" for i in ids) or "–" for ids in (c.after, c.excused_by)]
            out.append(f"| `{c.id}` | {cells[0]} | {cells[1]} |")
    return [*out, ""]


def _bands(a: assignment.Assignment) -> list[str]:
    out = [
        "## Calibrated bands",
        "",
        f"Measured on {_count()} by `make calibrate`; a band's ends are the extremes over all runs, moved outwards by a factor of "
        f"{calibrate.FACTOR:g} (from 1, for a ratio that is at least 1). With n exchangeable runs a new honest one lies outside the "
        "extremes themselves with a chance of at most 2 / (n + 1) (Wilks 1941); the factor admits architectures that are not among "
        "them. See [authors](authors.md#calibration).",
        "",
    ]
    documents = {}
    for name in assignment.DATASETS:
        path = ROOT / "reference" / "calibration" / f"{name}.json"
        if path.exists():
            documents[name] = json.loads(path.read_text(encoding="utf-8"))
    out += ["| band | " + " | ".join(documents) + " |", "|---|" + "---|" * len(documents)]
    for band in calibrate.RULES:
        cells = []
        for document in documents.values():
            b = document["bands"][band]
            low, high = b["low"], b["high"]
            ends = (
                f"at least {low:.3g}"
                if high is None
                else f"at most {high:.3g}"
                if low is None
                else f"{low:.3g} to {high:.3g}"
            )
            cells.append(f"{ends} ({b['runs']} runs)")
        out.append(f"| `{band}` | " + " | ".join(cells) + " |")
    return [*out, ""]


def _count() -> str:
    from grader.authors import CALIBRATION

    return f"{len(CALIBRATION)} honest variants over several seeds"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    sys.exit(0)
