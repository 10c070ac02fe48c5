"""The command line: one way in, one map of exit statuses."""

from __future__ import annotations

import argparse
import getpass
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from rich.console import Console

from grader import __version__, assignment, checks, classroom, console, exports, intake, report, store, text
from grader import data as datasets
from grader.model import GROUPS, Grade, GraderError, UsageError, Verdict
from grader.sandbox import host

DONE, FAILED, USAGE, HARNESS, INTERRUPTED = 0, 1, 2, 3, 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(text.printed(message))  # a shell's pattern may have put names of submissions there


def parser() -> argparse.ArgumentParser:
    p = _Parser(prog="grader", description="Grades autoencoder and VAE homework: safely, reproducibly, with reasons.")
    p.add_argument("--version", action="version", version=f"grader {__version__}")
    sub = p.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, about: str) -> argparse.ArgumentParser:
        return sub.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")

    def common(c: argparse.ArgumentParser, *, seed: bool = True) -> None:
        c.add_argument("--assignment", type=Path, metavar="FILE", help="default: reference/assignment.toml")
        c.add_argument("--data", choices=assignment.DATASETS, help="data set; default: as in the assignment")
        c.add_argument("--data-root", type=Path, default=Path(".data"), metavar="DIR",
                       help="folder with torchvision's MNIST/ and FashionMNIST/ (default: .data)")  # fmt: skip
        if seed:
            c.add_argument("--seed", type=int, metavar="N", help="default: as in the assignment")

    def unsafe(c: argparse.ArgumentParser) -> None:
        c.add_argument("--unsafe-no-isolation", action="store_true",
                       help="run submissions without a sandbox; every result says so")  # fmt: skip

    c = add("grade", "observe what is new, judge and render a class")
    c.add_argument("submissions", nargs="?", type=Path, default=Path("submissions"), metavar="DIR")
    c.add_argument("--out", type=Path, default=Path("reports"), metavar="DIR")
    common(c)
    c.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N", help="default: cores")
    c.add_argument("--only", nargs="+", default=[], metavar="ID", help="grade these submissions only")
    c.add_argument("--fresh", action="store_true", help="observe again even what has not changed")
    unsafe(c)
    c = add("check", "run the public checks on one folder; exit status 1 if any failed")
    c.add_argument("submission", type=Path, metavar="DIR")
    c.add_argument("--json", action="store_true", help="print grade.json instead of text")
    c.add_argument("--assignment", type=Path, metavar="FILE")
    c = add("report", "judge and render again from stored observations; no student code runs")
    c.add_argument("out", type=Path, metavar="OUT")
    c.add_argument("--submissions", type=Path, metavar="DIR", help="default: where they were graded from")
    common(c)
    c = add("verify", "observe again and compare with OUT/ID byte for byte")
    c.add_argument("report", type=Path, metavar="OUT/ID")
    c.add_argument("--submissions", type=Path, metavar="DIR", help="default: where it was graded from")
    common(c)
    unsafe(c)
    c = add("export", "write files for other systems: " + ", ".join(sorted(exports.FORMATS)))
    c.add_argument("format", choices=sorted(exports.FORMATS), metavar="FORMAT")
    c.add_argument("out", type=Path, metavar="OUT")
    c.add_argument("--to", type=Path, metavar="DIR", help="default: OUT/exports/FORMAT")
    c.add_argument("--option", action="append", default=[], metavar="KEY=VALUE", help="see docs/formats.md")
    c = add("mark", "mark the written answers on a local page")
    c.add_argument("out", type=Path, metavar="OUT")
    c.add_argument("--submissions", type=Path, metavar="DIR", help="default: where they were graded from")
    c.add_argument("--port", type=int, default=0, metavar="N", help="default: any free port")
    c.add_argument("--marker", default=_user(), metavar="NAME", help="who marks (default: your login)")
    c.add_argument("--blind", action="store_true", help="hide who wrote an answer")
    c.add_argument("--no-browser", action="store_true", help="print the address only")
    common(c, seed=False)
    c = add("download", "fetch a data set through torchvision")
    c.add_argument("data", choices=assignment.DATASETS)
    c.add_argument("--data-root", type=Path, default=Path(".data"), metavar="DIR")
    c = add("calibrate", "measure the bands of honest work and write reference/calibration/")
    common(c, seed=False)
    c.add_argument("--seeds", type=_positive, default=8, metavar="N", help="seeds per variant (default 8)")
    c.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N")
    c = add("selfcheck", "run mutants, honest variants and hostile submissions; print the detection matrix")
    common(c)
    c.add_argument("--quick", action="store_true", help="exact checks only: nothing is trained")
    c.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N")
    c.add_argument("--only", nargs="+", default=[], metavar="TEXT", help="cases whose path contains TEXT")
    c.add_argument("--write", type=Path, metavar="FILE", help="write the matrix as Markdown")
    return p


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "marker"


