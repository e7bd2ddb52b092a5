"""Carlson's symmetric elliptic integrals in FLINT's balls, and their derivatives by quadrature.

A derivative is integrated from 0 to 1 in the logarithm of t and the least argument, and from 1 on
in t**(-1/2): both are analytic far around there. Where one argument is 0 (not that in which it is
differentiated), from 0 to 1 in asinh(sqrt(t/b)), b being the least of the others.
Johansson 2018, Numerical integration in arbitrary-precision ball arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flint import acb

from hodiff.arithmetic.ball_numbers import FLINT, ball, nan
from hodiff.arithmetic.special.bounds import beyond, bits, sure, within
from hodiff.engine.exact import rational

MOST_BITS = 1400  # of an integral: enough to see that what cancels is below 1e-300
LEAST = 256  # bits that arguments may lie apart
MOST_ORDER = 64
MOST_VALUES = 20_000  # of an integrand


def _positive(*x: Any) -> bool:
    """Whether arguments are from 0 on, and at most one is no more than 0."""
    return all(v >= 0 for v in x) and sum(not v > 0 for v in x) <= 1


def _integral(name: str, last: int) -> Callable[..., Any]:
    """By FLINT; the last few arguments are above 0."""

    def compute(*given: Any) -> Any:
        x = [ball(v) for v in given]
        if not _positive(*x[:3]) or not all(v > 0 for v in x[len(x) - last :]):
            return nan()
        if not within(*x):
            return beyond(*x)
        return sure(getattr(acb, name)(*map(acb, x)).real, *x)

    return compute


def carlsons(x: Any, y: Any, z: Any, i: int, j: int, k: int) -> Any:
    return _quadrature((x, y, z), (1 + 2 * i, 1 + 2 * j, 1 + 2 * k))


def carlsonps(x: Any, y: Any, z: Any, p: Any, i: int, j: int, k: int, m: int) -> Any:
    return _quadrature((x, y, z, p), (1 + 2 * i, 1 + 2 * j, 1 + 2 * k, 2 * m))


def _quadrature(given: Any, powers: tuple[int, ...]) -> Any:
    """Of the product of (t + x)**(-power/2), scaled by the largest x."""
    x = [ball(v) for v in given]
    if FLINT.ctx.prec > MOST_BITS and all(map(rational, given)):
        return _at_most_bits(given, powers)
    zeros = [i for i, v in enumerate(x) if v == 0 and powers[i] == 1]
    above = [i for i in range(len(x)) if i not in zeros]
    if len(zeros) > 1 or not all(x[i] > 0 for i in above):
        return nan()
    top = x[0]
    for v in x[1:]:
        top = top.max(v)
    apart = all(x[i] > top * ball(2) ** -LEAST for i in above)
    if not within(*x) or not apart or sum(powers) > MOST_ORDER:
        return beyond(*x)
    scaled = [acb(v / top) for v in x]

    least = min(above, key=lambda i: float((x[i] / top).mid()))
    small, order = scaled[least], powers[least]

    def near(w: Any, analytic: bool) -> Any:
        if zeros:
            t, found = (
                small * w.sinh() ** 2,
                2 * w.cosh() ** (1 - order) * small.sqrt() ** (1 - order),
            )
        else:
            t, found = w.exp() - small, (w * (2 - order) / 2).exp()
        for i in above:
            if i == least:
                continue
            base, n = t + scaled[i], powers[i]
            if n % 2:
                found /= base.sqrt(analytic=analytic) ** n
            elif n:
                found /= base ** (n // 2)
        return found

    def far(s: Any, analytic: bool) -> Any:
        found, square = 2 * s ** (sum(powers) - 3), s * s
        for v, n in zip(scaled, powers, strict=True):
            base = 1 + v * square
            if n % 2:
                found /= base.sqrt(analytic=analytic) ** n
            elif n:
                found /= base ** (n // 2)
        return found

    accuracy = min(x[i].rel_accuracy_bits() for i in above)
    with bits(min(FLINT.ctx.prec, MOST_BITS, max(accuracy, 0) + 32)):
        low, high = (0, small.rsqrt().asinh()) if zeros else (small.log(), (small + 1).log())
        # Of a large number no more bits are asked than there are: FLINT's own goal is absolute.
        goal = abs(near(acb(low), False)).mid() * ball(2) ** -FLINT.ctx.prec
        total = acb.integral(near, low, high, abs_tol=goal, eval_limit=MOST_VALUES).real
        total += acb.integral(far, 0, 1, eval_limit=MOST_VALUES).real
    return sure(total * top / top.sqrt() ** sum(powers), *x)


@lru_cache(maxsize=64)
def _at_most_bits(given: tuple[Any, ...], powers: tuple[int, ...]) -> Any:
    """Once, however often a precision beyond is asked for."""
    with bits(MOST_BITS):
        return _quadrature(given, powers)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "elliprf": _integral("elliptic_rf", 0),
    "elliprd": _integral("elliptic_rd", 1),
    "elliprj": _integral("elliptic_rj", 1),
    "carlsons": carlsons,
    "carlsonps": carlsonps,
}
