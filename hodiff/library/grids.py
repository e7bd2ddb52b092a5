"""What numpy has for data on grids: padding, joining in depth, slopes between points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hodiff.engine.graph import Tensor
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import structure as st
from hodiff.engine.shapes import ShapeError
from hodiff.library.arguments import as_argument, axes_of, axis_of, flattened
from hodiff.library.publish import public
from hodiff.library.reductions import diff
from hodiff.library.selection import index_select
from hodiff.library.shapes import cat

# Padded.

BY_INDEX = ("edge", "reflect", "symmetric", "wrap")
TORCHS = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _padded(x: Tensor, axis: int, widths: Sequence[int], mode: str, values: Any) -> Tensor:
    """x with so many entries more before and after, along an axis."""
    if not any(widths):
        return x
    import numpy  # start-up: few programs pad

    n = x.shape[axis]
    if mode in BY_INDEX:
        if not n:
            raise ShapeError(f"an empty axis can't be padded with its own entries ({mode})")
        return index_select(x, axis, numpy.pad(numpy.arange(n), widths, mode))  # type: ignore[call-overload]
    shapes = [(*x.shape[:axis], m, *x.shape[len(x.shape) + axis + 1 :]) for m in widths]
    before, after = (st.expand_to(as_argument(v), s) for v, s in zip(values, shapes, strict=True))
    return st.concatenate([before, x, after], axis)


@public("pad")
def pad(x: Tensor, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Tensor:
    """numpy's pad: entries more before and after each axis. pad_width and constant_values are a
    number, a pair, or a pair for each axis.

    mode: constant; edge, reflect, symmetric or wrap, which repeat entries. torch's pad is
    hodiff.nn.functional.pad.

    >>> hodiff.pad([1.0, 2.0], (1, 2))
    tensor([0., 1., 2., 0., 0.])
    >>> hodiff.pad([1.0, 2.0, 3.0], 2, "reflect")
    tensor([3., 2., 1., 2., 3., 2., 1.])
    """
    import numpy  # start-up: few programs pad

    if mode not in ("constant", *BY_INDEX):
        raise ValueError(f"the mode is constant, {', '.join(BY_INDEX)}, not {mode!r}")
    rank = len(x.shape)
    widths = numpy.broadcast_to(numpy.asarray(pad_width), (rank, 2)).tolist()
    if any(n < 0 for pair in widths for n in pair):
        raise ValueError(f"pad_width can't be negative: {pad_width}")
    values = as_argument(constant_values)
    fills = st.expand_to(values, (rank, 2)) if values.shape else None
    for i in range(rank):
        x = _padded(x, i - rank, widths[i], mode, (values, values) if fills is None else fills[i])
    return x


@public()
def torch_pad(x: Tensor, pad: Sequence[int], mode: str = "constant", value: Any = None) -> Tensor:
    """Entries more before and after the last axis, then the one before it, as far as pad has pairs;
    fewer where they are negative.

    mode: constant, reflect, replicate or circular.

    >>> hodiff.nn.functional.pad([1.0, 2.0], (1, 2))
    tensor([0., 1., 2., 0., 0.])
    """
    if mode not in TORCHS:
        raise ValueError(f"the mode is {', '.join(TORCHS)}, not {mode!r}")
    if len(pad) % 2 or len(pad) > 2 * len(x.shape):
        raise ShapeError(f"pad has two numbers for each of the last axes of {x.shape}, not {pad}")
    fill = as_argument(0 if value is None else value)
    for i in range(len(pad) // 2):
        axis, widths = -1 - i, [int(n) for n in pad[2 * i : 2 * i + 2]]
        n = x.shape[axis]
        most = {"reflect": n - 1, "circular": n}.get(mode)
        if most is not None and max(widths) > most:
            raise ShapeError(f"{mode} padding of {n} entries by {max(widths)}: {most} are the most")
        if sum(min(w, 0) for w in widths) < -n:
            raise ShapeError(f"{n} entries can't lose {widths}")
        x = st.cut(x, axis, max(-widths[0], 0), n - max(-widths[1], 0))
        x = _padded(x, axis, [max(w, 0) for w in widths], TORCHS[mode], [fill, fill])
    return x


# Joined.


@public("append", method=False, tensors=2)
def append(x: Tensor, y: Tensor, dim: int | None = None) -> Tensor:
    """The entries of x and then those of y, along dim; without dim, both as vectors.

    >>> hodiff.append([1.0, 2.0], 3.0)
    tensor([1., 2., 3.])
    """
    return cat([flattened(x), flattened(y)]) if dim is None else cat([x, y], dim)


@public("dstack", method=False, tensors=0)
def dstack(tensors: Sequence[Any]) -> Tensor:
    """Tensors along a third axis, which vectors and matrices are given.

    >>> hodiff.dstack([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[[1.0, 3.0], [2.0, 4.0]]]
    """
    return cat([_at_least(as_argument(x), 3) for x in tensors], 2)


def _at_least(x: Tensor, rank: int) -> Tensor:
    """x with as many axes: a vector is a row, a matrix gets its third axis last."""
    missing = rank - len(x.shape)
    if missing <= 0:
        return x
    after = 1 if rank == 3 and x.shape else 0
    return st.reshape_to(x, (1,) * (missing - after) + x.shape + (1,) * after)


def _is_several(x: Any) -> bool:
    return isinstance(x, (tuple, list)) and all(isinstance(v, Tensor) for v in x)


def _publish_atleast(rank: int, shown: str) -> None:
    name = f"atleast_{rank}d"
    doc = f"""A tensor with {rank} axes at least; of several, each of them.

    >>> hodiff.{name}(2.0).tolist()
    {shown}
    """

    @public(name, method=False, tensors=0, doc=doc)
    def at_least(*tensors: Any) -> Any:
        if len(tensors) == 1 and _is_several(tensors[0]):
            tensors = tuple(tensors[0])
        found = tuple(_at_least(as_argument(x), rank) for x in tensors)
        return found[0] if len(found) == 1 else found


_publish_atleast(1, "[2.0]")
_publish_atleast(2, "[[2.0]]")
_publish_atleast(3, "[[[2.0]]]")


def numpy_select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Tensor:
    """np.select: the first of the choices whose condition holds, else default."""
    if len(condlist) != len(choicelist):
        raise ShapeError(f"{len(condlist)} conditions for {len(choicelist)} choices")
    found = as_argument(default)
    for test, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        found = pw.where(pw.truth(as_argument(test)), as_argument(choice), found)
    return found


# Slopes.


def _slope(x: Tensor, axis: int, spacing: Any, edge_order: int) -> Tensor:
    """The slopes at points along an axis, a distance apart or at these places."""
    if edge_order not in (1, 2):
        raise ValueError(f"edge_order is 1 or 2, not {edge_order}")
    n, h = x.shape[axis], as_argument(spacing)
    if n <= edge_order:
        raise ShapeError(f"gradient needs {edge_order + 1} entries along an axis, not {n}")
    if h.shape not in ((), (n,)):
        raise ShapeError(f"places of shape {h.shape} for {n} entries")
    h = diff(h) if h.shape else st.expand_to(h, (n - 1,))
    h = st.reshape_to(h, (n - 1, *[1] * (-axis - 1)))

    slopes = diff(x, dim=axis) / h
    left, right = st.cut(h, axis, 0, n - 2), st.cut(h, axis, 1, n - 1)
    before, after = st.cut(slopes, axis, 0, n - 2), st.cut(slopes, axis, 1, n - 1)
    inside = (before * right + after * left) / (left + right)
    first, last = st.cut(slopes, axis, 0, 1), st.cut(slopes, axis, n - 2, n - 1)
    if edge_order == 2:  # of the parabola through the three points at the end
        first = 2 * first - st.cut(inside, axis, 0, 1)
        last = 2 * last - st.cut(inside, axis, n - 3, n - 2)
    return st.concatenate([first, inside, last], axis)


def _slopes(x: Tensor, dim: Any, spacings: Sequence[Any], edge_order: int) -> tuple[Tensor, ...]:
    axes = axes_of(x, None) if dim is None else dim if isinstance(dim, (tuple, list)) else (dim,)
    if len(spacings) == 1 and not as_argument(spacings[0]).shape:
        spacings = list(spacings) * len(axes)
    if len(spacings) != len(axes):
        raise ShapeError(f"{len(spacings)} spacings for {len(axes)} axes")
    pairs = zip(axes, spacings, strict=True)
    return tuple(_slope(x, axis_of(x, i), h, edge_order) for i, h in pairs)


@public("gradient", method=False)
def gradient(
    x: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The slopes of x's entries along each axis (along dim), by differences of second order inside
    and of edge_order at the ends. No derivative of a function: that is hodiff.grad.

    spacing: the distance of two points, or one for each axis, or for each axis the points' places.
    np.gradient of a tensor is numpy's, a single one for a single axis.

    >>> hodiff.gradient([1.0, 4.0, 9.0, 16.0], spacing=1.0)
    (tensor([3., 4., 6., 7.]),)
    """
    several = isinstance(spacing, (tuple, list))
    return _slopes(x, dim, spacing if several else [spacing], edge_order)


@public()
def numpy_gradient(x: Tensor, *spacing: Any, dim: Any = None, edge_order: int = 1) -> Any:
    """np.gradient."""
    found = _slopes(x, dim, spacing or [1], edge_order)
    return found[0] if len(found) == 1 else found
