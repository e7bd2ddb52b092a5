"""Sorting and choosing entries."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile; the
# first compile() of a process costs 1 ms.

from typing import Any, NamedTuple

from hodiff.engine.graph import Tensor
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import reductions as red
from hodiff.engine.operations import structure as st
from hodiff.engine.shapes import ShapeError, broadcast, described
from hodiff.library.arguments import as_argument, axis_of, flattened
from hodiff.library.creation import tensor
from hodiff.library.publish import public


class IndicesError(IndexError, RuntimeError):
    """What can't choose entries: numpy's IndexError and PyTorch's RuntimeError in one."""


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


def _aligned(x: Tensor, index: Any, dim: int) -> tuple[Tensor, Tensor, int]:
    """x, what indexes it along dim, and that axis; a number counts as a vector of one."""
    index, axis = as_argument(index), axis_of(x, dim)
    if not x.shape:
        x = st.reshape_to(x, (1,))
        index = index if index.shape else st.reshape_to(index, (1,))
    if len(index.shape) != len(x.shape):
        a, b = described(x.shape), described(index.shape)
        raise ShapeError(f"{a} is indexed along an axis by as many axes, not by {b}")
    return x, index, axis


def whole_numbers(index: Any, name: str) -> Any:
    """An index as an array of whole numbers: no mask. Raises IndexError."""
    import numpy  # start-up: few programs choose entries

    item = st.index_part(index)
    array = numpy.asarray(getattr(item, "array", item))
    if array.dtype.kind not in "iu":
        raise IndicesError(f"{name} takes whole numbers, not a mask: masked_select takes one")
    return array


def _number(index: Any, name: str) -> int:
    """A single whole number. Raises IndexError."""
    array = whole_numbers(index, name)
    if array.size != 1:
        raise IndicesError(f"{name} takes one whole number, not {described(array.shape)}")
    return int(array.item())


@public("gather")
def gather(x: Tensor, dim: int, index: Any) -> Tensor:
    """The entries of x at indices along dim, an index for each entry of the result.

    The index has as many axes as x, and none but dim that is longer; one below 0 counts from the
    end. Raises ShapeError, and IndexError for one outside.

    >>> hodiff.gather([[1.0, 2.0], [3.0, 4.0]], 1, [[0, 0], [1, 0]]).tolist()
    [[1.0, 1.0], [4.0, 3.0]]
    """
    shape = as_argument(index).shape
    x, index, axis = _aligned(x, index, dim)
    for i in range(-len(x.shape), 0):
        if i != axis and index.shape[i] > x.shape[i]:
            a, b = described(index.shape), described(x.shape)
            raise ShapeError(f"{a} does not index {b}: it is longer along another axis than {dim}")
        if i != axis and index.shape[i] < x.shape[i]:
            x = st.cut(x, i, 0, index.shape[i])
    return st.reshape_to(st.gather(x, index, axis), shape)


@public("take_along_dim", "take_along_axis")
def take_along_dim(x: Tensor, indices: Any, dim: int | None = None) -> Tensor:
    """The entries of x at indices along dim; the other axes broadcast. Without dim, both are
    taken as vectors.

    Indices have as many axes as x; one below 0 counts from the end. Raises ShapeError, and
    IndexError for one outside.

    >>> hodiff.take_along_dim([[1.0, 2.0], [3.0, 4.0]], [[1], [0]], 1).tolist()
    [[2.0], [3.0]]
    >>> hodiff.take_along_dim([[1.0, 2.0], [3.0, 4.0]], [[1]], 1).tolist()
    [[2.0], [4.0]]
    """
    if dim is None:
        x, indices, dim = flattened(x), flattened(as_argument(indices)), 0
    shape = as_argument(indices).shape if not x.shape else None
    x, indices, axis = _aligned(x, indices, dim)
    i = len(x.shape) + axis
    before, after = (
        broadcast([x.shape[part], indices.shape[part]])
        for part in (slice(None, i), slice(i + 1, None))
    )
    wide = st.expand_to(x, (*before, x.shape[i], *after))
    at = st.expand_to(indices, (*before, indices.shape[i], *after))
    found = st.gather(wide, at, axis)
    return found if shape is None else st.reshape_to(found, shape)


@public("index_select")
def index_select(x: Tensor, dim: int, index: Any) -> Tensor:
    """The parts of x at indices along dim: rows of a matrix, say. The index is a vector, or a
    number for a single part.

    >>> hodiff.index_select([[1.0, 2.0], [3.0, 4.0]], 0, [1, 1]).tolist()
    [[3.0, 4.0], [3.0, 4.0]]
    """
    index = whole_numbers(index, "index_select")
    if index.ndim > 1:
        raise IndicesError(f"index_select takes a vector of indices, not {described(index.shape)}")
    vector = x if x.shape else st.reshape_to(x, (1,))
    found = st.index(vector, (*_all_before(vector, dim), index.reshape(-1)))
    return found if x.shape else st.reshape_to(found, () if index.size == 1 else index.shape)


@public("take")
def take(x: Tensor, indices: Any, dim: int | None = None) -> Tensor:
    """The entries at indices into x as a vector, or, with dim, the parts of x along it.

    >>> hodiff.take([[1.0, 2.0], [3.0, 4.0]], [0, 3])
    tensor([1., 4.])
    """
    indices = whole_numbers(indices, "take")
    if dim is None:
        x, dim = flattened(x), 0
    return st.index(x, (*_all_before(x, dim), indices))


@public("masked_select")
def masked_select(x: Tensor, mask: Any) -> Tensor:
    """The entries where mask holds, as a vector; x and mask broadcast. Numbers hold where they
    are not 0.

    >>> hodiff.masked_select([1.0, 2.0, 3.0], [True, False, True])
    tensor([1., 3.])
    >>> hodiff.masked_select([[1.0, 2.0], [3.0, 4.0]], [False, True])
    tensor([2., 4.])
    """
    test = pw.truth(as_argument(mask))
    shape = broadcast([x.shape, test.shape])
    return flattened(st.expand_to(x, shape))[flattened(st.expand_to(test, shape))]


@public("select")
def select(x: Tensor, dim: int, index: int) -> Tensor:
    """The part of x at an index along dim, without that axis.

    >>> hodiff.select([[1.0, 2.0], [3.0, 4.0]], 1, 0)
    tensor([1., 3.])
    """
    return st.index(x, (*_all_before(x, dim), _number(index, "select")))


@public("narrow")
def narrow(x: Tensor, dim: int, start: int, length: int) -> Tensor:
    """So many entries of x from start on along dim.

    >>> hodiff.narrow([1.0, 2.0, 3.0, 4.0], 0, 1, 2)
    tensor([2., 3.])
    """
    n = x.shape[axis_of(x, dim)]
    start, length = _number(start, "narrow"), _number(length, "narrow")
    start = start + n if start < 0 else start
    if not 0 <= start <= start + length <= n:
        raise ShapeError(f"no {length} entries from {start} along an axis of {n}")
    return st.index(x, (*_all_before(x, dim), slice(start, start + length)))
