"""hodiff.evaluate with proofs: digits against mpmath, rounded floats refused, faults named."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mpmath import mp

import hodiff
from hodiff import HodiffError

x, y = hodiff.variable("x"), hodiff.variable("y")


def derivative(f: Any, *variables: Any) -> Any:
    for v in variables:
        (f,) = hodiff.grad(f, v, create_graph=True)
    return f


@pytest.mark.parametrize("digits", [1, 5, 30, 200])
def test_digits(digits: int) -> None:
    mixed = derivative(hodiff.exp(x * y) * hodiff.sin(x), x, y)
    found = hodiff.evaluate(mixed, {x: Fraction(1, 3), y: 2}, digits=digits)
    with mp.workdps(digits + 20):
        a, b = mp.mpf(1) / 3, mp.mpf(2)
        # d/dy: x*exp(x*y)*sin(x), and of that d/dx.
        expected = mp.exp(a * b) * (mp.sin(a) + a * b * mp.sin(a) + a * mp.cos(a))
        assert abs(mp.mpf(found) - expected) <= mp.mpf(10) ** (1 - digits) / 2
        assert len(found.replace(".", "").lstrip("-0")) == digits


def test_the_double_nearest_to_the_true_value() -> None:
    f = hodiff.sqrt(x**2 + 1) - x
    (slope,) = hodiff.evaluate([derivative(f, x)], {x: 10**9}, arithmetic="ball")
    assert slope == -5e-19
    assert hodiff.evaluate(derivative(f, x), {x: 1e9}) == 0  # what floats leave of it
    assert hodiff.evaluate(hodiff.exp(-(x**2)), {x: 30}, arithmetic="ball").endswith("e-391")


def test_arrays_come_as_lists() -> None:
    w = hodiff.variable("w", (2,))
    f = hodiff.sum(w**2) / 3
    assert hodiff.evaluate(f, {w: np.array([1, 2])}, arithmetic="ball") == 5 / 3
    (g,) = hodiff.grad(f, w, create_graph=True)
    assert hodiff.evaluate(g, {w: np.array([1.0, 2.0])}, digits=3) == ["0.667", "1.33"]


def test_a_rounded_float_is_refused_in_a_proof() -> None:
    for f, point in ((x**2, {x: 0.1}), (0.1 * x, {x: 1}), (x**2, {x: np.float64(0.1)})):
        with pytest.raises(ValueError, match=r"0\.1 came in as a float"):
            hodiff.evaluate(f, point, digits=20)
    with pytest.raises(ValueError, match="came in as a float"):
        hodiff.evaluate(hodiff.tensor([0.5, 0.1]).sum(), digits=20)
    exact = Fraction(0.1)
    taken = hodiff.evaluate(x**2, {x: 0.1}, digits=40, exact_floats=True)
    with mp.workdps(60):
        assert mp.nstr((mp.mpf(exact.numerator) / exact.denominator) ** 2, 40) == taken
    assert hodiff.evaluate(x / 2, {x: 3.0}, digits=20) == "1.5"  # a whole number is what it is


def test_digits_are_those_of_the_graph_not_of_doubles_that_were_asked_for() -> None:
    t = hodiff.tensor(2.0, requires_grad=True)
    y = hodiff.exp(t)
    y.item()
    (slope,) = hodiff.grad(y, t, create_graph=True)
    slope.item()
    hodiff.grad(y, t, retain_graph=True)
    for z in (y, y * 1, slope):
        found = hodiff.evaluate(z, digits=40)
        assert found == "7.389056098930650227230427460575007813180"


def test_faults() -> None:
    with pytest.raises(HodiffError, match="infinite"):
        hodiff.evaluate(1 / x, {x: 0}, digits=5)
    with pytest.raises(HodiffError, match="undefined"):
        hodiff.evaluate(hodiff.log(x), {x: -1}, arithmetic="ball")
    with pytest.raises(HodiffError, match="can't be decided"):
        root = hodiff.sqrt(hodiff.constant(2))
        zero = hodiff.sqrt(x + 2 * root) - 1 - root  # at 3, which no precision tells
        hodiff.evaluate(hodiff.where(zero > 0, x, 2 * x), {x: 3}, digits=5)
    with pytest.raises(ValueError, match="'float' or 'ball'"):
        hodiff.evaluate(x, {x: 1}, arithmetic="exact")
    with pytest.raises(ValueError, match="from 1 on"):
        hodiff.evaluate(x, {x: 1}, digits=0)
    with pytest.raises(ValueError, match="variable y has no value"):
        hodiff.evaluate(x + y, {x: 1}, digits=5)


def test_a_where_that_is_decided_needs_only_the_branch_taken() -> None:
    f = hodiff.where(x > 0, hodiff.sqrt(x), hodiff.log(-x))
    assert hodiff.evaluate(f, {x: 4}, arithmetic="ball") == 2
    assert hodiff.evaluate(derivative(f, x), {x: 4}, arithmetic="ball") == 0.25


@pytest.mark.parametrize("dim", [(0, 1), (1, 2), (0, 2), (-1,), (0, 1, 2)])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sum", np.sum),
        ("amax", np.max),
        ("logsumexp", lambda x, axis: np.log(np.sum(np.exp(x), axis))),
    ],
)
def test_balls_reduced_over_several_axes(name: str, expected: Any, dim: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).integers(-9, 9, size=(2, 3, 4)) / 8
    v = hodiff.variable("v", (2, 3, 4))
    reduced = getattr(hodiff, name)(v, dim=dim)
    found = hodiff.evaluate(reduced, {v: values}, arithmetic="ball", exact_floats=True)
    np.testing.assert_allclose(np.array(found, dtype=float), expected(values, axis=dim), rtol=1e-15)
