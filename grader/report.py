"""Pages that people read: one report per submission and one page per class.

A page is a pure function of a grade and its evidence; templates get finished strings and sorted
rows. Everything a student wrote (ids, answers, file names in messages) is hostile until escaped:
Jinja escapes all text, answers go through markdown-it without HTML and then through nh3, and a
content security policy in each page forbids every request.
"""

from __future__ import annotations

import base64
import hashlib
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import nh3
import numpy as np
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markupsafe import Markup, escape

from .figures import SECTIONS, THIN, Figure, Plot, Scale, build_figures, linear, listing, num, percent, symlog, tidy
from .intake import folder_name
from .metrics import ieee
from .model import GROUPS, Evidence, Grade, Run, Verdict, WrittenAnswer
from .text import shown

TEMPLATES = Path(__file__).parent / "templates"
ANSWER_BYTES = 500_000  # HTML of all answers of one report together
ANSWER_CHARS = 40_000  # Markdown of one answer that is rendered; the rest stays in answers.md
IMAGE_BYTES = 200_000  # one inline image, as base64
IMAGES_BYTES = 300_000  # all inline images of one report
IMAGE_PIXELS = 4096 * 4096  # a small file may still unpack into gigabytes
ANSWER_IMAGES = 50  # image files and addresses of one report that are opened
PARAGRAPH_MARKS = 1_000  # brackets, stars, … in one paragraph: Markdown takes their square in time
ANSWER_TOKENS = 4_000
# Calls of a rule of Markdown, or skips of what one has found, for one answer: the sample answers take 200 to 700, the
# longest page of these docs 5,000, and 60,000 a quarter of a second. Quotes nested before many lines, and brackets that
# nobody closes, would take the product of their numbers. No clock ends it: the same text gives the same page everywhere.
ANSWER_STEPS = 60_000
TEXT_CHARS = 2_000  # one message of a check
ID_CHARS = 4 * 255  # the longest name of a folder, each byte as its escape: a name cut short could be that of another

GROUP_TITLES = {
    "interface": "Interface",
    "loss": "Loss",
    "reparameterization": "Reparameterization",
    "betas": "β and training",
    "sampling": "Sampling",
    "interpolation": "Interpolation",
}
STATUS_WORDS = {
    "passed": ("✓", "passed"),
    "failed": ("✗", "failed"),
    "error": ("✗", "raised an error"),
    "timeout": ("✗", "ran out of time"),
    "blocked": ("–", "not run"),
    "harness_error": ("!", "our fault"),
}
ROOTS = ("failed", "error", "timeout")

#: The assignment's table of evidence: which figures and numbers stand beside which answer.
EVIDENCE_BESIDE: dict[str, tuple[str, ...]] = {
    "Q1": ("ae-samples", "ae-codes"),
    "Q2": ("gallery", "recon", "kl", "units"),
    "Q3": ("gallery", "kl", "rate-distortion"),
    "Q4": ("interpolation",),
    "Q5": ("probe", "anomaly"),
    "Q6": ("terms",),
    "Q7": ("grids", "scatter", "traversals"),
}


# ---------------------------------------------------------------- text from outside


def clean(text: Any, limit: int = TEXT_CHARS) -> str:
    """Text fit for a page, with what steers or turns it shown as an escape, and not longer than ``limit``."""
    words = shown(str(text)[: limit + 1])
    return words if len(words) <= limit else words[:limit] + " …"


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def show(value: Any, limit: int = 240) -> str:
    """A measured or expected value as one short line."""
    if value is None:
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return str(int(value)).replace("-", "−")
    if isinstance(value, float | np.floating):
        return tidy(value)
    if isinstance(value, Mapping):
        return clean("; ".join(f"{k}: {show(v)}" for k, v in sorted(value.items(), key=lambda i: str(i[0]))), limit)
    if isinstance(value, list | tuple | np.ndarray):
        rows = list(value)
        parts = [show(v, 60) for v in rows[:8]] + ([f"… ({len(rows)})"] if len(rows) > 8 else [])
        return clean(", ".join(parts), limit)
    return clean(value, limit)


