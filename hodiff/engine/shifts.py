"""Derivatives of functions with an order or a degree, by those of others: rows and arithmetics
share them.

Of f_n' = sum of c*f_(n + s) over a few s the k-th derivative is such a sum, too (DLMF 10.6.7). That
of an orthogonal polynomial is one of a lower degree.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, prod
from typing import Any, TypeVar

from hodiff.engine.exact import quotient, rational

Number = TypeVar("Number")
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


def risen(a: Number, k: int) -> Number:
    """a*(a + 1)*...*(a + k - 1)."""
    x: Any = a
    found: Any = 1
    for i in range(k):
        found = found * (x + i) if i else x
    return found  # type: ignore[no-any-return]


def lowered(name: str, n: Any, parameters: Any, k: int) -> tuple[Any, str, tuple[Any, ...]]:
    """The k-th derivative of a polynomial: a factor, and another one of the degree n - k with its
    parameters. DLMF 18.9.15, 18.7.9 and others of 18.9(iii)."""
    if name == "legendrep":
        return prod(range(1, 2 * k, 2)), "gegenbauer", (quotient(2 * k + 1, 2),)
    if name == "chebyshevt":
        return 2 ** (k - 1) * factorial(k - 1) * n, "gegenbauer", (k,)
    if name == "chebyshevu":
        return 2**k * factorial(k), "gegenbauer", (k + 1,)
    if name == "hermite":
        return 2**k * risen(n - (k - 1), k), "hermite", ()
    if name in ("laguerre", "genlaguerre"):
        return (-1) ** k, "genlaguerre", (parameters[0] + k if parameters else k,)
    if name == "gegenbauer":
        (a,) = parameters
        return 2**k * risen(a, k), "gegenbauer", (a + k,)
    a, b = parameters
    factor = risen(n + a + b + 1, k)
    share = quotient(factor, 2**k) if rational(factor) else factor / 2**k
    return share, "jacobi", (a + k, b + k)
