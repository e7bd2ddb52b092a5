"""Factorizations where the oracles of test_random_shapes and test_torch say nothing: equal values,
columns that are any, batches through vmap, closed forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff.functional import hessian, jacobian, vmap

L = hodiff.linalg
RNG = np.random.default_rng(12)
TURNED = np.linalg.qr(RNG.normal(size=(4, 4)))[0]


def leaf(x: Any) -> hodiff.Tensor:
    return hodiff.tensor(x, requires_grad=True)


def with_values(*values: float) -> Any:
    """A symmetric matrix that has these eigenvalues up to rounding."""
    q = TURNED[: len(values), : len(values)] if len(values) < 4 else TURNED
    return q @ np.diag(values) @ q.T


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: L.eigh(x).eigenvectors, np.eye(3)),
        (lambda x: L.eigh(x).eigenvectors, with_values(1, 1, 1, 2)),
        (lambda x: L.eigh(x).eigenvectors, with_values(0, 0, 5, 9)),
        (lambda x: L.svd(x).U, np.eye(3)),
        (lambda x: L.svd(x).U, with_values(3, 3, 1, 2)),
        (lambda x: L.svd(x).Vh, TURNED),
        (lambda x: L.svd(x, full_matrices=False).U, np.outer(range(4), [1.0, 2.0, 3.0])),
        (lambda x: L.qr(x).Q, np.outer(range(1, 5), [1.0, 2.0])),
    ],
)
def test_vectors_that_are_not_determined_have_no_finite_slope(
    f: Callable[[Any], Any], x: Any
) -> None:
    """Equal up to the rounding of what found them: PyTorch's 1e16 there would be a wrong number."""
    t = leaf(x)
    (g,) = hodiff.grad((f(t) ** 3).sum(), t)
    assert not np.isfinite(g.numpy()).all()


def test_equal_values_in_single_precision() -> None:
    x = leaf(with_values(1, 1, 1, 2).astype("float32"))
    for f in (lambda x: L.eigh(x).eigenvectors, lambda x: L.svd(x).U):
        assert not np.isfinite(hodiff.grad((f(x) ** 3).sum(), x)[0].numpy()).all()


@pytest.mark.parametrize("x", [np.eye(3), with_values(1, 1, 1, 2)])
def test_equal_eigenvalues_have_slopes(x: Any) -> None:
    """Their sum of cubes is trace(x^3), of slope 3 x^2, whatever the vectors are."""
    found = hodiff.grad((L.eigvalsh(t := leaf(x)) ** 3).sum(), t)[0]
    np.testing.assert_allclose(found.numpy(), 3 * x @ x, atol=1e-13)


def test_second_derivatives_of_an_eigenvalue() -> None:
    """By perturbation: d2 w_i / dt2 along H is 2 sum (v_i H v_j)^2 / (w_i - w_j)."""
    x, h = with_values(-1, 0.5, 2, 4), with_values(0.3, 1, -2, 0.7)[::-1]
    h = h + h.T
    w, v = np.linalg.eigh(x)
    m = v.T @ h @ v
    gaps = w[:, None] - w + np.eye(4)
    expected = 2 * np.sum((m**2 - np.diag(np.diag(m) ** 2)) / gaps, 1)
    found = hessian(lambda t: L.eigvalsh(hodiff.tensor(x) + t * h))(0.0)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)


def test_third_derivatives_of_what_has_a_closed_form() -> None:
    """log det x is the sum of log w, of log s and of log |r_ii|; trace inv that of pinv."""
    x = with_values(1, 2, 3.5, 5)
    h = RNG.normal(size=(4, 4))
    h = h + h.T
    inside = np.linalg.inv(x) @ h
    third = 2 * np.trace(inside @ inside @ inside)
    for f in (
        lambda y: hodiff.log(L.eigvalsh(y)).sum(),
        lambda y: hodiff.log(L.svdvals(y)).sum(),
        lambda y: hodiff.log(hodiff.abs(hodiff.diagonal(L.qr(y).R))).sum(),
    ):
        found = hodiff.functional.nth(lambda t, f=f: f(hodiff.tensor(x) + t * h), 3)(0.0)
        assert found.item() == pytest.approx(third, rel=1e-11)
    found = hodiff.functional.nth(lambda t: hodiff.trace(L.pinv(hodiff.tensor(x) + t * h)), 3)(0.0)
    assert found.item() == pytest.approx(-6 * np.trace(inside @ inside @ inside @ np.linalg.inv(x)))


def test_columns_that_are_any() -> None:
    x = leaf(RNG.normal(size=(4, 2)))
    for whole, thin in (
        (L.svd(x).U, L.svd(x, full_matrices=False).U),
        (L.svd(x.T).Vh.T, L.svd(x.T, full_matrices=False).Vh.T),
        (L.qr(x, "complete").Q, L.qr(x).Q),
    ):
        whole_, thin_ = whole.detach().numpy(), thin.detach().numpy()
        np.testing.assert_allclose(whole_.T @ whole_, np.eye(4), atol=1e-14)
        np.testing.assert_array_equal(whole_[:, :2], thin_)
        (used,) = hodiff.grad((whole[:, :2] ** 3).sum(), x, retain_graph=True)
        np.testing.assert_array_equal(used.numpy(), hodiff.grad((thin**3).sum(), x)[0].numpy())
        assert np.isnan(hodiff.grad((whole**3).sum(), x)[0].numpy()).all()
    assert L.qr(x, "complete").R.shape == (4, 2)
    np.testing.assert_allclose((L.qr(x, "complete").Q @ L.qr(x, "complete").R - x).tolist(), 0,
                               atol=1e-14)  # fmt: skip


