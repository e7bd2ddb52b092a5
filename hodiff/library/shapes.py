"""Shapes: the same entries in other places, joined and parted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hodiff.engine.graph import Tensor
from hodiff.engine.operations import structure as st
from hodiff.engine.shapes import ShapeError
from hodiff.library.arguments import as_argument, axes_of, axis_of, count, flattened, shape_of
from hodiff.library.publish import public
from hodiff.library.selection import select, take, whole_numbers


@public("reshape", "view")
def reshape(x: Tensor, *shape: Any) -> Tensor:
    """The entries in another shape; one length may be -1.

    >>> hodiff.reshape([1.0, 2.0, 3.0, 4.0], 2, -1).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    target = shape_of(*shape)
    if target.count(-1) == 1:
        known = math.prod(n for n in target if n != -1)
        if known == 0 or count(x) % known:
            raise ShapeError(f"shape {x.shape} can't become {target}")
        target = tuple(count(x) // known if n == -1 else n for n in target)
    if math.prod(target) != count(x) or any(n < 0 for n in target):
        raise ShapeError(f"shape {x.shape} can't become {target}")
    return st.reshape_to(x, target)


@public("flatten")
def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The axes from start_dim to end_dim as one.

    >>> hodiff.flatten([[1.0, 2.0], [3.0, 4.0]])
    tensor([1., 2., 3., 4.])
    """
    rank = len(x.shape)
    first, last = axis_of(x, start_dim) + max(rank, 1), axis_of(x, end_dim) + rank
    middle = math.prod(x.shape[first : last + 1])
    return st.reshape_to(x, (*x.shape[:first], middle, *x.shape[last + 1 :]))


@public("ravel")
def ravel(x: Tensor) -> Tensor:
    """All entries as a vector.

    >>> hodiff.ravel([[1.0, 2.0], [3.0, 4.0]])
    tensor([1., 2., 3., 4.])
    """
    return flattened(x)


@public("squeeze")
def squeeze(x: Tensor, dim: Any = None) -> Tensor:
    """x without its axes of length 1, or without those of dim that are.

    >>> hodiff.squeeze([[1.0, 2.0]])
    tensor([1., 2.])
    """
    axes = [i for i in axes_of(x, dim) if x.shape[i] == 1]
    rank = len(x.shape)
    return st.reshape_to(x, tuple(n for i, n in enumerate(x.shape) if i - rank not in axes))


@public("unsqueeze", "expand_dims")
def unsqueeze(x: Tensor, dim: Any) -> Tensor:
    """x with a new axis of length 1 at dim, or several.

    >>> hodiff.unsqueeze([1.0, 2.0], 1).tolist()
    [[1.0], [2.0]]
    """
    dims = dim if isinstance(dim, (tuple, list)) else (dim,)
    rank = len(x.shape) + len(dims)
    new = {axis_of(x, i, len(dims)) + rank for i in dims}
    old = iter(x.shape)
    return st.reshape_to(x, tuple(1 if i in new else next(old) for i in range(rank)))


@public("broadcast_to", "expand")
def expand(x: Tensor, *shape: Any) -> Tensor:
    """x repeated along new axes and those of length 1, to a shape; -1 leaves an axis.

    >>> hodiff.broadcast_to([1.0, 2.0], (2, 2)).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    target = shape_of(*shape)
    own = (1,) * (len(target) - len(x.shape)) + x.shape
    target = tuple(m if n == -1 else n for n, m in zip(target, own, strict=False))
    if len(own) > len(target) or any(m not in (1, n) for n, m in zip(target, own, strict=True)):
        raise ShapeError(f"shape {x.shape} doesn't broadcast to {target}")
    return st.expand_to(x, target)


# The order of axes, and of entries.


def _reversed(x: Tensor) -> Sequence[int]:
    return range(-1, -len(x.shape) - 1, -1)


@public("permute")
def permute(x: Tensor, *dims: Any, dim: Any = None) -> Tensor:
    """The axes in another order.

    >>> hodiff.permute(hodiff.zeros(2, 3, 4), 2, 0, 1).shape
    (4, 2, 3)
    """
    order = shape_of(*dims) if dim is None else shape_of(dim)
    axes = [axis_of(x, i) for i in order]
    if sorted(axes) != list(range(-len(x.shape), 0)):
        raise ShapeError(f"{order} is no order of the axes of shape {x.shape}")
    return st.permuted(x, axes)


@public("transpose", "swapaxes", "swapdims")
def transpose(x: Tensor, *dims: Any, dim0: Any = None, dim1: Any = None, dim: Any = None) -> Tensor:
    """Two axes swapped, PyTorch's way; all axes in another order, numpy's; none: all reversed.

    >>> hodiff.transpose([[1.0, 2.0], [3.0, 4.0]], 0, 1).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    dims = dims if dim0 is None else (dim0, dim1)
    if not dims or dims == (None,):
        return st.permuted(x, _reversed(x) if dim is None else dim)
    if len(dims) != 2:
        return permute(x, *dims)
    order = list(range(-len(x.shape), 0))
    i, j = (axis_of(x, k) for k in dims)
    if x.shape:
        order[i], order[j] = order[j], order[i]
    return st.permuted(x, order)


@public("moveaxis", "movedim")
def moveaxis(x: Tensor, source: Any, destination: Any) -> Tensor:
    """Axes moved to other places; the rest keep their order.

    >>> hodiff.moveaxis(hodiff.zeros(2, 3, 4), 0, -1).shape
    (3, 4, 2)
    """
    if not x.shape:
        return x
    rank = len(x.shape)
    froms, tos = ([axis_of(x, i) + rank for i in (d if isinstance(d, (tuple, list)) else (d,))]
                  for d in (source, destination))  # fmt: skip
    order = [i for i in range(rank) if i not in froms]
    for to, start in sorted(zip(tos, froms, strict=True)):
        order.insert(to, start)
    return st.permuted(x, order)


@public("t")
def t(x: Tensor) -> Tensor:
    """The transpose of a matrix; a vector or a number as it is.

    >>> hodiff.t([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    if len(x.shape) > 2:
        raise RuntimeError(f"t() expects at most 2 axes, not shape {x.shape}")
    return st.permuted(x, _reversed(x))


@public("flip")
def flip(x: Tensor, *dims: Any, dim: Any = None) -> Tensor:
    """The entries in reverse along axes; without any, along all.

    >>> hodiff.flip([1.0, 2.0, 3.0])
    tensor([3., 2., 1.])
    """
    axes = dim if not dims else dims[0] if len(dims) == 1 else dims
    return st.flip(x, axes_of(x, axes))


@public("flipud")
def flipud(x: Tensor) -> Tensor:
    """The rows in reverse.

    >>> hodiff.flipud([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[3.0, 4.0], [1.0, 2.0]]
    """
    return st.flip(x, axes_of(x, 0))


@public("fliplr")
def fliplr(x: Tensor) -> Tensor:
    """The columns in reverse.

    >>> hodiff.fliplr([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    """
    return st.flip(x, axes_of(x, 1))


@public("roll")
def roll(x: Tensor, shifts: Any, dim: Any = None) -> Tensor:
    """The entries moved on along dim, those at the end to the start; without dim, as a vector.

    >>> hodiff.roll([1.0, 2.0, 3.0], 1)
    tensor([3., 1., 2.])
    """
    if dim is None:
        return st.reshape_to(roll(flattened(x), shifts, 0), x.shape)
    pairs = zip(shifts, dim, strict=True) if isinstance(dim, (tuple, list)) else [(shifts, dim)]
    for shift, d in pairs:
        axis = axis_of(x, d)
        n = x.shape[axis]
        k = -shift % n if n else 0
        if k:
            x = st.concatenate([st.cut(x, axis, k, n), st.cut(x, axis, 0, k)], axis)
    return x


# Joined.


@public("cat", "concatenate", "concat", method=False, tensors=0)
def cat(tensors: Sequence[Any], dim: int | None = 0) -> Tensor:
    """Tensors one after the other along an axis that they have; dim=None: as vectors.

    >>> hodiff.cat([[1.0, 2.0], [3.0]])
    tensor([1., 2., 3.])
    """
    xs = [as_argument(x) for x in tensors]
    if not xs:
        raise ShapeError("nothing to concatenate")
    if dim is None:
        xs, dim = [flattened(x) for x in xs], 0
    # PyTorch's oldest way to begin with nothing: tensor([]) fits everything.
    xs = [x for x in xs if x.shape != (0,)] or xs
    if not xs[0].shape:
        raise ShapeError("scalars can't be concatenated: stack them")
    return st.concatenate(xs, axis_of(xs[0], dim))


@public("stack", method=False, tensors=0)
def stack(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """Tensors of one shape along a new axis.

    >>> hodiff.stack([1.0, 2.0])
    tensor([1., 2.])
    >>> hodiff.stack([[1.0, 2.0], [3.0, 4.0]], dim=1).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    xs = [as_argument(x) for x in tensors]
    if not xs:
        raise ShapeError("nothing to stack")
    y = st.stack(*xs)
    axis = axis_of(xs[0], dim, 1) + len(y.shape)
    order = list(range(1, len(y.shape)))
    return st.permuted(y, [*order[:axis], 0, *order[axis:]])


@public("hstack", method=False, tensors=0)
def hstack(tensors: Sequence[Any]) -> Tensor:
    """Tensors side by side: vectors and numbers along their axis, others along their second.

    >>> hodiff.hstack([[1.0, 2.0], 3.0])
    tensor([1., 2., 3.])
    """
    xs = [x if x.shape else st.reshape_to(x, (1,)) for x in map(as_argument, tensors)]
    return st.concatenate(xs, -len(xs[0].shape) if len(xs[0].shape) == 1 else 1 - len(xs[0].shape))


@public("vstack", "row_stack", method=False, tensors=0)
def vstack(tensors: Sequence[Any]) -> Tensor:
    """Tensors one under the other, vectors as rows.

    >>> hodiff.vstack([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    xs = [st.reshape_to(x, (1, count(x))) if len(x.shape) < 2 else x
          for x in map(as_argument, tensors)]  # fmt: skip
    return st.concatenate(xs, -len(xs[0].shape))


@public("column_stack", method=False, tensors=0)
def column_stack(tensors: Sequence[Any]) -> Tensor:
    """Tensors side by side, vectors as columns.

    >>> hodiff.column_stack([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    xs = [st.reshape_to(x, (count(x), 1)) if len(x.shape) < 2 else x
          for x in map(as_argument, tensors)]  # fmt: skip
    return st.concatenate(xs, 1 - len(xs[0].shape))


# Parted.


def _parted(x: Tensor, edges: Sequence[int], axis: int) -> tuple[Tensor, ...]:
    n = x.shape[axis]
    ends = [min(max(e + n if e < 0 else e, 0), n) for e in (0, *edges, n)]
    return tuple(st.cut(x, axis, a, max(a, b)) for a, b in pairwise(ends))


@public("split")
def split(x: Tensor, sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts along dim of one length (the last may be shorter), or of these lengths.

    >>> hodiff.split([1.0, 2.0, 3.0], 2)
    (tensor([1., 2.]), tensor([3.]))
    """
    axis = axis_of(x, dim)
    n = x.shape[axis]
    if isinstance(sizes, int):
        if sizes < 1:
            raise ShapeError(f"parts have a length of 1 or more, not {sizes}")
        return _parted(x, range(sizes, n, sizes), axis)
    sizes = [int(size) for size in sizes]
    if sum(sizes) != n or min(sizes) < 0:
        raise ShapeError(f"lengths {sizes} don't add up to {n}, each 0 or more")
    return _parted(x, [sum(sizes[:i]) for i in range(1, len(sizes))], axis)


@public("chunk")
def chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """So many parts along dim, as equal as PyTorch has them.

    >>> hodiff.chunk([1.0, 2.0, 3.0], 2)
    (tensor([1., 2.]), tensor([3.]))
    """
    if chunks < 1:
        raise ShapeError(f"there is one part or more, not {chunks}")
    size = -(-x.shape[axis_of(x, dim)] // chunks) or 1
    return _parted(x, range(size, x.shape[axis_of(x, dim)], size), axis_of(x, dim))


@public()
def sections(x: Tensor, sections: Any, dim: int = 0) -> list[Tensor]:
    """np.split: so many equal parts along dim, or parts between these places."""
    axis = axis_of(x, dim)
    n = x.shape[axis]
    if not isinstance(sections, int):
        return list(_parted(x, [int(i) for i in sections], axis))
    if n % sections:
        raise ShapeError(f"{n} entries don't split into {sections} equal parts")
    return list(_parted(x, range(n // sections, n, n // sections), axis))


@public("unbind")
def unbind(x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The parts of x along dim, without that axis.

    >>> hodiff.unbind([[1.0, 2.0], [3.0, 4.0]])
    (tensor([1., 2.]), tensor([3., 4.]))
    """
    return tuple(select(x, dim, i) for i in range(x.shape[axis_of(x, dim)]))


# Repeated.


@public("tile")
def tile(x: Tensor, *repeats: Any) -> Tensor:
    """x laid out side by side so many times along each axis.

    >>> hodiff.tile([1.0, 2.0], 2)
    tensor([1., 2., 1., 2.])
    """
    times = shape_of(*repeats)
    x = st.reshape_to(x, (1,) * (len(times) - len(x.shape)) + x.shape)
    times = (1,) * (len(x.shape) - len(times)) + times
    pairs = [m for n, k in zip(x.shape, times, strict=True) for m in (k, n)]
    apart = st.reshape_to(x, tuple(m for n in x.shape for m in (1, n)))
    shape = tuple(n * k for n, k in zip(x.shape, times, strict=True))
    return st.reshape_to(st.expand_to(apart, tuple(pairs)), shape)


@public("repeat_interleave")
def repeat_interleave(x: Tensor, repeats: Any, dim: int | None = None) -> Tensor:
    """Each entry along dim so many times in a row, or a number of times of its own; without dim,
    of x as a vector.

    >>> hodiff.repeat_interleave([1.0, 2.0], 2)
    tensor([1., 1., 2., 2.])
    >>> hodiff.repeat_interleave([1.0, 2.0], [1, 2])
    tensor([1., 2., 2.])
    """
    times = whole_numbers(repeats, "repeat_interleave")
    if times.ndim > 1 or (times < 0).any():
        raise ValueError("repeats are a number, or a vector of them, of 0 or more")
    if dim is None:
        x, dim = flattened(x), 0
    elif not x.shape:
        x, dim = st.reshape_to(x, (1,)), axis_of(x, dim)
    i = axis_of(x, dim) + len(x.shape)
    if times.size != 1:
        if times.size != x.shape[i]:
            raise ShapeError(f"{times.size} repeats for an axis of {x.shape[i]}")
        return take(x, times.cumsum().searchsorted(range(times.sum()), "right"), i)
    repeats = int(times.item())
    before, n, after = x.shape[:i], x.shape[i], x.shape[i + 1 :]
    apart = st.reshape_to(x, (*before, n, 1, *after))
    wide = st.expand_to(apart, (*before, n, repeats, *after))
    return st.reshape_to(wide, (*before, n * repeats, *after))


@public("meshgrid", method=False, tensors=0)
def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """The coordinates of a grid's points, a tensor for each of its axes.

    >>> [g.tolist() for g in hodiff.meshgrid([1.0, 2.0], [3.0, 4.0])]
    [[[1.0, 1.0], [2.0, 2.0]], [[3.0, 4.0], [3.0, 4.0]]]
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    xs = [as_argument(x) for x in tensors]
    shape = tuple(count(x) for x in xs)
    grids = [
        st.expand_to(st.reshape_to(x, (shape[i], *(1,) * (len(xs) - 1 - i))), shape)
        for i, x in enumerate(xs)
    ]
    if indexing == "xy" and len(xs) > 1:
        grids = [st.permuted(g, [1, 0, *range(2, len(xs))]) for g in grids]
    return tuple(grids)
