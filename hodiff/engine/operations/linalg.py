"""Matrices: systems, inverses, determinants, Cholesky factors, diagonals, einsum.

The last two axes are the matrix; axes before them are batches and broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hodiff.engine.graph import (
    ZERO,
    Attributes,
    Inputs,
    Kind,
    Operation,
    Tensor,
    apply,
    no_derivative,
    tensor_of,
)
from hodiff.engine.operations.piecewise import where
from hodiff.engine.operations.row import sum_to
from hodiff.engine.operations.structure import (
    Index,
    Shapes,
    expand_to,
    matmul,
    permuted,
    pick,
    place,
    reshape_to,
    summed,
    transpose,
)
from hodiff.engine.shapes import Shape, ShapeError, broadcast


def square(shapes: Shapes, attributes: Attributes) -> Shape:
    shape = shapes[0]
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ShapeError(f"a square matrix is needed, not one of shape {shape}")
    return shape


def solved_shape(shapes: Shapes, attributes: Attributes) -> Shape:
    a, b = square(shapes, ()), shapes[1]
    if len(b) < 2 or a[-1] != b[-2]:
        raise ShapeError(f"a system of shape {a} has no right-hand side of shape {b}")
    return (*broadcast([a[:-2], b[:-2]]), *b[-2:])


def _solve_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    a, b = xs
    back = solve(transpose(a), g)
    return sum_to(back, b.shape) if i else sum_to(-matmul(back, transpose(y)), a.shape)


def _inv_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    return -matmul(matmul(transpose(y), g), transpose(y))


def _det_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    return _for_each(g * y) * transpose(inv(xs[0]))


def _logdet_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    return _for_each(g) * transpose(inv(xs[0]))


def _cholesky_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    # Murray 2016, Differentiation of the Cholesky decomposition, eq. 10, made symmetric.
    p = tril(matmul(transpose(y), g))
    p = p - diagonal_matrix(diagonal(p)) / 2
    back = transpose(y)
    s = solve(back, transpose(solve(back, transpose(p))))
    return (s + transpose(s)) / 2


def _einsum_shape(shapes: Shapes, attributes: Attributes) -> Shape:
    (spec,) = attributes
    lengths: dict[str, int] = {}
    subscripts, result = spec.split("->")
    for letters, shape in zip(subscripts.split(","), shapes, strict=True):
        lengths.update(zip(letters, shape, strict=True))
    return tuple(lengths[letter] for letter in result)


def _einsum_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    # Each letter of an operand is in another one or in the result (einsum sees to it), so that
    # the cotangent is an einsum of the same kind.
    subscripts, result = attributes[0].split("->")
    letters = subscripts.split(",")
    others = [j for j in range(len(xs)) if j != i]
    spec = ",".join([result, *(letters[j] for j in others)]) + "->" + letters[i]
    return apply(_einsum, (g, *(xs[j] for j in others)), (spec,))


def _matrix_scalar(shapes: Shapes, attributes: Attributes) -> Shape:
    return square(shapes, attributes)[:-2]


def of_matrix(
    name: str, shape: Callable[..., Shape], pullback: Callable[..., Tensor | None], numpy: str = ""
) -> Operation:
    return Operation(name, 1, shape, pullback, kind=Kind.MATRIX, numpy=numpy)


# fmt: off
solve     = Operation("solve", 2, solved_shape, _solve_pullback,  # matrices
                      kind=Kind.MATRIX, numpy="numpy.linalg.solve")
inv       = of_matrix("inv", square, _inv_pullback, "numpy.linalg.inv")
_det      = of_matrix("det", _matrix_scalar, _det_pullback, "numpy.linalg.det")
logabsdet = of_matrix("logabsdet", _matrix_scalar, _logdet_pullback)
signdet   = of_matrix("signdet", _matrix_scalar, no_derivative)
cholesky  = of_matrix("cholesky", square, _cholesky_pullback, "numpy.linalg.cholesky")
_einsum   = Operation("einsum", None, _einsum_shape, _einsum_pullback,  # ..., subscripts
                      kind=Kind.BILINEAR, arrays_only=True)
# fmt: on


def _for_each(g: Tensor) -> Tensor:
    """A number for each matrix, as a factor of the matrices."""
    return reshape_to(g, (*g.shape, 1, 1))


def det(x: Tensor) -> Tensor:
    """The determinant of a square matrix, or of each in a batch.

    Up to 3 x 3 by expansion, whose derivatives are right to any order at singular matrices too.
    Larger ones by LU factors, derivatives through the inverse.

    >>> from hodiff import tensor
    >>> det(tensor([[1, 2], [2, 4]]))
    tensor(0.)
    """
    n = square([x.shape], ())[-1]
    if n > 3:
        return _det(x)
    rows = [[pick(x, (*_batch(x), i, j)) for j in range(n)] for i in range(n)]
    if n == 0:
        return summed(x, (-2, -1)) + 1
    if n == 1:
        return rows[0][0]
    if n == 2:
        return rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    a, b, c = rows
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
    )


def slogdet(x: Tensor) -> tuple[Tensor, Tensor]:
    """The sign of the determinant, and the logarithm of its absolute value."""
    return signdet(x), logabsdet(x)


def _batch(x: Tensor) -> list[tuple[int, int, int]]:
    return [(0, n, 1) for n in x.shape[:-2]]


def _band(x: Tensor, lowest: int, highest: int) -> Tensor:
    import numpy  # start-up: numbers need none

    rows, columns = numpy.indices(x.shape[-2:])
    offset = columns - rows
    return where(tensor_of((lowest <= offset) & (offset <= highest)), x, ZERO)


def tril(x: Tensor, k: int = 0) -> Tensor:
    """x with zeros above its k-th diagonal."""
    return _band(matrix(x), -x.shape[-2], k)


def triu(x: Tensor, k: int = 0) -> Tensor:
    """x with zeros below its k-th diagonal."""
    return _band(matrix(x), k, x.shape[-1])


def matrix(x: Tensor) -> Tensor:
    if len(x.shape) < 2:
        raise ShapeError(f"a matrix is needed, not shape {x.shape}")
    return x


def _diagonal_index(n: int, k: int) -> tuple[Index, Index]:
    import numpy  # start-up: numbers need none

    i = numpy.arange(n)
    return Index(i + max(-k, 0), unique=True), Index(i + max(k, 0), unique=True)


def diagonal(x: Tensor, k: int = 0) -> Tensor:
    """The k-th diagonals of matrices, as the last axis.

    >>> from hodiff import tensor
    >>> diagonal(tensor([[1, 2], [3, 4]]), 1)
    tensor([2.])
    """
    rows, columns = matrix(x).shape[-2:]
    n = max(min(rows + min(k, 0), columns - max(k, 0)), 0)
    return pick(x, (*_batch(x), *_diagonal_index(n, k)))


def diagonal_matrix(x: Tensor, k: int = 0) -> Tensor:
    """Square matrices with the last axis of x as their k-th diagonals, zeros elsewhere."""
    n = x.shape[-1]
    shape = (*x.shape[:-1], n + abs(k), n + abs(k))
    before = [(0, m, 1) for m in x.shape[:-1]]
    return place(x, (*before, *_diagonal_index(n, k)), shape)


def trace(x: Tensor) -> Tensor:
    return summed(diagonal(x), (-1,))


def einsum(spec: str, *operands: Tensor) -> Tensor:
    """A sum of products by Einstein's convention, subscripts as numpy.einsum has them.

    Letters may repeat, in one operand (its diagonal) or in many; '...' stands for the axes left.
    Without '->' the result has the letters that come once, in alphabetical order.

    >>> from hodiff import tensor
    >>> einsum("ij,j->i", tensor([[1, 2], [3, 4]]), tensor([1, 10]))
    tensor([21., 43.])
    """
    spec = spec.replace(" ", "")
    subscripts, arrow, result = spec.partition("->")
    letters = subscripts.split(",")
    if len(letters) != len(operands):
        raise ShapeError(f"einsum('{spec}') takes {len(letters)} operands, not {len(operands)}")
    letters, rest = _written_out(spec, letters, operands)
    if arrow:
        result = result.replace("...", rest)
    else:
        once = sorted(
            c for c in set("".join(letters)) - set(rest) if "".join(letters).count(c) == 1
        )
        result = rest + "".join(once)
    if len(set(result)) != len(result) or not set(result) <= set("".join(letters)):
        raise ShapeError(f"einsum('{spec}'): each letter of the result once, and from an operand")
    pairs = [_diagonals(axes, x) for axes, x in zip(letters, operands, strict=True)]
    lengths: dict[str, int] = {}
    for axes, x in pairs:
        for c, n in zip(axes, x.shape, strict=True):
            if lengths.setdefault(c, n) == 1:
                lengths[c] = n
            elif n not in (1, lengths[c]):
                raise ShapeError(f"einsum('{spec}'): {c} is {lengths[c]} long and {n}")
    names, xs = [], []
    for k, (axes, x) in enumerate(pairs):
        elsewhere = result + "".join(other for j, (other, _) in enumerate(pairs) if j != k)
        alone = tuple(i - len(axes) for i, c in enumerate(axes) if c not in elsewhere)
        x = summed(x, alone) if alone else x
        axes = "".join(c for c in axes if c in elsewhere)
        names.append(axes)
        xs.append(expand_to(x, tuple(lengths[c] for c in axes)))
    if len(xs) == 1:
        order = tuple(names[0].index(c) - len(result) for c in result)
        return permuted(xs[0], order)
    return apply(_einsum, tuple(xs), (",".join(names) + "->" + result,))


def _written_out(
    spec: str, letters: Sequence[str], operands: Sequence[Tensor]
) -> tuple[list[str], str]:
    """Letters for every axis of each operand, and those that '...' stands for."""
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in spec][::-1]
    found, longest = [], ""
    for axes, x in zip(letters, operands, strict=True):
        more = len(x.shape) - len(axes.replace("...", ""))
        if more < 0 or (more and "..." not in axes):
            raise ShapeError(f"einsum('{spec}'): '{axes}' doesn't fit an array of shape {x.shape}")
        rest = "".join(spare[:more][::-1])
        longest = max(longest, rest, key=len)
        found.append(axes.replace("...", rest))
    return found, longest


def _diagonals(axes: str, x: Tensor) -> tuple[str, Tensor]:
    """Axes with the same letter as one, last."""
    for c in dict.fromkeys(axes):
        while axes.count(c) > 1:
            i = axes.index(c)
            j = axes.index(c, i + 1)
            others = [k for k in range(len(axes)) if k not in (i, j)]
            if x.shape[i] != x.shape[j]:
                raise ShapeError(f"einsum: {c} is {x.shape[i]} long and {x.shape[j]}")
            x = diagonal(permuted(x, tuple(k - len(axes) for k in (*others, i, j))))
            axes = "".join(axes[k] for k in others) + c
    return axes, x
