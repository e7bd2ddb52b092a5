"""A job in pieces, for the workers of an engine: Dask's or Spark's.

A worker reads its piece of a file and writes a part of the output itself, as the job does on one
machine; what comes back is a report. The parts stand in a folder beside the output, which becomes
the output when all are there.
"""

from __future__ import annotations

import os
import pickle
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from hodiff.arithmetic.rows import processors
from hodiff.calculator import output
from hodiff.calculator.points import files, grid
from hodiff.calculator.points.files import fault
from hodiff.calculator.points.job import Job
from hodiff.calculator.points.pieces import Piece, of_rows, of_text
from hodiff.calculator.points.rows import CHECKED, MOST_CHECKED, no_answer
from hodiff.calculator.points.solver import Refused, Stopped
from hodiff.errors import HodiffError, installing

ROWS, BYTES = 1 << 20, 1 << 25  # of a piece
PROVEN_ROWS, PROVEN_BYTES = 1 << 14, 1 << 20  # in balls: some seconds
SEARCHED_ROWS, SEARCHED_BYTES = 1 << 11, 1 << 17  # of which each is a search: the same
MOST = 10_000  # pieces of a file
TICK = 0.05  # seconds
STOP = "_stopped"  # the file that says so to workers


@dataclass
class Report:
    """What a worker says of its piece."""

    number: int
    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    first: tuple[str, int, Refused] | None = None
    reasons: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    checked: int = 0
    lost: int = 0
    error: HodiffError | None = None


Reports = Generator[Report | None, None, None]  # None while there is nothing new


@dataclass
class Task:
    """One piece.

    shown   the name of its file in reports
    target  where its part is written
    most    rows that are checked
    """

    job: bytes
    number: int
    piece: Piece
    shown: str
    target: str
    form: str
    most: int

    def __call__(self) -> Report:
        path, folder = self.piece.path, self.target.rpartition("/")[0]
        job: Job = replace(pickle.loads(self.job), points=path, piece=self.piece)
        rows, report = job.rows, Report(self.number)
        rows.solver.alone, rows.most, rows.file = True, self.most, self.shown
        try:
            for name in (path, folder):
                if name and not (files.remote(name) or os.path.exists(name)):
                    raise fault(f"a worker doesn't find '{name}': {EVERYWHERE}")
            if not os.path.exists(os.path.join(folder, STOP)):
                job.write(self.target, None if path is None else [path], self.form)
        except HodiffError as error:
            report.error = error
        report.done, report.refused = rows.done, rows.refused
        report.first, report.reasons = rows.first, rows.reasons
        report.checked, report.lost = rows.checked, rows.lost
        return report


EVERYWHERE = "files have to be where all workers find them, in a shared folder or an object store"


def run(job: Job, engine: str) -> None:
    """All rows, by an engine: dask or spark, with =ADDRESS of a cluster. Raises HodiffError as
    Job.run does; nothing is there then under the output's name."""
    name, _, address = engine.partition("=")
    _check(job, name)
    with job.reasons(), _staged(job.out) as folder:
        tasks = _tasks(job, folder)
        job.parts, job.rows.file = (0, len(tasks)), tasks[0].shown
        reports: dict[int, Report] = {}
        with closing(_reports(ENGINES[name](tasks, address), name)) as found:
            for report in found:
                if job.rows.stopped or (report is not None and report.error):
                    _stop(folder)
                    raise _placed(report, tasks, job) if report else Stopped
                if report is not None:
                    reports[report.number] = report
                    job.rows.done += report.done
                    job.parts = len(reports), len(tasks)
        for task in tasks:
            if not (files.remote(task.target) or os.path.exists(task.target)):
                raise fault(f"the workers' parts aren't here: {EVERYWHERE}", "--out")
        _gather(job, tasks, reports)


def _check(job: Job, name: str) -> None:
    """What an engine can't do."""
    for package, title in PACKAGES[name]:
        if find_spec(package) is None:
            message = f"--engine {name} needs {title}: {installing(name)}"
            raise fault(message, "--engine")
    if job.points is not None and files.is_stream(job.points):
        raise fault(f"--engine {name} reads files: standard input and pipes are read here alone")
    if not (job.out.endswith("/") or os.path.isdir(job.out)):
        shown = "parts" if job.out == files.STDOUT else job.out
        raise fault(f"--engine {name} writes a folder of parts: --out {shown}/", "--out")
    if job.resume:
        message = f"--engine {name} writes a folder when all of it is there: leave --resume out"
        raise fault(message, "--resume")


