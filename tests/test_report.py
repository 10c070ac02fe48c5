"""Pages: complete, repeatable, harmless whatever a student wrote, open to a course's own blocks."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from grader import assignment, checks
from grader.intake import Submission
from grader.judge import written_answers
from grader.model import Evidence, Grade, WrittenAnswer
from grader.report import (
    ANSWER_BYTES,
    Answers,
    ClassRow,
    first_to_fix,
    points,
    render_class_page,
    render_report,
    roots_of,
    show,
    typeset,
    why_missing,
)
from tests.fixtures_report import BUGGY, CHECKS, evidence, grade

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 2_000_000
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """What a browser would make of a page, as far as these tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.feed(html)
        assert self.open == [], f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        if named.get("id"):
            self.ids.append(str(named["id"]))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def check_page(html: str) -> Page:
    """What holds for every page: size, structure, no requests, links that lead somewhere."""
    assert len(html.encode("utf-8")) <= LIMIT
    page = Page(html)
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1, f"heading level jumps from {before} to {after}"
    assert len(page.ids) == len(set(page.ids)), "an id is used twice"
    for tag, attrs in page.tags:
        assert not any(name.startswith("on") for name in attrs), (tag, attrs)
        source = attrs.get("src")
        assert source is None or source.startswith("data:image/"), source
        href = attrs.get("href") or ""
        if href.startswith("#"):
            assert href[1:] in page.ids, href
        elif tag == "a":
            assert href.startswith(("./", "../", "/", "https://", "http://", "mailto:")), href
        if tag == "th":
            assert attrs.get("scope") in ("col", "row")
        if tag == "img":
            assert attrs.get("alt")
        if "scroll" in (attrs.get("class") or "").split():
            assert attrs["role"] == "region" and attrs["tabindex"] == "0" and attrs["aria-label"]
        assert tag not in ("iframe", "object", "embed", "form", "base"), tag
    regions = [a["aria-label"] for _, a in page.tags if a.get("role") == "region"]
    assert len(regions) == len(set(regions)), "two regions share a name"
    assert "url(" not in html and "@import" not in html
    policy = next(a["content"] for a in page.all("meta") if "http-equiv" in a)
    assert policy is not None and policy.startswith("default-src 'none'; img-src data:;")
    return page


@pytest.fixture(scope="module")
def full() -> Evidence:
    return evidence()


def answered(text: str, question: str = "Q1") -> tuple[WrittenAnswer, ...]:
    return (WrittenAnswer(question, "What do you see?", 5, True, text),)


def test_the_whole_report(full: Evidence) -> None:
    html = render_report(grade("grace", BUGGY), full)
    page = check_page(html)
    assert not page.all("script"), "a report needs no script"
    assert len(page.all("main")) == len(page.all("nav")) == 1
    order = [
        "What to fix first",
        "All checks",
        "Your loss convention",
        "What your models draw",
        "Written answers",
        "How to repeat it",
    ]
    places = [html.index(f">{title}</h2>") for title in order]
    assert places == sorted(places)
    assert "python -m grader verify reports/grace" in html and "784" in html


def test_same_inputs_same_bytes(full: Evidence) -> None:
    assert render_report(grade("ada"), full) == render_report(grade("ada"), evidence())


def test_root_causes_come_first_and_take_their_followers_with_them() -> None:
    checks = grade("grace", BUGGY).checks
    assert roots_of(checks) == {"betas.kl_falls": "loss.kl_closed_form", "betas.tuned": "loss.kl_closed_form"}
    fixes = [(v.id, len(below)) for v, below in first_to_fix(checks)]
    assert fixes == [("loss.kl_closed_form", 2), ("reparameterization.formula", 0), ("sampling.latent_grid", 0)]
    html = render_report(grade("grace", BUGGY), Evidence())
    fix = html[html.index('id="fix"') : html.index('id="checks"')]
    assert "betas.tuned" not in fix and "2 other checks could not run because of it" in fix


