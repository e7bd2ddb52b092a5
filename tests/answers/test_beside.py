"""Edges: where an operation has no derivative or no value at the point, what is beside it decides.

The oracles are hand mathematics and mpmath's Cauchy integrals around the point.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from math import factorial
from typing import Any

import mpmath
import pytest
from mpmath import mp, mpf

from hodiff import calculate
from hodiff.answers import solve
from hodiff.derivatives import gradient
from hodiff.errors import HodiffError
from hodiff.language.problem import read
from tests.asking import question
from tests.cauchy import by_cauchy
from tests.fuzz.limits import limited
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
        true = by_cauchy(ANALYTIC[text], mpf(0), ORDERS)
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
        true = by_cauchy(f, mpf(0), ORDERS)
        for found, expected in zip(derivatives(text, "x=0", "--extend"), true, strict=True):
            assert abs(mpf(found) - expected) <= mpf(10) ** -14 * max(1, abs(expected))


def test_irrational_slopes_that_differ_are_a_kink() -> None:
    """abs(sin(x*sqrt(2))) and sqrt(2*x**2) have the slopes -sqrt(2) and sqrt(2) at 0."""
    for text in ("abs(sin(x*sqrt(2)))", "sqrt(2*x**2)"):
        assert "error" in asked("grad", text, "--at", "x=0", "--extend")


def test_digits_of_a_limit() -> None:
    found = asked("nth", "exp(1)*(exp(x)-1)/x", "--at", "x=0", "--order", "3", "--extend",
                  "--digits", "30")  # fmt: skip
    with mp.workdps(60):
        for k, text in enumerate([found["value"], *found["derivatives"]]):
            true = exact(mp.e / (k + 1))
            assert abs(Fraction(text) - true) <= abs(true) * Fraction(1, 2 * 10**29)
            assert nearest(Fraction(text)) == nearest(true)


CLOSED: list[tuple[str, str, Callable[[Any], Any]]] = [
    # What is 0 there is known as it is written, not of any ball.
    ("(exp(x)-e)/(x-1)", "1", lambda x: (mp.exp(x) - mp.e) / (x - 1)),
    ("(exp(x+1)-exp(1))/x", "0", lambda x: (mp.exp(x + 1) - mp.e) / x),
    ("(x**2-2)/(x-sqrt(2))", "sqrt(2)", lambda x: x + mp.sqrt(2)),
    ("(log(x)-2*log(2))/(x-4)", "4", lambda x: mp.log(x / 4) / (x - 4)),
    ("(sqrt(x)-sqrt(2))/(x-2)", "2", lambda x: 1 / (mp.sqrt(x) + mp.sqrt(2))),
    ("(sqrt(x)-2*sqrt(2))/(x-8)", "8", lambda x: 1 / (mp.sqrt(x) + mp.sqrt(8))),
    ("(2**x-4*sqrt(2))/(x-5/2)", "5/2", lambda x: (2**x - 4 * mp.sqrt(2)) / (x - mpf(5) / 2)),
    ("(sin(x)-sin(1))/(x-1)", "1", lambda x: (mp.sin(x) - mp.sin(1)) / (x - 1)),
    ("(tan(x)-tan(1))/(x-1)", "1", lambda x: (mp.tan(x) - mp.tan(1)) / (x - 1)),
    ("(erf(x)-erf(1))/(x-1)", "1", lambda x: (mp.erf(x) - mp.erf(1)) / (x - 1)),
    ("(x**x-4)/(x-2)", "2", lambda x: (mp.exp(x * mp.log(x)) - 4) / (x - 2)),
    ("(x**pi-1)/(x-1)", "1", lambda x: (x**mp.pi - 1) / (x - 1)),
    ("(softplus(x)-log(2))/x", "0", lambda x: mp.log((1 + mp.exp(x)) / 2) / x),
    ("(x-pi/2)*tan(x)", "pi/2", lambda x: (x - mp.pi / 2) * mp.tan(x)),
    ("x*csc(x)", "0", lambda x: x / mp.sin(x)),
    # The gamma family at its poles.
    ("x*gamma(x)", "0", lambda x: mp.gamma(x + 1)),
    ("(x+2)*gamma(x)", "-2", lambda x: mp.gamma(x + 3) / (x * (x + 1))),
    ("1/gamma(x)", "-2", mp.rgamma),
    ("gamma(2*x)/gamma(x)", "-2", lambda x: mp.gammaprod([2 * x], [x])),
    ("digamma(x)/gamma(x)", "-3", lambda x: mp.digamma(x) * mp.rgamma(x)),
    ("polygamma(1,x)*(x+1)**2", "-1", lambda x: mp.polygamma(1, x) * (x + 1) ** 2),
    ("beta(x,x)*x", "0", lambda x: mp.gamma(1 + x) * mp.gamma(x) / mp.gamma(2 * x)),
]


@pytest.mark.parametrize(("text", "at", "f"), CLOSED, ids=[row[0] for row in CLOSED])
def test_limits_by_numbers_in_closed_form(text: str, at: str, f: Callable[[Any], Any]) -> None:
    points = {"sqrt(2)": lambda: mp.sqrt(2), "pi/2": lambda: mp.pi / 2, "5/2": lambda: mpf(5) / 2}
    with mp.workdps(40):
        x = points.get(at, lambda: mpf(at))()
        true = by_cauchy(f, x, range(4))
    found = derivatives(text, f"x={at}", "--extend", order=3)
    for value, expected in zip(found, true, strict=True):
        assert abs(mpf(value) - expected) <= mpf(10) ** -13 * max(1, abs(expected))


def test_a_value_at_a_pole_of_a_factor() -> None:
    """beta(x, 3) is 2/(x*(x + 1)*(x + 2)), as SciPy and mpmath have it: no limit is needed."""
    found = asked("grad", "beta(x,3)", "--at", "x=-5")
    assert (found["value"], found["notes"]) == (nearest(Fraction(-1, 30)), [])
    slope = Fraction(2, -60) * (Fraction(1, 5) + Fraction(1, 4) + Fraction(1, 3))
    assert found["gradient"] == {"x": nearest(slope)}
    assert float(mpmath.beta(-5, 3)) == pytest.approx(-1 / 30, rel=1e-15)
    assert asked("grad", "beta(3,x)", "--at", "x=-5")["gradient"] == {"x": nearest(slope)}
    assert asked("value", "beta(x,3)", "--at", "x=-2")["error"]["kind"] == "pole"
    assert asked("value", "beta(x,5.5)", "--at", "x=-5")["error"]["kind"] == "pole"
    assert asked("grad", "beta(x,y)", "--at", "x=-5,y=3")["error"]["kind"] == "pole"


@pytest.mark.parametrize(("text", "expected"), [
    ("sqrt(x**4)*e", [0, 0, 2 * mpf(mp.e)]), ("sqrt(x**4)*sqrt(2)", [0, 0, 2 * mp.sqrt(2)]),
    ("hypot(x,x)**2", [0, 0, 4]), ("exp(abs(x)**2*pi)", [1, 0, 2 * mpf(mp.pi)]),
    ("sin(sqrt(x**4)+1)", [mp.sin(1), 0, 2 * mp.cos(1)]), ("(x**2)**1.5*e", [0, 0, 0]),
    ("acos(cos(x*sqrt(2)))**2", [0, 0, 4]), ("relu(x)**3*pi", [0, 0, 0]),
])  # fmt: skip
def test_irrational_factors_of_what_is_smooth(text: str, expected: list[Any]) -> None:
    for value, true in zip(derivatives(text, "x=0", order=2), expected, strict=True):
        assert abs(mpf(value) - true) <= mpf(10) ** -15 * max(1, abs(true))


def test_a_choice_in_a_limit() -> None:
    """relu(x)**2/x is 0 to the left and x to the right; atan(1/x) tends to -pi/2 and pi/2."""
    assert asked("value", "relu(x)**2/x", "--at", "x=0", "--extend")["value"] == 0
    assert "error" in asked("grad", "relu(x)**2/x", "--at", "x=0", "--extend")
    assert derivatives("relu(x)**3/x", "x=0", "--extend", order=1) == [0, 0]
    assert asked("value", "x*atan(1/x)", "--at", "x=0", "--extend")["value"] == 0
    assert "error" in asked("grad", "x*atan(1/x)", "--at", "x=0", "--extend")
    assert "error" in asked("value", "atan(1/x)", "--at", "x=0", "--extend")
    assert derivatives("x**2*atan(1/x)", "x=0", "--extend", order=1) == [0, 0]


def test_the_slopes_of_an_angle() -> None:
    kind, message = refusal("grad", "x*atan2(x,x)", "--at", "x=0")
    left, right = -3 * mpf(mp.pi) / 4, mpf(mp.pi) / 4
    assert kind == "kink"
    assert f"is {float(left)} from the left and {float(right)} from the right" in message
    kind, message = refusal("grad", "atan2(x,x)", "--at", "x=0")
    assert kind == "kink" and "jumps" in message
    assert asked("grad", "atan2(expm1(0),x)", "--at", "x=-2")["value"] == float(mp.pi)
    for text in ("max(x,x)", "clip(x,4,x)"):
        assert asked("grad", text, "--at", "x=4")["gradient"] == {"x": 1}


@pytest.mark.parametrize(("text", "at", "expected"), [
    ("floor(log(x)-2*log(3))", "x=9", 0), ("log(x)==2*log(y)", "x=9,y=3", 1),
    ("where(log(x)<2*log(3),1,2)", "x=9", 2), ("floor(sqrt(x)**2)", "x=2", 2),
    ("x % (sqrt(2)*sqrt(2))", "x=2", 0), ("ceil(exp(x)/e)", "x=1", 1),
    ("sign(sqrt(x)-2*sqrt(2))", "x=8", 0), ("floor(2**x/sqrt(2))", "x=5/2", 4),
])  # fmt: skip
def test_values_that_closed_forms_decide(text: str, at: str, expected: int) -> None:
    found = asked("value", text, "--at", at)
    assert (found["value"], found["notes"]) == (expected, [])


def test_what_is_undefined_to_a_side_is_said_by_series_too() -> None:
    """((x**3)**3.5)**2 is x**21 for x >= 0."""
    found = asked("taylor", "((x**3)**3.5)**2", "--at", "x=0", "--order", "3")
    assert found["exact"] == ["0"] * 4 and found["notes"] == [sided("left")]
    assert asked("nth", "acosh(x)**2", "--at", "x=1", "--order", "3")["notes"] == [sided("left")]
    assert asked("nth", "(x**4)**3.5", "--at", "x=0", "--order", "3")["notes"] == []


def test_even_powers_of_a_length_are_smooth() -> None:
    """hypot(x, y)**2 is x**2 + y**2: its second derivatives are 2, 0, 2."""
    identity = [[2, 0], [0, 2]]
    for text, f, second in (
        ("hypot(x,y)**2", 0, identity),
        ("sqrt(x**2+y**2)**2", 0, identity),
        ("norm([x,y])**2", 0, identity),
        ("hypot(x,y)**4", 0, [[0, 0], [0, 0]]),
        ("exp(-sqrt(x^2+y^2)^2/2)", 1, [[-1, 0], [0, -1]]),
    ):
        found = asked("hessian", text, "--at", "x=0,y=0")
        assert (found["value"], found["hessian"]) == (f, second), text
    assert refusal("grad", "sqrt(x**2-y**2)**2", "--at", "x=1,y=2")[0] == "domain"
    # Its second derivatives are of the order of the length; a length's times x have no limit.
    assert asked("hessian", "hypot(x,y)**3", "--at", "x=0,y=0")["hessian"] == [[0, 0], [0, 0]]
    assert refusal("hessian", "hypot(x,y)*x", "--at", "x=0,y=0")[0] == "kink"
    assert refusal("tensor", "hypot(x,y)**3", "--at", "x=0,y=0", "--order", "3")[0] == "kink"


def test_what_is_undefined_to_both_sides() -> None:
    """(-x**2)**1.5 has a value at 0 alone, though a rule has a slope for it."""
    for command in (("grad",), ("nth", "--order", "2"), ("taylor", "--order", "2")):
        for text in ("(-x**2)**1.5", "(-x**2)**3.5", "abs(sqrt(-x**2))"):
            kind, _ = refusal(command[0], text, "--at", "x=0", *command[1:])
            assert kind in ("domain", "pole")
    assert asked("value", "(-x**2)**1.5", "--at", "x=0")["value"] == 0


@pytest.mark.parametrize("x", ["1/2", "1/3", "2", "5/2", "pi", "1e-9"])
@pytest.mark.parametrize("zero", ["y", "abs(y)", "(y - 1/10 + 0.1)", "sin(y)", "log(1 + y)"])
def test_zero_to_a_power_above_zero_stays_zero(zero: str, x: str) -> None:
    """Of y**x at y = 0, x being what moves: with whatever it stands beside."""
    at = ("--at", f"x={x},y=0", "--wrt", "x")
    assert asked("grad", f"{zero}**x", *at)["gradient"] == {"x": 0}
    for order in ("2", "6"):
        found = asked("nth", f"{zero}**x*exp(x)", *at, "--order", order)
        assert [found["value"], *found["derivatives"]] == [0] * (int(order) + 1)
        assert found["notes"] == []


def test_zero_to_a_power_in_the_base() -> None:
    """y**x in y is one-sided at 0, unless x is whole."""
    found = asked("grad", "y**x", "--at", "x=3/2,y=0")
    assert found["gradient"] == {"x": 0, "y": 0}
    assert ["to the left of the point in y" in note for note in found["notes"]] == [True]
    assert refusal("grad", "y**x", "--at", "x=1/2,y=0")[0] == "pole"
    assert refusal("grad", "y**x", "--at", "x=0,y=0", "--wrt", "x")[0] in ("kink", "pole", "domain")


def test_no_finite_limit_is_said() -> None:
    kind, message = refusal("value", "sin(x)/(1-cos(x))", "--at", "x=0", "--extend")
    assert kind == "pole" and "no finite limit" in message
    kind, message = refusal("grad", "relu(sqrt(x))", "--at", "x=0")
    assert kind == "pole" and "no finite derivative" in message


def test_a_kink_in_one_of_several_variables() -> None:
    for text, at, name, slopes in (
        ("(sqrt((x*w)^2)-1)^2", "w=1,x=0", "x", (2, -2)),
        ("sqrt(x**2)*y", "x=0,y=3", "x", (-3, 3)),
        ("acos(cos(x))*y", "x=pi,y=1", "x", (1, -1)),
    ):
        kind, message = refusal("grad", text, "--at", at)
        told = "the slope in {} is {} from the left and {} from the right"
        assert kind == "kink" and told.format(name, *slopes) in message


@pytest.mark.parametrize(("text", "at", "gradient", "second"), [
    ("sqrt(x**4)*y+y**2*x", "x=0,y=3", [9, 0], [[6, 6], [6, 0]]),  # x**2*y + x*y**2
    ("cbrt(x)**3*y", "x=0,y=2", [2, 0], [[0, 1], [1, 0]]),  # x*y
    ("where(x!=0,sin(x)/x,1)*exp(y)", "x=0,y=0", [0, 1], [[nearest(Fraction(-1, 3)), 0], [0, 1]]),
    ("sqrt(x**4)+sqrt(y**4)", "x=0,y=0", [0, 0], [[2, 0], [0, 2]]),
])  # fmt: skip
def test_pieces_of_one_variable(
    text: str, at: str, gradient: list[int], second: list[list[Any]]
) -> None:
    found = asked("hessian", text, "--at", at)
    assert [*found["gradient"].values()] == gradient
    assert (found["hessian"], found["notes"]) == (second, [])


def test_limits_in_several_variables() -> None:
    text, at = "sin(x)/x*exp(y)", ("--at", "x=0,y=0")
    assert "--extend" in refusal("grad", text, *at)[1]
    found = asked("hessian", text, *at, "--extend")
    assert found["hessian"] == [[nearest(Fraction(-1, 3)), 0], [0, 1]]
    assert found["notes"] == [EXTENDED]
    for text in ("x/y", "sin(x*y)/(x*y)", "where(x!=0,sin(x)/x,2)*exp(y)", "floor(x)*exp(y)"):
        assert "error" in asked("grad", text, *at, "--extend")


def test_what_vanishes_faster_than_every_power() -> None:
    """exp(-1/x) to the right of 0, as in a bump function, and all its derivatives."""
    assert derivatives("where(x>0,exp(-1/x),0)", "x=0") == [0, 0, 0, 0, 0]
    assert derivatives("where(x>0,exp(-1/x)/x**3,0)+x", "x=0") == [0, 1, 0, 0, 0]
    assert derivatives("exp(-1/x**2)*cos(x)", "x=0", "--extend") == [0, 0, 0, 0, 0]
    for text in ("exp(1/x)", "exp(-1/x)", "sign(exp(-1/x**2))", "exp(1/x**2)*exp(-1/x**2)"):
        assert "error" in asked("grad", text, "--at", "x=0", "--extend")


@pytest.mark.parametrize(("text", "expected"), [
    ("mod(x,x)", [0, 0]), ("floor(x/x)", [1, 0]), ("where(x/x>=1,x,7)", [2, 1]),
    ("where(tanh(x)>=tanh(x),x,2*x)", [2, 1]), ("where(tanh(x)<tanh(x),x,2*x)", [4, 2]),
    ("floor(tanh(x)/tanh(x))*x", [2, 1]), ("mod(exp(x),exp(x))+x", [2, 1]),
    ("floor(sin(x)-sin(x))+x**2", [4, 4]),
])  # fmt: skip
def test_a_tie_all_around_is_none(text: str, expected: list[int]) -> None:
    """u/u is 1 and u - u is 0 to both sides, whatever u is, so what is chosen doesn't change."""
    assert derivatives(text, "x=2", order=1) == expected


