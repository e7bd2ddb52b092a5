"""Where a system of equations may be 0 in a box, and where it is, once: branch, exclude, Newton.

Many boxes at a time, in columns of intervals (hodiff.arithmetic.boxes). A box is let go where the
range of a function over it has no 0. Newton's step from its middle, with the slopes over all of
it, has every root of the box in its result; where the result lies inside, the box has exactly one
(Neumaier 1990, Interval methods for systems of equations, 5.1). Else the box is narrowed and, where
that doesn't help, split.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from time import monotonic, thread_time
from typing import Any, NamedTuple

import numpy as np

from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.base import Values
from hodiff.arithmetic.box_functions import CROWDED
from hodiff.arithmetic.box_numbers import SMOOTH, UNBROKEN, Box
from hodiff.arithmetic.boxes import BOXES, watched
from hodiff.arithmetic.program import Program
from hodiff.engine.graph import Tensor
from hodiff.engine.limits import Limits

OVERHEAD = 50  # of a box in each dimension and function, as nodes
MOST_ROOTS = 10_000  # after which the search ends: each takes a millisecond to be told
BATCH = 4096  # boxes that are looked at together
PATIENCE = 16  # boxes, before those that are left are looked at; and then four times so many
MOST_TOGETHER = 2000  # of one search, of several that are done together
CUT = 0.4871  # where a box is split: not in its middle, where roots like to lie
NARROWED = 0.6  # of its width, or less: Newton's step got hold of something
RELATIVE, ABSOLUTE = 2.0**-44, 2.0**-50  # widths that are not split: of a number, of the range

Columns = np.ndarray[Any, np.dtype[np.float64]]
Ends = tuple[Any, Any]
"""The lower and the upper ends of boxes: (n, d), or (d,) of one."""

Boxes = tuple[Any, Any, Any]
"""Boxes of several searches: whose each is, in columns, and their ends."""


class Isolated(NamedTuple):
    """Each is a list of boxes.

    proven  with one root each, which lies in the second box
    open    where doubles don't tell
    left    that the search didn't come to
    """

    proven: list[tuple[Ends, Ends]]
    open: list[Ends]
    left: list[Ends]


Known = Callable[
    ["System", Sequence[float], Sequence[float], int | None], tuple[Isolated, int] | None
]
"""What a search was found to have, and in how many boxes, where it has been done before."""


class Work:
    """What a search may take: nodes of boxes, and time. Where no time is said functions that are
    slow in balls have an end, too, which is counted on the processor."""

    def __init__(self, nodes: int, until: float | None = None, brief: float | None = None) -> None:
        """brief: seconds, of the end that is counted on the processor, corners included."""
        self.left, self.until, self.brief = nodes, until, brief is not None
        seconds = Limits.searching if brief is None else brief
        self.ends = thread_time() + seconds if until is None else float("inf")
        self.boxes = 0
        self.known: Known = lambda *search: None

    def spend(self, boxes: int, nodes: int) -> None:
        self.left -= boxes * nodes
        self.boxes += boxes

    @property
    def late(self) -> bool:
        return self.until is not None and monotonic() > self.until

    def after(self) -> Work:
        """What may be taken for corners, once a search is done: seconds of their own, for the
        search may have used all; but the same ones where these are brief."""
        return self if self.brief else Work(self.left, self.until)

    @property
    def ended(self) -> bool:
        """Whether no time is left."""
        return self.late or thread_time() > self.ends

    @property
    def done(self) -> bool:
        return self.left <= 0 or self.ended


class System:
    """Functions of as many variables, and their slopes: over boxes."""

    def __init__(
        self,
        functions: Sequence[Tensor],
        slopes: Sequence[Sequence[Tensor]],
        variables: Sequence[Tensor],
        fixed: Mapping[Tensor, Box],
    ) -> None:
        self.variables, self.fixed = variables, fixed
        self.values = Program(functions, BOXES)
        self.slopes = Program([*functions, *(y for row in slopes for y in row)], BOXES)

    def run(self, program: Program, whose: Any, low: Any, high: Any) -> list[Box]:
        """The outputs of a program over boxes, all numbers where there is none."""
        point = {x: Box(low[:, i], high[:, i]) for i, x in enumerate(self.variables)}
        values = program.values({**self.fixed, **point})
        return [values[id(y)] for y in program.outputs]


def isolated(
    system: System,
    low: Sequence[float],
    high: Sequence[float],
    work: Work,
    first: int | None = None,
    told: Callable[[float, int], None] = lambda done, found: None,
    crowded: Callable[[Hunt], None] = lambda hunt: None,
) -> Isolated:
    """The roots in a box, of which the first few are enough: in one variable the lowest.

    told hears how much of the box is done, and how many roots are found; crowded is called now and
    then, and at last, and may know the roots of boxes that are left.
    """
    nodes = _nodes(system)
    known = work.known(system, low, high, first)
    if known is not None:
        work.spend(known[1], nodes)
        return known[0]
    hunt = Hunt(low, high, first)
    with BOXES.quietly(), watched(lambda: work.ended):
        while not work.done and (batch := hunt.batch()) is not None:
            work.spend(len(batch[0]), nodes)
            hunt.take(*_looked(system, (np.zeros(len(batch[0]), int), *batch), hunt.span[None, :]))
            told(hunt.done, len(hunt.proven))
            if hunt.boxes >= hunt.patience:
                hunt.patience *= 4
                crowded(hunt)
        crowded(hunt)
        _sharpen(system, [hunt])
    return hunt.found()


def together(
    system: System, ends: Sequence[tuple[Sequence[float], Sequence[float]]], first: int | None
) -> list[tuple[Isolated, int] | None]:
    """The same of several boxes, each a search by itself, whose number system gets for each box: as
    isolated finds it, and in how many boxes; None where that takes many. The time is shared."""
    hunts = [Hunt(low, high, first) for low, high in ends]
    spans = np.array([hunt.span for hunt in hunts])
    within = thread_time() + Limits.searching * Limits.a_row * len(hunts)
    CROWDED.any = False
    with BOXES.quietly(), watched(lambda: thread_time() > within):
        while True:
            begun = [
                (i, hunt.batch()) for i, hunt in enumerate(hunts) if hunt.boxes < MOST_TOGETHER
            ]
            some = [(i, *batch) for i, batch in begun if batch is not None]
            if not some:
                break
            whose = np.repeat([i for i, *_ in some], [len(low) for _, low, _ in some])
            low, high = (np.concatenate([batch[i] for batch in some]) for i in (1, 2))
            parts = [_by_search(part, len(hunts)) for part in
                     _looked(system, (whose, low, high), spans)]  # fmt: skip
            if CROWDED.any or thread_time() > within:
                return [None] * len(hunts)
            for i, *_ in some:
                hunts[i].take(*(part[i] for part in parts))
        _sharpen(system, hunts)
    return [None if hunt.batch() else (hunt.found(), hunt.boxes) for hunt in hunts]


class Hunt:
    """A search in a box: what is found so far, and the boxes that are left to be looked at."""

    def __init__(
        self, low: Sequence[float], high: Sequence[float], first: int | None = None
    ) -> None:
        a, b = np.array(low, float), np.array(high, float)
        self.span = np.maximum(b - a, 5e-324)
        self.pending: Any = (a[None, :], b[None, :])
        self.proven: list[tuple[Ends, Ends]] = []
        self.open: list[Ends] = []
        self.boxes, self.patience = 0, PATIENCE
        self.first = first
        self.size = BATCH if first is None else min(BATCH, 16 * first)

    def batch(self) -> Ends | None:
        """The boxes that come next; None where that is all."""
        if not len(self.pending[0]) or len(self.proven) >= MOST_ROOTS:
            return None
        low, high = self.pending
        if _enough(self.proven, low, self.first):
            return None
        return low[: self.size], high[: self.size]

    def take(self, open_: Boxes, alone: Boxes, tight: Boxes, halves: Boxes) -> None:
        """What has become of these boxes."""
        rest = [x[self.size :] for x in self.pending]
        self.boxes += len(self.pending[0]) - len(rest[0])
        self.open += zip(*open_[1:], strict=True)
        found = list(zip(zip(*alone[1:], strict=True), zip(*tight[1:], strict=True), strict=True))
        self.proven += _new(found, self.proven)
        ends = halves[1:]
        if self.first is None:  # the largest come next
            self.pending = tuple(map(np.concatenate, zip(rest, ends, strict=True)))
        else:
            order = np.argsort(ends[0][:, 0], kind="stable")
            ends = ends[0][order], ends[1][order]
            self.pending = tuple(map(np.concatenate, zip(ends, rest, strict=True)))
        self.pending = _outside(self.pending, found)

    @property
    def done(self) -> float:
        """The share of the box that nothing is left to be looked at in."""
        low, high = self.pending
        left = np.prod((high - low) / self.span, axis=1).sum() if low.shape[1] else 0.0
        return 1 - min(float(left), 1.0)

    @property
    def left(self) -> list[Ends]:
        """All boxes in which it isn't known whether there is a root."""
        return [*self.open, *zip(*self.pending, strict=True)]

    def forget(self, low: Any, high: Any) -> None:
        """Lets go of what lies in a box whose roots are known."""

        def outside(a: Any, b: Any) -> Any:
            return ~(np.all(a >= low, axis=-1) & np.all(b <= high, axis=-1))

        self.open = [box for box in self.open if outside(*box)]
        kept = outside(*self.pending)
        self.pending = tuple(ends[kept] for ends in self.pending)

    def found(self) -> Isolated:
        return Isolated(self.proven, self.open, list(zip(*self.pending, strict=True)))