def test_a_ring_of_blocked_checks_ends() -> None:
    faults = {
        "betas.kl_falls": {"status": "blocked", "blocked_by": "betas.tuned"},
        "betas.tuned": {"status": "blocked", "blocked_by": "betas.kl_falls"},
        "betas.learns": {"status": "blocked", "blocked_by": None},
    }
    check_page(render_report(grade("ring", faults), Evidence()))


def test_nothing_observed(full: Evidence) -> None:
    faults: dict[str, dict[str, Any]] = {
        check: {"status": "blocked", "blocked_by": "interface.loads"} for check, _, _ in CHECKS
    }
    faults["interface.loads"] = {"status": "error", "message": "SyntaxError (submission.py:3)"}
    html = render_report(grade("bob", faults, convention=None), Evidence())
    check_page(html)
    assert html.count('id="fig-') == 14, "what is linked to is there"
    assert html.count("Not observed because “The file loads") == html.count('class="figures"') == 6, (
        "said once a section"
    )
    assert "<p>Not recovered: “The file loads" in html
    assert why_missing(grade("x").checks)(["betas.learns"]) == "it was not part of this run"


def test_a_minus_is_one_and_a_hyphen_stays() -> None:
    told = typeset("values from -56.59 to 1e-05 (-2 at best), pairs 3-7, 2026-11-20, `x[-1] -1`, --seed 3")
    assert told == "values from −56.59 to 1e-05 (−2 at best), pairs 3-7, 2026-11-20, <code>x[-1] -1</code>, --seed 3"


def test_our_own_faults_are_ours() -> None:
    fault = {"betas.learns": {"status": "harness_error", "message": "the worker did not start"}}
    html = render_report(grade("eve", fault), Evidence())
    assert "costs you nothing, and a person will look at it" in html
    assert "Nothing on your side" in html and 'class="tag failed"' not in html
    assert "Something on our side" not in render_report(grade("ada"), Evidence())


def test_isolation_is_a_warning_only_when_there_was_none() -> None:
    assert "without isolation" in render_report(grade("a", isolation="none"), Evidence())
    assert "without isolation" not in render_report(grade("a"), Evidence())


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) <javascript:alert(1)>",
    "[d](data:text/html;base64,PHNjcmlwdD4=) [v](vbscript:x)",
    "![p](https://example.org/track.png) ![q](//example.org/x.png) ![r](plot.png)",
    "![s](data:image/svg+xml;base64,PHN2Zz4=) ![t](data:image/png;base64,AAAA)",
    '<img src=x onerror=alert(1)> <svg/onload=alert(1)> <iframe src="//e.org"></iframe>',
    '</div></main><style>body{display:none}</style>" onmouseover="alert(1)',
    "# one\n###### six\n# one again\n\n| a | b |\n|:-:|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n| c |\n|---|\n| 1 |",
    "مرحبا \u202egnp.exe\u202c שלום 👩‍🔬🧪 \u0000\u0007\ud800",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "grader-image-0 ![a](grader-image-0) ![a](grader-image-99)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_are_text(text: str) -> None:
    html = render_report(grade("ada", written=answered(text)), Evidence())
    page = check_page(html)
    assert not page.all("script") and not page.all("iframe")
    assert "49" not in html or "{{ 7 * 7 }}" in html
    html.encode("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "& < > " * 17_000,
        ">" * 100_000,
        "- " * 50_000,
        "[" * 100_000,
        "*a " * 33_000,
        "| a " * 25_000 + "\n" + "|---" * 25_000,
        "# h\n" * 25_000,
        "`" * 100_000,
    ],
    ids=["long word", "entities", "quotes", "lists", "brackets", "stars", "table", "headings", "ticks"],
)
def test_seven_answers_of_100_kb(text: str, full: Evidence) -> None:
    written = tuple(WrittenAnswer(f"Q{k}", "?", 3, True, text) for k in range(1, 8))
    html = render_report(grade("ada", written=written), full)
    assert len(html.encode("utf-8")) <= LIMIT
    assert "Shortened here" in html


