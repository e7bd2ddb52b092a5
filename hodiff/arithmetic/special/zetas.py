"""Zeta functions and polylogarithms in FLINT's balls, where it is soon done with them, and by their
sums where these end soon.

Johansson 2015, Rigorous high-precision computation of the Hurwitz zeta function and its
derivatives, Numerical Algorithms 69. What has neither a sum nor an expansion here has no bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial, fmod, inf, isfinite, log2, nan, pi, sin
from typing import Any

from flint import acb, arb, arb_series, ctx

from hodiff.arithmetic.special.bounds import ANYTHING, costing
from hodiff.engine.leibniz import falling

LEAST_S, MOST_S = -300, 1000  # that FLINT is asked for
MOST_ORDER = 200  # of a polylogarithm that FLINT is asked for
FAR_S = 2.0**40
MOST_TERMS, MOST_BITS = 5000, 1_500_000  # of a sum, and of all its terms together
TINY = arb(2) ** -(1 << 30) * arb(0, 1)


def _zeta(s: Any) -> Any:
    if s == 1:
        return s.nan()
    if s > ctx.prec + 10:  # 1 + 2**-s + ..., less than 4*2**-s above 1
        return 1 + arb(2) ** -ctx.prec * arb(0, 1)
    if abs(s) < 0.5:  # where the reflection that FLINT makes has a pole beside a 0
        return 1 + s.zeta(arb(2))
    return s.zeta() if abs(s) < 1e6 else ANYTHING


def _in_s(s: Any, a: Any, k: int) -> Any:
    """The k-th derivative of zeta(s, a) in s, a > 0."""
    if not a > 0 or s == 1 or not s.is_finite() or not a.is_finite():
        return s.nan()
    if a == 1 and k and s > FAR_S:  # below 2*2**-s
        return TINY
    if s > MOST_S:
        return _summed(s, a, k)
    if a < 0.5 or (a == 1 and abs(s) < 0.5):
        return (-s * a.log()).exp() * (-a.log()) ** k + _in_s(s, a + 1, k)
    if not s > LEAST_S or not s < 2 * MOST_S or not a < arb(2) ** 1100:
        return ANYTHING  # a wide s, too: it would ask for as many bits as its middle
    cap = ctx.cap
    with costing(20 * abs(s) + (0 if s > 0 else 150)):
        # Far right all terms but the first are small, far left they cancel.
        if float(s.rad()) < 1 and float(a.rad()) < 1:  # else no bits help
            ctx.prec += int(abs(float(s)) * (1 + log2(min(float(a), 1000) + 1)))
        ctx.cap = k + 1
        try:
            if k == 0:
                return s.zeta(a)
            found = arb_series([s, 1]).zeta(a)
            return found[k] * factorial(k) if found.length() > k else arb(0)
        finally:
            ctx.cap = cap


def _most() -> int:
    return min(MOST_TERMS, MOST_BITS // ctx.prec)


def _summed(s: Any, a: Any, k: int) -> Any:
    """By its sum, each term so much smaller than the one before it that few are needed; the rest
    is below that of T**(1 - s)*log(T)**k, T being the first one left out."""
    if not a * ctx.prec < s * _most():  # so many terms, or more, until one is 2**-prec times less
        return ANYTHING
    total = arb(0)
    largest = arb(0)
    for n in range(_most()):
        t = a + n
        term = (-s * t.log()).exp() * t.log() ** k
        if n and t > 3 and s > 2 + k:
            rest = abs(term) * (1 + t / (s - 1 - k / t.log()))
            if rest < total.rad() + largest * arb(2) ** (-ctx.prec - 2):
                return (-1) ** k * (total + rest.upper() * arb(0, 1))
        largest = largest.max(abs(term))
        total += term
    return ANYTHING


def _hurwitzes(s: Any, a: Any, k: int, m: int) -> Any:
    """k times in s and m in a: of (-1)**m*s*(s + 1)*...*(s + m - 1)*zeta(s + m, a)."""
    if s + m == 1:
        return _at_pole(s, a, k, m)
    total = arb(0)
    for i, coefficients in enumerate(falling(m, k)):
        value = arb(0)
        for c in reversed(coefficients):
            value = value * -s + c
        if not value.is_zero():
            total += comb(k, i) * (-1) ** i * value * _in_s(s + m, a, k - i)
    return total


def _at_pole(s: Any, a: Any, k: int, m: int) -> Any:
    """The same where s + m - 1, the last factor, is 0 and takes the pole of zeta away."""
    if not (a > 0 and a < arb(2) ** 1100):
        return a.nan() if not a > 0 else ANYTHING
    cap = ctx.cap
    ctx.cap = k + 2
    try:
        value = 1 + arb_series([0, 1]) * arb_series([1, 1]).zeta(a, True)  # without 1/(s - 1)
        for i in range(m - 1):
            value = value * arb_series([s + i, 1])
        found = value.coeffs()
    finally:
        ctx.cap = cap
    return (-1) ** m * factorial(k) * found[k] if len(found) > k else arb(0)


def _polylogs(s: Any, x: Any, j: int = 0) -> Any:
    """The j-th derivative of polylog(s, x) in x."""
    if not x <= 1:
        return x.nan()
    if j == 0 and abs(s) < MOST_ORDER:
        return _polylog(s, x)
    if abs(x) < 0.25 and abs(s) < arb(2) ** 1100:
        return _powers(s, x, j)
    if abs(x) <= 1 and (10 * (s - j) > ctx.prec or (s > 150 and abs(x) < 0.9)):
        return _powers(s, x, j)
    total = arb(0)
    for i, c in enumerate(falling(j, 0)[0]):
        if c:
            total += c * _polylog(s - i, x, j)
    return total / x**j if j else total


def _powers(s: Any, x: Any, j: int) -> Any:
    """The sum of n*(n - 1)*...*(n - j + 1)/n**s*x**(n - j), its terms falling fast."""
    if not -s < _most():  # at first they grow
        return ANYTHING
    total, size, power = arb(0), abs(x), arb(1)
    small = arb(2) ** (-ctx.prec - 4)
    for n in range(max(j, 1), _most()):
        if n > j and n == 1:
            power = power * x
        falls = factorial(n) // factorial(n - j)
        term = falls * (-s * arb(n).log()).exp() * power
        total += term
        if x == 0:
            return total
        rest = _rest(s, size, j, n, abs(term))
        if rest is not None and rest < total.rad() + small * abs(total).upper():
            return total + rest.upper() * arb(0, 1)
        power = power * x
    return ANYTHING


def _rest(s: Any, size: Any, j: int, n: int, term: Any) -> Any:
    """What the terms after the n-th can add up to; None where that isn't told yet."""
    if n < j + 3:
        return None
    # The quotient of a term by the one before it falls as n grows; but for n**-s, which is below 1
    # where s > 0.
    step = arb(n + 1) / (n + 1 - j) * size
    if not s > 0:
        step *= (-s * (arb(n + 1) / n).log()).exp()
    if step < 0.9:
        return term * step / (1 - step)
    if s > j + 2:  # of n**(j - s), by its integral
        return ((j - s) * arb(n).log()).exp() * n / (s - j - 1)
    return None


