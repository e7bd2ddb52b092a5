"""Factorizations: triangular systems, eigenvectors, singular vectors, QR, pseudoinverses.

A pullback is written in the factors, so that it can be differentiated again. Where eigenvalues or
singular values are equal, up to the rounding of the algorithm that found them, the vectors aren't
determined: a derivative is inf or nan there, as in PyTorch.
"""

from __future__ import annotations

import math

from hodiff.engine.graph import (
    ZERO,
    Attributes,
    Inputs,
    Kind,
    Operation,
    Tensor,
    no_derivative,
    tensor_of,
)
from hodiff.engine.operations.linalg import (
    diagonal,
    diagonal_matrix,
    matrix,
    of_matrix,
    solved_shape,
    square,
    tril,
    triu,
)
from hodiff.engine.operations.piecewise import abs, eq, le, where
from hodiff.engine.operations.reductions import norm
from hodiff.engine.operations.row import sum_to
from hodiff.engine.operations.structure import (
    Shapes,
    concatenate,
    cut,
    expand_to,
    matmul,
    reshape_to,
    same,
    summed,
    transpose,
)
from hodiff.engine.shapes import Shape

# How far the next number of x's dtype is.
spacing = Operation(
    "spacing", 1, same, no_derivative, kind=Kind.ENTRYWISE, differentiable=False, arrays_only=True
)


def _parts(y: Tensor, m: int) -> tuple[Tensor, Tensor]:
    """The first m rows of each matrix, and those below."""
    return cut(y, -2, 0, m), cut(y, -2, m, y.shape[-2])


def _column(x: Tensor) -> Tensor:
    """Vectors along the last axis as columns: a factor for each row of a matrix."""
    return reshape_to(x, (*x.shape, 1))


def _row(x: Tensor) -> Tensor:
    return reshape_to(x, (*x.shape[:-1], 1, x.shape[-1]))


def _settled(x: Tensor, values: Tensor, n: int) -> Tensor:
    """x with 0 for what is no more than the rounding of an n x n matrix with these values."""
    rounding = n * spacing(norm(values, (-1,)))
    bound = reshape_to(rounding, (*rounding.shape, *[1] * (len(x.shape) - len(rounding.shape))))
    return where(le(abs(x), bound), ZERO, x)


def _between(x: Tensor, gaps: Tensor, like: Tensor) -> Tensor:
    """x divided by the gaps between values, and 0 on the diagonal, where there is none: a square
    matrix for the columns of like."""
    import numpy  # start-up: numbers need none

    n = like.shape[-1]
    found = where(tensor_of(numpy.eye(n, dtype=bool)), ZERO, x / gaps)
    return expand_to(found, (*like.shape[:-2], n, n))  # for what is 0 may have lost axes


def _gaps(values: Tensor, n: int) -> Tensor:
    gaps = expand_to(_row(values) - _column(values), (*values.shape, values.shape[-1]))
    return _settled(gaps, values, n)


def _skew(x: Tensor) -> Tensor:
    return x - transpose(x)


# Triangular systems: a, b, whether a is a lower triangle. Its other entries are never read.


