"""Points that are intervals: bounds that hold, that are tight, and what is refused."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import hodiff
from hodiff import HodiffError
from hodiff.answers.intervals import enclosed
from hodiff.arithmetic.program import Program
from hodiff.derivatives import nth
from hodiff.engine.limits import Limits
from hodiff.language.problem import read
from tests.asking import question


def holds(bounds: dict[str, Any], lower: str, upper: str, rtol: float = 0.0) -> None:
    """bounds contain [lower, upper], and are wider by no more than rtol of the larger end, or
    two units of a double's last place."""
    with mp.workdps(40):
        low, high = mpf(lower), mpf(upper)
        room = max(abs(low), abs(high)) * max(mpf(rtol), mpf(2) ** -51)
        assert low - room <= mpf(bounds["lower"]) <= low
        assert high <= mpf(bounds["upper"]) <= high + room


@pytest.mark.parametrize("text", ["x=2+/-0.1", "x=2±0.1", "x = 2 ± 1/10"])
def test_a_square(found, text):
    answer = found("grad", "x**2", "--at", text)
    assert answer["arithmetic"] == "ball"
    holds(answer["at"]["x"], "1.9", "2.1")
    holds(answer["value"], "3.61", "4.41")
    holds(answer["gradient"]["x"], "3.8", "4.2")


def test_the_other_notation_is_a_number(found):
    assert found("grad", "x**2", "--at", "x=2+-0.1")["gradient"]["x"] == 3.8


def test_the_sign_is_shown(answer):
    assert "│ [3.8, 4.2] > 0 │" in answer("grad", "x**2", "--at", "x=2+/-0.1")
    assert "[-4.2, -3.8] < 0" in answer("grad", "-x**2", "--at", "x=2+/-0.1")
    shown = answer("grad", "x**2", "--at", "x=0+/-0.1")
    assert "[-0.2, 0.2]  │" in shown
    assert answer("grad", "x**2", "--at", "x=2+/-0.1", "--format", "plain") == "[3.8, 4.2]\n"
    head, row = csv.reader(
        answer("grad", "x**2", "--at", "x=2+/-0.1", "--format", "csv").splitlines()
    )
    assert head == ["x", "f", "df_dx"]
    assert row[2] == "[3.8, 4.2]"


def test_extremes_inside(found):
    """x - x**3 over [-2, 2] is largest, 6, at -2; over [0, 1] it is 2/sqrt(27), at 1/sqrt(3)."""
    holds(found("value", "x - x**3", "--at", "x=0+/-2")["value"], "-6", "6")
    inside = found("value", "x - x**3", "--at", "x=1/2+/-1/2")["value"]
    holds(inside, "0", "0.3849001794597505096727658536679716370984", 1e-6)
    tight = found("value", "x - x**3", "--at", "x=1/2+/-1/2", "--rtol", "1e-10")["value"]
    holds(tight, "0", "0.3849001794597505096727658536679716370984", 1e-10)


def test_several_variables(found):
    answer = found("hessian", "x**2*exp(y)", "--at", "x=1+/-1/2,y=0+/-1")
    with mp.workdps(40):
        holds(answer["value"], mp.exp(-1) / 4, mp.e * 9 / 4)
        holds(answer["gradient"]["x"], mp.exp(-1), 3 * mp.e)
        (xx, xy), (_, yy) = answer["hessian"]
        holds(xx, 2 * mp.exp(-1), 2 * mp.e)
        holds(xy, mp.exp(-1), 3 * mp.e)
        holds(yy, mp.exp(-1) / 4, mp.e * 9 / 4)


def test_an_interval_that_is_not_differentiated_in(found):
    answer = found("grad", "a*x", "--at", "x=2,a=0+/-1", "--wrt", "x")
    assert answer["gradient"] == {"x": {"lower": -1, "upper": 1}}
    assert answer["at"] == {"x": 2, "a": {"lower": -1, "upper": 1}}


