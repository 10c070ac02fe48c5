"""Reads and validates ``assignment.toml``: every value an author may change, checked once, here."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from grader.model import GROUPS, UsageError

DATASETS = ("digits", "mnist", "fashion")
_KEYS = {  # of the tables whose keys are fixed
    "assignment": ("name", "version", "dataset", "seed"),
    "models": ("latent_dim", "plane_dim", "betas", "denoising"),
    "training": ("steps", "batch", "learning_rate"),
    "interpolation": ("pairs", "steps"),
    "grid": ("n", "extent"),
    "written": ("points",),
    "automatic": ("points",),
    "visibility": ("hidden",),
    "grading": ("echoes", "caps"),
    "limits": ("load_seconds", "call_seconds", "step_seconds"),
}


@dataclass(frozen=True)
class Question:
    """One written question, marked by a person."""

    id: str
    text: str
    points: float
    rubric: tuple[str, ...] = ()  # lines for the marker; students do not see them


@dataclass(frozen=True)
class LatePolicy:
    """What lateness costs: after ``deadline`` and ``grace_minutes``, per cent of the points for each day begun."""

    deadline: datetime  # with an offset from UTC
    grace_minutes: int
    percent_per_day: float
    max_percent: float


@dataclass(frozen=True)
class Assignment:
    """The assignment as an author wrote it; ``betas`` in canonical units (see docs/assignment.md)."""

    name: str
    version: str
    dataset: str
    seed: int
    latent_dim: int
    plane_dim: int
    betas: tuple[float, ...]
    steps: int
    batch: int
    learning_rate: float
    pairs: tuple[tuple[int, int], ...]
    interpolation_steps: int
    grid_n: int
    grid_extent: float
    points: Mapping[str, float]
    hidden: frozenset[str]
    questions: tuple[Question, ...]
    templates: Path | None = None
    late: LatePolicy | None = None
    echoes: Literal["keep", "lose"] = "keep"  # the points of checks that would only repeat a failure
    caps: Mapping[str, float] = field(default_factory=dict)  # check id -> most automatic points where it fails
    # Processor seconds. The reference needs 0.1 s to load, 2 to 80 ms for a call, 15 ms for a step.
    load_seconds: float = 30.0
    call_seconds: float = 20.0
    step_seconds: float = 2.0  # published student networks need up to 1.2 for a step of the autoencoder
    denoising: bool = False  # whether images may be made noisy before they are encoded in training

    @property
    def max_score(self) -> float:
        return math.fsum(self.points.values())

    def with_dataset(self, dataset: str | None) -> Assignment:
        return self if dataset is None else replace(self, dataset=dataset)

    def with_seed(self, seed: int) -> Assignment:
        return replace(self, seed=seed)

    def observation_key(self) -> str:
        """Digest of the values that decide what is observed; points, texts and visibility are not among them."""
        keys = (
            "dataset", "seed", "latent_dim", "plane_dim", "betas", "steps", "batch",
            "learning_rate", "pairs", "interpolation_steps", "grid_n", "grid_extent",
            "load_seconds", "call_seconds", "step_seconds",
        )  # fmt: skip
        return sha256(json.dumps({k: getattr(self, k) for k in keys}).encode()).hexdigest()

    def judging_key(self) -> str:
        """Digest of everything else: changing it re-judges and re-renders without observing again."""
        parts = {
            "name": self.name,
            "version": self.version,
            "points": dict(sorted(self.points.items())),
            "hidden": sorted(self.hidden),
            "questions": [[q.id, q.text, q.points] for q in self.questions],
            "templates": _folder_digest(self.templates),
            **({"denoising": True} if self.denoising else {}),
            "late": None if self.late is None else [str(v) for v in astuple(self.late)],
            "echoes": self.echoes,
            "caps": dict(sorted(self.caps.items())),
        }
        return sha256(json.dumps(parts).encode()).hexdigest()


def _folder_digest(folder: Path | None) -> str:
    if folder is None:
        return ""
    h = sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        h.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return h.hexdigest()


def load(path: Path, *, check_ids: tuple[str, ...] | None = None) -> Assignment:
    """Read ``path``; ``check_ids``, if given, are the names that ``[points]`` must cover exactly.

    Raises ``UsageError`` naming key, value and what is allowed.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such assignment file") from None
    except OSError as e:
        raise UsageError(f"{path}: cannot be read: {e.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise UsageError(f"{path}: not a TOML file: {e}") from None
    return _Reader(path.name, raw).assignment(path.parent, check_ids)


class _Reader:
    """Takes typed values out of the parsed file; each miss is one sentence."""

    def __init__(self, name: str, raw: dict[str, Any]) -> None:
        self.name, self.raw = name, raw

    def fail(self, key: str, value: object, allowed: str) -> UsageError:
        return UsageError(f"{self.name}: {key} = {value!r}: must be {allowed}")

    def get(self, key: str, default: Any = ...) -> Any:
        node: Any = self.raw
        for part in key.split("."):
            if not isinstance(node, dict) or part not in node:
                if default is not ...:
                    return default
                raise UsageError(f"{self.name}: {key} is missing")
            node = node[part]
        return node

    def text(self, key: str) -> str:
        v = self.get(key)
        if not isinstance(v, str) or not v.strip():
            raise self.fail(key, v, "a non-empty string")
        return v

    def integer(self, key: str, low: int, high: int) -> int:
        v = self.get(key)
        if not isinstance(v, int) or isinstance(v, bool) or not low <= v <= high:
            raise self.fail(key, v, f"a whole number from {low} to {high}")
        return v

    def number(self, key: str, low: float, high: float, value: Any = ...) -> float:
        v = self.get(key) if value is ... else value
        ok = isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v)
        if not ok or not low <= v <= high:
            raise self.fail(key, v, f"a number from {low:g} to {high:g}")
        return float(v)

    def _flag(self, key: str) -> bool:
        v = self.get(key, False)
        if not isinstance(v, bool):
            raise self.fail(key, v, "true or false")
        return v

    def _only_known(self) -> None:
        """A misspelled key would leave its default in force: it is an error, not a comment."""
        known = {*_KEYS, "points", "questions", "late", "templates"}
        for key, value in self.raw.items():
            if key not in known:
                raise UsageError(f"{self.name}: {key}: unknown; allowed are {', '.join(sorted(known))}")
            for inner in value if key in _KEYS and isinstance(value, dict) else ():
                if inner not in _KEYS[key]:
                    allowed = ", ".join(_KEYS[key])
                    raise UsageError(f"{self.name}: {key}.{inner}: unknown; allowed are {allowed}")

    def assignment(self, folder: Path, check_ids: tuple[str, ...] | None) -> Assignment:
        self._only_known()
        dataset = self.text("assignment.dataset")
        if dataset not in DATASETS:
            raise self.fail("assignment.dataset", dataset, "one of " + ", ".join(DATASETS))
        betas = self.get("models.betas")
        if not isinstance(betas, list) or len(betas) < 3:
            raise self.fail("models.betas", betas, "a list of at least three numbers")
        values = tuple(self.number(f"models.betas[{i}]", 0, 1e4, b) for i, b in enumerate(betas))
        if list(values) != sorted(set(values)) or values[0] != 0.0 or 1.0 not in values:
            raise self.fail("models.betas", betas, "increasing, starting with 0 and containing 1")
        points = self._points(check_ids)
        questions = self._questions()
        return Assignment(
            name=self.text("assignment.name"),
            version=self.text("assignment.version"),
            dataset=dataset,
            seed=self.integer("assignment.seed", 0, 2**31 - 1),
            latent_dim=self.integer("models.latent_dim", 3, 512),
            plane_dim=self.integer("models.plane_dim", 2, 2),
            betas=values,
            steps=self.integer("training.steps", 50, 100_000),
            batch=self.integer("training.batch", 16, 1024),
            learning_rate=self.number("training.learning_rate", 1e-6, 1.0),
            pairs=self._pairs(),
            interpolation_steps=self.integer("interpolation.steps", 3, 101),
            grid_n=self.integer("grid.n", 2, 41),
            grid_extent=self.number("grid.extent", 0.1, 100.0),
            points=points,
            hidden=self._hidden(points),
            questions=questions,
            templates=self._templates(folder),
            late=self._late(),
            denoising=self._flag("models.denoising"),
            echoes=self._echoes(),
            caps=self._caps(points),
            **self._limits(),
        )

    def _limits(self) -> dict[str, float]:
        """Processor seconds; of a key that is missing, what is said in ``Assignment``."""
        keys, raw = _KEYS["limits"], self.get("limits", {})
        if not isinstance(raw, dict):
            raise self.fail("limits", raw, "a table of " + ", ".join(keys))
        return {k: self.number(f"limits.{k}", 0.01, 86_400, raw.get(k, getattr(Assignment, k))) for k in keys}

    def _pairs(self) -> tuple[tuple[int, int], ...]:
        raw = self.get("interpolation.pairs")
        ok = isinstance(raw, list) and bool(raw)
        for p in raw if ok else ():
            ok = ok and isinstance(p, list) and len(p) == 2 and p[0] != p[1]
            ok = ok and all(isinstance(c, int) and not isinstance(c, bool) and 0 <= c <= 9 for c in p)
        if not ok:
            raise self.fail("interpolation.pairs", raw, "a list of pairs of different classes 0 to 9")
        return tuple((p[0], p[1]) for p in raw)

    def _points(self, check_ids: tuple[str, ...] | None) -> dict[str, float]:
        raw = self.get("points")
        if not isinstance(raw, dict):
            raise self.fail("points", raw, "a table of check id = points")
        points = {k: self.number(f'points."{k}"', 0, 1000, v) for k, v in raw.items()}
        for key in points:
            if key.split(".")[0] not in GROUPS or (check_ids is not None and key not in check_ids):
                raise UsageError(f'{self.name}: points."{key}": there is no such check')
        for key in check_ids or ():
            if key not in points:
                raise UsageError(f'{self.name}: points."{key}" is missing; 0 leaves a check unscored')
        total = self.number("automatic.points", 0, 10_000)
        if not math.isclose(math.fsum(points.values()), total):
            raise self.fail("automatic.points", total, f"the sum of [points], {sum(points.values()):g}")
        return points

    def _hidden(self, points: Mapping[str, float]) -> frozenset[str]:
        raw = self.get("visibility.hidden", [])
        if not isinstance(raw, list) or not all(isinstance(k, str) and k in points for k in raw):
            raise self.fail("visibility.hidden", raw, "a list of check ids")
        return frozenset(raw)

    def _questions(self) -> tuple[Question, ...]:
        out: list[Question] = []
        raw = self.get("questions", [])
        if not isinstance(raw, list):
            raise self.fail("questions", raw, "a list of tables, [[questions]]")
        for i, q in enumerate(raw):
            where = f"questions[{i}]"
            if not isinstance(q, dict) or set(q) - {"id", "text", "points", "rubric"}:
                raise self.fail(where, q, "a table of id, text, points and perhaps rubric")
            if not isinstance(q.get("id"), str) or any(q["id"] == o.id for o in out):
                raise self.fail(f"{where}.id", q.get("id"), "a string that is used once")
            if not isinstance(q.get("text"), str):
                raise self.fail(f"{where}.text", q.get("text"), "a string")
            points = self.number(f"{where}.points", 0, 1000, q.get("points"))
            rubric = q.get("rubric", [])
            if not isinstance(rubric, list) or not all(isinstance(r, str) and r.strip() for r in rubric):
                raise self.fail(f"{where}.rubric", rubric, "a list of non-empty strings")
            out.append(Question(q["id"], q["text"], points, tuple(rubric)))
        total = self.number("written.points", 0, 10_000)
        if not math.isclose(math.fsum(q.points for q in out), total):
            raise self.fail("written.points", total, "the sum of the questions' points")
        return tuple(out)

    def _echoes(self) -> Literal["keep", "lose"]:
        if not isinstance(self.get("grading", {}), dict):
            raise self.fail("grading", self.get("grading"), "a table of " + ", ".join(_KEYS["grading"]))
        found = self.get("grading.echoes", "keep")
        if found == "keep" or found == "lose":
            return found
        raise self.fail("grading.echoes", found, "keep or lose")

    def _caps(self, points: Mapping[str, float]) -> dict[str, float]:
        raw = self.get("grading.caps", {})
        if not isinstance(raw, dict):
            raise self.fail("grading.caps", raw, "a table of check id = most automatic points")
        most = math.fsum(points.values())
        for key in raw:
            if key not in points:
                raise UsageError(f'{self.name}: grading.caps."{key}": no such check; [points] lists them all')
        return {k: self.number(f'grading.caps."{k}"', 0, most, v) for k, v in raw.items()}

    def _late(self) -> LatePolicy | None:
        raw = self.get("late", None)
        if raw is None:
            return None
        keys = ("deadline", "grace_minutes", "percent_per_day", "max_percent")
        if not isinstance(raw, dict) or set(raw) - set(keys):
            raise self.fail("late", raw, "a table of " + ", ".join(keys))
        return LatePolicy(
            self._deadline(),
            self.integer("late.grace_minutes", 0, 7 * 24 * 60) if "grace_minutes" in raw else 0,
            self.number("late.percent_per_day", 0, 100),
            self.number("late.max_percent", 0, 100) if "max_percent" in raw else 100.0,
        )

    def _deadline(self) -> datetime:
        value = self.get("late.deadline")
        allowed = 'a date and time with an offset from UTC, such as "2026-11-20T23:59:00+01:00"'
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            raise self.fail("late.deadline", value, allowed) from None
        if not isinstance(found, datetime) or found.utcoffset() is None:
            raise self.fail("late.deadline", str(value), allowed)
        return found

    def _templates(self, folder: Path) -> Path | None:
        raw = self.get("templates", None)
        if raw is None:
            return None
        if not isinstance(raw, str) or not (folder / raw).is_dir():
            raise self.fail("templates", raw, "a folder beside this file")
        return folder / raw
