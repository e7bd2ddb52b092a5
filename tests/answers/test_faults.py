"""Why there is no answer: the kind, the place, the reason; and no reason where there is one."""

from __future__ import annotations

import mpmath
import pytest
from mpmath import mp, mpf

from hodiff.cli import outcome
from tests.printed import asked, nearest


@pytest.mark.parametrize("line", [
    "grad abs(x) --at x=0", "grad relu(x) --at x=0", "grad max(x,-x) --at x=0",
    "grad norm([x,y]) --at x=0,y=0", "grad hypot(x,y) --at x=0,y=0", "grad abs(x-0.1) --at x=0.1",
    "grad floor(10*x) --at x=0.3", "grad abs(sqrt(x)-4) --at x=16", "grad x%0.1 --at x=0.3",
    "nth abs(x)**3 --at x=0 --order 3", "grad clip(x,0,1) --at x=0.7+0.3",
    "grad atan2(y,x) --at x=-1,y=0",
])  # fmt: skip
def test_an_exact_kink_is_refused_where_it_stands(line: str) -> None:
    error = asked(*line.split())["error"]
    text = line.split()[1]
    place = text[error["start"] : error["end"]]
    assert (error["kind"], error["source"]) == ("kink", "EXPR")
    assert place == (text.partition("**")[0] if "**3" in text else text)
    assert outcome(line.split())[2] == 1


ROOT = "sqrt(x+2*sqrt(2))-1-sqrt(2)"
REFUSED = [
    # command, kind, the place, what the message says
    # sqrt(3 + 2*sqrt(2)) = 1 + sqrt(2), which no precision tells.
    (f"grad abs({ROOT}) --at x=3", "undecided", f"abs({ROOT})", "can't be decided"),
    (f"value floor({ROOT}) --at x=3", "undecided", f"floor({ROOT})", "can't be decided"),
    (f"value {ROOT}==0 --at x=3", "undecided", f"{ROOT}==0", "can't be decided"),
    (f"value where({ROOT}<0,1,2) --at x=3", "undecided", f"{ROOT}<0", "can't be decided"),
    ("value x**-2 --at x=0", "pole", "x**-2", "it needs x other than 0"),
    ("value (x+1)**-1.5 --at x=-1", "pole", "(x+1)**-1.5", "it needs x+1 > 0"),
    ("taylor exp(1/x) --at x=0 --order 3", "pole", "1/x", "it needs a divisor other than 0"),
    # sin(pi) is 0 exactly; |sin| falls to it and rises from it.
    ("grad abs(sin(x)) --at x=pi", "kink", "abs(sin(x))", "-1 from the left and 1 from the right"),
    ("grad where(x<0.1,1,2)*x --at x=0.1", "kink", "x<0.1", "equal at this point"),
    ("grad where(x<0.1,1,2)*x --at x=0.1 --subgradient", "kink", "x<0.1", "equal at this point"),
    ("grad sqrt(x**2+y**2) --at x=0,y=0", "pole", "sqrt(x**2+y**2)", "norm([x, y])"),
    ("grad sqrt(x**2+y**2) --at x=0,y=0 --subgradient", "pole", "sqrt(x**2+y**2)", "norm([x, y])"),
    ("grad sqrt(x) --at x=0", "pole", "sqrt(x)", "no finite derivative"),
    ("grad cbrt(x) --at x=0", "pole", "cbrt(x)", "no finite derivative"),
    ("grad x**0.5 --at x=0", "pole", "x**0.5", "no finite derivative"),
    ("grad a**b --at a=0,b=0.5", "pole", "a**b", "no finite derivative"),
    ("value a**b --at a=0,b=-1", "pole", "a**b", "infinite"),
    ("grad log(x) --at x=-1", "domain", "log(x)", "x > 0, not -1"),
    ("grad log(x) --at x=0", "pole", "log(x)", "infinite"),
    ("grad x*log(y) --at x=1,y=-1 --wrt x", "domain", "log(y)", "y > 0"),
    ("grad sqrt(x)**2 --at x=-1", "domain", "sqrt(x)", "x >= 0, not -1"),
    ("value 0*log(x) --at x=0", "pole", "log(x)", "infinite"),
    ("value 0*(1/x) --at x=0", "pole", "1/x", "infinite"),
    ("value x*(1/x) --at x=0", "pole", "1/x", "infinite"),
    ("value x/x --at x=0", "domain", "x/x", "0/0"),
    ("value (x**0.5)**2 --at x=-4", "domain", "x**0.5", "positive base"),
    ("value x**(1/3) --at x=-8", "domain", "x**(1/3)", "positive base"),
    ("grad tan(x) --at x=pi/2", "pole", "tan(x)", "infinite"),
    ("grad gamma(x) --at x=-2", "pole", "gamma(x)", "not -2"),
    ("value acos(x) --at x=1+1e-40", "domain", "acos(x)", "-1 <= x <= 1"),
    ("vjp [log(x),x] --at x=-1 --v 0,1", "domain", "log(x)", "x > 0"),
    ("grad y**x --at x=-1/2,y=0 --wrt x", "pole", "y**x", "infinite"),
    # No ball of what is irrational has a value.
    ("grad sqrt(atan2(x,2)) --at x=-1", "domain", "sqrt(atan2(x,2))", ">= 0, not -0.4636476"),
    ("value asin(exp(x)) --at x=1", "domain", "asin(exp(x))", "exp(x) <= 1, not 2.718281"),
    ("value log(sin(x)) --at x=-1", "domain", "log(sin(x))", "sin(x) > 0, not -0.84147"),
    ("value (-exp(x))**x --at x=1/2", "domain", "(-exp(x))**x", "positive base"),
    ("value sum(sqrt([x,-exp(x)])) --at x=1", "domain", "sqrt([x,-exp(x)])", ">= 0"),
    ("grad lambertw(-exp(x))*x --at x=1", "domain", "lambertw(-exp(x))", ">= -1/e"),
]


