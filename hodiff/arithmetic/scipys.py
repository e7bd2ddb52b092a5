"""Special functions of arrays: scipy's where they have a double's digits, and those of floats.py,
point by point, elsewhere: at large orders, far out, near zeros, at edges."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from hodiff.arithmetic.floats import FLOATS
from hodiff.engine.graph import OPERATIONS
from hodiff.engine.shifts import lowered, shifted

MOST_DERIVATIVES = 4
MOST_ORDER, LEAST, MOST = 20.0, 1e-3, 1e6  # of Bessel functions, where scipy is right to 3e-14
MOST_DEGREE, FARTHEST, MOST_PARAMETER = 20, 50.0, 20.0  # of polynomials, to some 5e-14
VANISHING = 1e-290
LOST = 1e-2  # of the amplitude: below it a sum has lost digits
LOST_DEGREE = 0.05  # of the polynomial of the degree below: less is near a zero


def scipy(name: str) -> Any:
    return getattr(import_module("scipy.special"), name)


def on_arrays(name: str) -> Callable[..., Any]:
    """A special function of arrays and its attributes: by scipy where it is right, of the points
    and of what it gave, else point by point."""
    arity = OPERATIONS[name].arity or 1
    right, compute = FUNCTIONS.get(name) or (_nowhere, _nothing)

    def function(*x: Any) -> Any:
        inputs, attributes = x[:arity], x[arity:]
        dtype = np.result_type(*inputs)
        dtype = dtype if dtype.kind == "f" else np.dtype(float)
        points = np.broadcast_arrays(*[np.asarray(v, dtype=float) for v in inputs])
        shape, flat = points[0].shape, [v.ravel() for v in points]
        good = right(*flat, *attributes)
        every = bool(good.all())
        with np.errstate(all="ignore"):
            value = compute(*(flat if every else [v[good] for v in flat]), *attributes)
            value, trusted = value if type(value) is tuple else (value, True)
            sure = trusted & np.isfinite(value)
        if every and sure.all():
            return value.reshape(shape).astype(dtype, copy=False)
        result = np.empty(flat[0].shape)
        result[good], good[good] = value, sure
        bad, one = np.flatnonzero(~good), FLOATS.function(OPERATIONS[name])
        # Each number once: a block is filled up with copies of a row. Bits tell -0.0 from 0.
        bits = np.stack([v[bad].view(np.int64) for v in flat])
        once, places = np.unique(bits, axis=1, return_inverse=True)
        values = [one(*x, *attributes) for x in once.view(float).T.tolist()]
        result[bad] = np.array(values, dtype=float)[places.ravel()]
        return result.reshape(shape).astype(dtype, copy=False)

    return function


def _nowhere(x: Any, *rest: Any) -> Any:
    return np.full(x.shape, False)


def _nothing(x: Any, *rest: Any) -> Any:
    return x


def named(name: str) -> Callable[..., Any]:
    """scipy's function of that name; scipy is imported when it is called."""
    return lambda *x: scipy(name)(*x)


def _everywhere(x: Any) -> Any:
    return np.full(np.shape(x), True)


def _off_zeros(x: Any) -> Any:
    """Where lgamma is no small number, of which scipy's has few digits."""
    return (x > 1e-300) & (np.abs(x - 1) > 0.1) & (np.abs(x - 2) > 0.1) & (x < np.inf)


def _off_zeros_of_ci(x: Any) -> Any:
    """Where ci(x), sin(x)/x - cos(x)/x**2 and less far out, is no small part of 1/x."""
    x = np.where(x > 0, x, 0.6)
    return (x < 0.5) | ((x > 2) & (np.abs(np.sin(x) - np.cos(x) / x) > 0.1) & (x < 1e5))


def _between(low: float, high: float) -> Callable[..., Any]:
    return lambda x: (x >= low) & (x <= high)


# Bessel functions and their kin.


WAVES = {"besselj": "jv", "bessely": "yv"}
ORDERED = {**WAVES, "besseli": "iv", "besselk": "kv", "besselie": "ive", "besselke": "kve"}
AIRY = ("airyai", "airyaiprime", "airybi", "airybiprime")


