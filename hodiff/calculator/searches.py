"""A search in every row: the roots or extrema of EXPR, in which the names without a range, in the
ends of ranges too, are columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from math import isfinite
from threading import local
from typing import TypeAlias

from hodiff.answers.question import How
from hodiff.answers.ranges.isolate import Work
from hodiff.answers.ranges.together import Ahead, Asked
from hodiff.arithmetic.ball_numbers import LOCK
from hodiff.calculator.answer import Row, Value
from hodiff.calculator.columns import Answered, Columns
from hodiff.calculator.request import Request, usage
from hodiff.calculator.search import Column, Open, Span, proven, work
from hodiff.engine.graph import Tensor, building, topological, written
from hodiff.engine.passes import applied, rebuilt
from hodiff.errors import HodiffError

Record = tuple[float | int | str | None, ...]
LARGE = "{} passes the largest double (1.8e308)"
TOLD = ("what", "multiplicity or edge", "reason")  # the last columns

Search: TypeAlias = Callable[[Request, Span, Work], tuple[list[Row], Open]]
"""Of a request without other variables, its ranges, and what it may take: what is found, as rows of
the columns, and what is left open."""

Asks: TypeAlias = Callable[[Request, Span], Asked | None]
"""What of a search may be done for several rows at once, if anything."""


class Sought(Columns):
    """What is searched in every row: its columns are those of each thing that is found. Raises
    HodiffError for what no row has an answer to."""

    listed = True

    def __init__(
        self, request: Request, found: Sequence[Column], search: Search, asks: Asks,
        seconds: float | None,
    ) -> None:  # fmt: skip
        problem = request.problem
        inputs = {x: y for x, y in problem.variables.items() if x not in problem.ranges}
        super().__init__(inputs, wrong="have no whole answer")  # some of it may be there
        self.request, self.search, self.asks, self.seconds = request, search, asks, seconds
        _check_boxes(problem.f)
        names = [name for name, _ in found]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            message = f"the results have a column '{twice}': give the variable another name"
            raise usage(message, "--over")
        self.found = dict(found)
        self.ends = [end for pair in problem.ranges.values() for end in pair]
        self.order = topological(self.graphs)
        fixed = set(self.inputs.values()).isdisjoint(topological(self.ends))
        self.span = Span(request) if fixed else None
        self.ahead = local()

    @property
    def kinds(self) -> dict[str, type]:
        return self.found

    @property
    def graphs(self) -> list[Tensor]:
        return [self.request.problem.f, *self.ends]

    @property
    def in_doubles(self) -> bool:
        return False

    def prepare(self, points: Iterable[Mapping[str, Tensor]]) -> None:
        asked: list[Asked] = []
        with LOCK:
            for point in points:
                try:
                    request = self._at(point)
                    one = self.asks(request, self.span or _span(request))
                except HodiffError:  # the row says it by itself
                    continue
                if one is None and not asked:
                    break  # most are of a kind
                asked += [] if one is None else [one]
            self.ahead.known = Ahead(asked).known

    def at(self, point: Mapping[str, Tensor], how: How) -> Answered:
        request = self._at(point)
        with LOCK:  # for balls are for one thread at a time, and the clock runs while it searches
            span = self.span or _span(request)
            allowed = work(self.seconds, a_row=True)
            allowed.known = getattr(self.ahead, "known", allowed.known)
            found, left = self.search(request, span, allowed)
        empty = len(self.kinds) - len(TOLD) - 2 * len(span.ranges)
        told, records = left.told(), []
        for row in (*found, *left.records(empty)):
            record, large = self._record(row)
            records.append(record)
            told = told or large
        return Answered(records or [(None,) * len(self.kinds)], told)

    def _at(self, point: Mapping[str, Tensor]) -> Request:
        """The request with numbers for the names that have no range, as --let gives them."""
        at = {x: point[name] for name, x in self.inputs.items()}

        def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
            made = applied(node, inputs)
            if made is not node and made.inputs:
                made.span = node.span
            return made

        with building(written):
            made = rebuilt(self.order, rule, at)
        problem = copy(self.request.problem)
        problem.f, *ends = (made[y] for y in self.graphs)
        pairs = zip(ends[::2], ends[1::2], strict=True)
        problem.ranges, problem.notes = dict(zip(problem.ranges, pairs, strict=True)), []
        return self.request._replace(problem=problem)

    def _record(self, row: Sequence[Value]) -> tuple[Record, tuple[str, str] | None]:
        """A row of csv as numbers and text; and what is wrong with it where one is no double."""
        found: list[float | int | str | None] = []
        large = None
        for value, (name, kind) in zip(row, self.kinds.items(), strict=True):
            y = None if value == "" else kind(value)
            if isinstance(y, float) and not isfinite(y):
                y, large = None, ("limit", LARGE.format(name))
            found.append(y)
        if large is not None:
            found[-1] = large[1]
        return tuple(found), large


def _check_boxes(f: Tensor) -> None:
    """Raise for an operation that no search can be in."""
    from hodiff.arithmetic.boxes import BOXES  # start-up: brings numpy

    proven(lambda: [BOXES.function(node.operation) for node in topological([f]) if node.inputs])


def _span(request: Request) -> Span:
    """The ranges of a row. Raises HodiffError where they are none."""
    try:
        return Span(request)
    except HodiffError as fault:
        raise fault.retold(fault.message, "domain" if fault.kind == "usage" else None) from None
