"""Reductions × likelihoods × slips: every allowed loss passes with margin, every slip costs its own check once, under its name,
and two slips cost two. Losses are written here in torch and put through the worker's own operation; nothing is mocked."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import convention
from grader.model import Verdict
from tests.conftest import Exam
from tests.simulated import LOSS_CHECKS, Losses, charged
from tests.test_judge import case

Tensor = torch.Tensor


@dataclass(frozen=True)
class Recipe:
    """A ``vae_loss`` in four replaceable parts; called as a submission's is."""

    error: Callable[[Tensor, Tensor], Tensor]  # x_hat, x [B, 784] to [B, 784]
    terms: Callable[[Tensor, Tensor], Tensor]  # mu, logvar [B, D] to [B, D]
    over_pixels: str = "sum"
    over_latents: str = "sum"
    over_batch: str = "mean"
    kl_over_batch: str = ""  # as the reconstruction where empty
    factor: float = 1.0  # of the reconstruction
    kl_factor: float = 1.0
    reduce_kl: Callable[[Tensor], Tensor] | None = None
    after_kl: Callable[[Tensor], Tensor] = lambda kl: kl
    total: Callable[[Tensor, Tensor, float], Tensor] = lambda r, k, b: r + b * k
    form: Callable[[Tensor, Tensor, Tensor], tuple[object, object, object]] = lambda t, r, k: (t, r, k)

    def __call__(self, x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float) -> tuple[object, ...]:
        each = self.error(x_hat.flatten(1), x.flatten(1))
        recon = self.factor * _reduce(_reduce(each, self.over_pixels, 1), self.over_batch, 0)
        terms = self.terms(mu, logvar)
        if self.reduce_kl is not None:
            kl = self.reduce_kl(terms)
        else:
            kl = _reduce(_reduce(terms, self.over_latents, 1), self.kl_over_batch or self.over_batch, 0)
        kl = self.after_kl(self.kl_factor * kl)
        return self.form(self.total(recon, kl, beta), recon, kl)


def _reduce(v: Tensor, how: str, dim: int) -> Tensor:
    if how.startswith("/"):  # a number in the place of the batch size
        return v.sum(dim) / float(how[1:])
    return v.sum(dim) if how == "sum" else v.mean(dim)


def bce(a: Tensor, x: Tensor) -> Tensor:
    return F.binary_cross_entropy(a, x, reduction="none")


def squared(a: Tensor, x: Tensor) -> Tensor:
    return (a - x) ** 2


def half_squared(a: Tensor, x: Tensor) -> Tensor:
    return 0.5 * (a - x) ** 2


def absolute(a: Tensor, x: Tensor) -> Tensor:
    return (a - x).abs()


def with_normaliser(a: Tensor, x: Tensor) -> Tensor:
    return 0.5 * (a - x) ** 2 + 0.918938533


def with_epsilon(a: Tensor, x: Tensor) -> Tensor:
    return -(x * torch.log(a + 1e-6) + (1 - x) * torch.log(1 - a + 1e-6))


def closed(mu: Tensor, logvar: Tensor) -> Tensor:
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)


ERRORS = (bce, squared, half_squared, absolute, with_normaliser, with_epsilon)
REDUCTIONS = tuple(itertools.product(("sum", "mean"), ("sum", "mean"), ("sum", "mean"), (1.0, 1 / 784)))
PLAIN = Recipe(bce, closed)
# Far from each other: nats; means of everything; sums of everything; a KL of 784 · 20 times less weight than its sum.
CONVENTIONS = {
    "nats": PLAIN,
    "means": replace(PLAIN, error=squared, over_pixels="mean", over_latents="mean"),
    "sums": replace(PLAIN, error=half_squared, over_batch="sum"),
    "faint": replace(PLAIN, error=absolute, over_batch="sum", over_latents="mean", kl_factor=1 / 784),
}


@pytest.fixture(scope="module")
def judged(exam: Exam) -> Losses:
    torch.set_num_threads(1)
    submission = case("honest/mlp")
    return Losses(exam, (submission, exam.observe(submission, shared=True)))


