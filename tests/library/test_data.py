"""What goes into a graph and out of it: no complex numbers, no gradient lost in silence."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

import hodiff

COMPLEX = """
x*(1+2j)
abs(x*(1+2j))
x + 1j
1j - x
x/1j
1j/x
x**1j
1j**x
s*1j
s**1j
1j**s
s + np.complex64(1)
x @ z
z*x
z - x
x == 1j
x < 1j
np.multiply(x, z)
np.dot(x, z)
np.where(x > 0, x, 1j)
np.sum(x, dtype=complex)
hodiff.where(x > 0, 1j, x)
hodiff.add(x, x, alpha=1j)
hodiff.clamp(x, 1j)
hodiff.round(x, decimals=1j)
hodiff.masked_fill(x, x > 0, 1j)
hodiff.cat([x, [1j]])
hodiff.stack([s, 1j])
hodiff.einsum('i,i', x, z)
hodiff.nn.functional.softplus(x, beta=1j)
hodiff.sqrt(np.complex128(-1))
hodiff.sin(z)
hodiff.tensor(1j)
hodiff.tensor(z)
hodiff.tensor([1.0, 2j])
hodiff.tensor(z, dtype=float)
hodiff.tensor(1.0, dtype=complex)
hodiff.as_tensor(z)
hodiff.full((2,), 1j)
hodiff.full_like(x, 1j)
hodiff.linspace(0, 1j, 3)
hodiff.logspace(0, 1j, 3)
hodiff.arange(1j)
hodiff.zeros(2, dtype=complex)
hodiff.eye(2, dtype="complex64")
hodiff.zeros_like(x, dtype=complex)
x.to(complex)
x.type(complex)
x.astype("complex64")
x.sum(dtype=complex)
x.cumsum(0, dtype=complex)
hodiff.grad(x.sum(), x, [1j])
x.sum().backward(1j)
hodiff.functional.grad(lambda t: t**2)(1j)
hodiff.functional.jacobian(lambda t: t*1j)(np.ones(2))
hodiff.functional.hvp(lambda t: t**2, (1.0,), (1j,))
hodiff.functional.vmap(lambda t: t**2)(z)
hodiff.evaluate(v*v, {v: 1j})
hodiff.evaluate(v*v, {v: z})
hodiff.evaluate(v*v, {v: 1j}, digits=9)
""".strip().splitlines()


@pytest.mark.parametrize("text", COMPLEX)
def test_complex_numbers_are_refused_by_name(text: str) -> None:
    """They were computed with in part, or lost their imaginary part on the way."""
    names: dict[str, Any] = {
        "hodiff": hodiff,
        "np": np,
        "x": hodiff.tensor([1.0, 2.0], requires_grad=True),
        "s": hodiff.tensor(2.0, requires_grad=True),
        "z": np.array([1 + 1j, 2]),
        "v": hodiff.variable("v"),
    }
    with pytest.raises(TypeError, match=r"holds real numbers, not complex.*z\.real, z\.imag"):
        eval(text, names)


@pytest.mark.parametrize("data", ["a", None, np.array(["2020-01-01"], "M8[D]"), [object()]])
def test_what_is_no_number_is_refused(data: Any) -> None:
    with pytest.raises(TypeError, match="a tensor holds numbers, not"):
        hodiff.tensor(data)


# What a tensor fills, ends or is put into.

KEPT = """
hodiff.full((3,), x) ; 3
hodiff.full((2, 2), x*x) ; 16
hodiff.full_like(v, x) ; 2
np.full_like(v, x) ; 2
hodiff.linspace(0, x, 4) ; 2
hodiff.linspace(x, 1, 4) ; 2
hodiff.linspace(x, x*x, 3) ; 1 + 2.5 + 4
hodiff.linspace(x, x*x, 1) ; 1
hodiff.linspace(1, x, steps=0) ; 0
np.linspace(0, x, 4) ; 2
np.linspace(0, x, num=4) ; 2
np.linspace(0, x, 4, endpoint=False) ; 1.5
np.linspace(start=v, stop=x, num=3) ; 2*(1/2 + 1)
hodiff.logspace(0, x, 3) ; math.log(10)*(10/2 + 100)
hodiff.logspace(x, 0, 3, base=2) ; math.log(2)*(4 + 2/2)
np.logspace(0, x, 3) ; math.log(10)*(10/2 + 100)
np.logspace(1, 2, 2, base=x) ; 1 + 4
hodiff.as_tensor([x, 1.0, x*x]) ; 1 + 4
hodiff.array([x, 1.0, x*x]) ; 1 + 4
hodiff.array([[x, 1], [2.0, x]]) ; 2
hodiff.asarray((x, x)) ; 2
hodiff.stack([x, x]) ; 2
np.stack([x, x]) ; 2
np.stack([v, x*v]) ; 3
np.concatenate([v, x*v]) ; 3
np.add(np.ones(2), x) ; 2
np.ones(2)*x ; 2
np.ones(2)@(x*v) ; 3
np.float64(3)*x ; 3
max(x, 1)*1 ; 1
sum([x, x]) ; 2
""".strip().splitlines()


def scope() -> dict[str, Any]:
    leaf = hodiff.tensor(2.0, requires_grad=True)
    return {"hodiff": hodiff, "np": np, "math": math, "x": leaf, "v": hodiff.tensor([1.0, 2.0])}


@pytest.mark.parametrize("line", KEPT)
def test_the_graph_goes_on(line: str) -> None:
    text, slope = line.split(" ; ")
    names = scope()
    y = eval(text, names)
    (g,) = hodiff.grad(y.sum(), names["x"])
    assert g.item() == pytest.approx(eval(slope, names), rel=1e-15)


@pytest.mark.parametrize("text", ["2, 7.5, 9", "np.ones(2), 3, 4", "5, -1, 1", "1, 2, 0"])
def test_the_numbers_between_are_numpys(text: str) -> None:
    start, end, steps = eval(text)
    for name in ("linspace", "logspace"):
        expected = getattr(np, name)(start, end, steps)
        found = getattr(hodiff, name)(start, end, steps)
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-15)
        tracked = getattr(hodiff, name)(start, hodiff.tensor(end, requires_grad=True), steps)
        np.testing.assert_allclose(tracked.detach().numpy(), expected, rtol=4e-15)


WARNED = """
float(x)
int(x)
complex(x)
math.sin(x)
'%g' % x
np.float64(x)
r.__setitem__(0, x)
r.fill(x)
hodiff.tensor(x)
hodiff.tensor(v*x)
hodiff.tensor([x, 1.0])
hodiff.tensor([[1.0], [x]], requires_grad=True)
""".strip().splitlines()


@pytest.mark.parametrize("text", WARNED)
def test_a_loss_is_warned_of(text: str) -> None:
    """As PyTorch warns; the warning points at the caller's line."""
    with pytest.warns(UserWarning, match=r"gradient is lost.*hodiff\.stack.*detach") as met:
        eval(text, {**scope(), "r": np.zeros(2)})
    assert met[0].filename == "<string>" or met[0].filename.endswith("test_data.py")


