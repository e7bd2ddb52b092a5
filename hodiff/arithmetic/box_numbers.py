"""Columns of intervals as numbers: ends in doubles, rounded outward.

What IEEE 754 fixes (+ - * / and the square root) is computed by numpy and moved outward by one
double. An interval says of its number, besides where it lies, how smooth it is all over the box,
as a function of the variables: SMOOTH, with a continuous derivative; UNBROKEN, continuous, a kink
being possible; else it may jump or be undefined somewhere. Where it is undefined all over, the ends
are nan. Around a pole it is what lies outside a gap: lower end above the upper one.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nextafter
from typing import Any

import numpy as np

from hodiff.arithmetic.ball_numbers import ball, finite
from hodiff.engine.exact import rational

SMOOTH, UNBROKEN, BROKEN = 2, 1, 0
LEAST_DOUBLE = 5e-324

Column = np.ndarray[Any, np.dtype[np.float64]]
Smoothness = np.ndarray[Any, np.dtype[np.int8]]


class Box:
    """A column of intervals. gapped: whether one of them is what lies outside a gap; exact: the
    rational number that all of them are."""

    __slots__ = ("exact", "gapped", "high", "low", "smooth", "waves")

    def __init__(
        self, low: Any, high: Any, smooth: Any = SMOOTH, gapped: bool = False, exact: Any = None
    ) -> None:
        self.low, self.high, self.smooth, self.gapped = low, high, smooth, gapped
        self.exact = exact
        self.waves: Any = None  # sin and cos at the ends, once they are asked for


def thin(x: Any) -> Box:
    """A number, exact or a ball, as an interval."""
    if rational(x):
        try:
            found = float(x)
        except OverflowError:
            found = np.inf if x > 0 else -np.inf
        if np.isfinite(found) and x == found:
            return Box(np.float64(found), np.float64(found), exact=x)
        return Box(down(np.float64(found)), up(np.float64(found)), exact=x)
    low, high = ends(ball(x))
    return Box(np.float64(low), np.float64(high))


def ends(x: Any) -> tuple[float, float]:
    """Doubles below and above all of a ball."""
    if not finite(x):
        return -np.inf, np.inf
    x = ball(x)
    low, high = float(x.lower()), float(x.upper())
    if x.is_exact() and ball(low) == x:
        return low, low
    return nextafter(low, -inf), nextafter(high, inf)


def down(x: Any) -> Any:
    return np.nextafter(x, -np.inf)


def up(x: Any) -> Any:
    return np.nextafter(x, np.inf)


def least_smooth(*smooth: Any) -> Any:
    found = smooth[0]
    for other in smooth[1:]:
        if other is not SMOOTH:
            found = other if found is SMOOTH else np.minimum(found, other)
    return found


def smoothness(test: Any, a: Any, b: Any) -> Any:
    return np.where(test, a, b).astype(np.int8)


def whole(x: Box) -> Box:
    """x, all numbers for what lies outside a gap."""
    if not x.gapped:
        return x
    gap = x.low > x.high
    return Box(np.where(gap, -np.inf, x.low), np.where(gap, np.inf, x.high), x.smooth)


def add(a: Box, b: Box) -> Box:
    low, high = a.low + b.low, a.high + b.high
    low = np.where(low == 0, low, down(low))  # a sum that is 0 is exact
    high = np.where(high == 0, high, up(high))
    smooth = least_smooth(a.smooth, b.smooth)
    if not (a.gapped or b.gapped):
        return Box(low, high, smooth)
    one, other = a.low > a.high, b.low > b.high
    return _gapped(low, high, smooth, one | other, ~(one & other))


def _gapped(low: Any, high: Any, smooth: Any, gap: Any, kept: Any = True) -> Box:
    """What lies outside gaps where there still are some, all numbers where there are no more."""
    kept = kept & (low > high)
    lost = gap & ~kept
    low, high = np.where(lost, -np.inf, low), np.where(lost, np.inf, high)
    return Box(low, high, smooth, bool((gap & kept).any()))


def neg(a: Box) -> Box:
    exact = None if a.exact is None else -a.exact
    return Box(-a.high, -a.low, a.smooth, a.gapped, exact)


def sub(a: Box, b: Box) -> Box:
    if a is b and not a.gapped:
        zero = a.low * 0
        return Box(np.where(np.isnan(zero), 0.0, zero), np.where(np.isnan(zero), 0.0, zero),
                   smoothness(np.isnan(a.low), BROKEN, a.smooth))  # fmt: skip
    return add(a, neg(b))


def mul(a: Box, b: Box) -> Box:
    if a is b:
        return square(a)
    if a.gapped or b.gapped:
        return _mul_gapped(a, b)
    low, high = _products(a.low, a.high, b.low, b.high)
    return Box(low, high, least_smooth(a.smooth, b.smooth))


def _products(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    """[a, b]*[c, d]."""
    if np.ndim(c) == 0 and c == d and np.isfinite(c):
        low, high = (a * c, b * c) if c >= 0 else (b * c, a * c)
        if c == 0:  # nothing times what is unbounded is nothing; what is no number stays none
            low = np.where(np.isinf(low) | (low != low), low, 0.0)
            high = np.where(high != high, high, 0.0)
            return np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 0.0, high)
        return _signed(down(low), up(high), a, b, c, d)
    if np.ndim(a) == 0 and a == b and np.isfinite(a) and np.ndim(c) != 0:
        return _products(c, d, a, b)
    found = (a * c, a * d, b * c, b * d)
    low = np.minimum(np.minimum(found[0], found[1]), np.minimum(found[2], found[3]))
    high = np.maximum(np.maximum(found[0], found[1]), np.maximum(found[2], found[3]))
    lost = np.isnan(low) & ~(np.isnan(a) | np.isnan(c))  # of 0 and what is unbounded: 0
    if lost.any():
        known = [np.where(np.isnan(x), 0.0, x) for x in found]
        low = np.where(lost, np.minimum.reduce(known), low)
        high = np.where(lost, np.maximum.reduce(known), high)
    return _signed(down(low), up(high), a, b, c, d)


def _signed(low: Any, high: Any, a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    """The ends of a product, 0 where the factors' signs say so and rounding went past it."""
    if np.any(low == -LEAST_DOUBLE):
        signed = ((a >= 0) & (c >= 0)) | ((b <= 0) & (d <= 0))
        low = np.where(signed & (low == -LEAST_DOUBLE), 0.0, low)
    if np.any(high == LEAST_DOUBLE):
        signed = ((a >= 0) & (d <= 0)) | ((b <= 0) & (c >= 0))
        high = np.where(signed & (high == LEAST_DOUBLE), 0.0, high)
    return low, high


