"""Plain numpy code on tensors: values as numpy has them, derivatives against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import hodiff

RNG = np.random.default_rng(20)
X = RNG.normal(size=(3, 3))
POSITIVE = np.abs(X) + 0.5
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
V = RNG.normal(size=3)

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sin": lambda x: np.sin(x) * np.cos(x) + np.tanh(x),
    "arctan2": lambda x: np.arctan2(x, 2.0) + np.arctan(x),
    "exp": lambda x: np.exp(x) + np.expm1(x) + np.exp2(x),
    "log": lambda x: np.log(x**2) + np.log1p(x * x) + np.log2(x**2) + np.log10(x**2),
    "power": lambda x: np.power(np.abs(x), 1.5) + np.square(x) + np.reciprocal(x),
    "arithmetic": lambda x: np.add(x, 1) - np.subtract(2, x) * np.multiply(x, 3) + np.divide(x, 2),
    "negative": lambda x: np.negative(x) * np.absolute(x) + np.true_divide(1, x),
    "maximum": lambda x: np.maximum(x, 0.1) * np.minimum(x, 0.2),
    "cbrt": lambda x: np.cbrt(x**2) * np.fabs(x) + np.copy(x) * np.flipud(x) + np.fliplr(x),
    "hypot": lambda x: np.hypot(x, 1.0) + np.logaddexp(x, 0.0),
    "sinc": lambda x: np.sinc(x),
    "clip": lambda x: np.clip(x, -0.5, 0.5) * x,
    "where": lambda x: np.where(x > 0, x**2, np.sin(x)),
    "heaviside": lambda x: np.heaviside(x, 1.0) * x + np.sign(x) * x,
    "sum": lambda x: np.sum(x**2, axis=0) + np.sum(x, axis=1, keepdims=True),
    "mean": lambda x: np.mean(x**2, axis=(0, 1)) * np.mean(x),
    "prod": lambda x: np.prod(x, axis=1),
    "max": lambda x: np.max(x**2, axis=1) + np.min(x, axis=0) * np.max(x),
    "amax": lambda x: np.amax(x, axis=0, keepdims=True) * np.amin(x, 1),
    "std": lambda x: np.std(x, axis=0) + np.var(x, ddof=1),
    "cumsum": lambda x: np.cumsum(x) * np.cumsum(x**2) + np.cumprod(x),
    "cumsum axis": lambda x: np.cumsum(x, axis=1) ** 2,
    "sort": lambda x: np.sort(x, axis=0) ** 3,
    "sort flat": lambda x: np.sort(x, axis=None) ** 3,
    "diff": lambda x: np.diff(x, axis=0) ** 2,
    "norm": lambda x: np.linalg.norm(x) + np.linalg.norm(x, axis=1),
    "norm orders": lambda x: np.linalg.norm(x, 1) + np.linalg.norm(x[0], np.inf),
    "dot": lambda x: np.dot(V, x) + np.dot(x, V) + np.inner(x, V),
    "dot matrices": lambda x: np.dot(x, A) + A @ x + x @ V,
    "dot wide": lambda x: np.dot(np.stack([x, x]), np.stack([A, A])),
    "matmul": lambda x: np.matmul(A, x) @ x,
    "einsum": lambda x: np.einsum("ij,jk->ki", x, A),
    "tensordot": lambda x: np.tensordot(A, x, axes=1) + np.tensordot(x, A, axes=([0], [1])),
    "outer": lambda x: np.outer(x[0], V) + np.kron(x, V)[:, :3],
    "cross": lambda x: np.cross(x, V),
    "trace": lambda x: np.trace(x) * np.diag(x) + np.diagonal(x, offset=0),
    "tril": lambda x: np.tril(x) @ np.triu(x, k=1) + np.diag(x[0]),
    "solve": lambda x: np.linalg.solve(A, x) + np.linalg.solve(A, x[0]),
    "inv": lambda x: np.linalg.inv(A + x / 5) + np.linalg.det(A + x / 5),
    "slogdet": lambda x: np.linalg.slogdet(A + x / 5)[1],
    "cholesky": lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)),
    "matrix_power": lambda x: np.linalg.matrix_power(x, 3),
    "reshape": lambda x: np.reshape(x, (9,)) ** 2 + np.ravel(x),
    "transpose": lambda x: np.transpose(x) * x + np.swapaxes(x, 0, 1) + np.moveaxis(x, 0, 1),
    "transpose axes": lambda x: np.transpose(x[None], (2, 0, 1)) ** 2,
    "expand_dims": lambda x: np.expand_dims(x, 0) ** 2 + np.squeeze(x[None]),
    "concatenate": lambda x: np.concatenate([x, V[None], x], axis=0) ** 2,
    "stack": lambda x: np.stack([x, A], axis=-1) ** 2,
    "vstack": lambda x: np.vstack([x, V]) ** 2 + np.hstack([x[:, :1]] * 3)[0],
    "split": lambda x: np.split(x, [1], axis=1)[1] ** 2,
    "roll": lambda x: np.roll(x, 1, axis=0) * x + np.flip(x, axis=1),
    "tile": lambda x: np.tile(x, 2) ** 2,
    "repeat": lambda x: np.repeat(x, 2, axis=1) ** 2,
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 3)) ** 2,
    "take": lambda x: np.take(x, [0, 0, 2], axis=1) ** 2,
    "take_along_axis": lambda x: np.take_along_axis(x, np.array([[0], [2], [1]]), axis=1) ** 2,
    "meshgrid": lambda x: np.meshgrid(x[0], x[1])[0] ** 2,
    "index": lambda x: x[[0, 2]][:, ::-1] * x[1] + x[x[:, 0] > 0].sum(),
    "pad": lambda x: np.pad(x**2, ((1, 2), (0, 3)), constant_values=((1, 2), (3, 4))),
    "pad one": lambda x: np.pad(x, 2) ** 2 + np.pad(x, 2, constant_values=(1.5, -1)) ** 2,
    "pad modes": lambda x: sum(
        np.pad(x**2, ((5, 1), (2, 7)), mode) for mode in ("wrap", "reflect", "symmetric", "edge")
    ),
    "append": lambda x: np.append(x, x[:1] ** 2, axis=0) ** 2,
    "append all": lambda x: np.append(x, 3.0 * x[0]) ** 2,
    "atleast": lambda x: np.atleast_3d(x) ** 2 * np.atleast_2d(x[0]) * np.atleast_1d(x[0, 0]),
    "dstack": lambda x: np.dstack([x, A, x**2]) * np.dstack([V, V, V]),
    "gradient": lambda x: np.gradient(x**2, axis=0) + np.gradient(x, 0.5, axis=1, edge_order=2),
    "gradient both": lambda x: np.stack(np.gradient(x**2, 2.0, [0.0, 1.0, 3.0])),
    "select": lambda x: np.select([x > 0.5, x > 0], [x**2, V], np.sin(x)),
    "fmax": lambda x: np.fmax(x, 0.1) * np.fmin(np.nan, x) + np.fmax(x, np.nan),
    "nan_to_num": lambda x: np.nan_to_num(np.log(x), nan=2.0) * x,
    "logaddexp2": lambda x: np.logaddexp2(x, 3 * x) + scipy.special.xlogy(x, x**2),
    "eigh": lambda x: np.linalg.eigh(x @ x.T)[0] + np.linalg.eigvalsh(A + x + x.T),
    "svd": lambda x: np.linalg.svd(x, compute_uv=False) + np.linalg.svd(x).S * np.abs(x),
    "svd of one": lambda x: np.linalg.svd(x[:2], False)[2][:1] * np.linalg.svd(x[:2])[0][:, :1],
    "qr": lambda x: np.linalg.qr(A + x / 5, mode="r") * np.linalg.qr(x[:, :2])[0][:, :1],
    "pinv": lambda x: np.linalg.pinv(x[:2]) + np.linalg.lstsq(x, A, rcond=None)[0][:, :2],
    "round": lambda x: np.round(x) * x + np.floor(x) + np.ceil(x) * x,
    "mod": lambda x: np.mod(x, 0.7) * x,
    "degrees": lambda x: np.radians(np.degrees(x)) ** 2,
    "rosenbrock": lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
}


def weighted(f: Callable[[Any], Any], x: Any) -> Any:
    y = f(x)
    weights = np.cos(np.arange(int(np.prod(np.shape(y))))).reshape(np.shape(y))
    return np.sum(y * weights)


def gradient(f: Callable[[Any], Any], x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    t = hodiff.tensor(x, requires_grad=True)
    (g,) = hodiff.grad(weighted(f, t), t)
    return np.asarray(g.numpy())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_value_and_derivatives(name: str) -> None:
    f = FUNCTIONS[name]
    t = hodiff.tensor(X, requires_grad=True)
    y = f(t)
    assert isinstance(y, hodiff.Tensor)
    np.testing.assert_allclose(y.detach().numpy(), f(X), rtol=1e-12, atol=1e-12)
    step, direction = 1e-6, np.sin(np.arange(9.0)).reshape(3, 3)
    (g,) = hodiff.grad(weighted(f, t), t, create_graph=True)
    ahead, behind = X + step * direction, X - step * direction
    slope = (weighted(f, ahead) - weighted(f, behind)) / (2 * step)
    along = np.sum(g * direction)
    assert along.item() == pytest.approx(slope, rel=1e-6, abs=1e-6)
    if along.requires_grad:
        (h,) = hodiff.grad(along, t)
        curved = (gradient(f, ahead) - gradient(f, behind)) / (2 * step)
        np.testing.assert_allclose(h.numpy(), curved, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda t: np.add.reduce(t), "np.add.reduce"),
        (lambda t: np.multiply.outer(t, t), "np.multiply.outer"),
        (lambda t: np.sin(t, out=np.zeros((3, 3))), "sin"),
        (lambda t: np.partition(t, 1), "np.partition"),
        (lambda t: np.spacing(t), "np.spacing"),
        (lambda t: np.linalg.eigvals(t), "np.linalg.eigvals"),
        (lambda t: np.linalg.cond(t), "np.linalg.cond"),
    ],
)
def test_what_is_not_there_is_named(call: Callable[[Any], Any], name: str) -> None:
    with pytest.raises(TypeError, match=name):
        call(hodiff.tensor(X, requires_grad=True))


def test_complex_numbers_are_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        hodiff.tensor(1j)
    with pytest.raises(TypeError, match="complex"):
        np.multiply(hodiff.tensor(X), 1j * X)


def test_numpy_never_writes_to_a_tensor() -> None:
    t = hodiff.tensor(V, requires_grad=True)
    a = np.ones(3)
    with pytest.raises(TypeError, match="out="):
        a += t


def test_max_is_a_pair_for_torch_and_values_for_numpy() -> None:
    t = hodiff.tensor(X)
    assert np.array_equal(np.max(t, axis=1).numpy(), X.max(axis=1))
    assert np.array_equal(hodiff.max(t, axis=1).numpy(), X.max(axis=1))
    values, indices = hodiff.max(t, dim=1)
    assert np.array_equal(values.numpy(), X.max(axis=1))
    assert np.array_equal(indices.numpy(), X.argmax(axis=1))


def test_conditions_join_as_in_numpy() -> None:
    x = np.array([-1.0, 0.5, 2.0])
    t = hodiff.tensor(x, requires_grad=True)
    assert ((t > 0) & (t < 1)).tolist() == ((x > 0) & (x < 1)).tolist()
    assert ((t < 0) | (t > 1)).tolist() == ((x < 0) | (x > 1)).tolist()
    assert (~(t > 0)).tolist() == (~(x > 0)).tolist()
    assert (np.array([True, True, False]) & (t > 0)).tolist() == [False, True, False]
    assert (t // 0.75).tolist() == (x // 0.75).tolist()
    assert (3 // t).tolist() == (3 // x).tolist()
    with pytest.raises(TypeError, match="conditions"):
        t & t
    assert f"{t[1]:.2f}" == "0.50"


def test_a_gradient_is_nobody_elses_array() -> None:
    """A result may be an input's own values: writing to it must not reach them."""
    w = np.array([1.0, 2.0])
    t, c = hodiff.tensor(w, requires_grad=True), hodiff.tensor(w)
    (g,) = hodiff.grad((t * c).sum(), t)
    found = g.numpy()
    found[0] = 7
    assert c.tolist() == g.tolist() == t.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        c.computed()[0] = 7
