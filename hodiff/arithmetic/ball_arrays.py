"""Balls in numpy's arrays: what moves, adds up and multiplies their entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hodiff.arithmetic import ball_numbers
from hodiff.arithmetic.base import Ring
from hodiff.engine.exact import rational
from hodiff.engine.graph import Operation
from hodiff.engine.object_arrays import ObjectArrays, entries
from hodiff.engine.operations.elementary import add, div, mul, sub
from hodiff.engine.operations.structure import summed


def function(
    operation: Operation, entry: Callable[[Operation], Callable[..., Any]]
) -> Callable[..., Any] | None:
    """What computes an operation that isn't entrywise; entry, what computes one that is."""
    folds = operation.folds
    own = folds is None or folds.name in ball_numbers.FUNCTIONS
    arrays = OBJECTS if own else ObjectArrays(entry, 0)
    return FUNCTIONS.get(operation.name) or arrays.function(operation)


OBJECTS = ObjectArrays(lambda operation: ball_numbers.FUNCTIONS[operation.name], 0)
ADD, SUB, MUL, DIV = (OBJECTS.ufunc(row) for row in (add, sub, mul, div))
total: Any = OBJECTS.function(summed)
RING = Ring(lambda x: x, ADD, SUB, MUL, DIV, lambda xs, ys: dot(xs, ys))


def dot(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
    """The sum of the products of pairs, entry by entry."""
    found: Any = 0
    for x, y in zip(xs, ys, strict=False):
        if not (ball_numbers.is_zero(x) or ball_numbers.is_zero(y)):
            found = ADD(found, MUL(x, y))
    return found


def _norm(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    return ROOT(total(MUL(x, x), axes))


ROOT = np.frompyfunc(ball_numbers.root_of_squares, 1, 1)
EXP = np.frompyfunc(lambda x: ball_numbers.ball(x).exp(), 1, 1)
LOG = np.frompyfunc(lambda x: ball_numbers.ball(x).log(), 1, 1)
MIDDLE = np.frompyfunc(lambda x: x if rational(x) else x.mid(), 1, 1)
LARGER = np.frompyfunc(lambda a, b: a if ball_numbers.less(b, a) else b, 2, 1)


def _logsumexp(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    weights, largest = _weights(x, axes)
    sums = total(weights, axes)
    if not hasattr(sums, "shape"):
        return ball_numbers.add(largest.item(), sums.log())
    return ADD(LOG(sums), largest.reshape(sums.shape))


def _softmax(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    weights, largest = _weights(x, axes)
    return DIV(weights, entries(total(weights, axes)).reshape(largest.shape))


def _weights(x: Any, axes: tuple[int, ...] | None) -> tuple[Any, Any]:
    """exp(x) by that of the largest entries along axes, which are kept; of a ball its middle."""
    largest = MIDDLE(x)
    for axis in range(-x.ndim, 0) if axes is None else axes:
        largest = LARGER.reduce(largest, axis=axis, keepdims=True)
    return EXP(SUB(x, largest)), largest


def _matrix(x: Any) -> Any:
    from flint import arb_mat  # start-up: brings FLINT

    return arb_mat([[ball_numbers.ball(entry) for entry in row] for row in x.tolist()])


def _table(matrix: Any) -> Any:
    return np.array(matrix.tolist(), object).reshape(matrix.nrows(), matrix.ncols())


def _cast(x: Any, dtype: Any) -> Any:
    if dtype != "float64":
        raise NotImplementedError(f"a cast to {dtype} has no form in balls")
    return x


def _each(compute: Callable[..., Any]) -> Callable[..., Any]:
    """What computes something of matrices, as what does so of batches of them."""

    def batch(*arrays: Any) -> Any:
        leading = np.broadcast_shapes(*(x.shape[:-2] for x in arrays))
        if not leading:
            return compute(*arrays)
        whole = [np.broadcast_to(x, leading + x.shape[-2:]) for x in arrays]
        found = [entries(compute(*(x[i] for x in whole))) for i in np.ndindex(*leading)]
        return np.stack(found).reshape(leading + found[0].shape)

    return batch


def _solved(make: Callable[[], Any], shape: tuple[int, ...]) -> Any:
    """What make gives; nan where the matrix isn't proven to be regular."""
    try:
        return _table(make())
    except ZeroDivisionError:
        return np.full(shape, ball_numbers.nan(), object)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "cast": _cast,
    "cumsum": lambda x, axis: ADD.accumulate(x, axis=axis),
    "norm": _norm,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "det": _each(lambda x: _matrix(x).det()),
    "inv": _each(lambda x: _solved(lambda: _matrix(x).inv(), x.shape)),
    "solve": _each(lambda a, b: _solved(lambda: _matrix(a).solve(_matrix(b)), b.shape)),
}
