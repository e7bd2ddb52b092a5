"""Proven digits through the command line: right to the last digit, or refused with the reason.

Oracles are mpmath, fractions and decimal. A row of hand-made answers is mathematics, no output.
"""

from __future__ import annotations

import json
import math
import operator
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff.arithmetic.balls import BALLS
from hodiff.cli import outcome

ZERO_NOTE = "a 0 may stand for a number below 1e-300"
NO_VALUE = (ValueError, ZeroDivisionError, TypeError, OverflowError, mpmath.libmp.ComplexResult)


def exact(x: Any) -> Fraction:
    """A number of mpmath, of JSON or of an output, as the fraction that it is."""
    if isinstance(x, mpf):
        sign, m, e, _ = x._mpf_
        return (-1) ** sign * int(m) * Fraction(2) ** e
    return Fraction(x)


def nearest(x: Any) -> float:
    return float(exact(x))


def asked(*arguments: str) -> dict[str, Any]:
    """What a command line answers as JSON; of an error, what that says."""
    out, _, code = outcome([*arguments, "--format", "json"])
    found: dict[str, Any] = json.loads(out)
    assert ("error" in found) == (code != 0), found
    assert "bug" not in found.get("error", {}).get("message", "")
    return found


def flat(x: Any) -> list[Any]:
    return [entry for part in x for entry in flat(part)] if isinstance(x, list) else [x]


def derivatives(found: dict[str, Any]) -> Any:
    """The derivatives that an answer was asked for."""
    for name in ("hessian", "hvp", "jacobian", "jvp", "vjp", "derivative"):
        if name in found:
            return found[name]
    gradient = found.get("gradient")
    return found["value"] if gradient is None else [*gradient.values()]


def plain(*arguments: str) -> list[str]:
    out, err, code = outcome([*arguments, "--format", "plain"])
    assert (code, err) == (0, ""), err
    return out.split()


# The table of the hard cases: what mathematics says.

ANSWERED: list[tuple[str, Any]] = [
    ("hessian w1**2*sin(w2) --at w1=1,w2=pi/2", [[2, 0], [0, -1]]),
    ("grad log(exp(x)+exp(y)) --at x=1000,y=1000", [0.5, 0.5]),
    ("nth x**3 --at x=0 --order 4", 0),
    ("nth x**4 --at x=0 --order 5", 0),
    ("nth x**4 --at x=0 --order 4", 24),
    ("grad a**b --at a=0,b=1", [1, 0]),
    ("grad a**b --at a=0,b=2", [0, 0]),
    ("hessian a**b --at a=0,b=2", [[2, 0], [0, 0]]),
    ("grad x**0 --at x=0", [0]),
    ("grad x**1.5 --at x=0", [0]),
    ("grad where(x<1,x,sqrt(x)) --at x=0", [1]),
    ("grad where(x>0,log(x),2*x) --at x=-1", [2]),
    ("grad (x-0.1)**2 --at x=0.1", [0]),
    ("value 0.1*3-0.3+0*x --at x=1", 0),
    ("grad floor(0.3*10)*x --at x=2", [3]),
    ("value x==0.3 --at x=0.1+0.2", 1),
    ("value floor(x/0.1) --at x=0.3", 3),
    ("value x%0.1 --at x=0.3", 0),
    ("value round(x) --at x=2.5", 2),
    ("value round(x) --at x=-0.5", 0),
    ("value floor(sqrt(x)) --at x=16", 4),
    ("grad x*abs(x) --at x=0", [0]),
    ("grad x*abs(exp(x)-1) --at x=0", [0]),
    ("grad abs(x) --at x=0 --subgradient", [0]),
    ("grad relu(x) --at x=0 --subgradient", [0]),
    ("grad max(x,-x) --at x=0 --subgradient", [0]),
    ("grad norm([x,y]) --at x=0,y=0 --subgradient", [0, 0]),
    ("grad (x-pi)**2 --at x=pi", [0]),
    ("nth (x-pi)**3 --at x=pi --order 3", 6),
    ("grad (x-y)**2 --at x=sqrt(2),y=sqrt(2)", [0, 0]),
    ("grad hypot(x-pi,1) --at x=pi", [0]),
    ("hessian exp(-(x-m)**2/2) --let m=pi --at x=pi", [[-1]]),
    ("value sinc(x,3) --at x=exp(-1)-exp(-1)", 0),
    ("value sin(x)**2+cos(x)**2 --at x=1", 1),
    ("value sqrt(x)**2 --at x=2", 2),
    ("value exp(x)*exp(-x) --at x=800", 1),
    ("value (-2)**x --at x=5", -32),
    ("value x**2.0 --at x=-4", 16),
    ("value asin(x)*2 --at x=1", math.pi),
    ("value atan2(y,x) --at x=-1,y=0", math.pi),
    ("value acosh(x) --at x=1", 0),
    ("value hypot(x,y) --at x=3,y=4", 5),
    ("value log2(x) --at x=8", 3),
    ("jvp [x*y,x+y] --at x=1/3,y=2 --v 3,0", [6, 3]),
    ("vjp [x*y,x+y] --at x=1/4,y=2 --v 1,1", [3, 1.25]),
    ("jacobian [x*y,x+y] --at x=1/4,y=2", [[2, 0.25], [1, 1]]),
    ("hvp x**2*y --at x=1,y=2 --v 0.5,1", [4, 1]),
]


