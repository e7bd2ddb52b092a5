"""check on rows: mpmath's derivatives, what one point says, and what is said of all at once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodiff as library
from hodiff.answers.question import How
from hodiff.calculator.compiled import Compiled
from hodiff.calculator.points import solver
from hodiff.errors import HodiffError
from tests.calculator.points.conftest import READ, WRITE

IDENTITY = "note: equal, by identity: wherever both have a value\n"


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("form", READ)
def test_numbers_in_every_format(folder: Path, hodiff: Any, form: str) -> None:
    """Each is the double nearest to mpmath's: of the true slope, and of what is claimed of it."""
    xs = [0.25, 0.5, 1.0, 2.5]
    WRITE[form](pl.DataFrame({"id": ["007", "b", "c", "d"], "x": xs}), f"in.{form}")
    asked = ("check", "sin(x)/x", "--claim", "cos(x)/x - sin(x)/x", "--points", f"in.{form}")
    ran = hodiff(*asked, "--out", f"out.{form}")
    out = READ[form](f"out.{form}")
    assert out.columns == ["id", "x", "check", "df_dx", "claimed_df_dx"]
    for x, row in zip(xs, out.rows(named=True), strict=True):
        with mpmath.workdps(40):
            exact = mpmath.mpf(x)
            slope = float(mpmath.diff(lambda t: mpmath.sin(t) / t, exact))
            claimed = float(mpmath.cos(exact) / exact - mpmath.sin(exact) / exact)
        found = float(row["df_dx"]), float(row["claimed_df_dx"])
        assert found == (slope, claimed)
        assert row["check"] == ("equal" if x == 1 else "different")
    assert [row["id"] for row in out.rows(named=True)] == ["007", "b", "c", "d"]
    assert (ran.code, ran.out) == (1, "")
    assert "3 of 4 rows differ, or have no answer (3 different)\n  row 1: df_dx is -0.08" in ran.err
    if form in ("parquet", "ipc"):
        assert out.schema["check"] == pl.String and out.schema["df_dx"] == pl.Float64


WAYS: list[tuple[str, str, dict[str, Any], list[dict[str, str]]]] = [
    ("x^3", "3*x^2", {}, [{"x": "2"}, {"x": "-0.1"}]),
    ("abs(x)", "x/abs(x)", {}, [{"x": "2"}, {"x": "0"}, {"x": "-3"}]),
    ("abs(x)", "1", {}, [{"x": "2"}, {"x": "0"}, {"x": "-3"}]),
    ("x^2*y", "[2*x*y, x]", {}, [{"x": "1", "y": "2"}, {"x": "3", "y": "2"}]),
    ("x^2*y", "2*x*y", {"wrt": "x"}, [{"x": "1", "y": "2"}, {"x": "3", "y": "2"}]),
    ("x^2*y", "[[2*y, 2*x], [x, 0]]", {"order": 2}, [{"x": "0", "y": "2"}, {"x": "3", "y": "2"}]),
    ("[x*y, sin(x)]", "[[y, x], [cos(y), 0]]", {}, [{"x": "1", "y": "1"}, {"x": "1", "y": "2"}]),
    ("x^5", "60*x^3", {"order": 3}, [{"x": "1"}, {"x": "0"}, {"x": "2"}]),
    ("x^3 - x", "x", {"order": 0}, [{"x": "0"}, {"x": "1"}]),
    ("log(x)", "1/x + 0*log(x - 1)", {}, [{"x": "2"}, {"x": "1"}, {"x": "0.5"}, {"x": "-1"}]),
    ("gamma(x + 1)", "x*gamma(x)*digamma(x + 1)", {}, [{"x": "0"}, {"x": "0.5"}, {"x": "-1"}]),
    ("x^2 + a", "2*x + b*1e-20", {"let": {"b": "0.1"}, "wrt": "x"}, [{"x": "1", "a": "2"}]),
    ("x*abs(x)/2", "abs(x)", {}, [{"x": "0"}, {"x": "-2"}]),
    ("(1 - cos(x))/x^2", "sin(x)/x^2 - 2*(1 - cos(x))/x^3", {}, [{"x": "1e-9"}, {"x": "0"}]),
]  # fmt: skip


