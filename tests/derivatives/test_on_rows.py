"""Series on rows: each row as one point in doubles has it, or nan where these don't know."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from mpmath import mp

import hodiff
from hodiff.answers.question import How
from hodiff.arithmetic import ball_numbers as balls
from hodiff.arithmetic.balls import BALLS
from hodiff.calculator.compiled import Compiled
from hodiff.derivatives import on_rows
from hodiff.derivatives.on_rows import SeriesPlan
from hodiff.derivatives.taylor import Directional
from hodiff.language.problem import read
from tests.derivatives.test_taylor import EDGES, FAR

ROWS = 64


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_rows, "ROWS", ROWS)


def compiled(text: str, order: int, command: str = "nth") -> Compiled:
    own = {"method": "taylor"} if command == "nth" else {}
    found = hodiff.compile(text, command, wrt=["x"], order=order, **own)
    assert isinstance(found._plan, SeriesPlan)
    return found


def at(function: Compiled, *columns: Any) -> list[list[float]]:
    """A row's numbers, for each row."""
    return [list(row) for row in zip(*function(*columns).values(), strict=True)]


@pytest.mark.parametrize("text", FAR)
def test_high_orders_as_at_one_point(text: str) -> None:
    """Rows that need other scales stand around the one that is looked at."""
    point, order, c = FAR[text]
    column = [float(point) / 3, float(point), float(point) * 1.5 + 1e-3]
    got = at(compiled(text, order), np.array(column * ROWS))[ROWS * 3 - 2]
    for k, found in enumerate(got):
        with mp.workdps(40):
            e = mp.mpf(c(k)) * mp.factorial(k)
            assert abs(found - e) <= 1e-12 * abs(e) + 5e-324, f"order {k}: {found} for {e}"
            assert e != 0 or found == 0


@pytest.mark.parametrize("text, point, order", EDGES)
def test_out_of_range_is_nan_or_right(text: str, point: str, order: int) -> None:
    """Balls at 400 bits say what is right."""
    (found,) = at(compiled(text, order), [float(point)])
    problem = read(text, ["x=1"])
    f, q = Directional(problem.f, {problem.inputs[0]: 1}, order), Fraction(float(point))
    with balls.precision(400), mp.workdps(60):
        exact = f.derivatives({problem.inputs[0]: q.numerator if q.denominator == 1 else q}, BALLS)
        for k, (got, y) in enumerate(zip(found, exact, strict=True)):
            e = mp.mpf(balls.ball(y).mid().str(50, radius=False))
            if math.isfinite(got):
                assert abs(got - e) <= 1e-11 * abs(e) + 5e-324, f"order {k}: {got} for {e}"


FUNCTIONS = ["exp", "sin", "cos", "log", "sqrt", "tanh", "atan", "sinh", "asin", "erf"]


def drawn(random: Random, depth: int) -> str:
    if depth == 0:
        return random.choice(["x", "x", "x", "y", "2", "3/4"])
    one, other = (drawn(random, depth - 1) for _ in range(2))
    if random.random() < 0.45:
        return f"{random.choice(FUNCTIONS)}({one})"
    sign = random.choice(["+", "-", "*", "*", "/", "**"])
    return f"({one})**{random.choice([2, 3, -1])}" if sign == "**" else f"({one} {sign} {other})"


@pytest.mark.parametrize("seed", range(30))
def test_drawn_expressions_are_as_mpmath_has_them(seed: int) -> None:
    """Where rows don't doubt their doubles these have lost at most some digits, of a number or
    of its neighbours."""
    random = Random(seed)
    text, order = f"{drawn(random, 2)} + x*{drawn(random, 3)}", random.choice([6, 10, 16])
    function = compiled(text, order)
    names = {name: getattr(mp, name) for name in FUNCTIONS}
    rows = [[random.uniform(-2, 2), random.uniform(0.1, 2)] for _ in range(6)]
    rows = [[0.0, 1.0], [1.0, 0.5], *rows]
    columns = [np.array([row["xy".index(name)] for row in rows]) for name in function.inputs]
    *found, doubt = function.checking(How())(columns, 1)
    with mp.workdps(40):
        for i, row in enumerate(rows):
            if doubt[i] or not all(math.isfinite(column[i]) for column in found):
                continue
            x, y = map(mp.mpf, row)

            def f(x: Any, y: Any = y) -> Any:
                return eval(text.replace("3/4", "mp.mpf(3)/4"), names, {"x": x, "y": y, "mp": mp})

            if "x / x" in text and x == 0:
                continue
            exact = [c * mp.factorial(k) for k, c in enumerate(mp.taylor(f, x, order))]
            for k, e in enumerate(exact):
                size = max(map(abs, exact[max(k - 1, 0) : k + 2]))
                assert abs(found[k][i] - e) <= 1e-6 * size, (text, row, k, found[k][i], e)