def _polylog(s: Any, x: Any, j: int = 0) -> Any:
    if x == 1:
        return _zeta(s) if s > 1 else x.nan()
    if not abs(s) < MOST_ORDER or not abs(x) < arb(2) ** 4000:
        return ANYTHING
    with costing(2 * abs(s) + 100 if s.is_integer() and j < 4 else 20 * abs(s) + 250):
        return acb(x).polylog(acb(s)).real


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "zeta": _zeta,
    "zeta_of_order": lambda s, k: _in_s(s, arb(1), k),
    "hurwitz": lambda s, a: _in_s(s, a, 0),
    "hurwitz_of_order": _in_s,
    "hurwitzes": _hurwitzes,
    "polylog": _polylogs,
    "polylogs": _polylogs,
    "dilog": lambda x: _polylogs(arb(2), x),
    "dilogs": lambda x, j: _polylogs(arb(2), x, j),
}


# In doubles.


def _known_zeta(s: float) -> float | None:
    if s == 1:
        return inf
    if s > 60:
        return 1.0
    if s > -500:
        return None
    side = sin(pi * fmod(s, 4) / 2)
    return nan if s == -inf else 0.0 if s % 2 == 0 else inf if side > 0 else -inf


def _known_order(s: float, k: int) -> float | None:
    if s == 1:
        return inf if k % 2 == 0 else nan
    return -0.0 * (-1) ** k if s > 1200 else None if s > LEAST_S else nan


def _known_hurwitz(s: float, a: float, *orders: int) -> float | None:
    if not a > 0 or s != s:
        return nan
    if not any(orders) and s == 1:
        return inf
    if abs(s) == inf or a == inf:
        return 0.0 if s > 1 and a > 1 else nan
    return None


def _known_polylog(s: float, x: float, j: int = 0) -> float | None:
    if not x <= 1 or s != s:
        return nan
    if x == 0:
        return 0.0 * x if j == 0 else _size_at_0(s, j)
    if x == 1 and not s > j + 1:
        return inf
    if j == 0 and s > 200:
        return x if abs(x) < 1e40 else nan
    return None if isfinite(s) and isfinite(x) else nan


def _size_at_0(s: float, j: int) -> float | None:
    if j == 1:
        return 1.0
    return None if abs(s) < 1000 else 0.0 if s > 0 else inf


KNOWN: dict[str, Callable[..., float | None]] = {
    "zeta": _known_zeta,
    "zeta_of_order": _known_order,
    "hurwitz": _known_hurwitz,
    "hurwitz_of_order": _known_hurwitz,
    "hurwitzes": _known_hurwitz,
    "polylog": _known_polylog,
    "polylogs": _known_polylog,
    "dilog": lambda x: nan if not x <= 1 else -inf if x == -inf else None,
    "dilogs": lambda x, j: _known_polylog(2.0, x, j),
}
