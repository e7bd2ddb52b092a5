"""Vectors and matrices: products, diagonals, and linear algebra."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile; the
# first compile() of a process costs 1 ms.

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

from hodiff.engine.graph import ZERO, Tensor, tensor_of
from hodiff.engine.operations import linalg as la
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import structure as st
from hodiff.engine.shapes import ShapeError, broadcast
from hodiff.library.arguments import as_argument, axis_of, count
from hodiff.library.publish import documented, public, public_entrywise
from hodiff.library.shapes import roll

# Products.

public_entrywise(
    st.matmul, "matmul",
    doc=documented(
        "The product x @ y of matrices, batches of them, or vectors, as numpy has it.",
        "hodiff.matmul([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]) => tensor([3., 7.])",
    ),
)  # fmt: skip


def _product(name: str, ranks: tuple[int, int], meaning: str, example: str) -> None:
    """Publish a product that takes arrays of these ranks alone."""

    @public(name, tensors=2, doc=documented(meaning, f"hodiff.{name}{example}"))
    def product(x: Tensor, y: Tensor) -> Tensor:
        if (len(x.shape), len(y.shape)) != ranks:
            raise ShapeError(
                f"{name} takes tensors of {ranks[0]} and {ranks[1]} axes,"
                f" not shapes {x.shape} and {y.shape}"
            )
        return st.matmul(x, y)


# fmt: off
_product("mm", (2, 2), "The product of two matrices.",
         "([[1.0, 2.0], [3.0, 4.0]], [[0.0, 1.0], [1.0, 0.0]]).tolist()"
         " => [[2.0, 1.0], [4.0, 3.0]]")
_product("mv", (2, 1), "The product of a matrix and a vector.",
         "([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]) => tensor([3., 7.])")
_product("bmm", (3, 3), "The products of matrices, pair by pair along the first axis.",
         "([[[2.0]], [[3.0]]], [[[4.0]], [[5.0]]]).tolist() => [[[8.0]], [[15.0]]]")
# fmt: on


@public("dot", "vdot", tensors=2)
def dot(x: Tensor, y: Tensor) -> Tensor:
    """The sum of the products of two vectors' entries.

    >>> hodiff.dot([1.0, 2.0], [3.0, 4.0])
    tensor(11.)
    """
    if len(x.shape) != 1 or len(y.shape) != 1:
        raise ShapeError(f"dot takes two vectors, not shapes {x.shape} and {y.shape}")
    if x.shape != y.shape:
        raise ShapeError(f"dot takes vectors of the same length, not {x.shape} and {y.shape}")
    return st.matmul(x, y)


@public("inner", tensors=2)
def inner(x: Tensor, y: Tensor) -> Tensor:
    """The sums of products along the last axes, of each of x with each of y.

    >>> hodiff.inner([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    tensor([3., 7.])
    """
    if not x.shape or not y.shape:
        return x * y
    if len(x.shape) < 2 and len(y.shape) < 2:
        return dot(x, y)
    n, shape = y.shape[-1], (*x.shape[:-1], *y.shape[:-1])
    columns = st.permuted(st.reshape_to(y, (math.prod(y.shape[:-1]), n)), (-1, -2))
    return st.reshape_to(st.matmul(x, columns), shape)


@public("tensordot", tensors=2)
def tensordot(x: Tensor, y: Tensor, dim: Any = 2) -> Tensor:
    """The sums of products over the last dim axes of x and the first of y, or over pairs.

    >>> hodiff.tensordot([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0], 1)
    tensor([3., 7.])
    """
    if isinstance(dim, int):
        dim = (range(len(x.shape) - dim, len(x.shape)), range(dim))
    left, right = (
        [axis_of(v, i) + len(v.shape) for i in (d if not isinstance(d, int) else (d,))]
        for v, d in zip((x, y), dim, strict=True)
    )
    letters = "abcdefghijklmnopqrstuvwxyz"
    a = list(letters[: len(x.shape)])
    b = list(letters[len(a) : len(a) + len(y.shape)])
    for i, j in zip(left, right, strict=True):
        b[j] = a[i]
    result = [c for i, c in enumerate(a) if i not in left]
    result += [c for j, c in enumerate(b) if j not in right]
    return la.einsum("".join(a) + "," + "".join(b) + "->" + "".join(result), x, y)


@public("einsum", method=False, tensors=0)
def einsum(spec: str, *operands: Any, optimize: Any = None) -> Tensor:
    """A sum of products by Einstein's convention.

    >>> hodiff.einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    tensor([3., 7.])
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    return la.einsum(spec, *[as_argument(x) for x in operands])


@public("outer", "ger", tensors=2)
def outer(x: Tensor, y: Tensor) -> Tensor:
    """The matrix of the products of each entry of x with each of y.

    >>> hodiff.outer([1.0, 2.0], [3.0, 4.0]).tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    return st.reshape_to(x, (count(x), 1)) * st.reshape_to(y, (1, count(y)))


@public("kron", tensors=2)
def kron(x: Tensor, y: Tensor) -> Tensor:
    """Kronecker's product: y times each entry of x, in that entry's place.

    >>> hodiff.kron([1.0, 10.0], [2.0, 3.0])
    tensor([ 2.,  3., 20., 30.])
    """
    rank = max(len(x.shape), len(y.shape))
    m, n = ((1,) * (rank - len(v.shape)) + v.shape for v in (x, y))
    wide = st.reshape_to(x, tuple(k for i in m for k in (i, 1)))
    product = wide * st.reshape_to(y, tuple(k for j in n for k in (1, j)))
    return st.reshape_to(product, tuple(i * j for i, j in zip(m, n, strict=True)))


@public("cross", tensors=2)
def cross(x: Tensor, y: Tensor, dim: int = -1) -> Tensor:
    """The vector product of vectors of 3 along dim.

    >>> hodiff.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    tensor([0., 0., 1.])
    """
    shape = broadcast([x.shape, y.shape])
    axis = axis_of(x, dim)
    if shape[axis] != 3:
        raise ShapeError(f"cross needs 3 entries along the axis, not {shape[axis]}")
    x, y = (st.expand_to(v, shape) for v in (x, y))
    first, second = ([roll(v, k, axis) for k in (-1, -2)] for v in (x, y))
    return first[0] * second[1] - first[1] * second[0]


@public("multi_dot", method=False, tensors=0)
def multi_dot(tensors: Sequence[Any]) -> Tensor:
    """The product of several matrices, from the left.

    >>> hodiff.linalg.multi_dot([[[1.0, 2.0], [3.0, 4.0]], [[2.0, 0.0], [0.0, 2.0]], [1.0, 1.0]])
    tensor([ 6., 14.])
    """
    return reduce(st.matmul, [as_argument(x) for x in tensors])


# Triangles and diagonals.


@public("tril")
def tril(x: Tensor, k: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The entries up to the k-th diagonal of each matrix, zeros above.

    >>> hodiff.tril([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 0.0], [3.0, 4.0]]
    """
    return la.tril(x, k)


@public("triu")
def triu(x: Tensor, k: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The entries from the k-th diagonal of each matrix on, zeros below.

    >>> hodiff.triu([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 2.0], [0.0, 4.0]]
    """
    return la.triu(x, k)


@public("diagonal")
def diagonal(x: Tensor, k: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The k-th diagonals of the matrices that two axes are, along the last axis.

    >>> hodiff.diagonal([[1.0, 2.0], [3.0, 4.0]])
    tensor([1., 4.])
    """
    rank = len(x.shape)
    if rank < 2:
        raise ShapeError(f"a matrix is needed, not shape {x.shape}")
    i, j = axis_of(x, dim1) + rank, axis_of(x, dim2) + rank
    others = [a for a in range(rank) if a not in (i, j)]
    return la.diagonal(st.permuted(x, [*others, i, j]), k)


@public("diag")
def diag(x: Tensor, k: int = 0) -> Tensor:
    """A matrix with the vector x as its k-th diagonal; of a matrix, its k-th diagonal.

    >>> hodiff.diag([1.0, 2.0]).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    >>> hodiff.diag([[1.0, 2.0], [3.0, 4.0]])
    tensor([1., 4.])
    """
    if len(x.shape) not in (1, 2):
        raise ShapeError(f"diag takes a vector or a matrix, not shape {x.shape}")
    return la.diagonal_matrix(x, k) if len(x.shape) == 1 else la.diagonal(x, k)


@public("diag_embed")
def diag_embed(x: Tensor, k: int = 0) -> Tensor:
    """Matrices with the vectors along the last axis of x as their k-th diagonals.

    >>> hodiff.diag_embed([1.0, 2.0]).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    return la.diagonal_matrix(x, k)


@public("trace")
def trace(x: Tensor) -> Tensor:
    """The sum of a matrix' diagonal.

    >>> hodiff.trace([[1.0, 2.0], [3.0, 4.0]])
    tensor(5.)
    """
    if len(x.shape) != 2:
        raise ShapeError(f"trace takes a matrix, not shape {x.shape}")
    return la.trace(x)


# Linear algebra.


@public("solve", method=False, tensors=2)
def solve(x: Tensor, y: Tensor) -> Tensor:
    """The solution of x @ s = y, y a vector (or a batch of them) or a matrix.

    >>> hodiff.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [6.0, 8.0])
    tensor([3., 2.])
    """
    if len(y.shape) == 1 or y.shape == x.shape[:-1]:
        s = la.solve(x, st.reshape_to(y, (*y.shape, 1)))
        return st.reshape_to(s, s.shape[:-1])
    return la.solve(x, y)


@public("inverse", "inv")
def inverse(x: Tensor) -> Tensor:
    """The inverse of a matrix, or of each of a batch.

    >>> hodiff.linalg.inv([[2.0, 0.0], [0.0, 4.0]]).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return la.inv(x)


@public("det")
def det(x: Tensor) -> Tensor:
    """The determinant of a matrix, or of each of a batch.

    >>> hodiff.linalg.det([[2.0, 5.0], [0.0, 4.0]])
    tensor(8.)
    """
    return la.det(x)


@public("logdet")
def logdet(x: Tensor) -> Tensor:
    """The logarithm of the determinant, nan where that is not positive.

    >>> hodiff.logdet([[1.0, 5.0], [0.0, 1.0]])
    tensor(0.)
    """
    return pw.where(pw.gt(la.signdet(x), ZERO), la.logabsdet(x), math.nan)


class SignLogdet(NamedTuple):
    """What slogdet gives: the determinant's sign, and the logarithm of its absolute value."""

    sign: Tensor
    logabsdet: Tensor


@public("slogdet")
def slogdet(x: Tensor) -> SignLogdet:
    """The sign of the determinant, and the logarithm of its absolute value.

    >>> hodiff.linalg.slogdet([[-1.0, 5.0], [0.0, 1.0]])
    SignLogdet(sign=tensor(-1.), logabsdet=tensor(0.))
    """
    return SignLogdet(*la.slogdet(x))


@public("cholesky", method=False)
def cholesky(x: Tensor) -> Tensor:
    """The lower triangle l of a positive definite matrix x = l @ l.T.

    >>> hodiff.linalg.cholesky([[4.0, 0.0], [0.0, 9.0]]).tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    return la.cholesky(x)


@public("matrix_power")
def matrix_power(x: Tensor, n: int) -> Tensor:
    """A matrix to the power of a whole number, the inverse's where that is negative.

    >>> hodiff.linalg.matrix_power([[1.0, 1.0], [0.0, 1.0]], 3).tolist()
    [[1.0, 3.0], [0.0, 1.0]]
    """
    if n < 0:
        x, n = la.inv(x), -n
    result = None
    while n:
        if n % 2:
            result = x if result is None else st.matmul(result, x)
        x, n = (st.matmul(x, x) if n > 1 else x), n // 2
    return st.flat(tensor_of(_identity(x)), x) if result is None else result


def _identity(x: Tensor) -> Any:
    import numpy  # start-up: for the power 0 alone

    return numpy.broadcast_to(numpy.eye(x.shape[-1]), x.shape)