def test_most_rows_are_not_in_doubt() -> None:
    column = np.linspace(0.1, 1, 5 * ROWS // 2)
    *_, doubt = compiled("exp(sin(x))*log(1 + x**2)", 20).checking(How())([column], 1)
    assert doubt.shape == column.shape and not doubt.any()


def test_rows_of_a_branch_are_not_those_of_the_other() -> None:
    """Where log has no value, or its series is another scale's, nothing is lost."""
    function = compiled("where(x > 0, log(x), exp(x))", 30)
    column = np.array([1e-5, 1.0, 50.0, -1e-9, -1.0, -300.0])
    found = np.array(at(function, column))
    for x, row in zip(column, found, strict=True):
        expected = [math.log(x) if x > 0 else math.exp(x)]
        for k in range(1, 31):
            with mp.workdps(30):
                power = (-1) ** (k - 1) * mp.factorial(k - 1) / mp.mpf(x) ** k
            expected.append(float(power) if x > 0 else math.exp(x))
        assert row == pytest.approx(expected, rel=1e-13)
    assert not function.checking(How())([column])[-1].any()


@pytest.mark.parametrize("text", ["abs(x)*exp(x)", "floor(x)*exp(x)", "x**2.5", "sqrt(x)*sin(x)",
                                  "max(x, y)*x", "where(x < 0, x, exp(x))", "log(x)",
                                  "norm([x, 2*x])*exp(x)", "1/x"])  # fmt: skip
def test_ties_edges_and_poles_are_in_doubt(text: str) -> None:
    function = compiled(text, 4)
    *found, doubt = function.checking(How())([np.array([0.0, 0.7])] * len(function.inputs))
    lost = doubt | ~np.isfinite(found).all(axis=0)
    assert lost.tolist() == [True, text.startswith("max")]


@pytest.mark.parametrize(
    "text",
    ["sum([x, y, 2]*[sin(x), x, y])*log(det([[2 + x, y], [x, 3]]))", "logsumexp([x, y, x*y])",
     "norm([x, y, 1])*exp(sin(x))", "norm(inv([[2, x], [y, 3 + x]]) @ [1, x])"],
)  # fmt: skip
def test_arrays_inside_an_expression(text: str, found: Any) -> None:
    xs, ys = np.array([0.3, 1.25, -0.5]), np.array([0.4, 2.0, 0.75])
    rows = at(compiled(text, 8), xs, ys)
    for x, y, row in zip(xs, ys, rows, strict=True):
        asked = found("nth", text, "--at", f"x={x},y={y}", "--wrt", "x", "--order", "8")
        assert row == pytest.approx([asked["value"], *asked["derivatives"]], rel=1e-9)


def test_taylor_along_and_mixed_partials() -> None:
    """exp(2x + 3y) in closed form."""
    xs, ys = np.array([0.25, -1.0]), np.array([0.5, 1.0])
    e = np.exp(2 * xs + 3 * ys)
    text = "exp(2*x + 3*y)"
    along = hodiff.compile(text, "nth", along=[1, -1], order=30, method="taylor")(xs, ys)
    for k in range(31):
        column = along["f" if k == 0 else "df_dt" if k == 1 else f"d{k}f_dt{k}"]
        assert column == pytest.approx((-1) ** k * e, rel=1e-13)
    names = ["x", "y", "x", "y", "y", "x"]
    mixed = hodiff.compile(text, "nth", wrt=names, method="taylor")(xs, ys)
    assert mixed["d6f_dx3_dy3"] == pytest.approx(8 * 27 * e, rel=1e-11)
    coefficients = hodiff.compile("exp(sin(x))", "taylor", order=40)(xs)
    with mp.workdps(40):
        for i, x in enumerate(xs):
            expected = [float(c) for c in mp.taylor(lambda t: mp.exp(mp.sin(t)), x, 40)]
            got = [coefficients["f" if k == 0 else f"c{k}"][i] for k in range(41)]
            assert got == pytest.approx(expected, rel=1e-8, abs=1e-30)


def test_rows_and_threads_don_t_matter() -> None:
    function = compiled("exp(sin(x))*log(1 + x**2)", 12)
    column = np.linspace(-2, 2, 3 * ROWS + 17)
    whole = np.array(at(function, column))
    apart = [row for i in (0, 20, 20 + ROWS, 150) for row in at(function, column[i:][:5])]
    picked = [whole[i + j] for i in (0, 20, 20 + ROWS, 150) for j in range(5)]
    assert np.array(apart) == pytest.approx(np.array(picked), rel=1e-14)
    assert (whole == np.array(list(function(column, threads=1).values())).T).all()
    assert all(y.shape == (0,) for y in function(column[:0]).values())
