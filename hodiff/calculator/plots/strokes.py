"""What a renderer draws of a curve, inside its window: lines that end at the edges, and symbols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, NamedTuple

from hodiff.calculator.plots.marks import Mark
from hodiff.calculator.plots.picture import Drawn

ROOM = 0.06  # of the height, that is shown past what there is to see


class Stroke(NamedTuple):
    """Points to be joined."""

    x: list[float]
    y: list[float]


class Symbol(NamedTuple):
    """A sign at a point: its mark's kind; filled, where the point belongs to the curve."""

    mark: Mark
    x: float
    y: float
    filled: bool


def window(drawn: Drawn) -> tuple[float, float]:
    """The heights that are shown, with room around."""
    low, high = drawn.curve.window
    return low - ROOM * (high - low), high + ROOM * (high - low)


def strokes(x: Sequence[float], y: Sequence[float], low: float, high: float) -> Iterator[Stroke]:
    """A line through points, without what lies outside: it ends at the edge that it passes."""
    xs: list[float] = []
    ys: list[float] = []
    before: tuple[float, float] | None = None
    for at, value in zip(x, y, strict=True):
        if not isfinite(value):
            before = None
        else:
            part = clipped(before, (at, value), low, high)
            if part and (not xs or part[0] != (xs[-1], ys[-1])):
                if xs:
                    yield Stroke(xs, ys)
                xs, ys = [part[0][0]], [part[0][1]]
            for point in part[1:]:
                xs.append(point[0])
                ys.append(point[1])
            if part:
                before = (at, value)
                continue
            before = (at, value)
        if xs:
            yield Stroke(xs, ys)
            xs, ys = [], []
    if xs:
        yield Stroke(xs, ys)


def clipped(
    a: tuple[float, float] | None, b: tuple[float, float], low: float, high: float
) -> list[tuple[float, float]]:
    """The part of the line from a to b between two heights: two points, or one, or none."""
    if a is None:
        return [b] if low <= b[1] <= high else []
    if max(a[1], b[1]) < low or min(a[1], b[1]) > high:
        return []
    rise = b[1] - a[1]
    found = []
    for point in (a, b):
        y = min(max(point[1], low), high)
        share = (y - a[1]) / rise if rise else 0.0
        found.append(point if y == point[1] else (a[0] + share * (b[0] - a[0]), y))
    return found


def symbols(drawn: Drawn) -> Iterator[Symbol]:
    """Signs at marks that have a height, one for each side that differs."""
    low, high = window(drawn)
    for mark in drawn.marks:
        seen: set[float] = set()
        if mark.y is not None and low <= mark.y <= high:
            seen.add(mark.y)
            yield Symbol(mark, mark.x, mark.y, True)
        for side in (mark.left, mark.right):
            if side is None or not side.finite or side.value in seen:
                continue
            assert side.value is not None
            seen.add(side.value)
            joined = mark.y is None and mark.kind in ("kink", "steep", "end")  # value not computed
            if low <= side.value <= high:
                yield Symbol(mark, mark.x, side.value, joined)


def column(values: Any) -> list[float]:
    return [float(v) for v in values]
