"""Functions of a norm at 0, where they are smooth though the norm isn't.

The right values are those of the functions' series in r**2 = x @ x: cos(r) = 1 - r**2/2 + ...
"""

from __future__ import annotations

import numpy as np
import pytest

import hodiff
from hodiff import HodiffError
from hodiff.functional import hessian

ORIGIN = [0.0, 0.0]


def norm(x):
    return hodiff.linalg.norm(x)


def matern(x, scale=1.0):
    """Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, eq. 4.17."""
    s = np.sqrt(5.0) * norm(x) / scale
    return (1 + s + s**2 / 3) * hodiff.exp(-s)


FUNCTIONS = {
    "cos": (lambda x: hodiff.cos(norm(x)), -1.0),
    "cosh": (lambda x: hodiff.cosh(norm(x)), 1.0),
    "exp of -r**2": (lambda x: hodiff.exp(-(norm(x) ** 2)), -2.0),
    "r*sin(r)": (lambda x: (lambda r: r * hodiff.sin(r))(norm(x)), 2.0),
    "r - sin(r)": (lambda x: (lambda r: r - hodiff.sin(r))(norm(x)), 0.0),
    "log(cosh(r))": (lambda x: hodiff.log(hodiff.cosh(norm(x))), 1.0),
    "hypot": (lambda x: hodiff.cos(hodiff.hypot(x[0], x[1])), -1.0),
    "Matern 5/2": (matern, -5 / 3),
    "Matern 5/2, scaled": (lambda x: matern(x, 0.5), -20 / 3),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_derivatives_at_the_origin(name: str) -> None:
    f, slope = FUNCTIONS[name]
    found = hessian(f)(hodiff.tensor(ORIGIN)).numpy()
    np.testing.assert_allclose(found, slope * np.eye(2), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    "f",
    [
        norm,
        lambda x: hodiff.exp(norm(x)),
        lambda x: norm(x) * x[0],
        lambda x: hodiff.sin(norm(x)) * hodiff.exp(x[0]),
        lambda x: (norm(x) - 1) ** 2,
        lambda x: abs(norm(x)),
        lambda x: (lambda r: r * hodiff.floor(r + 1))(norm(x)),
    ],
)
def test_what_has_a_kink_there_has_no_second_derivative(f) -> None:
    assert np.isnan(hessian(f)(hodiff.tensor(ORIGIN)).numpy()).any()


def test_higher_derivatives_there_are_none_rather_than_wrong() -> None:
    x = hodiff.tensor(ORIGIN, requires_grad=True)
    (slopes,) = hodiff.grad(hodiff.cos(norm(x)), x, create_graph=True)
    (second,) = hodiff.grad(slopes[0], x, create_graph=True)
    (third,) = hodiff.grad(second[0], x)
    assert np.isnan(third.numpy()).all()


def test_each_row_of_a_batch_by_itself() -> None:
    rows = [[0.0, 0.0], [0.6, 0.8]]
    found = hessian(lambda x: hodiff.cos(hodiff.linalg.norm(x, axis=1)).sum())(hodiff.tensor(rows))
    apart = [hessian(lambda x: hodiff.cos(norm(x)))(hodiff.tensor(row)).numpy() for row in rows]
    blocks = found.numpy().reshape(4, 4)
    np.testing.assert_allclose(blocks[:2, :2], apart[0], atol=1e-15)
    np.testing.assert_allclose(blocks[2:, 2:], apart[1], atol=1e-15)
    assert not blocks[:2, 2:].any()


def test_a_constant_met_again_with_another_value() -> None:
    """A walk remembered with c = 1, where the cotangent is 0 at the origin, serves no c = 2."""

    def found(c: float) -> np.ndarray:
        def f(x):
            r = norm(x)
            return c * r - hodiff.sin(r)

        return hessian(f)(hodiff.tensor(ORIGIN)).numpy()

    assert not found(1.0).any()
    assert np.isnan(found(2.0)).any()
    assert not found(1.0).any()


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("cos(norm([x, y]))", -1),
        ("cosh(norm([x, y]))", 1),
        ("cos(hypot(x, y))", -1),
        ("r = norm([x, y]); (1 + sqrt(5)*r + 5*r**2/3)*exp(-sqrt(5)*r)", -5 / 3),
    ],
)
@pytest.mark.parametrize("subgradient", [False, True])
def test_the_command_line_proves_them(text: str, slope: float, subgradient: bool) -> None:
    found = hodiff.calculate("hessian", text, at="x=0,y=0", subgradient=subgradient)
    assert found.arithmetic == "ball"
    np.testing.assert_allclose(np.array(found.hessian), slope * np.eye(2), rtol=1e-15)


@pytest.mark.parametrize("text", ["norm([x, y])*cos(x)", "exp(norm([x, y]))", "norm([x, y])"])
@pytest.mark.parametrize("subgradient", [False, True])
def test_and_refuses_what_is_none(text: str, subgradient: bool) -> None:
    """A convention for slopes gives no second derivative: it was 0."""
    with pytest.raises(HodiffError, match=r"kink|no finite derivative"):
        hodiff.calculate("hessian", text, at="x=0,y=0", subgradient=subgradient)


def test_formulas_are_those_of_the_points_around() -> None:
    found = hodiff.calculate("grad", "cos(norm([x, y]))")
    assert found.gradient["x"] == "-x*sin(norm([x, y]))/norm([x, y])"
