"""Whether a graph is 0 by an identity: as a rational function in which every known one is used.

Sines and cosines become polynomials in those of parts of the angle, hyperbolic functions
exponentials, powers and roots those of a base's factors, and a logarithm of a product a sum. What
is 0 then has a numerator that is the polynomial 0.

An identity is used where it holds at every point at which both sides have a value. So
log(a*b) = log|a| + log|b|, and sqrt(a*b) = sqrt(a)*sqrt(b) only for an a that is known not to be
below 0: since a root or a logarithm of it is taken as well, or for its form, as 1 + x**2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor, lcm
from typing import Any

from hodiff.engine.graph import CONSTANT, DATA, VARIABLE, Kind, Tensor, topological
from hodiff.errors import HodiffError
from hodiff.views.rationals import (
    Key,
    Poly,
    Rational,
    Rationals,
    TooLong,
    fraction,
    key_of,
    primitive_of,
)
from hodiff.views.reading import Reading

MOST_NODES = 3000
MOST_KERNELS = 80
MOST_PASSES = 6
MOST_PARTS = 6  # of an angle or an exponent, taken one by one
MOST_TIMES = 24  # that an angle is the multiple of another
MOST_FACTORED = 40  # terms of a polynomial
MOST_DEGREE = 60  # of one that is factored
MOST_SPARSE = 2000  # the degree of any other of several terms
MOST_PRIME = 10**12  # of a number that is factored
MOST_SINC = 12  # derivatives of sinc that are written out

ODD = {"asin", "atan", "asinh", "erf"}


def vanishing(f: Tensor, ys: Sequence[Tensor]) -> list[bool]:
    """Of each of ys, whether it is 0 by an identity wherever f and all of ys have a value; False
    where that isn't seen, or is too long to look.

    Cost: some polynomials of at most 300 terms for each node, up to 3000 nodes.

    >>> from hodiff.engine.graph import variable
    >>> from hodiff.engine.operations.elementary import cos, sin
    >>> x = variable("x")
    >>> vanishing(x, [sin(2 * x) - 2 * sin(x) * cos(x), sin(x) - x])
    [True, False]
    """
    try:
        found = Identities([f, *ys])
    except (HodiffError, TooLong):
        return [False] * len(ys)
    return [found.vanishes(y) for y in ys]


class Identities(Rationals):
    """Graphs as rational functions of kernels, in passes: what one has learned serves the next.

    index    the generator of each kernel
    means    of a generator that is an exponential or a root: what its logarithm is
    logs     of a generator that is a logarithm: of the size of what
    positive the generators that are never below 0; exponentials are above
    units    of the multiples of an exponent or an angle that came up, what all are multiples of
    angles   the sine and cosine of those that came up
    total    the nodes that have a value at any point
    atleast  the polynomials, as text, that are 0 or above wherever all graphs have a value
    nonzero  those that divide
    signs    the generators that are a sign, and of what; none of them is 0 where that isn't
    """

    def __init__(self, graphs: Sequence[Tensor]) -> None:
        super().__init__(MOST_KERNELS)
        self.plain = Reading(graphs).plain
        roots = list(self.plain.values())
        order = topological(roots)
        if len(order) > MOST_NODES:
            raise TooLong
        self.index: dict[Key, int] = {}
        self.means: dict[int, Callable[[], Rational]] = {}
        self.logs: dict[int, Any] = {}
        self.positive: set[int] = set()
        self.exponentials: set[int] = set()
        self.units: dict[Key, Fraction] = {}
        self.angles: dict[Key, tuple[Rational, Rational]] = {}
        self.atleast: set[Key] = set()
        self.nonzero: set[Key] = set()
        self.signs: dict[int, Poly] = {}
        written = {x for x in topological(list(graphs)) if not x.derived}
        always = _always(roots)
        self.total = _total(order)
        for _ in range(MOST_PASSES):
            before = len(self.atleast), len(self.nonzero), dict(self.units)
            self.values: dict[Tensor, Rational] = {}
            for x in order:
                self.learns = x in always
                self.divides = self.learns and x in written
                try:
                    if not x.shape:
                        self.values[x] = self.modest(self.reduced(*self.value(x)))
                except TooLong:
                    continue
            if before == (len(self.atleast), len(self.nonzero), self.units):
                break

    def vanishes(self, y: Tensor) -> bool:
        value = self.values.get(self.plain[y])
        if value is None:
            return False
        try:
            return self.is_zero(value[0])
        except TooLong:
            return False

    def is_zero(self, n: Poly) -> bool:
        """Whether a numerator is 0: with each sign as -1, 0 and 1, of which 0 goes with a 0."""
        degrees = n.degrees()
        i = next((i for i in self.signs if degrees[i] > 0), None)
        if i is None:
            return not len(n)
        zero = self.one * 0
        found = self.collected(self.with_sign(n, i), i)
        a, b, c = (found.get(k, zero) for k in range(3))
        of = self.signs[i]
        side = self.side(of)
        if not (self.is_zero(a + side * b + c) if side else self.is_zero(b)):
            return False
        if not side and not self.is_zero(a + c):
            return False
        return self.known(of, self.nonzero) != 0 or not len(a) or not a.gcd(of).is_constant()

    def modest(self, value: Rational) -> Rational:
        for p in value:
            if len(p) > 1 and max(p.degrees()) > MOST_SPARSE:
                raise TooLong
        return value

    def reduced(self, n: Poly, d: Poly) -> Rational:
        for i in self.signs:
            n, d = (self.with_sign(p, i) for p in (n, d))
        if not len(d):
            raise TooLong
        n, d = super().reduced(n, d)
        if not len(d):
            raise TooLong
        return n, d

    def with_sign(self, p: Poly, i: int) -> Poly:
        """Of a sign, the third power is the first."""
        if p.degrees()[i] < 3:
            return p
        parts = self.collected(p, i)
        return sum(
            (c * self.gens[i] ** (k if k < 3 else 2 - k % 2) for k, c in parts.items()),
            self.one * 0,
        )

    def canonical(self, n: Poly, d: Poly) -> Rational:
        if not len(d):
            raise TooLong
        return super().canonical(n, d)

    # Nodes.

    def value(self, x: Tensor) -> Rational:
        name = x.operation.name
        if x.operation is CONSTANT and type(x.attributes[0]) is not bool:
            return self.number(x.attributes[0])
        if not x.inputs:
            if name == "e":
                return self.exp(self.number(1))
            if name == "pi":
                return self.pi()
            if name == "golden_ratio":
                root = self.root_of_number(Fraction(5), HALF)
                return self.scaled(self.plus(root, self.number(1)), HALF)
            if x.operation.arity == 0 and x.operation not in (VARIABLE, DATA):
                return self.kernel("constant", name)
            return self.kernel("leaf", x.attributes if x.operation is VARIABLE else x.serial)
        if any(y.shape for y in x.inputs):
            return self.kernel("node", x.serial)
        if name == "where" and x in self.total:
            return self.step(x)
        rule = RULES.get(name)
        if rule is None or x.operation.kind is not Kind.ENTRYWISE:
            return self.opaque(x)
        if name == "pow" and x.inputs[0].operation.name == "e":
            return self.exp(self.of(x.inputs[1]))
        return rule(self, *map(self.of, x.inputs), *x.attributes)

    def step(self, x: Tensor) -> Rational:
        """A choice of what has a value anywhere, by the sign of a difference."""
        test, a, b = x.inputs
        sign = self.sign(self.reduced(*self.minus(*map(self.of, test.inputs))))
        c0, c1, c2 = STEPS[test.operation.name]
        true = self.plus(self.number(c0), self.scaled(sign, c1))
        true = self.plus(true, self.scaled(self.times(sign, sign), c2))
        value = self.times(true, self.minus(self.of(a), self.of(b)))
        return self.plus(self.of(b), value)

    def of(self, x: Tensor) -> Rational:
        found = self.values.get(x)
        if found is None:
            raise TooLong
        return found

    def opaque(self, x: Tensor) -> Rational:
        """What no identity is known of: the same for the same arguments."""
        name = x.operation.name
        name = "gt" if name == "above" else name
        keys = [key_of(self.values[y]) if y in self.values else y.serial for y in x.inputs]
        if x.operation.commutes:
            keys.sort(key=str)
        return self.kernel(name, x.attributes, *keys)

    def odd(self, name: str) -> Callable[[Rational], Rational]:
        def called(a: Rational) -> Rational:
            n, d = a
            sign = -1 if len(n) and n.leading_coefficient() < 0 else 1
            p, q = self.kernel(name, key_of((n * sign, d)))
            return p * sign, q

        return called

    def generator(self, *key: Key) -> int:
        if key not in self.index:
            if len(self.index) == len(self.gens):
                raise TooLong
            self.index[key] = len(self.index)
        return self.index[key]

    def kernel(self, *key: Key) -> Rational:
        return self.gens[self.generator(*key)], self.one

    def number(self, c: Any) -> Rational:
        return self.constant(self.fmpq(int(c.numerator), int(c.denominator))), self.one

    def pi(self) -> Rational:
        i = self.generator("pi")
        self.positive.add(i)
        return self.gens[i], self.one

    def reciprocal(self, a: Rational) -> Rational:
        return self.over(self.number(1), a)

    def degrees(self, a: Rational) -> Rational:
        """An angle in degrees, in radians."""
        return self.scaled(self.times(a, self.pi()), Fraction(1, 180))

    def constant_of(self, a: Rational) -> Fraction | None:
        n, d = a
        if not (n.is_constant() and d.is_constant()):
            return None
        return fraction(n.leading_coefficient() / d.leading_coefficient()) if len(n) else Fraction()

    def minus(self, a: Rational, b: Rational) -> Rational:
        return self.plus(a, (-b[0], b[1]))

    def over(self, a: Rational, b: Rational) -> Rational:
        b = self.reduced(*b)
        if not len(b[0]):
            raise TooLong
        if self.divides:
            self.nonzero.update(str(p) for p, _ in self.factors(b)[1])
        return self.times(a, self.inverse(b))

    def scaled(self, a: Rational, c: Any) -> Rational:
        return self.times(self.number(Fraction(c)), a)

    # Factors, and what is known of them.

    def factors(self, a: Rational) -> tuple[Fraction, list[tuple[Poly, int]]]:
        """a as an exact factor and powers of primitive polynomials, irreducible where they are
        not too long."""
        c, found = Fraction(1), list[tuple[Poly, int]]()
        for p, times in zip(self.reduced(*a), (1, -1), strict=True):
            if not len(p):
                raise TooLong
            if len(p) > MOST_FACTORED or (len(p) > 1 and sum(p.degrees()) > MOST_DEGREE):
                parts = [(primitive_of(p), 1)]
            elif len(p) == 1:
                parts = [(self.gens[i], int(n)) for i, n in enumerate(p.monoms()[0]) if n]
            else:
                parts = [(primitive_of(q), int(n)) for q, n in p.factor()[1]]
            lead = fraction(p.leading_coefficient())
            for q, n in parts:
                lead /= fraction(q.leading_coefficient()) ** n
                found.append((q, n * times))
            c *= lead**times
        return c, found

    def known(self, p: Poly, facts: set[Key]) -> int:
        """1 for what is among the facts, -1 if its negative is, 0 if neither."""
        return 1 if str(p) in facts else -1 if str(-p) in facts else 0

    def side(self, p: Poly) -> int:
        """1 for what is never below 0, -1 for what is never above, 0 where that isn't known."""
        known = self.known(p, self.atleast)
        return known or (1 if all(c > 0 for c in p.coeffs()) and self.even(p) else 0)

    def even(self, p: Poly) -> bool:
        """Whether no monomial of p is ever below 0."""
        return all(
            n % 2 == 0 or i in self.positive or str(self.gens[i]) in self.atleast
            for exponents in p.monoms()
            for i, n in enumerate(exponents)
        )

    def never_zero(self, p: Poly) -> bool:
        """Whether p, which is never below 0, is seen to be above."""
        constant = p.to_dict().get((0,) * len(self.gens), 0)
        return self.only((p, self.one)) in self.exponentials or (
            constant > 0 and all(c > 0 for c in p.coeffs()) and self.even(p)
        )

    def split(
        self, a: Rational, above: bool = False
    ) -> tuple[Fraction, list[tuple[Poly, int]], list[tuple[Poly, int]]]:
        """a, which is 0 or above, or above, as a factor, powers of what is never below 0, and the
        rest: of which a single one is learnt, unless a may be 0 by another."""
        c, factors = self.factors(a)
        sure: list[tuple[Poly, int]] = []
        rest: list[tuple[Poly, int]] = []
        for p, n in factors:
            side = self.side(p)
            if side < 0:
                p, c = -p, -c if n % 2 else c
            (sure if side else rest).append((p, n))
        above = above or all(n < 0 or self.never_zero(p) for p, n in sure)
        if len(rest) == 1 and rest[0][1] % 2 and self.learns and above:
            p, n = rest[0]
            self.atleast.add(str(p if c > 0 else -p))
        return c, sure, rest

    # Powers.

    def power(self, a: Rational, b: Rational) -> Rational:
        c = self.constant_of(b)
        if c is not None:
            if c.denominator != 1:
                return self.root(a, c)
            found = self.high_power(self.reduced(*a), abs(int(c)))
            return found if c >= 0 else self.over(self.number(1), found)
        if not len(a[0]):
            raise TooLong
        factor, parts = self.factors(a)
        if factor > 0 and all(n % 2 == 0 or self.side(p) > 0 for p, n in parts):
            return self.exp(self.times(b, self.log(a)))
        return self.exponential(("pow", *key_of(self.reduced(*a))), b, a)

    def high_power(self, a: Rational, n: int) -> Rational:
        """a**n, a sum to a power that is too long as a kernel."""
        try:
            return self.whole_power(a, n)
        except TooLong:
            c, factors = self.factors(a)
            if max(c.numerator, c.denominator).bit_length() * n > MOST_SPARSE:
                raise
            found = self.number(c**n)
            for p, m in factors:
                part = (p, self.one) if len(p) == 1 else self.kernel("sum", str(p))
                found = self.times(found, self.whole_power(part, m * n))
            return found

    def root(self, a: Rational, c: Fraction) -> Rational:
        """a**c, c no whole number: a is 0 or above."""
        a = self.reduced(*a)
        if not len(a[0]):
            if c < 0:
                raise TooLong
            return a
        factor, sure, rest = self.split(a)
        found = self.root_of_number(abs(factor), c)
        left: Rational = self.number(1 if factor > 0 else -1)
        for p, n in rest:
            if n % 2 == 0 and (n * c).denominator == 1:
                found = self.times(found, self.absolute((p, self.one), int(n * c)))
            else:
                left = self.times(left, self.whole_power((p, self.one), n))
        for p, n in sure:
            found = self.times(found, self.root_of((p, self.one), n * c))
        if self.constant_of(left) == 1:
            return found
        return self.times(found, self.root_of(left, c))

    def root_of_number(self, x: Fraction, c: Fraction) -> Rational:
        found = self.number(1)
        for y, times in ((x.numerator, 1), (x.denominator, -1)):
            for p, n in _primes(y):
                found = self.times(found, self.root_of(self.number(p), n * times * c))
        return found

    def root_of(self, a: Rational, c: Fraction) -> Rational:
        """a**c by one kernel, a root of a; of an exponential by that."""
        whole = floor(c)
        found = self.whole_power(a, whole)
        c -= whole
        if not c:
            return found
        i = self.only(a)
        if i in self.means and a[1].is_one():
            # log(g) times what is left: exact, for g is an exponential or a root
            return self.times(found, self.exp(self.scaled(self.means[i](), c)))
        key = key_of(self.canonical(*a))
        unit = self.finer(("root", *key), c)
        i = self.generator("root", *key, unit)
        base = self.canonical(*a)
        self.positive.add(i)
        self.relations[i] = unit.denominator, base
        self.means[i] = lambda: self.scaled(self.log(base), unit)
        return self.times(found, (self.gens[i] ** int(c / unit), self.one))

    def only(self, a: Rational) -> int:
        """The generator that a is, or -1."""
        n, d = a
        if len(n) != 1 or not d.is_one() or n.leading_coefficient() != 1:
            return -1
        exponents = n.monoms()[0]
        return next((i for i, k in enumerate(exponents) if k), -1) if sum(exponents) == 1 else -1

    def finer(self, key: Key, c: Fraction) -> Fraction:
        """The unit that c and what came before are multiples of."""
        unit = self.units.get(key)
        known = c if unit is None else unit
        found = Fraction(1, lcm(known.denominator, c.denominator))
        self.units[key] = found
        return found

    def absolute(self, a: Rational, power: int = 1) -> Rational:
        """abs(a)**power."""
        c, factors = self.factors(a) if len(a[0]) else (Fraction(), [])
        found = self.number(abs(c) ** power if c else 0)
        for p, n in factors:
            found = self.times(found, self.whole_power((p, self.one), n * power))
            if n * power % 2 and self.side(p) != 1:
                found = self.times(found, self.one_sign(p))
        return found

    def sign(self, a: Rational) -> Rational:
        c, factors = self.factors(a) if len(a[0]) else (Fraction(), [])
        found = self.number((c > 0) - (c < 0))
        for p, n in factors:
            found = self.times(found, self.whole_power(self.one_sign(p), 1 if n % 2 else 2))
        return found

    def one_sign(self, p: Poly) -> Rational:
        """The sign of an irreducible polynomial."""
        side = self.side(p)
        if side and self.known(p, self.nonzero):
            return self.number(side)
        i = self.generator("sign", str(p))
        self.signs[i] = p
        return self.gens[i], self.one

    # Exponentials and logarithms.

    def exp(self, a: Rational) -> Rational:
        return self.exponential(("exp",), a)

    def exponential(self, base: Key, a: Rational, of: Rational | None = None) -> Rational:
        """exp(a), or of**a, as a product of kernels, one a term of a."""
        n, d = self.reduced(*a)
        if not len(n):
            return self.number(1)
        found = self.number(1)
        for term, c in self.terms(n, d):
            taken = self.one_exponential(base, term, c, of)
            found = self.reduced(*self.times(found, taken))
        return found

    def one_exponential(
        self, base: Key, term: Rational, c: Fraction, of: Rational | None
    ) -> Rational:
        """exp(c*term)."""
        if of is None:
            i = self.only(term)
            if i in self.logs:
                return self.power_of_log(self.logs[i], c)
        found, whole = self.number(1), 0
        if of is not None and self.constant_of(term) is not None:
            whole = floor(c)
            found, c = self.whole_power(of, whole), c - whole
            if not c:
                return found
        key = (*base, *key_of(term))
        unit = self.finer(key, c)
        i = self.generator(*key, unit)
        times = c / unit
        if abs(times) > MOST_SPARSE:
            raise TooLong
        if of is None:
            self.positive.add(i)
            self.exponentials.add(i)
            self.means[i] = lambda: self.scaled(term, unit)
        return self.times(found, self.whole_power((self.gens[i], self.one), int(times)))

    def power_of_log(self, of: Any, c: Fraction) -> Rational:
        """exp(c*log(abs(of)))."""
        if isinstance(of, int):
            return self.root_of_number(Fraction(of), c)
        if c.denominator == 1:
            return self.absolute((of, self.one), int(c))
        return self.root(self.absolute((of, self.one)), c)

    def terms(self, n: Poly, d: Poly) -> list[tuple[Rational, Fraction]]:
        """n/d as monomials over d, each with its factor; as a whole where there are many."""
        if len(n) > MOST_PARTS:
            primitive = primitive_of(n)
            c = fraction(n.leading_coefficient() / primitive.leading_coefficient())
            return [((primitive, d), c)]
        make = self.gens[0].context().from_dict
        found = []
        for exponents, c in n.to_dict().items():
            p, q = self.canonical(make({exponents: self.fmpq(1)}), d)
            lead = fraction(p.leading_coefficient())
            found.append(((p / p.leading_coefficient(), q), fraction(c) * lead))
        return found

    def log(self, a: Rational) -> Rational:
        a = self.reduced(*a)
        c, sure, rest = self.split(a, above=True)
        found = self.number(0)
        for y, times in ((abs(c.numerator), 1), (c.denominator, -1)):
            for p, n in _primes(y):
                found = self.plus(found, self.scaled(self.one_log(p), n * times))
        for p, n in [*sure, *rest]:
            i = self.only((p, self.one))
            if i in self.means:
                one = self.means[i]()
            else:
                one = self.one_log(p if p.leading_coefficient() > 0 else -p)
            found = self.plus(found, self.scaled(one, n))
        return found

    def one_log(self, of: Any) -> Rational:
        """log(abs(of)), a prime or a polynomial."""
        i = self.generator("log", str(of))
        self.logs[i] = of
        return self.gens[i], self.one

    # Angles.

    def turned(self, a: Rational) -> tuple[Rational, Rational]:
        """sin(a), cos(a)."""
        n, d = self.reduced(*a)
        s, c = self.number(0), self.number(1)
        for term, times in self.terms(n, d) if len(n) else []:
            t, u = self.one_turn(term, times)
            s, c = (
                self.reduced(*self.plus(self.times(s, u), self.times(c, t))),
                self.reduced(*self.minus(self.times(c, u), self.times(s, t))),
            )
        return s, c

    def one_turn(self, term: Rational, times: Fraction) -> tuple[Rational, Rational]:
        if term[1].is_one() and self.only(term) == self.index.get(("pi",), -2):
            sixths = self.exact_turn(times)
            if sixths is not None:
                return sixths
        key = key_of(term)
        unit = self.finer(("angle", *key), times)
        n = int(times / unit)
        if abs(n) > MOST_TIMES:
            raise TooLong
        known = self.angles.get((key, unit, n))
        if known is not None:
            return known
        cosine, sine = self.generator("cos", *key, unit), self.generator("sin", *key, unit)
        x, y = self.gens[cosine], self.gens[sine]
        self.relations[sine] = 2, (1 - x**2, self.one)
        s, c = self.one * 0, self.one
        for _ in range(abs(n)):
            s, c = s * x + c * y, c * x - s * y
            s, c = (self.without(p, self.one, sine, 2, (1 - x**2, self.one))[0] for p in (s, c))
        found = self.angles[key, unit, n] = (s if n > 0 else -s, self.one), (c, self.one)
        return found

    def exact_turn(self, c: Fraction) -> tuple[Rational, Rational] | None:
        """The sine and cosine of c*pi, where they are square roots of rational numbers."""
        squares = {0: 0, 2: 1, 3: 2, 4: 3, 6: 4}  # 4*sin(k*pi/12)**2
        k = c * 12 % 24
        found = []
        for at in (k, (k + 6) % 24):
            sign, at = (-1, at - 12) if at >= 12 else (1, at)
            four = squares.get(int(min(at, 12 - at))) if at.denominator == 1 else None
            if four is None:
                return None
            value = self.root_of_number(Fraction(four, 4), HALF) if four else None
            found.append(self.scaled(value, sign) if value else self.number(0))
        return found[0], found[1]

    def sinc(self, a: Rational, n: int) -> Rational:
        """The n-th derivative of sin(a)/a: a*y' + (the derivatives before it) is one of sin."""
        if n > MOST_SINC:
            raise TooLong
        s, c = self.turned(a)
        turns = [s, c, self.scaled(s, -1), self.scaled(c, -1)]
        inverse = self.inverse(self.reduced(*a))
        y = self.times(s, inverse)
        for k in range(1, n + 1):
            y = self.times(self.minus(turns[k % 4], self.scaled(y, k)), inverse)
        return y

    def half(self, a: Rational, sign: int) -> Rational:
        """(exp(a) + sign*exp(-a))/2."""
        e = self.exp(a)
        return self.scaled(self.plus(e, self.scaled(self.inverse(e), sign)), HALF)

    def sigmoid(self, a: Rational) -> Rational:
        e = self.exp(a)
        return self.over(e, self.plus(e, self.number(1)))

    def larger(self, a: Rational, b: Rational, sign: int = 1) -> Rational:
        size = self.absolute(self.reduced(*self.minus(a, b)))
        return self.scaled(self.plus(self.plus(a, b), self.scaled(size, sign)), HALF)

    def erfc(self, a: Rational) -> Rational:
        return self.minus(self.number(1), self.odd("erf")(a))

    def cbrt(self, a: Rational) -> Rational:
        n, d = self.reduced(*a)
        factor, parts = self.factors((n, d)) if len(n) else (Fraction(), [])
        if not factor:
            return self.number(0)
        if factor > 0 and all(m % 2 == 0 or self.side(p) > 0 for p, m in parts):
            return self.root((n, d), Fraction(1, 3))
        sign = -1 if n.leading_coefficient() < 0 else 1
        i = self.generator("cbrt", *key_of((n * sign, d)))
        self.relations[i] = 3, (n * sign, d)
        return self.gens[i] * sign, self.one