@pytest.mark.parametrize(
    "command, f, at, part, kind, what",
    [
        ("grad", "abs(x)", "x=1+/-2", "abs(x)", "kink", "has a kink in the interval, at x = 0"),
        # The kink is its end.
        ("grad", "abs(x)", "x=1+/-1", "abs(x)", "undecided", "has a kink in the interval, or so"),
        # Its derivative is 0 on both sides.
        ("grad", "floor(x)", "x=1+/-0.5", "floor(x)", "kink", "jumps in the interval, at x = 1"),
        ("grad", "x*where(x < 1, 1, 2)", "x=1+/-0.5", "x < 1", "kink", "jumps"),
        ("grad", "1/x", "x=0+/-1", "1/x", "pole", "has a pole in the interval, at x = 0"),
        ("value", "1/x", "x=0+/-1", "1/x", "pole", "has a pole in the interval, at x = 0"),
        ("value", "floor(x)", "x=1+/-0.5", "floor(x)", "kink", "jumps in the interval, at x = 1"),
        ("grad", "log(x)", "x=1+/-1", "log(x)", "pole", "has a pole in the interval, at x = 0"),
        ("grad", "sqrt(x)", "x=1+/-1", "sqrt(x)", "pole", "at x = 0"),  # of its slope
        ("value", "log(x)", "x=0+/-1", "log(x)", "domain", "leaves its domain in the interval, at"),
        ("value", "sqrt(x)", "x=1+/-1.1", "sqrt(x)", "domain", "leaves its domain"),
        ("grad", "norm([x, y])", "x=0+/-1,y=0+/-1", "norm([x, y])", "kink", "at x = 0, y = 0"),
        ("value", "x/x", "x=1+/-2", "x/x", "domain", "is 0/0 in the interval, at x = 0"),
        ("value", "y/(x - y)", "x=1+/-0.1,y=1+/-0.1", "y/(x - y)", "pole", "has a pole in"),
        ("value", "1/(x - 0.3)", "x=0+/-1", "1/(x - 0.3)", "pole", "at x = 0.3"),
        ("value", "1/(x**2 - 2)", "x=1.4+/-0.1", "1/(x**2 - 2)", "pole", "at x in [1.41421, 1.41"),
        ("value", "tan(x)", "x=1.5+/-0.2", "tan(x)", "pole", "at x in [1.57079, 1.5708]"),
        ("value", "csc(x)", "x=3+/-0.2", "csc(x)", "pole", "at x in [3.14159, 3.1416]"),
        ("value", "gamma(x)", "x=-1+/-0.2", "gamma(x)", "pole", "at x = -1"),
        ("value", "x**-2", "x=1+/-2", "x**-2", "pole", "at x = 0"),
        ("grad", "abs(x - sqrt(2))", "x=1+/-1", "abs(x - sqrt(2))", "kink", "at x in [1.41421, 1."),
        ("grad", "max(x, y)", "x=1+/-0.1,y=1+/-0.1", "max(x, y)", "kink", "has a kink"),
        ("grad", "abs(x**2)", "x=0+/-1", "abs(x**2)", "undecided", "has a kink in the interval"),
        # It is infinite all over, which no ball tells.
        ("value", "1/(sin(x)**2 + cos(x)**2 - 1)", "x=3+/-0.2", "1/(sin(x)**2 + cos(x)**2 - 1)",
         "undecided", "has a pole in the interval, or so near that it can't be told apart"),
    ],
)  # fmt: skip
def test_what_is_not_smooth_is_refused(hodiff, command, f, at, part, kind, what):
    ran = hodiff(command, f, "--at", at, "--format", "json")
    assert ran.code == 1
    error = json.loads(ran.out)["error"]
    assert error["kind"] == kind
    assert f[error["start"] : error["end"]] == part
    assert f"'{part}' " in error["message"] and what in error["message"]
    assert "narrow" in error["message"]


@pytest.mark.parametrize(
    "f, at, lower, upper",
    [
        ("sqrt(x)", "x=1+/-1", 0, lambda: mp.sqrt(2)),
        ("sqrt(1 - x**2)", "x=0+/-1", 0, lambda: 1),
        ("sqrt(x)*sqrt(1 - x)", "x=0.5+/-0.5", 0, lambda: mpf(1) / 2),
        ("sqrt(1 - sqrt(x))", "x=0.5+/-0.5", 0, lambda: 1),
        ("x**1.5", "x=0.5+/-0.5", 0, lambda: 1),
        ("asin(x)", "x=0.5+/-0.5", 0, lambda: mp.pi / 2),
        ("acos(x/2)", "x=0+/-2", 0, lambda: mp.pi),
        ("acosh(x)", "x=2+/-1", 0, lambda: mp.acosh(3)),
        ("sqrt(x - y)", "x=1.5+/-0.5,y=0.5+/-0.5", 0, lambda: mp.sqrt(2)),
        ("norm([x, y])", "x=0+/-1,y=0+/-1", 0, lambda: mp.sqrt(2)),
        ("log(1 + sqrt(x))", "x=0.5+/-0.5", 0, lambda: mp.log(2)),
    ],
)
def test_up_to_the_end_of_a_domain(found, f, at, lower, upper):
    """What has a value at the end of its domain has bounds up to there."""
    bounds = found("value", f, "--at", at)["value"]
    with mp.workdps(40):
        high = mpf(upper())
        assert lower - mpf(10) ** -6 * high <= bounds["lower"] <= lower
        assert high <= bounds["upper"] <= high * (1 + mpf(10) ** -6) + mpf(10) ** -15


