"""Functions that are integrals, or inverse to one, in FLINT's balls.

Each is done in a time that doesn't depend on how large its argument is: where FLINT has no
expansion far out, one is written here, or there are no bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, factorial, inf, nan, pi
from typing import Any

from flint import acb, arb

from hodiff.arithmetic.special.bounds import ANYTHING, costing

FAR = 4  # from where on an expansion for large arguments is the better one
NARROW = 40  # bits of a ball that is taken as it is, not by its ends


def _at_ends(f: Callable[..., Any], x: Any, *attributes: Any) -> Any:
    """A monotone function of a wide ball, by its values at the ends."""
    if x.is_exact() or x.rel_accuracy_bits() > NARROW or not x.is_finite():
        return f(x, *attributes)
    return f(arb(x.lower()), *attributes).union(f(arb(x.upper()), *attributes))


# Error functions.


def _erfcx(x: Any, n: int = 0) -> Any:
    """The n-th derivative of exp(x**2)*erfc(x); all of them are monotone (DLMF 7.7.1)."""
    return _at_ends(_scaled, x, n)


def _scaled(x: Any, n: int) -> Any:
    if x > FAR:  # DLMF 7.18.2, 7.18.9 and 12.7.14
        a = arb(n + 1) / 2
        found = (x * x).hypgeom_u(a, arb(0.5)) * factorial(n) / arb.pi().sqrt()
        return -found if n % 2 else found
    before, now = arb(0), (x * x).exp() * x.erfc()
    for k in range(n):
        free = 0 if k else 2 / arb.pi().sqrt()
        before, now = now, 2 * (x * now + k * before) - free
    return now


def _dawson(x: Any, n: int = 0) -> Any:
    """The n-th derivative of Dawson's integral: far out from erfcx's of an imaginary number."""
    if n and abs(x) > FAR:
        u = acb(-x * x).hypgeom_u(acb(n + 1) / 2, acb(0.5))  # of -i*|x|, squared
        u = u * acb(0, -1) ** n * factorial(n)
        return u.imag / (2 if x < 0 and n % 2 == 0 else -2)  # odd or even as it is
    root = arb.pi().sqrt()
    before, now = arb(0), root / 2 * (-x * x).exp() * x.erfi()
    for k in range(n):
        before, now = now, -2 * (x * now + k * before) + (0 if k else 1)
    return now


def _erfinv(x: Any) -> Any:
    return _at_ends(lambda v: v.erfinv(), x)


def _erfcinv(x: Any) -> Any:
    return _at_ends(lambda v: v.erfcinv(), x)


def _normcdf(x: Any) -> Any:
    return _at_ends(lambda v: (-v / arb(2).sqrt()).erfc() / 2, x)


def _norminv(x: Any) -> Any:
    return _at_ends(lambda v: -(2 * v).erfcinv() * arb(2).sqrt(), x)


# Lambert's W, and integrals of exp(x)/x and the like.


def _lambertw(x: Any, branch: int) -> Any:
    if branch and not x < 0:
        return x.nan()
    return _at_ends(lambda v: v.lambertw(branch), x)


def _expint(n: Any, x: Any) -> Any:
    """E_n(x): the incomplete gamma function, at a precision that it is soon done with."""
    if x == 0 and n > 1:
        return 1 / (n - 1)
    if n == 1:
        return _e1(x)
    if not x > 0:
        return x.nan()
    with costing(abs(n) + x):
        found = x.expint(n)
    return found if found.is_finite() else ANYTHING


def _e1(x: Any) -> Any:
    return _at_ends(lambda v: -(-v).ei(), x) if x > 0 else x.nan()


def _sinhc(x: Any, n: int) -> Any:
    """The n-th derivative of sinh(x)/x. Close to 0, where sinh(x)/x is a mean of cosh(x*t), from
    a series of positive terms; far out from n*s(n - 1) + x*s(n) = sinh or cosh of x."""
    if abs(x) < 4 * n + 20:
        a = arb(n + 1 + n % 2) / 2
        found = (x * x / 4).hypgeom([a], [a + 1, arb(0.5 + n % 2)]) / (n + 1 + n % 2)
        return x * found if n % 2 else found
    waves = x.sinh(), x.cosh()
    value = waves[0] / x
    for k in range(1, n + 1):
        value = (waves[k % 2] - k * value) / x
    return value


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lambertw": lambda x: _lambertw(x, 0),
    "lambertw_lower": lambda x: _lambertw(x, -1),
    "e1": _e1,
    "expint": _expint,
    "expints": lambda n, x, m: (-1) ** m * _expint(n - m, x),
    "sinhc": _sinhc,
    "fresnels": lambda x: x.fresnel_s(),
    "fresnelc": lambda x: x.fresnel_c(),
    "erfi": lambda x: _at_ends(lambda v: v.erfi(), x),
    "erfinv": _erfinv,
    "erfcinv": _erfcinv,
    "erfcx": _erfcx,
    "erfcxs": _erfcx,
    "dawson": _dawson,
    "dawsons": _dawson,
    "normcdf": _normcdf,
    "norminv": _norminv,
}


# In doubles.


def _inverse(low: float, high: float, rises: bool) -> Callable[[float], float | None]:
    """Of a function whose values lie between two, which it has at the infinities."""

    def known(x: float) -> float | None:
        if low < x < high:
            return None
        return (inf if (x == high) == rises else -inf) if x in (low, high) else nan

    return known


def _known_erfcx(x: float, n: int = 0) -> float | None:
    sign = -1.0 if n % 2 else 1.0
    return sign * inf if x < -27 else sign * 0.0 if x == inf else None


def _known_dawson(x: float, n: int = 0) -> float | None:
    return (-1.0) ** n * copysign(0.0, x) ** (n + 1) if abs(x) == inf else None


def _limits(low: float, high: float) -> Callable[[float], float | None]:
    """Of a function that has values at the infinities."""
    return lambda x: {inf: high, -inf: low}.get(x)


def _known_expint(n: float, x: float) -> float | None:
    if x == 0:
        return 1 / (n - 1) if n > 1 else inf if n == n else nan
    if x < 0 or n != n or x != x or abs(n) == inf:
        return nan
    return 0.0 if x > 800 + 10 * max(-n, 0) ** 0.5 else None


def _known_expints(n: float, x: float, m: int) -> float | None:
    known = _known_expint(n - m, x)
    return None if known is None else (-1) ** m * known


KNOWN: dict[str, Callable[..., float | None]] = {
    "lambertw": _limits(nan, inf),
    "lambertw_lower": lambda x: None if x < 0 else nan if x else -inf,
    "ei": lambda x: inf if x > 800 else -0.0 if x < -800 else -inf if x == 0 else None,
    "e1": lambda x: 0.0 if x > 800 else inf if x == 0 else None,
    "expint": _known_expint,
    "expints": _known_expints,
    "li": lambda x: inf if x == inf else -inf if x == 1 else None,
    "si": _limits(-pi / 2, pi / 2),
    "ci": lambda x: 0.0 if x == inf else -inf if x == 0 else None,
    "shi": lambda x: copysign(inf, x) if abs(x) > 800 else None,
    "chi": lambda x: inf if x > 800 else -inf if x == 0 else None,
    "sinhc": lambda x, n: inf * (-1) ** n if x < -800 else inf if x > 800 else None,
    "fresnels": lambda x: copysign(0.5, x) if abs(x) > 1e17 else None,
    "fresnelc": lambda x: copysign(0.5, x) if abs(x) > 1e17 else None,
    "erfi": lambda x: copysign(inf, x) if abs(x) > 27 else None,
    "erfinv": _inverse(-1, 1, True),
    "erfcinv": _inverse(0, 2, False),
    "erfcx": _known_erfcx,
    "erfcxs": _known_erfcx,
    "dawson": _known_dawson,
    "dawsons": _known_dawson,
    "normcdf": lambda x: 0.0 if x < -39 else 1.0 if x > 39 else None,
    "norminv": _inverse(0, 1, True),
}
