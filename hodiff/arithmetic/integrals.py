"""Functions that are integrals, or inverse to one, in FLINT's balls.

FUNCTIONS are of balls. Each is done in a time that doesn't depend on how large its argument is:
where FLINT has no expansion far out, one is written here, or there are no bounds. KNOWN has what
doubles are where FLINT need not be asked, at infinity and past their range.
"""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, factorial, inf, nan
from typing import Any

from flint import acb, arb

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


FUNCTIONS: dict[str, Callable[..., Any]] = {
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


KNOWN: dict[str, Callable[..., float | None]] = {
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
