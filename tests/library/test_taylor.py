"""functional.taylor, jet, nth, hessian_diagonal and laplacian: values, conventions, errors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from math import factorial
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from mpmath import mp

import hodiff
from hodiff.functional import (
    grad,
    hessian,
    hessian_diagonal,
    hvp,
    jacobian,
    jet,
    jvp,
    laplacian,
    nth,
    taylor,
    vjp,
)

One = Callable[[Any], Any]

# A function, its equal in mpmath, points.
FUNCTIONS: dict[str, tuple[One, One, list[float]]] = {
    "exp of sin": (
        lambda x: hodiff.exp(hodiff.sin(x)),
        lambda x: mp.exp(mp.sin(x)),
        [0.0, 0.75, -2.0],
    ),
    "a rational function": (
        lambda x: (1 + x) / (2 + x**2),
        lambda x: (1 + x) / (2 + x**2),
        [0.0, 1.5, -3.0],
    ),
    "a power": (lambda x: x**2.5, lambda x: x ** mp.mpf(2.5), [1.0, 2.0, 0.25]),
    "a polynomial": (lambda x: x**7 - 3 * x**2, lambda x: x**7 - 3 * x**2, [0.0, 2.0, -0.5]),
    "x to the x": (lambda x: x**x, lambda x: x**x, [1.0, 2.0, 0.75]),
    "log of cosh": (
        lambda x: hodiff.log(hodiff.cosh(x)),
        lambda x: mp.log(mp.cosh(x)),
        [0.25, 1.0],
    ),
    "gamma": (lambda x: hodiff.exp(hodiff.lgamma(x)), mp.gamma, [1.5, 3.0]),
    "erf": (hodiff.erf, mp.erf, [0.0, 1.0, -2.0]),
    "tanh": (hodiff.tanh, mp.tanh, [0.5, -1.0]),
    "atan": (hodiff.atan, mp.atan, [0.5, 3.0]),
    "where": (
        lambda x: hodiff.where(x > 1, hodiff.log(x), x**3),
        lambda x: mp.log(x) if x > 1 else x**3,
        [0.5, 3.0],
    ),
    "softplus": (hodiff.softplus, lambda x: mp.log1p(mp.exp(x)), [0.5, -1.0]),
}
ORDER = 12


def mpmath_taylor(f: One, at: float, order: int) -> list[float]:
    with mp.workdps(30):
        return [float(c) if abs(c) > 1e-22 else 0.0 for c in mp.taylor(f, mp.mpf(at), order)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_taylor_and_nth_against_mpmath(name: str) -> None:
    """Order 0 to 12; of an array entry by entry."""
    f, reference, points = FUNCTIONS[name]
    expected = np.array([mpmath_taylor(reference, at, ORDER) for at in points]).T
    found = taylor(f, ORDER)(points)
    assert found.shape == (ORDER + 1, len(points))
    assert found.numpy() == pytest.approx(expected, rel=1e-11, abs=1e-14)
    for i, at in enumerate(points):
        single = taylor(f, ORDER)(at)
        assert single.shape == (ORDER + 1,)
        assert single.tolist() == pytest.approx(expected[:, i].tolist(), rel=1e-11, abs=1e-14)
    for order in range(ORDER + 1):
        expected_nth = expected[order] * factorial(order)
        for method in ("auto", "taylor"):
            found_nth = nth(f, order, method=method)(points)
            assert found_nth.shape == (len(points),)
            tolerance = {"rel": 1e-11, "abs": 1e-14 * factorial(order)}
            assert found_nth.tolist() == pytest.approx(expected_nth.tolist(), **tolerance)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_methods_agree(name: str) -> None:
    f, _, points = FUNCTIONS[name]
    for order in range(6):
        a, b, c = (nth(f, order, method=m)(points).tolist() for m in ("nested", "taylor", "auto"))
        assert b == pytest.approx(a, rel=1e-10, abs=1e-12) == c


def test_orders_of_the_coefficients() -> None:
    """taylor of order n begins with taylor of order m; its first is f, to the last bit."""
    for f, _, points in FUNCTIONS.values():
        long, short = taylor(f, 9)(points), taylor(f, 4)(points)
        assert long.numpy()[:5] == pytest.approx(short.numpy(), rel=1e-14, abs=1e-300)
        assert taylor(f, 0)(points).shape == (1, len(points))


@pytest.mark.parametrize("exponent", [3.0, 2.0])
def test_a_power_with_a_whole_float_exponent(exponent: float) -> None:
    """What IEEE arithmetic gives for x**3.0: 2.0**3.0 is 8, and its expansion is exact."""
    n = int(exponent)
    for at in (2.0, 3.0, 1.0, 0.0, -2.0):
        expected = [
            float(mp.binomial(n, k) * mp.mpf(at) ** (n - k)) if k <= n else 0.0 for k in range(7)
        ]
        assert taylor(lambda x: x**exponent, 6)(at).tolist() == expected


@pytest.mark.parametrize("exponent", [3, 3.0])
@pytest.mark.parametrize("at", [-1.0, 0.0, 2.0])
def test_a_power_in_a_tracked_expansion(exponent: float, at: float) -> None:
    """p*x**3: the coefficients, and d/dp of each."""
    p = hodiff.tensor(2.0, requires_grad=True)
    found = taylor(lambda x: p * x**exponent, 4)(at)
    expected = [2 * at**3, 6 * at**2, 6 * at, 2.0, 0.0]
    assert found.tolist() == pytest.approx(expected, rel=1e-14)
    (slope,) = hodiff.grad(found.sum(), p)
    assert slope.item() == pytest.approx(sum(expected) / 2)


@pytest.mark.parametrize("at", [-1.0, 2.0])
def test_the_gradient_of_an_expansion_of_a_power(at: float) -> None:
    """c_1 of x**3 is 3*x**2: its slope is 6*x, whether 3 is an int or a float."""
    for exponent in (3, 3.0):
        found = grad(lambda a, n=exponent: taylor(lambda x: x**n, 2)(a)[1])(at)
        assert found.item() == pytest.approx(6 * at)


# Derivatives of derivatives, in one call inside another.
def test_a_series_of_a_gradient() -> None:
    f = lambda t: t**t  # noqa: E731
    expected = mpmath_taylor(lambda t: t**t * (1 + mp.log(t)), 1.5, 4)
    assert taylor(grad(f), 4)(1.5).tolist() == pytest.approx(expected, rel=1e-11)


def test_nth_of_a_gradient_of_a_power() -> None:
    expected = mpmath_taylor(lambda t: t**t, 1.5, 5)[5] * 120
    for method in ("nested", "auto", "taylor"):
        assert nth(grad(lambda t: t**t), 4, method)(1.5).item() == pytest.approx(
            expected, rel=1e-10
        )


def test_a_series_of_other_gradients() -> None:
    expected = mpmath_taylor(lambda t: mp.cos(t) * mp.exp(mp.sin(t)), 0.7, 6)
    found = taylor(grad(lambda t: hodiff.exp(hodiff.sin(t))), 6)(0.7)
    assert found.tolist() == pytest.approx(expected, rel=1e-11)


def test_gradients_of_taylor_coefficients() -> None:
    """d c_k/dx = (k + 1)*c_(k + 1)."""
    f, at = lambda x: hodiff.exp(hodiff.sin(x)), 0.6
    c = taylor(f, 6)(at).tolist()
    slopes = jacobian(taylor(f, 5))(at).tolist()
    assert slopes == pytest.approx([(k + 1) * c[k + 1] for k in range(6)], rel=1e-12)
    again = grad(lambda x: grad(lambda y: taylor(f, 3)(y)[3])(x))(at)
    assert again.item() == pytest.approx(20 * c[5], rel=1e-12)


def test_an_expansion_in_an_expansion() -> None:
    """The coefficient of s**i*t**j of exp((1 + s)*(1/2 + t)), by mpmath's partial derivatives."""
    found = taylor(lambda x: taylor(lambda y: hodiff.exp(x * y), 3)(0.5), 2)(1.0)
    assert found.shape == (3, 4)
    with mp.workdps(25):
        for i in range(3):
            for j in range(4):
                c = mp.diff(lambda x, y: mp.exp(x * y), (1, mp.mpf(1) / 2), (i, j))
                assert found[i, j].item() == pytest.approx(float(c) / factorial(i) / factorial(j))


