"""What a submission is asked: probes with their inputs, the shapes that may come back, and limits of processor time.

A probe is data. Its inputs come from generators seeded by the assignment, never from the clock; which
worker answers it is its ``role``: ``exam`` sees random inputs only, ``train`` the training images,
``view`` trained weights and evaluation images, ``decode`` trained weights and codes but never an image.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from grader.assignment import Assignment
from grader.data import Dataset

Role = Literal["exam", "train", "view", "decode"]
Shape = tuple[int, ...]
F32 = np.float32

VIEW = 3.0  # the work of looking at a trained model, in calls of an exam: up to a thousand images instead of 128
# All that a submission is asked beside training, in steps of training: a network that may take ``step_seconds`` for a
# step can do all of it in that many. The exam of dense, convolutional and attention networks costs as much as 60 to 100
# of their steps, looking at seven trained models as much as 60 to 100; the rest is for who decodes one image at a time.
BESIDE_TRAINING = 600
# The same for a run that a judgement demands besides: it is looked at as one of the seven models is, and there is no exam.
BESIDE_ONE_RUN = BESIDE_TRAINING // 7

# Standard deviation, over the root of the fan-in, of what is added to weights of models that are examined. Weights
# that start at exactly zero (a head for logvar, a residual gate) hide what they multiply, and default initialisation
# makes decoders so flat that wrong paths look right; with 1.5 a ReLU layer keeps the size of its input
# (sqrt((1.5² + 1/3) / 2) = 1.14), so that depth neither drowns the signal nor amplifies rounding.
JIGGLE = 1.5

LATENTS = (2, 3, 20)
BATCHES = (1, 2, 7, 128)
CLASSES = ("Autoencoder", "VAE")


@dataclass(frozen=True)
class Model:
    """A model that a worker builds before a probe: ``cls(D)`` under ``seed``, with a state if given."""

    key: str
    cls: str
    latent_dim: int
    seed: int
    state: str | None = None  # name of the state that the observer holds
    jiggle: float = 0.0  # standard deviation of what is added to every weight after construction


@dataclass(frozen=True)
class Probe:
    """One question. ``expect`` maps an output to the shapes allowed; ``None`` allows any."""

    name: str
    role: Role
    op: str
    args: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, np.ndarray] = field(default_factory=dict)
    expect: Mapping[str, tuple[Shape, ...] | None] = field(default_factory=dict)
    model: Model | None = None
    calls: frozenset[str] = frozenset()
    size: float = 1.0  # of the work, in calls of an exam
    finite: bool | tuple[str, ...] = True  # which outputs have to be finite: all, none, or these
    strict: bool = False  # shape and dtype to the letter; else whatever holds the same numbers
    keep: int | None = None  # rows of each output that are stored


def cpu_seconds(assignment: Assignment, probe: Probe) -> float:
    """The processor time that one probe may take."""
    if probe.op == "train":
        return assignment.step_seconds * int(probe.args["steps"])
    return assignment.call_seconds * probe.size


def cpu_seconds_in_all(assignment: Assignment, steps: int, beside: int = BESIDE_TRAINING) -> float:
    """The processor time that one observation with ``steps`` of training may take, over all of its rooms.

    It follows from what is asked for and not from what was spent before, so that it does not matter what was kept; and
    what all observations of a submission may take grows with the steps that were asked for alone.
    """
    return assignment.load_seconds + assignment.step_seconds * (beside + steps)


STAGES = ("mu", "logvar", "z", "staged", "forward")  # in the order in which each makes the next


def images(n: int) -> tuple[Shape, ...]:
    return ((n, 1, 28, 28), (n, 784))


def _rng(assignment: Assignment, stream: int) -> np.random.Generator:
    return np.random.default_rng([assignment.seed, 7919, stream])


def exam_model(cls: str, latent_dim: int, assignment: Assignment, tag: str = "") -> Model:
    key = f"{cls}:{latent_dim}{tag}"
    return Model(key, cls, latent_dim, assignment.seed + 11 + (1000 if tag else 0), jiggle=JIGGLE if tag else 0.0)


def _names(cls: str, *methods: str) -> frozenset[str]:
    """What a probe calls. One that asks more of it than anyone else adds a name, so that its end is nobody else's."""
    return frozenset([f"{cls}({''})"] + [f"{cls}.{m}" for m in methods])


def build_probes(assignment: Assignment) -> list[Probe]:
    return [
        Probe(
            f"build:{cls}:{d}", "exam", "state", {"key": m.key}, model=m, calls=_names(cls), finite=False, keep=0,
        )
        for cls in CLASSES
        for d in LATENTS
        for m in [exam_model(cls, d, assignment)]
    ]  # fmt: skip


