"""The rows that doubles can't answer, and with --proven all: each by itself, in balls.

A few are answered here; many by processes of their own, which start when it pays.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import isfinite
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hodiff.answers.outside import Outside
from hodiff.answers.question import How
from hodiff.arithmetic.rows import processors
from hodiff.calculator.compiled import Compiled
from hodiff.calculator.result import calculating
from hodiff.engine.graph import constant
from hodiff.errors import HodiffError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

MANY = 2000  # rows that are answered sooner than processes have started
CHUNK = 64  # rows that a process is given at once


class Stopped(Exception):
    """The job has been stopped from outside."""


class Refused(NamedTuple):
    """Why a row has no answer; written is the part of EXPR at fault."""

    kind: str
    message: str
    written: str = ""


class Solver:
    """Answers rows, as the command does at that point: numbers, or why there are none."""

    def __init__(self, compiled: Compiled, how: How) -> None:
        self.compiled, self.how = compiled, how
        self.alone = processors() == 1  # no processes beside this one
        self.seen = 0
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

    def __call__(self, points: Sequence[Sequence[Any]]) -> list[list[float] | Refused]:
        """The answers at points, which hold ints and doubles."""
        columns = np.array(points, dtype=float).reshape(len(points), -1).T
        at = dict(zip(self.compiled.columns.inputs.values(), columns, strict=True))
        refused: list[Any] = [None] * len(points)
        for outside in self.outside:
            found = outside(at, len(points))
            refused = [x or y for x, y in zip(refused, found, strict=True)]
        left = iter(self._one_by_one([p for p, x in zip(points, refused, strict=True) if not x]))
        return [next(left) if x is None else told(x) for x in refused]

    def _one_by_one(self, points: Sequence[Sequence[Any]]) -> list[list[float] | Refused]:
        with self.lock:
            self.seen += len(points)
            if self.seen > MANY and self.pool is None and not self.alone:
                self.pool = self._started()
        found: list[list[float] | Refused] = []
        if self.pool is None or len(points) < CHUNK:
            for point in points:
                self._go_on()
                found.append(answered(self.compiled, self.how, point))
            return found
        chunks = [points[k : k + CHUNK] for k in range(0, len(points), CHUNK)]
        for rows in self.pool.map(_chunk, chunks):
            self._go_on()
            found += rows
        return found

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


def answered(compiled: Compiled, how: How, point: Sequence[Any]) -> list[float] | Refused:
    """The numbers at one point. A double is the decimal that Python prints, as in hodiff.calculate:
    0.1 one tenth."""
    at = {}
    for name, x in zip(compiled.inputs, point, strict=True):
        if not isfinite(x):
            return Refused("domain", f"'{name}' is infinite", name)
        at[name] = constant(x if isinstance(x, int) else Fraction(repr(x)))
    try:
        with calculating():
            found = compiled.columns.at(at, how)
    except HodiffError as error:
        return told(error)
    for name, y in zip(compiled.outputs, found, strict=True):
        if not isfinite(y):
            return Refused("limit", f"{name} passes the largest double (1.8e308)")
    return found


def told(error: HodiffError) -> Refused:
    written = (error.text or "")[error.start or 0 : error.end or 0]
    return Refused(error.kind, error.message, written)


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


def _chunk(points: Sequence[Sequence[Any]]) -> list[list[float] | Refused]:
    return [answered(*_worker, point) for point in points]
