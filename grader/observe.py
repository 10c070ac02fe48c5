"""Runs one submission's probes in sandboxed workers and returns what was seen. Judges nothing.

Four rooms, each a process of its own: ``exam``, ``train``, ``view``, ``decode`` (see ``probes``). They follow one
another: exam, decode, train, view, decode. Whatever has seen an image has ended before a process that decodes codes
begins, so that no object of the kernel can carry one there; what is to be decoded waits in a queue. A probe that
hangs, dies or raises costs itself and the later probes that call the same function; its worker is replaced.
A worker that somebody else ended costs nothing: everything is observed again from the start, for only that gives
the same bits as an undisturbed run whatever the submission keeps in its process.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import IO, Any

import numpy as np

from grader import answers, control, findings, intake, losses, metrics, probes, store
from grader.assignment import Assignment
from grader.data import Dataset
from grader.model import Demand, Fault, Observation
from grader.pointwise import PointMap
from grader.probes import Model, Probe, TrainRun
from grader.sandbox.host import Limits, Sandbox, Worker, WorkerDied, WorkerTimeout
from grader.sandbox.wire import ProtocolError

LIMITS = Limits(memory_bytes=2 << 30)  # processor time apart: see ``probes.cpu_seconds``
STARTS = 3  # of one observation at most; a worker that somebody ends in the last one is the submission's doing
EVAL_SEED = 77
Progress = Callable[[str], None]

# Of the observations of one key, in the grader's memory and on the disk. The reference has 22.1 MB in memory, 22.2 MB on
# the disk (13.6 MB without training); one that returns images in float64 and losses that are not reduced has 25 MB.
# Beside them there is one answer at a time, of at most 15 MB and once more while it is unpacked: 64 MB in all.
KEPT_BYTES = store.MAX_BYTES - store.FIXED

_FINAL = ("timeout", "crashed", "memory")


class Disturbed(Exception):
    """A worker was ended by neither its submission nor the harness."""


class NoThread(Exception):
    """Something beside this submission uses up the threads that its user may have."""


class Budget:
    """Of one observation: the processor seconds that its workers have used and may use, the bytes that were told."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.spent = 0.0
        self.steps = 0  # of training that will be asked for
        self.told = 0  # bytes of JSON that are kept of what was told
        self.beside = probes.BESIDE_TRAINING  # in steps, too

    @property
    def total(self) -> float:
        return probes.cpu_seconds_in_all(self.assignment, self.steps, self.beside)

    @property
    def left(self) -> float:
        return self.total - self.spent

    def fault(self) -> Fault:
        return Fault("timeout", f"the submission's {self.total:g} s of processor time are used up")


class States:
    """Weights on their way from one room to another, each in a file without a name: there may be eight large ones."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[IO[bytes], list[str]]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def put(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - kept until ``clear``
        np.savez(file, *arrays.values())
        self._files[name] = file, list(arrays)

    def get(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of ``name``; none where it was not kept."""
        if name not in self._files:
            return {}
        file, names = self._files[name]
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            return {k: arrays[f"arr_{i}"] for i, k in enumerate(names)}

    def clear(self) -> None:
        for file, _ in self._files.values():
            file.close()
        self._files.clear()


