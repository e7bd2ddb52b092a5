"""The contract of torch.autograd.grad."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff import grad
from hodiff.arithmetic.program import evaluate
from hodiff.engine.graph import Tensor, constant, topological, variable
from tests.graphs import FUNCTION, sin, total


def value(g: Tensor | None, **at: Any) -> Any:
    assert g is not None
    leaves = {n: n.attributes[0] for n in topological([g]) if n.operation.name == "variable"}
    (found,) = evaluate([g], {n: np.array(at[name]) for n, name in leaves.items()})
    return np.asarray(found).tolist()


def test_create_graph(x: Tensor) -> None:
    (g,) = grad(x**3, x, create_graph=True)
    assert g.requires_grad
    (h,) = grad(g, x, create_graph=True)
    assert value(h, x=2.0) == 12


def test_without_create_graph_the_result_is_detached(x: Tensor) -> None:
    (g,) = grad(3 * x, [x])
    assert not g.requires_grad
    assert value(g) == 3
    with pytest.raises(RuntimeError):
        grad(g, x)


def test_gradients_have_their_inputs_shape(x: Tensor, w: Tensor) -> None:
    found = grad(total(x * w), [x, w], create_graph=True)
    assert [g.shape for g in found] == [(), (3,)]
    assert [value(g, x=2.0, w=[1.0, 2.0, 3.0]) for g in found] == [6, [2, 2, 2]]


def test_an_unused_input_is_refused_unless_allowed(x: Tensor, y: Tensor, w: Tensor) -> None:
    f = x * 2
    with pytest.raises(RuntimeError, match="allow_unused"):
        grad(f, [x, y], create_graph=True)
    with pytest.raises(RuntimeError, match="allow_unused"):
        grad(f, [x, y], create_graph=True, allow_unused=False)
    assert grad(f, [x, y], create_graph=True, allow_unused=True)[1] is None
    for allowed in (None, True):
        zeros = grad(f, [x, w], create_graph=True, allow_unused=allowed, materialize_grads=True)[1]
        assert value(zeros) == [0, 0, 0]


def test_materialize_grads_needs_allow_unused(x: Tensor, y: Tensor) -> None:
    with pytest.raises(ValueError, match="allow_unused"):
        grad(x * 2, [x, y], create_graph=True, allow_unused=False, materialize_grads=True)


def test_a_structural_zero_is_a_zero_not_an_unused_input(x: Tensor) -> None:
    (g,) = grad(FUNCTION["floor"](x), [x], create_graph=True, allow_unused=True)
    assert value(g) == 0


def test_outputs_and_inputs_may_coincide(x: Tensor, y: Tensor) -> None:
    (one,) = grad(x, x, create_graph=True)
    assert value(one) == 1
    found = grad([x, x * y], [x, y], create_graph=True)
    assert [value(g, x=2.0, y=3.0) for g in found] == [4, 2]
    u = sin(x)
    (g,) = grad([u, u * u * y], [u], create_graph=True)
    assert value(g, x=1.0, y=3.0) == pytest.approx(1 + 6 * math.sin(1), rel=1e-15)


def test_inputs_in_the_middle_of_the_graph(x: Tensor) -> None:
    u = sin(x)
    g, h = grad(u * u * x, [u, x], create_graph=True)
    assert value(g, x=2.0) == pytest.approx(4 * math.sin(2), rel=1e-15)
    # In x, through u as well.
    expected = math.sin(2) ** 2 + 4 * math.sin(2) * math.cos(2)
    assert value(h, x=2.0) == pytest.approx(expected, rel=1e-14)


def test_duplicates(x: Tensor, y: Tensor) -> None:
    q = x * y
    assert [value(g, x=2.0, y=3.0) for g in grad(q, [x, x, y], create_graph=True)] == [3, 3, 2]
    assert value(grad([q, q], [x], create_graph=True)[0], y=3.0) == 6
    assert value(grad([q, x * y], [x], create_graph=True)[0], y=3.0) == 6


def test_grad_outputs(x: Tensor, w: Tensor) -> None:
    at = {"x": 2.0, "w": [1.0, 2.0, 3.0]}
    (g,) = grad([w * w * x], [w], [w], create_graph=True)
    assert value(g, **at) == [4, 16, 36]
    found = grad([x * x, w * x], [x, w], [None, w], create_graph=True)
    assert [value(g, **at) for g in found] == [4 + 14, [2, 4, 6]]
    (g,) = grad(w[:1] * x, [x], create_graph=True)  # one entry is scalar enough
    assert value(g, **at) == 1


def test_a_cotangent_is_differentiated_too(x: Tensor, y: Tensor) -> None:
    (g,) = grad(x**2, [x], [y], create_graph=True)
    (h,) = grad(g, [y], create_graph=True)
    assert value(h, x=3.0) == 6


@pytest.mark.parametrize(
    "call",
    [
        lambda x, w: grad(w * 2, [w], create_graph=True),
        lambda x, w: grad([x, w], [w], [x, None], create_graph=True),
        lambda x, w: grad(w * w, [w], [x], create_graph=True),
        lambda x, w: grad(w * w, [w], [w[:2]], create_graph=True),
        lambda x, w: grad(x * x, [x], [w], create_graph=True),
        lambda x, w: grad([x, x * x], [x], [x], create_graph=True),
        lambda x, w: grad(constant(3), [x]),
        lambda x, w: grad(x < 1, [x]),
        lambda x, w: grad(variable("n", (), False) * 2, [x]),
    ],
)
def test_what_torch_refuses(call: Callable[..., Any], x: Tensor, w: Tensor) -> None:
    with pytest.raises(RuntimeError):
        call(x, w)


@pytest.mark.parametrize("allow_unused", [None, True])
def test_an_input_without_requires_grad_is_refused(x: Tensor, allow_unused: bool | None) -> None:
    n = variable("n", (), requires_grad=False)
    with pytest.raises(RuntimeError):
        grad(x * n, [n], create_graph=True, allow_unused=allow_unused)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x * y,
        lambda x, y: x**y,
        lambda x, y: (x.double() * y).sum(),
        lambda x, y: y.float() * x,
        lambda x, y: y.float().double() ** 2 * x,
        lambda x, y: hodiff.stack([x, y]).prod(),
        lambda x, y: hodiff.where(x > 0, x * y, y),
        lambda x, y: hodiff.hypot(x, y),
        lambda x, y: x * y * hodiff.tensor([1, 2], dtype=int).sum(),
    ],
)
@pytest.mark.parametrize("shape", [(), (2,)])
def test_a_gradient_has_the_dtype_of_its_leaf(f: Any, shape: tuple[int, ...]) -> None:
    """PyTorch's rule, with create_graph, in backward() and in second derivatives."""
    x = hodiff.full(shape, 1.5, dtype="float32", requires_grad=True)
    y = hodiff.full(shape, 2.5, dtype="float64", requires_grad=True)
    total = f(x, y).sum()
    first = hodiff.grad(total, [x, y], create_graph=True)
    assert [g.dtype for g in first] == ["float32", "float64"]
    slopes = sum(g.sum() for g in first)
    second = hodiff.grad(slopes, [x, y], retain_graph=True, materialize_grads=True)
    assert [g.dtype for g in second] == ["float32", "float64"]
    total.backward()
    assert [t.grad.dtype for t in (x, y) if t.grad is not None] == ["float32", "float64"]


