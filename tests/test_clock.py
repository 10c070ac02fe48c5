"""Limits are of processor time: whatever else the machine does, the same bytes come out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader import data as datasets
from grader import observe, probes, store
from grader.intake import Submission
from grader.model import Demand, Observations
from grader.probes import TrainRun
from tests.conftest import ROOT, Exam


def written(source: str) -> Submission:
    return Submission("ada", "0" * 64, "submission.py", {"submission.py": source.encode()})


@pytest.fixture(scope="module")
def mlp() -> str:
    return (ROOT / "tests" / "honest" / "mlp.py").read_text(encoding="utf-8")


@pytest.fixture
def eight_busy_processes() -> Iterator[None]:
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
    yield
    for hog in hogs:
        hog.kill()
        hog.wait()


def test_the_same_bytes_beside_eight_busy_processes(
    exam: Exam, reference_source: str, eight_busy_processes: None
) -> None:
    alone = exam.observe(written(reference_source))
    beside = observe.Observer(written(reference_source), exam.assignment, None, exam._sandbox).observe()
    assert store.dumps(Observations(beside, alone.digest, alone.isolation, alone.environment, "0" * 64)) == store.dumps(
        alone
    )


def test_a_busy_function_is_ended_after_its_processor_time_and_costs_itself(exam: Exam, mlp: str) -> None:
    assignment = replace(exam.assignment, call_seconds=0.5)
    source = mlp + "\n\ndef ae_loss(x_hat, x):\n    while True:\n        pass\n"
    seen = observe.Observer(written(source), assignment, None, exam._sandbox).observe()
    faults = {n: o.fault for n, o in seen.items() if o.fault is not None}
    assert {f.kind for f in faults.values()} == {"timeout"}
    assert faults["ae_loss:recon:4"].message == "ae_loss: used more than 0.5 s of processor time"
    assert all(n.startswith(("ae_loss:", "parameter_flow:Autoencoder")) for n in faults)


def test_a_sleeping_function_is_ended_and_costs_itself(exam: Exam, mlp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "LIMITS", replace(observe.LIMITS, patience=observe.LIMITS.patience / 40))
    source = mlp + "\n\nimport time\ndef sample(model, n):\n    time.sleep(3600)\n"
    seen = observe.Observer(written(source), exam.assignment, None, exam._sandbox).observe()
    faults = {n: o.fault for n, o in seen.items() if o.fault is not None}
    assert {f.kind for f in faults.values()} == {"timeout"}
    assert all("asleep: less than 0.025 s of processor time in 1.5 s" in f.message for f in faults.values())
    assert faults and all(n.startswith("sample:") for n in faults)


def test_all_rooms_share_one_sum(exam: Exam, mlp: str) -> None:
    assignment = replace(exam.assignment, load_seconds=0.5, step_seconds=0.0005)
    total = probes.cpu_seconds_in_all(assignment, 0)
    observer = observe.Observer(written(mlp), assignment, None, exam._sandbox)
    seen = observer.observe()
    used_up = f"the submission's {total:g} s of processor time are used up"
    faults = {n: o.fault for n, o in seen.items() if o.fault is not None}
    assert faults and all(f.kind == "timeout" and f.message.endswith(used_up) for f in faults.values())
    assert list(seen)[-1] in faults and "load" not in faults
    assert total <= observer.budget.spent < total + 1.0


def test_limits_grow_with_the_work(exam: Exam) -> None:
    a = exam.assignment
    run = TrainRun("ae", "Autoencoder", a.latent_dim, None, None)
    for steps in (a.steps, 5 * a.steps):
        training = probes.train_probe(a, run, {}, steps)
        assert probes.cpu_seconds(a, training) == 2.0 * steps < probes.cpu_seconds_in_all(a, steps)
    exam_calls = probes.build_probes(a) + probes.shape_probes(a) + probes.wiring_probes(a) + probes.noise_probes(a)
    assert {probes.cpu_seconds(a, p) for p in exam_calls} == {20.0}


def test_a_demanded_run_has_time_for_its_own_steps_and_one_look(exam: Exam, mlp: str, tmp_path: Path) -> None:
    """So what all observations of a submission may take is bounded by the steps that were asked for: no share of the
    standard one is given again, whatever was spent or kept before."""
    a = exam.assignment
    data = datasets.load(a.dataset, seed=a.seed, root=tmp_path, cache=tmp_path)
    seen = exam.observe(written(mlp)).by_probe
    observer = observe.Observer(written(mlp), a, data, exam._sandbox)
    for steps in (2, 6):
        found = observer.observe_run(seen, Demand("ae", 1, steps))
        assert found["train:ae"].fault is None
        assert observer.budget.total == a.load_seconds + a.step_seconds * (probes.BESIDE_ONE_RUN + steps)
    standard = observe.Budget(a).total
    looks = 7 * (probes.cpu_seconds_in_all(a, 0, probes.BESIDE_ONE_RUN) - a.load_seconds)
    assert looks <= standard - a.load_seconds, "seven demanded runs have no more beside training than the seven first"
