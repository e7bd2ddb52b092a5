"""What is written elsewhere, on paper or in other programs, is told with the way it goes here."""

from __future__ import annotations

import json
import math

import pytest

from hodiff.errors import HodiffError
from hodiff.language.elsewhere import whole
from hodiff.language.problem import read

ALONE = "EXPR is what is differentiated: leave out "


@pytest.mark.parametrize(
    "text, start, end, message",
    [
        ("d/dx x^2", 0, 4, ALONE + "'d/dx', and write --wrt x"),
        (" d/dx (x^2)", 1, 5, ALONE + "'d/dx', and write --wrt x"),
        ("d(t^2)/dt", 0, 9, ALONE + "'d(t^2)/dt', and write --wrt t"),
        ("dy/dx = x^2", 0, 5, ALONE + "'dy/dx', and write --wrt x"),
        ("∂/∂θ (x²θ)", 0, 4, ALONE + "'∂/∂θ', and write --wrt θ"),
        ("d²/dx² x^3", 0, 6, ALONE + "'d²/dx²', and take nth --order 2 --wrt x"),
        ("d^12y/dx^12 = x", 0, 11, ALONE + "'d^12y/dx^12', and take nth --order 12 --wrt x"),
        ("lambda x: x**2", 0, 9, "there is no 'lambda': leave out 'lambda x:'"),
        ("x + \\sin x", 4, 8, "'\\sin' is LaTeX, which is not read"),
        ("\\frac{1}{x}", 0, 5, "'\\frac' is LaTeX, which is not read"),
        ("∑x", 0, 1, "a sum is written sum(term, i, 1, n)"),
        ("x ? 1 : 2", 2, 3, "there is no '?': write where(condition, a, b)"),
        ("sin(30°)", 6, 7, "write sind(30), which takes degrees"),
        ("2*cos x°", 7, 8, "write cosd(x), which takes degrees"),
        ("log₂(x)", 3, 4, "write 'log2' instead of 'log₂'"),
        ("log₁₀(x)", 3, 5, "write 'log10' instead of 'log₁₀'"),
        ("logₐ(x)", 3, 4, "write log(x, a) for the logarithm of x to this base"),
        ("log_3(x)", 0, 5, "unknown function 'log_3': write log(x, 3) for the logarithm"),
        ("diff(x^2, x)", 0, 4, "unknown function 'diff': EXPR is differentiated as it is"),
        ("2*integrate(x)", 2, 11, "unknown function 'integrate': integrals are not computed here"),
        ("Sin[x]", 0, 6, "an index must be a whole number: for a call write sin(…)"),
        ("Sin[0]", 0, 6, "'Sin' is a number here: for a call write sin(…)"),
        ("2*x[0]", 2, 6, "'x' is a number here: bind a vector to it, --at x=[1, 2]"),
        ("x.sin()", 1, 2, "a '.' is a decimal point and nothing else: write sin(x)"),
        ("x^2 = 4", 0, 3, "an equation is for the commands implicit and roots"),
    ],
)
def test_other_notation_is_told_with_the_mend(
    text: str, start: int, end: int, message: str
) -> None:
    with pytest.raises(HodiffError) as error:
        read(text)
    assert message in error.value.message
    assert (error.value.start, error.value.end) == (start, end)


@pytest.mark.parametrize(
    "text", ["d/dx*(x^2)", "d/dx", "diff*x", "diff(t) = t**2; diff(x)", "D(t) = t; D(x)", "d/dx*x"]
)
def test_names_stay_names_where_they_are_some(text: str) -> None:
    read(text)


@pytest.mark.parametrize("text", ["d/dx*(x^2", "d/dx + (", "dist/dx y", "x + 1", "d/dx/2 y"])
def test_what_only_looks_so_keeps_its_own_error(text: str) -> None:
    assert whole(text) is None


def test_a_variable_inside_names_is_told_as_products(found, hodiff) -> None:
    (note,) = found("grad", "ax^2 + bx + c", "--wrt", "x")["notes"]
    assert note == (
        "EXPR doesn't use 'x' ('ax', 'bx' are names: for products write a*x, b*x): its"
        " derivative is 0"
    )
    assert "for the product write a*x" in hodiff("grad", "ax + 1", "--at", "a=1,x=2").err


