"""Where a function of one variable breaks in a range: poles, jumps, kinks, ends of its domain.

Enclosures over ever smaller pieces of the range (hodiff.arithmetic.boxes) leave the places where
it may be neither smooth nor undefined: everywhere else it is proven to be one of the two. At each
the operation at fault says what is 0 there; its root is the place (roots.py), and what it is
follows from the limits to both sides, by series in the distance (hodiff.derivatives.germs). Where
there are none, values ever closer suggest a limit, and it counts as not proven.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf, isfinite, isnan, nan
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers import faults
from hodiff.answers.ranges.isolate import Work, rough
from hodiff.answers.ranges.located import BITS, Located, Unsure
from hodiff.answers.ranges.merged import merged
from hodiff.answers.ranges.sides import around, place
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic import closed_forms as numbers
from hodiff.arithmetic.ball_numbers import PiMultiple, ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import SMOOTH, UNBROKEN, Box
from hodiff.arithmetic.boxes import BOXES, watched
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.derivatives.germs import NoGerm
from hodiff.derivatives.one_sided import limit
from hodiff.engine.exact import quotient, rational
from hodiff.engine.graph import CONSTANT, OPERATIONS, Tensor, topological
from hodiff.engine.operations.elementary import div, sub
from hodiff.engine.operations.piecewise import compares

POLE, JUMP, KINK, STEEP, END, HOLE, POINT, OPEN = (
    "pole", "jump", "kink", "steep", "end", "hole", "point", "open")  # fmt: skip
FIRST = 64  # pieces of the range, at first
SMALLEST = 2.0**-46  # of the range: a piece that is split no more
COARSE = 2.0**-12  # of the range: a smooth piece that is told to be too large for doubles
MOST_PENDING = 4096  # pieces of one size that may hold a break
DENSE = 16  # of these side by side: more breaks than can be told apart
MOST_TOLD = 60  # breaks that are located one by one
MOST_PARTS = 24  # that what is left open is merged into
NEARBY = (32, 64, 128, 256, 512, 1024)  # bits of the distances that a limit is guessed from
LEAST = 4  # values that show where they lead
WAYS = (0.7310585786300049, 0.4167311961682)  # no numbers that a function may be special at
TINY = 1e-200  # what counts as next to nothing
NARROW = 0.2  # of the values that a limit is guessed from: bounds beside it, at most
ROOT_WORK = 2_000_000  # nodes of boxes, for the place of one break
OVERHEAD = 20  # of a box, as nodes
SAME = 1e-12  # numbers that a guess takes for equal, relatively

COSINES, SINES = ("tan", "sec"), ("cot", "csc")  # what is 0 at their poles
SIGNED = ("abs", "sign", "sqrt", "cbrt", "log", "log2", "log10", "pow")  # not smooth at 0

LARGE = "values pass the largest double"
CROWDED = "more breaks than can be told apart"
UNSEARCHED = "not searched"


class Limit(NamedTuple):
    """What f does just to a side of a place: value, the limit (inf at a pole), None where it is
    undefined, nan where that is open. proven says whether that is more than a guess; low and high
    bound f there where it is open."""

    value: float | None
    proven: bool = True
    low: float = -inf
    high: float = inf

    @property
    def there(self) -> bool:
        return self.value is not None

    @property
    def finite(self) -> bool:
        return self.value is not None and isfinite(self.value)


class Break(NamedTuple):
    """A place where f is not smooth.

    kind         pole: it has no bound to a side; jump: the sides' limits, or its own value, differ;
                 kink: it is continuous, its slope isn't; steep: its slope is infinite, to both
                 sides alike; end: of its domain; hole: both limits are
                 one number, and it has no value; point: it has a value, and none beside it; open:
                 what it is isn't known
    at           the place, as a double; exactly: as a number, where it is known as such
    low, high    doubles around it, between which is no other break
    left, right  the limits
    value        its own value, None where it has none or where that is open
    reason       the operation at fault
    """

    kind: str
    at: float
    exactly: Any
    low: float
    high: float
    left: Limit
    right: Limit
    value: float | None
    reason: str

    @property
    def proven(self) -> bool:
        return self.kind != OPEN and self.left.proven and self.right.proven


class Broken(NamedTuple):
    """A range in pieces, in order.

    smooth  (low, high) in which f is continuous and bounded, kinks left aside
    breaks  between them
    open    boxes that are too many to be told apart, or weren't searched
    """

    smooth: list[tuple[float, float]]
    breaks: list[Break]
    open: list[Unsure]


def broken(
    y: Tensor, x: Tensor, low: float, high: float, work: Work, before: Broken | None = None
) -> Broken:
    """The pieces of a range of x, and where y breaks between them.

    before: where y is a derivative, the pieces of what it is that of: it has no value where that
    has none, or breaks, whatever its rule gives (0 for floor; 1/x beside log).

    Cost: a few hundred boxes, and some ms for each break. Raises NotImplementedError for what has
    no form in boxes.
    """
    with BOXES.quietly(), precision(BITS), watched(lambda: work.ended):
        search = _Search(y, x, low, high, work, before)
        search.run()
        return search.told()


class _Search:
    def __init__(
        self, y: Tensor, x: Tensor, low: float, high: float, work: Work,
        before: Broken | None,
    ) -> None:  # fmt: skip
        self.before = before
        self.y, self.x, self.low, self.high, self.work = y, x, low, high, work
        self.program = Program([y], BOXES)
        self.in_balls = Program([y], BALLS)
        (self.slope,) = gradient(y, [x])
        self.span = high - low
        self.fine: list[Any] = []  # columns of pieces: smooth,
        self.nowhere: list[Any] = []  # without a value,
        self.rough: Any = (np.empty(0), np.empty(0))  # and what is left, with breaks
        self.unsure: list[Unsure] = []

    def run(self) -> None:
        cuts = np.linspace(self.low, self.high, FIRST + 1)
        low, high = cuts[:-1], cuts[1:]
        while True:
            self.work.spend(len(low), len(self.program.order) + OVERHEAD)
            found = self.over(low, high)
            smooth = _smoothness(found, len(low))
            none = np.broadcast_to(np.isnan(found.low), (len(low),))
            bounded = np.isfinite(found.low) & np.isfinite(found.high)
            good = (smooth == SMOOTH) & bounded & ~none
            large = (smooth >= UNBROKEN) & ~bounded & ~none & (high - low <= COARSE * self.span)
            self.fine.append((low[good], high[good]))
            self.nowhere.append((low[none], high[none]))
            self.leave(low[large], high[large], LARGE)
            kept = ~(good | none | large)
            low, high = self.crowded(low[kept], high[kept])
            least = np.maximum(SMALLEST * self.span, 2.0**-50 * np.maximum(abs(low), abs(high)))
            if not len(low) or np.all(high - low <= least):
                self.rough = low, high
                return
            if self.work.done:
                self.leave(low, high, UNSEARCHED)
                return
            middle = low + 0.5 * (high - low)
            order = np.argsort(np.concatenate([low, middle]), kind="stable")
            ends = np.concatenate([low, middle]), np.concatenate([middle, high])
            low, high = ends[0][order], ends[1][order]

    def over(self, low: Any, high: Any) -> Box:
        value = box_numbers.whole(self.program.values({self.x: Box(low, high)})[id(self.y)])
        shape = np.shape(low)
        ends = [np.broadcast_to(v, shape) for v in (value.low, value.high)]
        return Box(ends[0], ends[1], value.smooth)

    def leave(self, low: Any, high: Any, reason: str) -> None:
        parts = merged([((a,), (b,)) for a, b in zip(low, high, strict=True)], 0.01, MOST_PARTS)
        self.unsure += [Unsure(part, reason) for part in parts]

    def crowded(self, low: Any, high: Any) -> Any:
        """Pieces, without those that stand too close where there are too many."""
        if len(low) <= MOST_PENDING:
            return low, high
        begins = np.concatenate([[True], low[1:] > high[:-1]])
        run = np.cumsum(begins) - 1
        dense = np.bincount(run)[run] > DENSE
        reason = self.crowding(low, high)
        self.leave(low[dense], high[dense], reason)
        low, high = low[~dense], high[~dense]
        if len(low) > MOST_PENDING:
            self.leave(low, high, reason)
            return low[:0], high[:0]
        return low, high

    def crowding(self, low: Any, high: Any) -> str:
        node = self.culprit(float(low[0]), float(high[0]))
        if node is None:
            return CROWDED
        return f"{faults.there(node, self.jumps(float(low[0]), float(high[0])))}: {CROWDED}"

    def told(self) -> Broken:
        smooth = [(a, b) for ((a, b),) in merged(_columns(self.fine), 0)]
        clusters = [(a, b) for ((a, b),) in merged(_columns([self.rough]), 0)]
        breaks, smooth_again, rest = [], [], []
        told = self.chosen(clusters)
        for k, (a, b) in enumerate(clusters):
            if k not in told or self.work.ended:
                rest.append((a, b))
                continue
            found = self.at(a, b)
            if found is None:
                smooth_again.append((a, b))
            else:
                breaks.append(found)
        breaks += self.unknown(rest)
        pieces = [(a, b) for ((a, b),) in merged(_points([*smooth, *smooth_again]), 0)]
        if self.before is not None:
            breaks = list(inherited(breaks, self.before, self.value))
            pieces = common(pieces, self.before.smooth)
            self.unsure += [x for x in self.before.open if not _known(x, self.unsure)]
        breaks.sort(key=lambda found: found.low)
        return Broken(apart(pieces, breaks), breaks, self.unsure)

    def chosen(self, clusters: Sequence[tuple[float, float]]) -> set[int]:
        """Of the places that may be breaks those that are told one by one: the loneliest."""
        if len(clusters) <= MOST_TOLD:
            return set(range(len(clusters)))
        gaps = np.diff([a for a, _ in clusters])
        alone = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
        return set(map(int, np.argsort(-alone, kind="stable")[:MOST_TOLD]))

    # One break.

    def at(self, low: float, high: float) -> Break | None:
        """What y has in a small box; None for nothing, inside the range."""
        node = self.culprit(low, high)
        reason = "" if node is None else faults.there(node, self.jumps(low, high))
        found = None if node is None else self.located(node, low, high)
        if node is None or found is None or not BALLS.finite(found[0].now()[0]):
            return self.unknown([(low, high)], reason)[0]
        root, zero = found
        number = root.now()[0]
        given = {} if root.exact else self.given(node, zero, number)
        self.known = () if root.exact else (self.copies(given), self.tied(node))
        at = min(max(_double(number), self.low), self.high)
        inside = at > self.low, at < self.high
        sides = [self.limit(self.y, number, side) for side in (-1, 1)]
        left, right = sides
        if self.before is None:
            value = self.value(number) if root.exact else None
        else:
            value = self.derivative(left, right, low, high)
        valued = root.exact or node.operation is div or self.before is not None
        kind: str | None
        if not all(inside):  # an end of the range: only what is inside counts
            own = right if inside[1] else left
            kind = self.kind_inside(own, value)
            left, right = (Limit(None), own) if inside[1] else (own, Limit(None))
        else:
            kind = self.kind(left, right, value, valued, number)
        if kind is None:
            return None
        return Break(
            kind, at, number if root.exact else None, low, high, left, right, value, reason
        )

    def derivative(self, left: Limit, right: Limit, low: float, high: float) -> float | None:
        """The value of a derivative from its limits: it never jumps (Darboux), and where f is
        continuous, they are its value."""
        known = [side.value for side in (left, right) if side.value is not None]
        before = () if self.before is None else self.before.breaks
        if any(b.low <= high and low <= b.high and b.kind != END for b in before):
            return None
        finite = all(map(isfinite, known))
        return known[0] if known and finite and _alike(known[0], known[-1]) else None

    def kind_inside(self, own: Limit, value: float | None) -> str | None:
        """What there is at an end of the range, from the limit to the side inside."""
        if own.value is None:
            return END
        if isnan(own.value):
            return OPEN
        if not isfinite(own.value):
            return POLE
        return JUMP if value is not None and not _alike(value, own.value) else None

    def kind(
        self, left: Limit, right: Limit, value: float | None, valued: bool, number: Any
    ) -> str | None:
        known = [side.value for side in (left, right) if side.value is not None]
        if inf in known or -inf in known:
            return POLE
        if any(map(isnan, known)):
            return OPEN
        if len(known) < 2:
            return END if known else (POINT if value is not None else OPEN)
        if not _alike(*known):
            return JUMP
        if value is None and valued:
            return HOLE
        if value is not None and not _alike(value, known[0]):
            return JUMP
        left_, right_ = (self.limit(self.slope, number, side, False).value for side in (-1, 1))
        if left_ is None or right_ is None or isnan(left_) or isnan(right_):
            return OPEN
        if not (isfinite(left_) and isfinite(right_)):
            return STEEP
        return None if _alike(left_, right_) else KINK

    def limit(self, y: Tensor, number: Any, side: int, guess: bool = True) -> Limit:
        try:
            found = limit(y, self.x, number, side, *self.known)
            if found is None:
                return Limit(None)
            return Limit(found if isinstance(found, float) else _double(numbers.ball(found)))
        except NoGerm:
            return self.guessed(y, number, side) if guess else Limit(nan, False)

    def guessed(self, y: Tensor, number: Any, side: int) -> Limit:
        """A limit from values that come ever closer, along two ways, where bounds of all beside the
        place are in keeping; open, with such bounds, where there is none."""
        at, program = _double(number), Program([y], BALLS)
        if self.undefined(at, side):
            return Limit(None)
        low, high = self.bounds(at, side)
        ways = [self.along(program, number, ball(side) * ball(way)) for way in WAYS]
        trends = [trend(values) for values in ways]
        if all(found is not None for found in trends):
            found, other = map(float, trends)  # type: ignore[arg-type]
            size = max(abs(value) for values in ways for value in values if isfinite(value))
            one_way = low > 0 if found > 0 else high < 0
            narrow = high - low <= NARROW * max(size, TINY)
            if _alike(found, other) and (narrow if isfinite(found) else one_way):
                return Limit(found, False)
        return Limit(nan, False, low, high)

    def along(self, program: Program, number: Any, step: Any) -> list[float]:
        """Values that come ever closer to a number, up to the first that there is not."""
        values: list[float] = []
        size = ball(max(1, abs(_double(number))))
        with precision(4 * NEARBY[-1]):
            for bits in NEARBY:
                (found,) = program.results({self.x: ball(number) + step * size * 2 ** ball(-bits)})
                if not BALLS.finite(found):
                    break
                values.append(_double(found))
        return values

    def undefined(self, at: float, side: int) -> bool:
        """Whether there is no value beside a place."""
        return bool(np.isnan(self.beside(at, side).low[0]))

    def bounds(self, at: float, side: int) -> tuple[float, float]:
        """Bounds of y close to a place, to one side."""
        found = self.beside(at, side)
        low, high = float(found.low[0]), float(found.high[0])
        return (low, high) if low == low else (-inf, inf)

    def beside(self, at: float, side: int) -> Box:
        width = 4 * max(SMALLEST * self.span, 2.0**-44 * abs(at))
        a, b = (at - width, at - width / 2) if side < 0 else (at + width / 2, at + width)
        return self.over(np.array([a]), np.array([b]))

    def value(self, number: Any) -> float | None:
        number = ball(number) if isinstance(number, float) else number
        (found,) = self.in_balls.results({self.x: number})
        return _double(found) if BALLS.finite(found) else None

    def unknown(self, clusters: Sequence[tuple[float, float]], reason: str = "") -> list[Break]:
        """Breaks that aren't located: what is known are bounds of the values beside them."""
        if not clusters:
            return []
        low, high = (np.array(ends) for ends in zip(*clusters, strict=True))
        wide = np.maximum(high - low, 2.0**-44 * np.maximum(abs(low), abs(high)))
        left, right = self.over(low - 2 * wide, low), self.over(high, high + 2 * wide)
        if not reason:
            node = self.culprit(*clusters[0])
            reason = "" if node is None else faults.there(node, self.jumps(*clusters[0]))
        listed = []
        for k, (a, b) in enumerate(clusters):
            sides = [
                Limit(None) if isnan(found.low[k])
                else Limit(nan, False, float(found.low[k]), float(found.high[k]))
                for found in (left, right)
            ]  # fmt: skip
            kind = END if sum(side.there for side in sides) == 1 else OPEN
            middle = a + (b - a) / 2
            listed.append(Break(kind, middle, None, a, b, sides[0], sides[1], None, reason))
        return listed

    def jumps(self, low: float, high: float) -> bool:
        found = self.over(np.array([low]), np.array([high]))
        return bool(_smoothness(found, 1)[0] < UNBROKEN)

    def culprit(self, low: float, high: float) -> Tensor | None:
        """The first operation that isn't smooth though all that it is of are."""
        self.values = self.program.values({self.x: Box(np.array([low]), np.array([high]))})
        return rough(self.program.order, self.values)

    def located(self, node: Tensor, low: float, high: float) -> tuple[Located, Tensor] | None:
        """Where the operation is not smooth, as the root of what is 0 there; None where there isn't
        exactly one, or it is one of arrays, any entry of which may be what isn't."""
        if any(x.shape for x in node.inputs):
            return None
        ends = around((low, high))
        for zero in self.critical(node):
            if zero.requires_grad:
                root = place(zero, self.x, ends, Work(ROOT_WORK, self.work.until))
                if root is not None:
                    return root, zero
        return None

    def given(self, node: Tensor, zero: Tensor, number: Any) -> dict[Tensor, Any]:
        """What is known exactly where that is 0."""
        name = node.operation.name
        if name in ("div", "over", *SIGNED):
            return {zero: 0}
        a = node.inputs[0]
        (value,) = Program([a], BALLS).results({self.x: number})
        if name in (*COSINES, *SINES):
            half = quotient(1, 2) if name in COSINES else 0
            turns = round(_double(value) / float(np.pi) - float(half))
            return {a: PiMultiple(turns + half)}
        if zero.operation is sub and zero.inputs[0] is a and zero.inputs[1].operation is CONSTANT:
            return {a: zero.inputs[1].attributes[0]}
        return {}

    def copies(self, given: Mapping[Tensor, Any]) -> dict[Tensor, Any]:
        """The same of all nodes that are written alike."""
        numbered: dict[Any, int] = {}
        keys: dict[int, int] = {}
        order = topological([self.y, self.slope, *given], unknown=True)
        for node in order:
            inputs = tuple(keys[id(x)] for x in node.inputs)
            own = (node.operation, *map(repr, node.attributes), inputs) if inputs or (
                node.operation is CONSTANT) else id(node)  # fmt: skip
            keys[id(node)] = numbered.setdefault(own, len(numbered))
        values = {keys[id(node)]: value for node, value in given.items()}
        return {node: values[keys[id(node)]] for node in order if keys[id(node)] in values}

    def tied(self, node: Tensor) -> Sequence[Tensor]:
        pairs = node.operation.name in ("max", "min") or compares(node.operation)
        return node.inputs if pairs else ()

    def critical(self, node: Tensor) -> list[Tensor]:
        """What may be 0 where an operation is not smooth."""
        name, a = node.operation.name, node.inputs[0]
        value = self.values[id(a)]
        middle = float(np.min(value.low)) / 2 + float(np.max(value.high)) / 2
        nearest = round(middle) if isfinite(middle) else 0
        if name in ("div", "over", "max", "min") or compares(node.operation):
            return [node.inputs[1]] if name in ("div", "over") else [a - node.inputs[1]]
        if name in (*COSINES, *SINES):
            return [OPERATIONS["cos" if name in COSINES else "sin"](a)]
        if name == "mod":
            ratio = a / node.inputs[1]
            parts = self.values[id(node.inputs[1])]
            middle /= float(np.min(parts.low)) or 1
            return [ratio - (round(middle) if isfinite(middle) else 0), node.inputs[1]]
        if name == "round":
            half = quotient(2 * int(np.floor(middle)) + 1, 2) if isfinite(middle) else 0
            return [a - half]
        if name in ("asin", "acos", "atanh", "acosh"):
            return [a - 1, a - (-1)]
        if name == "log1p":
            return [a - (-1)]
        if name in SIGNED:
            return [a]
        return [a - nearest, *node.inputs[1:]]


