"""Answers over intervals: what a value and its derivatives are bounded by, with proof.

Over a box a ball of the value encloses it, but may be far too wide: each x in x*x is bounded on
its own. Where the slope in a variable has one sign all over the box, the ends are at the ends of
that variable; elsewhere the box is split, the piece with the outermost end first, until that end
is within rtol of a value that is taken (branch and bound; Hansen and Walster 2004, Global
optimization using interval analysis, chapter 11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any, NamedTuple

from hodiff import faults
from hodiff.answers import point_in, radii_in
from hodiff.arithmetic import balls, digits, kinks
from hodiff.arithmetic.program import Program
from hodiff.arithmetic.series import NoSeries, Open
from hodiff.derivatives import gradient
from hodiff.errors import HodiffError
from hodiff.expansion import Line
from hodiff.graph import Tensor
from hodiff.language.problem import Problem

BITS = 256
MOST_PIECES = 2000  # into which the box is split for one end
MOST_SPLITS = 300  # of the interval that a remainder is bounded on

Box = dict[Tensor, tuple[Any, Any]]  # the ends of each variable that has an interval


class Enclosed(NamedTuple):
    """The point and the outputs: {"lower", "upper"} rounded outward; and what is to be said."""

    at: dict[str, Any]
    values: list[Any]
    notes: list[str]


def enclosed(
    problem: Problem, outputs: Sequence[Tensor], differentiated: bool, rtol: float
) -> Enclosed:
    """Bounds of every one of outputs, scalars that begin with f, over the problem's intervals.

    Raises HodiffError: domain for a radius below 0, undecided where f may have no value, or
    (differentiated) a kink or a jump, somewhere in the intervals.
    """
    with balls.precision(BITS):
        point, radii = point_in(problem, balls), radii_in(problem, balls)
        fixed = {problem.variables[n]: x for n, x in point.items() if n not in radii}
        box: Box = {}
        for name, radius in radii.items():
            if balls.less(radius, 0) is not False:
                raise HodiffError("domain", f"the radius of {name} is below 0", source="--at")
            ends = balls.sub(point[name], radius), balls.add(point[name], radius)
            box[problem.variables[name]] = ends
        if differentiated:
            _check_smooth(outputs, fixed, box)
        found, loose = [], False
        for y in outputs:
            ranged = _Range(y, fixed, list(box), rtol)
            ranged.end(box, 1)  # for the size of what the ends are compared with
            found.append(_written(*[ranged.end(box, side) for side in (-1, 1)]))
            loose = loose or ranged.loose
        at = {
            name: _written(*box[problem.variables[name]]) if name in radii else _read(x)
            for name, x in point.items()
        }
    notes = [f"an end may be further out than {rtol:g} of the range"] if loose else []
    return Enclosed(at, found, notes)


def _written(lower: Any, upper: Any) -> dict[str, Any]:
    return {"lower": digits.outward(lower, -1), "upper": digits.outward(upper, 1)}


def _read(x: Any) -> Any:
    if hasattr(x, "shape"):
        return [_read(entry) for entry in x]
    binary = digits.nearest(x)
    return digits.number(binary) if binary is not None else float(x)


def _check_smooth(outputs: Sequence[Tensor], fixed: Mapping[Tensor, Any], box: Box) -> None:
    """Raise where a kink or a jump may be in the box: split it until none can."""
    program = Program(outputs, balls)
    if not any(node.operation.jumps for node in program.order):
        return
    pieces = [box]
    for _ in range(MOST_PIECES):
        if not pieces:
            return
        piece = pieces.pop()
        node = _tied(program, fixed, piece)
        if node is not None:
            pieces += _halves(piece, list(piece))
    raise faults.unbounded(outputs[0] if node is None else node)


def _tied(program: Program, fixed: Mapping[Tensor, Any], box: Box) -> Tensor | None:
    """A node that may sit on a tie somewhere in the box."""
    point = {**fixed, **{x: _hull(*ends) for x, ends in box.items()}}
    search = kinks.Search(program, point, list(box), lambda node: True)
    try:
        tie = search.tie(search.run({}))
    except kinks.Undecided as undecided:
        return undecided.node
    return None if tie is None else tie[0]


def _halves(box: Box, open_: list[Tensor]) -> list[Box]:
    """A box split in the widest of some variables."""
    widest = max(open_, key=lambda x: float(balls.sub(box[x][1], box[x][0])))
    low, high = box[widest]
    middle = _middle(low, high)
    return [{**box, widest: (low, middle)}, {**box, widest: (middle, high)}]


class _Range:
    """The range of one output over boxes."""

    def __init__(
        self, y: Tensor, fixed: Mapping[Tensor, Any], variables: list[Tensor], rtol: float
    ) -> None:
        self.fixed, self.variables, self.rtol = fixed, variables, rtol
        self.slopes = gradient(y, variables)
        self.y = Program([y], balls)
        self.all = Program([y, *self.slopes], balls)
        self.jumps = any(node.operation.jumps for node in self.y.order)
        self.size = balls.ball(0)  # the largest absolute value that is taken somewhere
        self.loose = False

    def values(self, program: Program, box: Box) -> dict[int, Any]:
        return program.values({**self.fixed, **{x: _hull(*box[x]) for x in box}})

    def face(self, box: Box, side: int) -> tuple[Box, list[Tensor]]:
        """The part of a box where the end on a side must be, and the variables left open."""
        if self.jumps and _tied(self.y, self.fixed, box) is not None:
            return box, self.variables
        values = self.values(self.all, box)
        open_, part = [], dict(box)
        for x, slope in zip(self.variables, self.slopes, strict=True):
            low, high = box[x]
            rises = values[id(slope)]
            if balls.finite(rises) and balls.less(rises, 0) is False:
                part[x] = (high, high) if side > 0 else (low, low)
            elif balls.finite(rises) and balls.less(0, rises) is False:
                part[x] = (low, low) if side > 0 else (high, high)
            else:
                open_.append(x)
        return part, open_

    def at(self, box: Box) -> Any:
        return self.values(self.y, box)[id(self.y.outputs[0])]

    def end(self, box: Box, side: int) -> Any:
        """The end of the range on a side (-1 below, 1 above): a bound that rtol may loosen."""
        serial = count()
        pieces: list[tuple[float, int, Any, Box, list[Tensor]]] = []
        taken: Any = None  # the outermost value that is taken somewhere

        def add(box: Box) -> None:
            nonlocal taken
            part, open_ = self.face(box, side)
            bound = self.at(part)
            middle = self.at({x: (_middle(*part[x]),) * 2 for x in part}) if open_ else bound
            if balls.finite(middle):
                self.size = self.size.max(abs(balls.ball(middle)).lower())
                if taken is None or _beyond(middle, taken, side):
                    taken = middle
            height = float(_outer(bound, side)) * side if balls.finite(bound) else float("inf")
            heappush(pieces, (-height, next(serial), bound, part, open_))

        add(box)
        for _ in range(MOST_PIECES):
            _, _, bound, part, open_ = pieces[0]
            if not open_ or (taken is not None and self.near(bound, taken)):
                break
            heappop(pieces)
            for half in _halves(part, open_):
                add(half)
        # The order of pieces is that of doubles: the outermost end is looked for among all.
        end, done = None, True
        for _, _, bound, part, open_ in pieces:
            if not balls.finite(bound):
                raise self.refused(part)
            if end is None or _outer(bound, side) * side > end * side:
                end = _outer(bound, side)
                done = not open_ or self.near(bound, taken)
        self.loose = self.loose or not done
        return end

    def near(self, bound: Any, taken: Any) -> bool:
        if not balls.finite(bound):
            return False
        gap = abs(balls.ball(balls.sub(bound, taken)))
        return bool(gap <= balls.ball(self.rtol) * self.size)

    def refused(self, box: Box) -> HodiffError:
        values = self.values(self.y, box)
        every = {id(node) for node in self.y.order}
        node = faults.culprit(self.y, values, every, balls)
        return faults.unbounded(self.y.outputs[0] if node is None else node)


def remainder_bound(
    problem: Problem, line: Line, radius: Fraction, polynomial: Sequence[Fraction]
) -> float | str:
    """A bound of |f(x + t*v) - p(t)| for |t| <= radius, where p is the Taylor polynomial, and also
    where it is the one given, with its coefficients rounded; line has one coefficient more.

    Around the middle of each of some pieces the difference has a Taylor polynomial itself, whose
    remainder is at most the next coefficient anywhere in the piece, times a power of its radius
    (Lagrange). Pieces are split until the bound is a hundredth above a difference that is there.
    Raises HodiffError undecided where there is no bound.
    """
    unbounded = HodiffError(
        "undecided",
        "there is no bound of the remainder that far from the point: f may have no value, or a"
        " kink, on the way",
        source="--within",
    )
    longest = max(c.denominator.bit_length() for c in polynomial)
    cancelled = max(0, len(polynomial) * (radius.denominator // radius.numerator).bit_length())
    with balls.precision(BITS + longest + cancelled):
        point = {problem.variables[n]: x for n, x in point_in(problem, balls).items()}

        def at(t: Any) -> list[Any] | None:
            """The coefficients around t, or around any t in a ball; None for no bound."""
            try:
                found = line.coefficients(line.moved(point, t), balls, quick=True)
            except (NoSeries, Open):
                return None
            return found if all(map(balls.finite, found)) else None

        serial = count()
        pieces: list[tuple[float, int, Any, Any, Any]] = []
        taken = balls.ball(0)  # of the differences that are there

        def difference(t: Any) -> list[Any] | None:
            """The coefficients of f - p around t, up to p's degree."""
            nonlocal taken
            found = at(t)
            if found is None:
                return None
            rows = zip(found, *[_shifted(p, t) for p in polynomials], strict=False)
            sizes = [abs(c - p).max(abs(c - q)) for c, p, q in rows]
            taken = taken.max(sizes[0].lower())
            return sizes

        def add(low: Any, high: Any) -> None:
            middle, bound = _middle(low, high), None
            sizes, around = difference(middle), at(_hull(low, high))
            if sizes is not None and around is not None:
                r = abs(high - middle).max(abs(middle - low))
                bound = _evaluated([*sizes, abs(balls.ball(around[-1]))], r)
            height = -inf if bound is None else -float(bound.upper())
            heappush(pieces, (height, next(serial), bound, low, high))

        own = at(balls.ball(0))
        if own is None:
            raise unbounded
        polynomials = [
            list(map(balls.ball, own[: len(polynomial)])),
            list(map(balls.ball, polynomial)),
        ]
        ends = -balls.ball(radius), balls.ball(radius)
        for end in ends:
            difference(end)
        add(*ends)
        for _ in range(max(10, MOST_SPLITS // (1 + len(polynomial) ** 2 // 500))):
            bound = pieces[0][2]
            if bound is not None and bound <= taken * balls.ball(1.01):
                break
            _, _, _, low, high = heappop(pieces)
            middle = _middle(low, high)
            add(low, middle)
            add(middle, high)
        bounds = [bound for _, _, bound, _, _ in pieces]
        if None in bounds:
            raise unbounded
        largest = balls.ball(0)
        for bound in bounds:
            largest = largest.max(bound)
        return digits.outward(largest, 1)


def _shifted(p: Sequence[Any], t: Any) -> list[Any]:
    """The coefficients of a polynomial around t, by Horner's scheme."""
    found = list(p)
    for k in range(len(found)):
        for j in range(len(found) - 2, k - 1, -1):
            found[j] = found[j] + t * found[j + 1]
    return found


def _evaluated(p: Sequence[Any], t: Any) -> Any:
    total = balls.ball(0)
    for c in reversed(p):
        total = total * t + c
    return total


def _hull(low: Any, high: Any) -> Any:
    return low if low is high else balls.ball(low).union(balls.ball(high))


def _middle(low: Any, high: Any) -> Any:
    return balls.ball(balls.div(balls.add(low, high), 2)).mid()


def _outer(x: Any, side: int) -> Any:
    x = balls.ball(x)
    return x.upper() if side > 0 else x.lower()


def _beyond(a: Any, b: Any, side: int) -> bool:
    return bool(balls.less(b, a) if side > 0 else balls.less(a, b))