IDS = ["<b>bob</b>", "a b", "-rf", 'o\'neil "q"', "Ünï", "javascript:alert(1)", "../x", "\u202eevil", "日本"]


@pytest.mark.parametrize("name", IDS)
def test_hostile_ids(name: str) -> None:
    html = render_report(grade(name), Evidence())
    check_page(html)
    assert "<b>bob" not in html
    rows = [ClassRow(grade(name, BUGGY), f"{name}/report.html", near_threshold=("betas.learns",))]
    page = check_page(render_class_page(rows, title=name))
    assert not any(
        "javascript:" in (a.get("href") or "") and not (a["href"] or "").startswith("./") for a in page.all("a")
    )


def test_small_images_are_kept_and_large_ones_named(full: Evidence) -> None:
    from grader.figures import png, tiles

    address = png(tiles(full.originals[:2], 2))
    html = render_report(grade("ada", written=answered(f"see ![]({address})")), Evidence())
    check_page(html)
    assert address in html and 'alt="image in the answer to Q1"' in html
    bomb = "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAw1AAAMNQCAAAAAA" + "A" * 60
    html = render_report(grade("ada", written=answered(f"![big]({bomb})")), Evidence())
    assert bomb not in html and "image not shown: big" in html


def test_images_that_lie_beside_the_answers(full: Evidence) -> None:
    from grader.figures import png, tiles

    address = png(tiles(full.originals[:2], 2))
    shown = replace(Evidence(), answer_images={"my plot.png": address, "evil.svg": "data:image/svg+xml,x"})
    text = "![KL](my%20plot.png) ![again](my%20plot.png) ![x](evil.svg) ![y](gone.png)"
    html = render_report(grade("ada", written=answered(text)), shown)
    check_page(html)
    assert html.count(address) == 2
    assert "image not shown: x" in html
    assert "(gone.png)" in html


def test_what_we_replaced_to_train_it_is_said(full: Evidence) -> None:
    runs = tuple(replace(run, repaired=("loss",)) for run in full.runs)
    html = render_report(grade("grace", BUGGY, convention=None), replace(full, runs=runs))
    check_page(html)
    assert "we replaced your loss by ours of the same kind. The figures" in html
    assert 'id="repairs"' not in render_report(grade("ada"), full)


def test_what_a_submission_drew_wrong_is_said_under_it(full: Evidence) -> None:
    wrong = {"status": "failed", "message": "440 of 441 tiles are not decode(x_j, y_i)."}
    html = render_report(grade("ada", {"sampling.latent_grid": wrong}), full)
    caption = html[html.index('id="fig-grids-caption"') :].split("</figcaption>")[0]
    assert "This is not what was asked for (sampling.latent_grid): 440 of 441 tiles" in caption
    assert html.count("This is not what was asked for") == 1
    assert "This is not what was asked for" not in render_report(grade("ada"), full)


def test_the_likelihood_names_the_unit(full: Evidence) -> None:
    squared = replace(full, likelihood="squared")
    assert "squared error per image" in render_report(grade("ada"), squared)


def test_marks_and_comments() -> None:
    html = render_report(grade("ada"), Evidence())
    assert "not marked yet" in html
    one = WrittenAnswer("Q1", "?", 5, True, "text", 3.5, "good <i>start</i>")
    html = render_report(grade("ada", written=(one,)), Evidence())
    assert "3.5 of 5" in html and "good &lt;i&gt;start&lt;/i&gt;" in html


def test_each_answer_stands_beside_its_evidence(full: Evidence) -> None:
    html = render_report(grade("ada"), full)
    for question, anchors in {
        "q1": ("fig-ae-samples", "fig-ae-codes"),
        "q2": ("fig-gallery", "fig-kl"),
        "q3": ("fig-gallery",),
        "q4": ("fig-interpolation",),
        "q5": ("fig-probe", "fig-anomaly"),
        "q6": ("fig-terms",),
        "q7": ("fig-grids", "fig-scatter", "fig-traversals"),
    }.items():
        answer = html[html.index(f'id="answer-{question}"') :]
        answer = answer[: answer.index("</article>")]
        assert all(f'href="#{a}"' in answer for a in anchors) and "<dd>" in answer, question


