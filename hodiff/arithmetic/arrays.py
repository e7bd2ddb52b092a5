"""numpy arrays: vectors and many points. A pole is inf, an undefined value nan."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from hodiff.arithmetic import floats
from hodiff.graph import Operation

number = floats.number


def function(operation: Operation) -> Callable[..., Any]:
    """What computes the operation: from this file, from numpy or scipy, or by its definition."""
    found = RESOLVED.get(operation.name)
    if found is None:
        found = RESOLVED[operation.name] = _quiet(_resolve(operation))
    return found


RESOLVED: dict[str, Callable[..., Any]] = {}


def _resolve(operation: Operation) -> Callable[..., Any]:
    name = operation.name
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    module, _, short = (operation.numpy or name).rpartition(".")
    found = getattr(import_module(module or "numpy"), short, None)
    if found is not None:
        return found  # type: ignore[no-any-return]
    from hodiff.arithmetic import composed

    return composed(operation, sys.modules[__name__])


def _quiet(compute: Callable[..., Any]) -> Callable[..., Any]:
    def quiet(*x: Any) -> Any:
        with np.errstate(all="ignore"):
            return compute(*x)

    return quiet


def _power(a: Any, b: Any, k: int) -> Any:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if k == 0:
        return np.power(a, b)
    inside = np.power(a, b) * np.log(a) ** k
    return np.where(a == 0, np.where(b > 0, 0.0, np.inf), inside)


def _over(x: Any, y: Any) -> Any:
    return np.where(np.equal(y, 0), 0.0, np.divide(x, np.where(np.equal(y, 0), 1.0, y)))


def _pointwise(name: str, inputs: int) -> Callable[..., Any]:
    """A function of floats.py, point by point, where scipy has none that is right everywhere."""

    def compute(*x: Any) -> Any:
        one = floats.function(_row(name))
        points = np.broadcast_arrays(*[np.asarray(v, dtype=float) for v in x[:inputs]])
        flat = [
            one(*map(float, p), *x[inputs:]) for p in zip(*[v.flat for v in points], strict=False)
        ]
        return np.array(flat, dtype=float).reshape(points[0].shape)

    return compute


def _row(name: str) -> Operation:
    from hodiff.graph import OPERATIONS

    return OPERATIONS[name]


def _index(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index that pick and place keep, as numpy takes it."""
    return tuple(
        slice(i[0], i[1] if i[1] >= 0 else None, i[2]) if isinstance(i, tuple) else i for i in items
    )


def _place(g: Any, items: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    result = np.zeros(shape)
    result[_index(items)] = g
    return result


def _logsumexp(x: Any) -> Any:
    top = np.max(x)
    return top + np.log(np.sum(np.exp(x - top))) if np.isfinite(top) else top


def _norm(x: Any) -> Any:
    top = np.max(np.abs(x))
    return top * np.sqrt(np.sum((x / top) ** 2)) if 0 < top < np.inf else top


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "alias": lambda x: x,
    "pi": lambda: np.pi,
    "e": lambda: np.e,
    "pow": _power,
    "over": _over,
    "round": np.round,
    "softplus": lambda x: np.logaddexp(0.0, x),
    "sinc": _pointwise("sinc", 1),
    "polygamma": _pointwise("polygamma", 1),
    "lgamma": _pointwise("lgamma", 1),
    "beta": _pointwise("beta", 2),
    "sum": lambda x, axes: np.sum(x, axis=axes),
    "any": lambda x, axes: np.any(x, axis=axes),
    "expand": np.broadcast_to,
    "reshape": np.reshape,
    "transpose": lambda x: np.swapaxes(x, -1, -2),
    "stack": lambda *x: np.stack([np.asarray(v, dtype=float) for v in x]),
    "pick": lambda x, items: x[_index(items)],
    "place": _place,
    "norm": _norm,
    "logsumexp": _logsumexp,
}