def _positive(number: str) -> int:
    value = int(number)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; the only place where errors become messages."""
    args = parser().parse_args(argv)
    # a shell that starts a job in the background has it ignore SIGINT: `kill -INT` is to work there too
    signal.signal(signal.SIGINT, signal.default_int_handler)
    handler = signal.signal(signal.SIGTERM, _terminate)
    try:
        return COMMANDS[args.command](args)
    except GraderError as error:
        _complain(str(error))
        return error.exit_status
    except (KeyboardInterrupt, classroom.Interrupted):
        console.line(
            ("grader:", "bold"), " interrupted; what was finished is kept, run the same command to go on", stderr=True
        )
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:  # a disk or a limit of the system, wherever it is met
        where = f"{error.filename}: " if error.filename else ""
        _complain(f"{where}{error.strerror or error}")
        return HARNESS
    finally:
        signal.signal(signal.SIGTERM, handler)


def _complain(why: str) -> None:
    console.line(("grader:", "bold red"), f" {why}", stderr=True)


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def entry() -> None:
    console.watch()
    sys.exit(main())


def load_assignment(args: argparse.Namespace) -> assignment.Assignment:
    path = args.assignment or classroom.reference_folder() / "assignment.toml"
    a = assignment.load(path, check_ids=checks.IDS)
    a = a.with_dataset(getattr(args, "data", None))
    seed = getattr(args, "seed", None)
    return a if seed is None else replace(a, seed=seed)


def _isolation(args: argparse.Namespace) -> str:
    isolation = host.detect(unsafe=args.unsafe_no_isolation)
    return "none" if args.unsafe_no_isolation else isolation


# --- grade ---------------------------------------------------------------------------------------------


def _grade(args: argparse.Namespace) -> int:
    course = classroom.Course(load_assignment(args), args.out, args.data_root)
    folders = intake.find(args.submissions, tuple(args.only))
    isolation = _isolation(args)
    with store.lock(args.out), _Bar() as bar:
        progress = classroom.Progress(bar.show)
        rows = classroom.grade_class(
            course, folders, jobs=args.jobs, isolation=isolation, fresh=args.fresh, progress=progress
        )
    _summary(rows, args.out, isolation)
    return HARNESS if any(r.needs_person for r in rows) else DONE


class _Bar:
    """One line that says what is being done; plain lines where the output is no terminal."""

    def __init__(self) -> None:
        self.terminal = console.terminal(stderr=True)
        self._status: Any = None
        self._last = -1

    def __enter__(self) -> _Bar:
        if self.terminal.is_terminal:
            self._status = self.terminal.status("starting")
            self._status.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, submission: str, probe: str, done: int, total: int) -> None:
        if self._status is not None:
            filled = round(24 * done / max(total, 1))
            bar = "█" * filled + "░" * (24 - filled)
            self._status.update(console.styled(f"{bar} {done}/{total}  ", submission, "  ", (probe, "dim")))
        elif done != self._last:
            self._last = done
            if done:
                console.line(f"{done}/{total} {submission}", stderr=True)


def _summary(rows: Sequence[classroom.Graded], out: Path, isolation: str) -> None:
    width = max((len(r.grade.submission_id) for r in rows), default=0)
    for r in rows:
        g = r.grade
        failed = [v for v in g.checks if v.status in ("failed", "error", "timeout")]
        why = "" if not failed else f"  {failed[0].id}" + (f" (+{len(failed) - 1})" if len(failed) > 1 else "")
        flag = "  needs a person" if r.needs_person else ""
        colour = "green" if not failed else "yellow"
        cap = f"  capped by {g.cap.check}: −{g.cap.taken:g}" if g.cap else ""
        score = (f"{g.score:5.4g} / {g.max_score:g}", colour)
        console.line(g.submission_id.ljust(width), "  ", score, f"{why}{cap}{flag}")
    if isolation == "none":
        console.line(("no isolation:", "bold red"), " submissions ran with your own rights")
    console.line(f"reports: {out / 'index.html'}")


# --- check ---------------------------------------------------------------------------------------------

_STYLE = {
    "failed": ("red", "✗"), "error": ("red", "!"), "timeout": ("red", "⏱"), "harness_error": ("magenta", "?"),
}  # fmt: skip


def _check(args: argparse.Namespace) -> int:
    from grader import judge, public

    a = assignment.load(args.assignment, check_ids=checks.IDS) if args.assignment else None
    with _Bar() as bar:
        say = lambda probe: bar.show(args.submission.name, probe, 0, 1)  # noqa: E731
        grade = public.check_submission(args.submission, assignment=a, say=say)
    if args.json:
        console.document(store.json_bytes(judge.to_json(grade)).decode())
    else:
        print_grade(grade, console.terminal())
    if grade.needs_person:
        return HARNESS
    return FAILED if any(v.status != "passed" for v in grade.checks) else DONE


def print_grade(grade: Grade, to: Console) -> None:
    """The terminal report: one line for each group that is whole, details for what is not."""
    for group in GROUPS:
        rows = [v for v in grade.checks if v.group == group]
        if not rows:
            continue
        good = sum(v.status == "passed" for v in rows)
        colour = "green" if good == len(rows) else "red"
        console.line((group, "bold"), " ", (f"{good} of {len(rows)}", colour), to=to)
        for v in rows:
            if v.status not in ("passed", "blocked"):
                _print_verdict(v, to)
        if open_ones := sum(v.status == "blocked" and bool(v.unwritten) for v in rows):
            console.line((f"  … {open_ones} not judged: not written yet", "dim"), to=to)
        if in_part := sum(v.status == "passed" and bool(v.unwritten) for v in rows):
            console.line((f"  … {in_part} judged as far as it is written", "dim"), to=to)
        for root, waiting in Counter(v.blocked_by for v in rows if v.status == "blocked" and v.blocked_by).items():
            console.line((f"  – {waiting} not run: {root} comes first", "dim"), to=to)
    if grade.isolation == "none":
        console.line(("ran without isolation (your own code on your own machine)", "dim"), to=to)
    failed = sum(v.status not in ("passed", "blocked") for v in grade.checks)
    passed = sum(v.status == "passed" for v in grade.checks)
    tail = f", {failed} failed" if failed else ""
    if grade.unwritten:
        console.line(report.still_to_write(grade), to=to)
    told = f"{passed} of {len(grade.checks)} public checks passed{tail}"
    console.line((told, "bold"), "; hidden checks train your models", to=to)
    for v, below in report.first_to_fix(grade.checks)[:1]:
        also = f", and then the {len(below)} that could not run" if below else ""
        console.line("fix first: ", (v.id, "bold"), also, to=to)


def _print_verdict(v: Verdict, to: Console) -> None:
    colour, mark = _STYLE[v.status]
    console.line("  ", (f"{mark} {v.title}", colour), " ", (v.id, "dim"), to=to)
    console.line("      ", v.message, to=to)
    if v.hint:
        console.line("      ", ("try:", "cyan"), " ", v.hint, to=to)


# --- report, verify, export ------------------------------------------------------------------------------


def _report(args: argparse.Namespace) -> int:
    course = classroom.Course(load_assignment(args), args.out, args.data_root)
    with store.lock(args.out):
        rows = classroom.rejudge(course, args.submissions)
    _summary(rows, args.out, rows[0].grade.isolation if rows else "")
    return HARNESS if any(r.needs_person for r in rows) else DONE


def _verify(args: argparse.Namespace) -> int:
    course = classroom.Course(load_assignment(args), args.report.parent, args.data_root)
    differences = classroom.verify(course, args.report, args.submissions, _isolation(args))
    if not differences:
        console.line(f"{args.report}: observed again, grade.json and report.html are the same bytes")
        return DONE
    for difference in differences:
        console.line(difference)
    return FAILED


def _export(args: argparse.Namespace) -> int:
    pairs = classroom.stored_grades(args.out)
    if not pairs:
        raise UsageError(f"{args.out}: holds no grades; run `grader grade` first")
    to = args.to or args.out / "exports" / args.format
    options = {}
    for option in args.option:
        key, equals, value = option.partition("=")
        if not equals:
            raise UsageError(f"--option {option}: must be KEY=VALUE")
        options[key] = value
    for path in exports.export(args.format, pairs, to, **options):
        console.line(str(path))
    return HARNESS if any(g.needs_person for g, _ in pairs) else DONE


def _mark(args: argparse.Namespace) -> int:
    from grader import marking

    return marking.main(
        args.out,
        submissions=args.submissions,
        port=args.port,
        marker=args.marker,
        blind=args.blind,
        open_browser=not args.no_browser,
        assignment=load_assignment(args),
    )


def _download(args: argparse.Namespace) -> int:
    datasets.download(args.data, args.data_root)
    console.line(f"{args.data}: ready in {args.data_root}")
    return DONE


def _calibrate(args: argparse.Namespace) -> int:
    from grader import authors

    return authors.calibrate(load_assignment(args), args.data_root, args.seeds, args.jobs)


def _selfcheck(args: argparse.Namespace) -> int:
    from grader import authors

    return authors.selfcheck(
        load_assignment(args), args.data_root, quick=args.quick, jobs=args.jobs, only=tuple(args.only), write=args.write
    )


COMMANDS = {
    "grade": _grade,
    "check": _check,
    "report": _report,
    "verify": _verify,
    "export": _export,
    "mark": _mark,
    "download": _download,
    "calibrate": _calibrate,
    "selfcheck": _selfcheck,
}
