"""Arrays where rules go wrong: zeros, ties, singular matrices, empty arrays, any index."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import hodiff


def leaf(x: Any, dtype: Any = None) -> hodiff.Tensor:
    return hodiff.tensor(x, dtype, requires_grad=True)


def words(text: str) -> list[str]:
    return text.split()


def orders(y: hodiff.Tensor, x: hodiff.Tensor, n: int) -> list[list[float]]:
    """The first n gradients, each of the sum of the one before."""
    found = []
    for _ in range(n):
        if not y.requires_grad:
            found.append(np.zeros(x.shape).tolist())
            continue
        (y,) = hodiff.grad(y.sum(), x, create_graph=True, materialize_grads=True)
        found.append(y.tolist())
    return found


def hessian(f: Any, x: Any) -> np.ndarray[Any, Any]:
    t = leaf(x)
    (g,) = hodiff.grad(f(t), t, create_graph=True)
    rows = [hodiff.grad(v, t, retain_graph=True)[0].numpy() for v in g.reshape(-1)]
    return np.array(rows).reshape(np.shape(x) * 2)


# Known failures of the field.


def test_prod_where_entries_are_zero() -> None:
    t = leaf([0.0, 0.0, 3.0, 2.0])
    (g,) = hodiff.grad(t.prod(), t, create_graph=True)
    assert g.tolist() == [0, 0, 0, 0]
    (h,) = hodiff.grad(g[0], t, create_graph=True)
    assert h.tolist() == [0, 6, 0, 0]
    (k,) = hodiff.grad(h[1], t, create_graph=True)
    assert k.tolist() == [0, 0, 2, 3]
    (c,) = hodiff.grad(hodiff.cumprod(t, 0).sum(), t)
    assert c.tolist() == [1, 0, 0, 0]


def test_prod_has_few_nodes() -> None:
    from hodiff.engine.graph import topological

    t = leaf(np.ones(1000))
    assert len(topological([t.prod()])) < 80


def test_norm_at_zero() -> None:
    # pytorch/pytorch#2421
    t = leaf([0.0, 0.0])
    assert orders(t.norm(), t, 1) == [[0, 0]]
    t = leaf([[0.0, 0.0], [3.0, 4.0]])
    (g,) = hodiff.grad(hodiff.linalg.norm(t, dim=1).sum(), t)
    np.testing.assert_allclose(g.tolist(), [[0, 0], [0.6, 0.8]], rtol=1e-15)


def test_norm_of_large_and_small_entries() -> None:
    assert hodiff.tensor([3e200, 4e200]).norm().item() == pytest.approx(5e200, rel=1e-15)
    assert hodiff.tensor([3e-200, 4e-200]).norm().item() == pytest.approx(5e-200, rel=1e-15)


def test_power_at_zero() -> None:
    # pytorch/pytorch#27134, #95180; tensorflow/tensorflow#35011
    t = leaf([0.0, 2.0])
    assert orders(t**2, t, 4) == [[0, 4], [2, 2], [0, 0], [0, 0]]
    assert hodiff.grad((0.0**t).sum(), t)[0].tolist()[1] == 0


def test_where_with_a_bad_branch() -> None:
    # jax-ml/jax#5798
    t = leaf([-1.0, 0.0, 2.0])
    found = orders(hodiff.where(t > 0, hodiff.log(t), t**2), t, 3)
    np.testing.assert_allclose(found, [[-2, 0, 0.5], [2, 2, -0.25], [0, 0, 0.25]])


def test_sinc_at_zero() -> None:
    # jax-ml/jax#1722
    t = leaf([0.0])
    first, second = orders(np.sinc(t), t, 2)
    assert first == [0]
    assert second[0] == pytest.approx(-(np.pi**2) / 3, rel=1e-14)


def test_a_singular_matrix_is_refused_alone_and_nan_in_a_batch() -> None:
    singular = [[1.0, 2.0], [2.0, 4.0]]
    for requires_grad in (False, True):
        a = hodiff.tensor(singular, requires_grad=requires_grad)
        with pytest.raises(np.linalg.LinAlgError, match="singular"):
            hodiff.linalg.inv(a).sum().item()
        with pytest.raises(hodiff.HodiffError, match="singular"):
            hodiff.linalg.solve(a, hodiff.tensor([1.0, 2.0])).sum().item()
    found = hodiff.linalg.inv([singular, [[2.0, 0.0], [0.0, 4.0]]]).numpy()
    assert np.isnan(found[0]).all() and found[1].tolist() == [[0.5, 0], [0, 0.25]]


def test_det_of_singular_matrices() -> None:
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    t = leaf(a)
    assert hodiff.grad(hodiff.det(t), t)[0].tolist() == [[4, -2], [-2, 1]]
    h = hessian(hodiff.linalg.det, a)
    assert (h[0, 0, 1, 1], h[0, 1, 1, 0], h[0, 0, 0, 0]) == (1, -1, 0)
    (g,) = hodiff.grad(hodiff.det(z := leaf(np.zeros((3, 3)))), z)
    assert not g.numpy().any()


def test_logsumexp_far_out() -> None:
    t = leaf([1000.0, 1000.0, -1000.0])
    y = hodiff.logsumexp(t, 0)
    assert y.item() == pytest.approx(1000 + np.log(2), rel=1e-15)
    np.testing.assert_allclose(orders(y, t, 1)[0], [0.5, 0.5, 0], rtol=1e-12)
    assert hodiff.logsumexp(hodiff.tensor([-np.inf, -np.inf]), 0).item() == -np.inf


def test_extrema_share_ties_evenly() -> None:
    t = leaf([1.0, 3.0, 3.0])
    assert orders(t.amax(0), t, 1) == [[0, 0.5, 0.5]]
    assert orders(t.max(dim=0).values, t, 1) == [[0, 1, 0]]


def test_cholesky_gradient_is_symmetric() -> None:
    t = leaf([[4.0, 1.0], [1.0, 3.0]])
    (g,) = hodiff.grad(hodiff.linalg.cholesky(t).sum(), t)
    assert g[0, 1].item() == g[1, 0].item()


def test_third_derivative_of_the_inverse() -> None:
    t = leaf([[2.0]])
    found = orders(hodiff.linalg.inv(t), t, 3)
    np.testing.assert_allclose(np.ravel(found), [-1 / 4, 2 / 8, -6 / 16])


# Sizes 0 and shape ().


@pytest.mark.parametrize(
    "expression",
    words(
        "x.sum() x.mean(0) x.prod() x.reshape(0) x.T x[:0] x@x.T hodiff.cat([x,x]) x.cumsum(0) "
        "x.logsumexp(1) x.norm() hodiff.sort(x,0).values hodiff.einsum('ij,kj->ik',x,x) x.flip(0) "
        "hodiff.tril(x) x.softmax(1) hodiff.stack([x,x]) x.diff(dim=1) x.roll(1,0)"
    ),
)
def test_empty(expression: str) -> None:
    x = leaf(np.zeros((0, 3)))
    y = eval(expression, {"hodiff": hodiff, "x": x})
    (g,) = hodiff.grad(y.sum(), x, create_graph=True)
    assert g.shape == (0, 3)
    assert g.numpy().shape == (0, 3) if not g.requires_grad else True


@pytest.mark.parametrize(
    "expression",
    words(
        "x.sum() x.sum(0) x.mean() x.prod(0) x.amax(0) x.norm() x.logsumexp(0) x.cumsum(0) "
        "x.reshape(1) x.T x[None] x[...] x.flatten() x.clone() hodiff.stack([x,x]) "
        "x.sort().values x.max() x.expand(2,3) x.unsqueeze(0) x.squeeze() hodiff.outer(x,x)"
    ),
)
def test_scalar(expression: str) -> None:
    x = leaf(1.5)
    y = eval(expression, {"hodiff": hodiff, "x": x})
    (g,) = hodiff.grad(y.sum(), x)
    assert g.shape == ()
    assert np.isfinite(g.item())


# float32 stays float32.


@pytest.mark.parametrize(
    "expression",
    words(
        "x**3/2 x.norm() x.logsumexp(0) hodiff.erf(x) hodiff.sinc(x) hodiff.lgamma(x*x+1) "
        "hodiff.nn.functional.gelu(x) x[[0,0]] x[0] x.cumsum(0) x.std() hodiff.stack([x,x]) "
        "hodiff.cat([x,x]) hodiff.where(x>0,x,0) x@x hodiff.linalg.solve(x@x.T+1,x) x.softmax(1) "
        "x.sort().values hodiff.tril(x) hodiff.einsum('ij,jk,kl',x,x,x) x[0,0]*hodiff.pi x.prod() "
        "x.det() x.mean(0) hodiff.relu(x) x.amax(0) hodiff.sqrt(hodiff.tensor(2.0))*x"
    ),
)
def test_float32(expression: str) -> None:
    x = leaf(np.array([[1.0, 2.0], [0.5, 3.0]]), "float32")
    assert eval(expression, {"hodiff": hodiff, "x": x}).dtype == np.float32


# Indexing, whatever the index.

basic = arrays.basic_indices((3, 4, 2), allow_newaxis=True, allow_ellipsis=True, max_dims=6)
advanced = arrays.integer_array_indices((3, 4, 2))
masks = arrays.arrays(bool, (3, 4))
DATA = np.random.default_rng(0).normal(size=(3, 4, 2))


@settings(deadline=None, max_examples=200)
@given(basic | advanced | masks)
def test_index_is_numpys_and_its_gradient_the_transpose(index: Any) -> None:
    t = leaf(DATA)
    y, expected = t[index], DATA[index]
    assert y.shape == expected.shape
    assert np.array_equal(y.detach().numpy(), expected)
    weights = np.cos(np.arange(expected.size)).reshape(expected.shape)
    (g,) = hodiff.grad((y * weights).sum(), t, create_graph=True)
    placed = np.zeros_like(DATA)
    np.add.at(placed, index, weights)
    np.testing.assert_allclose(g.detach().numpy(), placed, rtol=1e-15, atol=1e-15)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=3), st.data())
def test_einsum_is_numpys(letters: list[str], data: st.DataObject) -> None:
    used = sorted(set("".join(letters)))
    result = "".join(data.draw(st.permutations(used)))[: data.draw(st.integers(0, len(used)))]
    spec = ",".join(letters) + data.draw(st.sampled_from(["", "->" + result]))
    rng = np.random.default_rng(1)
    xs = [rng.normal(size=tuple("abc".index(c) + 2 for c in axes)) for axes in letters]
    ts = [leaf(x) for x in xs]
    y = hodiff.einsum(spec, *ts)
    np.testing.assert_allclose(y.detach().numpy(), np.einsum(spec, *xs), rtol=1e-12, atol=1e-12)
    # Euler: y is linear in each operand, so <dy/dx, x> = y.
    for x, g in zip(xs, hodiff.grad(y.sum(), ts), strict=True):
        assert (g.numpy() * x).sum() == pytest.approx(y.sum().item(), rel=1e-10, abs=1e-10)


# Random numbers.


def test_seeds_repeat_random_numbers() -> None:
    hodiff.manual_seed(3)
    first = [hodiff.rand(2, 3).tolist(), hodiff.randn(2).tolist()]
    hodiff.manual_seed(3)
    assert first == [hodiff.rand(2, 3).tolist(), hodiff.randn((2,)).tolist()]


# The module.


def test_import_is_cheap() -> None:
    code = (
        "import sys, hodiff; a = sorted({'numpy', 'click', 'lark', 'scipy'} & set(sys.modules));"
        "x = hodiff.tensor(2.0, requires_grad=True); hodiff.grad(hodiff.sin(x)*x, x)[0].item();"
        "print(a, 'numpy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[] False"


def test_every_name_is_there_and_hides_no_module() -> None:
    import importlib
    import pkgutil

    from hodiff.library import NAMES

    for name in NAMES:
        assert getattr(hodiff, name) is not None or name == "newaxis"
    modules = {m.name for m in pkgutil.iter_modules(importlib.import_module("hodiff").__path__)}
    assert not modules & {*NAMES, "grad", "variable", "constant", "formula", "evaluate"}


def test_unknown_names_say_so() -> None:
    with pytest.raises(AttributeError, match="no_such"):
        _ = hodiff.no_such
    with pytest.raises(AttributeError, match="no_such"):
        leaf(1.0).no_such()


@pytest.mark.parametrize(
    ("find", "mend"),
    [
        (lambda: hodiff.autograd.Variable, r"no autograd\.Variable: tensor\(data"),
        (lambda: hodiff.autograd.functional.jacobain, "mean 'jacobian'"),
        (lambda: hodiff.func.functional_call, "a function of its parameters"),
        (lambda: hodiff.linalg.eig, "mean 'eigh'"),
        (lambda: hodiff.tanhh, "mean 'tanh'"),
        (lambda: hodiff.optim, "a step is w ="),
        (lambda: leaf(1.0).zero_(), r"never written to: w\.grad = None"),
        (lambda: leaf(1.0).add_(1), r"y = y\.add\("),
    ],
)
def test_what_is_not_here_is_refused_with_the_mend(find: Callable[[], Any], mend: str) -> None:
    with pytest.raises(AttributeError, match=mend):
        find()


def test_past_the_degree_of_a_polynomial() -> None:
    """As in PyTorch, a derivative that is constant can be differentiated again."""
    x = hodiff.tensor(3.0, requires_grad=True)
    y, found = x**2, []
    for _ in range(4):
        (y,) = hodiff.grad(y, x, create_graph=True)
        found.append(y.item())
    assert found == [6, 2, 0, 0]


@pytest.mark.parametrize("tracked", [False, True])
def test_an_index_into_a_stack_has_numpys_axes(tracked: bool) -> None:
    values = np.arange(9.0).reshape(3, 3)
    t = hodiff.tensor(values, requires_grad=tracked)
    found = hodiff.stack([t, t])[0, :, [1, 2]].detach().numpy()
    assert np.array_equal(found, np.stack([values, values])[0, :, [1, 2]])


def test_cross_entropy_of_single_precision_is_single() -> None:
    x = hodiff.tensor(np.eye(3), dtype="float32", requires_grad=True)
    loss = hodiff.nn.functional.cross_entropy(x, hodiff.tensor([0, 1, 2]).long())
    assert loss.dtype == hodiff.grad(loss, x)[0].dtype == np.float32
