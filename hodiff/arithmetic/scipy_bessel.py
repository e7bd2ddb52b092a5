"""Bessel and Airy functions of arrays: scipy's where they have a double's digits, and those of
floats.py, point by point, elsewhere: at large orders, far out, near zeros, at edges."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from hodiff.arithmetic.floats import FLOATS
from hodiff.engine.graph import OPERATIONS
from hodiff.engine.shifts import shifted

MOST_ORDER, LEAST, MOST = 20.0, 1e-3, 1e6  # where scipy is right to 3e-14
MOST_DERIVATIVES = 4
WAVES = {"besselj": "jv", "bessely": "yv"}
PLAIN = {**WAVES, "besseli": "iv", "besselk": "kv", "besselie": "ive", "besselke": "kve"}
VANISHING = 1e-290
LOST = 1e-2  # of the amplitude: below it a sum has lost digits


def scipy(name: str) -> Any:
    return getattr(import_module("scipy.special"), name)


def mixed(
    name: str, compute: Callable[..., Any], right: Callable[..., Any], inputs: int
) -> Callable[..., Any]:
    """compute where it is right, of the points (right) and of what it gave; else point by point."""

    def function(*x: Any) -> Any:
        dtype = np.result_type(*x[:inputs])
        attributes = x[inputs:]
        points = np.broadcast_arrays(*[np.asarray(v, dtype=float) for v in x[:inputs]])
        shape = points[0].shape
        flat = [v.ravel() for v in points]
        good = right(*flat, *attributes)
        result = np.full(flat[0].shape, np.nan)
        with np.errstate(all="ignore"):
            if good.any():
                found, trusted = compute(*[v[good] for v in flat], *attributes)
                result[good] = found
                good[good] = trusted & np.isfinite(found)
        one = FLOATS.function(OPERATIONS[name])
        for i in np.flatnonzero(~good):
            result[i] = one(*(float(v[i]) for v in flat), *attributes)
        return result.reshape(shape).astype(dtype if dtype.kind == "f" else float)

    return function


def _ordinary(n: Any, x: Any, k: int = 0) -> Any:
    size = np.abs(x)
    inside = (np.abs(n) + k <= MOST_ORDER) & (size >= LEAST) & (size <= MOST)
    return inside & ((x > 0) | (n == np.floor(n))) & (k <= MOST_DERIVATIVES)


def _above(n: Any, x: Any) -> Any:
    return _ordinary(n, x) & (x > 0)


def _ordered(name: str) -> Callable[..., Any]:
    def compute(n: Any, x: Any, k: int = 0) -> Any:
        function = scipy(PLAIN[name])
        total: Any = 0.0
        size: Any = 0.0
        for s, c in shifted(name, n, k).items():
            term = float(c) * function(n + s, x)
            total, size = total + term, np.maximum(size, np.abs(term))
        if name in WAVES:  # which is of about this size where it is a wave
            size = np.maximum(size, np.where(np.abs(x) > np.abs(n), 0.8 / np.sqrt(np.abs(x)), 0.0))
        return total, (np.abs(total) >= LOST * size) & (np.abs(total) > VANISHING)

    return compute


def _pointwise(*x: Any) -> Any:
    return np.full(np.shape(x[0]), False)


def _airy(name: str, i: int) -> Callable[..., Any]:
    def compute(x: Any) -> Any:
        found = scipy("airy")(x)[i]
        scale = np.maximum(np.abs(x), 1.0) ** (0.25 if i % 2 else -0.25)
        return found, (x > 0) | (np.abs(found) > LOST * scale)

    return mixed(name, compute, lambda x: (x >= -5) & (x <= 20), 1)


AIRY = ("airyai", "airyaiprime", "airybi", "airybiprime")
UNSCALED = ("besselj", "bessely", "besseli", "besselk")
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: mixed(name, _ordered(name), _above, 2) for name in PLAIN},
    **{name: mixed(name, _ordered(name), _ordinary, 2) for name in ("besselj", "besseli")},
    **{f"{name}s": mixed(f"{name}s", _ordered(name), _ordinary, 2) for name in UNSCALED},
    **{
        name: mixed(name, _pointwise, _pointwise, 2)
        for name in ("besselies", "besselkes", "sphericaljns", "sphericalyns", "struveh", "struvel")
    },
    **{name: _airy(name, i) for i, name in enumerate(AIRY)},
}


def _spherical(name: str) -> Callable[..., Any]:
    """From x > n on, where the recurrence upward keeps its digits; else point by point."""

    def compute(n: Any, x: Any) -> Any:
        found = scipy(f"spherical_{name[-2:]}")(n.astype(int), x)
        return found, np.abs(found) * np.abs(x) >= LOST

    def right(n: Any, x: Any) -> Any:
        inside = (n >= 0) & (n <= MOST_ORDER) & (n == np.floor(n))
        return inside & (x > np.maximum(n, 1.0)) & (x <= MOST)

    return mixed(name, compute, right, 2)


FUNCTIONS |= {name: _spherical(name) for name in ("sphericaljn", "sphericalyn")}
