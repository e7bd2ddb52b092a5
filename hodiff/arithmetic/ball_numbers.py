"""Balls: what is rational exactly, the rest as intervals that contain the true value (FLINT's arb).

A number is an int or a Fraction as long as operations on exact numbers give one, so that ties of
rational numbers are decided; likewise a rational multiple of pi, whose sine may be rational
again; then an arb. A condition is True, False, or None where the ball
is too wide to tell; what depends on that is nan.

FLINT is imported when the first ball is needed. Johansson 2017, Arb: efficient
arbitrary-precision midpoint-radius interval arithmetic, IEEE Transactions on Computers 66 (8).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hodiff.engine.exact import MOST_BITS, exactly, quotient, rational, root
from hodiff.engine.leibniz import falling

MOST_WHOLE = 1 << 22  # bits of a floor


def double(x: Any) -> Any:
    """A double as the number that it is."""
    if isinstance(x, float):
        return int(x) if x.is_integer() else ball(x)
    return x


class _Flint:
    """python-flint, imported by the first ball; and the precision, set before or after."""

    bits = 53
    arb: Any = None
    fmpq: Any = None
    ctx: Any = None

    def set(self, bits: int) -> None:
        self.bits = bits
        if self.ctx is not None:
            self.ctx.prec = bits

    def load(self) -> None:
        from flint import arb, ctx, fmpq  # start-up: 23 ms, and rational answers need none

        self.arb, self.fmpq, self.ctx = arb, fmpq, ctx
        self.set(self.bits)


FLINT = _Flint()
LOCK = threading.RLock()


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls inside are computed to so many bits; by one thread at a time, for FLINT has one
    precision for all."""
    with LOCK:
        outer = FLINT.bits
        FLINT.set(bits)
        try:
            yield
        finally:
            FLINT.set(outer)


class PiMultiple:
    """q*pi, q a rational number other than 0. What else is asked of it is asked of its ball."""

    __slots__ = ("q",)

    def __init__(self, q: Any) -> None:
        self.q = q

    def __neg__(self) -> PiMultiple:
        return PiMultiple(-self.q)

    def __abs__(self) -> PiMultiple:
        return PiMultiple(abs(self.q))

    def __float__(self) -> float:
        return float(ball(self))

    def __getattr__(self, name: str) -> Any:
        if name in ("denominator", "shape", "dtype"):  # it is no rational number and no array
            raise AttributeError(name)
        return getattr(ball(self), name)


def pi_times(q: Any) -> Any:
    """q*pi, exactly."""
    return PiMultiple(q) if q else 0


def ball(x: Any) -> Any:
    """An exact number, a double or a ball as a ball."""
    if FLINT.arb is None:
        FLINT.load()
    if type(x) is FLINT.arb:
        return x
    if type(x) is PiMultiple:
        return FLINT.arb.pi() * ball(x.q)
    if not rational(x):
        return FLINT.arb(x)
    if x.denominator == 1:
        return FLINT.arb(int(x))
    return FLINT.arb(FLINT.fmpq(x.numerator, x.denominator))


def exact(x: Any) -> Any:
    """A ball that is a single number as that number, where it isn't a long one: exp(0) is 1."""
    if hasattr(x, "shape") or rational(x) or type(x) is PiMultiple:
        return x
    if not x.is_exact() or not x.is_finite():
        return x
    mantissa, exponent = map(int, x.man_exp())
    if abs(exponent) + mantissa.bit_length() > 256:
        return x
    return mantissa << exponent if exponent >= 0 else quotient(mantissa, 1 << -exponent)


def finite(x: Any) -> bool:
    """Whether a value, or every entry of an array, is a bounded ball or a decided condition."""
    if getattr(x, "shape", ()):
        return all(map(finite, x.ravel().tolist()))
    return rational(x) or type(x) is PiMultiple or (x is not None and x.is_finite())


def certain(x: Any) -> bool:
    """Whether more precision can't tell more about x."""
    if getattr(x, "shape", ()):
        return all(map(certain, x.ravel().tolist()))
    if x is None or type(x) is PiMultiple:
        return x is not None
    x = ball(x)  # of 1/3, and of what has more bits than the precision, wider than the number
    return bool(x.is_exact() and x.is_finite())


def small(x: Any) -> Any:
    """What is little beside a ball, yet many times its last bit."""
    return (abs(x) + ball(2) ** -FLINT.bits) * ball(2) ** (16 - FLINT.bits)