def state_probes(assignment: Assignment) -> list[Probe]:
    """The weights that other rooms look at and decode with; asked before an image is seen, so that they hold none.

    ``exam_plain`` are initial weights, of which all images are much alike: what stretches a grid to its own range shows.
    """
    models = {
        f"exam:{cls}:{d}": exam_model(cls, d, assignment, tag="f") for cls in CLASSES for d in (LATENTS[-1], LATENTS[0])
    }
    models[f"exam_plain:VAE:{LATENTS[0]}"] = exam_model("VAE", LATENTS[0], assignment)
    return [
        Probe(f"state:{name}", "exam", "state", {"key": m.key}, model=m, calls=frozenset({f"{m.cls}()"}), finite=False)
        for name, m in models.items()
    ]


def exam_images(assignment: Assignment) -> np.ndarray:
    """[128, 1, 28, 28] smooth random blobs: like images in range and smoothness, and of no data set."""
    return _blobs(assignment.seed)


@lru_cache(maxsize=4)
def _blobs(seed: int) -> np.ndarray:
    rng = np.random.default_rng([seed, 7919, 1])
    grid = np.stack(np.meshgrid(np.arange(28), np.arange(28), indexing="ij"))
    out = np.zeros((128, 28, 28))
    for i in range(128):
        for _ in range(4):
            c, s = rng.uniform(4, 24, (2, 1, 1)), rng.uniform(1.0, 4.0)
            out[i] += rng.uniform(0.3, 1.2) * np.exp(-((grid - c) ** 2).sum(0) / (2 * s * s))
    return (out - 0.1).clip(0, 1).astype(F32)[:, None]  # exact zeros and ones, as real images have


def exam_codes(assignment: Assignment, d: int) -> np.ndarray:
    return _rng(assignment, 2 + d).standard_normal((128, d)).astype(F32)


def shape_probes(assignment: Assignment) -> list[Probe]:
    """Encode, decode and forward at every (D, batch) that the assignment names, in eval mode."""
    x, out = exam_images(assignment), []
    cases = [(d, 4) for d in LATENTS] + [(LATENTS[-1], b) for b in BATCHES]
    for cls in CLASSES:
        for d, b in cases:
            z = exam_codes(assignment, d)[:b]
            m = exam_model(cls, d, assignment)
            code: dict[str, tuple[Shape, ...]] = {"out0": ((b, d),)}
            if cls == "VAE":
                code["out1"] = ((b, d),)
                full = {"out0": images(b), "out1": ((b, d),), "out2": ((b, d),)}
            else:
                full = {"out0": images(b)}
            for method, a, expect in (
                ("encode", x[:b], code),
                ("decode", z, {"out0": images(b)}),
                ("forward", x[:b], full),
            ):
                calls = _names(cls, *(("encode", "decode", "forward") if method == "forward" else (method,)))
                out.append(
                    Probe(
                        f"shape:{cls}:{method}:{d}:{b}", "exam", "apply",
                        {"key": m.key, "method": method, "seed": 1}, {"a0": a}, expect, m, calls, strict=True,
                    )
                )  # fmt: skip
    return out


METHODS = ("encode", "decode", "forward")
# Sizes that training loops are written with: asked where a model takes none of the batches of the assignment, or not 128.
OTHER_BATCHES = (16, 32, 50, 64, 100, 256)


def other_batch_probes(assignment: Assignment, cls: str) -> list[Probe]:
    """The calls of ``shape_probes`` at other batch sizes, to find one that works."""
    asked = {p.name: p for p in shape_probes(assignment)}
    out = []
    for method in METHODS:
        p = asked[f"shape:{cls}:{method}:{LATENTS[-1]}:128"]
        for b in OTHER_BATCHES:
            tensors = {"a0": np.resize(p.tensors["a0"], (b, *p.tensors["a0"].shape[1:]))}
            expect = {k: tuple((b, *s[1:]) for s in shapes or ()) for k, shapes in p.expect.items()}
            name = f"batch:{cls}:{method}:{LATENTS[-1]}:{b}"
            out.append(replace(p, name=name, tensors=tensors, expect=expect))
    return out


def batch_probes(assignment: Assignment) -> list[Probe]:
    """All that may be asked to find out which batches a model takes."""
    return [*shape_probes(assignment), *(p for cls in CLASSES for p in other_batch_probes(assignment, cls))]


