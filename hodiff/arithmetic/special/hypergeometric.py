"""Hypergeometric functions and the complete elliptic integrals in FLINT's balls."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any

from flint import acb

from hodiff.arithmetic.ball_numbers import ball, nan
from hodiff.arithmetic.special.bounds import between, beyond, is_wide, sure, told, within
from hodiff.engine.exact import quotient
from hodiff.engine.shifts import risen

MOST_PARAMETER = 1000
MOST_DERIVATIVES = 500


def _bounded(*parameters: Any) -> bool:
    return within(*parameters) and all(abs(p) < MOST_PARAMETER for p in parameters)


def _ended(a: Any) -> bool:
    """Whether a parameter ends a sum: 0, -1, -2, ..."""
    return bool(a.is_exact() and a.is_integer() and a <= 0)


def hyp0f1(b: Any, x: Any) -> Any:
    b, x = ball(b), ball(x)
    if _ended(b):
        return nan()
    if not _bounded(b) or not within(x):
        return beyond(b, x)
    with told(x):
        return sure(x.hypgeom_0f1(b), b, x)


def hyp1f1(a: Any, b: Any, x: Any) -> Any:
    a, b, x = ball(a), ball(b), ball(x)
    if _ended(b) and not (_ended(a) and a > b):
        return nan()
    if not _bounded(a, b) or not within(x):
        return beyond(a, b, x)
    with told(x):
        return sure(x.hypgeom_1f1(a, b), a, b, x)


def hyp2f1(a: Any, b: Any, c: Any, x: Any) -> Any:
    a, b, c, x = ball(a), ball(b), ball(c), ball(x)
    ended = [p for p in (a, b) if _ended(p)]
    if _ended(c) and not any(p > c for p in ended):
        return nan()
    if not ended and not x < 1 and not (x == 1 and c > a + b):
        return nan()
    if not _bounded(a, b, c) or not within(x):
        return beyond(a, b, c, x)
    with told(x):
        return sure(x.hypgeom_2f1(a, b, c), a, b, c, x)


def hypu(a: Any, b: Any, x: Any) -> Any:
    a, b, x = ball(a), ball(b), ball(x)
    if not x > 0:
        return nan()
    if not _bounded(a, b) or not within(x):
        return beyond(a, b, x)
    with told(x):
        return sure(x.hypgeom_u(a, b), a, b, x)


def _u(a: Any, b: Any, x: Any, k: int) -> Any:
    a, b, x = ball(a), ball(b), ball(x)
    factor = (-1) ** k * risen(a, k)
    return _none(hypu(a, b, x)) if factor == 0 else factor * hypu(a + k, b + k, x)


def _0f1(b: Any, x: Any, k: int) -> Any:
    b = ball(b)
    return hyp0f1(b + k, x) / risen(b, k)


def _1f1(a: Any, b: Any, x: Any, k: int) -> Any:
    a, b, x = ball(a), ball(b), ball(x)
    factor = risen(a, k)
    if factor == 0:
        return _none(hyp1f1(a, b, x))
    return factor * hyp1f1(a + k, b + k, x) / risen(b, k)


def _2f1(a: Any, b: Any, c: Any, x: Any, k: int) -> Any:
    a, b, c, x = ball(a), ball(b), ball(c), ball(x)
    factor = risen(a, k) * risen(b, k)
    if factor == 0:
        return _none(hyp2f1(a, b, c, x))
    return factor * hyp2f1(a + k, b + k, c + k, x) / risen(c, k)


def _none(value: Any) -> Any:
    """The derivative of a sum that has ended, where that has a value."""
    return 0 if value.is_finite() else value


def _limited(compute: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *v: compute(*v) if v[-1] <= MOST_DERIVATIVES else beyond(*map(ball, v))


def ellipk(m: Any) -> Any:
    """It rises."""
    m = ball(m)
    if not m < 1:
        return nan()
    if not within(m):
        return beyond(m)
    if is_wide(m):
        return between(ellipk, m)
    return acb(m).elliptic_k().real


def ellipe(m: Any) -> Any:
    """It falls."""
    m = ball(m)
    if m == 1:
        return 1
    if not m < 1:
        return nan()
    if not within(m):
        return beyond(m)
    if is_wide(m):
        return between(ellipe, m)
    return acb(m).elliptic_e().real


def _complete(a: int) -> Callable[[Any, int], Any]:
    def compute(m: Any, k: int) -> Any:
        m = ball(m)
        if not m < 1:
            return nan()
        half, one = quotient(1, 2), quotient(a, 2)
        factor = quotient(1, 2 * factorial(k))
        for i in range(k):
            factor *= (half + i) * (one + i)
        return ball(factor) * ball(0).pi() * hyp2f1(one + k, half + k, 1 + k, m)

    return compute


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "hyp0f1": hyp0f1,
    "hyp1f1": hyp1f1,
    "hyp2f1": hyp2f1,
    "hypu": hypu,
    "ellipk": ellipk,
    "ellipe": ellipe,
    **{
        f"{name}s": _limited(compute)
        for name, compute in (
            ("hyp0f1", _0f1),
            ("hyp1f1", _1f1),
            ("hyp2f1", _2f1),
            ("hypu", _u),
            ("ellipk", _complete(1)),
            ("ellipe", _complete(-1)),
        )
    },
}