@given(st.sampled_from(ERRORS), st.sampled_from(REDUCTIONS))
@settings(max_examples=30)
def test_every_allowed_convention_passes_with_margin(
    judged: Losses, error: Callable[[Tensor, Tensor], Tensor], reductions: tuple[str, str, str, float]
) -> None:
    pixels, latents, batch, factor = reductions
    recipe = Recipe(error, closed, pixels, latents, batch, kl_factor=factor)
    # a normaliser of 720 nats shaken by 1e-4 is as large as the errors: it is let alone
    for seed in (None,) if error is with_normaliser else (None, 1):
        verdicts = judged.verdicts(recipe, shake=seed)
        assert {v.status for v in verdicts.values()} == {"passed"}, {v.id: v.message for v in verdicts.values()}
    found = judged.found(recipe)
    assert found.losses.trainable and found.losses.kl is not None and found.losses.recon is not None
    assert found.losses.kl.worst < convention.KL_TOLERANCE / 10
    # the table of ASSIGNMENT: beta_c = beta · c_k / c_r
    c_k = factor / (20 if latents == "mean" else 1)
    c_r = (1 / 784 if pixels == "mean" else 1) * (0.5 if error in (half_squared, with_normaliser) else 1)
    assert found.beta(1.0, 128, 20) == pytest.approx(c_r / c_k, rel=2e-3)


def _floats(t: Tensor, r: Tensor, k: Tensor) -> tuple[object, object, object]:
    return t.item(), r.item(), k.item()


