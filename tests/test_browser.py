"""Every page in a real browser: silent, self-contained, accessible, narrow enough, printable, safe.

Nothing here sleeps: each step waits for the condition that the next one needs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.marking.store import load_marks
from grader.model import WrittenAnswer
from grader.report import ClassRow, render_class_page, render_report
from tests.fixtures_marking import NAMES, QUESTIONS, ROOT, make_class, serving
from tests.fixtures_report import BUGGY, evidence, grade

CHROMIUM = Path(os.environ.get("GRADER_CHROMIUM", "/usr/bin/chromium"))
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytest.importorskip("uvicorn", reason="the marking page's web server is not installed")
if not CHROMIUM.exists():
    pytest.skip(f"{CHROMIUM} is missing: install Debian's package chromium", allow_module_level=True)

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCHEMES = ("light", "dark")
WIDTHS = (360, 768, 1440)
REAL = 3  # real reports looked at, if there are any
SHEET = (182 / 25.4 * 96, 265 / 25.4 * 96)  # an A4 page within the stylesheet's margins, CSS pixels

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HOSTILE = {
    "Q1": "<script>window.pwned = 1; alert(1)</script>\n\n<img src=x onerror='window.pwned=1'>\n\n"
    "</div></main><iframe src='javascript:window.pwned=1'></iframe><style>*{display:none}</style>",
    "Q2": "[click](javascript:window.pwned=1) [click](JaVaScRiPt:window.pwned=1) "
    "[click](data:text/html,<script>window.pwned=1</script>) <javascript:window.pwned=1> "
    "![x](https://tracker.example/x.png) ![x](//tracker.example/y.png) ![x](file:///etc/passwd)",
    "Q3": f"![huge](data:image/png;base64,{PIXEL}{'A' * 400_000}) ![ok](data:image/png;base64,{PIXEL}) "
    "![svg](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
    "Q4": ("0123456789" * 10_000) + "\n\n" + "long " * 5_000,
    "Q5": "המודל לומד מרחב סמוי \u202eevil\u202c ثم يعيد البناء\n\n* מימין לשמאל\n* العربية\n\n> ציטוט",
    "Q6": "👩‍👩‍👧‍👦 🏳️‍🌈 é\u0301\u0301\u0301\u0301 Z̸̢̛a̵l̷g̶o̴ \u0000\u0007\u2028 🧑🏿‍🚀" * 20,
    "Q7": "| " + " | ".join(["wide"] * 60) + " |\n|" + "---|" * 60 + "\n| "
    + " | ".join(["cell"] * 60) + " |\n\n```\n" + "x" * 3_000 + "\n```\n\n" + "> " * 200 + "deep\n\n" + "# h\n" * 50,
}  # fmt: skip


def hostile_answers() -> str:
    return "".join(f"## {q}\n{text}\n\n" for q, text in HOSTILE.items())


# ---------------------------------------------------------------- a browser that tells everything


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield started
        started.close()


class Watched:
    """A page and all that it said, asked for, or tried."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self.asked.append(request.url))

    def _dialog(self, dialog: Any) -> None:
        self.said.append(f"dialog: {dialog.message or dialog.type}")
        if dialog.type == "beforeunload":
            dialog.accept()
        else:
            dialog.dismiss()

    def silent(self, allowed: str) -> None:
        """Nothing was said, and nothing asked for that does not begin with ``allowed`` or is inline."""
        assert self.said == []
        assert [u for u in self.asked if not u.startswith((allowed, "data:"))] == []
        assert self.page.evaluate("window.pwned") is None


@contextmanager
def opened(browser: Any, address: str, *, width: int = 1440, scheme: str = "light", **more: Any) -> Iterator[Watched]:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce", **more
    )
    try:
        watched = Watched(context.new_page())
        watched.page.goto(address, wait_until="load")
        yield watched
    finally:
        context.close()