def test_a_tie_of_what_is_not_alike_stays_open() -> None:
    for text in ("mod(x,2)", "mod(2*x,x)*x+floor(x)", "floor(tanh(x)/tanh(2))"):
        assert asked("grad", text, "--at", "x=2")["error"]["kind"] in ("kink", "undecided")


@pytest.mark.parametrize(
    "text, x, undefined",
    [
        ("gammainc(5, x)", "0", "left"),
        ("gammainc(5, log(x))", "1", "left"),
        ("gammainc(5, x**2)", "0", ""),
        ("where(x < 1, x, gammainc(5, x))", "0", ""),
        ("polylog(3, x)", "1", "right"),
        ("besselj(5/2, x)", "0", "left"),
        ("besselj(5/2, -x)", "0", "right"),
        ("besselj(2, x)", "0", ""),
        ("betainc(3, 3, x)", "1", "right"),
        ("hyp2f1(1/2, 1/3, 5, x)", "1", "right"),
        ("hyp2f1(2, 1/3, 5, x)", "1", "right"),
        ("hyp2f1(-2, 1/3, 5, x)", "1", ""),  # a polynomial
        ("expint(5, x)*y", "0", "left"),
        ("sum(gammainc(3, [x, y]))", "0", "left"),
        ("sum(gammainc([5, 3], x))", "0", "left"),
        ("sum(polylog(3, [[y, 1/3], [y/4, x]]))", "1", "right"),
        ("softmax([x**3, besseli(1/3, y), x])[0]", "0", ""),
    ],
)
def test_at_the_end_of_a_functions_domain_the_slope_is_one_sided(text, x, undefined):
    """Where the function's value just beside the point says so."""
    point = {"x": x, "y": "1/2"} if "y" in text else {"x": x}
    notes = calculate("grad", text, at=point).notes
    sides = {"left": -1, "right": 1}
    for name, side in sides.items():
        beside = point | {"x": f"{x} + {side}/1000"}
        try:
            calculate("value", text, at=beside)
        except HodiffError:
            assert name == undefined
    said = [note for note in notes if "one-sided" in note]
    assert len(said) == bool(undefined) and all(f"to the {undefined}" in note for note in said)