def test_past_the_end_of_a_domain_there_are_none(hodiff):
    for f, at in (
        ("sqrt(1 - x**2)", "x=0+/-1.000001"),
        ("asin(x)", "x=0.5+/-0.5000001"),
        ("x**-1.5", "x=0.5+/-0.5"),
        ("sqrt(sin(x)**2 + cos(x)**2 - 1)", "x=0+/-1"),
    ):
        assert hodiff("value", f, "--at", at).code == 1


def test_beside_a_kink_there_is_an_answer(found):
    assert found("grad", "abs(x)", "--at", "x=3+/-2")["gradient"]["x"] == {"lower": 1, "upper": 1}
    holds(found("value", "abs(x)", "--at", "x=1+/-2")["value"], "0", "3", 1e-6)
    holds(found("value", "atan2(y, -1)", "--at", "y=2+/-1")["value"],
          "1.892546881191538823764108", "2.356194490192344928846983")  # fmt: skip


def test_over_a_branch_cut_the_bounds_hold(found):
    bounds = found("value", "atan2(y, -1)", "--at", "y=0+/-1")["value"]
    assert bounds["lower"] < -3.1415926 and bounds["upper"] > 3.1415926


@pytest.mark.parametrize(
    "more, said",
    [
        (("--at", "x=1", "--rtol", "0.1"), "--rtol is for an interval"),
        (("--at", "x=1+/-1", "--digits", "4"), "no --digits"),
        (("--at", "x=1+/-1", "--arithmetic", "float"), "no --arithmetic float"),
        (("--at", "x=1+/-1", "--subgradient"), "no --subgradient"),
        (("--at", "x=1+/-1", "--rtol", "0"), "--rtol is a number above 0"),
        (("--at", "x=1+/-1", "--rtol", "nan"), "--rtol is a number above 0"),
        (("--at", "x=[1, 2]+/-1"), "a number as its centre"),
        (("--at", "x=1+/-1,w=[1, 2]"), "have to be numbers"),
    ],
)
def test_usage(hodiff, more, said):
    ran = hodiff("grad", "x**2", *more)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_radius_below_zero(hodiff):
    ran = hodiff("grad", "x**2", "--at", "x=1+/--1")
    assert ran.code == 1 and "radius of x is below 0" in ran.err


FORMULAS = {
    "x**3 - 2*x + 1": lambda x: x**3 - 2 * x + 1,
    "sin(3*x)*exp(-x)": lambda x: mp.sin(3 * x) * mp.exp(-x),
    "x/(1 + x**2)": lambda x: x / (1 + x**2),
    "tanh(x)*x": lambda x: mp.tanh(x) * x,
    "log(1 + x**2)*cos(x)": lambda x: mp.log(1 + x**2) * mp.cos(x),
    "sqrt(1 + x**4)": lambda x: mp.sqrt(1 + x**4),
    "x**2*sigmoid(4*x)": lambda x: x**2 / (1 + mp.exp(-4 * x)),
    "atan(x)*erf(x)": lambda x: mp.atan(x) * mp.erf(x),
}
RATIONAL = st.fractions(min_value=-3, max_value=3, max_denominator=20)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(FORMULAS)), RATIONAL, st.fractions(0, 2, max_denominator=20),
       st.fractions(-1, 1, max_denominator=50))  # fmt: skip
