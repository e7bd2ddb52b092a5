"""Where a derivative is above 0 and where below: between its zeros, when all of them are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hodiff.answers.precision import FIRST_BITS, LAST_BITS
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.program import Program
from hodiff.engine.graph import ZERO, Tensor

SHARES = tuple(Fraction(*pair) for pair in ((1, 2), (1, 3), (5, 7), (2, 11)))
"""Where in a range a derivative is looked at: it may be 0 at one place, as that of x**4 at 0."""


def signs(y: Tensor, x: Tensor, borders: Sequence[Callable[[], Any]]) -> list[int] | None:
    """The sign of y, a function of x alone, between each border and the next: 0 where it is 0 by
    its graph. None where one can't be told.

    The borders come in order, each computed at the present precision; between them y has to be
    continuous and may not turn its sign. Cost: a run of y in balls, or a few, for each range.

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> root = lambda: ball(2).sqrt()
    >>> signs(x**2 - 2, x, [lambda: -2, lambda: -root(), root, lambda: 2])
    [1, -1, 1]
    """
    if y is ZERO:
        return [0] * (len(borders) - 1)
    program = Program([y], BALLS)
    found = [_sign(program, x, *pair) for pair in pairwise(borders)]
    return None if None in found else found  # type: ignore[return-value]


def _sign(
    program: Program, x: Tensor, low: Callable[[], Any], high: Callable[[], Any]
) -> int | None:
    """That of a program's result somewhere between, at a growing precision."""
    bits = FIRST_BITS
    while bits <= LAST_BITS:
        with precision(bits):
            a, b = low(), high()
            for share in SHARES:
                place = ball(BALLS.add(a, BALLS.mul(share, BALLS.sub(b, a)))).mid()
                if not (BALLS.less(a, place) and BALLS.less(place, b)):
                    continue
                (value,) = program.results({x: place})
                if not BALLS.finite(value):
                    continue
                if BALLS.less(0, value) or BALLS.less(value, 0):
                    return 1 if BALLS.less(0, value) else -1
        bits *= 2
    return None
