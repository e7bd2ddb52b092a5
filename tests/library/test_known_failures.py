"""Where other packages have gone wrong: closed forms at zeros, poles, ties, and far out."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import hodiff

INF = math.inf


def leaf(x: Any) -> hodiff.Tensor:
    return hodiff.tensor(x, requires_grad=True)


def orders(f: Callable[[Any], Any], x: Any, n: int) -> list[Any]:
    """The first n derivatives, each of the sum of the one before."""
    t = leaf(x)
    y, found = f(t), []
    for _ in range(n):
        (y,) = hodiff.grad(y.sum(), t, create_graph=True)
        found.append(y.tolist())
    return found


def hessian(f: Callable[[Any], Any], x: Any) -> np.ndarray[Any, Any]:
    return np.asarray(hodiff.functional.hessian(f)(leaf(x)).detach().numpy())


def check(f: Callable[[Any], Any], x: list[float], expected: list[list[float]]) -> None:
    """Derivatives of an array's entries, and of each entry as a scalar of its own."""
    found = orders(f, x, len(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-300)
    for i, entry in enumerate(x):
        alone = orders(f, entry, len(expected))
        np.testing.assert_allclose(alone, [row[i] for row in expected], rtol=1e-13, atol=1e-300)


# Powers.


@pytest.mark.parametrize("base", [0.0, hodiff.tensor(0.0)], ids=["number", "tensor"])
def test_a_power_of_zero(base: Any) -> None:
    # pytorch/pytorch#27134, #95180
    check(lambda x: base**x, [0.5, 1.0, 2.0, 3.0], [[0, 0, 0, 0], [0, 0, 0, 0]])


def test_zero_to_the_zero() -> None:
    """The slope of 0**x at 0 is -inf by mathematics and 0 by PyTorch; never +inf."""
    assert orders(lambda x: 0.0**x, 0.0, 1)[0] in (0, -INF)
    assert orders(lambda x: x**x, 0.0, 1)[0] in (0, -INF)


@pytest.mark.parametrize("exponent", [2.0, 2.5, 3.0, 4.0])
def test_a_power_in_both_at_zero(exponent: float) -> None:
    """All second derivatives of b**x: x*(x-1)*b**(x-2), b**(x-1)*(1+x*log(b)), b**x*log(b)**2."""
    b, x = leaf(0.0), leaf(exponent)
    first = hodiff.grad(b**x, (b, x), create_graph=True)
    assert [g.item() for g in first] == [0, 0]
    (bb, bx), (xb, xx) = (hodiff.grad(g, (b, x), retain_graph=True) for g in first)
    assert bb.item() == (2 if exponent == 2 else 0)
    assert [bx.item(), xb.item(), xx.item()] == [0, 0, 0]


def test_the_mixed_derivative_of_a_power_falls_without_bound() -> None:
    b, x = leaf(0.0), leaf(1.0)
    (g,) = hodiff.grad(b**x, b, create_graph=True)
    assert g.item() == 1
    assert hodiff.grad(g, x)[0].item() in (1, -INF)  # 1 + log(0), or PyTorch's 1


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 0.0, 1.0, 2.0, 3.0, hodiff.tensor(2.0)])
def test_a_power_beyond_its_degree(exponent: Any) -> None:
    # tensorflow/tensorflow#35011
    n = int(exponent)
    expected = [float(math.factorial(n)) if k == n else 0.0 for k in range(1, 6)]
    check(lambda x: x**exponent, [0.0, -0.0], [[d, d] for d in expected])


@pytest.mark.parametrize("build", [lambda x: x**-1, lambda x: 1 / x, lambda x: x**-1.0])
def test_a_pole_has_its_sign(build: Callable[[Any], Any]) -> None:
    """-1/x**2 is -inf on both sides of 0."""
    assert orders(build, 0.0, 1) == [-INF]
    assert orders(build, [0.0, 0.0], 1) == [[-INF, -INF]]


@pytest.mark.parametrize("build", [lambda x: x**0.5, hodiff.sqrt])
def test_the_square_root_at_zero(build: Callable[[Any], Any]) -> None:
    assert orders(build, 0.0, 3) == [INF, -INF, INF]


