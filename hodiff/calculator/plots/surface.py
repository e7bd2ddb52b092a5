"""What a picture of a function of two variables holds: a grid of heights, arrows, and marks."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.curve import middle, sure
from hodiff.answers.ranges.extrema import extrema
from hodiff.answers.ranges.isolate import Work
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.ball_numbers import ball
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import SMOOTH, UNBROKEN, Box
from hodiff.arithmetic.boxes import BOXES, watched
from hodiff.arithmetic.program import Program
from hodiff.calculator.answer import Row, Value, plain_number
from hodiff.calculator.plots.picture import MOST_NODES, SECONDS
from hodiff.calculator.request import Request, usage
from hodiff.calculator.search import Span, proven
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor, topological

CELLS = 96  # to each side of the grid
ARROWS = 16
LEVELS = 12
NODES = 6_000_000  # of boxes that the search for extrema takes
SLOW = 0.3  # of the time: where the grid takes that, extrema would take too long
LOW, HIGH, ROOM = 0.05, 0.95, 0.5  # beside poles: the shares that levels are cut by, and more
MOST_MARKS = 60


class Spot(NamedTuple):
    """A minimum, maximum or saddle."""

    kind: str
    x: float
    y: float
    value: float


class Bend(NamedTuple):
    """How f bends at a point: the Hessian's eigenvalues, each with its direction."""

    at: tuple[float, float]
    value: Value
    gradient: list[Value]
    hessian: list[list[Value]]
    eigenvalues: list[float]
    directions: list[list[float]]


class Surface(NamedTuple):
    """A function over a rectangle.

    x, y      the columns and the rows of the grid
    f         heights, a row for each y; nan where there is none
    slopes    its slopes at all points of the grid
    broken    cells in which f may jump, have a pole, or end
    levels    heights of the contours
    """

    expression: str
    names: tuple[str, str]
    over: dict[str, Any]
    x: Any
    y: Any
    f: Any
    slopes: tuple[Any, Any]
    broken: Any
    levels: list[float]
    spots: list[Spot]
    bend: Bend | None
    late: bool
    notes: list[str]

    @property
    def shown(self) -> Any:
        """The heights, without those beside a cell that is broken."""
        beside = np.zeros(self.f.shape, bool)
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
            beside[i : i + CELLS, j : j + CELLS] |= self.broken
        return np.where(beside, np.nan, self.f)

    def arrows(self) -> Iterator[tuple[float, float, float, float]]:
        """Places with the slopes there, on a coarser grid."""
        for i in np.linspace(CELLS / ARROWS / 2, CELLS - CELLS / ARROWS / 2, ARROWS).astype(int):
            for j in np.linspace(CELLS / ARROWS / 2, CELLS - CELLS / ARROWS / 2, ARROWS).astype(
                int
            ):
                a, b = float(self.slopes[0][i, j]), float(self.slopes[1][i, j])
                if isfinite(a) and isfinite(b) and isfinite(self.f[i, j]):
                    yield float(self.x[j]), float(self.y[i]), a, b


def surface(request: Request, seconds: float | None = None) -> Surface:
    """The heights of EXPR over the request's two ranges.

    Cost: a run over some ten thousand boxes, and the search for extrema, within the seconds.
    """
    f, span = request.scalar(), Span(request)
    slopes = gradient(f, request.inputs)
    if len(topological([f, *slopes])) > MOST_NODES:
        message = f"EXPR and its slopes have over {MOST_NODES} nodes, the most that can be drawn"
        raise usage(message, "EXPR", "limit")
    ends = [(box_numbers.thin(a).low, box_numbers.thin(b).high) for a, b in span.ranges]
    x, y = (np.linspace(a, b, CELLS + 1) for a, b in ends)
    begun = monotonic()
    grid = Work(NODES, begun + (seconds or SECONDS) / 2)
    with watched(lambda: grid.late):
        values, broken = proven(lambda: _grid(f, slopes, request.inputs, x, y))
    took = monotonic() - begun
    heights = np.where(np.isnan(values[0]), np.nan, values[0])
    notes: list[str] = []
    work = Work(NODES, monotonic() + (seconds or SECONDS) / 2)
    spots: list[Spot] = []
    if took < SLOW * (seconds or SECONDS):
        spots = proven(lambda: _spots(request, f, span, work, notes))
    else:
        notes.append("minima, maxima and saddles are not marked: EXPR takes too long")
    bend = None if request.problem.point is None else bent(request, slopes)
    return Surface(
        request.problem.text, (request.wrt[0], request.wrt[1]), span.field, x, y, heights,
        (values[1], values[2]), broken, _levels(heights, bool(broken.any())), spots, bend,
        work.late or took > (seconds or SECONDS) / 2, notes,
    )  # fmt: skip


