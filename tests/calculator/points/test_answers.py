"""Rows have the answers of single points: by every command, in every format."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
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
        assert [*row][: len(names)] == names
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
    ("value", "2*pi"),
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
    ("grad", "x*y", "--wrt", "x,z"),
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
    ("nth", "x**5 + y", "--wrt", "x", "--order", "3", "--method", "nested"),
    ("nth", "exp(sin(x))*y", "--wrt", "x", "--order", "20"),
    ("hvp", "x**2*sin(y)", "--v", "0.5,1"),
    ("hvp", "x**2*sin(y)", "--v", "y=1,x=0.5"),
    ("jacobian", "[x*y, sin(x), 3]"),
    ("jacobian", "[x*y, sin(x)]", "--wrt", "y"),
    ("jvp", "[x*y, sin(x)]", "--v", "0.5,1"),
    ("vjp", "[x*y, sin(x)]", "--v", "0.5,1"),
    ("taylor", "exp(x)*y", "--wrt", "x", "--order", "4"),
    ("taylor", "exp(x*y)", "--order", "3"),
    ("tensor", "x**3*y**2", "--order", "3"),
    ("laplacian", "x**3*y**2 + exp(x)"),
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
        at = "" if "pi" in way[1] else ",".join(
            f"{name}={value}" for name, value in (("x", x), ("y", y)) if name in way[1]
        )  # fmt: skip
        if "--wrt" in way and "z" in way[way.index("--wrt") + 1]:
            continue
        one = hodiff(*way, *(("--at", at) if at else ()), "--format", "csv")
        if one.code:
            assert "has no answer a row" in ran.err, (one, ran)
            continue
        names, values = csv.reader(io.StringIO(one.out))
        variables = at.count("=")
        assert header == ["x", "y", *names[variables:]]
        for found, right in zip(row[2:], values[variables:], strict=True):
            assert near(found, Fraction(right), 1e-12), (header, row, values)
    assert ran.code == 0, ran