@pytest.mark.parametrize("expression, claim, own, rows", WAYS)
def test_each_row_has_what_one_point_has(
    folder: Path, hodiff: Any, expression: str, claim: str, own: dict[str, Any],
    rows: list[dict[str, str]],
) -> None:  # fmt: skip
    pl.DataFrame(rows).write_csv("in.csv")
    own = {"wrt": ",".join(rows[0])} | own
    options = [f"--{name}={x}" for name, x in own.items() if name != "let"]
    options += [f"--let={name}={x}" for name, x in own.get("let", {}).items()]
    ran = hodiff("check", expression, "--claim", claim, *options, "--points", "in.csv",
                 "--keep", "none", "--errors", "why.csv")  # fmt: skip
    reasons = {row["row"]: row for row in table(Path("why.csv").read_text())}
    codes = []
    for k, (row, told) in enumerate(zip(rows, table(ran.out), strict=True), 1):
        try:
            result = library.calculate("check", expression, claim=claim, at=row, **own)
        except HodiffError as error:
            assert set(told.values()) == {""}
            why, extend = reasons[str(k)], " (--extend takes the limit)"
            assert why["kind"] == error.kind
            assert why["reason"].removesuffix(extend) == error.message.removesuffix(extend)
            codes.append(1)
            continue
        (names, values), code = table_of(result.text("csv")), result.answer.code
        codes.append(code)
        record = dict(zip(names, values, strict=True))
        assert told["check"] == record["check"]
        assert (str(k) in reasons) == (record["check"] == "different")
        for name in told.keys() & record.keys() - {"check"}:
            assert float(told[name]) == float(record[name])
    assert ran.code == max(codes)


def table_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


