"""Orthogonal polynomials in FLINT's balls, and exactly at rational numbers.

Past the exact ones a degree takes three bits more each, for which the terms of its sum cancel. Of
a wide ball the Taylor series around its middle is taken, which ends with the degree.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, prod
from typing import Any

from hodiff.arithmetic.ball_numbers import FLINT, ball, nan
from hodiff.arithmetic.special.bounds import beyond, bits, is_wide, sure, told, whole, within
from hodiff.engine.exact import quotient, rational
from hodiff.engine.shifts import lowered

MOST_DEGREE = 1000
MOST_EXACT = 40  # degree
MOST_DIGITS = 200  # bits of rational arguments together, times the degree
MOST_TAYLOR = 40

NAMES = ("legendrep", "chebyshevt", "chebyshevu", "hermite", "laguerre", "genlaguerre",
         "gegenbauer", "jacobi")  # fmt: skip


def _exact(name: str, n: int, *given: Any) -> Any:
    """By three terms (DLMF 18.9), of jacobi by its sum (18.5.8)."""
    *parameters, x = given
    if name == "jacobi":
        a, b = parameters
        low, high = quotient(x - 1, 2), quotient(x + 1, 2)
        return sum(_choose(n + a, n - s) * _choose(n + b, s) * low**s * high ** (n - s)
                   for s in range(n + 1))  # fmt: skip
    step = STEPS[name]
    before, value = 0, 1
    for i in range(n):
        slope, constant, share = step(i, *parameters)
        before, value = value, (slope * x + constant) * value - share * before
    return value


def _choose(a: Any, k: int) -> Any:
    return quotient(prod(a - i for i in range(k)), factorial(k))


# p_(i + 1) = (slope*x + constant)*p_i - share*p_(i - 1).
STEPS: dict[str, Callable[..., tuple[Any, Any, Any]]] = {
    "legendrep": lambda i: (quotient(2 * i + 1, i + 1), 0, quotient(i, i + 1)),
    "chebyshevt": lambda i: (2 if i else 1, 0, 1),
    "chebyshevu": lambda i: (2, 0, 1),
    "hermite": lambda i: (2, 0, 2 * i),
    "laguerre": lambda i: (quotient(-1, i + 1), quotient(2 * i + 1, i + 1), quotient(i, i + 1)),
    "genlaguerre": lambda i, a: (
        quotient(-1, i + 1), quotient(2 * i + 1 + a, i + 1), quotient(i + a, i + 1)),
    "gegenbauer": lambda i, a: (
        quotient(2 * (i + a), i + 1), 0, quotient(i + 2 * a - 1, i + 1)),
}  # fmt: skip

FLINTS: dict[str, Callable[..., Any]] = {
    "legendrep": lambda n, x: x.legendre_p(n),
    "chebyshevt": lambda n, x: x.chebyshev_t(n),
    "chebyshevu": lambda n, x: x.chebyshev_u(n),
    "hermite": lambda n, x: x.hermite_h(n),
    "laguerre": lambda n, x: x.laguerre_l(n),
    "genlaguerre": lambda n, a, x: x.laguerre_l(n, a),
    "gegenbauer": lambda n, a, x: x.gegenbauer_c(n, a),
    "jacobi": lambda n, a, b, x: x.jacobi_p(n, a, b),
}


def _few(n: int, given: tuple[Any, ...]) -> bool:
    """Whether rational arguments have so few digits that the value is taken exactly."""
    if n > MOST_EXACT or not all(map(rational, given)):
        return False
    return bool(sum((v.numerator * v.denominator).bit_length() for v in given) <= MOST_DIGITS)


def polynomial(name: str) -> Callable[..., Any]:
    def compute(degree: Any, *given: Any) -> Any:
        n = whole(degree)
        if n is None or n < 0:
            return nan()
        if n > MOST_DEGREE:
            return beyond(*map(ball, given))
        if n == 0 and all(v.is_finite() for v in map(ball, given)):
            return 1
        if _few(n, given):
            return _exact(name, n, *given)
        *parameters, x = map(ball, given)
        if not within(*parameters, x):
            return beyond(*parameters, x)
        if is_wide(x) and n <= MOST_TAYLOR and all(p.is_exact() for p in parameters):
            return _around(name, n, parameters, x)
        with told(x), bits(FLINT.ctx.prec + 3 * n):
            return sure(FLINTS[name](ball(n), *parameters, x), *parameters, x)

    return compute


def _around(name: str, n: int, parameters: list[Any], x: Any) -> Any:
    middle = x.mid()
    apart, total = x - middle, ball(0)
    for k in range(n, -1, -1):
        slope = ball(derivative(name)(n, *parameters, middle, k)) / factorial(k)
        total = total * apart + slope
    return total


def derivative(name: str) -> Callable[..., Any]:
    def compute(degree: Any, *given: Any) -> Any:
        *parameters, x, k = given
        n = whole(degree)
        if n is None or n < 0:
            return nan()
        if n > MOST_DEGREE:
            return beyond(*map(ball, (*parameters, x)))
        parameters = [p if rational(p) else ball(p) for p in parameters]
        if not k:
            return VALUES[name](n, *parameters, x)
        if k > n:
            return 0 if all(v.is_finite() for v in map(ball, (*parameters, x))) else nan()
        factor, other, moved = lowered(name, n, parameters, k)
        value = VALUES[other](n - k, *moved, x)
        if rational(factor) and rational(value):
            return factor * value
        return ball(factor) * ball(value)

    return compute


VALUES: dict[str, Callable[..., Any]] = {name: polynomial(name) for name in NAMES}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **VALUES,
    **{f"{name}s": derivative(name) for name in NAMES},
}