@pytest.mark.parametrize(
    "f",
    [
        L.eigvalsh, L.svdvals, L.pinv,
        lambda x: L.eigh(x)[1] ** 2,
        lambda x: L.svd(x).Vh ** 2,
        lambda x: L.qr(x).R,
        lambda x: L.qr(x[:2]).R,
        lambda x: L.solve_triangular(x, hodiff.ones(3, 2), upper=True),
        lambda x: L.solve_triangular(hodiff.tensor(with_values(1, 2, 3)), x, upper=False),
        lambda x: L.lstsq(x[:, :2], x[:, 2]).solution,
        lambda x: hodiff.cholesky_solve(x[:, :1], x),
    ],
)  # fmt: skip
def test_a_batch_is_one_matrix_after_the_other(f: Callable[[Any], Any]) -> None:
    x = RNG.normal(size=(5, 3, 3)) + 2 * np.diag([1, 2, 3])
    one = [f(hodiff.tensor(m)).numpy() for m in x]
    np.testing.assert_allclose(vmap(f)(x).numpy(), one, atol=1e-13)
    slopes = [jacobian(f)(m).numpy() for m in x]
    found = vmap(jacobian(f))(x).numpy()
    np.testing.assert_allclose(found, slopes, atol=1e-12 * np.abs(slopes).max())


def test_only_a_triangle_is_read() -> None:
    x = np.array([[2.0, np.nan], [1.0, 4.0]])
    y = leaf(x)
    s = L.solve_triangular(y, hodiff.tensor([[2.0], [9.0]]), upper=False)
    assert s.tolist() == [[1.0], [2.0]]
    assert hodiff.grad(s.sum(), y)[0].tolist() == [[-0.375, 0.0], [-0.25, -0.5]]
    assert L.eigvalsh(np.tril(x)).tolist() == L.eigvalsh(np.tril(x).T, UPLO="U").tolist()


def test_eigenvalues_of_what_is_no_number() -> None:
    """LAPACK finds 1.41 and -1.41 in the first."""
    x = np.array([[[np.nan, 0.0], [1.0, 2.0]], [[1.0, np.nan], [0.0, 2.0]]])
    w, v = L.eigh(x)
    assert np.isnan(w[0].numpy()).all() and np.isnan(v[0].numpy()).all()
    assert w[1].tolist() == [1.0, 2.0] and v[1].abs().tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert np.isnan(L.eigvalsh([[np.inf]]).numpy()).all()


def test_what_has_no_entries() -> None:
    assert L.eigh(np.zeros((0, 0))).eigenvectors.shape == (0, 0)
    assert [v.shape for v in L.svd(np.zeros((0, 3)), full_matrices=False)] == [(0, 0), (0,), (0, 3)]
    assert [v.shape for v in L.qr(np.zeros((3, 0)))] == [(3, 0), (0, 0)]
    assert L.pinv(np.zeros((2, 0))).shape == (0, 2)
    assert L.solve_triangular(np.zeros((0, 0)), np.zeros((0, 2)), upper=True).shape == (0, 2)
    x = leaf(np.zeros((2, 0, 0)))
    assert hodiff.grad(L.eigh(x).eigenvectors.sum(), x)[0].shape == (2, 0, 0)


def test_least_squares_of_less_than_full_rank() -> None:
    """numpy's least solution, and its rank."""
    x, y = np.outer([1.0, 2, 3, 4], [1.0, 1, 2]), np.array([1.0, 0, 2, -1])
    solution, _, rank, s = np.linalg.lstsq(x, y, rcond=None)
    found = L.lstsq(x, y)
    np.testing.assert_allclose(found.solution.numpy(), solution, atol=1e-15)
    assert found.rank.item() == rank == 1
    assert found.residuals.item() == pytest.approx(np.sum((x @ solution - y) ** 2))
    assert found.singular_values.tolist()[0] == pytest.approx(s[0])
    assert L.lstsq(np.diag([1.0, 1e-9]), [1.0, 1.0], rcond=1e-6).solution.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("f", [L.pinv, L.svdvals, L.eigvalsh, lambda x: L.qr(x).R])
def test_single_precision_stays(f: Callable[[Any], Any]) -> None:
    x = leaf(RNG.normal(size=(3, 3)).astype("float32"))
    assert f(x).dtype == hodiff.grad(f(x).sum(), x)[0].dtype == hodiff.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: L.eigh(np.ones((2, 3))), ValueError, "square"),
        (lambda: L.eigh(np.eye(2), "X"), ValueError, "UPLO"),
        (lambda: L.svd(np.ones(3)), ValueError, "matrix"),
        (lambda: L.qr(np.eye(2), "raw"), ValueError, "raw"),
        (lambda: L.pinv(np.eye(2), hermitian=True), TypeError, "hermitian"),
        (lambda: L.solve_triangular(np.eye(2), np.ones(2), upper=True), ValueError, "right-hand"),
        (lambda: L.lstsq(np.eye(2), np.ones(3)), ValueError, "2 equations"),
        (lambda: L.solve_triangular(np.eye(2), np.ones((3, 1)), upper=True), ValueError, "system"),
        (lambda: L.solve_triangular(np.eye(2), np.eye(2)), TypeError, "upper"),
        (lambda: hodiff.evaluate(L.pinv(hodiff.variable("x", (2, 2))), {"x": np.eye(2, dtype=int)},
                                 digits=20), hodiff.HodiffError, "pinv has no form in balls"),
    ],
)  # fmt: skip
def test_refusals_are_named(call: Callable[[], Any], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        call()