@pytest.mark.parametrize(
    "inner",
    [
        lambda p: taylor(lambda x: p * x**4, 3)(1.0)[2] * 2,
        lambda p: jet(lambda x: p * x**4, [1.0], [[1.0, 0.0]])[1][1],
        lambda p: nth(lambda x: p * x**4, 2, "taylor")(1.0),
        lambda p: nth(lambda x: p * x**5, 3)(1.0) / 5,
        lambda p: hessian_diagonal(lambda x: (p * x**4).sum())([1.0])[0],
        lambda p: laplacian(lambda x: (p * x**4).sum())([1.0]),
    ],
)
def test_what_is_tracked_outside_stays_tracked(inner: One) -> None:
    """12*p each; the slope is 12, and nothing stays tracked after."""
    found = grad(inner)(5.0)
    assert found.item() == pytest.approx(12.0)
    assert not found.requires_grad
    p = hodiff.tensor(5.0, requires_grad=True)
    (slope,) = hodiff.grad(inner(p) ** 2, p)
    assert slope.item() == pytest.approx(2 * 12 * 12 * 5.0)
    assert not inner(3.0).requires_grad


def test_gradients_through_jets() -> None:
    """Of the point and of the curve: (x*sin x)''' v**3 in both."""
    f = lambda x: x * hodiff.sin(x)  # noqa: E731
    third = lambda x, v: jet(f, [x], [[v, 0.0, 0.0]])[1][2]  # noqa: E731
    x, v = 0.7, 1.3
    with mp.workdps(25):
        slope_x = float(mp.diff(lambda t: t * mp.sin(t), mp.mpf(x), 4)) * v**3
        slope_v = float(mp.diff(lambda t: t * mp.sin(t), mp.mpf(x), 3)) * 3 * v**2
    assert grad(lambda a: third(a, v))(x).item() == pytest.approx(slope_x, rel=1e-12)
    assert grad(lambda b: third(x, b))(v).item() == pytest.approx(slope_v, rel=1e-12)