def _ordinary(n: Any, x: Any, k: int = 0) -> Any:
    size = np.abs(x)
    inside = (np.abs(n) + k <= MOST_ORDER) & (size >= LEAST) & (size <= MOST)
    return inside & ((x > 0) | (n == np.floor(n))) & (k <= MOST_DERIVATIVES)


def _above(n: Any, x: Any) -> Any:
    return _ordinary(n, x) & (x > 0)


def _ordered(name: str) -> Callable[..., Any]:
    def compute(n: Any, x: Any, k: int = 0) -> Any:
        function = scipy(ORDERED[name])
        total: Any = 0.0
        size: Any = 0.0
        for s, c in shifted(name, n, k).items():
            term = float(c) * function(n + s, x)
            total, size = total + term, np.maximum(size, np.abs(term))
        if name in WAVES:  # which is of about this size where it is a wave
            size = np.maximum(size, np.where(np.abs(x) > np.abs(n), 0.8 / np.sqrt(np.abs(x)), 0.0))
        return total, (np.abs(total) >= LOST * size) & (np.abs(total) > VANISHING)

    return compute


def _airy(i: int) -> Callable[..., Any]:
    def compute(x: Any) -> Any:
        found = scipy("airy")(x)[i]
        scale = np.maximum(np.abs(x), 1.0) ** (0.25 if i % 2 else -0.25)
        return found, (x > 0) | (np.abs(found) > LOST * scale)

    return compute


