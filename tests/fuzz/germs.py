"""The oracle: numbers and derivatives of a text of the language, with nothing of hodiff in it.

A text is read by Python's own parser, for it is written in Python's notation, and run on germs:
series in s > 0 with rational and mpmath's numbers as coefficients, where the variable moves as
x + direction*s**root. What a comparison, abs or floor does just beside a point is then the sign of
a series' first term, and both sides together tell whether a derivative exists: whether the series
from the left is the one from the right.

Rational coefficients stay exact. Of the others a sum that cancels to under 10**(-0.6*digits) of its
parts is taken for 0; `agreed` asks again at far more digits before that counts as true.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from mpmath import mp, mpf

Number = Any  # a Fraction, or a number of mpmath
ZERO, ONE = Fraction(0), Fraction(1)
LARGE = mpf(10) ** 400  # functions of more are left alone


class Undefined(Exception):
    """There is no value: outside a domain, or at a pole."""


class Undecided(Exception):
    """The oracle can't tell: an essential singularity, a logarithm of 0, too few terms."""


class Roots(Undecided):
    """A power of s that is no whole one: a finer root tells."""


class Terms(Undecided):
    """Cancelled to more terms than there are."""


# ------------------------------------------------------------------ numbers


def real(c: Number) -> Any:
    return mpf(c.numerator) / c.denominator if isinstance(c, Fraction) else c


def zero(c: Number) -> bool:
    return not c


def plus(*parts: Number) -> Number:
    """Their sum; exactly 0 where they cancel to nothing."""
    if all(isinstance(c, Fraction) for c in parts):
        return sum(parts, ZERO)
    parts = tuple(real(c) for c in parts)
    total = mp.fsum(parts)
    return total if abs(total) > max(map(abs, parts)) * small() else ZERO


def times(a: Number, b: Number) -> Number:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    return ZERO if zero(a) or zero(b) else real(a) * real(b)


def over(a: Number, b: Number) -> Number:
    return a / b if isinstance(a, Fraction) and isinstance(b, Fraction) else real(a) / real(b)