@pytest.mark.parametrize(("line", "expected"), ANSWERED, ids=[line for line, _ in ANSWERED])
def test_answered(line: str, expected: Any) -> None:
    found = asked(*line.split())
    assert "error" not in found, found
    assert found["arithmetic"] == "ball"
    assert derivatives(found) == expected
    slopes = [*found.get("gradient", {}).values()]
    shown = [found["value"], derivatives(found), [*found["at"].values()], slopes]
    if 0 not in flat(shown):
        assert ZERO_NOTE not in found["notes"]


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


REFUSED = [
    # command, kind, the place, what the message says
    ("grad abs(sin(x)) --at x=pi", "undecided", "abs(sin(x))", "can't be decided"),
    ("value floor(sin(x)) --at x=pi", "undecided", "floor(sin(x))", "can't be decided"),
    ("value sin(x)==0 --at x=pi", "undecided", "sin(x)==0", "can't be decided"),
    ("value where(sin(x)<0,1,2) --at x=pi", "undecided", "sin(x)<0", "can't be decided"),
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
]


@pytest.mark.parametrize(("line", "kind", "place", "says"), REFUSED, ids=[r[0] for r in REFUSED])
def test_refused_with_the_reason(line: str, kind: str, place: str, says: str) -> None:
    error = asked(*line.split())["error"]
    assert error["kind"] == kind
    assert error["source"] == "EXPR"
    assert line.split()[1][error["start"] : error["end"]] == place
    assert says in error["message"]
    assert outcome(line.split())[2] == 1


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


# Points next to singularities: exact numbers that 96 bits don't tell from them.

