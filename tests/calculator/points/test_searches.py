"""roots and extrema on rows: numpy's, mpmath's and scipy's roots, what one point says, and that no
row is lost."""

from __future__ import annotations

import csv
import io
import json
import math
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import polars as pl
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

import hodiff as library
from hodiff.answers.question import How
from hodiff.calculator.compiled import Compiled
from hodiff.calculator.points import solver
from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError
from tests.calculator.points.conftest import READ, WRITE

CUBIC = "a*x^3 + b*x^2 + c*x + d"
QUADRATIC = "a*x^2 + b*x + c"
COEFFICIENTS = """id,a,b,c
001,1,0,-2
002,1,0,2
003,,1,1
004,0,0,0
005,1,-2,1
006,one,1,2
007,inf,1,2
"""
"""Two roots; none; a missing number; all of the range; a double root; no number; no finite one."""


def by_row(found: list[dict[str, Any]], key: str = "id") -> dict[Any, list[dict[str, Any]]]:
    listed: dict[Any, list[dict[str, Any]]] = {}
    for row in found:
        listed.setdefault(row[key], []).append(row)
    return listed


def drawn_cubics(n: int) -> tuple[pl.DataFrame, list[list[float]]]:
    """Cubics with one or three real roots, which are multiples of 1/8 at least 1/2 apart, times a
    number that no double is: their coefficients as doubles, and mpmath's roots of these."""
    draw = np.random.default_rng(5)
    rows, expected = [], []
    for k in range(n):
        first = int(draw.integers(-60, -20))
        p, q, r = (Fraction(first + int(x), 8) for x in np.cumsum(draw.integers(4, 30, 3)))
        second, third = (-q - r, q * r) if k % 3 else (-q, q * q / 4 + 1)  # or a pair not real
        scale = float(draw.uniform(0.1, 9))
        exact = [1, second - p, third - p * second, -p * third]
        row = [scale * float(x) for x in exact]
        rows.append([k, *row])
        with mpmath.workdps(60):
            found = mpmath.polyroots([mpmath.mpf(repr(x)) for x in row], maxsteps=200)
            real = sorted(mpmath.re(x) for x in found if abs(mpmath.im(x)) < mpmath.mpf(10) ** -30)
            expected.append([float(x) for x in real])
        nearly = np.roots(row)
        nearly = np.sort(nearly[abs(nearly.imag) < 1e-6].real)
        assert nearly == pytest.approx(expected[-1], rel=1e-9)
    return pl.DataFrame(rows, schema=["id", "a", "b", "c", "d"], orient="row"), expected


@pytest.mark.parametrize("form", READ)
def test_drawn_cubics_in_every_format(folder: Path, answer: Any, form: str) -> None:
    """Each root is the double nearest to it, and stands in the bounds beside it."""
    cubics, expected = drawn_cubics(40)
    WRITE[form](cubics, f"in.{form}")
    asked = ("roots", CUBIC, "--over", "x=-30:30", "--points", f"in.{form}")
    answer(*asked, "--out", f"out.{form}")
    out = READ[form](f"out.{form}")
    assert out.columns == ["id", *"abcd", "x", "x_lower", "x_upper", "what", "multiplicity",
                           "reason"]  # fmt: skip
    listed = by_row(out.rows(named=True))
    kept = READ[form](f"in.{form}").rows(named=True)
    for before, roots in zip(kept, expected, strict=True):
        found = listed[before["id"]]
        assert [float(row["x"]) for row in found] == roots
        assert all(float(row["x_lower"]) <= float(row["x"]) <= float(row["x_upper"])
                   for row in found)  # fmt: skip
        assert all(row.items() >= before.items() for row in found)
        assert {(row["what"], int(row["multiplicity"]), row["reason"]) for row in found} == {
            ("root", 1, None)
        }
    if form in ("parquet", "ipc"):
        types = [pl.Float64] * 3 + [pl.String, pl.Int64, pl.String]
        assert list(out.schema.values()) == [*cubics.schema.values(), *types]


