"""answers.solve, the one door: a question at a point or over intervals, its numbers or why none.

The oracles are mpmath and closed forms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import hodiff
from hodiff import HodiffError, Tensor, answers
from hodiff.answers import How, Numbers, Question
from hodiff.derivatives import gradient, hessian, method, nth
from hodiff.derivatives.plan import Plan
from hodiff.engine.graph import constant, variable

X, Y = variable("x"), variable("y")
SQRT2 = hodiff.sqrt(constant(2))
ZERO_NOTE = "a 0 may stand for a number below 1e-300"


def solve(
    wanted: Sequence[Tensor] | Plan,
    at: dict[Tensor, Fraction | int | Tensor],
    f: Tensor | None = None,
    radii: dict[Tensor, Fraction] | None = None,
    **more: Any,
) -> Numbers:
    """The answer to what is wanted, f first, at a point of numbers."""
    point = {x: value if isinstance(value, Tensor) else constant(value) for x, value in at.items()}
    around = {x: constant(r) for x, r in (radii or {}).items()}
    first = f if f is not None else wanted[0]
    assert isinstance(first, Tensor)
    return answers.solve(Question(first, list(at), wanted, point, around, **more))


def nearest(true: Callable[[], Any]) -> float:
    with mp.workdps(60):
        return float(true())


# A point.


def test_a_point_in_balls() -> None:
    """sin(x) y at (1/2, 3): every number is the double nearest to the true one."""
    f = hodiff.sin(X) * Y
    found = solve([f, *gradient(f, [X, Y])], {X: Fraction(1, 2), Y: 3})
    assert found.arithmetic == "ball" and found.notes == []
    assert found.values == [
        nearest(lambda: 3 * mp.sin(mpf(1) / 2)),
        nearest(lambda: 3 * mp.cos(mpf(1) / 2)),
        nearest(lambda: mp.sin(mpf(1) / 2)),
    ]
    assert found.exact == [None, None, None]
    assert found.at == {X: 0.5, Y: 3}


def test_a_point_in_doubles() -> None:
    f = hodiff.exp(X) - 1
    found = solve([f, *gradient(f, [X])], {X: Fraction(1, 10**9)}, how=How("float"))
    assert found.arithmetic == "float"
    assert found.values == [math.exp(1e-9) - 1, math.exp(1e-9)]  # 1e-7 off the true value
    proven = solve([f], {X: Fraction(1, 10**9)})
    assert proven.values == [nearest(lambda: mp.expm1(mpf(10) ** -9))]


def test_digits() -> None:
    found = solve([hodiff.exp(X), X / 7], {X: 1}, how=How(digits=40))
    with mp.workdps(60):
        assert abs(mpf(found.values[0]) - mp.e) <= mpf(10) ** -39 / 2
    assert found.values[1] == "0.1428571428571428571428571428571428571429"
    assert [len(v.replace(".", "").lstrip("0")) for v in found.values] == [40, 40]


def test_exact_numbers() -> None:
    """x³/7 at 1/2, its slope 3/28, and a cosine."""
    f = X**3 / 7
    found = solve([f, *gradient(f, [X]), hodiff.cos(X), X - X], {X: Fraction(1, 2)})
    assert found.exact == [Fraction(1, 56), Fraction(3, 28), None, 0]
    assert found.values[:2] == [1 / 56, 3 / 28] and found.values[3] == 0


def test_arrays_come_as_nested_lists() -> None:
    w = variable("w", (2, 2))
    f = hodiff.sum(w**3) / 3
    at = {w: hodiff.tensor([[1.0, 2.0], [0.5, -3.0]])}
    found = solve([f, *gradient(f, [w])], at)
    assert found.values == [(1 + 8 + 1 / 8 - 27) / 3, [[1, 4], [0.25, 9]]]
    stacked = solve([hodiff.stack([X, X / 3])], {X: 1})
    assert stacked.values == [[1, 1 / 3]] and stacked.exact == [[1, Fraction(1, 3)]]


def test_what_a_double_can_not_hold_is_text() -> None:
    (value,) = solve([hodiff.exp(X)], {X: 5000}).values
    assert isinstance(value, str)
    with mp.workdps(40):
        text, true = mpf(value), mp.exp(5000)
    with mp.workprec(53):
        assert +text == +true


def test_notes() -> None:
    atan = hodiff.atan  # Machin 1706: pi/4 = 4*atan(1/5) - atan(1/239), which nothing here knows
    found = solve([atan(X) - 4 * atan(constant(1) / 5) + atan(constant(1) / 239)], {X: 1})
    assert (found.values, found.notes) == ([0], [ZERO_NOTE])
    found = solve([hodiff.log(X) - 2 * hodiff.log(constant(3))], {X: 9})
    assert (found.values, found.notes) == ([0], [])
    for at in (0, hodiff.acos(constant(-1))):  # pi
        assert solve([hodiff.sin(X)], {X: at}).notes == []


def test_large_arrays_are_in_doubles_and_say_so() -> None:
    w = variable("w", (300_000,))
    at: dict[Any, Any] = {w: hodiff.tensor(np.zeros(300_000))}
    f = hodiff.sum(hodiff.exp(w))
    found = solve([f], at)
    assert (found.values, found.arithmetic) == ([300_000], "float")
    assert len(found.notes) == 1 and "doubles" in found.notes[0]
    for how, option in ((How("ball"), "--arithmetic"), (How(digits=5), "--digits")):
        with pytest.raises(HodiffError) as refused:
            solve([f], at, how=how)
        assert (refused.value.kind, refused.value.source) == ("usage", option)


def test_nothing_wanted() -> None:
    assert solve([], {X: 1}, X).values == []


@pytest.mark.parametrize(
    ("f", "at", "kind"),
    [
        (1 / X, 0, "pole"),
        (hodiff.log(X), -1, "domain"),
        (hodiff.log(X), 0, "pole"),
        (X / X, 0, "domain"),
        (hodiff.floor(hodiff.sqrt(X + 2 * SQRT2) - 1 - SQRT2), 3, "undecided"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("how", [How(), How("float"), How(digits=30)], ids=repr)
def test_no_number(f: Tensor, at: int, kind: str, how: How) -> None:
    if kind == "undecided" and how.arithmetic == "float":
        return  # where a logarithm is a number
    with pytest.raises(HodiffError) as refused:
        solve([f], {X: at}, how=how, smooth=False)
    assert refused.value.kind == kind and refused.value.exit_code == 1


# Kinks.


def kinked(f: Tensor, at: dict[Tensor, int], **more: Any) -> Numbers:
    slopes = gradient(f, list(at))
    return solve([f, *slopes], dict(at), slopes=[slopes], **more)


@pytest.mark.parametrize("how", [How(), How("float")], ids=repr)
@pytest.mark.parametrize(
    ("f", "at", "left", "right"),
    [
        (hodiff.abs(X), 0, -1, 1),
        (hodiff.relu(X - 2), 2, 0, 1),
        (hodiff.maximum(X, 3 * X), 0, 1, 3),
        (hodiff.abs(X) * X + hodiff.abs(X) * 5, 0, -5, 5),
    ],
    ids=repr,
)
def test_a_kink_tells_its_slopes(f: Tensor, at: int, left: int, right: int, how: How) -> None:
    with pytest.raises(HodiffError) as refused:
        kinked(f, {X: at}, how=how)
    assert refused.value.kind == "kink"
    assert f"{left} from the left and {right} from the right" in refused.value.message


@pytest.mark.parametrize("how", [How(), How("float")], ids=repr)
def test_slopes_of_two_variables(how: How) -> None:
    with pytest.raises(HodiffError, match=r"slope in x is 0 from the left and 7 from the right"):
        kinked(hodiff.relu(X) * Y, {X: 0, Y: 7}, how=how)


def test_a_kink_that_is_smooth_and_one_that_convention_answers() -> None:
    assert kinked(X * hodiff.abs(X), {X: 0}).values == [0, 0]
    assert kinked(hodiff.abs(X), {X: 0}, how=How(subgradient=True)).values == [0, 0]
    assert kinked(hodiff.relu(X), {X: 0}, how=How(subgradient=True)).values == [0, 0]
    assert kinked(hodiff.abs(X), {X: -2}).values == [2, -1]
    assert solve([hodiff.abs(X)], {X: 0}, smooth=False).values == [0]


# Intervals.


def bounds(found: Any) -> tuple[Fraction, Fraction]:
    return Fraction(found["lower"]), Fraction(found["upper"])


def mp_bounds(found: Any) -> tuple[Any, Any]:
    return mpf(found["lower"]), mpf(found["upper"])


def test_bounds_of_a_value_and_its_slopes() -> None:
    """x² y over [1.9, 2.1] at y = 3: [10.83, 13.23], slopes [11.4, 12.6] and [3.61, 4.41]."""
    f = X**2 * Y
    found = solve([f, *gradient(f, [X, Y])], {X: 2, Y: 3}, radii={X: Fraction(1, 10)})
    assert found.arithmetic == "interval"
    for got, (low, high) in zip(
        found.values, [("10.83", "13.23"), ("11.4", "12.6"), ("3.61", "4.41")], strict=True
    ):
        lower, upper = bounds(got)
        assert Fraction(low) * (1 - Fraction(1, 10**6)) <= lower <= Fraction(low)
        assert Fraction(high) <= upper <= Fraction(high) * (1 + Fraction(1, 10**6))
    lower, upper = bounds(found.at[X])
    assert lower <= Fraction("1.9") and Fraction("2.1") <= upper


@pytest.mark.parametrize("order", range(9))
def test_every_order_of_a_sine(order: int) -> None:
    """Over [0.5, 1.5] sin and cos are monotone: their ends bound every derivative, which are
    [0.0707372016677029, 0.8775825618903728] for cos."""
    half = Fraction(1, 2)
    found = solve([nth(hodiff.sin(X), X, order)[-1] if order else hodiff.sin(X)], {X: 1},
                  radii={X: half})  # fmt: skip
    lower, upper = mp_bounds(found.values[0])
    with mp.workdps(40):
        ends = sorted(mp.sin(x + order * mp.pi / 2) for x in (mpf("0.5"), mpf("1.5")))
        assert lower <= ends[0] and ends[1] <= upper
        size = max(map(abs, ends))
        assert ends[0] - lower <= mpf("1e-6") * size and upper - ends[1] <= mpf("1e-6") * size
        if order % 4 == 1:
            assert lower <= mpf("0.0707372016677029100") and mpf("0.87758256189037271") <= upper


ANALYTIC: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Any], Any]]] = {
    "sin": (hodiff.sin, mp.sin),
    "exp(x)sin(x)": (lambda x: hodiff.exp(x) * hodiff.sin(x), lambda x: mp.exp(x) * mp.sin(x)),
    "1/x": (lambda x: 1 / x, lambda x: 1 / x),
    "log": (hodiff.log, mp.log),
    "x sqrt(1 + x)": (lambda x: x * hodiff.sqrt(1 + x), lambda x: x * mp.sqrt(1 + x)),
    "tanh": (hodiff.tanh, mp.tanh),
    "exp(-x²)": (lambda x: hodiff.exp(-(x**2)), lambda x: mp.exp(-(x**2))),
}


@pytest.mark.parametrize("name", ANALYTIC)
def test_samples_of_every_order_to_8_are_inside(name: str) -> None:
    """Over [0.5, 1.5], by a plan, as nth asks."""
    build, f = ANALYTIC[name]
    y = build(X)
    plan = method.successive(y, {X: constant(1)}, 8, "auto")
    # What takes too many steps is wider and says so: the bounds hold all the same.
    found = solve(plan, {X: 1}, y, radii={X: Fraction(1, 2)}, how=How(rtol=0.5))
    assert len(found.values) == 9 and found.arithmetic == "interval"
    with mp.workdps(60):
        for i in range(11):
            x = mpf(1) / 2 + mpf(i) / 10
            coefficients = mp.taylor(f, x, 8)
            for order, (got, c) in enumerate(zip(found.values, coefficients, strict=True)):
                lower, upper = mp_bounds(got)
                value = c * mp.factorial(order)
                room = mpf(10) ** -20 * (1 + abs(value))  # mpmath's differences
                assert lower - room <= value <= upper + room, (order, i)


@settings(max_examples=25, deadline=None)
@given(st.fractions(-2, 2, max_denominator=8), st.fractions(0, 1, max_denominator=8),
       st.lists(st.fractions(-1, 1, max_denominator=16), min_size=4, max_size=4))  # fmt: skip
def test_polynomials_hold_exactly(
    centre: Fraction, radius: Fraction, parts: list[Fraction]
) -> None:
    """x³ y - x y² + 1/7 over a square: every value at a rational point is inside."""
    f = X**3 * Y - X * Y**2 + Fraction(1, 7)
    first, rows = hessian(f, [X, Y])
    at: dict[Tensor, Any] = {X: centre, Y: Fraction(1, 3)}
    found = solve([f, *first, *rows[0]], at, radii={X: radius, Y: radius}, how=How(rtol=1e-2))
    for a, b in zip(parts[:2], parts[2:], strict=True):
        x, y = centre + a * radius, Fraction(1, 3) + b * radius
        true = [x**3 * y - x * y**2 + Fraction(1, 7), 3 * x**2 * y - y**2, x**3 - 2 * x * y,
                6 * x * y, 3 * x**2 - 2 * y]  # fmt: skip
        for got, value in zip(found.values, true, strict=True):
            lower, upper = bounds(got)
            assert lower <= value <= upper


def test_rtol_says_how_tight() -> None:
    """x - x³ over [0, 1] is largest at 1/sqrt(3): 2/sqrt(27)."""
    f = X - X**3
    half = Fraction(1, 2)
    with mp.workdps(40):
        true = 2 / mp.sqrt(27)
        for rtol in (1e-2, 1e-6, 1e-12):
            (got,) = solve([f], {X: half}, radii={X: half}, how=How(rtol=rtol)).values
            lower, upper = mp_bounds(got)
            assert true <= upper <= true * (1 + rtol) + mpf(2) ** -51
            assert -rtol <= lower <= 0


@pytest.mark.parametrize(
    ("f", "kind"),
    [(hodiff.abs(X - 1), "kink"), (hodiff.floor(X), "kink"), (1 / (X - 1), "pole"),
     (hodiff.log(X - 1), "domain"), (hodiff.sqrt(X - 1), "domain"),
     (hodiff.where(X < 1, X, 2 * X), "kink")],
    ids=repr,
)  # fmt: skip
def test_what_is_not_smooth_over_an_interval_is_refused(f: Tensor, kind: str) -> None:
    slopes = gradient(f, [X])
    with pytest.raises(HodiffError) as refused:
        solve([f, *slopes], {X: 1}, radii={X: Fraction(1, 2)}, slopes=[slopes])
    assert refused.value.kind == kind and "narrow" in refused.value.message


# Plans.


def successive(f: Tensor, order: int, method_: str = "auto") -> Plan:
    return method.successive(f, {X: constant(1)}, order, method_)


@pytest.mark.parametrize("way", ["auto", "nested", "taylor"])
@pytest.mark.parametrize("order", [0, 1, 2, 5, 8])
def test_a_plan_gives_every_order(order: int, way: str) -> None:
    """exp(2x) x at 1/3: its n-th derivative is 2ⁿ exp(2x) (x + n/2)."""
    f = hodiff.exp(2 * X) * X
    found = solve(successive(f, order, way), {X: Fraction(1, 3)}, f)
    with mp.workdps(60):
        x = mpf(1) / 3
        true = [float(2**n * mp.exp(2 * x) * (x + mpf(n) / 2)) for n in range(order + 1)]
    assert found.values == true and found.arithmetic == "ball"


@pytest.mark.parametrize("way", ["auto", "nested", "taylor"])
def test_a_plan_in_doubles_and_in_digits(way: str) -> None:
    f = hodiff.sin(X)
    rough = solve(successive(f, 7, way), {X: 1}, f, how=How("float"))
    assert rough.arithmetic == "float"
    expected = [math.sin(1 + n * math.pi / 2) for n in range(8)]
    assert rough.values == pytest.approx(expected, rel=1e-12)
    long = solve(successive(f, 7, way), {X: 1}, f, how=How(digits=30))
    with mp.workdps(60):
        for n, text in enumerate(long.values):
            assert abs(mpf(text) - mp.sin(1 + n * mp.pi / 2)) <= mpf(10) ** -30


def test_a_plan_where_there_is_no_series() -> None:
    """|x|³ at 0: 0, 0, 0, and then -6 or 6."""
    f = hodiff.abs(X) ** 3
    assert solve(successive(f, 2), {X: 0}, f).values == [0, 0, 0]
    with pytest.raises(HodiffError) as refused:
        solve(successive(f, 3), {X: 0}, f)
    assert refused.value.kind == "kink"
    with pytest.raises(HodiffError) as refused:
        solve(successive(f, 2, "taylor"), {X: 0}, f)
    assert (refused.value.kind, refused.value.source) == ("usage", "--method")


def test_a_plan_of_mixed_partials() -> None:
    """exp(x y): of it ∂x, ∂x∂x and ∂x∂x∂y, which is (2 y + x y²) exp(x y)."""
    f = hodiff.exp(X * Y)
    plan = method.mixed(f, [X, Y], [(0,), (0, 0), (0, 0, 1)], "auto", True)
    found = solve(plan, {X: 2, Y: Fraction(1, 3)}, f)
    with mp.workdps(60):
        x, y = mpf(2), mpf(1) / 3
        true = [1, y, y**2, 2 * y + x * y**2]
        assert found.values == [float(c * mp.exp(x * y)) for c in true]


@pytest.mark.parametrize(
    ("command", "text", "at", "order"),
    [
        ("grad", "x*exp(-x)", "x=1", None),  # (1 - x)*exp(-x)
        ("grad", "x**x", "x=1/e", None),  # x**x*(log(x) + 1)
        ("grad", "sin(x) + cos(x)", "x=pi/4", None),
        ("grad", "exp(x) - e*x", "x=1", None),
        ("nth", "x*exp(-x)", "x=9", 9),  # (-1)**n*(x - n)*exp(-x)
        ("nth", "x**2*exp(-x)", "x=2+sqrt(2)", 2),  # (x**2 - 4*x + 2)*exp(-x)
        ("nth", "x*exp(-x)", "x=2", 40),
    ],
)
def test_a_derivative_that_is_0_at_the_point_is_proven_to_be(command, text, at, order) -> None:
    own = {} if order is None else {"order": order}
    found = hodiff.calculate(command, text, at=at, **own)
    slopes = list(found.gradient.values()) if order is None else found.derivatives
    assert 0 in slopes and ZERO_NOTE not in found.notes and found.arithmetic == "ball"


def test_what_is_only_near_0_is_not() -> None:
    """Its slope is about 1e-305, and no identity."""
    found = hodiff.calculate("grad", "x + 1e-305*sin(x) - x", at="x=1")
    assert found.gradient["x"] != 0 or ZERO_NOTE in found.notes
