"""Incomplete gamma and beta functions in FLINT's balls, by series of positive terms, which take a
time that grows with the root of the parameters; and what doubles are past that.

DLMF 8.7.1 (of 8.11.4) and 8.17.7; the choice between a function and its complement is that of
Temme 1994, A set of algorithms for the incomplete gamma functions, Probability in the Engineering
and Informational Sciences 8.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, gamma, inf, isfinite, log, nan
from typing import Any

from flint import arb, ctx

from hodiff.arithmetic.special.bounds import ANYTHING, costing

LARGEST = 1e7  # of a parameter or an argument, for the gamma function's
MOST_TERMS = 300_000


def _lower(a: Any, x: Any) -> Any:
    """P(a, x) where x < a + 1: x**a*exp(-x)/gamma(a + 1) times the sum of x**n/(a + 1)_n."""
    total, term, small = arb(1), arb(1), arb(2) ** (-ctx.prec - 4)
    bound = x.upper()
    for n in range(1, MOST_TERMS):
        term = term * x / (a + n)
        total = total + term
        ratio = arb(bound) / (a + n + 1)
        if n % 16 or not ratio < 1:
            continue
        rest = term * ratio / (1 - ratio)
        if rest < total.rad() + small * total:
            total = total + rest.upper() * arb(0, 1)
            return (a * x.log() - x - (a + 1).lgamma()).exp() * total
    return ANYTHING


def _upper(a: Any, x: Any) -> Any:
    return x.gamma_upper(a, 1)


def _gammainc(a: Any, x: Any) -> Any:
    if x == 0 and a > 0:
        return arb(0)
    if not (a > 0 and x > 0):
        return a.nan()
    if not a + x < LARGEST:
        return ANYTHING
    with costing(a + x):
        return 1 - _upper(a, x) if x > a + 1 else _lower(a, x)


def _gammaincc(a: Any, x: Any) -> Any:
    if x == 0 and a > 0:
        return arb(1)
    if not (a > 0 and x > 0):
        return a.nan()
    if not a + x < LARGEST:
        return ANYTHING
    with costing(a + x):
        return 1 - _lower(a, x) if x < a else _upper(a, x)


def _gamma_density(a: Any, x: Any, m: int) -> Any:
    """Of order m: the sum of comb(m, i)*(-1)**(m - i)*x**(a - 1 - i)*exp(-x)/gamma(a - i)."""
    if not (a > 0 and x >= 0):
        return a.nan()
    if not a < arb(2) ** 1000:
        return ANYTHING
    total = arb(0)
    for i in range(m + 1):
        total += comb(m, i) * (-1) ** (m - i) * _over_gamma(a - i, x)
    return total * (-x).exp()


def _over_gamma(a: Any, x: Any) -> Any:
    """x**(a - 1)/gamma(a), which ends at a = 0, -1, ..."""
    if a > 1 and x > 0:
        return ((a - 1) * x.log() - a.lgamma()).exp()
    inverse = a.rgamma()
    if inverse == 0 or a == 1:
        return inverse
    return ((a - 1) * x.log()).exp() * inverse if x > 0 else arb(0) if x == 0 and a > 1 else x.nan()


def _lowergamma(a: Any, x: Any) -> Any:
    return _gammainc(a, x) * a.gamma()


def _uppergamma(a: Any, x: Any) -> Any:
    if a > 0:
        return _gammaincc(a, x) * a.gamma()
    if not x > 0:
        return a.nan()
    if not abs(a) + x < LARGEST:
        return ANYTHING
    with costing(10 * (abs(a) + x)):
        return x.gamma_upper(a)


def _betainc(a: Any, b: Any, x: Any) -> Any:
    if not (a > 0 and b > 0):
        return a.nan()
    if x == 0 or x == 1:
        return x
    if not (0 < x < 1):
        return a.nan()
    if not a + b < LARGEST:
        return ANYTHING
    with costing((a + b) / 10000):
        ctx.prec += 120  # the sum loses some
        far = x * (a + b) > a
        return 1 - _below(b, a, 1 - x) if far else _below(a, b, x)


def _below(a: Any, b: Any, x: Any) -> Any:
    """I_x(a, b) where x is not above a/(a + b): x**a*(1 - x)**b/(a*B(a, b)) times 2F1(a + b, 1;
    a + 1; x), whose terms are positive, and are summed as they are."""
    if not (1 - x) * MOST_TERMS > ctx.prec:
        return ANYTHING
    total = x.hypgeom([a + b, arb(1), arb(1)], [a + 1, arb(1)])
    sizes = (a + b).lgamma() - (a + 1).lgamma() - b.lgamma()
    return (a * x.log() + b * (1 - x).log() + sizes).exp() * total


def _beta_density(a: Any, b: Any, x: Any, m: int) -> Any:
    if not (a > 0 and b > 0 and x >= 0 and x <= 1):
        return a.nan()
    if not a + b < arb(2) ** 1000:
        return ANYTHING
    total = arb(0)
    for i in range(m + 1):
        term = _over_gamma(a - i, x) * _over_gamma(b - (m - i), 1 - x)
        total += comb(m, i) * (-1) ** (m - i) * term
    return total * (a + b).gamma()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "gammainc": _gammainc,
    "gammaincc": _gammaincc,
    "gamma_density": _gamma_density,
    "lowergamma": _lowergamma,
    "uppergamma": _uppergamma,
    "betainc": _betainc,
    "beta_density": _beta_density,
}


# In doubles.


def _scipys(name: str) -> Callable[..., float | None]:
    """scipy's number where the series are too long, or an argument is infinite."""

    def known(a: float, x: float) -> float | None:
        if not (a > 0 and x >= 0):
            return nan
        if a + x < LARGEST / 10:
            return None
        from scipy import special  # start-up: for numbers that are hardly met

        return float(getattr(special, name)(a, x))

    return known


