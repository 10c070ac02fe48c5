"""Reads the test cases under ``tests/``: honest submissions and mutants, never importing one.

A mutant is a Python file of literals. Either it names an honest submission and what to replace in it::

    BASE = "mlp"
    PATCH = [("old text", "new text")]

or, without ``BASE``, the file is itself the submission. ``DIAGNOSIS`` is the bug's key, ``None`` where
no name is demanded; ``ALSO`` lists checks that may fail besides the one whose folder the file is in.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

HONEST = Path(__file__).parent / "honest"
MUTANTS = Path(__file__).parent / "mutants"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DIAGNOSES = _words(
    """
    kl_sign_flipped kl_missing_half kl_missing_exp kl_variance_as_std kl_logvar_as_logstd
    kl_missing_one kl_not_reduced_over_latents kl_extra_factor kl_missing_mu kl_missing_logvar
    beta_ignored beta_on_recon beta_on_both beta_squared kl_subtracted kl_prescaled_by_beta
    kl_left_out recon_left_out reported_kl_negated batch_sum_and_mean_mixed
    recon_against_itself bce_swapped bce_with_logits_on_probabilities recon_constant
    recon_extra_factor log_of_zero large_logvar_overflow loss_detached
    sigma_is_variance sigma_is_raw_logvar sigma_is_softplus sigma_is_half_logvar no_noise
    noise_only_in_training noise_shared_across_batch noise_shared_across_latents noise_cached
    noise_seed_reset noise_uniform noise_scaled mu_logvar_swapped
    noise_other_generator noise_detached
    missing_name missing_package wrong_signature syntax_error undefined_global cuda_hard_coded
    trains_on_import data_at_import sigmoid_missing sigmoid_twice output_negative
    batch_size_hard_coded latent_dim_ignored layers_in_plain_list batch_norm_in_train_mode
    bottleneck_bypassed input_changed_in_place wrong_dtype nan_output
    decodes_mu_in_training decoder_ignores_code relu_on_mu relu_on_logvar heads_shared heads_swapped
    dropout_on_code tuned_beta_collapses tuned_beta_does_nothing not_learning
    prior_uniform prior_zero prior_wrong_scale samples_from_data sample_count sample_seed_reset
    grid_pasted_outside_inner_loop grid_pasted_outside_outer_loop grid_transposed
    grid_flipped_vertically grid_flipped_horizontally grid_rotated grid_extent_ignored grid_n_ignored
    interpolates_pixels alpha_stops_early ends_swapped ends_are_raw_images interpolates_samples
    alpha_not_linear one_code_only
    kl_half_on_one_part kl_parts_reduced_differently kl_constant_added kl_other_prior kl_free_bits kl_capacity kl_capped kl_root
    kl_latent_size_hard_coded kl_log_of_logvar batch_size_in_loss recon_continuous_bernoulli recon_sigma_fixed recon_sigma_learned
    recon_two_errors recon_huber recon_target_smoothed recon_target_rounded bce_weighted beta_rescaled
    recon_rescaled_in_total loss_not_repeatable
    input_changed_in_place recon_values_clamped kl_reversed beta_not_linear noise_standardized prior_not_normal
    gradient_not_of_value gradient_reversed straight_through recon_cut_off training_differs
    activation_before_sigmoid mu_bounded logvar_limited noise_truncated prior_truncated sample_count prior_correlated interpolates_logvar interpolates_other_codes
    """
)


class Case(NamedTuple):
    """One mutant: where it is, which check must fail for it, and what that check must name."""

    path: Path
    check: str
    name: str
    description: str
    base: str | None
    patch: tuple[tuple[str, str], ...]
    diagnosis: str | None
    also: tuple[str, ...]
    also_diagnosis: tuple[str, ...]
    syntax_error: bool

    @property
    def named(self) -> frozenset[str]:
        """Diagnoses of which one is asked for; empty where none is."""
        return frozenset({self.diagnosis, *self.also_diagnosis} if self.diagnosis else ())


def read_case(path: Path) -> Case:
    """The literals of one mutant; raises ``ValueError`` if they do not have the form above."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    values: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                values[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:  # code of a whole submission
                continue
    description = ast.get_docstring(tree)
    if not description or "DIAGNOSIS" not in values:
        raise ValueError(f"{path}: a mutant needs a docstring and DIAGNOSIS")
    if ("BASE" in values) != ("PATCH" in values):
        raise ValueError(f"{path}: BASE and PATCH belong together")
    return Case(
        path=path,
        check=path.parent.name,
        name=path.stem,
        description=description,
        base=values.get("BASE"),
        patch=tuple((str(old), str(new)) for old, new in values.get("PATCH", ())),
        diagnosis=values["DIAGNOSIS"],
        also=tuple(values.get("ALSO", ())),
        also_diagnosis=tuple(values.get("ALSO_DIAGNOSIS", ())),
        syntax_error=bool(values.get("SYNTAX_ERROR", False)),
    )


def load_case(path: Path) -> dict[str, bytes]:
    """The files of a mutant, by name. Each old text must occur exactly once in the base."""
    case = read_case(path)
    if case.base is None:
        return {"submission.py": path.read_bytes()}
    files = load_honest(_honest_path(case.base))
    source = files["submission.py"].decode("utf-8")
    spans = []
    for old, new in case.patch:
        if (count := source.count(old)) != 1:
            raise ValueError(f"{path}: occurs {count} times in {case.base}, not once:\n{old}")
        start = source.index(old)
        spans.append((start, start + len(old), new))
    spans.sort(reverse=True)
    for (start, _, _), (_, earlier_end, _) in pairwise(spans):
        if earlier_end > start:
            raise ValueError(f"{path}: two patches overlap")
    for start, end, new in spans:
        source = source[:start] + new + source[end:]
    return files | {"submission.py": source.encode("utf-8")}


def load_honest(path: Path) -> dict[str, bytes]:
    """The files of an honest submission, by path within its folder; a single file is ``submission.py``."""
    if path.is_file():
        return {"submission.py": path.read_bytes()}
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


def iter_cases(root: Path = MUTANTS) -> Iterator[Path]:
    """Every mutant under ``<root>/<check id>/``, in order of check and name."""
    yield from sorted(root.glob("*/*.py"))


def iter_honest(root: Path = HONEST) -> Iterator[Path]:
    """Every honest submission: single files, and folders that hold a ``submission.*``."""
    for path in sorted(root.iterdir()):
        if path.suffix == ".py" or any(path.glob("submission.*")):
            yield path


def _honest_path(name: str) -> Path:
    file = HONEST / f"{name}.py"
    return file if file.exists() else HONEST / name
