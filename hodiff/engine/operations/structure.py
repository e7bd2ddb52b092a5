"""Shapes, indexing, sums and products of matrices: linear operations and what is built on them.

Axes are counted from the end (-1 is the last), so that arrays of points may lead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod as count
from typing import Any, TypeAlias

from hodiff.engine.graph import (
    Attributes,
    Inputs,
    Kind,
    Operation,
    Tensor,
    apply,
    constant,
    make,
    no_derivative,
)
from hodiff.engine.operations.elementary import add, mul
from hodiff.engine.operations.functions import family, function
from hodiff.engine.operations.piecewise import either
from hodiff.engine.operations.row import elementwise, sum_to
from hodiff.engine.shapes import Shape, ShapeError, broadcast, described

MOST_AXES = 32

Shapes: TypeAlias = Sequence[Shape]


class AxisError(ValueError, IndexError):
    """An axis that isn't there: numpy's ValueError and PyTorch's IndexError in one."""


class Index:
    """An array that indexes. It is an attribute of a node, and so hashable: by identity.

    unique says that no entry comes twice, which makes place() cheaper.
    """

    __slots__ = ("array", "unique")

    def __init__(self, array: Any, unique: bool = False) -> None:
        self.array, self.unique = array, unique or array.dtype.kind == "b"


def reduced(shapes: Shapes, attributes: Attributes) -> Shape:
    """The shape left when the axes in the first attribute go; without attributes, all go."""
    if not attributes:
        return ()
    shape, axes = shapes[0], attributes[0]
    if len(axes) == len(shape):
        return ()
    return tuple(n for i, n in enumerate(shape) if i - len(shape) not in axes)


def kept(y: Tensor, x: Tensor, attributes: Attributes) -> Tensor:
    """A reduction y of x with its axes back, of length 1, so that it fits x again."""
    rank = len(x.shape)
    axes = attributes[0] if attributes else range(-rank, 0)
    return reshape_to(y, tuple(1 if i - rank in axes else n for i, n in enumerate(x.shape)))


def same(shapes: Shapes, attributes: Attributes) -> Shape:
    return shapes[0]


def _transposed(shapes: Shapes, attributes: Attributes) -> Shape:
    return (*shapes[0][:-2], shapes[0][-1], shapes[0][-2])


def _product_shape(shapes: Shapes, attributes: Attributes) -> Shape:
    a, b = shapes
    if a[-1] != b[-2]:
        raise ShapeError(f"{described(a)} @ {described(b)}: the inner lengths differ")
    return (*broadcast([a[:-2], b[:-2]]), a[-2], b[-1])


def _stacked(shapes: Shapes, attributes: Attributes) -> Shape:
    if len(shapes[0]) >= MOST_AXES:
        raise ShapeError(f"vectors can be nested {MOST_AXES} deep")
    for shape in shapes:
        if shape != shapes[0]:
            a, b = described(shapes[0]), described(shape)
            raise ShapeError(f"the entries of a vector are of one shape, not {a} and {b}")
    return (len(shapes), *shapes[0])


def _joined(shapes: Shapes, attributes: Attributes) -> Shape:
    (axis,) = attributes
    first = shapes[0]
    i = len(first) + axis
    for shape in shapes:
        if len(shape) != len(first) or (*shape[:i], *shape[i + 1 :]) != (
            *first[:i],
            *first[i + 1 :],
        ):
            raise ShapeError(f"shapes {first} and {shape} can't be joined along axis {axis}")
    return (*first[:i], sum(shape[i] for shape in shapes), *first[i + 1 :])