def sizes(probe: Probe) -> dict[str, int]:
    """How many numbers each output holds that has a shape."""
    return {k: math.prod(shapes[0]) for k, shapes in probe.expect.items() if shapes}


def resized(probe: Probe, fit: tuple[int, int]) -> Probe:
    """The question with so many rows as a model takes at a time; rows come again where there are too few."""
    n = len(probe.tensors["x"])
    rows = max(fit[0], min(n, fit[1] or n))
    x = np.resize(probe.tensors["x"], (rows, *probe.tensors["x"].shape[1:]))
    expect = {
        k: None if shapes is None else tuple((rows, *s[1:]) for s in shapes) for k, shapes in probe.expect.items()
    }
    return replace(probe, tensors={**probe.tensors, "x": x}, expect=expect)


@cache
def repairs() -> np.ndarray:
    """The text of ``repairs.py``, as it is sent."""
    return np.frombuffer((Path(__file__).parent / "repairs.py").read_bytes(), np.uint8)


MASKS = 3  # seeds under which the same codes are decoded in train mode


def wiring_probes(assignment: Assignment) -> list[Probe]:
    """Range, independence of rows, repeatability, state dict, staged forward, gradients to codes."""
    d = LATENTS[-1]
    x, z = exam_images(assignment), exam_codes(assignment, d)
    out: list[Probe] = []
    for cls in CLASSES:
        m = exam_model(cls, d, assignment)

        codes = ("out0", "out1") if cls == "VAE" else ("out0",)

        def apply(
            name: str,
            method: str,
            a: np.ndarray,
            model: Model = m,
            cls: str = cls,
            codes: tuple[str, ...] = codes,
            **args: Any,
        ) -> Probe:
            expect = {c: ((len(a), d),) for c in codes} if method == "encode" else {"out0": images(len(a))}
            return Probe(
                f"{name}:{cls}", "exam", "apply",
                {"key": model.key, "method": method, "seed": 1} | args, {"a0": a},
                expect, model, _names(cls, method),
            )  # fmt: skip

        out += [apply(f"range:{k}", "decode", z[:64] * F32(k)) for k in (1, 10, 100)]
        for i in range(3):
            out.append(apply(f"row:encode:{i}", "encode", x[i : i + 1]))
            out.append(apply(f"row:decode:{i}", "decode", z[i : i + 1]))
        # a pass in train mode moves running statistics, so that a state dict has to carry them
        t = exam_model(cls, d, assignment, tag="t")
        out.append(apply("state:moved", "forward", x[:64], model=t, train=True))
        fresh = Model(f"{cls}:fresh", cls, d, assignment.seed + 5000, state=f"state:saved:{cls}")
        out.append(
            Probe(f"state:saved:{cls}", "exam", "state", {"key": t.key}, model=t, calls=_names(cls),
                  finite=False, keep=0)
        )  # fmt: skip
        for who, model, seed in (("old", t, 1), ("again", t, 2), ("new", fresh, 1)):
            out.append(apply(f"state:encode:{who}", "encode", x[:16], model=model, seed=seed))
            out.append(apply(f"state:decode:{who}", "decode", z[:16], model=model, seed=seed))
        w = _rng(assignment, 40).standard_normal((3, 32, 784)).astype(F32)
        for train in (False, True):
            for repeat in range(2):
                out.append(
                    Probe(
                        f"code_gradient:{cls}:{'train' if train else 'eval'}:{repeat}", "exam",
                        "code_gradient", {"key": t.key, "train": train, "seed": 3 + repeat},
                        {"z": z[:32], "w": w}, {"grad": ((3, 32, d),)}, t, _names(cls, "decode"),
                    )
                )  # fmt: skip
        out.append(
            Probe(f"pixel_reach:{cls}", "exam", "pixel_reach", {"key": t.key, "seed": 4}, {"x": x[:32]},
                  {"reach": ((7,),)}, t, _names(cls, "encode"))
        )  # fmt: skip
        out.append(
            Probe(f"encoder_noise:{cls}", "exam", "encoder_noise", {"key": t.key, "seed": 5}, {"x": x[:32]}, {}, t,
                  _names(cls, "encode"))
        )  # fmt: skip
        out.append(
            Probe(
                f"parameter_flow:{cls}", "exam", "parameter_flow",
                {"key": t.key, "seed": 4, "beta": 1.0},
                {"x": x[:32], "w": z[:32]}, {}, t,
                _names(cls, "encode", "decode", "forward") | {"vae_loss" if cls == "VAE" else "ae_loss"},
            )
        )  # fmt: skip
        out += [apply(f"masked:{i}", "decode", z[:16], model=t, train=True, seed=31 + i) for i in range(MASKS)]
    t = exam_model("VAE", d, assignment, tag="s")
    for train in (False, True):
        out.append(
            Probe(
                f"staged:{'train' if train else 'eval'}", "exam", "staged",
                {"key": t.key, "train": train, "seed": 21}, {"x": x[:48], "repairs": repairs()},
                {"mu": ((48, d),), "logvar": ((48, d),), "z": ((48, d),)}, t,
                _names("VAE", "encode", "reparameterize", "decode", "forward"), finite=STAGES,
            )
        )  # fmt: skip
    ae = exam_model("Autoencoder", d, assignment, tag="t")
    out.append(
        Probe("staged:train:Autoencoder", "exam", "staged", {"key": ae.key, "cls": "Autoencoder", "train": True, "seed": 21},
              {"x": x[:48]}, {}, ae, _names("Autoencoder", "encode", "decode", "forward"))
    )  # fmt: skip
    out.append(
        Probe("encoded:wide", "exam", "apply", {"key": t.key, "method": "encode", "seed": 1}, {"a0": x[:64] * F32(BRIGHT)},
              {"out0": ((64, d),), "out1": ((64, d),)}, t, _names("VAE", "encode"), finite=False)
    )  # fmt: skip
    out.append(
        Probe("encoded:train", "exam", "apply", {"key": t.key, "method": "encode", "seed": 1, "train": True},
              {"a0": x}, {"out0": ((len(x), d),), "out1": ((len(x), d),)}, t, _names("VAE", "encode"))
    )  # fmt: skip
    return out