def points(value: float) -> str:
    """Points with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", "−")


_ACRONYMS = {"kl": "KL", "bce": "BCE", "ae": "AE", "vae": "VAE", "nan": "NaN", "beta": "β"}


def bug_name(key: str) -> str:
    """The words of a diagnosis key: ``kl_missing_half`` is "KL missing half"."""
    return " ".join(_ACRONYMS.get(word, word) for word in clean(key, 80).split("_"))


_CODE = re.compile(r"`([^`\n]+)`")
_MINUS = re.compile(r"(?<![^\s(])-(?=\d)")


def typeset(text: object) -> Markup:
    """Escaped text with `code` set as code, the subscript of β_c as one and a minus before a negative number; no line
    ends before or after ``=``."""
    parts = _CODE.split(str(escape(text)))
    for k, part in enumerate(parts):
        if k % 2:
            parts[k] = f"<code>{part}</code>"
        else:
            part = _MINUS.sub("−", part).replace("beta_c", "β_c").replace(" = ", "\u00a0=\u00a0")
            parts[k] = part.replace("β_c", "β<sub>c</sub>")
    return Markup("".join(parts))


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


# ---------------------------------------------------------------- answers

_DATA_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,([A-Za-z0-9+/=]+)")
_STORED = re.compile(r"grader-image-(\d+)\Z")
_MARKS = re.compile(r"[\[\]*_`<!&~\\]")
_TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}


class _TooMuch(Exception):
    """An answer takes more steps to render than any that a person would write."""


def _step(env: MutableMapping[str, Any]) -> None:
    env["steps"] = env.get("steps", 0) + 1
    if env["steps"] > ANSWER_STEPS:
        raise _TooMuch


def _counted(rule: Callable[..., bool]) -> Callable[..., bool]:
    def counting(state: Any, *args: Any) -> bool:
        _step(state.env)
        return rule(state, *args)

    return counting


class _Inline(ParserInline):
    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        _step(state.env)
        super().skipToken(state)


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    """A parser that counts its steps in the environment of each text; raises ``_TooMuch``."""
    md = MarkdownIt("js-default", {"html": False, "linkify": False})
    md.inline = _Inline()
    for ruler in (md.block.ruler, md.inline.ruler):
        for rule in ruler.__rules__:
            rule.fn = _counted(rule.fn)
    return md


def _only_safe(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("a", "href") and not value.lower().startswith(("http://", "https://", "mailto:")):
        return None
    return value


def _as_typed(text: str) -> str:
    """An answer that is no Markdown a person would write: shown as it was typed."""
    return f'<p class="typed">{escape(text)}</p>'


class Answers:
    """Renders the answers of one report within shared budgets of HTML and of inline images."""

    def __init__(self, count: int, files: Mapping[str, str] | None = None) -> None:
        self.files = files or {}
        self.images_left, self.looks_left = IMAGES_BYTES, ANSWER_IMAGES
        self.share = ANSWER_BYTES // max(1, count)

    def render(self, text: str, name: str) -> tuple[Markup, str]:
        """HTML of an answer, and one line on what is not shown of it or shown otherwise than meant ("" if nothing is).

        Markdown and nothing else has a meaning. How long it takes is bounded whatever is written: see ``ANSWER_STEPS``.
        """
        images: list[str] = []
        steps: dict[str, Any] = {}

        def store(match: re.Match[str]) -> str:
            images.append(match.group(0) if self._affordable(match) else "")
            return f"grader-image-{len(images) - 1}"

        text = _DATA_IMAGE.sub(store, text)
        whole, text = len(text), clean(text[:ANSWER_CHARS], ANSWER_CHARS)
        length = len(text)
        while True:
            html, why = self._html(text[:length], name, images, steps)
            spent = len(html.encode("utf-8")) - sum(map(len, images))
            if spent <= self.share or length < 500:
                break
            length //= 2
        notes = [f"Shown as it was typed: {why}."] if why else []
        if length < whole:
            notes.append(f"Shortened here to {length:,} of {whole:,} characters: the rest is in answers.md.")
        return Markup(html), " ".join(notes)

    def _affordable(self, match: re.Match[str]) -> bool:
        data = match.group(2)
        if len(data) > min(IMAGE_BYTES, self.images_left) or not self.looks_left:
            return False
        self.looks_left -= 1
        from PIL import Image

        try:
            with Image.open(io.BytesIO(base64.b64decode(data))) as image:
                width, height = image.size
                known = image.format in ("PNG", "JPEG", "GIF", "WEBP")
        except Exception:  # whatever a decoder makes of bytes a student wrote, it is no image
            return False
        if not known or width * height > IMAGE_PIXELS:
            return False
        self.images_left -= len(data)
        return True

    def _file(self, source: str, images: list[str]) -> re.Match[str] | None:
        """Admits an image file of the submission under the same budget; its stored name."""
        match = _DATA_IMAGE.fullmatch(self.files[source])
        if match is None:
            return None
        address = match.group(0)
        if address not in images:
            images.append(address if self._affordable(match) else "")
            if not images[-1]:
                return _STORED.match(f"grader-image-{len(images) - 1}")
        return _STORED.match(f"grader-image-{images.index(address)}")

    def _html(self, text: str, name: str, images: list[str], steps: dict[str, Any]) -> tuple[str, str]:
        """HTML, and why it is the text as it was typed ("" if it is not)."""
        md = _markdown()
        if any(len(_MARKS.findall(part)) > PARAGRAPH_MARKS for part in text.split("\n\n")):
            return _as_typed(text), f"one paragraph has more than {PARAGRAPH_MARKS:,} marks of Markdown"
        try:
            tokens = md.parse(text, steps)
            steps.pop("references", None)  # of this length; a shorter one has others
        except _TooMuch:
            return _as_typed(text), "its Markdown is nested or marked more than can be rendered"
        if len(tokens) > ANSWER_TOKENS:
            return _as_typed(text), f"its Markdown has more than {ANSWER_TOKENS:,} parts"
        level, previous = {}, 3
        for token in tokens:
            if token.type == "heading_open":
                wanted = min(6, 3 + int(token.tag[1]))
                previous = level["now"] = min(wanted, previous + 1)
            if token.type in ("heading_open", "heading_close"):
                token.tag = f"h{level['now']}"
            for child in token.children or ():
                if child.type != "image":
                    continue
                source = unquote(str(child.attrGet("src") or ""))
                stored = _STORED.match(source)
                if stored is None and source in self.files:
                    stored = self._file(source, images)
                address = images[int(stored[1])] if stored and int(stored[1]) < len(images) else ""
                if address:
                    child.attrSet("src", address)
                    if not child.content:
                        child.attrs["alt"] = ""
                else:
                    where = "too large or no image" if stored else source[:120]
                    child.type, child.tag, child.nesting = "text", "", 0
                    child.content = f"[image not shown: {child.content} ({where})]"
                    child.children = None
        html = md.renderer.render(tokens, md.options, {})
        html = nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto", "data"},
            attribute_filter=_only_safe,
            link_rel="noopener noreferrer nofollow",
        )
        html = shown(html)  # Markdown has characters by their numbers, too
        # nh3 writes tags in one fixed way and escapes text, so plain replacing meets tags only
        html = html.replace("<th>", '<th scope="col">')
        html = re.sub(r'(<img\b[^>]*?) alt=""', rf'\1 alt="image in the answer to {slug(name).upper()}"', html)
        for tag, kind in (("table", "Table"), ("pre", "Code")):
            pieces = html.split(f"<{tag}>")
            html = pieces[0] + "".join(
                f'<div class="scroll" role="region" tabindex="0"'
                f' aria-label="{kind} {k} in the answer to {name}"><{tag}>{piece}'
                for k, piece in enumerate(pieces[1:], start=1)
            )
            html = html.replace(f"</{tag}>", f"</{tag}></div>")
        return html, ""


# ---------------------------------------------------------------- root causes


def roots_of(checks: Sequence[Verdict]) -> dict[str, str]:
    """For each blocked check the id of the check at the root of its chain."""
    by_id = {v.id: v for v in checks}
    found: dict[str, str] = {}
    for verdict in checks:
        at, seen = verdict, {verdict.id}
        while at.status == "blocked" and at.blocked_by in by_id and at.blocked_by not in seen:
            at = by_id[at.blocked_by]
            seen.add(at.id)
        if verdict.status == "blocked" and at.id != verdict.id:
            found[verdict.id] = at.id
    return found


def first_to_fix(checks: Sequence[Verdict]) -> list[tuple[Verdict, tuple[Verdict, ...]]]:
    """Root causes with what each blocks, by the points at stake: a check's own and those of what waits for it."""
    roots = roots_of(checks)
    rows = []
    for place, verdict in enumerate(checks):
        if verdict.status in ROOTS:
            below = tuple(v for v in checks if roots.get(v.id) == verdict.id)
            stake = sum(v.max_points - v.points for v in (verdict, *below))
            rows.append(((-round(stake, 6), place), verdict, below))
    rows.sort(key=lambda row: row[0])
    return [(verdict, below) for _, verdict, below in rows]