# What jax.experimental.jet.jet(f, primals, series) of jax 0.10.2 printed for these arguments, in
# double precision (jax_enable_x64), f written in jax.numpy.
JAX: list[tuple[Callable[..., Any], list[Any], list[Any], Any, list[Any]]] = [
    (lambda x: hodiff.sin(x) * x, [1.2], [[1.0, 0.0, 0.0, 0.0]], 1.1184469031606714,
     [1.3668683913392345, -0.3937313942073238, -3.2309465632736893, -0.33098411474602313]),
    (hodiff.exp, [0.3], [[0.5, -1.0, 2.0, 0.25]], 1.3498588075760032,
     [0.6749294037880016, -1.0123941056820027, 0.843661754734998, 7.8460543190355265]),
    (lambda x, y: x * y + hodiff.tanh(x) / y, [0.5, 2.0], [[1.0, 0.5, -2.0], [-1.0, 3.0, 0.25]],
     1.2310585786300048, [2.008753155797966, 0.4953462304026493, -0.31445104094912274]),
    (hodiff.log, [[0.5, 2.0]], [[[1.0, 2.0], [-1.0, 0.5], [3.0, 0.0]]],
     [-0.6931471805599453, 0.6931471805599453], [[2.0, 1.0], [-6.0, -0.75], [34.0, 1.25]]),
    (lambda a: (a @ a).sum(), [[[1.0, 2.0], [3.0, 4.0]]],
     [[[[1.0, 0.0], [0.0, 2.0]], [[0.0, 1.0], [-1.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]]]],
     54.0, [33.0, 12.0, 40.0]),
    (hodiff.sigmoid, [0.25], [[1.0, 2.0, 3.0, 4.0]], 0.5621765008857981,
     [0.24613408273759832, 0.46166065344847795, 0.4373993386796067, -1.098542895421164]),
]  # fmt: skip