def _mul_gapped(a: Box, b: Box) -> Box:
    """A gap stays open where the other factor has one sign."""
    one, other = a.low > a.high, b.low > b.high
    for x, y, gap in ((a, b, one), (b, a, other)):
        if not y.gapped and gap.all():
            inf = np.full(np.shape(gap), np.inf)
            right = _products(x.low, inf, y.low, y.high)
            left = _products(-inf, x.high, y.low, y.high)
            rising = y.low > 0
            low = np.where(rising, right[0], left[0])
            high = np.where(rising, left[1], right[1])
            signed = rising | (y.high < 0)
            return _gapped(low, high, least_smooth(a.smooth, b.smooth), gap, signed)
    gap = np.broadcast_to(one | other, np.shape(a.low + b.low))
    plain = mul(whole(a), whole(b))
    if not gap.any():
        return plain
    # Some boxes have a gap, some have none; of two gaps none is left.
    low, high = np.array(np.broadcast_to(plain.low, gap.shape)), np.array(
        np.broadcast_to(plain.high, gap.shape))  # fmt: skip
    gapped = False
    for x, y, mine in ((a, b, one), (b, a, other)):
        mine = np.broadcast_to(mine & ~(one & other), gap.shape)
        if mine.any():
            parts = [np.broadcast_to(v, gap.shape)[mine] for v in (x.low, x.high, y.low, y.high)]
            part = _mul_gapped(Box(parts[0], parts[1], gapped=True), Box(parts[2], parts[3]))
            low[mine], high[mine], gapped = part.low, part.high, gapped or part.gapped
    return Box(low, high, plain.smooth, gapped)