def still_to_write(grade: Grade) -> str:
    """One line on what is not written yet and what waits for it; empty where everything is."""
    if not grade.unwritten:
        return ""
    waiting = [v for v in grade.checks if v.unwritten and v.status in ("blocked", "passed")]
    lost = sum(v.max_points - v.points for v in waiting)
    names = ", ".join(clean(n, 80) for n in grade.unwritten)
    return f"Not written yet: {names} ({points(lost)} points of {plural(len(waiting), 'check')} wait for it)."


def why_missing(checks: Sequence[Verdict]) -> Callable[[Sequence[str]], str]:
    """Says, for the checks behind a figure, what kept its evidence from being observed."""
    by_id = {v.id: v for v in checks}
    roots = roots_of(checks)

    def reason(needs: Sequence[str]) -> str:
        for check in needs:
            verdict = by_id.get(check)
            if verdict is None:
                continue
            if verdict.status == "blocked" and not verdict.unwritten:
                verdict = by_id.get(roots.get(check, ""), verdict)
            if verdict.status == "blocked" and verdict.unwritten:
                return f"{listing([clean(n, 80) for n in verdict.unwritten])} is not written yet"
            if verdict.status in ("failed", "error", "timeout", "blocked"):
                return f"“{clean(verdict.title, 120).rstrip('.')}” ({verdict.id}) did not pass"
            if verdict.status == "harness_error":
                return f"of a fault of ours in {verdict.id}; a person will look"
        causes = first_to_fix(checks)
        if causes:
            verdict = causes[0][0]
            return f"“{clean(verdict.title, 120).rstrip('.')}” ({verdict.id}) did not pass"
        return "it was not part of this run"

    return reason


def what_is_wrong(checks: Sequence[Verdict]) -> Callable[[Sequence[str]], str]:
    """Says, for the checks behind a figure that the submission itself drew, what they found wrong with it."""
    failed = {v.id: v for v in checks if v.status == "failed"}

    def wrong(needs: Sequence[str]) -> str:
        found = [failed[check] for check in needs if check in failed]
        return " ".join(f"This is not what was asked for ({v.id}): {clean(v.message).rstrip('.')}." for v in found[:1])

    return wrong


# ---------------------------------------------------------------- the student's report


