"""What comes back beside the results: every other column, as it was."""

from __future__ import annotations

import csv
import datetime
import gzip
import json
import math
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.calculator.points.conftest import READ

TEXT = (
    'id,x,"a, b",note,when\r\n'
    '007,1.10,"1,5","line\nbreak",2024-01-01\r\n'
    '010, 2 ,"say ""hi""",ünï→,\r\n'
    "1e5,,1.10,  spaces  ,true\r\n"
)


def test_text_comes_back_as_text(folder: Path, answer: Any) -> None:
    Path("in.csv").write_bytes(TEXT.encode())
    answer("grad", "x**2", "--points", "in.csv", "--out", "out.csv")
    before = pl.read_csv("in.csv", infer_schema=False)
    after = pl.read_csv("out.csv", infer_schema=False)
    assert after.drop("f", "df_dx").equals(before)
    assert after["df_dx"].cast(float).to_list() == [2.2, 4, None]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["note", "a, b"])
@pytest.mark.parametrize("last", ["plain", 'a, "b"', "two\nlines", "a\rb", ""])
def test_what_needs_quotes_has_them(
    folder: Path, answer: Any, name: str, last: str, end: str
) -> None:
    """To a csv module that isn't Polars', too, in a file of several blocks; CR as it may be
    written, without quotes."""
    notes = [*("n" * (k % 7) for k in range(60_000)), last]
    with open("in.csv", "w", newline="") as file:
        lines = csv.writer(file, lineterminator=end)
        lines.writerows([["x", name], *enumerate(notes)])
    if last == "a\rb":
        Path("in.csv").write_bytes(Path("in.csv").read_bytes().replace(b'"a\rb"', b"a\rb"))
    answer("value", "2*x", "--points", "in.csv", "--out", "out.csv")
    with open("out.csv", newline="") as file:
        (*header, _), *rows = csv.reader(file)
    assert header == ["x", name]
    assert rows == [[f"{k}", note, f"{2 * k}.0"] for k, note in enumerate(notes)]


@pytest.mark.parametrize("out", ["out.csv", "out.tsv"])
def test_a_separator_of_the_output_gets_quotes(folder: Path, answer: Any, out: str) -> None:
    Path("in.csv").write_text("x,tab\n1,a\tb\n")
    Path("in.tsv").write_text("x\tcomma\n1\ta,b\n")
    for form in ("csv", "tsv"):
        answer("value", "2*x", "--points", f"in.{form}", "--out", out)
        mark = "\t" if out.endswith("tsv") else ","
        with open(out, newline="") as file:
            rows = list(csv.reader(file, delimiter=mark))
        assert rows[1] == ["1", "a\tb" if form == "csv" else "a,b", "2.0"]


def test_text_that_becomes_numbers_loses_nothing(folder: Path, answer: Any) -> None:
    """Of a column that is not one of numbers in its last row alone, too."""
    lines = [f"{k},{k},{k / 2},00{k},true,{10**17 + k},1" for k in range(12_000)]
    last = "1,abc,3.5,7,false,1,"
    Path("in.csv").write_text("\n".join(["x,n,half,code,yes,id,gap", *lines, last]))
    answer("value", "2*x", "--points", "in.csv", "--out", "out.parquet")
    out = pl.read_parquet("out.parquet")
    assert out.row(3, named=True) == {
        "x": 3, "n": "3", "half": 1.5, "code": "003", "yes": True, "id": 10**17 + 3, "gap": 1,
        "f": 6,
    }  # fmt: skip
    assert out.row(-1) == (1, "abc", 3.5, "7", False, 1, None, 2)


FRAME = pl.DataFrame(
    {
        "x": [0.5, None, 2.0],
        "date": [datetime.date(2024, 2, 29), None, datetime.date(1, 1, 1)],
        "time": [datetime.datetime(2024, 1, 1, 1, 2, 3, 4, datetime.UTC), None, None],
        "list": [[1, 2], [], None],
        "struct": [{"a": 1, "b": "x"}, None, {"a": None, "b": "y"}],
        "cat": pl.Series(["a", "b", None], dtype=pl.Categorical),
        "enum": pl.Series(["a", "b", None], dtype=pl.Enum(["a", "b"])),
        "dec": [Decimal("1.10"), Decimal("12345678901234567890.12"), None],
        "big": pl.Series([2**64 - 1, 0, None], dtype=pl.UInt64),
        "small": pl.Series([-1, 0, None], dtype=pl.Int8),
        "f32": pl.Series([0.1, float("nan"), float("inf")], dtype=pl.Float32),
        "bytes": [b"\x00\xff", b"", None],
        "text": ["007", "", None],
        "truth": [True, False, None],
        "none": [None, None, None],
    }
)  # fmt: skip