# Lengths of central differences. In float64 the last is so short that no kink of ReLU or max pooling lies within; the
# others are for code that knows float32 only: long enough for its rounding, short enough for curvature.
LENGTHS = (0.02, 0.002, 1e-5)  # along unit vectors
WEIGHT_LENGTHS = (0.002, 1e-5)  # for weights, in root mean squares of the tensor that is moved
SLOPE_ROWS = {False: 64, True: 16}  # in eval mode each row has a direction of its own
DIRECTIONS = 4  # in train mode, where batch norm ties rows together: of all rows at once


def slope_probes(assignment: Assignment) -> list[Probe]:
    """Gradients of ``encode`` and ``decode`` beside differences of their values, in both modes, and for every weight."""
    d = LATENTS[-1]
    out: list[Probe] = []
    rng = _rng(assignment, 45)
    # no two pixels alike: among equal ones max pooling has no derivative
    pictures = (0.9 * exam_images(assignment) + 0.1 * rng.uniform(0, 1, (128, 1, 28, 28))).astype(F32)

    def weights(n: int, *widths: int) -> dict[str, np.ndarray]:
        # as small as those of a mean, so that a hook which clips gradients at 1 has nothing to clip
        return {f"w{i}": (rng.standard_normal((n, m)) / (n * m)).astype(F32) for i, m in enumerate(widths)}

    for cls in CLASSES:
        m = exam_model(cls, d, assignment, tag="g")
        codes = (d, d) if cls == "VAE" else (d,)
        for train in (False, True):
            n = SLOPE_ROWS[train]
            inputs = {"encode": pictures[:n], "decode": exam_codes(assignment, d)[:n]}
            for method, x in inputs.items():
                widths = codes if method == "encode" else (784,)
                v = rng.standard_normal((DIRECTIONS, *x.shape) if train else x.shape)
                flat = v.reshape(-1, x[0].size)
                v = (flat / np.linalg.norm(flat, axis=1, keepdims=True)).reshape(v.shape).astype(F32)
                shape = (len(widths), DIRECTIONS if train else n)
                out.append(
                    Probe(
                        f"slopes:{cls}:{method}:{'train' if train else 'eval'}", "exam", "slopes",
                        {"key": m.key, "method": method, "train": train, "seed": 6, "lengths": list(LENGTHS)},
                        {"x": x, "v": v} | weights(n, *widths),
                        {"gradients": (shape,), "repeated": (shape,), "differences": ((len(LENGTHS), *shape),)},
                        m, _names(cls, method) | {"slopes"},
                    )
                )  # fmt: skip
        through = ("encode", "reparameterize", "decode", "forward") if cls == "VAE" else ("encode", "decode", "forward")
        out.append(
            Probe(
                f"slopes:{cls}:weights", "exam", "weight_slopes",
                {"key": m.key, "train": True, "seed": 7, "lengths": list(WEIGHT_LENGTHS), "directions": 2},
                {"x": pictures[:8]} | weights(8, 784),
                {}, m, _names(cls, *through) | {"slopes"}, VIEW,
            )
        )  # fmt: skip
    return out