class Room:
    """One role's worker: spawned when first needed, given the submission and its models again if it died.

    While ``forgiving``, a worker that somebody else ended is no fault: ``call`` raises ``Disturbed``. ``budget`` is
    shared by all rooms of an observation.
    """

    def __init__(
        self, role: str, sandbox: Sandbox, submission: intake.Submission, budget: Budget, *, forgiving: bool
    ) -> None:
        self.role, self._sandbox, self._submission, self._forgiving = role, sandbox, submission, forgiving
        self._budget = budget
        self._worker: Worker | None = None
        self._counted = 0.0  # of this worker's processor seconds
        self._built: set[str] = set()
        self._latent: dict[str, int] = {}  # of each model that was asked for
        self._kept: dict[str, np.ndarray] = {}
        self.output = b""

    def keep(self, **arrays: np.ndarray) -> None:
        self._kept |= arrays

    def call(
        self, op: str, args: Mapping[str, Any], tensors: Mapping[str, np.ndarray], seconds: float
    ) -> tuple[dict[str, Any], Mapping[str, np.ndarray], Fault | None]:
        """One operation in this room's worker: ``(info, arrays, fault)``."""
        if self._worker is None:
            _, fault = self.start()
            if fault is not None:
                return {}, {}, fault
        assert self._worker is not None
        left = self._budget.left
        try:
            bound = answers.bound(op, args, tensors, self._latent.get(args.get("key", "")), self._kept)
            reply = self._worker.call(op, args, tensors, cpu_seconds=min(seconds, left), bound=bound)
        except WorkerTimeout as end:
            self.close()
            spent = end.sum_spent or (left < seconds and not end.asleep)
            return (
                {},
                {},
                self._budget.fault() if spent else Fault("timeout", end.reason, got="asleep" if end.asleep else ""),
            )
        except WorkerDied as death:
            self.close()
            if death.outside and self._forgiving:
                raise Disturbed from None
            if death.kind == "memory":
                return {}, {}, Fault("memory", f"more than {LIMITS.memory_bytes >> 20} MB of memory used")
            return {}, {}, Fault("crashed", "the process ended without an answer")
        except ProtocolError as error:
            self.close()
            return {}, {}, Fault("crashed", f"the answer could not be read ({error})")
        self._count()
        if not reply.header.get("ok"):
            failure = reply.header.get("error")
            if isinstance(failure, dict) and failure.get("no_thread") is True and self._worker.crowded():
                self.close()
                if self._forgiving:
                    raise Disturbed
                raise NoThread(f"the machine had no thread left for {self._submission.id}: grade it again")
            return {}, {}, _student_error(failure)
        info: Any = reply.header.get("info")
        wrong = answers.problem(op, args, tensors, self._latent.get(args.get("key", "")), info, reply.tensors)
        if wrong is not None:
            self.close()
            return {}, {}, Fault("crashed", f"the answer could not be read ({wrong})")
        return info, reply.tensors, None

    def start(self) -> tuple[dict[str, Any], Fault | None]:
        """A new worker with the submission loaded in it: what loading told, and what went wrong."""
        cpu_seconds = 1 + math.ceil(max(0.0, self._budget.left))  # the kernel ends what the clock has missed
        self._worker, self._built = self._sandbox.spawn(replace(LIMITS, cpu_seconds=cpu_seconds)), set()
        self._counted = 0.0
        seconds = self._budget.assignment.load_seconds
        files = {f"file:{k}": np.frombuffer(v, np.uint8) for k, v in self._submission.source.items()}
        info, _, fault = self.call("load", {"main": self._submission.main}, files, seconds)
        if fault is None and self._kept:
            _, _, fault = self.call("keep", {}, self._kept, seconds)
        if fault is not None:
            self.close()
        return info, fault

    def build(self, model: Model, states: States) -> tuple[dict[str, Any], Fault | None]:
        if self._worker is not None and model.key in self._built:
            return {}, None
        state = states.get(model.state) if model.state else {}
        self._latent[model.key] = model.latent_dim
        args = {"key": model.key, "cls": model.cls, "D": model.latent_dim, "seed": model.seed, "jiggle": model.jiggle}
        info, _, fault = self.call("build", args, state, self._budget.assignment.call_seconds)
        if fault is None:
            self._built.add(model.key)
        return info, fault

    def close(self) -> None:
        if self._worker is not None:
            self.output = (self.output + self._worker.close().output)[-65536:]
            self._count()
            self._worker = None

    def _count(self) -> None:
        """Take what the worker has used since it was last looked at off the budget."""
        if self._worker is not None:
            self._budget.spent += self._worker.used - self._counted
            self._counted = self._worker.used


def _student_error(error: Any) -> Fault:
    if not isinstance(error, dict):
        return Fault("crashed", "the answer could not be read (no error record)")
    kind, text = str(error.get("type", ""))[:80], str(error.get("message", ""))[:400]
    where = str(error.get("where", ""))[:200]
    if isinstance(name := error.get("unwritten"), str) and name:
        return Fault("unwritten", f"{name[:80]} is not written yet", where, got=name[:80])
    if error.get("contract") is True:
        got, expected = str(error.get("got", ""))[:200], str(error.get("expected", ""))[:200]
        return Fault("wrong_shape", f"{text}, expected {expected}", where, got, expected)
    if kind == "MemoryError" or "DefaultCPUAllocator" in text:
        return Fault("memory", f"{kind}: {text}", where)
    return Fault("raised", f"{kind}: {text}", where)


