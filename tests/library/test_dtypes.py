"""Points of whole numbers; second derivatives where dtypes are mixed, against PyTorch itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff import functional

WHOLE = np.array([1, 2, 3])


@pytest.mark.parametrize("name", ["grad", "jacobian", "jacrev", "jacfwd", "hessian"])
@pytest.mark.parametrize("dtype", ["int64", "int32"])
def test_derivatives_at_whole_numbers_are_those_at_the_same_floats(name: str, dtype: str) -> None:
    """They were cut to whole numbers: the Jacobian of sin was 0."""
    transform = getattr(functional, name)
    found = transform(lambda x: hodiff.sin(x).sum())(WHOLE.astype(dtype))
    expected = transform(lambda x: hodiff.sin(x).sum())(WHOLE.astype(float))
    assert found.dtype == "float64"
    np.testing.assert_array_equal(found.numpy(), expected.numpy())
    closed = -np.diag(np.sin(WHOLE)) if name == "hessian" else np.cos(WHOLE)
    np.testing.assert_allclose(found.numpy(), closed, rtol=1e-15, atol=1e-300)


def test_at_a_whole_number() -> None:
    slope = functional.jacobian(hodiff.sin)(np.array(2))
    assert slope.dtype == "float64" and slope.item() == np.cos(2)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_that_is_an_array_of_whole_numbers(dtype: type, create_graph: bool) -> None:
    x = hodiff.tensor(np.ones(3, dtype), requires_grad=True)
    (g,) = hodiff.grad((hodiff.tensor(WHOLE) * x).sum(), x, create_graph=create_graph)
    assert g.dtype == dtype and g.tolist() == [1, 2, 3]


def test_whole_numbers_require_no_gradient() -> None:
    with pytest.raises(RuntimeError, match="only Tensors of floating point"):
        hodiff.tensor(WHOLE).requires_grad_()


PROGRAMS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "a*b**2": lambda m, a, b: a * b**2,
    "sin(a*b)": lambda m, a, b: m.sin(a * b),
    "exp(a)/b": lambda m, a, b: m.exp(a) / b,
    "a**3+b**3": lambda m, a, b: a**3 + b**3,
    "sqrt(a)*tanh(b)": lambda m, a, b: m.sqrt(a) * m.tanh(b),
    "where(a>b,a*a,b*b*a)": lambda m, a, b: m.where(a > b, a * a, b * b * a),
    "a.sum()*b": lambda m, a, b: a.sum() * b * b * a,
    "a*2.5*b": lambda m, a, b: a * 2.5 * b * b,
}
SHAPES = [((3,), (3,)), ((3,), ()), ((), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3))]


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_second_derivatives_of_mixed_dtypes_are_pytorchs(name: str, shapes: Any) -> None:
    torch = pytest.importorskip("torch")
    draw = np.random.default_rng(0)
    for dtypes in itertools.product(["float32", "float64"], repeat=2):
        points = [draw.uniform(0.5, 2, s).astype(d) for s, d in zip(shapes, dtypes, strict=True)]
        there = []
        for module, grad in ((torch, torch.autograd.grad), (hodiff, hodiff.grad)):
            xs = [module.tensor(x, requires_grad=True) for x in points]
            y = PROGRAMS[name](module, *xs)
            first = grad(y.sum(), xs, create_graph=True)
            second = grad(sum((g * g).sum() for g in first), xs)
            there.append([y, *first, *second])
        for own, theirs in zip(there[1], there[0], strict=True):
            assert f"torch.{own.dtype}" == str(theirs.dtype), (dtypes, own)
            rtol = 1e-5 if "float32" in dtypes else 1e-12
            np.testing.assert_allclose(own.tolist(), theirs.tolist(), rtol=rtol)


def test_a_scalar_tensor_has_a_dtype_and_a_number_has_none() -> None:
    """The rules of torch.result_type, as its page has them."""
    single, double = hodiff.tensor(2.0, dtype="float32"), hodiff.tensor(0.1)
    array = hodiff.tensor(np.ones(3, np.float32))
    assert (single * double).dtype == "float64" and (single * double).item() == 0.2
    assert (single * 0.1).dtype == (single * np.float64(0.1)).dtype == "float32"
    assert (array * double).dtype == (array * single).dtype == "float32"
    assert (single.double() * single).dtype == "float64"
    assert (double.float() * single).dtype == "float32"


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_number_and_a_tensor_in_the_same_program(create_graph: bool) -> None:
    """What is remembered of the one isn't taken for the other."""
    for _ in range(2):
        for factor, dtype in ((0.1, "float32"), (hodiff.tensor(0.1), "float64")):
            x = hodiff.tensor(2.0, dtype="float32", requires_grad=True)
            y = x * factor * x
            (g,) = hodiff.grad(y, x, retain_graph=True, create_graph=create_graph)
            assert y.dtype == dtype and g.dtype == "float32"
            assert g.item() == pytest.approx(0.4, rel=1e-6)


@pytest.mark.parametrize("dtype", ["int64", "int32"])
def test_a_power_that_no_whole_number_holds_is_a_float(dtype: str) -> None:
    """numpy and PyTorch give what is left of it: 10**20 is 7766279631452241920 there."""
    whole = hodiff.tensor([10, -3, 2], dtype=dtype)
    for exponent, kind in ((9, "i"), (20, "f"), (-2, "f")):
        found = whole**exponent
        assert found.dtype.kind == kind
        np.testing.assert_array_equal(found.tolist(), [n**exponent for n in (10, -3, 2)])