def violations(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA, one line for each element."""
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    found = axe_api.Axe().run(page, options=options).response
    return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found["violations"] for n in v["nodes"]]


def overflow(page: Any) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_the_instruments_notice(browser: Any, tmp_path: Path) -> None:
    """What the tests below look for is found where it is."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><title>x</title><img src='missing.png'><p style='color:#999;background:#aaa'>pale</p>"
        "<div style='width:2000px'>wide</div><script>console.log('said'); window.pwned = 1</script>"
    )
    with opened(browser, bad.as_uri(), width=360) as seen:
        found = "\n".join(violations(seen.page))
        assert "image-alt" in found and "color-contrast" in found and "html-has-lang" in found
        assert overflow(seen.page) > 1000
        assert "log: said" in seen.said and any(u.endswith("missing.png") for u in seen.asked)
        with pytest.raises(AssertionError):
            seen.silent(bad.as_uri())


# ---------------------------------------------------------------- pages that are files


def hostile_grade(name: str = "eve<script>") -> Any:
    made = grade(name, BUGGY)
    answers = tuple(
        WrittenAnswer(q, f"Why {q}?", 3.0, True, text, 1.5, f"See {text[:300]}") for q, text in HOSTILE.items()
    )
    return replace(made, written=answers)


def class_rows() -> list[ClassRow]:
    rows = [
        ClassRow(grade(f"student-{k:02d}", BUGGY if k % 3 == 0 else None), f"student-{k:02d}/report.html",
                 (12.0 + k, 230.0 + 2 * k), ("betas.learns",) if k == 4 else ())
        for k in range(12)
    ]  # fmt: skip
    return [*rows, ClassRow(hostile_grade("<b>eve</b> 👩‍🚀 עברית"), "eve/report.html")]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    shown = evidence()
    late = "Handed in 2026-03-02 08:00 (UTC+01:00), due 2026-03-01 23:59 (UTC+01:00): 10 % of the points are taken off."
    marked = tuple(replace(w, points=2.0, comment="Say how you measured it.") for w in grade().written)
    made = {
        "sound": render_report(grade("ada", written=marked), shown),
        "buggy": render_report(grade("grace", BUGGY), shown, late=late),
        "hostile": render_report(hostile_grade(), shown),
        "class": render_class_page(class_rows(), title="Autoencoders and VAEs"),
    }
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


FILES = ("sound", "buggy", "hostile", "class")


def real_pages() -> list[Path]:
    """Reports made by the grader itself, where there are any, and the committed sample."""
    found = [*sorted((ROOT / "reports").glob("*/report.html"))[:REAL], *(ROOT / "reports").glob("index.html")]
    return [*found, *sorted((ROOT / "docs" / "sample").rglob("*.html"))]


def sound_page(browser: Any, path: Path, *, check: Callable[[Watched], None]) -> None:
    for scheme in SCHEMES:
        with opened(browser, path.as_uri(), scheme=scheme) as seen:
            assert violations(seen.page) == [], scheme
            check(seen)
            seen.silent(path.as_uri())


@pytest.mark.parametrize("name", FILES)
def test_a_page_is_silent_alone_and_accessible(browser: Any, files: dict[str, Path], name: str) -> None:
    def check(seen: Watched) -> None:
        for image in seen.page.query_selector_all("img"):
            assert image.evaluate("i => i.complete && i.naturalWidth > 0"), image.get_attribute("alt")

    sound_page(browser, files[name], check=check)


@pytest.mark.slow
def test_real_pages_are_as_sound_as_the_fixtures(browser: Any) -> None:
    found = real_pages()
    if not found:
        pytest.skip("no reports here: `make grade` makes them")
    for path in found:
        sound_page(browser, path, check=lambda seen: None)
        with opened(browser, path.as_uri(), width=360) as seen:
            assert overflow(seen.page) == 0, path


@pytest.mark.parametrize("name", FILES)
def test_no_page_scrolls_sideways(browser: Any, files: dict[str, Path], name: str) -> None:
    for width in WIDTHS:
        with opened(browser, files[name].as_uri(), width=width) as seen:
            assert overflow(seen.page) == 0, width


