"""Incomplete elliptic integrals of an angle and the parameter m: DLMF 19.2.

F and E are the integrals from 0 to the angle of D**(q/2), D = 1 - m*sin(t)**2, q being -1 for F
and 1 for E. Their j-th derivative in m is that of a number times sin(t)**(2*j)*D**(q/2 - j): it has
no division by m, as the usual formulas have, and so holds at m = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, prod
from typing import Any

from hodiff.engine.exact import quotient
from hodiff.engine.graph import Tensor, constant
from hodiff.engine.operations import functions
from hodiff.engine.operations.elementary import cos, sin, sqrt
from hodiff.engine.operations.functions import function
from hodiff.engine.operations.row import CLOSED, bounded, elementwise
from hodiff.engine.operations.special import whole_order

functions.family(__name__, "Elliptic integrals")

REAL = "m*sin(t)**2 < 1 for every t from 0 to phi"


def scale(j: int, q: int) -> Any:
    """What D**(q/2) has before it when it is differentiated j times in m*sin(t)**2."""
    return prod((quotient(2 * i - q, 2) for i in range(j)), start=1)


def _slope(phi: Tensor, m: Tensor, j: int, q: int) -> Tensor:
    """In the angle."""
    rest = 1 - m * sin(phi) ** 2
    if not j:
        return sqrt(rest) if q > 0 else 1 / sqrt(rest)
    return constant(scale(j, q)) * sin(phi) ** (2 * j) * sqrt(rest) ** (q - 2 * j)


def _written(phi: Tensor, m: Tensor, j: int, q: int) -> Tensor:
    """By F and E, of m other than 0: sin(t)**2 is (1 - D)/m, and the integrals p of D**(i/2) follow
    from d(sin*cos*D**(i/2))."""
    rest = 1 - m * sin(phi) ** 2
    p = {1: ellipeinc(phi, m), -1: ellipf(phi, m)}
    wave = m * sin(phi) * cos(phi)
    for i in range(-1, q - 2 * j, -2):
        inner = wave * sqrt(rest) ** i - (i + 2) * p[i + 2]
        if i != -1:
            inner = inner - (i + 1) * (m - 2) * p[i]
        p[i - 2] = inner / (i * (1 - m))
    total: Tensor | None = None
    for i in range(j + 1):
        term = constant((-1) ** i * comb(j, i)) * p[q - 2 * j + 2 * i]
        total = term if total is None else total + term
    assert total is not None
    return constant(scale(j, q)) * total / m**j


# fmt: off
elliptics = elementwise("elliptics", lambda phi, m, y, j, q: _slope(phi, m, j, q),
                        lambda phi, m, y, j, q: elliptics(phi, m, bounded("ellipf", j + 1), q),
                        names=(), formula=lambda phi, m, j, q: _written(phi, m, j, q),
                        special=True, domain=REAL)
ellipf = elementwise("ellipf", lambda phi, m, y: _slope(phi, m, 0, -1),
                     lambda phi, m, y: elliptics(phi, m, 1, -1),
                     parameters="phi, m", names=("ellipf", "ellipkinc"), special=True, domain=REAL,
                     meaning="The incomplete elliptic integral F of an angle and m")
ellipeinc = elementwise("ellipeinc", lambda phi, m, y: _slope(phi, m, 0, 1),
                        lambda phi, m, y: elliptics(phi, m, 1, 1),
                        parameters="phi, m", special=True, domain=REAL,
                        meaning="The incomplete elliptic integral E of an angle and m")
# fmt: on

CLOSED[ellipf] = lambda: (
    lambda phi, m, k: elliptics(phi, m, bounded("ellipf", k), -1) if k else ellipf(phi, m)
)
CLOSED[ellipeinc] = lambda: (
    lambda phi, m, k: elliptics(phi, m, bounded("ellipeinc", k), 1) if k else ellipeinc(phi, m)
)
CLOSED[elliptics] = lambda j, q: lambda phi, m, k: elliptics(phi, m, bounded("ellipf", j + k), q)


# Carlson's symmetric integrals (DLMF 19.16). Their derivatives are integrals of the same kind,
# from 0 to infinity of (t + x)**(-1/2 - i)*(t + y)**(-1/2 - j)*(t + z)**(-1/2 - k)*(t + p)**-l.
POSITIVE = "arguments >= 0, of the first three at most one 0"
ALL = "arguments > 0"


def _carlson(inputs: tuple[Tensor, ...], orders: tuple[int, ...]) -> Tensor:
    return (carlsons if len(orders) == 3 else carlsonps)(*inputs, *orders)


def _further(count: int, i: int) -> Callable[..., Tensor]:
    """The derivative of such an integral in its i-th argument."""

    def partial(*v: Any) -> Tensor:
        inputs, orders = v[:count], v[count + 1 :]
        n = orders[i]
        more = (*orders[:i], bounded("a Carlson integral", n + 1), *orders[i + 1 :])
        factor = quotient(-1 - 2 * n, 2) if i < 3 else -n
        return constant(factor) * _carlson(inputs, more) if factor else constant(0)

    return partial


def _scaled(quarters: int, *orders: int) -> Callable[..., Tensor]:
    return lambda *v: constant(quotient(quarters, 4)) * _carlson(v[:-1], orders)


# fmt: off
carlsons = elementwise("carlsons", *[_further(3, i) for i in range(3)], names=(), domain=ALL,
                       special=True, never_zero=True)
carlsonps = elementwise("carlsonps", *[_further(4, i) for i in range(4)], names=(), domain=ALL,
                        special=True, never_zero=True)
elliprd = elementwise("elliprd", _scaled(-3, 1, 0, 1),
                      _scaled(-3, 0, 1, 1), _scaled(-9, 0, 0, 2),
                      parameters="x, y, z", domain=POSITIVE,
                      pole=lambda x, y, z: z == 0, never_zero=True, special=True,
                      meaning="Carlson's elliptic integral RD")
elliprf = elementwise("elliprf", lambda x, y, z, r: -elliprd(y, z, x)/6,
                      lambda x, y, z, r: -elliprd(z, x, y)/6,
                      lambda x, y, z, r: -elliprd(x, y, z)/6,
                      parameters="x, y, z", domain=POSITIVE, never_zero=True, special=True,
                      meaning="Carlson's elliptic integral RF")
elliprj = elementwise("elliprj", *[_scaled(-3, *(int(i == k) for i in range(3)), 1)
                                   for k in range(3)], _scaled(-6, 0, 0, 0, 2),
                      parameters="x, y, z, p", domain=f"{POSITIVE}, and p > 0", never_zero=True,
                      special=True, meaning="Carlson's elliptic integral RJ")
# fmt: on


@function("x, y", "elliprc", least=2, most=2)
def elliprc(x: Tensor, y: Tensor) -> Tensor:
    """Carlson's degenerate integral RC, which is RF(x, y, y)."""
    return elliprf(x, y, y)


# The derivatives as the language has them.


@function("x, y, z, n1, n2, n3", "elliprn", least=6, most=6,
          meaning="Carlson's integral of (t + x)**(-1/2 - n1), of y and z alike")  # fmt: skip
def elliprn(x: Tensor, y: Tensor, z: Tensor, *orders: Tensor) -> Tensor:
    return _carlson((x, y, z), _whole(orders, "elliprn"))


@function("x, y, z, p, n1, n2, n3, n4", "elliprp", least=8, most=8,
          meaning="Carlson's integral elliprn with a factor (t + p)**-n4")  # fmt: skip
def elliprp(x: Tensor, y: Tensor, z: Tensor, p: Tensor, *orders: Tensor) -> Tensor:
    return _carlson((x, y, z, p), _whole(orders, "elliprp"))


def _whole(orders: tuple[Tensor, ...], name: str) -> tuple[int, ...]:
    return tuple(whole_order(n, f"{name}, as each of its orders,") for n in orders)
