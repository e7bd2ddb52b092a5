"""Derivatives of functions with an order, by those of the orders beside it: rows and arithmetics
share them.

Of f_n' = sum of c*f_(n + s) over a few s the k-th derivative is such a sum, too (DLMF 10.6.7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.engine.exact import quotient

Step = Callable[[Any], list[tuple[int, Any]]]


def _halves(before: int, after: int) -> Step:
    return lambda n: [(-1, quotient(before, 2)), (1, quotient(after, 2))]


def _spherical(n: Any) -> list[tuple[int, Any]]:
    if type(n) is int:
        return [(-1, quotient(n, 2 * n + 1)), (1, quotient(-n - 1, 2 * n + 1))]
    return [(-1, n / (2 * n + 1)), (1, -(n + 1) / (2 * n + 1))]


STEPS: dict[str, Step] = {
    "besselj": _halves(1, -1),
    "bessely": _halves(1, -1),
    "besseli": _halves(1, 1),
    "besselk": _halves(-1, -1),
    "besselie": lambda n: [(-1, quotient(1, 2)), (0, -1), (1, quotient(1, 2))],
    "besselke": lambda n: [(-1, quotient(-1, 2)), (0, 1), (1, quotient(-1, 2))],
    "sphericaljn": _spherical,
    "sphericalyn": _spherical,
}
"""(s, c) of the first derivative, of an order."""


def shifted(name: str, n: Any, k: int) -> dict[int, Any]:
    """The k-th derivative's: c by s. Cost: k squared."""
    found: dict[int, Any] = {0: 1}
    for _ in range(k):
        before, found = found, {}
        for s, c in before.items():
            for step, factor in STEPS[name](n + s):
                share = c * factor
                found[s + step] = found[s + step] + share if s + step in found else share
    return found
