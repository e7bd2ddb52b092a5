"""Sums, extrema, norms and what else is taken over axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hodiff.engine.graph import ONE, ZERO, Operation, Tensor
from hodiff.engine.operations import elementary as el
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import reductions as red
from hodiff.engine.operations import structure as st
from hodiff.engine.operations.factors import singular_values
from hodiff.engine.shapes import ShapeError, broadcast
from hodiff.library.arguments import as_argument, axes_of, axis_of, count, flattened, typed
from hodiff.library.creation import tensor
from hodiff.library.publish import documented, public
from hodiff.library.selection import Selected, entries_at


def reduced(row: Callable[..., Tensor], x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    """What row makes of x over the axes that dim means; a number stays as it is."""
    axes = axes_of(x, dim)
    if not axes:
        return st.alias(x)
    y = row(x, axes)
    return st.kept(y, x, (axes,)) if keepdim else y


# The reductions of one signature: f(x, dim=None, keepdim=False), some with a dtype.


def reduction(
    name: str, row: Callable[..., Tensor], meaning: str, example: str, *,
    of: Callable[[Tensor], Tensor] | None = None,
    then: Callable[[Tensor, int], Tensor] | None = None,
    dtypes: bool = False,
) -> None:  # fmt: skip
    """Publish a reduction: row over the axes, of(x) instead of x, then(result, entries) after.

    dtypes says whether it takes the dtype that x is to have.
    """

    def over(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
        y = reduced(row, x if of is None else of(x), dim, keepdim)
        return y if then is None else then(y, count(x, dim))

    def over_typed(x: Tensor, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
        return over(x if dtype is None else typed(x, dtype), dim, keepdim)

    words = f"{meaning}, over dim: an axis or several, None for all; keepdim leaves them as 1."
    public(name, doc=documented(words, f"hodiff.{name}{example}"))(over_typed if dtypes else over)


@public()
def weighted_logsumexp(
    x: Tensor, dim: Any = None, keepdim: bool = False, *, b: Any = None, return_sign: bool = False
) -> Any:
    """log of the sum of b*exp(x) over dim, without overflow, b 1 unless given; with return_sign
    log of its absolute value, and its sign: scipy's.

    >>> hodiff.special.logsumexp([1000.0, 1000.0], b=[0.25, 0.75])
    tensor(1000.)
    """
    if b is None:
        y = reduced(red.logsumexp, x, dim, keepdim)
        return (y, st.expand_to(ONE, y.shape)) if return_sign else y
    b, shape = as_argument(b), broadcast([x.shape, as_argument(b).shape])
    if not b.requires_grad:  # an entry of weight 0 is not there, however large
        x = pw.where(pw.eq(b, ZERO), -math.inf, x)
    x = st.expand_to(x, shape)
    share = b * (red.softmax(x, axes_of(x, dim)) if shape else ONE)
    rest = reduced(st.summed, pw.where(pw.eq(b, ZERO), b, share), dim, keepdim)
    y = reduced(red.logsumexp, x, dim, keepdim)
    return (y + el.log(pw.abs(rest)), pw.sign(rest)) if return_sign else y + el.log(rest)


def _is_zero(x: Tensor) -> Tensor:
    return pw.eq(x, ZERO)


def _is_nonzero(x: Tensor) -> Tensor:
    return pw.ne(x, ZERO)


# fmt: off
reduction("sum", st.summed, "The sum",
          "([[1.0, 2.0], [3.0, 4.0]], dim=0) => tensor([4., 6.])", dtypes=True)
reduction("mean", st.summed, "The mean, nan of no entries", "([1.0, 2.0, 6.0]) => tensor(3.)",
          then=lambda y, n: y / n if n else y * math.nan, dtypes=True)
reduction("prod", red.product, "The product", "([2.0, 3.0]) => tensor(6.)", dtypes=True)
reduction("amax", red.amax, "The largest entry",
          "([[1.0, 4.0], [3.0, 2.0]], dim=1) => tensor([4., 3.])")
reduction("amin", red.amin, "The least entry",
          "([[1.0, 4.0], [3.0, 2.0]], dim=1) => tensor([1., 2.])")
reduction("logsumexp", red.logsumexp, "log of the sum of exponentials, without overflow",
          "([1000.0, -1000.0]) => tensor(1000.)")
reduction("any", st.any_of, "Whether an entry differs from 0", "([0.0, 2.0]) => tensor(True)",
          of=_is_nonzero)
reduction("all", st.any_of, "Whether all entries differ from 0", "([0.0, 2.0]) => tensor(False)",
          of=_is_zero, then=lambda y, n: pw.negation(y))
reduction("count_nonzero", st.summed, "How many entries differ from 0",
          "([0.0, 2.0, 3.0]) => tensor(2)", of=_is_nonzero)
# fmt: on


# Extrema, and where they are.


def _place(row: Operation, x: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    if dim is None:
        at = row(flattened(x), (-1,))
        return st.reshape_to(at, (1,) * len(x.shape)) if keepdim else at
    axis = axis_of(x, dim)
    if not x.shape:
        return tensor(0, int)
    at = row(x, (axis,))
    return st.kept(at, x, ((axis,),)) if keepdim else at


def _without(x: Tensor, dim: int) -> Tensor:
    """x without an axis of length 1."""
    i = axis_of(x, dim) + len(x.shape)
    return st.reshape_to(x, (*x.shape[:i], *x.shape[i + 1 :]))


def _extremum(name: str, pair: Operation, values: Operation, places: Operation, doc: str) -> None:
    def extremum(x: Tensor, dim: Any = None, keepdim: bool = False, axis: Any = None) -> Any:
        if isinstance(dim, Tensor):
            return pair(x, dim)
        if dim is None or axis is not None:
            return reduced(values, x, axis, keepdim)
        at = _place(places, x, dim, True)
        value = entries_at(x, at, dim)
        if keepdim or not x.shape:
            return Selected(value, at)
        return Selected(_without(value, dim), _without(at, dim))

    public(name, doc=doc)(extremum)


_EXTREMUM = (
    "The {} of all entries; with dim, the values and indices along dim.\n\n"
    "Of two tensors, entry by entry. With axis, numpy's keyword, the values alone."
)
_extremum("max", pw.max, red.amax, red.argmax, documented(
    _EXTREMUM.format("largest"),
    "hodiff.max([1.0, 3.0, 2.0]) => tensor(3.)",
    "hodiff.max([1.0, 3.0, 2.0], 0) => Selected(values=tensor(3.), indices=tensor(1))",
))  # fmt: skip
_extremum("min", pw.min, red.amin, red.argmin, documented(
    _EXTREMUM.format("least"),
    "hodiff.min([1.0, 3.0, 2.0]) => tensor(1.)",
    "hodiff.min([1.0, 3.0, 2.0], 0) => Selected(values=tensor(1.), indices=tensor(0))",
))  # fmt: skip


@public("argmax")
def argmax(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The index of the largest entry along dim, the first of equals; without dim, of them all.

    >>> hodiff.argmax([1.0, 3.0, 2.0])
    tensor(1)
    """
    return _place(red.argmax, x, dim, keepdim)


