"""Numbers as they are written: sums of products of powers of constants, so that what is written
alike is equal, not merely as far as its digits tell.

A number is an int or a Fraction, or a Form: rational multiples of products of powers of atoms. An
atom is what has no simpler form (e, pi, a prime, sin(1)), with a ball of its value. That
sqrt(2)**2 is 2 and exp(1) - e is 0 is so proven; that sin(1)**2 + cos(1)**2 is 1 is not, and then
balls tell, or nothing does.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from math import factorial, floor, inf
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from hodiff.arithmetic import ball_numbers as numbers
from hodiff.arithmetic.balls import BALLS
from hodiff.engine.exact import rational
from hodiff.engine.graph import OPERATIONS, Operation

MOST_TERMS = 40  # of a sum, before it is an atom itself
MOST_BITS = 1 << 14  # of a rational number, likewise
MOST_FACTORED = 1 << 64  # whole numbers below are told by their primes
MOST_WHOLE = 64  # the largest power of a sum that is multiplied out
MOST_PRODUCTS = 100_000  # of two terms, in one question: some seconds


class Atom:
    """A number that has no simpler form, and its ball. There is one object for each."""

    __slots__ = ("__weakref__", "ball", "key")

    def __init__(self, key: Any, ball: Any) -> None:
        self.key, self.ball = key, ball

    @property
    def prime(self) -> int | None:
        """A whole number that powers of it gather to: sqrt(2)**2 is 2."""
        name, value = self.key[:2]
        return value if name == "whole" else None


class TooMany(Exception):
    """Products of sums: numbers in closed form grow too long."""


class Left(threading.local):
    """How many products may still be made; bounded() says."""

    products: float = inf

    def spend(self, count: int) -> None:
        self.products -= count
        if self.products < 0:
            raise TooMany


LEFT = Left()


@contextmanager
def bounded(most: int = MOST_PRODUCTS) -> Iterator[None]:
    """Inside there may be so many products, and TooMany else."""
    outer, LEFT.products = LEFT.products, most
    try:
        yield
    finally:
        LEFT.products = outer


ATOMS: WeakValueDictionary[Any, Atom] = WeakValueDictionary()

Monomial: TypeAlias = frozenset[tuple[Atom, Any]]
Number: TypeAlias = Any  # an int, a Fraction or a Form

UNIT: Monomial = frozenset()


class Form:
    """The sum of rational multiples of monomials, two at least or one that isn't 1."""

    __slots__ = ("digest", "terms")

    def __init__(self, terms: dict[Monomial, Any]) -> None:
        self.terms = terms
        self.digest = hash(frozenset(terms.items()))

    def __hash__(self) -> int:
        return self.digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Form) and self.terms == other.terms


def atom(compute: Any, name: str, *key: Any) -> Form:
    """The number that a name stands for, by its ball."""
    whole = (name, *key, numbers.FLINT.bits)
    found = ATOMS.get(whole)
    if found is None:
        found = ATOMS[whole] = Atom(whole, compute())
    return Form({frozenset({(found, 1)}): 1})


def number(x: Any) -> Number:
    """An exact number or a ball as a number here; a ball that is none is equal to itself alone."""
    if rational(x):
        return int(x) if x.denominator == 1 else x
    if type(x) is numbers.PiMultiple:
        return mul(x.q, atom(lambda: numbers.ball(numbers.pi()), "pi"))
    x = numbers.exact(x)
    return x if rational(x) else atom(lambda: x, "ball", object())


def ball(x: Number) -> Any:
    """x as an exact number, a multiple of pi or a ball."""
    if rational(x):
        return x
    if len(x.terms) == 1:
        ((monomial, factor),) = x.terms.items()
        if [(a.key[0], p) for a, p in monomial] == [("pi", 1)]:
            return numbers.pi_times(factor)
    total: Any = 0
    for monomial, factor in x.terms.items():
        term: Any = factor
        for a, p in monomial:
            term = numbers.mul(term, numbers.power(a.ball, p))
        total = numbers.add(total, term)
    return total


def _sum(terms: Mapping[Monomial, Any]) -> Number:
    kept = {m: c for m, c in terms.items() if c}
    if not kept:
        return 0
    if len(kept) == 1 and UNIT in kept:
        c = kept[UNIT]
        if max(c.numerator.bit_length(), c.denominator.bit_length()) > MOST_BITS:
            return atom(lambda: numbers.ball(c), "rational", c)
        return int(c) if c.denominator == 1 else c
    found = Form(kept)
    return found if len(kept) <= MOST_TERMS else _single(found)