def test_a_fractional_power_at_zero() -> None:
    assert orders(lambda x: x**2.5, [0.0], 2) == [[0], [0]]
    assert orders(lambda x: x**1.5, 0.0, 1) == [0]


# Norms and spreads.


@pytest.mark.parametrize(
    "norm",
    [
        lambda x: x.norm(),
        hodiff.linalg.norm,
        lambda x: np.linalg.norm(x),
        lambda x: hodiff.linalg.vector_norm(x, 2),
        lambda x: hodiff.linalg.vector_norm(x, 3),
        lambda x: hodiff.linalg.vector_norm(x, 4),
        lambda x: hodiff.linalg.norm(x, 1),
        lambda x: hodiff.linalg.norm(x, INF),
        lambda x: hodiff.hypot(x[0], x[1]),
        lambda x: hodiff.cos(x.norm()),
        lambda x: hodiff.std(x),
    ],
)
def test_a_norm_at_zero(norm: Callable[[Any], Any]) -> None:
    """PyTorch's subgradient, 0 (pytorch/pytorch#2421)."""
    assert orders(norm, [0.0, 0.0], 1) == [[0, 0]]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.norm(),  # has no second derivative
        lambda x: (1 + x.norm()) * hodiff.exp(-x.norm()),  # -I, but of two norms
        lambda x: hodiff.hypot(x[0], x[1]),
        lambda x: hodiff.cos(hodiff.linalg.vector_norm(x, 3)),
        lambda x: hodiff.cosh(hodiff.linalg.vector_norm(x, 4)),
    ],
)
def test_no_second_derivative_of_a_norm_at_zero(f: Callable[[Any], Any]) -> None:
    """It was 0 of all of them: a wrong number. PyTorch's is nan. Where there is one that is found:
    tests/engine/test_norms.py."""
    x = leaf([0.0, 0.0])
    (g,) = hodiff.grad(f(x), x, create_graph=True)
    for i in range(2):
        assert math.isnan(hodiff.grad(g[i], x, retain_graph=True)[0][i].item())
    beside = leaf([[0.0, 0.0], [3.0, 4.0]])
    (g,) = hodiff.grad(f(beside[1]) + beside[0].sum(), beside, create_graph=True)
    assert np.isfinite(hodiff.grad(g.sum(), beside)[0].numpy()).all()


def test_a_squared_norm_has_its_second_derivative() -> None:
    np.testing.assert_array_equal(hessian(lambda x: x.norm() ** 2, [0.0, 0.0]), 2 * np.eye(2))
    np.testing.assert_array_equal(hessian(lambda x: x.norm() ** 4, [0.0, 0.0]), np.zeros((2, 2)))


@pytest.mark.parametrize(
    "square",
    [
        lambda x: x.norm() * x.norm(),
        lambda x: hodiff.hypot(x[0], x[1]) ** 2,
        lambda x: (lambda h: h * h)(hodiff.hypot(x[0], x[1])),
        lambda x: (hodiff.hypot(x, x) ** 2).sum() / 2,
        lambda x: (hodiff.hypot(x[:1], x[1:]) ** 2).sum(),
        lambda x: hodiff.expm1(hodiff.hypot(x[0], x[1]) ** 2),
    ],
)
def test_a_square_of_a_length_at_zero(square: Callable[[Any], Any]) -> None:
    """x**2 + y**2, and what is it up to terms of the fourth order: its Hessian is 2*I."""
    np.testing.assert_array_equal(hessian(square, [0.0, 0.0]), 2 * np.eye(2))
    np.testing.assert_array_equal(hessian(lambda x: square(x) ** 2, [0.0, 0.0]), np.zeros((2, 2)))


def test_a_norm_beside_zero() -> None:
    x = [[0.0, 0.0], [3.0, 4.0]]
    h = hessian(lambda x: hodiff.linalg.norm(x, dim=1).sum(), x)
    np.testing.assert_allclose(h[1, :, 1], [[0.128, -0.096], [-0.096, 0.072]], rtol=1e-14)
    assert np.isnan(h[:, :, 0]).all()  # the row that is 0 has none, as in PyTorch
    assert not h[0, :, 1].any()


