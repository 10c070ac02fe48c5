"""What a check is: one function that raises ``Failed``, and all that belongs to it in its decorator.

A check's parameters name what it reads (see ``Evidence sources`` in ``Context``); its docstring is the sentence
that a student reads. It passes by falling off its end. It raises ``Unobserved`` where a probe has no numbers, and the
judge decides whose fault that is.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from grader import behaviour, diagnosis, findings, losses, probes
from grader.assignment import Assignment
from grader.data import Dataset
from grader.model import Band, Fault, Observation
from grader.pointwise import PointMap


class Unobserved(Exception):
    """A probe that a check needs has no numbers."""

    def __init__(self, probe: str, fault: Fault) -> None:
        super().__init__(f"{probe}: {fault.message}")
        self.probe, self.fault = probe, fault


class Echo(Exception):
    """The numbers only repeat what another check has already failed: this check is blocked by it."""

    def __init__(self, check: str) -> None:
        super().__init__(check)
        self.check = check


class Failed(Exception):
    """The numbers are wrong. What was ``measured`` may be given as keywords, besides or in place of a mapping.

    ``bug`` is a key of ``diagnosis.CATALOGUE``, whose hint is given where ``hint`` says nothing else. A failure that
    rests on trained models names them in ``runs``. ``settled``: more steps would not change it. ``near``: it is close to
    a calibrated band's end, so that other seeds may. ``alike``: what was returned at least resembles what was expected.
    Only then may another check's failure excuse it, or a function that does nothing would be excused by a model that is
    slightly wrong. ``mended``: the harness has put right what follows from this failure, so that checks after it are
    judged all the same.
    """

    def __init__(
        self,
        sentence: str,
        *,
        hint: str | None = None,
        bug: str | None = None,
        measured: Mapping[str, Any] = MappingProxyType({}),
        expected: Mapping[str, Any] = MappingProxyType({}),
        runs: tuple[str, ...] = (),
        settled: bool = True,
        near: bool = False,
        alike: bool = True,
        mended: bool = False,
        **numbers: Any,
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.bug, self.expected = sentence, bug, dict(expected)
        self.hint = diagnosis.hint([bug]) if hint is None else hint
        self.measured: Mapping[str, Any] = {**measured, **numbers}
        self.runs, self.settled, self.near, self.alike, self.mended = runs, settled, near, alike, mended


@dataclass(frozen=True)
class Passed:
    """What a check that passed has to tell beyond the sentence in its decorator: it returns this."""

    sentence: str
    measured: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """``passed``: the sentence of a pass. ``points``: what it is worth where a course says nothing else.

    ``after``: checks whose failure makes this one an echo, unseen. ``excused_by``: checks whose failure
    explains a failure of this one, which is still run. ``uses``: names of the contract it calls. ``parts``: classes, or
    losses, that it judges one by one (``seen.parts``): what is not written yet costs no more than its own share.
    ``oracle``: what its numbers are held against; ``tolerance``: how far off they may be, and why. ``trained``: it judges
    what trained models did. ``bands``: the calibrated bands that it may read.
    """

    id: str
    function: Callable[..., Passed | None]
    title: str
    reads: tuple[str, ...]
    passed: str = ""
    points: float = 0.0
    after: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    excused_by: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    oracle: str = ""
    tolerance: str = ""
    trained: bool = False
    bands: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        return self.id.split(".")[0]

    def judge(self, context: Context) -> Passed | Failed:
        """What the function says of these observations; what else it raises goes through."""
        reads = {name: getattr(context, name) for name in self.reads}
        if "bands" in reads:
            reads["bands"] = {name: band for name, band in context.bands.items() if name in self.bands}
        try:
            return self.function(**reads) or Passed(self.passed)
        except Failed as failed:
            return failed


def check(
    id: str,
    *,
    points: float,
    oracle: str,
    tolerance: str,
    passed: str = "",
    after: tuple[str, ...] = (),
    uses: tuple[str, ...] = (),
    excused_by: tuple[str, ...] = (),
    parts: tuple[str, ...] = (),
    trained: bool = False,
    bands: tuple[str, ...] = (),
) -> Callable[[Callable[..., Passed | None]], Check]:
    """The function below as the check ``id``; its docstring's first paragraph is the title.

    Raises ``TypeError`` where what is said of training or bands is not what the function reads.
    """

    def wrap(function: Callable[..., Passed | None]) -> Check:
        title = " ".join((function.__doc__ or "").strip().split("\n\n")[0].split())
        reads = tuple(inspect.signature(function).parameters)
        if trained != ("shown" in reads) or bool(bands) != ("bands" in reads):
            raise TypeError(f"{id}: trained={trained}, bands={bands}, but it reads {reads}")
        return Check(
            id,
            function,
            title,
            reads,
            passed,
            points,
            after,
            uses,
            excused_by,
            parts,
            oracle,
            tolerance,
            trained,
            bands,
        )

    return wrap


# --- tolerances that many checks share ---------------------------------------------------------------------


def rounding() -> str:
    """The tolerance of "equal up to rounding", with the numbers by which ``findings.close`` decides."""
    default = {k: p.default for k, p in inspect.signature(findings.close).parameters.items()}
    return (
        f"rtol {default['rtol']:g}, atol {default['atol']:g} × largest value: float32 rounding of networks of any width is "
        "about 1e-6 per layer; the rest is room for other processors and releases ([reproducibility](reproducibility.md))"
    )


ROUNDING = rounding()
EXACT = "none: a matter of yes and no"
FRESH = "decoded by a process that has never seen an image"


class Seen(Mapping[str, Observation]):
    """Observations by probe; ``seen.arrays(name)`` raises ``Unobserved`` where there are no numbers.

    ``parts``: the classes or losses that a check with parts is to judge now. ``fits``: the least and the most rows that
    a class takes at a time, where that is not any number. ``rescued``: what ``forward`` of a class makes of what its
    ``decode`` returns, where that is on another scale.
    """

    def __init__(
        self,
        by: Mapping[str, Observation],
        parts: tuple[str, ...] = probes.CLASSES,
        fits: Mapping[str, tuple[int, int]] = MappingProxyType({}),
        rescued: Mapping[str, PointMap] = MappingProxyType({}),
    ) -> None:
        self.by, self.parts, self.fits, self.rescued = by, parts, fits, rescued

    def __getitem__(self, name: str) -> Observation:
        return self.by[name]

    def __iter__(self) -> Any:
        return iter(self.by)

    def __len__(self) -> int:
        return len(self.by)

    def observation(self, name: str) -> Observation:
        o = self.by.get(name)
        if o is None:
            raise Unobserved(name, Fault("missing", "never asked, because an earlier step failed"))
        if o.fault is not None:
            raise Unobserved(name, o.fault)
        return o

    def arrays(self, name: str) -> Mapping[str, np.ndarray]:
        return self.observation(name).arrays

    def numbers(self, name: str) -> Mapping[str, np.ndarray]:
        """Arrays that may have come in another form than asked for, which another check says."""
        o = self.by.get(name)
        return o.arrays if o is not None and o.arrays else self.arrays(name)

    def unwritten(self, name: str) -> bool:
        o = self.by.get(name)
        return o is not None and o.fault is not None and o.fault.kind == "unwritten"

    def staged(self, mode: str) -> Mapping[str, np.ndarray]:
        """``forward`` and its stages, where ``reparameterize`` gave numbers; where not, its own check says so."""
        a = self.arrays(f"staged:{mode}")
        if not np.isfinite(a["z"]).all():
            raise Echo("reparameterization.formula")
        return a

    def has(self, name: str) -> bool:
        o = self.by.get(name)
        return o is not None and o.fault is None


@lru_cache(maxsize=8)
def _plan(assignment_key: str, flat: bool, assignment: Assignment) -> dict[str, probes.Probe]:
    asked = probes.noise_probes(assignment) + probes.loss_probes(assignment, flat=flat)
    return {p.name: p for p in asked}


class _Hashable(Assignment):
    """An assignment as a cache key: by identity of its observation key."""

    def __hash__(self) -> int:
        return hash(self.observation_key())


@dataclass(frozen=True)
class Context:
    """Everything that checks may read. Evidence sources by parameter name:

    ``seen`` all observations; ``losses``, ``noise``, ``wiring_train``, ``wiring_eval`` fits of the exact probes;
    ``shown`` behaviour of the trained models; ``bands`` calibrated tolerances; ``assignment``; ``context``.
    """

    observations: Mapping[str, Observation]
    assignment: Assignment
    data: Dataset | None
    bands: Mapping[str, Band]
    exact: findings.Findings | None = None  # of the same submission, where they are known
    parts: tuple[str, ...] = probes.CLASSES  # what a check with parts is to judge
    whole: Context | None = None  # of which this is a part: what was worked out for it serves here too

    @cached_property
    def fits(self) -> Mapping[str, tuple[int, int]]:
        if all(o.fault is None for n, o in self.observations.items() if n.startswith("shape:")):
            return {}
        asked = {p.name: p for p in probes.batch_probes(self.assignment)}
        found = {cls: findings.fit(self.observations, asked, cls) for cls in probes.CLASSES}
        return {cls: rows for cls, rows in found.items() if rows is not None}

    @cached_property
    def rescued(self) -> Mapping[str, PointMap]:
        return findings.rescued(self.observations)

    @cached_property
    def seen(self) -> Seen:
        return Seen(self.observations, self.parts, self.fits, self.rescued)

    @cached_property
    def plan(self) -> dict[str, probes.Probe]:
        hashable = _Hashable(**self.assignment.__dict__)
        return _plan(self.assignment.observation_key(), findings.flat_images(self.observations), hashable)

    @cached_property
    def found(self) -> findings.Findings:
        if self.whole is not None:
            return self.whole.found
        return self.exact or findings.find(self.observations, self.plan)

    def with_runs(self, observed: Mapping[str, Observation]) -> Context:
        """The same submission with other observations of some of its trained models."""
        return replace(self, observations={**self.observations, **observed}, exact=self.found, whole=None)

    @property
    def losses(self) -> losses.Losses:
        return self.found.losses

    @property
    def noise(self) -> findings.Noise:
        return self.found.noise

    @property
    def wiring_train(self) -> findings.Wiring:
        return self.found.train

    @property
    def wiring_eval(self) -> findings.Wiring:
        return self.found.eval

    @cached_property
    def shown(self) -> behaviour.Behaviour:
        if self.whole is not None:
            return self.whole.shown
        if self.data is None:
            raise Unobserved("train", Fault("missing", "nothing was trained"))
        return behaviour.behaviour(self.observations, self.found, self.assignment, self.data)

    @property
    def context(self) -> Context:
        return self

    def of(self, parts: tuple[str, ...]) -> Context:
        """The same observations and fits, for a check that is to judge these parts only."""
        return self if parts == self.parts else replace(self, parts=parts, whole=self.whole or self)


def number(value: float, digits: int = 4) -> str:
    """A number as messages show it: four significant digits, no trailing noise."""
    if value != value:
        return "NaN"
    return f"{value:.{digits}g}"
