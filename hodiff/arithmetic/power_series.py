"""FLINT's power series, of as many coefficients as are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flint import arb_series, ctx


@contextmanager
def length(n: int) -> Iterator[None]:
    """FLINT's power series inside have n coefficients."""
    outer = ctx.cap
    ctx.cap = n
    try:
        yield
    finally:
        ctx.cap = outer


def coefficients(series: Any, n: int) -> list[Any]:
    found = series.coeffs()
    return list(found) + [0] * (n - len(found))


def composed(outer: Sequence[Any], inner: Sequence[Any]) -> list[Any]:
    """The coefficients of a power series in another, whose first coefficient is left out: the
    outer one is around it. Brent and Kung 1978, Fast algorithms for manipulating formal power
    series, Journal of the ACM 25 (4)."""
    n = len(outer)
    with length(n):
        moved = arb_series([0, *inner[1:]])
        if not moved.length():  # which python-flint takes for one with a constant term
            return [outer[0]] + [0] * (n - 1)
        return coefficients(arb_series(list(outer))(moved), n)