def known(x: Any) -> bool:
    """Whether x, or every entry of an array, is a rational number."""
    if getattr(x, "shape", ()):
        return all(map(known, x.ravel().tolist()))
    return rational(x)


def method(name: str) -> Callable[..., Any] | None:
    """The function of that name of FLINT's balls."""
    found = getattr(type(ball(0)), name, None)
    return None if found is None else lambda *x: found(*map(ball, x))


def nan() -> Any:
    return ball(0).nan()


# Deciding: True, False, or None.


def less(a: Any, b: Any) -> bool | None:
    if a is b and finite(a):  # the same node's number: of two balls that look alike it is open
        return False
    if rational(a) and rational(b):
        return bool(a < b)
    if type(a) is type(b) is PiMultiple:
        return bool(a.q < b.q)
    if is_zero(a) and type(b) is PiMultiple:
        return bool(b.q > 0)
    a, b = ball(a), ball(b)
    return True if a < b else False if a >= b else None


def equal(a: Any, b: Any) -> bool | None:
    if a is b and finite(a):
        return True
    if rational(a) and rational(b):
        return bool(a == b)
    if type(a) is type(b) is PiMultiple:
        return bool(a.q == b.q)
    if (type(a) is PiMultiple and rational(b)) or (type(b) is PiMultiple and rational(a)):
        return False  # pi is irrational
    a, b = ball(a), ball(b)
    return True if a == b else False if a != b else None


def _not(test: bool | None) -> bool | None:
    return None if test is None else not test


def _and(a: bool | None, b: bool | None) -> bool | None:
    if a is None or b is None:
        return None if (a or a is None) and (b or b is None) else False
    return bool(a and b)


def either(a: bool | None, b: bool | None) -> bool | None:
    return _not(_and(_not(a), _not(b)))


def whole(x: Any) -> int | None:
    """The integer that x is near and above: its floor, where the ball can tell."""
    if rational(x):
        below: int = math.floor(x)
        return below
    x = ball(x)
    if not abs(x) < ball(2) ** MOST_WHOLE:  # a number that no memory may hold
        return None
    found = x.floor().unique_fmpz()
    return None if found is None else int(found)


def integer(x: Any) -> bool | None:
    """Whether x is an integer."""
    if rational(x):
        return bool(x == math.floor(x))
    if x.is_exact():
        return bool(x.is_integer())
    return None if not x.is_finite() or x.contains_integer() else False


def half(x: Any) -> bool | None:
    """Whether x is halfway between two integers."""
    return every(integer(mul(x, 2)), _not(integer(x)))


def divides(b: Any, a: Any) -> bool | None:
    zero = equal(b, 0)
    return integer(div(a, b)) if zero is False else None if zero is None else False


def every(*tests: bool | None) -> bool | None:
    return False if False in tests else None if None in tests else True


def direction(slope: Any) -> int | None:
    """The sign of a slope; None where the ball leaves it open."""
    return 0 if equal(slope, 0) else 1 if less(0, slope) else -1 if less(slope, 0) else None


def same(a: Any, b: Any) -> bool | None:
    """Whether numbers, or all entries of two arrays, are equal."""
    if getattr(a, "shape", ()):
        return every(*map(same, a.ravel().tolist(), b.ravel().tolist()))
    return equal(a, b)


def pi() -> Any:
    return PiMultiple(1)


# Operations.


def _if(test: Any, a: Any, b: Any) -> Any:
    return nan() if test is None else a if test else b


def add(a: Any, b: Any, most: int = MOST_BITS) -> Any:
    found = exactly("add", [a, b], (), most) if rational(a) and rational(b) else None
    if found is not None:
        return found
    if type(a) is type(b) is PiMultiple:
        found = exactly("add", [a.q, b.q], (), most)
        if found is not None:
            return pi_times(found)
    return b if is_zero(a) else a if is_zero(b) else ball(a) + ball(b)


def sub(a: Any, b: Any, most: int = MOST_BITS) -> Any:
    return add(a, -b, most)


def mul(a: Any, b: Any, most: int = MOST_BITS) -> Any:
    found = exactly("mul", [a, b], (), most) if rational(a) and rational(b) else None
    if found is not None:
        return found
    # An exact 0 times a ball is exactly 0, which decides ties; times what is no number it isn't.
    for x, y in ((a, b), (b, a)):
        if is_zero(x) and finite(y):
            return 0
        if type(x) is PiMultiple and rational(y):
            found = exactly("mul", [x.q, y], (), most)
            if found is not None:
                return pi_times(found)
    return ball(a) * ball(b)