def _single(x: Form) -> Form:
    """A sum as one atom, positive where that can be told, and its sign."""
    LEFT.spend(sum(map(len, x.terms)))  # in balls
    sign = -1 if numbers.less(ball(x), 0) else 1
    x = Form({m: sign * c for m, c in x.terms.items()})
    ((monomial, _),) = atom(lambda: numbers.ball(ball(x)), "sum", x).terms.items()
    return Form({monomial: sign})


def _terms(x: Number) -> Mapping[Monomial, Any]:
    return {UNIT: x} if rational(x) else x.terms


def add(a: Number, b: Number) -> Number:
    terms = dict(_terms(a))
    for monomial, c in _terms(b).items():
        terms[monomial] = terms.get(monomial, 0) + c
    return _sum(terms)


def sub(a: Number, b: Number) -> Number:
    return add(a, mul(-1, b))


def mul(a: Number, b: Number) -> Number:
    LEFT.spend(len(_terms(a)) * len(_terms(b)))
    terms: dict[Monomial, Any] = {}
    for m, c in _terms(a).items():
        for n, d in _terms(b).items():
            factor, monomial = _gathered([*m, *n])
            terms[monomial] = terms.get(monomial, 0) + c * d * factor
    return _sum(terms)


def _gathered(powers: Iterable[tuple[Atom, Any]]) -> tuple[Any, Monomial]:
    """A product of powers of atoms, as a rational factor and a monomial."""
    exponents: dict[Atom, Any] = {}
    for a, p in powers:
        exponents[a] = exponents.get(a, 0) + p
    factor: Any = 1
    for a, p in exponents.items():
        if a.prime is not None:
            whole = floor(p)
            factor *= Fraction(a.prime) ** whole
            exponents[a] = p - whole
    return factor, frozenset((a, p) for a, p in exponents.items() if p)


def div(a: Number, b: Number) -> Number:
    """a/b, b other than 0."""
    if not rational(b) and not rational(a) and a.terms.keys() == b.terms.keys():
        ratios = {Fraction(a.terms[m]) / b.terms[m] for m in a.terms}
        if len(ratios) == 1:
            return _sum({UNIT: ratios.pop()})
    return mul(a, power(b, -1))


def power(x: Number, p: Any) -> Number:
    """x**p, p rational; x other than 0 where p < 0, and positive where p is broken."""
    p = Fraction(p)
    broken = p.denominator > 1
    if rational(x):
        if abs(p) * max(x.numerator.bit_length(), x.denominator.bit_length()) > MOST_BITS:
            return atom(lambda: numbers.ball(numbers.power(x, p)), "power", x, p)
        return _root(x, p) if broken else _sum({UNIT: Fraction(x) ** p.numerator})
    if not broken and 0 <= p <= MOST_WHOLE and len(x.terms) > 1:
        found: Number = 1
        for _ in range(p.numerator):
            found = mul(found, x)
        return found
    if len(x.terms) > 1 or abs(p) > MOST_BITS or (broken and not _positive(x)):
        x = _single(x)
    ((monomial, c),) = x.terms.items()
    factor, raised = _gathered((a, q * p) for a, q in monomial)
    return mul(power(c, p), _sum({raised: factor}))


def _positive(x: Form) -> bool:
    ((monomial, c),) = x.terms.items()
    return c > 0 and all(numbers.less(0, a.ball) for a, _ in monomial)


def _root(x: Any, p: Fraction) -> Number:
    """A positive rational number to a broken power: of its primes."""
    factor, monomial = _gathered((a, n * p) for a, n in _primes(x))
    return _sum({monomial: factor})


def _primes(x: Any) -> Iterable[tuple[Atom, int]]:
    """The prime powers of a positive rational number; large ones as they are."""
    for whole, sign in ((x.numerator, 1), (x.denominator, -1)):
        if whole < MOST_FACTORED:
            from flint import fmpz  # start-up: few numbers are taken apart

            parts = [(int(q), n) for q, n in fmpz(whole).factor()] if whole > 1 else []
        else:
            parts = [(whole, 1)]
        for q, n in parts:
            yield _whole(q), n * sign


def _whole(q: int) -> Atom:
    key = ("whole", q, numbers.FLINT.bits)
    found = ATOMS.get(key)
    if found is None:
        found = ATOMS[key] = Atom(key, numbers.ball(q))
    return found


