"""Rational functions over FLINT's polynomials, whose generators may have relations."""

from __future__ import annotations

from fractions import Fraction
from math import comb, gcd, lcm
from typing import Any, TypeAlias

MOST_TERMS = 300  # of a polynomial
MOST_DEGREE = 1_000_000
MOST_BITS = 13_000  # of a coefficient: some 4000 digits, more than a formula may have

Poly: TypeAlias = Any  # flint.fmpq_mpoly
Rational: TypeAlias = tuple[Poly, Poly]
Key: TypeAlias = Any


class TooLong(Exception):
    """As a rational function it would be longer than is worth a look."""


class Rationals:
    """Quotients of polynomials in count generators.

    relations: of some generators, which power of it is what, in generators before it.
    """

    def __init__(self, count: int) -> None:
        from flint import Ordering, fmpq, fmpq_mpoly_ctx  # start-up: formulas alone need it

        ring = fmpq_mpoly_ctx.get(tuple(f"k{i}" for i in range(count)), Ordering.lex)
        self.gens = ring.gens()
        self.fmpq, self.constant = fmpq, ring.constant
        self.one = ring.constant(1)
        self.relations: dict[int, tuple[int, Rational]] = {}

    def plus(self, a: Rational, b: Rational) -> Rational:
        (p, q), (r, s) = a, b
        if q == s:
            return self.bounded(p + r), q
        common = q.gcd(s)
        left, right = s / common, q / common
        if (len(p) + len(r)) * max(len(left), len(right)) > 20 * MOST_TERMS:
            raise TooLong
        return self.bounded(p * left + r * right), self.bounded(q * left)

    def times(self, a: Rational, b: Rational) -> Rational:
        (p, q), (r, s) = a, b
        if max(len(p) * len(r), len(q) * len(s)) > 20 * MOST_TERMS:
            raise TooLong
        if not (q.is_constant() and s.is_constant()):
            one, other = p.gcd(s), r.gcd(q)
            if len(p) and len(r):
                p, s, r, q = p / one, s / one, r / other, q / other
        return self.bounded(p * r), self.bounded(q * s)

    def inverse(self, a: Rational) -> Rational:
        if not len(a[0]):
            raise TooLong  # a pole
        return a[1], a[0]

    def whole_power(self, a: Rational, n: int) -> Rational:
        p, q = a if n >= 0 else self.inverse(a)
        n = abs(n)
        if too_long(a, n):
            raise TooLong
        for x in (p, q):
            degree = max(x.degrees(), default=0) * n
            if degree > MOST_DEGREE or (
                len(x) > 1 and comb(len(x) - 1 + min(n, 400), len(x) - 1) > MOST_TERMS
            ):
                raise TooLong
        return p**n, q**n

    @staticmethod
    def bounded(p: Poly) -> Poly:
        if len(p) > MOST_TERMS:
            raise TooLong
        return p

    def canonical(self, n: Poly, d: Poly) -> Rational:
        """The same rational function always as the same polynomials."""
        if not len(n):
            return n, self.one
        if not d.is_constant():
            common = n.gcd(d)
            n, d = n / common, d / common
        c = d.leading_coefficient()
        return n / c, d / c

    def reduced(self, n: Poly, d: Poly) -> Rational:
        """With roots to powers below their order, and nothing to cancel."""
        degrees = list(map(max, n.degrees(), d.degrees()))
        for i in sorted(self.relations, reverse=True):
            if degrees[i] >= self.relations[i][0]:
                n, d = self.without(n, d, i, *self.relations[i])
                degrees = list(map(max, n.degrees(), d.degrees()))
        return self.canonical(n, d)

    def without(self, n: Poly, d: Poly, i: int, order: int, value: Rational) -> Rational:
        """n/d with value for the i-th generator to the power order."""
        p, q = value
        for turn in (0, 1):
            poly = (n, d)[turn]
            most = poly.degrees()[i] // order
            if most < 1:  # -1: of the polynomial that is 0
                continue
            new = self.one * 0
            for k, c in self.collected(poly, i).items():
                whole = k // order
                if len(p) > 1 and comb(len(p) - 1 + whole, whole) > MOST_TERMS:
                    raise TooLong
                new += c * self.gens[i] ** (k % order) * p**whole * q ** (most - whole)
                self.bounded(new)
            n, d = (new, d * q**most) if turn == 0 else (n * q**most, new)
        return self.bounded(n), self.bounded(d)

    def collected(self, p: Poly, i: int) -> dict[int, Poly]:
        """The coefficient of each power of a generator."""
        found: dict[int, dict[tuple[int, ...], Any]] = {}
        for exponents, c in p.to_dict().items():
            rest = (*exponents[:i], 0, *exponents[i + 1 :])
            found.setdefault(exponents[i], {})[rest] = c
        return {k: self.gens[0].context().from_dict(terms) for k, terms in found.items()}


def fraction(x: Any) -> Fraction:
    return Fraction(int(x.numerator), int(x.denominator))


def too_long(a: Rational, n: int) -> bool:
    """Whether a**n has a coefficient that is longer than a formula's constants may be."""
    longest = 1
    for c in (*a[0].coeffs(), *a[1].coeffs()):
        longest = max(longest, abs(int(c.numerator)), int(c.denominator))
    return (longest.bit_length() - 1) * abs(n) > MOST_BITS


def key_of(value: Rational) -> tuple[Key, Key]:
    n, d = value
    return str(n), str(d)  # hashing rational coefficients takes three times as long


def primitive_of(p: Poly) -> Poly:
    """p without its content, its leading coefficient above 0."""
    coefficients = [fraction(c) for c in p.coeffs()]
    top = gcd(*(c.numerator for c in coefficients))
    bottom = lcm(*(c.denominator for c in coefficients))
    found = p * bottom / top
    return -found if coefficients[0] < 0 else found