@pytest.mark.parametrize("form", ["parquet", "ipc"])
def test_types_come_back_as_they_were(folder: Path, answer: Any, form: str) -> None:
    getattr(FRAME, f"write_{form}")(f"in.{form}")
    answer("grad", "x**2", "--points", f"in.{form}", "--out", f"out.{form}")
    out = getattr(pl, f"read_{form}")(f"out.{form}")
    assert out.select(FRAME.columns).equals(getattr(pl, f"read_{form}")(f"in.{form}"))
    assert out.select(FRAME.columns).schema == FRAME.schema
    assert out["df_dx"].to_list() == [1, None, 4]
    answer("grad", "x**2", "--points", f"in.{form}", "--out", "out.parquet", "--keep", "dec,list")
    assert pl.read_parquet("out.parquet").columns == ["dec", "list", "f", "df_dx"]


def test_ndjson_keeps_the_order_of_columns_and_what_is_nested(folder: Path, answer: Any) -> None:
    names = [f"c{k}" for k in range(40)]
    row = {"x": 1, **dict.fromkeys(names, 2), "l": [1, 2], "s": {"a": "b"}}
    Path("in.ndjson").write_text(json.dumps(row))
    out = json.loads(answer("value", "2*x", "--points", "in.ndjson", "--format", "json"))
    assert out == {**row, "f": 2} and list(out) == [*row, "f"]


def test_what_is_missing_is_missing_in_the_results(folder: Path, rows: Any) -> None:
    found = rows("grad", "x*y", "--points", "-", stdin=b"x,y\n1,2\n,3\nNaN,1\nnan,1\n4\n5,6\n")
    assert [row["f"] for row in found] == ["2.0", "", "", "", "", "30.0"]
    assert [row["x"] for row in found] == ["1", "", "NaN", "nan", "4", "5"]


def test_columns_are_chosen(folder: Path, answer: Any, refused: Any) -> None:
    Path("in.csv").write_text("id,width,height,f\n1,2,3,4\n")
    asked = ("grad", "w*h", "--points", "in.csv", "--map", "w=width,h=height")
    assert answer(*asked, "--keep", "id,width") == "id,width,f,df_dw,df_dh\n1,2,6.0,3.0,2.0\n"
    assert answer(*asked, "--keep", "none") == "f,df_dw,df_dh\n6.0,3.0,2.0\n"
    assert "has a column 'f', as the results have: leave it out" in refused(*asked)
    assert "no column 'idd' (did you mean 'id'?)" in refused(*asked, "--keep", "idd")
    assert "no such variable" in refused(*asked, "--map", "z=id", "--keep", "none")
    assert "--map has 'w' twice" in refused(*asked, "--map", "w=id")
    assert "--map is w1=width" in refused("grad", "w", "--points", "in.csv", "--map", "w")
    out = answer("grad", "f**2", "--points", "in.csv", "--keep", "none")
    assert out == "f,df_df\n16.0,8.0\n"
    assert (
        answer("value", "x", "--points", "in.csv", "--map", "x=f", "--keep", "id")
        == "id,f\n1,4.0\n"
    )


def test_columns_named_as_what_hodiff_uses(folder: Path, answer: Any, rows: Any) -> None:
    for name in ("name", "text", "variable", "value"):
        Path("in.csv").write_text(f"x,{name},{name}_\n1,2.5,a\n2,,b\n3,4,c\n")
        answer("value", "x", "--points", "in.csv", "--out", "out.parquet")
        found = pl.read_parquet("out.parquet")
        assert found[name].to_list() == [2.5, None, 4] and found[f"{name}_"].to_list() == [*"abc"]
    found = rows("value", "1/x", "--points", "-", stdin=b"reason,hodiff,row,x\na,b,c,2\n")
    assert found == [{"reason": "a", "hodiff": "b", "row": "c", "x": "2", "f": "0.5"}]