@pytest.mark.parametrize("spread", [hodiff.std, hodiff.var])
def test_the_spread_of_a_constant(spread: Callable[[Any], Any]) -> None:
    assert orders(spread, [2.0, 2.0, 2.0], 1) == [[0, 0, 0]]
    found = orders(lambda x: spread(x, dim=1), [[2.0, 2.0], [1.0, 3.0]], 1)
    assert np.isfinite(found).all()


def test_hypot_on_the_axes() -> None:
    for x in ([0.0, 3.0], [3.0, 0.0], [-2.0, 0.0]):
        r = math.hypot(*x)
        h = hessian(lambda x: hodiff.hypot(x[0], x[1]), x)
        closed = np.array([[x[1] ** 2, -x[0] * x[1]], [-x[0] * x[1], x[0] ** 2]]) / r**3
        np.testing.assert_allclose(h, closed, rtol=1e-15)
    for scale in (1e200, 1e-200):
        assert orders(lambda x: hodiff.hypot(x[0], x[1]), [3 * scale, 4 * scale], 1) == [
            pytest.approx([0.6, 0.8], rel=1e-14)
        ]


def test_atan2_on_the_axes() -> None:
    """Gradient (x, -y)/r^2, Hessian [[-2xy, y^2-x^2], [y^2-x^2, 2xy]]/r^4."""
    for y, x in ((0.0, 2.0), (0.0, -2.0), (2.0, 0.0), (-2.0, 0.0)):
        t = [y, x]
        assert orders(lambda t: hodiff.atan2(t[0], t[1]), t, 1) == [[x / 4, -y / 4]]
        h = hessian(lambda t: hodiff.atan2(t[0], t[1]), t)
        closed = np.array([[-2 * x * y, y * y - x * x], [y * y - x * x, 2 * x * y]]) / 16
        np.testing.assert_allclose(h, closed, rtol=1e-15)


@pytest.mark.parametrize("as_leaf", [lambda x: x, lambda x: [x]], ids=["scalar", "array"])
def test_atan2_of_signed_zeros(as_leaf: Callable[[float], Any]) -> None:
    """As in C, numpy and PyTorch: the cut of atan2 has two sides."""
    for y in (0.0, -0.0):
        for x in (1.0, -1.0, 0.0, -0.0):
            found = hodiff.atan2(hodiff.tensor(as_leaf(y)), hodiff.tensor(as_leaf(x)))
            assert found.item() == math.atan2(y, x)


# where, kinks and ties.


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (
            lambda x: hodiff.where(x > 0, hodiff.sqrt(x), -x),
            [-1.0, 0.0, 4.0],
            [[-1, -1, 0.25], [0, 0, -1 / 32], [0, 0, 3 / 256]],
        ),
        (
            lambda x: hodiff.where(x > 0, hodiff.log(x), x**2),
            [-1.0, 0.0, 2.0],
            [[-2, 0, 0.5], [2, 2, -0.25], [0, 0, 0.25]],
        ),
        (
            lambda x: hodiff.where(x != 0, hodiff.sin(x) / x, 1 - x**2 / 6),
            [0.0],
            [[0], [-1 / 3], [0]],
        ),
        (
            lambda x: hodiff.where(x < 10, hodiff.exp(x), x),
            [1000.0, 0.0],
            [[1, 1], [0, 1], [0, 1]],
        ),
        (lambda x: hodiff.where(x == 0, 1.0, x / x), [0.0, 2.0], [[0, 0], [0, 0], [0, 0]]),
        (
            lambda x: hodiff.where(x > 0, x, hodiff.asin(x - 2)),
            [2.5, 3.5],
            [[1, 1], [0, 0], [0, 0]],
        ),
        (
            lambda x: np.where(x > 1, (x - 1) ** 1.5, x * 0),
            [0.0, 5.0],
            [[0, 3], [0, 0.375], [0, -0.046875]],
        ),
        (
            lambda x: hodiff.where(x > 0, hodiff.where(x > 1, hodiff.log(x - 1), 1 / (x - 1)), x),
            [1.0, 0.0, 2.0],
            [[-INF, 1, 1], [INF, 0, -1], [-INF, 0, 2]],
        ),
    ],
)
def test_where_with_a_bad_branch(f: Any, x: list[float], expected: list[list[float]]) -> None:
    # jax-ml/jax#5798
    check(f, x, expected)


