"""Gradients beside the differences of the values that they should be gradients of: the untrusted end.

Loaded by path before ``worker``, so it imports nothing of the package. It returns raw numbers; whether they agree is
judged on the trusted side. Differences are taken here: two nearly equal numbers that were sent apart would have lost
their digits.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

Outputs = tuple[Tensor, ...]
WARM = 10  # passes before weights are moved: power iterations of spectral norm have to have settled
MOST_WEIGHTS = 40  # tensors that are moved one by one; of deeper networks every second, third, …
SKETCH = 64  # numbers that stand for the gradient of one tensor of weights


def pulled(
    outputs: Sequence[Tensor], cotangents: Sequence[Tensor | None], leaves: Iterable[Tensor]
) -> list[Tensor | None]:
    """Gradients of ``leaves``, through ``backward``: re-entrant checkpoints know no other way."""
    leaves = list(leaves)
    for leaf in leaves:
        leaf.grad = None
    reached = [(o, c) for o, c in zip(outputs, cotangents, strict=True) if o.requires_grad]
    if reached:
        torch.autograd.backward([o for o, _ in reached], [c for _, c in reached])
    return [leaf.grad for leaf in leaves]


# --- along directions ------------------------------------------------------------------------------------


class Replay:
    """Calls from the same state each time: the generators, and buffers that a pass moves (batch norm, spectral norm)."""

    def __init__(self, model: torch.nn.Module, train: bool, seed: int, reseed: Callable[[int], None]) -> None:
        self.model, self.seed, self.reseed = model, seed, reseed
        model.train(train)
        self.hold()

    def hold(self) -> None:
        self.buffers = {n: b.detach().clone() for n, b in self.model.named_buffers()}

    def __call__(self, call: Callable[[], Outputs]) -> Outputs:
        self.reseed(self.seed)
        with torch.no_grad():
            for n, b in self.model.named_buffers():
                if n in self.buffers:
                    b.copy_(self.buffers[n])
        outputs = call()
        if any(o.dtype != torch.get_default_dtype() for o in outputs):
            raise TypeError("a part of it knows one precision only")
        return outputs


@contextlib.contextmanager
def _in(dtype: torch.dtype, model: torch.nn.Module) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    model.to(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def precisely(
    model: torch.nn.Module, work: Callable[[torch.dtype], tuple[dict[str, Any], dict[str, Tensor]]]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """``work`` in float64, where differences can be so short that kinks do not matter; in float32 where code asks for that."""
    for dtype in (torch.float64, torch.float32):
        try:
            with _in(dtype, model):
                info, out = work(dtype)
        except Exception:
            if dtype == torch.float32:
                raise
        else:
            return info | {"precise": dtype == torch.float64}, out
    raise AssertionError("either returns or raises")


def _projected(outputs: Outputs, weights: Sequence[Tensor], rows: bool) -> Tensor:
    """``[O, B]`` or ``[O]``: each output times its weights, summed over each row or over everything, in float64."""
    sums = [(o.reshape(w.shape).double() * w).sum(1) for o, w in zip(outputs, weights, strict=True)]
    return torch.stack(sums if rows else [s.sum() for s in sums])


def along_inputs(
    replay: Replay, method: Callable[[Tensor], Outputs], x: Tensor, directions: Tensor, weights: Sequence[Tensor],
    lengths: Sequence[float],
) -> dict[str, Tensor]:  # fmt: skip
    """Along ``directions`` from ``x``: gradients ``[O, N]``, central differences ``[L, O, N]``, a repeated call ``[O, N]``.

    ``[B, …]`` directions are one for each row, for a method whose rows do not depend on each other; ``[K, B, …]``
    ones move all rows at once.
    """
    rows = directions.ndim == x.ndim
    moves = [directions] if rows else list(directions)
    weights = [w.double() for w in weights]

    def value(at: Tensor) -> Tensor:
        with torch.no_grad():
            return _projected(replay(lambda: method(at)), weights, rows)

    gradients = []
    for i, w in enumerate(weights):
        leaf = x.clone().requires_grad_(True)
        out = replay(lambda at=leaf: method(at * 1.0))[i]  # type: ignore[misc]
        (g,) = pulled([out], [w.reshape(out.shape).to(out.dtype)], [leaf])
        g = torch.zeros_like(x) if g is None else g
        products = [(g.double() * v.double()).reshape(len(x), -1).sum(1) for v in moves]
        gradients.append(products[0] if rows else torch.stack([p.sum() for p in products]))
    differences = []
    for h in lengths:
        parts = [(value(x + h * v) - value(x - h * v)) / (2 * h) for v in moves]
        differences.append(parts[0] if rows else torch.stack(parts, 1))
    repeated = (value(x.clone()) - value(x.clone())) / (2 * min(lengths))
    return {
        "gradients": torch.stack(gradients),
        "differences": torch.stack(differences),
        "repeated": repeated if rows else repeated[:, None].repeat(1, len(moves)),
    }


def along_weights(
    replay: Replay, calls: Callable[[], Outputs], weights: Sequence[Tensor], lengths: Sequence[float], count: int,
    seed: int,
) -> tuple[dict[str, Any], dict[str, Tensor]]:  # fmt: skip
    """The same for each tensor of weights, ``[T, N]`` and ``[L, T, N]``: moved by ``lengths`` times its own size."""
    weights = [w.double() for w in weights]
    with torch.no_grad():
        for _ in range(WARM if replay.model.training else 0):
            calls()
    replay.hold()
    named = [(n, p) for n, p in replay.model.named_parameters() if p.requires_grad]
    named = named[:: -(-len(named) // MOST_WEIGHTS)] if named else []

    def value() -> Tensor:
        with torch.no_grad():
            return _projected(replay(calls), weights, False).sum()

    outputs = replay(calls)
    cotangents = [w.reshape(o.shape).to(o.dtype) for o, w in zip(outputs, weights, strict=True)]
    found = pulled(outputs, cotangents, [p for _, p in named])
    source = torch.Generator().manual_seed(seed)
    gradients = torch.zeros(len(named), count, dtype=torch.float64)
    differences = torch.zeros(len(lengths), len(named), count, dtype=torch.float64)
    for t, ((_, p), g) in enumerate(zip(named, found, strict=True)):
        size = max(float(p.detach().double().square().mean().sqrt()), 0.01)
        kept = p.detach().clone()
        for k in range(count):
            v = size * torch.randn(p.shape, generator=source, dtype=p.dtype)
            gradients[t, k] = 0.0 if g is None else (g.double() * v.double()).sum()
            for i, h in enumerate(lengths):
                ends = []
                for step in (h, -h):
                    with torch.no_grad():
                        p.copy_(kept + step * v)
                    ends.append(value())
                differences[i, t, k] = (ends[0] - ends[1]) / (2 * h)
        with torch.no_grad():
            p.copy_(kept)
    replay.model.zero_grad(set_to_none=True)
    repeated = (value() - value()) / (2 * min(lengths))
    return {"names": [n[:80] for n, _ in named]}, {
        "gradients": gradients,
        "differences": differences,
        "repeated": repeated.repeat(len(named), count),
    }


# --- beside training -------------------------------------------------------------------------------------


def _generators() -> tuple[Tensor, Any, Any]:
    return torch.get_rng_state(), random.getstate(), np.random.get_state()


def _set_generators(states: tuple[Tensor, Any, Any]) -> None:
    torch.set_rng_state(states[0])
    random.setstate(states[1])
    np.random.set_state(states[2])


class Watch:
    """A few steps of a training run: weights, buffers and generators before, and the gradient that came of them.

    It draws no number and changes none, so the run is the same with it and without.
    """

    def __init__(self, model: torch.nn.Module, steps: Iterable[int]) -> None:
        self.model, self.steps = model, frozenset(steps)
        self.states: dict[int, tuple[dict[str, Tensor], tuple[Tensor, Any, Any]]] = {}
        self.gradients: dict[int, dict[str, Tensor | None]] = {}

    def _tensors(self) -> Mapping[str, Tensor]:
        return {**dict(self.model.named_parameters()), **dict(self.model.named_buffers())}

    def before(self, step: int) -> None:
        if step in self.steps:
            self.states[step] = {n: v.detach().clone() for n, v in self._tensors().items()}, _generators()

    def after(self, step: int) -> None:
        if step in self.steps:
            grads = {n: p.grad for n, p in self.model.named_parameters()}
            self.gradients[step] = {n: None if g is None else g.detach().clone() for n, g in grads.items()}

    def replayed(self, step: int, call: Callable[[Any], dict[str, Tensor]]) -> dict[str, Tensor]:
        """``call(model)`` in train mode, from the weights, buffers and generators of that step."""
        state, generators = self.states[step]
        self.model.train(True)
        with torch.no_grad():
            for n, v in self._tensors().items():
                v.copy_(state[n])
        _set_generators(generators)
        return call(self.model)

    def pair(
        self, step: int, outputs: Mapping[str, Tensor], cotangents: Mapping[str, Tensor], seed: int
    ) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Sketches ``[T, SKETCH]`` of the gradient of that step, and of ``cotangents`` pulled back through ``outputs``."""
        named = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        names = [n for n in outputs if n in cotangents]
        staged = pulled(
            [outputs[n] for n in names], [cotangents[n].reshape(outputs[n].shape) for n in names], named.values()
        )
        own = [self.gradients[step].get(n) for n in named]
        self.model.zero_grad(set_to_none=True)
        return {"names": [n[:80] for n in named]}, {"own": sketches(own, seed), "staged": sketches(staged, seed)}


def sketches(gradients: Sequence[Tensor | None], seed: int) -> Tensor:
    """``[T, SKETCH]``: each tensor under random signs, summed into as many sums (a count sketch), in float64.

    The squared length of a sketch is on average that of the tensor (Charikar et al. 2002, "Finding frequent items").
    """
    out = torch.zeros(len(gradients), SKETCH, dtype=torch.float64)
    for i, g in enumerate(gradients):
        if g is None:
            continue
        flat = g.detach().double().reshape(-1)
        source = torch.Generator().manual_seed(seed + i)  # the same signs for both, whatever one of them lacks
        signs = torch.randint(0, 2, flat.shape, generator=source, dtype=torch.int8) * 2 - 1
        out[i] = torch.nn.functional.pad(flat * signs, (0, -len(flat) % SKETCH)).reshape(-1, SKETCH).sum(0)
    return out
