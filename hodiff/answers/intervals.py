"""Answers over intervals: what a value and its derivatives are bounded by, with proof.

Over a box a ball of the value encloses it, but may be far too wide: each x in x*x is bounded on
its own. Where the slope in a variable has one sign all over the box, the ends are at the ends of
that variable; elsewhere the box is split, the piece with the outermost end first, until that end
is within rtol of a value that is taken (branch and bound; Hansen and Walster 2004, Global
optimization using interval analysis, chapter 11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count, islice, product
from time import thread_time
from typing import Any, NamedTuple, TypeAlias

from hodiff.answers import digits, faults, kinks
from hodiff.answers.point import against_balls, constants, point_in
from hodiff.answers.question import Numbers, Question
from hodiff.arithmetic.ball_numbers import ball, precision, whole
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.exact import quotient, rational
from hodiff.engine.graph import CONSTANT, Operation, Tensor
from hodiff.engine.limits import Limits
from hodiff.engine.operations.elementary import (
    acos,
    acosh,
    asin,
    cot,
    csc,
    div,
    pow,
    sec,
    sqrt,
    tan,
)
from hodiff.engine.operations.piecewise import round
from hodiff.errors import HodiffError

BITS = 256
MOST_CORNERS = 16  # of a box, that are looked at for what is wrong there
POLES = {tan: quotient(1, 2), sec: quotient(1, 2), csc: 0, cot: 0}  # halves of a turn that are
SHOWN = 10**6  # how much wider than the part of it that is shown then a box may be
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
    the intervals, but kink, pole or domain where that is known.
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
    """Nodes that may still be computed in balls, and time: of all, and of the end that is looked
    for. Time ends what is slow to compute."""

    def __init__(self, most: int) -> None:
        self.left = self.own = most
        self.last = self.until = thread_time() + Limits.searching

    def share(self, ends: int) -> None:
        """Give the next of so many ends its part of what is left."""
        now = thread_time()
        self.own = max(0, self.left) // ends
        self.until = now + max(0.0, self.last - now) / ends

    def spend(self, nodes: int) -> None:
        self.left -= nodes
        self.own -= nodes

    @property
    def done(self) -> bool:
        return self.own <= 0 or thread_time() > self.until


def _check_smooth(
    outputs: Sequence[Tensor], fixed: Mapping[Tensor, Any], box: Box, work: _Work
) -> None:
    """Raise where a kink or a jump may be in the box: split it until none can."""
    program = Program(outputs, BALLS)
    if not any(node.operation.jumps for node in program.order):
        return
    pieces, tied = [box], (outputs[0], box)
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
            tied = node, piece
            pieces += _halves(piece, list(piece))
    raise faults.somewhere(*_seen(*tied, box, fixed))


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
        self.clipped: dict[int, Callable[..., Any]] = {}  # nodes known to stay in their domains

    def values(self, program: Program, box: Box) -> dict[int, Any]:
        self.work.spend(len(program.order))
        point = {**self.fixed, **{x: hull(*box[x]) for x in box}}
        return program.values(point, self.clipped)

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
        while True:
            try:
                return self.bound(box, side)
            except _NoValue as fault:
                node = fault.node
                if fault.late or id(node) in self.clipped or not self.stays(node, box):
                    seen = _seen(node, fault.piece, box, self.fixed)
                    told = seen.known or not fault.late
                    raise (faults.somewhere(*seen) if told else too_much()) from None
                self.clipped[id(node)] = _clipped(node)

    def stays(self, node: Tensor, box: Box) -> bool:
        """Whether a node whose domain has ends (sqrt) stays in it all over a box, ends included."""
        ends = EDGES.get(node.operation)
        if ends is None or (node.operation is pow and not _positive(node.inputs[1])):
            return False
        argument = _Range(node.inputs[0], self.fixed, self.variables, self.rtol, self.work)
        try:
            found = [argument.end(box, side) for side in (-1, 1)]
        except HodiffError:
            return False
        (least, most), low, high = ends, _outer(found[0], -1), _outer(found[1], 1)
        below = least is not None and BALLS.less(low, least) is not False
        return not below and not (most is not None and BALLS.less(most, high) is not False)

    def bound(self, box: Box, side: int) -> Any:
        """The end, as end has it; raises _NoValue."""
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
                late = self.work.done
                values = self.values(self.y, part)
                node = faults.culprit(self.y, values, set(self.y.order))
                raise _NoValue(self.y.outputs[0] if node is None else node, part, late)
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


EDGES: dict[Operation, tuple[Any, Any]] = {
    sqrt: (0, None), pow: (0, None), asin: (-1, 1), acos: (-1, 1), acosh: (1, None),
}  # fmt: skip
"""The ends of the domains of what rises or falls all over, and has a value at them."""


class _NoValue(Exception):
    """A node that may have no value in a piece of a box; late where the work ended before the
    piece was small."""

    def __init__(self, node: Tensor, piece: Box, late: bool) -> None:
        super().__init__()
        self.node, self.piece, self.late = node, piece, late


def _positive(x: Tensor) -> bool:
    return x.operation is CONSTANT and x.attributes[0] > 0


def _clipped(node: Tensor) -> Callable[..., Any]:
    """What computes a node of EDGES, where its argument is known to be in its domain though a ball
    around it may not be."""
    compute, (least, most) = BALLS.function(node.operation), EDGES[node.operation]

    def clipped(x: Any, *rest: Any) -> Any:
        if rational(x):
            return compute(x, *rest)
        low, high = ball(x).lower(), ball(x).upper()
        low = low if least is None or BALLS.less(least, low) else least
        high = high if most is None or BALLS.less(high, most) else most
        return hull(compute(low, *rest), compute(high, *rest))

    return clipped


class _Seen(NamedTuple):
    """What a node has in a piece of a box, whether that is sure, and where: what faults.somewhere
    tells."""

    kind: str | None
    node: Tensor
    known: bool
    where: str


def _seen(node: Tensor, piece: Box, box: Box, fixed: Mapping[Tensor, Any]) -> _Seen:
    """What a node that has no value, or no slope, has in a piece of a box, or so near that it can't
    be told. It is known if it shows at a corner or the simplest point in it, or between two of
    these."""
    piece = {x: _widened(*piece[x], *box[x]) for x in box}
    points = [tuple(_simplest(*ends) for ends in piece.values())]
    points += islice(product(*piece.values()), MOST_CORNERS)
    quantity = [kinks.quantity(node)] if node.operation.jumps else []
    nodes = [node, *node.inputs, *quantity]
    program = Program(nodes, BALLS)
    runs = []
    for point in points:
        values = program.values({**fixed, **dict(zip(box, point, strict=True))})
        runs.append(_entries([values[id(x)] for x in nodes]))
    anywhere = ", ".join(f"{x.attributes[0]} in {_shortly(*ends)}" for x, ends in piece.items())
    kind, known, place = faults.possible(node), False, None
    for entry in zip(*runs, strict=True):
        kind, known, place = _known_in(node, entry, points)
        if known:
            break
    where = [
        f"{x.attributes[0]} = {digits.told(a)}" for x, a in zip(box, place or (), strict=False)
    ]
    return _Seen(kind, node, known, ", ".join(where) or anywhere)


def _entries(values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The numbers of each entry of arrays that broadcast; of numbers, themselves."""
    if not any(getattr(x, "shape", ()) for x in values):
        return [tuple(values)]
    import numpy  # start-up: numbers need none

    arrays = [x if hasattr(x, "shape") else numpy.array(x, dtype=object) for x in values]
    return list(zip(*[a.ravel().tolist() for a in numpy.broadcast_arrays(*arrays)], strict=True))


