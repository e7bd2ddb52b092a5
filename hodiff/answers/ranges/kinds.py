"""What a stationary point is, by derivatives in balls: a minimum, a maximum, a saddle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hodiff.answers.ranges.found import INFLECTION, MAXIMUM, MINIMUM, SADDLE
from hodiff.answers.ranges.located import DECIDED
from hodiff.arithmetic.ball_numbers import ball, direction, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.base import Values
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor

MOST_ORDER = 12  # of a derivative that decides what a point is


def tied(node: Tensor, values: Values) -> bool:
    """Whether an operation sits on its tie, or may."""
    jumps = node.operation.jumps
    return bool(jumps and jumps.ties(BALLS, *[values[id(x)] for x in node.inputs]) is not False)


def definite(rows: list[list[Any]]) -> str | None:
    """What a symmetric matrix of balls makes of a stationary point: minimum where it is positive
    definite; None where that is open."""
    n = len(rows)
    if not n or not all(BALLS.finite(y) for row in rows for y in row):
        return None
    rows = [[ball(y) for y in row] for row in rows]
    for i in range(n):  # what is seen at once
        for j in range(i):
            if rows[i][i] * rows[j][j] - rows[i][j] ** 2 < 0:
                return SADDLE
    from flint import arb_mat  # start-up: brings FLINT

    minors = [arb_mat([row[:k] for row in rows[:k]]).det() for k in range(1, n + 1)]
    if all(m > 0 for m in minors):
        return MINIMUM
    if all((m > 0) if k % 2 else (m < 0) for k, m in enumerate(minors)):
        return MAXIMUM
    if all(m > 0 or m < 0 for m in minors):
        return SADDLE
    return None


def along(
    slope: Tensor, x: Tensor, now: Callable[[], list[Any]], fixed: Mapping[Tensor, Any]
) -> str | None:
    """What a root of a slope is, in one variable: an extremum where the slope turns its sign, which
    it does where the first of its derivatives that isn't 0 is of odd order."""
    graph = slope
    for order in range(1, MOST_ORDER):
        graph = gradient(graph, [x])[0]
        program = Program([graph], BALLS)
        for bits in DECIDED:
            with precision(bits):
                values = program.values({**fixed, x: now()[0]})
                sign = direction(values[id(graph)]) if BALLS.finite(values[id(graph)]) else None
            if sign is not None:
                break
        if sign is None:
            return None
        if sign:
            if order % 2 == 0:
                return INFLECTION
            return MINIMUM if sign > 0 else MAXIMUM
    return None