def _sharpen(system: System, hunts: Sequence[Hunt]) -> None:
    """Narrows where roots lie, as far as doubles do: each step is worth one in balls."""
    tight = [ends for hunt in hunts for _, ends in hunt.proven]
    if not tight:
        return
    whose = np.repeat(np.arange(len(hunts)), [len(hunt.proven) for hunt in hunts])
    low, high = (np.array([ends[i] for ends in tight]) for i in (0, 1))
    wide = np.arange(len(low))
    while len(wide):
        own, a, b = whose[wide], low[wide], high[wide]
        centre = middles(a, b)
        _, slopes, _, _ = over(system, a, b, own)
        at = [everything(y, len(a)) for y in system.run(system.values, own, centre, centre)]
        (c, e), *second = newton(at, slopes, centre, a, b)
        narrower = np.all((a <= c) & (c <= e) & (e <= b) & (e - c < 0.5 * (b - a)), axis=1)
        for f, _ in second:
            narrower &= np.isnan(f).all(axis=1)
        wide = wide[narrower]
        low[wide], high[wide] = c[narrower], e[narrower]
    ends = iter(zip(low, high, strict=True))
    for hunt in hunts:
        hunt.proven = [(alone, next(ends)) for alone, _ in hunt.proven]


def _nodes(system: System) -> int:
    """What a box costs."""
    return len(system.slopes.order) + OVERHEAD * len(system.variables) ** 2


