"""A curve to be drawn: points of a function where its bends ask for them, in pieces, and bounds.

Over each step between two points there is an enclosure of the function, of its value in the middle
and its slopes, so that what a step may hide is known: steps are halved, the longest first, until no
enclosure passes the line between two points by more than a share of the picture's height, or there
are as many points as a picture can show. Steps where that is left open are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite, nan
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.breaks import (
    KINK,
    LARGE,
    OPEN,
    POLE,
    STEEP,
    Break,
    Broken,
    Limit,
    broken,
)
from hodiff.answers.ranges.isolate import Work
from hodiff.answers.ranges.located import Unsure
from hodiff.answers.ranges.merged import merged
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import Box
from hodiff.arithmetic.boxes import BOXES, watched
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor

FIRST = 160  # points over the range, at first
MOST = 3000  # points of a curve
MOST_PIECES = 150  # before those that are short are left out
NARROW = 1 / 1500  # of the range: a short one
CROWDED = "more pieces than can be told apart"
TOLERANCE = 1 / 400  # of the picture's height: what a step may leave out
SHORTEST = 2.0**-24  # of the range: a step that is halved no more
SURE = 1e-9  # a value that is known worse, relatively, isn't drawn
CLOSE, BITS = 1e-12, (128, 1024)  # one that is known worse is computed in balls, with these
NOUGHT = 1e-200  # what is no larger may be 0
LOW, HIGH = 0.1, 0.9  # the shares of the points, beside a pole, that the picture is cut by
ROOM = 0.6  # of the height between these, that is shown past them
FLAT = 1e-3  # of what the bounds reach: a lower curve may hide a peak
HIGHEST = 1e305  # that a picture shows: what draws it reckons with its heights
SEEN = 50  # heights of the picture: extrema so far out are no part of it
OVERHEAD = 20  # of a box, as nodes
MOST_OPEN = 24  # parts that are told as such


class Piece(NamedTuple):
    """Points that a line joins; and over each step bounds of the function, as far as it is proven
    to lie (nan: not at all)."""

    x: Any
    y: Any
    low: Any
    high: Any


class Curve(NamedTuple):
    """A function over a range.

    pieces      that are continuous, in order
    broken      the range as it breaks
    open        boxes in which breaks can't be told apart, or values pass all doubles
    window      the heights to be shown
    unresolved  steps, joined, whose enclosures pass the line by more than height
    height      what no other step passes it by
    """

    pieces: list[Piece]
    broken: Broken
    open: list[Unsure]
    window: tuple[float, float]
    unresolved: list[tuple[float, float]]
    height: float

    @property
    def breaks(self) -> list[Break]:
        return self.broken.breaks

    @property
    def points(self) -> int:
        return sum(len(piece.x) for piece in self.pieces)


def curve(
    y: Tensor,
    x: Tensor,
    low: float,
    high: float,
    work: Work,
    shown: Sequence[float] = (),
    before: Broken | None = None,
) -> Curve:
    """What a picture of y over a range of x needs. shown: heights that belong into it; before: how
    what y is the derivative of breaks.

    Cost: some ten runs over boxes, of MOST points at most, and what broken costs. Raises
    NotImplementedError for what has no form in boxes.
    """
    found = broken(y, x, low, high, work, before)
    smooth, open_ = distinct(found.smooth, high - low), list(found.open)
    if len(smooth) < len(found.smooth):
        left = sorted({*found.smooth} - {*smooth})
        parts = merged([((a,), (b,)) for a, b in left], 1.0, MOST_OPEN)
        open_ += [Unsure(part, CROWDED) for part in parts]
    with BOXES.quietly(), watched(lambda: work.ended):
        steps = _Steps(y, x, low, high, work)
        steps.begin(smooth, found.breaks)
        cut = any(b.kind == POLE or (b.kind == OPEN and not _bounded(b)) for b in found.breaks)
        cut = cut or any(u.reason == LARGE for u in open_)
        while True:
            seen = shown if cut else [*shown, *steps.reached()]
            steps.window = window(steps.heights, steps.shares, seen, cut)
            if not steps.refined() or work.done:
                break
        steps.window = window(steps.heights, steps.shares, shown, cut)
        return Curve(
            steps.pieces(), found, open_, steps.window, steps.unresolved(), steps.tolerance
        )


def distinct(smooth: list[tuple[float, float]], span: float) -> list[tuple[float, float]]:
    """The pieces, of very many those that a picture can show."""
    if len(smooth) <= MOST_PIECES:
        return smooth
    return [(a, b) for a, b in smooth if b - a >= NARROW * span]


def window(heights: Any, shares: Any, shown: Sequence[float], cut: bool) -> tuple[float, float]:
    """The heights that a picture shows: all of them; beside poles (cut) what most are in, by their
    shares of the range."""
    known = np.isfinite(heights)
    values, shares = heights[known], shares[known]
    if not len(values):
        return -1.0, 1.0
    low, high = float(values.min()), float(values.max())
    if cut and shares.sum() > 0:
        order = np.argsort(values)
        below = np.cumsum(shares[order]) / shares.sum()
        a, b = (float(values[order][np.searchsorted(below, q)]) for q in (LOW, HIGH))
        room = ROOM * (b - a)
        low, high = max(low, a - room), min(high, b + room)
    height = high - low
    for v in shown:
        if isfinite(v) and (not cut or max(v - high, low - v) <= SEEN * height):
            low, high = min(low, v), max(high, v)
    low, high = (min(max(v, -HIGHEST), HIGHEST) for v in (low, high))
    if not high - low > 1e-9 * max(abs(low), abs(high)):  # a constant, as far as is seen
        centre, room = (low + high) / 2, max(abs(low), abs(high), 1e-300) / 2
        return (centre - room, centre + room) if centre else (-1.0, 1.0)
    return low, high


def sure(low: Any, high: Any, share: float = SURE) -> Any:
    """Whether bounds are so close that what lies between is as good as known."""
    return high - low <= share * np.maximum(abs(low), abs(high)) + 1e-300


def middle(low: Any, high: Any) -> Any:
    """What lies between bounds: 0, where only rounding parts them from it."""
    found = low + 0.5 * (high - low)
    return np.where((low <= 0) & (high >= 0) & (high - low <= 1e-300), 0.0, found)


class _Steps:
    """Points in order, all pieces in one column; a step joins neighbours in a piece."""

    def __init__(self, y: Tensor, x: Tensor, low: float, high: float, work: Work) -> None:
        self.y, self.x, self.low, self.high, self.work = y, x, low, high, work
        self.span = high - low
        self.value = Program([y], BOXES)
        self.in_balls = Program([y], BALLS)
        self.both = Program([y, *gradient(y, [x])], BOXES)
        self.at = np.empty(0)  # points,
        self.under = self.over = np.empty(0)  # bounds of the value at each,
        self.joined = np.empty(0, bool)  # whether a step leads to the next,
        self.bounds = (np.empty(0), np.empty(0))  # and bounds over it
        self.middles = np.empty(0)  # the value in its middle
        self.window = -1.0, 1.0

    @property
    def heights(self) -> Any:
        return np.asarray(middle(self.under, self.over))

    @property
    def shares(self) -> Any:
        """How much of the range each point stands for."""
        wide = np.where(self.joined, np.append(np.diff(self.at), 0.0), 0.0)
        return wide + np.insert(wide[:-1], 0, 0.0) if len(wide) else wide

    @property
    def tolerance(self) -> float:
        return TOLERANCE * (self.window[1] - self.window[0])

    def begin(self, smooth: Sequence[tuple[float, float]], breaks: Sequence[Break]) -> None:
        at: list[float] = []
        own: dict[int, float] = {}  # limits, by the places of points
        joined: list[bool] = []
        after = {b.high: b for b in breaks}
        before = {b.low: b for b in breaks}
        grid = np.linspace(self.low, self.high, FIRST + 1)
        for a, b in smooth:
            left, right = after.get(a), before.get(b)
            inside = grid[(grid > a) & (grid < b)]
            if len(inside) < 3:
                inside = np.linspace(a, b, 9)[1:-1]
            points = [a, *map(float, inside), b]
            if left is not None and left.kind in (KINK, STEEP) and at and left.low == at[-1]:
                joined[-1] = True  # the curve goes on
                own[len(at)] = _limit(left.right)
                points = [left.at, *points]
            elif left is not None and left.right.finite:
                own[len(at)] = _limit(left.right)
                points = [left.at, *points]
            if right is not None and right.kind not in (KINK, STEEP) and right.left.finite:
                points = [*points, right.at]
                own[len(at) + len(points) - 1] = _limit(right.left)
            at += points
            joined += [True] * (len(points) - 1) + [False]
        self.at, self.joined = np.array(at), np.array(joined, bool)
        self.under, self.over = self.exactly(self.at)
        for k, value in own.items():
            self.under[k] = self.over[k] = value
        self.bounds = np.full(len(at), nan), np.full(len(at), nan)
        self.middles = np.full(len(at), nan)
        self.bound(np.flatnonzero(self.joined))

    def exactly(self, at: Any) -> tuple[Any, Any]:
        """Bounds of the value at points; nan where it isn't known."""
        self.work.spend(len(at), len(self.value.order) + OVERHEAD)
        found = box_numbers.whole(self.value.values({self.x: Box(at, at)})[id(self.y)])
        low, high = (np.array(np.broadcast_to(v, at.shape)) for v in (found.low, found.high))
        for k in np.flatnonzero(~sure(low, high, CLOSE)):
            if self.work.ended:
                break
            low[k], high[k] = self.closely(float(at[k]))
        known = np.isfinite(low) & np.isfinite(high)
        lost = ~(known & (sure(low, high) | (high - low <= NOUGHT)))
        low[lost] = high[lost] = nan
        return low, high

    def closely(self, at: float) -> tuple[float, float]:
        for bits in BITS:
            with precision(bits):
                low, high = box_numbers.ends(self.in_balls.results({self.x: ball(at)})[0])
            if sure(low, high, CLOSE):
                break
        return low, high

    def bound(self, steps: Any) -> None:
        """Bounds over steps: of the values as they come, from the middle, and where it rises."""
        if not len(steps):
            return
        a, b = self.at[steps], self.at[steps + 1]
        n = len(steps)
        self.work.spend(n, len(self.both.order) + OVERHEAD)
        values = self.both.values({self.x: Box(a, b)})
        y, slope = (self.column(values[id(node)], n) for node in self.both.outputs)
        centre = a + 0.5 * (b - a)
        under, over = self.exactly(centre)
        off = box_numbers.sub(Box(a, b), Box(centre, centre))
        by_slope = box_numbers.add(Box(under, over), box_numbers.mul(slope, off))
        low, high = np.fmax(y.low, by_slope.low), np.fmin(y.high, by_slope.high)
        ends = (self.under[steps], self.under[steps + 1]), (self.over[steps], self.over[steps + 1])
        known = np.isfinite(ends[0][0]) & np.isfinite(ends[0][1])
        one_way = known & ((slope.low >= 0) | (slope.high <= 0))
        low = np.where(one_way, np.minimum(*ends[0]), low)
        high = np.where(one_way, np.maximum(*ends[1]), high)
        self.bounds[0][steps], self.bounds[1][steps] = low, high
        self.middles[steps] = under + 0.5 * (over - under)

    def column(self, value: Box, n: int) -> Box:
        """n intervals, all numbers where there are none."""
        value = box_numbers.whole(value)
        low, high = (np.broadcast_to(v, (n,)) for v in (value.low, value.high))
        return Box(np.where(np.isnan(low), -inf, low), np.where(np.isnan(high), inf, high))

    def excess(self) -> Any:
        """How far the enclosure of each step passes the points, in what is shown."""
        height = self.window[1] - self.window[0]
        ends = self.window[0] - 0.5 * height, self.window[1] + 0.5 * height
        y = np.clip(self.heights, *ends)
        after = np.append(y[1:], nan)
        low, high = (np.clip(bound, *ends) for bound in self.bounds)
        found = np.fmax(high - np.fmax(y, after), np.fmin(y, after) - low)
        return np.where(self.joined, np.where(np.isnan(found), height, found), 0.0)

    def reached(self) -> Sequence[float]:
        """A height that the bounds reach, where that of all points is next to nothing beside it: a
        peak may be between them."""
        low, high = (bound[np.isfinite(bound)] for bound in self.bounds)
        y = self.heights[np.isfinite(self.heights)]
        if not len(y) or not len(low) or not len(high):
            return ()
        reach, height = float(high.max() - low.min()), float(y.max() - y.min())
        return () if height > FLAT * reach else (float(y.min() + FLAT * reach),)

    def bent(self) -> Any:
        """How far the middle of each step lies from the line."""
        height = self.window[1] - self.window[0]
        ends = self.window[0] - 0.1 * height, self.window[1] + 0.1 * height
        y, own = np.clip(self.heights, *ends), np.clip(self.middles, *ends)
        found = abs(own - 0.5 * (y + np.append(y[1:], nan)))
        return np.where(self.joined & ~np.isnan(found), found, 0.0)

    def refined(self) -> bool:
        """Halve the steps that need it, the longest first; whether there were any."""
        wide = np.append(np.diff(self.at), 0.0)
        need = (self.excess() > self.tolerance) | (self.bent() > 0.5 * self.tolerance)
        least = np.maximum(SHORTEST * self.span, 2.0**-48 * abs(self.at))
        steps = np.flatnonzero(need & self.joined & (wide > least))
        room = MOST - len(self.at)
        if not len(steps) or room <= 0:
            return False
        if len(steps) > room:
            longest = np.argsort(-wide[steps], kind="stable")[:room]
            steps = np.sort(steps[longest])
        new = self.at[steps] + 0.5 * wide[steps]
        under, over = self.exactly(new)
        places = steps + 1
        self.at = np.insert(self.at, places, new)
        self.under, self.over = (
            np.insert(old, places, y) for old, y in ((self.under, under), (self.over, over))
        )
        self.joined = np.insert(self.joined, places, True)
        self.bounds = np.insert(self.bounds[0], places, nan), np.insert(self.bounds[1], places, nan)
        self.middles = np.insert(self.middles, places, nan)
        moved = steps + np.arange(len(steps))
        self.bound(np.sort(np.concatenate([moved, moved + 1])))
        return True

    def pieces(self) -> list[Piece]:
        ends = np.flatnonzero(~self.joined)
        y, found, begin = self.heights, [], 0
        for end in map(int, ends):
            part, steps = slice(begin, end + 1), slice(begin, end)
            low, high = self.bounds[0][steps], self.bounds[1][steps]
            found.append(Piece(self.at[part], y[part], low, high))
            begin = end + 1
        return found

    def unresolved(self) -> list[tuple[float, float]]:
        wrong = np.flatnonzero(self.excess() > self.tolerance)
        parts = [((self.at[k],), (self.at[k + 1],)) for k in wrong]
        return [(a, b) for ((a, b),) in merged(parts, 8.0)]


def _bounded(b: Break) -> bool:
    return all(side.finite or not side.there for side in (b.left, b.right))


def _limit(side: Limit) -> float:
    assert side.value is not None
    return side.value
