"""numpy's arrays of any objects that can be added and multiplied: balls, or entries of a formula.

What moves entries needs to know nothing of them; a reduction folds them as its row says. It brings
numpy, and is imported where there are such arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hodiff.engine.graph import Operation
from hodiff.engine.operations.elementary import add, mul
from hodiff.engine.operations.structure import numpy_index


class ObjectArrays:
    """What computes operations that aren't entrywise. entry gives what computes an entrywise one
    on single entries; zero is what a place holds that nothing is put in."""

    def __init__(self, entry: Callable[[Operation], Callable[..., Any]], zero: Any) -> None:
        self.entry, self.zero = entry, zero
        self.ufuncs: dict[Operation, Any] = {}

    def function(self, operation: Operation) -> Callable[..., Any] | None:
        """What computes the operation; None where there is no such form of it."""
        if operation.folds is not None:
            unit = self.zero if operation.folds is add else operation.unit
            return reducing(self.ufunc(operation.folds), unit)
        own: dict[str, Callable[..., Any]] = {
            "place": self._place,
            "scatter": self._scatter,
            "matmul": self._matmul,
        }
        compute = own.get(operation.name) or MOVING.get(operation.name)
        return None if compute is None else lambda *x: bare(compute(*x))

    def ufunc(self, operation: Operation) -> Any:
        """An entrywise operation on arrays."""
        if operation not in self.ufuncs:
            compute = self.entry(operation)
            self.ufuncs[operation] = np.frompyfunc(compute, operation.arity or 1, 1)
        return self.ufuncs[operation]

    def _place(self, g: Any, items: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
        result = np.full(shape, self.zero, object)
        index = numpy_index(items)
        if all(getattr(i, "unique", True) for i in items):
            result[index] = g[()] if hasattr(g, "shape") else g
        else:
            self.ufunc(add).at(result, index, entries(g))
        return result

    def _scatter(self, g: Any, indices: Any, axis: int, length: int) -> Any:
        shape = list(g.shape)
        shape[axis] = length
        result = np.full(shape, self.zero, object)
        places: list[Any] = list(np.indices(indices.shape, sparse=True))
        places[axis] = indices.astype(int)
        self.ufunc(add).at(result, tuple(places), g)
        return result

    def _matmul(self, a: Any, b: Any) -> Any:
        products = self.ufunc(mul)(a[..., :, :, None], b[..., None, :, :])
        return reducing(self.ufunc(add), self.zero)(products, (-2,))


def bare(x: Any) -> Any:
    """The object of an array without axes, else the array."""
    return x[()] if isinstance(x, np.ndarray) and not x.shape else x


def entries(x: Any) -> Any:
    """x as an array of Python objects."""
    if isinstance(x, np.ndarray):
        return x if x.dtype == object else x.astype(object)
    array = np.empty((), object)
    array[()] = x
    return array


def reducing(ufunc: Any, unit: Any = None) -> Callable[..., Any]:
    """A reduction over axes, one after the other; unit is what it is of no entries."""

    def reduce(x: Any, axes: tuple[int, ...] | None = None) -> Any:
        x = entries(x)
        axes = tuple(range(x.ndim)) if axes is None else tuple(axis % x.ndim for axis in axes)
        for axis in sorted(axes, reverse=True):  # the later ones first: the others keep their place
            empty = unit is not None and x.shape[axis] == 0
            x = entries(ufunc.reduce(x, axis=axis, **({"initial": unit} if empty else {})))
        return bare(x)

    return reduce


def _stack(*x: Any) -> Any:
    array = np.empty((len(x), *np.shape(entries(x[0]))), object)
    for i, entry in enumerate(x):
        array[i] = entry[()] if isinstance(entry, np.ndarray) else entry
    return array


MOVING: dict[str, Callable[..., Any]] = {
    "reshape": lambda x, shape: np.reshape(entries(x), shape),
    "transpose": lambda x: np.swapaxes(entries(x), -1, -2),
    "permute": lambda x, order: np.transpose(entries(x), order),
    "expand": lambda x, shape: np.broadcast_to(entries(x), shape),
    "pick": lambda x, items: entries(x)[numpy_index(items)],
    "gather": lambda x, indices, axis: np.take_along_axis(
        entries(x), np.asarray(indices).astype(int), axis
    ),
    "stack": _stack,
    "concatenate": lambda *x: np.concatenate([entries(v) for v in x[:-1]], x[-1]),
}
