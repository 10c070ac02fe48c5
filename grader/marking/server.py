"""The marking page: a web server for one person on this machine.

Only 127.0.0.1 is served, and only to who knows the token in the address. Answers are what strangers
wrote: they are rendered by ``report.Answers`` and stand on a page whose policy runs nothing but
this package's own script.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.intake import answer_images
from grader.marking.desk import ORDERS, Desk, Item, Order, beside
from grader.marking.store import COMMENT_CHARS, PHRASE_CHARS, ConflictError, Mark, check_points, now
from grader.marking.table import export_csv, import_csv
from grader.model import GraderError, UsageError
from grader.report import Answers, clean, environment, plural, points

OWN = Path(__file__).parent / "templates"
MAX_BODY = 16 << 20  # bytes of a request: the marks of a large class as CSV
HISTORY = 12  # earlier marks shown of one answer

_META_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)
_HEADERS = {
    "content-security-policy": _META_POLICY + "; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
#: A report is looked at, never run: whatever stands in it has no origin and no script.
_REPORT_POLICY = (
    "sandbox allow-popups; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'"
)


class Guard:
    """Lets a request through if it is for this host, from this page, and knows the token.

    Everything else gets the same empty 404, whatever was wrong.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Sequence[str]) -> None:
        self.app, self.token, self.hosts = app, token, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http" or not self._allowed(scope):
            await PlainTextResponse("", 404)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] += [
                    (k.encode(), v.encode()) for k, v in _HEADERS.items() if k.encode() not in present
                ]
            await send(message)

        await self.app(scope, receive, with_headers)

    def _allowed(self, scope: Scope) -> bool:
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        given = str(scope["path"]).split("/", 2)[1] if "/" in scope["path"] else ""
        known = hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())
        hosts = headers.get("host", [])
        here = len(hosts) == 1 and hosts[0] in self.hosts
        origins = headers.get("origin", [])
        ours = all(o == f"http://{hosts[0]}" for o in origins) if here else False
        asked = {k: (headers.get(f"sec-fetch-{k}") or [""])[0] for k in ("site", "mode", "dest")}
        near = asked["site"] in ("", "same-origin", "none")
        near = near or (scope["method"] == "GET" and asked["mode"] == "navigate" and asked["dest"] == "document")
        if scope["method"] not in ("GET", "HEAD"):
            kind = headers.get("content-type", [""])[0].split(";")[0].strip().lower()
            ours = ours and len(origins) == 1 and kind == "application/json"
        return known and here and ours and near


class BadRequestError(Exception):
    """What the page sent is not allowed; the message says what is."""


class NoAnswerError(Exception):
    """There is no such answer."""


