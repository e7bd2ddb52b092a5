"""Numbers as they are told: correctly rounded, shortest, and back to the same double; interval ends
outward as decimals and as doubles. The oracles are Decimal, Fraction and mpmath."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff import calculate
from hodiff.answers import digits
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.cli import outcome
from tests.printed import exact, shortest

RATIONAL = st.fractions(-(10**9), 10**9, max_denominator=10**6).filter(bool)


def spelled(*arguments: str) -> dict[str, Any]:
    """A command line's JSON, its numbers with a point or an exponent as text."""
    out, err, code = outcome([*arguments, "--format", "json"])
    assert (code, err) == (0, ""), err
    found: dict[str, Any] = json.loads(out, parse_float=str)
    return found


@settings(deadline=None)
@given(RATIONAL)
@example(Fraction(1, 3))
@example(Fraction(2, 3))
@example(Fraction(1, 2**40))
def test_rational_numbers(x: Fraction) -> None:
    found = digits.told(x)
    if x.denominator == 1:
        assert type(found) is int and found == x
    else:
        assert isinstance(found, float) and found == float(x)
        assert Decimal(str(found)) == Decimal(shortest(x))


@settings(deadline=None)
@given(RATIONAL, st.sampled_from(["exp", "sin", "atan", "sinh"]))
def test_irrational_numbers(x: Fraction, name: str) -> None:
    x = x / 10**8
    with precision(256):
        found = digits.told(getattr(ball(x), name)())
    with mp.workdps(90):
        true = exact(getattr(mp, name)(mpf(x.numerator) / x.denominator))
    assert float(found) == float(true)  # type: ignore[arg-type]
    assert Decimal(str(found)) == Decimal(shortest(true))


@settings(deadline=None)
@given(RATIONAL, st.integers(-280, 280), st.sampled_from([-1, 1]))
@example(Fraction(35, 9), 0, 1)
@example(Fraction(1, 10), 0, -1)
@example(Fraction(2**53 + 1), 0, -1)
def test_ends_are_outward_as_decimals_and_as_doubles(x: Fraction, power: int, side: int) -> None:
    x = x * Fraction(10) ** power / 10**9
    found = digits.outward(x, side)
    as_decimal, as_double = Fraction(str(found)), Fraction(float(found))
    assert as_decimal * side >= x * side and as_double * side >= x * side
    assert abs(as_decimal - x) <= abs(x) / 2**51 and abs(as_double - x) <= abs(x) / 2**52


@pytest.mark.parametrize("x", ["exp(x)", "exp(-x)"])
def test_ends_beyond_the_range_of_doubles(x: str) -> None:
    found = spelled("value", x, "--at", "x=2000+/-1")["value"]
    with mp.workdps(60):
        ends = sorted(mp.exp(t if x == "exp(x)" else -t) for t in (1999, 2001))
        assert mpf(found["lower"]) <= ends[0] <= mpf(found["lower"]) * (1 + mpf(10) ** -14)
        assert mpf(found["upper"]) >= ends[1] >= mpf(found["upper"]) * (1 - mpf(10) ** -14)


@pytest.mark.parametrize("f", ["sin", "exp", "atan", "tanh"])
def test_intervals_on_the_command_line(f: str) -> None:
    """All rise on [0.4, 0.6]."""
    found = spelled("value", f"{f}(x)", "--at", "x=0.5+/-0.1")["value"]
    with mp.workdps(60):
        low, high = (exact(getattr(mpmath, f)(mpf(t) / 10)) for t in (4, 6))
    for read in (Fraction, lambda text: Fraction(float(text))):
        assert read(found["lower"]) <= low and high <= read(found["upper"])


@pytest.mark.parametrize("n", [2**53 + 1, 10**20 + 1, 10**21 - 1, -(10**21) + 1, 3**44])
def test_whole_numbers_below_ten_to_the_21_are_told_in_full(n: int) -> None:
    found = spelled("grad", f"{n}*x", "--at", "x=1")
    assert (found["value"], found["gradient"]) == (n, {"x": n})
    assert outcome(["grad", f"{n}*x", "--at", "x=1", "--format", "plain"])[0].strip() == str(n)


def test_larger_ones_are_told_as_doubles_are() -> None:
    found = spelled("value", "x + 1", "--at", "x=1e21")["value"]
    assert isinstance(found, str) and float(found) == 1e21


@pytest.mark.parametrize(
    "typed",
    [
        "3",
        "-3",
        "0.1000",
        "3.0",
        "0",
        "-0.50",
        "1e3",
        "2.5E-7",
        "123456789012345678901234567890",
        "1e400",
        "5e-324",
        "-1.0e-400",
    ],
)
def test_the_point_as_it_was_typed(typed: str) -> None:
    out, _, code = outcome(["value", "x", "--at", f"x={typed}", "--format", "json"])
    assert code == 0
    shown = json.loads(out, parse_float=str, parse_int=str)["at"]["x"]
    assert shown == typed


@pytest.mark.parametrize("typed", ["1/3", "pi", "2*5", "sqrt(2)"])
def test_a_point_that_was_computed(typed: str) -> None:
    found = spelled("value", "x", "--at", f"x={typed}")
    assert found["at"]["x"] == found["value"]


def test_a_long_point_is_no_bug() -> None:
    for typed in ("1" + "0" * 1200, "-" + "7" * 1200, "0." + "1" * 1200):
        found = spelled("value", "x/x", "--at", f"x={typed}")
        assert found["value"] == 1 and found["at"]["x"] == typed


def test_from_python_they_are_doubles() -> None:
    r = calculate("grad", "sin(x)", at={"x": 0.25})
    assert isinstance(r.value, float) and f"{r.value:.3f}" == "0.247"
    with mp.workdps(40):
        true = mp.sin(mpf(1) / 4)
        assert r.value == float(true) and Decimal(str(r.value)) == Decimal(shortest(exact(true)))