def _known_density(a: float, x: float, m: int) -> float | None:
    if not (a > 0 and x >= 0) or a > 1e100:
        return nan
    return 0.0 if x == inf else None


def _known_lowergamma(a: float, x: float) -> float | None:
    if not (a > 0 and x >= 0):
        return nan
    if x == 0:
        return 0.0
    if a + x < LARGEST:
        return None
    if x > a:  # past nearly all of it
        return gamma(a) if a < 170 else inf
    size = a * log(x) - x - log(a) if a < inf else nan  # the logarithm of the first term
    return inf if size > 710 else 0.0 if size < -760 else nan


def _known_uppergamma(a: float, x: float) -> float | None:
    if a != a or not x >= 0 or abs(a) == inf:
        return nan
    if x == 0 and a <= 0:
        return inf
    return 0.0 if x > 1000 + 50 * abs(a) else inf if a > 1e4 else nan if a < -LARGEST else None


def _known_betainc(a: float, b: float, x: float) -> float | None:
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        return nan
    if x in (0, 1):
        return x
    if a + b < LARGEST / 10 and min(x, 1 - x) > 1e-290:
        return None
    from scipy import special  # start-up: for numbers that are hardly met

    return float(special.betainc(a, b, x))


def _known_beta_density(a: float, b: float, x: float, m: int) -> float | None:
    return (
        None
        if all(map(isfinite, (a, b, x))) and a > 0 and b > 0 and 0 <= x <= 1 and a + b < 1e100
        else nan
    )


KNOWN: dict[str, Callable[..., float | None]] = {
    "gammainc": _scipys("gammainc"),
    "gammaincc": _scipys("gammaincc"),
    "gamma_density": _known_density,
    "lowergamma": _known_lowergamma,
    "uppergamma": _known_uppergamma,
    "betainc": _known_betainc,
    "beta_density": _known_beta_density,
}
