"""Incomplete elliptic integrals in FLINT's balls, and their derivatives in m."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

from flint import acb

from hodiff.arithmetic.ball_numbers import FLINT, ball, nan, whole_power
from hodiff.arithmetic.special.bounds import (
    MOST_BITS,
    between,
    beyond,
    bits,
    is_wide,
    sure,
    told,
    within,
)
from hodiff.arithmetic.special.carlson import carlsons
from hodiff.engine.shifts import risen

SMALL = 8  # bits that m is below 1, from which on it is a series in m
MOST_DERIVATIVES = 100


def _integral(name: str) -> Callable[[Any, Any], Any]:
    """F or E, real where 1 - m*sin(t)**2 is above 0 all the way."""

    def compute(phi: Any, m: Any) -> Any:
        phi, m = ball(phi), ball(m)
        if not _inside(phi, m):
            return nan()
        if not within(phi, m):
            return beyond(phi, m)
        if is_wide(phi):  # it rises
            return between(lambda v: compute(v, m), phi)
        with told(phi), told(m):
            return sure(getattr(acb, name)(acb(phi), acb(m)).real, phi, m)

    return compute


def _inside(phi: Any, m: Any) -> bool:
    if m < 1:
        return True
    half = ball(0).pi() / 2
    return bool(abs(phi) < half and m * phi.sin() ** 2 < 1)


ellipf, ellipeinc = _integral("elliptic_f"), _integral("elliptic_e_inc")


def elliptics(phi: Any, m: Any, j: int, q: int) -> Any:
    """The j-th derivative in m of the integral of D**(q/2), D = 1 - m*sin(t)**2."""
    phi, m = ball(phi), ball(m)
    if not _inside(phi, m):
        return nan()
    if not within(phi, m) or j > MOST_DERIVATIVES:
        return beyond(phi, m)
    if phi == 0:
        return 0
    size = abs(phi).lower()
    extra = SMALL * j + 10
    if size < 1:
        if not size > 0:
            return beyond(phi)
        extra += (2 * j + 1) * int(-float(size.log().lower()) / 0.69 + 2)
    if FLINT.ctx.prec + extra > MOST_BITS:
        return beyond(phi, m)
    with bits(FLINT.ctx.prec + extra):
        if abs(m) < ball(2) ** -SMALL:
            found = _series(phi, m, j, q)
        else:
            found = (_closed if m != 1 else _by_carlson)(phi, m, j, q)
        return sure(found * risen(ball(-q) / 2, j), phi, m)


def _closed(phi: Any, m: Any, j: int, q: int) -> Any:
    """By F and E: see hodiff.engine.operations.elliptic."""
    sine, root = phi.sin(), (1 - m * phi.sin() ** 2).sqrt()
    wave = m * sine * phi.cos()
    p = {1: ellipeinc(phi, m), -1: ellipf(phi, m)}
    for i in range(-1, q - 2 * j, -2):
        inner = wave * root**i - (i + 2) * p[i + 2] - (i + 1) * (m - 2) * p[i]
        p[i - 2] = inner / (i * (1 - m))
    total = sum(((-1) ** i * comb(j, i) * p[q - 2 * j + 2 * i] for i in range(j + 1)), ball(0))
    return total / m**j


def _by_carlson(phi: Any, m: Any, j: int, q: int) -> Any:
    """In sin(t)**-2, of an angle below pi/2: it has no division by 1 - m. DLMF 19.25.5."""
    most = phi.csc() ** 2
    found = carlsons(phi.cot() ** 2, most - m, most, 0, j - (q + 1) // 2, (q + 1) // 2)
    return found * phi.sgn() / 2


def _series(phi: Any, m: Any, j: int, q: int) -> Any:
    """In m: D**-a is the sum of (a)_i/i!*(m*sin(t)**2)**i, and what is left off no more than twice
    the first such term, for |m| is below 1/100."""
    a = ball(2 * j - q) / 2
    sine, cosine = phi.sin(), phi.cos()
    power = phi  # the integral of sin(t)**(2*n)
    total, factor, n = ball(0), ball(1), 0
    terms = FLINT.ctx.prec // SMALL + 2 + 4 * j
    for i in range(terms):
        while n < j + i:
            n += 1
            power = ((2 * n - 1) * power - whole_power(sine, 2 * n - 1) * cosine) / (2 * n)
        total += factor * power
        factor = factor * (a + i) * m / (i + 1)
    rest = 2 * abs(factor) * abs(phi)
    return total + rest * type(rest)(0, 1)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ellipf": ellipf,
    "ellipeinc": ellipeinc,
    "elliptics": elliptics,
}
