"""What mends a false claim: each is a true derivative, changed in one place."""

import pytest

from tests.calculator.commands.test_check import FUNCTIONS, checked, derivative


@pytest.fixture(scope="module")
def sympy():
    return pytest.importorskip("sympy")


@pytest.mark.parametrize("function", FUNCTIONS[::4])
def test_a_sign_and_a_factor(sympy, function):
    found = str(derivative(sympy, function))
    for claim, mend in ((f"-({found})", "the sign"), (f"3*({found})", "factor 3 too many"),
                        (f"({found})/2", "missing factor 2")):  # fmt: skip
        assert checked(function, claim)["mend"] == mend


ITSELF = "that is EXPR itself: the derivative of order 1 is asked for"


@pytest.mark.parametrize(
    "function, claim, mend",
    [
        ("sin(x**2)", "cos(x**2)", "missing factor 2*x, the inner derivative"),
        ("sin(x**2 + x)", "cos(x**2 + x)", "missing factor 2*x + 1, the inner derivative"),
        ("exp(sin(x))", "exp(sin(x))", ITSELF),
        ("log(cos(x))", "1/cos(x)", "missing factor -sin(x), the inner derivative"),
        ("sqrt(1 + x**3)", "1/(2*sqrt(1 + x**3))", "missing factor 3*x**2, the inner derivative"),
        ("(x**2 + 1)**5", "5*(x**2 + 1)**4", "missing factor 2*x, the inner derivative"),
        ("x**4", "4*x**2", "missing factor x"),
        ("x**4", "4*x**4", "factor x too many"),
        ("exp(x)*sin(x)", "exp(x)*sin(x) - exp(x)*cos(x)", "the sign of exp(x)*cos(x)"),
        ("x**3*exp(x)", "3*x**2*exp(x)", "missing term x**3*exp(x)"),
        ("x**3 + x", "3*x**2 + 1 + x", "the term x too many"),
        ("x**3 + x", "3*x**2", "missing term 1"),
        ("x**2", "2*x + 5", "constants of integration have no place here: leave out 5"),
        ("x**2 + sin(x)", "3*x + cos(x)", "missing term -x"),
        ("log(x)", "x*log(x) - x", "that is an integral of EXPR: its derivative is asked for"),
        ("pi*x**2", "2*x", "missing factor pi"),
        ("x**2*exp(x**2)", "2*x*exp(x**2) + x**2*exp(x**2)",
         "missing factor 2*x in the term x**2*exp(x**2)"),
    ],
)  # fmt: skip
def test_what_mends_a_claim(function, claim, mend):
    found = checked(function, claim)
    said = found["mend"].replace("1 + 2*x", "2*x + 1")
    assert (found["equal"], said) == (False, mend)


@pytest.mark.parametrize(
    "claims, mend",
    [
        (["-y*cos(x*y)", "-x*cos(x*y)"], "the sign"),
        (["cos(x*y)", "cos(x*y)"],
         "in ∂f/∂x, missing factor y, the inner derivative;"
         " in ∂f/∂y, missing factor x, the inner derivative"),
        (["x*cos(x*y)", "y*cos(x*y)"], "the order of the entries: ∂f/∂x, ∂f/∂y"),
        (["y*cos(x*y)", "2*x*cos(x*y)"], "in ∂f/∂y, factor 2 too many"),
        (["0", "sin(x)"], None),
    ],
)  # fmt: skip
def test_mends_of_a_gradient(claims, mend):
    assert checked("sin(x*y)", f"[{', '.join(claims)}]")["mend"] == mend