class Observer:
    """Observes one submission; without ``data`` nothing is trained, with ``only_runs`` no more than these."""

    def __init__(
        self,
        submission: intake.Submission,
        assignment: Assignment,
        data: Dataset | None,
        sandbox: Sandbox,
        progress: Progress = lambda probe: None,
        *,
        only_runs: frozenset[str] | None = None,
    ) -> None:
        self.submission, self.assignment, self.data = submission, assignment, data
        self.only_runs = only_runs
        self.progress, self._sandbox = progress, sandbox
        self._clear(forgiving=True)

    def _clear(self, *, forgiving: bool) -> None:
        """Forget everything that was seen; a new observation begins."""
        rooms = ("exam", "train", "view", "decode")
        self.budget = Budget(self.assignment)
        self.rooms = {r: Room(r, self._sandbox, self.submission, self.budget, forgiving=forgiving) for r in rooms}
        self.seen: dict[str, Observation] = {}
        self.plan: dict[str, Probe] = {}
        self.states = States()
        self.queue: list[Callable[[], object]] = []  # what is to be done where codes are decoded
        self.rescued: dict[str, PointMap] = {}
        self.fits: dict[str, tuple[int, int]] = {}  # of classes that do not take every batch: what they take
        self.dead: list[tuple[frozenset[str], Fault]] = []

    @metrics.ieee
    def _undisturbed(self, work: Callable[[], None]) -> None:
        """``work`` from a clear start, and from another if somebody interfered."""
        for left in reversed(range(STARTS)):
            self._clear(forgiving=left > 0)
            try:
                return work()
            except Disturbed:
                continue
            finally:
                self.states.clear()
                for room in self.rooms.values():
                    room.close()

    def observe(self) -> dict[str, Observation]:
        """All probes in order; returns the observations by name."""
        self._undisturbed(self._observe)
        return self.seen

    def _observe(self) -> None:
        if self._load():
            self._exam()
            self._decode_what_waits()
            self.states.clear()
            if self.data is not None:
                self._trained(self.data)
                self._decode_what_waits()

    def _enter(self, role: probes.Role) -> Room:
        """The room of this role; whoever was in another has ended."""
        for other, room in self.rooms.items():
            if other != role:
                room.close()
        return self.rooms[role]

    def _decode_what_waits(self) -> None:
        while self.queue:
            self.queue.pop(0)()
        self.rooms["decode"].close()

    def observe_run(self, seen: Mapping[str, Observation], demand: Demand) -> dict[str, Observation]:
        """One trained run with other steps or another seed, from a clear start; all else is taken from ``seen``.

        The names are those of the standard run. What is returned depends on nothing that was trained before.
        """
        assert self.data is not None
        exact = {n: o for n, o in seen.items() if not n.startswith("train:")}
        flat = findings.flat_images(exact)
        asked = probes.noise_probes(self.assignment) + probes.loss_probes(self.assignment, flat=flat)
        data = self.data

        def again() -> None:
            self.seen, self.plan = dict(exact), {p.name: p for p in asked}
            self._find_fits()
            self.rescued = findings.rescued(self.seen)
            found = findings.find(self.seen, self.plan)
            runs = [r for r in self.runs(found) if r.key == demand.run]
            self.budget.beside = probes.BESIDE_ONE_RUN
            self._train(runs, found, data, steps=demand.steps, seed_offset=7 * demand.seed)
            for run in runs:
                self._look_at(run, data)
            self._decode_what_waits()

        self._undisturbed(again)
        return {n: o for n, o in self.seen.items() if exact.get(n) is not o}

    def _load(self) -> bool:
        self.progress("load")
        if self.submission.problem is not None:
            self.seen["load"] = Observation("load", fault=self.submission.problem)
            return False
        info, fault = self._enter("exam").start()
        self.seen["load"] = Observation("load", {}, info, fault)
        return fault is None

    # -- one probe

    def ask(self, probe: Probe) -> Observation:
        """Put one question, once; whatever goes wrong is a fault of this probe alone.

        A model that does not take every batch is asked by batches that it takes: that slip is charged where shapes are.
        """
        cls = probe.model.cls if probe.model is not None else str(probe.args.get("cls", ""))
        if cls in self.fits and not probe.name.startswith(("build:", "shape:", "batch:")):
            probe = probes.resized(probe, self.fits[cls]) if probe.op == "staged" else probe
            probe = replace(probe, args={**probe.args, "fit": list(self.fits[cls])})
        self.plan[probe.name] = probe
        self.progress(probe.name)
        observation = self._ask(probe)
        self.seen[probe.name] = observation
        return observation

    def _ask(self, probe: Probe) -> Observation:
        if self.budget.left <= 0:
            return Observation(probe.name, fault=self.budget.fault())
        for calls, ending in self.dead:
            if calls <= probe.calls:
                return Observation(probe.name, fault=ending)
        room = self._enter(probe.role)
        build_info: dict[str, Any] = {}
        fault: Fault | None
        if probe.model is not None:
            if probe.model.state and probe.model.state not in self.states:
                return Observation(probe.name, fault=Fault("missing", f"no {probe.model.state} to load"))
            build_info, fault = room.build(probe.model, self.states)
            if fault is not None:
                return self._failed(probe, fault, frozenset({f"{probe.model.cls}()"}))
        info, arrays, fault = room.call(probe.op, probe.args, probe.tensors, probes.cpu_seconds(self.assignment, probe))
        if fault is not None:
            return self._failed(probe, fault, probe.calls)
        if probe.op in ("state", "train"):
            if not probe.name.startswith("build:"):  # which nobody loads
                self.states.put(probe.name, {k: v for k, v in arrays.items() if k.startswith("state:")})
            arrays = {k: v for k, v in arrays.items() if not k.startswith("state:")}
        easy = replace(probe, strict=False)
        arrays = arrays if (fault := _unexpected(probe, info, arrays)) is None else _in_shape(easy, arrays)
        if fault is not None and _unexpected(easy, info, arrays) is not None:
            return Observation(probe.name, {}, {**build_info, **info}, fault)
        # what is wrong in form only is told, and its numbers are kept
        fault = fault if probe.strict else None
        kept = {k: _numbers(probe, k, v)[: probe.keep] for k, v in arrays.items()}
        fault = _not_finite(probe, kept) or fault
        broken = fault is not None and fault.kind == "wrong_value"
        return self._affordable(probe, Observation(probe.name, {} if broken else kept, {**build_info, **info}, fault))

    def _affordable(self, probe: Probe, o: Observation) -> Observation:
        """The observation, or a fault of the submission if all that is kept of it would take too much room."""
        told, arrays = store.size(o)
        before = sum(a.nbytes for seen in self.seen.values() for a in seen.arrays.values())
        if self.budget.told + told + before + arrays > KEPT_BYTES:
            most = f"at most {store.MAX_BYTES >> 20} MB of one submission"
            text = f"{_what(probe)} returned {arrays:,} bytes beside the {before:,} that are kept already"
            return Observation(
                probe.name, fault=Fault("wrong_shape", f"{text}: {most}", got=str(arrays), expected=most)
            )
        self.budget.told += told
        return o

    def _failed(self, probe: Probe, fault: Fault, calls: frozenset[str]) -> Observation:
        if fault.kind in _FINAL:
            fault = replace(fault, message=f"{_what(probe)}: {fault.message}")
            if calls:
                self.dead.append((calls, fault))
        return Observation(probe.name, fault=fault)

    # -- exact probes

    def _exam(self) -> None:
        a = self.assignment
        for probe in probes.build_probes(a) + probes.state_probes(a) + probes.shape_probes(a):
            self.ask(probe)
        for cls in probes.CLASSES:
            last = [f"shape:{cls}:{m}:{probes.LATENTS[-1]}:128" for m in probes.METHODS]
            if not all(findings.usable(self.seen[n], 128, probes.sizes(self.plan[n])) for n in last):
                for probe in probes.other_batch_probes(a, cls):
                    self.ask(probe)
        self._find_fits()
        asked = probes.noise_probes(a) + probes.loss_probes(a, flat=findings.flat_images(self.seen))
        for probe in asked + probes.wiring_probes(a):  # the last bring what stands in for a broken reparameterize
            self.ask(probe)
        self._exam_functions()
        for probe in probes.slope_probes(a):
            self.ask(probe)

    def _find_fits(self) -> None:
        asked = {p.name: p for p in probes.batch_probes(self.assignment)}
        found = {cls: findings.fit(self.seen, asked, cls) for cls in probes.CLASSES}
        self.fits = {cls: rows for cls, rows in found.items() if rows is not None}

    def _exam_functions(self) -> None:
        """Sampling, interpolation and the grid on untrained models, with codes decoded in another process.

        Untrained weights are as exact a test as trained ones, so a submission whose training fails still
        has these judged, and a student's own machine needs no training to check them.
        """
        a, d = self.assignment, probes.LATENTS[-1]
        x = probes.exam_images(a)
        self.queue += [
            partial(self._sampling, "exam", "VAE", d, f"state:exam:VAE:{d}", many=True),
            partial(self._sampling, "exam_2d", "VAE", 2, "state:exam:VAE:2", many=False),
        ]
        for cls in probes.CLASSES:
            self._interpolation(f"exam:{cls}", cls, d, f"state:exam:{cls}:20", x[:2], "exam", a.interpolation_steps)
            self._interpolation(f"exam_short:{cls}", cls, d, f"state:exam:{cls}:20", x[2:4], "exam", probes.SMALL_STEPS)
        self.queue.append(partial(self._grid, "exam", "VAE", "state:exam:VAE:2", *probes.GRID))
        self.queue.append(partial(self._grid, "exam_plain", "VAE", "state:exam_plain:VAE:2", *probes.SMALL_GRID))
        for cls in probes.CLASSES:
            self.queue.append(partial(self._grid, "exam_small", cls, f"state:exam:{cls}:2", *probes.SMALL_GRID))
            self._exam_bottleneck(cls, d)
            self._left_in_train_mode(cls, d)

    def _model(self, cls: str, d: int, state: str, prefix: str) -> Model:
        """A model of this state; by another ``prefix`` another one, which a function may have changed ("draw", "walk")."""
        return Model(f"{prefix}:{state}", cls, d, self.assignment.seed + 9000, state=state)

    def _decode(self, name: str, cls: str, d: int, state: str, codes: np.ndarray, *, half: bool = False) -> None:
        """Have codes decoded, later, by a process that has never seen an image."""
        z = codes.reshape(-1, d).clip(-LARGEST, LARGEST).astype(np.float32)
        m = self._model(cls, d, state, "decode")
        probe = Probe(
            name, "decode", "chunked", {"key": m.key, "method": "decode", "seed": EVAL_SEED}, {"a0": z},
            {"out0": ((len(z), 784),)}, m, frozenset({f"{cls}()", f"{cls}.decode"}), probes.VIEW,
        )  # fmt: skip

        def decode() -> None:
            o = self.ask(probe)
            if half and o.fault is None:  # shown and averaged, never compared exactly
                images = o.arrays["out0"]
                if cls in self.rescued:  # decode is on another scale: shown as forward shows it
                    images = self.rescued[cls](images).clip(0.0, 1.0)
                self.seen[name] = replace(o, arrays={"out0": _half(images)})

        self.queue.append(decode)

    def _sampling(self, tag: str, cls: str, d: int, state: str, *, many: bool) -> None:
        count = 512 if many else probes.SAMPLES
        for i, n in enumerate((count, count, 5, 13) if many else (count,)):
            name = f"sample:{tag}:{('first', 'second', 'few', 'odd')[i]}"
            m = self._model(cls, d, state, "draw")
            o = self.ask(
                Probe(name, "decode", "sample", {"key": m.key, "n": n, "seed": 401 + i, "rows": probes.SAMPLES}, {}, {}, m,
                      frozenset({f"{cls}()", f"{cls}.decode", "sample"}), probes.VIEW)
            )  # fmt: skip
            if o.fault is not None:
                continue
            arrays = {"images": o.arrays["images"][: probes.SAMPLES], "codes": o.arrays["codes"]}
            self.seen[name] = replace(o, arrays=arrays)
            if i == 0 or n == 5:
                self._decode(f"{name}:decoded", cls, d, state, o.arrays["codes"][: probes.SAMPLES])

    def _interpolation(self, tag: str, cls: str, d: int, state: str, pair: np.ndarray, role: str, steps: int) -> None:
        room: Any = "exam" if role == "exam" else "view"
        m, walker = (self._model(cls, d, state, prefix) for prefix in ("look", "walk"))
        calls = frozenset({f"{cls}()", f"{cls}.encode"})
        encoded = self.ask(
            Probe(f"ends:{tag}", room, "chunked", {"key": m.key, "method": "encode", "seed": EVAL_SEED},
                  {"a0": pair}, _codes(cls, len(pair), d), m, calls)
        )  # fmt: skip
        self.ask(
            Probe(f"interpolate:{tag}", room, "interpolate", {"key": walker.key, "steps": steps, "seed": 501},
                  {"x_start": pair[:1], "x_end": pair[1:2]}, {}, walker,
                  calls | {f"{cls}.decode", "interpolate"}, probes.VIEW)
        )  # fmt: skip
        if encoded.fault is None:
            z = encoded.arrays["out0"].astype(np.float64)
            self._decode(f"lerp:{tag}", cls, d, state, probes.lerp(z[0], z[1], steps))

    def _exam_bottleneck(self, cls: str, d: int) -> None:
        """``forward`` here; its codes decoded in a process that never saw what was encoded."""
        state = f"state:exam:{cls}:{d}"
        if state in self.states:
            self._bottleneck(f"exam:{cls}", "exam", cls, d, state, probes.exam_images(self.assignment))

    def _left_in_train_mode(self, cls: str, d: int) -> None:
        """Which codes the functions decode on a model that was left in train mode; images differ there with good reason."""
        a, x, left = self.assignment, probes.exam_images(self.assignment), {"train": True}
        m = self._model(cls, d, f"state:exam:{cls}:{d}", "left")
        calls = frozenset({f"{cls}()", f"{cls}.decode", "left in train mode"})
        asked = [
            Probe(f"ends:left:{cls}", "exam", "chunked", {"key": m.key, "method": "encode", "seed": EVAL_SEED},
                  {"a0": x[4:6]}, _codes(cls, 2, d), m, frozenset({f"{cls}()", f"{cls}.encode"})),
            Probe(f"interpolate:left:{cls}", "exam", "interpolate",
                  {"key": m.key, "steps": a.interpolation_steps, "seed": 502} | left,
                  {"x_start": x[4:5], "x_end": x[5:6]}, {}, m, calls | {f"{cls}.encode", "interpolate"},
                  probes.VIEW),
        ]  # fmt: skip
        if cls == "VAE":
            plane = self._model(cls, 2, f"state:exam:{cls}:2", "left")
            n, extent = probes.SMALL_GRID
            asked += [
                Probe("grid:left", "exam", "grid", {"key": plane.key, "seed": 602, "n": n, "extent": extent} | left,
                      {}, {}, plane, calls | {"latent_grid"}, probes.VIEW),
                Probe("sample:left", "exam", "sample", {"key": m.key, "n": 512, "seed": 411, "rows": 0} | left,
                      {}, {}, m, calls | {"sample"}, probes.VIEW),
            ]  # fmt: skip
        for probe in asked:
            self.ask(probe)

    def _grid(self, tag: str, cls: str, state: str, n: int, extent: float) -> None:
        args = (
            {} if (n, extent) == probes.GRID else {"n": n, "extent": extent}
        )  # the defaults are left to the submission
        m = self._model(cls, 2, state, "draw")
        name = f"grid:{tag}:{cls}"
        self.ask(
            Probe(name, "decode", "grid", {"key": m.key, "seed": 601} | args, {}, {}, m,
                  frozenset({f"{cls}()", f"{cls}.decode", "latent_grid"}), probes.VIEW)
        )  # fmt: skip
        if tag.startswith("exam"):
            self._decode(f"{name}:tiles", cls, 2, state, probes.grid_codes(n, extent))
        elif self.seen[name].fault is None:  # shown only
            o = self.seen[name]
            arrays = {k: _half(v) for k, v in o.arrays.items() if k == "images"}
            self.seen[name] = replace(o, arrays=arrays)

    # -- trained models

    def runs(self, found: findings.Findings) -> list[TrainRun]:
        """The models to train: the autoencoder, one VAE per beta, the tuned one, and the two planes."""
        a = self.assignment
        d = a.latent_dim

        def vae(key: str, beta_c: float, dim: int = d) -> TrainRun:
            return TrainRun(key, "VAE", dim, beta_c, found.beta(beta_c, a.batch, dim))

        out = [TrainRun("ae", "Autoencoder", d, None, None)]
        out += [vae(f"beta_{b:g}", b) for b in a.betas]
        tuned = self.tuned_beta()
        if tuned is not None:
            beta_c = found.beta_c(tuned, a.batch, d)
            same = [r for r in out if beta_c is not None and r.beta_c is not None and abs(r.beta_c - beta_c) < 1e-6]
            if beta_c is not None and not same:
                out.append(TrainRun("tuned", "VAE", d, beta_c, tuned))
        out.append(TrainRun("ae_2d", "Autoencoder", a.plane_dim, None, None))
        out.append(vae("vae_2d", 1.0, a.plane_dim))
        return [r for r in out if self.only_runs is None or r.key in self.only_runs]

    def tuned_beta(self) -> float | None:
        info = self.seen["load"].info.get("names", {}).get("TUNED_BETA") or {}
        value = info.get("value") if isinstance(info, dict) else None
        return float(value) if isinstance(value, int | float) and value >= 0 else None

    def _trained(self, data: Dataset) -> None:
        found = findings.find(self.seen, self.plan)
        self.rescued = findings.rescued(self.seen)
        a = self.assignment
        runs = self.runs(found)
        self._train(runs, found, data, steps=a.steps)
        for run in runs:
            self._look_at(run, data)
        chosen = probes.select(a, data)
        for key, cls in (("ae", "Autoencoder"), ("beta_1", "VAE")):
            state = f"train:{key}"
            if state not in self.states:
                continue
            for p, pair in enumerate(chosen.pairs[:, 0]):
                self._interpolation(
                    f"{key}:{p}", cls, a.latent_dim, state, data.eval_x[pair], "view", a.interpolation_steps
                )
            self._odd(key, cls, state, data)
        for key, cls in (("ae_2d", "Autoencoder"), ("vae_2d", "VAE")):
            if f"train:{key}" in self.states:
                self.queue.append(partial(self._grid, key, cls, f"train:{key}", a.grid_n, a.grid_extent))
                self._plane(key, cls)
        if "train:beta_1" in self.states:
            self.queue.append(partial(self._sampling, "beta_1", "VAE", a.latent_dim, "train:beta_1", many=False))

    def _train(
        self, runs: Sequence[TrainRun], found: findings.Findings, data: Dataset, *, steps: int, seed_offset: int = 0
    ) -> None:
        """Train these models one after the other in one process, and keep their states."""
        order = probes.batch_order(self.assignment, len(data.train_x), steps, seed_offset=seed_offset)
        self.budget.steps += steps * len(runs)
        self.rooms["train"].keep(train_x=data.train_x, order=order)
        for run in runs:
            repair = found.ae_repair() if run.cls == "Autoencoder" else found.repair()
            o = self.ask(probes.train_probe(self.assignment, run, repair, steps, seed_offset=seed_offset))
            record = {"beta_c": run.beta_c, "beta": run.beta, "repair": repair, "latent_dim": run.latent_dim}
            self.seen[o.probe] = replace(o, info={**o.info, **record})
            if steps == self.assignment.steps and seed_offset == 0:
                self._paired(run, found, data.train_x[order[: max(probes.PAIRED_STEPS) + 1]])
        self.rooms["view"].keep(eval_x=data.eval_x, code_x=data.train_x[: probes.CODE_IMAGES])

    def _look_at(self, run: TrainRun, data: Dataset) -> None:
        """Codes, reconstructions and, of the two that are compared, paths: what checks of trained models read."""
        if self.seen[f"train:{run.key}"].fault is None:
            self._view(run, data)
            if run.key in ("ae", "beta_1"):
                self._paths(run.key, run.cls, f"train:{run.key}", probes.select(self.assignment, data))

    def _paired(self, run: TrainRun, found: findings.Findings, batches: np.ndarray) -> None:
        """Beside the gradient of a run, that of the harness's loss through the stages: asked where all else agrees."""
        trained, vae = self.seen[f"train:{run.key}"], run.cls == "VAE"
        if run.key not in probes.PAIRED_RUNS or trained.fault is not None or trained.info["diverged_at"] is not None:
            return
        if (found.repair() if vae else found.ae_repair()) or run.cls in self.fits:
            return
        if vae and (found.train.shown is not None or found.train.denoises):
            return  # forward is the stages, and something of its own before or after them
        recon, kl = (found.losses.recon, found.losses.kl) if vae else (found.losses.ae, None)
        staged = findings.arrays(self.seen, "staged:train:Autoencoder")
        if not vae and (staged is None or not findings.close(staged["forward"], staged["staged"])):
            return
        if recon is None or recon.family is None or recon.scale is None:
            return
        for step in [s for s in probes.PAIRED_STEPS if s < self.assignment.steps]:
            values, gradient = probes.paired_probes(self.assignment, run, step)
            o = self.ask(values)
            del self.seen[values.name]  # images; what is made of them is kept
            if o.fault is not None:
                return
            scale, beta = kl.scale if kl else None, run.beta or 0.0
            loss = control.loss(recon.family, recon.scale, scale, beta, o.arrays, batches[step])
            total = float(trained.arrays["total"][step])
            if not np.isfinite([loss.value, total]).all():
                return  # that training diverges is judged elsewhere
            o = self.ask(replace(gradient, tensors=loss.gradients))
            self.seen[o.probe] = replace(o, info={**o.info, "value": loss.value, "total": total})

    def _view(self, run: TrainRun, data: Dataset) -> None:
        """Codes of evaluation images, and those codes decoded by a process that never saw the images."""
        a, state, d = self.assignment, f"train:{run.key}", run.latent_dim
        m = self._model(run.cls, d, state, "look")
        calls = frozenset({f"{run.cls}()", f"{run.cls}.encode"})

        def encode(name: str, kept: str, n: int) -> Observation:
            return self.ask(
                Probe(f"{name}:{run.key}", "view", "chunked",
                      {"key": m.key, "method": "encode", "seed": EVAL_SEED, "kept": kept}, {},
                      _codes(run.cls, n, d), m, calls,
                      probes.VIEW)
            )  # fmt: skip

        codes = encode("codes", "eval_x", len(data.eval_x))
        if run.key in ("ae", "beta_1", "tuned"):
            encode("train_codes", "code_x", min(probes.CODE_IMAGES, len(data.train_x)))
        if codes.fault is None:
            mu = codes.arrays["out0"][: probes.RECON_IMAGES].astype(np.float64)
            z = mu
            if run.cls == "VAE":
                logvar = codes.arrays["out1"][: probes.RECON_IMAGES].astype(np.float64)
                eps = probes.noise_for(a, d, len(mu))[: len(mu)]
                z = mu + np.exp(np.minimum(logvar, 30.0) / 2) * eps
            if np.isfinite(z).all():
                self._decode(f"recon:{run.key}", run.cls, d, state, z, half=True)
        self._decode(f"prior:{run.key}", run.cls, d, state, probes.prior_codes(a, d), half=True)
        if run.key in ("ae", "beta_1"):
            self._bottleneck(run.key, "view", run.cls, d, state, data.eval_x)

    def _bottleneck(self, tag: str, role: probes.Role, cls: str, d: int, state: str, images: np.ndarray) -> None:
        x, m = images[: probes.STAGED], self._model(cls, d, state, "look")
        calls = frozenset({f"{cls}()", f"{cls}.encode", f"{cls}.forward"})
        if cls == "VAE":
            o = self.ask(
                Probe(f"bottleneck:{tag}", role, "staged", {"key": m.key, "train": False, "seed": 31},
                      {"x": x, "repairs": probes.repairs()}, {"z": ((len(x), d),), "forward": probes.images(len(x)), "staged": probes.images(len(x))}, m,
                      calls | {"VAE.decode", "VAE.reparameterize"}, finite=probes.STAGES)
            )  # fmt: skip
            arrays = {k: o.arrays[k] for k in ("z", "forward", "staged") if k in o.arrays}
        else:
            o = self.ask(
                Probe(f"bottleneck:{tag}", role, "apply", {"key": m.key, "method": "forward", "seed": 31},
                      {"a0": x}, {"out0": probes.images(len(x))}, m, calls)
            )  # fmt: skip
            z = self.ask(
                Probe(f"bottleneck:{tag}:codes", role, "apply", {"key": m.key, "method": "encode", "seed": 31},
                      {"a0": x}, {"out0": ((len(x), d),)}, m, frozenset({f"{cls}()", f"{cls}.encode"}))
            )  # fmt: skip
            arrays = {"forward": o.arrays["out0"], "z": z.arrays["out0"]} if not (o.fault or z.fault) else {}
        if o.fault is None and "z" in arrays and np.isfinite(arrays["z"]).all():
            self.seen[o.probe] = replace(o, arrays=arrays)
            self._decode(f"bottleneck:{tag}:decoded", cls, d, state, arrays["z"])

    def _paths(self, key: str, cls: str, state: str, chosen: probes.Selection) -> None:
        """Straight lines between codes of many pairs, decoded: what roughness is measured on."""
        codes = self.seen.get(f"codes:{key}")
        if codes is None or codes.fault is not None:
            return
        z = codes.arrays["out0"][chosen.pairs.reshape(-1, 2)].astype(np.float64)
        paths = probes.lerp(z[:, 0], z[:, 1], self.assignment.interpolation_steps)
        self._decode(f"paths:{key}", cls, self.assignment.latent_dim, state, paths, half=True)

    def _odd(self, key: str, cls: str, state: str, data: Dataset) -> None:
        """Reconstructions (from means) of ordinary and of turned images, for anomaly scores."""
        d, m = self.assignment.latent_dim, self._model(cls, self.assignment.latent_dim, state, "look")
        for name, x in (("odd", probes.odd_images(data)), ("plain", data.eval_x[: probes.ODD_IMAGES])):
            o = self.ask(
                Probe(f"{name}:{key}", "view", "chunked", {"key": m.key, "method": "encode", "seed": EVAL_SEED},
                      {"a0": x}, _codes(cls, len(x), d), m, frozenset({f"{cls}()", f"{cls}.encode"}),
                      probes.VIEW)
            )  # fmt: skip
            if o.fault is None:
                self._decode(f"{name}:{key}:decoded", cls, d, state, o.arrays["out0"], half=True)

    def _plane(self, key: str, cls: str) -> None:
        """Walks through the plane: along each axis, and between two random codes."""
        line = np.linspace(-3.0, 3.0, 9)
        zero = np.zeros_like(line)
        ends = probes.walk_ends(self.assignment).astype(np.float64)
        codes = np.concatenate(
            [np.stack([line, zero], 1), np.stack([zero, line], 1), probes.lerp(ends[0], ends[1], 20)]
        )
        self._decode(f"walks:{key}", cls, 2, f"train:{key}", codes, half=True)