def _grid(
    f: Tensor, slopes: list[Tensor], inputs: list[Tensor], x: Any, y: Any
) -> tuple[list[Any], Any]:
    columns, rows = (v.ravel() for v in np.meshgrid(x, y))
    with BOXES.quietly():
        at = Program([f, *slopes], BOXES)
        found = at.values({inputs[0]: Box(columns, columns), inputs[1]: Box(rows, rows)})
        values = [_middle(found[id(node)], columns.shape, len(y)) for node in at.outputs]
        rough = np.broadcast_to(np.asarray(found[id(f)].smooth), columns.shape) < SMOOTH
        for column in values[1:]:  # at a kink the rules give what is no slope
            column[rough.reshape(column.shape)] = np.nan
        low = [v.ravel() for v in np.meshgrid(x[:-1], y[:-1])]
        high = [v.ravel() for v in np.meshgrid(x[1:], y[1:])]
        over = Program([f], BOXES)
        cells = over.values({v: Box(low[k], high[k]) for k, v in enumerate(inputs)})[id(f)]
        smooth = np.broadcast_to(np.asarray(cells.smooth), low[0].shape)
        none = np.broadcast_to(np.isnan(cells.low), low[0].shape)
        broken = (smooth < UNBROKEN) & ~none
    return values, broken.reshape(len(y) - 1, len(x) - 1)


def _middle(found: Box, shape: Any, rows: int) -> Any:
    found = box_numbers.whole(found)
    low, high = (np.broadcast_to(v, shape) for v in (found.low, found.high))
    found_ = middle(low, high)
    known = np.isfinite(found_) & sure(low, high)
    return np.where(known, found_, np.nan).reshape(rows, -1)


def _levels(heights: Any, cut: bool) -> list[float]:
    """Round heights for contours: of all values, beside poles of most of them."""
    known = heights[np.isfinite(heights)]
    if not len(known):
        return []
    low, high = float(known.min()), float(known.max())
    if cut:
        a, b = (float(v) for v in np.quantile(known, [LOW, HIGH]))
        low, high = max(low, a - ROOM * (b - a)), min(high, b + ROOM * (b - a))
    if not low < high:
        return [low]
    size = (high - low) / LEVELS
    power = 10.0 ** np.floor(np.log10(size))
    step = next(float(m * power) for m in (1, 2, 2.5, 5, 10) if m * power >= size)
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return [float(k * step) for k in range(first, last + 1)]


def _spots(request: Request, f: Tensor, span: Span, work: Work, notes: list[str]) -> list[Spot]:
    found = extrema(f, request.inputs, span.ranges, work, first=MOST_MARKS)
    program, spots = Program([f], BALLS), []
    for point in found.points:
        if not point.edge:
            at = point.now()
            (value,) = program.results(dict(zip(request.inputs, at, strict=True)))
            x, y, height = (float(ball(v).mid()) for v in (*at, value))
            spots.append(Spot(point.kind, x, y, height))
    if work.done or found.left or len(found.points) >= MOST_MARKS:
        notes.append("not all minima, maxima and saddles may be marked: the search took too long")
    elif found.unsure:
        notes.append("minima and maxima at kinks and jumps are not marked: hodiff extrema has them")
    return spots