def _always(roots: Sequence[Tensor]) -> set[Tensor]:
    """The nodes that have a value wherever all roots have one: those of a where's branches and
    behind an 'and' may have none."""
    found: set[Tensor] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            chooses = node.operation.name in ("where", "and", "or")
            stack += node.inputs[:1] if chooses else node.inputs
    return found


def _total(order: Sequence[Tensor]) -> set[Tensor]:
    """The nodes that are seen to have a value at any point."""
    found: set[Tensor] = set()
    for x in order:
        name, inputs = x.operation.name, x.inputs
        if name == "where" and inputs[0].operation.name in STEPS:
            inputs = (*inputs[0].inputs, *inputs[1:])
        elif name == "pow" and inputs[1].operation is CONSTANT:
            n = inputs[1].attributes[0]
            if type(n) is not int or n < 0:
                continue
        elif inputs and name not in TOTAL:
            continue
        if found.issuperset(inputs) and not x.shape:
            found.add(x)
    return found


def _primes(n: int) -> list[tuple[int, int]]:
    """n as powers of primes; a large one as it is."""
    if n == 1:
        return []
    if n > MOST_PRIME:
        return [(n, 1)]
    from flint import fmpz  # start-up: formulas alone need it

    return [(int(p), int(k)) for p, k in fmpz(n).factor()]


