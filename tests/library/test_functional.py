"""hodiff.functional and the edges of tensors: what is refused, and what must not leak."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff.functional import grad, hessian, hvp, jacobian, jvp, nth, vjp


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