NEXT_TO: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("log1p(x)", "-1+1e-40", lambda t: mp.log(t + 1)),
    ("atanh(x)", "1-1e-40", lambda t: mp.log((1 + t) / (1 - t)) / 2),
    ("asin(x)", "1-1e-40", mp.asin),
    ("acos(x)", "1-1e-40", mp.acos),
    ("acosh(x)", "1+1e-40", mp.acosh),
    ("gamma(x)", "-2+1e-40", mp.gamma),
    ("lgamma(x)", "-2+1e-40", lambda t: mp.log(abs(mp.gamma(t)))),
    ("digamma(x)", "-2-1e-40", mp.digamma),
    ("polygamma(1, x)", "-2+1e-40", lambda t: mp.psi(1, t)),
    ("beta(x, 2.5)", "-2+1e-40", lambda t: mp.beta(t, mpf("2.5"))),
    ("log(x)", "1+1e-60", mp.log),
    ("(1+x)**(1/x)", "1e-200", lambda t: (1 + t) ** (1 / t)),
    ("2**(1/x) % 3", "1/3000", lambda t: mpf(pow(2, 3000, 3))),
    ("floor(10**(1/x)/7)", "1/1000", lambda t: mpf(10**1000 // 7)),
    ("sinc(x, 50)", "1e-30", lambda t: mpf(-1) / 51),
    ("sinc(x, 7)", "1e-300", lambda t: t / 9),
    ("tan(x)", "1e40", mp.tan),
    ("(x-1)/sqrt(x-1)", "1+1e-50", lambda t: mp.sqrt(t - 1)),
]


@pytest.mark.parametrize(("text", "at", "f"), NEXT_TO, ids=[text for text, _, _ in NEXT_TO])
def test_next_to_a_singularity(text: str, at: str, f: Callable[[Any], Any]) -> None:
    found = asked("value", text, "--at", f"x={at}")
    with mpmath.workdps(1100 if "floor" in text else 450):
        expected = exact(f(in_mpmath(at)))
    assert "error" not in found, found
    value = exact(found["value"])
    assert abs(value - expected) <= abs(expected) / 2**53


def in_mpmath(text: str) -> Any:
    """-1+1e-40, 1e-300 or 1/3000 in mpmath."""
    terms = [Fraction(term) for term in re.findall(r"[+-]?\d(?:[\d./]|e[+-]?\d)*", text)]
    assert terms
    total = sum(terms, Fraction(0))
    return mpf(total.numerator) / total.denominator


# Numbers against mpmath.

FORMULAS: list[tuple[str, str, str, Callable[[Any], Any]]] = [
    ("grad", "(exp(x)-1)/x", "1e-12", lambda t: (mp.exp(t) - 1) / t),
    ("grad", "sqrt(x**2+1)-x", "1e9", lambda t: mp.sqrt(t * t + 1) - t),
    ("grad", "exp(-x**2)", "30", lambda t: mp.exp(-t * t)),
    ("grad", "log(1+exp(x))", "-50", lambda t: mp.log(1 + mp.exp(t))),
    ("grad", "tanh(x)", "20", mp.tanh),
    ("grad", "1-cos(x)", "1e-20", lambda t: 1 - mp.cos(t)),
    ("grad", "lgamma(x)", "1e-3", lambda t: mp.log(mp.gamma(t))),
    ("grad", "erf(x)", "1/3", mp.erf),
    ("grad", "x**x", "2", lambda t: t**t),
    ("grad", "atan(x)", "1e30", mp.atan),
    ("grad", "sinc(x)", "1e-5", lambda t: mp.sin(t) / t),
    ("grad", "exp(exp(x))", "3", lambda t: mp.exp(mp.exp(t))),
]


@pytest.mark.parametrize("row", FORMULAS, ids=[f"{row[1]} at {row[2]}" for row in FORMULAS])
def test_the_nearest_double(row: tuple[str, str, str, Callable[[Any], Any]]) -> None:
    command, text, at, f = row
    found = asked(command, text, "--at", f"x={at}")
    with mpmath.workdps(120):
        t = mpf(Fraction(at).numerator) / Fraction(at).denominator
        for value, expected in ((found["value"], f(t)), (derivatives(found)[0], mp.diff(f, t))):
            if isinstance(value, str):
                assert abs(exact(value) - exact(expected)) <= abs(exact(expected)) / 2**53
            else:
                assert value == nearest(expected)


@pytest.mark.parametrize("digits", [1, 17, 50, 1000])
@pytest.mark.parametrize("row", FORMULAS, ids=[f"{row[1]} at {row[2]}" for row in FORMULAS])
def test_digits(row: tuple[str, str, str, Callable[[Any], Any]], digits: int) -> None:
    command, text, at, f = row
    (found,) = plain(command, text, "--at", f"x={at}", "--digits", str(digits))
    if digits > 100 and "gamma" in text:
        return  # mpmath takes minutes
    with mpmath.workdps(digits + 100):
        t = mpf(Fraction(at).numerator) / Fraction(at).denominator
        true = exact(mp.diff(f, t))
    context = Context(prec=digits, Emin=-(10**9), Emax=10**9)
    assert Decimal(found) == context.divide(Decimal(true.numerator), Decimal(true.denominator))
    (twice,) = plain(command, text, "--at", f"x={at}", "--digits", str(2 * digits))
    unit = Fraction(Decimal(1).scaleb(Decimal(twice).adjusted() - digits + 1, context))
    assert abs(Fraction(found) - Fraction(twice)) <= unit / 2


def test_the_digits_of_a_large_x() -> None:
    """x/sqrt(x**2 + 1) - 1 is -1/(2*x**2) + 3/(8*x**4) but for terms below the digits."""
    found = plain("grad", "sqrt(x**2+1)-x", "--at", "x=1e9", "--digits", "24")
    x = Decimal(10) ** 9
    assert Decimal(found[0]) == -1 / (2 * x**2) + 3 / (8 * x**4)
    assert len(found[0].lstrip("-").partition("e")[0].replace(".", "")) == 24
    assert plain("grad", "sqrt(x**2+1)-x", "--at", "x=1e9") == ["-5e-19"]


@pytest.mark.parametrize("digits", [301, 600, 1000, 3000])
@pytest.mark.parametrize("x", ["-1000", "-2200", "-4500"])
def test_digits_that_a_cancellation_takes(x: str, digits: int) -> None:
    """(1 + exp(x)) - 1 loses -x/log(2) bits: each digit printed is one of exp(x)."""
    found = asked("value", "(1+exp(x))-1", "--at", f"x={x}", "--digits", str(digits))
    if "error" in found:
        assert found["error"]["kind"] == "undecided"
        return
    if found["value"] == "0":
        assert ZERO_NOTE in found["notes"]
        return
    with mpmath.workdps(2 * digits + 100):
        true = exact(mp.exp(mpf(x)))
    text = found["value"]
    assert abs(Fraction(text) - true) <= Fraction(10) ** (Decimal(text).adjusted() - digits + 1)


@pytest.mark.parametrize("digits", ["4250", "4400", "10000"])
@pytest.mark.parametrize("text", ["x/7", "exp(x)", "sin(pi*x)"])
def test_as_many_digits_as_there_may_be(text: str, digits: str) -> None:
    found = asked("value", text, "--at", "x=1", "--digits", digits)
    with mpmath.workdps(int(digits) + 30):
        true = exact({"x/7": mpf(1) / 7, "exp(x)": +mp.e, "sin(pi*x)": mpf(0)}[text])
    value = Fraction(Decimal(found["value"]))
    assert abs(value - true) <= Fraction(1, 10 ** (int(digits) - 1))


@pytest.mark.parametrize("at", ["1e2500", "1e-2500", "-1e2500/3"])
def test_digits_of_large_exact_numbers(at: str) -> None:
    (found,) = plain("value", "x*x*x", "--at", f"x={at}", "--digits", "5")
    head, _, below = at.partition("/")
    x = Decimal(head) / int(below or 1)
    assert Decimal(found) == Context(prec=5, Emin=-99999, Emax=99999).multiply(x * x, x)


# Ties.


@pytest.mark.parametrize(("text", "digits", "expected"), [
    ("2.5*x", "1", "2"), ("3.5*x", "1", "4"), ("log(exp(2.5))*x", "1", "2"),
    ("log(exp(3.5))*x", "1", "4"), ("log(exp(-0.125))*x", "2", "-0.12"), ("0.375*x", "2", "0.38"),
    ("sqrt(6.25)*x", "1", "2"), ("99.5*x", "2", "100"), ("log(exp(99.5))*x", "2", "100"),
])  # fmt: skip
def test_ties_of_decimals_go_to_even(text: str, digits: str, expected: str) -> None:
    found = asked("value", text, "--at", "x=1", "--digits", digits)
    assert Decimal(found["value"]) == Decimal(expected)
    assert bool(found["notes"]) == ("log" in text)  # what no precision decides is said


def test_ties_of_doubles_go_to_even() -> None:
    for text in ("{}*x", "log(exp({}))*x"):
        for odd, even in ((1, 0), (3, 4)):
            found = asked("value", text.format(f"(1+{odd}*2**-53)"), "--at", "x=1")
            assert found["value"] == 1 + even * 2.0**-53
            assert bool(found["notes"]) == ("log" in text)


def test_a_hair_decides() -> None:
    for sign, expected in (("+", 1 + 2.0**-52), ("-", 1)):
        found = asked("value", f"1+2**-53{sign}exp(-x)", "--at", "x=1000")
        assert (found["value"], found["notes"]) == (expected, [])
    assert plain("value", "floor(x-exp(-y))", "--at", "x=2,y=1000") == ["1"]
    assert plain("value", "ceil(x+exp(-y))", "--at", "x=2,y=1000") == ["3"]
    assert plain("value", "round(x+exp(-y))", "--at", "x=2.5,y=1000") == ["3"]


# Zeros.


def test_a_zero_that_is_none() -> None:
    """Below 1e-300 but no 0: printed in full where 4096 bits suffice."""
    for text, x in (("exp(-x)", 800), ("exp(-x)", 5000), ("cos(pi/2+0*x)+exp(-x)", 900)):
        found = asked("value", text, "--at", f"x={x}")
        with mpmath.workdps(60):
            true = exact(mp.exp(-x))
        assert isinstance(found["value"], str)
        assert abs(Fraction(found["value"]) - true) <= true / 2**53


def test_a_zero_is_exact_or_noted() -> None:
    assert asked("value", "sin(x)", "--at", "x=0")["notes"] == []
    assert asked("value", "sin(x)", "--at", "x=pi")["notes"] == [ZERO_NOTE]
    assert asked("value", "sin(x)", "--at", "x=pi", "--digits", "9")["value"] == "0"
    assert asked("value", "sin(x)*1e400", "--at", "x=pi")["notes"] == [ZERO_NOTE]
    found = asked("value", "sin(x)*1e1000*1e500", "--at", "x=pi")
    assert found["error"]["kind"] == "undecided"  # nothing bounds it by 1e-300


# Beyond the doubles' range.


@pytest.mark.parametrize(("text", "x", "f"), [
    ("exp(x)", "1000", mp.exp), ("exp(-x)", "1000", lambda t: mp.exp(-t)),
    ("gamma(x)", "1000", mp.gamma), ("10**(10**x)", "4", lambda t: mpf(10) ** (mpf(10) ** t)),
    ("exp(exp(x))", "10", lambda t: mp.exp(mp.exp(t))), ("-exp(x)", "750", lambda t: -mp.exp(t)),
    ("x", "2**1100", lambda t: mpf(2) ** 1100), ("x", "5e-324", lambda t: mpf("5e-324")),
    ("2**1042*cos(x)", "0", lambda t: mpf(2) ** 1042),
    ("2**-1379*cos(x)", "0", lambda t: mpf(2) ** -1379),
])  # fmt: skip
def test_text_beyond_a_double(text: str, x: str, f: Callable[[Any], Any]) -> None:
    found = asked("value", text, "--at", f"x={x}")["value"]
    assert isinstance(found, str)
    with mpmath.workdps(60):
        true = f(mpf(x) if "*" not in x else 0)
    with mpmath.workprec(53):
        assert +mpf(exact_text(found)) == +true


def exact_text(text: str) -> Any:
    with mpmath.workdps(400):
        return mpf(text)


@pytest.mark.parametrize("text", ["5e-324", "4.6788274e2951", "1e400", "-2.5e-1000"])
def test_short_text_stays_short(text: str) -> None:
    """In a process of its own: nothing but the number asks for a ball."""
    run = subprocess.run(
        [sys.executable, "-m", "hodiff", "value", "x", "--at", f"x={text}", "--format", "plain"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.strip() == text


def test_json_has_numbers_where_doubles_do() -> None:
    found = asked("grad", "exp(x)*y", "--at", "x=1000,y=1e-300")
    assert isinstance(found["value"], float) and isinstance(found["gradient"]["x"], float)
    assert isinstance(found["gradient"]["y"], str)
    found = asked("grad", "x*y", "--at", "x=1/3,y=2", "--digits", "5")
    assert {type(v) for v in (found["value"], *found["gradient"].values())} == {str}


# Options.


def test_digits_are_no_floats() -> None:
    error = asked("grad", "x**2", "--at", "x=1", "--digits", "5", "--arithmetic", "float")["error"]
    assert (error["kind"], error["source"]) == ("usage", "--digits")


@pytest.mark.parametrize("digits", ["0", "-1", "1.5", "many", "99999999"])
def test_a_wrong_number_of_digits(digits: str) -> None:
    error = asked("grad", "x**2", "--at", "x=1", "--digits", digits)["error"]
    assert error["kind"] in ("usage", "limit") and error["source"] == "--digits"


def test_float_says_so() -> None:
    found = asked("grad", "sin(x)", "--at", "x=1", "--arithmetic", "float")
    assert found["arithmetic"] == "float"
    assert found["gradient"]["x"] == pytest.approx(math.cos(1))
    assert asked("grad", "sin(x)", "--at", "x=1")["arithmetic"] == "ball"


# Files.

EIGHT = [[0.1, 0.7, 1 / 3], [0.3, -0.9, 2.0], [1e-3, 5.0, -0.25]]


@pytest.fixture
def file(tmp_path: Any) -> str:
    np.save(tmp_path / "X.npy", np.array(EIGHT))
    return f"X=@{tmp_path}/X.npy"


def product(a: list[list[Fraction]], b: list[list[Fraction]]) -> list[list[Fraction]]:
    columns = list(zip(*b, strict=True))
    return [[sum(map(operator.mul, row, c), Fraction(0)) for c in columns] for row in a]


X = [[Fraction(x) for x in row] for row in EIGHT]
SQUARED = product(X, X)
FILES: list[tuple[str, Callable[[], Fraction]]] = [
    ("sum(X)", lambda: sum(map(sum, X), Fraction(0))),
    ("sum(X@X)", lambda: sum(map(sum, SQUARED), Fraction(0))),
    ("(X@X)[0,0]", lambda: SQUARED[0][0]),
    ("(X@X)[0,0] - X[0,0]*X[0,0] - X[0,1]*X[1,0] - X[0,2]*X[2,0]", lambda: Fraction(0)),
    ("X[0,0]/3", lambda: X[0][0] / 3),
    ("X[0,0] - 0.1", lambda: X[0][0] - Fraction(1, 10)),
    ("X[0,0]*X[0,1]*X[0,2]", lambda: X[0][0] * X[0][1] * X[0][2]),
    ("sum(exp(X))", lambda: exact(mp.fsum(mp.exp(mpf(x)) for row in EIGHT for x in row))),
    ("exp(X[0,0]) - exp(0.1)", lambda: exact(mp.exp(mpf(EIGHT[0][0])) - mp.exp(mpf("0.1")))),
    ("norm(X[0])", lambda: exact(mp.sqrt(mp.fsum(mpf(x) ** 2 for x in EIGHT[0])))),
]


@pytest.mark.parametrize(("text", "f"), FILES, ids=[text for text, _ in FILES])
@pytest.mark.parametrize("option", ["--let", "--at"])
def test_numbers_of_a_file(file: str, text: str, f: Callable[[], Fraction], option: str) -> None:
    """A file holds doubles, each the number that it is; what is computed from them is proven."""
    more = ["--at", "t=1"] if option == "--let" else []
    with mpmath.workdps(80):
        true = f()
    found = asked("value", text, option, file, *more)
    assert found["arithmetic"] == "ball"
    assert found["value"] == float(true)
    (long,) = plain("value", text, option, file, *more, "--digits", "30")
    assert abs(Fraction(long) - true) <= abs(true) / 10**29


def test_gradients_of_a_file(file: str) -> None:
    """Of dot(v, X @ v), (X + X') v."""
    v = [Fraction(1, 3), Fraction(-5, 2), Fraction(7)]
    at = f"v=[{', '.join(map(str, v))}]"
    true = [sum((X[i][j] + X[j][i]) * v[j] for j in range(3)) for i in range(3)]
    found = asked("grad", "dot(v, X@v)", "--let", file, "--at", at)
    assert found["gradient"]["v"] == [float(x) for x in true]
    rows = asked("hessian", "dot(v, X@v)", "--let", file, "--at", at)["hessian"]
    assert rows == [[float(X[i][j] + X[j][i]) for j in range(3)] for i in range(3)]


def test_large_arrays_are_floats_and_say_so(tmp_path: Any) -> None:
    np.save(tmp_path / "w.npy", np.linspace(0.1, 3.0, 300_000))
    at = f"w=@{tmp_path}/w.npy"
    found = asked("value", "sum(exp(w))", "--at", at)
    assert found["arithmetic"] == "float"
    assert any("doubles" in note for note in found["notes"])
    assert found["value"] == pytest.approx(math.fsum(map(math.exp, np.linspace(0.1, 3.0, 300_000))))
    for option in (["--digits", "5"], ["--arithmetic", "ball"]):
        error = asked("value", "sum(exp(w))", "--at", at, *option)["error"]
        assert (error["kind"], error["source"]) == ("usage", option[0])


def test_what_has_no_form_in_balls_is_computed_in_floats(monkeypatch: Any) -> None:
    def function(operation: Any) -> Any:
        if operation.name == "erf":
            raise NotImplementedError("erf has no form in balls")
        return whole(operation)

    whole = BALLS.function
    monkeypatch.setattr(BALLS, "function", function)
    found = asked("value", "erf(x)", "--at", "x=1")
    assert found["arithmetic"] == "float"
    assert any("erf" in note for note in found["notes"])
    assert found["value"] == pytest.approx(math.erf(1))


# Processes of their own.

LOADED = """
import sys
from hodiff.cli import main
code = main(sys.argv[1:])
print(code, *[name for name in ("flint", "numpy", "rich", "scipy") if name in sys.modules])
"""


@pytest.mark.parametrize("line", [
    "nth x**3 --at x=2 --order 2", "grad where(x<0.1,1,2)*x --at x=0.2",
    "grad (x-0.1)**2/3 --at x=0.1", "hessian x**2*y --at x=1,y=2",
])  # fmt: skip
def test_what_is_rational_loads_no_flint_and_no_numpy(line: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LOADED, *line.split(), "--format", "plain"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.splitlines()[-1] == "0"


@pytest.mark.parametrize("line", [
    "value floor(2**x) --at x=10**12", "value round(2**x)%7 --at x=10**12",
    "value exp(exp(exp(x))) --at x=10", "value exp(-exp(exp(exp(x)))) --at x=10",
    "grad x**x**x --at x=100", "value 10**10**10 --at x=1", "grad gamma(x) --at x=1e10",
    "value gamma(x) --at x=1e30", "grad exp(exp(exp(x))) --at x=100",
    "value sin(10**x) --at x=9999",
])  # fmt: skip
def test_huge_numbers_end_quietly(line: str) -> None:
    """An answer or a refusal, in the end: no crash, no traceback, no hang."""
    run = subprocess.run(
        [sys.executable, "-m", "hodiff", *line.split(), "--format", "json"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode in (0, 1, 2)
    assert "Traceback" not in run.stderr and "bug" not in run.stderr
    found = json.loads(run.stdout)
    assert ("error" in found) == (run.returncode != 0)


# Random expressions, from the text to the digits.


class TooLarge(Exception):
    """Not compared."""


def real(x: Any) -> Any:
    if isinstance(x, mpmath.mpc) or not mpmath.isfinite(x):
        raise ValueError
    if abs(x) > mpf(10) ** 250:
        raise TooLarge
    return x


ONE = {
    "sin": mp.sin, "cos": mp.cos, "exp": mp.exp, "log": mp.log, "sqrt": mp.sqrt, "atan": mp.atan,
    "tanh": mp.tanh, "sinh": mp.sinh, "asinh": mp.asinh, "erf": mp.erf, "expm1": mp.expm1,
    "log1p": mp.log1p, "asin": mp.asin, "abs": abs, "floor": mp.floor,
}  # fmt: skip
TWO = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
Expression = tuple[str, Callable[[Any, Any], Any]]


def leaf(c: Fraction) -> Expression:
    return f"({c})", lambda x, y: mpf(c.numerator) / c.denominator


def called(name: str, a: Expression) -> Expression:
    return f"{name}({a[0]})", lambda x, y: real(ONE[name](a[1](x, y)))


def joined(sign: str, a: Expression, b: Expression) -> Expression:
    return f"({a[0]}{sign}{b[0]})", lambda x, y: real(TWO[sign](a[1](x, y), b[1](x, y)))


def raised(a: Expression, n: int) -> Expression:
    return f"({a[0]})**{n}", lambda x, y: real(a[1](x, y) ** n)


EXPRESSIONS = st.recursive(
    st.one_of(
        st.just(("x", lambda x, y: x)),
        st.just(("y", lambda x, y: y)),
        st.fractions(-5, 5, max_denominator=20).map(leaf),
    ),
    lambda inner: st.one_of(
        st.builds(called, st.sampled_from(sorted(ONE)), inner),
        st.builds(joined, st.sampled_from(sorted(TWO)), inner, inner),
        st.builds(raised, inner, st.sampled_from([-2, -1, 2, 3])),
    ),
    max_leaves=6,
)
POINTS = st.fractions(-4, 4, max_denominator=30)


@given(expression=EXPRESSIONS, x=POINTS, y=POINTS)
@settings(max_examples=150, deadline=None)
def test_a_random_value_is_the_nearest_double(
    expression: Expression, x: Fraction, y: Fraction
) -> None:
    """And what is refused for certain has no value."""
    text, f = expression
    found = asked("value", text, "--at", f"x={x},y={y}")
    with mpmath.workdps(100):
        try:
            true = f(mpf(x.numerator) / x.denominator, mpf(y.numerator) / y.denominator)
        except TooLarge:
            return
        except NO_VALUE:
            true = None
    if "error" in found:
        if "bits tell" not in found["error"]["message"] and found["error"]["kind"] != "undecided":
            assert true is None, found
        return
    if true is None or abs(true) < mpf(10) ** -60 or "floor" in text:
        return  # mpmath may have met its own rounding
    assert exact(found["value"]) == exact(nearest(true))


@given(expression=EXPRESSIONS, x=POINTS, y=POINTS)
@settings(max_examples=100, deadline=None)
def test_floats_agree_with_balls(expression: Expression, x: Fraction, y: Fraction) -> None:
    """To the error that the same formula has in a shorter precision of mpmath's."""
    text, f = expression
    if "abs" in text or "floor" in text:
        return
    at = ["--at", f"x={x},y={y}"]
    ball = asked("value", text, *at)
    rough = asked("value", text, *at, "--arithmetic", "float")
    if "error" in ball or "error" in rough or isinstance(ball["value"], str):
        return
    errors = []
    for bits in (35, 36, 37, 38):
        with mpmath.workprec(bits):
            try:
                value = f(mpf(x.numerator) / x.denominator, mpf(y.numerator) / y.denominator)
            except (TooLarge, *NO_VALUE):
                return
            errors.append(abs(exact(value) - exact(ball["value"])))
    slack = max(errors) + abs(exact(ball["value"])) / 2**40 + Fraction(1, 2**60)
    assert abs(exact(rough["value"]) - exact(ball["value"])) <= slack