BRIGHT = 1000.0  # what an image is multiplied by, so that whatever limits a head is reached
NOISE_ROWS = 4096
CONSTANTS = (-2.0, -1.0, 1.0, 2.0)
# Clamps are free from 15 outwards. On the negative side epsilons up to 1e-5 inside logs still count for little at -8.
WIDE = (-8.0, -5.0, 5.0, 8.0, 12.0, 14.0)


def noise_probes(assignment: Assignment) -> list[Probe]:
    """``reparameterize`` at chosen means and variances under replayed seeds."""
    d = LATENTS[-1]
    m = exam_model("VAE", d, assignment, tag="s")
    calls = _names("VAE", "reparameterize")

    def ask(name: str, mu: np.ndarray, logvar: np.ndarray, seed: int, train: bool = True) -> Probe:
        return Probe(
            f"noise:{name}", "exam", "apply",
            {"key": m.key, "method": "reparameterize", "seed": seed, "train": train, "torch_only": True},
            {"a0": mu.astype(F32), "a1": logvar.astype(F32)}, {"out0": (mu.shape,)}, m, calls, finite=False,
        )  # fmt: skip

    big = np.zeros((NOISE_ROWS, d))
    small = np.zeros((64, d))
    rng = _rng(assignment, 50)
    mu, logvar = rng.normal(0, 1.5, small.shape), rng.uniform(-3, 3, small.shape)
    seed = assignment.seed
    out = [
        ask("big", big, big, seed + 31),
        ask("big_one", big, big + 1.0, seed + 31),
        ask("other_seed", small, small + 1.0, seed + 32),
        ask("zero", small, small, seed + 33),
        ask("zero_again", small, small, seed + 33),
        ask("zero_eval", small, small, seed + 33, train=False),
        ask("generic", mu, logvar, seed + 33),
        ask("generic_eval", mu, logvar, seed + 33, train=False),
        ask("generic_next", mu, logvar, seed + 34),
        ask("mu_only", mu, small, seed + 33),
        ask("logvar_only", small, logvar, seed + 33),
        ask("mu_doubled", 2 * mu, small, seed + 33),
    ]
    out += [ask(f"constant:{c:g}", small, small + c, seed + 33) for c in CONSTANTS]
    out += [ask(f"wide:{c:g}", small, small + c, seed + 33) for c in WIDE]
    w = _rng(assignment, 51).standard_normal(small.shape)
    out.append(
        Probe(
            "noise_gradient", "exam", "noise_gradient", {"key": m.key, "seed": seed + 33},
            {"mu": mu.astype(F32), "logvar": logvar.astype(F32), "w": w.astype(F32)}, {}, m, calls,
        )
    )  # fmt: skip
    # far out, and in eval mode
    far_mu, far = rng.normal(0, 5, small.shape), rng.uniform(-14, 14, small.shape)
    for name, m_, lv, train in (("wide", far_mu, far, True), ("eval", mu, logvar, False)):
        out.append(
            Probe(
                f"noise_gradient:{name}", "exam", "noise_gradient", {"key": m.key, "seed": seed + 33, "train": train},
                {"mu": m_.astype(F32), "logvar": lv.astype(F32), "w": w.astype(F32)}, {}, m, calls, finite=False,
            )
        )  # fmt: skip
    return out


KL_SHAPES = ((4, 3), (4, 2), (4, 20), (4, 7), (1, 20), (9, 20), (9, 3), (128, 20))
KL_POINTS = 20  # at the first shape, for the basis of formulas; 3 elsewhere
LOSS_BETAS = (0.0, 0.3, 1.0, 2.5, 7.0)
# Sizes of codes around the prior, where free bits and capacities show that vanish beside a large KL; the last two have one
# busy dimension and one busy image, so that thresholds of a dimension, of an image and of the batch differ.
NEAR_PRIOR = (0.0, 0.03, 0.1, 0.2, 0.35, 0.6, 1.0)
# With images met to a millionth what is left of a total is the KL's: 784e-6 of BCE or absolute error beside
# beta times 0 to 100 nats, divided by 784 · 20 at most. One set of betas is far from that of LOSS_BETAS.
FAINT = 1e-6
FAINT_BETAS = (0.0, 0.5, 1.0, 16.0, 2048.0)
FAINT_CODES = (0.0, 0.1, 0.5, 1.0, 2.0, 3.0)  # standard deviations of mu: a KL of 0 to about 100 nats
EXTREME_LOGVAR = 15.0
# How far every pixel is from black or white: BCE is 280 to 5,400 nats an image, the squared error 71 to 782 of 784.
FAR = (0.3, 0.5, 0.7, 0.9, 0.99, 0.999)