ROOTS = st.lists(st.integers(-9, 9), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(roots=ROOTS, scale=st.fractions(-3, 3, max_denominator=7).filter(bool))
def test_a_claim_that_is_right_at_some_points(roots: list[int], scale: Fraction) -> None:
    """What is added to the derivative is 0 at these numbers, and nowhere else."""
    wrong = "*".join(f"(x - {r})".replace("- -", "+ ") for r in roots)
    own = {"claim": f"3*x^2 + ({scale})*{wrong}", "order": 1}
    compiled = Compiled("x^3", "check", None, (), own)
    for x in range(-9, 10, 3):
        answered = solver.answered(compiled, How(), [x])
        product = Fraction(scale)
        for r in roots:
            product *= x - r
        verdict, slope, claimed = answered.values
        assert verdict == ("different" if product else "equal")
        assert (slope, claimed) == (3 * x * x, float(3 * x * x + product))
        assert (answered.left is None) == (verdict == "equal")


# What is said once.


def test_an_identity_is_said_once_and_for_all(folder: Path, hodiff: Any) -> None:
    """Doubles then tell the rows in which both have a value, and balls why others have none."""
    asked = ("check", "sin(x)^2*log(a)", "--claim", "sin(2*x)*log(a)", "--wrt", "x")
    ran = hodiff(*asked, "--grid", "x=0:7:71,a=-1:2:4")
    found = table(ran.out)
    assert ran.err.startswith(IDENTITY) and ran.err.count("identity") == 1
    assert {(row["a"], row["check"]) for row in found} == {
        ("-1.0", ""), ("0.0", ""), ("1.0", "equal"), ("2.0", "equal")
    }  # fmt: skip
    assert all(row["df_dx"] == row["claimed_df_dx"] for row in found)
    for row in found:
        if row["a"] == "2.0":
            with mpmath.workdps(40):
                exact = mpmath.sin(2 * mpmath.mpf(row["x"])) * mpmath.log(2)
            assert float(row["df_dx"]) == pytest.approx(float(exact), rel=1e-13)
    assert "142 of 284 rows differ, or have no answer (71 domain, 71 pole)" in ran.err
    proven = table(hodiff(*asked, "--grid", "x=0:7:71,a=-1:2:4", "--proven").out)
    assert [row["check"] for row in proven] == [row["check"] for row in found]


def test_a_claim_without_a_value_is_no_identity_there(folder: Path, hodiff: Any) -> None:
    """Of 0*log(x) the graph of a derivative has nothing left; a limit is no value of the claim."""
    for claim, values in (("2*x + 0*log(x)", ["", "", "equal"]),
                          ("2*x*x/x", ["equal", "", "equal"])):  # fmt: skip
        ran = hodiff("check", "x^2", "--claim", claim, "--grid", "x=-1:1:3")
        assert ran.err.startswith(IDENTITY)
        assert [row["check"] for row in table(ran.out)] == values


def test_what_mends_the_claim_is_said_where_a_row_differs(folder: Path, hodiff: Any) -> None:
    asked = ("check", "x^2*y", "--claim", "[2*x*y, x]", "--points", "-")
    ran = hodiff(*asked, stdin=b"x,y\n1,5\n2,5\n3,5\n")
    assert ran.err == (
        "note: to mend the claim: in ∂f/∂y, missing factor x\n"
        "2 of 3 rows differ, or have no answer (2 different)\n"
        "  row 2: df_dy is 4, and 2 is claimed\n"
    )
    right = hodiff(*asked, stdin=b"x,y\n1,5\n0,5\n")
    assert (right.code, right.err) == (0, "")


def test_doubles_that_are_the_same_may_differ(folder: Path, hodiff: Any) -> None:
    ran = hodiff("check", "x^2", "--claim", "2*x + 1e-25", "--points", "-", stdin=b"x\n1\n")
    (row,) = table(ran.out)
    assert row == {"x": "1", "check": "different", "df_dx": "2.0", "claimed_df_dx": "2.0"}
    assert "row 1: df_dx is 2, and 2.0000000000000000000000001 is claimed" in ran.err


# What isn't answered.

ROWS = b"id,x\n01,1\n02,2\n03,\n04,one\n05,inf\n06,0\n"


@pytest.fixture
def checked(folder: Path, hodiff: Any) -> Callable[..., Any]:
    def run(*options: str) -> Any:
        asked = ("check", "x*log(x)", "--claim", "1 + log(x)*x", "--points", "-")
        return hodiff(*asked, *options, stdin=ROWS)

    return run


def test_no_row_is_lost(checked: Any) -> None:
    ran = checked("--errors", "why.csv", "--out-format", "ndjson")
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [row["check"] for row in found] == ["equal", "different", None, None, None, None]
    assert [row["id"] for row in found] == ["01", "02", "03", "04", "05", "06"]
    assert all(row["df_dx"] is row["claimed_df_dx"] is None for row in found[2:])
    assert ran.code == 1
    counts = "4 of 6 rows differ, or have no answer"
    assert counts in ran.err and "row 2: df_dx is 1.693" in ran.err
    kinds = [(row["row"], row["kind"]) for row in table(Path("why.csv").read_text())]
    assert kinds == [("2", "different"), ("4", "number"), ("5", "domain"), ("6", "pole")]


def test_ways_with_rows_that_differ(checked: Any) -> None:
    """They go the way of those that have no answer."""
    skipped = checked("--on-error", "skip", "--keep", "id")
    assert [(row["id"], row["check"]) for row in table(skipped.out)] == [
        ("01", "equal"),
        ("03", ""),
    ]
    assert skipped.code == 1
    failed = checked("--on-error", "fail", "--out", "out.csv")
    assert failed.code == 1 and not Path("out.csv").exists()
    assert failed.err.startswith("error: row 2: df_dx is 1.693")
    head = checked("--head", "2", "--keep", "id")
    assert head.code == 1 and "different" in head.out and "row 2: df_dx is" in head.err


@pytest.mark.parametrize(
    "words, said",
    [
        (("check", "x^2", "--claim", "a*x"), "unknown variable 'a'"),
        (("check", "x^2", "--claim", "[x, 2]"), "the claim a vector of 2"),
        (("check", "3", "--claim", "0"), "there is no variable"),
        (("check", "x^2", "--claim", "2*x", "--check"), "unknown option '--check'"),
        (("check", "x^2", "--claim", "2*x", "--digits", "9"), "rows hold doubles"),
        (("steps", "x^2"), "hodiff grad EXPR --points FILE has their numbers"),
        (("code", "x^2", "--to", "c"), "--to polars and --to sql write for tables"),
        (("explain", "x^2"), "a walk is told at one point, not in rows"),
    ],
)
def test_what_has_no_rows(folder: Path, refused: Any, words: tuple[str, ...], said: str) -> None:
    assert said in refused(*words, "--points", "-", stdin=b"x\n1\n")


def test_a_column_named_as_the_results(folder: Path, refused: Any) -> None:
    message = refused("check", "x", "--claim", "1", "--points", "-", stdin=b"x,check\n1,2\n")
    assert "standard input has a column 'check', as the results have" in message


def test_doubles_alone_compare_nothing() -> None:
    with pytest.raises(HodiffError, match="check has no columns: it compares more digits than"):
        library.compile("x^2", "check", claim="2*x")
