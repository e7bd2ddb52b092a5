"""Sorting and choosing entries."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile; the
# first compile() of a process costs 1 ms.

from typing import Any, NamedTuple

from hodiff.engine.graph import Tensor
from hodiff.engine.operations import reductions as red
from hodiff.engine.operations import structure as st
from hodiff.engine.shapes import ShapeError
from hodiff.library.arguments import as_argument, axis_of, flattened
from hodiff.library.creation import tensor
from hodiff.library.publish import public


class Selected(NamedTuple):
    """Values, and where along the axis they are: what max, min, sort and topk give."""

    values: Tensor
    indices: Tensor


def entries_at(x: Tensor, at: Tensor, dim: int) -> Tensor:
    """The entries of x at indices along dim."""
    return st.gather(x, at, axis_of(x, dim)) if x.shape else st.alias(x)


def _all_before(x: Tensor, dim: int) -> tuple[slice, ...]:
    """An index that takes all along the axes before dim."""
    return (slice(None),) * (axis_of(x, dim) + len(x.shape))


@public("argsort")
def argsort(x: Tensor, dim: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """The indices along dim that sort x, equals in their order.

    >>> hodiff.argsort([3.0, 1.0, 2.0])
    tensor([1, 2, 0])
    """
    axis = axis_of(x, dim)
    return red.argsort(-x if descending else x, axis) if x.shape else tensor(0, int)


@public("sort")
def sort(x: Tensor, dim: int = -1, descending: bool = False, stable: bool = True) -> Selected:
    """The entries sorted along dim, and the indices that they were at.

    >>> hodiff.sort([3.0, 1.0, 2.0])
    Selected(values=tensor([1., 2., 3.]), indices=tensor([1, 2, 0]))
    """
    at = argsort(x, dim, descending)
    return Selected(entries_at(x, at, dim), at)


@public("topk")
def topk(x: Tensor, k: int, dim: int = -1, largest: bool = True) -> Selected:
    """The k largest entries along dim, or the k least, and their indices.

    >>> hodiff.topk([3.0, 1.0, 2.0], 2)
    Selected(values=tensor([3., 2.]), indices=tensor([0, 2]))
    """
    if not x.shape:
        values, at = topk(st.reshape_to(x, (1,)), k, dim, largest)
        return Selected(st.reshape_to(values, (k,) if k != 1 else ()), at[0] if k else at)
    values, at = sort(x, dim, largest)
    axis = axis_of(x, dim)
    if k > x.shape[axis]:
        raise RuntimeError(f"the {k} largest of {x.shape[axis]} entries")
    return Selected(st.cut(values, axis, 0, k), st.cut(at, axis, 0, k))


@public("gather")
def gather(x: Tensor, dim: int, index: Any) -> Tensor:
    """The entries of x at indices along dim, an index for each entry of the result.

    >>> hodiff.gather([[1.0, 2.0], [3.0, 4.0]], 1, [[0, 0], [1, 0]]).tolist()
    [[1.0, 1.0], [4.0, 3.0]]
    """
    index = as_argument(index)
    axis = axis_of(x, dim)
    if not x.shape:
        return st.alias(x)
    for i in range(-len(x.shape), 0):
        if i != axis and index.shape[i] < x.shape[i]:
            x = st.cut(x, i, 0, index.shape[i])
    return st.gather(x, index, axis)


@public("take_along_dim", "take_along_axis")
def take_along_dim(x: Tensor, indices: Any, dim: int) -> Tensor:
    """The entries of x at indices along dim; the other axes broadcast.

    >>> hodiff.take_along_dim([[1.0, 2.0], [3.0, 4.0]], [[1], [0]], 1).tolist()
    [[2.0], [3.0]]
    """
    return st.gather(x, as_argument(indices), axis_of(x, dim))


@public("index_select")
def index_select(x: Tensor, dim: int, index: Any) -> Tensor:
    """The parts of x at indices along dim: rows of a matrix, say.

    >>> hodiff.index_select([[1.0, 2.0], [3.0, 4.0]], 0, [1, 1]).tolist()
    [[3.0, 4.0], [3.0, 4.0]]
    """
    return st.index(x, (*_all_before(x, dim), index))


@public("take")
def take(x: Tensor, indices: Any, dim: int | None = None) -> Tensor:
    """The entries at indices into x as a vector, or, with dim, the parts of x along it.

    >>> hodiff.take([[1.0, 2.0], [3.0, 4.0]], [0, 3])
    tensor([1., 4.])
    """
    if dim is None:
        return flattened(x)[indices]
    return index_select(x, dim, indices)


@public("masked_select")
def masked_select(x: Tensor, mask: Any) -> Tensor:
    """The entries where mask holds, as a vector.

    >>> hodiff.masked_select([1.0, 2.0, 3.0], [True, False, True])
    tensor([1., 3.])
    """
    return x[mask]


@public("select")
def select(x: Tensor, dim: int, index: int) -> Tensor:
    """The part of x at an index along dim, without that axis.

    >>> hodiff.select([[1.0, 2.0], [3.0, 4.0]], 1, 0)
    tensor([1., 3.])
    """
    return st.index(x, (*_all_before(x, dim), index))


@public("narrow")
def narrow(x: Tensor, dim: int, start: int, length: int) -> Tensor:
    """So many entries of x from start on along dim.

    >>> hodiff.narrow([1.0, 2.0, 3.0, 4.0], 0, 1, 2)
    tensor([2., 3.])
    """
    n = x.shape[axis_of(x, dim)]
    start = start + n if start < 0 else start
    if not 0 <= start <= start + length <= n:
        raise ShapeError(f"no {length} entries from {start} along an axis of {n}")
    return st.index(x, (*_all_before(x, dim), slice(start, start + length)))
