"""Many intervals at once: columns of ends in doubles, rounded outward.

A value is a column of intervals, one for each box of a search, whose ends are doubles: what IEEE
754 fixes (+ - * / and the square root) is computed by numpy and moved outward by one double; exp,
log, sin, cos and atan are written here in these operations alone, with the error of the series and
of its rounding added, so that no digit of a library is trusted; the rest is computed in balls, a
box after the other. Some hundred times as many boxes a second as balls alone.

An interval says of its number, besides where it lies, how smooth it is all over the box, as a
function of the variables: SMOOTH, with a continuous derivative; UNBROKEN, continuous, a kink being
possible; else it may jump or be undefined somewhere. Where it is undefined all over, the ends are
nan. Around a pole it is what lies outside a gap: lower end above the upper one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from hodiff.arithmetic.ball_numbers import ball, comparisons, finite, precision
from hodiff.arithmetic.balls import BALLS, spread
from hodiff.arithmetic.base import Arithmetic, composed
from hodiff.engine.exact import rational
from hodiff.engine.graph import OPERATIONS, Kind, Operation
from hodiff.engine.object_arrays import ObjectArrays, reducing

SMOOTH, UNBROKEN, BROKEN = 2, 1, 0
BITS = 64  # of the balls of single boxes
SLACK = 2.0**-46  # relative error that is added to the functions written here: theirs is 2**-49
MOST_TURNS = 2.0**19  # quarters that are taken off an angle; past them in balls
MOST_LARGE = 64  # angles that are, in one column: else sin and cos are anything there
HALF_PI = (1.57079632673412561417, 6.07710050630396597660e-11, 2.02226624879595063154e-21)
LN_2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)
LEAST_DOUBLE = 5e-324
LARGEST, LEAST = 709.0, -700.0  # arguments of exp whose result is an ordinary double

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


class Boxes(Arithmetic):
    """Columns of intervals, and numpy's arrays of such columns. Raises NotImplementedError for an
    operation that has no form in them."""

    name = "boxes"

    def number(self, x: Any) -> Box:
        return thin(x)

    def data(self, x: Any) -> Any:
        found = BALLS.data(x)
        return spread(thin, 1)(found)

    def quietly(self) -> Any:
        return np.errstate(all="ignore")

    def _found(self, operation: Operation) -> Callable[..., Any] | None:
        name = operation.name
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        if operation.definition is not None:
            return None
        if name == "powers":
            return _of_positive(composed(operation, self, operation.formula))
        if operation.partials:
            return lambda *x: _in_balls(operation, *x)
        found = ObjectArrays(self.function, thin(0)).function(operation)
        if found is None:
            raise NotImplementedError(f"{name} has no form in {self}")
        return found

    def _made(self, compute: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        entrywise = operation.kind in (Kind.ENTRYWISE, Kind.CONDITION)
        return spread(compute, operation.arity or 0) if entrywise else compute


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
    return float(down(low)), float(up(high))


def down(x: Any) -> Any:
    return np.nextafter(x, -np.inf)


def up(x: Any) -> Any:
    return np.nextafter(x, np.inf)


def _least(*smooth: Any) -> Any:
    found = smooth[0]
    for other in smooth[1:]:
        if other is not SMOOTH:
            found = other if found is SMOOTH else np.minimum(found, other)
    return found


def _where(test: Any, a: Any, b: Any) -> Any:
    return np.where(test, a, b).astype(np.int8)


def whole(x: Box) -> Box:
    """x, all numbers for what lies outside a gap."""
    if not x.gapped:
        return x
    gap = x.low > x.high
    return Box(np.where(gap, -np.inf, x.low), np.where(gap, np.inf, x.high), x.smooth)


# Arithmetic.


def add(a: Box, b: Box) -> Box:
    low, high = a.low + b.low, a.high + b.high
    low = np.where(low == 0, low, down(low))  # a sum that is 0 is exact
    high = np.where(high == 0, high, up(high))
    smooth = _least(a.smooth, b.smooth)
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
                   _where(np.isnan(a.low), BROKEN, a.smooth))  # fmt: skip
    return add(a, neg(b))


def mul(a: Box, b: Box) -> Box:
    if a is b:
        return _square(a)
    if a.gapped or b.gapped:
        return _mul_gapped(a, b)
    low, high = _products(a.low, a.high, b.low, b.high)
    return Box(low, high, _least(a.smooth, b.smooth))


def _products(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    """[a, b]*[c, d]."""
    if np.ndim(c) == 0 and c == d and np.isfinite(c):
        a, b = (a * c, b * c) if c >= 0 else (b * c, a * c)
        if c == 0:  # nothing times what is unbounded is nothing; what is no number stays none
            a, b = np.where(np.isinf(a) | (a != a), a, 0.0), np.where(b != b, b, 0.0)
            a, b = (np.where(np.isnan(x), 0.0, x) for x in (a, b))
            return a, b
        return down(a), up(b)
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
    low, high = down(low), up(high)
    if np.any(low == -LEAST_DOUBLE):  # 0, where the factors' signs say so
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
            return _gapped(low, high, _least(a.smooth, b.smooth), gap, signed)
    gap = np.broadcast_to(one | other, np.shape(a.low + b.low))
    plain = mul(whole(a), whole(b))
    if not gap.any() or bool((one & other).any()):
        return plain
    # Some boxes have a gap and some have none.
    low, high = np.array(np.broadcast_to(plain.low, gap.shape)), np.array(
        np.broadcast_to(plain.high, gap.shape))  # fmt: skip
    gapped = False
    for x, y, mine in ((a, b, one), (b, a, other)):
        mine = np.broadcast_to(mine, gap.shape)
        if mine.any():
            parts = [np.broadcast_to(v, gap.shape)[mine] for v in (x.low, x.high, y.low, y.high)]
            part = _mul_gapped(Box(parts[0], parts[1], gapped=True), Box(parts[2], parts[3]))
            low[mine], high[mine], gapped = part.low, part.high, gapped or part.gapped
    return Box(low, high, plain.smooth, gapped)


def _square(a: Box) -> Box:
    if a.gapped:
        gap = a.low > a.high
        near = np.where(gap, np.maximum(np.minimum(-a.high, a.low), 0.0), 0.0)
        plain = _square(whole(a))
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
        smooth = _where(gap, BROKEN, smooth)
    if not np.any(zero):
        return Box(low, high, smooth)
    low = np.where(zero & (b.high == 0), -np.inf, low)
    high = np.where(zero & (b.low == 0), np.inf, high)
    none = zero & (b.low == 0) & (b.high == 0)
    low, high = np.where(none, np.nan, low), np.where(none, np.nan, high)
    gap = zero & (b.low < 0) & (b.high > 0)  # none is left where b has no bounds
    return _gapped(low, high, _where(zero, BROKEN, smooth), gap)


def div(a: Box, b: Box) -> Box:
    if b.exact is not None and b.exact and a.exact is None:
        low, high = (a.low, a.high) if b.exact > 0 else (a.high, a.low)
        if b.low == b.high:
            return Box(down(low / b.low), up(high / b.low), a.smooth, a.gapped)
    return mul(a, inverse(b))


def _over(a: Box, b: Box) -> Box:
    """a/b, and 0 where b is 0: anything in [-1, 1] beside that."""
    b = whole(b)
    found = whole(div(a, b))
    zero = (b.low <= 0) & (b.high >= 0)
    return Box(np.where(zero, -np.inf, found.low), np.where(zero, np.inf, found.high), found.smooth)


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
        return Box(low, high, _where(positive, found.smooth, BROKEN))
    if isinstance(n, int):
        if n == 0:
            return Box(np.where(a.low == a.low, 1.0, np.nan), np.where(a.low == a.low, 1.0, np.nan),
                       a.smooth)  # fmt: skip
        return inverse(_whole_power(a, -n)) if n < 0 else _whole_power(a, n)
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
    return Box(low, high, np.minimum(_edge(a.low, 0.0), a.smooth))


def _whole_power(a: Box, n: int) -> Box:
    """a**n, n > 0, of the ends of absolute values."""
    if n == 1:
        return a
    if n == 2:
        return _square(a)
    if a.gapped:
        a = _square(whole(a)) if n % 2 == 0 else whole(a)
        return _whole_power(a, n // 2) if n % 2 == 0 else _whole_power(a, n)
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
    return Box(low, high, np.minimum(_edge(a.low, 0.0), a.smooth))


def _edge(low: Any, end: float) -> Any:
    """The smoothness of what begins at an end, with no slope there."""
    return _where(low > end, SMOOTH, _where(low == end, UNBROKEN, BROKEN))


# Exponentials, logarithms, angles: of doubles x, (low, high) around the function there.


def _around(value: Any, slack: Any = SLACK) -> tuple[Any, Any]:
    error = np.abs(value) * slack + 5e-324
    return down(value - error), up(value + error)


def _series(x: Any, coefficients: list[float]) -> Any:
    total = np.full(np.shape(x), coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total


FACTORIALS = [1.0]
for _k in range(1, 22):
    FACTORIALS.append(FACTORIALS[-1] * _k)
EXP = [1 / x for x in FACTORIALS[:15]]
SIN = [(-1) ** k / FACTORIALS[2 * k + 1] for k in range(9)]
SINH = [1 / FACTORIALS[2 * k + 1] for k in range(10)]
COS = [(-1) ** k / FACTORIALS[2 * k] for k in range(10)]
ATANH = [1 / (2 * k + 1) for k in range(14)]
ATAN = [(-1) ** k / (2 * k + 1) for k in range(12)]


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
    for i in large if len(large) <= MOST_LARGE else ():
        with precision(BITS):
            angle = ball(float(np.ravel(x)[i]))
            for pair, number in zip(pairs, (angle.sin(), angle.cos()), strict=True):
                low, high = ends(number)
                pair[0].flat[i], pair[1].flat[i] = max(low, -1.0), min(high, 1.0)
    return (*pairs[0], *pairs[1])


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


def _rising(function: Callable[[Any], tuple[Any, Any]]) -> Callable[[Box], Box]:
    """A smooth function that rises all over."""

    def called(a: Box) -> Box:
        a = whole(a)
        low, high = function(a.low)[0], function(a.high)[1]
        none = np.isnan(a.low)
        return Box(np.where(none, np.nan, low), np.where(none, np.nan, high), a.smooth)

    return called


exp, atan = _rising(_exp), _rising(_atan)


def log(a: Box) -> Box:
    a = whole(a)
    low, high = _log(np.maximum(a.low, 0.0))[0], _log(a.high)[1]
    none = ~(a.high > 0)
    low, high = np.where(none, np.nan, low), np.where(none, np.nan, high)
    return Box(low, high, np.minimum(_where(a.low > 0, SMOOTH, BROKEN), a.smooth))


# In balls, a box after the other.


class Watch(threading.local):
    """Whether a search has to end: what is computed box by box then gives all numbers."""

    ended: Callable[[], bool] = staticmethod(lambda: False)


WATCH = Watch()


@contextmanager
def watched(ended: Callable[[], bool]) -> Iterator[None]:
    """Boxes inside are computed until that."""
    outer, WATCH.ended = WATCH.ended, ended
    try:
        yield
    finally:
        WATCH.ended = outer


def _each(compute: Callable[..., Any], *columns: Any) -> tuple[Any, Any]:
    """Ends of compute at balls around the boxes of columns (low, high)."""
    flat = np.broadcast_arrays(*columns)
    found = np.empty((2, flat[0].size))
    with precision(BITS):
        for i, values in enumerate(zip(*(x.ravel().tolist() for x in flat), strict=True)):
            pairs = zip(values[::2], values[1::2], strict=True)
            if any(low != low for low in values):
                found[:, i] = np.nan
            elif all(np.isfinite(values)) and not WATCH.ended():
                given = [ball(a) if a == b else ball(a).union(ball(b)) for a, b in pairs]
                found[:, i] = ends(compute(*given))
            else:
                found[:, i] = -np.inf, np.inf
    return found[0].reshape(flat[0].shape), found[1].reshape(flat[0].shape)


INVERSE_E = 0.36787944117144233  # above 1/e
DOMAINS: dict[str, tuple[int, float, float]] = {
    "lambertw": (0, -INVERSE_E, np.inf),
    "lambertw_lower": (0, -INVERSE_E, 0.0),
    **{"erfinv": (0, -1.0, 1.0), "erfcinv": (0, 0.0, 2.0), "norminv": (0, 0.0, 1.0)},
    **dict.fromkeys(("e1", "li", "ci", "chi"), (0, 0.0, np.inf)),
    **dict.fromkeys(("expint", "expints", "gammainc", "gammaincc"), (1, 0.0, np.inf)),
    **dict.fromkeys(("gamma_density", "lowergamma", "uppergamma"), (1, 0.0, np.inf)),
    **dict.fromkeys(("betainc", "beta_density"), (2, 0.0, 1.0)),
    **dict.fromkeys(("dilog", "dilogs"), (0, -np.inf, 1.0)),
    **dict.fromkeys(("polylog", "polylogs"), (1, -np.inf, 1.0)),
}
"""Of which input, between what; at an end there may be a value, but no slope."""


def _in_balls(operation: Operation, *x: Any) -> Box:
    arity = operation.arity or 0
    inputs, attributes = [whole(v) for v in x[:arity]], x[arity:]
    i, first, last = DOMAINS.get(operation.name, (0, -np.inf, np.inf))
    low, high = inputs[i].low, inputs[i].high
    within, outside = (low > first) & (high < last), (high < first) | (low > last)
    if not np.all(within | np.isnan(low)):
        inputs[i] = Box(np.clip(low, first, last), np.clip(high, first, last), inputs[i].smooth)
    function = BALLS.function(operation)
    columns = [end for v in inputs for end in (v.low, v.high)]
    low, high = _each(lambda *v: function(*v, *attributes), *columns)
    smooth = _where(np.isfinite(low) & np.isfinite(high) & within, SMOOTH, BROKEN)
    low, high = np.where(outside, np.nan, low), np.where(outside, np.nan, high)
    return Box(low, high, _least(smooth, *(v.smooth for v in inputs)))


def _of_positive(compute: Callable[..., Any]) -> Callable[..., Any]:
    """compute of a base above 0; anything of others, which have values at whole exponents alone."""

    def called(a: Box, b: Box, *attributes: Any) -> Box:
        a = whole(a)
        found, positive = whole(compute(a, b, *attributes)), a.low > 0
        low, high = np.where(positive, found.low, -np.inf), np.where(positive, found.high, np.inf)
        return Box(low, high, _where(positive, found.smooth, BROKEN))

    return called


def _monotone(
    name: str,
    domain: tuple[float, float] = (-np.inf, np.inf),
    edges: int = SMOOTH,
    falls: bool = False,
    limits: tuple[float, float] = (-np.inf, np.inf),
) -> Callable[[Box], Box]:
    """A function that rises, or falls, all over its domain, by its values at the ends. edges: how
    smooth it is at the ends of the domain; limits: what lies below and above all its values."""

    def at(x: Any) -> tuple[Any, Any]:
        function = BALLS.function(OPERATIONS[name])
        low, high = _each(function, x, x)
        return np.maximum(low, limits[0]), np.minimum(high, limits[1])

    def called(a: Box) -> Box:
        a = whole(a)
        first, last = np.maximum(a.low, domain[0]), np.minimum(a.high, domain[1])
        none = ~(first <= last)
        one, other = at(first), at(last)
        low, high = (other[0], one[1]) if falls else (one[0], other[1])
        inside = _where((a.low > domain[0]) & (a.high < domain[1]), SMOOTH, edges)
        outside = (a.low < domain[0]) | (a.high > domain[1])
        smooth = _where(outside | none, BROKEN, inside)
        return Box(np.where(none, np.nan, low), np.where(none, np.nan, high),
                   np.minimum(smooth, a.smooth))  # fmt: skip

    return called


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


sinh, tanh = _rising(_sinh), _rising(_tanh)


def cosh(a: Box) -> Box:
    a = whole(a)
    near = np.where((a.low <= 0) & (a.high >= 0), 0.0, np.minimum(np.abs(a.low), np.abs(a.high)))
    far = np.maximum(np.abs(a.low), np.abs(a.high))
    low, high = (div(add(e, inverse(e)), thin(2)) for e in (Box(*_exp(near)), Box(*_exp(far))))
    return Box(np.maximum(low.low, 1.0), high.high, a.smooth)


def cbrt(a: Box) -> Box:
    a = whole(a)

    def at(x: Any) -> tuple[Any, Any]:
        low, high = _each(lambda y: y.root(3) if y > 0 else 0, np.abs(x), np.abs(x))
        return np.where(x < 0, -high, low), np.where(x < 0, -low, high)

    smooth = _where((a.low > 0) | (a.high < 0), SMOOTH, UNBROKEN)
    return Box(at(a.low)[0], at(a.high)[1], np.minimum(smooth, a.smooth))


def hypot(a: Box, b: Box) -> Box:
    return sqrt(add(_square(a), _square(b)))


def atan2(y: Box, x: Box) -> Box:
    """Smooth but on the cut, where x is not above 0 and y is 0."""
    y, x = whole(y), whole(x)
    apart = (x.low > 0) | (y.low > 0) | (y.high < 0)
    low, high = _each(lambda s, t: type(s).atan2(s, t), y.low, y.high, x.low, x.high)
    low, high = np.where(apart, low, -np.pi - 1e-15), np.where(apart, high, np.pi + 1e-15)
    return Box(low, high, _least(_where(apart, SMOOTH, BROKEN), y.smooth, x.smooth))


# What has pieces.


def _decided(smooth: Any) -> Any:
    """The smoothness of what is constant, taken from something with a smoothness."""
    return _where(np.asarray(smooth) >= UNBROKEN, SMOOTH, BROKEN)


def absolute(a: Box) -> Box:
    a = whole(a)
    low, high = np.minimum(np.abs(a.low), np.abs(a.high)), np.maximum(np.abs(a.low), np.abs(a.high))
    inside = (a.low <= 0) & (a.high >= 0)
    smooth = _where(inside, UNBROKEN, SMOOTH)
    return Box(np.where(inside, 0.0, low), high, np.minimum(smooth, a.smooth))


def sign(a: Box) -> Box:
    a = whole(a)
    low, high = np.sign(a.low), np.sign(a.high)
    return Box(low, high, np.minimum(_where(low == high, SMOOTH, BROKEN), _decided(a.smooth)))


def _steps(rounded: Callable[[Any], Any]) -> Callable[[Box], Box]:
    def called(a: Box) -> Box:
        a = whole(a)
        low, high = rounded(a.low), rounded(a.high)
        # At the very step it jumps, also where that is an end of the box.
        apart = (low == high) & (rounded(down(a.low)) == rounded(up(a.high)))
        return Box(low, high, np.minimum(_where(apart, SMOOTH, BROKEN), _decided(a.smooth)))

    return called


floor, ceil, nearest = _steps(np.floor), _steps(np.ceil), _steps(np.rint)


def mod(a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    found = sub(a, mul(b, floor(div(a, b))))
    # It lies between 0 and the modulus.
    low = np.maximum(found.low, np.minimum(b.low, 0.0))
    high = np.minimum(found.high, np.maximum(b.high, 0.0))
    return Box(low, high, found.smooth)


def largest(a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    low, high = np.maximum(a.low, b.low), np.maximum(a.high, b.high)
    first, second = a.low > b.high, b.low > a.high
    smooth = _where(
        first,
        np.minimum(a.smooth, _decided(b.smooth)),
        _where(second, np.minimum(b.smooth, _decided(a.smooth)),
               np.minimum(UNBROKEN, np.minimum(a.smooth, b.smooth))),
    )  # fmt: skip
    return Box(low, high, smooth)


def smallest(a: Box, b: Box) -> Box:
    return neg(largest(neg(a), neg(b)))


def _condition(true: Any, false: Any, smooth: Any) -> Box:
    decided = true | false
    low, high = np.where(true, 1.0, 0.0), np.where(false, 0.0, 1.0)
    return Box(low, high, np.minimum(_where(decided, SMOOTH, BROKEN), smooth))


def less(a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    smooth = np.minimum(_decided(a.smooth), _decided(b.smooth))
    # A box that touches a tie holds it, and so a jump.
    return _condition(a.high < b.low, a.low > b.high, smooth)


def equal(a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    smooth = np.minimum(_decided(a.smooth), _decided(b.smooth))
    same = (a.low == a.high) & (b.low == b.high) & (a.low == b.low)
    same = same & bool(a is b or (a.exact is not None and b.exact is not None))
    return _condition(same, (a.high < b.low) | (a.low > b.high), smooth)


def _not(a: Box) -> Box:
    return Box(1.0 - a.high, 1.0 - a.low, a.smooth)


def _both(a: Box, b: Box) -> Box:
    """A condition that is false decides, whatever the other is."""
    low, high = np.minimum(a.low, b.low), np.minimum(a.high, b.high)
    either = np.where(a.high == 0, a.smooth, np.where(b.high == 0, b.smooth, SMOOTH))
    smooth = np.where(high == 0, either, np.minimum(a.smooth, b.smooth)).astype(np.int8)
    return Box(low, high, smooth)


def _choice(test: Box, a: Box, b: Box) -> Box:
    a, b = whole(a), whole(b)
    yes, no = test.low == 1, test.high == 0
    low = np.where(yes, a.low, np.where(no, b.low, np.fmin(a.low, b.low)))
    high = np.where(yes, a.high, np.where(no, b.high, np.fmax(a.high, b.high)))
    smooth = _where(yes, a.smooth, _where(no, b.smooth, BROKEN))
    return Box(low, high, np.minimum(smooth, _decided(test.smooth)))


def _norm(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    squares = np.frompyfunc(_square, 1, 1)(x)
    return spread(sqrt, 1)(reducing(np.frompyfunc(add, 2, 1))(squares, axes))


def _of_degrees(name: str) -> Callable[[Box], Box]:
    def compute(x: Box) -> Box:
        angle = mul(x, thin(BALLS.div(BALLS.pi(), 180)))
        return FUNCTIONS[name](angle)  # type: ignore[no-any-return]

    return compute


def _of_reciprocal(name: str) -> Callable[[Box], Box]:
    def compute(x: Box) -> Box:
        return FUNCTIONS[name](div(thin(1), x))  # type: ignore[no-any-return]

    return compute


def acot(x: Box) -> Box:
    """atan(1/x), anything from -pi/2 to pi/2 in a box around its jump at 0."""
    x = whole(x)
    found, jumps = _of_reciprocal("atan")(x), (x.low <= 0) & (x.high >= 0)
    half_pi = thin(BALLS.div(BALLS.pi(), 2))
    low = np.where(jumps, -half_pi.high, found.low)
    high = np.where(jumps, half_pi.high, found.high)
    return Box(low, high, _where(jumps, BROKEN, found.smooth))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "pi": lambda: thin(BALLS.pi()),
    "e": lambda: thin(ball(1).exp()),
    **{
        name: lambda name=name: thin(BALLS.function(OPERATIONS[name])())
        for name in ("euler_gamma", "catalan", "golden_ratio")
    },
    "alias": lambda x: x,
    "flat": lambda g, x: g,
    "add": add,
    "sub": sub,
    "mul": mul,
    "div": div,
    "over": _over,
    "neg": neg,
    "pow": power,
    "sqrt": sqrt,
    "cbrt": cbrt,
    "exp": exp,
    "log": log,
    "sin": sin,
    "cos": cos,
    "tan": tan,
    "atan": atan,
    "atan2": atan2,
    "hypot": hypot,
    "cosh": cosh,
    "expm1": _monotone("expm1", limits=(-1.0, np.inf)),
    "sinh": sinh,
    "tanh": tanh,
    "asinh": _monotone("asinh"),
    "erf": _monotone("erf", limits=(-1.0, 1.0)),
    "erfc": _monotone("erfc", falls=True, limits=(0.0, 2.0)),
    "log1p": _monotone("log1p", (-1.0, np.inf), BROKEN),
    "asin": _monotone("asin", (-1.0, 1.0), UNBROKEN, limits=(-1.58, 1.58)),
    "acos": _monotone("acos", (-1.0, 1.0), UNBROKEN, falls=True, limits=(0.0, 3.15)),
    "acosh": _monotone("acosh", (1.0, np.inf), UNBROKEN, limits=(0.0, np.inf)),
    "atanh": _monotone("atanh", (-1.0, 1.0), BROKEN),
    "logit": _monotone("logit", (0.0, 1.0), BROKEN),
    "factorial": lambda x: _in_balls(OPERATIONS["gamma"], add(x, thin(1))),
    **{f"{name}d": _of_degrees(name) for name in ("sin", "cos", "tan")},
    **{
        name: _of_reciprocal(inverse)
        for name, inverse in (
            ("asec", "acos"),
            ("acsc", "asin"),
            ("asech", "acosh"),
            ("acsch", "asinh"),
            ("acoth", "atanh"),
        )
    },
    "acot": acot,
    "abs": absolute,
    "sign": sign,
    "floor": floor,
    "ceil": ceil,
    "round": nearest,
    "mod": mod,
    "max": largest,
    "min": smallest,
    **comparisons(less, equal, _not),
    "and": _both,
    "or": lambda a, b: _not(_both(_not(a), _not(b))),
    "not": _not,
    "where": _choice,
    "norm": _norm,
}

BOXES = Boxes()