def dot(xs: Sequence[Any], ys: Sequence[Any], most: int = MOST_BITS) -> Any:
    """The sum of the products of pairs; an exact 0 in one adds nothing, so that 0 stays exact."""
    arb = FLINT.arb
    pairs = [(x, y) for x, y in zip(xs, ys, strict=False) if not (is_zero(x) or is_zero(y))]
    if all(type(x) is arb and type(y) is arb for x, y in pairs):
        total = 0
        for x, y in pairs:
            total = total + x * y
        return total
    total = 0
    for x, y in pairs:
        total = add(total, mul(x, y, most), most)
    return total


def is_zero(x: Any) -> bool:
    return rational(x) and x == 0


def div(a: Any, b: Any, most: int = MOST_BITS) -> Any:
    found = exactly("div", [a, b], (), most) if rational(a) and rational(b) else None
    if found is not None:
        return found
    if type(a) is PiMultiple:
        if type(b) is PiMultiple:
            return quotient(a.q, b.q)
        found = exactly("div", [a.q, b], (), most) if rational(b) and b else None
        if found is not None:
            return PiMultiple(found)
    return 0 if is_zero(a) and equal(b, 0) is False and finite(b) else ball(a) / ball(b)


def _over(x: Any, y: Any) -> Any:
    zero = equal(y, 0)
    if zero:  # 0 by convention, where it is no slope of a norm's slope
        return 0 if is_zero(x) else nan()
    return nan() if zero is None else div(x, y)


def whole_power(x: Any, n: int) -> Any:
    """x**n. FLINT's own is nan where the ball's middle is 0."""
    if n < 0 or not x.contains(0):
        return x**n
    result = ball(1)
    while n:
        if n % 2:
            result = result * x
        n //= 2
        x = x * x if n else x
    return result


def power(a: Any, b: Any) -> Any:
    if isinstance(b, int):
        found = exactly("pow", [a, b]) if rational(a) else None
        return whole_power(ball(a), int(b)) if found is None else found
    if equal(a, 0):
        above = less(0, b)
        return 0 if above else 1 if equal(b, 0) else nan()
    if rational(a) and rational(b):
        found = root(a, b.denominator)
        if found is not None:
            return power(found, b.numerator)
    if rational(b) and b.denominator == 2 and b.numerator == 1:
        return ball(a).sqrt()
    return ball(a) ** ball(b)


def sqrt(x: Any) -> Any:
    found = root(x, 2) if rational(x) else None
    return ball(x).sqrt() if found is None else found


def powers(a: Any, b: Any, j: int, k: int) -> Any:
    """The derivative of a**b, j times in a and k times in b; at a = 0 its limit from the right."""
    value: Any = 0
    for m, coefficients in enumerate(falling(j, k)):
        factor: Any = 0
        for c in reversed(coefficients):
            factor = add(mul(factor, b), c)
        if is_zero(factor):
            continue
        term = mul(factor, math.comb(k, m))
        if equal(a, 0):
            at = equal(b, j)
            if at is None or less(b, j) is not False or (at and m < k):
                return nan()
            value = add(value, term if at else 0)
            continue
        term = mul(term, power(a, sub(b, j)))
        if m < k:
            term = mul(term, ball(a).log() ** (k - m))
        value = add(value, term)
    return value


def _cbrt(x: Any) -> Any:
    found = root(abs(x), 3) if rational(x) else None
    if found is not None:
        return found if x > 0 else -found
    x = ball(x)
    if x == 0:
        return 0
    # It rises all over, also past a 0 that the ball can't rule out.
    ends = [x] if x > 0 or x < 0 else [x.lower(), x.upper()]
    low, *high = (y.root(3) if y > 0 else -((-y).root(3)) for y in ends)
    return low.union(high[0]) if high else low


def _sign(x: Any) -> Any:
    x = ball(x)
    return 1 if x > 0 else -1 if x < 0 else 0 if x == 0 else nan()


def _floor(x: Any) -> Any:
    found = whole(x)
    return nan() if found is None else found


def _round(x: Any) -> Any:
    """To the nearest integer, halves to the even one."""
    if half(x):
        below = whole(x)
        return nan() if below is None else below + below % 2
    return _floor(add(x, quotient(1, 2)))


