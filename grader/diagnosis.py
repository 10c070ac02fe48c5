"""Names bugs: which known mistake reproduces the measured numbers.

A key is published as ``diagnosis`` in ``grade.json``; its sentence completes a message, its hint says what to
try. Nothing here decides a verdict.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from grader import oracles
from grader.convention import KlFit
from grader.model import Fault

# key: (what the numbers say, what to try)
CATALOGUE: dict[str, tuple[str, str]] = {
    "kl_sign_flipped": ("the KL has the wrong sign", "The KL is never negative: check the leading minus and the signs inside."),
    "reported_kl_negated": ("the reported kl is −KL while the total is right", "Return the KL that you add, not its negative."),
    "kl_missing_half": ("the factor ½ is missing (it is twice the KL)", "Multiply the sum by one half."),
    "kl_half_too_many": ("there is one factor ½ too many (it is half of the KL)", "Multiply the sum by one half once."),
    "kl_missing_exp": ("exp is missing: logvar stands where exp(logvar) belongs", "The variance is exp(logvar)."),
    "kl_variance_as_std": ("exp(logvar / 2), the standard deviation, stands where the variance exp(logvar) belongs", "The KL contains σ², which is exp(logvar)."),
    "kl_logvar_as_logstd": ("logvar is used as log σ (exp(2 · logvar) appears)", "logvar is log σ²: the variance is exp(logvar)."),
    "kl_missing_one": ("the constant 1 is missing: at mu = logvar = 0 the KL should be 0", "Write 1 + logvar − mu² − exp(logvar) before −½."),
    "kl_one_sign": ("the constant 1 has the wrong sign or size", "At mu = logvar = 0 the KL has to be 0."),
    "kl_missing_mu": ("mu² is missing", "The KL contains mu²."),
    "kl_mu_not_squared": ("mu is not squared", "The KL contains mu², not mu."),
    "kl_missing_logvar": ("the term logvar is missing", "The KL contains −½ logvar."),
    "kl_missing_variance": ("the term exp(logvar) is missing", "The KL contains ½ exp(logvar)."),
    "kl_term_sign": ("one term has the wrong sign", "Compare signs with ½ (mu² + exp(logvar) − 1 − logvar)."),
    "kl_term_factor": ("one term has a wrong factor", "Each of the four terms has the factor ½."),
    "kl_reversed": ("the divergence is taken the other way round: KL(N(0, I) || q)", "The posterior comes first: KL(q(z|x) || N(0, I))."),
    "kl_extra_factor": ("there is a factor that no reduction explains", "Sums and means are free; other factors are not: they belong into beta."),
    "kl_not_reduced_over_latents": ("the KL is not reduced to a scalar", "Sum over latent dimensions, then over or mean over the batch."),
    "beta_ignored": ("beta is ignored", "Multiply the KL by beta in the total."),
    "beta_on_recon": ("beta multiplies recon instead of kl", "total = recon + beta · kl."),
    "beta_on_both": ("beta multiplies both terms", "total = recon + beta · kl."),
    "beta_squared": ("beta is applied twice", "Multiply the KL by beta once."),
    "beta_divides": ("the KL is divided by beta", "Multiply the KL by beta."),
    "beta_as_mixture": ("beta is used as a mixture, (1 − beta) · recon + beta · kl", "total = recon + beta · kl."),
    "kl_subtracted": ("the KL is subtracted", "total = recon + beta · kl: both are losses."),
    "kl_prescaled_by_beta": ("the returned kl already contains beta", "Return the plain KL and apply beta in the total only."),
    "kl_left_out": ("the KL is left out of the total", "total = recon + beta · kl."),
    "recon_left_out": ("recon is left out of the total", "total = recon + beta · kl."),
    "batch_sum_and_mean_mixed": ("one term is a sum and the other a mean over the batch", "Divide both by the batch size, or neither."),
    "recon_against_itself": ("it compares a tensor with itself", "Compare x_hat with x."),
    "recon_constant": ("it does not depend on x_hat", "Compare x_hat with x."),
    "bce_swapped": ("the arguments of the binary cross-entropy are swapped", "F.binary_cross_entropy takes the prediction first: (x_hat, x)."),
    "bce_with_logits_on_probabilities": ("it applies a sigmoid to x_hat again (BCE with logits on probabilities)", "x_hat already is a probability: use F.binary_cross_entropy."),
    "bce_one_sided": ("only the half x · log(x_hat) of the cross-entropy is there", "Add (1 − x) · log(1 − x_hat)."),
    "recon_root": ("it is the root of the squared error, which does not add up over images and pixels", "Leave out the square root."),
    "recon_extra_factor": ("there is a factor that no reduction explains", "Sums and means are free; other factors are not."),
    "log_of_zero": ("log(0) is taken", "Use F.binary_cross_entropy or clamp x_hat."),
    "large_logvar_overflow": ("large logvar overflows", "Use exp(logvar) only."),
    "loss_detached": ("the gradient is cut", "Leave out .detach(), .item() and torch.no_grad()."),
    "sigma_is_variance": ("noise does not use exp(logvar/2): σ is exp(logvar), the variance", "σ = exp(logvar / 2)."),
    "sigma_is_raw_logvar": ("noise does not use exp(logvar/2): the second output itself is taken as σ", "σ = exp(logvar / 2)."),
    "sigma_is_half_logvar": ("noise does not use exp(logvar/2): σ is logvar / 2, without exp", "σ = exp(logvar / 2)."),
    "sigma_is_softplus": ("noise does not use exp(logvar/2): σ is softplus(logvar)", "σ = exp(logvar / 2)."),
    "sigma_is_logstd": ("noise does not use exp(logvar/2): σ is exp(2 · logvar)", "σ = exp(logvar / 2)."),
    "sigma_is_precision": ("noise does not use exp(logvar/2): σ is exp(−logvar / 2)", "σ = exp(+logvar / 2)."),
    "sigma_is_root_logvar": ("noise does not use exp(logvar/2): σ is the root of logvar", "σ = exp(logvar / 2)."),
    "sigma_is_one": ("noise does not use exp(logvar/2): σ does not depend on logvar", "z = mu + exp(logvar / 2) · eps."),
    "no_noise": ("there is no noise: it returns a fixed function of mu", "z = mu + exp(logvar / 2) · eps with fresh eps."),
    "noise_only_in_training": ("there is noise in train mode only", "Draw noise in eval mode too; use mu where a mean is wanted."),
    "noise_shared_across_batch": ("noise is shared across the batch: one eps row for all images", "eps needs the shape of mu: torch.randn_like(mu)."),
    "noise_shared_across_latents": ("noise is shared across latent dimensions: one eps per image", "eps needs the shape of mu: torch.randn_like(mu)."),
    "noise_cached": ("the same noise comes back in every call: eps is drawn once and kept", "Draw eps anew in each call."),
    "noise_seed_reset": ("the same noise comes back in every call: a seed is set inside", "Leave seeding to the caller."),
    "noise_uniform": ("the noise is uniform, not normal", "torch.randn, not torch.rand."),
    "noise_scaled": ("the noise is not of unit variance or zero mean", "eps ~ N(0, 1), unscaled."),
    "noise_other_generator": ("the noise does not come from torch's global generator", "Use torch.randn_like(mu)."),
    "noise_detached": ("the gradient does not flow through the sample", "Use mu + exp(logvar / 2) · eps, or rsample() in place of sample()."),
    "mu_missing": ("mu is not added", "z = mu + exp(logvar / 2) · eps."),
    "mu_scaled": ("mu is multiplied, not added", "z = mu + exp(logvar / 2) · eps."),
    "mu_logvar_swapped": ("mu and logvar are swapped in the call of reparameterize", "reparameterize(mu, logvar), in this order."),
    "missing_name": ("a required name is missing", ""),
    "missing_package": ("a package is not installed here", "Use torch, numpy and the standard library; import plotting packages where they are used."),
    "wrong_signature": ("the parameters differ from the assignment's", "Compare the signature with the table in the assignment."),
    "syntax_error": ("the file does not parse", "Run `python -m py_compile submission.py`."),
    "undefined_global": ("a global name is used that is not defined on import", "Define constants at the top of the file; in notebooks only plain constants survive."),
    "cuda_hard_coded": ("a GPU is asked for", "Leave out .cuda() and device=\"cuda\": the grader runs on a CPU."),
    "trains_on_import": ("importing it trains", "Put training under `if __name__ == \"__main__\":`."),
    "data_at_import": ("data is loaded on import", "Put loading of data under `if __name__ == \"__main__\":`."),
    "sigmoid_missing": ("the sigmoid is missing", "End the decoder with a sigmoid."),
    "sigmoid_twice": ("the sigmoid is applied twice", "Apply the sigmoid once."),
    "output_negative": ("outputs are negative", "End the decoder with a sigmoid."),
    "batch_size_hard_coded": ("a batch size is written into the model", "Use x.shape[0] (or -1) instead of a number."),
    "latent_dim_ignored": ("the latent dimension is written into the model", "Use self.latent_dim instead of a number."),
    "layers_in_plain_list": ("layers are not registered", "Use nn.ModuleList or nn.Sequential."),
    "batch_norm_in_train_mode": ("the output depends on the batch", "Do not call .train() in encode or decode."),
    "bottleneck_bypassed": ("the image reaches the decoder beside the code", "Decode z and nothing else."),
    "input_changed_in_place": ("an input is changed in place", "Work on a new tensor."),
    "wrong_dtype": ("the dtype is not float32", "Leave out .double() and .half()."),
    "nan_output": ("values are not finite", "Look for log or division at zero."),
    "decodes_mu_in_training": ("the decoder gets mu, not the sample", "x_hat = decode(reparameterize(mu, logvar))."),
    "decoder_ignores_code": ("the decoder ignores z", "The first layer of the decoder has to take z."),
    "relu_on_mu": ("mu takes one sign only: an activation ends its head", "Heads are linear: no ReLU, sigmoid or softplus at their end."),
    "relu_on_logvar": ("logvar takes one sign only: an activation ends its head", "Heads are linear: no ReLU, sigmoid or softplus at their end."),
    "mu_bounded": ("mu is squeezed into [−1, 1]: an activation ends its head", "Heads are linear: no tanh at their end."),
    "heads_shared": ("mu and logvar come from one layer", "Use two linear layers, one for each."),
    "heads_swapped": ("forward returns mu and logvar in the other order than encode", "Keep the order (x_hat, mu, logvar)."),
    "dropout_on_code": ("in training a part of the code is dropped", "No dropout between reparameterize and the decoder."),
    "tuned_beta_collapses": ("TUNED_BETA is so large that the posterior collapses", "Try a smaller beta: the KL should stay above a few nats."),
    "tuned_beta_does_nothing": ("TUNED_BETA is so small that it does nothing", "Try a larger beta: prior samples should look like digits."),
    "not_learning": ("training does not improve the model", "Check that every layer is used and that the loss is the one you mean."),
    "prior_uniform": ("codes are uniform, not normal", "torch.randn(n, latent_dim), not torch.rand."),
    "prior_zero": ("codes do not vary", "Draw codes with torch.randn(n, latent_dim)."),
    "prior_wrong_scale": ("codes are not of zero mean and unit variance", "The prior is N(0, I): torch.randn, unscaled."),
    "samples_from_data": ("images are encoded first", "Draw codes from N(0, I); do not encode."),
    "sample_count": ("the number of images is wrong", "Return n images."),
    "sample_seed_reset": ("every call gives the same images", "Do not seed inside sample."),
    "grid_pasted_outside_inner_loop": ("only the last column of tiles is filled", "The paste belongs into the inner loop: indent it."),
    "grid_pasted_outside_outer_loop": ("only the last row of tiles is filled", "The paste belongs into the loop over rows."),
    "grid_transposed": ("rows and columns are exchanged", "Row i has y_i, column j has x_j: decode (x_j, y_i)."),
    "grid_flipped_vertically": ("it is upside down: y grows from top to bottom", "The top row has y = +extent: reverse the y axis."),
    "grid_flipped_horizontally": ("it is mirrored: x shrinks from left to right", "The left column has x = −extent."),
    "grid_rotated": ("its tiles are turned by 90 or 180 degrees", "x grows to the right, y grows upwards."),
    "grid_symmetry": ("its tiles are turned or mirrored", "Row i has y_i (from +extent down), column j has x_j (from −extent)."),
    "grid_extent_ignored": ("the extent is ignored", "Use the parameter extent for both axes."),
    "grid_n_ignored": ("n is ignored", "Use the parameter n for the number of tiles."),
    "interpolates_pixels": ("frames are blends of pixels, not of codes", "Encode both images, blend the codes, decode."),
    "alpha_stops_early": ("α stops before 1", "torch.linspace(0, 1, steps) includes both ends."),
    "alpha_starts_late": ("α does not start at 0", "torch.linspace(0, 1, steps) includes both ends."),
    "ends_swapped": ("the path runs from x_end to x_start", "α = 0 is x_start."),
    "ends_are_raw_images": ("the first and last frame are the images themselves", "Decode the codes of both ends too."),
    "interpolates_samples": ("codes are sampled, not means", "For a VAE the code of an image is mu."),
    "alpha_not_linear": ("α is not equally spaced", "α = linspace(0, 1, steps)."),
    "path_not_straight": ("codes leave the straight line", "z = (1 − α) z_start + α z_end."),
    "one_code_only": ("only one of the codes is weighted", "z = (1 − α) z_start + α z_end."),
    "weights_do_not_add_up": ("the weights of the two codes do not add up to 1", "z = (1 − α) z_start + α z_end."),
    "frame_count": ("the number of frames is wrong", "Return steps frames."),
}  # fmt: skip


def sentence(keys: Sequence[str | None]) -> str:
    """What the numbers say, for one key or for several that hold together."""
    return "; ".join(CATALOGUE[k][0] for k in keys if k in CATALOGUE)


def hint(keys: Sequence[str | None]) -> str:
    return " ".join(CATALOGUE[k][1] for k in keys if k in CATALOGUE and CATALOGUE[k][1])


def _is(a: float, b: float, tolerance: float = 2e-3) -> bool:
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)


def name_kl(fit: KlFit) -> list[str]:
    """The mistakes that turn the closed form into the fitted formula; several may hold at once."""
    if fit.exact:
        return _kl_factor(fit.scale.factor) if fit.scale is not None else []
    if fit.residual > 1e-4 or not fit.coefficients or fit.scale is None:
        return []
    raw = dict(fit.coefficients)
    for unit in (1.0, 784.0):
        for overall in (1.0, 2.0, -1.0, 0.5, -2.0):
            c = {k: v * unit / overall for k, v in raw.items()}
            named = _kl_terms(c)
            if named is not None:
                return named + _kl_factor(overall)
    return []


def _kl_factor(factor: float) -> list[str]:
    if _is(factor, 1.0):
        return []
    if _is(factor, 2.0):
        return ["kl_missing_half"]
    if _is(factor, 0.5):
        return ["kl_half_too_many"]
    if _is(factor, -1.0):
        return ["kl_sign_flipped"]
    if _is(factor, -2.0):
        return ["kl_sign_flipped", "kl_missing_half"]
    if _is(factor, -0.5):
        return ["kl_sign_flipped", "kl_half_too_many"]
    return ["kl_extra_factor"]


# Terms of one mistake each, in the basis of ``convention``; the closed form is mu2 ½, var ½, one −½, logvar −½.
_FORMULAS: dict[str, dict[str, float]] = {
    "kl_variance_as_std": {"mu2": 0.5, "sigma": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_logvar_as_logstd": {"mu2": 0.5, "var2": 0.5, "one": -0.5, "logvar": -1.0},
    "kl_logvar_as_logstd ": {"mu2": 0.5, "var2": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_missing_exp": {"mu2": 0.5, "one": -0.5},
    "kl_missing_one": {"mu2": 0.5, "var": 0.5, "logvar": -0.5},
    "kl_one_sign": {"mu2": 0.5, "var": 0.5, "one": 0.5, "logvar": -0.5},
    "kl_missing_mu": {"var": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_mu_not_squared": {"mu": 0.5, "var": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_mu_not_squared ": {"absmu": 0.5, "var": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_missing_logvar": {"mu2": 0.5, "var": 0.5, "one": -0.5},
    "kl_missing_variance": {"mu2": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_term_sign": {"mu2": 0.5, "var": 0.5, "one": -0.5, "logvar": 0.5},
    "kl_term_sign ": {"mu2": -0.5, "var": 0.5, "one": -0.5, "logvar": -0.5},
    "kl_term_sign  ": {"mu2": 0.5, "var": -0.5, "one": -0.5, "logvar": -0.5},
    "kl_reversed": {"mu2_invvar": 0.5, "invvar": 0.5, "one": -0.5, "logvar": 0.5},
    "kl_missing_one+kl_missing_exp": {"mu2": 0.5},
    "kl_missing_one+kl_variance_as_std": {"mu2": 0.5, "sigma": 0.5, "logvar": -0.5},
    "kl_missing_one+kl_logvar_as_logstd": {"mu2": 0.5, "var2": 0.5, "logvar": -1.0},
    "kl_variance_as_std ": {"mu2": 0.5, "sigma": 0.5, "one": -0.5, "logvar": -0.25},
    "kl_missing_mu+kl_missing_one": {"var": 0.5, "logvar": -0.5},
    "kl_missing_logvar+kl_missing_one": {"mu2": 0.5, "var": 0.5},
    "kl_mu_not_squared+kl_missing_one": {"mu": 0.5, "var": 0.5, "logvar": -0.5},
}


def _kl_terms(c: dict[str, float]) -> list[str] | None:
    for key, want in _FORMULAS.items():
        terms = {k for k, v in c.items() if abs(v) > 1e-3}
        if terms == set(want) and all(_is(c[k], v) for k, v in want.items()):
            return [k.strip() for k in key.split("+")]
    # one term of the closed form with a factor of its own
    closed = {"mu2": 0.5, "var": 0.5, "one": -0.5, "logvar": -0.5}
    if set(c) == set(closed):
        off = [k for k, v in closed.items() if not _is(c[k], v)]
        if len(off) == 1:
            return ["kl_one_sign" if off == ["one"] else "kl_term_factor"]
    return None


def name_recon(points: Sequence[tuple[np.ndarray, np.ndarray, float]]) -> list[str]:
    """The formula whose constant multiple reproduces a reconstruction loss that is of no allowed family."""
    values = np.array([v for *_, v in points])
    if not len(values) or not np.isfinite(values).all():
        return []

    def sigmoid(v: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(-v))

    def bce(p: np.ndarray, y: np.ndarray) -> float:
        return oracles.recon_per_image("bce", p, y)

    def one_sided(p: np.ndarray, y: np.ndarray) -> float:
        return float(-(y * np.log(p)).sum(1).mean())

    formulas = {
        "recon_against_itself": [lambda a, x: bce(a, a), lambda a, x: bce(x, x)],
        "bce_swapped": [lambda a, x: bce(x, a)],
        "bce_with_logits_on_probabilities": [lambda a, x: bce(sigmoid(a), x)],
        "bce_one_sided": [lambda a, x: one_sided(a, x)],
        "recon_root": [
            lambda a, x: float(np.sqrt(((a - x) ** 2).mean())),
            lambda a, x: float(np.sqrt(((a - x) ** 2).sum())),
            lambda a, x: float(np.sqrt(((a - x) ** 2).sum(1)).mean()),
            lambda a, x: float(np.sqrt(((a - x) ** 2).mean(1)).mean()),
        ],
    }
    if np.ptp(values) <= 1e-7 * max(1.0, float(np.abs(values).max())):
        return ["recon_against_itself"] if np.abs(values).max() < 1e-9 else ["recon_constant"]
    batch = np.array([len(x) for _, x, _ in points])
    double = [(a.astype(np.float64), x.astype(np.float64)) for a, x, _ in points]
    spread: dict[str, float] = {}
    for key, variants in formulas.items():
        for f in variants:
            ratio = values / np.array([f(a, x) for a, x in double])
            for p in (0, 1):
                r = ratio / batch**p
                relative = float(np.ptp(r)) / max(abs(float(np.median(r))), 1e-12)
                spread[key] = min(spread.get(key, math.inf), relative)
    best = min(spread.values())
    # formulas that agree to first order fit nearly as well: only those as good as the best are told
    named = [k for k, v in spread.items() if v < 2e-3 and v <= max(10 * best, 1e-5)]
    return named


_SIGMAS = {
    "sigma_is_variance": lambda c: math.exp(c),
    "sigma_is_raw_logvar": lambda c: c,
    "sigma_is_half_logvar": lambda c: c / 2,
    "sigma_is_logstd": lambda c: math.exp(2 * c),
    "sigma_is_precision": lambda c: math.exp(-c / 2),
    "sigma_is_softplus": lambda c: math.log1p(math.exp(c)),
    "sigma_is_root_logvar": lambda c: math.sqrt(c) if c >= 0 else math.nan,
    "sigma_is_one": lambda c: 1.0,
}


def name_sigma(sigma: dict[str, float] | None) -> list[str]:
    """Which function of logvar the measured sigma is, up to the 3 % that its own scale is known to."""
    if not sigma:
        return []
    at = {float(k): v for k, v in sigma.items()}
    reference = next((c for c in (1.0, 2.0) if at.get(c)), None)
    if reference is None:
        return []
    for key, f in _SIGMAS.items():
        want = {c: f(c) for c in at}
        if not math.isfinite(want[reference]) or want[reference] == 0:
            continue
        known = {c: v for c, v in want.items() if math.isfinite(v)}
        if len(known) < len(at) and any(math.isfinite(at[c]) for c in at if c not in known and c in at):
            continue
        unit = at[reference] / want[reference]
        shape = all(abs(at[c] / unit - v) < 1e-3 * max(1.0, abs(v)) for c, v in known.items() if c in at)
        if shape and abs(abs(unit) - 1.0) < 0.1:
            return [key]
    return []


_NAME = re.compile(r"^NameError: name '(\w+)' is not defined")


def name_fault(fault: Fault, loading: bool = False) -> str | None:
    """The likely bug behind an exception, from its text; a submission that never finishes loading trains."""
    text = fault.message
    if loading and fault.kind == "timeout":
        return "trains_on_import"
    if "SyntaxError" in text or "IndentationError" in text or "TabError" in text:
        return "syntax_error"
    if "UnicodeDecodeError" in text and not fault.where:
        return "syntax_error"
    if "ModuleNotFoundError" in text:
        return "missing_package"
    if "not compiled with CUDA" in text or "CUDA" in text or "NVIDIA" in text:
        return "cuda_hard_coded"
    if "Expected more than 1 value per channel" in text:
        return "batch_norm_in_train_mode"
    if "FileNotFoundError" in text or "URLError" in text or "Dataset not found" in text:
        return "data_at_import"
    if _NAME.match(text) or "NameError" in text:
        return "undefined_global"
    return None


def fault_hint(fault: Fault) -> str:
    """What to try after a fault, in one or two sentences."""
    key = name_fault(fault)
    if key:
        return CATALOGUE[key][1]
    if fault.kind == "timeout":
        return "Look for a loop that does not end, training on import, or work that grows with the input."
    if fault.kind == "memory":
        return "Look for tensors that grow: batch × batch products, lists of graphs, very wide layers."
    if fault.kind == "crashed":
        return "The process ended by itself: look for os._exit, sys.exit, deep recursion or processes of your own."
    if "Permission" in fault.message or "URLError" in fault.message or "Operation not permitted" in fault.message:
        return "There is no network and nothing can be written here: load data only under `if __name__ == \"__main__\":`."
    return "Run `python -m grader check` on your folder: it shows the same error on your machine."