def _known_in(
    node: Tensor, entry: Sequence[tuple[Any, ...]], points: Sequence[tuple[Any, ...]]
) -> tuple[str | None, bool, tuple[Any, ...] | None]:
    """What one entry of a node has at some of points, where it, its inputs and what it may tie on
    are known; whether that is sure; and the point that it shows at, if one."""
    kind, known = faults.possible(node), False
    inputs = [values[1 : 1 + len(node.inputs)] for values in entry]
    if node.operation.jumps:
        quantities = [values[-1] for values in entry]
        half = quotient(1 if node.operation is round else 0, 2)
        known = _turns(quantities) if faults.turns(node) else _steps(quantities, half)
    place = None
    for values, given, point in zip(entry, inputs, points, strict=True):
        if not known and all(map(BALLS.finite, given)) and not BALLS.finite(values[0]):
            kind, known = faults.found_at(node, given)
        elif not known or not (node.operation.jumps and node.operation.jumps.ties(BALLS, *given)):
            continue
        if known and kind != "domain" and all(map(rational, point)):
            place = point
            break
    if node.operation is div and not known:
        above, below = zip(*inputs, strict=True)
        known = _turns(below) and not _turns(above)
    if node.operation in POLES and not known:
        turns = [BALLS.div(x, BALLS.pi()) for (x,) in inputs]
        kind, known = "pole", _steps(turns, POLES[node.operation])
    return kind, known, place


def _widened(low: Any, high: Any, least: Any, most: Any) -> tuple[Any, Any]:
    """A part of an interval, made wide enough to tell its ends apart."""
    room = BALLS.mul(BALLS.sub(most, least), quotient(1, SHOWN))
    lower, upper = BALLS.sub(low, room), BALLS.add(high, room)
    lower = lower if BALLS.less(least, lower) else least
    return lower, upper if BALLS.less(upper, most) else most


def _turns(values: Sequence[Any]) -> bool:
    """Whether some values are below 0 and others above."""
    signs = {BALLS.less(0, x) for x in values if BALLS.finite(x) and BALLS.equal(x, 0) is False}
    return signs == {True, False}


def _steps(values: Sequence[Any], offset: Any) -> bool:
    """Whether some values and an offset have a whole number between them."""
    return len({whole(BALLS.add(x, offset)) for x in values} - {None}) > 1


def _simplest(low: Any, high: Any) -> Any:
    """The rational number of the smallest denominator in an interval: what a person would type."""
    a, b = (x if rational(x) else digits.exact_end(x, side) for x, side in ((low, 1), (high, -1)))
    wholes, sign = [], 1
    if b < 0:
        a, b, sign = -b, -a, -1
    while a > 0 and -(-a // 1) > b:  # by its continued fraction
        n = a // 1
        wholes.append(n)
        a, b = quotient(1, b - n), quotient(1, a - n)
    found = 0 if a <= 0 else -(-a // 1)
    for n in reversed(wholes):
        found = n + quotient(1, found)
    return sign * found


def _shortly(low: Any, high: Any) -> str:
    """An interval in a few digits, outward."""
    return f"[{digits.shortly(low, -1)}, {digits.shortly(high, 1)}]"


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