class Pages:
    """The addresses under the token, each a method."""

    def __init__(self, desk: Desk, marker: str, token: str) -> None:
        self.desk, self.marker, self.root = desk, marker, f"/{token}/"
        self.templates = environment(OWN)
        self.images: dict[Path | None, Mapping[str, str]] = {}

    def routes(self) -> list[Route]:
        at = self.root.rstrip("/")

        def get(path: str, page: Callable[[Request], Response]) -> Route:
            return Route(at + path, page, methods=["GET"])

        def post(path: str, act: Callable[[Request, dict[str, Any]], Response]) -> Route:
            return Route(at + path, _with_body(act), methods=["POST"])

        return [
            get("/", self.overview),
            get("/mark.js", lambda r: _file("mark.js", "text/javascript")),
            get("/answer/{key}/{question}", self.answer),
            get("/report/{key}", self.report),
            get("/marks.csv", self.csv),
            post("/answer/{key}/{question}", self.save),
            post("/phrases", self.phrases),
            post("/empty", self.zero_empty),
            post("/import", self.take_csv),
        ]

    # --- pages

    def overview(self, request: Request) -> Response:
        desk, marks = self.desk, self.desk.store.marks()
        order = _order(request)
        columns = []
        for q in desk.assignment.questions:
            mine = [i for i in desk.sequence("question") if i.question.id == q.id]
            left = [i for i in mine if not desk.done(i, marks)]
            columns.append(
                {
                    "id": clean(q.id, 40),
                    "text": clean(q.text),
                    "max_points": points(q.points),
                    "done": f"{len(mine) - len(left)} of {len(mine)}",
                    "width": f"{100 * (1 - len(left) / len(mine)) if mine else 100:.1f}%",
                    "full": not left,
                    "href": _address((left or mine)[0], "question") if mine else "",
                    "action": "Go on" if left and len(left) < len(mine) else "Start" if left else "Look",
                }
            )
        sequence = desk.sequence(order)
        left = [i for i in sequence if not desk.done(i, marks)]
        rows = [
            {
                "name": clean(name, 200),
                "cells": [self._cell(key, q.id, order, marks) for q in desk.assignment.questions],
            }
            for key, name in desk.students
        ]
        empty = [i for i in desk.empty() if not desk.done(i, marks)]
        view = {
            "title": f"Marking: {clean(desk.assignment.name, 200)}",
            "heading": clean(desk.assignment.name, 200),
            "marker": clean(self.marker, 80),
            "blind": desk.blind,
            "done": f"{len(sequence) - len(left)} of {plural(len(sequence), 'answer')} marked",
            "width": f"{100 * (1 - len(left) / len(sequence)) if sequence else 100:.1f}%",
            "full": not left,
            "next": _address(left[0], order) if left else "",
            "order": order,
            "columns": columns,
            "rows": rows,
            "empty": plural(len(empty), "empty answer") if empty else "",
        }
        return self._page("overview.html", view)

    def _cell(self, key: str, question: str, order: Order, marks: Mapping[tuple[str, str], Mark]) -> dict[str, str]:
        item = self.desk.item(key, question)
        assert item is not None
        mark = marks.get((item.submission, question))
        fresh = self.desk.fresh(item, marks)
        if fresh is not None and fresh.points is not None:
            text, css, said = points(fresh.points), "marked", f"{points(fresh.points)} points"
        elif mark is not None and fresh is None:
            text, css, said = "changed", "changed", "changed after it was marked"
        elif not item.text:
            text, css, said = "empty", "empty", "no answer"
        else:
            text, css, said = "mark", "open", "not marked yet"
        label = f"{item.name}, {question}: {said}"
        return {"text": text, "css": css, "label": clean(label, 300), "href": _address(item, order)}

    def answer(self, request: Request) -> Response:
        item, order = self._item(request), _order(request)
        desk, marks = self.desk, self.desk.store.marks()
        line = desk.sequence(order, item)
        place = line.index(item)
        before, after = line[:place], line[place + 1 :]
        around = {
            "previous": _address(before[-1], order) if before else "",
            "next": _address(after[0], order) if after else "",
            "next_question": _other_question(item, after),
            "open": next((_address(i, order) for i in after + before if not desk.done(i, marks)), ""),
            "other": _address(item, "student" if order == "question" else "question"),
        }
        said = marks.get((item.submission, item.question.id))
        fresh = desk.fresh(item, marks)
        html, note = Answers(1, self._images(item)).render(item.text, item.question.id)
        shown = beside(item)
        sequence = [i for i in line if i.text]
        done = sum(desk.done(i, marks) for i in sequence)
        top = item.question.points
        view = {
            "title": f"{clean(item.question.id, 40)}, {clean(item.name, 80)}: marking",
            "id": clean(item.question.id, 40),
            "question": clean(item.question.text),
            "name": clean(item.name, 200),
            "rubric": [clean(line, 400) for line in item.question.rubric],
            "place": _place(item, sequence),
            "progress": f"{done} of {len(sequence)} marked",
            "width": f"{100 * done / len(sequence) if sequence else 100:.1f}%",
            "full": done == len(sequence),
            "order": order,
            "around": around,
            "html": html,
            "note": note,
            "answered": bool(item.text),
            "problem": clean(item.problem, 400),
            "stale": self._told(said) if said is not None and fresh is None else None,
            "numbers": Markup(shown.numbers),
            "figures": [Markup(f) for f in shown.figures],
            "report": "" if desk.blind else f"report/{item.key}",
            "points": "" if fresh is None or fresh.points is None else f"{fresh.points:.10g}",
            "max_points": points(top),
            "top": f"{top:.10g}",
            "buttons": [str(k) for k in range(min(9, int(top + 1e-9)) + 1)],
            "comment": fresh.comment if fresh is not None else "",
            "phrases": self._phrases(item.question.id),
            "history": self._history(item),
            "save": _address(item, order),
            "seen": said.n if said is not None else 0,
            "marker": clean(self.marker, 80),
            "limit": COMMENT_CHARS,
        }
        return self._page("answer.html", view)

    def report(self, request: Request) -> Response:
        key = request.path_params["key"]
        item = next((i for i in self.desk.items if i.key == key), None)
        if item is None or self.desk.blind:
            return PlainTextResponse("", 404)
        try:
            html = item.report.read_bytes()
        except OSError:
            return PlainTextResponse("There is no report of this submission any more.", 404)
        return HTMLResponse(html, headers={"content-security-policy": _REPORT_POLICY})

    def csv(self, request: Request) -> Response:
        if self.desk.blind:
            return PlainTextResponse("", 404)
        headers = {"content-disposition": 'attachment; filename="marks.csv"'}
        return Response(export_csv(self.desk), media_type="text/csv", headers=headers)

    # --- actions

    def save(self, request: Request, body: dict[str, Any]) -> Response:
        item = self._item(request)
        comment = clean(_text(body, "comment", COMMENT_CHARS), COMMENT_CHARS)
        edit, seen = _text(body, "edit", 64), body.get("seen")
        if not isinstance(seen, int) or isinstance(seen, bool):
            raise BadRequestError("seen is a number")
        if not re.fullmatch(r"[0-9a-z-]*", edit):
            raise BadRequestError("edit is made of letters and digits")
        try:
            value = check_points(body.get("points"), item.question.points)
        except ValueError as problem:
            raise BadRequestError(str(problem)) from None
        mark = Mark(0, item.submission, item.question.id, value, comment, item.digest, self.marker, now())
        try:
            stored = self.desk.store.put(mark, seen=seen, edit=edit)
        except ConflictError as conflict:
            return JSONResponse({"problem": self._conflict(conflict.mark)}, 409)
        marks = self.desk.store.marks()
        sequence = self.desk.sequence("question")
        done = sum(self.desk.done(i, marks) for i in sequence)
        return JSONResponse(
            {
                "n": stored.n,
                "points": None if stored.points is None else points(stored.points),
                "progress": f"{done} of {len(sequence)} marked",
                "width": f"{100 * done / len(sequence) if sequence else 100:.1f}%",
            }
        )

    def phrases(self, request: Request, body: dict[str, Any]) -> Response:
        question = _text(body, "question", 200)
        if question not in {q.id for q in self.desk.assignment.questions}:
            raise BadRequestError("there is no such question")
        if "drop" in body:
            if not isinstance(body["drop"], int):
                raise BadRequestError("drop is a number")
            self.desk.store.drop_phrase(body["drop"])
        else:
            text = clean(_text(body, "text", PHRASE_CHARS), PHRASE_CHARS).strip()
            if not text:
                raise BadRequestError("write a comment first, then keep it")
            self.desk.store.keep_phrase(question, text, self.marker)
        return JSONResponse({"phrases": self._phrases(question)})

    def zero_empty(self, request: Request, body: dict[str, Any]) -> Response:
        """0 points for every answer that is empty and that nobody has marked: one decision, one click."""
        marks = self.desk.store.marks()
        new = [
            Mark(0, i.submission, i.question.id, 0.0, "", i.digest, self.marker, now())
            for i in self.desk.empty()
            if not self.desk.done(i, marks)
        ]
        self.desk.store.put_all(new)
        return JSONResponse({"message": f"{plural(len(new), 'empty answer')} marked with 0 points."})

    def take_csv(self, request: Request, body: dict[str, Any]) -> Response:
        try:
            taken = import_csv(self.desk, _text(body, "text", MAX_BODY), self.marker)
        except UsageError as problem:
            raise BadRequestError(clean(problem, 4_000)) from None
        told = f"{plural(taken.changed, 'mark')} taken over, {taken.same} already there or blank."
        return JSONResponse({"message": told})

    # --- parts

    def _item(self, request: Request) -> Item:
        item = self.desk.item(request.path_params["key"], request.path_params["question"])
        if item is None:
            raise NoAnswerError
        return item

    def _images(self, item: Item) -> Mapping[str, str]:
        if item.source not in self.images:
            self.images = {item.source: answer_images(item.source)}
        return self.images[item.source]

    def _phrases(self, question: str) -> list[dict[str, Any]]:
        return [{"n": p.n, "text": p.text} for p in self.desk.store.phrases(question)]

    def _told(self, mark: Mark) -> dict[str, str]:
        given = "no points" if mark.points is None else f"{points(mark.points)} points"
        return {
            "who": clean(mark.marker, 80),
            "when": mark.at[:16].replace("T", " ") + " UTC",
            "at": mark.at,
            "points": given,
            "comment": clean(mark.comment, COMMENT_CHARS),
        }

    def _history(self, item: Item) -> list[dict[str, str]]:
        found = self.desk.store.history(item.submission, item.question.id)
        return [self._told(m) for m in found[:HISTORY]]

    def _conflict(self, mark: Mark) -> str:
        told = self._told(mark)
        return f"Not saved: {told['who']} gave this answer {told['points']} meanwhile. Reload to see it."

    def _page(self, template: str, view: Mapping[str, Any]) -> Response:
        frame = {"root": self.root, "csp": _META_POLICY}
        return HTMLResponse(self.templates.get_template(template).render({**view, **frame}))


