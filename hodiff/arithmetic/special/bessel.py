"""Bessel, Airy and Struve functions in FLINT's balls.

No call of FLINT's is made whose work isn't bounded: K is found at a precision at which its series
converges before it gives up, and orders past a bound are [-inf, inf]. Of a wide ball
FLINT's series say little; where a function rises, or falls, its ends are taken, and J and its
slope lie in [-1, 1] (DLMF 10.14.1).
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any

from hodiff.arithmetic.ball_numbers import FLINT, ball, nan, whole_power
from hodiff.arithmetic.special.bounds import (
    MOST_BITS,
    between,
    beyond,
    bits,
    is_wide,
    sure,
    told,
    whole,
    within,
)
from hodiff.engine.shifts import STEPS, shifted

MOST_ORDER = 1_000_000  # of J and Y
MOST_MODIFIED = 100_000  # of I
MOST_K = 2000  # of K
MOST_STRUVE, FARTHEST_STRUVE = 1000, 2000  # order and argument of Struve functions
MOST_DERIVATIVES = 500
SERIES, ASYMPTOTIC = 0.11, 0.65  # x over the bits: FLINT's K is quick up to the one, from the other


def besselj(n: Any, x: Any) -> Any:
    x, k = ball(x), whole(n)
    if k is not None and k < 0:
        found = besselj(-k, x)
        return -found if k % 2 else found
    order = ball(n)
    if not within(order, x) or not abs(order) <= MOST_ORDER:
        return beyond(order, x)
    if x == 0:
        return int(k == 0) if order >= 0 else nan()
    if k is None and not x >= 0:
        return nan()
    with told(x):
        found = x.bessel_j(order)
    if is_wide(x) and (k is not None or order >= 1):
        mid = x.mid()
        if k is not None or mid > 0:
            found = _both(found, mid.bessel_j(order) + (x - mid))
            found = _both(found, ball(0).union(ball(1)).union(ball(-1)))
    return sure(found, x)


def _both(a: Any, b: Any) -> Any:
    if not a.is_finite():
        return b
    try:
        return a.intersection(b)
    except ValueError:  # of which none has a number: it can't be
        return nan()


def bessely(n: Any, x: Any) -> Any:
    x, k = ball(x), whole(n)
    if k is not None and k < 0:
        found = bessely(-k, x)
        return -found if k % 2 else found
    order = ball(n)
    if not x > 0:
        return nan()
    if not within(order, x) or not abs(order) <= MOST_ORDER:
        return beyond(order, x)
    with told(x):
        return sure(x.bessel_y(order), x)


def _modified(scaled: bool) -> Callable[[Any, Any], Any]:
    def compute(n: Any, x: Any) -> Any:
        x, k = ball(x), whole(n)
        if k is not None and k < 0:
            k = n = -k
        order = ball(n)
        if not within(order, x) or not abs(order) <= MOST_MODIFIED:
            return beyond(order, x)
        if x == 0:
            return int(k == 0) if order >= 0 else nan()
        if not x >= 0 and (k is None or scaled):
            return nan()
        if not x.is_exact() and x >= 0 and order >= 0 and not scaled:
            return between(lambda v: ball(compute(n, v)), x)
        with told(x):
            return sure(x.bessel_i(order, scaled=scaled), x)

    return compute


def _second(scaled: bool) -> Callable[[Any, Any], Any]:
    def compute(n: Any, x: Any) -> Any:
        order, x = abs(ball(n)), ball(x)
        if not x > 0:
            return nan()
        if not within(order, x) or not order <= MOST_K:
            return beyond(order, x)
        if not x.is_exact():
            return between(lambda v: compute(n, v), x)
        size, precision = x, FLINT.ctx.prec
        if precision * SERIES < size < precision * ASYMPTOTIC:
            precision = int(float(size) / SERIES) + 1
        if precision > MOST_BITS:
            return beyond(x)
        with bits(precision):
            return sure(x.bessel_k(order, scaled=scaled), x)

    return compute


besseli, besselie = _modified(False), _modified(True)
besselk, besselke = _second(False), _second(True)


def _half(x: Any, n: int) -> Any:
    """sqrt(pi/(2*x))*J of order n + 1/2, x > 0."""
    order = ball(2 * n + 1) / 2
    return (ball(0).pi() / (2 * x)).sqrt() * x.bessel_j(order)


def _spherical(compute: Callable[[int, Any], Any]) -> Callable[[Any, Any], Any]:
    """What a function of a whole order is, of what may be none, and within bounds."""

    def checked(n: Any, x: Any) -> Any:
        x, k = ball(x), whole(n)
        if k is None:
            return nan()
        return beyond(x) if abs(k) > MOST_MODIFIED or not within(x) else compute(k, x)

    return checked


@_spherical
def sphericaljn(k: int, x: Any) -> Any:
    if k < 0:
        found = sphericalyn(-k - 1, x)
        return -found if k % 2 else found
    if x == 0:
        return int(k == 0)
    if x < 0:
        found = sphericaljn(k, -x)
        return -found if k % 2 else found
    if x > 1:
        return _half(x, k)
    # DLMF 10.53.1, by a 0F1.
    inner = (-x * x / 4).hypgeom_0f1(ball(2 * k + 3) / 2, regularized=True)
    return inner * whole_power(x / 2, k) * ball(0).pi().sqrt() / 2


@_spherical
def sphericalyn(k: int, x: Any) -> Any:
    if k < 0:
        found = sphericaljn(-k - 1, x)
        return -found if k % 2 == 0 else found
    if x < 0:
        found = sphericalyn(k, -x)
        return found if k % 2 else -found
    if not x > 0:
        return nan()
    found = _half(x, -k - 1)
    return found if k % 2 else -found


def derivatives(name: str) -> Callable[..., Any]:
    """The k-th derivative of a function with an order, by the orders beside it."""
    base = FUNCTIONS[name]

    def compute(n: Any, x: Any, k: int) -> Any:
        order = whole(n)
        n = n if order is None else order
        if k > MOST_DERIVATIVES:
            return beyond(ball(x))
        if name == "besselie" and not ball(x) > 0:
            return nan()
        if name.startswith("spherical") and order is None:
            return nan()
        total = ball(0)
        for s, c in shifted(name, n, k).items():
            if c:
                total += ball(c) * base(n + s, x)
        return total

    return compute


def _taylor(name: str) -> Callable[..., list[Any]]:
    """The first Taylor coefficients of a derivative, from one value of each order: their sums
    beside each other, one derivative after the other."""
    base = FUNCTIONS[name]

    def compute(n: Any, x: Any, count: int, k: int = 0) -> list[Any]:
        most, order = k + count - 1, whole(n)
        if most > MOST_DERIVATIVES or (name == "besselie" and not ball(x) > 0):
            return [beyond(ball(x))] * count
        n = n if order is None else order
        row = {s: ball(base(n + s, x)) for s in range(-most, most + 1)}
        found = []
        for i in range(most + 1):
            if i >= k:
                found.append(row[0] / factorial(i - k))
            steps = {s: STEPS[name](n + s) for s in row if abs(s) < most - i}
            row = {
                s: sum((ball(c) * row[s + step] for step, c in pairs if c), ball(0))
                for s, pairs in steps.items()
            }
        return found

    return compute


def _airy(name: str, derivative: int) -> Callable[[Any], Any]:
    """Ai, which falls, and Bi, which rises, from -1 on."""

    def compute(x: Any) -> Any:
        x = ball(x)
        if not within(x):
            return beyond(x)
        if is_wide(x) and x > -1 and not derivative:
            return between(compute, x)
        with told(x):
            return sure(getattr(x, name)(derivative), x)

    return compute


def _far(n: Any, x: Any) -> Any:
    """H far out, by its difference to Y: DLMF 11.6.1, where what is left out is less than the first
    term that is."""
    with told(x):
        order = ball(n)
        term = (x / 2) ** (order - 1) / (ball(0).pi().sqrt() * (order + ball(1) / 2).gamma())
        total, least = ball(bessely(n, x)), ball(2) ** -FLINT.ctx.prec
        for k in range(FLINT.ctx.prec):
            if k >= order and abs(term) < least * max(abs(total).upper(), least):
                break
            total += term
            term *= (k + ball(1) / 2) * (order - k - ball(1) / 2) * 4 / (x * x)
        return sure(total + FLINT.arb(0, abs(term).upper()), x)


def _steepest(order: Any, x: Any) -> Any:
    """What abs(H'(x)) isn't above, of an order from 0 on, by the integral of DLMF 11.5.1."""
    most = abs(x).upper()
    power = (most / 2) ** order / (ball(0).pi().sqrt() * (order + ball(3) / 2).gamma())
    return ((order + 1) * power).upper()


def _struve(sign: int) -> Callable[[Any, Any], Any]:
    """H (-1) and L (1), by a 1F2: DLMF 11.2.1 and 11.2.2."""

    def compute(n: Any, given: Any) -> Any:
        from flint import acb  # start-up: arrays use this file, and few graphs have one

        x, k, order = ball(given), whole(n), ball(n)
        if not within(order, x) or not abs(order) <= MOST_STRUVE:
            return beyond(order, x)
        if k is None and not x >= 0:
            return nan()
        if x == 0 and not order >= -1:
            return nan()
        if not abs(x) <= FARTHEST_STRUVE:
            if sign > 0 or not (x > 0 or (k is not None and x < 0)):
                return beyond(x)
            found = _far(n, abs(x))
            return found if x > 0 or (k or 0) % 2 else -found
        # Terms as large as exp(abs(x)), where the sum of H is about 1.
        room = int(float(abs(x).upper()) * 2.9) + 8 if sign < 0 else 8
        if sign > 0 and is_wide(x) and x > 0 and order > -1:  # all terms rise
            return between(lambda end: compute(n, end), x)
        if sign < 0 and not x.is_exact() and x.rel_accuracy_bits() < room + 32 and order >= 0:
            middle = x.mid()
            return compute(n, middle) + (x - middle) * FLINT.arb(0, _steepest(order, x))
        if FLINT.ctx.prec + room > MOST_BITS:
            return beyond(x)
        with told(x), bits(FLINT.ctx.prec + room):
            x, order, half = ball(given), ball(n), ball(3) / 2
            inner = acb(x * x * sign / 4).hypgeom([1], [half, order + half], regularized=True).real
            power = (x / 2) ** (order + 1) if k is None else whole_power(x / 2, k + 1)
            return sure(inner * power, x)

    return compute


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "struveh": _struve(-1),
    "struvel": _struve(1),
    "besselj": besselj,
    "bessely": bessely,
    "besseli": besseli,
    "besselk": besselk,
    "besselie": besselie,
    "besselke": besselke,
    "sphericaljn": sphericaljn,
    "sphericalyn": sphericalyn,
    "airyai": _airy("airy_ai", 0),
    "airyaiprime": _airy("airy_ai", 1),
    "airybi": _airy("airy_bi", 0),
    "airybiprime": _airy("airy_bi", 1),
}
ORDERED = [name for name in FUNCTIONS if not name.startswith(("airy", "struve"))]
FUNCTIONS |= {f"{name}s": derivatives(name) for name in ORDERED}
TAYLOR: dict[str, Callable[..., list[Any]]] = {
    name: _taylor(base)
    for base in ("besselj", "bessely", "besseli", "besselk", "besselie", "besselke")
    for name in (base, f"{base}s")
}
"""The first Taylor coefficients in x, of (n, x, how many, attributes)."""
