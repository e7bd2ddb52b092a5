"""Linear algebra by factorizations: triangular systems, eigenvalues, singular values, QR.

All take batches of matrices: the last two axes are the matrix.
"""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from typing import Any, NamedTuple

from hodiff.engine.graph import Tensor
from hodiff.engine.operations import factors as fa
from hodiff.engine.operations import linalg as la
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import structure as st
from hodiff.engine.shapes import ShapeError
from hodiff.library.arguments import as_argument
from hodiff.library.publish import public


class Eigh(NamedTuple):
    """What eigh gives: the eigenvalues, the least first, and eigenvectors as columns."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class SVD(NamedTuple):
    """What linalg.svd gives: x = U @ diag(S) @ Vh."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class OldSVD(NamedTuple):
    """What svd gives: x = U @ diag(S) @ V.T."""

    U: Tensor
    S: Tensor
    V: Tensor


class QR(NamedTuple):
    """What qr gives: x = Q @ R."""

    Q: Tensor
    R: Tensor


class Lstsq(NamedTuple):
    """What lstsq gives: see there."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


@public("solve_triangular", method=False, tensors=2)
def solve_triangular(
    x: Tensor, y: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Tensor:
    """The solution of x @ s = y (of s @ x = y, not left), x a triangle: what is on its other side,
    and with unitriangular its diagonal, isn't read. inf and nan where the diagonal has a 0.

    >>> hodiff.linalg.solve_triangular([[2.0, 0.0], [1.0, 4.0]], [[2.0], [9.0]], upper=False)
    tensor([[1.],
            [2.]])
    """
    if unitriangular:
        d = la.diagonal(x)
        x = x + la.diagonal_matrix(1 - d)
    if left:
        return fa.solve_triangular(x, y, not upper)
    return st.transpose(fa.solve_triangular(st.transpose(x), st.transpose(y), upper))


@public("cholesky_solve", tensors=2)
def cholesky_solve(x: Tensor, y: Tensor, upper: bool = False) -> Tensor:
    """The solution of (y @ y.T) @ s = x, y the lower triangle that cholesky gives; of
    (y.T @ y) @ s = x, y the upper one.

    >>> hodiff.cholesky_solve([[6.0]], [[2.0]])
    tensor([[1.5]])
    """
    lower = st.transpose(y) if upper else y
    half = fa.solve_triangular(lower, x, True)
    return fa.solve_triangular(st.transpose(lower), half, False)


@public("eigh", method=False)
def eigh(x: Tensor, UPLO: str = "L") -> Eigh:
    """The eigenvalues, ascending, and eigenvectors of a symmetric matrix, of which the lower (L) or
    upper (U) triangle is read.

    Derivatives are PyTorch's: those of a symmetric matrix all of whose entries move. Those of the
    eigenvectors are inf or nan where two eigenvalues are equal up to rounding.

    >>> hodiff.linalg.eigh([[2.0, 0.0], [0.0, 1.0]]).eigenvalues
    tensor([1., 2.])
    """
    triangle = _triangle(UPLO)
    return Eigh(fa.eigenvalues(x, triangle), fa.eigenvectors(x, triangle))


@public("eigvalsh", method=False)
def eigvalsh(x: Tensor, UPLO: str = "L") -> Tensor:
    """The eigenvalues of a symmetric matrix, ascending: see eigh.

    >>> hodiff.linalg.eigvalsh([[0.0, 1.0], [1.0, 0.0]])
    tensor([-1.,  1.])
    """
    return fa.eigenvalues(x, _triangle(UPLO))


def _triangle(uplo: str) -> str:
    if uplo not in ("L", "U", "l", "u"):
        raise ValueError(f"UPLO is 'L' or 'U', not {uplo!r}")
    return uplo.upper()


@public("svdvals", method=False)
def svdvals(x: Tensor) -> Tensor:
    """The singular values of a matrix, the largest first.

    >>> hodiff.linalg.svdvals([[3.0, 0.0], [0.0, -4.0]])
    tensor([4., 3.])
    """
    return fa.singular_values(la.matrix(x))


@public()
def linalg_svd(x: Tensor, full_matrices: bool = True) -> SVD:
    """The singular value decomposition x = U @ diag(S) @ Vh, the largest values first.

    The columns that full_matrices adds to U, or rows to Vh, are any: what depends on them has the
    derivative nan. So have the singular vectors where two values are equal up to rounding.

    >>> hodiff.linalg.svd([[3.0, 0.0], [0.0, 4.0]]).S
    tensor([4., 3.])
    """
    u, s, v = fa.svd(x)
    if full_matrices:
        u, v = fa.whole_basis(u, x, "u"), fa.whole_basis(v, x, "v")
    return SVD(u, s, st.transpose(v))


@public("svd")
def svd(x: Tensor, some: bool = True) -> OldSVD:
    """linalg.svd as PyTorch had it first: x = U @ diag(S) @ V.T, without columns that are any.

    >>> hodiff.svd([[3.0, 0.0], [0.0, 4.0]]).S
    tensor([4., 3.])
    """
    u, s, vh = linalg_svd(x, not some)
    return OldSVD(u, s, st.transpose(vh))


@public()
def linalg_qr(x: Tensor, mode: str = "reduced") -> QR:
    """x = Q @ R, the columns of Q orthonormal and R an upper triangle.

    mode: reduced; complete, where Q is square, and what depends on the columns more has the
    derivative nan; r, where Q is empty.

    >>> hodiff.linalg.qr([[-3.0, 1.0], [0.0, -2.0]]).R.abs().tolist()
    [[3.0, 1.0], [0.0, 2.0]]
    """
    q, r = fa.qr(x)
    m, n = x.shape[-2:]
    if mode == "complete" and m > n:
        zeros = st.expand_to(as_argument(0.0), (*x.shape[:-2], m - n, n))
        return QR(fa.whole_basis(q, x, "q"), st.concatenate([r, zeros], -2))
    if mode == "r":
        return QR(as_argument([]), r)
    if mode not in ("reduced", "complete"):
        raise ValueError(f"the mode is 'reduced', 'complete' or 'r', not {mode!r}")
    return QR(q, r)


@public("qr")
def qr(x: Tensor, some: bool = True) -> QR:
    """linalg.qr as PyTorch had it first: the mode is reduced, or complete.

    >>> hodiff.qr([[-3.0, 1.0], [0.0, -2.0]]).R.abs().tolist()
    [[3.0, 1.0], [0.0, 2.0]]
    """
    return linalg_qr(x, "reduced" if some else "complete")


@public("pinv", method=False)
def pinv(x: Tensor, rtol: Any = None, *, atol: Any = None, hermitian: bool = False) -> Tensor:
    """Moore and Penrose's inverse. Singular values up to atol, or up to rtol times the largest,
    count as 0: unless either is given, what is rounding in a matrix of that size.

    Derivatives are those where the rank stays as it is.

    >>> hodiff.linalg.pinv([[2.0], [0.0]])
    tensor([[0.5, 0. ]])
    """
    if hermitian:
        raise TypeError("pinv(hermitian=True) is refused: without it the result is the same")
    if rtol is None and atol is None:
        return fa.pinv(la.matrix(x), None, 0.0)
    return fa.pinv(la.matrix(x), float(rtol or 0), float(atol or 0))


@public("pinverse")
def pinverse(x: Tensor, rcond: Any = 1e-15) -> Tensor:
    """linalg.pinv as PyTorch had it first: with an rtol of rcond.

    >>> hodiff.pinverse([[2.0], [0.0]])
    tensor([[0.5, 0. ]])
    """
    return pinv(x, rcond)


@public("lstsq", method=False, tensors=2)
def lstsq(x: Tensor, y: Tensor, rcond: Any = None, *, driver: str | None = None) -> Lstsq:
    """The least solution of those with the least squares of x @ s - y, y a vector or a matrix.

    With it come the sums of squares for each column of y, the rank of x, and its singular values
    (PyTorch leaves out those that its driver doesn't compute: here any driver is as good). rcond is
    pinv's rtol.

    >>> hodiff.linalg.lstsq([[1.0], [1.0]], [2.0, 4.0]).solution
    tensor([3.])
    """
    rows = la.matrix(x).shape[-2]
    vector = y.shape == x.shape[:-1]
    columns = st.reshape_to(y, (*y.shape, 1)) if vector else y
    if len(columns.shape) < 2 or columns.shape[-2] != rows:
        raise ShapeError(f"{rows} equations have no right-hand side of shape {y.shape}")
    solution = st.matmul(pinv(x, rcond), columns)
    squares = st.summed((st.matmul(x, solution) - columns) ** 2, (-2,))
    s = svdvals(x)
    most = s[..., :1]
    nothing = max(x.shape[-2:]) * fa.spacing(most) if rcond is None else rcond * most
    rank = st.summed(pw.gt(s, nothing), (-1,))
    if vector:
        solution = st.reshape_to(solution, solution.shape[:-1])
    return Lstsq(solution, squares, rank, s)
