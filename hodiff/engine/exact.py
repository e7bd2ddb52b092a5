"""Exact arithmetic: integers and fractions, bounded in size.

Folds operations on exact constants while a graph is built, so that 0.1*3 - 0.3 is 0 and
x**(2 + 1) has the exponent 3. What has no exact value, or too large a one, is left to the
other arithmetics.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:  # start-up: fractions takes 3 ms, and most constants are whole
    from fractions import Fraction  # start-up: 3 ms, and most numbers are whole

    Exact: TypeAlias = int | Fraction

MOST_BITS = 4096
MOST_FACTORIAL = 540  # whose factorial has so few bits


def exactly(
    name: str,
    values: Sequence[Exact],
    attributes: tuple[Any, ...] = (),
    most: int = MOST_BITS,
) -> Exact | None:
    """The exact value of the operation name at values, or None; for one of over most bits, too.

    >>> exactly("div", [1, 4])
    Fraction(1, 4)
    >>> exactly("sin", [1]) is None
    True
    """
    function = FUNCTIONS.get(name)
    if function is None:
        return None
    value: Exact | None = function(*values, *attributes)
    if value is None or _bits(value) > most:
        return None
    return value if isinstance(value, int) or value.denominator > 1 else value.numerator


def rational(x: Any) -> bool:
    """Whether x is an int, a bool or a Fraction."""
    return hasattr(x, "denominator")


def quotient(a: Exact, b: Exact) -> Exact:
    """a/b, b other than 0: an int where it is one."""
    if isinstance(a, int) and isinstance(b, int) and a % b == 0:
        return a // b
    from fractions import Fraction  # start-up: 3 ms, and most numbers are whole

    return Fraction(a) / b


def root(x: Exact, n: int) -> Exact | None:
    """The n-th root of x >= 0 where that is rational; None for large numbers, too.

    >>> root(quotient(4, 9), 2)
    Fraction(2, 3)
    """
    if x < 0 or n > 64 or _bits(x) > 256:
        return None
    found = [_whole_root(k, n) for k in (x.numerator, x.denominator)]
    return None if None in found else quotient(*found)  # type: ignore[arg-type]


def _whole_root(x: int, n: int) -> int | None:
    r = 1 << -(-x.bit_length() // n)  # from above, Newton's method falls until it is there
    while r**n > x:
        r = ((n - 1) * r + x // r ** (n - 1)) // n
    return r if r**n == x else None


def _bits(x: Exact) -> int:
    return max(x.numerator.bit_length(), x.denominator.bit_length())


def _div(a: Exact, b: Exact) -> Exact | None:
    return quotient(a, b) if b else None


def _pow(a: Exact, b: Exact) -> Exact | None:
    if not isinstance(b, int) or abs(b) * _bits(a) > MOST_BITS or (a == 0 and b < 0):
        return None
    return a**b if b >= 0 else _div(1, a**-b)


def _mod(a: Exact, b: Exact) -> Exact | None:
    return a % b if b else None


def _whole(x: Exact, function: Callable[[Exact], int]) -> int:
    return int(x) if isinstance(x, int) else function(x)


def _floor(x: Exact) -> int:
    return _whole(x, lambda x: x.numerator // x.denominator)


def _sign(x: Exact) -> int:
    return (x > 0) - (x < 0)


def _factorial(x: Exact) -> int | None:
    from math import factorial  # start-up: few constants are factorials

    return factorial(x) if isinstance(x, int) and 0 <= x <= MOST_FACTORIAL else None


def _binomial(n: Exact, k: Exact) -> int | None:
    """The ways to choose; of a negative n by its polynomial of degree k."""
    if not isinstance(n, int) or not isinstance(k, int) or (n < 0 and k < 0):
        return None
    if n < 0:
        found = _binomial(k - n - 1, k)
        return None if found is None else (-1) ** (k % 2) * found
    steps = min(k, n - k)
    if steps < 0:
        return 0
    if steps > MOST_BITS or steps * n.bit_length() > 8 * MOST_BITS:
        return None
    from math import comb  # start-up: few constants are binomials

    return comb(n, steps)


def _sind(x: Exact) -> Exact | None:
    """The sine of degrees, where it is rational (Niven 1956)."""
    turned = x % 360
    if turned % 180 == 0:
        return 0
    size = quotient(1, 2) if turned % 180 in (30, 150) else 1 if turned % 180 == 90 else None
    return size if size is None or turned < 180 else -size


def _tand(x: Exact) -> int | None:
    rational_ones: dict[Any, int] = {0: 0, 45: 1, 135: -1}
    return rational_ones.get(x % 180)


CONDITIONS: dict[str, Callable[..., Any]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
    "and": lambda a, b: bool(a and b),
    "or": lambda a, b: bool(a or b),
    "not": operator.not_,
}
"""Of numbers that can always be told apart: exact ones and doubles."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": _div,
    "neg": operator.neg,
    "pow": _pow,
    "mod": _mod,
    "abs": abs,
    "sign": _sign,
    "floor": _floor,
    "ceil": lambda x: -_floor(-x),
    "round": lambda x: _whole(x, round),
    "sind": _sind,
    "cosd": lambda x: _sind(x + 90),
    "tand": _tand,
    "factorial": _factorial,
    "binomial": _binomial,
    "max": max,
    "min": min,
    "clip": lambda x, lo, hi: min(max(x, lo), hi),
    **CONDITIONS,
}
