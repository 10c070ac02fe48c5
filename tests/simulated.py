"""Losses put through the loss probes in this process, by the worker's own operation: no sandbox, a tenth of a second each."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import torch

from grader import authors, findings, judge, losses, probes, worker
from grader.assignment import Assignment
from grader.intake import Submission
from grader.model import Grade, Observation, Observations, Verdict
from tests.conftest import Exam

VaeLoss = Callable[..., Any]
LOSS_CHECKS = (
    "loss.returns", "loss.reconstruction", "loss.kl_closed_form", "loss.decomposition", "loss.batch_reduction",
    "loss.gradients", "loss.stability",
)  # fmt: skip


def observe(
    assignment: Assignment, vae_loss: VaeLoss, ae_loss: VaeLoss | None = None, flat: bool = False
) -> dict[str, Observation]:
    """What the loss probes see of a pair of functions."""
    session = worker.Session()
    session.module = types.ModuleType("submission")
    session.module.vae_loss = vae_loss  # type: ignore[attr-defined]
    session.module.ae_loss = ae_loss  # type: ignore[attr-defined]
    out = {}
    for probe in probes.loss_probes(assignment, flat=flat):
        if probe.args["fn"] == "ae_loss" and ae_loss is None:
            continue
        tensors = {k: torch.from_numpy(np.array(v)) for k, v in probe.tensors.items()}
        info, arrays = session.op_loss(dict(probe.args), tensors)
        out[probe.name] = Observation(probe.name, {k: v.numpy() for k, v in arrays.items()}, info)
    return out


class Losses:
    """Judges losses beside the observations of otherwise honest work."""

    def __init__(self, exam: Exam, base: tuple[Submission, Observations]) -> None:
        self.exam, (self.submission, self.base) = exam, base

    @cached_property
    def flat(self) -> bool:
        return findings.flat_images(self.base.by_probe)

    def seen(self, vae_loss: VaeLoss) -> Observations:
        by = dict(self.base.by_probe) | observe(self.exam.assignment, vae_loss)
        return replace(self.base, by_probe=by)

    def verdicts(self, vae_loss: VaeLoss, *, shake: int | None = None) -> Mapping[str, Verdict]:
        o = self.seen(vae_loss)
        return by_id(self.grade(o if shake is None else authors.shaken(o, shake)))

    def grade(self, o: Observations) -> Grade:
        return judge.grade(self.submission, o, self.exam.assignment, None, {}, only=frozenset(LOSS_CHECKS))

    def found(self, vae_loss: VaeLoss) -> findings.Findings:
        plan = {p.name: p for p in probes.noise_probes(self.exam.assignment)}
        plan |= {p.name: p for p in probes.loss_probes(self.exam.assignment, flat=self.flat)}
        return findings.find(self.seen(vae_loss).by_probe, plan)


def by_id(grade: Grade) -> Mapping[str, Verdict]:
    return {v.id: v for v in grade.checks}


def charged(verdicts: Mapping[str, Verdict]) -> dict[str, str | None]:
    """The checks that cost something, with what each names."""
    return {k: v.diagnosis for k, v in verdicts.items() if v.points < v.max_points}


__all__ = ["LOSS_CHECKS", "Losses", "charged", "losses", "observe"]