def test_whole_numbers_take_the_dtype_of_floats_beside_them() -> None:
    """PyTorch's promotion; numpy's is float64."""
    x, n = hodiff.tensor([1.5, 2.5], dtype="float32"), hodiff.tensor([2, 3], dtype=int)
    assert [(x * n).dtype, (n / x).dtype, (x * n.sum()).dtype] == ["float32"] * 3
    assert (x.double() * n).dtype == "float64"


def test_a_node_is_named_after_its_graph_was_let_go() -> None:
    x = hodiff.tensor(2.0, requires_grad=True)
    v = hodiff.tensor([[1.0, 2.0]], requires_grad=True)
    ys = [x**2, 10.0 ** (v * x), 2 - x, v.sum(0), v.sum(), v[0], hodiff.sin(x)]
    sum(y.sum() for y in ys).backward()
    assert all("Backward" in repr(y) for y in ys)
    assert ys[0].grad_fn.name() == "PowBackward0"
    assert [y.grad_fn.name() for y in ys[3:5]] == ["SumBackward1", "SumBackward0"]


def test_the_slope_of_a_remainder_is_the_quotient_rounded_down() -> None:
    """PyTorch's: of 0.3 % 0.1 = 0.09999999999999998 it is -2, though 0.3/0.1 is 3 in doubles."""
    for a, b, slope in ((0.3, 0.1, -2), (1.0, 0.1, -9), (2.0, 2.0, -1), (-4.0, -2.0, -2)):
        x, y = hodiff.tensor(a, requires_grad=True), hodiff.tensor(b, requires_grad=True)
        assert [g.item() for g in hodiff.grad(x % y, [x, y])] == [1, slope]
        assert (x // y).item() == -slope


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda x: x / x, "'DivBackward0' returned nan values in its 1th output"),
        (lambda x: hodiff.sqrt(x**2) * 2, "'PowBackward0' returned nan values in its 0th output"),
        (lambda x: hodiff.log(x) * x, "'LogBackward0' returned nan values in its 0th output"),
    ],
)
def test_nan_is_watched_for(f: Callable[[Any], Any], said: str) -> None:
    """The messages are PyTorch's."""
    x = hodiff.tensor([1.0, 0.0], requires_grad=True)
    grad(f(x).sum(), x)  # of a graph that is met again
    with hodiff.autograd.detect_anomaly(), pytest.raises(RuntimeError, match=said):
        grad(f(x).sum(), x)
    grad(f(x).sum(), x)


def test_a_walk_leaves_nothing_to_those_after_it() -> None:
    """The definition of sind folds 1/2, a node that all share, while nothing is tracked."""
    program = (
        "import hodiff\n"
        "from hodiff.cli import outcome\n"
        "line = ['graph', 'w1**2*sin(w2)', '--at', 'w1=1,w2=pi/2', '--v', '0.5,1']\n"
        "before = outcome(line)\n"
        "x = hodiff.tensor([1.0, 2.0], requires_grad=True)\n"
        "hodiff.grad(hodiff.sind(x).sum(), [x])\n"
        "assert outcome(line) == before\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