OFTEN = (
    500  # calls: a warm-up over ten epochs of digits, 4,000 steps, moves the weight of the KL by an eighth in as many
)


def _shape_images(x: np.ndarray, flat: bool) -> np.ndarray:
    """``[..., 784]`` as the submission's own decoder shapes it."""
    return x.astype(F32) if flat else x.reshape(*x.shape[:-1], 1, 28, 28).astype(F32)


def loss_probes(assignment: Assignment, *, flat: bool) -> list[Probe]:
    """``vae_loss`` and ``ae_loss`` at known points; ``flat`` is the shape of this submission's images."""
    out: list[Probe] = []

    def ask(
        name: str, x_hat: np.ndarray, x: np.ndarray, mu: np.ndarray, logvar: np.ndarray,
        betas: Sequence[float] = (1.0,), grad: bool = False, finite: bool = False, seed: int = 0,
    ) -> None:  # fmt: skip
        out.append(
            Probe(
                f"loss:{name}", "exam", "loss", {"fn": "vae_loss", "betas": list(betas), "grad": grad, "seed": seed},
                {"x_hat": _shape_images(x_hat, flat), "x": _shape_images(x, False),
                 "mu": mu.astype(F32), "logvar": logvar.astype(F32)},
                {}, None, frozenset({"vae_loss"}), finite=finite,
            )
        )  # fmt: skip

    def ask_ae(name: str, x_hat: np.ndarray, x: np.ndarray, grad: bool = False) -> None:
        out.append(
            Probe(
                f"ae_loss:{name}", "exam", "loss", {"fn": "ae_loss", "betas": [0.0], "grad": grad},
                {"x_hat": _shape_images(x_hat, flat), "x": _shape_images(x, False)},
                {}, None, frozenset({"ae_loss"}), finite=False,
            )
        )  # fmt: skip

    rng = _rng(assignment, 60)
    for i, (b, d) in enumerate(KL_SHAPES):
        k = KL_POINTS if i == 0 else 3
        mu = rng.normal(0, 1.2, (k, b, d)) + rng.normal(0, 0.7, (k, 1, 1))
        logvar = rng.uniform(-2.5, 2.0, (k, b, d)) + rng.uniform(-0.5, 0.5, (k, 1, 1))
        x, x_hat = rng.uniform(0.2, 0.8, (2, k, b, 784))
        ask(f"kl:{b}:{d}", x_hat, x, mu, logvar)
    shape = (len(WIDE), 4, 20)
    x, x_hat = rng.uniform(0.2, 0.8, (2, len(WIDE), 4, 784))
    ask("wide", x_hat, x, rng.normal(0, 1, shape), np.broadcast_to(np.array(WIDE)[:, None, None], shape))
    for b in (4, 1, 9, 128):
        k = 6 if b == 4 else 2
        # errors of several sizes: a family that fits at all of them is the family
        x = rng.uniform(0.25, 0.75, (k, b, 784))
        size = np.linspace(0.02, 0.25, k)[:, None, None] if k > 2 else np.array([0.05, 0.2])[:, None, None]
        # ... and of two distributions, or the root of the squared error would pass for the absolute one
        power = np.where(np.arange(k) % 2 == 0, 1.0, 4.0)[:, None, None]
        x_hat = x + size * rng.choice([-1.0, 1.0], x.shape) * rng.uniform(0, 1, x.shape) ** power
        mu, logvar = rng.normal(0, 1, (2, k, b, 20))
        ask(f"recon:{b}", x_hat, x, mu, logvar)
        ask_ae(f"recon:{b}", x_hat, x)
    x = rng.uniform(0.3, 0.7, (1, 4, 784)).repeat(5, 0)
    direction = rng.choice([-1.0, 1.0], (4, 784))
    x_hat = x + np.array([0.0, 0.02, -0.02, 0.15, -0.15])[:, None, None] * direction
    mu, logvar = rng.normal(0, 1, (2, 5, 4, 20))
    ask("minimum", x_hat, x, mu, logvar)
    ask_ae("minimum", x_hat, x)
    mu, logvar = rng.normal(0, 1, (2, 2, 8, 20))
    x, x_hat = rng.uniform(0.2, 0.8, (2, 2, 8, 784))
    # the same images with three pairs of codes, then the same codes with three pairs of images
    codes, pictures = rng.normal(0, 2, (2, 3, 8, 20)), rng.uniform(0.2, 0.8, (2, 3, 8, 784))
    ask("other_codes", x_hat[:1].repeat(3, 0), x[:1].repeat(3, 0), codes[0], codes[1])
    ask("other_images", pictures[0], pictures[1], mu[:1].repeat(3, 0), logvar[:1].repeat(3, 0))
    ask("betas", x_hat, x, mu, logvar, LOSS_BETAS, grad=True)
    again = x_hat[:1], x[:1], mu[:1], logvar[:1]
    ask_ae("gradient", x_hat, x, grad=True)
    ask("zero", x_hat, x, mu * 0, logvar * 0)
    # binary targets met exactly, missed completely, and predicted anywhere between; both variances
    hard = rng.integers(0, 2, (4, 8, 784)).astype(float)
    guess = np.stack([hard[0], 1 - hard[1], rng.integers(0, 2, (8, 784)), rng.uniform(0, 1, (8, 784))])
    signs = rng.choice([-1.0, 1.0], (4, 8, 20))
    ask("extremes", guess, hard, rng.normal(0, 3, (4, 8, 20)), EXTREME_LOGVAR * signs, grad=True)
    ask_ae("extremes", guess, hard, grad=True)
    # confident and wrong by more and more, up to thousands of nats an image
    other = _rng(assignment, 61)
    for b in (4, 128):
        black_or_white = other.integers(0, 2, (len(FAR), b, 784)).astype(float)
        wrong = black_or_white + np.array(FAR)[:, None, None] * (1 - 2 * black_or_white)
        mu_far, logvar_far = other.normal(0, 1, (2, len(FAR), b, 20))
        ask(f"far:{b}", wrong, black_or_white, mu_far, logvar_far, grad=b == 4)
        ask_ae(f"far:{b}", wrong, black_or_white, grad=b == 4)
    binary = hard[:1, :4].repeat(len(FAINT_CODES), 0)
    mu, logvar = rng.normal(0, 1, (2, len(FAINT_CODES), 4, 20)) * np.array(FAINT_CODES)[:, None, None]
    ask("faint", np.abs(binary - FAINT), binary, mu, logvar.clip(-2.5, 2.5), FAINT_BETAS)
    k = len(NEAR_PRIOR) + 2
    mu, logvar = rng.normal(0, 1, (2, k, 4, 3)) * np.array([*NEAR_PRIOR, 0.05, 0.05])[:, None, None]
    mu[-2, :, 0], mu[-1, 0] = 2.5, 2.5
    x, x_hat = rng.uniform(0.2, 0.8, (2, k, 4, 784))
    ask("near:4:3", x_hat, x, mu, logvar)
    mu, logvar = rng.normal(0, 1, (2, 2, 8, 20))
    soft = rng.uniform(0, 1, (2, 8, 784))
    ask("extremes_soft", np.stack([hard[0], hard[1]]), soft, mu, logvar, grad=True)
    # as often as training calls it, then once more what was asked long before, under another seed: neither a counter, a
    # warm-up nor a random number may move a loss
    ask("often", *(v[:, :1].repeat(OFTEN, 0) for v in again))
    ask("betas_again", *again, LOSS_BETAS[:3], seed=1)
    return out


