"""Answers over intervals: what a value and its derivatives are bounded by, with proof.

Over a box a ball of the value encloses it, but may be far too wide: each x in x*x is bounded on
its own. Where the slope in a variable has one sign all over the box, the ends are at the ends of
that variable; elsewhere the box is split, the piece with the outermost end first, until that end
is within rtol of a value that is taken (branch and bound; Hansen and Walster 2004, Global
optimization using interval analysis, chapter 11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeAlias

from hodiff.answers import digits, faults, kinks
from hodiff.answers.point import against_balls, constants, point_in
from hodiff.answers.question import Numbers, Question
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor
from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError

BITS = 256
MOST_PIECES = 2000  # into which the box is split for one end
RTOL = 1e-6

LOOSE = (
    "an end may be further out than {:g} of the range: narrow the intervals,"
    " or ask for less by --rtol"
)

Box: TypeAlias = dict[Tensor, tuple[Any, Any]]  # the ends of each variable that has an interval


def enclosed(question: Question, outputs: Sequence[Tensor]) -> Numbers:
    """Bounds of every one of outputs, rounded outward, over the question's intervals.

    Raises HodiffError: usage where arrays are involved, or what has no form in balls; domain for a
    radius below 0; undecided where f may have no value, or (smooth) a kink or a jump, somewhere in
    the intervals.
    """
    if any(node.shape for node in (*outputs, *question.at)):
        message = "over an interval EXPR and the variables have to be numbers"
        raise HodiffError("usage", message, source="--at")
    against = against_balls(question, outputs)
    if against is not None:
        raise HodiffError("usage", f"an interval can't be taken here: {against}", source="--at")
    rtol = question.how.rtol or RTOL
    with precision(BITS):
        point = point_in(question, BALLS)
        radii = constants(question, question.radii, BALLS)
        fixed = {x: value for x, value in point.items() if x not in radii}
        box: Box = {}
        for x, radius in radii.items():
            if BALLS.less(radius, 0) is not False:
                name = x.attributes[0]
                raise HodiffError("domain", f"the radius of {name} is below 0", source="--at")
            box[x] = BALLS.sub(point[x], radius), BALLS.add(point[x], radius)
        work = _Work(Limits.intervals)
        if question.smooth:
            _check_smooth(outputs, fixed, box, work)
        found, loose = [], False
        for i, y in enumerate(outputs):
            ranged = _Range(y, fixed, list(box), rtol, work)
            ends = []
            # The first is for the size of what the ends are compared with.
            for k, side in enumerate((1, -1, 1)):
                work.share(3 * (len(outputs) - i) - k)
                ends.append(ranged.end(box, side))
            found.append(_written(*ends[1:]))
            loose = loose or ranged.loose
        at = {x: _written(*box[x]) if x in radii else _read(value) for x, value in point.items()}
    notes = [LOOSE.format(rtol)] if loose else []
    return Numbers(at, found, [None] * len(found), "interval", notes)


def _written(lower: Any, upper: Any) -> dict[str, Any]:
    return {"lower": digits.outward(lower, -1), "upper": digits.outward(upper, 1)}


def _read(x: Any) -> Any:
    if hasattr(x, "shape"):
        return [_read(entry) for entry in x]
    number = digits.told(x, last=True)
    return float(x) if number is None else number


class _Work:
    """Nodes that may still be computed in balls: of all, and of the end that is looked for."""

    def __init__(self, most: int) -> None:
        self.left = self.own = most

    def share(self, ends: int) -> None:
        """Give the next of so many ends its part of what is left."""
        self.own = max(0, self.left) // ends

    def spend(self, nodes: int) -> None:
        self.left -= nodes
        self.own -= nodes

    @property
    def done(self) -> bool:
        return self.own <= 0


def _check_smooth(
    outputs: Sequence[Tensor], fixed: Mapping[Tensor, Any], box: Box, work: _Work
) -> None:
    """Raise where a kink or a jump may be in the box: split it until none can."""
    program = Program(outputs, BALLS)
    if not any(node.operation.jumps for node in program.order):
        return
    pieces = [box]
    work.share(2)
    for _ in range(MOST_PIECES):
        if not pieces:
            return
        if work.done and len(pieces) > 1:
            raise too_much()
        piece = pieces.pop()
        node = _tied(program, fixed, piece)
        work.spend(len(program.order))
        if node is not None:
            pieces += _halves(piece, list(piece))
    raise faults.unbounded(outputs[0] if node is None else node)


def _tied(program: Program, fixed: Mapping[Tensor, Any], box: Box) -> Tensor | None:
    """A node that may sit on a tie somewhere in the box."""
    point = {**fixed, **{x: hull(*ends) for x, ends in box.items()}}
    search = kinks.Search(program, point, list(box), lambda node: True)
    try:
        tie = search.tie(search.run({}))
    except kinks.Undecided as undecided:
        return undecided.node
    return None if tie is None else tie[0]


def _halves(box: Box, open_: list[Tensor]) -> list[Box]:
    """A box split in the widest of some variables."""
    widest = max(open_, key=lambda x: float(BALLS.sub(box[x][1], box[x][0])))
    low, high = box[widest]
    centre = middle(low, high)
    return [{**box, widest: (low, centre)}, {**box, widest: (centre, high)}]


class _Range:
    """The range of one output over boxes."""

    def __init__(
        self,
        y: Tensor,
        fixed: Mapping[Tensor, Any],
        variables: list[Tensor],
        rtol: float,
        work: _Work,
    ) -> None:
        self.fixed, self.variables, self.rtol, self.work = fixed, variables, rtol, work
        self.slopes = gradient(y, variables)
        self.y = Program([y], BALLS)
        self.all = Program([y, *self.slopes], BALLS)
        self.jumps = any(node.operation.jumps for node in self.y.order)
        self.size = ball(0)  # the largest absolute value that is taken somewhere
        self.loose = False

    def values(self, program: Program, box: Box) -> dict[int, Any]:
        self.work.spend(len(program.order))
        return program.values({**self.fixed, **{x: hull(*box[x]) for x in box}})

    def face(self, box: Box, side: int) -> tuple[Box, list[Tensor]]:
        """The part of a box where the end on a side must be, and the variables left open."""
        if self.jumps:
            self.work.spend(len(self.y.order))
            if _tied(self.y, self.fixed, box) is not None:
                return box, self.variables
        values = self.values(self.all, box)
        open_, part = [], dict(box)
        for x, slope in zip(self.variables, self.slopes, strict=True):
            low, high = box[x]
            rises = values[id(slope)]
            if BALLS.finite(rises) and BALLS.less(rises, 0) is False:
                part[x] = (high, high) if side > 0 else (low, low)
            elif BALLS.finite(rises) and BALLS.less(0, rises) is False:
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
            inside = self.at({x: (middle(*part[x]),) * 2 for x in part}) if open_ else bound
            if BALLS.finite(inside):
                self.size = self.size.max(abs(ball(inside)).lower())
                if taken is None or _beyond(inside, taken, side):
                    taken = inside
            height = float(_outer(bound, side)) * side if BALLS.finite(bound) else float("inf")
            heappush(pieces, (-height, next(serial), bound, part, open_))

        add(box)
        for _ in range(MOST_PIECES):
            _, _, bound, part, open_ = pieces[0]
            if not open_ or (taken is not None and self.near(bound, taken)):
                break
            if self.work.done:
                break
            heappop(pieces)
            for half in _halves(part, open_):
                add(half)
        # The order of pieces is that of doubles: the outermost end is looked for among all.
        end, done = None, True
        for _, _, bound, part, open_ in pieces:
            if not BALLS.finite(bound):
                raise too_much() if self.work.done else self.refused(part)
            if end is None or _outer(bound, side) * side > _outer(end, side) * side:
                end = bound  # a rational one is told as it is
                done = not open_ or self.near(bound, taken)
        self.loose = self.loose or not done
        return end

    def near(self, bound: Any, taken: Any) -> bool:
        if not BALLS.finite(bound):
            return False
        gap = abs(ball(BALLS.sub(bound, taken)))
        return bool(gap <= ball(self.rtol) * self.size)

    def refused(self, box: Box) -> HodiffError:
        values = self.values(self.y, box)
        node = faults.culprit(self.y, values, set(self.y.order))
        return faults.unbounded(self.y.outputs[0] if node is None else node)


def too_much() -> HodiffError:
    """The error where no bounds were proven in the work that there may be."""
    message = f"no bounds are proven within {Limits.intervals} steps: narrow the intervals"
    return HodiffError("limit", message, source="--at")


def hull(low: Any, high: Any) -> Any:
    return low if low is high else ball(low).union(ball(high))


def middle(low: Any, high: Any) -> Any:
    return ball(BALLS.div(BALLS.add(low, high), 2)).mid()


def _outer(x: Any, side: int) -> Any:
    x = ball(x)
    return x.upper() if side > 0 else x.lower()


def _beyond(a: Any, b: Any, side: int) -> bool:
    return bool(BALLS.less(b, a) if side > 0 else BALLS.less(a, b))