@pytest.mark.parametrize("name", FILES)
def test_a_page_prints(browser: Any, files: dict[str, Path], name: str) -> None:
    """A PDF comes out, nothing is cut at the sheet's edge, and what must not be cut fits on one sheet.

    The class page's table may be wider: browsers shrink a page by a quarter and more before they cut.
    """
    wide = 1.4 if name == "class" else 1.0
    with opened(browser, files[name].as_uri(), width=int(SHEET[0])) as seen:
        pdf = seen.page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
        assert pdf.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= wide * SHEET[0] + 1
        cut = seen.page.evaluate(
            """height => [...document.querySelectorAll("main *:not(.answer)")]
            .filter(e => getComputedStyle(e).breakInside === "avoid" || e.matches("img, svg"))
            .filter(e => e.getBoundingClientRect().height > height)
            .map(e => `${e.tagName} ${e.id} ${e.className}`)""",
            SHEET[1],
        )
        assert cut == []
        seen.silent(files[name].as_uri())


def test_a_dark_screen_prints_on_white_paper(browser: Any, files: dict[str, Path]) -> None:
    for name in ("buggy", "class"):
        with opened(browser, files[name].as_uri(), scheme="dark") as seen:
            ink = "getComputedStyle(document.body).color"
            dark = seen.page.evaluate(ink)
            seen.page.emulate_media(media="print", color_scheme="dark")
            assert seen.page.evaluate(ink) == "rgb(29, 29, 27)" != dark


def test_a_report_reads_without_scripts(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["class"].as_uri(), java_script_enabled=False) as seen:
        assert seen.page.locator("table.class tbody tr").count() == 13


def test_the_class_table_sorts_and_filters(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["class"].as_uri()) as seen:
        seen.page.fill("#filter", "student-03")
        playwright_api.expect(seen.page.locator("#shown")).to_have_text("1 of 13")
        seen.page.fill("#filter", "")
        heads = seen.page.locator("table.class thead th")
        heads.nth(1).locator("button").press("Enter")
        playwright_api.expect(heads.nth(1)).to_have_attribute("aria-sort", "ascending")
        seen.silent(files["class"].as_uri())


def test_hostile_answers_are_only_text(browser: Any, files: dict[str, Path]) -> None:
    with opened(browser, files["hostile"].as_uri()) as seen:
        harmless(seen.page)
        assert seen.page.locator("#answers .answer").count() == len(HOSTILE)
        seen.silent(files["hostile"].as_uri())


def harmless(page: Any) -> None:
    """Every link that a student wrote leads to the web and every image is inline; all of them are clickable."""
    assert page.locator(".prose script, .prose iframe, .prose style, .prose object, .prose form").count() == 0
    for link in page.locator(".prose a").all():
        assert re.match(r"(https?:|mailto:)", link.get_attribute("href") or "https:"), link
    for image in page.locator("img").all():
        assert (image.get_attribute("src") or "").startswith("data:image/")