def square(a: Box) -> Box:
    if a.gapped:
        gap = a.low > a.high
        near = np.where(gap, np.maximum(np.minimum(-a.high, a.low), 0.0), 0.0)
        plain = square(whole(a))
        least = np.where(gap, np.maximum(down(near * near), 0.0), plain.low)
        return Box(least, plain.high, plain.smooth)
    p, q = a.low * a.low, a.high * a.high
    inside = (a.low <= 0) & (a.high >= 0)
    low = np.where(inside, 0.0, down(np.minimum(p, q)))
    return Box(np.where(np.isnan(low), low, np.maximum(low, 0.0)), up(np.maximum(p, q)), a.smooth)


def inverse(b: Box) -> Box:
    """1/b: outside a gap where b goes through 0, undefined where it is 0."""
    smooth = b.smooth
    low, high = down(1.0 / b.high), up(1.0 / b.low)
    zero = (b.low <= 0) & (b.high >= 0)
    if b.gapped:
        gap = b.low > b.high
        zero = zero & ~gap
        through = gap & ((b.low <= 0) | (b.high >= 0))  # 0 beyond the gap
        low, high = np.where(through, -np.inf, low), np.where(through, np.inf, high)
        smooth = smoothness(gap, BROKEN, smooth)
    if not np.any(zero):
        return Box(low, high, smooth)
    low = np.where(zero & (b.high == 0), -np.inf, low)
    high = np.where(zero & (b.low == 0), np.inf, high)
    none = zero & (b.low == 0) & (b.high == 0)
    low, high = np.where(none, np.nan, low), np.where(none, np.nan, high)
    gap = zero & (b.low < 0) & (b.high > 0)  # none is left where b has no bounds
    return _gapped(low, high, smoothness(zero, BROKEN, smooth), gap)


def div(a: Box, b: Box) -> Box:
    if b.exact is not None and b.exact and a.exact is None and b.low == b.high:
        return by_doubles(a, b)
    return mul(a, inverse(b))


def by_doubles(a: Box, b: Box) -> Box:
    """a/b where each b is a double, and none is 0."""
    low, high = np.where(b.low > 0, a.low, a.high), np.where(b.low > 0, a.high, a.low)
    return Box(down(low / b.low), up(high / b.low), a.smooth, a.gapped)


def over(a: Box, b: Box) -> Box:
    """a/b, and 0 where b is 0: anything in [-1, 1] beside that."""
    b = whole(b)
    found = whole(div(a, b))
    zero = (b.low <= 0) & (b.high >= 0)
    return Box(np.where(zero, -np.inf, found.low), np.where(zero, np.inf, found.high), found.smooth)


def whole_power(a: Box, n: int) -> Box:
    """a**n, n > 0, of the ends of absolute values."""
    if n == 1:
        return a
    if n == 2:
        return square(a)
    a = whole(a)
    signs = [np.sign(a.low), np.sign(a.high)]
    bounds = []
    for end in (a.low, a.high):
        size = np.abs(end)
        bounds.append((_raised(size, n, down), _raised(size, n, up)))
    if n % 2:
        low = np.where(signs[0] >= 0, bounds[0][0], -bounds[0][1])
        high = np.where(signs[1] >= 0, bounds[1][1], -bounds[1][0])
    else:
        inside = (a.low <= 0) & (a.high >= 0)
        low = np.where(inside, 0.0, np.minimum(bounds[0][0], bounds[1][0]))
        high = np.maximum(bounds[0][1], bounds[1][1])
    return Box(np.where(np.isnan(a.low), np.nan, low), np.where(np.isnan(a.low), np.nan, high),
               a.smooth)  # fmt: skip


def _raised(size: Any, n: int, rounded: Callable[[Any], Any]) -> Any:
    """size**n of numbers from 0 on, by squares, rounded to a side."""
    result: Any = None
    while n:
        if n % 2:
            result = size if result is None else np.maximum(rounded(result * size), 0.0)
        n //= 2
        size = np.maximum(rounded(size * size), 0.0) if n else size
    return np.where(np.isnan(result), 0.0 if rounded is down else np.inf, result)


def sqrt(a: Box) -> Box:
    a = whole(a)
    low, high = np.sqrt(np.maximum(a.low, 0.0)), up(np.sqrt(a.high))  # nan below 0
    low = np.where(np.isnan(high), np.nan, np.maximum(down(low), 0.0))
    return Box(low, high, np.minimum(edge(a.low, 0.0), a.smooth))


def edge(low: Any, end: float) -> Any:
    """The smoothness of what begins at an end, with no slope there."""
    return smoothness(low > end, SMOOTH, smoothness(low == end, UNBROKEN, BROKEN))
