"""The least and the largest value of f in a range, from its extrema and what is left open."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.found import Break, Extrema, Pairs, Point
from hodiff.answers.ranges.located import DECIDED
from hodiff.arithmetic import box_numbers, closed_forms
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.engine.graph import Tensor


class Bound(NamedTuple):
    """The least value (side -1), or the largest (1): that of these points, of each of them as far
    as can be told; or it lies between two doubles, inside; or there is none, for f tends beyond all
    its values at breaks."""

    points: list[Point]
    inside: tuple[float, float] | None
    beyond: Sequence[Break] = ()


def bound(f: Tensor, variables: Sequence[Tensor], found: Extrema, side: int) -> Bound | None:
    """The least value of f (side -1), or the largest; None where none is proven: f may have no
    bounds."""
    program = Program([f], BALLS)
    open_ = [*(x.box for x in found.unsure), *found.left]
    outer = -np.inf
    with precision(DECIDED[0]):
        told = [(side * value_at(program_at(point, program), variables, point.now()), point)
                for point in found.points]  # fmt: skip
        values = [y for y, _ in told if BALLS.finite(y)]
        for box in open_:  # a value that f takes in it, if it has one there
            middle = [ball(a) + (ball(b) - ball(a)) / 2 for a, b in box]
            y = value_at(program, variables, [x.mid() for x in middle])
            values += [side * y] if BALLS.finite(y) else []
            low, high = range_over(f, variables, box)
            outer = max(outer, high if side > 0 else -low)
        infinite = [b for b in found.breaks if side * inf in b.gap.limits]
        if infinite:
            return Bound([], None, infinite)
        if not values or outer == np.inf:
            return None
        taken = values[0].lower()
        for y in values:
            taken = taken.max(y.lower())
        limits = [(side * ball(closed_forms.ball(y)), b) for b in found.breaks
                  for y in b.gap.limits if y is not None and not isinstance(y, float)]  # fmt: skip
        beyond = [(y, b) for y, b in limits if not y <= taken]
        if beyond:
            most = beyond[0][0].lower()
            for y, _ in beyond:
                most = most.max(y.lower())
            if all(y < most for y in values) and not ball(outer) > most:
                highest = [b for y, b in beyond if not y < most]
                return Bound([], None, list({id(b): b for b in highest}.values()))
            outer = max(outer, *(box_numbers.ends(y)[1] for y, _ in beyond))
        points = [p for y, p in told if BALLS.finite(y) and not y < taken]
        if points and not ball(outer) > taken:
            return Bound(points, None)
        most = max([outer, *(box_numbers.ends(y)[1] for y, _ in told if BALLS.finite(y))])
        least = box_numbers.ends(taken)[0]
    return Bound(points, (least, most) if side > 0 else (0.0 - most, 0.0 - least))


def program_at(point: Point, program: Program) -> Program:
    """What f's value at a point is computed by: f's program, where there is no better one."""
    return program if point.f is None else Program([point.f], BALLS)


def value_at(program: Program, variables: Sequence[Tensor], x: Sequence[Any]) -> Any:
    (y,) = program.results(dict(zip(variables, x, strict=True)))
    return ball(y) if BALLS.finite(y) else ball(0).nan()


def range_over(f: Tensor, variables: Sequence[Tensor], box: Pairs) -> tuple[float, float]:
    with BOXES.quietly():
        point = {x: Box(np.array([a]), np.array([b]))
                 for x, (a, b) in zip(variables, box, strict=True)}  # fmt: skip
        found = box_numbers.whole(Program([f], BOXES).values(point)[id(f)])
    low, high = float(np.min(found.low)), float(np.max(found.high))
    return (-np.inf, np.inf) if low != low else (low, high)
