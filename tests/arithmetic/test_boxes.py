"""Columns of intervals contain the true values: every row of the table and random expressions at
points of their boxes, the functions written there against mpmath; and how smooth they say it is."""

from __future__ import annotations

import random
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from hodiff.arithmetic import box_functions, boxes
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.box_numbers import BROKEN, SMOOTH, UNBROKEN, Box
from hodiff.arithmetic.boxes import BOXES
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.engine.graph import OPERATIONS, Kind
from hodiff.engine.operations.row import CLOSED
from hodiff.language.problem import read
from tests import lengths, special_functions
from tests.lengths import part

ROWS = [row for row in OPERATIONS.values() if row.partials or row.kind is Kind.CONDITION]
ATTRIBUTES = {
    "powers": (1, 1),
    "polygamma": (1,),
    "betas": (1, 0),
    "binomials": (1, 0),
    "sinc": (1,),
    "cast": ("float64",),
    "elliptics": (1, -1),
    "carlsons": (1, 0, 1),
    "carlsonps": (1, 0, 0, 1),
    **{row.name: (1,) for row in CLOSED if not row.names and row.name != "elliptics"},
    **{row.name: row.attributes[0] for row in special_functions.ROWS if row.attributes},
}
WRITTEN = {name: getattr(box_functions, f"_{name}")
           for name in ("exp", "log", "atan", "sinh", "tanh")}  # fmt: skip


def ends(rng: random.Random) -> tuple[float, float]:
    """An interval: wide or narrow, around 0, beside it, with whole numbers as ends, far out."""
    a = rng.choice(
        [rng.uniform(-4, 4), rng.randint(-3, 3), rng.uniform(-1, 1), 10 ** rng.uniform(-9, 9)]
    )
    return float(a), float(a + rng.choice([0, 1e-9, 1e-3, 0.3, 1, 7, 50]))


def points(low: float, high: float, rng: random.Random) -> list[float]:
    return [low, high, *(min(max(rng.uniform(low, high), low), high) for _ in range(4))]