@dataclass(frozen=True)
class TrainRun:
    """One model to train. ``beta`` is in the submission's own convention."""

    key: str
    cls: str
    latent_dim: int
    beta_c: float | None
    beta: float | None


# Of which runs, and at which steps, the gradient is kept for the paired control: at the initial weights, and at two
# later steps where Adam has moved them.
PAIRED_RUNS = ("ae", "beta_1")
PAIRED_STEPS = (0, 10, 30)


def paired_probes(assignment: Assignment, run: TrainRun, step: int) -> tuple[Probe, Probe]:
    """What the stages return at a step of the run before, and (with gradients for these) what is pulled back from there."""
    args = {"cls": run.cls, "step": step, "seed": assignment.seed + 8800}
    more = {"batch": assignment.batch, "D": run.latent_dim}
    stages = ("encode", "decode") if run.cls == "Autoencoder" else ("encode", "reparameterize", "decode")
    calls = _names(run.cls, *stages) | {"paired"}
    name = f"{run.key}:{step}"
    return (
        Probe(f"paired_values:{name}", "train", "paired_values", args | more, {}, {}, None, calls),
        Probe(f"paired:{name}", "train", "paired_gradient", args, {}, {}, None, calls),
    )


def train_probe(
    assignment: Assignment, run: TrainRun, repair: Mapping[str, Any], steps: int, *, seed_offset: int = 0
) -> Probe:
    expect: dict[str, tuple[Shape, ...] | None] = {"total": None, "recon": None}
    uses = {"encode", "decode"} | (set() if repair.get("forward") else {"forward"})
    if run.cls == "VAE" and not repair.get("forward"):
        uses.add("reparameterize")
    loss = set() if repair.get("loss") else {"vae_loss" if run.cls == "VAE" else "ae_loss"}
    # more steps and other seeds are asked for results near a threshold, which this comparison does not know
    standard = seed_offset == 0 and steps == assignment.steps and run.key in PAIRED_RUNS
    watch = [s for s in PAIRED_STEPS if s < steps] if standard else []
    return Probe(
        f"train:{run.key}", "train", "train",
        {
            "key": run.key, "cls": run.cls, "D": run.latent_dim, "seed": assignment.seed + seed_offset,
            "beta": run.beta, "steps": steps, "learning_rate": assignment.learning_rate,
            "repair": dict(repair), "watch": list(watch),
        },
        {"repairs": repairs()} if repair else {}, expect, None, _names(run.cls, *uses) | loss, finite=False,
    )  # fmt: skip


