"""Bessel and Airy functions for test_operations: mpmath's, at ordinary points, zeros and edges."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf

from hodiff.engine.graph import OPERATIONS, Tensor, constant
from hodiff.engine.operations import FUNCTIONS

NAMES = {
    "besselj": ("besselj", "jv", "jn"), "bessely": ("bessely", "yv", "yn"),
    "besseli": ("besseli", "iv"), "besselk": ("besselk", "kv", "kn"),
    "besselie": ("besselie", "ive"), "besselke": ("besselke", "kve"),
    "sphericaljn": ("sphericaljn", "spherical_jn"),
    "sphericalyn": ("sphericalyn", "spherical_yn"),
    "struveh": ("struveh", "struve"), "struvel": ("struvel", "modstruve"),
}  # fmt: skip


def spherical_jn(n: Any, x: Any) -> Any:
    return mp.sqrt(mp.pi / 2) * mp.besselj(n + mpf(1) / 2, x) / mp.sqrt(x)


def spherical_yn(n: Any, x: Any) -> Any:
    return mp.sqrt(mp.pi / 2) * mp.bessely(n + mpf(1) / 2, x) / mp.sqrt(x)


MPMATH: dict[str, Callable[..., Any]] = {
    "besselj": mp.besselj,
    "bessely": mp.bessely,
    "besseli": mp.besseli,
    "besselk": mp.besselk,
    "besselie": lambda n, x: mp.exp(-x) * mp.besseli(n, x),
    "besselke": lambda n, x: mp.exp(x) * mp.besselk(n, x),
    "sphericaljn": spherical_jn,
    "sphericalyn": spherical_yn,
    "struveh": mp.struveh,
    "struvel": mp.struvel,
}
# Zeros of J0 and Y1 and the maximum of J1, as near as doubles are; where doubles change hands.
POINTS = {
    "besselj": [(0, (2.5, -2.5, 2.404825557695773, 30.5)), (1, (1.8411837813406593, 1e-10)),
                (0.5, (2.5, 300.0)), (5, (1e-3, -7.25))],
    "bessely": [(0, (2.5, 0.8935769662791675)), (1, (2.197141326031017,)),
                (2.5, (0.01, 8.0, 30.5))],
    "besseli": [(0, (2.5, -2.5)), (1, (1e-10, 30.0)), (0.5, (2.5,)), (3, (-0.75, 300.0))],
    "besselk": [(0, (2.5, 1e-10)), (2.5, (0.75, 30.0, 300.0))],
    "besselie": [(0, (2.5, 300.0)), (1.5, (1e5,))],
    "besselke": [(0, (2.5, 300.0)), (1.5, (1e5,))],
    "sphericaljn": [(0, (2.5, 12.0)), (2, (1e-2, 7.0))],
    "sphericalyn": [(0, (2.5, 12.0)), (2, (1e-2, 7.0))],
    "struveh": [(0, (2.5, -2.5, 7.0)), (1, (1e-3, 4.5)), (-0.5, (2.5,))],
    "struvel": [(0, (2.5, -2.5)), (1, (1e-3, 30.0)), (0.5, (300.0,))],
}  # fmt: skip


def of_order(name: str, n: float, k: int = 0) -> Callable[[Tensor], Tensor]:
    order = constant(Fraction(n))
    if k:
        return lambda x: OPERATIONS[name](order, x, k)
    return lambda x: FUNCTIONS[name].build(order, x)


def at(compute: Callable[..., Any], n: float) -> Callable[[Any], Any]:
    return lambda x: compute(mpf(n), x)


def slope(compute: Callable[..., Any], n: float) -> Callable[[Any], Any]:
    return lambda x: mp.diff(at(compute, n), x)


def rows(row: Callable[..., Any]) -> list[Any]:
    found = []
    for name, compute in MPMATH.items():
        for n, points in POINTS[name]:
            found.append(row(name, at(compute, n), *points, digits=40, build=of_order(name, n)))
        for other in NAMES[name][1:]:
            build = of_order(other, 2)
            found.append(row(other, at(compute, 2), 1.5, digits=40, order=1, build=build))
        if f"{name}s" in OPERATIONS:
            build = of_order(f"{name}s", 2, 1)
            found.append(row(f"{name}s", slope(compute, 2), 1.5, digits=40, order=1, build=build))
    return [
        *found,
        row("airyai", mp.airyai, 0, 1.5, -1.7, 10, -2.338107410459767, -30.5, digits=40),
        row("airyaiprime", lambda x: mp.airyai(x, 1), 0, 1.5, -1.0187929716474710, 10, digits=40),
        row("airybi", mp.airybi, 0, 1.5, -1.5, 10, -1.173713222709128, -30.5, digits=40),
        row("airybiprime", lambda x: mp.airybi(x, 1), 0, 1.5, -2.294439682614123, 10, digits=40),
    ]