def inherited(
    breaks: Sequence[Break], before: Broken, value: Callable[[Any], float | None]
) -> Iterator[Break]:
    """The breaks of a derivative, with those of what it is the derivative of: there, and where that
    has no value, it has none, whatever its rule gives."""
    breaks = sorted(breaks, key=lambda found: found.low)
    for own in breaks:
        at = _met(own, before.breaks)
        if at is not None:
            low, high = min(own.low, at.low), max(own.high, at.high)
            left = own.left if at.left.there else Limit(None)
            right = own.right if at.right.there else Limit(None)
            yield own._replace(low=low, high=high, left=left, right=right)
        else:
            k = bisect_right(before.smooth, (own.low, inf)) - 1
            if k >= 0 and own.high <= before.smooth[k][1]:
                yield own
    for b in before.breaks:
        outside = b.kind == JUMP and not (b.left.there and b.right.there)  # an end of the range
        if outside or _met(b, breaks) is not None:
            continue
        found = value(b.at if b.exactly is None else b.exactly)
        side = Limit(nan, False) if found is None else Limit(found, b.exactly is not None)
        left, right = (side if x.there else Limit(None) for x in (b.left, b.right))
        kind = HOLE if left.there and right.there else END
        yield b._replace(kind=kind, left=left, right=right, value=None)


