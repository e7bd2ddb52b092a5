"""A search in every row: the roots or extrema of EXPR, in which the names without a range, in the
ends of ranges too, are columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from math import isfinite
from threading import local
from typing import Any, NamedTuple

from hodiff.answers.question import How
from hodiff.answers.ranges.together import Ahead, Asked
from hodiff.arithmetic.ball_numbers import LOCK
from hodiff.calculator.answer import Value
from hodiff.calculator.commands import COMMANDS
from hodiff.calculator.given import ranges
from hodiff.calculator.request import Request, usage
from hodiff.calculator.result import calculating, check_options
from hodiff.calculator.search import InRows, Span, proven, work
from hodiff.engine.graph import Tensor, building, topological, written
from hodiff.engine.passes import applied, rebuilt
from hodiff.errors import HodiffError
from hodiff.language.problem import read

Record = tuple[float | int | str | None, ...]
LARGE = "{} passes the largest double (1.8e308)"
TOLD = ("what", "multiplicity or edge", "reason")  # the last columns


class Listed(NamedTuple):
    """What a row has: records of the columns, as csv has them, and of what is open, where something
    is, the kind and the message."""

    records: list[Record]
    left: tuple[str, str] | None


class Sought:
    """What is searched in every row: as Columns are, with a list of records for numbers."""

    after = None
    numbers: Mapping[str, Any] = {}
    extended = False

    def __init__(self, request: Request, found: InRows, seconds: float | None) -> None:
        self.request, self.search, self.seconds = request, found, seconds
        self.kinds = dict(found.columns)
        problem = request.problem
        ends = [end for pair in problem.ranges.values() for end in pair]
        self.inputs = {x: y for x, y in problem.variables.items() if x not in problem.ranges}
        self.graphs = [problem.f, *ends]
        self.order = topological(self.graphs)
        fixed = set(self.inputs.values()).isdisjoint(topological(ends))
        self.span = Span(request) if fixed else None
        self.ahead = local()

    def prepare(self, points: Iterable[Mapping[str, Tensor]]) -> None:
        """Does at once what can be for rows that this thread asks for next."""
        asked: list[Asked] = []
        with LOCK:
            for point in points:
                try:
                    request = self._at(point)
                    one = self.search.asked(request, self.span or _span(request))
                except HodiffError:  # the row says it by itself
                    continue
                if one is None and not asked:
                    break  # most are of a kind
                asked += [] if one is None else [one]
            self.ahead.known = Ahead(asked).known

    def at(self, point: Mapping[str, Tensor], how: How) -> Listed:
        """What one row has, as the command answers it. Raises HodiffError where there is no
        answer."""
        request = self._at(point)
        with LOCK:  # for balls are for one thread at a time, and the clock runs while it searches
            span = self.span or _span(request)
            allowed = work(self.seconds, a_row=True)
            allowed.known = getattr(self.ahead, "known", allowed.known)
            found, left = self.search.search(request, span, allowed)
        empty = len(self.kinds) - len(TOLD) - 2 * len(span.ranges)
        told, records = left.told(), []
        for row in (*found, *left.records(empty)):
            record, large = self._record(row)
            records.append(record)
            told = told or large
        return Listed(records or [(None,) * len(self.kinds)], told)

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


class Searches:
    """roots or extrema for each row of a table: inputs are the names that a row gives numbers, and
    outputs the columns of what is found.

    Raises HodiffError for what no row has an answer to.
    """

    def __init__(
        self,
        expression: str,
        what: str,
        let: tuple[str, ...],
        own: Mapping[str, Any],
        constants: str | None = None,
        strict: bool = False,
    ) -> None:
        self.expression, self.what, self.let, self.own = expression, what, let, own
        self.constants, self.strict = constants, strict
        command, rest = COMMANDS[what], dict(own)
        check_options(How(), own)
        over, seconds = ranges(rest.pop("over")), rest.pop("seconds", None)
        problem = read(
            expression, let=let, over=over, equation=command.equation, physical=constants,
            strict=strict, rows=True,
        )  # fmt: skip
        self.notes, self.physical = list(problem.notes), frozenset(problem.physical)
        self.let_names = frozenset(problem.constants) - self.physical
        with calculating():
            request = Request(what, problem, problem.wrt, How())
            found: InRows = command.named(command.rows)(request, **rest)
            _check_boxes(problem.f)
            names = [name for name, _ in found.columns]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                message = f"the results have a column '{twice}': give the variable another name"
                raise usage(message, "--over")
            self.columns = Sought(request, found, seconds)
        self.inputs, self.outputs = tuple(self.columns.inputs), tuple(names)

    def __reduce__(self) -> Any:
        """Pickled as what was asked."""
        asked = self.expression, self.what, self.let, self.own, self.constants, self.strict
        return Searches, asked


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
