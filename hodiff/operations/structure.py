"""Sums, shapes, indexing, vectors and matrices: linear operations and what is built on them.

Axes are counted from the end (-1 is the last), so that arrays of points may lead.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod as count
from typing import Any, TypeAlias

from hodiff.graph import Operation, Shape, Tensor, broadcast, constant, no_derivative
from hodiff.operations.elementary import exp, mul, over
from hodiff.operations.row import FUNCTIONS, Function, elementwise, function, sum_to

Shapes: TypeAlias = Sequence[Shape]
Inputs: TypeAlias = tuple[Tensor, ...]
Attributes: TypeAlias = tuple[Any, ...]


def _summed(shapes: Shapes, attributes: Attributes) -> Shape:
    shape, axes = shapes[0], attributes[0]
    return tuple(n for i, n in enumerate(shape) if i - len(shape) not in axes)


def _kept(shape: Shape, axes: tuple[int, ...]) -> Shape:
    return tuple(1 if i - len(shape) in axes else n for i, n in enumerate(shape))


def _sum_pullback(g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    shape = inputs[0].shape
    return expand_to(reshape_to(g, _kept(shape, attributes[0])), shape)


def _expand_pullback(
    g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    return sum_to(g, inputs[0].shape)


def _reshape_pullback(
    g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    return reshape_to(g, inputs[0].shape)


def _transposed(shapes: Shapes, attributes: Attributes) -> Shape:
    return (*shapes[0][:-2], shapes[0][-1], shapes[0][-2])


def _transpose_pullback(
    g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    return transpose(g)


def _product_shape(shapes: Shapes, attributes: Attributes) -> Shape:
    a, b = shapes
    if a[-1] != b[-2]:
        raise ValueError(f"a matrix of shape {a} can't multiply one of shape {b}")
    return (*broadcast([a[:-2], b[:-2]]), a[-2], b[-1])


def _matmul_pullback(
    g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    a, b = inputs
    return sum_to(_matmul(g, transpose(b)) if i == 0 else _matmul(transpose(a), g), inputs[i].shape)


def _stacked(shapes: Shapes, attributes: Attributes) -> Shape:
    for shape in shapes:
        if shape != shapes[0]:
            raise ValueError(f"the entries of a vector have shapes {shapes[0]} and {shape}")
    return (len(shapes), *shapes[0])


def _stack_pullback(g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    return g[i]


def _picked(shapes: Shapes, attributes: Attributes) -> Shape:
    index, shape = attributes[0], shapes[0]
    kept = [len(range(*k)) for k in index if isinstance(k, tuple)]
    return (*kept, *shape[len(index) :])


def _pick_pullback(g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    return place(g, attributes[0], inputs[0].shape)


def _place_pullback(g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    return pick(g, attributes[0])


def _norm_pullback(g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    return g * over(inputs[0], y)


def _logsumexp_pullback(
    g: Tensor, inputs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    return g * exp(inputs[0] - y)


def _to_scalar(shapes: Shapes, attributes: Attributes) -> Shape:
    return ()


# fmt: off
summed    = Operation("sum", 1, _summed, _sum_pullback, linear=True)                         # x, axes
expand    = Operation("expand", 1, lambda shapes, a: a[0], _expand_pullback, linear=True)    # x, shape
reshape   = Operation("reshape", 1, lambda shapes, a: a[0], _reshape_pullback, linear=True)  # x, shape
transpose = Operation("transpose", 1, _transposed, _transpose_pullback, linear=True)         # last two axes
_matmul   = Operation("matmul", 2, _product_shape, _matmul_pullback)            # matrices
stack     = Operation("stack", None, _stacked, _stack_pullback, linear=True)                 # a new first axis
pick      = Operation("pick", 1, _picked, _pick_pullback, linear=True)                       # x, index
place     = Operation("place", 1, lambda shapes, a: a[1], _place_pullback, linear=True)      # g, index, shape
norm      = Operation("norm", 1, _to_scalar, _norm_pullback)                    # Euclidean, of all
any_of    = Operation("any", 1, _summed, no_derivative, differentiable=False)   # x, axes
logsumexp = Operation("logsumexp", 1, _to_scalar, _logsumexp_pullback)          # of all entries
# fmt: on


# A node of its own for a value that is there already: a gradient that is a tensor of the user's.
alias = elementwise("alias", lambda x, y: 1, names=(), linear=True, formula=lambda x: x)


def expand_to(x: Tensor, shape: Shape) -> Tensor:
    return x if x.shape == shape else expand(x, shape)


def reshape_to(x: Tensor, shape: Shape) -> Tensor:
    return x if x.shape == shape else reshape(x, shape)


def index(x: Tensor, items: tuple[Any, ...]) -> Tensor:
    """x[items] with numpy's meaning for whole numbers and slices. Raises IndexError."""
    if len(items) > len(x.shape):
        raise IndexError(f"{len(items)} indices for a value with {len(x.shape)} axes")
    normal: list[int | tuple[int, int, int]] = []
    for item, n in zip(items, x.shape, strict=False):
        if isinstance(item, slice):
            normal.append(item.indices(n))
        elif -n <= item < n:
            normal.append(item % n)
        else:
            raise IndexError(f"index {item} is outside a vector of length {n}")
    return pick(x, tuple(normal))


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """a @ b as numpy has it: vectors count as a row before and a column after."""
    if not a.shape or not b.shape:
        raise ValueError("@ multiplies vectors and matrices, not numbers: write *")
    left = reshape_to(a, (1, *a.shape)) if len(a.shape) == 1 else a
    right = reshape_to(b, (*b.shape, 1)) if len(b.shape) == 1 else b
    shape = _product_shape([left.shape, right.shape], ())
    ends = (*shape[-2:-1][len(a.shape) == 1 :], *shape[-1:][len(b.shape) == 1 :])
    shape = shape[:-2] + ends
    return reshape_to(_matmul(left, right), shape)


def _vector(name: str, x: Tensor) -> Tensor:
    if not x.shape:
        raise ValueError(f"{name} needs a vector, as in {name}([a, b])")
    return x


@function("v", "sum")
def total(x: Tensor) -> Tensor:
    """The sum of all entries."""
    return summed(_vector("sum", x), tuple(range(-len(x.shape), 0)))


@function("v", "mean")
def mean(x: Tensor) -> Tensor:
    return total(_vector("mean", x)) / constant(count(x.shape))


@function("v", "prod")
def prod(x: Tensor) -> Tensor:
    """The product of all entries, halves first: right also where entries are 0."""
    flat = reshape_to(_vector("prod", x), (count(x.shape),))
    factors = [flat[i] for i in range(flat.shape[0])]
    while len(factors) > 1:
        pairs = zip(factors[::2], factors[1::2], strict=False)
        factors = [mul(a, b) for a, b in pairs] + factors[len(factors) & ~1 :]
    return factors[0]


@function("a, b", "dot", least=2, most=2)
def dot(a: Tensor, b: Tensor) -> Tensor:
    if len(a.shape) != 1 or a.shape != b.shape:
        raise ValueError("dot needs two vectors of the same length")
    return total(a * b)


FUNCTIONS["norm"] = Function("norm", "v", lambda x: norm(_vector("norm", x)), 1, 1)
FUNCTIONS["logsumexp"] = Function(
    "logsumexp", "v", lambda x: logsumexp(_vector("logsumexp", x)), 1, 1
)