def _by_search(boxes: Boxes, n: int) -> list[Boxes]:
    """Boxes of each of n searches, in the order that they have."""
    whose = boxes[0]
    order = np.argsort(whose, kind="stable")
    cuts = np.searchsorted(whose[order], np.arange(n + 1)).tolist()
    parts = [x[order] for x in boxes]
    return [(parts[0][a:b], parts[1][a:b], parts[2][a:b]) for a, b in pairwise(cuts)]


def _enough(proven: list[tuple[Ends, Ends]], pending: Any, first: int | None) -> bool:
    """Whether there are the first ones, and no box that is left may have a root before them."""
    if first is None or len(proven) < first:
        return False
    if pending.shape[1] > 1:
        return True
    lowest = pending[:, 0].min()
    return sum(bool(tight[1][0] < lowest) for _, tight in proven) >= first


def _new(found: list[tuple[Ends, Ends]], known: Any) -> list[tuple[Ends, Ends]]:
    """The roots that don't lie where one that is known is alone: in one variable that would be one
    of the last."""
    if not found:
        return []
    known = known[-BATCH:]
    low, high = (np.array([alone[i] for alone, _ in (*known, *found)]) for i in (0, 1))
    kept = []
    for k, (alone, (a, b)) in enumerate(found):
        before = len(known) + k
        there = np.all(low[:before] <= a, axis=1) & np.all(high[:before] >= b, axis=1)
        if not there.any():
            kept.append((alone, (a, b)))
    return kept


def _outside(pending: Any, proven: list[tuple[Ends, Ends]]) -> Any:
    """Boxes that aren't all in one whose only root is known."""
    if len(pending[0]) * len(proven) > 10**7:
        return pending
    kept = np.full(len(pending[0]), True)
    for (low, high), _ in proven:
        kept &= ~(np.all(pending[0] >= low, axis=1) & np.all(pending[1] <= high, axis=1))
    return pending[0][kept], pending[1][kept]