def inside(x: Any, low: float, high: float) -> bool:
    if low != low:  # undefined all over
        return False
    x = ball(x)
    if low > high:  # outside a gap
        return not (x < ball(low) and x > ball(high)) if np.isfinite([low, high]).all() else True
    return bool((low == -np.inf or not x < ball(low)) and (high == np.inf or not x > ball(high)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_contains_its_values(row: Any) -> None:
    """At points of boxes, as balls have them; where it is said to be smooth it has a value."""
    rng = random.Random(row.name)
    attributes = ATTRIBUTES.get(row.name, ())
    count = part(400) if row.name in boxes.FUNCTIONS else part(80)
    arity = row.arity or 1
    count = count // 4 if row.special and not lengths.LONG else count
    given = [[ends(rng) for _ in range(count)] for _ in range(arity)]
    if row.name in ("where", "and", "or", "not"):
        given[0] = [(float(rng.random() < 0.5),) * 2 for _ in range(count)]
    if row.name in ("and", "or"):
        given[1] = [(float(rng.random() < 0.5),) * 2 for _ in range(count)]
    columns = [Box(*map(np.array, zip(*pairs, strict=True))) for pairs in given]
    with BOXES.quietly():
        found = BOXES.function(row)(*columns, *attributes)
    low, high, smooth = (
        np.broadcast_to(x, (count,)) for x in (found.low, found.high, found.smooth)
    )
    function = BALLS.function(row)
    with precision(100):
        for i in range(count):
            for x in zip(*(points(*pairs[i], rng) for pairs in given), strict=True):
                exact = [bool(v) if row.name in ("and", "or", "not") else BALLS.data(v) for v in x]
                if row.name == "where":
                    exact[0] = bool(x[0])
                value = function(*exact, *attributes)
                if not BALLS.finite(value):
                    assert smooth[i] == BROKEN or value is None or ball(value).is_nan(), (
                        x,
                        smooth[i],
                    )
                    continue
                number = int(value) if isinstance(value, bool) else value
                assert inside(number, low[i], high[i]), (row.name, x, low[i], high[i], value)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_here_against_mpmath(name: str) -> None:
    """Near the reductions' seams, far out, at the ends of doubles; the ends are close."""
    rng = random.Random(name)
    seams = [
        k * c for k in range(-60, 61) for c in (0.34657359, 0.7853981633974483, 0.7071, 0.4142)
    ]
    drawn = [rng.choice([-1, 1]) * 10 ** rng.uniform(-300, 2.8) for _ in range(part(2000))]
    xs = np.array([0.0, 1.0, -1.0, 700.0, -700.0, 709.5, -745.0, *seams, *drawn])
    xs = xs[xs > 0] if name == "log" else xs
    with BOXES.quietly(), mp.workdps(60):
        low, high = WRITTEN[name](xs)
        for x, a, b in zip(xs, low, high, strict=True):
            true = getattr(mpmath, name)(mpf(float(x)))
            assert mpf(float(a)) <= true <= mpf(float(b)), (x, a, b)
            if 1e-290 < abs(true) < 1e290:
                assert b - a <= 4e-13 * abs(true) + 1e-300


def test_sine_and_cosine_against_mpmath() -> None:
    """At multiples of a quarter turn and beside them, and far out, where balls do it."""
    quarters = [np.float64(k * np.pi / 2) for k in range(-400, 400)]
    xs = np.array([*quarters, *np.nextafter(quarters, np.inf), 8e5, 1e15, -1e22, 1e-9, 1e-300, 0.0])
    with BOXES.quietly(), mp.workdps(80):
        found = box_functions._waves(xs)
        for i, x in enumerate(xs):
            for k, function in ((0, mpmath.sin), (2, mpmath.cos)):
                true = function(mpf(float(x)))
                assert mpf(float(found[k][i])) <= true <= mpf(float(found[k + 1][i])), x
                assert found[k + 1][i] - found[k][i] < 1e-13


EXPRESSIONS = [
    "x**3 - 2*x*y + y**2", "x/(y - 1)", "1/(x*y)", "tan(x) - y", "exp(x)/(1 + y**2) - x",
    "abs(x - y) - max(x, y)", "sqrt(x + y) - x**y", "sin(1/x)*y", "where(x < y, x**2, y - 1)",
    "log(x) + y**-2", "x**(1/3) - y**1.5", "floor(x) + mod(y, 2)", "atan2(y, x)",
    "norm([x, y]) - 1",
    "sum([x, y, x*y]) - prod([x, y])", "(x - 1)/(x - 1)**2 + y", "tanh(x*y) - sech(y)",
    "1/tan(x) + 1/(1 + 1/y)", "sinc(x)*gamma(2 + y**2) - erf(x)", "x**-3*y**5 - (x - y)**4",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_and_their_slopes(text: str) -> None:
    problem = read(text)
    xs = [problem.variables[name] for name in sorted(problem.variables)]
    graphs = [problem.f, *gradient(problem.f, xs)]
    rng = random.Random(text)
    count = part(400)
    given = [[ends(rng) for _ in range(count)] for _ in xs]
    columns = [Box(*map(np.array, zip(*pairs, strict=True))) for pairs in given]
    with BOXES.quietly():
        found = Program(graphs, BOXES).values(dict(zip(xs, columns, strict=True)))
    program = Program(graphs, BALLS)
    results = [tuple(np.broadcast_to(v, (count,)) for v in (y.low, y.high, y.smooth))
               for y in (found[id(g)] for g in graphs)]  # fmt: skip
    with precision(100):
        for i in range(count):
            for x in zip(*(points(*pairs[i], rng) for pairs in given), strict=True):
                point = {v: BALLS.data(value) for v, value in zip(xs, x, strict=True)}
                values = program.results(point)
                for k, (value, (low, high, smooth)) in enumerate(zip(values, results, strict=True)):
                    if BALLS.finite(value):
                        known = k == 0 or results[0][2][i] > BROKEN or low[i] == low[i]
                        assert not known or inside(value, low[i], high[i]), (
                            x,
                            value,
                            low[i],
                            high[i],
                        )
                    elif k == 0:
                        assert smooth[i] == BROKEN


@pytest.mark.parametrize(
    "text, low, high, smooth",
    [
        ("abs(x)", -1, 1, UNBROKEN),
        ("abs(x)", 0.5, 1, SMOOTH),
        ("abs(x)", 0, 1, UNBROKEN),
        ("sqrt(x)", 0, 1, UNBROKEN),
        ("sqrt(x)", -1, 1, BROKEN),
        ("floor(x)", 0.25, 0.75, SMOOTH),
        ("floor(x)", 1, 1.5, BROKEN),  # it jumps where it begins
        ("1/x", -1, 1, BROKEN),
        ("tan(x)", 1, 2, BROKEN),
        ("tan(x)", -1, 1, SMOOTH),
        ("max(x, 0.5)", 0, 1, UNBROKEN),
        ("asin(x)", 0, 1, UNBROKEN),
        ("where(x > 0, x, -x)", -1, 1, BROKEN),
        ("where(x > 0, sqrt(x), 0)", -2, -1, SMOOTH),
        ("atan2(x, -1)", -1, 1, BROKEN),
        ("x*log(x)", 0, 1, BROKEN),
    ],
)
def test_how_smooth_it_is(text: str, low: float, high: float, smooth: int) -> None:
    problem = read(text)
    (x,) = problem.variables.values()
    with BOXES.quietly():
        point = {x: Box(np.array([float(low)]), np.array([float(high)]))}
        (found,) = Program([problem.f], BOXES).results(point)
    assert np.broadcast_to(found.smooth, (1,))[0] == smooth


def test_a_pole_leaves_a_gap_around_0() -> None:
    """What has no 0 next to its poles is seen to have none."""
    for text in ("1/x", "tan(x - 11/7) + 3", "2/x - x", "1/x**2 + 1", "-5/(x*3) + x"):
        problem = read(text)
        (x,) = problem.variables.values()
        with BOXES.quietly():
            (found,) = Program([problem.f], BOXES).results(
                {x: Box(np.array([-0.01]), np.array([0.02]))}
            )
        low, high = found.low[0], found.high[0]
        assert low > high and high < 0 < low if found.gapped else low > 0