def test_every_point_is_in_the_bounds(f, centre, radius, part):
    problem = read(f, [f"x={centre}+/-{radius}"])
    outputs = [problem.f, *nth(problem.f, problem.inputs[0], 2)]
    asked = question(problem, outputs)
    asked = asked._replace(how=asked.how._replace(rtol=1e-3))
    bounds = enclosed(asked, outputs).values
    x = centre + part * radius
    with mp.workdps(60):
        point = mpf(x.numerator) / x.denominator
        for order, bound in enumerate(bounds):
            value = mp.diff(FORMULAS[f], point, order)
            assert mpf(bound["lower"]) - mpf(10) ** -30 <= value
            assert value <= mpf(bound["upper"]) + mpf(10) ** -30


def test_the_work_is_bounded_and_what_is_told_then_holds(found, monkeypatch):
    """Eight thousand points of the box are all within the bounds, which say that they are wide."""
    point = "x=1+/-0.5,y=1+/-0.5,z=1+/-0.5"
    monkeypatch.setattr(Limits, "intervals", 20_000)
    asked = found("grad", "exp(sin(x*y*z))/(1+x^2)", "--at", point)
    assert "narrow the intervals" in asked["notes"][0] and "--rtol" in asked["notes"][0]
    side = np.linspace(0.5, 1.5, 20)
    x, y, z = np.meshgrid(side, side, side)
    f = np.exp(np.sin(x * y * z)) / (1 + x**2)
    slope = f * np.cos(x * y * z)
    true = {"x": slope * y * z - f * 2 * x / (1 + x**2), "y": slope * x * z, "z": slope * x * y}
    for name, values in [*true.items(), (None, f)]:
        bounds = asked["gradient"][name] if name else asked["value"]
        assert bounds["lower"] <= values.min() and values.max() <= bounds["upper"]


def test_no_more_nodes_are_computed_than_said(found, monkeypatch):
    counted = []
    plain = Program.values

    def counting(program, *given):
        counted.append(len(program.order))
        return plain(program, *given)

    monkeypatch.setattr(Program, "values", counting)
    four = "x=1+/-0.5,y=1+/-0.5,z=1+/-0.5,w=1+/-0.5"
    for most in (30_000, 90_000):
        monkeypatch.setattr(Limits, "intervals", most)
        counted.clear()
        found("hessian", "exp(sin(x*y*z))*w/(1+x^2)", "--at", four)
        assert sum(counted) < most + 63 * 10 * max(counted)  # an end has a few runs in any case


def test_where_nothing_is_proven_in_that_work_it_says_so(hodiff, monkeypatch):
    """The divisor is 1/4 at least, but bounded as if each x in it were another."""
    monkeypatch.setattr(Limits, "intervals", 100)
    ran = hodiff("value", "1/(x**2 - x + 1/2)", "--at", "x=1/2+/-3")
    assert ran.code == 2
    assert "no bounds are proven within 100 steps: narrow the intervals" in ran.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("abs([x, y])@[1, 2]", "has a kink in the interval, at y = 0"),
        ("sum(1/[x, y])", "has a pole in the interval, at y = 0"),
        ("sum(log([x, y]))", "leaves its domain in the interval, at y in"),
    ],
)
def test_what_an_entry_of_a_vector_has_in_a_box_is_told(text: str, told: str) -> None:
    with pytest.raises(HodiffError, match=re.escape(told)):
        hodiff.calculate("grad", text, at="x=1, y=0+/-0.1")


def test_a_pole_that_is_seen_is_told_though_the_work_ended(monkeypatch) -> None:
    monkeypatch.setattr(Limits, "searching", 0.0)
    with pytest.raises(HodiffError, match="'1/x' has a pole in the interval, at x = 0"):
        hodiff.calculate("value", "1/x + y", at="x=0+/-1, y=2")
    with pytest.raises(HodiffError, match="no bounds are proven"):
        hodiff.calculate("value", "1/(x**2 - x + 1/2)", at="x=1/2+/-3")


def test_what_is_slow_to_compute_ends(monkeypatch) -> None:
    """Time counts beside nodes: what is told then holds, or nothing is."""
    monkeypatch.setattr(Limits, "searching", 0.0)
    bounds = hodiff.calculate("value", "polylog(5, x)", at="x=-1+/-0.5").value
    with mp.workdps(40):
        for x in (-1.5, -1, -0.5):
            assert mpf(bounds["lower"]) <= mp.polylog(5, x) <= mpf(bounds["upper"])