def exp(x: Number) -> Number:
    """exp of a sum is a product of powers: of e, of exp(m) for each monomial m, of the c in
    log(c)."""
    found: Number = 1
    for monomial, q in _terms(x).items():
        if monomial == UNIT:
            base: Number = atom(lambda: numbers.FUNCTIONS["e"](), "e")
        else:
            m = Form({monomial: 1})
            base = _logarithm_of(monomial)
            if base is None:
                base = atom(lambda m=m: numbers.ball(ball(m)).exp(), "exp", m)
        found = mul(found, power(base, q))
    return found


def _logarithm_of(monomial: Monomial) -> Number | None:
    """The c of a monomial log(c)."""
    powers = list(monomial)
    if len(powers) == 1 and powers[0][0].key[0] == "log" and powers[0][1] == 1:
        return powers[0][0].key[1]
    return None


def log(x: Number) -> Number:
    """The logarithm of a positive number: of a product, the sum."""
    if not rational(x) and (len(x.terms) > 1 or not _positive(x)):
        x = _single(x)
    ((monomial, c),) = _terms(x).items()
    total: Number = 0
    for a, p in [*monomial, *_primes(c)]:
        kind = a.key[0]
        if kind == "e":
            value: Number = 1
        elif kind == "exp":
            value = a.key[1]
        else:
            inner = a.prime or Form({frozenset({(a, 1)}): 1})
            value = atom(lambda a=a: numbers.ball(a.ball).log(), "log", inner)
        total = add(total, mul(p, value))
    return total


def function(
    operation: Operation, x: Number, attributes: Sequence[Any] = (), parameters: Sequence[Any] = ()
) -> Number | None:
    """A function of one number, after parameters; None where it has no value there, or none that
    balls know."""
    name = operation.name
    if name == "exp":
        return exp(x)
    value = BALLS.function(operation)(*parameters, ball(x), *attributes)
    if not BALLS.finite(value):
        return None
    if name in ("log", "log1p"):
        return log(x if name == "log" else add(1, x))
    if name == "expm1":
        return sub(exp(x), 1)
    return _named(value, name, *parameters, *attributes, x)


def _named(value: Any, *key: Any) -> Number:
    """A value of balls, by a name where it has no other."""
    if not rational(value) and type(value) is not numbers.PiMultiple:
        value = numbers.exact(value)
        if not rational(value):
            return atom(lambda: value, *key)
    return number(value)


def constant(operation: Operation) -> Number:
    """pi, e and the like."""
    if operation.name == "e":
        return exp(1)
    if operation.name == "golden_ratio":
        return div(add(1, power(5, Fraction(1, 2))), 2)
    return _named(BALLS.function(operation)(), operation.name)


def coefficients(
    operation: Operation, centre: Number, attributes: Sequence[Any], found: Sequence[Any]
) -> list[Number]:
    """Taylor coefficients of a function at a centre, found in balls, as numbers here; attributes:
    with the parameters that it has."""
    name, count = operation.name, len(found)
    if name == "log1p":
        return coefficients(OPERATIONS["log"], add(1, centre), attributes, found)
    if name == "expm1":
        first, *rest = coefficients(OPERATIONS["exp"], centre, attributes, found)
        return [sub(first, 1), *rest]
    if name == "exp":
        value = exp(centre)
        return [mul(Fraction(1, factorial(k)), value) for k in range(count)]
    if name in ("sin", "cos"):
        turns = [function(OPERATIONS["sin"], centre), function(OPERATIONS["cos"], centre)]
        start = 0 if name == "sin" else 1
        signs = [Fraction((-1) ** ((start + k) // 2), factorial(k)) for k in range(count)]
        return [mul(sign, turns[(start + k) % 2]) for k, sign in enumerate(signs)]
    if name == "log":
        powers = [mul(Fraction((-1) ** (k + 1), k), power(centre, -k)) for k in range(1, count)]
        return [log(centre), *powers]
    first = _named(found[0], name, *attributes, centre)
    return [first, *[_named(found[k], name, *attributes, k, centre) for k in range(1, count)]]


# Deciding: True, False, or None.


def is_zero(x: Number) -> bool:
    return rational(x) and x == 0


def equal(a: Number, b: Number) -> bool | None:
    return numbers.equal(ball(sub(a, b)), 0)


def less(a: Number, b: Number) -> bool | None:
    return numbers.less(ball(sub(a, b)), 0)
