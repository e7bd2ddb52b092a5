"""Just beside a point: a graph run on series in the distance t > 0 with rational exponents.

Such series (Puiseux series) are closed under what makes a derivative at a point look undefined
where it isn't: roots of powers, quotients of what vanishes, choices. sqrt(x**4)' is t**-2 * t**3
there, and its limit is the derivative (by the mean value theorem, where f is continuous).
Coefficients are numbers in closed form, so that what the sides have alike is proven equal. An
analytic function is its Taylor series of the distance, a gamma function at a pole its Laurent
series.

Duval 1989, Rational Puiseux expansions, Compositio Mathematica 70 (2), for the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import factorial
from typing import Any

from hodiff.arithmetic import ball_numbers
from hodiff.arithmetic import closed_forms as numbers
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.base import Arithmetic, composed
from hodiff.derivatives.plan import NoSeries, Open
from hodiff.derivatives.taylor import Directional
from hodiff.engine.exact import rational
from hodiff.engine.graph import OPERATIONS, Operation, variable
from hodiff.engine.operations.elementary import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    cos,
    exp,
    log,
    sin,
)
from hodiff.engine.operations.piecewise import round
from hodiff.engine.operations.special import digamma, gamma, psi

MOST_TERMS = 60  # of a series of a function
MOST_STEPS = 100  # from a pole of the gamma family to where it has none
NEAR = Fraction(1, 1 << 20)  # of a centre: a function with parameters is defined as far


class NoGerm(Exception):
    """What has no such series here, or none that can be told: a logarithm of what vanishes."""


class Short(NoGerm):
    """More terms may tell."""


class Germ:
    """The sum of c*t**e over terms, exponents rising; up to terms of the order of end, where it is
    one: None for an exact sum."""

    __slots__ = ("end", "terms")

    def __init__(self, terms: Mapping[Any, Any], end: Any = None) -> None:
        kept = {e: c for e, c in terms.items() if not numbers.is_zero(c)}
        self.terms = {e: kept[e] for e in sorted(kept) if end is None or e < end}
        self.end = end

    def zero(self) -> bool:
        """Whether it is 0, exactly; an end alone, also that of order 0, is what isn't known."""
        return not self.terms and self.end is None

    def lead(self) -> tuple[Any, Any] | None:
        """The first exponent and its coefficient, which is not 0; None for 0."""
        if self.zero():
            return None
        if not self.terms:
            raise Short
        e, c = next(iter(self.terms.items()))
        if numbers.equal(c, 0) is not False:
            raise NoGerm
        return e, c

    def sign(self) -> int:
        """Of the value at t > 0."""
        first = self.lead()
        if first is None:
            return 0
        return 1 if numbers.less(0, first[1]) else -1

    def least(self) -> Any:
        """An exponent that none is below."""
        return next(iter(self.terms), self.end)


def constant(x: Any) -> Germ:
    return Germ({0: x})


def _apart(x: Sequence[Any], arity: int) -> tuple[Germ, Sequence[Any], list[Any]]:
    """The last input of a row, its attributes, and its other inputs as rational numbers. Raises
    NoGerm where they are no such."""
    parameters = [y.terms.get(0, 0) for y in x[: arity - 1]]
    moving = any(y.end is not None or set(y.terms) - {0} for y in x[: arity - 1])
    if moving or not all(map(rational, parameters)):
        raise NoGerm
    return x[arity - 1], x[arity:], parameters


def _ended(*ends: Any) -> Any:
    return min((end for end in ends if end is not None), default=None)


def added(a: Germ, b: Germ) -> Germ:
    terms = dict(a.terms)
    for e, c in b.terms.items():
        terms[e] = numbers.add(terms[e], c) if e in terms else c
    return Germ(terms, _ended(a.end, b.end))


def _scaled(a: Germ, factor: Any, shift: Any = 0) -> Germ:
    terms = {e + shift: numbers.mul(factor, c) for e, c in a.terms.items()}
    return Germ(terms, None if a.end is None else a.end + shift)


def _sub(a: Germ, b: Germ) -> Germ:
    if a is b:
        return Germ({})
    return added(a, _scaled(b, -1))