@pytest.mark.parametrize("f, primals, series, value, derivatives", JAX)
def test_jet_is_that_of_jax(
    f: One, primals: list[Any], series: list[Any], value: Any, derivatives: list[Any]
) -> None:
    y, found = jet(f, primals, series)
    assert y.numpy() == pytest.approx(np.array(value), rel=1e-13)
    assert isinstance(found, list) and len(found) == len(derivatives)
    for a, b in zip(found, derivatives, strict=True):
        assert a.numpy() == pytest.approx(np.array(b), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3), st.floats(-1, 1))
def test_jet_is_faa_di_brunos_formula(curve: list[float], at: float) -> None:
    """With one primal, order 3."""
    a, b, c = curve
    y, found = jet(lambda x: hodiff.sin(x) + x**3, [at], [curve])
    d1, d2, d3 = np.cos(at) + 3 * at**2, -np.sin(at) + 6 * at, -np.cos(at) + 6
    assert y.item() == pytest.approx(np.sin(at) + at**3, abs=1e-14)
    assert [v.item() for v in found] == pytest.approx(
        [d1 * a, d2 * a**2 + d1 * b, d3 * a**3 + 3 * d2 * a * b + d1 * c], rel=1e-12, abs=1e-13
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-32, 32).map(lambda n: n / 16), min_size=4, max_size=4))
def test_the_first_of_a_jet_is_linear_and_jvp(v: list[float]) -> None:
    f = lambda x: hodiff.softmax(x, 0) * hodiff.norm(x)  # noqa: E731
    x = np.array([0.5, -1.0, 2.0, 0.25])
    _, (first, second) = jet(f, [x], [[v, [0.0] * 4]])
    assert first.tolist() == pytest.approx(jvp(f, [x], [v])[1].tolist(), abs=1e-13)
    _, (once, twice) = jet(f, [x], [[np.multiply(v, 2.0), [0.0] * 4]])
    assert once.tolist() == pytest.approx((first * 2).tolist(), abs=1e-13)
    assert twice.tolist() == pytest.approx((second * 4).tolist(), abs=1e-12)


def test_edges_of_jet() -> None:
    y, none = jet(lambda x: x * x, [3.0], [[]])
    assert y.item() == 9.0 and none == []
    y, (first,) = jet(lambda x: x * x, 3.0, [[1.0]])  # a single primal needs no list
    assert (y.item(), first.item()) == (9.0, 6.0)
    _, found = jet(lambda x, y: x * x, [1.0, 2.0], [[1.0, 0.0], [1.0, 0.0]])  # y unused
    assert [c.item() for c in found] == [2.0, 2.0]
    _, found = jet(lambda x: hodiff.tensor([1.0, 2.0]), [1.0], [[1.0, 0.0]])
    assert [c.tolist() for c in found] == [[0.0, 0.0], [0.0, 0.0]]