def _mod(a: Any, b: Any) -> Any:
    if equal(b, 0) is not False:
        return nan()
    n = _floor(div(a, b))
    return sub(a, mul(b, n))


def largest(a: Any, b: Any) -> Any:
    first = less(a, b)
    return b if first else a if first is False else ball(a).max(ball(b))


def smallest(a: Any, b: Any) -> Any:
    first = less(a, b)
    return a if first else b if first is False else ball(a).min(ball(b))


def _atan2(y: Any, x: Any) -> Any:
    if rational(y) and rational(x):
        from hodiff.arithmetic.pi_multiples import angle  # start-up: brings fractions

        q = angle(y, x)
        if q is not None:
            return pi_times(q)
    if is_zero(y):
        left = less(x, 0)
        return nan() if left is None else PiMultiple(1) if left else 0
    return type(ball(x)).atan2(ball(y), ball(x))


def _trigonometric(name: str) -> Callable[[Any], Any]:
    """sin, cos or tan: rational of some multiples of pi."""

    def compute(x: Any) -> Any:
        if type(x) is PiMultiple:
            from hodiff.arithmetic.pi_multiples import FUNCTIONS  # start-up: brings fractions

            found = FUNCTIONS[name](x.q)
            if found is not None:
                return found
        return getattr(ball(x), name)()

    return compute


def _inverse(name: str) -> Callable[[Any], Any]:
    """asin, acos or atan: multiples of pi of some rational numbers."""

    def compute(x: Any) -> Any:
        if rational(x):
            from hodiff.arithmetic.pi_multiples import INVERSES  # start-up: brings fractions

            q = INVERSES[name](x)
            if q is not None:
                return pi_times(q)
        return getattr(ball(x), name)()

    return compute


def _of_reciprocal(name: str) -> Callable[[Any], Any]:
    """asec, acsc, ... by acos, asin, ... of 1/x."""

    def compute(x: Any) -> Any:
        if equal(x, 0) is not False:
            return nan()
        inverse = div(1, x)
        known = FUNCTIONS.get(name)
        return getattr(ball(inverse), name)() if known is None else known(inverse)

    return compute


def _acot(x: Any) -> Any:
    return PiMultiple(quotient(1, 2)) if is_zero(x) else _of_reciprocal("atan")(x)


def _of_degrees(name: str) -> Callable[[Any], Any]:
    """sin, cos or tan of degrees."""

    def compute(x: Any) -> Any:
        return FUNCTIONS[name](div(mul(x, pi()), 180))

    return compute


def _factorial(x: Any) -> Any:
    return ball(add(x, 1)).gamma()


def _logit(x: Any) -> Any:
    odds = sub(div(1, sub(1, x)), 1)
    return 0 if equal(odds, 1) else ball(odds).log()


def root_of_squares(x: Any) -> Any:
    """The root of a sum of squares, whose ball may reach below 0."""
    if rational(x) or x > 0 or x == 0 or not x.is_finite():
        return sqrt(x)
    return ball(0).union(x.upper().sqrt().upper())


def _hypot(x: Any, y: Any) -> Any:
    x, y = abs(ball(x)), abs(ball(y))
    return root_of_squares(x * x + y * y)


def sinc(x: Any, n: int) -> Any:
    """The n-th derivative of sin(x)/x; within 1 of 0 from the Taylor series, whose terms alternate
    and fall there, so that the next one bounds the rest."""
    x = ball(x)
    if x == 0 or not abs(x) < 1:
        return sincs(x, n, 1)[0]
    k = (n + 1) // 2
    # The term of x**(2k - n): (-1)**k * (2k)!/(2k - n)! / (2k + 1)!
    factor = quotient((-1) ** k, math.factorial(2 * k - n) * (2 * k + 1))
    term, total = ball(factor) * whole_power(x, 2 * k - n), ball(0)
    small = ball(2) ** -(FLINT.bits + 10)
    first = rest = abs(term).upper()
    for _ in range(FLINT.bits + 100):
        if rest < first * small:
            break
        total += term
        a, b = 2 * k + 1 - n, 2 * k + 2 - n
        term = -term * x * x * (2 * k + 1) / (a * b * (2 * k + 3))
        rest = abs(term).upper()
        k += 1
    return total + rest * type(x)(0, 1)


MOST_SINCS = 20_000  # orders that are gone through