def _mul(a: Germ, b: Germ) -> Germ:
    if a.zero() or b.zero():
        return Germ({})
    end = _ended(*(x.end + y.least() for x, y in ((a, b), (b, a)) if x.end is not None))
    terms: dict[Any, Any] = {}
    for e, c in a.terms.items():
        for f, d in b.terms.items():
            if end is None or e + f < end:
                product = numbers.mul(c, d)
                terms[e + f] = numbers.add(terms[e + f], product) if e + f in terms else product
    if len(terms) > MOST_TERMS**2:
        raise NoGerm
    return Germ(terms, end)


class Germs(Arithmetic):
    """Germs to a side of a point, to an order. An undefined value is None.

    The same operation on the same germs gives the same one, an object: u - u is 0 and u/u is 1
    also where a series that is cut off doesn't tell, however often u was written.
    """

    name = "series in the distance"

    def __init__(self, order: int) -> None:
        super().__init__()
        self.order = order
        self.made: dict[Any, tuple[Any, Any]] = {}  # by operation and inputs, which it keeps

    def number(self, x: Any) -> Any:
        return x if isinstance(x, bool) else constant(x)

    def data(self, x: Any) -> Any:
        found = BALLS.data(x)
        if hasattr(found, "shape"):
            raise NoGerm
        return constant(numbers.number(found))

    def _found(self, operation: Operation) -> Callable[..., Any] | None:
        own: Callable[..., Any] | None = getattr(self, f"_{operation.name}", None)
        if own is not None:
            return own
        if operation.name in TABLE:
            return TABLE[operation.name]
        if operation.arity == 0:
            return lambda: constant(numbers.constant(operation))
        if operation.formula is not None:  # the definition, where there is one
            return composed(operation, self, operation.definition or operation.formula)
        if operation.arity and operation.partials and not operation.jumps:
            return lambda *x: self.analytic(operation, *_apart(x, len(operation.partials)))
        return None

    def function(self, operation: Operation) -> Callable[..., Any]:
        try:
            return super().function(operation)
        except NotImplementedError:
            raise NoGerm from None

    def _made(self, compute: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        lazy = operation.name in ("where", "and", "or")

        def called(*x: Any) -> Any:
            if not lazy and any(v is None for v in x):
                return None
            # What can't be told is a value, too: a branch that isn't taken may be such.
            unknown = next((v for v in x[: 1 if lazy else None] if isinstance(v, NoGerm)), None)
            if unknown is not None:
                return unknown
            if lazy:
                return compute(*x)
            if operation.name != "not":
                x = tuple(constant(int(v)) if isinstance(v, bool) else v for v in x)
            key = (operation.name, *(id(v) if isinstance(v, Germ) else v for v in x))
            if key not in self.made:
                try:
                    self.made[key] = x, compute(*x)
                except NoGerm as fault:
                    self.made[key] = x, fault
                except numbers.TooMany:
                    self.made[key] = x, NoGerm()
            return self.made[key][1]

        return called

    # What is analytic.

    def analytic(
        self,
        operation: Operation,
        x: Germ,
        attributes: Sequence[Any],
        parameters: Sequence[Any] = (),
    ) -> Germ | None:
        """A function of one number, after rational parameters, where it is analytic at the limit of
        x."""
        if x.end is not None and x.end <= 0:
            raise Short
        least = x.least()
        if least is not None and least < 0:
            raise NoGerm
        centre = x.terms.get(0, 0)
        moved = Germ({e: c for e, c in x.terms.items() if e}, x.end)
        if moved.zero():
            value = numbers.function(operation, centre, attributes, parameters)
            if value is None and not rational(centre):
                raise NoGerm
            return None if value is None else constant(value)
        rise = moved.least()
        count = min(int(self.order / rise) + 1, MOST_TERMS)
        u = variable("u")
        try:
            line = Directional(operation(*parameters, u, *attributes), {u: 1}, count)
            found = line.coefficients({u: numbers.ball(centre)}, BALLS)
            if parameters:  # besselj(9/2, x) has derivatives at 0, and is undefined to its left
                near = ball_numbers.ball(-NEAR).union(ball_numbers.ball(NEAR))
                around = ball_numbers.ball(numbers.ball(centre)) + near
                found.append(BALLS.function(operation)(*parameters, around, *attributes))
        except (NoSeries, Open, MemoryError):
            raise NoGerm from None
        if not all(map(BALLS.finite, found)):
            raise NoGerm
        told = numbers.coefficients(
            operation, centre, (*parameters, *attributes), found[: count + 1]
        )
        return self.composed(told, moved)

    def composed(self, coefficients: Sequence[Any], u: Germ) -> Germ:
        """The sum of c_k*u**k, by Horner's scheme, u vanishing at 0."""
        end = u.least() * len(coefficients)
        found = constant(coefficients[-1])
        for c in reversed(coefficients[:-1]):
            found = added(_mul(found, u), constant(c))
        return Germ(found.terms, _ended(found.end, end))

    # Powers and roots.

    def power(self, a: Germ, p: Any) -> Germ | None:
        """a**p, p a rational number."""
        first = a.lead()
        if first is None:
            return constant(1) if p == 0 else Germ({}) if p > 0 else None
        e, c = first
        whole = Fraction(p).denominator == 1
        if not whole and not numbers.less(0, c):
            return None
        head = Germ({e * p: numbers.power(c, p)})
        rest = Germ({f - e: numbers.div(d, c) for f, d in a.terms.items() if f != e},
                    None if a.end is None else a.end - e)  # fmt: skip
        if rest.zero():
            return head
        rise = rest.least()
        count = min(int(self.order / rise) + 1, MOST_TERMS)
        coefficients: list[Any] = [1]
        for k in range(1, count + 1):
            coefficients.append(coefficients[-1] * (Fraction(p) - k + 1) / k)
            if not coefficients[-1]:  # a whole power ends
                found = constant(0)
                for c in reversed(coefficients):
                    found = added(_mul(found, rest), constant(c))
                return _mul(head, found)
        return _mul(head, self.composed(coefficients, rest))

    def _pow(self, a: Germ, b: Germ) -> Germ | None:
        p = b.terms.get(0, 0) if set(b.terms) <= {0} and b.end is None else None
        if p is not None and rational(p):
            return self.power(a, p)
        if a.zero():
            return Germ({}) if b.sign() > 0 else None
        if a.sign() < 0:
            self.no_whole_number(b)
            return None
        logarithm = self._log(a)
        return None if logarithm is None else self._exp(_mul(b, logarithm))

    def no_whole_number(self, b: Germ) -> None:
        """Raises NoGerm unless b is no whole number just beside the point, as none is that moves: a
        number below 0 has no power of it."""
        moves = Germ({e: c for e, c in b.terms.items() if e}, b.end)
        if moves.zero() and ball_numbers.integer(numbers.ball(b.terms.get(0, 0))) is not False:
            raise NoGerm
        moves.lead()

    def _powers(self, a: Germ, b: Germ, j: int, k: int) -> Germ | None:
        p = b.terms.get(0, 0) if set(b.terms) <= {0} and b.end is None else None
        if a.zero() and added(b, constant(-j)).sign() > 0:
            return Germ({})
        if k or p is None or not rational(p):
            raise NoGerm
        factor = Fraction(1)
        for i in range(j):
            factor *= Fraction(p) - i
        found = self.power(a, Fraction(p) - j) if factor else Germ({})
        return None if found is None else _scaled(found, factor)

    def _sqrt(self, a: Germ) -> Germ | None:
        return self.power(a, Fraction(1, 2))

    def _cbrt(self, a: Germ) -> Germ | None:
        sign = a.sign()
        found = self.power(_scaled(a, sign), Fraction(1, 3)) if sign else Germ({})
        return None if found is None else _scaled(found, sign)

    def _div(self, a: Germ, b: Germ) -> Germ | None:
        if a is b:
            return constant(1) if b.sign() else None
        inverse = self.power(b, -1)
        return None if inverse is None else _mul(a, inverse)

    def _over(self, a: Germ, b: Germ) -> Germ | None:
        return self._div(a, b) if b.sign() else Germ({})

    def _hypot(self, a: Germ, b: Germ) -> Germ | None:
        return self._sqrt(added(_mul(a, a), _mul(b, b)))

    def _turn(self, a: Germ, b: Germ) -> Germ | None:
        return self._div(a, added(_mul(a, a), _mul(b, b)))

    def _log(self, a: Germ) -> Germ | None:
        first = a.lead()
        if first is None or not numbers.less(0, first[1]):
            return None
        if first[0]:
            raise NoGerm
        return self.analytic(log, a, ())

    def _acos(self, a: Germ) -> Germ | None:
        """At its ends through the asin of a root: acos(a) = 2*asin(sqrt((1 - a)/2))."""
        centre = a.terms.get(0, 0)
        for end in (1, -1):
            if rational(centre) and centre == end and len(a.terms) + (a.end is not None) > 1:
                half = _scaled(_sub(constant(1), _scaled(a, end)), Fraction(1, 2))
                root = self._sqrt(half)
                angle = None if root is None else self.analytic(asin, root, ())
                if angle is None or end == 1:
                    return None if angle is None else _scaled(angle, 2)
                return _sub(constant(self.pi_times(1)), _scaled(angle, 2))
        return self.analytic(acos, a, ())

    def _asin(self, a: Germ) -> Germ | None:
        found = self._acos(a)
        return None if found is None else _sub(constant(self.pi_times(Fraction(1, 2))), found)

    def pi_times(self, q: Any) -> Any:
        return numbers.mul(q, numbers.constant(OPERATIONS["pi"]))

    def _atan(self, a: Germ) -> Germ | None:
        """Far out, atan(a) = pi/2 - atan(1/a) where a > 0."""
        first = a.lead()
        if first is None or first[0] >= 0:
            return self.analytic(atan, a, ())
        inverse = self.power(a, -1)
        assert inverse is not None
        rest = self.analytic(atan, inverse, ())
        return rest and _sub(constant(self.pi_times(Fraction(a.sign(), 2))), rest)

    def _atan2(self, b: Germ, a: Germ) -> Germ | None:
        if not a.sign():
            return constant(self.pi_times(Fraction(b.sign(), 2)))
        ratio = self._div(b, a)
        assert ratio is not None
        angle = self._atan(ratio)
        if angle is None or a.sign() > 0:
            return angle
        return added(angle, constant(self.pi_times(1 if b.sign() >= 0 else -1)))

    def _acosh(self, a: Germ) -> Germ | None:
        """Likewise at 1: acosh(a) = 2*asinh(sqrt((a - 1)/2))."""
        centre = a.terms.get(0, 0)
        if not rational(centre) or centre != 1:
            return self.analytic(acosh, a, ())
        root = self._sqrt(_scaled(_sub(a, constant(1)), Fraction(1, 2)))
        found = None if root is None else self.analytic(asinh, root, ())
        return None if found is None else _scaled(found, 2)

    def _exp(self, a: Germ) -> Germ | None:
        """Of what falls without bounds it vanishes faster than every power, with its derivatives:
        a sum of no terms, as far as it goes."""
        first = a.lead() if (a.least() or 0) < 0 else None
        if first is not None and first[0] < 0 and numbers.less(first[1], 0):
            return Germ({}, self.order)
        return self.analytic(exp, a, ())

    def _tan(self, a: Germ) -> Germ | None:
        above, below = self.analytic(sin, a, ()), self.analytic(cos, a, ())
        return None if above is None or below is None else self._div(above, below)

    # The gamma family: its poles are those of 1/x, moved.

    def steps(self, a: Germ) -> int:
        """How many steps to the right a pole of the gamma family is from 1; 0 where a has none."""
        centre = a.terms.get(0, 0)
        pole = rational(centre) and centre <= 0 and centre == int(centre)
        if not pole or (a.least() or 0) < 0:
            return 0
        if centre < -MOST_STEPS:
            raise NoGerm
        return 1 - int(centre)

    def _gamma(self, a: Germ) -> Germ | None:
        """gamma(a) = gamma(a + n)/(a*(a + 1)*...*(a + n - 1))."""
        n = self.steps(a)
        found = self.analytic(gamma, added(a, constant(n)), ())
        for k in range(n):
            found = None if found is None else self._div(found, added(a, constant(k)))
        return found

    def _digamma(self, a: Germ) -> Germ | None:
        return self._polygamma(a, 0)

    def _polygamma(self, a: Germ, m: int) -> Germ | None:
        """The m-th derivative of digamma(a) = digamma(a + n) - 1/a - 1/(a + 1) - ..."""
        n = self.steps(a)
        row, attributes = (psi, (m,)) if m else (digamma, ())
        found = self.analytic(row, added(a, constant(n)), attributes)
        for k in range(n):
            pole = self.power(added(a, constant(k)), -m - 1)
            if found is None or pole is None:
                return None
            found = _sub(found, _scaled(pole, (-1) ** m * factorial(m)))
        return found

    def _beta(self, a: Germ, b: Germ) -> Germ | None:
        """gamma(a)*gamma(b)/gamma(a + b): with a whole b a product, which has a value at a pole of
        gamma(a), too."""
        for x, whole in ((a, b), (b, a)):
            n = whole.terms.get(0, 0)
            fixed = len(whole.terms) == 1 and whole.end is None and rational(n)
            if fixed and n == int(n) and 0 < n <= MOST_STEPS:
                found: Germ | None = constant(factorial(int(n) - 1))
                for k in range(int(n)):
                    found = None if found is None else self._div(found, added(x, constant(k)))
                return found
        left, right, below = self._gamma(a), self._gamma(b), self._gamma(added(a, b))
        if left is None or right is None:
            return None
        return Germ({}) if below is None else self._div(_mul(left, right), below)

    # What chooses.

    def _abs(self, a: Germ) -> Germ:
        return _scaled(a, a.sign() or 1)

    def _sign(self, a: Germ) -> Germ:
        return constant(a.sign())

    def _floor(self, a: Germ) -> Germ:
        least = a.least()
        if (least is not None and least < 0) or (a.end is not None and a.end <= 0):
            raise NoGerm
        centre = a.terms.get(0, 0)
        value = numbers.ball(centre)
        whole, tied = ball_numbers.whole(value), ball_numbers.integer(value)
        if whole is None or tied is None:
            raise NoGerm
        if tied:
            below = _sub(a, constant(centre)).sign() < 0
            return constant(whole - below)
        return constant(whole)

    def _ceil(self, a: Germ) -> Germ:
        return _scaled(self._floor(_scaled(a, -1)), -1)

    def _round(self, a: Germ) -> Germ | None:
        """Halves to the even one, just beside them to the nearest."""
        if set(a.terms) <= {0} and a.end is None:
            return self.analytic(round, a, ())
        return self._floor(added(a, constant(Fraction(1, 2))))

    def _mod(self, a: Germ, b: Germ) -> Germ | None:
        ratio = self._div(a, b)
        return None if ratio is None else _sub(a, _mul(b, self._floor(ratio)))

    def _max(self, a: Germ, b: Germ) -> Germ:
        return a if _sub(a, b).sign() >= 0 else b

    def _min(self, a: Germ, b: Germ) -> Germ:
        return b if _sub(a, b).sign() >= 0 else a


TABLE: dict[str, Callable[..., Any]] = {
    "add": added,
    "sub": _sub,
    "mul": _mul,
    "neg": lambda a: _scaled(a, -1),
    "alias": lambda a: a,
    "flat": lambda a, b: a,
    "where": lambda test, a, b: None if test is None else a if test else b,
    "lt": lambda a, b: _sub(a, b).sign() < 0,
    "le": lambda a, b: _sub(a, b).sign() <= 0,
    "gt": lambda a, b: _sub(a, b).sign() > 0,
    "ge": lambda a, b: _sub(a, b).sign() >= 0,
    "eq": lambda a, b: _sub(a, b).sign() == 0,
    "ne": lambda a, b: _sub(a, b).sign() != 0,
    "and": lambda a, b: False if a is False else None if a is None else b,
    "or": lambda a, b: True if a is True else None if a is None else b,
    "not": lambda a: not a,
}