def contains_zero(x: Box) -> Any:
    inside = (x.low <= 0) & (x.high >= 0)
    return np.where(x.low > x.high, (x.low <= 0) | (x.high >= 0), inside) if x.gapped else inside


def _looked(system: System, boxes: Boxes, spans: Any) -> tuple[Boxes, Boxes, Boxes, Boxes]:
    """What becomes of boxes: (those that stay open, those with one root, these again, as the root
    lies in them, those that are to be looked at again)."""
    open_, tried, halved = _step(system, boxes, spans)
    alone, tight, again = _proofs(system, tried)
    return open_, alone, tight, _joined([again, halved])


def _step(system: System, boxes: Boxes, spans: Any) -> tuple[Boxes, Boxes, Boxes]:
    """What boxes leave: (those that stay open, those that a root may be proven in, halves)."""
    whose, low, high = boxes
    count = len(low)
    values = system.run(system.values, whose, low, high)
    kept = np.full(count, True)
    for y in values:
        kept &= contains_zero(y)
    whose, low, high = whose[kept], low[kept], high[kept]
    none = whose[:0], low[:0], high[:0]
    if not len(low):
        return none, none, none
    flat = np.full(count, True)
    for y in values:
        flat &= (y.low == 0) & (y.high == 0)
    flat, span = flat[kept], spans[whose]
    _, slopes, smooth, _ = over(system, low, high, whose)
    centre = middles(low, high)
    at = [everything(y, len(low)) for y in system.run(system.values, whose, centre, centre)]
    pieces = newton(at, slopes, centre, low, high)
    usable = smooth >= UNBROKEN
    pieces = [
        (np.where(usable[:, None], a, low), np.where(usable[:, None], b, high))
        for a, b in pieces[:1]
    ] + [(np.where(usable[:, None], a, np.nan), b) for a, b in pieces[1:]]
    width = high - low
    stop = np.all(_narrow(low, high, span), axis=1) | flat
    stop |= _blurred(at, slopes, width) & usable
    open_, tried, halved = [none], [none], [none]
    for number, (a, b) in enumerate(pieces):
        there = np.all(a <= b, axis=1)
        if number == 0 and len(pieces) > 1:
            cut = there & np.all(pieces[1][0] <= pieces[1][1], axis=1)
        elif number == 0:
            cut = np.full(len(low), False)
        ended = there & stop
        open_.append((whose[ended], a[ended], b[ended]))
        there &= ~stop
        shrunk = np.all(b - a <= NARROWED * width, axis=1)
        candidate = there & shrunk & (smooth == SMOOTH)
        tried.append((whose[candidate], a[candidate], b[candidate]))
        again = there & ~candidate & (shrunk | cut)
        halved.append((whose[again], a[again], b[again]))
        split = there & ~candidate & ~again
        if split.any():
            sizes = [[row[split] for row in _sizes(line)] for line in slopes]
            halved += [(whose[split], *half)
                       for half in _halves(a[split], b[split], sizes, span[split])]  # fmt: skip
    return _joined(open_), _joined(tried), _joined(halved)


def _joined(boxes: list[Boxes]) -> Boxes:
    whose, low, high = (np.concatenate([box[i] for box in boxes]) for i in range(3))
    return whose, low, high


def _sizes(line: Sequence[Box]) -> list[Any]:
    return [np.maximum(np.abs(y.low), np.abs(y.high)) for y in line]


def over(
    system: System, low: Any, high: Any, whose: Any = None
) -> tuple[list[Box], list[list[Box]], Any, Any]:
    """Functions and slopes over boxes; how smooth all functions are, and all slopes."""
    d, n = low.shape[1], len(low)
    found = system.run(system.slopes, whose, low, high)
    smooth = np.full(n, SMOOTH, np.int8)
    for y in found[:d]:
        smooth = np.minimum(smooth, np.where(np.isnan(y.low), 0, y.smooth))
    sloped = np.full(n, SMOOTH, np.int8)
    for y in found[d:]:
        sloped = np.minimum(sloped, np.where(np.isnan(y.low), 0, y.smooth))
    boxes_ = [everything(y, n) for y in found]
    return boxes_[:d], [boxes_[d + d * i : d + d * (i + 1)] for i in range(d)], smooth, sloped