def test_x_times_abs_x() -> None:
    check(lambda x: x * abs(x), [0.0, -1.0, 2.0], [[0, 2, 4], [0, -2, 2], [0, 0, 0]])


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda x: x.amax(0), [1.0, 3.0, 3.0], [0, 1 / 2, 1 / 2]),
        (lambda x: x.amin(0), [1.0, 1.0, 1.0], [1 / 3, 1 / 3, 1 / 3]),
        (lambda x: x.max(), [1.0, 3.0, 3.0], [0, 1 / 2, 1 / 2]),
        (lambda x: x.max(dim=0).values, [1.0, 3.0, 3.0], [0, 1, 0]),
        (lambda x: x.min(dim=0)[0], [1.0, 1.0], [1, 0]),
        (lambda x: hodiff.maximum(x[0], x[1]), [2.0, 2.0], [1 / 2, 1 / 2]),
        (lambda x: hodiff.clamp(x, 1.0, 2.0), [1.0, 2.0, 3.0], [1, 1, 0]),
        (lambda x: hodiff.relu(x), [0.0, 1.0], [0, 1]),
        (lambda x: abs(x), [0.0, -2.0], [0, -1]),
        (lambda x: x.sort().values * hodiff.tensor([1.0, 2.0, 4.0]), [3.0, 1.0, 3.0], [2, 1, 4]),
        (lambda x: x.topk(2).values[1], [3.0, 1.0, 2.0], [0, 0, 1]),
    ],
)
def test_the_slope_at_a_tie_is_pytorchs(f: Any, x: list[float], slope: list[float]) -> None:
    assert orders(f, x, 1) == [slope]
    # f is linear near x in the entries chosen: the second derivative of f^2/2 is slope slope^T.
    if f(leaf(x)).shape == ():
        h = hessian(lambda t: f(t) ** 2 / 2, x)
        np.testing.assert_allclose(h, np.outer(slope, slope), rtol=1e-15)


# Products and sums.


