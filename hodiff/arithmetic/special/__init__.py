"""Special functions: the rows of the table with special=True, which FLINT alone computes.

What a row has here is by its name, a family a file, each a table that may have no line for it:

FUNCTIONS  in balls, of balls and the attributes; without a line FLINT's method of that name
KNOWN      what doubles are where FLINT need not be asked, at infinity and past their range
TAYLOR     its first Taylor coefficients in the last input, of (inputs, how many, attributes)

Where it is defined domains.py says in numbers, and where scipy has a double's digits scipys.py.
"""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, isfinite, nan
from typing import Any

from flint import arb

from hodiff.arithmetic.ball_numbers import FLINT, ball, precision
from hodiff.arithmetic.special import (
    bessel,
    carlson,
    elliptic,
    gamma_family,
    hypergeometric,
    incomplete,
    integrals,
    orthogonal,
    zetas,
)
from hodiff.engine.graph import OPERATIONS

OF_NUMBERS: dict[str, Callable[..., Any]] = {
    **bessel.FUNCTIONS,
    **carlson.FUNCTIONS,
    **elliptic.FUNCTIONS,
    **hypergeometric.FUNCTIONS,
    **orthogonal.FUNCTIONS,
}
"""Those that take exact numbers, too, as they are."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **gamma_family.FUNCTIONS,
    **incomplete.FUNCTIONS,
    **integrals.FUNCTIONS,
    **zetas.FUNCTIONS,
    **OF_NUMBERS,
}
KNOWN: dict[str, Callable[..., float | None]] = {
    **gamma_family.KNOWN,
    **incomplete.KNOWN,
    **integrals.KNOWN,
    **zetas.KNOWN,
}
TAYLOR: dict[str, Callable[..., list[Any]]] = {**bessel.TAYLOR, **gamma_family.TAYLOR}

MOST_AGAIN = 2048  # bits at which what has no bounds at an exact number is tried again
LEAST = arb(2) ** -1100  # less than half the least double


def _function(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = FUNCTIONS.get(name) or getattr(arb, name)
    return found


def in_balls(name: str) -> Callable[..., Any]:
    """A function of exact numbers and balls."""
    if name in OF_NUMBERS:
        return OF_NUMBERS[name]
    function, arity = _function(name), OPERATIONS[name].arity or 1

    def compute(*x: Any) -> Any:
        given = [*map(ball, x[:arity]), *x[arity:]]
        found = function(*given)
        more = min(8 * FLINT.bits, MOST_AGAIN)
        if FLINT.bits < more and not found.is_finite() and all(v.is_exact() for v in given[:arity]):
            with precision(more):
                found = function(*given)
        return found

    return compute


def in_doubles(name: str) -> Callable[..., float]:
    """The double nearest to a function's value: precision grows until the ball is narrow enough.

    inf past the largest double. Raises ValueError where the value isn't finite.
    """
    known, function = KNOWN.get(name), _function(name)

    def compute(*x: float) -> float:
        found = known(*x) if known else None
        if found is not None:
            return found
        if not all(map(isfinite, x)):
            return nan
        for bits in (80, 160, 320, 640, 1280):
            with precision(bits):
                value = function(*[ball(float(v)) if isinstance(v, float | bool) else v for v in x])
                value = ball(value)
                if value.is_finite() and value.rel_accuracy_bits() >= 60:
                    return float(value.mid()) or copysign(0.0, x[0])
                if abs(value) < LEAST:
                    return 0.0
        raise ValueError(name)

    return compute
