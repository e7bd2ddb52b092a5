"""implicit on rows: mpmath's solutions, what one point says, and what rows say of no solution."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from mpmath import mp

import hodiff
from hodiff.answers.question import How
from hodiff.calculator.compiled import Compiled
from hodiff.calculator.points.rows import Rows
from hodiff.calculator.points.solver import Refused, Solver, answered


def kepler(mean: Any) -> Any:
    return mp.findroot(lambda e: e - mp.sin(e) / 2 - mean, 1)


def test_keplers_equation_against_mpmath() -> None:
    """To order 8, from one start for all rows."""
    means = np.linspace(0.1, 3, 1500)
    solve = hodiff.compile("E - sin(E)/2 = M", "implicit", ["M"], of="E", order=8, solve=True)
    found = solve(M=means, E=1.0)
    assert list(found)[:3] == ["E_solved", "dE_dM", "d2E_dM2"]
    with mp.workdps(40):
        for i in range(0, 1500, 499):
            taken = mp.taylor(
                lambda m: mp.findroot(lambda e: e - mp.sin(e) / 2 - m, 1), means[i], 8
            )
            expected = [float(c * mp.factorial(k)) for k, c in enumerate(taken)]
            assert [y[i] for y in found.values()] == pytest.approx(expected, rel=1e-12)


def test_without_solve_doubles_follow_the_point_that_is_given() -> None:
    xs, ys = np.array([3.0, 4.0]), np.array([4.0, -3.0])
    found = hodiff.compile("x**2 + y**2 = 25", "implicit", ["x"], of="y", order=2)(xs, ys)
    assert found["dy_dx"] == pytest.approx(-xs / ys)
    assert found["d2y_dx2"] == pytest.approx(-25 / ys**3)


def test_a_file_needs_points_that_solve_the_equation(hodiff: Any, tmp_path: Any) -> None:
    """As one point does: exactly, as decimals."""
    file = tmp_path / "a.csv"
    file.write_text("x,y\n0.6,0.8\n0.6,0.81\n1,0\n,1\n")
    ran = hodiff("implicit", "x**2 + y**2 = 1", "--of", "y", "--points", str(file))
    assert ran.out.splitlines() == ["x,y,dy_dx", "0.6,0.8,-0.75", "0.6,0.81,", "1,0,", ",1,"]
    assert (ran.code, "2 of 4 rows have no answer (2 domain)" in ran.err) == (1, True)
    assert "start there with --solve" in ran.err


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("y**3 - 2*y + 2 = x", np.linspace(-2, 2, 41)),  # basins, and cycles
        ("sin(y) = x", np.linspace(-6, 6, 41)),
        ("y**2 = x", [-1.0, 1e-8, 0.0, 1e200, 3.0]),  # a double root, and none
        ("exp(-y) = 0*x", [0.0, 5.0]),
        ("1/(y - x) = 0", [0.5, 1e300]),
        ("abs(y - 1)*exp(y) = x", [0.9, 2.0, 1.0]),
        ("log(y) = x", [-1.0, 0.5, 10.0]),
    ],
)
def test_rows_have_the_solutions_of_points(text: str, starts: Any) -> None:
    own = {"of": "y", "solve": True, "order": 3}
    compiled = Compiled(text, "implicit", ("x",), (), own)
    points = [(x, float(y)) for x in (0.0, 0.25, 1.0) for y in starts]
    columns = {name: [p["xy".index(name)] for p in points] for name in compiled.inputs}
    frame = pl.DataFrame({**columns, "row": range(len(points))})
    found = Rows(compiled, Solver(compiled, How()))(frame.to_struct()).struct.unnest()
    for point, (*numbers, reason) in zip(frame.rows(), found.rows(), strict=True):
        true = answered(compiled, How(), point[:-1])
        if isinstance(true, Refused):
            assert reason == true.kind, (point, numbers, true)
        else:
            assert numbers == pytest.approx(true.values, rel=1e-9, abs=1e-9), point