def test_a_column_named_as_a_constant(refused: Any, rows: Any) -> None:
    text = b"x,e,pi\n1,2,3\n"
    assert "'e' is a constant in EXPR" in refused("grad", "x*e", "--points", "-", stdin=text)
    found = rows("value", "x*k", "--points", "-", "--map", "k=e", stdin=text)
    assert found[0]["f"] == "2.0"
    found = rows("value", "x*pi", "--points", "-", "--let", "pi=3", stdin=text)
    assert found[0]["f"] == "3.0"


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst", "ndjson.gz", "tsv.zst"])
def test_compressed_files(folder: Path, answer: Any, ending: str) -> None:
    Path("in.csv.gz").write_bytes(gzip.compress(b"x,id\n1,007\n2,b\n"))
    answer("value", "2*x", "--points", "in.csv.gz", "--out", f"out.{ending}")
    magic = Path(f"out.{ending}").read_bytes()[:2]
    assert magic == (b"\x1f\x8b" if ending.endswith("gz") else b"\x28\xb5")
    again = answer("value", "3*x", "--points", f"out.{ending}", "--keep", "id,x", "--format", "csv")
    assert again in ("id,x,f\n007,1,3.0\nb,2,6.0\n", "id,x,f\n007,1.0,3.0\nb,2.0,6.0\n")


def test_rows_keep_their_order(folder: Path, answer: Any) -> None:
    """Over many batches."""
    n = 300_000
    pl.DataFrame({"k": range(n), "x": [1 / (k + 1) for k in range(n)]}).write_parquet("in.parquet")
    answer("value", "1/x", "--points", "in.parquet", "--out", "out.parquet")
    out = pl.read_parquet("out.parquet")
    assert out["k"].to_list() == list(range(n))
    assert ((out["f"] - out["k"] - 1).abs() <= 1e-9).all()


def test_no_rows(folder: Path, answer: Any) -> None:
    Path("in.csv").write_text("x,id\n")
    assert answer("grad", "x**2", "--points", "in.csv") == "x,id,f,df_dx\n"
    pl.DataFrame({"x": [1.0], "d": [datetime.date(2024, 1, 1)]}).clear().write_parquet("in.parquet")
    answer("grad", "x**2", "--points", "in.parquet", "--out", "out.parquet")
    out = pl.read_parquet("out.parquet")
    assert out.columns == ["x", "d", "f", "df_dx"] and out.height == 0 and out["d"].dtype == pl.Date
    assert "f" in answer("grad", "x**2", "--points", "in.parquet", "--head", "5")


def test_booleans_and_infinities(folder: Path, hodiff: Any) -> None:
    pl.DataFrame({"x": [True, False, None], "y": [1.0, float("inf"), 2.0]}).write_parquet(
        "in.parquet"
    )
    ran = hodiff("value", "x + 1/y", "--points", "in.parquet", "--keep", "none")
    assert (ran.code, ran.out) == (1, "f\n2.0\n\n\n") and "'y' is infinite" in ran.err


def test_parquet_is_packed_as_well_as_by_polars_itself(folder: Path, answer: Any) -> None:
    """Doubles of all digits, of few, whole numbers and text."""
    random = np.random.default_rng(0)
    x = random.uniform(1, 2, 50_000)
    ids, words = np.arange(len(x)), random.choice(["north", "south", "east"], len(x))
    frame = pl.DataFrame({"id": ids, "x": x, "y": x.round(2), "side": words})
    frame.write_parquet("in.parquet")
    answer("grad", "x**2*exp(y)", "--points", "in.parquet", "--out", "out.parquet")
    pl.read_parquet("out.parquet").write_parquet("again.parquet")
    assert os.path.getsize("out.parquet") < 1.02 * os.path.getsize("again.parquet")


def test_text_of_inputs_comes_back_as_numbers(folder: Path, answer: Any) -> None:
    """Once each, also where two variables have one column, or the column a name of ours."""
    Path("in.csv").write_text("reason,x,row\n1, 2 ,a\n,3,b\n")
    answer("grad", "x*y*reason", "--map", "y=x", "--points", "in.csv", "--out", "out.parquet")
    assert pl.read_parquet("out.parquet").rows() == [
        (1, 2, "a", 4, 2, 2, 4), (None, 3, "b", None, None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "tsv", "ndjson", "parquet", "ipc"])