def test_a_transcendental_equation_against_brentq(folder: Path, answer: Any) -> None:
    """x*tan(x) rises from 0 or below to infinity between the poles of tan."""
    numbers = [0.1, 0.75, 1.0, 2.5, 40.0]
    pl.DataFrame({"a": numbers}).write_parquet("in.parquet")
    answer("roots", "x*tan(x) = a", "--over", "x=0:10", "--points", "in.parquet", "--out",
           "out.parquet")  # fmt: skip
    listed = by_row(pl.read_parquet("out.parquet").rows(named=True), "a")
    for a in numbers:
        right = [
            scipy.optimize.brentq(
                lambda x, a=a: x * math.sin(x) - a * math.cos(x),
                k * math.pi, k * math.pi + math.pi / 2, xtol=1e-15, rtol=1e-15,
            )
            for k in range(4)
        ]  # fmt: skip
        found = [row["x"] for row in listed[a]]
        assert found == pytest.approx([x for x in right if x <= 10], rel=1e-14)
        with mpmath.workdps(40):
            exact = [mpmath.findroot(lambda x, a=a: x * mpmath.tan(x) - mpmath.mpf(repr(a)), x)
                     for x in found]  # fmt: skip
            assert found == [float(x) for x in exact]


@mpmath.workdps(40)
def test_extrema_against_the_closed_form(folder: Path, answer: Any) -> None:
    """a*x**3 - b*x has its extrema at -sqrt(b/(3a)) and sqrt(b/(3a)); the range ends at L."""
    Path("in.csv").write_text("a,b,L\n1,3,4\n2,0.3,9\n0.1,7,5.5\n-3,-0.1,8\n1,-2,1\n")
    asked = ("extrema", "a*x^3 - b*x", "--over", "x=-L:L", "--points", "in.csv")
    found = list(csv.DictReader(io.StringIO(answer(*asked))))
    listed = by_row(found, "L")
    for row in csv.DictReader(io.StringIO(Path("in.csv").read_text())):
        a, b, far = (mpmath.mpf(row[name]) for name in "abL")
        inside = [-mpmath.sqrt(b / a / 3), mpmath.sqrt(b / a / 3)] if b / a > 0 else []
        places = [x for x in (-far, *inside, far)]
        told = listed[row["L"]]
        assert [float(x["x"]) for x in told] == [float(x) for x in places]
        assert [float(x["f"]) for x in told] == [float(a * x**3 - b * x) for x in places]
        whats = ["minimum", "maximum"] * 2 if a > 0 else ["maximum", "minimum"] * 2
        assert [x["what"] for x in told] == whats[: len(places)]
        assert [x["edge"] for x in told] == ["edge", *[""] * len(inside), "edge"]


