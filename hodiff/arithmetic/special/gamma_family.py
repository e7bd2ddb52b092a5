"""The gamma function's logarithm and its derivatives, beta and binomial coefficients in FLINT's
balls, and their Taylor series."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial, inf
from typing import Any

from flint import acb, arb, arb_series

from hodiff.arithmetic.ball_numbers import ball
from hodiff.arithmetic.power_series import coefficients, length
from hodiff.engine.leibniz import leibniz_beta


def _lgamma(x: Any) -> Any:
    return abs(x.gamma()).log()


def _polygamma(x: Any, n: int) -> Any:
    return acb(x).polygamma(acb(n)).real


def _psi(x: Any, n: int) -> Any:
    return _polygamma(x, n) if n else x.digamma()


def _beta(a: Any, b: Any) -> Any:
    return a.gamma() * b.gamma() * (a + b).rgamma()


def _betas(a: Any, b: Any, j: int, k: int) -> Any:
    return leibniz_beta(a, b, j, k, _beta(a, b), _psi)


def _binomials(n: Any, k: Any, i: int = 0, j: int = 0) -> Any:
    """The derivative of gamma(n + 1)/(gamma(k + 1)*gamma(n - k + 1)), i times in n and j times in
    k, by Leibniz: 1/gamma has a series everywhere, so that nothing is infinite at its zeros.
    Of a whole number k of factors it is (-1)**k*binomial(k - n - 1, k)."""
    if not j and k.is_exact() and k.is_integer() and k >= 0 and n < 0:
        found = _binomials(k - n - 1, k, i, 0)
        return found if (int(k.unique_fmpz()) + i) % 2 == 0 else -found
    order = i + j + 1
    with length(order):
        upper = coefficients(arb_series([n + 1, 1]).gamma(), order)
        lower = coefficients(arb_series([k + 1, 1]).rgamma(), order)
        rest = coefficients(arb_series([n - k + 1, 1]).rgamma(), order)
    total = arb(0)
    for a in range(i + 1):
        for b in range(j + 1):
            m = i - a + j - b  # derivatives of the last factor, whose slope in k is negative
            weight = comb(i, a) * comb(j, b) * (-1) ** (j - b)
            weight *= factorial(a) * factorial(b) * factorial(m)
            total += weight * upper[a] * lower[b] * rest[m]
    return total


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lgamma": _lgamma,
    "polygamma": _polygamma,
    "beta": _beta,
    "betas": _betas,
    "binomial": _binomials,
    "binomials": _binomials,
}
KNOWN: dict[str, Callable[..., float | None]] = {
    "digamma": lambda x: inf if x == inf else None,
    "polygamma": lambda x, n: 0.0 if x == inf else None,
}


def _lgamma_taylor(x: Any, n: int) -> list[Any]:
    """The Taylor coefficients of log|gamma| at x."""
    x = ball(x)
    with length(n):
        if x > 0:
            return coefficients(arb_series([x, 1]).lgamma(), n)
        inverse = arb_series([x, 1]).rgamma()  # has no poles
        return coefficients(-(inverse if inverse[0] > 0 else -inverse).log(), n)


def _psi_taylor(x: Any, n: int, order: int = 0) -> list[Any]:
    """Those of the order-th derivative of digamma, which is log|gamma| differentiated once more."""
    found = _lgamma_taylor(x, n + order + 1)[order + 1 :]
    factors = (factorial(k + order + 1) // factorial(k) for k in range(n))
    return [factor * c for factor, c in zip(factors, found, strict=True)]


TAYLOR: dict[str, Callable[..., list[Any]]] = {
    "lgamma": _lgamma_taylor,
    "digamma": _psi_taylor,
    "polygamma": _psi_taylor,
}