def test_products_with_zeros() -> None:
    def second(x: list[float]) -> np.ndarray[Any, Any]:
        n = len(x)
        without = [
            [math.prod(x[k] for k in range(n) if k not in (i, j)) if i != j else 0.0
             for j in range(n)] for i in range(n)
        ]  # fmt: skip
        return np.array(without)

    for x in ([0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [2.0, 0.0, 5.0, 0.0]):
        first = [math.prod(x[:i] + x[i + 1 :]) for i in range(len(x))]
        assert orders(hodiff.prod, x, 1) == [first]
        assert np.array_equal(hessian(hodiff.prod, x), second(x))


def test_cumprod_with_zeros() -> None:
    x = [2.0, 0.0, 3.0, 0.0]
    jacobian = [
        [math.prod(x[:j] + x[j + 1 : i + 1]) if j <= i else 0.0 for j in range(4)] for i in range(4)
    ]
    found = hodiff.functional.jacobian(lambda x: hodiff.cumprod(x, 0))(leaf(x))
    assert found.tolist() == jacobian
    assert orders(lambda x: hodiff.cumprod(x, 0), x, 2)[1] == [4, 12, 2, 6]  # PyTorch's


def test_cumsum_squared() -> None:
    h = hessian(lambda x: (hodiff.cumsum(x, 0) ** 2).sum() / 2, [0.0, 0.0, 0.0])
    assert h.tolist() == [[3, 2, 1], [2, 2, 1], [1, 1, 1]]


def test_logsumexp_with_infinities() -> None:
    """Entries of -inf contribute nothing: p = (0, 1/4, 3/4), Hessian diag(p) - p p^T."""
    x = [-INF, 0.0, math.log(3)]
    p = np.array([0, 0.25, 0.75])
    for f in (
        lambda x: hodiff.logsumexp(x, 0),
        lambda x: hodiff.log(hodiff.sum(hodiff.exp(x))),
        lambda x: hodiff.logaddexp(hodiff.logaddexp(x[0], x[1]), x[2]),
    ):
        np.testing.assert_allclose(orders(f, x, 1)[0], p, rtol=1e-14)
        np.testing.assert_allclose(hessian(f, x), np.diag(p) - np.outer(p, p), atol=1e-15)
    np.testing.assert_allclose(hodiff.softmax(leaf(x), 0).tolist(), p, rtol=1e-14)
    jacobian = hodiff.functional.jacobian(lambda x: hodiff.softmax(x, 0))(leaf(x)).tolist()
    np.testing.assert_allclose(jacobian, np.diag(p) - np.outer(p, p), atol=1e-15)


def test_x_log_x_with_a_zero() -> None:
    """0*log(0) as 0, by where: the gradient of the entropy is finite where it is."""

    def entropy(p: Any) -> Any:
        return -hodiff.where(p > 0, p * hodiff.log(p), 0.0).sum()

    p = [0.0, 0.5, 0.25]
    np.testing.assert_allclose(
        orders(entropy, p, 2), [[0, math.log(2) - 1, math.log(4) - 1], [0, -2, -4]], rtol=1e-14
    )


def test_sinc_at_zero() -> None:
    # jax-ml/jax#1722
    expected = [0, -(math.pi**2) / 3, 0, math.pi**4 / 5]
    for f in (hodiff.sinc, hodiff.special.sinc, lambda t: np.sinc(t)):
        check(f, [0.0], [[d] for d in expected])


# Far out: relative accuracy.

FAR: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], list[float]]] = {
    "tanh": (hodiff.tanh, mpmath.tanh, [-300, -40, -20, 5, 20, 40, 300]),
    "sigmoid": (hodiff.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x)), [-700, -40, 5, 40, 700]),
    "softplus": (
        hodiff.nn.functional.softplus,
        lambda x: mpmath.log(1 + mpmath.exp(x)),
        [-700, -40, 5, 40, 100, 700],
    ),
    "log1p(exp(x))": (
        lambda x: hodiff.log1p(hodiff.exp(x)),
        lambda x: mpmath.log(1 + mpmath.exp(x)),
        [-700, -40, -5, 5],
    ),
    "logsigmoid": (
        hodiff.nn.functional.logsigmoid,
        lambda x: -mpmath.log(1 + mpmath.exp(-x)),
        [-700, -40, 5, 40, 700],
    ),
    "logaddexp": (
        lambda x: hodiff.logaddexp(x, 0.0),
        lambda x: mpmath.log(1 + mpmath.exp(x)),
        [-700, -40, 5, 40, 700],
    ),
    "sech": (hodiff.sech, mpmath.sech, [-40, 5, 40, 300]),
    "erf": (hodiff.erf, mpmath.erf, [-20, 3, 6, 20]),
    "erfc": (hodiff.erfc, mpmath.erfc, [-6, 3, 10, 25]),
    "atan": (hodiff.atan, mpmath.atan, [-1e8, 1e3, 1e8]),
    "asinh": (hodiff.asinh, mpmath.asinh, [-1e8, 1e-8, 1e3, 1e8]),
    "expm1": (hodiff.expm1, mpmath.expm1, [-700, -40, 1e-12]),
    "log1p": (hodiff.log1p, lambda x: mpmath.log(1 + x), [1e-12, -1e-12, 1e8]),
    "sinc": (hodiff.sinc, mpmath.sincpi, [1e-9, 1e-6, 1e-4, 1e-2, 0.1, 0.3, 0.7]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAR)
def test_derivatives_far_out(name: str) -> None:
    """The value and two derivatives, against mpmath with 400 digits, to 1e-12 of each.

    1e-12 leaves three digits for an argument's rounding: exp(700) already multiplies it by 700.
    """
    f, exact, points = FAR[name]
    t = leaf(points)
    found = [f(t).tolist(), *orders(f, points, 2)]
    with mpmath.workdps(400):
        for i, x in enumerate(points):
            series = mpmath.taylor(exact, mpmath.mpf(x), 2, h=mpmath.mpf(10) ** -100)
            for k, c in enumerate(series):
                expected = float(c * math.factorial(k))
                assert found[k][i] == pytest.approx(expected, rel=1e-12, abs=1e-305), (x, k)