WAYS: list[tuple[str, str, dict[str, Any], list[dict[str, str]]]] = [
    ("roots", QUADRATIC, {"over": "x=-10:10"},
     [{"a": "1.5", "b": "-3.25", "c": "0.1"}, {"a": "0", "b": "0", "c": "0"},
      {"a": "0", "b": "2", "c": "1"}, {"a": "-0.1", "b": "1e-9", "c": "0"}]),
    ("roots", "x*tan(x) = a", {"over": "x=0:10"}, [{"a": "1"}, {"a": "-0.3"}, {"a": "0"}]),
    ("roots", "x*tan(x) = a", {"over": "x=0:10", "first": 2}, [{"a": "1"}, {"a": "-0.3"}]),
    ("roots", "[x^2 + y^2 - r, x - k*y]", {"over": "x=-3:3,y=-3:3"},
     [{"r": "2", "k": "1"}, {"r": "-1", "k": "2"}, {"r": "1", "k": "-0.5"}]),
    ("roots", "abs(x - a)", {"over": "x=0:1"}, [{"a": "0.1"}, {"a": "2"}]),
    ("roots", "floor(x) = a", {"over": "x=0:3"}, [{"a": "1"}, {"a": "0.5"}]),
    ("roots", "where(x < a, x - 1, 5)", {"over": "x=0:4"}, [{"a": "2"}, {"a": "0.5"}]),
    ("roots", "x^p - 2", {"over": "x=0:9"}, [{"p": "3"}, {"p": "0.5"}, {"p": "-1"}]),
    ("roots", "log(a*x)", {"over": "x=0:5"}, [{"a": "0.5"}, {"a": "-1"}, {"a": "0"}]),
    ("roots", "log(a)*x - 1", {"over": "x=0:5"}, [{"a": "3"}, {"a": "-1"}, {"a": "0"}]),
    ("roots", "g(t) = t^2 - a; s = b; g(x) + s", {"over": "x=0:5"}, [{"a": "2", "b": "0.1"}]),
    ("roots", "norm([x, a]) = 2", {"over": "x=-5:5"}, [{"a": "1"}, {"a": "3"}]),
    ("roots", "sin(x)", {"over": "x=0:n*pi"}, [{"n": "2"}, {"n": "0.5"}]),
    ("roots", "sin(x) = c*a", {"over": "x=0:2*c", "let": {"c": "3/7"}}, [{"a": "1"}, {"a": "0"}]),
    ("roots", "x^2 = a", {"over": "x=0:2"}, [{"a": "1e-320"}, {"a": "4"}, {"a": "1e300"}]),
    ("extrema", "a*x^3 + b*x", {"over": "x=-3:2"},
     [{"a": "1", "b": "-3"}, {"a": "0", "b": "1"}, {"a": "0", "b": "0"}]),
    ("extrema", "a*x^4 - x^2", {"over": "x=-3:2", "order": 2}, [{"a": "1"}, {"a": "0.1"}]),
    ("extrema", "x^2*y - a*y^3", {"over": "x=-1:1,y=-1:1", "seconds": 60},
     [{"a": "1"}, {"a": "2"}]),
    ("extrema", "abs(x - a)", {"over": "x=-1:1"}, [{"a": "0.3"}]),
    ("extrema", "floor(a*x)", {"over": "x=-1:1"}, [{"a": "0.3"}]),
]  # fmt: skip


def said(command: str, expression: str, own: dict[str, Any], row: dict[str, str]) -> Any:
    """What the command says at one point: the rows of csv, or the message."""
    let = {**own.get("let", {}), **row}
    own = {name: x for name, x in own.items() if name != "let"}
    try:
        result = library.calculate(command, expression, let=let, **own)
    except HodiffError as error:
        return error.message
    return list(csv.reader(io.StringIO(result.text("csv")))), result.answer.code


@pytest.mark.parametrize("command, expression, own, rows", WAYS)
def test_each_row_has_what_one_point_has(
    folder: Path, hodiff: Any, command: str, expression: str, own: dict[str, Any],
    rows: list[dict[str, str]],
) -> None:  # fmt: skip
    """In the columns of csv, with its words."""
    pl.DataFrame([{"row": str(k), **row} for k, row in enumerate(rows)]).write_csv("in.csv")
    options = [f"--{name}={x}" for name, x in own.items() if name != "let"]
    options += [f"--let={name}={x}" for name, x in own.get("let", {}).items()]
    ran = hodiff(command, expression, *options, "--points", "in.csv", "--keep", "row")
    header, *found = csv.reader(io.StringIO(ran.out))
    codes = []
    for k, row in enumerate(rows):
        told = [x for x in found if x[0] == str(k)]
        right = said(command, expression, own, row)
        if isinstance(right, str):
            assert told == [[str(k), *[""] * (len(header) - 2), right]]
            codes.append(1)
            continue
        (names, *lines), code = right
        codes.append(code)
        assert header == ["row", *names]
        lines = lines or [[""] * len(names)]
        assert [list(map(number, x[1:])) for x in told] == [list(map(number, x)) for x in lines]
    assert ran.code == max(codes), ran
    refused = sum(codes)
    assert (f"{refused} of {len(rows)} rows have no whole answer" in ran.err) == (refused > 0)


def number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


FACTORS = st.lists(st.integers(-40, 40), min_size=1, max_size=4, unique=True)