def _spherical(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """From x > n on, where the recurrence upward keeps its digits."""

    def right(n: Any, x: Any) -> Any:
        inside = (n >= 0) & (n <= MOST_ORDER) & (n == np.floor(n))
        return inside & (x > np.maximum(n, 1.0)) & (x <= MOST)

    def compute(n: Any, x: Any) -> Any:
        found = scipy(f"spherical_{name[-2:]}")(n.astype(int), x)
        return found, np.abs(found) * np.abs(x) >= LOST

    return right, compute


# Orthogonal polynomials.


POLYNOMIALS = {
    "legendrep": "eval_legendre",
    "chebyshevt": "eval_chebyt",
    "chebyshevu": "eval_chebyu",
    "hermite": "eval_hermite",
    "laguerre": "eval_laguerre",
    "genlaguerre": "eval_genlaguerre",
    "gegenbauer": "eval_gegenbauer",
    "jacobi": "eval_jacobi",
}


def _low_degree(n: Any, *rest: Any) -> Any:
    *parameters, x = rest
    good = (n >= 0) & (n <= MOST_DEGREE) & (n == np.floor(n)) & (np.abs(x) <= FARTHEST)
    for a in parameters:
        good &= (a > 0) & (a <= MOST_PARAMETER)
    return good


def _low_order(n: Any, *rest: Any) -> Any:
    *others, k = rest
    return _low_degree(n, *others) & (n >= k) & (1 <= k <= MOST_DERIVATIVES)


def _polynomial(name: str) -> Callable[..., Any]:
    def compute(n: Any, *rest: Any) -> Any:
        function = scipy(POLYNOMIALS[name])
        degree = n.astype(int)
        found, below = function(degree, *rest), function(np.maximum(degree - 1, 0), *rest)
        return found, (np.abs(found) >= LOST_DEGREE * np.abs(below)) | (degree == 0)

    return compute


def _derived(name: str) -> Callable[..., Any]:
    def compute(n: Any, *rest: Any) -> Any:
        *parameters, x, k = rest
        factor, other, moved = lowered(name, n, parameters, k)
        full = [np.broadcast_to(float(a) if np.ndim(a) == 0 else a, x.shape) for a in moved]
        found, trusted = _polynomial(other)(n - k, *full, x)
        return factor * found, trusted

    return compute


# Of parameters and an argument.


def _parameters(low: float, high: float) -> Callable[..., Any]:
    """Where the parameters are above 0, and the argument is small."""

    def right(*v: Any) -> Any:
        *parameters, x = v
        good = (x >= low) & (x <= high)
        for a in parameters:
            good &= (a >= 0.25) & (a <= 10)
        return good

    return right


def _of_gamma(a: Any, x: Any) -> Any:
    return (a > 1e-3) & (a < 30) & (x > 0) & (x < 60)


def _of_beta(a: Any, b: Any, x: Any) -> Any:
    return (a > 0.01) & (b > 0.01) & (a < 50) & (b < 50) & (x > 0.01) & (x < 0.99)


def _angle(phi: Any, m: Any) -> Any:
    return (np.abs(phi) <= 100) & (np.abs(phi) >= 1e-3) & (m >= -10) & (m <= 0.9)


def _of_carlson(*x: Any) -> Any:
    return np.all([(v >= 1e-3) & (v <= 1e3) for v in x], axis=0)


FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "lgamma": (_off_zeros, named("gammaln")),
    "digamma": (lambda x: (x > 1e-300) & (x < np.inf), named("digamma")),
    "polygamma": (
        lambda x, n: (x > 1e-3) & (x < 1e8),
        lambda x, n: scipy("polygamma")(n, x),
    ),
    "erfi": (lambda x: np.abs(x) < 5, named("erfi")),
    "erfinv": (_everywhere, named("erfinv")),
    "erfcinv": (lambda x: x > 1e-300, named("erfcinv")),
    "erfcx": (lambda x: x > -5, named("erfcx")),
    "dawson": (_everywhere, named("dawsn")),
    "normcdf": (lambda x: x > -5, named("ndtr")),
    "norminv": (_everywhere, named("ndtri")),
    "lambertw": (lambda x: x > -0.3, lambda x: scipy("lambertw")(x).real),
    "lambertw_lower": (
        lambda x: (x > -0.3) & (x < -1e-300),
        lambda x: scipy("lambertw")(x, -1).real,
    ),
    "ei": (lambda x: (x != 0) & (np.abs(x - 0.3725) > 0.1), named("expi")),
    "e1": (lambda x: x > 0, named("exp1")),
    "si": (lambda x: np.abs(x) > 0, lambda x: scipy("sici")(x)[0]),
    "ci": (_off_zeros_of_ci, lambda x: scipy("sici")(x)[1]),
    "shi": (lambda x: (np.abs(x) > 0) & (np.abs(x) < 700), lambda x: scipy("shichi")(x)[0]),
    "chi": (
        lambda x: (x > 0) & (x < 700) & (np.abs(x - 0.524) > 0.1),
        lambda x: scipy("shichi")(x)[1],
    ),
    "fresnels": (
        lambda x: (np.abs(x) > 1e-2) & (np.abs(x) < 1e3),
        lambda x: scipy("fresnel")(x)[0],
    ),
    "fresnelc": (lambda x: (np.abs(x) > 0) & (np.abs(x) < 1e3), lambda x: scipy("fresnel")(x)[1]),
    "gammainc": (_of_gamma, named("gammainc")),
    "gammaincc": (_of_gamma, named("gammaincc")),
    "betainc": (_of_beta, named("betainc")),
    "zeta": (lambda x: x > 1.01, named("zeta")),
    "dilog": (
        lambda x: (np.abs(x) > 0.5) & (x <= 1) & (x > -1e15),
        lambda x: scipy("spence")(1 - x),
    ),
    **{name: (_above, _ordered(name)) for name in ORDERED},
    **{name: (_ordinary, _ordered(name)) for name in ("besselj", "besseli")},
    **{f"{name}s": (_ordinary, _ordered(name)) for name in [*WAVES, "besseli", "besselk"]},
    **{name: _spherical(name) for name in ("sphericaljn", "sphericalyn")},
    **{name: (_between(-5, 20), _airy(i)) for i, name in enumerate(AIRY)},
    **{name: (_low_degree, _polynomial(name)) for name in POLYNOMIALS},
    **{f"{name}s": (_low_order, _derived(name)) for name in POLYNOMIALS},
    "hyp0f1": (_parameters(-5, 5), named("hyp0f1")),
    "hyp1f1": (_parameters(-2, 5), named("hyp1f1")),
    "hyp2f1": (_parameters(0, 0.9), named("hyp2f1")),
    "ellipk": (_between(-1e6, 0.9), named("ellipk")),
    "ellipe": (_between(-1e6, 0.9), named("ellipe")),
    "ellipf": (_angle, named("ellipkinc")),
    "ellipeinc": (_angle, named("ellipeinc")),
    **{name: (_of_carlson, named(name)) for name in ("elliprf", "elliprd", "elliprj")},
}
"""Where scipy's is right, and what it is: the value, or that and where it is to be trusted. Without
a line it is done point by point."""