def bent(request: Request, slopes: list[Tensor]) -> Bend:
    """The Hessian's eigenvalues and directions at the point of a request."""
    inputs = request.inputs
    second = [gradient(slope, inputs) for slope in slopes]
    found = request.solve([request.f, *slopes, *(y for row in second for y in row)],
                          slopes=[slopes])  # fmt: skip
    value, *rest = found.values
    hessian = [rest[2:4], rest[4:6]]
    numbers = np.array([[_float(v) for v in row] for row in hessian])
    eigenvalues, directions = np.linalg.eigh((numbers + numbers.T) / 2)
    at = [_float((found.at or {})[name]) for name in request.wrt]
    return Bend((at[0], at[1]), value, rest[:2], hessian, eigenvalues.tolist(),
                directions.T.tolist())  # fmt: skip


def _float(x: Any) -> float:
    return float(x)


# As data.


def fields(found: Surface) -> dict[str, Any]:
    def number(v: float) -> Value | None:
        return plain_number(v) if isfinite(v) else None

    names = list(found.names)
    told: dict[str, Any] = {
        "variables": names,
        "grid": {
            names[0]: [plain_number(v) for v in found.x.tolist()],
            names[1]: [plain_number(v) for v in found.y.tolist()],
            "f": [[number(v) for v in row] for row in found.f.tolist()],
            "broken": [[int(i), int(j)] for i, j in np.argwhere(found.broken)],
        },
        "levels": [plain_number(v) for v in found.levels],
        "arrows": [
            {"at": {names[0]: plain_number(x), names[1]: plain_number(y)},
             "gradient": [plain_number(a), plain_number(b)]}
            for x, y, a, b in found.arrows()
        ],
        "marks": [
            {"kind": s.kind, "at": {names[0]: plain_number(s.x), names[1]: plain_number(s.y)},
             "value": plain_number(s.value), "proven": True}
            for s in found.spots
        ],
    }  # fmt: skip
    if found.bend is not None:
        bend = found.bend
        told["at"] = {
            "at": dict(zip(names, map(plain_number, bend.at), strict=True)),
            "value": bend.value,
            "gradient": bend.gradient,
            "hessian": bend.hessian,
            "eigenvalues": [plain_number(v) for v in bend.eigenvalues],
            "directions": [[plain_number(v) for v in row] for row in bend.directions],
        }
    return told


def records(found: Surface) -> Iterator[Row]:
    """csv: a row for each point of the grid."""
    x, y = found.names
    yield [x, y, "f", f"df_d{x}", f"df_d{y}"]
    yield from lines(found)


def lines(found: Surface) -> Iterator[Row]:
    for i, y in enumerate(found.y.tolist()):
        for j, x in enumerate(found.x.tolist()):
            values = (found.f[i, j], found.slopes[0][i, j], found.slopes[1][i, j])
            cells: list[Value] = [plain_number(v) if isfinite(v) else "" for v in values]
            yield [plain_number(x), plain_number(y), *cells]


def sentences(found: Surface) -> list[str]:
    said = []
    for kind in dict.fromkeys(s.kind for s in found.spots):
        places = [f"({s.x:.6g}, {s.y:.6g})" for s in found.spots if s.kind == kind]
        more = f" and {len(places) - 6} more" if len(places) > 6 else ""
        said.append(f"{kind} at {', '.join(places[:6])}{more}")
    if found.broken.any():
        said.append("left open: cells in which EXPR may jump, have a pole, or end")
    if found.bend is not None:
        pairs = zip(found.bend.eigenvalues, found.bend.directions, strict=True)
        bends = [f"{v:.6g} along ({a:.4g}, {b:.4g})" for v, (a, b) in pairs]
        said.append(f"curvature at ({found.bend.at[0]:.6g}, {found.bend.at[1]:.6g}): "
                    + ", ".join(bends))  # fmt: skip
    return [*said, *found.notes]
