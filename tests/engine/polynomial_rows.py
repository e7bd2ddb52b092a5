"""Orthogonal polynomials, hypergeometric functions and elliptic integrals for test_operations."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf

from hodiff.engine.graph import OPERATIONS, constant, tensor_of
from hodiff.engine.operations import FUNCTIONS
from tests.lengths import LONG

# Name, mpmath's, other names, and parameters with points: zeros, ends, beyond, far out.
FUNCTIONS_OF = [
    ("legendrep", mp.legendre, ("legendre",), [((5,), (0.3, 1, -1, 0.906179845938664, 2.5)),
                                               ((0,), (0.5,)), ((12,), (-0.75, 40.0))]),
    ("chebyshevt", mp.chebyt, ("chebyt",), [((5,), (0.3, 1, -1, 2.5)), ((0,), (0.5,))]),
    ("chebyshevu", mp.chebyu, ("chebyu",), [((5,), (0.3, 1, -1, 2.5)), ((0,), (0.5,))]),
    ("hermite", mp.hermite, (), [((5,), (0.3, 0.9585724646138185, -7.5)), ((0,), (0.5,))]),
    ("laguerre", lambda n, x: mp.laguerre(n, 0, x), (), [((5,), (0.3, 7.1, -7.5)), ((0,), (0.5,))]),
    ("genlaguerre", mp.laguerre, (), [((5, 0.5), (0.3, 7.1, -7.5)), ((4, -2.5), (1.5,))]),
    ("gegenbauer", mp.gegenbauer, (), [((5, 1.5), (0.3, 1, -2.5)), ((4, -0.25), (1.5,))]),
    ("jacobi", mp.jacobi, (), [((5, 0.5, 1.5), (0.3, 1, -2.5)), ((4, -0.25, 3), (1.5,))]),
    ("hyp0f1", mp.hyp0f1, (), [((1.5,), (0.3, -20.0, 0, 300.0))]),
    ("hyp1f1", mp.hyp1f1, (), [((0.5, 1.5), (0.3, -20.0, 0, 300.0)), ((-3, 0.5), (0.3,))]),
    ("hyp2f1", mp.hyp2f1, (), [((0.5, 1.5, 2.25), (0.3, -20.0, 0, 0.9)), ((-3, 2, 0.5), (2.5,))]),
    ("hypu", mp.hyperu, ("hyperu",), [((0.5, 1.25), (0.3, 20.0, 1e5)), ((-3, 0.5), (0.3,))]),
    ("ellipk", mp.ellipk, (), [((), (0.3, 0, -20.0, 0.9999, 1e-10))]),
    ("ellipe", mp.ellipe, (), [((), (0.3, 0, -20.0, 0.9999, 1e-10))]),
]  # fmt: skip


def built(name: str, parameters: tuple[float, ...], *k: int) -> Callable[..., Any]:
    given = [constant(Fraction(p)) for p in parameters]
    if k:
        return lambda x: OPERATIONS[name](*given, x, *k)
    return lambda x: FUNCTIONS[name].build(*given, x)


def at(compute: Callable[..., Any], parameters: tuple[float, ...]) -> Callable[[Any], Any]:
    return lambda x: compute(*map(mpf, parameters), x)


def slope(compute: Callable[..., Any], parameters: tuple[float, ...]) -> Callable[[Any], Any]:
    return lambda x: mp.diff(at(compute, parameters), x)


def rows(row: Callable[..., Any]) -> list[Any]:
    found = []
    for name, compute, others, cases in FUNCTIONS_OF:
        for parameters, points in cases:
            build = built(name, parameters)
            found.append(row(name, at(compute, parameters), *points, digits=50, build=build))
        parameters, x = cases[0][0], cases[0][1][0]
        for other in others:
            build = built(other, parameters)
            found.append(row(other, at(compute, parameters), x, digits=40, order=1, build=build))
        build = built(f"{name}s", parameters, 1)
        of_slope = slope(compute, parameters)
        found.append(row(f"{name}s", of_slope, x, digits=40, order=1, build=build))
    angles = ((0.5, 0.3), (-2.5, 0.75), (1.25, -20.0), (0.25, 1e-10), (1.0, 1.25), (0.5, 0.0))
    return [
        *found,
        row("ellipf", mp.ellipf, *angles, digits=40, order=3 if LONG else 2),
        row("elliprf", mp.elliprf, (0.5, 1.5, 2.5), (2, 2, 2), (1e-3, 1, 20), digits=40,
            order=3 if LONG else 2),
        row("elliprd", mp.elliprd, (0.5, 1.5, 2.5), (2, 2, 2), digits=40, order=1),
        row("elliprj", mp.elliprj, (0.5, 1.5, 2.5, 0.75), (2, 2, 2, 2), digits=40, order=1),
        row("elliprc", mp.elliprc, (0.5, 1.5), (2, 2), digits=40, order=1),
        row("carlsons", lambda x: mp.elliprd(x, 1, 2)/1.5, 0.5, digits=40, order=1,
            build=lambda x: OPERATIONS["carlsons"](x, 1, 2, 0, 0, 1)),
        row("carlsonps", lambda x: mp.elliprj(x, 1, 2, 3)/1.5, 0.5, digits=40, order=1,
            build=lambda x: OPERATIONS["carlsonps"](x, 1, 2, 3, 0, 0, 0, 1)),
        row("elliprn", lambda x: mp.diff(lambda t: mp.elliprd(t, 1, 2), x)*4/-3, 0.5, digits=30,
            order=1, build=lambda x: _of_orders("elliprn", x, 1, 2, 1, 0, 1)),
        row("elliprp", lambda x: mp.diff(lambda t: mp.elliprj(t, 1, 2, 3), x)*4/-3, 0.5, digits=30,
            order=1, build=lambda x: _of_orders("elliprp", x, 1, 2, 3, 1, 0, 0, 1)),
        row("ellipkinc", mp.ellipf, (0.5, 0.3), order=1),
        row("ellipeinc", mp.ellipe, *angles, digits=40, order=3 if LONG else 1),
        row("elliptics", lambda phi, m: mp.diff(lambda t: mp.ellipf(phi, t), m), (0.5, 0.3),
            order=1, build=lambda phi, m: OPERATIONS["elliptics"](phi, m, 1, -1)),
    ]  # fmt: skip


def _of_orders(name: str, *given: Any) -> Any:
    """A function of the language, of numbers that are orders."""
    return FUNCTIONS[name].build(*map(tensor_of, given))