def test_a_power_of_exactly_0_is_0_beside_the_point() -> None:
    found = calculate("nth", "(x - x)**x", at="x=0.7", order=2)
    assert (found.value, found.derivatives) == (0, [0, 0])


@pytest.mark.parametrize(
    "text",
    ["((x/x)*(x-x))/(lgamma(x) + x%x)", "(x-x)**2/(lgamma(x) + gamma(x)*sin(x) + x%x)**3"],
)
def test_numbers_in_closed_form_do_not_grow_without_end(text: str) -> None:
    """A series of a quotient by such a sum would take minutes: 0, or no word about it."""
    problem = read(text, ["x=1/2"])
    outputs = [problem.f, *gradient(problem.f, problem.inputs)]
    with limited(), suppress(HodiffError):
        assert solve(question(problem, outputs)).values == [0, 0]


BASES = {"x": lambda x: x, "-x": lambda x: -x, "sin(x)": mp.sin, "x**2": lambda x: x**2,
         "abs(x)**3": lambda x: abs(x) ** 3, "(x - x**2)": lambda x: x - x**2}  # fmt: skip
EXPONENTS = {
    "pi**x": lambda x: mp.pi**x, "1 + x": lambda x: 1 + x, "2 + sin(x)": lambda x: 2 + mp.sin(x),
    "3/2 + x": lambda x: mpf(3) / 2 + x, "e": lambda x: mp.e, "sqrt(2)": lambda x: mp.sqrt(2),
    "exp(x) + x**2": lambda x: mp.exp(x) + x**2, "2": lambda x: 2, "5/3": lambda x: mpf(5) / 3,
    "cos(x)**2 + sin(x)**2 + 1": lambda x: 2, "sqrt(2)*sqrt(2)": lambda x: 2,
    "where(x < 0, 2, 2 + x)": lambda x: 2 if x < 0 else 2 + x,
}  # fmt: skip


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("exponent", EXPONENTS)
def test_powers_of_what_is_0_say_where_they_are_undefined(base: str, exponent: str) -> None:
    """Where mpmath has no real value just beside the point."""
    undefined = {
        name
        for name, x in (("left", mpf("-1e-9")), ("right", mpf("1e-9")))
        if isinstance((BASES[base](x) + 0j) ** EXPONENTS[exponent](x), mpmath.mpc)
        and abs(mp.im((BASES[base](x) + 0j) ** EXPONENTS[exponent](x))) > 1e-40
    }
    found = calculate("grad", f"({base})**({exponent})", at={"x": 0})
    assert found.notes == [sided(side) for side in undefined]