def small() -> Any:
    return mpf(10) ** -(mp.dps * 3 // 5)


def whole(c: Number) -> int | None:
    """c where it is a whole number."""
    if isinstance(c, Fraction):
        return int(c) if c.denominator == 1 else None
    if abs(real(c)) > LARGE:
        raise Undecided
    n = int(mp.nint(c))
    return n if abs(c - n) <= small() * max(1, abs(c)) else None


# ------------------------------------------------------------------ series


EVER = 10**9  # where the terms of what is exactly 0 would start


class Germ:
    """start, terms: the sum of terms[i]*s**(start + i), the first not 0. Without terms all that is
    known is that it would start there: it is 0 where that is EVER."""

    __slots__ = ("start", "terms")

    def __init__(self, start: int, terms: Sequence[Number]) -> None:
        skipped = next((i for i, c in enumerate(terms) if not zero(c)), len(terms))
        self.start, self.terms = start + skipped, list(terms[skipped:])

    @property
    def end(self) -> int:
        """The power of s from which on nothing is known."""
        return self.start + len(self.terms)

    def at(self, power: int) -> Number:
        if power < self.start:
            return ZERO
        if power >= self.end:
            raise Terms
        return self.terms[power - self.start]

    def nothing(self) -> bool:
        """Whether it is 0."""
        if not self.terms and self.start != EVER:
            raise Terms
        return not self.terms

    def constant(self) -> bool:
        return self.nothing() or (self.start == 0 and all(zero(c) for c in self.terms[1:]))

    def sign(self) -> int:
        return 0 if self.nothing() else 1 if self.terms[0] > 0 else -1


NOTHING = Germ(EVER, [])


class Germs:
    """The arithmetic: count terms of each series, in s = t**(1/root). At the point itself a number
    is one term. sure: what has cancelled to its last known term is 0."""

    def __init__(self, count: int, root: int, point: bool = False, sure: bool = False) -> None:
        self.count, self.root, self.point, self.sure = count, root, point, sure or point
        self.edge = False  # whether an operation sat on an edge of its own, met at the point

    def sign(self, a: Germ) -> int:
        """The sign of what something turns on: at 0 it turns."""
        self.edge |= a is NOTHING
        return a.sign()

    def germ(self, start: int, terms: Sequence[Number]) -> Germ:
        found = Germ(start, terms[: self.count])
        return NOTHING if self.sure and not found.terms else found

    def number(self, c: Number) -> Germ:
        return NOTHING if zero(c) else Germ(0, [c, *[ZERO] * (self.count - 1)])

    def variable(self, c: Number, direction: Number) -> Germ:
        if self.point or zero(direction):
            return self.number(c)
        terms = [c, *[ZERO] * (self.count + self.root)]
        terms[self.root] = direction
        return Germ(0, terms)

    def add(self, *parts: Germ) -> Germ:
        parts = tuple(p for p in parts if p is not NOTHING)
        if not parts:
            return NOTHING
        start, end = min(p.start for p in parts), min(p.end for p in parts)
        return self.germ(start, [plus(*[p.at(k) for p in parts]) for k in range(start, end)])

    def scaled(self, a: Germ, c: Number) -> Germ:
        return NOTHING if zero(c) else Germ(a.start, [times(c, x) for x in a.terms])

    def neg(self, a: Germ) -> Germ:
        return self.scaled(a, -ONE)

    def sub(self, a: Germ, b: Germ) -> Germ:
        return self.add(a, self.neg(b))

    def mul(self, a: Germ, b: Germ) -> Germ:
        if a is NOTHING or b is NOTHING:
            return NOTHING
        n = min(len(a.terms), len(b.terms))
        return self.germ(a.start + b.start, [self.dot(a.terms, b.terms, k) for k in range(n)])

    @staticmethod
    def dot(a: Sequence[Number], b: Sequence[Number], k: int, first: int = 0) -> Number:
        """The sum of a[i]*b[k - i] from i = first on."""
        parts = [times(a[i], b[k - i]) for i in range(first, k + 1)
                 if not zero(a[i]) and not zero(b[k - i])]  # fmt: skip
        return plus(*parts) if parts else ZERO

    def div(self, a: Germ, b: Germ) -> Germ:
        if b.nothing():
            raise Undefined("a divisor of 0")
        if a is NOTHING:
            return NOTHING
        quotient: list[Number] = []
        for k in range(min(len(a.terms), len(b.terms), self.count)):
            rest = self.dot(b.terms, [*quotient, ZERO], k, 1)
            quotient.append(over(plus(a.terms[k], -rest), b.terms[0]))
        return self.germ(a.start - b.start, quotient)

    def slope(self, a: Germ) -> Germ:
        if a is NOTHING:
            return NOTHING
        return Germ(a.start - 1, [c * (a.start + i) for i, c in enumerate(a.terms)])

    def integral(self, start: Number, a: Germ) -> Germ:
        """start + the integral of a from 0 on."""
        if a is NOTHING:
            return self.number(start)
        if a.start <= -1:
            raise Undecided
        terms = [over(c, Fraction(a.start + i + 1)) for i, c in enumerate(a.terms)]
        return self.add(self.number(start), Germ(a.start + 1, terms))

    # -------------------------------------------------------------- functions

    def middle(self, a: Germ) -> Number:
        """The value that a function's argument tends to."""
        if a.start < 0:
            raise Undecided
        c = a.at(0)
        if abs(real(c)) > LARGE:
            raise Undecided
        return c

    def exp(self, a: Germ) -> Germ:
        c = self.middle(a)
        terms = [ONE if zero(c) else mp.exp(real(c))]
        slopes = [a.at(k) * k for k in range(min(a.end, self.count))]
        for k in range(1, len(slopes)):
            terms.append(over(self.dot(slopes, [*terms, ZERO], k, 1), Fraction(k)))
        return self.germ(0, terms)

    def power(self, a: Germ, p: Number) -> Germ:
        """a**p for a constant p, no whole number, and a > 0 beside the point."""
        if a.nothing():
            if p < 0:
                raise Undefined("a negative power of 0")
            self.edge = True
            return a
        if a.sign() < 0:
            raise Undefined("a power of a negative number")
        if a.start == 0:
            start = 0
        elif isinstance(p, Fraction):
            if (a.start * p).denominator != 1:
                raise Roots
            start = int(a.start * p)
        else:
            raise Undecided
        first = a.terms[0]
        terms: list[Number] = [self.constant_power(first, p)]
        for k in range(1, min(len(a.terms), self.count)):
            parts = [times(times(plus(times(p, Fraction(i)), Fraction(i - k)), a.terms[i]),
                           terms[k - i]) for i in range(1, k + 1)]  # fmt: skip
            terms.append(over(plus(*parts), times(first, Fraction(k))))
        return self.germ(start, terms)

    @staticmethod
    def constant_power(c: Number, p: Number) -> Number:
        if isinstance(c, Fraction) and isinstance(p, Fraction) and p.denominator <= 3:
            roots = [mp.nint(mp.root(mpf(n), p.denominator)) for n in (c.numerator, c.denominator)]
            root = Fraction(*map(int, roots))
            if root**p.denominator == c:
                return root**p.numerator
        return real(c) ** real(p)

    def whole_power(self, a: Germ, n: int) -> Germ:
        if n < 0:
            return self.div(self.number(ONE), self.whole_power(a, -n))
        result, square = self.number(ONE), a
        while n:
            if n & 1:
                result = self.mul(result, square)
            n >>= 1
            square = self.mul(square, square) if n else square
        return result

    def pow(self, a: Germ, b: Germ) -> Germ:
        if b.constant():
            p = b.at(0)
            self.edge |= self.sign(a) < 0
            n = whole(p)
            if n is not None:
                if abs(n) > 10_000:
                    raise Undecided
                return self.whole_power(a, n)
            return self.power(a, p)
        if a.nothing() or a.start != 0:
            raise Undecided
        if a.sign() < 0:
            raise Undefined("a negative base")
        return self.exp(self.mul(b, self.log(a)))

    def log(self, a: Germ) -> Germ:
        if a.sign() <= 0:
            raise Undefined("a logarithm of no positive number")
        if a.start != 0:
            raise Undecided
        c = a.terms[0]
        one = zero(plus(c, -ONE))
        return self.integral(ZERO if one else mp.log(real(c)), self.div(self.slope(a), a))

    def sqrt(self, a: Germ) -> Germ:
        return self.power(a, Fraction(1, 2))

    def waves(self, a: Germ, sine: Callable[..., Any], cosine: Callable[..., Any], sign: int) -> (
        tuple[Germ, Germ]
    ):  # fmt: skip
        """sin and cos, or sinh and cosh."""
        c = self.middle(a)
        if zero(c):
            s, t = [ZERO], [ONE]
        else:
            s, t = [cut(sine(real(c)), c)], [cut(cosine(real(c)), c)]
        end = min(a.end, self.count)
        slopes = [a.at(k) * k for k in range(end)]
        for k in range(1, end):
            up = self.dot(slopes, [*t, ZERO], k, 1)
            down = self.dot(slopes, [*s, ZERO], k, 1)
            s.append(over(up, Fraction(k)))
            t.append(over(down, Fraction(sign * k)))
        return self.germ(0, s), self.germ(0, t)

    def integrated(self, value: Callable[..., Any], a: Germ, slope: Callable[[], Germ]) -> Germ:
        """value at the point, and slope times a's own integrated from there."""
        c = self.middle(a)
        start = ZERO if zero(c) and value(mpf(0)) == 0 else value(real(c))
        if not isinstance(start, (Fraction, mpf)):
            raise Undefined("no real value")
        if a.constant():
            return self.number(start)
        return self.integral(start, self.mul(slope(), self.slope(a)))

    def composed(self, a: Germ, series: Callable[[Any, int], list[Any]]) -> Germ:
        """A function's own Taylor coefficients, by Horner."""
        c = self.middle(a)
        if a.constant():
            return self.number(series(real(c), 1)[0])
        inner = Germ(0, [ZERO, *[a.at(k) for k in range(1, a.end)]])
        needed = -(-self.count // inner.start) + 1
        coefficients = series(real(c), needed)
        result = self.number(coefficients[-1])
        for k in reversed(coefficients[:-1]):
            result = self.add(self.mul(result, inner), self.number(k))
        return result

    def floor(self, a: Germ) -> Germ:
        c = self.middle(a)
        n = whole(c)
        if n is None:
            return self.number(Fraction(int(mp.floor(real(c)))))
        rest = self.sub(a, self.number(Fraction(n)))
        return self.number(Fraction(n - 1 if self.sign(rest) < 0 else n))

    def round(self, a: Germ) -> Germ:
        n = whole(plus(times(self.middle(a), Fraction(2)), ZERO))
        if n is None or n % 2 == 0:
            return self.floor(self.add(a, self.number(Fraction(1, 2))))
        side = self.sign(self.sub(a, self.number(Fraction(n, 2))))
        below = (n - 1) // 2
        return self.number(Fraction(below + (side > 0 or (side == 0 and below % 2 == 1))))

    def atan(self, a: Germ) -> Germ:
        return self.integrated(
            mp.atan,
            a,
            lambda: self.div(self.number(ONE), self.add(self.number(ONE), self.mul(a, a))),
        )

    def atan2(self, y: Germ, x: Germ) -> Germ:
        if x.nothing() and y.nothing():
            self.edge = True
            return x
        upper = not y.nothing() and (x.nothing() or y.start < x.start)
        if upper:
            turned = self.atan(self.div(x, y))
            return self.sub(self.number(y.sign() * mp.pi / 2), turned)
        angle = self.atan(self.div(y, x))
        if x.sign() > 0:
            return angle
        return self.add(angle, self.number(mp.pi if self.sign(y) >= 0 else -mp.pi))

    def gamma(self, a: Germ) -> Germ:
        c, n = self.middle(a), whole(self.middle(a))
        if abs(real(c)) > 10**6:
            raise Undecided
        if n is not None and n <= 0:
            above = self.gamma(self.add(a, self.number(Fraction(1 - n))))
            for k in range(-n + 1):
                above = self.div(above, self.add(a, self.number(Fraction(k))))
            return above
        logs = self.composed(a, log_gamma)
        rest = Germ(0, [ZERO, *logs.terms[1:]]) if logs.start == 0 else logs
        return self.scaled(self.exp(rest), mp.gamma(real(c)))

    def polygamma(self, order: int, a: Germ) -> Germ:
        c = self.middle(a)
        n = whole(c)
        if abs(real(c)) > 10**6:
            raise Undecided
        if n is not None and n <= 0:
            above = self.polygamma(order, self.add(a, self.number(Fraction(1 - n))))
            factor = Fraction((-1) ** order * int(mp.factorial(order)))
            for k in range(-n + 1):
                step = self.whole_power(self.add(a, self.number(Fraction(k))), order + 1)
                above = self.sub(above, self.div(self.number(factor), step))
            return above
        return self.composed(
            a, lambda c, n: [mp.psi(order + k, c) / mp.factorial(k) for k in range(n)]
        )

    def lgamma(self, a: Germ) -> Germ:
        n = whole(self.middle(a))
        if n is not None and n <= 0:
            raise Undefined("lgamma at a pole")
        if abs(real(self.middle(a))) > 10**6:
            raise Undecided
        if n in (1, 2):
            return self.composed(a, lambda c, n: [ZERO, *log_gamma(c, n)[1:]])
        return self.composed(a, log_gamma)


def cut(x: Any, c: Number) -> Number:
    """What sin or cos of c is: 0 where c is a zero, as well as the digits tell."""
    return ZERO if abs(x) <= small() and abs(x) < abs(real(c)) / 2 else x


@lru_cache(maxsize=64)
def _log_gamma(c: Any, n: int, dps: int) -> tuple[Any, ...]:
    first = mp.log(abs(mp.gamma(c))) if c < 0 else mp.loggamma(c)
    return (first, *[mp.psi(k - 1, c) / mp.factorial(k) for k in range(1, n)])


def log_gamma(c: Any, n: int) -> list[Any]:
    return list(_log_gamma(c, n, mp.dps))


# ------------------------------------------------------------------ texts

FUNCTIONS: dict[str, Callable[..., Germ]] = {}


def function(*names: str) -> Callable[[Callable[..., Germ]], Callable[..., Germ]]:
    def enter(f: Callable[..., Germ]) -> Callable[..., Germ]:
        FUNCTIONS.update(dict.fromkeys(names, f))
        return f

    return enter


def _larger(g: Germs, a: Germ, b: Germ) -> Germ:
    return a if g.sign(g.sub(a, b)) >= 0 else b


def _smaller(g: Germs, a: Germ, b: Germ) -> Germ:
    return a if g.sign(g.sub(a, b)) <= 0 else b


def _one(g: Germs) -> Germ:
    return g.number(ONE)


def _half(g: Germs, a: Germ) -> Germ:
    return g.scaled(a, Fraction(1, 2))


def _inside(g: Germs, a: Germ) -> Germ:
    """1 - a**2, of an argument that may not pass 1."""
    room = g.sub(_one(g), g.mul(a, a))
    if g.sign(room) < 0:
        raise Undefined("past 1")
    return room


def _asin(g: Germs, a: Germ) -> Germ:
    room = _inside(g, a)
    return g.integrated(mp.asin, a, lambda: g.div(_one(g), g.sqrt(room)))


def _acosh(g: Germs, a: Germ) -> Germ:
    if g.sign(g.sub(a, _one(g))) < 0:
        raise Undefined("below 1")
    return g.integrated(mp.acosh, a, lambda: g.div(_one(g), g.sqrt(g.sub(g.mul(a, a), _one(g)))))


def _atanh(g: Germs, a: Germ) -> Germ:
    room = _inside(g, a)
    if room.nothing():
        raise Undefined("atanh at 1")
    if room.start != 0:
        raise Undecided
    return g.integrated(mp.atanh, a, lambda: g.div(_one(g), room))


def _erfc(g: Germs, a: Germ) -> Germ:
    return g.integrated(
        mp.erfc, a, lambda: g.scaled(g.exp(g.neg(g.mul(a, a))), -2 / mp.sqrt(mp.pi))
    )


def _cbrt(g: Germs, a: Germ) -> Germ:
    third = Fraction(1, 3)
    return g.neg(g.power(g.neg(a), third)) if g.sign(a) < 0 else g.power(a, third)


def _abs(g: Germs, a: Germ) -> Germ:
    return g.neg(a) if g.sign(a) < 0 else a


def _sigmoid(g: Germs, a: Germ) -> Germ:
    return g.div(_one(g), g.add(_one(g), g.exp(g.neg(a))))


def _log1p(g: Germs, a: Germ) -> Germ:
    more = g.add(_one(g), a)
    if more.sign() <= 0:
        raise Undefined("a logarithm of no positive number")
    if more.start != 0:
        raise Undecided
    return g.integrated(mp.log1p, a, lambda: g.div(_one(g), more))


def _log_to(g: Germs, a: Germ, base: Germ | None = None) -> Germ:
    return g.log(a) if base is None else g.div(g.log(a), g.log(base))


def _mod(g: Germs, a: Germ, b: Germ) -> Germ:
    return g.sub(a, g.mul(b, g.floor(g.div(a, b))))


def _sin(g: Germs, a: Germ) -> Germ:
    return g.waves(a, mp.sin, mp.cos, -1)[0]


def _cos(g: Germs, a: Germ) -> Germ:
    return g.waves(a, mp.sin, mp.cos, -1)[1]


def _sinh(g: Germs, a: Germ) -> Germ:
    return g.waves(a, mp.sinh, mp.cosh, 1)[0]


def _cosh(g: Germs, a: Germ) -> Germ:
    return g.waves(a, mp.sinh, mp.cosh, 1)[1]


def _coth(g: Germs, a: Germ) -> Germ:
    if a.nothing() or a.start != 0:
        return g.div(_cosh(g, a), _sinh(g, a))
    return g.integrated(mp.coth, a, lambda: g.neg(g.whole_power(_sinh(g, a), -2)))


def _beta(g: Germs, a: Germ, b: Germ) -> Germ:
    if g.point:
        for x in (a, b):
            n = whole(g.middle(x))
            if n is not None and n <= 0:
                raise Undecided  # a pole of a factor that another may take away
    return g.div(g.mul(g.gamma(a), g.gamma(b)), g.gamma(g.add(a, b)))


def _gamma(g: Germs, a: Germ) -> Germ:
    n = whole(g.middle(a))
    if n is not None and n <= 0 and g.point:
        raise Undefined("a pole of gamma")
    return g.gamma(a)


def _polygamma(g: Germs, order: Germ, a: Germ) -> Germ:
    m, n = whole(order.at(0)), whole(g.middle(a))
    if m is None or m < 0 or not order.constant():
        raise Undecided
    if n is not None and n <= 0 and g.point:
        raise Undefined("a pole of polygamma")
    return g.polygamma(m, a)


def _sinc(g: Germs, a: Germ, order: Germ | None = None) -> Germ:
    if order is None:
        return _one(g) if a.nothing() else g.div(_sin(g, a), a)
    n = whole(order.at(0))
    if n is None or not g.point:
        raise Undecided
    beside = Germs(n + 2, 1)
    series = _sinc(beside, beside.variable(a.at(0), ONE))
    return g.number(times(series.at(n), Fraction(int(mp.factorial(n)))))


FUNCTIONS |= {
    "exp": lambda g, a: g.exp(a),
    "exp2": lambda g, a: g.exp(g.scaled(a, mp.log(2))),
    "expm1": lambda g, a: g.integrated(mp.expm1, a, lambda: g.exp(a)),
    "log": _log_to,
    "ln": lambda g, a: g.log(a),
    "log2": lambda g, a: g.scaled(g.log(a), 1 / mp.log(2)),
    "log10": lambda g, a: g.scaled(g.log(a), 1 / mp.log(10)),
    "log1p": _log1p,
    "sqrt": lambda g, a: g.sqrt(a),
    "cbrt": _cbrt,
    "sin": _sin,
    "cos": _cos,
    "tan": lambda g, a: g.div(_sin(g, a), _cos(g, a)),
    "sec": lambda g, a: g.div(_one(g), _cos(g, a)),
    "csc": lambda g, a: g.div(_one(g), _sin(g, a)),
    "cot": lambda g, a: g.div(_cos(g, a), _sin(g, a)),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": lambda g, a: g.integrated(mp.tanh, a, lambda: g.whole_power(_cosh(g, a), -2)),
    "sech": lambda g, a: g.div(_one(g), _cosh(g, a)),
    "csch": lambda g, a: g.div(_one(g), _sinh(g, a)),
    "coth": _coth,
    "asin": _asin,
    "acos": lambda g, a: g.sub(g.number(mp.pi / 2), _asin(g, a)),
    "atan": lambda g, a: g.atan(a),
    "asinh": lambda g, a: g.integrated(
        mp.asinh, a, lambda: g.div(_one(g), g.sqrt(g.add(_one(g), g.mul(a, a))))
    ),
    "acosh": _acosh,
    "atanh": _atanh,
    "atan2": lambda g, y, x: g.atan2(y, x),
    "hypot": lambda g, a, b: g.sqrt(g.add(g.mul(a, a), g.mul(b, b))),
    "erf": lambda g, a: g.integrated(
        mp.erf, a, lambda: g.scaled(g.exp(g.neg(g.mul(a, a))), 2 / mp.sqrt(mp.pi))
    ),
    "erfc": _erfc,
    "logit": lambda g, a: g.log(g.div(a, g.sub(_one(g), a))),
    "asec": lambda g, a: g.sub(g.number(mp.pi / 2), _asin(g, g.div(_one(g), a))),
    "acsch": lambda g, a: FUNCTIONS["asinh"](g, g.div(_one(g), a)),
    "acoth": lambda g, a: _half(g, g.log(g.div(g.add(a, _one(g)), g.sub(a, _one(g))))),
    "factorial": lambda g, a: _gamma(g, g.add(a, _one(g))),
    "gamma": _gamma,
    "lgamma": lambda g, a: g.lgamma(a),
    "digamma": lambda g, a: _polygamma(g, g.number(ZERO), a),
    "polygamma": _polygamma,
    "beta": _beta,
    "sigmoid": _sigmoid,
    "softplus": lambda g, a: g.integrated(lambda c: mp.log1p(mp.exp(c)), a, lambda: _sigmoid(g, a)),
    "silu": lambda g, a: g.mul(a, _sigmoid(g, a)),
    "gelu": lambda g, a: _half(g, g.mul(a, _erfc(g, g.scaled(a, -1 / mp.sqrt(2))))),
    "sinc": _sinc,
    "abs": _abs,
    "sign": lambda g, a: g.number(Fraction(g.sign(a))),
    "floor": lambda g, a: g.floor(a),
    "ceil": lambda g, a: g.neg(g.floor(g.neg(a))),
    "round": lambda g, a: g.round(a),
    "mod": _mod,
    "max": _larger,
    "min": _smaller,
    "relu": lambda g, a: _larger(g, a, g.number(ZERO)),
    "clip": lambda g, a, low, high: _smaller(g, _larger(g, a, low), high),
}

TESTS: dict[type, Callable[[int], bool]] = {
    ast.Lt: lambda s: s < 0, ast.LtE: lambda s: s <= 0, ast.Gt: lambda s: s > 0,
    ast.GtE: lambda s: s >= 0, ast.Eq: lambda s: s == 0, ast.NotEq: lambda s: s != 0,
}  # fmt: skip
OPERATORS: dict[type, Callable[[Germs, Germ, Germ], Germ]] = {
    ast.Add: lambda g, a, b: g.add(a, b), ast.Sub: lambda g, a, b: g.sub(a, b),
    ast.Mult: lambda g, a, b: g.mul(a, b), ast.Div: lambda g, a, b: g.div(a, b),
    ast.Pow: lambda g, a, b: g.pow(a, b), ast.Mod: _mod,
    ast.FloorDiv: lambda g, a, b: g.floor(g.div(a, b)),
}  # fmt: skip


class Reading:
    """A text, run on germs."""

    def __init__(self, text: str, g: Germs, names: dict[str, Germ]) -> None:
        self.text, self.g = text, g
        self.names = {"pi": g.number(+mp.pi), "e": g.number(mp.e + 0), **names}

    def result(self) -> Germ:
        body = ast.parse(self.text.strip()).body
        for part in body[:-1]:
            assert isinstance(part, ast.Assign)
            self.names[part.targets[0].id] = self.found(part.value)  # type: ignore[attr-defined]
        return self.found(body[-1].value)  # type: ignore[attr-defined]

    def found(self, node: Any) -> Germ:
        g = self.g
        match node:
            case ast.Constant():
                return g.number(Fraction(ast.get_source_segment(self.text.strip(), node) or ""))
            case ast.Name():
                return self.names[node.id]
            case ast.UnaryOp(op=ast.USub()):
                return g.neg(self.found(node.operand))
            case ast.UnaryOp(op=ast.UAdd()):
                return self.found(node.operand)
            case ast.UnaryOp(op=ast.Not()):
                return g.number(Fraction(not self.true(node.operand)))
            case ast.BinOp():
                return OPERATORS[type(node.op)](g, self.found(node.left), self.found(node.right))
            case ast.Compare() | ast.BoolOp():
                return g.number(Fraction(self.true(node)))
            case ast.Call(func=ast.Name(id="where")):
                test, a, b = node.args
                return self.found(a if self.true(test) else b)
            case ast.Call(func=ast.Name(id="norm")):
                parts = [self.found(x) for x in node.args[0].elts]
                return g.sqrt(g.add(*[g.mul(a, a) for a in parts]))
            case ast.Call():
                return FUNCTIONS[node.func.id](g, *map(self.found, node.args))
        raise NotImplementedError(ast.dump(node))

    def true(self, node: Any) -> bool:
        match node:
            case ast.Compare():
                sides = [self.found(x) for x in (node.left, *node.comparators)]
                return all(
                    TESTS[type(op)](self.g.sign(self.g.sub(a, b)))
                    for op, a, b in zip(node.ops, sides, sides[1:], strict=False)
                )
            case ast.BoolOp():
                join = all if isinstance(node.op, ast.And) else any
                return join([self.true(x) for x in node.values])
        return self.g.sign(self.found(node)) != 0


def run(text: str, point: dict[str, str], direction: dict[str, Number], g: Germs) -> Germ:
    here = {
        name: Reading(at, Germs(1, 1, point=True), {}).result().at(0) for name, at in point.items()
    }
    moving = {name: g.variable(c, direction.get(name, ZERO)) for name, c in here.items()}
    return Reading(text, g, moving).result()


def value(text: str, point: dict[str, str]) -> Number:
    """The text's value. Undefined, Undecided."""
    return run(text, point, {}, Germs(1, 1, point=True)).at(0)


def smooth(text: str, point: dict[str, str]) -> bool:
    """Whether nothing in the text is on an edge at the point: there it is as often differentiable
    as one likes."""
    g = Germs(1, 1, point=True)
    run(text, point, {}, g)
    return not g.edge


Side = dict[Fraction, Number]  # the coefficient of t**p, for each p


def side(text: str, point: dict[str, str], direction: dict[str, Number], order: int) -> Side | None:
    """The series just beside the point, up to an order; None where the text is undefined there."""
    for root, more, sure in ((1, 8, False), (1, 24, True), (12, 24, True)):
        try:
            g = Germs(root * order + more + 1, root, sure=sure)
            found = run(text, point, direction, g)
            powers = range(min(found.start, 0), root * order + 1)
            return {Fraction(k, root): c for k in powers if not zero(c := found.at(k))}
        except (Terms, Roots):
            continue
        except Undefined:
            return None
    raise Undecided


def derivatives(
    text: str, point: dict[str, str], direction: dict[str, Number], order: int, extend: bool = False
) -> list[Number] | None:
    """f, f', ... along a direction; None where one of them doesn't exist. Undefined where f has no
    value there; extend: its limit serves. Where f is undefined to one side, the other tells."""
    try:
        here = value(text, point)
    except Undefined:
        if not extend:
            raise
        here = None
    back = {name: -c for name, c in direction.items()}
    right, left = side(text, point, direction, order), side(text, point, back, order)
    if left is not None:
        left = {p: c if p % 2 == 0 else -c for p, c in left.items()}
    if right is not None and left is not None:
        for p in right.keys() | left.keys():
            if p.denominator > 1 or not same(right.get(p, ZERO), left.get(p, ZERO)):
                return None
    found = left if right is None else right
    if found is None or any(p < 0 or p.denominator > 1 for p in found):
        return None
    if here is not None and not same(here, found.get(ZERO, ZERO)):
        return None
    factorials = [Fraction(int(mp.factorial(k))) for k in range(order + 1)]
    return [times(found.get(Fraction(k), ZERO), n) for k, n in enumerate(factorials)]


def same(a: Number, b: Number) -> bool:
    return zero(plus(a, -b))


def once(question: Callable[[], Any], *texts: str, more: bool = False) -> Any:
    """What the question finds with the digits that the numbers in the texts need; more: with twice
    as many and some."""
    powers = [int(n) for text in texts for n in re.findall(r"(?<=\de)-?\d+", text)]
    digits = 150 + 4 * max(map(abs, powers), default=0)
    with mp.workdps(2 * digits + 200 if more else digits):
        try:
            return question()
        except (OverflowError, MemoryError) as fault:
            raise Undecided from fault


def agreed(question: Callable[[], Any], *texts: str) -> Any:
    """The same, a number, a list of some, or None; Undecided where more digits find another."""
    found: list[Any] = []
    for more in (False, True):
        try:
            found.append(once(question, *texts, more=more))
        except Undefined:
            found.append("undefined")
    first, second = (x if isinstance(x, list) else [x] for x in found)
    if len(first) != len(second) or not all(map(alike, first, second)):
        raise Undecided
    if found[1] == "undefined":
        raise Undefined
    return found[1]


def checked(fault: Callable[[Callable[..., Any]], str]) -> str:
    """What is wrong, asked with the oracle's first word and then, where that finds a fault, with
    its last."""
    return fault(once) and fault(agreed)


def alike(a: Any, b: Any) -> bool:
    if a is None or b is None or isinstance(a, str) or isinstance(b, str):
        return bool(a is b or (isinstance(a, str) and a == b))
    return zero(a) == zero(b) and abs(real(a) - real(b)) <= abs(real(b)) * mpf(10) ** -45


def exact(c: Number) -> Fraction:
    """A number of the oracle as a fraction."""
    if isinstance(c, Fraction):
        return c
    sign, m, e, _ = c._mpf_
    return (-1) ** sign * int(m) * Fraction(2) ** e