@given(roots=FACTORS, scale=st.integers(1, 9))
def test_drawn_products_of_linear_factors(roots: list[int], scale: int) -> None:
    """Each factor's number is a column: the roots are these numbers, exactly."""
    names = [f"r{k}" for k in range(len(roots))]
    expression = "*".join(f"({scale}x - {name})" for name in names)
    searches = Compiled(expression, "roots", None, (), {"over": ("x=-50:50",)})
    point = [roots[searches.inputs.index(name)] for name in names]
    listed = solver.answered(searches, How(), point)
    assert [record[0] for record in listed.values] == sorted(x / scale for x in roots)
    assert listed.left is None


# What isn't answered.


def test_no_row_is_lost(folder: Path, hodiff: Any) -> None:
    Path("in.csv").write_text(COEFFICIENTS)
    asked = ("roots", QUADRATIC, "--over", "x=-10:10", "--points", "in.csv")
    ran = hodiff(*asked, "--errors", "why.csv")
    found = list(csv.DictReader(io.StringIO(ran.out)))
    kept = [{name: row[name] for name in ("id", "a", "b", "c")} for row in found]
    before = list(csv.DictReader(io.StringIO(COEFFICIENTS)))
    assert [row for i, row in enumerate(kept) if i != 1] == before and kept[0] == kept[1]
    told = {key: [(x["x"], x["what"], x["reason"]) for x in listed]
            for key, listed in by_row(found).items()}  # fmt: skip
    assert told["002"] == told["003"] == [("", "", "")]
    assert told["004"] == [("", "undecided", "EXPR is 0 all over it")]
    assert told["005"] == [("1.0", "root", "")]
    assert told["006"] == [("", "", "column 'a': 'one' is no number")]
    assert told["007"] == [("", "", "'a' is infinite")]
    assert ran.code == 1
    counts = "3 of 7 rows have no whole answer (1 undecided, 1 domain, 1 number)"
    assert counts in ran.err and "row 4: undecided, x in [-10, 10]" in ran.err
    reasons = list(csv.DictReader(io.StringIO(Path("why.csv").read_text())))
    assert [(x["row"], x["kind"]) for x in reasons] == [
        ("4", "undecided"), ("6", "number"), ("7", "domain")
    ]  # fmt: skip
    skipped = hodiff(*asked, "--on-error", "skip", "--keep", "id")
    assert skipped.code == 1
    rows = [line.partition(",")[0] for line in skipped.out.splitlines()]
    assert rows == ["id", "001", "001", "002", "003", "005"]
    failed = hodiff(*asked, "--on-error", "fail", "--out", "out.csv")
    assert failed.code == 1 and not Path("out.csv").exists()
    assert "row 4: undecided" in failed.err


def test_a_row_that_is_half_decided_keeps_its_roots(folder: Path, hodiff: Any) -> None:
    """Below 1 the sine's roots pile up, and time ends; from 2 on all is told."""
    text = b"low,high\n0.25,1\n0,1\n2,9\n"
    asked = ("roots", "sin(1/x)", "--over", "x=low:high", "--points", "-", "--seconds", "0.3")
    ran = hodiff(*asked, "--out-format", "ndjson", stdin=text)
    listed = by_row([json.loads(line) for line in ran.out.splitlines()], "low")
    assert ran.code == 1 and "1 of 3 rows have no whole answer" in ran.err
    assert [row["x"] for row in listed[0.25]] == [1 / math.pi]
    assert [row["what"] for row in listed[2]] == [None]
    whats = Counter(row["what"] for row in listed[0])
    assert whats["root"] >= 3 and whats["undecided"] + whats["not searched"] >= 1
    largest = max(row["x"] for row in listed[0] if row["what"] == "root")
    assert largest == pytest.approx(1 / math.pi, rel=1e-15)


def test_a_value_that_is_no_double_is_missing(folder: Path, hodiff: Any) -> None:
    """Beside the place where it is, which is one."""
    ran = hodiff("extrema", "x*10^a", "--over", "x=2:3", "--points", "-", stdin=b"a\n1\n308\n")
    found = list(csv.DictReader(io.StringIO(ran.out)))
    assert [(row["x"], row["f"]) for row in found] == [
        ("2.0", "20.0"), ("3.0", "30.0"), ("2.0", ""), ("3.0", "")
    ]  # fmt: skip
    assert found[-1]["reason"] == "f passes the largest double (1.8e308)"
    assert ran.code == 1 and "1 of 2 rows have no whole answer (1 limit)" in ran.err