def _with_body(act: Callable[[Request, dict[str, Any]], Response]) -> Callable[[Request], Any]:
    """Reads a JSON object of at most ``MAX_BODY`` bytes, then acts in a thread of its own."""

    async def endpoint(request: Request) -> Response:
        raw = bytearray()
        async for piece in request.stream():
            raw += piece
            if len(raw) > MAX_BODY:
                return JSONResponse({"problem": "too large"}, 413)
        try:
            body = json.loads(raw, parse_int=_integer)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return JSONResponse({"problem": "expected a JSON object"}, 400)
        try:
            return await run_in_threadpool(act, request, body)
        except BadRequestError as problem:
            return JSONResponse({"problem": str(problem)}, 400)

    return endpoint


def _integer(digits: str) -> int:
    if len(digits) > 18:  # beyond 64 bits, which neither the database nor a float may take
        raise ValueError("too many digits")
    return int(digits)


def _text(body: Mapping[str, Any], name: str, limit: int) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadRequestError(f"{name} is text")
    if len(value) > limit:
        raise BadRequestError(f"{name} has {len(value)} characters: at most {limit} are kept")
    return value


def _order(request: Request) -> Order:
    by = request.query_params.get("by", "question")
    return next((o for o in ORDERS if o == by), "question")


def _address(item: Item, order: Order) -> str:
    """Relative to the token; question ids are plain words (``Q1``) but quoted all the same."""
    return f"answer/{item.key}/{quote(item.question.id, safe='')}?by={order}"