@pytest.mark.parametrize("text", ["x**(2 + x) + (-x)**(2 + x)", "x**(2 + x) + sqrt(-x)**5"])
def test_what_is_undefined_to_both_sides_has_no_slope(text: str) -> None:
    kind, message = refusal("grad", text, "--at", "x=0")
    assert (kind, message) == ("domain", "f is undefined to both sides of the point")


PARAMETERS: dict[str, Callable[[Any], Any]] = {
    "besselj(1, x)/x": lambda z: mpmath.besselj(1, z) / z,
    "(1 - besselj(0, x))/x**2": lambda z: (1 - mpmath.besselj(0, z)) / z**2,
    "besseli(2, x)/x**2": lambda z: mpmath.besseli(2, z) / z**2,
    "polylog(2, x)/x": lambda z: mpmath.polylog(2, z) / z,
    "legendrep(3, x)/sin(x)": lambda z: (5 * z**3 - 3 * z) / 2 / mpmath.sin(z),
    "(hyp1f1(1/2, 2, x) - 1)/x": lambda z: (mpmath.hyp1f1(0.5, 2, z) - 1) / z,
}


@pytest.mark.parametrize("text", PARAMETERS)
def test_functions_of_parameters_have_limits(text: str) -> None:
    with mp.workdps(30):
        true = by_cauchy(PARAMETERS[text], mpf(0), ORDERS)
        for found, expected in zip(derivatives(text, "x=0", "--extend"), true, strict=True):
            assert abs(mpf(found) - expected) <= mpf(10) ** -14 * max(1, abs(expected))


