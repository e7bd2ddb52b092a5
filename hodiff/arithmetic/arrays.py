"""numpy arrays: vectors and many points. A pole is inf, an undefined value nan."""

from __future__ import annotations

import math
import operator
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from hodiff.arithmetic.base import Arithmetic, Ring, with_attributes
from hodiff.arithmetic.floats import CONSTANTS, FLOATS, Floats, div
from hodiff.arithmetic.scipys import on_arrays
from hodiff.engine.graph import CONSTANT, Kind, Operation, Tensor
from hodiff.engine.leibniz import falling
from hodiff.engine.operations.structure import numpy_index
from hodiff.errors import HodiffError

DOUBLE = np.dtype(float)


class Arrays(Floats):
    """numpy's arrays of doubles, or of another dtype that they came in."""

    name = "arrays"

    def _found(self, operation: Operation) -> Callable[..., Any] | None:
        name = operation.name
        if operation.folds is not None:
            ufunc = folding(operation)
            return lambda x, axes: ufunc.reduce(np.asarray(x), axis=axes)
        if operation.special:
            return on_arrays(name)
        return FUNCTIONS.get(name) or _named(operation.numpy or name)

    def _made(self, compute: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        if operation.kind is Kind.MOVES:
            return _scalar(compute)  # which has nothing to warn of
        return _quiet(compute, bool(operation.partials))

    @cache  # noqa: B019 - of one arithmetic, which lives as long as the table
    def of_doubles(self, operation: Operation) -> Callable[..., Any]:
        """What function(operation) is for inputs that are all float64."""
        compute = self._found(operation)
        if compute is None or operation.kind is Kind.MOVES:
            return self.function(operation)
        return _quiet(compute, numeric=False)

    def unguarded(
        self, node: Tensor, whole: bool, doubles: bool
    ) -> tuple[Callable[..., Any], Sequence[Tensor]]:
        operation, inputs = node.operation, node.inputs
        compute = self._found(operation)
        if compute is None or (whole and operation.partials):
            return super().unguarded(node, whole, doubles)
        if operation.name == "pow" and inputs[1].operation is CONSTANT and inputs[0].shape:
            quick = QUICK_POWERS.get(self.number(inputs[1].attributes[0]))
            compute, inputs = (quick, inputs[:1]) if quick else (compute, inputs)
        elif operation.name in AT_ONCE and all(x.shape for x in inputs):
            compute = AT_ONCE[operation.name](*node.attributes)
        elif operation.name == "matmul" and all(len(x.shape) == 2 for x in inputs):
            compute = np.dot  # the same products, sooner
        elif operation.name == "expand":
            compute = _filled(*node.attributes)
        elif doubles and operation.name in ALIKE and not any(x.shape for x in inputs):
            return FLOATS.function(operation), inputs
        else:
            compute = with_attributes(compute, node.attributes)
        return compute if node.shape else _scalar(compute), inputs

    def data(self, x: Any) -> Any:
        return x

    @property
    def pointwise(self) -> Arithmetic:
        return FLOATS

    def in_quiet(self, compute: Callable[..., Any], *x: Any) -> Any:
        return compute(*x) if IS_QUIET.get() else QUIET.run(compute, *x)

    def ring(self, shaped: bool) -> Ring:
        return Ring(lambda x: x, operator.add, operator.sub, operator.mul, _divided, _dot)


def _named(name: str) -> Any:
    """numpy's function, or the one of the module in the name; None where there is none."""
    module, _, short = name.rpartition(".")
    return getattr(import_module(module or "numpy"), short, None)


def folding(operation: Operation) -> Any:
    """The ufunc that a reduction joins two entries with."""
    row = operation.folds
    assert row is not None
    ufunc = FUNCTIONS.get(row.name) or _named(row.numpy or row.name)
    if not isinstance(ufunc, np.ufunc):
        raise NotImplementedError(f"{operation.name} folds by {row.name}, which is no ufunc")
    return ufunc


IS_QUIET: ContextVar[bool] = ContextVar("IS_QUIET", default=False)


class Quiet(threading.local):
    """A context of this thread in which numpy doesn't warn. To run in it takes a tenth of the time
    that np.errstate does, which is that of two small operations."""

    def __init__(self) -> None:
        context = copy_context()
        context.run(np.seterr, all="ignore")
        context.run(IS_QUIET.set, True)
        self.run = context.run


QUIET = Quiet()


def _quiet(compute: Callable[..., Any], numeric: bool) -> Callable[..., Any]:
    """Without numpy's warnings; for a numeric operation conditions are the numbers 1 and 0, and
    whole numbers take the dtype of floats beside them, as in PyTorch: numpy's would be float64."""

    def quiet(*x: Any) -> Any:
        if numeric:
            for v in x:
                if getattr(v, "dtype", DOUBLE).kind != "f":
                    x = floating(*x)
                    break
        return scalar(*x) if IS_QUIET.get() else QUIET.run(scalar, *x)

    def floating(*x: Any) -> Any:
        if any(map(_is_condition, x)):
            dtype = np.result_type(*[v for v in x if hasattr(v, "dtype")])
            dtype = DOUBLE if dtype.kind == "b" else dtype
            x = tuple(v.astype(dtype) if _is_condition(v) else v for v in x)
        return _of_one_kind(*x)

    scalar = _scalar(compute)
    return quiet


def _of_one_kind(*x: Any) -> Any:
    """Whole numbers in the dtype of the floats beside them."""
    if any(map(_is_whole, x)):
        dtypes = [v.dtype for v in x if hasattr(v, "dtype") and v.dtype.kind == "f"]
        if dtypes and (dtype := np.result_type(*dtypes)) != DOUBLE:
            return tuple(v.astype(dtype) if _is_whole(v) else v for v in x)
    return x


def _scalar(compute: Callable[..., Any]) -> Callable[..., Any]:
    """A Python float leaves float32 arrays float32; numpy's own float64 scalar doesn't."""

    def scalar(*x: Any) -> Any:
        y = compute(*x)
        return float(y) if getattr(y, "shape", None) == () and y.dtype == float else y

    return scalar


def _is_condition(x: Any) -> bool:
    return hasattr(x, "dtype") and x.dtype.kind == "b"


def _is_whole(x: Any) -> bool:
    return hasattr(x, "dtype") and x.dtype.kind in "iu"


def _divided(a: Any, b: Any) -> Any:
    return a / b if hasattr(a, "shape") or hasattr(b, "shape") else div(a, b)


def _dot(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
    """The sum of the products of pairs, entry by entry; a Python 0 adds nothing."""
    total: Any = 0
    for x, y in zip(xs, ys, strict=False):
        if not (type(x) is int and x == 0) and not (type(y) is int and y == 0):
            total = total + x * y
    return total


def _float(x: Any) -> Any:
    """x as floats: Python's, or an array's of its own dtype."""
    if type(x) is float:
        return x
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(float)


def _dtype(*x: Any) -> Any:
    """The float dtype that an operation on x has."""
    dtype = np.result_type(*x)
    return dtype if dtype.kind == "f" else np.dtype(float)


def _power(a: Any, b: Any) -> Any:
    a, b = _float(a), _float(b)
    if type(b) is float and type(a) is not float and b in QUICK_POWERS:
        return np.asarray(QUICK_POWERS[b](a))
    return np.power(a, b)


def _powers(a: Any, b: Any, j: int, k: int) -> Any:
    """floats.powers, of all that is right without its care at once."""
    dtype, b = _dtype(a, b), _float(b)
    x = np.asarray(a, dtype=float)
    power, factor = _power(x, b - j), 0.0
    for m, coefficients in enumerate(falling(j, k)):  # a polynomial in log(a), the highest first
        part = 0.0
        for c in reversed(coefficients):
            part = part * b + c
        factor = (factor * np.log(x) if m else factor) + math.comb(k, m) * part
    result = np.asarray(factor * power + 0.0)  # a 0 has the sign of that of floats.powers
    right = (x > 0) & np.isfinite(result)
    if not right.all():
        x, y, right = np.broadcast_arrays(x, b, right)
        result[~right] = on_arrays("powers")(x[~right], y[~right], j, k)
    return result.astype(dtype)


def _cube(a: Any, out: Any = None) -> Any:
    return np.multiply(np.square(a), a, out=out)


def _inverse_square(a: Any, out: Any = None) -> Any:
    return np.reciprocal(np.square(a), out=out)


QUICK_POWERS: dict[float, Callable[..., Any]] = {
    2.0: np.square,
    0.5: np.sqrt,
    -1.0: np.reciprocal,
    3.0: _cube,
    -2.0: _inverse_square,
}
"""a**b by b, where np.power takes ten times as long. They are right to a unit in the last place,
and take where to write to as out."""


def _over(x: Any, y: Any) -> Any:
    at_kink = np.equal(y, 0)
    quotient = np.divide(x, np.where(at_kink, 1.0, y))
    return np.where(at_kink & (quotient != 0), np.nan, quotient).astype(_dtype(x, y))


def _sinc(x: Any, n: int) -> Any:
    if n:
        return on_arrays("sinc")(x, n)
    return np.where(np.equal(x, 0), 1.0, np.divide(np.sin(x), x)).astype(_dtype(x))


def _place(g: Any, items: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    g = np.asarray(g)
    result = np.zeros(shape, g.dtype)
    if all(getattr(i, "unique", True) for i in items):
        result[numpy_index(items)] = g
    else:
        np.add.at(result, numpy_index(items), g)
    return result


def _places(indices: Any) -> Any:
    """What indexes, as whole numbers: in doubles they may have come in."""
    places = np.asarray(indices)
    if places.dtype.kind not in "iu" and not (places == np.floor(places)).all():
        raise IndexError("an index along an axis is a whole number")
    return places.astype(int)


def _placed(items: tuple[Any, ...], shape: tuple[int, ...]) -> Callable[..., Any]:
    at = numpy_index(items)
    if not all(getattr(i, "unique", True) for i in items):
        return lambda g: _place(g, items, shape)

    def placed(g: Any) -> Any:
        result = np.zeros(shape, g.dtype)
        result[at] = g
        return result

    return placed


def _picked(items: tuple[Any, ...]) -> Callable[..., Any]:
    at = numpy_index(items)
    return lambda x: x[at]


def _filled(shape: tuple[int, ...]) -> Callable[..., Any]:
    def filled(x: Any) -> Any:
        result = np.empty(shape, getattr(x, "dtype", DOUBLE))
        result[...] = x
        return result

    return filled


def _gather(x: Any, indices: Any, axis: int) -> Any:
    return np.take_along_axis(np.asarray(x), _places(indices), axis)


def _scatter(g: Any, indices: Any, axis: int, length: int) -> Any:
    g, indices = np.asarray(g), _places(indices)
    shape = list(g.shape)
    shape[axis] = length
    result = np.zeros(shape, g.dtype)
    at = list(np.indices(indices.shape, sparse=True))
    at[axis] = indices
    np.add.at(result, tuple(at), g)
    return result


def _joined(*x: Any) -> Any:
    arrays, axis = x[:-1], x[-1]
    return np.concatenate([np.asarray(v) for v in arrays], axis, dtype=np.result_type(*arrays))


def _stack(*x: Any) -> Any:
    dtype = np.result_type(*x)
    return np.stack([np.asarray(v, dtype=dtype) for v in x])


def _logsumexp(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    x = _float(x)
    top = np.maximum.reduce(x, axes, keepdims=True, initial=-np.inf)
    if not np.isfinite(top).all():
        top = np.where(np.isfinite(top), top, 0.0).astype(_dtype(x))
    return np.log(np.add.reduce(np.exp(x - top), axes)) + np.reshape(top, _left(x, axes))


def _softmax(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    x = _float(x)
    weights = np.exp(x - np.maximum.reduce(x, axes, keepdims=True, initial=-np.inf))
    return weights / np.add.reduce(weights, axes, keepdims=True)


def _norm(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    top = np.max(np.abs(x), axis=axes, keepdims=True, initial=0.0)
    usual = (top > 0) & (top < np.inf)
    scale = np.where(usual, top, 1.0).astype(_dtype(x))
    return np.sqrt(np.sum((x / scale) ** 2, axis=axes)) * np.reshape(scale, _left(x, axes))


def _pnorm(x: Any, axes: tuple[int, ...], p: float) -> Any:
    top = np.max(np.abs(x), axis=axes, keepdims=True, initial=0.0)
    usual = (top > 0) & (top < np.inf)
    scale = np.where(usual, top, 1.0).astype(_dtype(x))
    sums = np.sum(np.abs(x / scale) ** p, axis=axes)
    return sums ** (1 / p) * np.reshape(scale, _left(x, axes))


class SingularError(HodiffError, np.linalg.LinAlgError):
    """numpy's error for a matrix without an inverse, as one of ours."""


def _solve(a: Any, b: Any) -> Any:
    """nan where a matrix of a batch is singular, as LAPACK finds by a pivot of 0; one that is alone
    is refused."""
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        if a.ndim == 2:
            raise SingularError("domain", "the matrix is singular: it has no inverse") from None
        singular = (np.linalg.slogdet(a)[0] == 0)[..., None, None]
        regular = np.where(singular, np.eye(a.shape[-1], dtype=a.dtype), a)
        return np.where(singular, np.nan, np.linalg.solve(regular, b))


def _solve_triangular(a: Any, b: Any, lower: bool) -> Any:
    """inf and nan where a diagonal entry is 0, as BLAS has it."""
    blas = import_module("scipy.linalg")

    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (np.broadcast_to(_float(x), batch + x.shape[-2:]) for x in (a, b))
    trsm = blas.get_blas_funcs("trsm", (a, b))
    result = np.empty(b.shape, _dtype(a, b))
    for i in np.ndindex(*batch) if b.size else ():
        result[i] = trsm(1.0, a[i], b[i], lower=lower)
    return result


def _eigh(x: Any, triangle: Any, vectors: bool) -> Any:
    """nan where LAPACK would find numbers in a matrix that has none."""
    read = np.tril(x) if triangle == "L" else np.triu(x)
    y = np.linalg.eigh(read, triangle)[1] if vectors else np.linalg.eigvalsh(read, triangle)
    wrong = ~np.isfinite(read).all((-2, -1))
    return np.where(wrong[(..., *[None] * (y.ndim - wrong.ndim))], y.dtype.type(np.nan), y)


def _singular_vectors(x: Any) -> Any:
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return np.concatenate([u, np.swapaxes(vh, -1, -2)], -2)


def _qr(x: Any) -> Any:
    q, r = np.linalg.qr(x)
    return np.concatenate([q, np.swapaxes(r, -1, -2)], -2)


def _rest_of_basis(x: Any, which: str) -> Any:
    if which == "q":
        whole = np.linalg.qr(x, "complete")[0]
    else:
        u, _, vh = np.linalg.svd(x)
        whole = u if which == "u" else np.swapaxes(vh, -1, -2)
    return whole[..., min(x.shape[-2:]) :]


def _pinv(x: Any, part: float | None, bound: float) -> Any:
    if part is None:
        part = max(x.shape[-2:]) * float(np.finfo(_dtype(x)).eps)
    if not bound:
        return np.linalg.pinv(x, part)
    most = np.max(np.linalg.svd(x, compute_uv=False), axis=-1, initial=0.0)
    return np.linalg.pinv(x, np.maximum(part, bound / np.where(most > 0, most, 1.0)))


def _left(x: Any, axes: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape of x without axes."""
    shape = np.shape(x)
    return tuple(n for i, n in enumerate(shape) if axes is not None and i - len(shape) not in axes)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "where": lambda test, a, b: np.where(np.asarray(test, dtype=bool), *_of_one_kind(a, b)),
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "alias": lambda x: x,
    "flat": lambda g, x: _float(g),
    "custom": lambda *x: x[-2],  # what its forward made, then the call
    "pi": lambda: np.pi,
    "e": lambda: np.e,
    **{name: lambda x=x: x for name, x in CONSTANTS.items()},
    "pow": _power,
    "powers": _powers,
    "heaviside": lambda x: np.heaviside(x, 0.5),
    "over": _over,
    "round": np.round,
    "softplus": lambda x: np.logaddexp(0.0, x),
    "sech": lambda x: np.reciprocal(np.cosh(_float(x))),
    "sigmoid": lambda x: np.reciprocal(1 + np.exp(-_float(x))),
    "sinc": _sinc,
    "argmax": lambda x, axes: np.argmax(x, axis=axes[0]),
    "argmin": lambda x, axes: np.argmin(x, axis=axes[0]),
    "argsort": lambda x, axis: np.argsort(x, axis=axis, kind="stable"),
    "cumsum": lambda x, axis: np.cumsum(x, axis=axis),
    "expand": np.broadcast_to,
    "reshape": np.reshape,
    "transpose": lambda x: np.swapaxes(x, -1, -2),
    "permute": np.transpose,
    "stack": _stack,
    "concatenate": _joined,
    "pick": lambda x, items: np.asarray(x)[numpy_index(items)],
    "place": _place,
    "gather": _gather,
    "scatter": _scatter,
    "cast": lambda x, dtype: np.asarray(x, dtype=dtype),
    "norm": _norm,
    "pnorm": _pnorm,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "einsum": lambda *x: np.einsum(x[-1], *x[:-1], optimize=len(x) > 2),
    "solve": _solve,
    "inv": lambda x: _solve(x, np.eye(x.shape[-1], dtype=x.dtype)),
    "logabsdet": lambda x: np.linalg.slogdet(x)[1],
    "signdet": lambda x: np.linalg.slogdet(x)[0],
    "solve_triangular": _solve_triangular,
    "eigvalsh": lambda x, triangle: _eigh(x, triangle, False),
    "eigenvectors": lambda x, triangle: _eigh(x, triangle, True),
    "svdvals": lambda x: np.linalg.svd(x, compute_uv=False),
    "singular_vectors": _singular_vectors,
    "qr": _qr,
    "rest_of_basis": _rest_of_basis,
    "pinv": _pinv,
}

AT_ONCE: dict[str, Callable[..., Callable[..., Any]]] = {
    "sum": lambda axes=None: lambda x: np.add.reduce(x, axes),
    "reshape": lambda shape: lambda x: x.reshape(shape),
    "transpose": lambda: lambda x: x.swapaxes(-1, -2),
    "permute": lambda order: lambda x: x.transpose(order),
    "pick": _picked,
    "place": _placed,
}
"""By a row's attributes, what computes it from arrays with none of the care that np.reshape and its
like take of what isn't one."""

ALIKE = {"add", "sub", "mul", "div", "neg"}  # to the bit, of Python's floats and of numpy's

ARRAYS = Arrays()
