"""The nouns of the harness: frozen records, standard library only.

Everything that crosses a floor is one of these. Arrays are numpy arrays (typed ``Any`` here so that
this module imports nothing); images are float32 in ``[0, 1]``, losses are in nats per image unless a
field says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Array = Any  # numpy.ndarray; this floor imports the standard library only

Status = Literal["passed", "failed", "error", "timeout", "blocked", "harness_error"]
FaultKind = Literal[
    "raised", "timeout", "memory", "crashed", "wrong_shape", "wrong_value", "missing", "unwritten", "harness"
]  # fmt: skip
Group = Literal["interface", "loss", "reparameterization", "betas", "sampling", "interpolation"]
GROUPS: tuple[str, ...] = ("interface", "loss", "reparameterization", "betas", "sampling", "interpolation")


class GraderError(Exception):
    """A problem that is not the student's: one clear line, and an exit status for the command line."""

    exit_status = 3


class UsageError(GraderError):
    """The command, the assignment file or a folder is wrong; the message says what is allowed."""

    exit_status = 2


@dataclass(frozen=True)
class Fault:
    """Why a probe has no numbers.

    ``kind`` says whose clock or rule ended it; ``message`` is one line for the student;
    ``where`` is the place in the student's own files (``submission.py:41 in encode``) if there is one.
    """

    kind: FaultKind
    message: str
    where: str = ""
    got: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Observation:
    """What one probe saw: named arrays and JSON values, or a fault. Never a judgement."""

    probe: str
    arrays: Mapping[str, Array] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)
    fault: Fault | None = None


@dataclass(frozen=True)
class Observations:
    """All observations of one submission, by probe name, with what they were made under."""

    by_probe: Mapping[str, Observation]
    digest: str
    isolation: str
    environment: Mapping[str, Any]
    data_sha256: str


@dataclass(frozen=True, order=True)
class Demand:
    """One trained run that a judgement asks to be observed besides the standard ones: with more steps, or another seed."""

    run: str  # "ae", "beta_1", …
    seed: int  # what is added to the assignment's seed
    steps: int

    def __str__(self) -> str:
        return f"{self.run} with {self.steps} steps" + (f" and seed +{self.seed}" if self.seed else "")


@dataclass(frozen=True)
class Band:
    """A tolerance measured on honest work: ``low`` and ``high`` already include the margin.

    ``runs`` is the number of honest runs behind it, ``coverage`` the share of honest work that it is
    built to contain, ``method`` how the ends were found.
    """

    name: str
    low: float
    high: float
    runs: int
    coverage: float
    method: str
    quantiles: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """One row of a grade: what a check found, what it cost, and why.

    ``unwritten``: functions that are still to be written, without which the check judged nothing (it is blocked then) or
    only the rest (``share`` of its points is all that it can give then).
    ``echo``: blocked, but all that it needs was observed and would only have repeated its root, so it keeps its points.
    ``near``: close to a calibrated band's end, so that other seeds were asked. ``needs``: runs that have to be
    observed before it can be judged.
    """

    id: str
    group: str
    title: str
    visibility: Literal["public", "hidden"]
    status: Status
    points: float
    max_points: float
    message: str
    hint: str = ""
    diagnosis: str | None = None
    blocked_by: str | None = None
    measured: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Any] = field(default_factory=dict)
    unwritten: tuple[str, ...] = ()
    share: float = 1.0
    echo: bool = False
    near: bool = False
    needs: tuple[str, ...] = ()
    mended: bool = False  # what follows from this failure has been put right, so that later checks are judged


@dataclass(frozen=True)
class Convention:
    """How a submission scales its losses, recovered from its numbers.

    ``beta_c_per_beta`` is the weight of the KL in canonical units (nats per image, sums over pixels
    and latent dimensions) for a student's beta of 1.
    """

    likelihood: str
    recon_reduction: str
    kl_reduction: str
    beta_c_per_beta: float


@dataclass(frozen=True)
class WrittenAnswer:
    """One ``## Q<n>`` section of ``answers.md``: Markdown as the student wrote it, marks if given."""

    id: str
    question: str
    max_points: float
    answered: bool
    text: str = ""
    points: float | None = None
    comment: str = ""


@dataclass(frozen=True)
class Cap:
    """A failed check of which the course says that no more than ``most`` automatic points are left; it took ``taken``."""

    check: str
    most: float
    taken: float  # more than 0: a cap above the points that were earned is none

    def line(self, name: str = "") -> str:
        """What a student reads; ``name`` stands for the check where its id is not to be told."""
        return (
            f"Capped: no more than {self.most:.10g} automatic points where {name or self.check} fails. "
            f"This takes off {self.taken:.10g}."
        )