def test_a_zero_stays_a_zero_and_values_are_short() -> None:
    assert points(0.0) == "0" and points(2.857142) == "2.86" and points(-0.001) == "0"
    assert show(True) == "yes" and show(None) == "–" and show([1.0] * 20).endswith("… (20)")
    assert len(show("x" * 5000)) < 300


# ---------------------------------------------------------------- the class page


def a_class() -> list[ClassRow]:
    bugs = list(BUGGY)
    rows = []
    for k in range(9):
        faults = {bug: BUGGY[bug] for j, bug in enumerate(bugs) if (k >> (j % 3)) & 1}
        if k == 4:
            faults["betas.learns"] = {"status": "harness_error", "message": "no worker"}
        near = ("interpolation.path",) if k == 2 else ()
        rows.append(ClassRow(grade(f"s{k}", faults), f"s{k}/report.html", (15.0 + k, 230.0 + k), near))
    return rows


def test_the_class_page() -> None:
    html = render_class_page(a_class(), title="Autumn")
    page = check_page(html)
    assert len(page.all("table")) == 3 and len(page.all("script")) == 1
    for k in range(9):
        assert f'href="./s{k}/report.html"' in html
    assert "KL missing half" in html and html.index("Not understood yet") < html.index("Submissions</h2>")
    people = html[html.index("Needs a person") : html.index("Scores</h2>")]
    for words in (
        "The harness failed",
        "betas.learns",
        "Close to a threshold",
        "interpolation.path",
        "Answers without marks",
    ):
        assert words in people
    assert html == render_class_page(list(reversed(a_class())), title="Autumn")


def test_the_class_page_has_columns_for_marks_and_lateness_once_there_are_any() -> None:
    heads = lambda rows: re.findall(r">(written|late)</th>", render_class_page(rows, title="Autumn"))  # noqa: E731
    plain = [ClassRow(grade("a"), "a/report.html"), ClassRow(grade("b"), "b/report.html")]
    assert heads(plain) == []
    marked = tuple(replace(w, points=2.0) for w in grade().written)
    some = (replace(marked[0], points=1.5), *grade().written[1:])
    rows = [
        ClassRow(grade("a", written=marked), "a/report.html"),
        ClassRow(grade("b", written=some), "b/report.html", late=20.0),
    ]
    html = render_class_page(rows, title="Autumn")
    check_page(html)
    assert heads(rows) == ["written", "late"] and ">14</td>" in html and ">1.5 …</td>" in html and ">−20 %</td>" in html


def test_checks_that_failed_nowhere_are_folded() -> None:
    html = render_class_page([ClassRow(grade("grace", BUGGY), "grace/report.html")], title="Autumn")
    shown, folded = html[html.index('id="failures"') :].split("<details", 1)
    assert "loss.kl_closed_form" in shown and "betas.tuned" not in shown
    assert "betas.tuned" in folded and "2 more that failed nowhere" in folded


def test_many_links_are_folded() -> None:
    rows = [ClassRow(grade(f"s{k:02d}", BUGGY), f"s{k:02d}/report.html") for k in range(30)]
    html = render_class_page(rows, title="Autumn")
    check_page(html)
    assert html.count("18 more</summary>") == 2