def test_ranges_that_are_none(folder: Path, hodiff: Any) -> None:
    ran = hodiff(
        "roots", "x - 1", "--over", "x=0:b", "--points", "-", stdin=b"b\n2\n-1\n0\n1e308\n"
    )
    found = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["x"] for row in found] == ["1.0", "", "", ""]
    assert "ends before it begins" in found[1]["reason"] and "one point" in found[2]["reason"]
    assert "passes 8e+307" in found[3]["reason"]
    assert "3 of 4 rows have no whole answer (2 domain, 1 limit)" in ran.err


def test_the_work_of_a_row_has_an_end(
    folder: Path, hodiff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --seconds, too; with it a row may take longer."""
    monkeypatch.setattr(Limits, "a_row", 1e-4)
    asked = ("roots", "sin(1/x)*a", "--over", "x=0.01:1", "--points", "-")
    ran = hodiff(*asked, stdin=b"a\n1\n0.5\n")
    found = by_row(list(csv.DictReader(io.StringIO(ran.out))), "a")
    assert ran.code == 1 and "2 of 2 rows have no whole answer (2 limit)" in ran.err
    assert "row 1: not searched, x in [0.0099" in ran.err
    for row in found.values():
        assert {x["what"] for x in row} >= {"not searched"} and len(row) < 31
    ran = hodiff(*asked, "--seconds", "60", stdin=b"a\n1\n0.5\n")
    assert (ran.code, ran.err) == (0, "") and len(ran.out.splitlines()) == 1 + 2 * 31


# Whose columns are whose.


def test_grid_and_map_and_let(folder: Path, rows: Any) -> None:
    found = rows("roots", "x^2 = a*k", "--over", "x=0:9", "--grid", "a=1:4:4", "--let", "k=4")
    assert [row["x"] for row in found] == [repr(math.sqrt(4 * a)) for a in range(1, 5)]
    found = rows("roots", "x^2 = a", "--over", "x=0:9", "--map", "a=square", "--points", "-",
                 stdin=b"square\n9\n")  # fmt: skip
    assert found[0]["x"] == "3.0" and found[0]["square"] == "9"
    found = rows("roots", "x^2 = 9", "--over", "x=0:9", "--points", "-", stdin=b"id\na\nb\n")
    assert [(row["id"], row["x"]) for row in found] == [("a", "3.0"), ("b", "3.0")]


def test_the_first_rows_are_those_of_the_file(folder: Path, answer: Any) -> None:
    asked = ("roots", "x^2 = a", "--over", "x=-9:9", "--head", "2", "--format", "json")
    text = "".join(f"{a}\n" for a in ("a", 4, 1, 0))
    for given_, found in (
        (("--points", "-"), answer(*asked, "--points", "-", stdin=text.encode())),
        (("--grid", "a=4:1:4"), answer(*asked, "--grid", "a=4:1:4")),
    ):
        roots = [json.loads(line)["x"] for line in found.splitlines()]
        second = 1 if "--points" in given_ else math.sqrt(3)
        assert roots == [-2, 2, -second, second]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("roots", "x - a", "--over", "x=0:1"), "has a column 'x', as the results have: leave it"
         " out, --keep a"),
        (("roots", "x - b", "--over", "x=0:1", "--keep", "a"), "has no column 'b'"),
        (("roots", "x - a", "--over", "x=0:1", "--map", "x=a"), "'x' is searched for"),
        (("roots", "x - a", "--over", "x=0:1", "--map", "q=a"), "EXPR has no such variable"),
        (("roots", "x - e", "--over", "x=0:1", "--points", "e.csv"), "'e' is a constant in EXPR"),
        (("roots", "[x - a, y]", "--over", "x=0:1"), "as many equations as variables"),
        (("roots", "x - a", "--over", "x=0:inf"), "'inf' is no number"),
        (("roots", "x - y - a", "--over", "x=0:y,y=0:1"), "'y' is a variable"),
        (("roots", "x - a", "--over", "x=1:0"), "ends before it begins"),
        (("roots", "x - a", "--over", "x=0:1", "--digits", "20"), "--digits goes with one point"),
        (("roots", "x - a", "--over", "x=0:1", "--format", "plain"), "rows have no --format plain"),
        (("roots", "x - a", "--over", "x=0:1", "--proven"), "unknown option '--proven'"),
        (("roots", "x - a", "--over", "x=0:1", "--check"), "unknown option '--check'"),
        (("roots", "2x - a", "--over", "x=0:1", "--strict"), "missing '*'"),
        (("extrema", "f*a", "--over", "f=0:1"), "the results have a column 'f'"),
        (("extrema", "[x, a]", "--over", "x=0:1"), "needs one number"),
        (("extrema", "x*y*a", "--over", "x=0:1,y=0:1", "--order", "2"), "leave out --order 2"),
        (("roots", "logsumexp([x, a])", "--over", "x=0:1"), "can't be searched with proof"),
    ],
)  # fmt: skip
def test_what_is_refused(
    folder: Path, refused: Callable[..., str], arguments: tuple[str, ...], message: str
) -> None:
    Path("in.csv").write_text("x,a\n1,2\n")
    Path("e.csv").write_text("e\n1\n")
    points = () if "--points" in arguments else ("--points", "in.csv")
    assert message in refused(*arguments, *points)


def test_a_column_of_the_variables_name_is_not_read(folder: Path, rows: Any) -> None:
    text = b"x,a\nlow,4\nhigh,9\n"
    asked = ("roots", "x^2 = a", "--over", "x=0:9", "--points", "-", "--keep", "a")
    assert [(row["a"], row["x"]) for row in rows(*asked, stdin=text)] == [
        ("4", "2.0"), ("9", "3.0")
    ]  # fmt: skip


def test_compile_says_where_searches_are() -> None:
    for command in ("roots", "extrema"):
        with pytest.raises(HodiffError, match=f"hodiff {command} --points FILE"):
            library.compile("x**2 - a", command, over="x=0:1")


# Its processes.


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes from the first row on."""
    monkeypatch.setattr(solver, "SOON", -1.0)
    monkeypatch.setattr(solver, "processors", lambda: 2)
    yield


def test_processes_say_what_one_says(folder: Path, hodiff: Any, at_once: None) -> None:
    cubics, _ = drawn_cubics(30)
    missing = pl.when(pl.col("id") % 7 == 3).then(None).otherwise("a").alias("a")
    cubics.with_columns(missing).write_csv("in.csv")
    asked = ("roots", f"({CUBIC})*floor(a)", "--over", "x=-30:30", "--points", "in.csv")
    many = hodiff(*asked, "--errors", "many.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "processors", lambda: 1)
        one = hodiff(*asked, "--errors", "one.csv")
    assert many == one and Path("many.csv").read_text() == Path("one.csv").read_text()
    assert len(many.out.splitlines()) > 60


def test_it_is_pickled_as_what_was_asked() -> None:
    own = {"over": ("x=0:L",), "first": 2}
    searches = pickle.loads(pickle.dumps(Compiled("x*k - a", "roots", None, ("k=2",), own)))
    assert (searches.inputs, searches.outputs[:2]) == (("L", "a"), ("x", "x_lower"))
    assert searches.own == own


def test_folders_of_parts_are_gone_on_with(folder: Path, hodiff: Any) -> None:
    Path("in").mkdir()
    for name in ("one", "two"):
        Path(f"in/{name}.csv").write_text(COEFFICIENTS)
    asked = ("roots", QUADRATIC, "--over", "x=-10:10", "--points", "in", "--out", "out/")
    assert hodiff(*asked).code == 1
    first, second = (Path(f"out/{name}.csv").read_text() for name in ("one", "two"))
    assert first == second and len(first.splitlines()) == 9
    Path("out/one.csv").write_text("kept")
    Path("out/two.csv").unlink()
    ran = hodiff(*asked, "--resume")
    assert "of 7 rows" in ran.err and Path("out/two.csv").read_text() == second
    assert Path("out/one.csv").read_text() == "kept"
