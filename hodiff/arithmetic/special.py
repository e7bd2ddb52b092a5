"""Special functions at a point, from FLINT's balls; the gamma family's Taylor series there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import comb, copysign, factorial
from typing import Any

from flint import acb, arb, arb_series, ctx

from hodiff.arithmetic import incomplete, integrals, zetas
from hodiff.engine.leibniz import leibniz_beta

LEAST = arb(2) ** -1100  # less than half the least double


def _digamma(x: Any) -> Any:
    return x.digamma()


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


def _binomial(n: Any, k: Any) -> Any:
    return _binomials(n, k, 0, 0)


def _binomials(n: Any, k: Any, i: int, j: int) -> Any:
    """The derivative of gamma(n + 1)/(gamma(k + 1)*gamma(n - k + 1)), i times in n and j times in
    k, by Leibniz: 1/gamma has a series everywhere, so that nothing is infinite at its zeros.
    Of a whole number k of factors it is (-1)**k*binomial(k - n - 1, k)."""
    if not j and k.is_exact() and k.is_integer() and k >= 0 and n < 0:
        found = _binomials(k - n - 1, k, i, 0)
        return found if (int(k.unique_fmpz()) + i) % 2 == 0 else -found
    order = i + j + 1
    with _length(order):
        upper = _coefficients(arb_series([n + 1, 1]).gamma(), order)
        lower = _coefficients(arb_series([k + 1, 1]).rgamma(), order)
        rest = _coefficients(arb_series([n - k + 1, 1]).rgamma(), order)
    total = arb(0)
    for a in range(i + 1):
        for b in range(j + 1):
            m = i - a + j - b  # derivatives of the last factor, whose slope in k is negative
            weight = comb(i, a) * comb(j, b) * (-1) ** (j - b)
            weight *= factorial(a) * factorial(b) * factorial(m)
            total += weight * upper[a] * lower[b] * rest[m]
    return total


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "digamma": _digamma,
    "lgamma": _lgamma,
    "polygamma": _polygamma,
    "beta": _beta,
    "betas": _betas,
    "binomial": _binomial,
    "binomials": _binomials,
    **integrals.FUNCTIONS,
    **incomplete.FUNCTIONS,
    **zetas.FUNCTIONS,
}
KNOWN: dict[str, Callable[..., float | None]] = {
    **integrals.KNOWN,
    **incomplete.KNOWN,
    **zetas.KNOWN,
}
"""What doubles have where FLINT need not be asked: at infinity, and past their range."""


@contextmanager
def _length(n: int) -> Iterator[None]:
    """FLINT's power series inside have n coefficients."""
    outer = ctx.cap
    ctx.cap = n
    try:
        yield
    finally:
        ctx.cap = outer


def _coefficients(series: Any, n: int) -> list[Any]:
    found = series.coeffs()
    return list(found) + [0] * (n - len(found))


def _lgamma_taylor(x: Any, n: int) -> list[Any]:
    """The Taylor coefficients of log|gamma| at x."""
    with _length(n):
        if x > 0:
            return _coefficients(arb_series([x, 1]).lgamma(), n)
        inverse = arb_series([x, 1]).rgamma()  # has no poles
        return _coefficients(-(inverse if inverse[0] > 0 else -inverse).log(), n)


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
"""The first n Taylor coefficients at x, of (x, n, attributes)."""


def composed(outer: Sequence[Any], inner: Sequence[Any]) -> list[Any]:
    """The coefficients of a power series in another, whose first coefficient is left out: the
    outer one is around it. Brent and Kung 1978, Fast algorithms for manipulating formal power
    series, Journal of the ACM 25 (4)."""
    n = len(outer)
    with _length(n):
        moved = arb_series([0, *inner[1:]])
        if not moved.length():  # which python-flint takes for one with a constant term
            return [outer[0]] + [0] * (n - 1)
        return _coefficients(arb_series(list(outer))(moved), n)


def nearest(name: str, *x: float, functions: dict[str, Callable[..., Any]] = FUNCTIONS) -> float:
    """The double nearest to a function's value: precision grows until the ball is narrow enough.

    inf past the largest double. Raises ValueError where the value isn't finite.
    """
    known = KNOWN[name](*x) if name in KNOWN else None
    if known is not None:
        return known
    outer = ctx.prec
    try:
        for precision in (80, 160, 320, 640, 1280):
            ctx.prec = precision
            value = functions[name](
                *[arb(float(v)) if isinstance(v, (bool, float)) else v for v in x]
            )
            value = arb(value)
            if value.is_finite() and value.rel_accuracy_bits() >= 60:
                return float(value.mid()) or copysign(0.0, x[0])
            if abs(value) < LEAST:
                return 0.0
        raise ValueError(name)
    finally:
        ctx.prec = outer
