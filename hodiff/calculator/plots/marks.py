"""What is marked in a curve: its breaks, its roots and its extrema, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf, isfinite, isnan
from typing import Any, NamedTuple, TypeVar

from hodiff.answers.ranges.breaks import Break, Limit
from hodiff.answers.ranges.corners import roots_at_corners
from hodiff.answers.ranges.extrema import extrema
from hodiff.answers.ranges.found import INFLECTION
from hodiff.answers.ranges.isolate import System, Work, isolated
from hodiff.answers.ranges.located import BITS, Range
from hodiff.answers.ranges.roots import located
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.program import Program
from hodiff.calculator.answer import Value, plain_number
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError

MOST = 40  # roots of a curve, and extrema, before none are marked
NODES = 300_000  # of boxes that a search may take
ROOT, MINIMUM, MAXIMUM = "root", "minimum", "maximum"


class Mark(NamedTuple):
    """A place on a curve.

    kind         root, minimum, maximum, inflection; or that of a Break
    x, y         where it is, and the value there, None where there is none
    low, high    doubles around x
    left, right  at a break, the limits to its sides
    proven       whether it is proven to be what it is
    reason       at a break, the operation at fault
    """

    kind: str
    x: float
    y: float | None
    low: float
    high: float
    left: Limit | None
    right: Limit | None
    proven: bool
    reason: str

    @property
    def heights(self) -> list[float]:
        """All finite heights that belong to it."""
        sides = [side.value for side in (self.left, self.right) if side is not None and side.finite]
        return [y for y in (self.y, *sides) if y is not None]

    def fields(self) -> dict[str, Any]:
        """As json has it."""
        found: dict[str, Any] = {
            "kind": self.kind,
            "at": plain_number(self.x),
            "in": {"lower": plain_number(self.low), "upper": plain_number(self.high)},
            "value": None if self.y is None else plain_number(self.y),
        }
        if self.left is not None and self.right is not None:
            found |= {"left": limit(self.left), "right": limit(self.right)}
        return found | {"proven": self.proven, "reason": self.reason or None}


def limit(side: Limit) -> Value | None:
    """A limit as json has it: a number, "inf", null where there is nothing; bounds where it is
    open."""
    if side.value is None:
        return None
    if isnan(side.value):
        return {"lower": number(side.low), "upper": number(side.high)}
    return number(side.value)


def number(x: float) -> Value:
    return plain_number(x) if isfinite(x) else ("inf" if x > 0 else "-inf")


def of_break(found: Break) -> Mark:
    return Mark(
        found.kind, found.at, found.value, found.low, found.high, found.left, found.right,
        found.proven, found.reason,
    )  # fmt: skip


class Undecided(NamedTuple):
    """Between low and high there may be one more: roots, or extrema, of a curve."""

    what: str
    low: float
    high: float


def points(
    y: Tensor, x: Tensor, span: Range, until: float, notes: list[str], name: str
) -> tuple[list[Mark], list[Undecided]]:
    """The roots and extrema of a curve, each proven, and where there may be others; notes get why
    there are none."""
    program = Program([y], BALLS)
    (slope,) = gradient(y, [x])
    unsure: list[Undecided] = []

    def roots(work: Work) -> list[Any]:
        found = located([y], [x], [span], work, first=MOST)
        found = roots_at_corners(found, y, x, span, work)
        unsure.extend(Undecided("roots", *u.box[0]) for u in found.unsure)
        return [(ROOT, root.now()[0], root.alone[0]) for root in found.roots]

    def turns(work: Work) -> list[Any]:
        found = extrema(y, [x], [span], work, first=MOST)
        unsure.extend(Undecided("extrema", *u.box[0]) for u in found.unsure)
        inner = [p for p in found.points if not p.edge and p.kind != INFLECTION]
        return [(p.kind, p.now()[0], p.alone[0]) for p in inner]

    listed = _searched(y, x, span, roots, until, notes, f"roots of {name}")
    listed += _searched(slope, x, span, turns, until, notes, f"extrema of {name}")
    return list(_marks(program, x, listed)), unsure


Found = TypeVar("Found")


def _searched(
    zero: Tensor,
    x: Tensor,
    span: Range,
    search: Callable[[Work], list[Found]],
    until: float,
    notes: list[str],
    what: str,
) -> list[Found]:
    work = Work(NODES, until)
    if work.late:
        notes.append(f"{what} are not marked: there was no time")
        return []
    try:
        with precision(BITS):
            many = _many(zero, x, span, work)
            found = [] if many else search(work)
    except (HodiffError, NotImplementedError):
        notes.append(f"{what} are not marked: they can't be searched")
        return []
    if many or len(found) >= MOST:
        notes.append(f"{what} are not marked: there are {MOST} or more")
        return []
    if work.done:
        notes.append(f"not all {what} may be marked: the search would take too long")
    return found


def _many(zero: Tensor, x: Tensor, span: Range, work: Work) -> bool:
    """Whether a function has as many roots, by a look that doesn't tell their digits."""
    system = System([zero], [gradient(zero, [x])], [x], {})
    low, high = box_numbers.thin(span[0]).low, box_numbers.thin(span[1]).high
    found = isolated(system, [low], [high], Work(work.left // 2, work.until), first=MOST)
    return len(found.proven) >= MOST


def _marks(program: Program, x: Tensor, found: list[Any]) -> Iterator[Mark]:
    for kind, at, (low, high) in found:
        with precision(BITS):
            (value,) = program.results({x: at})
            height = 0.0 if kind == ROOT else _double(value) if BALLS.finite(value) else None
        yield Mark(kind, _double(at), height, low, high, None, None, True, "")


def _double(x: Any) -> float:
    try:
        return float(ball(x).mid())
    except OverflowError:
        return inf