# Where there is no derivative: what differentiating again and again gives.
KINKS: dict[str, One] = {
    "abs": abs,
    "relu": hodiff.relu,
    "x*abs(x)": lambda x: x * abs(x),
    "max": lambda x: hodiff.maximum(x, -x),
    "clip": lambda x: hodiff.clip(x, 0, 1),
    "where": lambda x: hodiff.where(x < 0, x, x * x),
    "floor": lambda x: x * hodiff.floor(x),
    "sign": lambda x: hodiff.sign(x) * x**2,
    "a norm": lambda x: hodiff.norm(hodiff.stack([x, 2 * x])),
    "hypot": lambda x: hodiff.hypot(x, x),
    "sqrt": hodiff.sqrt,
    "cbrt": hodiff.cbrt,
    "x**1.5": lambda x: x**1.5,
    "x**2.5": lambda x: x**2.5,
    "1/x": lambda x: 1 / x,
    "x**0": lambda x: x**0,
    "asin at 1": lambda x: hodiff.asin(x + 1),
    "an untaken log": lambda x: hodiff.where(x >= 0, x + x**2, hodiff.log(x)),
}


@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("name", KINKS)
def test_kinks_are_as_nested(name: str, tracked: bool) -> None:
    p = hodiff.tensor(1.0, requires_grad=tracked)

    def f(x: Any) -> Any:
        return KINKS[name](x) * p

    expected = [nth(f, k, "nested")(0.0).item() / factorial(k) for k in range(4)]
    assert taylor(f, 3)(0.0).tolist() == pytest.approx(expected, nan_ok=True)
    if np.isfinite(expected).all():
        y, rest = jet(f, [0.0], [[1.0, 0.0, 0.0]])
        found = [c.item() / factorial(k) for k, c in enumerate([y, *rest])]
        assert found == pytest.approx(expected)
    for k in range(4):
        for method in ("auto", "taylor"):
            got = nth(f, k, method)(0.0).item() / factorial(k)
            assert got == pytest.approx(expected[k], nan_ok=True)


def test_points_on_either_side_of_a_branch() -> None:
    """The branch not taken at one point has no value there."""
    f = lambda x: hodiff.where(x > 1, hodiff.log(x - 1), x * x)  # noqa: E731
    found = taylor(f, 5)([0.0, 2.0])
    assert found[:, 0].tolist() == [0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    assert found[:, 1].tolist() == pytest.approx([0, 1, -1 / 2, 1 / 3, -1 / 4, 1 / 5])


# What takes forever when it falls back on differentiating again and again: each in a process of
# its own, which is given seconds for what is milliseconds of work.
@pytest.mark.parametrize(
    "program, expected",
    [
        ("nth(h.atan, 101)(0.0)", float(mp.factorial(100))),
        ("taylor(lambda x: h.exp(h.sin(x)) + 1/(1 - x), 60)(0.999)[60]",
         float((1 - mp.mpf(0.999)) ** -61)),
        ("taylor(lambda x: h.max(h.stack([h.exp(h.sin(x)), x])), 20)(0.0)[2]", 0.5),
        ("taylor(lambda x: h.relu(x)*h.exp(h.sin(x)), 16)([0.0, 1.0])[0, 0]", 0.0),
    ],
)  # fmt: skip
def test_high_orders_end(program: str, expected: float) -> None:
    text = f"import hodiff as h\nfrom hodiff.functional import *\nprint({program}.item())"
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=3)
    assert float(run.stdout) == pytest.approx(expected, rel=1e-10)


def test_functions_between_shapes() -> None:
    """All entries move by t: sum(x + t)**2 at (1, 2) is (3 + 2*t)**2."""
    assert taylor(lambda x: x.sum() ** 2, 3)([1.0, 2.0]).tolist() == [9.0, 12.0, 4.0, 0.0]
    wide = taylor(lambda x: hodiff.stack([x, x * x]), 3)(2.0)
    assert wide.tolist() == [[2.0, 4.0], [1.0, 4.0], [0.0, 1.0], [0.0, 0.0]]
    assert taylor(lambda x: x, 2)([[1.0, 2.0]]).tolist() == [
        [[1.0, 2.0]],
        [[1.0, 1.0]],
        [[0.0, 0.0]],
    ]
    assert taylor(lambda x: hodiff.tensor(3.0), 2)(1.0).tolist() == [3.0, 0.0, 0.0]
    assert taylor(lambda x: x * x, 3)(np.zeros((2, 0))).shape == (4, 2, 0)
    assert taylor(lambda x: x * x, 2)([1, 2]).tolist() == [[1.0, 4.0], [2.0, 4.0], [1.0, 1.0]]
    assert nth(lambda x: x**5, 3)(2).item() == 240.0


