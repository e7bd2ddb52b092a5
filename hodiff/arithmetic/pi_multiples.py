"""Sines and tangents of rational multiples of pi, and the angles that they are of, where they are
rational: at multiples of pi/6 and pi/2 alone, tangents at multiples of pi/4 (Niven 1956, Irrational
numbers, section 3.5).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hodiff.engine.exact import quotient

HALF = Fraction(1, 2)
SINES: dict[Any, Any] = {0: 0, Fraction(1, 6): HALF, HALF: 1, Fraction(5, 6): HALF}
TANGENTS: dict[Any, Any] = {0: 0, Fraction(1, 4): 1, Fraction(3, 4): -1}
ARCSINES: dict[Any, Any] = {-1: -HALF, -HALF: Fraction(-1, 6), 0: 0, HALF: Fraction(1, 6), 1: HALF}


def _sine(q: Any) -> Any:
    q %= 2
    found = SINES.get(q % 1)
    return found if found is None or q < 1 else -found


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sin": _sine,
    "cos": lambda q: _sine(q + HALF),
    "tan": lambda q: TANGENTS.get(q % 1),
}
"""Of q*pi, where they are rational; else None."""

INVERSES: dict[str, Callable[[Any], Any]] = {
    "asin": ARCSINES.get,
    "acos": lambda x: None if x not in ARCSINES else HALF - ARCSINES[x],
    "atan": lambda x: quotient(x, 4) if x in (-1, 0, 1) else None,
}
"""The q of the angle q*pi, of a rational number; None where there is no such q."""


def angle(y: Any, x: Any) -> Any:
    """The q of atan2(y, x) = q*pi, of rational numbers; None where there is no such q.

    >>> angle(3, -3)
    Fraction(3, 4)
    """
    if y == 0:
        return 0 if x >= 0 else 1
    sign = 1 if y > 0 else -1
    if x == 0:
        return sign * HALF
    if abs(x) != abs(y):
        return None
    return sign * quotient(1 if x > 0 else 3, 4)
