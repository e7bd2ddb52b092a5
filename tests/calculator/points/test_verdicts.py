"""Each row has the verdict of hodiff.calculate at that point: numbers, or the same refusal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import hodiff
from hodiff.answers.question import How
from hodiff.calculator import columns
from hodiff.calculator.compiled import Compiled
from hodiff.calculator.points.rows import Rows
from hodiff.calculator.points.solver import Solver
from tests.lengths import examples

HUGE = ["1e300", "-1e300", "1e15", "9007199254740992"]
VALUES = ["-1", "0", "0.5", "1", "2", "0.1", "0.3", "1e-300", "-1e-15", *HUGE]
COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("value", {}), ("grad", {}), ("grad", {"subgradient": True}), ("hessian", {}),
    ("laplacian", {}), ("hvp", {"v": "1,2"}), ("nth", {"along": "1,-1", "order": 2}),
]  # fmt: skip
pick = st.sampled_from


def texts() -> st.SearchStrategy[str]:
    leaf = pick(["x", "y", "x", "y", "0", "1", "2", "0.1", "0.3", "pi"])

    def grown(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        one = pick(["abs", "floor", "sqrt", "log", "1/", "sin", "exp", "round", "asin", "sign"])
        two = pick(["max", "min", "mod", "atan2", "hypot"])
        return st.one_of(
            st.builds("({} {} {})".format, part, pick("+-*/"), part),
            st.builds("{}({})".format, one, part),
            st.builds("{}({})".format, one, part),
            st.builds("({})**{}".format, part, pick(["2", "3", "0.5", "-1", "1.5", "x"])),
            st.builds("{}({}, {})".format, two, part, part),
            st.builds("where({} {} {}, {}, {})".format, part, pick(["<", "<=", "=="]), part, part,
                      part),
        )  # fmt: skip

    return grown(grown(leaf)) | grown(leaf | grown(leaf))


def rows_of(text: str, command: str, own: dict[str, Any], points: list[tuple[str, str]]) -> Any:
    own = dict(own)
    how = How(subgradient=own.pop("subgradient", False))
    compiled = Compiled(text, command, ("x", "y"), (), own)
    frame = pl.DataFrame(points, schema={"x": pl.String, "y": pl.String}, orient="row")
    frame = frame.with_columns(row=pl.int_range(1, len(points) + 1))
    return Rows(compiled, Solver(compiled, how))(frame.to_struct()).struct.unnest()


def at_one_point(text: str, command: str, own: dict[str, Any], x: str, y: str) -> Any:
    """The numbers that csv has, as doubles, and those of --arithmetic float; or an error's kind."""
    try:
        result = hodiff.calculate(command, text, at={"x": x, "y": y}, wrt=["x", "y"], **own)
        _, found = csv.reader(io.StringIO(result.text("csv")))
    except hodiff.HodiffError as error:
        return error.kind
    numbers = [float(number) for number in found[2:]]
    return numbers if all(abs(number) < 1.7e308 for number in numbers) else "limit"


def answered(
    found: Any, text: str, command: str, own: dict[str, Any], points: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], list[float], list[float]]]:
    """Points with the numbers of their rows and those of one point; where there are none, the
    row has the same reason."""
    for point, (*numbers, reason) in zip(points, found.rows(), strict=True):
        true = at_one_point(text, command, own, *point)
        if isinstance(true, str):
            surer = ("domain", "pole") if true == "undecided" else ()  # doubles may tell at once
            assert reason in (true, *surer), (text, command, point, numbers)
        else:
            assert reason is None, (text, command, point, true)
            yield point, numbers, true


def lost(text: str, command: str, own: dict[str, Any], x: str, y: str) -> list[float]:
    """What doubles have at a point, right or not."""
    own = {name: value for name, value in own.items() if name != "subgradient"}
    found = hodiff.compile(text, command, ["x", "y"], **own)(x=float(x), y=float(y))
    return [float(number) for number in found.values()]


