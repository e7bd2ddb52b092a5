"""A graph on a batch gives what it gives for one entry of the batch after the other."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff import derivatives, functional
from hodiff.derivatives.vmap import vmapped
from hodiff.engine.graph import Tensor, data, topological, variable

SIZE = 5

# What is done to arrays of these shapes, those of the batch marked *.
CASES: list[tuple[str, Callable[..., Any]]] = [
    ("*3", lambda x: hodiff.sin(x) * x + 1),
    ("*3 *-", lambda x, s: x * s),
    ("*3 4x3", lambda x, y: x * y),
    ("*- 4x3", lambda s, y: s * y),
    ("*2x1 4x1x3", lambda x, y: hodiff.hypot(x, y)),
    ("*3", lambda x: hodiff.where(x > 0, x, hodiff.exp(x))),
    ("*3", lambda x: hodiff.clamp(x, -0.5, 0.5)),
    ("*2x3", lambda x: x.sum()),
    ("*2x3", lambda x: x.sum(0)),
    ("*2x3", lambda x: x.mean(-1, keepdim=True) * x),
    ("*2x3", lambda x: hodiff.amax(x, 0)),
    ("*2x3", lambda x: hodiff.argmin(x, 1) * 1.0),
    ("*2x3", lambda x: hodiff.logsumexp(x, 1)),
    ("*3", lambda x: hodiff.softmax(x, 0)),
    ("*2x3", hodiff.linalg.norm),
    ("*2x3", lambda x: hodiff.linalg.vector_norm(x, 3, dim=0)),
    ("*2x3", lambda x: hodiff.cumsum(x, 0)),
    ("*2x3", lambda x: hodiff.cumprod(x, 1)),
    ("*2x3", hodiff.prod),
    ("*2x3 *3x4", lambda a, b: a @ b),
    ("*2x3 3x4", lambda a, b: a @ b),
    ("2x3 *3x4", lambda a, b: a @ b),
    ("2x3 *3", lambda a, b: a @ b),
    ("*3 3x2", lambda a, b: a @ b),
    ("*3 *3", hodiff.dot),
    ("7x2x3 *3x4", lambda a, b: a @ b),
    ("*2x3 7x3x4", lambda a, b: a @ b),
    ("*7x2x3 *3", lambda a, b: a @ b),
    ("*3x3 *3", hodiff.linalg.solve),
    ("3x3 *3", hodiff.linalg.solve),
    ("3x3 *3x2", hodiff.linalg.solve),
    ("*3x3 3", hodiff.linalg.solve),
    ("*4x4", hodiff.linalg.inv),
    ("*4x4", hodiff.linalg.det),
    ("*2x2", hodiff.linalg.det),
    ("*3x3", lambda a: hodiff.linalg.slogdet(a)[1]),
    ("*3x3", lambda a: hodiff.linalg.cholesky(a @ a.T)),
    ("*2x3 *3x4", lambda a, b: hodiff.einsum("ij,jk->ki", a, b)),
    ("*2x3 3x4", lambda a, b: hodiff.einsum("ij,jk->ki", a, b)),
    ("*3x3", lambda a: hodiff.einsum("ii->", a)),
    ("*2x3", lambda a: a.T),
    ("*2x3", lambda a: a[None].permute(2, 0, 1)),
    ("*2x3", lambda a: a.reshape(6)),
    ("*-", lambda s: s.expand(2, 3)),
    ("*3", lambda x: x.expand(2, 3)),
    ("*3 3", lambda x, y: hodiff.stack([x, y, x * y], 1)),
    ("*2x3 1x3", lambda a, b: hodiff.cat([a, b, a], 0)),
    ("*3x4", lambda a: a[1]),
    ("*3x4", lambda a: a[1:, ::-1]),
    ("*3x4", lambda a: a[[0, 2, 2]]),
    ("*3x4", lambda a: a[:, None, [0, 2, 2]]),
    ("*3x4", lambda a: a[[0, 1], [2, 3]]),
    ("*2x3x5", lambda a: a[[0, 1], :, [2, 3]]),  # whose indices come first: as long as the batch
    ("*5x3x5", lambda a: a[[0, 1, 2, 3, 4], :, [2, 3, 0, 1, 1]]),
    ("*2x3x5", lambda a: a[0, :, [2, 3, 1]]),
    ("*3", hodiff.diag),
    ("*3x3", lambda a: hodiff.tril(a)),
    ("*4", lambda x: hodiff.sort(x)[0]),
    ("*4x2", lambda x: hodiff.sort(x, dim=0)[0]),
    ("3 *3", lambda x, i: hodiff.gather(x, 0, hodiff.argsort(i))),
    ("*3 3", lambda x, i: hodiff.gather(x, 0, hodiff.argsort(i))),
    ("3 *3", lambda x, y: x * 2),
    ("*0x3", lambda a: a.sum(1)),
    ("*2x3", lambda x: 0 * x),
    ("*-", lambda x: 1 + 0 * x + 2 * x**2),
    ("*3", lambda x: hodiff.cat([x - x, hodiff.exp(0 * x) * x])),
]


def arrays(shapes: str, size: int, seed: int) -> list[tuple[bool, np.ndarray[Any, Any]]]:
    rng = np.random.default_rng(seed)
    found = []
    for text in shapes.split():
        varies, text = text.startswith("*"), text.removeprefix("*")
        shape = () if text == "-" else tuple(map(int, text.split("x")))
        found.append((varies, rng.normal(size=(size,) * varies + shape)))
    return found


def one_by_one(
    f: Callable[..., Any], inputs: list[tuple[bool, np.ndarray[Any, Any]]], size: int
) -> np.ndarray[Any, Any]:
    entries = [[x[i] if varies else x for varies, x in inputs] for i in range(size)]
    return np.stack([f(*map(hodiff.tensor, entry)).numpy() for entry in entries])


@pytest.mark.parametrize("case", range(len(CASES)))
def test_a_batch_is_one_after_the_other(case: int) -> None:
    shapes, f = CASES[case]
    inputs = arrays(shapes, SIZE, case)
    mapped = functional.vmap(f, [0 if varies else None for varies, _ in inputs])
    found = mapped(*[hodiff.tensor(x) for _, x in inputs])
    np.testing.assert_allclose(
        found.numpy(), one_by_one(f, inputs, SIZE), rtol=1e-12, atol=1e-12, strict=True
    )


@pytest.mark.parametrize("case", range(len(CASES)))
def test_derivatives_of_a_batch(case: int) -> None:
    """The gradient of sum(w*f**2) on each entry: the pullbacks of all these on a batch."""
    shapes, f = CASES[case]
    inputs = arrays(shapes, SIZE, case)

    def weighed(*x: Any) -> Tensor:
        y = f(*x)
        w = np.random.default_rng(case).normal(size=y.shape)
        return (data(w) * y**2).sum()

    for i, (varies, _) in enumerate(inputs):
        if varies and "arg" not in str(f.__code__.co_names if hasattr(f, "__code__") else ""):
            slope = functional.grad(weighed, i)
            mapped = functional.vmap(slope, [0 if v else None for v, _ in inputs])
            found = mapped(*[hodiff.tensor(x) for _, x in inputs])
            np.testing.assert_allclose(
                found.numpy(), one_by_one(slope, inputs, SIZE), rtol=1e-10, atol=1e-10
            )


def test_a_single_entry_is_a_batch() -> None:
    assert functional.vmap(lambda x: x**2)([[3.0]]).tolist() == [[9.0]]


def test_batches_of_batches() -> None:
    table = functional.vmap(functional.vmap(lambda x, y: x**y, (0, None)), (None, 0))
    assert table([2.0, 3.0], [1.0, 2.0, 3.0]).tolist() == [[2, 3], [4, 9], [8, 27]]


def test_axes_of_the_batch() -> None:
    x = np.arange(6.0).reshape(2, 3)
    y, z = functional.vmap(lambda a: (a.sum(), a * 10), in_dims=1, out_dims=(0, -1))(x)
    assert y.tolist() == [3, 5, 7]
    assert np.array_equal(z.numpy(), 10 * x)


@pytest.mark.parametrize(
    ("arguments", "fields", "message"),
    [
        ([[1.0, 2.0], [1.0]], {}, r"batches of one length, not \(2, 1\)"),
        ([[1.0, 2.0], 1.0], {}, "argument 1 is a number, and no batch"),
        ([[1.0], 1.0], {"in_dims": (None, None)}, r"one length, not \(\)"),
        ([[1.0], 1.0], {"in_dims": (0,)}, "in_dims has 1 axes for 2 arguments"),
    ],
)
def test_what_is_no_batch(arguments: list[Any], fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        functional.vmap(lambda x, y: x * y, **fields)(*arguments)


def test_a_batch_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="where"):
        functional.vmap(lambda x: x if x > 0 else -x)([1.0, -1.0])


def hessian_nodes(n: int) -> int:
    x = variable("x", (n,))
    (g,) = derivatives.gradient(hodiff.logsumexp(x * x, 0) + (x[1:] * x[:-1]).sum(), [x])
    return len(topological([derivatives.jacobian(g, x)]))


def test_a_hessian_has_as_many_nodes_for_a_long_vector_as_for_a_short_one() -> None:
    assert hessian_nodes(1000) == hessian_nodes(50) <= 30


def test_a_batch_of_large_arrays_is_cut() -> None:
    """The rows of a Jacobian through an array of 200 000 entries: a few at a time."""
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(200_000, 12)), rng.normal(size=12)
    u = variable("u", (12,))
    f = (hodiff.tensor(X) @ u).sin().sum()
    (g,) = derivatives.gradient(f, [u])
    assert max(np.prod(y.shape) for y in topological([derivatives.jacobian(g, u)])) < 3_000_000
    found = functional.hessian(lambda w: (hodiff.tensor(X) @ w).sin().sum())(w)
    expected = -X.T @ (np.sin(X @ w)[:, None] * X)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-9)


def test_a_matrix_is_refused_before_it_is_there() -> None:
    with pytest.raises(MemoryError, match="a matrix of 1000000000000 entries"):
        functional.jacobian(hodiff.sin)(np.zeros(1_000_000))


def test_a_diagonal_holds_no_matrix_and_no_unit_vectors() -> None:
    """Of 3 000 entries, dense: the matrix, and the unit matrix, are of 72 MB each."""
    f = lambda x: hodiff.logsumexp(hodiff.tensor(A) @ x, 0) ** 2  # noqa: E731
    A, x = np.random.default_rng(0).normal(size=(3, 3000)) / 9, np.ones(3000)
    functional.hessian_diagonal(f)(x[:3000]).numpy()
    tracemalloc.start()
    found = functional.hessian_diagonal(f)(x).numpy()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    s = np.exp(A @ x) / np.exp(A @ x).sum()
    value = np.log(np.exp(A @ x).sum())
    inner = 2 * np.outer(s, s) + 2 * value * (np.diag(s) - np.outer(s, s))
    np.testing.assert_allclose(found, np.einsum("ij,ik,kj->j", A, inner, A), rtol=1e-9)
    assert peak < 60e6


def test_what_does_not_depend_on_the_batch_is_repeated() -> None:
    x, y = variable("x"), variable("y", (2,))
    (found,) = vmapped([y * 2], {x: data(np.ones(3))})
    assert hodiff.evaluate(found, {y: np.array([1.0, 2.0])}).tolist() == [[2, 4]] * 3


@pytest.mark.parametrize("case", range(len(CASES)))
def test_a_batch_in_balls(case: int) -> None:
    """The same graph in both arithmetics, where every operation has a form in balls."""
    shapes, f = CASES[case]
    inputs = arrays(shapes, SIZE, case)
    one = [variable(f"x{i}", x.shape[varies:]) for i, (varies, x) in enumerate(inputs)]
    many = [variable(f"X{i}", x.shape) for i, (_, x) in enumerate(inputs)]
    batch = {x: X for x, X, (varies, _) in zip(one, many, inputs, strict=True) if varies}
    (y,) = vmapped(
        [f(*[X if x not in batch else x for x, X in zip(one, many, strict=True)])], batch
    )
    point = {X: x for X, (_, x) in zip(many, inputs, strict=True) if X in set(topological([y]))}
    try:
        balls = hodiff.evaluate(y, point, arithmetic="ball", exact_floats=True)
    except hodiff.HodiffError as fault:
        assert fault.kind == "usage" and fault.message.endswith("has no form in balls")
        pytest.skip(fault.message)
    doubles = hodiff.evaluate(y, point)
    np.testing.assert_allclose(np.array(balls, dtype=float), doubles, rtol=1e-12, atol=1e-14)