class _Counting:
    """A total that no two calls agree on."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, r: Tensor, k: Tensor, b: float) -> Tensor:
        self.calls += 1
        return r + b * k + 0.01 * self.calls * (r.detach() + 1)


def _log_of_square(mu: Tensor, logvar: Tensor) -> Tensor:
    return 0.5 * (mu**2 + logvar**2 - 1 - torch.log(logvar**2 + 1e-12))


def _two_sigma(mu: Tensor, logvar: Tensor) -> Tensor:
    return 0.5 * ((mu**2 + logvar.exp()) / 4 - 1 - logvar) + 0.6931472


def _sigma_tenth(a: Tensor, x: Tensor) -> Tensor:
    return F.gaussian_nll_loss(a, x, torch.full_like(x, 0.01), reduction="none")


def _continuous(a: Tensor, x: Tensor) -> Tensor:
    return -torch.distributions.ContinuousBernoulli(probs=a).log_prob(x)


# what is changed in a recipe: (check that is charged, the name it gives)
Slip = tuple[dict[str, object], str, str | None]
KL, RECON, TOTAL = "loss.kl_closed_form", "loss.reconstruction", "loss.decomposition"
RETURNS, BATCH = "loss.returns", "loss.batch_reduction"
KL_SLIPS: dict[str, Slip] = {
    "no half": ({"terms": lambda m, v: 2 * closed(m, v)}, KL, "kl_missing_half"),
    "wrong sign": ({"terms": lambda m, v: -closed(m, v)}, KL, "kl_sign_flipped"),
    "no exp": ({"terms": lambda m, v: 0.5 * (m**2 - 1)}, KL, "kl_missing_exp"),
    "σ for σ²": ({"terms": lambda m, v: 0.5 * (m**2 + (v / 2).exp() - 1 - v)}, KL, "kl_variance_as_std"),
    "half on one part": ({"terms": lambda m, v: m**2 + v.exp() - 0.5 * (1 + v)}, KL, "kl_half_on_one_part"),
    "log of square": ({"terms": _log_of_square}, KL, "kl_log_of_logvar"),
    "other prior": ({"terms": _two_sigma}, KL, "kl_other_prior"),
    "other mean": ({"terms": lambda m, v: 0.5 * ((m - 1) ** 2 + v.exp() - 1 - v)}, KL, "kl_other_prior"),
    "free bits": ({"terms": lambda m, v: closed(m, v).clamp(min=0.05)}, KL, "kl_free_bits"),
    "many free bits": ({"terms": lambda m, v: closed(m, v).clamp(min=2.0)}, KL, "kl_free_bits"),
}
# of the reduced KL, in nats
WHOLE_KL_SLIPS: dict[str, Slip] = {
    "a constant": ({"after_kl": lambda k: k + 3}, KL, "kl_constant_added"),
    "a capacity": ({"after_kl": lambda k: (k - 25).abs()}, KL, "kl_capacity"),
    "a floor": ({"after_kl": lambda k: k.clamp(min=0.5)}, KL, "kl_free_bits"),
    "a cap": ({"after_kl": lambda k: k.clamp(max=12.0)}, KL, "kl_capped"),
    "a tenth": ({"after_kl": lambda k: 0.1 * k}, KL, "kl_extra_factor"),
    "a twentieth": ({"after_kl": lambda k: k / 20}, KL, "kl_latent_size_hard_coded"),
}
TOTAL_SLIPS: dict[str, Slip] = {
    "left out": ({"total": lambda r, k, b: r + 0 * k}, TOTAL, "kl_left_out"),
    "subtracted": ({"total": lambda r, k, b: r - b * k}, TOTAL, "kl_subtracted"),
    "squared": ({"total": lambda r, k, b: r + b * b * k}, TOTAL, "beta_squared"),
    "ignored": ({"total": lambda r, k, b: r + k}, TOTAL, "beta_ignored"),
    "constant": ({"total": lambda r, k, b: r + 3 * k}, TOTAL, "beta_constant"),
    "weighed": ({"total": lambda r, k, b: r + 0.7 * b * k}, TOTAL, "beta_rescaled"),
    "faint": ({"total": lambda r, k, b: r + 0.003 * b * k}, TOTAL, "beta_rescaled"),
    "root": ({"total": lambda r, k, b: r + b**0.5 * k}, TOTAL, "beta_not_linear"),
    "on recon": ({"total": lambda r, k, b: b * r + k}, TOTAL, "beta_on_recon"),
    "on both": ({"total": lambda r, k, b: b * (r + k)}, TOTAL, "beta_on_both"),
    "recon twice": ({"total": lambda r, k, b: 2 * r + b * k}, TOTAL, "recon_rescaled_in_total"),
}
RECON_SLIPS: dict[str, Slip] = {
    "tripled": ({"factor": 3.0}, RECON, "recon_extra_factor"),
    "wrong sign": ({"factor": -1.0}, RECON, "recon_extra_factor"),
    "other images": ({"error": lambda a, x: bce(a, x.roll(1, 0))}, RECON, "recon_other_images"),
    "rounded": ({"error": lambda a, x: bce(a, (x > 0.3).float())}, RECON, "recon_target_rounded"),
    "swapped": ({"error": lambda a, x: F.binary_cross_entropy(x, a, reduction="none")}, RECON, "bce_swapped"),
    "σ of a tenth": ({"error": _sigma_tenth}, RECON, "recon_sigma_fixed"),
    "continuous": ({"error": _continuous}, RECON, "recon_continuous_bernoulli"),
    "two errors": ({"error": lambda a, x: bce(a, x) + squared(a, x)}, RECON, "recon_two_errors"),
}
FORM_SLIPS: dict[str, Slip] = {
    "numbers": ({"form": _floats}, RETURNS, "loss_detached"),
    "a number": ({"form": lambda t, r, k: (t, r, k.item())}, RETURNS, "loss_detached"),
}
BATCH_SLIPS: dict[str, Slip] = {
    f"{part} / {n}": (dict.fromkeys(places, f"/{n}"), BATCH, "batch_size_in_loss")
    for n in (64, 100, 128)
    for part, places in (("both", ("over_batch", "kl_over_batch")), ("kl", ("kl_over_batch",)))
} | {"kl summed": ({"over_batch": "mean", "kl_over_batch": "sum"}, BATCH, "batch_sum_and_mean_mixed")}
SINGLE = KL_SLIPS | {f"{k} in total": v for k, v in TOTAL_SLIPS.items()} | BATCH_SLIPS | FORM_SLIPS
NATS_ONLY = WHOLE_KL_SLIPS | {f"recon {k}": v for k, v in RECON_SLIPS.items()}


def _with(recipe: Recipe, *slips: Slip) -> Recipe:
    assert {k for s in slips for k in s[0]} <= {f.name for f in dataclasses.fields(Recipe)}
    for changed, _, _ in slips:
        recipe = replace(recipe, **changed)  # type: ignore[arg-type]
    return recipe


def _assert_charged(judged: Losses, recipe: Recipe, want: dict[str, str | None], *, shaken: bool) -> None:
    verdicts = judged.verdicts(recipe)
    assert charged(verdicts) == want, {v.id: (v.status, v.message) for v in verdicts.values()}
    if shaken:
        _assert_not_on_an_edge(judged, recipe, verdicts)


def _assert_not_on_an_edge(judged: Losses, recipe: Recipe, verdicts: Mapping[str, Verdict]) -> None:
    """A ten-thousandth of every number moves no charge; where it is more than a faint term, a check may be an echo instead."""
    shaken = judged.verdicts(recipe, shake=1)
    assert charged(shaken).keys() == charged(verdicts).keys(), {v.id: (v.status, v.message) for v in shaken.values()}
    for check in LOSS_CHECKS:
        free = {"passed", "blocked"}
        assert shaken[check].status == verdicts[check].status or {shaken[check].status, verdicts[check].status} <= free


# every slip where the KL is faintest, which is where digits could matter, and in one of the others in turn
IN_TURN = [(slip, name) for i, slip in enumerate(SINGLE) for name in ("faint", ("nats", "means", "sums")[i % 3])]


@pytest.mark.parametrize(("slip", "convention"), IN_TURN, ids=str)
def test_one_slip_costs_its_own_check_once_and_is_named(judged: Losses, slip: str, convention: str) -> None:
    found = SINGLE[slip]
    recipe = _with(CONVENTIONS[convention], found)
    _assert_charged(judged, recipe, {found[1]: found[2]}, shaken=convention == "faint")


@pytest.mark.parametrize("slip", NATS_ONLY)
def test_one_slip_in_nats(judged: Losses, slip: str) -> None:
    found = NATS_ONLY[slip]
    _assert_charged(judged, _with(PLAIN, found), {found[1]: found[2]}, shaken=True)


PAIRS = [
    (a, b)
    for first, second in itertools.combinations((KL_SLIPS, TOTAL_SLIPS, RECON_SLIPS, FORM_SLIPS), 2)
    for a, b in itertools.product(first.values(), second.values())
]


@given(st.sampled_from(PAIRS))
@settings(max_examples=40)
def test_two_slips_cost_two_checks(judged: Losses, pair: tuple[Slip, Slip]) -> None:
    a, b = pair
    verdicts = judged.verdicts(_with(PLAIN, a, b))
    assert charged(verdicts).keys() == {a[1], b[1]}, {v.id: (v.status, v.message) for v in verdicts.values()}
    assert verdicts[a[1]].diagnosis == a[2] and verdicts[b[1]].diagnosis == b[2]


@pytest.mark.parametrize("dim", [0, 1, None])
def test_an_unreduced_kl_is_charged_once_and_its_formula_judged_by_its_sum(judged: Losses, dim: int | None) -> None:
    def left(terms: Tensor) -> Tensor:
        return terms if dim is None else terms.sum(dim)

    unreduced = replace(PLAIN, reduce_kl=left)
    assert charged(judged.verdicts(unreduced)).keys() == {RETURNS}
    wrong = replace(unreduced, terms=lambda m, v: -2 * closed(m, v))
    assert charged(judged.verdicts(wrong)).keys() == {RETURNS, KL}
    found = judged.found(replace(unreduced, error=squared))
    assert found.repair()["loss"] == "squared"  # trained with the likelihood that was seen


def test_what_changes_from_call_to_call_is_charged_once(judged: Losses) -> None:
    assert charged(judged.verdicts(replace(PLAIN, total=_Counting()))) == {RETURNS: "loss_not_repeatable"}
    wrong = replace(PLAIN, total=_Counting(), terms=lambda m, v: 2 * closed(m, v))
    assert charged(judged.verdicts(wrong)) == {RETURNS: "loss_not_repeatable", KL: "kl_missing_half"}
    drawn = replace(PLAIN, error=lambda a, x: bce(a, torch.bernoulli(x)))
    assert charged(judged.verdicts(drawn)) == {RETURNS: "loss_not_repeatable"}
    assert "loss" in judged.found(drawn).repair()


@pytest.mark.parametrize("order", [o for o in itertools.permutations(range(3)) if o != (0, 1, 2)])
def test_another_order_is_one_slip(judged: Losses, order: tuple[int, ...]) -> None:
    recipe = replace(PLAIN, form=lambda *parts: tuple(parts[i] for i in order))  # type: ignore[arg-type,return-value]
    assert charged(judged.verdicts(recipe)) == {TOTAL: "loss_results_order"}


def test_numbers_in_place_of_tensors_are_not_trained_on(judged: Losses) -> None:
    for slip in FORM_SLIPS.values():
        assert judged.found(_with(PLAIN, slip)).repair()["loss"] == "bce"
    assert "loss" not in judged.found(PLAIN).repair()


def test_a_kl_that_is_wrong_only_where_it_is_reported_is_charged_once(judged: Losses) -> None:
    for factor, name in ((-1.0, "reported_kl_negated"), (2.0, "kl_missing_half")):
        recipe = replace(PLAIN, kl_factor=factor, total=lambda r, k, b, f=factor: r + b * k / f)
        assert charged(judged.verdicts(recipe)) == {KL: name}