def test_methods_agree_on_a_vector_of_a_number() -> None:
    """(x**5, x**4) of a number x: whatever nth makes of it, by every method and at every order."""
    f = lambda x: hodiff.stack([x**5, x**4])  # noqa: E731
    for order in range(1, 5):
        shapes = {nth(f, order, m)(2.0).shape for m in ("nested", "auto", "taylor")}
        assert len(shapes) == 1, f"order {order}: {shapes}"


def test_what_does_not_act_entry_by_entry_has_no_taylor_method() -> None:
    for f in (lambda x: x * x[0], lambda x: (x**5).sum(), lambda x: hodiff.cumsum(x, 0)):
        with pytest.raises(ValueError, match="entry by entry"):
            nth(f, 3, method="taylor")([2.0, 1.0])
    constant = hodiff.tensor([1.0, 2.0])
    assert nth(lambda x: x**5 * constant, 3, "taylor")([2.0, 1.0]).tolist() == [240.0, 120.0]


@pytest.mark.parametrize("order", [-1, 0.5, 2.0, "2", None])
def test_orders_that_are_none(order: Any) -> None:
    """nth promises a ValueError; at once, not at the first call."""
    for make in (lambda: nth(hodiff.sin, order), lambda: taylor(hodiff.sin, order)):
        with pytest.raises((ValueError, TypeError)):
            make()


@pytest.mark.parametrize("method", ["Taylor", "", None, "reverse"])
def test_methods_that_are_none(method: Any) -> None:
    with pytest.raises(ValueError, match="method"):
        nth(hodiff.sin, 1, method)