def _met(b: Break, others: Sequence[Break]) -> Break | None:
    """The one of others, in order and apart from each other, that has the same place."""
    k = bisect_right(others, b.high, key=lambda other: other.low) - 1
    return others[k] if k >= 0 and others[k].high >= b.low else None


def common(
    a: Sequence[tuple[float, float]], b: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """What intervals in order have in common with others."""
    found, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        low, high = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if low < high:
            found.append((low, high))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return found


def apart(
    pieces: Sequence[tuple[float, float]], breaks: Sequence[Break]
) -> list[tuple[float, float]]:
    """Intervals without the boxes of breaks, both in order."""
    ends = [-inf, *(end for b in breaks for end in (b.low, b.high)), inf]
    return common(pieces, list(zip(ends[::2], ends[1::2], strict=True)))


def _known(x: Unsure, others: Sequence[Unsure]) -> bool:
    (a, b), boxes_ = x.box[0], [y.box[0] for y in others]
    return any(low <= a and b <= high for low, high in boxes_)


def _points(intervals: Sequence[tuple[float, float]]) -> list[Any]:
    return [((a,), (b,)) for a, b in intervals]


def _smoothness(found: Box, n: int) -> Any:
    smooth = np.broadcast_to(np.asarray(found.smooth), (n,))
    return np.where(np.isnan(found.low), 0, smooth)


def _columns(parts: Sequence[Any]) -> list[Any]:
    return [((a,), (b,)) for low, high in parts for a, b in zip(low, high, strict=True)]


def _double(x: Any) -> float:
    if rational(x):
        try:
            return float(x)
        except OverflowError:
            return inf if x > 0 else -inf
    return float(ball(x).mid())


def trend(values: Sequence[float]) -> float | None:
    """Where values ever closer lead: a number, inf or -inf; None where that doesn't show."""
    if len(values) < len(NEARBY):
        return None
    over = next((k for k, value in enumerate(values) if not isfinite(value)), len(values))
    values = values[: over + 1]  # past all doubles once is enough
    if len(values) < LEAST:
        return None
    steps, last = np.diff(values), values[-1]
    size = max(abs(value) for value in values if isfinite(value))
    if isfinite(last) and (abs(steps[-1]) <= SAME * size or size < 1e-300):
        return 0.0 if abs(last) <= SAME * size else last
    ratios = abs(steps[1:]) / np.maximum(abs(steps[:-1]), 5e-324)
    kept = ~np.isnan(ratios)
    if np.all(ratios[kept] > 0.9) and (np.all(steps > 0) or np.all(steps < 0)):
        return float(np.copysign(inf, steps[0]))
    if np.all(ratios < 0.9):
        end = last + float(steps[-1] * ratios[-1] / (1 - ratios[-1]))
        return 0.0 if abs(end) < 1e-9 * size else end
    return None


def _alike(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= SAME * max(abs(a), abs(b))
