"""Losses put through the loss probes in this process, by the worker's own operation: no sandbox, a tenth of a second each."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import torch

from grader import authors, checks, findings, judge, losses, probes, worker
from grader.intake import Submission
from grader.model import Grade, Observation, Observations, Verdict
from tests.conftest import Exam

VaeLoss = Callable[..., Any]
LOSS_CHECKS = tuple(c.id for c in checks.ALL if c.group == "loss" and "vae_loss" in c.uses)


def observe(asked: Sequence[probes.Probe], vae_loss: VaeLoss) -> dict[str, Observation]:
    """What probes of ``vae_loss`` see of a function."""
    session = worker.Session()
    session.module = types.ModuleType("submission")
    session.module.vae_loss = vae_loss  # type: ignore[attr-defined]
    out = {}
    for probe in asked:
        tensors = {k: torch.from_numpy(np.array(v)) for k, v in probe.tensors.items()}
        info, arrays = session.op_loss(dict(probe.args), tensors)
        out[probe.name] = Observation(probe.name, {k: v.numpy() for k, v in arrays.items()}, info)
    return out


class Losses:
    """Judges losses beside the observations of otherwise honest work."""

    def __init__(self, exam: Exam, base: tuple[Submission, Observations]) -> None:
        self.exam, (self.submission, self.base) = exam, base
        self._last: tuple[VaeLoss, Observations] | None = None

    @cached_property
    def asked(self) -> tuple[probes.Probe, ...]:
        return tuple(probes.loss_probes(self.exam.assignment, flat=findings.flat_images(self.base.by_probe)))

    def seen(self, vae_loss: VaeLoss) -> Observations:
        """What is seen of a function; that of the last one is kept."""
        if self._last is None or self._last[0] is not vae_loss:
            by = dict(self.base.by_probe) | observe(
                [p for p in self.asked if p.args["fn"] == "vae_loss" and p.name != "loss:often"], vae_loss
            )
            self._last = vae_loss, replace(self.base, by_probe=by)
        return self._last[1]

    def verdicts(self, vae_loss: VaeLoss, *, shake: int | None = None) -> Mapping[str, Verdict]:
        o = self.seen(vae_loss)
        return by_id(self.grade(o if shake is None else authors.shaken(o, shake)))

    def grade(self, o: Observations) -> Grade:
        return judge.grade(self.submission, o, self.exam.assignment, None, {}, only=frozenset(LOSS_CHECKS))

    def found(self, vae_loss: VaeLoss) -> findings.Findings:
        plan = {p.name: p for p in probes.noise_probes(self.exam.assignment)}
        plan |= {p.name: p for p in self.asked}
        return findings.find(self.seen(vae_loss).by_probe, plan)


def by_id(grade: Grade) -> Mapping[str, Verdict]:
    return {v.id: v for v in grade.checks}


def charged(verdicts: Mapping[str, Verdict]) -> dict[str, str | None]:
    """The checks that cost something, with what each names."""
    return {k: v.diagnosis for k, v in verdicts.items() if v.points < v.max_points}


__all__ = ["LOSS_CHECKS", "Losses", "charged", "losses", "observe"]