@lru_cache(maxsize=8)
def environment(first: Path | None) -> Environment:
    """The package's templates, also as ``base/<name>``; those of the folder ``first`` go before them."""
    own = FileSystemLoader(str(TEMPLATES))
    chain = [own, PrefixLoader({"base": own})]
    if first is not None:
        chain.insert(0, FileSystemLoader(str(first)))
    made = Environment(
        loader=ChoiceLoader(chain), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["typeset"] = typeset
    return made


LIKELIHOODS = {"bce": "binary cross-entropy", "squared": "squared error", "absolute": "absolute error"}


def _likelihood(name: str) -> str:
    return LIKELIHOODS.get(name, clean(name, 80).replace("_", " "))


def _recon_unit(grade: Grade, evidence: Evidence) -> str:
    name = evidence.likelihood or (grade.convention.likelihood if grade.convention else "")
    if not name:
        return "canonical units per image"
    return "nats per image" if name == "bce" else f"{_likelihood(name)} per image"


def _convention(grade: Grade, evidence: Evidence) -> dict[str, Any] | None:
    c = grade.convention
    if c is None:
        return None
    factor = tidy(c.beta_c_per_beta)
    sentence = (
        f"Your reconstruction loss is {_likelihood(c.likelihood)}, "
        f"{clean(c.recon_reduction, 120)}; your KL is a {clean(c.kl_reduction, 120)}. "
        f"So a β of 1 in your code weighs the KL by β_c = {factor} in canonical units."
    )
    rows = [("β = 1 in your code", "1", factor)]
    runs = {r.key: r for r in evidence.runs if r.beta_student is not None}
    tuned = runs.pop("tuned", None)
    if tuned is not None and tuned.beta_student is not None:
        beta_c = tuned.beta_c
        if beta_c is None:
            beta_c = tuned.beta_student * c.beta_c_per_beta
        rows.append(("your TUNED_BETA", tidy(tuned.beta_student), tidy(beta_c)))
    for key, run in runs.items():
        if key.startswith("beta_") and run.beta_c is not None:
            rows.append((f"what we passed for {run.label}", tidy(run.beta_student), tidy(run.beta_c)))
    return {"sentence": sentence, "rows": rows}


def _repairs(evidence: Evidence) -> str:
    """One sentence on what the figures do not show because we replaced it; empty for sound work."""
    parts = {p for run in evidence.runs for p in run.repaired}
    words = {
        "loss": "your loss by ours of the same kind",
        "forward": "your forward pass by decode(reparameterize(encode(x))) with exact noise",
    }
    told = [words.get(p, clean(p, 40)) for p in sorted(parts, reverse=True)]
    if not told:
        return ""
    return (
        f"To train your networks in spite of the bugs above we replaced {listing(told)}. "
        "The figures show what your networks do then, and the rest is judged on that."
    )


def _check_view(verdict: Verdict, titles: Mapping[str, str], root: str) -> dict[str, Any]:
    symbol, word = STATUS_WORDS[verdict.status]
    if verdict.unwritten:
        symbol, word = ("…", "not written yet" if verdict.status == "blocked" else f"{word} as far as it is written")
    keys = [*verdict.expected, *(k for k in verdict.measured if k not in verdict.expected)]
    return {
        "id": verdict.id,
        "anchor": f"check-{slug(verdict.id)}",
        "title": clean(verdict.title, 200),
        "status": verdict.status,
        "css": "failed" if verdict.status in ROOTS else verdict.status,
        "symbol": symbol,
        "word": word,
        "points": points(verdict.points),
        "max_points": points(verdict.max_points),
        "message": clean(verdict.message),
        "hint": clean(verdict.hint),
        "diagnosis": bug_name(verdict.diagnosis or ""),
        "hidden": verdict.visibility == "hidden",
        "unwritten": bool(verdict.unwritten),
        "root": root,
        "root_title": titles.get(root, root).rstrip("."),  # it stands within a sentence
        "root_anchor": f"check-{slug(root)}" if root else "",
        "echo": bool(root) and verdict.status == "blocked" and verdict.points > 0,
        "lost_echo": bool(root) and verdict.echo and verdict.points <= 0,
        "numbers": [
            (
                k.replace("_", " "),
                show(verdict.measured[k]) if k in verdict.measured else "–",
                show(verdict.expected[k]) if k in verdict.expected else "–",
            )
            for k in map(str, keys)
        ],
    }


def _group_view(grade: Grade) -> list[dict[str, Any]]:
    titles = {v.id: clean(v.title, 200) for v in grade.checks}
    roots = roots_of(grade.checks)
    names = [*GROUPS, *sorted({v.group for v in grade.checks} - set(GROUPS))]
    groups = []
    for name in names:
        checks = [v for v in grade.checks if v.group == name]
        if not checks:
            continue
        got, top = sum(v.points for v in checks), sum(v.max_points for v in checks)
        passed = sum(v.status == "passed" for v in checks)
        groups.append(
            {
                "name": name,
                "anchor": f"group-{slug(name)}",
                "title": GROUP_TITLES.get(name, name),
                "points": points(got),
                "max_points": points(top),
                "width": f"{100 * got / top if top else 100:.1f}%",
                "full": got >= top - 1e-9,
                "passed": f"{passed} of {plural(len(checks), 'check')} passed",
                "checks": [_check_view(v, titles, roots.get(v.id, v.blocked_by or "")) for v in checks],
            }
        )
    return groups


def _fix_view(grade: Grade) -> list[dict[str, Any]]:
    titles = {v.id: clean(v.title, 200) for v in grade.checks}
    rows = []
    for verdict, below in first_to_fix(grade.checks):
        lost = verdict.max_points - verdict.points
        held = sum(v.max_points - v.points for v in below)
        stake = f"costs {points(lost)} of {points(verdict.max_points)} points"
        if below:
            others = plural(len(below), "other check")
            why = (
                "would only repeat it and get no points"
                if all(v.echo for v in below)
                else "could not run because of it"
            )
            stake += (
                f"; {others} {why} ({points(held)} points)"
                if held > 1e-9
                else f"; {others} would only repeat it and {'keeps its' if len(below) == 1 else 'keep their'} points"
            )
        if grade.cap is not None and grade.cap.check == verdict.id:
            stake += f"; while it fails, no more than {points(grade.cap.most)} automatic points are given"
        rows.append({**_check_view(verdict, titles, ""), "stake": stake})
    return rows


Facts = list[tuple[str, list[tuple[str, str]]]]  # headed groups of (name, value)


def _facts(evidence: Evidence, recon_unit: str) -> dict[str, Facts]:
    """The measured numbers beside each answer."""
    runs = {r.key: r for r in evidence.runs}
    by_kind: dict[str, dict[str, list[tuple[str, str]]]] = {"Q4": {}, "Q5": {}, "Q6": {}, "Q7": {}}

    def of_run(run: Run) -> list[tuple[str, str]]:
        rows = [
            (f"reconstruction, {recon_unit}", num(run.recon_eval)),
            ("KL, nats per image", num(run.kl_eval)),
            ("sharpness, reconstructions", num(run.sharpness_recon, 2)),
            ("sharpness, samples", num(run.sharpness, 2)),
        ]
        if run.active is not None:
            rows.append(("active units", f"{int(np.sum(run.active))} of {len(run.active)}"))
        return [(name, value) for name, value in rows if value != "–"]

    distance = [
        (runs[key].label if key in runs else key, num(d))
        for key, d in sorted(evidence.sample_distance.items(), key=lambda i: (i[0] != "ae", i[0]))
    ]
    codes = []
    if evidence.ae_codes is not None and np.size(evidence.ae_codes):
        codes = [
            ("mean", num(np.nanmean(evidence.ae_codes), 2)),
            ("standard deviation", num(np.nanstd(evidence.ae_codes))),
        ]
    tuned = runs.get("tuned")
    settled: Facts = []
    if tuned is not None:
        rows = [("in canonical units, β_c", tidy(tuned.beta_c)), *of_run(tuned)]
        settled.append((tuned.label, rows))
        kl = tuned.curve_kl
        if kl is not None and len(kl) > 3:
            places = (("a quarter", len(kl) // 4), ("half", len(kl) // 2), ("the end", -1))
            settled.append(("KL during training", [(f"at {name}", num(kl[k])) for name, k in places]))
    for measure, name in (
        ("path_ratio", "Path over chord"),
        ("roughness", "Roughness"),
        ("largest_step", "Largest over mean step"),
    ):
        for label in dict.fromkeys(s.label for s in evidence.strips):
            mine = sorted((s for s in evidence.strips if s.label == label), key=lambda s: s.kind)
            told = ", ".join(f"{s.kind.upper()} {num(round(getattr(s, measure), 4))}" for s in mine)
            by_kind["Q4"].setdefault(name, []).append((label, told))
    for kind in ("ae", "vae"):
        use = evidence.usefulness.get(kind)
        if use is not None and use.linear_probe is not None:
            by_kind["Q5"].setdefault("Linear probe, accuracy", []).append((kind.upper(), num(use.linear_probe)))
        if use is not None and use.anomaly_auroc is not None:
            by_kind["Q5"].setdefault("Anomalies, AUROC", []).append((kind.upper(), num(use.anomaly_auroc)))
    for run in evidence.runs:
        if run.kind != "vae" or not run.beta_c or run.curve_kl is None or run.curve_recon is None:
            continue
        if not len(run.curve_kl) or len(run.curve_kl) != len(run.curve_recon):
            continue
        for word, k in (("after a tenth", len(run.curve_kl) // 10), ("at the end", -1)):
            recon, kl_term = float(run.curve_recon[k]), run.beta_c * float(run.curve_kl[k])
            by_kind["Q6"].setdefault(run.label, []).append((word, f"recon {num(recon)}, β·KL {num(kl_term)}"))
    for plane in sorted(evidence.planes, key=lambda p: p.kind):
        if plane.codes is not None and len(plane.codes):
            radius = np.sqrt((np.asarray(plane.codes, np.float64) ** 2).sum(axis=1))
            by_kind["Q7"].setdefault("Median distance of codes from 0", []).append(
                (plane.kind.upper(), num(np.nanmedian(radius)))
            )
    extremes = [r for r in (runs.get("beta_0"), runs.get("beta_10")) if r is not None]
    facts: dict[str, Facts] = {
        "Q1": [("From a sample to the nearest real image, L2", distance), ("Codes of the autoencoder", codes)],
        "Q2": [(run.label, of_run(run)) for run in extremes],
        "Q3": settled,
        **{key: list(groups.items()) for key, groups in by_kind.items()},
    }
    return {key: [group for group in groups if group[1]] for key, groups in facts.items()}


def _answer_views(
    grade: Grade, figures: Sequence[Figure], facts: Mapping[str, Facts], images: Mapping[str, str]
) -> list[dict[str, Any]]:
    by_key = {f.key: f for f in figures}
    answers = Answers(len(grade.written), images)
    views = []
    for answer in grade.written:
        name = clean(answer.id, 40)
        html, note = answers.render(answer.text, name) if answer.answered else (Markup(""), "")
        beside = [by_key[k] for k in EVIDENCE_BESIDE.get(answer.id, ())]
        views.append(
            {
                "id": name,
                "anchor": f"answer-{slug(name)}",
                "question": clean(answer.question),
                "answered": answer.answered,
                "html": html,
                "note": note,
                "marks": _marks(answer),
                "marked": answer.points is not None,
                "comment": clean(answer.comment, 10_000),
                "figures": [
                    {"href": f"#{f.anchor}", "name": f"Figure {f.number}", "title": f.title, "missing": bool(f.missing)}
                    for f in beside
                ],
                "facts": facts.get(answer.id, []),
            }
        )
    return views


def _marks(answer: WrittenAnswer) -> str:
    top = points(answer.max_points)
    if answer.points is None:
        return f"not marked yet (of {top})"
    return f"{points(answer.points)} of {top}"


def _sections(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    sections = []
    for key, title in SECTIONS.items():
        mine = [f for f in figures if f.section == key]
        if mine:
            reasons = {f.missing for f in mine}
            sections.append(
                {
                    "anchor": f"section-{key}",
                    "title": title,
                    "missing": reasons.pop() if len(reasons) == 1 else "",  # one reason for all is said once
                    "figures": [
                        {
                            "anchor": f.anchor,
                            "number": f.number,
                            "title": f.title,
                            "body": Markup(f.body),
                            "caption": f.caption,
                            "missing": f.missing,
                            "wide": f.wide,
                            "head": f.head,
                            "rows": f.rows,
                        }
                        for f in mine
                    ],
                }
            )
    return sections


def _policy(script: str = "") -> str:
    """A content security policy under which a page can ask nothing of anyone."""
    allowed = ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'"]
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
        allowed.append(f"script-src 'sha256-{digest}'")
    return "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])


def _assignment(grade: Grade) -> str:
    a = grade.assignment
    name, version = (clean(a.get(k) or "", 80) for k in ("name", "version"))
    return ", version ".join(filter(None, (name, version)))


def _repeat(grade: Grade) -> list[tuple[str, str]]:
    rows = [
        ("data set", clean(grade.assignment.get("dataset", "–"), 80)),
        ("seed", clean(grade.assignment.get("seed", "–"), 40)),
        ("submission, SHA-256", clean(grade.submission_sha256, 80)),
        ("isolation", clean(grade.isolation, 80)),
    ]
    names = {"data_sha256": "data, SHA-256", "cpu_capability": "processor capability"}
    rows += [
        (names.get(str(k), str(k).replace("_", " ")), show(v))
        for k, v in sorted(grade.environment.items(), key=lambda i: str(i[0]))
    ]
    return rows


@ieee
def render_report(grade: Grade, evidence: Evidence, *, overrides: Path | None = None, late: str | None = None) -> str:
    """One self-contained HTML page of at most 2 MB; the same arguments give the same bytes.

    ``overrides`` is a folder whose templates go before the package's own; ``late`` is the line on
    lateness (``grader.late``), if the course has a policy.
    """
    unit, why = _recon_unit(grade, evidence), why_missing(grade.checks)
    figures = build_figures(evidence, recon_unit=unit, why_missing=why, what_is_wrong=what_is_wrong(grade.checks))
    ours = [v for v in grade.checks if v.status == "harness_error"]
    titles = {v.id: clean(v.title, 200) for v in grade.checks}
    written_top = sum(a.max_points for a in grade.written)
    given = [a.points for a in grade.written if a.points is not None]
    marked = f"{len(given)} of {plural(len(grade.written), 'answer')} marked"
    fixes = _fix_view(grade)
    view = {
        "id": clean(grade.submission_id, ID_CHARS),
        "assignment": _assignment(grade),
        "score": points(grade.score),
        "max_score": points(grade.max_score),
        "cap": grade.cap.line() if grade.cap else "",
        "written": {
            "points": points(sum(given)) if given else "",
            "max_points": points(written_top),
            "status": marked if given else "not marked yet",
        }
        if grade.written
        else None,
        "late": clean(late or "", 400),
        "isolated": grade.isolation != "none",
        "needs_person": grade.needs_person,
        "ours": [_check_view(v, titles, "") for v in ours],
        "fixes": fixes,
        "fix_lead": "One cause. What merely follows from it is counted with it and not listed."
        if len(fixes) == 1
        else f"{len(fixes)} causes, by the points at stake. What merely follows from one of them is counted with it "
        "and not listed.",
        "unwritten": still_to_write(grade),
        "perfect": not fixes and not ours and not grade.unwritten,
        "groups": _group_view(grade),
        "convention": _convention(grade, evidence),
        "no_convention": "it is read off the loss's numbers, and they do not follow from any reduction. "
        "See the checks of the loss above"
        if any(v.group == "loss" and v.status in ROOTS for v in grade.checks)
        else why(("loss.returns",)),
        "sections": _sections(figures),
        "answers": _answer_views(grade, figures, _facts(evidence, unit), evidence.answer_images),
        "repairs": _repairs(evidence),
        "repeat": _repeat(grade),
        "command": "python -m grader verify " + _shell(f"reports/{folder_name(grade.submission_id)}"),
        "csp": _policy(),
    }
    return shown(environment(overrides).get_template("report.html").render(view))


def _shell(path: str) -> str:
    """A path as a shell takes it: quoted where it must be."""
    if re.fullmatch(r"[A-Za-z0-9_./-]+", path):
        return path
    return "'" + path.replace("'", "'\"'\"'") + "'"


# ---------------------------------------------------------------- the class page


@dataclass(frozen=True)
class ClassRow:
    """One line of the class page: a grade, where its report is, and what the class plot shows.

    ``rate`` is (KL, reconstruction) at ``β_c = 1``; ``near_threshold`` names checks that a small
    change of a tolerance would turn; ``late`` is the per cent of the points that lateness takes off, ``undated`` says
    that it is not known.
    """

    grade: Grade
    href: str
    rate: tuple[float, float] | None = None
    near_threshold: tuple[str, ...] = ()
    late: float = 0.0
    undated: bool = False

    @property
    def needs_person(self) -> bool:
        return self.grade.needs_person or self.undated


@ieee
def render_class_page(rows: Sequence[ClassRow], *, title: str, overrides: Path | None = None) -> str:
    """The teacher's page over all submissions; sorted by id, the same rows give the same bytes."""
    rows = sorted(rows, key=lambda r: r.grade.submission_id)
    script = (TEMPLATES / "class.js").read_text(encoding="utf-8")
    failures, not_run = _failures(rows)
    extra = []  # columns that there is something in
    if any(a.points is not None for r in rows for a in r.grade.written):
        extra.append("written")
    if any(r.grade.cap for r in rows):
        extra.append("cap")
    if any(r.late or r.undated for r in rows):
        extra.append("late")
    view = {
        "title": clean(title, 200),
        "summary": _summary(rows),
        "meters": _meters(rows),
        "extra": extra,
        "rows": [_class_row(r, extra) for r in rows],
        "histogram": _histogram(rows),
        "plane": _class_plane(rows),
        "failures": failures,
        "not_run": not_run,
        "diagnoses": _diagnoses(rows),
        "people": _people(rows),
        "script": Markup(script),
        "csp": _policy(script),
    }
    return shown(environment(overrides).get_template("class.html").render(view))


def _link(row: ClassRow, anchor: str = "") -> dict[str, str]:
    """A relative link; whatever an id holds, it is a path and never a scheme."""
    href = quote(row.href, safe="/._-~%")
    if not href.startswith(("/", "./", "../")):
        href = "./" + href
    return {"href": href + (f"#{anchor}" if anchor else ""), "id": clean(row.grade.submission_id, ID_CHARS)}


def _meters(rows: Sequence[ClassRow]) -> list[dict[str, Any]]:
    """The share of each group's points that the class got, and what one submission can get."""
    meters = []
    for name in GROUPS:
        mine = [v for r in rows for v in r.grade.checks if v.group == name]
        top = sum(v.max_points for v in mine)
        if top:
            share = sum(v.points for v in mine) / top
            meters.append(
                {
                    "title": GROUP_TITLES[name],
                    "top": points(top / len(rows)),
                    "share": percent(share),
                    "width": f"{100 * share:.1f}%",
                    "full": share >= 1 - 1e-9,
                }
            )
    return meters


def _summary(rows: Sequence[ClassRow]) -> list[tuple[str, str]]:
    if not rows:
        return []
    shares = np.array([r.grade.score for r in rows], np.float64)
    top = max((r.grade.max_score for r in rows), default=0.0)
    open_ones = sum(bool(r.grade.unwritten) for r in rows)
    unfinished = [("not written to the end", str(open_ones))] if open_ones else []
    unmarked = sum(a.points is None for r in rows for a in r.grade.written if a.answered)
    return [
        ("submissions", str(len(rows))),
        ("median score", f"{points(float(np.median(shares)))} of {points(top)}"),
        ("without a lost point", str(sum(r.grade.score >= r.grade.max_score - 1e-9 for r in rows))),
        ("need a person", str(sum(r.needs_person for r in rows))),
        *unfinished,
        ("answers to mark", str(unmarked)),
    ]


def _class_row(row: ClassRow, extra: Sequence[str]) -> dict[str, Any]:
    grade = row.grade
    fixes = first_to_fix(grade.checks)
    cells = []
    for name in GROUPS:
        mine = [v for v in grade.checks if v.group == name]
        got, top = sum(v.points for v in mine), sum(v.max_points for v in mine)
        level = "full" if not top or got >= top - 1e-9 else "none" if got <= 0 else "part"
        cells.append({"text": points(got) if mine else "–", "sort": f"{got / top if top else 1.0:.4f}", "level": level})
    if "written" in extra:
        given = [a.points for a in grade.written if a.points is not None]
        text = f"{points(sum(given))}{'' if len(given) == len(grade.written) else ' …'}" if given else "–"
        cells.append({"text": text, "sort": f"{sum(given) if given else -1.0:.4f}", "level": "full"})
    if "cap" in extra:
        taken = grade.cap.taken if grade.cap else 0.0
        cells.append({"text": f"−{points(taken)}" if taken else "", "sort": f"{taken:.4f}", "level": "part"})
    if "late" in extra:
        text = f"−{points(row.late)} %" if row.late else "?" if row.undated else ""
        cells.append({"text": text, "sort": f"{row.late:.4f}", "level": "part"})
    if row.needs_person:
        status = ("harness_error", "needs a person")
    elif fixes:
        more = ", not finished" if grade.unwritten else ""
        status = ("failed", plural(len(fixes), "cause") + more)
    elif grade.unwritten:
        status = ("blocked", "not finished")
    elif all(v.status == "passed" for v in grade.checks):
        status = ("passed", "all passed")
    else:
        status = ("blocked", "not run")
    first = fixes[0][0] if fixes else None
    return {
        **_link(row),
        "score": points(grade.score),
        "max_score": points(grade.max_score),
        "sort": f"{grade.score:.4f}",
        "cells": cells,
        "css": status[0],
        "symbol": STATUS_WORDS[status[0]][0],
        "status": status[1],
        "first": ""
        if first is None
        else bug_name(first.diagnosis or "") or f"{first.id} {STATUS_WORDS[first.status][1]}",
        "first_href": "" if first is None else _link(row, f"check-{slug(first.id)}")["href"],
    }


def _histogram(rows: Sequence[ClassRow]) -> dict[str, Any] | None:
    if not rows:
        return None
    top = max(1.0, *(r.grade.max_score for r in rows))
    scores = [min(max(r.grade.score, 0.0), top) for r in rows]
    edges = np.linspace(0.0, top, 21)
    counts, _ = np.histogram(scores, edges)
    high = int(counts.max())
    step = max(1, math.ceil(high / 4))
    plot = Plot(
        Scale("linear", 0.0, top, tuple(float(e) for e in edges[::4])),
        Scale("linear", 0.0, high * 1.12, tuple(float(k) for k in range(0, high + 1, step))),
        xlabel=f"automatic points, of {points(top)}",
        ylabel="submissions",
        margins=(26, 14, 40, 34),
        height=250,
    )
    gap = 0.004 * top
    for k, count in enumerate(counts.tolist()):
        if count:
            plot.rect(edges[k] + gap, 0.0, edges[k + 1] - gap, count, "s1")
            middle = float(plot.px((edges[k] + edges[k + 1]) / 2))
            plot.text(middle, plot.py(count) - 5, str(count), anchor="middle", css="tick")
    told = listing(
        [f"{c} between {points(edges[k])} and {points(edges[k + 1])}" for k, c in enumerate(counts.tolist()) if c]
    )
    span = [points(float(q)) for q in np.quantile(scores, (0.0, 0.5, 1.0))]
    caption = (
        f"Scores of {plural(len(rows), 'submission')}: from {span[0]} to {span[2]}, half of them at least {span[1]}."
    )
    return {"svg": Markup(plot.svg(f"Histogram of scores: {told}.")), "caption": caption}


def _class_plane(rows: Sequence[ClassRow]) -> dict[str, Any] | None:
    dots = [(r, *r.rate) for r in rows if r.rate is not None and all(math.isfinite(v) for v in r.rate)]
    families: dict[str, list[tuple[ClassRow, float, float]]] = {}
    for dot in dots:
        c = dot[0].grade.convention
        families.setdefault(_likelihood(c.likelihood) if c else "unknown loss", []).append(dot)
    panels = []
    for name, members in sorted(families.items()):
        kl = np.array([m[1] for m in members])
        recon = np.array([m[2] for m in members])
        pad = max(0.08 * float(np.ptp(recon)), 0.01 * abs(float(recon.max())), 1e-3)
        side = max(0.12 * float(np.ptp(kl)), 0.05 * abs(float(kl.max())), 0.05)
        wide = float(kl.max()) > 8 * max(1.0, float(kl.min()))
        across = symlog(kl) if wide else linear(max(0.0, float(kl.min()) - side), float(kl.max()) + side, 4)
        unit = "nats per image" if name == LIKELIHOODS["bce"] else f"{name} per image"
        plot = Plot(
            across,
            linear(float(recon.min()) - pad, float(recon.max()) + pad, 4),
            xlabel="KL at β_c = 1, nats per image",
            ylabel=f"reconstruction, {unit}",
            margins=(26, 90, 40, 48),
        )
        far = np.abs(recon - np.median(recon)) + np.abs(np.log1p(np.abs(kl)) - np.median(np.log1p(np.abs(kl))))
        named = set(np.argsort(-far, kind="stable")[:6].tolist()) if len(members) > 6 else set(range(len(members)))
        heights: list[tuple[float, float]] = []
        for k, (row, x, y) in enumerate(members):
            css = "s1" if not first_to_fix(row.grade.checks) else "s2"
            px, py = float(plot.px(x)), float(plot.py(y))
            plot.mark(px, py, css, 4.5)
            if k in named and all(abs(px - a) > 80 or abs(py - b) > 12 for a, b in heights):
                heights.append((px, py))
                plot.text(px + 8, py + 4, clean(row.grade.submission_id, 14), css="note")
        alt = (
            f"Scatter plot of {plural(len(members), 'submission')} with {name}: "
            f"KL from {num(kl.min())} to "
            f"{num(kl.max())} nats, reconstruction from {num(recon.min())} to {num(recon.max())}."
        )
        panels.append(plot.svg(alt))
    if not panels:
        return None
    return {
        "svg": Markup("".join(panels)),
        "caption": f"{plural(len(dots), 'submission')} at β_c = 1, one chart for each loss. "
        "Circles passed everything, triangles have something to fix.",
    }


def _failures(rows: Sequence[ClassRow]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Each check by the share of submissions in which it is a root cause; those in which it is in none, apart."""
    seen: dict[str, list[Verdict]] = {}
    for row in rows:
        for verdict in row.grade.checks:
            seen.setdefault(verdict.id, []).append(verdict)
    table = []
    for place, (check, verdicts) in enumerate(seen.items()):
        failed = sum(v.status in ROOTS for v in verdicts)
        blocked = sum(v.status == "blocked" for v in verdicts)
        ours = sum(v.status == "harness_error" for v in verdicts)
        share = 100 * failed / len(verdicts)
        if failed or blocked or ours:
            line = {"id": check, "title": clean(verdicts[0].title, 200)}
            line |= {"share": f"{share:.0f}{THIN}%", "width": f"{share:.1f}%"}
            line |= {"failed": str(failed), "blocked": str(blocked), "ours": str(ours)}
            table.append(((-share, -ours, -blocked, place), line))
    ordered = [line for _, line in sorted(table, key=lambda t: t[0])]
    split = sum(line["failed"] != "0" or line["ours"] != "0" for line in ordered)
    return ordered[:split], ordered[split:]


LINKS = 12  # reports linked at once under a diagnosis


def _diagnoses(rows: Sequence[ClassRow]) -> list[dict[str, Any]]:
    where: dict[str, list[dict[str, str]]] = {}
    message: dict[str, str] = {}
    for row in rows:
        for verdict in row.grade.checks:
            if verdict.diagnosis and verdict.status in ROOTS:
                where.setdefault(verdict.diagnosis, []).append(_link(row, f"check-{slug(verdict.id)}"))
                message.setdefault(verdict.diagnosis, clean(verdict.message, 300))
    counts = Counter({k: len({link["id"] for link in v}) for k, v in where.items()})
    order = sorted(counts, key=lambda k: (-counts[k], k))
    return [
        {
            "name": bug_name(k),
            "count": plural(counts[k], "submission"),
            "message": message[k],
            "links": where[k][:LINKS],
            "more": where[k][LINKS:],
            "more_count": str(len(where[k]) - LINKS),
        }
        for k in order
    ]


def _people(rows: Sequence[ClassRow]) -> list[dict[str, Any]]:
    """What no machine should decide: our own faults, close calls, answers without marks."""
    faults, undated, near, unmarked = [], [], [], []
    for row in rows:
        broken = [v.id for v in row.grade.checks if v.status == "harness_error"]
        if broken:
            faults.append({**_link(row, f"check-{slug(broken[0])}"), "why": listing(broken)})
        if row.undated:
            undated.append({**_link(row), "why": ""})
        if row.near_threshold:
            close = list(row.near_threshold)
            near.append({**_link(row, f"check-{slug(close[0])}"), "why": clean(listing(close), 200)})
        waiting = [a.id for a in row.grade.written if a.answered and a.points is None]
        if waiting:
            unmarked.append({**_link(row, "answers"), "why": clean(listing(waiting), 120)})
    kinds = (
        ("harness", "The harness failed", "the grade does not count before someone looked", faults, True),
        (
            "undated",
            "Handed in at a time that is not known",
            "lateness takes nothing off before someone looked",
            undated,
            True,
        ),
        ("near", "Close to a threshold", "a slightly different tolerance turns the verdict", near, len(near) <= 8),
        ("marks", "Answers without marks", "", unmarked, len(unmarked) <= 4),
    )
    return [
        {
            "key": key,
            "title": title,
            "why": why,
            "count": plural(len(items), "submission"),
            "rows": items,
            "open": opened,
        }
        for key, title, why, items, opened in kinds
        if items
    ]


__all__ = ["ClassRow", "render_class_page", "render_report"]
