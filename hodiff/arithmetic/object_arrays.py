"""Balls in numpy's arrays: what moves, adds up and multiplies their entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hodiff.arithmetic import arrays, balls
from hodiff.graph import Operation

MOVING = ("reshape", "transpose", "permute", "pick", "gather")


def function(operation: Operation) -> Callable[..., Any]:
    """What computes an operation that isn't elementwise."""
    name = operation.name
    if name in MOVING:
        compute = arrays.FUNCTIONS[name]
        return lambda x, *rest: compute(entries(x), *rest)
    if name not in FUNCTIONS:
        raise NotImplementedError(f"{name} has no form in balls")
    return FUNCTIONS[name]


def entries(x: Any) -> Any:
    """x as an array of Python objects."""
    if isinstance(x, np.ndarray):
        return x if x.dtype == object else x.astype(object)
    array = np.empty((), object)
    array[()] = x
    return array


def _stack(*x: Any) -> Any:
    array = np.empty((len(x), *np.shape(entries(x[0]))), object)
    for i, entry in enumerate(x):
        array[i] = entry
    return array


def _place(g: Any, items: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    result = np.full(shape, 0, object)
    index = arrays.numpy_index(items)
    if all(getattr(i, "unique", True) for i in items):
        result[index] = g
    else:
        ADD.at(result, index, entries(g))
    return result


def _scatter(g: Any, indices: Any, axis: int, length: int) -> Any:
    shape = list(g.shape)
    shape[axis] = length
    result = np.full(shape, 0, object)
    at: list[Any] = list(np.indices(indices.shape, sparse=True))
    at[axis] = indices.astype(int)
    ADD.at(result, tuple(at), g)
    return result


def _reducing(ufunc: Any, initial: Any = None) -> Callable[..., Any]:
    """A reduction over axes, one after the other."""

    def reduce(x: Any, axes: tuple[int, ...] | None = None) -> Any:
        x = entries(x)
        axes = tuple(range(x.ndim)) if axes is None else tuple(axis % x.ndim for axis in axes)
        start = {} if initial is None else {"initial": initial}
        for axis in sorted(axes, reverse=True):  # the later ones first: the others keep their place
            x = entries(ufunc.reduce(x, axis=axis, **start))
        return x if x.shape else x[()]

    return reduce


def _elementwise(compute: Callable[..., Any], arity: int = 2) -> Any:
    return np.frompyfunc(compute, arity, 1)


ADD = _elementwise(balls.add)
MUL = _elementwise(balls.mul)
SUB = _elementwise(balls.sub)
DIV = _elementwise(balls.div)
total = _reducing(ADD, 0)


def dot(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
    """The sum of the products of pairs, entry by entry."""
    found: Any = 0
    for x, y in zip(xs, ys, strict=False):
        if not (balls.is_zero(x) or balls.is_zero(y)):
            found = ADD(found, MUL(x, y))
    return found


def _matmul(a: Any, b: Any) -> Any:
    return total(MUL(a[..., :, :, None], b[..., None, :, :]), (-2,))


def _norm(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    squares = total(MUL(x, x), axes)
    return ROOT(squares)


ROOT = _elementwise(balls.sqrt, 1)
EXP = _elementwise(lambda x: balls.ball(x).exp(), 1)
LOG = _elementwise(lambda x: balls.ball(x).log(), 1)


def _logsumexp(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    sums = total(EXP(x), axes)
    return LOG(sums) if hasattr(sums, "shape") else sums.log()


def _softmax(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    weights = EXP(x)
    sums = entries(total(weights, axes))
    if axes is None:
        return DIV(weights, sums)
    kept = tuple(1 if i - x.ndim in axes else n for i, n in enumerate(x.shape))
    return DIV(weights, sums.reshape(kept))


def _matrix(x: Any) -> Any:
    from flint import arb_mat

    if x.ndim != 2:
        raise NotImplementedError("a batch of matrices has no form in balls")
    return arb_mat([[balls.ball(entry) for entry in row] for row in x.tolist()])


def _table(matrix: Any) -> Any:
    return np.array(matrix.tolist(), object).reshape(matrix.nrows(), matrix.ncols())


def _solved(make: Callable[[], Any], shape: tuple[int, ...]) -> Any:
    """What make gives; nan where the matrix isn't proven to be regular."""
    try:
        return _table(make())
    except ZeroDivisionError:
        return np.full(shape, balls.nan(), object)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "stack": _stack,
    "concatenate": lambda *x: np.concatenate([entries(v) for v in x[:-1]], x[-1]),
    "place": _place,
    "scatter": _scatter,
    "expand": lambda x, shape: np.broadcast_to(entries(x), shape),
    "cast": lambda x, dtype: x,
    "sum": total,
    "any": _reducing(_elementwise(lambda a, b: balls.either(a, b)), False),
    "amax": _reducing(_elementwise(balls.largest)),
    "amin": _reducing(_elementwise(balls.smallest)),
    "cumsum": lambda x, axis: ADD.accumulate(x, axis=axis),
    "matmul": _matmul,
    "norm": _norm,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "det": lambda x: _matrix(x).det(),
    "inv": lambda x: _solved(lambda: _matrix(x).inv(), x.shape),
    "solve": lambda a, b: _solved(lambda: _matrix(a).solve(_matrix(b)), b.shape),
}
