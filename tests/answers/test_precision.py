"""Precision grows until the digits are told: right to the last one, ties, zeros, any size.

Oracles are mpmath, fractions and decimal.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from mpmath import mp, mpf

from tests.printed import ZERO_NOTE, asked, derivatives, exact, nearest, plain

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
    assert asked("value", "sin(x)", "--at", "x=pi")["notes"] == []
    zero = "(sqrt(x + 2*sqrt(2)) - 1 - sqrt(2))"
    assert asked("value", zero, "--at", "x=3")["notes"] == [ZERO_NOTE]
    assert asked("value", zero, "--at", "x=3", "--digits", "9")["value"] == "0"
    assert asked("value", f"{zero}*1e400", "--at", "x=3")["notes"] == [ZERO_NOTE]
    found = asked("value", f"{zero}*1e1000*1e500", "--at", "x=3")
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


@pytest.mark.parametrize(
    "text",
    ["sqrt(x**2 + 1)**2 - x**2", "tan(x) - sin(x)/cos(x)", "atan(x) + atan(1/x)",
     "sin(2*x) - 2*sin(x)*cos(x)", "exp(x + 1) - e*exp(x)"],
)  # fmt: skip
def test_what_an_identity_says_is_0_is_0(text: str) -> None:
    """Balls alone can't tell: these derivatives are 0 at every point."""
    found = asked("grad", text, "--at", "x=0.3")
    assert found["gradient"] == {"x": 0} and found["notes"] == []


# High orders of sin(x)/x, against the integral of t**n*cos(t*x + n*pi/2) over [0, 1].


def sinc_of_order(x: Any, n: int) -> Any:
    """The integral, from the series of the cosine."""
    total, k = mpf(0), (n + 1) // 2
    while True:
        power = 2 * k - n
        term = (-1) ** k * x**power / mp.factorial(power) / (2 * k + 1)
        total += term
        if abs(term) < mpf(10) ** -mp.dps and power > 2 * abs(x):
            return total
        k += 1


@pytest.mark.parametrize(("text", "at", "order"), [
    *(("sinc(x)", at, order) for at, order in [
        ("1.5", 1000), ("-0.7", 999), ("1e-30", 301), ("40", 39), ("40", 41), ("-300.25", 200),
        ("7", 600), ("99.5", 1000),
    ]),
    ("sin(x)/x", "1.5", 1000), ("sin(x)/x", "-0.7", 500), ("sin(x)/x", "40", 41),
])  # fmt: skip
def test_high_orders_of_sinc(text: str, at: str, order: int) -> None:
    found = asked("nth", text, "--at", f"x={at}", "--order", str(order))
    assert "error" not in found, found
    with mpmath.workdps(400):
        for n in (order // 2, order):
            expected = exact(sinc_of_order(mpf(at), n))
            value = exact(found["derivatives"][n - 1])
            assert abs(value - expected) <= abs(expected) / 2**53


@pytest.mark.parametrize("at", ["3+/-2", "0+/-0.5", "0.5+/-1", "0+/-30", "5+/-1e-9"])
def test_sinc_over_intervals(at: str) -> None:
    centre, radius = map(float, at.split("+/-"))
    for order in (0, 1, 7, 40)[: 3 if radius > 2 else None]:
        found = asked("nth", "sinc(x)", "--at", f"x={at}", "--order", str(order))
        bounds = found["value"] if order == 0 else found["derivative"]
        with mpmath.workdps(60):
            for k in range(-4, 5):
                value = exact(sinc_of_order(mpf(centre) + mpf(radius) * k / 4, order))
                assert exact(bounds["lower"]) <= value <= exact(bounds["upper"])