TOTAL = {
    "add", "sub", "mul", "neg", "exp", "exp2", "expm1", "sin", "cos", "sinh", "cosh", "tanh",
    "sech", "atan", "asinh", "abs", "sign", "max", "min", "relu", "erf", "erfc", "sigmoid", "silu",
    "softplus", "gelu", "cbrt", "hypot", "sind", "cosd", "heaviside", "acot",
}  # fmt: skip
"""Functions that have a value of any numbers."""

HALF = Fraction(1, 2)
STEPS = {
    "gt": (0, HALF, HALF), "above": (0, HALF, HALF), "lt": (0, -HALF, HALF), "ne": (0, 0, 1),
    "le": (1, -HALF, -HALF), "ge": (1, HALF, -HALF), "eq": (1, 0, -1),
}  # fmt: skip
"""A comparison as 1 or 0: a polynomial in the sign of the difference."""

# fmt: off
RULES: dict[str, Callable[..., Rational]] = {
    "add": Identities.plus,
    "sub": Identities.minus,
    "neg": lambda ctx, a: (-a[0], a[1]),
    "mul": Identities.times,
    "div": Identities.over,
    "pow": Identities.power,
    "alias": lambda ctx, a: a,
    "sqrt": lambda ctx, a: ctx.root(a, HALF),
    "cbrt": Identities.cbrt,
    "exp": Identities.exp,
    "exp2": lambda ctx, a: ctx.exp(ctx.times(a, ctx.log(ctx.number(2)))),
    "expm1": lambda ctx, a: ctx.minus(ctx.exp(a), ctx.number(1)),
    "log": Identities.log,
    "log1p": lambda ctx, a: ctx.log(ctx.plus(a, ctx.number(1))),
    "log2": lambda ctx, a: ctx.over(ctx.log(a), ctx.log(ctx.number(2))),
    "log10": lambda ctx, a: ctx.over(ctx.log(a), ctx.log(ctx.number(10))),
    "sin": lambda ctx, a: ctx.turned(a)[0],
    "cos": lambda ctx, a: ctx.turned(a)[1],
    "tan": lambda ctx, a: ctx.over(*ctx.turned(a)),
    "sec": lambda ctx, a: ctx.over(ctx.number(1), ctx.turned(a)[1]),
    "csc": lambda ctx, a: ctx.over(ctx.number(1), ctx.turned(a)[0]),
    "cot": lambda ctx, a: ctx.over(*ctx.turned(a)[::-1]),
    "sinh": lambda ctx, a: ctx.half(a, -1),
    "cosh": lambda ctx, a: ctx.half(a, 1),
    "tanh": lambda ctx, a: ctx.over(ctx.half(a, -1), ctx.half(a, 1)),
    "sech": lambda ctx, a: ctx.over(ctx.number(1), ctx.half(a, 1)),
    "csch": lambda ctx, a: ctx.over(ctx.number(1), ctx.half(a, -1)),
    "coth": lambda ctx, a: ctx.over(ctx.half(a, 1), ctx.half(a, -1)),
    "asin": lambda ctx, a: ctx.odd("asin")(a),
    "acos": lambda ctx, a: ctx.minus(ctx.scaled(ctx.pi(), HALF), ctx.odd("asin")(a)),
    "atan": lambda ctx, a: ctx.odd("atan")(a),
    "asinh": lambda ctx, a: ctx.odd("asinh")(a),
    "atanh": lambda ctx, a: ctx.scaled(
        ctx.log(ctx.over(ctx.plus(ctx.number(1), a), ctx.minus(ctx.number(1), a))), HALF),
    "asec": lambda ctx, a: RULES["acos"](ctx, ctx.reciprocal(a)),
    "acsc": lambda ctx, a: ctx.odd("asin")(ctx.reciprocal(a)),
    "acsch": lambda ctx, a: ctx.odd("asinh")(ctx.reciprocal(a)),
    "acoth": lambda ctx, a: RULES["atanh"](ctx, ctx.reciprocal(a)),
    "sind": lambda ctx, a: ctx.turned(ctx.degrees(a))[0],
    "cosd": lambda ctx, a: ctx.turned(ctx.degrees(a))[1],
    "tand": lambda ctx, a: ctx.over(*ctx.turned(ctx.degrees(a))),
    "factorial": lambda ctx, a: ctx.kernel("gamma", (), key_of(ctx.plus(a, ctx.number(1)))),
    "logit": lambda ctx, a: ctx.log(ctx.over(a, ctx.minus(ctx.number(1), a))),
    "heaviside": lambda ctx, a: ctx.scaled(ctx.plus(ctx.sign(a), ctx.number(1)), HALF),
    "hypot": lambda ctx, a, b: ctx.root(ctx.plus(ctx.times(a, a), ctx.times(b, b)), HALF),
    "abs": Identities.absolute,
    "sign": Identities.sign,
    "max": Identities.larger,
    "min": lambda ctx, a, b: ctx.larger(a, b, -1),
    "relu": lambda ctx, a: ctx.larger(a, ctx.number(0)),
    "clip": lambda ctx, a, lo, hi: ctx.larger(ctx.larger(a, lo), hi, -1),
    "erf": lambda ctx, a: ctx.odd("erf")(a),
    "erfc": Identities.erfc,
    "sinc": Identities.sinc,
    "sigmoid": Identities.sigmoid,
    "silu": lambda ctx, a: ctx.times(a, ctx.sigmoid(a)),
    "softplus": lambda ctx, a: ctx.log(ctx.plus(ctx.exp(a), ctx.number(1))),
    "logaddexp": lambda ctx, a, b: ctx.log(ctx.plus(ctx.exp(a), ctx.exp(b))),
    "gelu": lambda ctx, a: ctx.scaled(ctx.times(a, ctx.erfc(ctx.over(
        ctx.scaled(a, -1), ctx.root_of_number(Fraction(2), HALF)))), HALF),
}
"""A row as a rational function of its inputs'."""
# fmt: on
