"""A Taylor polynomial over a range, with the band that f is proven to lie in around it.

At a distance h from the centre f - p is the coefficient of order n + 1, somewhere on the way, times
h**(n + 1) (Lagrange). That is bounded over every step of the way, in boxes, and the bounds so far
are kept from the centre on; where f or a derivative may not be smooth, the band ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial, inf, nan
from typing import Any, NamedTuple

import numpy as np

from hodiff.answers.ranges.located import BITS
from hodiff.arithmetic import box_functions, box_numbers
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import SMOOTH, Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.engine.exact import quotient
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError

POINTS = 240


class Polynomial(NamedTuple):
    """A Taylor polynomial.

    at            its centre
    coefficients  as doubles, in the distance from it
    x, y          its points
    low, high     bounds of f there; nan where there are none
    """

    order: int
    at: float
    coefficients: list[float]
    x: Any
    y: Any
    low: Any
    high: Any


def polynomial(
    derivatives: Sequence[Tensor], x: Tensor, at: Any, low: float, high: float
) -> Polynomial:
    """The Taylor polynomial of f around a number: derivatives are f, f', ... and one more than its
    order. Raises HodiffError where f has no such derivatives there."""
    order = len(derivatives) - 2
    with precision(BITS):
        values = Program(derivatives[:-1], BALLS).results({x: at})
        if not all(map(BALLS.finite, values)):
            message = (
                "there is no Taylor polynomial at this point: EXPR, or a derivative, has no value"
            )
            raise HodiffError("domain", message, source="--at")
        scaled = [ball(y) * ball(quotient(1, factorial(k))) for k, y in enumerate(values)]
        middle = float(ball(at).mid())
        centre, thin = box_numbers.thin(at), [box_numbers.thin(c) for c in scaled]
    places = np.unique(np.concatenate([np.linspace(low, high, POINTS + 1), [middle]]))
    with BOXES.quietly():
        h = box_numbers.sub(Box(places, places), centre)
        found = _evaluated(thin, h)
        bounds = _bounds(derivatives, x, places, middle, order)
        rest = box_numbers.mul(bounds, _power(h, order + 1))
        band = box_numbers.add(found, rest)
        y = found.low + 0.5 * (found.high - found.low)
    known = np.isfinite(bounds.low)
    under, over = (np.where(known, end, nan) for end in (band.low, band.high))
    listed = [float(c.mid()) for c in scaled]
    return Polynomial(order, middle, listed, places, y, under, over)


def _evaluated(coefficients: Sequence[Box], h: Box) -> Box:
    total = Box(np.zeros_like(h.low), np.zeros_like(h.low))
    for c in reversed(coefficients):
        total = box_numbers.add(box_numbers.mul(total, h), c)
    return total


def _power(h: Box, n: int) -> Box:
    return box_functions.power(h, box_numbers.thin(n))


def _bounds(
    derivatives: Sequence[Tensor], x: Tensor, places: Any, middle: float, order: int
) -> Box:
    """For each place, bounds of the next coefficient anywhere between the centre and it."""
    a, b = places[:-1], places[1:]
    values = Program(derivatives, BOXES).values({x: Box(a, b)})
    smooth = np.full(a.shape, True)
    for y in derivatives:
        own = values[id(y)]
        smooth &= (np.broadcast_to(np.asarray(own.smooth), a.shape) >= SMOOTH) & ~np.isnan(own.low)
    last = box_numbers.whole(values[id(derivatives[-1])])
    c = box_numbers.mul(last, box_numbers.thin(quotient(1, factorial(order + 1))))
    low, high = (np.broadcast_to(end, a.shape) for end in (c.low, c.high))
    low, high = np.where(smooth, low, -inf), np.where(smooth, high, inf)
    k = int(np.searchsorted(places, middle))
    # At the centre itself the remainder is 0, whatever the bounds are.
    under, over = np.zeros(len(places)), np.zeros(len(places))
    under[k + 1 :] = np.minimum.accumulate(low[k:])
    over[k + 1 :] = np.maximum.accumulate(high[k:])
    under[:k] = np.minimum.accumulate(low[:k][::-1])[::-1]
    over[:k] = np.maximum.accumulate(high[:k][::-1])[::-1]
    return Box(under, over)
