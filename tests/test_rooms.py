"""Rooms follow one another: whoever saw an image has ended before a process that decodes codes starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader import data, intake, observe, probes
from grader.model import Demand, Observation
from grader.observe import States
from grader.sandbox import host, policy
from tests.conftest import ROOT, Exam
from tests.test_faults import descendants

pytestmark = pytest.mark.skipif(not policy.LINUX, reason="the kernel's list is in /proc")
STEPS = 3  # of training: in which order processes live does not depend on what they learn


class Watched:
    """A sandbox that asks the kernel at each spawn who lives, and notes what the new process is asked."""

    def __init__(self, sandbox: host.Sandbox) -> None:
        self.sandbox, self.rooms = sandbox, list[list[str]]()
        self.beside: list[set[int]] = []  # processes of submissions that live when another starts
        self.idle = set(descendants(sandbox._zygote.process.pid))

    def spawn(self, limits: host.Limits) -> Any:
        self.beside.append(set(descendants(self.sandbox._zygote.process.pid)) - self.idle)
        worker, asked = self.sandbox.spawn(limits), list[str]()
        self.rooms.append(asked)

        def call(op: str, args: Any, tensors: Any, **limits: Any) -> host.Reply:
            pictures = [a for k, a in tensors.items() if a.ndim >= 2 and not k.startswith("state:")]
            images = any(a.size == len(a) * 784 for a in pictures)
            codes = op in ("sample", "grid") or (args or {}).get("method") == "decode"
            asked.append("image" if images else "codes" if codes else op)
            return host.Worker.call(worker, op, args, tensors, **limits)

        worker.call = call  # type: ignore[method-assign, assignment]
        return worker


@pytest.fixture(scope="module")
def observed(exam: Exam, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    source = (ROOT / "reference" / "submission.py").read_bytes()
    submission = intake.Submission("ada", "0" * 64, "submission.py", {"submission.py": source})
    short = replace(exam.assignment, steps=STEPS)
    images = data.load(short.dataset, seed=short.seed, root=ROOT, cache=tmp_path_factory.mktemp("data"))
    with host.Sandbox(isolation=exam.isolation) as box:
        watched = Watched(box)
        observer = observe.Observer(submission, short, images, watched)  # type: ignore[arg-type]
        seen = observer.observe()
        standard = len(watched.rooms)
        plan = observer.plan
        observer.observe_run(seen, Demand("beta_1", 0, 2 * STEPS))
    yield SimpleNamespace(seen=seen, plan=plan, rooms=watched.rooms, beside=watched.beside, standard=standard)


def test_no_two_rooms_live_at_the_same_time(observed: SimpleNamespace) -> None:
    assert observed.beside == [set()] * len(observed.rooms)


def test_nobody_decodes_a_code_for_others_who_has_seen_an_image(observed: SimpleNamespace) -> None:
    decoding = [room for room in observed.rooms if room.count("codes") and "image" not in room and "keep" not in room]
    assert len(decoding) == 3  # of the exam, of the trained models, of the run that was demanded
    names = {
        n for n in observed.seen if n.endswith((":decoded", ":tiles")) or n.startswith(("lerp:", "recon:", "sample:"))
    }
    elsewhere = {n for n in names if n.startswith("sample:left")}  # of which only codes are looked at
    assert sum(room.count("codes") for room in decoding[:2]) >= len(names - elsewhere)


def test_five_processes_see_a_whole_submission(observed: SimpleNamespace) -> None:
    assert observed.standard == 5
    assert len(observed.rooms) - observed.standard == 3  # train, view, decode


def test_states_that_codes_are_decoded_with_are_taken_before_an_image_is_seen(
    observed: SimpleNamespace, exam: Exam
) -> None:
    early = [p.name for p in probes.build_probes(exam.assignment) + probes.state_probes(exam.assignment)]
    first = observed.rooms[0][: observed.rooms[0].index("image")]
    assert first.count("state") == len(early)
    used = {p.model.state for p in observed.plan.values() if p.role == "decode" and p.model is not None}
    assert used <= {*early, *(n for n in observed.plan if n.startswith("train:"))}


def test_everything_that_is_asked_later_is_there(observed: SimpleNamespace) -> None:
    assert {o.fault for o in observed.seen.values()} == {None}
    assert all(isinstance(o, Observation) for o in observed.seen.values())


def test_states_wait_in_files_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    given = {
        "state:a/../b": np.arange(6.0).reshape(2, 3),
        "state:file": np.zeros((0,), np.float32),
        "state:": np.array(True),
    }
    states = States()
    states.put("train:ae", given)
    assert "train:ae" in states and "train:other" not in states
    kept = states.get("train:ae")
    assert list(kept) == list(given)
    assert all(np.array_equal(kept[k], a) and kept[k].dtype == a.dtype for k, a in given.items())
    assert list(tmp_path.iterdir()) == []
    states.clear()
    assert "train:ae" not in states and states.get("train:ae") == {}