def test_names_come_back_as_they_were(folder: Path, answer: Any, form: str) -> None:
    names = ["x", 'length (")', "a,b", " lead", "größe", "row", "reason", "d\nf"]
    with open("in.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, [3, *"abcdefg"]])
    answer("value", "2*x", "--points", "in.csv", "--out", f"out.{form}")
    if form in ("csv", "tsv"):  # Polars reads two quotes where two of a name are one
        with open(f"out.{form}", newline="", encoding="utf-8") as file:
            columns, row = csv.reader(file, delimiter="," if form == "csv" else "\t")
    else:
        found = READ[form](f"out.{form}")
        columns, row = found.columns, list(found.rows()[0])
    assert columns == [*names, "f"] and row[1:-1] == [*"abcdefg"]
    asked = ("value", "y", "--map", 'y=length (")', "--points", "in.csv", "--keep", "none")
    Path("in.csv").write_text('"length ("")",n\n3,a\n', encoding="utf-8")
    assert answer(*asked) == "f\n3.0\n"


def test_numbers_that_a_format_can_not_hold_stay_text(folder: Path, answer: Any) -> None:
    text = "x,huge,far,none\n1,1e400,inf,nan\n2,1,2,3\n"
    Path("in.csv").write_text(text)
    answer("value", "x", "--points", "in.csv", "--out", "out.parquet")
    (first, _) = pl.read_parquet("out.parquet").rows()
    assert first[1:3] == ("1e400", math.inf) and math.isnan(first[3])
    answer("value", "x", "--points", "in.csv", "--out", "out.ndjson")
    assert pl.read_ndjson("out.ndjson").rows()[0] == (1, "1e400", "inf", "nan", 1)


def test_names_with_commas_stand_in_quotes(folder: Path, answer: Any, refused: Any) -> None:
    Path("in.csv").write_text('run,"length, m",f\n001,3,7\n')
    asked = ("value", "2*L", "--points", "in.csv", "--map", '"L=length, m"')
    message = refused(*asked)
    mend = 'run,"length, m"'
    assert """--keep run,'"length, m"'""" in message
    assert answer(*asked, "--keep", mend) == 'run,"length, m",f\n001,3,6.0\n'
    assert answer(*asked, "--keep", '"length, m"', "--keep", "run").startswith('"length, m",run,f')


@pytest.mark.parametrize("form", ["ndjson", "parquet", "ipc"])
def test_numbers_of_several_types_in_several_files(
    folder: Path, answer: Any, refused: Any, form: str
) -> None:
    """A column has the type that holds all of them; whole numbers stay such where all are, and are
    none that a double isn't."""
    wide, far = 2**60 + 1, 2**53 + 1
    types = {"x": pl.Int64, "k": pl.Int64, "n": pl.Null, "far": pl.Int64}
    small = pl.Int32 if form != "ndjson" else pl.Int64
    frames = [
        pl.DataFrame([(1, wide, None, far)], schema=types, orient="row"),
        pl.DataFrame({"x": [0.5], "k": pl.Series([7], dtype=small), "n": ["a"], "far": [far]}),
        pl.DataFrame([(3, 8, None, 1)], schema=types, orient="row"),
    ]
    os.mkdir("in")
    for k, frame in enumerate(frames):
        getattr(frame, f"write_{form}")(f"in/{k}.{form}")
    asked = ("value", "2*x + far - 2**53", "--points", "in")
    answer(*asked, "--out", f"out.{form}")
    out = getattr(pl, f"read_{form}")(f"out.{form}")
    assert out.rows() == [
        (1, wide, None, far, 3), (0.5, 7, "a", far, 2), (3, 8, None, 1, 7 - 2**53),
    ]  # fmt: skip
    assert out.schema["x"] == pl.Float64 and out.schema["k"] == pl.Int64
    assert len(answer(*asked, "--head", "2", "--format", "csv").splitlines()) == 3
    getattr(frames[1].with_columns(far=pl.lit(0.5)), f"write_{form}")(f"in/1.{form}")
    message = refused(*asked, "--out", "out.csv")
    assert f"in/0.{form}, column 'far': {far} may be no double, and others have" in message
    assert not os.path.exists("out.csv")


def test_many_columns_of_json_in_several_files(folder: Path, answer: Any) -> None:
    """Of over 32 Polars has the columns in any order."""
    names = [f"c{k}" for k in range(50)]
    for k, x in enumerate([1, 2.5]):
        Path(f"{k}.ndjson").write_text(json.dumps({"x": x, **dict.fromkeys(names, x)}))
    out = answer("value", "2*x", "--points", "?.ndjson", "--format", "json")
    assert [json.loads(line)["f"] for line in out.splitlines()] == [2, 5]
    assert [list(json.loads(line)) for line in out.splitlines()] == [["x", *names, "f"]] * 2
