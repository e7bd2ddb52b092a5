"""Bessel, Airy and Struve functions: DLMF 9, 10 and 11.

Each of the Bessel functions has its k-th derivative beside it as a row, a sum of those of
the orders next to it: closed, and without a division by x, so that it holds at 0, too.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from hodiff.engine.graph import CONSTANT, Operation, Tensor, constant
from hodiff.engine.operations import functions
from hodiff.engine.operations.elementary import add, pi, sqrt
from hodiff.engine.operations.row import CLOSED, bounded, elementwise, unknown_slope
from hodiff.engine.operations.special import gamma
from hodiff.engine.shifts import shifted
from hodiff.errors import HodiffError

functions.family(__name__, "Bessel, Airy and Struve functions")

MIRRORED = {"besselj": -1, "bessely": -1, "besseli": 1, "besselk": 1, "besselie": 1, "besselke": 1}
"""f_(-n) = (this)**n * f_n of whole orders."""


def _at_zero(n: float, x: float, k: int = 0) -> bool:
    return x == 0


def _ordered(name: str, *names: str, **fields: Any) -> tuple[Operation, Operation]:
    """A row f(n, x) and that of its derivatives in x, f(n, x; k)."""
    by_order = unknown_slope(name, "its order n")
    fields["special"] = True
    row = elementwise(name, by_order, lambda n, x, y: derived(n, x, 1), parameters="n, x",
                      names=(name, *names), pole=_at_zero, **fields)  # fmt: skip
    fields.pop("meaning", None)
    derived = elementwise(f"{name}s", by_order,
                          lambda n, x, y, k: derived(n, x, bounded(name, k + 1)), names=(),
                          formula=lambda n, x, k: _written(row, n, x, k), pole=_at_zero,
                          **fields)  # fmt: skip
    CLOSED[row] = lambda: lambda n, x, m: derived(n, x, bounded(name, m)) if m else row(n, x)
    CLOSED[derived] = lambda k: lambda n, x, m: derived(n, x, bounded(name, k + m))
    return row, derived


def _written(row: Operation, n: Tensor, x: Tensor, k: int) -> Tensor:
    """The k-th derivative by the orders beside n, of which a whole one is no less than 0."""
    order = n.attributes[0] if n.operation is CONSTANT else n
    whole = type(order) is int and row.name in MIRRORED
    found: dict[Any, Any] = {}
    try:
        shifts = shifted(row.name, order, k)
    except ZeroDivisionError:  # of a spherical function of the order -1/2, -3/2 ...
        raise HodiffError("domain", f"{row.name} of the order {order} needs {row.domain}") from None
    for s, c in shifts.items():
        at = order + s if whole else s
        factor = c * MIRRORED[row.name] ** -at if whole and at < 0 else c
        at = abs(at) if whole else at
        found[at] = found[at] + factor if at in found else factor
    terms = []
    for at, c in sorted(found.items(), key=lambda item: item[0]):
        if isinstance(c, Tensor) or c:
            y = row(constant(at) if whole else n if at == 0 else n + at, x)
            terms.append(y if not isinstance(c, Tensor) and c == 1 else c * y)
    return reduce(add, terms)


def _struves(row: Operation, sign: int, n: Tensor, x: Tensor) -> Tensor:
    """The derivative of H (-1) or L (1) by the orders beside it: DLMF 11.4(v)."""
    if n.operation is CONSTANT and n.attributes[0] == 0:  # where that of -1 has a pole in its slope
        return 2 / pi() + sign * row(1, x)
    beside: Tensor = row(n - 1, x) + sign * row(n + 1, x)
    twice = 2 * n.attributes[0] + 3 if n.operation is CONSTANT else 1
    if twice <= 0 and twice % 2 == 0:  # a pole of gamma
        return beside / 2
    return (beside + (x / 2) ** n / (sqrt(pi()) * gamma(n + constant(3) / 2))) / 2


def struve_by_pairs(y: Tensor, below: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """The derivative of H or L by the order below it, or else by the one above it, and that one:
    DLMF 11.4.27 to 11.4.30."""
    n, x = y.inputs
    if below is not None:
        return below - n / x * y, None
    above = y.operation(n + 1, x)
    rest = (x / 2) ** n / (sqrt(pi()) * gamma(n + constant(3) / 2)) + n / x * y
    return rest - above if y.operation is struveh else rest + above, above


# fmt: off
REAL = "an argument >= 0, or a whole order"
ABOVE = "an argument > 0"
besselj, besseljs = _ordered("besselj", "jv", "jn", domain=REAL,
                             meaning="The Bessel function J of the first kind of order n at x")
bessely, besselys = _ordered("bessely", "yv", "yn", domain=ABOVE,
                             meaning="The Bessel function Y of the second kind of order n at x")
besseli, besselis = _ordered("besseli", "iv", domain=REAL,
                             meaning="The modified Bessel function I of order n at x")
besselk, besselks = _ordered("besselk", "kv", "kn", domain=ABOVE, never_zero=True,
                             meaning="The modified Bessel function K of order n at x")
# exp(-x)*I and exp(x)*K: far out their derivatives are small beside the terms of their sums, so
# that doubles are found in balls. exp(-abs(x))*I has a kink at 0.
besselie, besselies = _ordered("besselie", "ive", domain=ABOVE,
                               meaning="exp(-x) times the modified Bessel function I, x >= 0")
besselke, besselkes = _ordered("besselke", "kve", domain=ABOVE, never_zero=True,
                               meaning="exp(x) times the modified Bessel function K")
sphericaljn, sphericaljns = _ordered("sphericaljn", "spherical_jn", domain="a whole order",
                                     meaning="The spherical Bessel function j of order n at x")
sphericalyn, sphericalyns = _ordered("sphericalyn", "spherical_yn",
                                     domain="a whole order, and an argument other than 0",
                                     meaning="The spherical Bessel function y of order n at x")

struveh = elementwise("struveh", unknown_slope("struveh", "its order n"),
                      lambda n, x, y: _struves(struveh, -1, n, x),
                      names=("struveh", "struve"), parameters="n, x", special=True,
                      domain=REAL, pole=_at_zero, meaning="The Struve function H of order n at x")
struvel = elementwise("struvel", unknown_slope("struvel", "its order n"),
                      lambda n, x, y: _struves(struvel, 1, n, x),
                      names=("struvel", "modstruve"), parameters="n, x", special=True,
                      domain=REAL, pole=_at_zero,
                      meaning="The modified Struve function L of order n at x")

airyai = elementwise("airyai", lambda x, y: airyaiprime(x), special=True,
                     meaning="The Airy function Ai")
airyaiprime = elementwise("airyaiprime", lambda x, y: x*airyai(x), special=True,
                          meaning="The derivative of the Airy function Ai")
airybi = elementwise("airybi", lambda x, y: airybiprime(x), special=True,
                     meaning="The Airy function Bi")
airybiprime = elementwise("airybiprime", lambda x, y: x*airybi(x), special=True,
                          meaning="The derivative of the Airy function Bi")
# fmt: on