def test_softplus_beyond_the_range_of_exp() -> None:
    check(hodiff.nn.functional.softplus, [1000.0, -1000.0], [[1, 0], [0, 0], [0, 0]])
    check(lambda x: hodiff.logaddexp(x, 0.0), [1000.0, -1000.0], [[1, 0], [0, 0], [0, 0]])


# Long chains: no recursion, no limit.

N = 100_000


def chained(step: Callable[[Any, Any], Any], x: Any, n: int) -> tuple[Any, Any]:
    t = leaf(x)
    y = t
    for _ in range(n):
        y = step(y, t)
    return t, y


def test_a_long_sum() -> None:
    t, y = chained(lambda y, t: y + t, 0.5, N)
    assert y.item() == (N + 1) / 2
    (g,) = hodiff.grad(y, t, create_graph=True)
    assert g.item() == N + 1
    assert hodiff.grad(g, t)[0].item() == 0


def test_a_long_product() -> None:
    """x^(n+1) at 1. Its second walk takes a third of a minute for a hundred thousand factors."""
    n = N // 5
    t, y = chained(lambda y, t: y * t, 1.0, n)
    (g,) = hodiff.grad(y, t, create_graph=True)
    assert g.item() == n + 1
    (h,) = hodiff.grad(g, t)
    assert h.item() == n * (n + 1)


