"""What keeps FLINT's work within bounds, and what stands for a number that isn't computed.

FLINT can't be interrupted: a function asks it for no more than it is soon done with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from flint import arb, ctx

from hodiff.arithmetic.ball_numbers import ball, nan
from hodiff.engine.exact import rational

COSTS = ((200, 9000), (2000, 1000), (20000, 400))  # bits, by the size of arguments
LEAST_BITS = 128
MOST_BITS = 1 << 15
FURTHEST = 1 << 16  # bits of the largest argument
ANYTHING = arb(0, inf)  # of what is defined, but not done


@contextmanager
def costing(size: Any) -> Iterator[None]:
    """At a precision that a function of arguments of some size is done with in a part of a second,
    where it is summed term by term; more digits than that it doesn't have."""
    with bits(min(ctx.prec, next((most for end, most in COSTS if size < end), LEAST_BITS))):
        yield


@contextmanager
def bits(n: int) -> Iterator[None]:
    outer = ctx.prec
    ctx.prec = n
    try:
        yield
    finally:
        ctx.prec = outer


def whole(n: Any) -> int | None:
    """The integer that a parameter is, where it is one for certain."""
    if rational(n):
        return int(n) if n == int(n) else None
    n = ball(n)
    if not (n.is_exact() and n.is_integer() and abs(n) < ball(2) ** 62):
        return None
    return int(n.unique_fmpz())


def within(*x: Any) -> bool:
    """Whether numbers are bounded, and no larger than what FLINT may be asked."""
    most = ball(2) ** FURTHEST
    return ctx.prec <= MOST_BITS and all(v.is_finite() and abs(v) < most for v in x)


def between(compute: Callable[[Any], Any], x: Any) -> Any:
    """What rises, or falls, all over x: by its ends."""
    return compute(x.lower()).union(compute(x.upper()))


def is_wide(x: Any) -> bool:
    return not x.is_exact() and x.rel_accuracy_bits() < 10


def beyond(*x: Any) -> Any:
    """What stands for a number that isn't computed here, of bounded arguments."""
    return ANYTHING if all(v.is_finite() for v in x) else nan()


def sure(found: Any, *x: Any) -> Any:
    """A value that there is, where FLINT has found it."""
    return found if found.is_finite() else beyond(*x)


@contextmanager
def told(x: Any) -> Iterator[None]:
    """No more bits than a ball's own: past them FLINT's series look for what isn't there."""
    outer = ctx.prec
    with bits(outer if x.is_exact() else min(outer, max(x.rel_accuracy_bits(), 0) + 32)):
        yield