@contextmanager
def _staged(out: str) -> Iterator[str]:
    """A folder for the parts, which becomes the output's where the block ends well."""
    if files.remote(out):
        yield out.rstrip("/")
        return
    out = os.path.realpath(out)
    if os.path.isdir(out) and os.listdir(out):
        raise fault(f"the folder '{out}' isn't empty: choose another, or remove it", "--out")
    try:
        os.makedirs(os.path.dirname(out), exist_ok=True)
        folder = tempfile.mkdtemp(prefix=".hodiff-", dir=os.path.dirname(out))
    except OSError as error:
        raise fault(f"'{out}' can't be written: {error.strerror}", "--out") from None
    try:
        os.chmod(folder, 0o777 & ~output.umask())
        yield folder
        with suppress(FileNotFoundError):
            os.rmdir(out)
        try:
            os.rename(folder, out)
        except OSError as error:
            raise output.unwritable(out, error.strerror) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _stop(folder: str) -> None:
    """Say to the workers that no part is wanted any more."""
    if not files.remote(folder):
        with suppress(OSError):
            Path(folder, STOP).touch()


def _tasks(job: Job, folder: str) -> list[Task]:
    """A task for each piece of each file, in the order of rows, by which the parts are named."""
    tasks, targets = list[Task](), set[str]()
    shipped = pickle.dumps(job)
    for path in [None] if job.grid is not None else files.sources(job.points or ""):
        shown, paths = path or "", [path] if path else []
        if path is None:
            stem, form = "part", files.form_of(job.out, job.out_form, "--out")
        else:
            stem, form = job.part(path)
        with job.told(paths):
            job.answered(paths or None, form)  # raises for columns that aren't there
            pieces = list(_pieces(job, path))
        target = os.path.join(folder, stem)
        if target in targets:
            raise fault(f"there are several files '{stem}': give them names of their own")
        targets.add(target)
        if not files.remote(folder):
            os.makedirs(os.path.dirname(target), exist_ok=True)
        for k, piece in enumerate(pieces):
            number = f"-{k:05}" if len(pieces) > 1 else ""
            part = f"{target}{number}.{form}"
            tasks.append(Task(shipped, len(tasks), piece, shown, part, form, MOST_CHECKED))
    for task in tasks:
        task.most = max(CHECKED, MOST_CHECKED // len(tasks))
    return tasks


def _pieces(job: Job, path: str | None) -> Iterator[Piece]:
    """A file, or the grid, in pieces."""
    rows, size = (ROWS, BYTES) if job.rows.plan else (PROVEN_ROWS, PROVEN_BYTES)
    if job.compiled.columns.listed:
        rows, size = SEARCHED_ROWS, SEARCHED_BYTES
    if path is None:
        assert job.grid is not None
        total = grid.size(job.grid)
        yield from of_rows(None, total, max(rows, -(-total // MOST)))
        return
    form = job.form([path])
    whole = path if files.remote(path) else os.path.abspath(path)
    if form not in files.TEXT:
        total = files.scan([path], form).select(pl.len()).collect().item()
        yield from of_rows(whole, total, max(rows, -(-total // MOST)))
        return
    if files.remote(path) or not os.path.isfile(path):
        yield Piece(whole)
        return
    schema = None
    if form == "ndjson":
        schema = dict(files.scan([path], form).collect_schema())
    size = max(size, os.path.getsize(path) // MOST)
    for piece in of_text(whole, size, form in files.SEPARATORS):
        yield piece._replace(schema=schema, casts=job.casts)


def _numbered_anew(task: Task, job: Job) -> bool:
    """Whether a piece counts its rows from 1 on."""
    return bool(task.shown) and job.form([task.shown]) in files.TEXT


def _gather(job: Job, tasks: list[Task], reports: dict[int, Report]) -> None:
    """What all workers say, as one would have said it."""
    rows, before, file = job.rows, 0, ""
    for task in tasks:
        report = reports[task.number]
        before = before if task.shown == file and _numbered_anew(task, job) else 0
        file = task.shown
        rows.refused += report.refused
        rows.checked += report.checked
        rows.lost += report.lost
        rows.reasons += [(x[0], x[1] + before, *x[2:]) for x in report.reasons]
        if report.first is not None and rows.first is None:
            name, row, why = report.first
            rows.first = name, row + before, why
        before += report.done


def _placed(report: Report, tasks: list[Task], job: Job) -> HodiffError:
    """Why a worker has stopped; a row by its number in the whole file."""
    assert report.error is not None
    task = tasks[report.number]
    if report.first is None or not _numbered_anew(task, job):
        return report.error
    form, before = job.form([task.shown]), 0
    for other in tasks[: report.number]:
        if other.shown == task.shown:
            piece = other.piece
            rows = files.scan([task.shown], form, piece, job.dialect)
            before += rows.select(pl.len()).collect().item()
    name, row, why = report.first
    return no_answer(name, row + before, why)


def _reports(found: Reports, name: str) -> Reports:
    """What an engine gives, and its own errors as hodiff's."""
    try:
        with closing(found):
            yield from found
    except HodiffError:
        raise
    except Exception as error:
        text = str(error)
        if "No module named 'hodiff'" in text or "No module named 'polars'" in text:
            message = "the workers need hodiff and its extra data where they run"
            raise fault(message, "--engine") from None
        lines = [line for line in text.splitlines() if line.strip()]
        told = lines[0].strip() if lines else type(error).__name__
        message = f"{PACKAGES[name][0][1]} has failed: {told}"
        raise fault(message, "--engine", "limit") from None


def _dask(tasks: list[Task], address: str) -> Reports:
    """By a scheduler at an address, or the one of Dask's configuration; else by processes here."""
    import logging  # start-up: of all here

    import dask
    from distributed import Client, LocalCluster, as_completed

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        if not (address or dask.config.get("scheduler-address", None)):
            cluster = LocalCluster(
                n_workers=min(processors(), len(tasks)), threads_per_worker=1,
                dashboard_address=None, silence_logs=logging.CRITICAL,
                env={"POLARS_MAX_THREADS": "1"},
            )  # fmt: skip
            stack.enter_context(cluster)
            client = stack.enter_context(Client(cluster))
        else:
            client = stack.enter_context(Client(address or None))
        futures = client.map(Task.__call__, tasks, pure=False)
        stack.callback(client.cancel, futures)
        done = as_completed(futures)
        while not done.is_empty():
            if ready := done.next_batch(block=False):
                yield from client.gather(ready)
            else:
                time.sleep(TICK)
                yield None


def _spark(tasks: list[Task], address: str) -> Reports:
    """By the master at an address, or the one of Spark's configuration; else by this machine."""
    from pyspark.sql import SparkSession  # start-up

    warnings.simplefilter("ignore")  # on pandas, which isn't used
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("hodiff")
    builder = builder.config("spark.executorEnv.POLARS_MAX_THREADS", "1")
    builder = builder.config("spark.log.level", "ERROR").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    session = (builder.master(address) if address else builder).getOrCreate()
    with ThreadPoolExecutor(1) as pool:
        try:
            numbers = session.range(0, len(tasks), 1, len(tasks))
            rows = numbers.mapInArrow(partial(_in_spark, tasks), "report binary")
            job = pool.submit(rows.collect)
            while not job.done():
                time.sleep(TICK)
                yield None
            for row in job.result():
                yield pickle.loads(row.report)
        finally:
            session.stop()


def _in_spark(tasks: list[Task], batches: Any) -> Iterator[Any]:
    """On a worker: of record batches of numbers the reports of these tasks."""
    import pyarrow as pa  # start-up: Spark brings it

    for batch in batches:
        for number in batch.column(0).to_pylist():
            yield pa.RecordBatch.from_pydict({"report": [pickle.dumps(tasks[number]())]})


ENGINES: dict[str, Callable[[list[Task], str], Reports]] = {
    "dask": _dask,
    "spark": _spark,
}
PACKAGES = {
    "dask": (("distributed", "Dask"),),
    "spark": (("pyspark", "Spark"), ("pyarrow", "PyArrow")),
}
