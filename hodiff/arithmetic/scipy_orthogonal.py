"""Orthogonal polynomials and hypergeometric functions of arrays: scipy's where they have a
double's digits, else point by point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hodiff.arithmetic.flint_orthogonal import lowered
from hodiff.arithmetic.scipy_bessel import mixed, scipy
from hodiff.engine.graph import OPERATIONS

MOST_DEGREE, MOST, MOST_PARAMETER = 20, 50.0, 20.0  # where scipy is right to some 5e-14
MOST_DERIVATIVES = 4
LOST = 0.05  # of the polynomial of the degree below: less is near a zero, where digits are lost
NAMES = {
    "legendrep": ("eval_legendre", 2),
    "chebyshevt": ("eval_chebyt", 2),
    "chebyshevu": ("eval_chebyu", 2),
    "hermite": ("eval_hermite", 2),
    "laguerre": ("eval_laguerre", 2),
    "genlaguerre": ("eval_genlaguerre", 3),
    "gegenbauer": ("eval_gegenbauer", 3),
    "jacobi": ("eval_jacobi", 4),
}


def _ordinary(n: Any, *rest: Any) -> Any:
    *parameters, x = rest
    good = (n >= 0) & (n <= MOST_DEGREE) & (n == np.floor(n)) & (np.abs(x) <= MOST)
    for a in parameters:
        good &= (a > 0) & (a <= MOST_PARAMETER)
    return good


def _value(name: str) -> Callable[..., Any]:
    def compute(n: Any, *rest: Any) -> Any:
        function = scipy(NAMES[name][0])
        degree = n.astype(int)
        found, below = function(degree, *rest), function(np.maximum(degree - 1, 0), *rest)
        return found, (np.abs(found) >= LOST * np.abs(below)) | (degree == 0)

    return compute


def _derived(name: str) -> Callable[..., Any]:
    def compute(n: Any, *rest: Any) -> Any:
        *parameters, x, k = rest
        factor, other, moved = lowered(name, n, parameters, k)
        full = [np.broadcast_to(float(a) if np.ndim(a) == 0 else a, x.shape) for a in moved]
        found, trusted = _value(other)(n - k, *full, x)
        return factor * found, trusted

    return compute


def _right(n: Any, *rest: Any) -> Any:
    *others, k = rest
    return _ordinary(n, *others) & (n >= k) & (1 <= k <= MOST_DERIVATIVES)


def _hypergeometric(name: str, low: float, high: float) -> Callable[..., Any]:
    """Of parameters above 0 and a small argument."""

    def right(*v: Any) -> Any:
        *parameters, x = v
        good = (x >= low) & (x <= high)
        for a in parameters:
            good &= (a >= 0.25) & (a <= 10)
        return good

    def compute(*v: Any) -> Any:
        found = scipy(name)(*v)
        return found, np.full(np.shape(found), True)

    return mixed(name, compute, right, OPERATIONS[name].arity or 0)


def _never(*v: Any) -> Any:
    return np.full(np.shape(v[0]), False)


def _pointwise(name: str) -> Callable[..., Any]:
    return mixed(name, _never, _never, OPERATIONS[name].arity or 0)


def _incomplete(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def compute(phi: Any, m: Any) -> Any:
        found = scipy(name)(phi, m)
        return found, np.full(np.shape(found), True)

    def right(phi: Any, m: Any) -> Any:
        return (np.abs(phi) <= 100) & (np.abs(phi) >= 1e-3) & (m >= -10) & (m <= 0.9)

    return compute, right


def _carlson(name: str, count: int) -> Callable[..., Any]:
    def compute(*x: Any) -> Any:
        found = scipy(name)(*x)
        return found, np.full(np.shape(found), True)

    def right(*x: Any) -> Any:
        return np.all([(v >= 1e-3) & (v <= 1e3) for v in x], axis=0)

    return mixed(name, compute, right, count)


BY_POINT = ("hypu", "hyp0f1s", "hyp1f1s", "hyp2f1s", "hypus", "ellipks", "ellipes")
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: mixed(name, _value(name), _ordinary, n) for name, (_, n) in NAMES.items()},
    **{f"{name}s": mixed(f"{name}s", _derived(name), _right, n) for name, (_, n) in NAMES.items()},
    **{name: _pointwise(name) for name in BY_POINT},
    "hyp0f1": _hypergeometric("hyp0f1", -5, 5),
    "hyp1f1": _hypergeometric("hyp1f1", -2, 5),
    "hyp2f1": _hypergeometric("hyp2f1", 0, 0.9),
    **{name: _pointwise(name) for name in ("carlsons", "carlsonps")},
    **{name: _carlson(name, n) for name, n in (("elliprf", 3), ("elliprd", 3), ("elliprj", 4))},
    "elliptics": mixed("elliptics", _never, _never, 2),
    "ellipf": mixed("ellipf", *_incomplete("ellipkinc"), 2),
    "ellipeinc": mixed("ellipeinc", *_incomplete("ellipeinc"), 2),
    "ellipk": _hypergeometric("ellipk", -1e6, 0.9),
    "ellipe": _hypergeometric("ellipe", -1e6, 0.9),
}
