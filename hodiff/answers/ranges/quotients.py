"""Roots of quotients of polynomials in one variable, by FLINT: all of them, with multiplicities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hodiff.answers.ranges.located import Located
from hodiff.arithmetic import ball_numbers, box_numbers
from hodiff.arithmetic.ball_numbers import ball
from hodiff.engine.exact import quotient
from hodiff.engine.graph import CONSTANT, Operation, Tensor, topological
from hodiff.engine.operations.elementary import add, div, mul, neg, pow, sub

MOST_DEGREE = 200
SHORT = 40  # bits of the denominator of what may be a root as a rational number
MOST_SHIFTED = 1 << 14  # the exponent of an end of a ball that is looked at as a number


class Quotient(NamedTuple):
    """Polynomials of FLINT, a/b; divides: whether something is divided by, that may be 0."""

    a: Any
    b: Any
    divides: bool


def as_quotient(f: Tensor, x: Tensor) -> Quotient | None:
    """f as two polynomials; None where it is none, or one too long."""
    ball(0)  # FLINT is there
    from flint import fmpq, fmpq_poly  # start-up

    one, values = fmpq_poly([1]), dict[int, tuple[Any, Any]]()
    divides = False
    for node in topological([f], unknown=True):
        operation, inputs = node.operation, [values.get(id(y)) for y in node.inputs]
        if node is x:
            found = fmpq_poly([0, 1]), one
        elif operation is CONSTANT:
            c = node.attributes[0]
            found = fmpq_poly([fmpq(int(c.numerator), int(c.denominator))]), one
        elif operation is pow and inputs[0] is not None and node.inputs[1].operation is CONSTANT:
            n, (a, b) = node.inputs[1].attributes[0], inputs[0]
            if not isinstance(n, int) or abs(n) * max(a.degree(), b.degree(), 1) > MOST_DEGREE:
                return None
            if n < 0 and a == 0:
                return None
            divides = divides or n < 0
            found = (a**n, b**n) if n >= 0 else (b**-n, a**-n)
        elif operation not in (add, sub, mul, div, neg) or None in inputs:
            return None
        else:
            (a, b), *rest = [pair for pair in inputs if pair is not None]
            c, d = rest[0] if rest else (one, one)
            if operation is div:
                divides = True
                if c == 0:
                    return None
            found = _joined(operation, a, b, c, d)
        if max(found[0].degree(), found[1].degree()) > MOST_DEGREE:
            return None
        values[id(node)] = found
    a, b = values[id(f)]
    return None if a == 0 or not a.degree() else Quotient(a, b, divides)


def _joined(operation: Operation, a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    """What an operation makes of a/b and c/d."""
    if operation is neg:
        return -a, b
    if operation is mul:
        return a * c, b * d
    if operation is div:
        return a * d, b * c
    c = c if operation is add else -c
    return (a + c, b) if b == d else (a * d + c * b, b * d)


def of_polynomial(a: Any, order: int | None) -> list[Located]:
    """The roots of a polynomial that is 0 where a function is, order times as often."""
    whole = a.numer()
    known: dict[int, list[tuple[Any, int]]] = {}

    def real() -> list[tuple[Any, int]]:
        bits = ball_numbers.FLINT.bits
        if bits not in known:
            found = [(z.real, m) for z, m in whole.complex_roots() if z.imag == 0]
            known[bits] = sorted(found, key=lambda pair: pair[0].mid())
        return known[bits]

    def one(i: int) -> Callable[[list[Any]], list[Any]]:
        return lambda at: [real()[i][0]]

    roots = []
    for i, (x, m) in enumerate(real()):
        at, times = [rational_root(whole, x)], None if order is None else order * m
        alone = [box_numbers.ends(x)]
        roots.append(Located(alone, at, one(i), times, ball_numbers.FLINT.bits))
    return roots


def rational_root(whole: Any, x: Any) -> Any:
    """A root of a polynomial of whole coefficients as a number, where it is a short one: its
    denominator divides the first coefficient."""
    first = whole[whole.degree()]
    times = x * first
    if times.rad() > 0.25:  # more than one may be in it
        q = simplest(x)
    else:
        n = times.unique_fmpz()
        q = None if n is None else quotient(int(n), int(first))
    short = q is not None and q.denominator >> SHORT == 0
    return q if short and whole(_fmpq(q)) == 0 else x


def _fmpq(q: Any) -> Any:
    return ball_numbers.FLINT.fmpq(int(q.numerator), int(q.denominator))


def simplest(x: Any, bits: int = SHORT) -> Any:
    """The rational number of the smallest denominator in a ball, by its continued fraction; None
    where that is longer than so many bits."""
    ends = [tuple(map(int, end.man_exp())) for end in (ball(x).lower(), ball(x).upper())]
    shift = min(0, ends[0][1], ends[1][1])
    if max(abs(e) for _, e in ends) > MOST_SHIFTED:
        return 0 if ends[0][0] <= 0 <= ends[1][0] else None
    (a, b), (c, d) = ((m << (e - shift), 1 << -shift) for m, e in ends)
    if a <= 0 <= c:
        return 0
    if c < 0:
        found = simplest(-ball(x), bits)
        return None if found is None else -found
    wholes: list[int] = []
    size = 1  # below the denominator
    while True:
        whole, rest = divmod(a, b)
        n = whole + (rest > 0)
        if n * d <= c:
            break
        size *= max(1, whole) if wholes else 1
        wholes.append(whole)
        if size >> bits or len(wholes) > 2 * bits:
            return None
        a, b, c, d = d, c - whole * d, b, rest
    found = n
    for whole in reversed(wholes):
        found = whole + quotient(1, found)
    return found if found.denominator >> bits == 0 else None
