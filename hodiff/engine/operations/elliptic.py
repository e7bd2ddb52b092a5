"""Incomplete elliptic integrals of an angle and the parameter m: DLMF 19.2.

F and E are the integrals from 0 to the angle of D**(q/2), D = 1 - m*sin(t)**2, q being -1 for F
and 1 for E. Their j-th derivative in m is that of a number times sin(t)**(2*j)*D**(q/2 - j): it has
no division by m, as the usual formulas have, and so holds at m = 0.
"""

from __future__ import annotations

from math import comb, prod
from typing import Any

from hodiff.engine.exact import quotient
from hodiff.engine.graph import Tensor, constant
from hodiff.engine.operations.elementary import cos, sin, sqrt
from hodiff.engine.operations.row import FAMILIES, bounded, elementwise

REAL = "m*sin(phi)**2 < 1"


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
                        domain=REAL)
ellipf = elementwise("ellipf", lambda phi, m, y: _slope(phi, m, 0, -1),
                     lambda phi, m, y: elliptics(phi, m, 1, -1),
                     parameters="phi, m", names=("ellipf", "ellipkinc"),
                     numpy="scipy.special.ellipkinc", domain=REAL,
                     meaning="The incomplete elliptic integral F of an angle and m")
ellipeinc = elementwise("ellipeinc", lambda phi, m, y: _slope(phi, m, 0, 1),
                        lambda phi, m, y: elliptics(phi, m, 1, 1),
                        parameters="phi, m", numpy="scipy.special.ellipeinc", domain=REAL,
                        meaning="The incomplete elliptic integral E of an angle and m")
# fmt: on

FAMILIES[ellipf] = lambda: (
    lambda phi, m, k: elliptics(phi, m, bounded("ellipf", k), -1) if k else ellipf(phi, m)
)
FAMILIES[ellipeinc] = lambda: (
    lambda phi, m, k: elliptics(phi, m, bounded("ellipeinc", k), 1) if k else ellipeinc(phi, m)
)
FAMILIES[elliptics] = lambda j, q: lambda phi, m, k: elliptics(phi, m, bounded("ellipf", j + k), q)