def sincs(x: Any, n: int, count: int) -> list[Any]:
    """The derivatives s(n), s(n + 1) ... of sin(x)/x, so many, in one pass each way.

    From k*s(k-1) + x*s(k) = sin(x + k*pi/2): upward in k while k < |x|, downward from a far order
    above, where each is stable (DLMF 3.6(ii)). s(k) is the integral of t**k*cos(t*x + k*pi/2) over
    [0, 1]: within 1/(k + 1) of 0.
    """
    x, last = ball(x), n + count - 1
    if x == 0:
        return [quotient(0 if k % 2 else (-1) ** (k // 2), k + 1) for k in range(n, last + 1)]
    if not x.is_finite():
        return [nan()] * count
    found = [type(x)(0, 1) / (k + 1) for k in range(n, last + 1)]

    def take(k: int, value: Any) -> Any:
        """s(k), no wider than its bound."""
        bound = type(x)(0, 1) / (k + 1)
        value = value.intersection(bound) if value.overlaps(bound) else bound
        if k >= n:
            found[k - n] = value
        return value

    turns = (x.sin(), x.cos(), -x.sin(), -x.cos())
    size, least = abs(x).upper(), abs(x).lower()
    above = 0  # from where on orders are gone through downward
    if least > 1:
        above = last + 1 if least > last else int(float(least)) + 1
        if above > MOST_SINCS:
            return found
        value = take(0, turns[0] / x)
        for k in range(1, above):
            value = take(k, (turns[k % 4] - k * value) / x)
    if above > last:
        return found
    first, rest = last, ball(1)
    small = ball(2) ** -(FLINT.bits + 10) * size.min(1)
    while first == last or rest > small:  # what is left of the bound of s(first) at s(last)
        first += 1
        rest = rest * size / first
        if first - above > MOST_SINCS:
            return found
    value = type(x)(0, 1) / (first + 1)
    for k in range(first, max(above, n), -1):
        value = (turns[k % 4] - x * value) / k
        if k - 1 <= last:
            value = take(k - 1, value)
    return found


def sinc_taylor(x: Any, count: int, n: int = 0) -> list[Any]:
    """The Taylor coefficients at x of the n-th derivative of sin(x)/x."""
    return [div(y, math.factorial(k)) for k, y in enumerate(sincs(x, n, count))]


def _constant(name: str) -> Any:
    return getattr(ball(0), name)()


def comparisons(
    less: Callable[..., Any], equal: Callable[..., Any], negated: Callable[..., Any]
) -> dict[str, Callable[..., Any]]:
    """All six, by their names, of two of them where a condition may be open."""
    return {
        "lt": less,
        "le": lambda a, b: negated(less(b, a)),
        "gt": lambda a, b: less(b, a),
        "ge": lambda a, b: negated(less(a, b)),
        "eq": equal,
        "ne": lambda a, b: negated(equal(a, b)),
    }


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "pi": pi,
    "e": lambda: _constant("const_e"),
    "euler_gamma": lambda: _constant("const_euler"),
    "catalan": lambda: _constant("const_catalan"),
    "golden_ratio": lambda: (ball(5).sqrt() + 1) / 2,
    "alias": lambda x: x,
    "flat": lambda g, x: g,
    "add": add,
    "sub": sub,
    "mul": mul,
    "div": div,
    "over": _over,
    "neg": lambda x: -x,
    "pow": power,
    "powers": powers,
    "sqrt": sqrt,
    "cbrt": _cbrt,
    "abs": abs,
    "sign": _sign,
    "floor": _floor,
    "ceil": lambda x: -_floor(-x),
    "round": _round,
    "mod": _mod,
    "max": largest,
    "min": smallest,
    "clip": lambda x, lo, hi: smallest(largest(x, lo), hi),
    **{name: _trigonometric(name) for name in ("sin", "cos", "tan")},
    **{name: _inverse(name) for name in ("asin", "acos", "atan")},
    "atan2": _atan2,
    "hypot": _hypot,
    "asec": _of_reciprocal("acos"),
    "acsc": _of_reciprocal("asin"),
    "acot": _acot,
    "asech": _of_reciprocal("acosh"),
    "acsch": _of_reciprocal("asinh"),
    "acoth": _of_reciprocal("atanh"),
    **{f"{name}d": _of_degrees(name) for name in ("sin", "cos", "tan")},
    "factorial": _factorial,
    "logit": _logit,
    "sinc": sinc,
    **comparisons(less, equal, _not),
    "and": _and,
    "or": either,
    "not": _not,
    "where": _if,
}
