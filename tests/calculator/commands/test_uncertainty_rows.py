"""uncertainty over rows: the package uncertainties row by row, the GUM's examples as files, and the
same numbers as at each point by itself."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import uncertainties
from hypothesis import given, settings
from hypothesis import strategies as st
from uncertainties import umath

from hodiff import calculate
from hodiff import compile as compiled
from hodiff.calculator.compiled import Compiled
from hodiff.calculator.points.job import Job
from hodiff.errors import HodiffError
from tests.calculator.commands.test_uncertainty import COV, EXPRESSIONS, GAUGE, MEANS, OBSERVED

FUNCTIONS = {f: getattr(umath, f) for f in ("sin", "cos", "atan", "exp", "sqrt")}
# The end gauge of GUM H.1, in nanometres, and one of a tenth of its length.
GAUGES = """\
gauge,ls,u_ls,d,u_d,da,u_da,theta,u_theta,alpha,u_alpha,dtheta,u_dtheta
H.1,50000623,25,215,9.7,0,0.58e-6,-0.1,0.41,11.5e-6,1.2e-6,0,0.029
short,5000062,25,215,9.7,0,0.58e-6,-0.1,0.41,11.5e-6,1.2e-6,0,0.029
"""
WEIGHTS = "m,u_m,h,u_h\n2.0,0.1,1.50,0.02\n3,0.2,1,0.01\n"


@pytest.fixture
def rows(hodiff: Any, tmp_path: Path) -> Any:
    """The rows that uncertainty writes of a text with commas, and what it says of them."""

    def run(expression: str, text: str, *options: str, code: int = 0) -> tuple[pl.DataFrame, str]:
        (tmp_path / "in.csv").write_text(text)
        out = tmp_path / "out.csv"
        job = ("uncertainty", expression, "--points", str(tmp_path / "in.csv"), "--out", str(out))
        ran = hodiff(*job, *options)
        assert ran.code == code, ran.err
        return (pl.read_csv(out) if out.exists() else pl.DataFrame()), ran.err

    return run


def at_each(
    expression: str, table: Mapping[str, Sequence[float]], outputs: Sequence[str], **options: Any
) -> dict[str, list[float]]:
    """The outputs from each row of a table by itself, as a point."""
    found: dict[str, list[float]] = {name: [] for name in outputs}
    names = [name for name in table if not name.startswith("u_")]
    for k in range(len(table[names[0]])):
        at = {x: repr(table[x][k]) for x in names}
        at |= {x: f"{at[x]}±{table[f'u_{x}'][k]!r}" for x in names if f"u_{x}" in table}
        r = calculate("uncertainty", expression, at=at, **options)
        row = {"f": r.value, "u_f": r.uncertainty}
        row |= {f"share_{x}": share for x, share in r.shares.items()}
        if options.get("order") == 2:
            row |= {f"second_order_{name}": x for name, x in r.second_order.items()}
        for name in outputs:
            found[name].append(row[name])
    return found


def drawn(names: str, n: int, seed: int) -> dict[str, list[float]]:
    random = np.random.default_rng(seed)
    table = {x: random.uniform(0.1, 9, n).round(3).tolist() for x in names}
    return table | {f"u_{x}": random.uniform(0, 0.3, n).round(4).tolist() for x in names}


def test_gum_h1_as_a_file(rows: Any) -> None:
    found, said = rows(GAUGE, GAUGES, "--order", "2")
    assert said == ""
    assert found["gauge"].to_list() == ["H.1", "short"]
    gauge = found.row(0, named=True)
    assert gauge["f"] == 50000838
    assert round(gauge["u_f"]) == 32 and round(gauge["second_order_uncertainty"]) == 34
    assert gauge["share_ls"] == pytest.approx(100 * (25 / 31.7) ** 2, abs=0.3)
    assert gauge["share_theta"] == gauge["share_alpha"] == 0
    assert found["u_f"][1] == pytest.approx(math.hypot(25, 9.7, 1.6675, 0.29), rel=1e-4)


@pytest.mark.parametrize(
    "text, value, u",
    [("V/I*cos(p)", 127.732, 0.071), ("V/I*sin(p)", 219.847, 0.295), ("V/I + 0*p", 254.260, 0.236)],
)
def test_gum_h2_as_files(rows: Any, tmp_path: Path, text: str, value: float, u: float) -> None:
    """Both ways that H.2 shows: from the means and their covariances, and from the results of each
    set of observations (H.2.4)."""
    np.savetxt(tmp_path / "cov.csv", COV, delimiter=",")
    means = f"{','.join(MEANS)}\n{','.join(map(repr, MEANS.values()))}\n"
    found, said = rows(text, means, "--cov", f"@{tmp_path / 'cov.csv'}")
    assert said == ""
    assert found["f"][0] == pytest.approx(value, abs=5.1e-4)
    assert found["u_f"][0] == pytest.approx(u, abs=1e-3)
    each = compiled(text, "value")(**dict(zip(MEANS, OBSERVED, strict=True)))["f"]
    assert each.mean() == pytest.approx(found["f"][0], rel=1e-5)
    assert each.std(ddof=1) / math.sqrt(5) == pytest.approx(found["u_f"][0], rel=1e-2)


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS, st.integers(0, 2**32), st.integers(1, 6))
def test_agrees_with_uncertainties(text: str, seed: int, n: int) -> None:
    text, table = f"{text} + 0*x + 0*y + 0*z", drawn("xyz", n, seed)
    found = compiled(text, "uncertainty")(**{name: np.array(x) for name, x in table.items()})
    for k in range(n):
        inputs = {x: uncertainties.ufloat(table[x][k], table[f"u_{x}"][k]) for x in "xyz"}
        expected = eval(text, FUNCTIONS | inputs)
        assert found["f"][k] == pytest.approx(expected.n, rel=1e-9, abs=1e-9)
        assert found["u_f"][k] == pytest.approx(expected.s, rel=1e-7, abs=1e-9)
        for x, part in expected.error_components().items():
            (name,) = (name for name in inputs if inputs[name] is x)
            share = 100 * part**2 / expected.s**2 if expected.s else 0
            assert found[f"share_{name}"][k] == pytest.approx(share, rel=1e-5, abs=1e-5)


def test_correlated_agrees_with_uncertainties() -> None:
    random = np.random.default_rng(4)
    table = {x: m * random.uniform(0.5, 2, 20) for x, m in MEANS.items()}
    found = compiled("V/I*cos(p)", "uncertainty", cov=COV)(**table)
    for k in range(20):
        V, i, p = uncertainties.correlated_values([float(x[k]) for x in table.values()], COV)
        expected = V / i * umath.cos(p)
        assert found["f"][k] == pytest.approx(expected.n, rel=1e-12)
        assert found["u_f"][k] == pytest.approx(expected.s, rel=1e-9)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("proven", [False, True])
@pytest.mark.parametrize(
    "text", ["x*y", "x/y**2 + sin(z)", "exp(-x)*y", "sqrt(x**2 + y**2)*z", "x*y*z", "abs(x - 4)*y"]
)
def test_rows_are_the_answers_at_their_points(
    tmp_path: Path, text: str, proven: bool, order: int
) -> None:
    names = [x for x in "xyz" if x in text.replace("exp", "")]
    table = drawn("".join(names), 9, 7)
    pl.DataFrame(table).write_parquet(tmp_path / "in.parquet")
    job = Job(
        Compiled(text, "uncertainty", None, (), {"order": order}),
        points=str(tmp_path / "in.parquet"), out=str(tmp_path / "out.parquet"), proven=proven,
    )  # fmt: skip
    job.run()
    found = pl.read_parquet(tmp_path / "out.parquet")
    assert not job.rows.refused
    outputs = [name for name in found.columns if name not in table]
    assert outputs == [*job.compiled.outputs]
    for name, expected in at_each(text, table, outputs, order=order).items():
        assert found[name].to_list() == pytest.approx(expected, rel=1e-12, abs=1e-12), name


@settings(max_examples=25, deadline=None)
@given(EXPRESSIONS, st.integers(0, 2**32), st.sampled_from([1, 2]))
def test_drawn_rows_are_the_answers_at_their_points(text: str, seed: int, order: int) -> None:
    text, table = f"{text} + x*y*z/100", drawn("xyz", 2, seed)
    f = compiled(text, "uncertainty", order=order)
    found = f(**{name: np.array(x) for name, x in table.items()})
    try:
        expected = at_each(text, table, f.outputs, order=order)
    except HodiffError as fault:
        assert "below 0" in fault.message and np.isnan(found["second_order_uncertainty"]).any()
        return
    for name, values in expected.items():
        scale = max(map(abs, values)) if "second" in name else 1
        assert found[name] == pytest.approx(values, rel=1e-8, abs=1e-9 * max(scale, 1)), name


def test_correlations_of_the_second_order() -> None:
    cov = [[0.04, 0.03], [0.03, 0.09]]
    table = {"x": [3.0, 0.5, -1.0], "y": [2.0, 4.0, 0.0]}
    f = compiled("sin(x)*y + x**3", "uncertainty", order=2, cov=cov)
    found = f(**table)
    for name, values in at_each("sin(x)*y + x**3", table, f.outputs, order=2, cov=cov).items():
        assert found[name] == pytest.approx(values, rel=1e-12, abs=1e-13), name


def test_what_an_input_has_no_column_for_is_exact(rows: Any) -> None:
    found, said = rows("m*h", "m,u_m,h\n2,0.1,3\n")
    assert found.columns == ["m", "u_m", "h", "f", "u_f", "share_m", "share_h"]
    assert found["u_f"].to_list() == pytest.approx([0.3])
    assert found["share_h"].to_list() == [0]
    assert said == "note: h is exact: there is no column 'u_h' and no --let u_h=...\n"


def test_an_uncertainty_of_all_rows(rows: Any) -> None:
    found, said = rows("m*h", "m,u_m,h\n2,0.3,3\n3,0.1,1\n", "--let", "u_h=2/5", "--order", "2")
    assert found["u_f"].to_list() == pytest.approx([math.hypot(0.9, 0.8), math.hypot(0.1, 1.2)])
    second = [0.81 + 0.64 + 0.12**2, 0.01 + 1.44 + 0.04**2]
    assert (found["second_order_uncertainty"] ** 2).to_list() == pytest.approx(second)
    assert said == ""


def test_columns_of_other_names(rows: Any) -> None:
    """The column of an uncertainty is named after that of its variable, or by --map."""
    text = "mass,u_mass,height,err,u_m\n2,0.1,3,0.2,9\n"
    found, said = rows("m*h", text, "--map", "m=mass,h=height,u_h=err")
    assert found["u_f"].to_list() == pytest.approx([math.hypot(0.3, 0.4)])
    assert said == ""


def test_rows_without_an_answer(rows: Any, tmp_path: Path) -> None:
    text = "x,u_x,y,u_y\n1,0.1,1,0.1\n1,-0.1,1,0.1\n1,0.1,0,0.1\n0,0.1,1,0.1\n1,,1,0.1\n"
    text += "1,1e300,1e-9,1\n-1,0,1,0\n"
    found, said = rows("abs(x)/y", text, "--errors", str(tmp_path / "why.csv"), code=1)
    assert [x is not None for x in found["u_f"]] == [True, False, False, False, False, False, True]
    assert found["f"].is_null().to_list() == found["share_y"].is_null().to_list()
    assert found["u_f"][6] == found["share_x"][6] == 0
    why = pl.read_csv(tmp_path / "why.csv")
    assert why["kind"].to_list() == ["domain", "pole", "kink", "limit"]
    assert why["reason"][0] == "the uncertainty of x is -0.1, and may not be below 0"
    assert "row 2: the uncertainty of x is -0.1" in said


def test_a_variance_below_zero_is_no_answer(rows: Any) -> None:
    """The variance of sin(x) at 0 to second order: u² - u⁴."""
    found, said = rows("sin(x)", "x,u_x\n0,0.5\n0,2\n", "--order", "2", code=1)
    assert found["second_order_uncertainty"][0] == pytest.approx(math.sqrt(0.25 - 0.0625))
    assert found["u_f"][1] is None and "below 0" in said


def test_tiny_and_huge_squares() -> None:
    u = np.array([1e-300, 1e-170, 1e-20, 1e170, 1e300])
    found = compiled("x + y", "uncertainty", order=2)(1.0, 2.0, 3 * u, 4 * u)
    for name in ("u_f", "second_order_uncertainty"):
        np.testing.assert_allclose(found[name], 5 * u, rtol=1e-14)
    np.testing.assert_allclose(found["share_x"], 36, rtol=1e-13)


def test_columns_beside_a_covariance_matrix(rows: Any) -> None:
    """As at one point ± beside --cov: the same, or an error."""
    text, cov = "x,u_x,y\n3,0.2,2\n3,0.3,2\n", "[[0.04, 0.03], [0.03, 0.09]]"
    found, said = rows("x - y", text, "--cov", cov, code=1)
    assert found["u_f"].to_list() == [pytest.approx(math.sqrt(0.07)), None]
    assert "the variance of x is 0.04, and u_x says 0.3, which is 0.09" in said


@pytest.mark.parametrize(
    "expression, options, said",
    [
        ("m*h", ("--samples", "100"), "--samples goes with one point"),
        ("m*h", ("--seed", "1"), "--seed is for --samples"),
        ("m*h", ("--map", "m=u_m,h=u_h"), "(u_u_m, u_u_h)"),
        ("m*h", ("--map", "u_m=um"), "no column 'um'"),
        ("m*u_m", (), "'u_m' is a variable of EXPR and the uncertainty of m"),
        ("m*u_m", ("--let", "u_m=2"), "'u_m' is a constant of EXPR and the uncertainty of m"),
        ("m*h", ("--let", "u_m=-2"), "the uncertainty of m is -2, and may not be below 0"),
        ("m*h", ("--cov", "[[1]]"), "2 rows of 2 numbers"),
        ("m*h", ("--at", "m=2±0.1"), "--at goes with one point"),
        ("2*pi", (), "there is no variable"),
        ("[m, h]", (), "needs one number"),
    ],
)
def test_refused(rows: Any, expression: str, options: tuple[str, ...], said: str) -> None:
    assert said in rows(expression, WEIGHTS, *options, code=2)[1]


def test_a_table_of_rows_and_objects(hodiff: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(WEIGHTS)
    job = ("uncertainty", "m*h", "--points", str(tmp_path / "in.csv"), "--head", "2")
    first, _ = map(json.loads, hodiff(*job, "--format", "json").out.splitlines())
    assert first["u_f"] == pytest.approx(math.hypot(0.15, 0.04))
    assert "share_m" in hodiff(*job).out


def test_points_without_a_file(hodiff: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    grid = ("--grid", "x=1:3:3,u_x=0.1:0.1:1", "--out", str(out))
    assert hodiff("uncertainty", "x**2", *grid) == (0, "", "")
    assert pl.read_csv(out)["u_f"].to_list() == pytest.approx([0.2, 0.4, 0.6])


def test_as_a_function_of_columns() -> None:
    f = compiled("m*h", "uncertainty", let=["u_h=0.4"])
    assert f.inputs == ("m", "h", "u_m")
    assert f(2, 3, u_m=0.1)["u_f"] == pytest.approx(math.hypot(0.3, 0.8))
    frame = pl.DataFrame({"h": [3.0, 3.0, 3.0], "u_m": [0.1, None, -1.0], "m": [2.0, 2.0, 2.0]})
    first, null, nan = f.frame(frame)["u_f"]
    assert first == pytest.approx(math.hypot(0.3, 0.8)) and null is None and math.isnan(nan)
    g = compiled("m*h", "uncertainty")
    assert g(np.ones((2, 1)), [1, 2, 3], u_h=1)["u_f"].tolist() == [[1] * 3] * 2
    with pytest.raises(TypeError, match="no variable has an uncertainty"):
        g(1, 2)
    with pytest.raises(HodiffError, match="takes no --wrt"):
        compiled("m*h", "uncertainty", wrt=["m"])