def _part(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    (axis,) = attributes
    before = sum(x.shape[axis] for x in xs[:i])
    return cut(g, axis, before, before + xs[i].shape[axis])


def _picked(shapes: Shapes, attributes: Attributes) -> Shape:
    items, shape = attributes[0], shapes[0]
    kinds = set(map(type, items))
    if kinds <= {int, tuple}:
        lengths = [len(range(*k)) for k in items if type(k) is tuple] if tuple in kinds else []
        return (*lengths, *shape[len(items) :])
    import numpy  # start-up: only an index that holds arrays needs it

    picked: Shape = numpy.broadcast_to(0, shape)[numpy_index(items)].shape
    return picked


def numpy_index(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index that pick and place keep, as numpy takes it."""
    return tuple(_slice(*i) if isinstance(i, tuple) else getattr(i, "array", i) for i in items)


def _slice(start: int, stop: int, step: int) -> slice:
    if start < 0:  # backward from before the first entry: nothing
        return slice(0, 0)
    return slice(start, stop if stop >= 0 else None, step)


def _inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(order.index(i) - len(order) for i in range(-len(order), 0))


def _matmul_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    a, b = xs
    return sum_to(product(g, transpose(b)) if i == 0 else product(transpose(a), g), xs[i].shape)


def _moves(
    name: str,
    arity: int | None,
    shape: Callable[..., Shape],
    pullback: Callable[..., Tensor | None],
) -> Operation:
    return Operation(name, arity, shape, pullback, kind=Kind.MOVES, linear=True)


# fmt: off
summed    = Operation("sum", 1, reduced, lambda g, xs, y, a, i:  # x, axes
                      expand_to(kept(g, xs[0], a), xs[0].shape),
                      kind=Kind.REDUCES, folds=add, unit=0, linear=True)
any_of    = Operation("any", 1, reduced, no_derivative,  # x, axes
                      kind=Kind.REDUCES, folds=either, unit=False, differentiable=False, used=True)
expand    = _moves("expand", 1, lambda shapes, a: a[0], lambda g, xs, y, a, i:  # x, shape
                   sum_to(g, xs[0].shape))
reshape   = _moves("reshape", 1, lambda shapes, a: a[0], lambda g, xs, y, a, i:  # x, shape
                   reshape_to(g, xs[0].shape))
transpose = _moves("transpose", 1, _transposed, lambda g, xs, y, a, i:  # the last two axes
                   transpose(g))
permute   = _moves("permute", 1, lambda shapes, a: tuple(shapes[0][i] for i in a[0]),  # x, order
                   lambda g, xs, y, a, i: permute(g, _inverse(a[0])))
stack     = _moves("stack", None, _stacked, lambda g, xs, y, a, i: g[i])  # a new first axis
joined    = _moves("concatenate", None, _joined, _part)  # ..., axis
pick      = _moves("pick", 1, _picked, lambda g, xs, y, a, i:  # x, index
                   place(g, a[0], xs[0].shape))
place     = _moves("place", 1, lambda shapes, a: a[1], lambda g, xs, y, a, i:  # g, index, shape
                   pick(g, a[0]))
gather    = Operation("gather", 2, lambda shapes, a:  # x, indices, axis
                      shapes[1], lambda g, xs, y, a, i:
                      None if i else scatter(g, xs[1], a[0], xs[0].shape[a[0]]), kind=Kind.MOVES)
scatter   = Operation("scatter", 2, lambda shapes, a:  # g, indices, axis, length
                      (*shapes[0][:a[0]], a[1], *shapes[0][len(shapes[0]) + a[0] + 1:]),
                      lambda g, xs, y, a, i:
                      None if i else gather(g, xs[1], a[0]), kind=Kind.MOVES)
cumsum    = Operation("cumsum", 1, same, lambda g, xs, y, a, i:  # x, axis
                      flip(cumsum(flip(g, a), a[0]), a), kind=Kind.SCANS, linear=True)
cast      = Operation("cast", 1, same, lambda g, xs, y, a, i: like(g, xs[0], True),  # x, dtype
                      kind=Kind.ENTRYWISE, linear=True, arrays_only=True)
product   = Operation("matmul", 2, _product_shape, _matmul_pullback,  # matrices
                      kind=Kind.BILINEAR)
# fmt: on

# alias, like and flat serve PyTorch's contract alone: what is a new tensor, and of what dtype.

# A node of its own for a value that is there already: a gradient that is a tensor of the user's.
alias = elementwise("alias", lambda x, y: 1, names=(), linear=True, formula=lambda x: x)

# A call that has a rule of its own: its tensors, then what it made of them, which is its value; the
# call itself shares out the cotangent.
custom = Operation("custom", None, lambda shapes, a: shapes[-1], lambda g, xs, y, a, i:
                   a[0].share(g, xs[:-1], y, i) if i < len(xs) - 1 else None,
                   formula=lambda *parts: parts[-2], arrays_only=True, refuses=True)  # fmt: skip


def like(g: Tensor, x: Tensor, mixed: bool = False) -> Tensor:
    """g in the dtype of x, where x has a value that isn't float64, or, where dtypes are mixed, has
    a value: float32 stays float32; beside whole numbers it is float64."""
    dtype: Any = "float64" if type(x.value) is float else getattr(x.value, "dtype", None)
    if dtype is not None and dtype != "float64" and dtype.kind != "f":
        return cast(g, "float64")
    return g if dtype is None or (dtype == "float64" and not mixed) else cast(g, dtype)


def untracked(x: Tensor) -> Tensor:
    """x as a node that no walk passes: a constant to whoever differentiates."""
    node = make(alias, (x,), (), x.shape)
    node.requires_grad, node.opaque = False, True
    return node


# The value of g as a function of x that happens to be flat: a derivative past a polynomial's
# degree can be differentiated again, as in PyTorch.
flat = elementwise("flat", lambda g, x, y: 1, lambda g, x, y: 0, names=(), linear=True,
                   definition=lambda g, x: g)  # fmt: skip


def expand_to(x: Tensor, shape: Shape) -> Tensor:
    return x if x.shape == shape else expand(x, shape)


def reshape_to(x: Tensor, shape: Shape) -> Tensor:
    return x if x.shape == shape else reshape(x, shape)


def permuted(x: Tensor, order: Sequence[int]) -> Tensor:
    """The axes of x in another order."""
    rank = len(x.shape)
    order = tuple(i if i < 0 else i - rank for i in order)
    if order == tuple(range(-rank, 0)):
        return x
    if order == (*range(-rank, -2), -1, -2):
        return transpose(x)
    return permute(x, order)


def concatenate(xs: Sequence[Tensor], axis: int) -> Tensor:
    return apply(joined, tuple(xs), (axis,))


def cut(x: Tensor, axis: int, start: int, stop: int) -> Tensor:
    """The entries from start to stop along an axis."""
    return pick(x, (*_all_before(x, axis), (start, stop, 1)))


def flip(x: Tensor, axes: Sequence[int]) -> Tensor:
    """The entries in reverse along axes."""
    for axis in axes:
        x = pick(x, (*_all_before(x, axis), (x.shape[axis] - 1, -1, -1)))
    return x


def _all_before(x: Tensor, axis: int) -> list[tuple[int, int, int]]:
    return [(0, n, 1) for n in x.shape[:axis]]


def index(x: Tensor, items: Any) -> Tensor:
    """x[items] with numpy's meaning: whole numbers, slices, None, ..., arrays and masks.

    Raises IndexError.

    >>> from hodiff import tensor
    >>> tensor([[1, 2], [3, 4]])[:, None, ::-1]
    tensor([[[2., 1.]],
    <BLANKLINE>
            [[4., 3.]]])
    >>> tensor([1, 2, 3])[[0, 0, 2]]
    tensor([1., 1., 3.])
    """
    items = items if isinstance(items, tuple) else (items,)
    if len(items) == 1 and type(items[0]) is int and x.shape and x.operation is not stack:
        (i,), n = items, x.shape[0]  # the most usual
        if -n <= i < n:
            return pick(x, (i % n,))
    parts = [index_part(i) for i in items]
    used = sum(_axes_of(part) for part in parts)
    if used > len(x.shape):
        count = f"{used} ind{'ices' if used > 1 else 'ex'}"
        raise IndexError(f"{count} for {described(x.shape)}, which takes {len(x.shape)}")
    if parts.count(Ellipsis) > 1:
        raise IndexError("an index has at most one ellipsis ('...')")
    if Ellipsis in parts:
        i = parts.index(Ellipsis)
        parts[i : i + 1] = [slice(None)] * (len(x.shape) - used)
    normal: list[Any] = []
    axis = 0
    for part in parts:
        n = x.shape[axis] if _axes_of(part) else 0
        if isinstance(part, slice):
            normal.append(part.indices(n))
        elif not isinstance(part, int):
            normal.append(part)
        elif -n <= part < n:
            normal.append(part % n)
        else:
            shown = part if abs(part) < 10**12 else "that large"
            raise IndexError(f"index {shown} is outside a vector of length {n}")
        axis += _axes_of(part)
    whole = not any(isinstance(part, Index) for part in normal)  # whose axes may come first
    if x.operation is stack and normal and isinstance(normal[0], int) and whole:  # [a, b][0] is a
        entry = x.inputs[normal[0]]
        return pick(entry, tuple(normal[1:])) if normal[1:] else entry
    return pick(x, tuple(normal)) if normal else alias(x)


def index_part(item: Any) -> Any:
    """A part of an index: a whole number, a slice, None or ... as it is, an array as an Index."""
    if item is None or item is Ellipsis or isinstance(item, slice) or type(item) is int:
        return item
    import numpy  # start-up: numbers need none

    array = numpy.asarray(item.computed() if isinstance(item, Tensor) else item)
    if array.dtype.kind == "f" and (array == numpy.floor(array)).all():
        array = array.astype(int)
    if array.dtype.kind not in "iub":
        raise IndexError(f"an index is a whole number, a slice or an array of such, not {item!r}")
    return Index(array) if array.shape or array.dtype.kind == "b" else int(array)


def _axes_of(part: Any) -> int:
    if isinstance(part, Index):
        return part.array.ndim if part.array.dtype.kind == "b" else 1
    return 0 if part is None or part is Ellipsis else 1


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """a @ b as numpy has it: vectors count as a row before and a column after."""
    if not a.shape or not b.shape:
        raise ShapeError("@ multiplies vectors and matrices, not numbers: write *")
    left = reshape_to(a, (1, *a.shape)) if len(a.shape) == 1 else a
    right = reshape_to(b, (*b.shape, 1)) if len(b.shape) == 1 else b
    shape = _product_shape([left.shape, right.shape], ())
    ends = (*shape[-2:-1][len(a.shape) == 1 :], *shape[-1:][len(b.shape) == 1 :])
    shape = shape[:-2] + ends
    return reshape_to(product(left, right), shape)


def vector(name: str, x: Tensor) -> Tensor:
    """x, the argument of the language's function name. Raises ValueError for a number."""
    if not x.shape:
        raise ValueError(f"{name} needs a vector, as in {name}([a, b])")
    return x


family(__name__, "Vectors and matrices")


@function("v", "sum")
def total(x: Tensor) -> Tensor:
    """The sum of all entries."""
    return summed(vector("sum", x), tuple(range(-len(x.shape), 0)))


@function("v", "mean")
def mean(x: Tensor) -> Tensor:
    return total(vector("mean", x)) / constant(count(x.shape))


@function("v", "prod", "product")
def prod(x: Tensor) -> Tensor:
    """The product of all entries, halves first: right also where entries are 0."""
    if 0 in x.shape:
        return constant(1)
    flat = reshape_to(vector("prod", x), (count(x.shape),))
    factors = [flat[i] for i in range(flat.shape[0])]
    return halved(mul, factors) if factors else constant(1)


def halved(row: Operation, values: list[Tensor]) -> Tensor:
    """Values joined in pairs, then the pairs, until one is left."""
    while len(values) > 1:
        pairs = zip(values[::2], values[1::2], strict=False)
        values = [row(a, b) for a, b in pairs] + values[len(values) & ~1 :]
    return values[0]


@function("a, b", "dot", least=2, most=2)
def dot(a: Tensor, b: Tensor) -> Tensor:
    if len(a.shape) != 1 or a.shape != b.shape:
        raise ValueError("dot needs two vectors of the same length")
    return total(a * b)