def rough(order: Sequence[Tensor], values: Values) -> Tensor | None:
    """The first operation that isn't smooth in a box, though all that it is of are."""
    for node in order:
        found = not node.shape and smoothness(node, values) < SMOOTH
        if found and all(y.shape or smoothness(y, values) == SMOOTH for y in node.inputs):
            return node
    return None


def smoothness(node: Tensor, values: Values) -> int:
    value = values[id(node)]
    return int(np.min(np.where(np.isnan(value.low), 0, value.smooth)))


def everything(y: Box, n: int) -> Box:
    """A column of n, with all numbers for what is none, and for what lies outside a gap."""
    y = box_numbers.whole(y)
    low, high = (
        np.where(np.isnan(y.low), -np.inf, y.low),
        np.where(np.isnan(y.high), np.inf, y.high),
    )
    return Box(np.broadcast_to(low, (n,)), np.broadcast_to(high, (n,)), y.smooth)


def middles(low: Any, high: Any) -> Any:
    return np.clip(low + 0.5 * (high - low), low, high)


def newton(
    at: Sequence[Box], slopes: Sequence[Sequence[Box]], centre: Any, low: Any, high: Any
) -> list[Ends]:
    """What Newton's step leaves of boxes: every root lies in it. In one variable it may be two
    pieces, of which the second is not in each box (its ends are nan there).

    at: the functions at the centre.
    """
    d = low.shape[1]
    step: Box
    if d == 1:
        step = box_numbers.sub(Box(centre[:, 0], centre[:, 0]), solutions(at[0], slopes[0][0]))
        gap = step.low > step.high
        a = np.where(gap, low[:, 0], np.maximum(low[:, 0], step.low))
        b = np.where(gap, np.minimum(high[:, 0], step.high), np.minimum(high[:, 0], step.high))
        a = np.where(np.isnan(step.low), low[:, 0], a)
        b = np.where(np.isnan(step.low), high[:, 0], b)
        pieces = [(a[:, None], b[:, None])]
        if gap.any():
            c = np.where(gap, np.maximum(low[:, 0], step.low), np.nan)
            pieces.append((c[:, None], high))
        return pieces
    first, rows = conditioned(at, slopes)
    low, high = low.copy(), high.copy()
    for i in range(d):
        total = first[i]
        for j in range(d):
            if j != i:
                apart = box_numbers.sub(Box(low[:, j], high[:, j]), Box(centre[:, j], centre[:, j]))
                total = box_numbers.add(total, box_numbers.mul(rows[i][j], apart))
        step = box_numbers.sub(Box(centre[:, i], centre[:, i]), solutions(total, rows[i][i]))
        gap = step.low > step.high
        known = ~np.isnan(step.low)
        # Of two rays what they leave of the box.
        beyond, before = step.low > high[:, i], step.high < low[:, i]
        a = np.where(gap, np.where(before, step.low, low[:, i]), np.maximum(low[:, i], step.low))
        b = np.where(
            gap, np.where(beyond, step.high, high[:, i]), np.minimum(high[:, i], step.high)
        )
        low[:, i], high[:, i] = np.where(known, a, low[:, i]), np.where(known, b, high[:, i])
        empty = ~(low[:, i] <= high[:, i])
        low[empty, i], high[empty, i] = np.inf, -np.inf
    lost = np.any(low > high, axis=1)
    low[lost], high[lost] = np.inf, -np.inf
    return [(low, high)]


def solutions(a: Box, b: Box) -> Box:
    """All x with b*x = a: any number where both may be 0, and no number is a/b then."""
    found = box_numbers.div(a, b)
    any_ = contains_zero(a) & contains_zero(b)
    low, high = np.where(any_, -np.inf, found.low), np.where(any_, np.inf, found.high)
    return Box(low, high, found.smooth, found.gapped)