@pytest.mark.parametrize(
    "primals, series, message",
    [
        ([1.0], [[1.0], [2.0]], "2 series for 1 primals"),
        ([1.0, 2.0], [[1.0]], "1 series for 2 primals"),
        ([1.0, 2.0], [[1.0], [1.0, 2.0]], "lengths 1, 2"),
        ([[1.0, 2.0]], [[[1.0]]], "shape"),
        ([[1.0, 2.0]], [[1.0]], "shape"),
        ([1.0], [[[1.0]]], "shape"),
        ([3.0], [], "0 series for 1 primals"),
    ],
)
def test_jets_that_are_none(primals: Any, series: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        jet(lambda *x: x[0] * x[-1], primals, series)


@pytest.mark.parametrize(
    "call",
    [
        lambda f: taylor(f, 2)(1.0),
        lambda f: nth(f, 3)(1.0),
        lambda f: jet(f, [1.0], [[1.0]]),
        lambda f: hessian_diagonal(f)([1.0]),
        lambda f: laplacian(f)([1.0]),
    ],
)
def test_a_function_must_return_a_tensor(call: One) -> None:
    with pytest.raises(TypeError, match="must return a tensor"):
        call(lambda x: 3.0)


def test_a_tiny_direction() -> None:
    """The second derivative along it is 0 in doubles, the first isn't."""
    v = 1.748887419362335e-304
    _, (first, second) = jet(lambda x: hodiff.exp(hodiff.sin(x)), [0.5], [[v, 0.0]])
    assert first.item() == pytest.approx(v * np.cos(0.5) * np.exp(np.sin(0.5)), rel=1e-12, abs=0)
    assert second.item() == 0.0


def test_subnormal_coefficients() -> None:
    assert taylor(lambda x: x * 1e-320, 2)(3.0).tolist() == [3 * 1e-320, 1e-320, 0.0]


# The Hessian's diagonal.
GRAPHS: dict[str, One] = {
    "cubes": lambda x: (x**3).sum(),
    "rosenbrock": lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(),
    "norm": hodiff.norm,
    "squared sum": lambda x: x.sum() ** 2,
    "softmax": lambda x: (hodiff.softmax(x, 0) ** 2).sum(),
    "logsumexp": lambda x: hodiff.logsumexp(x, 0),
    "product": hodiff.prod,
    "strides": lambda x: (x[::2] * x[1::2]).sum(),
    "reverse": lambda x: (x * hodiff.flip(x, (0,))).sum(),
    "shape": lambda x: (x.reshape(2, 3) @ x.reshape(3, 2)).sum(),
    "outer": lambda x: hodiff.sin(hodiff.outer(x, x)).sum(),
    "cumulated": lambda x: (hodiff.cumsum(x, 0) ** 3).sum(),
    "sorted": lambda x: (hodiff.sort(x)[0] ** 3 * hodiff.tensor([1.0, 2, 3, 4, 5, 6])).sum(),
    "where": lambda x: hodiff.where(x > 0, hodiff.exp(x), x**3).sum(),
    "std": hodiff.std,
    "det": lambda x: hodiff.det(x[:4].reshape(2, 2)) * x[4] ** 2 * x[5],
    "max": lambda x: hodiff.max(x) ** 3,
    "gathered twice": lambda x: (hodiff.take(x, hodiff.tensor([0, 0, 3])) ** 3).prod(),
    "a quotient of sums": lambda x: (x**2).sum() / (1 + x.mean() ** 2),
    "of one entry": lambda x: x[2] ** 4,
    "linear": lambda x: (3 * x).sum(),
    "constant": lambda x: hodiff.tensor(2.0),
}
SIX = np.array([0.5, -1.25, 2.0, 0.75, -0.5, 1.5])


@pytest.mark.parametrize("name", GRAPHS)
def test_the_diagonal_is_that_of_the_hessian(name: str) -> None:
    f = GRAPHS[name]
    expected = np.diag(hessian(f)(SIX).numpy())
    found = hessian_diagonal(f)(SIX)
    assert found.shape == (6,)
    assert found.tolist() == pytest.approx(expected.tolist(), rel=1e-12, abs=1e-12)
    assert laplacian(f)(SIX).shape == ()
    assert laplacian(f)(SIX).item() == pytest.approx(expected.sum(), rel=1e-12, abs=1e-11)


def test_diagonals_in_closed_form() -> None:
    """A harmonic function; |x|**-1 in 3 dimensions; the norm's (n - 1)/|x|; a matrix; a number."""
    assert laplacian(lambda x: x[0] ** 2 - x[1] ** 2)([3.0, 5.0]).item() == 0.0
    assert laplacian(lambda x: 1 / hodiff.norm(x))([1.0, 2.0, -2.0]).item() == pytest.approx(
        0, abs=1e-15
    )
    assert laplacian(hodiff.norm)(SIX).item() == pytest.approx(5 / np.linalg.norm(SIX), rel=1e-13)
    square = hessian_diagonal(lambda a: (a @ a).trace())([[1.0, 2.0], [3.0, 4.0]])
    assert square.tolist() == [[2.0, 0.0], [0.0, 2.0]]
    assert hessian_diagonal(lambda x: x**3)(2.0).item() == 12.0
    assert laplacian(lambda x: x**3)(2.0).item() == 12.0
    assert hessian_diagonal(lambda x: (x * x).sum())(np.zeros(0)).shape == (0,)
    with pytest.raises(ValueError, match="scalar"):
        hessian_diagonal(lambda x: x * x)([1.0, 2.0])


STEPS: list[One] = [
    lambda x: hodiff.sin(x),
    lambda x: hodiff.exp(x / 4),
    lambda x: x * x,
    lambda x: hodiff.where(x > 0.25, x**3, hodiff.cos(x)),
    lambda x: hodiff.cat([x[1:], x[:1] * 2]),
    lambda x: x * x.sum() / 4,
    lambda x: hodiff.tensor([[1.0, -0.5, 0.25], [0.0, 1.0, 2.0], [0.5, 0.5, -1.0]]) @ x,
    lambda x: x * hodiff.flip(x, (0,)),
    lambda x: hodiff.cumsum(x, 0),
    lambda x: hodiff.cat([x[:1] * x[2:], x[:2] / 2]),
    lambda x: hodiff.softmax(x, 0),
    lambda x: x + 1 / (2 + x * x),
]
ENDS: list[One] = [
    lambda x: x.sum(),
    lambda x: (x * x).sum(),
    lambda x: x[0] * x[1] + x[2],
    lambda x: hodiff.logsumexp(x, 0),
    lambda x: x @ hodiff.tensor([1.0, 2.0, -1.0]),
]
POINTS = st.lists(st.integers(-8, 8).map(lambda n: (2 * n + 1) / 16), min_size=3, max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=4), st.sampled_from(ENDS), POINTS)
def test_diagonals_of_graphs_of_many_kinds(steps: list[One], end: One, x: list[float]) -> None:
    def f(t: Any) -> Any:
        for step in steps:
            t = step(t)
        return end(t)

    columns = [hvp(f, [x], [unit])[i].item() for i, unit in enumerate(np.eye(3))]
    size = np.abs(hessian(f)(x).numpy()).max()
    found = hessian_diagonal(f)(x).tolist()
    assert found == pytest.approx(columns, rel=1e-10, abs=1e-12 * (1 + size))
    assert laplacian(f)(x).item() == pytest.approx(sum(columns), rel=1e-10, abs=1e-11 * (1 + size))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=4), POINTS, POINTS)
