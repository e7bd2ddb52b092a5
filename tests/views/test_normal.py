"""A derivative's formula equals the derivative, reads back, and is as short as a person's."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings

from hodiff import derivatives
from hodiff.errors import HodiffError
from hodiff.language.problem import read
from hodiff.views.formula import infix
from hodiff.views.normal import shortest
from hodiff.views.parts import operations
from tests.views.test_formula import POINTS, at, common, drawn, rational, same, smooth


def derivative(text: str, order: int = 1, wrt: str | None = None) -> tuple[Any, Any, str]:
    """f, its derivative in the first variable as a graph, and as it is printed."""
    problem = read(text, wrt=wrt)
    y = derivatives.nth(problem.f, problem.inputs[0], order)[-1]
    return problem.f, y, infix(shortest(problem.f, [y])[0])


def printed(text: str, order: int = 1, wrt: str | None = None) -> str:
    return derivative(text, order, wrt)[2]


# ------------------------------------------------------------------ the same function


def equal_and_shorter(text: str, point: dict[str, Fraction], order: int) -> None:
    """Wherever the graph of the derivative has a value, the formula has it, too."""
    problem = drawn(text)
    assume(problem.inputs)
    try:
        y = derivatives.nth(problem.f, problem.inputs[0], order)[-1]
    except HodiffError:  # a limit: 2**(7**…)
        assume(False)
    (part,) = shortest(problem.f, [y])
    expected = at(y, point)
    assume(expected is not None and abs(expected) < 1e50)
    same(y, read(infix(part)).f, point, expected)


@given(smooth, POINTS)
@settings(common, max_examples=200)
def test_a_first_derivative_is_the_same_function(text: str, point: dict[str, Fraction]) -> None:
    equal_and_shorter(text, point, 1)


@given(smooth, POINTS)
@settings(common, max_examples=150)
def test_a_second_derivative_is_the_same_function(text: str, point: dict[str, Fraction]) -> None:
    equal_and_shorter(text, point, 2)


@given(rational, POINTS)
@settings(common, max_examples=150)
def test_a_derivative_in_pieces_is_the_same_function(text: str, point: dict[str, Fraction]) -> None:
    equal_and_shorter(text, point, 1)


# ------------------------------------------------------------------ as a person writes it

TEXTBOOK = [
    ("x*x*x", 1, "3*x**2"),
    ("e^x", 1, "exp(x)"),
    ("1/(1+x^2)", 1, "-2*x/(1 + x**2)**2"),
    ("1/(1+x^2)", 2, "2*(3*x**2 - 1)/(1 + x**2)**3"),
    ("1/(1+x^2)", 4, "24*(1 - 10*x**2 + 5*x**4)/(1 + x**2)**5"),
    ("sqrt(x)*sqrt(x)", 1, "1"),
    ("x*sqrt(x)", 1, "3*sqrt(x)/2"),
    ("x**(5/2)", 1, "5*x**(3/2)/2"),
    ("1/sqrt(x)", 1, "-1/(2*x**(3/2))"),
    ("exp(-x)", 1, "-exp(-x)"),
    ("x*exp(-x)", 1, "exp(-x)*(1 - x)"),
    ("exp(-x**2/2)", 2, "exp(-x**2/2)*(x**2 - 1)"),
    ("sqrt(1+x^2)", 2, "1/(1 + x**2)**(3/2)"),
    ("sqrt(1+x^2)", 3, "-3*x/(1 + x**2)**(5/2)"),
    ("asin(x)", 2, "x/(1 - x**2)**(3/2)"),
    ("(x1-x2)**2", 1, "2*(x1 - x2)"),
    ("log(x)/x", 1, "(1 - log(x))/x**2"),
    ("x**a", 1, "a*x**(a - 1)"),
    ("x**x", 1, "x**x*(log(x) + 1)"),
    ("1/(1+exp(-x))", 1, "exp(-x)/(1 + exp(-x))**2"),
    ("(x**2+1)/(x**2-1)", 1, "-4*x/(x**2 - 1)**2"),
    ("sin(x)/cos(x)", 2, "2*sin(x)/cos(x)**3"),
    ("sin(x)**2 + cos(x)**2", 1, "0"),
    ("tanh(x)", 1, "sech(x)**2"),
    ("x/(x+1)", 1, "1/(x + 1)**2"),
    ("1/(1-v/c)", 2, "2*c/(c - v)**3"),
]


@pytest.mark.parametrize(("text", "order", "expected"), TEXTBOOK)
def test_textbook_derivatives(text: str, order: int, expected: str) -> None:
    assert printed(text, order) == expected


@pytest.mark.parametrize(
    ("text", "wrt", "expected"),
    [("k*x", "x", "k"), ("k*x**2*sin(x)", "x", "k*x*(x*cos(x) + 2*sin(x))"),
     ("b*exp(a*x)", "x", "b*a*exp(a*x)"), ("1 + x + x**3", "x", "1 + 3*x**2"),
     ("x**3 + x + 1", "x", "3*x**2 + 1")],
)  # fmt: skip
def test_the_order_is_the_users(text: str, wrt: str, expected: str) -> None:
    assert printed(text, 1, wrt) == expected


@pytest.mark.parametrize(("text", "order"), [(t, o) for t, o, _ in TEXTBOOK])
def test_no_longer_than_sympy(text: str, order: int) -> None:
    sympy = pytest.importorskip("sympy")
    problem = read(text)
    x = problem.inputs[0].attributes[0]
    f = sympy.sympify(text.replace("^", "**").replace("e**x", "exp(x)"))
    theirs = str(sympy.diff(f, sympy.Symbol(x), order))
    y = derivatives.nth(problem.f, problem.inputs[0], order)[-1]
    ours = operations(shortest(problem.f, [y])[0], {})[0]
    assert ours <= operations(shortest(read(theirs).f, [read(theirs).f])[0], {})[0]


# ------------------------------------------------------------------ at the edges


def test_a_pole_stays() -> None:
    y = read("log(x)*0 + 1/x").f
    assert "x" in infix(shortest(y, [y])[0])


def test_high_powers_and_many_terms_are_left_as_they_were_built() -> None:
    """Written out they would have ten thousand terms."""
    for text in ("(a+b+c+d+f+g+h)**40*(a-b)**30", "(1+x)**(10**9)", "x**(10**30)"):
        once = printed(text)
        assert len(once) < 400, once


def test_a_tower_of_calls_is_no_recursion() -> None:
    text = "f(t) = sin(t) + t; " + "x"
    for _ in range(60):
        text = text[: text.index("; ") + 2] + f"f({text[text.index('; ') + 2 :]})"
    _, y, once = derivative(text)
    same(y, read(once).f, {"x": Fraction(1, 3)})
