"""hodiff.functional and the edges of tensors: what is refused, and what must not leak."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import hodiff
from hodiff.functional import grad, hessian, hvp, jacobian, jvp, nth, value_and_grad, vjp


def test_operators_work_first_thing_in_a_process() -> None:
    program = "import hodiff; x = hodiff.variable('x'); print(x * x + 1)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("tensor(x**2 + 1)\n", "")


@pytest.mark.parametrize(
    "inner",
    [
        lambda p: grad(lambda t: p * t**3)(2.0),  # 12 p
        lambda p: nth(lambda t: p * t**4, 2)(1.0),  # 12 p
        lambda p: jacobian(lambda t: 6 * p * t**2)(1.0),  # 12 p
        lambda p: hvp(lambda t: p * t**3, [2.0], [1.0]),  # 12 p
        lambda p: jvp(lambda t: 4 * p * t, [1.0], [3.0])[1],  # 12 p
        lambda p: vjp(lambda t: 4 * p * t, 1.0)[1](3.0),  # 12 p
    ],
)
def test_an_inner_call_leaves_nothing_tracked(inner: Callable[[Any], Any]) -> None:
    found = grad(inner)(5.0)
    assert found.numpy() == 12.0  # numpy() refuses a tensor that is tracked
    assert not found.requires_grad


def test_a_call_inside_is_differentiated_through() -> None:
    """d/dp of the sum of the gradient of sum(t**3)*p at t = x, and the same by hand."""
    matrix = hessian(lambda x: (x * grad(lambda t: (t**3).sum())(x)).sum())(np.array([1.0, 2.0]))
    assert matrix.numpy() == pytest.approx(np.diag([18.0, 36.0]))  # of 3 x**3


@pytest.mark.parametrize("f", [lambda x: float(x) ** 2, lambda x: x.item(), lambda x: 3.0])
def test_a_result_outside_the_graph_is_refused(f: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="must return a tensor, not float"):
        grad(f)(2.0)


def test_a_single_primal_needs_no_list() -> None:
    x, v = np.array([1.0, 2.0]), np.array([1.0, 0.5])
    assert hvp(lambda x: (x**3).sum(), x, v).tolist() == [6.0, 6.0]
    assert jvp(lambda x: x**2, x, v)[1].tolist() == [2.0, 2.0]
    with pytest.raises(ValueError, match="0 vectors for 1 primals"):
        hvp(lambda x: (x**3).sum(), [x], [])


def test_a_value_has_the_shape_of_its_variable() -> None:
    p = hodiff.variable("p", (3,))
    f = (p**2).sum()
    for wrong in (np.ones(4), np.ones(1), 1.0):
        with pytest.raises(ValueError, match="variable p is a vector of 3"):
            hodiff.evaluate([f], {p: wrong})
    points = np.arange(6.0).reshape(2, 3)  # axes of points lead
    assert hodiff.evaluate([f], {p: points})[0].tolist() == [5.0, 50.0]
    assert hodiff.evaluate(f, {p: np.ones(3)}) == 3.0
    with pytest.raises(RuntimeError, match="evaluate"):
        p.numpy()


def assign(t: Any) -> None:
    t[0] = 1


def data(t: Any) -> None:
    t.data = np.zeros(2)


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.__isub__(0.5),
        lambda t: t.__iadd__(0.5),
        lambda t: t.__imul__(0.5),
        lambda t: t.__itruediv__(0.5),
        lambda t: t.sub_(0.5),
        lambda t: t.zero_(),
        lambda t: t.copy_(0.5),
        assign,
        data,
    ],
)
def test_writing_to_a_leaf_is_refused_with_the_mend(write: Callable[[Any], Any]) -> None:
    t = hodiff.tensor([1.0, 2.0], requires_grad=True)
    with (
        hodiff.no_grad(),
        pytest.raises((RuntimeError, AttributeError, TypeError), match="never written to"),
    ):
        write(t)
    assert t.tolist() == [1.0, 2.0]


def test_augmented_assignment_elsewhere_makes_a_new_tensor() -> None:
    t = hodiff.tensor([1.0, 2.0], requires_grad=True)
    y = t * 2
    before = y
    y += 1
    assert before.tolist() == [2.0, 4.0] and y.tolist() == [3.0, 5.0]
    assert hodiff.grad(y.sum(), t)[0].tolist() == [2.0, 2.0]


X = np.array([1.0, 2.0])


def test_what_is_tracked_outside_is_tracked_in_the_result_alone() -> None:
    """Of several results those are detached that nothing outside tracks."""
    p = hodiff.tensor(3.0, requires_grad=True)
    value, slope = value_and_grad(lambda x: (x**2).sum() + p)(X)
    assert value.requires_grad and not slope.requires_grad
    J = jacobian(lambda x: (p * x, x**2))(X)
    assert [y.requires_grad for y in J] == [True, False]
    assert hodiff.grad(J[0].sum(), p)[0].item() == 2
    F = hodiff.autograd.functional
    for found in (F.jacobian(lambda x: p * x, hodiff.tensor(X)), *F.hvp(
        lambda x: p * (x**2).sum(), hodiff.tensor(X), hodiff.tensor(X)
    )):  # fmt: skip
        assert not found.requires_grad and found.numpy() is not None


def test_several_outputs() -> None:
    y, pull = vjp(lambda x: {"s": x.sum(), "t": (x**2, x)}, X)
    assert y["s"].item() == 3 and y["t"][0].tolist() == [1, 4]
    assert pull({"s": 1.0, "t": ([1.0, 1.0], X)}).tolist() == [1 + 2 + 1, 1 + 4 + 2]
    for wrong in ({"s": 1.0}, [1.0, (X, X)], {"s": 1.0, "t": [X]}):
        with pytest.raises(ValueError, match="of 2 is needed here"):
            pull(wrong)
    out, tangent, aux = jvp(lambda x: ((x, x.sum()), {"n": 7}), [X], [X], has_aux=True)
    assert out[1].item() == tangent[1].item() == 3 and aux == {"n": 7}
    y, pull, aux = vjp(lambda x: (x**2, [x + 1, "said"]), X, has_aux=True)
    assert pull(X).tolist() == [2, 8] and aux[0].tolist() == [2, 3] and aux[1] == "said"
    with pytest.raises(TypeError, match="one tensor, not 2"):
        grad(lambda x: (x.sum(), x.sum()))(X)
    for transform in (grad, jacobian):
        with pytest.raises(TypeError, match="returns a pair"):
            transform(lambda x: x.sum(), has_aux=True)(X)


def test_hessians_of_vectors() -> None:
    f = lambda x, y: hodiff.outer(x, y) ** 2  # noqa: E731
    H = hessian(f, argnums=(0, 1))(X, X[:1] + 2)
    assert [[h.shape for h in row] for row in H] == [
        [(2, 1, 2, 2), (2, 1, 2, 1)], [(2, 1, 1, 2), (2, 1, 1, 1)],
    ]  # fmt: skip
    assert H[0][0].tolist() == [[[[18, 0], [0, 0]]], [[[0, 0], [0, 18]]]]  # 2 y^2
    assert H[0][1].tolist() == [[[[12], [0]]], [[[0], [24]]]]  # 4 x y
    assert hessian(lambda x, *, power: (x**power).sum())(X, power=3).tolist() == [[6, 0], [0, 12]]


@pytest.mark.parametrize("transform", [grad, jacobian, hessian, value_and_grad])
def test_a_point_for_argnums_is_refused_with_the_mend(transform: Callable[..., Any]) -> None:
    for point in (hodiff.tensor(X), X, (hodiff.tensor(2.0),)):
        with pytest.raises(TypeError, match=r"hodiff\.autograd\.functional"):
            transform(lambda x: x.sum(), point)
    with pytest.raises(ValueError, match=r"names argument (-1|0) twice"):
        transform(lambda x: x.sum(), argnums=(0, -1))(X)


@pytest.mark.parametrize(
    "call",
    [
        lambda: jacobian(lambda x: x, chunk_size=1),
        lambda: hodiff.func.jacfwd(lambda x: x, randomness="same"),
        lambda: hodiff.autograd.functional.jvp(lambda x: x, X, strategy="reverse-mode"),
        lambda: hodiff.autograd.gradcheck(lambda x: x, X, fast_mode=True),
    ],
)
def test_a_keyword_that_does_nothing_is_refused_by_name(call: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        call()


def test_a_strategy_is_one_of_two() -> None:
    F = hodiff.autograd.functional
    for call in (
        lambda: F.jacobian(lambda x: x, X, strategy="sideways"),
        lambda: F.hessian(lambda x: x.sum(), X, outer_jacobian_strategy="sideways"),
    ):
        with pytest.raises(ValueError, match="'sideways'"):
            call()


def test_create_graph_keeps_a_constant_in_the_graph() -> None:
    """As PyTorch does: a penalty on the Hessian of a quadratic can be walked."""
    x = hodiff.tensor(X, requires_grad=True)
    F = hodiff.autograd.functional
    H = F.hessian(lambda a: (a**2).sum(), x, create_graph=True)
    assert hodiff.grad((H**2).sum(), x)[0].tolist() == [0, 0]


def test_weighted_logsumexp_is_scipys() -> None:
    x, b = np.array([[1.0, -2.0, 700.0], [0.5, 800.0, 3.0]]), np.array([[2.0, 0.5, 0.0]])
    ours, theirs = hodiff.special.logsumexp, scipy.special.logsumexp
    np.testing.assert_allclose(ours(x, axis=1, b=b).numpy(), theirs(x, axis=1, b=b), rtol=1e-15)
    signed = ours(x, dim=0, b=-b, keepdims=True, return_sign=True)
    for found, expected in zip(
        signed, theirs(x, axis=0, b=-b, keepdims=True, return_sign=True), strict=True
    ):
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-15)
    z, w = np.array([0.3, -1.0, 2.0]), np.array([2.0, -0.5, 3.0])
    hodiff.check_grads(lambda x, b: ours(x, b=b), z, w)
    # d/dx of log(sum b e^x) is b e^x by the sum.
    shares = w * np.exp(z) / np.sum(w * np.exp(z))
    assert grad(lambda x: ours(x, b=w))(z).tolist() == pytest.approx(shares.tolist())


@pytest.mark.parametrize(
    "like",
    [hodiff.zeros_like, hodiff.ones_like, lambda x: hodiff.full_like(x, 2.0)],
    ids=["zeros", "ones", "full"],
)
def test_vmaps_argument_has_others_of_its_shape(like: Callable[[Any], Any]) -> None:
    """Though it has no numbers yet: the same as row by row."""

    def f(x: Any) -> Any:
        return (hodiff.sin(x) * like(x) + like(x)).sum()

    batch = hodiff.tensor(np.arange(6.0).reshape(2, 3))
    for transform in (f, grad(f)):
        rows = [transform(row).numpy() for row in batch]
        np.testing.assert_allclose(hodiff.func.vmap(transform)(batch).numpy(), rows, rtol=1e-15)