LARGEST = float(np.finfo(np.float32).max)


# operations that answer with images or codes
_PICTURES = ("apply", "chunked", "staged", "sample", "interpolate", "grid")


def _numbers(probe: Probe, name: str, a: np.ndarray) -> np.ndarray:
    """What can be calculated with: truth values cannot be subtracted, bytes wrap around, and what float32 does not hold has
    no square in float64 that could be added up: it counts as infinite.

    Images and codes are kept in the precision that the assignment asks for. Of a loss that is not reduced its sum is
    read, but where the total is compared at several betas: pixel by pixel, all of them would be 33 MB.
    """
    if a.dtype.kind != "f":
        return a.astype(np.float32)
    if probe.op == "loss" and len(probe.args["betas"]) == 1 and name in losses.PARTS:
        a = a.reshape(len(a), -1).sum(1)
    beyond = np.abs(a) > LARGEST
    a = np.where(beyond, np.copysign(np.inf, a), a) if beyond.any() else a
    return a.astype(np.float32, copy=False) if probe.op in _PICTURES else a


def _half(a: np.ndarray) -> np.ndarray:
    """Finite numbers with 11 bits each; images in [0, 1] by far do not reach the ends."""
    end = float(np.finfo(np.float16).max)
    return a.clip(-end, end).astype(np.float16)