def conditioned(
    at: Sequence[Box], slopes: Sequence[Sequence[Box]]
) -> tuple[list[Box], list[list[Box]]]:
    """Functions and slopes multiplied by the inverse of the slopes' middle, where it has one."""
    d, n = len(at), len(at[0].low)
    middle = np.empty((n, d, d))
    for i, line in enumerate(slopes):
        for j, y in enumerate(line):
            middle[:, i, j] = 0.5 * y.low + 0.5 * y.high
    good = np.isfinite(middle).all(axis=(1, 2))
    middle[~good] = np.eye(d)
    scale = np.abs(middle).max(axis=2, keepdims=True)
    regular = np.abs(np.linalg.det(middle / np.where(scale > 0, scale, 1))) > 1e-13
    middle[~regular] = np.eye(d)
    inverse = np.linalg.inv(middle)
    inverse[~np.isfinite(inverse).all(axis=(1, 2))] = np.eye(d)

    def row(i: int, column: Sequence[Box]) -> Box:
        total: Any = None
        for k, y in enumerate(column):
            term = box_numbers.mul(Box(inverse[:, i, k], inverse[:, i, k]), y)
            total = term if total is None else box_numbers.add(total, term)
        return total  # type: ignore[no-any-return]

    firsts = [row(i, at) for i in range(d)]
    rows = [[row(i, [line[j] for line in slopes]) for j in range(d)] for i in range(d)]
    return firsts, rows


def _blurred(at: Sequence[Box], slopes: Sequence[Sequence[Box]], width: Any) -> Any:
    """Where splitting tells nothing more: rounding moves each function as much as it varies."""
    found = np.full(len(width), True)
    for y, line in zip(at, slopes, strict=True):
        varies = sum(size * width[:, j] for j, size in enumerate(_sizes(line)))
        found &= (y.high - y.low > 0.25 * varies) & (y.low <= 0) & (y.high >= 0)
        found &= np.isfinite(varies)
    return found


def _narrow(low: Any, high: Any, span: Any) -> Any:
    """Which sides of boxes are split no more."""
    size = np.maximum(np.abs(low), np.abs(high))
    return high - low <= np.maximum(size * RELATIVE, span * ABSOLUTE)


def _halves(low: Any, high: Any, sizes: list[list[Any]], span: Any) -> list[Any]:
    """Boxes in two: where the functions change most, but no side is left long."""
    d, width = low.shape[1], high - low
    side = np.zeros(len(low), int)
    if d > 1:
        change = np.max(
            [[size * width[:, j] for j, size in enumerate(line)] for line in sizes], axis=0
        )
        total = change.sum(axis=0)
        share = np.where(np.isfinite(total) & (total > 0), change / total, 1 / d)
        relative = (width / span).T
        weight = share + 0.5 * relative / np.maximum(relative.max(axis=0), 5e-324)
        side = np.argmax(np.where(_narrow(low, high, span).T, -1, weight), axis=0)
    rows = np.arange(len(low))
    a, b = low[rows, side], high[rows, side]
    cut = np.clip(a + CUT * (b - a), a, b)
    first_high, second_low = high.copy(), low.copy()
    first_high[rows, side] = second_low[rows, side] = cut
    return [(low, first_high), (second_low, high)]


def _proofs(system: System, boxes: Boxes) -> tuple[Boxes, Boxes, Boxes]:
    """Of boxes, those with one root, made a little larger: roots like to lie on a side; these as
    the root lies in them; and those that are still open."""
    whose, low, high = boxes
    if not len(low):
        return boxes, boxes, boxes
    width = high - low
    pad = 0.25 * width + 2.0**-50 * np.maximum(np.abs(low), np.abs(high)) + 1e-300
    a, b = low - pad, high + pad
    _, slopes, smooth, sloped = over(system, a, b, whose)
    centre = middles(a, b)
    at = [everything(y, len(a)) for y in system.run(system.values, whose, centre, centre)]
    good = (smooth == SMOOTH) & (sloped >= UNBROKEN)
    pieces = newton(at, slopes, centre, a, b)
    c, e = pieces[0]
    inside = good & np.all((c > a) & (e < b) & (c <= e), axis=1)
    if len(pieces) > 1:
        inside &= np.isnan(pieces[1][0]).all(axis=1)
    empty = good & ~np.all(c <= e, axis=1)
    if len(pieces) > 1:
        empty &= ~np.all(pieces[1][0] <= pieces[1][1], axis=1)
    rest = ~inside & ~empty
    alone, tight = ((whose[inside], x[inside], y[inside]) for x, y in ((a, b), (c, e)))
    return alone, tight, (whose[rest], low[rest], high[rest])