def test_a_function_of_a_parameter_that_ends_at_the_point_is_told_one_sided() -> None:
    """besselj(9/2, x) goes with x**(9/2) to the right, and has no real value to the left."""
    found = asked("nth", "besselj(9/2, x)*x", "--at", "x=0", "--order", "2")
    assert found["derivatives"] == [0, 0] and sided("left") in found["notes"]
    assert "error" in asked("nth", "besselj(1/2, x)", "--at", "x=0", "--order", "1")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("norm([x**2, x**3])", [0, 0, 2]),  # x**2*sqrt(1 + x**2)
        ("norm([x, x])*norm([x, x])", [0, 0, 4]),
        ("norm([x, x])*sin(norm([x, x]))", [0, 0, 4, 0, -16]),  # 2*x**2 - 2*x**4/3 + ...
        ("norm([sin(x), x*sin(x)])**3*sign(x)", [0, 0, 0, 6]),  # sin(x)**3*sqrt(1 + x**2)**3
    ],
)
def test_norms_of_vectors_in_one_variable(text: str, expected: list[int]) -> None:
    assert derivatives(text, "x=0", order=len(expected) - 1) == expected


def test_a_norm_of_a_vector_has_its_slopes() -> None:
    kind, message = refusal("grad", "norm([3*x, 4*x])", "--at", "x=0")
    assert kind == "kink" and "the slope is -5 from the left and 5 from the right" in message