def _triangular_pullback(
    g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    (a, b), (lower,) = xs, attributes
    back = solve_triangular(transpose(a), g, not lower)
    if i:
        return sum_to(back, b.shape)
    return (tril if lower else triu)(sum_to(-matmul(back, transpose(y)), a.shape))


solve_triangular = Operation(
    "solve_triangular", 2, solved_shape, _triangular_pullback, kind=Kind.MATRIX
)

# Symmetric matrices: x, the triangle that is read, L or U. Derivatives are PyTorch's: symmetric, as
# if all entries moved. Giles 2008, Collected matrix derivative results, 3.1.


def _eigenvalues_pullback(
    g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    v = eigenvectors(xs[0], *attributes)
    return matmul(v * _row(g), transpose(v))


def _eigenvectors_pullback(
    g: Tensor, xs: Inputs, v: Tensor, attributes: Attributes, i: int
) -> Tensor:
    gaps = _gaps(eigenvalues(xs[0], *attributes), v.shape[-1])
    found = matmul(matmul(v, _between(matmul(transpose(v), g), gaps, v)), transpose(v))
    return (found + transpose(found)) / 2


eigenvalues = of_matrix("eigvalsh", lambda s, a: square(s, a)[:-1], _eigenvalues_pullback)
eigenvectors = of_matrix("eigenvectors", square, _eigenvectors_pullback)

# Singular values, and the vectors of both sides below each other, u in m rows and v in n.


def _stacked(shapes: Shapes, attributes: Attributes) -> Shape:
    *batch, m, n = shapes[0]
    return (*batch, m + n, min(m, n))


def _shorter(shapes: Shapes, attributes: Attributes) -> Shape:
    return (*shapes[0][:-2], min(shapes[0][-2:]))


def _singular_values_pullback(
    g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    u, v = _parts(singular_vectors(xs[0]), xs[0].shape[-2])
    return matmul(u * _row(g), transpose(v))


def _singular_vectors_pullback(
    g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int
) -> Tensor:
    # As PyTorch has it; Townsend 2016, Differentiating the singular value decomposition.
    m, n = xs[0].shape[-2:]
    (u, v), (gu, gv), s = _parts(y, m), _parts(g, m), singular_values(xs[0])
    gaps = _gaps(s, max(m, n)) * (_row(s) + _column(s))
    ug, vg = matmul(transpose(u), gu), matmul(transpose(v), gv)
    inside = _between(_skew(ug), gaps, u) * _row(s) + _column(s) * _between(_skew(vg), gaps, u)
    found = matmul(matmul(u, inside), transpose(v))
    safe = _settled(s, s, max(m, n))
    if m > n:
        found = found + matmul((gu - matmul(u, ug)) / _row(safe), transpose(v))
    if n > m:
        found = found + matmul(u / _row(safe), transpose(gv - matmul(v, vg)))
    return found


singular_values = of_matrix("svdvals", _shorter, _singular_values_pullback)
singular_vectors = of_matrix("singular_vectors", _stacked, _singular_vectors_pullback)

# q in m rows and the transpose of r below it, of x with no fewer rows m than columns.


def _qr_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    # Walter and Lehmann 2010, Algorithmic differentiation of linear algebra functions, (13).
    m = xs[0].shape[-2]
    (q, rt), (gq, grt) = _parts(y, m), _parts(g, m)
    r = transpose(rt)
    inside = matmul(r, grt) - matmul(transpose(gq), q)
    inside = tril(inside) + transpose(tril(inside, -1))
    d = diagonal(r)
    r = r + diagonal_matrix(expand_to(_settled(d, d, m) - d, d.shape))
    back = solve_triangular(r, transpose(gq + matmul(q, inside)), False)
    return transpose(back)


tall_qr = of_matrix("qr", _stacked, _qr_pullback)

# The columns that make q, u or v a basis of the whole space: x, which. Any will do, so that what
# depends on them has no derivative.


def _rest_shape(shapes: Shapes, attributes: Attributes) -> Shape:
    *batch, m, n = shapes[0]
    length = n if attributes == ("v",) else m
    return (*batch, length, length - min(m, n))


def _rest_pullback(g: Tensor, xs: Inputs, y: Tensor, attributes: Attributes, i: int) -> Tensor:
    used = summed(abs(g), tuple(range(-len(g.shape), 0)))
    return expand_to(where(eq(used, ZERO), ZERO, tensor_of(math.nan)), xs[0].shape)


rest_of_basis = of_matrix("rest_of_basis", _rest_shape, _rest_pullback)


def qr(x: Tensor) -> tuple[Tensor, Tensor]:
    """The thin QR factors of matrices: q with orthonormal columns, r an upper triangle."""
    m, n = matrix(x).shape[-2:]
    if m >= n:
        q, rt = _parts(tall_qr(x), m)
        return q, transpose(rt)
    q, r = qr(cut(x, -1, 0, m))
    return q, concatenate([r, matmul(transpose(q), cut(x, -1, m, n))], -1)


def svd(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The thin singular value decomposition u, s, v with x = u @ diag(s) @ v.T."""
    u, v = _parts(singular_vectors(matrix(x)), x.shape[-2])
    return u, singular_values(x), v


def whole_basis(columns: Tensor, x: Tensor, which: str) -> Tensor:
    """q, u or v of x with columns more, to a basis of the whole space."""
    if columns.shape[-2] == columns.shape[-1]:
        return columns
    return concatenate([columns, rest_of_basis(x, which)], -1)


# Moore and Penrose's inverse: x, up to what part of the largest singular value others are 0 (None
# for the rounding of the matrix), and up to what size. Golub and Pereyra 1973; the rank stays.


def _pinv_pullback(g: Tensor, xs: Inputs, p: Tensor, attributes: Attributes, i: int) -> Tensor:
    (x,), gt, pt = xs, transpose(g), transpose(p)
    along = gt - matmul(x, matmul(p, gt))
    across = gt - matmul(matmul(gt, p), x)
    found = matmul(along, matmul(p, pt)) + matmul(matmul(pt, p), across)
    return found - matmul(matmul(pt, g), pt)


pinv = of_matrix("pinv", lambda s, a: (*s[0][:-2], s[0][-1], s[0][-2]), _pinv_pullback)
