"""Gradients beside differences of values, and beside the harness's own loss: the worker's numbers, and how they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader import control, derivatives, oracles, repairs, worker
from grader.checks.slopes import TOLERANCE, slopes
from grader.convention import Scale
from tests.mutation import HONEST

LENGTHS = (0.02, 0.005, 0.002)


class Half(nn.Module):
    """tanh(Wx), of which ``share`` is detached; with dropout, so that a call draws numbers."""

    def __init__(self, share: float = 0.0, steps: float = 0.0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear, self.drop = nn.Linear(12, 9), nn.Dropout(0.3)
        self.share, self.steps = share, steps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.drop(torch.tanh(self.linear(x)))
        if self.steps:
            h = h + ((h / self.steps).round() * self.steps - h).detach()
        return (1 - self.share) * h + self.share * h.detach()


def _along(model: nn.Module, rows: bool) -> dict[str, np.ndarray]:
    g = torch.Generator().manual_seed(1)
    x, w = torch.randn(32, 12, generator=g), torch.randn(32, 9, generator=g)
    v = torch.randn(*(x.shape if rows else (8, *x.shape)), generator=g)
    replay = derivatives.Replay(model, True, 5, worker.seed_everything)
    out = derivatives.along_inputs(replay, lambda at: (model(at),), x, v / v.norm(dim=-1, keepdim=True), [w], LENGTHS)
    return {k: a.numpy() for k, a in out.items()}


@pytest.mark.parametrize("rows", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_slope_is_the_share_of_the_gradient_that_is_left(share: float, rows: bool) -> None:
    a = _along(Half(share), rows)
    found = slopes(a["gradients"][0], a["differences"][:, 0], a["repeated"][0])
    assert found is not None
    assert found.slope == pytest.approx(1 - share, abs=0.01)
    assert found.good(TOLERANCE[False]) == (share < 0.15)
    assert not found.stepwise


def test_rounding_that_lets_gradients_pass_shows_as_steps() -> None:
    a = _along(Half(steps=0.5), rows=True)
    found = slopes(a["gradients"][0], a["differences"][:, 0], a["repeated"][0])
    assert found is not None and found.stepwise and not found.good(TOLERANCE[False])


def test_nothing_is_concluded_where_the_same_call_gives_something_else() -> None:
    a = _along(Half(), rows=True)
    assert slopes(a["gradients"][0], a["differences"][:, 0], a["differences"][-1, 0]) is None


def test_every_tensor_of_weights_is_moved_and_put_back() -> None:
    model = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.GELU(), nn.Linear(7, 3))
    model[3].weight.register_hook(lambda g: 0.25 * g)
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    x, w = torch.randn(16, 5), torch.randn(16, 3)

    def work(dtype: torch.dtype) -> worker.Result:
        replay = derivatives.Replay(model, True, 5, worker.seed_everything)
        return derivatives.along_weights(replay, lambda: (model(x.to(dtype)),), [w], (0.002, 1e-5), 3, 9)

    info, out = derivatives.precisely(model, work)
    model.float()
    assert info["precise"]
    assert all(torch.equal(p, before[n]) for n, p in model.named_parameters())
    assert info["names"] == list(before)
    ratio = dict(zip(info["names"], (out["gradients"] / out["differences"][1]).numpy(), strict=True))
    assert ratio["3.weight"] == pytest.approx(0.25, rel=1e-4)
    assert ratio["0.weight"] == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize("family", oracles.FAMILIES)
def test_the_harness_s_loss_has_autograd_s_gradient(family: str) -> None:
    g = torch.Generator().manual_seed(2)
    x, x_hat = torch.rand(6, 784, generator=g), torch.rand(6, 784, generator=g)
    mu, logvar = torch.randn(2, 6, 4, generator=g)
    leaves = {"x_hat": x_hat, "mu": mu, "logvar": logvar}
    loss = control.loss(
        family, Scale(0.5, 1, 0, -1), Scale(1.0, 0, -1), 3.0, {k: v.numpy() for k, v in leaves.items()}, x.numpy()
    )
    at = {k: v.double().requires_grad_(True) for k, v in leaves.items()}
    # sums over the batch of means over pixels, times ½; means over the batch of means over latents
    total = 0.5 * 6 * repairs.recon(family, at["x_hat"], x.double()) / 784
    total = total + 3.0 * repairs.kl(at["mu"], at["logvar"]) / 4
    total.backward()
    assert loss.value == pytest.approx(total.item(), rel=1e-6)
    for name, leaf in at.items():
        assert leaf.grad is not None
        np.testing.assert_allclose(loss.gradients[name], leaf.grad, rtol=1e-5, atol=1e-9)


def test_a_sketch_is_as_long_as_its_gradient_and_shows_one_element() -> None:
    gradient = torch.randn(400, 784, generator=torch.Generator().manual_seed(3))
    other = gradient.clone()
    other[7, 11] += 50.0
    a, b = derivatives.sketches([gradient, None], 4), derivatives.sketches([other, None], 4)
    assert float(a[0].norm()) == pytest.approx(float(gradient.norm()), rel=0.3)
    assert float((a[0] - b[0]).norm()) == pytest.approx(50.0, rel=1e-4)
    assert not a[1].any()
    gap = control.gap(b.numpy(), a.numpy(), ["weight", "unused"])
    assert gap.worst == "weight" and gap.share == pytest.approx(50.0 / float(a[0].norm()), rel=1e-3)


def _session(name: str) -> worker.Session:
    session = worker.Session()
    source = torch.frombuffer(bytearray((HONEST / name).read_bytes()), dtype=torch.uint8)
    session.op_load({"main": "submission.py"}, {"file:submission.py": source})
    g = torch.Generator().manual_seed(6)
    session.op_keep({}, {"train_x": torch.rand(256, 1, 28, 28, generator=g), "order": torch.arange(256).reshape(4, 64)})
    return session


ARGS: dict[str, Any] = {"key": "v", "cls": "VAE", "D": 4, "seed": 3, "beta": 1.0, "steps": 4, "learning_rate": 1e-3}


def test_a_run_that_is_watched_is_the_same_run() -> None:
    _, expected = _session("dropout_both.py").op_train(ARGS, {})
    _, watched = _session("dropout_both.py").op_train(ARGS | {"watch": [0, 2]}, {})
    assert expected.keys() == watched.keys()
    assert all(torch.equal(v, watched[k]) for k, v in expected.items())


@pytest.mark.parametrize("step", [0, 2])
def test_what_training_followed_is_the_gradient_of_the_same_loss_through_the_stages(step: int) -> None:
    session = _session("dropout_both.py")
    _, curves = session.op_train(ARGS | {"watch": [0, 2]}, {})
    asked = {"cls": "VAE", "step": step, "seed": 1, "batch": 64, "D": 4}
    _, values = session.op_paired_values(asked, {})
    x = session.kept["train_x"][session.kept["order"][step]]
    one = Scale(1.0, 0)
    loss = control.loss("bce", one, one, 1.0, {k: v.numpy() for k, v in values.items()}, x.numpy())
    assert float(curves["total"][step]) == pytest.approx(loss.value, rel=1e-5)
    info, pair = session.op_paired_gradient(asked, {k: torch.from_numpy(g) for k, g in loss.gradients.items()})
    assert control.gap(pair["own"].numpy(), pair["staged"].numpy(), info["names"]).share < 1e-4
    twice = {k: torch.from_numpy(2 * g) for k, g in loss.gradients.items()}
    _, pair = session.op_paired_gradient(asked, twice)
    gap = control.gap(pair["own"].numpy(), pair["staged"].numpy(), info["names"])
    assert gap.ratio == pytest.approx(0.5, rel=1e-3)