REFUSED = """
np.array(x)
np.array([x, x])
np.array([x, 1.0])
np.asarray([v*x, v])
np.mean([x, x])
np.full(3, x)
np.arange(x)
hodiff.arange(0, x)
np.r_[v*x, x]
r.__setitem__(slice(None), v*x)
r.__setitem__(np.array([True, False]), (v*x)[:1])
r.put([0], x)
""".strip().splitlines()


@pytest.mark.parametrize("text", REFUSED)
def test_what_numpy_would_lose_is_refused(text: str) -> None:
    with pytest.raises(RuntimeError, match=r"gradient is lost.*hodiff\.stack.*detach"):
        eval(text, {**scope(), "r": np.zeros(2)})


QUIET = """
x.item()
x.tolist()
bool(x)
f'{x:.2f} {x}'
float(x.detach())
math.sin(x.detach())
np.array([x.detach(), 1.0])
r.__setitem__(0, x.detach())
r.__setitem__(slice(None), v)
hodiff.tensor(v)
hodiff.tensor([v, v])
""".strip().splitlines()


@pytest.mark.parametrize("text", QUIET)
def test_what_asks_for_the_value_alone_is_quiet(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        eval(text, {**scope(), "r": np.zeros(2)})


def test_what_is_made_has_the_dtype_that_is_asked_for() -> None:
    x = hodiff.tensor(2.0, dtype="float32", requires_grad=True)
    assert hodiff.full((2,), x).dtype == "float32"
    assert hodiff.full((2,), x, dtype="float64").dtype == "float64"
    assert hodiff.full((2,), 3).dtype == "float64"
    assert hodiff.full_like(hodiff.tensor([1, 2], dtype=int), 3).dtype == "int64"
    assert hodiff.full_like(x, 3.5).dtype == "float32"
    assert hodiff.linspace(0, 1, 3, dtype="float32").dtype == "float32"
    made = hodiff.full((2,), 3.0, requires_grad=True)
    assert made.is_leaf
    assert made.requires_grad
    with pytest.raises(ValueError, match="expand"):
        hodiff.full((2,), [1.0, 2.0])