@pytest.mark.parametrize(("x", "n"), [(0.5, N // 5), ([0.5, 0.6], N // 40)])
def test_a_long_chain_of_sines(x: Any, n: int) -> None:
    t, y = chained(lambda y, t: hodiff.sin(y), x, n)
    z, first, second = np.array(x), np.ones(np.shape(x)), np.zeros(np.shape(x))
    for _ in range(n):
        second = np.cos(z) * second - np.sin(z) * first**2
        first, z = np.cos(z) * first, np.sin(z)
    np.testing.assert_allclose(y.tolist(), z, rtol=1e-12)
    (g,) = hodiff.grad(y.sum(), t, create_graph=True)
    np.testing.assert_allclose(g.tolist(), first, rtol=1e-9)
    np.testing.assert_allclose(hodiff.grad(g.sum(), t)[0].tolist(), second, rtol=1e-9)


def test_many_nested_choices() -> None:
    """where(x < c0, 0, where(x < c1, x, ...)): one of 2000 branches is taken."""
    n = 2000
    t = leaf([0.25025, 0.75025])
    y = t
    for i in reversed(range(n)):
        y = hodiff.where(t < i / n, i * t**2, y)
    (g,) = hodiff.grad(y.sum(), t, create_graph=True)
    np.testing.assert_allclose(g.tolist(), [2 * 501 * 0.25025, 2 * 1501 * 0.75025], rtol=1e-13)
    assert hodiff.grad(g.sum(), t)[0].tolist() == [1002, 3002]


def test_long_graphs_are_shown_and_dropped() -> None:
    depth = sys.getrecursionlimit()
    y = chained(lambda y, t: hodiff.sin(y), 0.5, N)[1]
    assert "SinBackward0" in repr(y)
    assert y.grad_fn.name() == "SinBackward0"
    del y
    assert sys.getrecursionlimit() == depth


# Tensors of size 0 and of shape (): as PyTorch has them, errors included.

EMPTY: list[tuple[str, str, Any]] = [
    # expression, shape of x, the value or the exceptions that PyTorch raises
    ("torch.sum(x)", "0x3", 0.0),
    ("torch.prod(x)", "0x3", 1.0),
    ("torch.prod(x, dim=0)", "0x3", [1.0, 1.0, 1.0]),
    ("torch.mean(x)", "0x3", math.nan),
    ("torch.mean(x, dim=0)", "0x3", [math.nan] * 3),
    ("torch.mean(x, dim=1)", "0x3", []),
    ("torch.var(x)", "0x3", math.nan),
    ("torch.std(x)", "0x3", math.nan),
    ("torch.norm(x)", "0x3", 0.0),
    ("torch.linalg.norm(x, 1)", "0", 0.0),
    ("torch.linalg.norm(x, dim=0)", "0x3", [0.0, 0.0, 0.0]),
    ("torch.logsumexp(x, 0)", "0x3", [-INF] * 3),
    ("torch.logsumexp(x, 1)", "0x3", []),
    ("torch.max(x)", "0", (RuntimeError, IndexError)),
    ("torch.min(x)", "0x3", (RuntimeError, IndexError)),
    ("torch.amax(x, dim=0)", "0x3", (RuntimeError, IndexError)),
    ("torch.amax(x, dim=1)", "0x3", []),
    ("torch.max(x, dim=1).values", "0x3", []),
    ("torch.max(x, dim=0)", "0x3", (RuntimeError, IndexError)),
    ("torch.argmax(x)", "0", (RuntimeError, IndexError)),
    ("torch.argmin(x, dim=0)", "0x3", (RuntimeError, IndexError)),
    ("torch.linalg.vector_norm(x, float('inf'))", "0", (RuntimeError, IndexError)),
    ("torch.topk(x, 1, dim=0)", "0x3", (RuntimeError, IndexError)),
    ("torch.topk(x, 0).values", "3", []),
    ("torch.sort(x, 0).values", "0x3", []),
    ("torch.argsort(x)", "0", []),
    ("x @ x.T", "0x3", []),
    ("x.T @ x", "0x3", [[0.0] * 3] * 3),
    ("x @ torch.ones(0, 2, dtype=torch.float64)", "3x0", [[0.0, 0.0]] * 3),
    ("torch.einsum('ij,ij->', x, x)", "0x3", 0.0),
    ("torch.einsum('ij->j', x)", "0x3", [0.0] * 3),
    ("torch.dot(x, x)", "0", 0.0),
    ("torch.outer(x, torch.ones(2))", "0", []),
    ("torch.linalg.det(x)", "0x0", 1.0),
    ("torch.linalg.inv(x)", "0x0", []),
    ("torch.trace(x)", "0x0", 0.0),
    ("torch.softmax(x, 0)", "0x3", []),
    ("torch.cumsum(x, 0)", "0x3", []),
    ("torch.cumprod(x, 0)", "0x3", []),
    ("torch.diff(x, dim=0)", "0x3", []),
    ("torch.flip(x, [0])", "0x3", []),
    ("torch.roll(x, 1)", "0x3", []),
    ("torch.cat([x, x])", "0x3", []),
    ("torch.cat([x, torch.ones(1, 3)])", "0x3", [[1.0] * 3]),
    ("torch.stack([x, x], dim=-1)", "0", []),
    ("torch.stack(x.unbind(0))", "0x3", RuntimeError),
    ("torch.cat(torch.split(x, 2))", "0x3", []),
    ("torch.cat(torch.chunk(x, 2))", "0x3", []),
    ("torch.tril(x)", "0x0", []),
    ("torch.diag(x)", "0", []),
    ("torch.kron(x, torch.ones(2))", "0", []),
    ("torch.where(x > 0, x, 1.0)", "0x3", []),
    ("x[x > 0]", "0x3", []),
    ("x[x > 100]**2", "3", []),
    ("x[[]]", "3", []),
    ("x[0]", "0x3", IndexError),
    ("x[:, 5:]", "2x3", [[], []]),
    ("x.expand(2, 0)", "0", [[], []]),
    ("x.reshape(3, 0)", "0x5", [[], [], []]),
    ("x.reshape(-1, 0)", "0x5", RuntimeError),
    ("x.repeat(2, 0)", "3", [[], []]),
    ("torch.repeat_interleave(x, 0)", "3", []),
    ("torch.gather(x, 0, torch.zeros(0, 3, dtype=torch.int64))", "2x3", []),
    ("torch.nn.functional.mse_loss(x, 2*x)", "0x3", math.nan),
    ("torch.nn.functional.mse_loss(x, 2*x, reduction='sum')", "0x3", 0.0),
    ("torch.all(x > 0)", "0", True),
    ("torch.any(x > 0)", "0", False),
    ("torch.count_nonzero(x)", "0", 0),
    ("torch.sin(x)*torch.exp(x)", "0x3", []),
    ("torch.hypot(x, torch.ones(3))", "0x3", []),
    ("torch.sum(x, dim=0)", "-", 1.5),
    ("torch.mean(x)", "-", 1.5),
    ("torch.prod(x, 0)", "-", 1.5),
    ("torch.amax(x, 0)", "-", 1.5),
    ("torch.max(x, 0).values", "-", 1.5),
    ("torch.logsumexp(x, 0)", "-", 1.5),
    ("torch.softmax(x, 0)", "-", 1.0),
    ("torch.log_softmax(x, 0)", "-", 0.0),
    ("torch.norm(x)", "-", 1.5),
    ("torch.std(x)", "-", math.nan),
    ("torch.var(x, unbiased=False)", "-", 0.0),
    ("torch.cumsum(x, 0)", "-", 1.5),
    ("torch.sort(x).values", "-", 1.5),
    ("torch.topk(x, 1).values", "-", 1.5),
    ("torch.argmax(x)", "-", 0),
    ("torch.flatten(x)", "-", [1.5]),
    ("x.T", "-", 1.5),
    ("x.unsqueeze(0)", "-", [1.5]),
    ("x.squeeze()", "-", 1.5),
    ("x.reshape(1, 1)", "-", [[1.5]]),
    ("x.expand(2)", "-", [1.5, 1.5]),
    ("x[None]", "-", [1.5]),
    ("x[...]", "-", 1.5),
    ("x[0]", "-", IndexError),
    ("x[:]", "-", IndexError),
    ("len(x)", "-", TypeError),
    ("list(x)", "-", TypeError),
    ("x @ x", "-", RuntimeError),
    ("torch.dot(x, x)", "-", RuntimeError),
    ("torch.cat([x, x])", "-", RuntimeError),
    ("torch.stack([x, x])", "-", [1.5, 1.5]),
    ("torch.hstack([x, x])", "-", [1.5, 1.5]),
    ("torch.flip(x, [])", "-", 1.5),
    ("torch.roll(x, 1)", "-", 1.5),
    ("torch.diff(x)", "-", RuntimeError),
    ("torch.trace(x)", "-", RuntimeError),
    ("torch.linalg.det(x)", "-", RuntimeError),
    ("torch.tril(x)", "-", RuntimeError),
    ("torch.sum(x, dim=1)", "-", IndexError),
    ("x.unbind(0)", "-", IndexError),
    ("torch.diag(x)", "-", RuntimeError),
    ("torch.transpose(x, 0, 0)", "-", 1.5),
    ("torch.repeat_interleave(x, 2)", "-", [1.5, 1.5]),
    ("torch.tensordot(x, x, dims=0)", "-", 2.25),
    ("torch.einsum(',->', x, x)", "-", 2.25),
    ("torch.kron(x, x)", "-", 2.25),
    ("torch.cumprod(x, -1)", "-", 1.5),
]


def size(text: str) -> tuple[int, ...]:
    return () if text == "-" else tuple(int(n) for n in text.split("x"))


def compare_empty(torch: Any, expression: str, shape: str, expected: Any) -> None:
    names = {"torch": torch, "x": torch.tensor(np.full(size(shape), 1.5), requires_grad=True)}
    if isinstance(expected, (type, tuple)):
        with pytest.raises(expected):
            eval(expression, names)
        return
    y = eval(expression, names)
    value = y.detach().numpy() if hasattr(y, "detach") else y
    np.testing.assert_array_equal(np.asarray(value).tolist(), expected)
    if y.requires_grad:
        x = names["x"]
        (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        assert tuple(g.shape) == size(shape)
        if g.requires_grad:
            (h,) = torch.autograd.grad(g.sum(), x, materialize_grads=True)
            assert tuple(h.shape) == size(shape)


@pytest.mark.parametrize(("expression", "shape", "expected"), EMPTY)
def test_sizes_of_zero_and_none(expression: str, shape: str, expected: Any) -> None:
    compare_empty(hodiff, expression, shape, expected)


@pytest.mark.parametrize(("expression", "shape", "expected"), EMPTY)
def test_sizes_of_zero_and_none_are_pytorchs(expression: str, shape: str, expected: Any) -> None:
    compare_empty(pytest.importorskip("torch"), expression, shape, expected)