@public("argmin")
def argmin(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The index of the least entry along dim, the first of equals; without dim, of them all.

    >>> hodiff.argmin([1.0, 3.0, 2.0])
    tensor(0)
    """
    return _place(red.argmin, x, dim, keepdim)


# Norms and deviations.


@public("norm", "vector_norm")
def norm(x: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The norm of entries, of order 2 by default; "fro" is the same. Its gradient at 0 is 0.

    There second derivatives are nan, also of cos(norm(x)), which has some; of norm(x)**2 and what
    is written with it they are right.

    >>> hodiff.norm([3.0, 4.0])
    tensor(5.)
    >>> hodiff.norm([3.0, -4.0], 1)
    tensor(7.)
    """
    if not isinstance(ord, Tensor) and ord in (None, 2, "fro"):
        return reduced(red.norm, x, dim, keepdim) if x.shape else pw.abs(x)
    if not isinstance(ord, (int, float)):
        raise ValueError(f"a norm of order {ord!r} is not there: 2, 1, inf, -inf, 0 or a number")
    if ord == 0:
        return reduced(st.summed, pw.abs(pw.sign(x)), dim, keepdim)
    if math.isinf(ord):
        return reduced(red.amax if ord > 0 else red.amin, pw.abs(x), dim, keepdim)
    if ord == 1:
        return reduced(st.summed, pw.abs(x), dim, keepdim)
    if not x.shape:
        return pw.abs(x)
    return reduced(lambda x, axes: red.pnorm(x, axes, ord), x, dim, keepdim)


@public("matrix_norm", method=False)
def matrix_norm(x: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False) -> Tensor:
    """The norm of matrices: "fro"; 1 and inf (the largest sums of columns, of rows), -1, -inf; 2
    and -2 (the largest and the least singular value), and "nuc" (their sum).

    >>> hodiff.linalg.matrix_norm([[1.0, -2.0], [3.0, 4.0]], 1)
    tensor(6.)
    >>> hodiff.linalg.matrix_norm([[1.0, -2.0], [3.0, 4.0]], hodiff.inf)
    tensor(7.)
    """
    if ord in (None, "fro"):
        return norm(x, 2, dim, keepdim)
    if ord not in (1, -1, 2, -2, math.inf, -math.inf, "nuc"):
        raise ValueError(f"a matrix norm of order {ord!r} is not there: fro, nuc, ±1, ±2 or ±inf")
    rows, columns = (axis_of(x, i) for i in dim)
    if ord in (2, -2, "nuc"):
        rank = len(x.shape)
        others = [i for i in range(-rank, 0) if i not in (rows, columns)]
        s = singular_values(st.permuted(x, (*others, rows, columns)))
        y = {2: red.amax, -2: red.amin, "nuc": st.summed}[ord](s, (-1,))
        return st.kept(y, x, (tuple(sorted((rows, columns))),)) if keepdim else y
    along, across = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = reduced(st.summed, pw.abs(x), along, True)
    most = reduced(red.amax if ord > 0 else red.amin, sums, across, True)
    return most if keepdim else reduced(st.summed, most, (rows, columns), False)


@public()
def any_norm(x: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Tensor:
    """linalg.norm: of a vector, or of a matrix where an order is given and there are two axes.

    >>> hodiff.linalg.norm([3.0, 4.0])
    tensor(5.)
    >>> hodiff.linalg.norm([[1.0, -2.0], [3.0, 4.0]], 1)
    tensor(6.)
    """
    two = dim is None and len(x.shape) == 2
    matrix = ord is not None and (two or (isinstance(dim, (tuple, list)) and len(dim) == 2))
    if matrix:
        return matrix_norm(x, ord, (-2, -1) if dim is None else dim, keepdim)
    return norm(x, ord, dim, keepdim)


def _deviations(x: Tensor, dim: Any, unbiased: bool, correction: Any) -> tuple[Tensor, Any, float]:
    """x less its mean over dim, dim, and what the sum of their squares is divided by."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    less = (1 if unbiased else 0) if correction is None else correction
    number = count(x, dim) - less
    centred = x - reduced(st.summed, x, dim, True) / (count(x, dim) or 1)
    return centred, dim, number if number > 0 else 0.0


@public("var")
def var(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, correction: Any = None
) -> Tensor:
    """The variance over dim: the sum of squared deviations by n - 1 (n - correction).

    >>> hodiff.var([1.0, 2.0, 3.0])
    tensor(1.)
    >>> hodiff.var([1.0, 3.0], correction=0)
    tensor(1.)
    """
    centred, dim, number = _deviations(x, dim, unbiased, correction)
    return reduced(st.summed, centred**2, dim, keepdim) / number


@public("std")
def std(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, correction: Any = None
) -> Tensor:
    """The square root of the variance. A norm: its gradient is 0 where all entries are the same.

    >>> hodiff.std([1.0, 2.0, 3.0])
    tensor(1.)
    """
    centred, dim, number = _deviations(x, dim, unbiased, correction)
    return norm(centred, 2, dim, keepdim) / math.sqrt(number)


# Along an axis.


@public("cumsum")
def cumsum(x: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    """The sums of the entries up to each, along dim; without dim, of x as a vector.

    >>> hodiff.cumsum([1.0, 2.0, 3.0], 0)
    tensor([1., 3., 6.])
    """
    x = typed(x, dtype)
    if dim is None:
        x, dim = flattened(x), -1
    axis = axis_of(x, dim)
    return st.cumsum(x, axis) if x.shape else st.alias(x)


@public("cumprod")
def cumprod(x: Tensor, dim: int | None = None) -> Tensor:
    """The products of the entries up to each, along dim; without dim, of x as a vector.

    >>> hodiff.cumprod([1.0, 2.0, 3.0], 0)
    tensor([1., 2., 6.])
    """
    if dim is None:
        x, dim = flattened(x), -1
    axis = axis_of(x, dim)
    return red.cumprod(x, axis) if x.shape else st.alias(x)


@public("diff")
def diff(x: Tensor, n: int = 1, dim: int = -1) -> Tensor:
    """The differences of neighbours along dim, taken n times.

    >>> hodiff.diff([1.0, 4.0, 9.0])
    tensor([3., 5.])
    """
    if not x.shape:
        raise ShapeError("diff needs a vector, not a number")
    axis = axis_of(x, dim)
    for _ in range(n):
        m = x.shape[axis]
        x = st.cut(x, axis, 1, max(m, 1)) - st.cut(x, axis, 0, max(m - 1, 0))
    return x


@public("softmax")
def softmax(x: Tensor, dim: int = -1) -> Tensor:
    """exp(x) by its sum along dim: positive numbers that add up to 1.

    >>> hodiff.softmax([0.0, 0.0])
    tensor([0.5, 0.5])
    """
    return el.exp(log_softmax(x, dim))


@public("log_softmax")
def log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    """log(softmax(x)), without underflow.

    >>> hodiff.log_softmax([0.0, -1000.0])
    tensor([    0., -1000.])
    """
    return x - reduced(red.logsumexp, x, dim, True)