def test_the_policy_admits_this_script_and_no_other() -> None:
    import base64
    import hashlib

    html = render_class_page(a_class(), title="Autumn")
    script = html[html.index("<script>") + 8 : html.index("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in html or f"script-src 'sha256-{digest}'" in html


def test_an_empty_class_and_a_class_without_curves() -> None:
    check_page(render_class_page([], title="Empty"))
    check_page(render_class_page([replace(r, rate=None) for r in a_class()], title="No curves"))


# ---------------------------------------------------------------- a course's own templates


def test_a_course_overrides_a_block_and_a_colour(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(
        '{% extends "base/report.html" %}\n'
        "{% block extra_style %}:root { --good: navy }{% endblock %}\n"
        "{% block repeat %}<p>Office hours: Tuesday, {{ id }}</p>{% endblock %}\n",
        encoding="utf-8",
    )
    html = render_report(grade("a&b"), Evidence(), overrides=tmp_path)
    assert "Office hours: Tuesday, a&amp;b" in html and "--good: navy" in html
    assert "How to repeat it</h2>" not in html and "All checks" in html
    assert "Office hours" not in render_report(grade("a&b"), Evidence())


def test_a_course_replaces_the_stylesheet(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text('{% include "base/style.css" %}\nh1 { color: teal }')
    for html in (
        render_report(grade("a"), Evidence(), overrides=tmp_path),
        render_class_page([], title="x", overrides=tmp_path),
    ):
        assert "h1 { color: teal }" in html and "--paper" in html


def test_a_misspelt_name_is_an_error_not_a_gap(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text('{% extends "base/report.html" %}{% block repeat %}{{ scor }}{% endblock %}')
    with pytest.raises(UndefinedError, match="scor"):
        render_report(grade("a"), Evidence(), overrides=tmp_path)


def test_the_documented_example_works(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "templates.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:html\+jinja|css)\n# file: (\S+)\n(.*?)```", text, re.DOTALL)
    assert blocks
    for name, body in blocks:
        (tmp_path / name).write_text(body, encoding="utf-8")
    check_page(render_report(grade("ada", BUGGY), Evidence(), overrides=tmp_path))
    check_page(render_class_page(a_class(), title="x", overrides=tmp_path))


def test_grades_without_extras() -> None:
    bare = Grade("x", "0" * 64, {}, 0.0, 0.0, "none", None, (), (), {})
    check_page(render_report(bare, Evidence()))
    check_page(render_class_page([ClassRow(bare, "x/report.html")], title="x"))


# ---------------------------------------------------------------- colours


def _schemes() -> dict[str, dict[str, str]]:
    css = (Path(__file__).parents[1] / "grader" / "templates" / "style.css").read_text()
    light, dark = css.index(":root"), css.index("@media screen and (prefers-color-scheme: dark)")
    found = {}
    for name, start in (("light", light), ("dark", dark)):
        block = css[start : css.index("}", start)]
        found[name] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    return found


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_ON = {
    **dict.fromkeys(("ink", "soft", "link"), ("paper", "sheet", "quiet")),
    "good": ("paper", "sheet", "good-bg"),
    "bad": ("paper", "sheet", "bad-bg"),
    "warn": ("paper", "sheet"),
    "ours": ("paper", "sheet", "ours-bg"),
    **{f"s{k}": ("sheet",) for k in range(6)},  # names at the ends of lines are text
    **{f"c{k}": ("sheet",) for k in range(10)},  # and so are the digits of the scatter plot
}
GRAPHIC_ON = {"edge": ("paper", "sheet")}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_that_of_wcag_aa(scheme: str) -> None:
    colours = _schemes()[scheme]
    for need, pairs in ((4.5, TEXT_ON), (3.0, GRAPHIC_ON)):
        for front, backs in pairs.items():
            for back in (*backs, *(("warn-bg", "ours-bg", "good-bg") if front == "ink" else ())):
                ratio = _contrast(colours[front], colours[back])
                assert ratio >= need, f"{scheme}: {front} on {back} is {ratio:.2f}"


# --- what an answer may cost ----------------------------------------------------------------------------------

_PARTS = (
    "[", "]", "(", "![", "[a](b)", "[a]: b", "*", "**", "_", "~~", "`", "```\n", "\\", "<", "&", "&amp;", "> ", ">" * 60,
    "- ", "1. ", "  ", "    ", "|", "|-|\n", "=", "---", "# ", "a", "b\n", "\n", "\n\n", " \n", "http://a", '"', "\t", "$",
)  # fmt: skip
_COSTLY = (
    ("[" * 999 + "\n\n") * 40, ("![" * 499 + "\n\n") * 40, "> " * 90 + "a\n" + "b\n" * 20_000, "- " * 90 + "a\n" + "b\n" * 20_000,
    (">" * 30 + "a\n" + "b\n" * 300) * 60, ("[" * 300 + "a" + "](b)" * 300 + "\n\n") * 30, "[a]: b\n" * 6_000, "[a](b '" * 6_000,
    ("*a" * 499 + "\n\n") * 40, ("**a*b" * 199 + "\n\n") * 40, "|a|b|\n|-|-|\n" + "|c|d|\n" * 6_000, "&" * 40_000, "a\n" * 20_000,
    "![a](data:image/png;base64,AAAA)" * 100_000,
)  # fmt: skip


def calls(work: Callable[[], object]) -> int:
    """How many functions are called meanwhile: the same number on every machine."""
    count = 0

    def counting(frame: object, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def check_cost(text: str) -> None:
    """A million calls are a third of a second; 278 kB of brackets took 50 s."""
    shown: list[tuple[str, str]] = []
    count = calls(lambda: shown.append(Answers(7).render(text, "Q1")))
    html, note = shown[0]
    assert count < 1_500_000 and len(html) < ANSWER_BYTES
    assert not Page(html).all("script")
    assert html.startswith('<p class="typed">') == note.startswith("Shown as it was typed: ")


@pytest.mark.parametrize("k", range(len(_COSTLY)))
def test_what_would_take_a_square_of_steps_takes_a_bounded_number(k: int) -> None:
    check_cost(_COSTLY[k])


@given(parts=st.lists(st.sampled_from(_PARTS), min_size=1, max_size=12))
@settings(max_examples=40)
def test_whatever_is_repeated_takes_a_bounded_number_of_steps(parts: list[str]) -> None:
    check_cost(("".join(parts) * 45_000)[:45_000])


def test_what_is_not_shown_of_an_answer_is_said_with_its_length() -> None:
    _, note = Answers(7).render("words " * 100_000, "Q1")
    assert note == "Shortened here to 40,000 of 600,000 characters: the rest is in answers.md."
    html, note = Answers(7).render("[" * 1_500, "Q1")
    assert html == f'<p class="typed">{"[" * 1_500}</p>'
    assert note == "Shown as it was typed: one paragraph has more than 1,000 marks of Markdown."
    page = render_report(grade("ada", written=answered("> " * 90 + "a\n" + "b\n" * 5_000)), Evidence())
    assert "Shown as it was typed: its Markdown is nested or marked more than can be rendered." in page


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.stem)
def test_pages_that_people_write_are_rendered(path: Path) -> None:
    """They are longer than answers, with tables, lists, links and code."""
    text = path.read_text(encoding="utf-8")[:10_000]
    _, note = Answers(1).render(text[: text.rfind("\n")], "Q1")
    assert "as it was typed" not in note


@given(st.lists(st.tuples(st.sampled_from(["Q1", "q1", "Q2", "Q9"]), st.text("ab #\n\t", max_size=8)), max_size=12))
def test_sections_of_one_question_are_joined(sections: list[tuple[str, str]]) -> None:
    """Beside what they were joined by before, in the square of their number."""
    body = "".join(f"\n## {key}\n{text}" for key, text in sections)
    texts: dict[str, str] = {}
    for key, text in re.findall(r"^##[ \t]+([Qq]\w+)\b[^\n]*$((?:\n(?!##[ \t]+[Qq]\w).*)*)", body, re.M):
        texts[key.upper()] = (texts.get(key.upper(), "") + "\n\n" + text.strip()).strip()
    a = assignment.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
    got = written_answers(Submission("ada", "0" * 64, answers=body), a)
    assert {w.id: w.text for w in got if w.answered} == {k: v for k, v in texts.items() if v and k != "Q9"}


def test_half_a_million_headings_of_one_question_are_joined() -> None:
    a = assignment.load(ROOT / "reference" / "assignment.toml", check_ids=checks.IDS)
    (first, *_) = written_answers(Submission("ada", "0" * 64, answers="## Q1\nx\n" * (1 << 19)), a)
    assert first.text == "\n\n".join("x" * (1 << 19))