def _codes(cls: str, n: int, d: int) -> dict[str, tuple[probes.Shape, ...] | None]:
    outs = ("out0", "out1") if cls == "VAE" else ("out0",)
    return dict.fromkeys(outs, ((n, d),))


def _in_shape(probe: Probe, arrays: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """The same numbers in the shape that was asked for, where only axes of length one or the axes of an image differ.

    That they came in another shape is charged once, by the probes that are strict.
    """
    if probe.op not in ("apply", "chunked", "staged"):
        return arrays
    out = dict(arrays)
    for name, shapes in probe.expect.items():
        got = out.get(name)
        if got is not None and shapes and got.shape not in shapes and got.shape[:1] == shapes[0][:1]:
            out[name] = got.reshape(shapes[0]) if got.size == np.prod(shapes[0]) else got
    return out


def _unexpected(probe: Probe, info: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Fault | None:
    """What the answer has that it should not: a shape, a dtype."""
    what = _what(probe)
    for name, allowed in probe.expect.items():
        if name not in arrays:
            return Fault("wrong_shape", f"{what} returned no {name}", expected=name)
        got = tuple(arrays[name].shape)
        if allowed is not None and got not in allowed:
            expected = " or ".join(str(list(s)) for s in allowed)
            return Fault(
                "wrong_shape", f"{what} returned shape {list(got)}, expected {expected}",
                got=str(list(got)), expected=expected,
            )  # fmt: skip
    for value in arrays.values():
        if probe.strict and value.dtype != np.float32:
            dtype = next((m[1] for m in info.get("meta", []) if m[1] != "float32"), str(value.dtype))
            return Fault("wrong_shape", f"{what} returned {dtype}, expected float32", got=dtype, expected="float32")
    return None


def _not_finite(probe: Probe, arrays: Mapping[str, np.ndarray]) -> Fault | None:
    """Values that are no numbers, where there have to be some."""
    for name in arrays if probe.finite is True else probe.finite or ():
        if name not in arrays or np.isfinite(arrays[name]).all():
            continue
        if (
            name == "z"
            and arrays["logvar"].max() < HUGE_LOGVAR
            and np.abs(arrays["mu"]).max() < np.exp(HUGE_LOGVAR / 2)
        ):
            return None  # reparameterize has probes of its own; what is decoded from NaN says nothing of the decoder
        kind = "NaN" if np.isnan(arrays[name]).any() else "infinite values"
        return Fault(
            "wrong_value", f"{_STAGES.get(name) or _what(probe)} returned {kind}", got=kind, expected="finite numbers"
        )
    return None


HUGE_LOGVAR = 170.0  # exp(logvar / 2) times 6 is all that float32 holds
_STAGES = {
    "mu": "VAE.encode", "logvar": "VAE.encode", "z": "reparameterize, for the mu and logvar of encode,", "staged": "decode",
    "forward": "forward",
}  # fmt: skip


def _what(probe: Probe) -> str:
    if probe.op in ("apply", "chunked") and probe.model is not None:
        return f"{probe.model.cls}.{probe.args['method']}"
    names = {
        "sample": "sample", "interpolate": "interpolate", "grid": "latent_grid", "loss": probe.args.get("fn"),
        "staged": "VAE.forward and its stages", "train": f"training ({probe.name.removeprefix('train:')})",
        "noise_gradient": "VAE.reparameterize", "code_gradient": "decode", "state": "the constructor",
        "parameter_flow": "one training step", "pixel_reach": "encode", "encoder_noise": "encode",
        "slopes": probe.args.get("method"), "weight_slopes": "forward",
    }  # fmt: skip
    return str(names.get(probe.op) or probe.name)
