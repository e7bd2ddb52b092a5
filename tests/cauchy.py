"""Derivatives by Cauchy's integrals around a point: an oracle with nothing of hodiff in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mpmath import mp, mpf


def by_cauchy(
    f: Callable[[Any], Any], x: Any, orders: Iterable[int], radius: float = 1 / 8, n: int = 64
) -> list[Any]:
    """By the trapezoidal rule with n points on a circle: singularities at d times its radius leave
    d**(order - n) of the largest value."""
    roots = [mp.expjpi(mpf(2 * j) / n) for j in range(n)]
    values = [f(x + radius * root) for root in roots]
    return [
        mp.factorial(k) / mpf(radius) ** k
        * mp.re(sum(y * roots[-j * k % n] for j, y in enumerate(values))) / n
        for k in orders
    ]  # fmt: skip
