"""Files of points: the options read, a job in the background, and what is said of it."""

from __future__ import annotations

import csv
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread, current_thread, main_thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from hodiff.cli import INTERRUPTED
from hodiff.cli.faults import Outcome
from hodiff.cli.options import usage
from hodiff.errors import HodiffError, installing

if TYPE_CHECKING:
    from hodiff.calculator.points.job import Job

REFUSED = {
    "at": "rows give the points: a constant is --let, a variable a column",
    "digits": "rows hold doubles; --proven proves theirs",
    "exact": "rows hold doubles",
    "rtol": "it is for intervals",
    "within": "it bounds around one point",
}
FORMS = {"table": None, "csv": "csv", "json": "ndjson"}
ENDS = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # as Ctrl-C does
SETTINGS = {
    "OPENBLAS_NUM_THREADS": "1",  # batches have threads: others of numpy's wait for nothing
    "POLARS_CSV_CHUNK_SIZE": "1000000",  # read ahead: some chunks for each thread are in memory
    "POLARS_DEFAULT_DISTRIBUTOR_BUFFER_SIZE": "2",  # batches that wait
    "POLARS_DEFAULT_LINEARIZER_BUFFER_SIZE": "2",
    "POLARS_ROW_GROUP_PREFETCH_SIZE": str(max(1, (os.cpu_count() or 1) // 2)),
}
"""What libraries read as they load, of files here, where the environment doesn't say it."""
TICK = 0.1  # seconds
PATIENCE = 10  # seconds for batches to end that have begun


def answered(
    command: str, expression: str, form: str, options: dict[str, Any], given: dict[str, Any]
) -> Iterator[Outcome]:
    """What to print of a file of points: messages, and with --head a table; rows that go to
    standard output are written as they come."""
    job = read(command, expression, form, options, given)
    if given["head"] is not None:
        yield _shown(job, given["head"], form)
        return
    failure: list[BaseException] = []

    def work() -> None:
        try:
            _run(job, given["engine"])
        except BaseException as fault:
            failure.append(fault)
        finally:
            done.set()

    if current_thread() is main_thread():
        for name in ENDS:
            signal.signal(getattr(signal, name), signal.default_int_handler)
    done = Event()  # Thread.join takes a thread for ended when an interrupt comes while it waits
    started = monotonic()
    try:
        Thread(target=work, daemon=True).start()
        with _progress(job) as update:
            while not done.wait(TICK):
                update()
    except KeyboardInterrupt:
        job.stop()
        done.wait(PATIENCE)
        os._exit(INTERRUPTED)  # Polars' threads may be at work, which Python's way out aborts at
    if failure and isinstance(failure[0], BrokenPipeError):
        return
    if failure:
        job.stop()  # of an interrupt Polars may tell, which leaves others of its threads at work
        raise failure[0]
    yield Outcome(None, _said(job, monotonic() - started), 1 if job.rows.refused else 0)


def _run(job: Job, engine: str | None) -> None:
    if engine is None:
        job.run()
        return
    from hodiff.calculator.points import engines  # start-up

    engines.run(job, engine)


def read(
    command: str, expression: str, form: str, options: dict[str, Any], given: Mapping[str, Any]
) -> Job:
    """The job that the options state."""
    if "://" not in (given["points"] or ""):  # an object store wants much read ahead
        for name, value in SETTINGS.items():
            os.environ.setdefault(name, value)
    try:
        import polars as _  # noqa: F401  # start-up: an extra
    except ModuleNotFoundError:
        message = f"files of points need Polars: {installing('data')}"
        raise usage(message, "--points") from None
    from hodiff.answers.question import How  # start-up
    from hodiff.calculator.commands import COMMANDS
    from hodiff.calculator.compiled import Compiled
    from hodiff.calculator.points.files import Dialect
    from hodiff.calculator.points.grid import axes
    from hodiff.calculator.points.job import Job

    if form not in FORMS:
        raise usage(f"rows have no --format {form}: take csv or json", "--format")
    for name, why in REFUSED.items():
        if options.get(name):
            raise usage(f"--{name} goes with one point, not with many: {why}", f"--{name}")
    if given["points"] is not None and given["grid"]:
        raise usage("points come from --points or from --grid: leave one out", "--grid")
    if expression == "-" or expression.startswith("@"):
        raise usage("with --points EXPR is one expression, as text", "EXPR")
    proven = given.get("proven", False)
    if options.get("arithmetic") == "float" and proven:
        raise usage("--proven numbers are none of --arithmetic float: leave one out", "--proven")
    known = COMMANDS[command].options
    own = {name: x for name, x in options.items() if name in known and x is not None and x != ()}
    wrt = tuple(part.strip() for text in options.get("wrt") or () for part in text.split(","))
    let, constants = tuple(options["let"]), options.get("constants")
    strict = options.get("strict", False)
    compiled = Compiled(expression, command, wrt or None, let, own, constants, strict)
    how = How(subgradient=options.get("subgradient", False), extend=options.get("extend", False))
    comma = given["decimal_comma"]
    if comma and given["separator"] == ",":
        message = "a comma parts either columns or decimals: take another --separator"
        raise usage(message, "--separator")
    kept = [name.strip() for text in given["keep"] for name in _names(text)]
    return Job(
        compiled,
        how,
        points=given["points"],
        grid=axes(given["grid"], _number) if given["grid"] else None,
        out=given["out"] or "-",
        in_form=given["in_format"],
        out_form=given["out_format"] or (None if given["out"] else FORMS[form]),
        maps=dict(_mapped(given["map"])),
        keep=None if kept in ([], ["all"]) else [] if kept == ["none"] else kept,
        skips=given["on_error"] == "skip",
        fails=given["on_error"] == "fail",
        errors=given["errors"],
        proven=proven or options.get("arithmetic") == "ball",
        check=given.get("check", False),
        resume=given["resume"],
        dialect=Dialect(given["separator"] or (";" if comma else ","), comma),
    )


def _names(text: str) -> list[str]:
    """What commas part; one in double quotes may be of a name."""
    return next(csv.reader([text], skipinitialspace=True)) or [""]


def _mapped(texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    seen = set()
    for part in (part for text in texts for part in _names(text)):
        name, sign, column = (x.strip() for x in part.partition("="))
        if not (name and sign and column):
            raise usage(f"--map is w1=width, a variable and its column, not '{part}'", "--map")
        if name in seen:
            raise usage(f"--map has '{name}' twice", "--map")
        seen.add(name)
        yield name, column


def _number(text: str) -> float:
    """An end of --grid: a number, or an expression without variables."""
    from hodiff.calculator.result import calculate  # start-up

    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(calculate("value", text, at={}, digits=17).value)
    except HodiffError as fault:
        raise usage(f"--grid: {fault.message}", "--grid") from None
    except ValueError:  # the answer is a formula
        raise usage(f"--grid: '{text.strip()[:60]}' is no number", "--grid") from None


@contextmanager
def _progress(job: Job) -> Iterator[Callable[[], None]]:
    """What shows how far a job is, where people look on: a bar with rate and time."""
    from hodiff.calculator.progress import bar  # start-up

    started = monotonic()
    texts = "{task.fields[part]}{task.completed:,.0f} rows", "{task.fields[rate]:,.0f}/s"
    with bar(*texts, left=True) as shown:

        def update() -> None:
            done, parts = job.rows.done, job.parts
            part = f"file {min(parts[0] + 1, parts[1])} of {parts[1]}, " if parts[1] else ""
            rate = done / max(monotonic() - started, 1e-9)
            shown(completed=done, total=None if parts[1] else job.total, part=part, rate=rate)

        yield update


def _said(job: Job, seconds: float) -> str | None:
    """What there is to say at the end: of rows without an answer, and of a sample."""
    rows, lines = job.rows, list[str]()
    notes = [*job.compiled.notes, *job.notes, *job.compiled.columns.said(rows.refused)]
    lines += [f"note: {note}" for note in notes]
    if rows.refused:
        n = sum(rows.refused.values())
        counts = ", ".join(f"{count} {kind}" for kind, count in rows.refused.most_common())
        assert rows.first is not None
        file, row, why = rows.first
        where = f"{file}, row {row}" if file else f"row {row}"
        lines.append(f"{n} of {rows.done} rows {job.compiled.columns.wrong} ({counts})")
        lines.append(f"  {where}: {why.message}")
    if rows.checked:
        lines.append(
            f"check: of {rows.checked} rows compared with balls {rows.lost} lose more than half of"
            f" their digits ({rows.lost / rows.checked:.2%})"
        )
    if job.out != "-" and sys.stderr and sys.stderr.isatty():
        lines.append(f"{rows.done:,} rows in {seconds:.1f} s: {job.out}")
    return "\n".join(lines) or None


def _shown(job: Job, n: int, form: str) -> Outcome:
    from hodiff.calculator.points.shown import told  # start-up

    rows = job.head(n, FORMS[form] or "table")
    text = told(rows, form, job.compiled.expression, job.dialect)
    return Outcome(text, _said(job, 0), 1 if job.rows.refused else 0)