@pytest.mark.parametrize(
    "options, message",
    [
        (["--at", "x=inf"], "'inf' is no number: give a finite one"),
        (["--at", "x=nan"], "'nan' is no number: give a finite one"),
        (["--at", "x=30deg"], "unknown name 'deg': bind it with --let deg=pi/180"),
        (["--at", "=3"], "a name was expected before '=': write x=…"),
        (["--at", "x:2"], "write '=' instead of ':'"),
        (["--at", "x=1,5"], "for a decimal write x=1.5, for a vector write x=[1, 5]"),
        (["--at", "x=1,2,3,y=4"], "missing name: for a vector write x=[1, 2, 3]"),
        (["--at", "x=1,5±0.1"], "missing name: for a decimal write x=1.5±0.1"),
        (["--at", "x=pi,5"], "missing name: for a vector write x=[pi, 5]"),
        (["--at", "x=2.0 kg"], "numbers have no units here: leave out 'kg', or write 2.0*kg"),
        (["--at", "x=2.0(1)"], "'2.0(1)' has two readings: write 2.0*1 or 2.0+/-0.1"),
        (
            ["--at", "x=0.0512(12)"],
            "'0.0512(12)' has two readings: write 0.0512*12 or 0.0512+/-0.0012",
        ),
        (["--at", "x=[1, 2],y=2", "--wrt", "x y"], "names are apart by commas: write --wrt x,y"),
        (["--at", "x=[1, 2]", "--wrt", "x[0]"], "--wrt takes whole variables: write --wrt x"),
    ],
)
def test_points_and_variables_that_are_none(hodiff, options: list[str], message: str) -> None:
    ran = hodiff("grad", "sum(x)", *options)
    assert ran.code == 2 and message in ran.err


@pytest.mark.parametrize("given", ["0:2", "x=0..2", "x=[0,2]", "x=(0, 2)", "x = 0 to 2", "x=0,2"])
def test_a_range_as_others_write_it(hodiff, given: str) -> None:
    """The mend answers when it is pasted."""
    assert "its ends: x=0:2\n" in hodiff("roots", "x**2 - 2", "--over", given).err
    assert hodiff("roots", "x**2 - 2", "--over", "x=0:2").code == 0


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("2xy", "unknown variable 'xy': for the product write x*y"),
        ("cosx", "unknown variable 'cosx': for the function write cos(x)"),
        ("dy/dx = 2x*y", "a claim is the derivative alone: leave out 'dy/dx' and '='"),
        ("d/dx x", "a claim is the derivative alone: leave out 'd/dx'"),
    ],
)
def test_claims(hodiff, claim: str, message: str) -> None:
    ran = hodiff("check", "x**2*y", "--wrt", "x", "--claim", claim)
    assert ran.code == 2 and f"error: {message}\n" in ran.err


@pytest.mark.parametrize(
    "system",
    [
        "[x**2 + y**2 = 4, x = y]",
        "[x**2 + y**2 - 4, x = y]",
        "r = 4; [x² + y² = r, x - y]",
        "[4 = x**2 + y**2,x=y]",
    ],
)
def test_a_system_of_equations(found, system: str) -> None:
    """x = y = ±sqrt(2), however the sides are written."""
    roots = found("roots", system, "--over", "x=-3:3,y=-3:3")["roots"]
    assert [root["at"] for root in roots] == [
        {"x": sign * math.sqrt(2), "y": sign * math.sqrt(2)} for sign in (-1, 1)
    ]


@pytest.mark.parametrize(
    ("system", "start", "message"),
    [
        ("[x = y = 2, y]", 7, "an equation has one '=': several are [EXPR = EXPR, EXPR = EXPR]"),
        ("x = y, x = 2", 9, "an equation has one '=': several are [EXPR = EXPR, EXPR = EXPR]"),
        ("[x =, y = 2]", 4, "a value was expected between '[' and ','"),
        ("[x = y][0]", 3, "to compare write '=='"),
    ],
)
def test_what_is_no_system(hodiff, system: str, start: int, message: str) -> None:
    ran = hodiff("roots", system, "--over", "x=0:1,y=0:1", "--format", "json")
    error = json.loads(ran.out)["error"]
    assert (ran.code, error["start"]) == (2, start) and message in error["message"]


def test_a_product_of_what_are_variables_by_custom(found) -> None:
    said = "'xy' is read as a variable: for the product write x*y"
    assert found("grad", "x + xy")["notes"] == [said]
    assert found("grad", "x + ab")["notes"] == []
    assert found("grad", "x + xy", "--wrt", "xy")["notes"] == []  # where it is meant
