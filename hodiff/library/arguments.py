"""How what a caller gives is read: tensors, axes, shapes, dtypes, and both spellings of keywords.

PyTorch's keywords (dim, keepdim) and numpy's (axis, keepdims) mean the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hodiff.engine.graph import Tensor, tensor_of
from hodiff.engine.operations import structure as st
from hodiff.engine.operations.structure import AxisError
from hodiff.engine.shapes import Shape, ShapeError
from hodiff.errors import no_number

# Keywords with the same meaning, and those that say nothing here.
KEYWORDS = {
    **dict.fromkeys(("input", "a", "arr", "m", "v", "ary", "x1", "array", "A"), "x"),
    **dict.fromkeys(("other", "x2", "b", "B", "vec2", "exponent", "mat2"), "y"),
    **dict.fromkeys(("axis", "dims", "axes"), "dim"),
    **{"keepdims": "keepdim", "ddof": "correction", "a_min": "min", "a_max": "max"},
    **{"num": "steps", "stop": "end"},
    **{"newshape": "shape", "size": "shape", "diagonal": "k", "offset": "k", "p": "ord"},
}
IGNORED = {"device", "out", "layout", "generator", "order", "memory_format", "like"}


def renamed(keywords: dict[str, Any], parameters: Sequence[str]) -> dict[str, Any]:
    """Keywords as a function with these parameters spells them."""
    found: dict[str, Any] = {}
    for name, value in keywords.items():
        if name in parameters:
            found[name] = value
        elif name == "out" and value is not None:
            raise TypeError("out= is refused: a tensor is never written to")
        elif name not in IGNORED:
            found[KEYWORDS.get(name, name)] = value
    return found


def as_argument(x: Any) -> Tensor:
    """x as a tensor: itself, a list of tensors stacked, an int as an exact constant, or data."""
    if isinstance(x, Tensor):
        return x
    if holds_tensors(x):
        return st.stack(*[as_argument(v) for v in x])
    return tensor_of(x)


def holds_tensors(x: Any) -> bool:
    """Whether x is a list that has a tensor in it, or in a list in it."""
    return isinstance(x, (list, tuple)) and any(
        isinstance(v, Tensor) or holds_tensors(v) for v in x
    )


def axis_of(x: Tensor, dim: int, more: int = 0) -> int:
    """An axis of x, counted from the end; more for the axes that x will have besides."""
    rank = max(len(x.shape) + more, 1)
    if not -rank <= dim < rank:
        raise AxisError(f"axis {dim} of a tensor with {len(x.shape)} axes (shape {x.shape})")
    return dim - rank if dim >= 0 else dim


def axes_of(x: Tensor, dim: Any) -> tuple[int, ...]:
    """The axes that dim means, counted from the end: None is all."""
    rank = len(x.shape)
    if dim is None:
        return tuple(range(-rank, 0))
    axes = sorted(axis_of(x, int(i)) for i in (dim if isinstance(dim, (tuple, list)) else (dim,)))
    if len(set(axes)) < len(axes):
        raise ShapeError(f"an axis comes twice in {dim}")
    return tuple(axes) if rank else ()


def count(x: Tensor, dim: Any = None) -> int:
    """How many entries x has along dim: None is all axes."""
    return math.prod(x.shape if dim is None else [x.shape[i] for i in axes_of(x, dim)])


def flattened(x: Tensor) -> Tensor:
    """All entries of x as a vector."""
    return st.reshape_to(x, (count(x),))


def typed(x: Tensor, dtype: Any) -> Tensor:
    """x with its entries as dtype; None leaves them."""
    if dtype is None:
        return x
    import numpy  # start-up: scalars need none

    dtype = numpy.dtype(dtype)
    if dtype.kind not in "fiub":
        raise TypeError(no_number(dtype))
    if x.dtype == dtype:
        return x
    return st.cast(x if dtype.kind == "f" else x.detach(), dtype)


def shape_of(*shape: Any) -> Shape:
    """(2, 3), [2, 3] or 2, 3 as a shape."""
    if len(shape) == 1 and not isinstance(shape[0], int):
        shape = tuple(shape[0])
    return tuple(int(n) for n in shape)