@settings(max_examples=examples(160), deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(texts(), pick(COMMANDS), st.lists(st.tuples(pick(VALUES), pick(VALUES)), min_size=1,
                                         max_size=4))  # fmt: skip
def test_rows_have_the_verdicts_of_points(
    text: str, asked: tuple[str, dict[str, Any]], points: list[tuple[str, str]]
) -> None:
    """A number that is another one is what doubles lose, without a tie or an edge that they miss:
    see --check."""
    command, own = asked
    try:
        found = rows_of(text, command, own, points)
    except hodiff.HodiffError:
        assume(False)
    for point, numbers, true in answered(found, text, command, own, points):
        if not all(abs(a - b) <= 1e-12 * abs(b) for a, b in zip(numbers, true, strict=True)):
            assert numbers == lost(text, command, own, *point), (text, command, point, true)


SERIES: list[tuple[str, dict[str, Any]]] = [
    ("nth", {"along": "1,-1", "order": 3}), ("nth", {"along": "1,0", "order": 9}),
    ("taylor", {"along": "0,1", "order": 4}), ("nth", {"along": "1,2", "order": 4,
                                                       "subgradient": True}),
]  # fmt: skip


@settings(max_examples=examples(80), deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(texts(), pick(SERIES), st.lists(st.tuples(pick(VALUES), pick(VALUES)), min_size=1,
                                       max_size=4))  # fmt: skip
def test_rows_by_series_have_the_verdicts_of_points(
    text: str, asked: tuple[str, dict[str, Any]], points: list[tuple[str, str]]
) -> None:
    """What doubles may lose is a millionth of a number and its neighbours."""
    command, own = asked
    with mock.patch.object(columns, "MOST_NESTED", 0):
        try:
            asked = {name: x for name, x in own.items() if name != "subgradient"}
            assume(hodiff.compile(text, command, ["x", "y"], **asked).columns.series is not None)
            found = rows_of(text, command, own, points)
        except hodiff.HodiffError:
            assume(False)
    for point, numbers, true in answered(found, text, command, own, points):
        for k, (a, b) in enumerate(zip(numbers, true, strict=True)):
            size = max(abs(x) for y in (numbers, true) for x in y[max(k - 1, 0) : k + 2])
            assert abs(a - b) <= 1e-6 * size, (text, command, point, k, numbers, true)


@pytest.mark.parametrize(
    ("command", "text", "point", "kind"),
    [
        ("grad", "abs(3*x - 0.3)", ("0.1", "1"), "kink"),  # doubles have 5.6e-17
        ("grad", "abs(x + y - 0.3)", ("0.1", "0.2"), "kink"),
        ("grad", "floor(x/0.1)", ("0.3", "1"), "kink"),
        ("value", "mod(x - x, 0)", ("1", "1"), "domain"),
        ("value", "(x**3)**0.5", ("-1e300", "1"), "domain"),
        ("grad", "mod(x, 0.1)", ("0.3", "1"), "kink"),
        ("grad", "where(3*x > 0.3, x, y)", ("0.1", "1"), "kink"),
        ("grad", "max(x*0.1, y*0.3)", ("0.3", "0.1"), "kink"),
        ("value", "1/(x + y - 0.3)", ("0.1", "0.2"), "pole"),
        ("value", "log(3*x - 0.3)", ("0.1", "0"), "pole"),
        ("value", "1/sin(pi*x)", ("1", "0"), "pole"),
        ("value", "tan(pi*x)", ("0.5", "0"), "pole"),
        ("value", "asin(x + y)", ("1", "1e-300"), "domain"),
        ("value", "0*log(x)", ("-1", "0"), "domain"),
        ("value", "sqrt(x) - sqrt(x)", ("-1", "0"), "domain"),
        ("grad", "x + 1/(y - y)*0", ("1", "1"), "pole"),
        ("hessian", "1/x - 1/x", ("0", "0"), "pole"),
        ("value", "where(x*x - y*y > 0, 1, 2)", ("1e300", "1e300"), None),
        ("value", "where(x*x - y*y > 0, 1, 2)", ("2e300", "1e300"), None),
        ("grad", "sum(log([x, y]))", ("1", "0"), "domain"),
        ("grad", "sum(abs([x, y]))", ("1", "0"), "kink"),
        ("grad", "norm([x, y])", ("0", "0"), "kink"),
        ("jvp", "[x*y, 1/x]", ("0", "0"), "pole"),
        ("grad", "where(x > 1, log(y), x*y)", ("0.5", "-1"), None),
        ("grad", "gamma(x*y)", ("1e300", "1e300"), "limit"),
        ("grad", "1/gamma(x) + y", ("1e5", "1"), None),  # gamma passes the largest double
        ("value", "beta(x, y)", ("2", "-2"), None),  # two poles cancel: 1/2
    ],
)
def test_what_doubles_do_not_see(
    command: str, text: str, point: tuple[str, str], kind: str | None
) -> None:
    own = {"v": "1,2"} if command == "jvp" else {}
    found = rows_of(text, command, own, [point, ("0.75", "0.625")])
    assert found["reason"].to_list()[0] == kind
    true = at_one_point(text, command, own, *point)
    assert true == (kind or list(found.row(0)[:-1]))


def test_subgradient_is_not_for_what_the_user_compares(folder: Path) -> None:
    found = rows_of("where(y <= x, 2, x)*x", "grad", {"subgradient": True}, [("1", "1")])
    assert found["reason"].to_list() == ["kink"]
    found = rows_of("abs(x - y)", "grad", {"subgradient": True}, [("1", "1")])
    assert found.row(0) == (0, 0, 0, None)


TEXT = "x,id\n1,a\n0,b\n,c\nabc,d\n-inf,e\n-1,f\nNaN,g\n"


def test_what_is_said_of_rows_without_an_answer(folder: Path, hodiff: Any) -> None:
    Path("in.csv").write_text(TEXT)
    ran = hodiff("grad", "log(x)", "--points", "in.csv", "--errors", "why.ndjson")
    assert ran.code == 1
    found = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["f"] for row in found] == ["0.0", *[""] * 6]
    assert [row["id"] for row in found] == [*"abcdefg"]
    assert "4 of 7 rows have no answer (2 domain, 1 number, 1 pole)" in ran.err.replace(
        "1 pole, 1 number", "1 number, 1 pole"
    )
    assert "row 2: 'log(x)' is infinite at this point" in ran.err
    why = [json.loads(line) for line in Path("why.ndjson").read_text().splitlines()]
    assert [(x["row"], x["kind"], x["place"]) for x in why] == [
        (2, "pole", "log(x)"), (4, "number", "x"), (5, "domain", "x"), (6, "domain", "log(x)")
    ]  # fmt: skip
    assert "'abc'" in why[1]["reason"]


def test_rows_are_skipped(folder: Path, hodiff: Any) -> None:
    """Those without an answer; what is missing is no error."""
    ran = hodiff("grad", "log(x)", "--points", "-", "--on-error", "skip", stdin=TEXT.encode())
    assert ran.code == 1
    assert [line.split(",")[1] for line in ran.out.splitlines()[1:]] == ["a", "c", "g"]


def test_the_first_row_without_an_answer_stops(folder: Path, hodiff: Any) -> None:
    Path("in.csv").write_text(TEXT)
    Path("out.csv").write_text("old")
    ran = hodiff("grad", "log(x)", "--points", "in.csv", "--on-error", "fail", "--out", "out.csv")
    assert ran.code == 1 and "row 2: 'log(x)' is infinite" in ran.err
    assert Path("out.csv").read_text() == "old" and len(list(folder.iterdir())) == 2


def test_many_rows_in_balls(folder: Path, hodiff: Any) -> None:
    """More than are answered in this process: rows stay in order, reasons too."""
    n = 2100
    pl.DataFrame({"x": [float(k % 3) for k in range(n)]}).write_parquet("in.parquet")
    ran = hodiff("grad", "abs(x - 1)", "--points", "in.parquet", "--proven", "--out", "o.parquet",
                 "--errors", "why.csv")  # fmt: skip
    assert ran.code == 1 and "700 of 2100 rows have no answer (700 kink)" in ran.err
    slopes = pl.read_parquet("o.parquet")["df_dx"].to_list()
    assert slopes == [[-1, None, 1][k % 3] for k in range(n)]
    assert pl.read_csv("why.csv")["row"].to_list() == [k + 1 for k in range(n) if k % 3 == 1]


def test_text_that_is_no_number_and_text_that_is_blank(folder: Path, hodiff: Any) -> None:
    """What is blank is missing, quoted too; marks between digits are told of; of a column that
    stands for a variable the file's name is told."""
    text = 'a b,id\n" 7 ",1\n"",2\n"  ",3\n,4\n"1,5",5\n1_000,6\n1\u202f000.5,7\ntrue,8\n+5,9\n'
    text += "1e400,10\n-1E-400,11\n0e9,12\n-inf,13\n"
    text += "N/A,14\n-,15\n\N{MINUS SIGN}2,16\n\N{FULLWIDTH DIGIT ONE},17\n"
    Path("in.csv").write_text(text)
    asked = ("value", "x", "--map", "x=a b", "--points", "in.csv", "--keep", "none")
    ran = hodiff(*asked, "--errors", "why.csv")
    assert ran.code == 1
    assert ran.out.splitlines() == ["f", "7.0", *[""] * 7, "5.0", "", "", "0.0", *[""] * 5]
    beyond = ": no double is as large, or as near to 0"
    mend = ": a number has no mark but one '.' before its decimals"
    assert pl.read_csv("why.csv").select("row", "reason").rows() == [
        (5, f"column 'a b': '1,5' is no number{mend}; --decimal-comma takes ',' there"),
        (6, f"column 'a b': '1_000' is no number{mend}"),
        (7, f"column 'a b': '1\\u202f000.5' is no number{mend}"),
        (8, "column 'a b': 'true' is no number"),
        (10, f"column 'a b': '1e400' is no number{beyond}"),
        (11, f"column 'a b': '-1E-400' is no number{beyond}"),
        (13, "'x' is infinite"),
        (14, "column 'a b': 'N/A' is no number: a missing value is an empty field"),
        (15, "column 'a b': '-' is no number: a missing value is an empty field"),
        (16, "column 'a b': '\N{MINUS SIGN}2' is no number: a minus is '-'"),
        (17, "column 'a b': '\N{FULLWIDTH DIGIT ONE}' is no number"),
    ]


@pytest.mark.parametrize("proven", [[], ["--proven"]])
def test_a_singular_matrix_takes_its_own_row_alone(hodiff: Any, proven: list[str]) -> None:
    """By Cramer's rule the entry is y/(x*y - x**2), and its slope in y is -1/(y - x)**2."""
    stdin = b"x,y\n1,1\n1,3\n2,2\n0,5\n4,2\n"
    text = "inv([[x, x], [x, y]])[0, 0]"
    ran = hodiff("grad", text, "--points", "-", *proven, stdin=stdin)
    found = list(csv.DictReader(io.StringIO(ran.out)))
    assert ran.code == 1 and "3 of 5 rows have no answer (3 domain)" in ran.err
    assert [row["df_dy"] for row in found] == ["", "-0.25", "", "", "-0.25"]
    assert [float(row["f"]) for row in found if row["f"]] == [1.5, -0.25]
