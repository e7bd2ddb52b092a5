"""Edges: where an operation has no derivative or no value at the point, what is beside it decides.

The oracles are hand mathematics and mpmath's Cauchy integrals around the point.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import factorial
from typing import Any

import mpmath
import pytest
from mpmath import mp, mpf

from tests.printed import asked, exact, nearest

ORDERS = range(5)
EXTENDED = "f has no value at the point: its limit is taken"


def derivatives(text: str, at: str, *options: str, order: int = 4) -> list[Any]:
    """The value and the derivatives up to order."""
    found = asked("nth", text, "--at", at, "--order", str(order), *options)
    return [found["value"], *found["derivatives"]]


def sided(side: str) -> str:
    return f"f is undefined to the {side} of the point: what is told is one-sided"


def refusal(*arguments: str) -> tuple[str, str]:
    error = asked(*arguments)["error"]
    return error["kind"], error["message"]


REMOVABLE: dict[str, Callable[[int], Fraction]] = {
    # sin(x)/x is the sum of (-1)**j*x**(2*j)/(2*j + 1)!
    "sin(x)/x": lambda k: Fraction(0 if k % 2 else (-1) ** (k // 2), k + 1),
    # (1 - cos(x))/x**2 is the sum of (-1)**j*x**(2*j)/(2*j + 2)!
    "(1-cos(x))/x**2": lambda k: Fraction(0 if k % 2 else (-1) ** (k // 2), (k + 1) * (k + 2)),
    # The Bernoulli numbers' generating function.
    "x/(exp(x)-1)": lambda k: Fraction(*map(int, mpmath.bernfrac(k))),
    # (exp(x) - 1)/x is the sum of x**k/(k + 1)!
    "(exp(x)-1)/x": lambda k: Fraction(1, k + 1),
    # log(1 + x)/x is the sum of (-x)**k/(k + 1)
    "log(1+x)/x": lambda k: Fraction((-1) ** k * factorial(k), k + 1),
    "(x**3-8*x)/x": lambda k: Fraction((-8, 0, 2, 0, 0)[k]),
}


FACTORS = {"7": (7, 0), "exp(x)": (1, 1), "1/(1-2*x)": (1, 2), "1": (1, 0)}  # values and slopes


@pytest.mark.parametrize("m", range(1, 16))
@pytest.mark.parametrize("factor", FACTORS)
def test_what_a_series_leaves(m: int, factor: str) -> None:
    """exp(x) less its first m terms, over x**m, is the sum of x**k/(k + m)!: no series to a fixed
    length may pass for 0, however long it is against the power."""
    first = "+".join(f"x**{k}/{factorial(k)}" for k in range(m))
    text = f"{factor}*((exp(x)-({first}))/x**{m})"
    value, slope = FACTORS[factor]
    found = asked("grad", text, "--at", "x=0", "--extend")
    assert found["value"] == nearest(Fraction(value, factorial(m)))
    expected = Fraction(slope, factorial(m)) + Fraction(value, factorial(m + 1))
    assert found["gradient"] == {"x": nearest(expected)}


@pytest.mark.parametrize("text", REMOVABLE)
@pytest.mark.parametrize("order", ORDERS)
def test_removable_singularities(text: str, order: int) -> None:
    expected = [float(REMOVABLE[text](k)) for k in range(order + 1)]
    if order == 0:
        found = asked("value", text, "--at", "x=0", "--extend")
        assert [found["value"]] == expected
    else:
        found = asked("nth", text, "--at", "x=0", "--order", str(order), "--extend")
        assert [found["value"], *found["derivatives"]] == expected
    assert found["notes"] == [EXTENDED]
    command = ["value"] if order == 0 else ["nth", "--order", str(order)]
    kind, message = refusal(*command[:1], text, "--at", "x=0", *command[1:])
    assert kind == "domain" and "(--extend takes the limit)" in message


ANALYTIC: dict[str, Callable[[Any], Any]] = {
    "tan(x)/x": lambda x: mp.tan(x) / x,
    "x/sin(x)": lambda x: x / mp.sin(x),
    "x**2/(1-cos(x))": lambda x: x**2 / (1 - mp.cos(x)),
    "(sqrt(1+x)-1)/x": lambda x: (mp.sqrt(1 + x) - 1) / x,
    "(exp(x)-1-x)/x**2*cos(x)": lambda x: (mp.exp(x) - 1 - x) / x**2 * mp.cos(x),
    "asin(x)/tanh(x)": lambda x: mp.asin(x) / mp.tanh(x),
    "abs(sin(x))/abs(x)": lambda x: mp.sin(x) / x,
}


@pytest.mark.parametrize("text", ANALYTIC)
def test_limits_by_cauchy_integrals(text: str) -> None:
    with mp.workdps(30):
        true = [mp.re(mp.diff(ANALYTIC[text], 0, k, method="quad", radius=0.5)) for k in ORDERS]
        for found, expected in zip(derivatives(text, "x=0", "--extend"), true, strict=True):
            assert abs(mpf(found) - expected) <= mpf(10) ** -14 * max(1, abs(expected))


def test_the_same_limits_by_every_command() -> None:
    """Of x/(exp(x) - 1): 1, -1/2, 1/6."""
    text, at = "x/(exp(x)-1)", ("--at", "x=0", "--extend")
    assert asked("grad", text, *at)["gradient"] == {"x": -0.5}
    sixth = 1 / 6
    assert asked("hessian", text, *at)["hessian"] == [[sixth]]
    assert asked("hessian", text, *at, "--diag")["diagonal"] == [sixth]
    assert asked("laplacian", text, *at)["laplacian"] == sixth
    assert asked("hvp", text, *at, "--v", "3")["hvp"] == [0.5]
    assert asked("jacobian", text, *at)["jacobian"] == [[-0.5]]
    assert asked("jvp", text, *at, "--v", "3")["jvp"] == [-1.5]
    assert asked("vjp", text, *at, "--v", "3")["vjp"] == [-1.5]


def test_a_taylor_polynomial_takes_the_limit_and_says_so() -> None:
    found = asked("taylor", "sin(x)/x", "--at", "x=0", "--order", "4")
    assert found["exact"] == ["1", "0", "-1/6", "0", "1/120"]
    assert found["notes"] == [EXTENDED]


def test_away_from_zero() -> None:
    """sin(x)/(x - pi) is -sin(u)/u of u = x - pi; (x**2 - 2)/(x - sqrt(2)) is x + sqrt(2)."""
    assert derivatives("sin(x)/(x-pi)", "x=pi", "--extend", order=2) == [-1, 0, 1 / 3]
    found = derivatives("(x**2-1/9)/(x-1/3)", "x=1/3", "--extend", order=2)
    assert found == [2 / 3, 1, 0]


@pytest.mark.parametrize("text", ["1/x", "abs(x)/x", "floor(x)/x", "exp(1/x)", "sin(1/x)",
                                  "x*sin(1/x)", "cos(x)/x**2"])  # fmt: skip
def test_what_has_no_limit_that_is_told_is_refused(text: str) -> None:
    kind, message = refusal("value", text, "--at", "x=0", "--extend")
    assert kind in ("pole", "domain") and "--extend" not in message
    assert refusal("nth", text, "--at", "x=0", "--order", "2", "--extend")[0] == kind


def test_a_limit_without_a_slope() -> None:
    """x*abs(x)/x is abs(x) but for 0: the limit is 0, and there is a kink."""
    assert asked("value", "x*abs(x)/x", "--at", "x=0", "--extend")["value"] == 0
    assert "error" in asked("grad", "x*abs(x)/x", "--at", "x=0", "--extend")


def test_a_value_that_is_not_the_limit_is_a_jump() -> None:
    assert derivatives("where(x!=0,sin(x)/x,1)", "x=0", order=2) == [1, 0, -1 / 3]
    assert refusal("grad", "where(x!=0,sin(x)/x,2)", "--at", "x=0")[0] == "kink"


SMOOTH: list[tuple[str, str, list[Any]]] = [
    ("sqrt(x**4)", "x=0", [0, 0, 2, 0, 0]),  # x**2
    ("cbrt(x)**3", "x=0", [0, 1, 0, 0, 0]),  # x
    ("cbrt(x**6)", "x=0", [0, 0, 2, 0, 0]),  # x**2
    ("sqrt(sin(x)**4)", "x=pi", [0, 0, 2, 0, -8]),  # sin(x)**2 is (1 - cos(2*x))/2
    ("sqrt((1-cos(x))**2)", "x=0", [0, 0, 1, 0, -1]),  # 1 - cos(x)
    ("abs(x)**4", "x=0", [0, 0, 0, 0, 24]),
]


@pytest.mark.parametrize(("text", "at", "expected"), SMOOTH, ids=[row[0] for row in SMOOTH])
def test_where_a_rule_is_not_smooth_but_f_is(text: str, at: str, expected: list[Any]) -> None:
    assert derivatives(text, at) == expected
    assert asked("nth", text, "--at", at, "--order", "2")["notes"] == []


@pytest.mark.parametrize(("text", "at", "left", "right"), [
    ("sqrt(x**2)", "x=0", -1, 1), ("abs(x)", "x=0", -1, 1), ("acos(cos(x))", "x=0", -1, 1),
    ("acos(cos(x))", "x=pi", 1, -1), ("sqrt((x-2)**2)*3", "x=2", -3, 3),
    ("abs(sin(x))", "x=pi", -1, 1), ("asin(sin(x))", "x=pi/2", 1, -1),
    ("sqrt(1-cos(x)**2)", "x=pi", -1, 1),
])  # fmt: skip
@pytest.mark.parametrize("command", [("grad",), ("nth", "--order", "3"), ("hessian",),
                                     ("taylor", "--order", "2")], ids=" ".join)  # fmt: skip
def test_kinks(text: str, at: str, left: int, right: int, command: tuple[str, ...]) -> None:
    kind, message = refusal(command[0], text, "--at", at, *command[1:])
    assert kind == "kink"
    if command[0] == "grad":
        assert f"the slope is {left} from the left and {right} from the right" in message


@pytest.mark.parametrize(("text", "at", "side", "expected"), [
    ("sqrt(x)**3", "x=0", "left", [0, 0]),
    ("x**2.5", "x=0", "left", [0, 0, 0]),
    ("sqrt(x)**4", "x=0", "left", [0, 0, 2, 0]),  # x**2 on the right
    ("sqrt(1-x)**3+x", "x=1", "right", [1, 1]),
    ("(2-x)**3.5", "x=2", "right", [0, 0, 0, 0]),
    ("x**1.5*cos(x)", "x=0", "left", [0, 0]),
])  # fmt: skip
def test_one_sided(text: str, at: str, side: str, expected: list[Any]) -> None:
    """Told from the one side that there is; the next derivative there is infinite, or 0."""
    order = len(expected) - 1
    found = asked("nth", text, "--at", at, "--order", str(order))
    assert [found["value"], *found["derivatives"]] == expected
    assert found["notes"] == [sided(side)]
    if text != "sqrt(x)**4":
        assert refusal("nth", text, "--at", at, "--order", str(order + 1))[0] == "pole"


def test_an_edge_that_is_none_has_no_note() -> None:
    for text in ("sqrt(x**2+x**4)*x", "(x**2)**1.5", "sqrt(x**4)"):
        assert asked("grad", text, "--at", "x=0")["notes"] == []


@pytest.mark.parametrize(("text", "f"), [
    ("sin(x*sqrt(2))/x", lambda x: mp.sin(x * mp.sqrt(2)) / x),
    ("(2**x-1)/x", lambda x: (2**x - 1) / x),
    ("log(1+x)*cos(1+x)/sqrt(3+x)/x", lambda x: mp.log(1 + x) * mp.cos(1 + x) / mp.sqrt(3 + x) / x),
])  # fmt: skip
def test_irrational_limits_by_cauchy_integrals(text: str, f: Callable[[Any], Any]) -> None:
    with mp.workdps(30):
        true = [mp.re(mp.diff(f, 0, k, method="quad", radius=0.5)) for k in ORDERS]
        for found, expected in zip(derivatives(text, "x=0", "--extend"), true, strict=True):
            assert abs(mpf(found) - expected) <= mpf(10) ** -14 * max(1, abs(expected))


def test_irrational_slopes_that_differ_are_a_kink() -> None:
    """abs(sin(x*sqrt(2))) and sqrt(2*x**2) have the slopes -sqrt(2) and sqrt(2) at 0."""
    for text in ("abs(sin(x*sqrt(2)))", "sqrt(2*x**2)", "sqrt(2)*abs(sin(x)**2)/x"):
        assert "error" in asked("grad", text, "--at", "x=0", "--extend")


def test_digits_of_a_limit() -> None:
    found = asked("nth", "(exp(x+1)-1*exp(1))/x", "--at", "x=0", "--order", "1", "--extend")
    assert found["error"]["kind"] in ("domain", "undecided")  # that e - e is 0 is known of no ball
    found = asked("nth", "exp(1)*(exp(x)-1)/x", "--at", "x=0", "--order", "3", "--extend",
                  "--digits", "30")  # fmt: skip
    with mp.workdps(60):
        for k, text in enumerate([found["value"], *found["derivatives"]]):
            true = exact(mp.e / (k + 1))
            assert abs(Fraction(text) - true) <= abs(true) * Fraction(1, 2 * 10**29)
            assert nearest(Fraction(text)) == nearest(true)