@pytest.mark.parametrize(("line", "kind", "place", "says"), REFUSED, ids=[r[0] for r in REFUSED])
def test_refused_with_the_reason(line: str, kind: str, place: str, says: str) -> None:
    error = asked(*line.split())["error"]
    assert error["kind"] == kind
    assert error["source"] == "EXPR"
    assert line.split()[1][error["start"] : error["end"]] == place
    assert says in error["message"]
    assert outcome(line.split())[2] == 1


@pytest.mark.parametrize("text", ["log(cosh(x))", "1/sinh(x)", "log(exp(x) + 1)"])
def test_what_passes_all_bounds_is_no_fault_of_a_domain(text: str) -> None:
    error = asked("grad", text, "--at", "x=1e300")["error"]
    assert (error["kind"], "too large to be computed" in error["message"]) == ("limit", True)


@pytest.mark.parametrize("text", [
    "sqrt(sin(x)**2)", "sqrt(sin(x))", "hypot(sin(x), x - pi)", "norm([sin(x), x - pi])",
    "asin(sin(x/2))", "acos(sin(x/2))", "sin(x)**1.5", "atanh(sin(x))*0", "sqrt(abs(sin(x)))",
])  # fmt: skip
def test_defined_at_the_edge_of_a_domain(text: str) -> None:
    """At pi each has a value, at the edge of its domain: refuse, if need be, as undecided, but do
    not say that there is none."""
    found = asked("value", text, "--at", "x=pi")
    if "error" in found:
        assert found["error"]["kind"] == "undecided", found
    else:
        with mpmath.workdps(60):
            expected = {"asin(sin(x/2))": mp.pi / 2}.get(text, mpf(0))
        assert found["value"] == nearest(expected)


@pytest.mark.parametrize(
    "root, inside, x, f",
    [
        ("sqrt", "besselj(3, x)", "-2", lambda x: mpmath.besselj(3, x)),
        ("sqrt", "polylog(2, x)", "-1", lambda x: mpmath.polylog(2, x)),
        ("log", "airyai(x)", "-3", mpmath.airyai),
        ("log", "hyp1f1(1, 2, x) - 3", "1", lambda x: mpmath.hyp1f1(1, 2, x) - 3),
        ("acosh", "sin(x)", "1", mpmath.sin),
        ("asin", "2*sin(x)", "1", lambda x: 2 * mpmath.sin(x)),
    ],
)
def test_a_number_surely_outside_a_domain_is_said(root, inside, x, f) -> None:
    error = asked("grad", f"{root}({inside})", "--at", f"x={x}")["error"]
    with mp.workdps(40):
        expected = nearest(f(mpf(x)))
    needs, _, got = error["message"].partition(", not ")
    assert error["kind"] == "domain" and f"it needs {inside}" in needs.replace("-1 <= ", "")
    assert float(got) == pytest.approx(expected, rel=1e-15)


def test_a_base_surely_below_0_is_said() -> None:
    error = asked("grad", "sin(x)**(1/3)", "--at", "x=-1")["error"]
    assert error["kind"] == "domain" and "it needs a positive base" in error["message"]


@pytest.mark.parametrize("text", ["lambertw(x)", "lambertw(x, -1)", "lambertw(x)**2"])
def test_where_balls_touch_the_end_of_a_domain_nothing_is_too_large(text: str) -> None:
    """It is -1 there: undecided is no wrong word for it, too large is."""
    error = asked("grad", text, "--at", "x=-1/e")["error"]
    assert error["kind"] == "undecided" and "can't be decided" in error["message"]