def batch_order(assignment: Assignment, count: int, steps: int, *, seed_offset: int = 0) -> np.ndarray:
    """[steps, batch] indices: the same order of images for every submission, epochs shuffled.

    A longer order begins like a shorter one.
    """
    rng = np.random.default_rng([assignment.seed + seed_offset, 128])
    need = steps * assignment.batch
    epochs = [rng.permutation(count) for _ in range(-(-need // count))]
    return np.concatenate(epochs)[:need].reshape(steps, assignment.batch).astype(np.int64)


# --- what is asked of trained models -----------------------------------------------------------------

RECON_IMAGES = 256
SAMPLES = 64
CODE_IMAGES = 1000  # training images whose codes train the linear probe
PAIRS_EACH = 12
STAGED = 32
ODD_IMAGES = 128


@dataclass(frozen=True)
class Selection:
    """Indices into the evaluation images that every submission shares."""

    originals: np.ndarray  # one image of each class, then more: the columns of the gallery
    pairs: np.ndarray  # [P, PAIRS_EACH, 2]; the first of each is the strip that is shown


def select(assignment: Assignment, data: Dataset) -> Selection:
    rng = _rng(assignment, 80)
    firsts = [int(np.flatnonzero(data.eval_y == c)[0]) for c in np.unique(data.eval_y)]
    pairs = [
        np.stack([rng.choice(np.flatnonzero(data.eval_y == c), PAIRS_EACH) for c in pair], 1)
        for pair in assignment.pairs
    ]
    return Selection(np.array(firsts), np.stack(pairs))


def odd_images(data: Dataset) -> np.ndarray:
    """Anomalies without a second data set: evaluation images upside down.

    Turned by a quarter they are so unlike the data that every model tells them apart (AUROC 1.00 on digits).
    """
    return np.ascontiguousarray(data.eval_x[:ODD_IMAGES, :, ::-1])


def prior_codes(assignment: Assignment, d: int) -> np.ndarray:
    """[SAMPLES, D]: the N(0, I) codes that the gallery decodes, the same for every submission."""
    return _rng(assignment, 90 + d).standard_normal((SAMPLES, d)).astype(F32)


def noise_for(assignment: Assignment, d: int, n: int) -> np.ndarray:
    return _rng(assignment, 700 + d).standard_normal((n, d)).astype(F32)


def grid_codes(n: int, extent: float) -> np.ndarray:
    """[n * n, 2], row by row from the top: x from -extent to extent, y from extent down to -extent."""
    axis = np.linspace(-extent, extent, n)
    y, x = np.meshgrid(axis[::-1], axis, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], 1).astype(F32)


def lerp(a: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
    """[..., steps, D] codes on the straight lines from ``a`` to ``b``, both ends included."""
    t = np.linspace(0.0, 1.0, steps)[:, None]
    return ((1 - t) * a[..., None, :] + t * b[..., None, :]).astype(F32)


GRID = (21, 4.0)  # n, extent: the defaults of `latent_grid`
SMALL_GRID = (5, 1.5)  # neither is the default
SMALL_STEPS = 5


def walk_ends(assignment: Assignment) -> np.ndarray:
    return _rng(assignment, 95).uniform(-2.5, 2.5, (2, 2)).astype(F32)
