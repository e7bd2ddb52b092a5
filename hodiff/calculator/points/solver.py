"""The rows that doubles can't answer, and with --proven all: each by itself, in balls.

A few are answered here; many by processes of their own, which start when it pays.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from math import inf, isfinite
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hodiff.answers.outside import Outside
from hodiff.answers.question import How
from hodiff.arithmetic.rows import processors
from hodiff.calculator.columns import Answered
from hodiff.calculator.commands import COMMANDS
from hodiff.calculator.compiled import Compiled
from hodiff.calculator.result import calculating
from hodiff.engine.graph import Tensor, constant
from hodiff.errors import HodiffError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

MANY = 2000  # rows of numbers that are answered sooner than processes have started
SOON = 1.0  # seconds in which they have
CHUNK = 64  # rows that a process is given at once, at most
A_CHUNK = 0.2  # seconds that they should take


class Stopped(Exception):
    """The job has been stopped from outside."""


class Refused(NamedTuple):
    """Why a row has no answer; written is the part of EXPR at fault."""

    kind: str
    message: str
    written: str = ""


class Solver:
    """Answers rows, as the command does at that point, or says why there is no answer."""

    def __init__(self, compiled: Compiled, how: How) -> None:
        self.compiled, self.how = compiled, how
        self.alone = processors() == 1  # no processes beside this one
        searched = compiled.columns.listed
        self.many = inf if searched else MANY
        self.least = 2 if searched else CHUNK  # rows at once that are worth the way to a process
        self.seen = self.here = 0  # rows, and those answered in this process
        self.spent = 0.0  # seconds for these
        self.stopped = False
        self.lock = Lock()
        self.pool: ProcessPoolExecutor | None = None

    @cached_property
    def outside(self) -> list[Outside]:
        """What says at once that there is no answer; none where a limit is one."""
        if self.how.extend or self.compiled.columns.extended:
            return []
        questions = [number.question for number in self.compiled.columns.numbers.values()]
        return [Outside(f) for f in {id(q.f): q.f for q in questions}.values()]

    def __call__(self, points: Sequence[Sequence[Any]]) -> Iterator[Answered | Refused]:
        """The answers at points, which hold ints and doubles, one after the other as they come."""
        columns = np.array(points, dtype=float).reshape(len(points), -1).T
        at = dict(zip(self.compiled.columns.inputs.values(), columns, strict=True))
        refused: list[Any] = [None] * len(points)
        for outside in self.outside:
            found = outside(at, len(points))
            refused = [x or y for x, y in zip(refused, found, strict=True)]
        left = self._one_by_one([p for p, x in zip(points, refused, strict=True) if not x])
        for x in refused:
            yield next(left) if x is None else told(x, self.compiled.what)

    def _one_by_one(self, points: Sequence[Sequence[Any]]) -> Iterator[Answered | Refused]:
        with self.lock:
            self.seen += len(points)
        prepared = 0
        for k, point in enumerate(points):
            pays = self.seen > self.many or self.spent > SOON
            if pays and not self.alone and len(points) - k >= self.least:
                yield from self._by_processes(points[k:])
                return
            self._go_on()
            begun = monotonic()
            if k == prepared:
                prepared += self.size
                prepare(self.compiled, points[k:prepared])
            found = answered(self.compiled, self.how, point)
            self.spent += monotonic() - begun
            self.here += 1
            yield found

    def _by_processes(self, points: Sequence[Sequence[Any]]) -> Iterator[Answered | Refused]:
        with self.lock:
            if self.pool is None:
                self.pool = self._started()
        size = self.size
        chunks = [points[k : k + size] for k in range(0, len(points), size)]
        for rows in self.pool.map(_chunk, chunks):
            self._go_on()
            yield from rows

    @property
    def size(self) -> int:
        """Rows that are given to a process, or prepared, at once."""
        if not self.spent:
            return 1 if self.compiled.columns.listed else CHUNK
        return min(CHUNK, max(1, int(A_CHUNK * self.here / self.spent)))

    def _started(self) -> ProcessPoolExecutor:
        from concurrent.futures import ProcessPoolExecutor  # start-up: few jobs need processes
        from multiprocessing import get_context

        given = self.compiled, self.how
        return ProcessPoolExecutor(processors(), get_context("spawn"), _begin, given)

    def _go_on(self) -> None:
        if self.stopped:
            raise Stopped

    def end(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)


def answered(compiled: Compiled, how: How, point: Sequence[Any]) -> Answered | Refused:
    """What there is at one point."""
    for name, x in zip(compiled.inputs, point, strict=True):
        if not isfinite(x):
            return Refused("domain", f"'{name}' is infinite", name)
    try:
        with calculating():
            return compiled.columns.at(_numbers(compiled, point), how)
    except HodiffError as error:
        return told(error, compiled.what)


def prepare(compiled: Compiled, points: Sequence[Sequence[Any]]) -> None:
    """What can be done at once for points that are answered next."""
    with calculating():
        finite = (point for point in points if all(map(isfinite, point)))
        compiled.columns.prepare(_numbers(compiled, point) for point in finite)


def _numbers(compiled: Compiled, point: Sequence[Any]) -> dict[str, Tensor]:
    """A point by its names. A double is the decimal that Python prints, as in hodiff.calculate:
    0.1 one tenth."""
    return {
        name: constant(x if isinstance(x, int) else Fraction(repr(x)))
        for name, x in zip(compiled.inputs, point, strict=True)
    }


def told(error: HodiffError, command: str) -> Refused:
    written = (error.text or "")[error.start or 0 : error.end or 0]
    known = COMMANDS.get(command)
    return Refused(error.kind, known.offered(error.message) if known else error.message, written)


_worker: tuple[Compiled, How]


def _begin(compiled: Compiled, how: How) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the job to end its processes
    _worker = compiled, how
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker waits for work for ever, also where the process that had it is gone."""
    from multiprocessing import parent_process  # start-up: of workers alone

    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _chunk(points: Sequence[Sequence[Any]]) -> list[Answered | Refused]:
    prepare(_worker[0], points)
    return [answered(*_worker, point) for point in points]
