"""Functions of columns of intervals, written in IEEE's operations alone.

exp, log, sin, cos and atan are Taylor series of a reduced argument; the error of the series and of
its rounding is added, so that no digit of a library is trusted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.box_numbers import (
    BROKEN,
    SMOOTH,
    Box,
    add,
    div,
    down,
    edge,
    ends,
    inverse,
    mul,
    smoothness,
    sqrt,
    square,
    sub,
    thin,
    up,
    whole,
    whole_power,
)

BITS = 64  # of the balls of single boxes
SLACK = 2.0**-46  # relative error that is added to the functions written here: theirs is 2**-49
MOST_TURNS = 2.0**19  # quarters that are taken off an angle; past them in balls
MOST_LARGE = 64  # angles that are, in one column: else sin and cos are anything there, and
CROWDED = threading.local()  # here, any is True: what is known of a box depends on others
HALF_PI = (1.57079632673412561417, 6.07710050630396597660e-11, 2.02226624879595063154e-21)
LN_2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)
LARGEST, LEAST = 709.0, -700.0  # arguments of exp whose result is an ordinary double

FACTORIALS = [1.0]
for _k in range(1, 22):
    FACTORIALS.append(FACTORIALS[-1] * _k)
EXP = [1 / x for x in FACTORIALS[:15]]
SIN = [(-1) ** k / FACTORIALS[2 * k + 1] for k in range(9)]
SINH = [1 / FACTORIALS[2 * k + 1] for k in range(10)]
COS = [(-1) ** k / FACTORIALS[2 * k] for k in range(10)]
ATANH = [1 / (2 * k + 1) for k in range(14)]
ATAN = [(-1) ** k / (2 * k + 1) for k in range(12)]

# Of doubles x, (low, high) around the function there.


def _around(value: Any, slack: Any = SLACK) -> tuple[Any, Any]:
    error = np.abs(value) * slack + 5e-324
    return down(value - error), up(value + error)


def _series(x: Any, coefficients: list[float]) -> Any:
    total = np.full(np.shape(x), coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total


def _exp(x: Any) -> tuple[Any, Any]:
    inside = np.clip(x, LEAST, LARGEST)
    k = np.rint(inside / (LN_2[0] + LN_2[1]))
    r = (inside - k * LN_2[0]) - k * LN_2[1]  # below 0.35; k*LN_2[0] is exact
    low, high = _around(np.ldexp(_series(r, EXP), np.nan_to_num(k).astype(int)))
    low = np.where(x < LEAST, 0.0, low)
    high = np.where(x > LARGEST, np.inf, high)
    return np.maximum(low, 0.0), high


def _log(x: Any) -> tuple[Any, Any]:
    mantissa, k = np.frexp(x)
    small = mantissa < 0.7071
    mantissa, k = np.where(small, 2 * mantissa, mantissa), k - small
    s = (mantissa - 1) / (mantissa + 1)  # below 0.172
    value = k * LN_2[0] + (k * LN_2[1] + 2 * s * _series(s * s, ATANH))
    low, high = _around(value)
    low, high = np.where(x == 0, -np.inf, low), np.where(x == 0, -np.inf, high)
    return np.where(x == np.inf, LARGEST, low), np.where(x == np.inf, np.inf, high)


def _atan(x: Any) -> tuple[Any, Any]:
    size = np.abs(x)
    y = np.where(size > 1, 1 / size, size)
    for _ in range(2):
        y = y / (1 + np.sqrt(1 + y * y))  # of half the angle: below 0.2 at last
    value = 4 * y * _series(y * y, ATAN)
    value = np.where(size > 1, (HALF_PI[0] + HALF_PI[1]) - value, value)
    return _around(np.copysign(value, x))


def _waves(x: Any) -> tuple[Any, ...]:
    """(low, high) of sin and (low, high) of cos."""
    k = np.rint(x / (HALF_PI[0] + HALF_PI[1]))
    far = ~(np.abs(k) < MOST_TURNS)
    k = np.where(far, 0.0, k)
    r = ((np.where(far, 0.0, x) - k * HALF_PI[0]) - k * HALF_PI[1]) - k * HALF_PI[2]
    square = r * r
    s, c = r * _series(square, SIN), _series(square, COS)
    turn = k.astype(int) & 3
    pairs = []
    for sine, cosine, own in ((s, c, k == 0), (c, -s, False)):
        value = np.choose(turn, [sine, cosine, -sine, -cosine])
        # Close to 0 the angle has an absolute error, but where no turn was taken off.
        error = np.where(own, np.abs(value), 1.0) * SLACK / 2 + 5e-324
        low, high = np.maximum(down(value - error), -1.0), np.minimum(up(value + error), 1.0)
        pairs.append((np.where(far, -1.0, low), np.where(far, 1.0, high)))
    large = np.flatnonzero(far & np.isfinite(x))
    if len(large) > MOST_LARGE:
        CROWDED.any, large = True, large[:0]
    for i in large:
        with precision(BITS):
            angle = ball(float(np.ravel(x)[i]))
            for pair, number in zip(pairs, (angle.sin(), angle.cos()), strict=True):
                low, high = ends(number)
                pair[0].flat[i], pair[1].flat[i] = max(low, -1.0), min(high, 1.0)
    return (*pairs[0], *pairs[1])


def _sinh(x: Any) -> tuple[Any, Any]:
    size = np.abs(x)
    near = _around(size * _series(np.minimum(size, 1.0) ** 2, SINH))
    e = Box(*_exp(size))
    far = div(sub(e, inverse(e)), thin(2))
    low, high = np.where(size < 1, near[0], far.low), np.where(size < 1, near[1], far.high)
    return np.where(x < 0, -high, low), np.where(x < 0, -low, high)


def _tanh(x: Any) -> tuple[Any, Any]:
    found = div(Box(*_sinh(x)), cosh(Box(x, x)))
    low, high = np.maximum(found.low, -1.0), np.minimum(found.high, 1.0)
    low, high = np.where(x > 20, 1 - 1e-15, low), np.where(x > 20, 1.0, high)
    return np.where(x < -20, -1.0, low), np.where(x < -20, -1 + 1e-15, high)


# Of intervals.


def _rising(function: Callable[[Any], tuple[Any, Any]]) -> Callable[[Box], Box]:
    """A smooth function that rises all over."""

    def called(a: Box) -> Box:
        a = whole(a)
        low, high = function(a.low)[0], function(a.high)[1]
        none = np.isnan(a.low)
        return Box(np.where(none, np.nan, low), np.where(none, np.nan, high), a.smooth)

    return called


exp, atan = _rising(_exp), _rising(_atan)


sinh, tanh = _rising(_sinh), _rising(_tanh)


def log(a: Box) -> Box:
    a = whole(a)
    low, high = _log(np.maximum(a.low, 0.0))[0], _log(a.high)[1]
    none = ~(a.high > 0)
    low, high = np.where(none, np.nan, low), np.where(none, np.nan, high)
    return Box(low, high, np.minimum(smoothness(a.low > 0, SMOOTH, BROKEN), a.smooth))


def cosh(a: Box) -> Box:
    a = whole(a)
    near = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(np.abs(a.low), np.abs(a.high)))
    far = np.maximum(np.abs(a.low), np.abs(a.high))
    low, high = (div(add(e, inverse(e)), thin(2)) for e in (Box(*_exp(near)), Box(*_exp(far))))
    return Box(np.maximum(low.low, 1.0), high.high, a.smooth)


def _wave(a: Box, i: int, top: float) -> Box:
    """sin (i = 0) or cos (2) over intervals: largest where x/(2*pi) is a whole number and top."""
    a = whole(a)
    if a.waves is None:
        a.waves = _waves(a.low), _waves(a.high)
    low = np.minimum(a.waves[0][i], a.waves[1][i])
    high = np.maximum(a.waves[0][i + 1], a.waves[1][i + 1])
    turn = 2 * np.pi
    slack = 1e-14 * (1 + (np.abs(a.low) + np.abs(a.high)) / turn)
    for sign in (1.0, -1.0):
        shift = top if sign > 0 else top + 0.5
        first, last = a.low / turn - shift - slack, a.high / turn - shift + slack
        reached = ~(np.floor(last) < np.ceil(first))
        if sign > 0:
            high = np.where(reached, 1.0, high)
        else:
            low = np.where(reached, -1.0, low)
    none = np.isnan(a.low)
    return Box(np.where(none, np.nan, low), np.where(none, np.nan, high), a.smooth)


def sin(a: Box) -> Box:
    return _wave(a, 0, 0.25)


def cos(a: Box) -> Box:
    return _wave(a, 2, 0.0)


def tan(a: Box) -> Box:
    a = whole(a)
    below = cos(a)
    quotients = div(sin(a), below)
    rising = (below.low > 0) | (below.high < 0)
    if not np.any(rising):
        return quotients
    at = [div(Box(w[0], w[1]), Box(w[2], w[3])) for w in a.waves]
    low, high = np.where(rising, at[0].low, quotients.low), np.where(
        rising, at[1].high, quotients.high)  # fmt: skip
    return Box(low, high, quotients.smooth, quotients.gapped)


def hypot(a: Box, b: Box) -> Box:
    return sqrt(add(square(a), square(b)))


def power(a: Box, b: Box) -> Box:
    n = b.exact
    if n is None:
        positive = whole(a).low >= 0  # from 0 on log(0) is -inf, exp of which is 0
        found = exp(mul(whole(b), log(a)))
        zero = whole(a).high == 0  # 0, or 1 where the exponent is 0
        found.low, found.high = np.where(zero, 0.0, found.low), np.where(zero, 1.0, found.high)
        if np.all(positive):
            return found
        low, high = np.where(positive, found.low, -np.inf), np.where(positive, found.high, np.inf)
        return Box(low, high, smoothness(positive, found.smooth, BROKEN))
    if isinstance(n, int):
        if n == 0:
            return Box(np.where(a.low == a.low, 1.0, np.nan), np.where(a.low == a.low, 1.0, np.nan),
                       a.smooth)  # fmt: skip
        return inverse(whole_power(a, -n)) if n < 0 else whole_power(a, n)
    if n.denominator == 2 and abs(n.numerator) < 100:
        return power(sqrt(a), thin(n.numerator))
    if n < 0:
        return inverse(power(a, thin(-n)))
    a = whole(a)
    inner = Box(np.maximum(a.low, 0.0), a.high)
    found = exp(mul(log(inner), b))
    low = np.where(inner.low > 0, found.low, 0.0)
    outside = a.high < 0
    low, high = np.where(outside, np.nan, low), np.where(outside, np.nan, found.high)
    high = np.where(a.high == 0, 0.0, high)
    return Box(low, high, np.minimum(edge(a.low, 0.0), a.smooth))
