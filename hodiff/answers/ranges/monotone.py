"""Where a derivative is above 0 and where below: between its zeros, when all of them are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from hodiff.answers.precision import FIRST_BITS, LAST_BITS
from hodiff.arithmetic import box_numbers
from hodiff.arithmetic.ball_numbers import ball, direction, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.engine.graph import ZERO, Tensor

SHARES = tuple(Fraction(*pair) for pair in ((1, 2), (1, 3), (5, 7), (2, 11)))
"""Where in a range a derivative is looked at: it may be 0 at one place, as that of x**4 at 0."""


def signs(
    f: Tensor, y: Tensor, x: Tensor, borders: Sequence[Callable[[], Any]]
) -> list[int | None] | None:
    """The sign of y, a derivative of f, both of x alone, between each border and the next: 0 where
    it is 0 by its graph, None where f has no values. None at all where one can't be told.

    The borders come in order, each computed at the present precision; between them f has values
    everywhere or nowhere, and y has to be continuous and may not turn its sign. Cost: a run of f
    and y in balls, or a few, for each range.

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> root = lambda: ball(2).sqrt()
    >>> signs(x**3, x**2 - 2, x, [lambda: -2, lambda: -root(), root, lambda: 2])
    [1, -1, 1]
    """
    program = Program([f, y], BALLS)
    found = [_sign(program, x, *pair) for pair in pairwise(borders)]
    return None if OPEN in found else found


OPEN = 2


def _sign(
    program: Program, x: Tensor, low: Callable[[], Any], high: Callable[[], Any]
) -> int | None:
    """That of a program's second result somewhere between, at a growing precision; None where the
    first has no value, OPEN where that isn't told."""
    bits = FIRST_BITS
    while bits <= LAST_BITS:
        with precision(bits):
            a, b = low(), high()
            for share in SHARES:
                place = ball(BALLS.add(a, BALLS.mul(share, BALLS.sub(b, a)))).mid()
                if not (BALLS.less(a, place) and BALLS.less(place, b)):
                    continue
                f, y = program.results({x: place})
                if not BALLS.finite(f):
                    if _undefined(program.outputs[0], x, place):
                        return None
                    continue
                if program.outputs[1] is ZERO:
                    return 0
                if BALLS.finite(y) and direction(y):
                    return direction(y)
        bits *= 2
    return OPEN


def _undefined(f: Tensor, x: Tensor, place: Any) -> bool:
    """Whether f is proven to have no value at a number, nor just beside it."""
    low, high = (np.array([end]) for end in box_numbers.ends(place))
    with BOXES.quietly():
        found = Program([f], BOXES).values({x: Box(low, high)})[id(f)]
    return bool(np.all(np.isnan(found.low)))