# ---------------------------------------------------------------- the marking page


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class in which ada wrote all that is hostile and the others five plain words each."""
    answers: dict[str, str | None] = {n: "".join(f"## {q}\nWords on {q}.\n" for q in QUESTIONS) for n in NAMES[1:]}
    return make_class(tmp_path_factory.mktemp("marked"), {"ada": hostile_answers(), **answers})


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_marking_pages_are_silent_narrow_and_accessible(browser: Any, reports: Path, scheme: str) -> None:
    with serving(reports) as (address, _):
        for width in WIDTHS:
            with opened(browser, address, width=width, scheme=scheme) as seen:
                page = seen.page
                assert overflow(page) == 0, width
                assert width != 360 or violations(page) == []
                page.keyboard.press("n")
                page.wait_for_selector("html[data-ready] #form")
                page.keyboard.press("b")
                page.wait_for_url("**by=student")
                for k in range(len(QUESTIONS)):
                    at = page.url
                    assert overflow(page) == 0, (width, at)
                    harmless(page)
                    if width == 1440 or (width == 360 and k == 0):
                        assert violations(page) == [], at
                    page.keyboard.press("n")
                    page.wait_for_url(lambda url, at=at: url != at)
                page.keyboard.press("?")
                page.wait_for_selector("#help[open]")
                if width == 1440:
                    assert violations(page) == []
                page.keyboard.press("Escape")
                page.wait_for_selector("#help", state="hidden")
                seen.silent(address)
        with opened(browser, address, scheme=scheme) as seen:
            seen.page.keyboard.press("n")
            seen.page.wait_for_selector("html[data-ready] #form")
            with seen.page.context.expect_page() as popup:
                seen.page.get_by_role("link", name="whole report").click()
            report = Watched(popup.value)
            report.page.wait_for_load_state()
            assert report.page.locator("h1").inner_text() == "ada"
            assert report.said == [] and report.asked == []
            seen.silent(address)


def saved(page: Any, words: str) -> None:
    playwright_api.expect(page.locator("#state")).to_have_text(words)


def answer_of(page: Any, name: str) -> None:
    page.locator("html[data-ready] #who bdi", has_text=name).wait_for()


@pytest.mark.slow
def test_a_class_is_marked_by_keyboard_through_a_kill(browser: Any, tmp_path: Path) -> None:
    """Five students, every question; the server is killed without warning, and nothing is lost."""
    out = make_class(tmp_path)
    total = len(NAMES) * len(QUESTIONS)
    given: list[tuple[str, str]] = []

    def go_on(page: Any, count: int) -> None:
        """Marks ``count`` answers, beginning with the one that is open."""
        for _ in range(count):
            question = page.get_attribute("#form", "data-question")
            name = page.inner_text("#who bdi")
            digit = len(given) % 3
            page.keyboard.press(str(digit))
            page.wait_for_selector(f"[data-points='{digit}'][aria-pressed='true']")
            page.wait_for_selector("#state.good")
            given.append((name, question))
            if len(given) % 4 == 0:
                page.keyboard.press("c")
                page.keyboard.type(f"Comment {len(given)}")
                page.keyboard.press("Control+Enter")
            elif len(given) < total:
                page.keyboard.press("n")
            if len(given) < total:
                page.wait_for_function(
                    "([q, n]) => document.documentElement?.dataset.ready && document.querySelector('#form')"
                    " && (document.querySelector('#form').dataset.question !== q"
                    " || document.querySelector('#who bdi')?.textContent !== n)",
                    arg=[question, name],
                )

    with serving(out) as (address, process), opened(browser, address) as seen:
        page = seen.page
        page.keyboard.press("n")
        page.wait_for_selector("html[data-ready] #form")
        go_on(page, 13)
        page.keyboard.press("2")
        saved(page, "Saved: 2 of 3 points.")
        process.kill()
        process.wait()
        page.keyboard.press("c")
        page.keyboard.type("Typed while nobody listens")
        playwright_api.expect(page.locator("#state")).to_contain_text("Not saved: the server does not answer")
        assert page.input_value("#comment") == "Typed while nobody listens", "what was typed stays on the page"
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        playwright_api.expect(page.locator("#state")).to_contain_text("Not saved")
        assert page.input_value("#comment") == "Typed while nobody listens", "no leaving without saving"
    marks = load_marks(out)
    assert sum(len(m) for m in marks.values()) == 14
    with serving(out) as (address, _), opened(browser, address) as seen:
        page = seen.page
        playwright_api.expect(page.locator(".score")).to_have_text(f"14 of {total} answers marked")
        page.keyboard.press("n")
        page.wait_for_selector("html[data-ready] #form")
        given.append(("", ""))
        assert page.input_value("#points") == ""
        go_on(page, total - 14)
        page.keyboard.press("o")
        page.wait_for_selector("html[data-ready] .board")
        playwright_api.expect(page.locator(".score")).to_have_text(f"{total} of {total} answers marked")
        seen.silent(address)
    marks = load_marks(out)
    assert {(n, q) for n in marks for q in marks[n]} == {(n, q) for n in NAMES for q in QUESTIONS}
    for k, (name, question) in enumerate(given):
        if name:
            assert marks[name][question].points == k % 3
            assert marks[name][question].comment == (f"Comment {k + 1}" if (k + 1) % 4 == 0 else "")


def test_points_comments_and_their_reuse_by_keyboard(browser: Any, tmp_path: Path) -> None:
    out = make_class(tmp_path)
    with serving(out) as (address, _), opened(browser, address) as seen:
        page = seen.page
        page.keyboard.press("n")
        page.wait_for_selector("html[data-ready] #form")
        page.keyboard.press("9")
        saved(page, "At most 3 points.")
        page.keyboard.press("1")
        saved(page, "Saved: 1 of 3 points.")
        page.keyboard.press("1")
        saved(page, "Already saved.")
        page.keyboard.press("h")
        saved(page, "Saved: 1.5 of 3 points.")
        page.keyboard.press("=")
        page.keyboard.type("2,25")
        saved(page, "Saved: 2.25 of 3 points.")
        page.keyboard.type("x")
        saved(page, "Points are a number from 0 to 3.")
        assert page.get_attribute("#points", "aria-invalid") == "true"
        page.keyboard.press("Backspace")
        saved(page, "")
        page.keyboard.press("Escape")
        page.keyboard.press("x")
        saved(page, "Saved, without points.")
        page.keyboard.press("3")
        saved(page, "Saved: 3 of 3 points.")
        page.keyboard.press("c")
        page.keyboard.type("Name the figure: n, p, 1 and ? are only letters here.")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        saved(page, "Kept for reuse under this question.")
        page.keyboard.press("n")
        answer_of(page, "bob")
        page.keyboard.press("2")
        page.wait_for_selector("#state.good")
        page.keyboard.press("r")
        page.keyboard.press("1")
        expected = "Name the figure: n, p, 1 and ? are only letters here."
        playwright_api.expect(page.locator("#comment")).to_have_value(expected)
        page.wait_for_selector("#state.good")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.locator("#keys").uncheck()
        page.locator("#help-close").click()
        page.keyboard.press("0")
        assert page.input_value("#points") == "2", "keys that are switched off do nothing"
        page.keyboard.press("?")
        page.locator("#keys").check()
        page.locator("#help-close").click()
        page.keyboard.press("p")
        answer_of(page, "ada")
        playwright_api.expect(page.locator(".past li").first).to_contain_text("bea: 3 points")
        seen.silent(address)
    marks = load_marks(out)
    assert marks["bob"]["Q1"].comment == marks["ada"]["Q1"].comment == expected


def test_two_markers_at_once_do_not_overwrite_each_other(browser: Any, tmp_path: Path) -> None:
    out = make_class(tmp_path)
    with (
        serving(out, "bea") as (first, _), serving(out, "carl") as (second, _),
        opened(browser, first) as bea, opened(browser, second) as carl,
    ):  # fmt: skip
        for seen in (bea, carl):
            seen.page.keyboard.press("n")
            seen.page.wait_for_selector("html[data-ready] #form")
        bea.page.keyboard.press("3")
        saved(bea.page, "Saved: 3 of 3 points.")
        carl.page.keyboard.press("1")
        saved(carl.page, "Not saved: bea gave this answer 3 points meanwhile. Reload to see it.")
        carl.page.reload()
        assert "dialog: beforeunload" in carl.said, "nobody leaves an unsaved mark unasked"
        playwright_api.expect(carl.page.locator("#points")).to_have_value("3")
        carl.page.keyboard.press("2")
        saved(carl.page, "Saved: 2 of 3 points.")
    kept = load_marks(out)["ada"]["Q1"]
    assert (kept.marker, kept.points) == ("carl", 2.0)


def test_a_table_is_taken_over_on_the_page(browser: Any, tmp_path: Path) -> None:
    out = make_class(tmp_path)
    with serving(out) as (address, _), opened(browser, address) as seen:
        page = seen.page
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download marks.csv").click()
        text = Path(waiting.value.path()).read_text(encoding="utf-8")
        for change, words in (
            ("ada,Q1,7,3,", "row 2: points are between 0 and 3"),
            ("ada,Q1,2.5,3,", "1 mark taken over"),
        ):
            content = text.replace("ada,Q1,,3,", change).encode()
            page.set_input_files("#file", {"name": "marks.csv", "mimeType": "text/csv", "buffer": content})
            playwright_api.expect(page.locator("#state")).to_contain_text(words)
        page.reload()
        playwright_api.expect(page.locator(".board td a").first).to_have_text("2.5")
        assert [s for s in seen.said if "400" not in s] == []