def _place(item: Item, sequence: Sequence[Item]) -> str:
    """Where an answer stands among those to its question."""
    same = [i for i in sequence if i.question.id == item.question.id]
    where = f"answer {same.index(item) + 1} of {len(same)}" if item in same else "no answer"
    return f"{clean(item.question.id, 40)}, {where}"


def _other_question(item: Item, after: Sequence[Item]) -> str:
    """The question that comes next, where it is another one."""
    new = [i.question.id for i in after[:1] if i.question.id != item.question.id]
    return clean(new[0], 40) if new else ""


def _file(name: str, kind: str) -> Response:
    return Response((OWN / name).read_bytes(), media_type=kind)


async def _lost(request: Request, error: Exception) -> Response:
    return PlainTextResponse("", 404)


async def _broken(request: Request, error: Exception) -> Response:
    return JSONResponse({"problem": f"Not saved: {error}"}, 500)


def application(desk: Desk, marker: str, token: str, hosts: Sequence[str]) -> ASGIApp:
    """The whole page as an ASGI application; ``hosts`` are the values of ``Host`` that are served."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{22,}", token):
        raise ValueError("a token has at least 22 characters of A-Z, a-z, 0-9, - and _")
    handlers: Mapping[Any, Any] = {NoAnswerError: _lost, GraderError: _broken}
    app = Starlette(routes=Pages(desk, marker, token).routes(), exception_handlers=handlers)
    return Guard(app, token, hosts)
