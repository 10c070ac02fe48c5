"""All checks, in the order of the report: an explicit list before discovery."""

from __future__ import annotations

from grader.checks import betas, interface, interpolation, loss, reparameterization, sampling
from grader.checks.base import Check

ALL: tuple[Check, ...] = (
    interface.loads,
    interface.names,
    interface.shapes,
    interface.value_range,
    interface.batch_independence,
    interface.state,
    interface.bottleneck,
    loss.returns,
    loss.reconstruction,
    loss.ae_reconstruction,
    loss.kl_closed_form,
    loss.decomposition,
    loss.batch_reduction,
    loss.gradients,
    loss.stability,
    reparameterization.noise,
    reparameterization.normal,
    reparameterization.formula,
    reparameterization.gradients,
    reparameterization.forward,
    betas.trains_on_samples,
    betas.encoder_heads,
    betas.code_reaches_decoder,
    betas.learns,
    betas.kl_falls,
    betas.honest_information,
    betas.tuned,
    sampling.prior_codes,
    sampling.images,
    sampling.latent_grid,
    interpolation.ends,
    interpolation.path,
    interpolation.smoothness,
)
IDS: tuple[str, ...] = tuple(c.id for c in ALL)
TRAINED: tuple[str, ...] = tuple(c.id for c in ALL if "shown" in c.reads)  # they judge what trained models did
