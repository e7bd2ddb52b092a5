"""What a picture of a function of one variable holds: curves in pieces, with marks and bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial as partially
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.point import point_in
from hodiff.answers.ranges.breaks import Break, Broken, broken
from hodiff.answers.ranges.curve import HIGHEST, Curve, curve, middle, sure
from hodiff.answers.ranges.isolate import Work
from hodiff.answers.ranges.located import BITS
from hodiff.answers.ranges.polynomial import Polynomial, polynomial
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.calculator.plots.dots import Dots
from hodiff.calculator.plots.marks import Mark, Undecided, of_break, points
from hodiff.calculator.request import Request, partial, usage
from hodiff.calculator.search import Span, proven
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor, topological

SECONDS = 5.0  # that a picture may take, where it isn't said
NODES = 20_000_000  # of boxes, for a curve
MOST_NODES = 5000  # of what is drawn
MARKED = 0.4  # of the time: after it nothing more is searched for
FEW = 4  # places that a sentence names
LEAST = 0.3  # seconds that a curve has at least


class Drawn(NamedTuple):
    """A curve of a picture: f, or a derivative of it.

    name   its column in csv: f, df_dx, d2f_dx2
    label  as people write it
    graph  what it is of
    """

    order: int
    name: str
    label: str
    graph: Tensor
    curve: Curve
    marks: list[Mark]

    @property
    def share(self) -> float:
        """How much of the drawn range is proven up to curve.height."""
        whole = sum(float(piece.x[-1] - piece.x[0]) for piece in self.curve.pieces)
        return 1 - sum(b - a for a, b in self.curve.unresolved) / whole if whole > 0 else 0.0

    def values(self, at: Sequence[float]) -> dict[float, float]:
        """The values at points, where it has one."""
        if not at:
            return {}
        column, program = np.array(at), Program([self.graph], BOXES)
        with BOXES.quietly():
            point = {x: Box(column, column) for x in program.variables}
            found = box_numbers.whole(program.values(point)[id(self.graph)])
            low, high = (np.broadcast_to(v, column.shape) for v in (found.low, found.high))
            heights = middle(low, high)
            known = np.isfinite(heights) & sure(low, high)
        known &= [drawn_at(self.curve, v) for v in at]
        return dict(zip(column[known].tolist(), heights[known].tolist(), strict=True))


class Picture(NamedTuple):
    """Curves over a range of one variable."""

    expression: str
    variable: str
    low: float
    high: float
    over: dict[str, Any]
    curves: list[Drawn]
    late: bool
    notes: list[str]
    taylor: Polynomial | None = None
    dots: Dots | None = None


def picture(request: Request, orders: Sequence[int], seconds: float | None = None) -> Picture:
    """The curves of the derivatives of such orders over the request's one range.

    Cost: some ten to a hundred milliseconds for each curve; no more than the seconds, about.
    Raises HodiffError for what has no form in boxes, or is too large.
    """
    f, span = request.scalar(), Span(request)
    (x,) = request.inputs
    until = monotonic() + (seconds or SECONDS)
    low, high = (float(v) for v in (box_numbers.thin(span.ranges[0][0]).low,
                                    box_numbers.thin(span.ranges[0][1]).high))  # fmt: skip
    name = request.wrt[0]
    if max(abs(low), abs(high)) > HIGHEST:
        message = f"the range of {name} passes {HIGHEST:g}, and can't be drawn: take other units"
        raise usage(message, "--over", "limit")
    notes: list[str] = []
    graphs = derivatives(f, x, max(orders))
    curves: list[Drawn] = []
    breaks: dict[int, Broken] = {}
    late = False
    for k, order in enumerate(orders):
        y = graphs[order]
        entry = partial([name] * order) if order else None
        column, label = ("f", "f") if entry is None else (entry.column, entry.label)
        now = monotonic()
        ends = now + max(until - now, LEAST) / (len(orders) - k)
        for lower in range(order):
            if lower not in breaks:
                under = Work(NODES, ends), breaks.get(lower - 1)
                breaks[lower] = proven(partially(broken, graphs[lower], x, low, high, *under))
        before = breaks.get(order - 1)
        work = Work(NODES, ends)

        searched = now + MARKED * (ends - now), notes, label
        marks, unsure = proven(partially(points, y, x, span.ranges[0], *searched))
        heights = [h for mark in marks for h in mark.heights]
        found = proven(partially(curve, y, x, low, high, work, heights, before))
        late = late or work.done
        breaks[order] = found.broken
        apart = [b for b in found.breaks if not any(within(b, x.box[0]) for x in found.open)]
        there = [mark for mark in marks if drawn_at(found, mark.x)]
        notes += unmarked(unsure, found, label)
        marks = sorted([*map(of_break, apart), *there], key=lambda mark: mark.x)
        curves.append(Drawn(order, column, label, y, found, marks))
    return Picture(request.problem.text, name, low, high, span.field, curves, late, notes)


def centred(request: Request, found: Picture, order: int) -> Polynomial:
    """The Taylor polynomial around the point of a request."""
    (x,), question = request.inputs, request.question()
    with precision(BITS):
        at = point_in(question, BALLS)[x]
    name = request.wrt[0]
    if not found.low <= float(ball(at).mid()) <= found.high:
        raise usage(f"the point {name} of --at is outside the range of --over", "--at")
    graphs = derivatives(request.f, x, order + 1)
    # At a kink there is none.
    request.solve(graphs[:-1], slopes=[graphs[1:2]], orders=[1] * (order + 1))
    return proven(partially(polynomial, graphs, x, at, found.low, found.high))


def drawn_at(found: Curve, x: float) -> bool:
    return any(piece.x[0] <= x <= piece.x[-1] for piece in found.pieces)


def unmarked(unsure: Sequence[Undecided], found: Curve, label: str) -> Iterator[str]:
    """Where roots and extrema are undecided, but at what is told anyway: breaks are marked, and for
    extrema kinks are, too."""
    open_ = [x.box[0] for x in found.open]
    for what in dict.fromkeys(x.what for x in unsure):
        told = [*open_]
        told += [(b.low, b.high) for b in found.breaks if what == "extrema" or b.value is None]
        places = [
            place(x.low, x.high) for x in unsure
            if x.what == what and not any(low <= x.high and x.low <= high for low, high in told)
        ]  # fmt: skip
        if places:
            shown = ", ".join(places[:FEW])
            yield f"not all {what} of {label} may be marked: it is undecided near {shown}"


def place(low: float, high: float) -> str:
    """An interval in words: a number, where it is next to nothing."""
    ends = [f"{v if abs(v) > 1e-12 else 0.0:.4g}" for v in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"[{ends[0]}, {ends[1]}]"


def within(found: Break, ends: tuple[float, float]) -> bool:
    return ends[0] <= found.low and found.high <= ends[1]


def derivatives(f: Tensor, x: Tensor, order: int) -> list[Tensor]:
    """f and its derivatives, none too large to be drawn."""
    found = [f]
    for k in range(order + 1):
        n = len(topological(found[-1:]))
        if n > MOST_NODES:
            what = f"its derivative of order {k}" if k else "EXPR"
            message = f"{what} has {n} nodes, and {MOST_NODES} are the most that can be drawn"
            raise usage(message, "--order" if k else "EXPR", "limit")
        if k < order:
            found += gradient(found[-1], [x])
    return found
