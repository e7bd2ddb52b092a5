"""Rows have the answers of single points: by every command, in every format."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hodiff.calculator.points import grid
from tests.calculator.points.conftest import READ, WRITE

CASES = [
    case
    for file in sorted((Path(__file__).parents[2] / "cases").glob("*.jsonl"))
    for case in map(json.loads, file.read_text("utf-8").splitlines())
]
# Where doubles lose digits: see tests/test_cases.py.
CONDITIONED = {("feynman-III.4.33", "hessian"): 2.1e3, ("feynman-III.4.33", "nth"): 4e6}


def near(found: Any, expected: Any, bound: float = 1e-13) -> bool:
    found, expected = float(found), float(expected)
    return abs(found - expected) <= bound * abs(expected)


@pytest.mark.parametrize("form", READ)
def test_the_cases_in_every_format(folder: Path, answer: Any, form: str) -> None:
    """Value, gradient, Hessian and derivatives, beside the references of 40 digits."""
    cases = CASES[["csv", "tsv", "ndjson", "parquet", "ipc"].index(form) :: 5]
    for case in cases:
        names = list(case["at"])
        point = {name: [float(Fraction(x))] for name, x in case["at"].items()}
        WRITE[form](pl.DataFrame(point), f"in.{form}")
        answer("hessian", case["expr"], "--points", f"in.{form}", "--out", f"out.{form}")
        (row,) = READ[form](f"out.{form}").rows(named=True)
        bound = 1e-13 * CONDITIONED.get((case["id"], "hessian"), 1)
        assert near(row["f"], case["value"])
        for i, x in enumerate(names):
            assert near(row[f"df_d{x}"], case["grad"][x])
            for j, y in enumerate(names):
                assert near(row[f"d2f_d{x}_d{y}"], case["hessian"][i][j], bound)
        order = min(len(case["nth"]) - 1, 4)
        answer("nth", case["expr"], "--wrt", names[0], "--order", str(order),
               "--points", f"in.{form}", "--out", f"out.{form}", "--keep", "none")  # fmt: skip
        (found,) = READ[form](f"out.{form}").rows()
        bound = 1e-12 * CONDITIONED.get((case["id"], "nth"), 1)
        for y, right in zip(found, case["nth"], strict=False):
            assert near(y, right, bound), case["id"]


WAYS = [
    ("value", "x**2*sin(y)"),
    ("value", "[x*y, x/y, 3]"),
    ("value", "x > 0.5"),
    ("grad", "x**2*sin(y)"),
    ("grad", "x**2*sin(y)", "--wrt", "y"),
    ("grad", "x**2*sin(y)", "--wrt", "y,x"),
    ("grad", "x**2*sin(y)", "--wrt", "y", "--wrt", "x"),
    ("grad", "a*x*y + b", "--let", "a=2/3,b=a**2"),
    ("grad", "a*x*y + b", "--let", "a=2/3", "--let", "b=a**2", "--wrt", "x"),
    ("grad", "A[0]*x + A[1]*y", "--let", "A=[1, 2]"),
    ("grad", "f(t) = t*exp(-t); f(x)*f(y)"),
    ("grad", "abs(x - 1)*y", "--subgradient"),
    ("grad", "max(x, y)", "--subgradient"),
    ("grad", "sin(x - 1)/(x - 1) + y", "--extend"),
    ("grad", "x*y", "--arithmetic", "float"),
    ("grad", "sqrt(x**2 + 1) - x + y", "--arithmetic", "ball"),
    ("grad", "2x² + 3y"),
    ("hessian", "x**3*y**2 + exp(x*y)"),
    ("hessian", "x**3*y**2 + exp(x*y)", "--diag"),
    ("hessian", "x**3*y**2", "--wrt", "y"),
    ("nth", "exp(x*y)", "--wrt", "x", "--order", "5"),
    ("nth", "exp(x*y)", "--wrt", "x", "--order", "0"),
    ("nth", "exp(x*y)", "--along", "0.5,1", "--order", "3"),
    ("nth", "exp(x*y)", "--along", "y=2,x=1", "--order", "2"),
    ("nth", "exp(x*y)", "--wrt", "x,x,y"),
    ("nth", "x**5 + y", "--wrt", "x", "--order", "3", "--method", "taylor"),
    ("nth", "atan2(2*x, 2*x) + 0*y", "--wrt", "x", "--order", "3", "--method", "taylor"),
    ("taylor", "x*exp(-y)", "--along", "1,1", "--order", "40"),
    ("nth", "x**5 + y", "--wrt", "x", "--order", "3", "--method", "nested"),
    ("hvp", "x**2*sin(y)", "--v", "0.5,1"),
    ("hvp", "x**2*sin(y)", "--v", "y=1,x=0.5"),
    ("jacobian", "[x*y, sin(x), 3]"),
    ("jacobian", "[x*y, sin(x)]", "--wrt", "y"),
    ("jvp", "[x*y, sin(x)]", "--v", "0.5,1"),
    ("vjp", "[x*y, sin(x)]", "--v", "0.5,1"),
    ("taylor", "exp(x)*y", "--wrt", "x", "--order", "4"),
    ("tensor", "x**3*y**2", "--order", "3"),
    ("laplacian", "x**3*y**2 + exp(x)"),
    ("divergence", "[x*y**2, sin(x*y)]"),
    ("curl", "[x*y**2, sin(x*y)]"),
]  # fmt: skip
POINTS = [("1", "2"), ("1/2", "-3"), ("0.1", "0.7")]


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_every_command_has_the_columns_and_numbers_of_csv(
    folder: Path, hodiff: Any, way: tuple[str, ...]
) -> None:
    decimals = [(str(float(Fraction(x))), str(float(Fraction(y)))) for x, y in POINTS]
    text = "x,y\n" + "".join(f"{x},{y}\n" for x, y in decimals)
    ran = hodiff(*way, "--points", "-", stdin=text.encode())
    header, *rows = csv.reader(io.StringIO(ran.out))
    for (x, y), row in zip(POINTS, rows, strict=True):
        one = hodiff(*way, "--at", f"x={x},y={y}", "--format", "csv")
        names, values = csv.reader(io.StringIO(one.out))
        assert header == names
        for found, right in zip(row[2:], values[2:], strict=True):
            assert near(found, Fraction(right), 1e-12), (header, row, values)
    assert ran.code == 0, ran


def test_text_is_read_as_one_point_reads_it(folder: Path, rows: Any) -> None:
    """As decimals: 0.1 is one tenth, and a whole number is itself, whatever a double holds."""
    text = "x\n9007199254740993\n-9007199254740993\n9007199254740992\n123456789012345678901\n"
    found = rows("value", "mod(x, 10)", "--points", "-", stdin=text.encode())
    assert [float(row["f"]) for row in found] == [3, 7, 2, 1]
    found = rows("grad", "floor(x/0.1)", "--points", "-", "--subgradient", stdin=b"x\n0.3\n0.7")
    assert [float(row["f"]) for row in found] == [3, 7]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64, pl.Int128, pl.Decimal(38, 2)])
def test_whole_numbers_above_two_to_the_53(folder: Path, answer: Any, dtype: Any) -> None:
    frame = pl.DataFrame({"x": pl.Series([2**53 + 1, 2**62 + 3, 7, None]).cast(dtype)})
    frame.write_parquet("in.parquet")
    answer("value", "mod(x, 16)", "--points", "in.parquet", "--out", "out.parquet")
    out = pl.read_parquet("out.parquet")
    assert out["f"].to_list() == [1, 3, 7, None] and out.drop("f").equals(frame)


def test_without_a_variable_every_row_has_the_number(rows: Any) -> None:
    found = rows("value", "2*pi", "--points", "-", stdin=b"id\na\nb\n")
    assert found == [{"id": "a", "f": "6.283185307179586"}, {"id": "b", "f": "6.283185307179586"}]


def test_grid(rows: Any, hodiff: Any) -> None:
    found = rows("grad", "x*y", "--grid", "x=0:1:11,y=-pi:pi:3")
    assert len(found) == 33
    assert [row["x"] for row in found[::3]] == ["0.0", *[f"0.{k}" for k in range(1, 10)], "1.0"]
    assert {float(row["y"]) for row in found} == {-3.141592653589793, 0, 3.141592653589793}
    assert all(row["df_dx"] == row["y"] for row in found)
    for said in ("x=0:1", "x=0:1:0", "x=0:1:1.5", "x=0:inf:3", "x=0:1:2,x=0:1:2", "x=a:1:2",
                 "x=0:1:1000000000000000", "=0:1:2"):  # fmt: skip
        ran = hodiff("grad", "x*y", "--grid", said)
        assert (ran.code, ran.out) == (2, "") and "error: " in ran.err and "bug" not in ran.err


@given(
    ends=st.tuples(*[st.decimals(-1000, 1000, places=3, allow_nan=False)] * 2),
    n=st.integers(1, 10**6),
    share=st.floats(0, 1),
)
def test_numbers_of_a_grid(ends: tuple[Decimal, Decimal], n: int, share: float) -> None:
    """The doubles nearest to those between the decimals that were written."""
    low, high = map(Fraction, ends)
    axes = grid.axes([f"x={ends[0]}:{ends[1]}:{n}"], float)
    for k in (0, int(share * (n - 1)), n - 1):
        found = grid.rows(axes, "row", k, k + 1).collect()
        assert found.row(0) == (k + 1, float(low + (high - low) * k / max(1, n - 1)))


def test_the_first_rows(folder: Path, answer: Any) -> None:
    Path("in.csv").write_text("x\n" + "\n".join(map(str, range(1000))))
    out = answer("grad", "x**2", "--points", "in.csv", "--head", "20")
    assert "│ 20  │ 19 │ 361 │ 38    │" in out and "400" not in out
    lines = answer("grad", "x**2", "--grid", "x=0:9:10", "--head", "2", "--format", "json")
    assert [json.loads(x) for x in lines.splitlines()] == [
        {"x": 0, "f": 0, "df_dx": 0}, {"x": 1, "f": 1, "df_dx": 2}
    ]  # fmt: skip


@pytest.mark.parametrize("proven", [(), ("--proven",)])
def test_digits_that_doubles_lose(folder: Path, rows: Any, hodiff: Any, proven: Any) -> None:
    """sqrt(x**2 + 1) - x at 1e9 is 5e-10; doubles say 0."""
    asked = ("value", "sqrt(x**2 + 1) - x", "--points", "-", *proven)
    text = b"x\n1e9\n2e9\n1\n"
    found = [float(row["f"]) for row in rows(*asked, stdin=text)]
    assert found[0] == (5e-10 if proven else 0)
    ran = hodiff(*asked, "--check", stdin=text)
    lost = 0 if proven else 2
    assert f"check: of 3 rows compared with balls {lost} lose more than half" in ran.err


def test_a_file_that_doubles_answer_loads_no_flint(folder: Path) -> None:
    Path("in.csv").write_text("x\n1\n2\n")
    code = "import sys; from hodiff.cli import main; main(sys.argv[1:]);"
    code += " print({'flint', 'multiprocessing', 'scipy', 'rich'} & set(sys.modules))"
    line = [
        sys.executable,
        "-c",
        code,
        "value",
        "x**2*sin(x)",
        "--points",
        "in.csv",
        "--out",
        "a.csv",
    ]
    assert subprocess.run(line, capture_output=True, text=True, check=True).stdout == "set()\n"


def test_numbers_whose_sum_is_no_double_have_answers(folder: Path, rows: Any) -> None:
    Path("in.csv").write_text("x,y\n1.7e308,1.6e308\n-1.7e308,-1e308\n1,2\n")
    found = rows("grad", "x - y", "--points", "in.csv", "--keep", "none")
    assert [float(row["f"]) for row in found] == [1e307, -7e307, -1]


def test_a_table_numbers_rows_as_they_are_in_the_file(folder: Path, hodiff: Any) -> None:
    """As messages do: where rows are left out, and where one comes several times."""
    Path("in.csv").write_text("row,x\na,0\nb,1\nc,0\nd,2\ne,3\n")
    asked = ("value", "1/x", "--points", "in.csv", "--head", "4", "--on-error", "skip")
    ran = hodiff(*asked)
    cells = [line.strip("│").split("│") for line in ran.out.splitlines() if "│" in line]
    found = [[cell.strip() for cell in line] for line in cells]
    assert found == [["row", "row", "x", "f"], ["2", "b", "1", "1"], ["4", "d", "2", "0.5"]]
    assert ran.code == 1 and "row 1: " in ran.err
    assert hodiff(*asked, "--format", "csv").out == "row,x,f\nb,1,1.0\nd,2,0.5\n"
    over = ("roots", "x^2 = a", "--over", "x=-9:9", "--grid", "a=4:9:2", "--head", "2")
    table = hodiff(*over, "--keep", "none").out
    labels = [line.split("│")[1].strip() for line in table.splitlines() if "│" in line]
    assert labels == ["row", "1", "1", "2", "2"]
