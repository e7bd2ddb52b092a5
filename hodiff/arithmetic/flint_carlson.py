"""Carlson's symmetric elliptic integrals in FLINT's balls, and their derivatives by quadrature.

A derivative is integrated from 0 to 1 in the logarithm of t and the least argument, and from 1 on
in t**(-1/2): both are analytic far around there.
Johansson 2018, Numerical integration in arbitrary-precision ball arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.arithmetic.ball_numbers import FLINT, ball, nan
from hodiff.arithmetic.flint_bessel import beyond, bits, sure, within

MOST_BITS = 1400  # of an integral
LEAST = 64  # bits that arguments may lie apart
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
        from flint import acb  # start-up: few graphs have one

        return sure(getattr(acb, name)(*map(acb, x)).real, *x)

    return compute


def carlsons(x: Any, y: Any, z: Any, i: int, j: int, k: int) -> Any:
    return _quadrature((x, y, z), (1 + 2 * i, 1 + 2 * j, 1 + 2 * k))


def carlsonps(x: Any, y: Any, z: Any, p: Any, i: int, j: int, k: int, m: int) -> Any:
    return _quadrature((x, y, z, p), (1 + 2 * i, 1 + 2 * j, 1 + 2 * k, 2 * m))


def _quadrature(given: Any, powers: tuple[int, ...]) -> Any:
    """Of the product of (t + x)**(-power/2), scaled by the largest x."""
    x = [ball(v) for v in given]
    none = [i for i, v in enumerate(x) if v == 0 and powers[i] == 1]  # has an integral there, too
    if len(none) > 1 or not all(v > 0 for i, v in enumerate(x) if i not in none):
        return nan()
    top = x[0]
    for v in x[1:]:
        top = top.max(v)
    others = [v for i, v in enumerate(x) if i not in none]
    apart = all(v > top * ball(2) ** -LEAST for v in others)
    if not within(*others) or not apart or FLINT.ctx.prec > MOST_BITS or sum(powers) > MOST_ORDER:
        return beyond(*x)
    from flint import acb  # start-up: few graphs have one

    scaled = [acb(v / top) for v in x]

    least = min(range(len(x)), key=lambda i: float((x[i] / top).mid()))

    def near(w: Any, analytic: bool) -> Any:
        e, found = w.exp(), (w * (2 - powers[least]) / 2).exp()
        for i, (v, n) in enumerate(zip(scaled, powers, strict=True)):
            if i == least:
                continue
            base = e + (v - scaled[least])
            if n % 2:
                found /= base.sqrt(analytic=analytic) ** n
            elif n:
                found /= base ** (n // 2)
        return found

    def from_zero(s: Any, analytic: bool) -> Any:
        """near in t**(1/2), which an argument of 0 leaves: its root is the slope of that."""
        found = acb(2)
        for i, (v, n) in enumerate(zip(scaled, powers, strict=True)):
            base = s * s + v
            if i in none:
                continue
            found /= base.sqrt(analytic=analytic) ** n if n % 2 else base ** (n // 2)
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

    accuracy = min(v.rel_accuracy_bits() for v in others)
    with bits(min(FLINT.ctx.prec, max(accuracy, 0) + 32)):
        low, high = scaled[least].log(), (scaled[least] + 1).log()
        integrand, low, high = (from_zero, acb(0), acb(1)) if none else (near, low, high)
        total = acb.integral(integrand, low, high, eval_limit=MOST_VALUES).real
        total += acb.integral(far, 0, 1, eval_limit=MOST_VALUES).real
    return sure(total * top / top.sqrt() ** sum(powers), *others)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "elliprf": _integral("elliptic_rf", 0),
    "elliprd": _integral("elliptic_rd", 1),
    "elliprj": _integral("elliptic_rj", 1),
    "carlsons": carlsons,
    "carlsonps": carlsonps,
}