def test_the_jet_of_graphs_of_many_kinds(steps: list[One], x: list[float], v: list[float]) -> None:
    """Along a line: f(x), then J v, then the slope of J v along v, by reverse mode."""

    def f(t: Any) -> Any:
        for step in steps:
            t = step(t)
        return t

    y, (first, second) = jet(f, [x], [[v, [0.0] * 3]])
    size = 1 + max(map(abs, [*y.tolist(), *first.tolist(), *second.tolist()]))
    _, pull = vjp(f, x)
    rows = [pull(unit).tolist() for unit in np.eye(3)]
    assert first.tolist() == pytest.approx((np.array(rows) @ v).tolist(), abs=1e-12 * size)
    for i in range(3):
        bent = np.array(v) @ hessian(lambda t, i=i: f(t)[i])(x).numpy() @ np.array(v)
        assert second[i].item() == pytest.approx(bent, rel=1e-10, abs=1e-11 * size)


@pytest.mark.parametrize(
    "f, diagonal",
    [
        (lambda x: (x * hodiff.log(x)).sum(), lambda x: 1 / x),
        (lambda x: (x**3).sum() + (x[1:] * x[:-1]).sum(), lambda x: 6 * x),
        (lambda x: x.sum() ** 2, lambda x: np.full(x.shape, 2.0)),
        (lambda x: hodiff.exp(x).mean() ** 2,
         lambda x: (2 * np.exp(x).mean() * np.exp(x) + 2 * np.exp(2 * x) / x.size) / x.size),
        (lambda x: (x[::2] * x[1::2]).sum(), lambda x: np.zeros(x.shape)),
    ],
    ids=["entropy", "neighbours", "a square", "a mean", "strides"],
)  # fmt: skip
def test_a_hundred_thousand_entries(f: One, diagonal: One) -> None:
    x = np.linspace(0.5, 1.5, 100_000)
    assert hessian_diagonal(f)(x).numpy() == pytest.approx(diagonal(x), rel=1e-11)
    assert laplacian(f)(x).item() == pytest.approx(diagonal(x).sum(), rel=1e-11)