@dataclass(frozen=True)
class Grade:
    """Everything that ``grade.json`` says, and nothing else; the same inputs give the same bytes."""

    submission_id: str
    submission_sha256: str
    assignment: Mapping[str, Any]  # name, version, dataset, seed
    score: float
    max_score: float
    isolation: str
    convention: Convention | None
    checks: tuple[Verdict, ...]
    written: tuple[WrittenAnswer, ...]
    environment: Mapping[str, Any]
    unwritten: tuple[str, ...] = ()  # functions that are still to be written, in the order in which they were asked for
    cap: Cap | None = None  # what ``score`` lacks to the sum of the checks' points

    @property
    def needs_person(self) -> bool:
        return any(v.status == "harness_error" for v in self.checks)


@dataclass(frozen=True)
class Run:
    """One trained model as the figures show it.

    ``curve_*`` and ``*_eval`` are in canonical units (nats or summed error per image). Image arrays are
    ``[n, 28, 28]`` float32. ``None`` means the submission never got that far.
    """

    key: str  # "ae", "beta_0", "beta_1", "beta_10", "tuned", "ae_2d", "vae_2d"
    label: str  # "AE", "β = 0", "β = 1", "tuned β = 0.784"
    kind: Literal["ae", "vae"]
    latent_dim: int
    beta_c: float | None  # None for an autoencoder
    beta_student: float | None
    steps: Array | None = None  # [S] optimizer step of each point of the curves
    curve_recon: Array | None = None  # [S]
    curve_kl: Array | None = None  # [S]; None for an autoencoder
    recon_eval: float | None = None
    kl_eval: float | None = None
    kl_per_dim: Array | None = None  # [D]
    active: Array | None = None  # [D] bool; Var_x(E[z|x]) > 0.01
    sharpness: float | None = None  # of samples, as a ratio to that of real images
    sharpness_recon: float | None = None
    reconstructions: Array | None = None  # of Evidence.originals
    samples: Array | None = None  # decoded from the same N(0, I) codes for every run
    repaired: tuple[str, ...] = ()  # what we replaced so that it could be trained: "loss", "forward"


@dataclass(frozen=True)
class Strip:
    """Interpolation between two images by one model, with its measures (STYLE of a path, no units)."""

    label: str  # "4–6"
    kind: Literal["ae", "vae"]
    frames: Array  # [steps, 28, 28]
    step_lengths: Array  # [steps - 1] L2 distance between neighbouring frames
    roughness: float  # sum of second differences over chord
    path_ratio: float  # path length over chord
    largest_step: float  # largest step over mean step


@dataclass(frozen=True)
class Plane:
    """A two-dimensional latent space: the submission's own grid, codes by class, axis walks."""

    kind: Literal["ae", "vae"]
    grid: Array | None = None  # [n * 28, n * 28] as the submission's latent_grid returned it
    codes: Array | None = None  # [n, 2] means of evaluation images
    labels: Array | None = None  # [n] int
    traversal_1: Array | None = None  # [m, 28, 28] z1 from -3 to 3 with z2 = 0
    traversal_2: Array | None = None
    walk: Array | None = None  # [20, 28, 28] straight line between two random codes
    walk_ends: Array | None = None  # [2, 2]
    extent: float = 4.0  # of the grid, on both axes


@dataclass(frozen=True)
class Usefulness:
    """How far the codes serve a task downstream, at the assignment's latent dimension."""

    linear_probe: float | None = None  # accuracy in [0, 1]
    anomaly_auroc: float | None = None
    anomaly_scores_normal: Array | None = None
    anomaly_scores_odd: Array | None = None


@dataclass(frozen=True)
class Evidence:
    """All that the figures of one report are drawn from: a pure function of the observations."""

    originals: Array | None = None  # [n, 28, 28]
    original_labels: Array | None = None
    class_names: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    strips: tuple[Strip, ...] = ()
    planes: tuple[Plane, ...] = ()
    usefulness: Mapping[str, Usefulness] = field(default_factory=dict)  # "ae", "vae"
    ae_codes: Array | None = None  # [n, D] codes of evaluation images through the plain autoencoder
    ae_samples: Array | None = None  # [n, 28, 28] decoded from N(0, I) by the plain autoencoder
    sample_distance: Mapping[str, float] = field(default_factory=dict)  # run key -> L2 to nearest real image
    linear_vae: Array | None = None  # [k, 2] (kl, recon) of the exact linear VAE, if squared error
    honest_rate_distortion: Mapping[str, Array] = field(default_factory=dict)
    # "β = 1" -> [k, 2] (kl, recon) of honest runs with the same likelihood
    bands: Mapping[str, Band] = field(default_factory=dict)
    mean_image_recon: float | None = None  # the floor, in the submission's own likelihood
    likelihood: str | None = None  # what the runs were trained with: "bce", "squared", "absolute"
    answer_images: Mapping[str, str] = field(default_factory=dict)  # path in answers.md -> data: address
